import {
  hasTemplate,
  literalPathProblems,
  neverAtSidecar,
  neverAtTraefik,
  neverWhole,
  patternIn,
} from "../../components/routing/literalPaths";

test.each([
  "{id}",
  "/a/{id}/b",
  "{_a-1}",
  "{id:[0-9]+}",
  "{id:[0-9]{1,3}}",
  "{id:a{2}b{3}c}",
  "{id:}",
  "\\d{id}",
  "p{Greek}",
  "\\\\p{a",
])("a template of v2 is known: %s", (text) => expect(hasTemplate(text)).toBe(!text.endsWith("{a")));

test.each([
  "/a{1,3}",
  "/a{2}",
  "\\{id}",
  "\\p{Greek}",
  "\\P{Greek}",
  "\\x{7f}",
  "{-a}",
  "{a b}",
  "{id",
  "id}",
  "{}",
  "{id:{}",
])("what only looks like one is none: %s", (text) => expect(hasTemplate(text)).toBe(false));

test.each<[path: string, what: string | undefined]>([
  ["/orders/{id}", "a template in braces"],
  ["/orders/*", "an asterisk"],
  ["/orders/:id", "a parameter behind a colon"],
  ["/a:b", undefined],
  ["/:1", undefined],
  ...["/[a-z]", "/a]", "/a|b", "/\\d", "/^a", "^/a", "/a.+", "/(?i)a", "/a$"].map(
    (path) => [path, "a regular expression"] as [string, string],
  ),
  ...["/", "/a.b", "/a+b", "/(a)", "/a?b", "/$", "/$metadata", "/a$b", "/.well-known/x"].map(
    (path) => [path, undefined] as [string, undefined],
  ),
])("in a path that is taken as it is, %s is %s", (path, what) => {
  expect(patternIn(path)).toBe(what);
  const told = literalPathProblems("at", path, "use a rule").map((p) => [p.propertyPath, p.reason]);
  expect(told).toEqual(
    what === undefined ? [] : [["at", expect.stringContaining(`"${path}" has ${what}, which is taken literally`)]],
  );
});

test("an asterisk at the end is what a prefix says, one elsewhere is not", () => {
  const remedy = (path: string) =>
    literalPathProblems("at", path, "use a rule")[0].reason.split("; ").slice(1).join("; ");
  expect(remedy("/orders/*")).toBe('"/orders/" is every path that begins like that; use a rule');
  expect(remedy("/orders/**")).toBe('"/orders/" is every path that begins like that; use a rule');
  for (const path of ["/*/orders", "/a*b*", "*", "/{id}*"]) {
    expect([path, remedy(path)]).toEqual([path, "use a rule"]);
  }
});

test.each<[path: string, reason: string | undefined]>([
  ["/a/b/", undefined],
  ["/a%2Fb", undefined],
  ["/100%25", undefined],
  ["/a//b", 'use "/a/b"'],
  ["/a/./b", 'use "/a/b"'],
  ["/a/../b", 'use "/b"'],
  ["/a%20b", "decodes a request's path first"],
  ["/a%2fb", "decodes a request's path first"],
  ["/a%2F%41", "decodes a request's path first"],
])("what Traefik never compares with: %s", (path, reason) => {
  expect(neverAtTraefik(path)).toEqual(reason === undefined ? undefined : expect.stringContaining(reason));
});

test.each<[path: string, reason: string | undefined]>([
  ["/a/b~!", undefined],
  ["/a%20b%2F", undefined],
  ["/a b", 'write "/a%20b"'],
  ["/é%20", 'write "/%C3%A9%20"'],
  ["/100%", "write %25 for itself"],
  ["/a%2", "write %25 for itself"],
  ["/a%g0", "write %25 for itself"],
  ["/a%0g", "write %25 for itself"],
])("what a sidecar never compares with: %s", (path, reason) => {
  expect(neverAtSidecar(path)).toEqual(reason === undefined ? undefined : expect.stringContaining(reason));
});

test.each<[regex: string, reason: string | undefined]>([
  ["/a.*", undefined],
  [".*", undefined],
  ["(/a|/b)", undefined],
  ["a?/b", undefined],
  ["a*/b", undefined],
  ["a{0}/b", undefined],
  ["a|/b", undefined],
  ["", undefined],
  ["/{id:[0-9]+}", "the braces"],
  ["a", "begin with it"],
  ["api/.*", "begin with it"],
  ["^api", "begin with it"],
  ["-a", "begin with it"],
])("an expression of a whole path: %s", (regex, reason) => {
  expect(neverWhole(regex)).toEqual(reason === undefined ? undefined : expect.stringContaining(reason));
});
