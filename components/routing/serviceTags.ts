import { Canary, canaryBalancing, canaryName } from "./canary";
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
  readonly canary?: Pick<Canary, "routes">;
  /** Where its Service is, and what that is called where it is not the service's. */
  readonly namespace?: unknown;
  readonly existingService?: string;
}

/** What Traefik is to know of a service's canary by itself; `undefined` where no route leads to it alone. */
export function canaryPublished({ canary, loadBalancing }: Published): Published | undefined {
  const { routes = [] } = canary ?? {};
  return routes.length === 0 ? undefined : { routes, loadBalancing: canaryBalancing(loadBalancing) };
}

/** The tags of a service's instances; none where Traefik is to know nothing. `weight` is that of the instance. */
export function serviceTags(service: string, published: Published, weight?: number): string[] {
  // Instances of a canary are of two services in Traefik, and all define one router alike.
  return instanceTags(service, published, weight, canaryPublished(published) !== undefined);
}

/** The tags of the instances of a service's canary; `weight` 0 is of one that gets nothing of the service's own routes. */
export function canaryTags(service: string, published: Published, weight: number): string[] {
  const its = canaryPublished(published);
  return its === undefined
    ? serviceTags(service, published, weight)
    : [
        ...new Set([
          ...(weight === 0 ? [] : serviceTags(service, published, weight)),
          ...instanceTags(canaryName(service), its, undefined, true),
        ]),
      ];
}

/** All tags that a service has on any of its instances, but for weights. */
export function allTags(service: string, published: Published): string[] {
  const its = canaryPublished(published);
  return [...serviceTags(service, published), ...(its === undefined ? [] : serviceTags(canaryName(service), its))];
}

/** Where Traefik is asked whether it serves what a service publishes. */
export function servedPathOf(service: string, published: Published): string {
  return servedPath(service, publishedTags(service, published, canaryPublished(published) !== undefined));
}

/** The same of what its canary publishes by itself. */
export function canaryServedPath(service: string, published: Published): string | undefined {
  const its = canaryPublished(published);
  return its && servedPath(canaryName(service), publishedTags(canaryName(service), its, true));
}

/** Whether tags name what an ingress declares: a user list, a plugin, TLS options, a certificate resolver, an entry point. */
export function usesIngress(tags: readonly string[]): boolean {
  return tags.some((tag) =>
    /\.usersfile=|\.plugin\.|\.tls\.(options|certresolver)=|^traefik\.tcp\.[^=]*\.entrypoints=(?!websecure$)/i.test(
      tag,
    ),
  );
}

/** `named` is whether routers name the service, since their instance may be one of another too. */
function instanceTags(service: string, published: Published, weight: number | undefined, named: boolean): string[] {
  const tags = publishedTags(service, published, named);
  if (tags.length === 0) {
    return [];
  }
  const http = tags.some((tag) => tag.startsWith("traefik.http."));
  return [
    "traefik.enable=true",
    ...tags,
    ...(http ? loadBalancingTags(service, published.loadBalancing, weight, named) : []),
    ...servedTags(service, tags),
  ];
}

/** The tags of all that leads to a service, each under the name of its generation. */
function publishedTags(
  service: string,
  { routes = [], tcpRoutes = [], internal, loadBalancing }: Published,
  named: boolean,
): string[] {
  const balancer = balancerName(service, loadBalancing) ?? (named ? service : undefined);
  return [
    ...routeTags(service, routes, balancer),
    ...(internal === true ? internalTags(service, balancer) : []),
    ...tcpRouteTags(service, tcpRoutes),
  ];
}
