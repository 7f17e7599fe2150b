import type { Route } from "./routes";
import { hostsOf } from "./rules";

/** The hosts that a route names: those that Traefik gets certificates for, and chooses TLS options by. */
export function routeHosts(route: Route): string[] {
  return route.host === undefined
    ? hostsOf(route.rule ?? "")
    : isWildcard(route.host)
      ? []
      : [route.host.toLowerCase()];
}

/** The entry points that a route is served on. */
export function routeEntryPoints(route: Route): readonly string[] {
  return route.entryPoints ?? [route.tls ? "websecure" : "web"];
}

export function isWildcard(host: string | undefined): boolean {
  return host !== undefined && host.startsWith("*.");
}
