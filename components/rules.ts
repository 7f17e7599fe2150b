import { closest } from "fastest-levenshtein";
import { RE2JS } from "re2js";
import { Problem } from "./problems";

/** A rule of a router as Traefik reads it: matchers, joined by `&&` and `||`, negated by `!`. */
export type Rule =
  | { readonly kind: "match"; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: "not"; readonly of: Rule }
  | { readonly kind: "and" | "or"; readonly left: Rule; readonly right: Rule };

type Check = "regex" | "host regex" | "path" | "host" | "sni" | undefined;

/** A matcher of Traefik v3: how many arguments it takes, and what the last of them has to be. */
interface Matcher {
  readonly args: readonly number[];
  readonly last?: Check;
}

/** The matchers of Traefik 3.7 by the kind of router. Source: `httpFuncs` and `tcpFuncs` in Traefik's `pkg/muxer`. */
const MATCHERS: Record<"http" | "tcp", Record<string, Matcher>> = {
  http: {
    ClientIP: { args: [1] },
    Method: { args: [1] },
    Host: { args: [1], last: "host" },
    HostRegexp: { args: [1], last: "host regex" },
    Path: { args: [1], last: "path" },
    PathRegexp: { args: [1], last: "regex" },
    PathPrefix: { args: [1], last: "path" },
    Header: { args: [2] },
    HeaderRegexp: { args: [2], last: "regex" },
    Query: { args: [1, 2] },
    QueryRegexp: { args: [1, 2], last: "regex" },
  },
  tcp: {
    ALPN: { args: [1] },
    ClientIP: { args: [1] },
    HostSNI: { args: [1], last: "sni" },
    HostSNIRegexp: { args: [1], last: "host regex" },
  },
};

/** What Traefik v2 called a matcher that has another name in v3. */
const RENAMED: Record<string, string> = { HostHeader: "Host", Headers: "Header", HeadersRegexp: "HeaderRegexp" };

/** What Traefik v2 took several values for, any of which might match. */
const ANY_OF = ["Host", "HostRegexp", "Path", "PathPrefix", "Method", "ClientIP", "HostSNI", "HostSNIRegexp", "ALPN"];

/** What is wrong with a rule for a router of that kind; a rule in v2 syntax is offered back in v3's. */
export function ruleProblems(path: string, rule: string, kind: "http" | "tcp"): Problem[] {
  const problem = (reason: string) => [{ propertyPath: path, reason }];
  let parsed: Rule;
  try {
    parsed = parseRule(rule);
  } catch (error) {
    return problem(`"${rule}" is not a rule: ${(error as Error).message}; write such as Host(\`a.example.com\`)`);
  }
  const inV3 = v3Of(parsed);
  if (printRule(inV3) !== printRule(parsed)) {
    return problem(`"${rule}" is in the syntax of Traefik v2; in v3 it is ${printRule(inV3)}`);
  }
  return matchersOf(parsed).flatMap(({ name, args }) => matcherReasons(name, args, kind).flatMap(problem));
}

function matcherReasons(name: string, args: readonly string[], kind: "http" | "tcp"): string[] {
  const known = MATCHERS[kind];
  const own = Object.keys(known).find((each) => spellings(each).includes(name));
  if (own === undefined) {
    const other = kind === "http" ? "tcp" : "http";
    const elsewhere = name in MATCHERS[other] ? `is for ${other.toUpperCase()} routes` : "is no matcher of Traefik v3";
    return [`${name} ${elsewhere}; did you mean ${closest(name, Object.keys(known))}?`];
  }
  const { args: counts, last: check } = known[own];
  if (!counts.includes(args.length)) {
    return [`${name} takes ${counts.join(" or ")} ${counts.includes(2) ? "values" : "value"}, not ${args.length}`];
  }
  if (args.some((arg) => arg === "")) {
    return [`${name} has an empty value, which Traefik refuses; give one or leave the matcher out`];
  }
  const last = args[args.length - 1];
  if (check === "path" && !last.startsWith("/")) {
    return [`the path "${last}" of ${name} does not begin with "/"; begin with it`];
  }
  // eslint-disable-next-line no-control-regex -- ASCII is meant
  if (["host", "sni", "host regex"].includes(check ?? "") && !/^[\x00-\x7f]*$/.test(last)) {
    return [`"${last}" is not ASCII; write the name in its punycode form`];
  }
  if (check === "host" && !/^[\w.:[\]*-]+$/.test(last)) {
    return [`"${last}" is not a host name; use one such as a.example.com, or HostRegexp for a pattern`];
  }
  if (check === "sni" && last !== "*" && !/^(\*\.)?[\w.:-]+$/.test(last)) {
    return [`"${last}" is not a server name; use one such as db.example.com, *.example.com or *`];
  }
  if (check?.endsWith("regex") && (own !== "QueryRegexp" || args.length === 2)) {
    try {
      RE2JS.compile(last);
    } catch (error) {
      return [`"${last}" of ${name} is not a regular expression of Go's (RE2): ${(error as Error).message}`];
    }
  }
  return [];
}

/** A matcher may also be written in small or capital letters, or as one capitalized word. */
function spellings(name: string): string[] {
  const lower = name.toLowerCase();
  return [name, lower, name.toUpperCase(), lower.charAt(0).toUpperCase() + lower.slice(1)];
}

function matchersOf(rule: Rule): { name: string; args: readonly string[] }[] {
  switch (rule.kind) {
    case "match":
      return [rule];
    case "not":
      return matchersOf(rule.of);
    default:
      return [...matchersOf(rule.left), ...matchersOf(rule.right)];
  }
}

/** The rule in v3's spelling; the same rule where it is in v3's already. */
function v3Of(rule: Rule): Rule {
  switch (rule.kind) {
    case "match":
      return v3OfMatcher(RENAMED[rule.name] ?? rule.name, rule.args);
    case "not":
      return { kind: "not", of: v3Of(rule.of) };
    default:
      return { kind: rule.kind, left: v3Of(rule.left), right: v3Of(rule.right) };
  }
}

function v3OfMatcher(name: string, args: readonly string[]): Rule {
  const match = (matcher: string, ...values: string[]): Rule => ({ kind: "match", name: matcher, args: values });
  if (name === "Query" && args.length > 0 && args[0].includes("=")) {
    return joined(
      "and",
      args.map((arg) => {
        const [key, ...value] = arg.split("=");
        return hasTemplate(arg)
          ? match("QueryRegexp", key, `^${fromTemplate(value.join("="), ".*")}$`)
          : match("Query", key, ...(value.join("=") === "" ? [] : [value.join("=")]));
      }),
    );
  }
  if (!ANY_OF.includes(name) || args.length === 0) {
    return match(name, ...args);
  }
  return joined(
    "or",
    args.map((arg) => {
      if (!hasTemplate(arg)) {
        return match(name, arg);
      }
      switch (name) {
        case "HostRegexp":
        case "HostSNIRegexp":
          return match(name, `^${fromTemplate(arg, "[^.]+")}$`);
        case "Path":
          return match("PathRegexp", `^${fromTemplate(arg, "[^/]+")}$`);
        case "PathPrefix":
          return match("PathRegexp", `^${fromTemplate(arg, "[^/]+")}`);
        default:
          return match(name, arg);
      }
    }),
  );
}

/** `{name}` and `{name:regex}` of v2; not `{1,3}`, nor the braces of `\p{Greek}` and `\x{7f}`. */
const TEMPLATE = /(?<!\\[pPx])\{([A-Za-z_][\w-]*)(?::((?:[^{}]|\{[^{}]*\})*))?\}/g;

function hasTemplate(text: string): boolean {
  return text.search(TEMPLATE) >= 0;
}

/** A template of v2 as a regular expression; what stands between the braces' parts is literal there. */
function fromTemplate(template: string, anything: string): string {
  let regex = "";
  let end = 0;
  for (const found of template.matchAll(TEMPLATE)) {
    const part = found[2] ?? anything;
    regex += quoteRegex(template.slice(end, found.index)) + (part.includes("|") ? `(?:${part})` : part);
    end = found.index + found[0].length;
  }
  return regex + quoteRegex(template.slice(end));
}

function quoteRegex(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

function joined(kind: "and" | "or", rules: Rule[]): Rule {
  return rules.reduce((left, right) => ({ kind, left, right }));
}

/** A rule as text, always the same for rules that differ in blanks, quotes and needless parentheses only. */
export function printRule(rule: Rule): string {
  const inner = (part: Rule, loose: boolean) => (loose ? `(${printRule(part)})` : printRule(part));
  switch (rule.kind) {
    case "match":
      return `${rule.name}(${rule.args.map((a) => (a.includes("`") ? JSON.stringify(a) : `\`${a}\``)).join(", ")})`;
    case "not":
      return `!${inner(rule.of, rule.of.kind !== "match" && rule.of.kind !== "not")}`;
    case "and":
      return `${inner(rule.left, rule.left.kind === "or")} && ${inner(rule.right, rule.right.kind === "or")}`;
    case "or":
      return `${printRule(rule.left)} || ${printRule(rule.right)}`;
  }
}

/** The same text for rules that say the same in other blanks and quotes; a rule that cannot be read is left as it is. */
export function canonicalRule(rule: string): string {
  try {
    return printRule(parseRule(rule));
  } catch {
    return rule;
  }
}

/** The hosts that a rule names, but for those that it excludes; none for a rule that cannot be read. */
export function hostsOf(rule: string): string[] {
  const hosts = (part: Rule): string[] => {
    switch (part.kind) {
      case "match":
        return part.name === "Host" ? part.args.map((host) => host.toLowerCase()) : [];
      case "not":
        return [];
      default:
        return [...hosts(part.left), ...hosts(part.right)];
    }
  };
  try {
    return hosts(parseRule(rule));
  } catch {
    return [];
  }
}

/** A rule's parts, by the grammar of Go's expressions that Traefik uses. Errors: `Error` with what was expected. */
export function parseRule(rule: string): Rule {
  const tokens = tokensOf(rule);
  let at = 0;
  const take = (token: string) => tokens[at] === token && at++ >= 0;
  const expect = (token: string) => {
    if (!take(token)) {
      throw new Error(`"${token}" is expected ${tokens[at] === undefined ? "at its end" : `before ${tokens[at]}`}`);
    }
  };
  const operand = (): Rule => {
    if (take("!")) {
      return { kind: "not", of: operand() };
    }
    if (take("(")) {
      const inner = either();
      expect(")");
      return inner;
    }
    const name = tokens[at++];
    if (name === undefined || !/^[A-Za-z]\w*$/.test(name)) {
      throw new Error(`a matcher is expected ${name === undefined ? "at its end" : `before ${name}`}`);
    }
    expect("(");
    const args: string[] = [];
    while (!take(")")) {
      if (args.length > 0) {
        expect(",");
      }
      const value = tokens[at++];
      if (value === undefined || !/^[`"]/.test(value)) {
        throw new Error(`a value in backticks is expected in ${name}(…)`);
      }
      args.push(value.startsWith("`") ? value.slice(1, -1) : (JSON.parse(value) as string));
    }
    return { kind: "match", name, args };
  };
  const chain = (operator: string, kind: "and" | "or", next: () => Rule) => () => {
    let left = next();
    while (take(operator)) {
      left = { kind, left, right: next() };
    }
    return left;
  };
  const either: () => Rule = chain("||", "or", chain("&&", "and", operand));
  const whole = either();
  if (at < tokens.length) {
    throw new Error(`&& or || is expected before ${tokens[at]}`);
  }
  return whole;
}

function tokensOf(rule: string): string[] {
  const tokens: string[] = [];
  const token = /\s*(?:(`[^`]*`|"(?:[^"\\\n]|\\.)*"|&&|\|\||[!(),]|[^\s()`",!&|]+)|$)/y;
  while (token.lastIndex < rule.length) {
    const from = token.lastIndex;
    const found = token.exec(rule);
    if (found === null) {
      throw new Error(`it cannot be read from ${rule.slice(from).trim()} on`);
    }
    if (found[1] !== undefined) {
      tokens.push(found[1]);
    }
  }
  return tokens;
}
