import * as net from "node:net";
import { domainToASCII } from "node:url";
import { closest } from "fastest-levenshtein";
import { RE2JS } from "re2js";
import { hasTemplate, neverAtTraefik, patternIn, TEMPLATE } from "./literalPaths";
import { isCidr } from "../shared/names";
import { isHeaderName } from "./optionValues";
import { Problem } from "../shared/problems";
import { parseRule, printRule, Rule } from "./ruleSyntax";

type Check = "regex" | "host regex" | "path" | "host" | "sni" | "address" | "protocol" | "method" | undefined;

/** A matcher of Traefik v3: how many arguments it takes, and what the last of them has to be. */
interface Matcher {
  readonly args: readonly number[];
  readonly last?: Check;
}

/** The matchers of Traefik 3.7 by the kind of router. Source: `httpFuncs` and `tcpFuncs` in Traefik's `pkg/muxer`. */
const MATCHERS: Record<"http" | "tcp", Record<string, Matcher>> = {
  http: {
    ClientIP: { args: [1], last: "address" },
    Method: { args: [1], last: "method" },
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
    ALPN: { args: [1], last: "protocol" },
    ClientIP: { args: [1], last: "address" },
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
    return problem(`"${rule}" is not a rule: ${(error as Error).message}; use one such as Host(\`a.example.com\`)`);
  }
  const inV3 = v3Of(parsed);
  if (printRule(inV3) !== printRule(parsed)) {
    return problem(`"${rule}" is in the syntax of Traefik v2; in v3 it is ${printRule(inV3)}`);
  }
  return matchersOf(parsed).flatMap(({ name, args }) => matcherReasons(name, args, kind).flatMap(problem));
}

function matcherReasons(name: string, args: readonly string[], kind: "http" | "tcp"): string[] {
  const known = MATCHERS[kind];
  const own = matcherName(name, kind);
  if (own === undefined) {
    const other = kind === "http" ? "tcp" : "http";
    const elsewhere = Object.hasOwn(MATCHERS[other], name)
      ? `is for ${other.toUpperCase()} routes`
      : "is not a matcher of Traefik v3";
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
  if (check === "path" && patternIn(last) !== undefined) {
    return [
      `"${last}" of ${name} has ${patternIn(last)}, which is literal; a prefix needs none, and PathRegexp is for a pattern`,
    ];
  }
  const never = check === "path" ? neverAtTraefik(last) : undefined;
  if (never !== undefined) {
    return [never];
  }
  if (check === "method" && !isHeaderName(last)) {
    return [`"${last}" of ${name} is not a method; use one such as GET, and || between two`];
  }
  if (/^Header/.test(own) && !isHeaderName(args[0])) {
    return [`"${args[0]}" of ${name} is not a header name, and never matches; use one such as X-Team`];
  }
  if (/^Header/.test(own) && args[0].toLowerCase() === "host") {
    return [`${name} never matches the header Host, which Go takes out of the others; use Host or HostRegexp`];
  }
  if (check === "address" && !isCidr(last)) {
    return [`"${last}" of ${name} is not an address or CIDR range; use one such as 10.0.0.0/8`];
  }
  if (check === "protocol" && last === "acme-tls/1") {
    return [`"${last}" of ${name} is Traefik's own, for its certificates; use another protocol`];
  }
  // eslint-disable-next-line no-control-regex -- ASCII is meant
  if (["host", "sni", "host regex"].includes(check ?? "") && !/^[\x00-\x7f]*$/.test(last)) {
    const punycode = domainToASCII(last);
    return [`"${last}" is not ASCII; write the name in its punycode form${punycode && `, ${punycode}`}`];
  }
  if (check === "host" && !/^[\w.:[\]*-]+$/.test(last)) {
    return [`"${last}" is not a host name; use one such as a.example.com, or HostRegexp for a pattern`];
  }
  if (check === "host" && /[:[\]]/.test(last) && net.isIPv6(last) === false) {
    return [`"${last}" never matches: a port and brackets are not part of a host name here; leave them out`];
  }
  if (check === "host" && last.lastIndexOf("*") > 0) {
    return [
      `the asterisk in "${last}" is literal; only "*." at its beginning is any name, and HostRegexp is for a pattern`,
    ];
  }
  if (check === "host" && last.startsWith("*") && last !== "*" && !last.startsWith("*.")) {
    return [`"${last}" matches no name; write "*." and the rest of the name, or HostRegexp for a pattern`];
  }
  if (check === "sni" && last !== "*" && !/^(\*\.)?[\w.:-]+$/.test(last)) {
    return [`"${last}" is not a server name; use one such as db.example.com, *.example.com or *`];
  }
  if (check?.endsWith("regex") && (own !== "QueryRegexp" || args.length === 2)) {
    if (hasTemplate(last)) {
      return [
        `the braces in "${last}" of ${name} are literal; write the expression alone, as in [0-9]+ for {id:[0-9]+}`,
      ];
    }
    try {
      RE2JS.compile(last);
    } catch (error) {
      return [`"${last}" of ${name} is not a regular expression of Go's (RE2): ${(error as Error).message}`];
    }
  }
  return [];
}

/** The matcher that is called so, in one of the ways that Traefik takes. */
function matcherName(name: string, kind: "http" | "tcp"): string | undefined {
  return Object.keys(MATCHERS[kind]).find((each) => spellings(each).includes(name));
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
      return v3OfMatcher(Object.hasOwn(RENAMED, rule.name) ? RENAMED[rule.name] : rule.name, rule.args);
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

/** The same text for rules that say the same in other blanks, quotes and letters; one that cannot be read stays as it is. */
export function canonicalRule(rule: string): string {
  try {
    return printRule(canonical(parseRule(rule)));
  } catch {
    return rule;
  }
}

/**
 * The rule with its matchers' own names, hosts in small letters and without the dot at their end, and no prefix that every path has:
 * Traefik does not tell these apart.
 */
export function canonical(rule: Rule): Rule {
  switch (rule.kind) {
    case "match": {
      const name = matcherName(rule.name, "http") ?? matcherName(rule.name, "tcp") ?? rule.name;
      const args = /^Host(SNI)?$/.test(name)
        ? rule.args.map((host) => host.toLowerCase().replace(/\.$/, ""))
        : rule.args;
      return { kind: "match", name, args };
    }
    case "not":
      return { kind: "not", of: canonical(rule.of) };
    default: {
      const [left, right] = [canonical(rule.left), canonical(rule.right)];
      const every = rule.kind === "and" ? [left, right].findIndex((part) => printRule(part) === EVERY_PATH) : -1;
      return every < 0 ? { kind: rule.kind, left, right } : [right, left][every];
    }
  }
}

const EVERY_PATH = "PathPrefix(`/`)";

/** The same rule in v3's spelling, where it can be read. */
export function inV3(rule: string): string {
  return printRule(v3Of(parseRule(rule)));
}

/** The hosts that a rule names, but for those that it excludes; none for a rule that cannot be read. */
export function hostsOf(rule: string, matcher: "Host" | "HostSNI" = "Host"): string[] {
  const hosts = (part: Rule): string[] => {
    switch (part.kind) {
      case "match":
        return part.name === matcher ? [...part.args] : [];
      case "not":
        return [];
      default:
        return [...hosts(part.left), ...hosts(part.right)];
    }
  };
  try {
    return hosts(canonical(parseRule(rule)));
  } catch {
    return [];
  }
}
