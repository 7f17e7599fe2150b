import { LoadBalancing, loadBalancingTags } from "./loadBalancing";
import { internalTags } from "./middlewares";
import { Route, routeTags } from "./routes";
import { TcpRoute, tcpRouteTags } from "./tcpRoutes";

/** All that Traefik is to know of a service. */
export interface Published {
  readonly routes?: readonly Route[];
  readonly tcpRoutes?: readonly TcpRoute[];
  readonly loadBalancing?: LoadBalancing;
  readonly internal?: boolean;
}

/** The tags of a service's instances; none where Traefik is to know nothing. `weight` is that of the instance. */
export function serviceTags(service: string, published: Published, weight?: number): string[] {
  const { routes = [], tcpRoutes = [], internal = false } = published;
  const http = [...routeTags(service, routes), ...(internal ? internalTags(service) : [])];
  const tags = [
    ...http,
    ...(http.length > 0 ? loadBalancingTags(service, published.loadBalancing, weight) : []),
    ...tcpRouteTags(service, tcpRoutes),
  ];
  return tags.length === 0 ? [] : [...new Set(["traefik.enable=true", ...tags])];
}
