import { traefikOption } from "../shared/names";
import { RE2JS } from "re2js";
import { routeEntryPoints, routeHosts } from "./routeHosts";
import { priorityOf, routeRule } from "./routes";
import { parseRule, ruleHolds } from "./ruleSyntax";
import { canonical, canonicalRule, hostsOf } from "./rules";
import type { Published } from "./serviceTags";
import { EVERY_NAME, tcpEntryPointsOf, tcpRouteRule } from "./tcpRoutes";

/** A route as Traefik tells it from others. */
export interface Ranked {
  readonly kind: "http" | "tcp";
  /** Where it stands in its service. */
  readonly input: string;
  readonly rule: string;
  /** The hosts that it names; `*.example.com` for any name of those. */
  readonly hosts: readonly string[];
  readonly entryPoints: readonly string[];
  /** Of connections without TLS, which Traefik matches apart from those with it. */
  readonly plain: boolean;
  /** Of two that match, the one with the higher number serves. */
  readonly rank: number;
}

/** The same in a mesh: the stack that has it, where it is another one, and what it is called. */
interface Owned extends Ranked {
  readonly stack: string | undefined;
  readonly named: string;
}

export function rankedRoutes({ routes = [], tcpRoutes = [] }: Published): Ranked[] {
  return [
    ...routes.map((route, i): Ranked => {
      const rule = routeRule(route);
      return {
        kind: "http",
        input: `routes[${i}]`,
        rule: canonicalRule(rule),
        hosts: route.host === undefined ? routeHosts(route) : [route.host.toLowerCase()],
        entryPoints: routeEntryPoints(route),
        plain: false,
        rank: priorityOf(route) ?? rule.length,
      };
    }),
    ...tcpRoutes.map((route, i): Ranked => {
      const rule = canonicalRule(tcpRouteRule(route));
      return {
        kind: "tcp",
        input: `tcpRoutes[${i}]`,
        rule,
        hosts: hostsOf(rule, "HostSNI").filter((host) => host !== "*"),
        entryPoints: tcpEntryPointsOf(route),
        plain: route.tls === undefined,
        rank: rule === EVERY_NAME ? -1 : tcpRouteRule(route).length,
      };
    }),
  ];
}

/** Whose hosts are whose: a host is that of the stack whose routes name it. */
export class HostOwners {
  private readonly routes: Owned[] = [];
  /** Those that may match hosts which they do not name. */
  private readonly wide: Owned[] = [];

  /**
   * What keeps a route from being served, or would take requests from another stack's; then it joins. `shared` are hosts of which
   * each stack may have paths.
   */
  take(route: Owned, shared: readonly string[]): string[] {
    const others = this.routes.filter(({ stack }) => stack !== route.stack);
    const host = first(others, (other) =>
      route.hosts.find((each) => other.hosts.includes(each) && !isIn(each, shared)),
    );
    // Most rules name all that they match, and need not be asked about each host of a thousand.
    const wide = /Regexp|\*/.test(route.rule) || mayMatch(route.rule, "nobody.invalid");
    const above = first(wide ? others : [], (other) => takenBy(route, other));
    const below = first(this.wide, (other) => (other.stack === route.stack ? undefined : takenBy(other, route)));
    const kind = first(this.routes, (other) =>
      other.kind !== route.kind && meet(other, route)
        ? route.hosts.find((each) => other.hosts.includes(each))
        : undefined,
    );
    this.routes.push(route);
    this.wide.push(...(wide ? [route] : []));
    return [
      ...host.map(
        ({ it, named }) =>
          `the host "${it}" is that of ${named} too, of another stack; use another, or have the stack of the mesh name it in ${traefikOption("sharedHosts")}`,
      ),
      ...above.map(
        ({ it, named, rank }) =>
          `takes requests for "${it}" from ${named}, of another stack: it ranks ${route.rank}, and that ${rank}; name hosts` +
          (route.kind === "http" ? `, or set a priority below ${rank}` : ""),
      ),
      ...below.map(
        ({ it, named, rank }) =>
          `requests for "${it}" go to ${named}, of another stack: that ranks ${rank}, and this ${route.rank}; have that stack name hosts` +
          (route.kind === "http" ? `, or set a priority above ${rank}` : ""),
      ),
      ...kind.map(
        ({ it, named }) =>
          `the server name "${it}" is that of ${named} too, and Traefik has either requests or connections of a name; give each its own`,
      ),
    ];
  }
}

/** The first route of which something is found, and that. */
function first(routes: readonly Owned[], find: (route: Owned) => string | undefined) {
  for (const route of routes) {
    const it = find(route);
    if (it !== undefined) {
      return [{ ...route, it }];
    }
  }
  return [];
}

/** A host that a route names, with TLS, and of which one that does not name it gets what is asked. */
function takenBy(wide: Ranked, route: Ranked): string | undefined {
  return wide.kind === route.kind && !wide.plain && wide.rank >= route.rank && meet(wide, route)
    ? route.hosts.find((each) => !wide.hosts.includes(each) && mayMatch(wide.rule, each))
    : undefined;
}

function isIn(host: string, hosts: readonly string[]): boolean {
  return hosts.some((each) => each.toLowerCase() === host);
}

function meet(one: Ranked, other: Ranked): boolean {
  return one.entryPoints.some((each) => other.entryPoints.includes(each));
}

/** Whether a rule may match what is asked of a host, at a path where that is known; one that cannot be read matches nothing. */
export function mayMatch(rule: string, host: string, path?: string): boolean {
  const name = host.replace(/^\*/, "any-name");
  const finds = (regex: string, text: string) => RE2JS.compile(regex).matcher(text).find();
  const atPath = (judge: (path: string) => boolean) => (path === undefined ? undefined : judge(path));
  try {
    const found = ruleHolds(canonical(parseRule(rule)), (matcher, [value]) => {
      switch (matcher) {
        case "Host":
        case "HostSNI":
          return [name, name.replace(/^[^.]*/, "*"), "*"].includes(value);
        case "HostRegexp":
        case "HostSNIRegexp":
          return finds(value, name);
        case "Path":
          return atPath((its) => its === value);
        case "PathPrefix":
          return atPath((its) => its.startsWith(value));
        case "PathRegexp":
          return atPath((its) => finds(value, its));
        default:
          return undefined;
      }
    });
    return found !== false;
  } catch {
    return false;
  }
}
