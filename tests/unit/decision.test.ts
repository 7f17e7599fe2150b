import { IntentionRule } from "../../components";
import { decider, judge } from "../../components/intentions/decision";
import { permissionsFor } from "../../tools/suggest/paths";

describe("what rules make of a call is what Consul makes of it", () => {
  const get = (path: string, method = "GET", source = "web") => ({
    source,
    destination: "orders",
    http: { method, path },
  });
  const by = (...permissions: object[]) => [{ source: "web", destination: "orders", permissions } as IntentionRule];
  const on = (http: object, action = "allow", more = {}) => ({ action, http, ...more });
  const header = [{ name: "x-team", exact: "a" }];
  const jwt = { providers: [{ name: "okta" }] };

  test.each<[what: string, rules: IntentionRule[], call: ReturnType<typeof get>, made: string]>([
    ["no rule", [], get("/"), "deny"],
    ["another source", [{ source: "nightly", destination: "orders" }], get("/"), "deny"],
    ["the pair", [{ source: "web", destination: "orders" }], get("/"), "allow"],
    ["any source", [{ source: "*", destination: "orders" }], get("/"), "allow"],
    ["any destination", [{ source: "web", destination: "*" }], get("/"), "allow"],
    [
      "a denied pair before any source",
      [
        { source: "*", destination: "orders" },
        { source: "web", destination: "orders", action: "deny" },
      ],
      get("/"),
      "deny",
    ],
    [
      "the exact destination before the exact source",
      [
        { source: "web", destination: "*" },
        { source: "*", destination: "orders", action: "deny" },
      ],
      get("/"),
      "deny",
    ],
    ["an exact path", by(on({ pathExact: "/a" })), get("/a"), "allow"],
    ["more than an exact path", by(on({ pathExact: "/a" })), get("/a/"), "deny"],
    ["a prefix, which ends anywhere", by(on({ pathPrefix: "/a" })), get("/ab"), "allow"],
    ["a regular expression", by(on({ pathRegex: "/a/[0-9]+" })), get("/a/1"), "allow"],
    ["a regular expression of a part of the path", by(on({ pathRegex: "/a/[0-9]+" })), get("/a/1/b"), "deny"],
    ["a method", by(on({ methods: ["GET", "HEAD"] })), get("/", "HEAD"), "allow"],
    ["another method", by(on({ methods: ["GET"] })), get("/", "HEAD"), "deny"],
    ["path and another method", by(on({ pathExact: "/", methods: ["GET"] })), get("/", "POST"), "deny"],
    ["the first that matches", by(on({ pathPrefix: "/a" }, "deny"), on({ pathPrefix: "/" })), get("/a"), "deny"],
    ["one after others", by(on({ pathPrefix: "/a" }, "deny"), on({ pathPrefix: "/" })), get("/b"), "allow"],
    ["a header", by(on({ pathPrefix: "/", header })), get("/"), "unknown"],
    ["a header on another path", by(on({ pathPrefix: "/a", header })), get("/"), "deny"],
    ["a header that changes nothing", by(on({ pathPrefix: "/", header }), on({ pathPrefix: "/" })), get("/"), "allow"],
    ["a denied header", by(on({ pathPrefix: "/", header }, "deny"), on({ pathPrefix: "/" })), get("/"), "unknown"],
    ["a token", by(on({ pathPrefix: "/" }, "allow", { jwt }), on({ pathPrefix: "/" })), get("/"), "unknown"],
    ["a token on another path", by(on({ pathPrefix: "/a" }, "allow", { jwt })), get("/"), "deny"],
  ])("%s", (_, rules, call, made) => {
    expect(decider(rules)(call)).toBe(made);
  });

  test("of a request that is known whole a header and a missing token decide, and what decided is told", () => {
    const team = (value: string) => ({ ...get("/"), http: { method: "GET", path: "/", headers: { "x-team": value } } });
    const byTeam = on({ pathPrefix: "/", header });
    const rules = by(byTeam);
    expect(judge(rules)(team("a"))).toEqual({ decision: "allow", rule: rules[0], permission: byTeam });
    expect(judge(rules)(team("b"))).toEqual({ decision: "deny", rule: rules[0] });
    const token = on({ pathPrefix: "/" }, "allow", { jwt });
    expect(judge(by(token))(team("a"))).toMatchObject({ decision: "deny", permission: token });
    expect(judge([])(team("a"))).toEqual({ decision: "deny" });
  });

  test.each<[what: string, criterion: object, values: Readonly<Record<string, boolean>>, absent: boolean]>([
    ["there", { present: true }, { "": true, Blue: true }, false],
    ["not there", { present: true, invert: true }, { Blue: false }, true],
    ["the whole value", { exact: "Blue" }, { Blue: true, blue: false, Blues: false }, false],
    ["its beginning", { prefix: "Bl" }, { Blue: true, bl: false, aBl: false }, false],
    ["its end", { suffix: "ue" }, { Blue: true, bLUE: false, uea: false }, false],
    ["a part", { contains: "lu" }, { Blue: true, BLUE: false, red: false }, false],
    ["an expression of all of it", { regex: "B.*e" }, { Blue: true, Blues: false }, false],
    ["in any case", { exact: "Blue", ignoreCase: true }, { bLUE: true, Blues: false }, false],
    ["another value, which has to be there", { exact: "Blue", invert: true }, { Blue: false, red: true }, false],
    ["no such expression", { regex: "B.*", invert: true }, { Blue: false, red: true }, false],
  ])("a header that is to be %s", (_, criterion, values, absent) => {
    const decide = decider(by(on({ pathPrefix: "/", header: [{ name: "X-Team", ...criterion }] })));
    const of = (headers: Record<string, string>) => decide({ ...get("/"), http: { ...get("/").http, headers } });
    const expected = (may: boolean) => (may ? "allow" : "deny");
    expect(of({})).toBe(expected(absent));
    for (const [value, may] of Object.entries(values)) {
      expect([value, of({ "x-team": value })]).toEqual([value, expected(may)]);
    }
  });

  test("all headers have to be as they are to be", () => {
    const two = ["x-a", "x-b"].map((name) => ({ name, present: true }));
    const decide = decider(by(on({ pathPrefix: "/", header: two })));
    const of = (headers: Record<string, string>) => decide({ ...get("/"), http: { ...get("/").http, headers } });
    expect([of({ "x-a": "1" }), of({ "x-a": "1", "x-b": "1" })]).toEqual(["deny", "allow"]);
  });

  test("permissions say nothing of connections, and owners' lists are one", () => {
    expect(decider(by(on({ pathPrefix: "/" })))({ source: "web", destination: "orders" })).toBe("deny");
    const owners = [on({ pathExact: "/a" }), on({ pathExact: "/b" })].map((permission, i) => ({
      ...by(permission)[0],
      declaredAt: `of${i}.calls[0]`,
    }));
    expect(["/a", "/b", "/c"].map((path) => decider(owners)(get(path)))).toEqual(["allow", "allow", "deny"]);
  });
});

describe("paths", () => {
  const of = (...requests: string[]) =>
    permissionsFor(requests.map((each) => ({ method: each.split(" ")[0], path: each.split(" ")[1] }))).map(
      ({ http }) => `${http.methods?.join("|") ?? "any"} ${http.pathExact ?? `~${http.pathRegex}`}`,
    );

  test.each<[what: string, requests: string[], told: string[]]>([
    ["one by one", ["GET /", "GET /a/b"], ["GET /", "GET /a/b"]],
    ["with their methods together", ["POST /a", "GET /a"], ["GET|POST /a"]],
    ["numbers as one", ["GET /orders/17", "DELETE /orders/4"], ["DELETE|GET ~/orders/[0-9-]+"]],
    ["days as one", ["GET /days/2026-11-28"], ["GET ~/days/[0-9-]+"]],
    ["UUIDs as one", ["GET /a/3f2a9bc1-0000-4000-8000-000000000000/b"], ["GET ~/a/[0-9A-Fa-f-]+/b"]],
    ["tokens as one", ["GET /s/dGhpc0lzQVRva2Vu1"], ["GET ~/s/[0-9A-Za-z_-]+"]],
    ["words and versions as they are", ["GET /v1/face/decade"], ["GET /v1/face/decade"]],
    ["a dot as a dot", ["GET /a.b/1"], ["GET ~/a\\.b/[0-9-]+"]],
    ["what an exact path may not have", ["GET /a*b", "OPTIONS *"], ["GET ~/a\\*b", "OPTIONS ~\\*"]],
    ["a method that Consul does not know as any", ["PROPFIND /a", "GET /a"], ["any /a"]],
    ["names of things as one", "abcdefghijk".split("").map((x) => `GET /by/${x}/c`), ["GET ~/by/[^/]+/c"]],
    [
      "ten names one by one",
      "abcdefghij".split("").map((x) => `GET /by/${x}`),
      "abcdefghij".split("").map((x) => `GET /by/${x}`),
    ],
    [
      "many by their first part",
      [
        ..."abcdefg".split("").flatMap((x) => ["x", "y", "z"].map((y) => `GET /api/${x}/${y}`)),
        "PUT /api/a/x",
        "GET /b",
      ],
      ["GET|PUT ~/api(/.*)?", "GET /b"],
    ],
  ])("%s", (_, requests, told) => {
    expect(of(...requests)).toEqual(told);
  });

  test("many at the root are not taken for names of things, among which a new one would be allowed", () => {
    const told = of(..."abcdefghijklmnop".split("").map((x) => `GET /${x}`));
    expect(told).toHaveLength(16);
    expect(told).not.toContain("GET ~/[^/]+");
  });
});
