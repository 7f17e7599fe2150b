export type Action = "allow" | "deny";

/** One criterion on a request header: exactly one of `present`, `exact`, `prefix`, `suffix`, `contains` and `regex`. */
export interface HeaderMatch {
  /** The header's name; its case does not matter. */
  readonly name: string;
  /** The header is there, whatever it says. */
  readonly present?: boolean;
  /** The whole value. */
  readonly exact?: string;
  /** The value's beginning. */
  readonly prefix?: string;
  /** The value's end. */
  readonly suffix?: string;
  /** A part of the value. Needs consul-k8s 1.5.4 or 1.6.1 and newer: an older one's custom resource has no such field. */
  readonly contains?: string;
  /** A regular expression of the whole value, RE2 syntax. */
  readonly regex?: string;
  /**
   * Whether the criterion has to fail.
   * @unset Consul's own, `false`
   */
  readonly invert?: boolean;
  /**
   * For `exact`, `prefix`, `suffix` and `contains`. Needs the same versions as `contains`.
   * @unset Consul's own, `false`
   */
  readonly ignoreCase?: boolean;
}

/** What a request has to be, in every respect that is given; at least one is. */
export interface HttpMatch {
  /** The whole path. One of the three path matchers at most; none means any path. */
  readonly pathExact?: string;
  /** The beginning of the path. */
  readonly pathPrefix?: string;
  /** A regular expression of the whole path, RE2 syntax. */
  readonly pathRegex?: string;
  /**
   * Criteria that all have to hold.
   * @unset none
   */
  readonly header?: readonly HeaderMatch[];
  /**
   * HTTP methods, in capitals.
   * @unset any
   */
  readonly methods?: readonly string[];
}

/** A claim of a token. */
export interface JwtClaim {
  /** Its name; of a claim within others, the names from outside on. */
  readonly path: readonly string[];
  /** What it says, letter by letter: a text. A number, true or false, and a list never match. */
  readonly value: string;
}

/** JSON Web Tokens that a request needs one of. */
export interface JwtRequirement {
  /** Any of these. */
  readonly providers: readonly {
    /** Name of a JWTProvider of Consul, which `jwtProviders` declares or names. */
    readonly name: string;
    /**
     * Claims that the token has to have.
     * @unset none
     */
    readonly verifyClaims?: readonly JwtClaim[];
  }[];
}

/** One L7 permission: what its `http` matches is allowed or denied. The first permission that matches decides. */
export interface IntentionPermission {
  /** What is done with what matches. */
  readonly action: Action;
  /** What a request has to be. */
  readonly http: HttpMatch;
  /**
   * The token that a request needs to be allowed. One without it is refused: no later permission is asked.
   * @unset none
   */
  readonly jwt?: JwtRequirement;
}

/** Who may, or may not, call whom. Either `action` for the whole service, or `permissions` for an L7 one. */
export interface IntentionRule {
  /** Name of the calling service, `traefik-system-ingress`, or `*` for any. A name that nobody has is refused. */
  readonly source: string;
  /** Name of the called service, or `*` for any. */
  readonly destination: string;
  /**
   * What is done with every call; excludes `permissions`.
   * @unset `allow`, where there are no `permissions`
   */
  readonly action?: Action;
  /**
   * For services that speak http, http2 or grpc: what the first one that matches says; what none matches is refused. See
   * docs/intentions.md.
   * @unset none
   */
  readonly permissions?: readonly IntentionPermission[];
  /**
   * Kept in Consul, at most 512 bytes.
   * @unset none
   */
  readonly description?: string;
  /**
   * The path of the rule as its owner wrote it, for problems to name.
   * @unset its place in the list that is judged
   */
  readonly declaredAt?: string;
}

/** A call that a service says it makes: an allow that the calling side declares. */
export type ServiceCall = Pick<IntentionRule, "destination" | "permissions" | "description">;

/** The ServiceIntentions of one destination, as its spec. */
export interface ServiceIntentionsSpec {
  readonly destination: { readonly name: string };
  readonly sources: readonly Record<string, unknown>[];
}

/** The rule that refuses everything that no other rule allows: Consul takes the most specific one first. */
export const DENY_ALL: IntentionRule = { source: "*", destination: "*", action: "deny" };

/** What a rule does to the whole service; `undefined` where permissions decide. */
export function actionOf(rule: IntentionRule): Action | undefined {
  return rule.permissions === undefined ? (rule.action ?? "allow") : undefined;
}

/** Where a rule was declared. */
export function placeOf(rule: IntentionRule, index: number, prefix: string): string {
  return rule.declaredAt ?? `${prefix}[${index}]`;
}

/** Whose list a place is in: rules of one list have one owner. */
function ownerOf(rule: IntentionRule): string | undefined {
  return rule.declaredAt?.replace(/\[\d+\]$/, "");
}

export function samePair(a: IntentionRule, b: IntentionRule): boolean {
  return a.source === b.source && a.destination === b.destination;
}

export function sameOwner(a: IntentionRule, b: IntentionRule): boolean {
  return ownerOf(a) === ownerOf(b);
}

/**
 * Whether two owners' rules for one pair can be one rule whichever comes first: they say the same, or both list nothing
 * but what they allow, without a token.
 */
export function agree(a: IntentionRule, b: IntentionRule): boolean {
  if (a.permissions === undefined || b.permissions === undefined) {
    return actionOf(a) === actionOf(b);
  }
  return (
    canonical(a.permissions) === canonical(b.permissions) ||
    [...a.permissions, ...b.permissions].every((p) => p.action === "allow" && p.jwt === undefined)
  );
}

/** A value as text that does not depend on the order of its keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v) =>
    typeof v === "object" && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => compare(a, b)))
      : v,
  );
}

/**
 * The rules with each pair's declarations by several owners made one, in alphabetical order of destination and source.
 * The order of declaration changes nothing. A pair that one owner declares twice stays twice: it is a mistake.
 */
export function uniteRules(rules: readonly IntentionRule[]): IntentionRule[] {
  const sorted = [...rules].sort((a, b) => compare(sortKey(a), sortKey(b)));
  const united: IntentionRule[] = [];
  for (const rule of sorted) {
    const i = united.findIndex((other) => samePair(other, rule) && !sameOwner(other, rule) && agree(other, rule));
    if (i < 0) {
      united.push(rule);
    } else {
      united[i] = unite(united[i], rule);
    }
  }
  return united;
}

function unite(a: IntentionRule, b: IntentionRule): IntentionRule {
  const description = a.description ?? b.description;
  if (canonical(a.permissions) === canonical(b.permissions)) {
    return { ...a, description };
  }
  // Among allows the order means nothing, so there is one that does not depend on who came first.
  const permissions = new Map([...a.permissions!, ...b.permissions!].map((p) => [canonical(p), p]));
  return { ...a, description, permissions: [...permissions].sort(([x], [y]) => compare(x, y)).map(([, p]) => p) };
}

function sortKey(rule: IntentionRule): string {
  return JSON.stringify([rule.destination, rule.source, rule.declaredAt ?? "", canonical(rule)]);
}

/** Of two that are the same, nobody sees which comes first. */
function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Whatever is asked for: a prefix of "/" would leave out `OPTIONS *`. */
export const DENY_THE_REST: IntentionPermission = { action: "deny", http: { pathRegex: ".*" } };

/**
 * Permissions that end with a denial of all that none of them matches. Without it Consul applies the default of its ACLs
 * to the rest, not the deny-all intention: with ACLs off every allow by path opens the whole service (observed with
 * Consul 1.20; `removePermissionPrecedence` in its agent/xds/rbac.go drops a permission that equals the default).
 */
function closed(permissions: readonly IntentionPermission[]): IntentionPermission[] {
  return permissions.length === 0 ? [] : [...permissions, DENY_THE_REST];
}

/** One ServiceIntentions a destination, which is all that Consul allows. */
export function mergeIntentions(rules: readonly IntentionRule[]): ServiceIntentionsSpec[] {
  const united = uniteRules(rules);
  return [...new Set(united.map((rule) => rule.destination))].map((destination) => ({
    destination: { name: destination },
    sources: united
      .filter((rule) => rule.destination === destination)
      .map(({ source, action, permissions, description }) => ({
        name: source,
        ...(permissions === undefined ? { action: action ?? "allow" } : action === undefined ? {} : { action }),
        ...(permissions === undefined ? {} : { permissions: closed(permissions) }),
        ...(description === undefined ? {} : { description }),
      })),
  }));
}

/** The JWT providers that an entry's permissions name. */
export function tokensOf({ sources }: ServiceIntentionsSpec): string[] {
  return providersIn(sources.flatMap((source) => (source.permissions ?? []) as IntentionPermission[]));
}

/** The JWT providers that permissions name. */
export function providersIn(permissions: readonly IntentionPermission[]): string[] {
  return permissions.flatMap(({ jwt }) => (jwt?.providers ?? []).map(({ name }) => name));
}

/** The name of the custom resource for a destination; the dot keeps the wildcard's apart from every service's. */
export function intentionsName(destination: string): string {
  return destination === "*" ? "all.services" : destination;
}
