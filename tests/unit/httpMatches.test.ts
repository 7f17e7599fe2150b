import { HttpMatch } from "../../components/intentions/intentions";
import { httpMatchProblems, pathMatchersOf } from "../../components/routing/httpMatches";

const GIVEN = { criteria: ["present", "exact", "regex"], query: "use queryParam" };
function told(match: object): string[] {
  const all: string[] = [];
  httpMatchProblems(match as HttpMatch, GIVEN, (by, input, reason) => all.push(`${by} ${input}: ${reason}`));
  return all;
}
const header = (its: object) => ({ header: [{ name: "x-a", present: true }, its] });

test.each<[what: string, match: object]>([
  ["nothing", {}],
  ["an exact path", { pathExact: "/a" }],
  ["a prefix", { pathPrefix: "/" }],
  ["an encoded path", { pathExact: "/a%20b" }],
  ["dots in a name", { pathExact: "/..a/b../.well-known/c.d" }],
  ["a pattern", { pathRegex: "/a/[0-9]{2}(\\?x)?" }],
  ["all methods", { methods: "GET HEAD POST PUT PATCH DELETE CONNECT OPTIONS TRACE".split(" ") }],
  ["a header", header({ name: "X-User_1.b", exact: "a b" })],
  ["a header of HTTP/2's own", header({ name: ":authority", regex: "^a+$" })],
  ["a header of the longest name", header({ name: "x".repeat(256), present: true })],
])("takes %s", (_, match) => {
  expect(told(match)).toEqual([]);
});

test.each<[match: object, problem: string]>([
  [{ pathExact: "/a", pathRegex: "/b" }, "Consul : has pathExact and pathRegex; keep one path matcher"],
  [{ pathExact: "" }, "us .pathExact: is empty and would be ignored"],
  [{ pathPrefix: "" }, "us .pathPrefix: is empty and would be ignored"],
  [{ pathRegex: "" }, "us .pathRegex: is empty and would be ignored"],
  [{ pathExact: "a/" }, 'Consul .pathExact: "a/" is not a path; begin with "/"'],
  [{ pathPrefix: "a?b" }, 'Consul .pathPrefix: "a?b" is not a path'],
  [{ pathExact: "/a?b=c" }, 'us .pathExact: "/a?b=c" never matches: a query is not part of the path; use queryParam'],
  [{ pathExact: "/a#b" }, "a query is not part of the path"],
  ...["/.", "/a/..", "/a/../b", "/a/./b", "/%2e/a", "/a/.%2E/b"].map((path): [object, string] => [
    { pathExact: path },
    `us .pathExact: "${path}" never matches: "." and ".." are resolved before`,
  ]),
  [{ pathPrefix: "/a/*" }, "us .pathPrefix: "],
  [{ pathExact: "/a/{id}" }, "for a pattern write pathRegex"],
  [{ pathExact: "/a b" }, 'us .pathExact: "/a b" never matches'],
  [{ pathExact: "/a%2" }, 'us .pathExact: "/a%2" never matches'],
  [{ pathRegex: "/(a" }, 'us .pathRegex: "/(a" is not RE2: '],
  [{ pathRegex: "a/.+" }, 'us .pathRegex: "a/.+" never matches'],
  [{ methods: ["GET", "PURGE"] }, 'Consul .methods[1]: "PURGE" is not an HTTP method; use one of GET, HEAD, POST, '],
  [{ methods: ["get"] }, 'webhook .methods[0]: "get" is not an HTTP method'],
  [{ methods: ["PUT", "GET", "PUT"] }, "Consul .methods: names PUT twice"],
  [header({ name: "x-b" }), "Consul .header[1]: has no criterion; give one of present, exact, regex"],
  [header({ name: "x-b", exact: "a", regex: "b" }), "Consul .header[1]: has exact and regex; give one of"],
  [header({ present: true }), "Consul .header[1].name: is empty; name the header"],
  [header({ name: "", present: true }), "Consul .header[1].name: is empty"],
  [header({ name: "x-b", regex: "(" }), 'us .header[1].regex: "(" is not RE2: '],
  ...["a b", "a:", "::a", "x\n", "(a)", "é"].map((name): [object, string] => [
    header({ name, present: true }),
    `us .header[1].name: ${JSON.stringify(name)} is not a header name`,
  ]),
  [header({ name: "x".repeat(257), present: true }), "is not a header name"],
])("refuses %j: %s", (match, problem) => {
  expect(told(match)).toEqual([expect.stringContaining(problem)]);
});

test("a method twice in other letters is told as both", () => {
  expect(told({ methods: ["GET", "get"] })).toEqual([
    expect.stringContaining("webhook .methods[1]"),
    expect.stringContaining("Consul .methods: names GET twice"),
  ]);
});

test("which paths are matched by is seen", () => {
  expect(pathMatchersOf({ pathPrefix: "/a", pathExact: "", pathRegex: "b" })).toEqual(["pathPrefix", "pathRegex"]);
});
