import { RE2JS } from "re2js";
import { shown } from "../shared/grammars";
import type { HeaderMatch, HttpMatch } from "../intentions/intentions";
import { literalPathProblems, neverAtSidecar, neverWhole } from "./literalPaths";

/**
 * Who would refuse an input: `Consul` when the entry is written to it, the `webhook` of consul-k8s alone, or `us`, because what
 * everyone accepts would not do what it says. The first two are compared with the real Consul by tests/consul.
 */
export type Refuser = "Consul" | "webhook" | "us";

/** Tells a problem; `input` is the path from what is judged on, such as `.methods[0]`. */
export type Report = (refusedBy: Refuser, input: string, reason: string) => void;

/** Methods that Consul accepts. */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];
const PATHS = ["pathExact", "pathPrefix", "pathRegex"] as const;
/** A header's name (RFC 9110, a token), or one of HTTP/2's own such as `:authority`. Envoy refuses others. */
const HEADER_NAME = /^:?[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** `.` or `..` between slashes, in any form that a sidecar knows. */
const DOT_SEGMENT = /\/(\.|%2e){1,2}(\/|$)/i;

/** Which of the path matchers are given. */
export function pathMatchersOf(match: Omit<HttpMatch, "header">): string[] {
  return PATHS.filter((matcher) => match[matcher]);
}

/**
 * What is wrong with what requests are matched by, of an intention or of a service's traffic, but for its being empty. `criteria` are
 * those that a header may have here; `query` says what to do about a path with one.
 */
export function httpMatchProblems(
  match: Omit<HttpMatch, "header"> & { readonly header?: readonly Partial<HeaderMatch>[] },
  { criteria, query }: { readonly criteria: readonly string[]; readonly query: string },
  report: Report,
): void {
  const { header = [], methods = [] } = match;
  const paths = pathMatchersOf(match);
  if (paths.length > 1) {
    report("Consul", "", `has ${paths.join(" and ")}; keep one path matcher`);
  }
  for (const matcher of PATHS) {
    const value = match[matcher];
    if (value === "") {
      report("us", `.${matcher}`, "is empty and would be ignored; leave it out, or say what it matches");
    } else if (value !== undefined && matcher !== "pathRegex") {
      pathProblems(value, query, (by, reason) => report(by, `.${matcher}`, reason));
    }
  }
  regexProblems(".pathRegex", match.pathRegex, report);
  const never = neverWhole(match.pathRegex ?? "");
  if (never !== undefined) {
    report("us", ".pathRegex", never);
  }
  methodProblems(methods, report);
  header.forEach((each, i) => {
    const { name = "" } = each;
    criterionProblems(each, criteria, "the header", (by, input, reason) => report(by, `.header[${i}]${input}`, reason));
    if (name !== "" && (!HEADER_NAME.test(name) || name.length > 256)) {
      report(
        "us",
        `.header[${i}].name`,
        `${shown(name)} is not a header name; use one such as x-team, without spaces or colons`,
      );
    }
  });
}

/** What is wrong with a path that is taken as it is. */
function pathProblems(path: string, query: string, report: (refusedBy: Refuser, reason: string) => void): void {
  const [literal] = literalPathProblems("", path, "for a pattern write pathRegex");
  const never = neverAtSidecar(path);
  if (!path.startsWith("/")) {
    report("Consul", `${shown(path)} is not a path; begin with "/"`);
  } else if (/[?#]/.test(path)) {
    report("us", `${shown(path)} never matches: a query is not part of the path; ${query}`);
  } else if (DOT_SEGMENT.test(path)) {
    report("us", `${shown(path)} never matches: "." and ".." are resolved before; write the path that is meant`);
  } else if (literal !== undefined) {
    report("us", literal.reason);
  } else if (never !== undefined) {
    report("us", never);
  }
}

function methodProblems(methods: readonly string[], report: Report): void {
  methods.forEach((method, i) => {
    if (!METHODS.includes(method)) {
      report(
        METHODS.includes(method.toUpperCase()) ? "webhook" : "Consul", // which makes capitals of it before it judges
        `.methods[${i}]`,
        `${shown(method)} is not an HTTP method; use one of ${METHODS.join(", ")}`,
      );
    }
  });
  const capitals = methods.map((method) => method.toUpperCase());
  const duplicate = capitals.find((method, i) => capitals.indexOf(method) !== i);
  if (duplicate !== undefined) {
    report("Consul", ".methods", `names ${duplicate} twice; name it once`);
  }
}

/** What is wrong with one criterion on a header, or on a parameter of the query: it has a name, and exactly one of `criteria`. */
export function criterionProblems(
  each: { readonly name?: string; readonly regex?: string },
  criteria: readonly string[],
  what: string,
  report: Report,
): void {
  const given = criteria.filter((criterion) => (each as Readonly<Record<string, unknown>>)[criterion]);
  if (!each.name) {
    report("Consul", ".name", `is empty; name ${what}`);
  }
  if (given.length !== 1) {
    report("Consul", "", `has ${given.join(" and ") || "no criterion"}; give one of ${criteria.join(", ")}`);
  }
  regexProblems(".regex", each.regex, report);
}

/** Consul takes any regular expression; Envoy then refuses the whole configuration of the sidecar. */
function regexProblems(input: string, regex: string | undefined, report: Report): void {
  try {
    RE2JS.compile(regex ?? "");
  } catch (error) {
    report("us", input, `${shown(regex)} is not RE2: ${(error as Error).message}; Envoy refuses it`);
  }
}
