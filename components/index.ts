export { ensureNamespace } from "./bringYourOwn";
export type { ExternalServers, OwnCa } from "./bringYourOwn";
export * from "./consulMesh";
export type { Ingress, Mesh } from "./mesh";
export * from "./meshReference";
export * from "./traefikConsulIngress";
export * from "./meshJob";
export { meshJobProblems } from "./meshJobProblems";
export * from "./meshService";
export * from "./meshWorkload";
export { meshWorkloadProblems } from "./meshWorkloadProblems";
export type { PodTemplate } from "./joinProblems";
export * from "./intentionSet";
export * from "./networkPolicies";
export { ServedRoutes } from "./servedRoutes";
export type { ServedRoutesArgs } from "./servedRoutes";
export { POD_SECURITY_LEVELS } from "./podSecurity";
export type { PodSecurityLevel } from "./podSecurity";
export { describeEdgeChanges, edgeChanges } from "./edges";
export type { ChartValues, ConsulImages, ConsulOptions, SecretKeyRef } from "./consulValues";
export type { HeaderMatch, HttpMatch, IntentionPermission, IntentionRule, ServiceCall } from "./intentions";
export type { KubernetesCrd } from "./kubernetesCrd";
export type { Canary, LoadBalancing, StickyCookie } from "./loadBalancing";
export type { ForwardAuth, Middleware, MiddlewareOptions, TcpMiddleware, UserListAuth } from "./middlewares";
export type { Plugin } from "./plugins";
export type { Route } from "./routes";
export type { ConsoleRoute, TraefikConsoles } from "./consoles";
export type {
  CertificateResolver,
  CertificateResolvers,
  ConnectChallenge,
  DnsChallenge,
  DnsPropagation,
} from "./certificateResolvers";
export type { NamedTlsOptions, TlsCertificate, TlsOptions } from "./tlsOptions";
export type { TraefikTlsOptions } from "./traefikTls";
export type { TcpEntryPoint, TcpRoute } from "./tcpRoutes";
export type {
  QueryParamMatch,
  Retries,
  RetryCondition,
  Traffic,
  TrafficMatch,
  TrafficRoute,
  TrafficShare,
} from "./traffic";
export type { UserList } from "./userLists";
