import { balancerName, LoadBalancing, loadBalancingTags } from "./loadBalancing";
import { internalTags } from "./middlewares";
import { Route, routeTags } from "./routes";
import { servedPath, servedTags } from "./servedTags";
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
  const tags = publishedTags(service, published);
  if (tags.length === 0) {
    return [];
  }
  const http = tags.some((tag) => tag.startsWith("traefik.http."));
  return [
    "traefik.enable=true",
    ...tags,
    ...(http ? loadBalancingTags(service, published.loadBalancing, weight) : []),
    ...servedTags(service, tags),
  ];
}

/** Where Traefik is asked whether it serves what a service publishes. */
export function servedPathOf(service: string, published: Published): string {
  return servedPath(service, publishedTags(service, published));
}

/** Whether tags name what an ingress declares: a user list, a plugin, TLS options, a certificate resolver, an entry point. */
export function usesIngress(tags: readonly string[]): boolean {
  return tags.some((tag) =>
    /\.usersfile=|\.plugin\.|\.tls\.(options|certresolver)=|^traefik\.tcp\.[^=]*\.entrypoints=(?!websecure$)/i.test(
      tag,
    ),
  );
}

/** The tags of all that leads to a service, each under the name of its generation. */
function publishedTags(service: string, { routes = [], tcpRoutes = [], internal, loadBalancing }: Published): string[] {
  const balancer = balancerName(service, loadBalancing);
  return [
    ...routeTags(service, routes, balancer),
    ...(internal === true ? internalTags(service, balancer) : []),
    ...tcpRouteTags(service, tcpRoutes),
  ];
}
