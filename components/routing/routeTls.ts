import type * as pulumi from "@pulumi/pulumi";
import type { CertificateResolvers } from "../ingress/certificateResolvers";
import { isHostName, traefikOption } from "../shared/names";
import { Problem } from "../shared/problems";
import { routeEntryPoints, routeHosts } from "./routeHosts";
import type { Route } from "./routes";
import type { TraefikTlsOptions } from "../ingress/traefikTls";

/** TLS that ends at a route. Empty: with the certificate of the ingress that fits the host, and its default options. */
export interface RouteTls {
  /**
   * Name of a certificate resolver of the ingress, which gets a certificate for the route's hosts.
   * @unset none
   */
  readonly certResolver?: string;
  /**
   * Names that the certificate of `certResolver` is for, instead of the route's hosts; `*.` needs a `dnsChallenge`.
   * @unset the route's hosts
   */
  readonly domains?: readonly { readonly main: string; readonly sans?: readonly string[] }[];
  /**
   * Name of TLS options of the ingress.
   * @unset those called `default`
   */
  readonly options?: string;
}

/** The same as a program declares it. */
export interface RouteTlsArgs extends Omit<RouteTls, "domains"> {
  readonly domains?: readonly {
    readonly main: pulumi.Input<string>;
    readonly sans?: readonly pulumi.Input<string>[];
  }[];
}

/** The tags of a router's TLS. */
export function routeTlsTags(router: string, tls: RouteTls): string[] {
  const options = optionsOf(tls);
  return [
    `${router}.tls=true`,
    ...(tls.certResolver === undefined ? [] : [`${router}.tls.certresolver=${tls.certResolver}`]),
    // The ingress declares them through Traefik's file provider; the default ones belong to none.
    ...(options === DEFAULT_OPTIONS ? [] : [`${router}.tls.options=${options}@file`]),
    ...(tls.domains ?? []).flatMap(({ main, sans = [] }, i) => [
      `${router}.tls.domains[${i}].main=${main}`,
      ...(sans.length === 0 ? [] : [`${router}.tls.domains[${i}].sans=${sans.join(",")}`]),
    ]),
  ];
}

/** What is wrong with a route's TLS by itself; `path` is the route's. */
export function routeTlsProblems(route: Route, path: string): Problem[] {
  const problems: Problem[] = [];
  const problem = (input: string, reason: string) => problems.push({ propertyPath: `${path}.${input}`, reason });
  const { tls } = route;
  const on = routeEntryPoints(route);
  if (tls === undefined) {
    if (on.includes("websecure")) {
      problem("tls", "is missing, so that websecure would speak plain HTTP; add tls: {}, or use web");
    }
    return problems;
  }
  if (on.includes("web")) {
    problem(
      "tls",
      "is for websecure, but web speaks plain HTTP; leave entryPoints out, and give plain HTTP its own route",
    );
  }
  const { certResolver, domains = [] } = tls;
  if (certResolver === undefined && domains.length > 0) {
    problem("tls.domains", "are those of a certificate that no certResolver gets; name one, or leave them out");
  }
  if (certResolver !== undefined && domains.length === 0 && routeHosts(route).length === 0) {
    problem("tls.certResolver", "gets no certificate, since the route names no host; give host or tls.domains");
  }
  // Options are chosen by the name in the handshake, before there is a path or a header to see.
  if (optionsOf(tls) !== DEFAULT_OPTIONS && routeHosts(route).length === 0) {
    problem("tls.options", "never apply, since the route names no host; give host, or use the options called default");
  }
  domains.forEach(({ main, sans = [] }, i) =>
    [main, ...sans].forEach((name) => {
      if (!isHostName(name.replace(/^\*\./, ""))) {
        problem(`tls.domains[${i}]`, `"${name}" is not a valid name for a certificate; use one such as *.example.com`);
      }
    }),
  );
  return problems;
}

/**
 * What is wrong with the TLS of routes together, and with the ingress that serves them. `byHost` has the options of those
 * before, and gets these.
 */
export function ingressTlsProblems(
  routes: readonly { readonly route: Route; readonly path: string }[],
  ingress: TraefikTlsOptions,
  byHost = new Map<string, { options: string; path: string }>(),
): Problem[] {
  const resolvers = ingress.certificateResolvers ?? {};
  const options = [DEFAULT_OPTIONS, ...Object.keys(ingress.tlsOptions ?? {})];
  return routes.flatMap(({ route, path }) => {
    const { tls } = route;
    if (tls === undefined) {
      return ingress.redirectToHttps && routeEntryPoints(route).includes("web")
        ? [
            {
              propertyPath: path,
              reason: `is on web, which ${traefikOption("redirectToHttps")} leaves nothing to serve; add tls: {}`,
            },
          ]
        : [];
    }
    const problems: Problem[] = resolverProblems(tls, resolvers, path);
    const own = optionsOf(tls);
    if (!options.includes(own)) {
      const known = `known: ${[...new Set(options)].join(", ")}`;
      problems.push({
        propertyPath: `${path}.tls.options`,
        reason: `"${own}" are not TLS options of the ingress; ${known}`,
      });
    }
    for (const host of routeHosts(route)) {
      const first = byHost.get(host);
      if (first === undefined) {
        byHost.set(host, { options: own, path });
      } else if (first.options !== own) {
        problems.push({
          propertyPath: `${path}.tls.options`,
          reason: `"${own}" for ${host} are not "${first.options}", those of ${first.path}; Traefik would use neither, but the default ones: give both the same`,
        });
      }
    }
    return problems;
  });
}

const DEFAULT_OPTIONS = "default";

function optionsOf(tls: RouteTls): string {
  return tls.options ?? DEFAULT_OPTIONS;
}

function resolverProblems({ certResolver, domains = [] }: RouteTls, resolvers: CertificateResolvers, path: string) {
  if (certResolver === undefined) {
    return [];
  }
  const resolver = Object.hasOwn(resolvers, certResolver) ? resolvers[certResolver] : undefined;
  if (resolver === undefined) {
    const names = Object.keys(resolvers);
    const known =
      names.length === 0
        ? `it has none: declare it in ${traefikOption("certificateResolvers")}`
        : `known: ${names.join(", ")}`;
    const reason = `"${certResolver}" is not a certificate resolver of the ingress; ${known}`;
    return [{ propertyPath: `${path}.tls.certResolver`, reason }];
  }
  const wildcard = domains.flatMap(({ main, sans = [] }) => [main, ...sans]).find((name) => name.startsWith("*."));
  return wildcard === undefined || resolver.dnsChallenge !== undefined
    ? []
    : [
        {
          propertyPath: `${path}.tls.certResolver`,
          reason: `"${certResolver}" cannot get ${wildcard}: a wildcard needs a resolver with dnsChallenge`,
        },
      ];
}
