import { RE2JS } from "re2js";
import { actionOf, HeaderMatch, HttpMatch, IntentionPermission, IntentionRule, uniteRules } from "./intentions";

/** A call, as a log tells it or as it is made. */
export interface Call {
  readonly source: string;
  readonly destination: string;
  /** Of a request; a connection to a `tcp` service has none. The path is without its query. */
  readonly http?: HttpCall;
}

export interface HttpCall {
  readonly method: string;
  readonly path: string;
  /** By their names in small letters, of a request that is known whole: it has no token. A log tells none of them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What becomes of a call; `unknown` where a header or a token decides that is not known. */
export type Decision = "allow" | "deny" | "unknown";

/** A decision, and what made it: no rule is deny-all, no permission is that none matches. */
export interface Verdict {
  readonly decision: Decision;
  readonly rule?: IntentionRule;
  readonly permission?: IntentionPermission;
}

/** `judge` without the reasons. */
export function decider(rules: readonly IntentionRule[]): (call: Call) => Decision {
  const verdictOf = judge(rules);
  return (call) => verdictOf(call).decision;
}

/**
 * What rules with deny-all make of a call, as Consul does: the rule with the exact destination goes first, then the one with the exact
 * source [agent/structs, UpdatePrecedence]; of its permissions the first that matches.
 */
export function judge(rules: readonly IntentionRule[]): (call: Call) => Verdict {
  const united = new Map(uniteRules(rules).map((rule) => [`${rule.source} ${rule.destination}`, rule]));
  const find = (source: string, destination: string) => united.get(`${source} ${destination}`);
  return ({ source, destination, http }) => {
    const rule = find(source, destination) ?? find("*", destination) ?? find(source, "*") ?? find("*", "*");
    if (rule === undefined) {
      return { decision: "deny" };
    }
    const action = actionOf(rule) ?? (http === undefined ? "deny" : undefined);
    return { rule, ...(action === undefined ? ofPermissions(rule.permissions!, http!) : { decision: action }) };
  };
}

/** What none of them matches is refused: see `DENY_THE_REST`. */
function ofPermissions([first, ...rest]: readonly IntentionPermission[], http: HttpCall): Omit<Verdict, "rule"> {
  if (first === undefined) {
    return { decision: "deny" };
  }
  if (!matches(first.http, http)) {
    return ofPermissions(rest, http);
  }
  const withToken = http.headers === undefined ? "unknown" : "deny";
  const matched = first.jwt === undefined ? first.action : withToken;
  const certain =
    http.headers !== undefined || !first.http.header?.length || ofPermissions(rest, http).decision === matched;
  return { decision: certain ? matched : "unknown", permission: first };
}

/** Whether a request may be one that is meant, as far as it is known. */
export function matches(
  { pathExact, pathPrefix, pathRegex, methods, header = [] }: HttpMatch,
  { method, path, headers }: HttpCall,
): boolean {
  return (
    (!methods?.length || methods.includes(method)) &&
    // Envoy compares a regular expression with the whole path.
    (pathExact
      ? path === pathExact
      : pathPrefix
        ? path.startsWith(pathPrefix)
        : !pathRegex || RE2JS.compile(pathRegex).matches(path)) &&
    (headers === undefined || header.every((each) => holds(each, headers[each.name.toLowerCase()])))
  );
}

/** A header that is not there fails every criterion but that it is not there, inverted or not [Envoy, HeaderUtility]. */
function holds(criterion: HeaderMatch, value: string | undefined): boolean {
  const { present, exact, prefix, suffix, contains, regex, invert = false, ignoreCase = false } = criterion;
  if (present || value === undefined) {
    return present === true && (value !== undefined) !== invert;
  }
  const cased = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const its = cased(value);
  const met = exact
    ? its === cased(exact)
    : prefix
      ? its.startsWith(cased(prefix))
      : suffix
        ? its.endsWith(cased(suffix))
        : contains
          ? its.includes(cased(contains))
          : RE2JS.compile(regex ?? "").matches(value);
  return met !== invert;
}
