import type { Route } from "../routing/routes";
import type { TcpRoute } from "../routing/tcpRoutes";
import type { KeysOf } from "../shared/keys";

const TLS_KEYS = { certResolver: true, domains: { main: true, sans: true }, options: true } as const;

/** The keys of a route; those of middlewares are judged with what they mean. */
export const ROUTE_KEYS: KeysOf<Route> = {
  name: true,
  host: true,
  pathPrefix: true,
  rule: true,
  entryPoints: true,
  tls: TLS_KEYS,
  priority: true,
  middlewares: true,
};

export const TCP_ROUTE_KEYS: KeysOf<TcpRoute> = {
  name: true,
  sni: true,
  rule: true,
  entryPoints: true,
  tls: { ...TLS_KEYS, passthrough: true },
  middlewares: true,
};
