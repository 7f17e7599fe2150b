import { closest } from "fastest-levenshtein";
import { RE2JS } from "re2js";
import { hasTemplate } from "./literalPaths";
import { isEmptyTaken, OptionKind, OptionKinds, Refused } from "./optionKinds";
import { isCidr } from "../shared/names";
import { Problem } from "../shared/problems";

const HEADER_NAME = /^[!#$%&'*+^_`|~0-9A-Za-z-]+$/;
/** Whether a text is a token of HTTP's, as the names of headers and methods are. */
export function isHeaderName(text: string): boolean {
  return HEADER_NAME.test(text);
}
const STATUSES = /^([1-5]\d\d)(?:-([1-5]\d\d|600))?$/;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Options, nested ones too, as tags below `path`; a middleware without any is switched on by its name alone. */
export function optionTags(path: string, value: unknown): string[] {
  if (value === undefined) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.some(isObject)
      ? value.flatMap((each, i) => optionTags(`${path}[${i}]`, each))
      : [`${path}=${value.join(",")}`];
  }
  if (isObject(value)) {
    const tags = Object.entries(value).flatMap(([option, inner]) => optionTags(`${path}.${option}`, inner));
    return tags.length === 0 ? [`${path}=true`] : tags;
  }
  return [`${path}=${String(value)}`];
}

/** What is wrong with a value for its kind: Traefik drops all of a service's routes for one such value. */
export function valueProblems(value: unknown, kind: OptionKind, at: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  const not = (what: string) => problem(`${JSON.stringify(value)} is not ${what}`);
  if (value === undefined) {
    return [];
  }
  if (kind instanceof Refused) {
    return problem(kind.reason);
  }
  switch (kind) {
    case "any":
      return pluginValueProblems(value, at);
    case "text":
      return typeof value === "string" ? textProblems(value, at) : not("a string; put it in quotes");
    case "flag":
      return typeof value === "boolean" ? [] : not("true or false");
    case "number":
      return numberProblems(value, 0, at);
    case "positive":
      return numberProblems(value, 1, at);
    case "size":
      return value === -1 ? [] : numberProblems(value, 0, at, "a whole number of bytes, or -1 for any number");
    case "status":
      return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
        ? []
        : not("a status that a response can have; use a whole number from 200 to 599");
    case "duration":
      return durationProblems(value, at);
    case "regex":
      return typeof value === "string"
        ? [...textProblems(value, at), ...regexProblems(value, at)]
        : not("a string; put it in quotes");
    case "name":
      return typeof value === "string" && HEADER_NAME.test(value) ? [] : not("a name; use one such as X-User");
    case "list":
    case "names":
    case "regexes":
    case "statuses":
    case "addresses":
      return listProblems(value, kind, at);
    case "map":
    case "rewrites":
      return mapProblems(value, kind, at);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return not("an object");
  }
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (given.length === 0 && !isEmptyTaken(kind)) {
    return problem("has no option, which Traefik treats as an error; give one, or leave it out");
  }
  return given.flatMap(([option, inner]) =>
    Object.hasOwn(kind, option)
      ? valueProblems(inner, kind[option], `${at}.${option}`)
      : [{ propertyPath: `${at}.${option}`, reason: unknownOption(option, kind) }],
  );
}

function unknownOption(option: string, kinds: OptionKinds): string {
  const known = Object.keys(kinds).filter((each) => !(kinds[each] instanceof Refused));
  return known.length === 0
    ? "is not an option here; it takes none"
    : `is not an option here; did you mean "${closest(option, known)}"?`;
}

function numberProblems(value: unknown, least: number, at: string, what = "a whole number"): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason: `${JSON.stringify(value)} ${reason}` }];
  if (!Number.isSafeInteger(value)) {
    return problem(`is not ${what}`);
  }
  return Number(value) < least ? problem(`is out of range; use a whole number from ${least} on`) : [];
}

/** Nanoseconds of a unit. */
const UNITS: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const DURATION = /^([0-9]+|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$/;

/** A Go duration, or a number of seconds. Traefik takes one of nothing for one that was not given. */
function durationProblems(value: unknown, at: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason: `${JSON.stringify(value)} ${reason}` }];
  const text = String(value);
  if (!["string", "number"].includes(typeof value) || !DURATION.test(text)) {
    return problem("is not a duration; use one such as 10s");
  }
  const parts = [...text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)];
  const nanoseconds = parts.reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit], 0);
  const all = parts.length === 0 ? Number(text) * UNITS.s : nanoseconds;
  if (all < 1) {
    return problem("is zero to Traefik, which then uses its default; use one such as 10s, or leave it out");
  }
  return all >= 2 ** 63 ? problem("is longer than Traefik can count, 292 years; use a shorter one") : [];
}

/** What is wrong with a regular expression of Go's. */
export function regexProblems(regex: string, at: string): Problem[] {
  try {
    RE2JS.compile(regex);
    const reason = `the braces in "${regex}" are literal; write the expression alone, as in [0-9]+ for {id:[0-9]+}`;
    return hasTemplate(regex) ? [{ propertyPath: at, reason }] : [];
  } catch (error) {
    const reason = `"${regex}" is not a regular expression of Go's (RE2): ${(error as Error).message}`;
    return [{ propertyPath: at, reason }];
  }
}

function listProblems(value: unknown, kind: string, at: string): Problem[] {
  if (!Array.isArray(value)) {
    return [{ propertyPath: at, reason: `${JSON.stringify(value)} is not a list of strings` }];
  }
  if (value.length === 0) {
    return [{ propertyPath: at, reason: "is empty, which a tag cannot say; give a value, or leave it out" }];
  }
  return value.flatMap((each: unknown, i) => {
    const problem = (reason: string) => [{ propertyPath: `${at}[${i}]`, reason }];
    if (typeof each !== "string") {
      return problem(`${JSON.stringify(each)} is not a string; put it in quotes`);
    }
    if (each.includes(",")) {
      return problem(
        `"${each}" has a comma, which a list in a tag cannot carry; use a middleware declared elsewhere, by its name`,
      );
    }
    if (each.trim() !== each || each === "") {
      return problem(`${JSON.stringify(each)} is empty or has a blank at an end, which Traefik trims; remove it`);
    }
    switch (kind) {
      case "names":
        return HEADER_NAME.test(each) ? [] : problem(`"${each}" is not a name; use one such as X-User`);
      case "regexes":
        return [...textProblems(each, `${at}[${i}]`), ...regexProblems(each, `${at}[${i}]`)];
      case "statuses":
        return statusProblems(each, `${at}[${i}]`);
      case "addresses":
        return isCidr(each) ? [] : problem(`"${each}" is not an address or CIDR range; use one such as 10.0.0.0/8`);
      default:
        return textProblems(each, `${at}[${i}]`);
    }
  });
}

function statusProblems(text: string, at: string): Problem[] {
  const [, first, last = first] = STATUSES.exec(text) ?? [];
  if (first === undefined) {
    return [
      { propertyPath: at, reason: `"${text}" is not a status or a range of them; use one such as 404 or 500-599` },
    ];
  }
  return Number(first) <= Number(last)
    ? []
    : [{ propertyPath: at, reason: `"${text}" has nothing in it; write ${last}-${first}` }];
}

function mapProblems(value: unknown, kind: "map" | "rewrites", at: string): Problem[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [{ propertyPath: at, reason: `${JSON.stringify(value)} is not an object` }];
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (entries.length === 0) {
    return [{ propertyPath: at, reason: "is empty, which Traefik treats as an error; leave it out" }];
  }
  return [
    ...sameNameProblems(entries, at),
    ...entries.flatMap(([key, inner]) =>
      kind === "rewrites"
        ? [...statusProblems(key, at), ...valueProblems(inner, "status", `${at}.${key}`)]
        : [
            ...(HEADER_NAME.test(key)
              ? []
              : [{ propertyPath: at, reason: `"${key}" cannot be a name in a tag; use letters, digits and "-"` }]),
            ...valueProblems(inner, "text", `${at}.${key}`),
          ],
    ),
  ];
}

/** Traefik takes names in tags that differ in capitals for one. */
function sameNameProblems(entries: readonly (readonly [string, unknown])[], at: string): Problem[] {
  return entries.flatMap(([key], i) => {
    const first = entries.find(([other], j) => j < i && other.toLowerCase() === key.toLowerCase());
    return first === undefined
      ? []
      : [{ propertyPath: `${at}.${key}`, reason: `is "${first[0]}" too, which is the same name; leave one out` }];
  });
}

/** A plugin's own options have no known shape, but have to fit into tags all the same. */
function pluginValueProblems(value: unknown, at: string): Problem[] {
  if (Array.isArray(value)) {
    return value.some(isObject)
      ? value.flatMap((each, i) => pluginValueProblems(each, `${at}[${i}]`))
      : valueProblems(value.map(String), "list", at);
  }
  if (isObject(value)) {
    return [
      ...sameNameProblems(Object.entries(value), at),
      ...Object.entries(value).flatMap(([key, inner]) =>
        /^[^.[\]=\s]+$/.test(key)
          ? pluginValueProblems(inner, `${at}.${key}`)
          : [
              {
                propertyPath: at,
                reason: `"${key}" cannot be a name in a tag; leave out dots, brackets, "=" and blanks`,
              },
            ],
      ),
    ];
  }
  return textProblems(String(value), at);
}

/** What no header and no address may have, and what the annotation of the tags cannot carry at a tag's end. */
export function textProblems(text: string, at: string): Problem[] {
  // eslint-disable-next-line no-control-regex -- these are meant
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) {
    return [{ propertyPath: at, reason: "has a line break or another control character; remove it" }];
  }
  return /[\s\\]$/.test(text)
    ? [{ propertyPath: at, reason: "ends with a blank or a backslash, which a tag cannot carry; remove it" }]
    : [];
}
