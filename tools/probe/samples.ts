import * as fc from "fast-check";
import { RE2JS } from "re2js";
import type { HttpCall } from "../../components/intentions/decision";
import type { HeaderMatch, HttpMatch } from "../../components/intentions/intentions";

/** Methods that change nothing [RFC 9110]; TRACE, which few answer, is not sent. */
export const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];
/** Those that are sent where it was asked for. */
export const UNSAFE_METHODS = ["POST", "PUT", "PATCH", "DELETE"];

/** A path that nobody has, below a place. */
export const elsewhere = (place: string) => `${place.replace(/\/$/, "")}/mesh-probe-elsewhere`;
const OTHER_VALUE = "mesh-probe";

/** What a request's path may be without being escaped, and without being made plain on its way. */
const PLAIN_PATH = /^\/(?!.*\/\/)(?!.*\/\.{1,2}(\/|$))[\w.~!$&'()*+,;=:@/-]*$/;
const PLAIN_VALUE = /^[!-~]([ -~]*[!-~])?$/;

/** A text that an expression matches whole; the same one each time. */
export function matched(regex: string, fits: RegExp): string | undefined {
  try {
    const its = new RegExp(`^(?:${regex.replace(/\(\?P</g, "(?<").replace(/^\(\?i\)/, "")})$`);
    const compiled = RE2JS.compile(regex);
    return fc
      .sample(fc.stringMatching(its, { size: "xsmall" }), { seed: 1, numRuns: 500 })
      .find((text) => fits.test(text) && compiled.matches(text));
  } catch {
    return undefined; // RE2 has what JavaScript has not
  }
}

/** Requests that a permission means, and some beside it: its headers left out or otherwise, and another method. */
export function callsAround(match: HttpMatch): HttpCall[] {
  const { methods = [], header = [] } = match;
  const asked = methods.length > 0 ? methods : ["GET"];
  const other = methods.length > 0 ? SAFE_METHODS.filter((method) => !methods.includes(method)).slice(0, 1) : [];
  const met = Object.fromEntries(header.flatMap((each) => headerThat(each)));
  const all = [met, ...(header.length > 0 ? [{}, othersOf(header)] : [])];
  return pathsOf(match).flatMap((path) => [
    ...asked.flatMap((method) => all.map((headers) => ({ method, path, headers }))),
    ...other.map((method) => ({ method, path, headers: met })),
  ]);
}

function pathsOf({ pathExact, pathPrefix, pathRegex }: HttpMatch): string[] {
  if (pathRegex) {
    return [matched(pathRegex, PLAIN_PATH)].flatMap((path) => path ?? []);
  }
  // More than the exact path, and more than the beginning: one is refused, and one is not.
  const path = pathExact || pathPrefix || "/";
  return [path, elsewhere(path)];
}

/** The header that meets a criterion; none where it is to be absent, or where none was found. */
function headerThat(criterion: HeaderMatch): [name: string, value: string][] {
  const { name, present, exact, prefix, suffix, contains, regex, invert } = criterion;
  const value = present
    ? invert
      ? undefined
      : OTHER_VALUE
    : invert
      ? OTHER_VALUE
      : (exact ?? prefix ?? suffix ?? contains ?? matched(regex ?? "", PLAIN_VALUE));
  return value === undefined || !PLAIN_VALUE.test(value) ? [] : [[name.toLowerCase(), value]];
}

/** The same headers so that their criteria fail, where that can be said. */
function othersOf(header: readonly HeaderMatch[]): Record<string, string> {
  return Object.fromEntries(
    header.flatMap((each) =>
      headerThat({ ...each, invert: !each.invert }).map(([name, value]) => [name, value] as const),
    ),
  );
}

/** Headers that somebody sets or changes between the request and the sidecar that judges it. */
const SET_ON_THE_WAY =
  /^(:.*|host|x-forwarded-.*|forwarded|x-envoy-.*|x-request-id|x-real-ip|traceparent|tracestate|baggage|b3|x-b3-.*|connection|te|transfer-encoding|content-length|accept-encoding|user-agent)$/i;

/** The headers of permissions of which the probe cannot say what they are when they arrive. */
export function headersOnTheWay(matches: readonly HttpMatch[]): string[] {
  const names = matches.flatMap(({ header = [] }) => header.map(({ name }) => name.toLowerCase()));
  return [...new Set(names.filter((name) => SET_ON_THE_WAY.test(name)))];
}
