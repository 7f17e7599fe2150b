import { RE2JS } from "re2js";
import { parseRule, Rule, ruleHolds } from "../../components/routing/ruleSyntax";
import type { HttpCall } from "../../components/intentions/decision";
import type { DeclaredService } from "../access/declared";
import { matched } from "./samples";

/** A router of Traefik's that leads to a service, as its tags say. */
export interface Router {
  readonly name: string;
  readonly service: string;
  readonly kind: "http" | "tcp";
  readonly rule: Rule;
  readonly priority: number;
  readonly entryPoints: readonly string[];
  readonly tls: boolean;
  readonly passthrough: boolean;
  /** Whether the sidecar sees another path, or other headers, than Traefik does. */
  readonly rewrites: boolean;
}

const REWRITES =
  /\.(stripprefix|stripprefixregex|addprefix|replacepath|replacepathregex|headers\.customrequestheaders)\b/i;

export function routersOf(services: readonly DeclaredService[]): Router[] {
  return services.flatMap(({ name: service, workloads }) => {
    const tags = [...new Set(workloads.flatMap((workload) => workload.tags))];
    return tags.flatMap((tag): Router[] => {
      const [, kind, name, rule] = /^traefik\.(http|tcp)\.routers\.([^.=]+)\.rule=(.*)$/s.exec(tag) ?? [];
      if (name === undefined) {
        return [];
      }
      const its = (option: string) => {
        const begin = `traefik.${kind}.routers.${name}.${option}`;
        const found = tags.find((each) => each.toLowerCase().startsWith(`${begin}=`.toLowerCase()));
        return found?.slice(begin.length + 1);
      };
      const middlewares = (its("middlewares") ?? "").split(",").map((each) => each.replace(/@.*/, ""));
      const router = {
        name,
        service,
        kind: kind as Router["kind"],
        rule: parseRule(rule),
        priority: Number(its("priority") ?? rule.length),
        entryPoints: (its("entrypoints") ?? "web").split(","),
        tls: tags.some((each) => each.startsWith(`traefik.${kind}.routers.${name}.tls`)),
        passthrough: its("tls.passthrough") === "true",
        rewrites: tags.some(
          (each) => REWRITES.test(each) && middlewares.includes(/\.middlewares\.([^.]+)\./.exec(each)?.[1] ?? ""),
        ),
      };
      // What shows that routes are served, for Traefik's own eyes.
      return router.entryPoints.includes("admin") ? [] : [router];
    });
  });
}

/** A request as Traefik gets it. */
export interface Asked extends HttpCall {
  readonly host: string;
}

/** Whether a rule matches; `undefined` where it speaks of what is not known here. */
function ruleMatches(rule: Rule, asked: Asked): boolean | undefined {
  return ruleHolds(rule, (name, args) => matcherMatches(name, args, asked));
}

function matcherMatches(name: string, [first, second]: readonly string[], asked: Asked): boolean | undefined {
  const finds = (regex: string, text: string) => RE2JS.compile(regex).matcher(text).find();
  const header = () => asked.headers?.[first.toLowerCase()];
  switch (name) {
    case "Host":
      return asked.host === first.toLowerCase();
    case "HostRegexp":
      return finds(first, asked.host);
    case "Path":
      return asked.path === first;
    case "PathPrefix":
      return asked.path.startsWith(first);
    case "PathRegexp":
      return finds(first, asked.path);
    case "Method":
      return asked.method === first;
    case "Header":
      return header() === second;
    case "HeaderRegexp":
      return header() !== undefined && finds(second, header()!);
    default:
      return undefined;
  }
}

/** Arguments of a rule's matchers of these names that are not negated. */
function argumentsOf(rule: Rule, ...names: string[]): string[] {
  switch (rule.kind) {
    case "not":
      return [];
    case "match":
      return names.includes(rule.name) ? [rule.args[0]] : [];
    default:
      return [...argumentsOf(rule.left, ...names), ...argumentsOf(rule.right, ...names)];
  }
}

/** Paths that routes of a service begin with. */
export function placesOf(routers: readonly Router[], service: string): string[] {
  return [
    "/",
    ...routers
      .filter((each) => each.service === service)
      .flatMap(({ rule }) => argumentsOf(rule, "Path", "PathPrefix")),
  ];
}

function hostsOf(rule: Rule): string[] {
  const hosts = [
    ...argumentsOf(rule, "Host").map((host) => host.toLowerCase()),
    ...argumentsOf(rule, "HostRegexp").flatMap(
      (regex) => matched(regex.replace(/^\^|\$$/g, ""), /^[a-z0-9.-]+$/) ?? [],
    ),
  ];
  return hosts.length > 0 ? hosts : ["localhost"];
}

/** The router, and the host, by which Traefik leads a call to a service; none where no route does, or where it is not known. */
export function routeTo(
  routers: readonly Router[],
  service: string,
  call: HttpCall,
): { readonly router: Router; readonly host: string } | undefined {
  const all = routers.filter(({ kind }) => kind === "http");
  for (const router of all.filter((each) => each.service === service)) {
    const beside = all
      .filter((each) => each.tls === router.tls && each.entryPoints.includes(router.entryPoints[0]))
      .sort((a, b) => b.priority - a.priority);
    for (const host of hostsOf(router.rule)) {
      const first = beside.find(({ rule }) => ruleMatches(rule, { ...call, host }) !== false);
      if (first === router && ruleMatches(router.rule, { ...call, host }) === true) {
        return { router, host };
      }
    }
  }
  return undefined;
}

/** The server's name of a tcp router, where connections can be tried: what ends their TLS is Traefik, or there is none. */
export function connectionTo(
  routers: readonly Router[],
  service: string,
): { readonly router: Router; readonly host: string } | undefined {
  const router = routers.find((each) => each.service === service && each.kind === "tcp" && !each.passthrough);
  const [sni = "*"] = router === undefined ? [] : argumentsOf(router.rule, "HostSNI");
  return router && { router, host: sni === "*" ? "localhost" : sni.replace(/^\*/, "mesh-probe") };
}
