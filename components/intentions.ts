import { isDnsLabel } from "./names";
import { Problem } from "./problems";

export type Action = "allow" | "deny";

/** One L7 permission: what its `http` matches is allowed or denied. The first permission that matches decides. */
export interface IntentionPermission {
  readonly action: Action;
  readonly http: {
    /** The whole path. One of the three path matchers at most; none means any path. */
    readonly pathExact?: string;
    /** The beginning of the path. */
    readonly pathPrefix?: string;
    /** A regular expression of the whole path, RE2 syntax. */
    readonly pathRegex?: string;
    /** HTTP methods. Default: any. */
    readonly methods?: readonly string[];
  };
}

/** Who may, or may not, call whom. Either `action` for the whole service, or `permissions` for an L7 one. */
export interface IntentionRule {
  /** Name of the calling service, or `*` for any. */
  readonly source: string;
  /** Name of the called service, or `*` for any. */
  readonly destination: string;
  /** Default `allow`, where there are no `permissions`. */
  readonly action?: Action;
  /** For services that speak http, http2 or grpc. */
  readonly permissions?: readonly IntentionPermission[];
  readonly description?: string;
}

/** The ServiceIntentions of one destination, as its spec. */
export interface ServiceIntentionsSpec {
  readonly destination: { readonly name: string };
  readonly sources: readonly Record<string, unknown>[];
}

/** The rule that refuses everything that no other rule allows: Consul takes the most specific one first. */
export const DENY_ALL: IntentionRule = { source: "*", destination: "*", action: "deny" };

/** Methods that Consul accepts in a permission. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];

/**
 * One ServiceIntentions a destination, which is all that Consul allows: destinations and, within one, sources in
 * alphabetical order, so that the order of declaration changes nothing.
 */
export function mergeIntentions(rules: readonly IntentionRule[]): ServiceIntentionsSpec[] {
  const destinations = [...new Set(rules.map((rule) => rule.destination))].sort();
  return destinations.map((destination) => ({
    destination: { name: destination },
    sources: rules
      .filter((rule) => rule.destination === destination)
      .sort((a, b) => (a.source < b.source ? -1 : 1))
      .map((rule) => ({
        name: rule.source,
        ...(rule.permissions === undefined
          ? { action: rule.action ?? "allow" }
          : { permissions: rule.permissions.map((p) => ({ action: p.action, http: { ...p.http } })) }),
        ...(rule.description === undefined ? {} : { description: rule.description }),
      })),
  }));
}

/** The name of the custom resource for a destination; the dot keeps the wildcard's apart from every service's. */
export function intentionsName(destination: string): string {
  return destination === "*" ? "all.services" : destination;
}

/** The edges that rules declare, one line each, such as `traefik-system-ingress → whoami (allow GET /api*)`. */
export function describeEdges(rules: readonly IntentionRule[]): string[] {
  return rules.map((rule) => {
    const what = rule.permissions?.map(describePermission).join(", ") ?? rule.action ?? "allow";
    return `${rule.source} → ${rule.destination} (${what})`;
  });
}

function describePermission({ action, http }: IntentionPermission): string {
  const path = http.pathExact ?? (http.pathRegex === undefined ? `${http.pathPrefix ?? "/"}*` : `~${http.pathRegex}`);
  return [action, http.methods?.join("|"), path].filter((part) => part !== undefined).join(" ");
}

/** What rules are judged against. */
export interface KnownServices {
  /** Whether the same set declares deny-all, so that no rule may say `* → *` again. */
  readonly denyAll: boolean;
  /** Services by name, with their protocol. */
  readonly services: ReadonlyMap<string, string>;
  /** Names that are in the mesh but not of this program, such as an ingress; their protocol is not known. */
  readonly external: ReadonlySet<string>;
}

/** What is wrong with rules: all that Consul's webhook or Consul itself would refuse, and names that nobody has. */
export function intentionProblems(rules: readonly IntentionRule[], known: KnownServices, prefix: string): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  rules.forEach((rule, i) => {
    const problem = (input: string, reason: string) =>
      problems.push({ propertyPath: `${prefix}[${i}]${input}`, reason });

    for (const end of ["source", "destination"] as const) {
      const name = rule[end];
      if (name === "*") {
        continue;
      }
      if (!isDnsLabel(name)) {
        problem(`.${end}`, `"${name}" is not a service name; use a DNS label, or "*" for any service`);
      } else if (!known.services.has(name) && !known.external.has(name)) {
        const names = [...known.services.keys(), ...known.external].sort();
        problem(
          `.${end}`,
          `"${name}" is no service of this stack; known are ${names.join(", ") || "none"}. Declare it, or name it as external`,
        );
      }
    }

    if (known.denyAll && rule.source === "*" && rule.destination === "*") {
      problem("", "* → * is what denyAll declares; set denyAll to false, or remove the rule");
    }
    const pair = JSON.stringify([rule.source, rule.destination]);
    const first = seen.get(pair);
    if (first !== undefined) {
      problem(
        "",
        `${rule.source} → ${rule.destination} is declared by ${prefix}[${first}] already; merge the two into one rule`,
      );
    }
    seen.set(pair, first ?? i);

    if (rule.permissions === undefined) {
      return;
    }
    if (rule.action !== undefined) {
      problem(".action", "excludes permissions; keep one of the two");
    }
    if (rule.permissions.length === 0) {
      problem(
        ".permissions",
        "is empty and would match nothing; leave it out for the whole service, or list a permission",
      );
    }
    const protocol = known.services.get(rule.destination);
    if (rule.destination === "*") {
      problem(".permissions", "cannot go to every service; name one destination, or use action");
    } else if (protocol === "tcp") {
      problem(
        ".permissions",
        `"${rule.destination}" speaks tcp; use action, or set its protocol to http, http2 or grpc`,
      );
    }
    rule.permissions.forEach((permission, j) => {
      permissionProblems(permission).forEach((p) => problem(`.permissions[${j}].${p.propertyPath}`, p.reason));
    });
  });
  return problems;
}

function permissionProblems({ http }: IntentionPermission): Problem[] {
  const problems: Problem[] = [];
  const matchers = (["pathExact", "pathPrefix", "pathRegex"] as const).filter((m) => http[m] !== undefined);
  if (matchers.length === 0 && (http.methods ?? []).length === 0) {
    problems.push({
      propertyPath: "http",
      reason: 'matches nothing by itself; give a path matcher, such as pathPrefix "/", or methods',
    });
  }
  if (matchers.length > 1) {
    problems.push({ propertyPath: "http", reason: `has ${matchers.join(" and ")}; keep one path matcher` });
  }
  for (const matcher of ["pathExact", "pathPrefix"] as const) {
    const value = http[matcher];
    if (value !== undefined && !value.startsWith("/")) {
      problems.push({ propertyPath: `http.${matcher}`, reason: `"${value}" is not a path; begin with "/"` });
    }
  }
  (http.methods ?? []).forEach((method, i) => {
    if (!METHODS.includes(method)) {
      problems.push({
        propertyPath: `http.methods[${i}]`,
        reason: `"${method}" is no HTTP method; use one of ${METHODS.join(", ")}`,
      });
    }
  });
  const duplicate = (http.methods ?? []).find((m, i, all) => all.indexOf(m) !== i);
  if (duplicate !== undefined) {
    problems.push({ propertyPath: "http.methods", reason: `names ${duplicate} twice; name it once` });
  }
  return problems;
}
