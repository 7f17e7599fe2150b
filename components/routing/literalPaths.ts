import * as nodePath from "node:path";
import { Problem } from "../shared/problems";

/** `{name}` and `{name:regex}` of v2; not `{1,3}`, an escaped brace, nor the braces of `\p{Greek}` and `\x{7f}`. */
export const TEMPLATE = /(?<!\\|\\[pPx])\{([A-Za-z_][\w-]*)(?::((?:[^{}]|\{[^{}]*\})*))?\}/g;

/** Whether there is a `{name}` or a `{name:regex}` in it. */
export function hasTemplate(text: string): boolean {
  return text.search(TEMPLATE) >= 0;
}

/** What a path looks like that is meant as a pattern; `undefined` for a plain one. */
export function patternIn(path: string): string | undefined {
  return hasTemplate(path)
    ? "a template in braces"
    : path.includes("*")
      ? "an asterisk"
      : /\/:[A-Za-z_]/.test(path)
        ? "a parameter behind a colon"
        : /[[\]|\\^]|\.\+|\(\?|[^/]\$$/.test(path)
          ? "a regular expression"
          : undefined;
}

/**
 * What looks like a pattern in a path that is taken as it is: templates of Traefik v2 and of other routers, asterisks, regular
 * expressions. `pattern` is how to say one.
 */
export function literalPathProblems(at: string, path: string, pattern: string): Problem[] {
  const what = patternIn(path);
  const shorter = /^([^*]*)\*+$/.exec(path)?.[1];
  const remedy =
    shorter && what === "an asterisk" ? `"${shorter}" is every path that begins like that; ${pattern}` : pattern;
  return what === undefined
    ? []
    : [
        {
          propertyPath: at,
          reason: `"${path}" has ${what}, which is taken literally and matches nothing else; ${remedy}`,
        },
      ];
}

/** Characters that Traefik compares in their encoded form, the hexadecimal digits in capitals [muxer reservedCharacters]. */
const STAYS_ENCODED = /%(3A|2F|3F|23|5B|5D|40|21|24|26|27|28|29|2A|2B|2C|3B|3D|25)/g;

/** Why no request has such a path when Traefik compares it: it makes paths plain before [entry points, withRoutingPath]. */
export function neverAtTraefik(path: string): string | undefined {
  const plain = nodePath.posix.normalize(path);
  if (plain !== path) {
    return `"${path}" never matches: Traefik takes "//", "/./" and "/../" out of a request's path first; use "${plain}"`;
  }
  return path.replace(STAYS_ENCODED, "").includes("%")
    ? `"${path}" never matches: Traefik decodes a request's path first; write the character in place of its "%" and digits`
    : undefined;
}

/** Why no request has such a path when a sidecar compares it: encoding stays there. */
export function neverAtSidecar(path: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) {
    return `"${path}" never matches: "%" introduces two hexadecimal digits, as in %20; write %25 for itself`;
  }
  return /^[!-~]*$/.test(path)
    ? undefined
    : `"${path}" never matches: requests have such characters encoded; write "${encodeURI(path).replace(/%25/g, "%")}"`;
}

/** Why no path is matched by a regular expression that Envoy compares with the whole of it, and Go's syntax is right. */
export function neverWhole(regex: string): string | undefined {
  if (hasTemplate(regex)) {
    return `the braces in "${regex}" are literal; write the expression alone, as in [0-9]+ for {id:[0-9]+}`;
  }
  return /^\^?[\w-](?![?*{])[^|]*$/.test(regex)
    ? `"${regex}" never matches: the whole path is compared, which begins with "/"; begin with it`
    : undefined;
}
