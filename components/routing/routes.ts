import { domainToASCII } from "node:url";
import type * as pulumi from "@pulumi/pulumi";
import { generationTags } from "../shared/generations";
import { hasTemplate, literalPathProblems, neverAtTraefik, patternIn } from "./literalPaths";
import { middlewareProblems } from "./middlewareProblems";
import { Middleware, MiddlewareArgs, middlewareTags } from "./middlewares";
import { dnsLabelProblems, isHostName, rangeProblems } from "../shared/names";
import { Problem } from "../shared/problems";
import { isWildcard, routeEntryPoints } from "./routeHosts";
import { RouteTls, RouteTlsArgs, routeTlsProblems, routeTlsTags } from "./routeTls";
import { inV3, ruleProblems } from "./rules";

/** A route through Traefik to a service, published as tags of the service in Consul's catalog. */
export interface Route {
  /**
   * Name of Traefik's router, unique in the mesh; there a hash of the definition follows it.
   * @unset the service's name, with `-2`, `-3` … from the second route on
   */
  readonly name?: string;
  /**
   * Host name that the request has to name, exactly, without scheme or port; `*.example.com` is every name with one label more.
   * @unset any
   */
  readonly host?: string;
  /**
   * Beginning of the request's path, with its `/`; no pattern.
   * @unset any
   */
  readonly pathPrefix?: string;
  /**
   * A rule in Traefik v3 syntax, for what `host` and `pathPrefix` cannot say; excludes both.
   * @unset from `host` and `pathPrefix`
   */
  readonly rule?: string;
  /**
   * Traefik's entry points: `web` (plain HTTP) and `websecure` (TLS); `admin` takes no route of a service.
   * @unset `[web]`, or `[websecure]` where `tls` is set
   */
  readonly entryPoints?: readonly string[];
  /**
   * TLS ends at this route; see docs/tls.md.
   * @unset no TLS
   */
  readonly tls?: RouteTls;
  /**
   * Of two routes that match a request, the one with the higher number serves it.
   * @unset the longer rule does
   */
  readonly priority?: number;
  /**
   * What requests go through on their way to the service, in this order; see docs/routing.md#middlewares.
   * @unset none
   */
  readonly middlewares?: readonly Middleware[];
}

/**
 * A route as a program declares it: `host`, `rule`, the names in `tls.domains`, and `sourceRange` of an `ipAllowList` may be other
 * resources' outputs; see docs/services.md#values-of-other-resources.
 */
export interface RouteArgs extends Omit<Route, "host" | "rule" | "tls" | "middlewares"> {
  readonly host?: pulumi.Input<string>;
  readonly rule?: pulumi.Input<string>;
  readonly tls?: RouteTlsArgs;
  readonly middlewares?: readonly MiddlewareArgs[];
}

/** The highest priority that is not Traefik's own. Source: `maxUserPriority` of Traefik 3.7, on any platform. */
const MAX_PRIORITY = 2 ** 31 - 1 - 1000;

/** Entry points that `TraefikConsulIngress` opens. `admin` is its own and takes no route of a service. */
const ENTRY_POINTS = ["web", "websecure"] as const;

/** The names of a service's routers, in the order of its routes. */
export function routerNames(service: string, routes: readonly Route[]): string[] {
  return routes.map((route, i) => route.name ?? (i === 0 ? service : `${service}-${i + 1}`));
}

/** Traefik's rule of a route, in v3 syntax: `Host` takes one value, a prefix is anchored at the path's beginning. */
export function routeRule(route: Route): string {
  if (route.rule !== undefined) {
    return route.rule;
  }
  const matchers = [
    route.host === undefined ? [] : [hostRule(route.host)],
    route.pathPrefix === undefined ? [] : [`PathPrefix(\`${route.pathPrefix}\`)`],
  ];
  return matchers.flat().join(" && ");
}

/** Any name of a wildcard's by a regular expression: Host takes a wildcard from Traefik 3.7 on only. */
function hostRule(host: string): string {
  return isWildcard(host)
    ? `HostRegexp(\`^[^.]+${host.slice(1).toLowerCase().replaceAll(".", "\\.")}$\`)`
    : `Host(\`${host.toLowerCase()}\`)`;
}

/**
 * The priority of a route: Traefik's own is the rule's length. A wildcard has that of the shortest name which it stands
 * for, less one, so that a route for a name of its own goes first, unless its path is the shorter one.
 */
export function priorityOf(route: Route): number | undefined {
  return (
    route.priority ?? (isWildcard(route.host) ? routeRule({ ...route, host: route.host!.slice(1) }).length : undefined)
  );
}

/**
 * The tags that publish a service's routes: what Traefik's Consul Catalog provider reads from each instance. `balancer` is
 * Traefik's service that they lead to. Default: the only one of the instance.
 */
export function routeTags(service: string, routes: readonly Route[], balancer?: string): string[] {
  const names = routerNames(service, routes);
  return routes.flatMap((route, i) =>
    generationTags(names[i], (name) => {
      const router = `traefik.http.routers.${name}`;
      return [
        `${router}.rule=${routeRule(route)}`,
        `${router}.entrypoints=${routeEntryPoints(route).join(",")}`,
        ...(balancer === undefined ? [] : [`${router}.service=${balancer}`]),
        ...(route.tls ? routeTlsTags(router, route.tls) : []),
        ...(priorityOf(route) === undefined ? [] : [`${router}.priority=${priorityOf(route)}`]),
        ...middlewareTags("http", name, route.middlewares ?? []),
      ];
    }),
  );
}

/** What is wrong with a service's routes. */
export function routeProblems(service: string, routes: readonly Route[], prefix = ""): Problem[] {
  const problems: Problem[] = [];
  const names = routerNames(service, routes);
  routes.forEach((route, i) => {
    const at = (input: string) => `${prefix}[${i}].${input}`;
    const problem = (input: string, reason: string) => problems.push({ propertyPath: at(input), reason });
    problems.push(...dnsLabelProblems(at("name"), names[i]));
    if (names.indexOf(names[i]) !== i) {
      problem("name", `"${names[i]}" is the name of another route of this service; give each its own`);
    }
    problems.push(...hostProblems(at("host"), route.host), ...pathPrefixProblems(at("pathPrefix"), route));
    if (route.rule !== undefined && (route.host !== undefined || route.pathPrefix !== undefined)) {
      problem("rule", "a raw rule excludes host and pathPrefix; write them into the rule");
    }
    if (route.rule === undefined && route.host === undefined && route.pathPrefix === undefined) {
      problem("host", "the route matches nothing; give host, pathPrefix or rule");
    }
    (route.entryPoints ?? []).forEach((entryPoint, j) => {
      if (!(ENTRY_POINTS as readonly string[]).includes(entryPoint)) {
        problem(
          `entryPoints[${j}]`,
          `"${entryPoint}" is not an entry point for services; use ${ENTRY_POINTS.join(" or ")}`,
        );
      }
    });
    if (route.entryPoints?.length === 0) {
      problem("entryPoints", "an empty list serves nothing; leave it out or name web or websecure");
    }
    problems.push(...routeTlsProblems(route, `${prefix}[${i}]`));
    const wrong = route.rule === undefined ? [] : ruleProblems(at("rule"), route.rule, "http");
    problems.push(...(wrong.length > 0 ? wrong : tagProblems(at("rule"), routeRule(route))));
    if (route.priority !== undefined) {
      problems.push(...rangeProblems(at("priority"), route.priority, 1, MAX_PRIORITY));
    }
    problems.push(...middlewareProblems("http", route.middlewares ?? [], at("middlewares")));
  });
  return problems;
}

/** What is wrong with a host of routes. */
export function hostProblems(path: string, host: string | undefined): Problem[] {
  const isHost = (name: string) => isHostName(name.toLowerCase().replace(/^\*\./, ""));
  if (host === undefined || isHost(host)) {
    return [];
  }
  const punycode = domainToASCII(host);
  const remedy = isHost(punycode)
    ? `write it in its punycode form, ${punycode}`
    : "use one such as whoami.example.com or *.example.com, without scheme or port";
  return [{ propertyPath: path, reason: `"${host}" is not a host name; ${remedy}` }];
}

/** As a rule's: what looks like a pattern is none. */
function pathPrefixProblems(path: string, route: Route): Problem[] {
  const { pathPrefix } = route;
  if (pathPrefix === undefined) {
    return [];
  }
  // eslint-disable-next-line no-control-regex -- these are meant
  if (!/^\/[^`\s\x00-\x1f\x7f]*$/.test(pathPrefix)) {
    const reason = `"${pathPrefix}" is not the beginning of a path; begin with "/", without backticks; one with a blank goes into a rule`;
    return [{ propertyPath: path, reason }];
  }
  if (/[?#]/.test(pathPrefix)) {
    const reason = `"${pathPrefix}" never matches: a query is not part of the path; leave it out, or write a rule with Query`;
    return [{ propertyPath: path, reason }];
  }
  const never = neverAtTraefik(pathPrefix);
  if (never !== undefined && patternIn(pathPrefix) === undefined) {
    return [{ propertyPath: path, reason: never }];
  }
  const regexp = !hasTemplate(pathPrefix)
    ? "PathRegexp(`…`)"
    : inV3(routeRule({ ...route, host: route.host?.includes("`") ? undefined : route.host }));
  return literalPathProblems(path, pathPrefix, `for a pattern write rule: ${regexp}`);
}

/**
 * Tags as the annotation `consul.hashicorp.com/service-tags` carries them: separated by commas, a comma within a tag
 * behind a backslash. What the injector reads back is exactly `tags`, provided that `tagProblems` found nothing.
 */
export function tagsAnnotation(tags: readonly string[]): string {
  return tags.map((tag) => tag.replaceAll(",", "\\,")).join(",");
}

/** The tags in an annotation, as the injector reads them back. Source: `parsetags` of consul-k8s. */
export function tagsOfAnnotation(annotation: string): string[] {
  const tags: string[] = [];
  let next = "";
  for (const char of annotation) {
    if (char !== ",") {
      next += char;
    } else if (next.endsWith("\\")) {
      next = next.slice(0, -1) + ",";
    } else if (next !== "") {
      tags.push(next.trim());
      next = "";
    }
  }
  return next === "" ? tags : [...tags, next.trim()];
}

/** What the annotation cannot carry: the injector trims each tag, drops empty ones and takes `\,` for a comma. */
export function tagProblems(path: string, tag: string): Problem[] {
  if (tag.trim() !== tag) {
    return [{ propertyPath: path, reason: "begins or ends with a blank, which the injector would trim; remove it" }];
  }
  if (tag.endsWith("\\")) {
    return [{ propertyPath: path, reason: "ends with a backslash, which would join it to the next tag; remove it" }];
  }
  return [];
}
