import { RE2JS } from "re2js";
import type { HttpCall } from "../../components/intentions/decision";
import type { HttpMatch, IntentionPermission } from "../../components/intentions/intentions";
import { httpMatchProblems, METHODS } from "../../components/routing/httpMatches";

/** What parts of a path are that name one thing of many, and the expression for all of them; the first that fits. */
const IDS: readonly [looksSo: RegExp, all: string][] = [
  [/^\d[\d-]*$/, "[0-9-]+"],
  [/^(?=.*\d)[0-9a-f-]{8,}$/i, "[0-9A-Fa-f-]+"],
  [/^(?=.*\d)(?=.*[a-z])[\w-]{16,}$/i, "[0-9A-Za-z_-]+"],
];
const ANY = "[^/]+";
/** More parts than these in one place are names of things too. At the root they are seldom, and any part there would be much. */
const MOST_PARTS = 10;
const MOST_AT_ROOT = 50;
/** More paths than these are told by their first part. */
const MOST_PATHS = 20;

/** The parts of paths, in the order in which they follow each other, by what each is in a regular expression. */
interface Parts {
  readonly next: Map<string, Parts>;
  /** Of the requests that end here. */
  readonly methods: Set<string>;
}
const empty = (): Parts => ({ next: new Map(), methods: new Set() });

/** Permissions for requests that were made, and for those that differ from them by an id alone. */
export function permissionsFor(requests: readonly HttpCall[]): IntentionPermission[] {
  const root = empty();
  for (const { method, path } of requests) {
    let place = root;
    for (const part of path.split("/")) {
      const key = IDS.find(([looksSo]) => looksSo.test(part))?.[1] ?? RE2JS.quote(part);
      place = place.next.get(key) ?? place.next.set(key, empty()).get(key)!;
    }
    place.methods.add(method);
  }
  const all = pathsOf(widened(root, 0));
  return (all.length > MOST_PATHS ? byFirstPart(all) : all).map(({ parts, methods }) => ({
    action: "allow",
    http: { ...pathMatch(parts.join("/")), ...methodMatch(methods) },
  }));
}

/** With one expression in the place of many parts. */
function widened({ next, methods }: Parts, depth: number): Parts {
  const most = depth > 1 ? MOST_PARTS : MOST_AT_ROOT;
  const places = next.size > most ? new Map([[ANY, [...next.values()].reduce(united)]]) : next;
  return { methods, next: new Map([...places].map(([key, place]) => [key, widened(place, depth + 1)])) };
}

function united(a: Parts, b: Parts): Parts {
  const keys = new Set([...a.next.keys(), ...b.next.keys()]);
  return {
    methods: new Set([...a.methods, ...b.methods]),
    next: new Map([...keys].map((key) => [key, united(a.next.get(key) ?? empty(), b.next.get(key) ?? empty())])),
  };
}

interface Paths {
  readonly parts: readonly string[];
  readonly methods: ReadonlySet<string>;
}

function pathsOf({ next, methods }: Parts, parts: readonly string[] = []): Paths[] {
  return [
    ...(methods.size > 0 ? [{ parts, methods }] : []),
    ...[...next].flatMap(([key, place]) => pathsOf(place, [...parts, key])),
  ];
}

/** `/orders/a/b` and `/orders/c` are what `/orders` is and what is below. */
function byFirstPart(all: readonly Paths[]): Paths[] {
  const firstOf = ({ parts }: Paths) => parts.slice(0, 2).join("/");
  return [...new Set(all.map(firstOf))].map((first) => {
    const its = all.filter((each) => firstOf(each) === first);
    const methods = new Set(its.flatMap((each) => [...each.methods]));
    return its.length === 1 ? its[0] : { parts: [`${first}(/.*)?`], methods };
  });
}

/** Exact where it can be said so. */
function pathMatch(regex: string): HttpMatch {
  const path = regex.replace(/\\(.)/g, "$1");
  let isPath = RE2JS.quote(path) === regex;
  httpMatchProblems({ pathExact: path }, { criteria: [], query: "" }, () => (isPath = false));
  return isPath ? { pathExact: path } : { pathRegex: regex };
}

/** Any, where one of them is none that Consul knows. */
function methodMatch(methods: ReadonlySet<string>): HttpMatch {
  return [...methods].every((method) => METHODS.includes(method)) ? { methods: [...methods].sort() } : {};
}
