/** Routes through Traefik: rules, middlewares, balancing, TLS, as tags of a service in Consul. */
export type { Canary, CanaryArgs } from "./canary";
export type { HealthCheck, LoadBalancing, StickyCookie } from "./loadBalancing";
export type { ForwardAuth, Middleware, MiddlewareOptions, TcpMiddleware, UserListAuth } from "./middlewares";
export type { Route, RouteArgs } from "./routes";
export type { NamedTlsOptions, TlsCertificate, TlsOptions } from "./tlsOptions";
export type { TcpEntryPoint, TcpRoute, TcpRouteArgs } from "./tcpRoutes";
