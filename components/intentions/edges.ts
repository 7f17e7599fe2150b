import {
  actionOf,
  canonical,
  DENY_THE_REST,
  HeaderMatch,
  IntentionPermission,
  IntentionRule,
  JwtRequirement,
  ServiceIntentionsSpec,
  uniteRules,
} from "./intentions";

/**
 * The edges that rules declare, in words, sorted: `allow traefik-system-ingress → whoami  GET /api/*`, `deny * → *`.
 * A list of permissions that only allow is one edge each; one with denies or tokens is one edge in all, since its order matters.
 */
export function describeEdges(rules: readonly IntentionRule[]): string[] {
  return uniteRules(rules).flatMap((rule) => {
    const pair = `${rule.source} → ${rule.destination}`;
    const { permissions = [] } = rule;
    const actions = new Set(permissions.map((p) => p.action));
    if (actions.size > 1 || (permissions.length > 1 && permissions.some(({ jwt }) => jwt !== undefined))) {
      return [`allow ${pair}  ${permissions.map((p) => `${p.action} ${describeMatch(p)}`).join(", then ")}`];
    }
    return permissions.length === 0
      ? [`${actionOf(rule)} ${pair}`]
      : permissions.map((p) => `${p.action} ${pair}  ${describeMatch(p)}`);
  });
}

function describeMatch({ http, jwt }: IntentionPermission): string {
  const path = http.pathExact ?? (http.pathRegex === undefined ? `${http.pathPrefix ?? "/"}*` : `~${http.pathRegex}`);
  return [
    http.methods?.join("|"),
    path,
    ...(http.header ?? []).map((header) => `[${describeHeader(header)}]`),
    jwt && `with a token of ${jwt.providers.map(describeProvider).join(" or ")}`,
  ]
    .filter((part) => part)
    .join(" ");
}

function describeProvider({ name, verifyClaims = [] }: JwtRequirement["providers"][number]): string {
  const claims = verifyClaims.map(({ path, value }) => `${path.join(".")} "${value}"`);
  return claims.length === 0 ? name : `${name} with ${claims.join(" and ")}`;
}

function describeHeader(header: HeaderMatch): string {
  const not = header.invert ? "not " : "";
  if (header.present) {
    return `${not}${header.name}`;
  }
  const criterion = (["exact", "prefix", "suffix", "contains", "regex"] as const).find((c) => header[c]);
  return `${not}${header.name} ${criterion} "${criterion && header[criterion]}"${header.ignoreCase ? " in any case" : ""}`;
}

/** The rules that entries were made of by `mergeIntentions`: without the denial of the rest, which every list has. */
export function rulesOf(specs: readonly ServiceIntentionsSpec[]): IntentionRule[] {
  const last = canonical(DENY_THE_REST);
  return specs.flatMap(({ destination, sources }) =>
    sources.map(({ name, permissions, ...rest }) => {
      const listed = permissions as IntentionPermission[] | undefined;
      const closed = listed !== undefined && listed.length > 1 && canonical(listed.at(-1)) === last;
      return {
        ...rest,
        source: String(name),
        destination: destination.name,
        permissions: closed ? listed.slice(0, -1) : listed,
      };
    }),
  );
}

/** What a change opens and what it closes, each a line such as `traefik-system-ingress → whoami  GET /api/*`. */
export interface EdgeChanges {
  readonly opens: readonly string[];
  readonly closes: readonly string[];
}

/** Compares edges as `describeEdges` tells them. A deny closes when it comes and opens when it goes. */
export function edgeChanges(before: readonly string[], after: readonly string[]): EdgeChanges {
  const added = after.filter((edge) => !before.includes(edge));
  const removed = before.filter((edge) => !after.includes(edge));
  const those = (edges: string[], action: string, remark = "") =>
    edges.filter((e) => e.startsWith(`${action} `)).map((e) => e.slice(action.length + 1) + remark);
  return {
    opens: [...those(added, "allow"), ...those(removed, "deny", "  (no longer denied)")],
    closes: [...those(removed, "allow"), ...those(added, "deny", "  (denied)")],
  };
}

const HEADLINE = "intentions: ";

/** Edge changes as text for a reviewer: `+` opens, `-` closes. */
export function describeEdgeChanges({ opens, closes }: EdgeChanges): string {
  if (opens.length + closes.length === 0) {
    return `${HEADLINE}no edge opens or closes`;
  }
  return [
    `${HEADLINE}${opens.length} to open, ${closes.length} to close`,
    ...opens.map((edge) => `+ ${edge}`),
    ...closes.map((edge) => `- ${edge}`),
  ].join("\n");
}

/** The edge changes that a text of `describeEdgeChanges` tells; `undefined` for any other text. */
export function parseEdgeChanges(text: string): EdgeChanges | undefined {
  const lines = text.trimEnd().split("\n");
  const those = (sign: string) => lines.filter((line) => line.startsWith(sign)).map((line) => line.slice(sign.length));
  return lines[0].startsWith(HEADLINE) ? { opens: those("+ "), closes: those("- ") } : undefined;
}
