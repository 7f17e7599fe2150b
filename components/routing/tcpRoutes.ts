import type * as pulumi from "@pulumi/pulumi";
import { RE2JS } from "re2js";
import { generationTags } from "../shared/generations";
import { middlewareProblems } from "./middlewareProblems";
import { middlewareTags, TcpMiddleware, TcpMiddlewareArgs } from "./middlewares";
import { dnsLabelProblems, traefikOption } from "../shared/names";
import { Problem } from "../shared/problems";
import { RouteTls, RouteTlsArgs, routeTlsTags } from "./routeTls";
import { parseRule, printRule, ruleHolds } from "./ruleSyntax";
import { hostProblems } from "./routes";
import { canonicalRule, hostsOf, ruleProblems } from "./rules";

/** A route of connections through Traefik to a tcp service: by the server name in TLS, or by an entry point of its own. */
export interface TcpRoute {
  /**
   * As of an HTTP route.
   * @unset the service's name with `-tcp`, `-tcp-2`, `-tcp-3` …
   */
  readonly name?: string;
  /**
   * Server name that the client asks for in TLS (SNI), exactly or as `*.example.com`.
   * @unset any, also without TLS
   */
  readonly sni?: string;
  /**
   * A rule in Traefik v3 syntax, for what `sni` cannot say; excludes it.
   * @unset from `sni`
   */
  readonly rule?: string;
  /**
   * Entry points, `websecure` or those of the ingress's `tcpEntryPoints`.
   * @unset `[websecure]` where there is TLS
   */
  readonly entryPoints?: readonly string[];
  /**
   * Who ends TLS: Traefik, or with `passthrough` the service. Needed for `sni`.
   * @unset no TLS
   */
  readonly tls?: RouteTls & { readonly passthrough?: boolean };
  /**
   * What connections go through, in this order; see docs/routing.md#tcp.
   * @unset none
   */
  readonly middlewares?: readonly TcpMiddleware[];
}

/**
 * A TCP route as a program declares it: `sni`, `rule`, the names in `tls.domains`, and `sourceRange` of an `ipAllowList` may be other
 * resources' outputs; see docs/services.md#values-of-other-resources.
 */
export interface TcpRouteArgs extends Omit<TcpRoute, "sni" | "rule" | "tls" | "middlewares"> {
  readonly sni?: pulumi.Input<string>;
  readonly rule?: pulumi.Input<string>;
  readonly tls?: RouteTlsArgs & { readonly passthrough?: boolean };
  readonly middlewares?: readonly TcpMiddlewareArgs[];
}

/** An entry point of its own for tcp services. */
export interface TcpEntryPoint {
  /** Port of Traefik's pod, 1024 to 65535: those below are for root, and opened for `web` and `websecure` alone. */
  readonly port: number;
  /**
   * Port of the Service, which clients of a load balancer see, 1 to 65535.
   * @unset `port`
   */
  readonly servicePort?: number;
  /**
   * Node port, 30000 to 32767, where the Service is of type NodePort.
   * @unset Kubernetes chooses
   */
  readonly nodePort?: number;
}

export function tcpRouterNames(service: string, routes: readonly TcpRoute[]): string[] {
  return routes.map(({ name }, i) => name ?? (i === 0 ? `${service}-tcp` : `${service}-tcp-${i + 1}`));
}

export function tcpRouteRule(route: TcpRoute): string {
  return route.rule ?? printRule({ kind: "match", name: "HostSNI", args: [route.sni ?? "*"] });
}

export function tcpEntryPointsOf(route: TcpRoute): readonly string[] {
  return route.entryPoints ?? (route.tls === undefined ? [] : ["websecure"]);
}

/** The rule that takes every connection, which Traefik asks last. */
export const EVERY_NAME = "HostSNI(`*`)";

/** The tags that publish a service's tcp routes. */
export function tcpRouteTags(service: string, routes: readonly TcpRoute[]): string[] {
  const names = tcpRouterNames(service, routes);
  return routes.flatMap((route, i) =>
    generationTags(names[i], (name) => {
      const router = `traefik.tcp.routers.${name}`;
      return [
        `${router}.rule=${tcpRouteRule(route)}`,
        `${router}.entrypoints=${tcpEntryPointsOf(route).join(",")}`,
        ...(route.tls ? routeTlsTags(router, route.tls) : []),
        ...(route.tls?.passthrough ? [`${router}.tls.passthrough=true`] : []),
        ...middlewareTags("tcp", name, route.middlewares ?? []),
      ];
    }),
  );
}

/** Whether a rule may match a connection without TLS; one that cannot be read is told of by itself. */
function mayBePlain(rule: string): boolean {
  try {
    return (
      ruleHolds(parseRule(rule), (matcher, [value]) =>
        matcher === "HostSNIRegexp" ? RE2JS.compile(value).matcher("").find() : matcher === "ALPN" ? false : undefined,
      ) !== false
    );
  } catch {
    return true;
  }
}

/** What is wrong with a service's tcp routes. */
export function tcpRouteProblems(
  service: string,
  routes: readonly TcpRoute[],
  protocol: string,
  prefix: string,
): Problem[] {
  const problems: Problem[] = [];
  const names = tcpRouterNames(service, routes);
  routes.forEach((route, i) => {
    const at = (input: string) => `${prefix}[${i}].${input}`;
    const problem = (input: string, reason: string) => problems.push({ propertyPath: at(input), reason });
    const of = route.rule === undefined ? "sni" : "rule";
    problems.push(...dnsLabelProblems(at("name"), names[i]));
    if (names.indexOf(names[i]) !== i) {
      problem("name", `"${names[i]}" is the name of another tcp route of this service; give each its own`);
    }
    if (protocol !== "tcp") {
      problem("entryPoints", `a service of protocol ${protocol} takes requests, not connections; use routes, or tcp`);
    }
    if (route.rule !== undefined && route.sni !== undefined) {
      problem("rule", "a raw rule excludes sni; write it into the rule");
    }
    const rule = canonicalRule(tcpRouteRule(route));
    if (route.tls === undefined && (hostsOf(rule, "HostSNI").some((name) => name !== "*") || !mayBePlain(rule))) {
      const reason = "is not set, and without TLS no client names a server or a protocol";
      problem("tls", `${reason}; set tls: {} or tls: { passthrough: true }`);
    }
    if (route.tls?.passthrough === true) {
      for (const input of ["certResolver", "domains", "options"] as const) {
        if (route.tls[input] !== undefined) {
          problem(`tls.${input}`, "has no effect with passthrough: TLS is the service's own; leave one of the two out");
        }
      }
    }
    if (tcpEntryPointsOf(route).length === 0) {
      problem("entryPoints", `are not set; name one of ${traefikOption("tcpEntryPoints")}, or set tls for websecure`);
    }
    if (rule === EVERY_NAME && tcpEntryPointsOf(route).includes("websecure")) {
      const reason = "so that the route would take all connections of websecure; give a server name";
      problem(of, route.rule === undefined ? `is not set, ${reason}` : `is for every name, ${reason}`);
    }
    tcpEntryPointsOf(route).forEach((entryPoint, j) => {
      if (["web", "admin", "internal"].includes(entryPoint)) {
        problem(
          `entryPoints[${j}]`,
          `"${entryPoint}" is for HTTP; use websecure or one of ${traefikOption("tcpEntryPoints")}`,
        );
      }
    });
    const name = route.rule === undefined && route.sni !== "*" ? hostProblems(at("sni"), route.sni) : [];
    problems.push(...(name.length > 0 ? name : ruleProblems(at(of), tcpRouteRule(route), "tcp")));
    problems.push(...middlewareProblems("tcp", route.middlewares ?? [], at("middlewares")));
  });
  return problems;
}
