import { KnownServices } from "./intentionProblems";
import { actionOf, canonical, HttpMatch, IntentionPermission, IntentionRule, placeOf } from "./intentions";
import { Problem } from "../shared/problems";

/**
 * What rules say to no effect: permissions that are never reached, and allows that nothing uses. `elsewhere` are the rules
 * of the same mesh that were declared before and are not judged again.
 */
export function intentionWarnings(
  rules: readonly IntentionRule[],
  known: KnownServices,
  prefix: string,
  elsewhere: readonly IntentionRule[] = [],
): Problem[] {
  const places = new Map<IntentionRule, string>();
  rules.forEach((rule, i) => places.set(rule, placeOf(rule, i, prefix)));
  const all = [...rules, ...elsewhere];
  return rules.flatMap((rule) => {
    const place = places.get(rule)!;
    const permissions = coveredPermissions(rule.permissions ?? [], place);
    const reason = uselessAllow(rule, all, known, (other) => places.get(other) ?? other.declaredAt ?? "an earlier set");
    return reason === undefined ? permissions : [...permissions, { propertyPath: place, reason }];
  });
}

/** Permissions that an earlier one of the list decides already: the first that matches is the last that is asked. */
function coveredPermissions(permissions: readonly IntentionPermission[], place: string): Problem[] {
  return permissions.flatMap((later, j) => {
    const i = coveredBy(permissions, j);
    if (i < 0) {
      return [];
    }
    const remedy =
      permissions[i].action === later.action
        ? "remove it"
        : `put it first if it is the exception, or remove it: it never ${later.action === "deny" ? "denies" : "allows"}`;
    return [
      {
        propertyPath: `${place}.permissions[${j}]`,
        reason: `is never reached: ${place}.permissions[${i}] (${permissions[i].action}) matches all that it matches; ${remedy}`,
      },
    ];
  });
}

/** The first of a list's permissions that matches all that a later one of it matches, by their indices; -1 where none does. */
export function coveredBy(permissions: readonly IntentionPermission[], later: number): number {
  return permissions.findIndex((earlier, i) => i < later && covers(earlier, permissions[later]));
}

/** Whether each request that `b` matches is one that `a` matches, with its token or without. `false` where that cannot be told. */
function covers(a: IntentionPermission, b: IntentionPermission): boolean {
  const headers = new Set((b.http.header ?? []).map(canonical));
  return (
    coversPath(a.http, b.http) &&
    (!a.http.methods?.length ||
      (!!b.http.methods?.length && b.http.methods.every((m) => a.http.methods!.includes(m)))) &&
    (a.http.header ?? []).every((header) => headers.has(canonical(header)))
  );
}

function coversPath(a: HttpMatch, b: HttpMatch): boolean {
  if (a.pathPrefix) {
    const begins = b.pathExact || b.pathPrefix;
    return a.pathPrefix === "/" || (!!begins && begins.startsWith(a.pathPrefix));
  }
  if (a.pathExact) {
    return a.pathExact === b.pathExact;
  }
  return !a.pathRegex || a.pathRegex === b.pathRegex;
}

/** Why an allow has no effect, `undefined` where it may have one. Denies are never useless: they hold what may come. */
function uselessAllow(
  rule: IntentionRule,
  all: readonly IntentionRule[],
  { ingress, services, external }: KnownServices,
  placed: (rule: IntentionRule) => string,
): string | undefined {
  const { source, destination, permissions } = rule;
  if (actionOf(rule) === "deny" || permissions?.every((p) => p.action === "deny")) {
    return undefined;
  }
  if (destination === ingress?.name) {
    return `allows calls to "${destination}", which nobody makes: the ingress is called from outside the mesh; remove it`;
  }
  if (source === ingress?.name && services.has(destination) && !ingress.routed.has(destination)) {
    return `lets "${source}" call "${destination}", to which no route leads; give the service a route, or remove the rule`;
  }
  const find = (s: string, d: string) => all.find((other) => other.source === s && other.destination === d);
  if (destination === "*" && source !== "*") {
    const others = [...services.keys(), ...external].filter((name) => name !== source && name !== ingress?.name);
    if (others.length > 0 && others.every((name) => find(source, name) ?? find("*", name))) {
      return `decides nothing: each service has a rule of its own for ${source} or for *, which goes first; remove it`;
    }
  }
  // What would decide without this rule: Consul prefers the exact destination, then the exact source.
  const wider = [find("*", destination), find(source, "*"), find("*", "*")].find((other) => other && other !== rule);
  const exceptions = source === "*" && all.some((other) => other.destination === "*" && other.source !== "*");
  if (wider && actionOf(rule) === "allow" && actionOf(wider) === "allow" && !exceptions) {
    return `allows what ${placed(wider)} (${wider.source} → ${wider.destination}) allows already; remove one of them`;
  }
  return undefined;
}
