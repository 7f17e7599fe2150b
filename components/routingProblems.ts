import { closest } from "fastest-levenshtein";
import type { MeshServiceOptions } from "./meshService";
import { unknownToMiddlewares } from "./middlewares";
import { Problem } from "./problems";
import { routeEntryPoints, routerNames, routeRule } from "./routes";
import { canonicalRule } from "./rules";
import { tcpEntryPointsOf, tcpRouterNames, tcpRouteRule } from "./tcpRoutes";
import type { TraefikExtras } from "./traefikExtras";

/** A service by its name in Consul. */
type NamedService = MeshServiceOptions & { readonly name: string };

/** A value, and the path of the input that it stands at. */
type At = readonly [value: string, path: string];

/**
 * What is wrong with the routes of services together, and with the ingress that serves them: names and rules that stand
 * twice, of which Traefik drops both or serves one, and what a route names but the ingress has not.
 */
export function routingProblems(services: readonly NamedService[], ingress: TraefikExtras): Problem[] {
  const http = services.flatMap((service, i) =>
    routerNames(service.name, service.routes ?? []).map((name, j) => ({
      name,
      route: service.routes![j],
      path: `services[${i}].routes[${j}]`,
    })),
  );
  const tcp = services.flatMap((service, i) =>
    tcpRouterNames(service.name, service.tcpRoutes ?? []).map((name, j) => ({
      name,
      route: service.tcpRoutes![j],
      path: `services[${i}].tcpRoutes[${j}]`,
    })),
  );
  const internal = services.flatMap(({ name, internal: is }, i): At[] =>
    is === true ? [[`${name}-internal`, `services[${i}].internal`]] : [],
  );
  const tcpEntryPoints = ["websecure", ...Object.keys(ingress.tcpEntryPoints ?? {})];
  const known = {
    userLists: Object.keys(ingress.userLists ?? {}),
    plugins: Object.keys(ingress.plugins ?? {}),
    providers: ["consulcatalog", "file", ...(ingress.kubernetesCrd === undefined ? [] : ["kubernetescrd"])],
    services: new Map(services.map(({ name, internal: is = false }) => [name, is])),
  };
  return [
    ...duplicateProblems("router name", [...http.map(({ name, path }): At => [name, path]), ...internal]),
    ...duplicateProblems(
      "rule",
      http.flatMap(({ route, path }) =>
        routeEntryPoints(route).map((on): At => [`${canonicalRule(routeRule(route))} on ${on}`, path]),
      ),
    ),
    ...duplicateProblems(
      "tcp router name",
      tcp.map(({ name, path }): At => [name, path]),
    ),
    ...duplicateProblems(
      "rule",
      tcp.flatMap(({ route, path }) =>
        tcpEntryPointsOf(route).map((on): At => [`${canonicalRule(tcpRouteRule(route))} on ${on}`, path]),
      ),
    ),
    ...tcp.flatMap(({ route, path }) =>
      (route.entryPoints ?? []).flatMap((name, i) =>
        tcpEntryPoints.includes(name) || ["web", "admin", "internal"].includes(name)
          ? []
          : [
              {
                propertyPath: `${path}.entryPoints[${i}]`,
                reason: `"${name}" is no entry point of the ingress; did you mean "${closest(name, tcpEntryPoints)}"? Declare it in its tcpEntryPoints`,
              },
            ],
      ),
    ),
    ...http.flatMap(({ route, path }) => unknownToMiddlewares(route.middlewares ?? [], known, `${path}.middlewares`)),
  ];
}

/** A problem for each value that stands at an earlier path too. */
export function duplicateProblems(what: string, values: readonly At[]): Problem[] {
  return values.flatMap(([value, path], i) => {
    const first = values.find(([v], j) => j < i && v === value);
    return first === undefined
      ? []
      : [{ propertyPath: path, reason: `the ${what} "${value}" is that of ${first[1]} too; give each its own` }];
  });
}
