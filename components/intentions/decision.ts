import { RE2JS } from "re2js";
import { actionOf, HttpMatch, IntentionPermission, IntentionRule, uniteRules } from "./intentions";

/** A call as a log tells it: headers and tokens it does not. */
export interface Call {
  readonly source: string;
  readonly destination: string;
  /** Of a request; a connection to a `tcp` service has none. The path is without its query. */
  readonly http?: HttpCall;
}

export interface HttpCall {
  readonly method: string;
  readonly path: string;
}

/** What becomes of a call; `unknown` where a header or a token decides. */
export type Decision = "allow" | "deny" | "unknown";

/**
 * What rules with deny-all make of a call, as Consul does: the rule with the exact destination goes first, then the one with the exact
 * source [agent/structs, UpdatePrecedence]; of its permissions the first that matches.
 */
export function decider(rules: readonly IntentionRule[]): (call: Call) => Decision {
  const united = new Map(uniteRules(rules).map((rule) => [`${rule.source} ${rule.destination}`, rule]));
  const find = (source: string, destination: string) => united.get(`${source} ${destination}`);
  return ({ source, destination, http }) => {
    const rule = find(source, destination) ?? find("*", destination) ?? find(source, "*") ?? find("*", "*");
    return rule === undefined
      ? "deny"
      : (actionOf(rule) ?? (http === undefined ? "deny" : ofPermissions(rule.permissions!, http)));
  };
}

/** What none of them matches is refused: see `DENY_THE_REST`. */
function ofPermissions([first, ...rest]: readonly IntentionPermission[], http: HttpCall): Decision {
  if (first === undefined) {
    return "deny";
  }
  if (!matches(first.http, http)) {
    return ofPermissions(rest, http);
  }
  const matched = first.jwt === undefined ? first.action : "unknown";
  return !first.http.header?.length || ofPermissions(rest, http) === matched ? matched : "unknown";
}

/** Whether a request may be one that is meant, as far as path and method tell. */
function matches({ pathExact, pathPrefix, pathRegex, methods }: HttpMatch, { method, path }: HttpCall): boolean {
  return (
    (!methods?.length || methods.includes(method)) &&
    // Envoy compares a regular expression with the whole path.
    (pathExact
      ? path === pathExact
      : pathPrefix
        ? path.startsWith(pathPrefix)
        : !pathRegex || RE2JS.compile(pathRegex).matches(path))
  );
}
