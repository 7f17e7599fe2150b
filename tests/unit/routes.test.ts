import * as fc from "../generated";
import {
  Route,
  routeProblems,
  routeTags,
  tagProblems,
  tagsAnnotation,
  tagsOfAnnotation,
} from "../../components/routing/routes";
import { plainTags } from "../plainTags";

/** Characters that rules are made of, those that the parser treats specially above all. */
const tag = fc
  .array(fc.constantFrom(",", "\\", "`", " ", "(", ")", "|", "&", "a", "é", "$", "{", "."), {
    minLength: 1,
    maxLength: 12,
  })
  .map((chars) => chars.join(""));

test("a route that is inserted first does not rename the routers of routes with a name", () => {
  const named: Route[] = [
    { name: "shop", host: "shop.test" },
    { name: "shop-admin", host: "admin.test" },
  ];
  const after = routeTags("shop", [{ name: "shop-api", host: "api.test" }, ...named]);
  expect(after).toEqual(expect.arrayContaining(routeTags("shop", named)));
});

test("the injector reads back exactly the tags, unless a problem was found", () => {
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 5 }), (tags) => {
      fc.pre(tags.every((t) => tagProblems("tag", t).length === 0));
      expect(tagsOfAnnotation(tagsAnnotation(tags))).toEqual(tags);
    }),
    { numRuns: 2000 },
  );
});

test("a problem is found only where the injector would read something else", () => {
  fc.assert(
    fc.property(tag, (t) => {
      fc.pre(tagProblems("tag", t).length > 0);
      expect(tagsOfAnnotation(tagsAnnotation([t, "next"]))).not.toEqual([t, "next"]);
    }),
    { numRuns: 2000 },
  );
});

test("the injector trims tags, and takes none for an empty one", () => {
  expect(tagsOfAnnotation(", a ,,b , ")).toEqual(["a", "b", ""]);
  expect(tagsOfAnnotation("a , b ")).toEqual(["a", "b"]);
  expect(tagsOfAnnotation("")).toEqual([]);
});

test("routes become the tags that Traefik reads", () => {
  const routes: Route[] = [
    { host: "a.test" },
    { host: "a.test", pathPrefix: "/api", entryPoints: ["web"] },
    { name: "raw", rule: "HostRegexp(`^.{1,3}\\.test$`)", tls: {}, priority: 7 },
    { name: "all", pathPrefix: "/all", middlewares: [{ compress: {} }] },
  ];
  expect(plainTags(routeTags("whoami", routes))).toEqual([
    "traefik.http.routers.whoami.rule=Host(`a.test`)",
    "traefik.http.routers.whoami.entrypoints=web",
    "traefik.http.routers.whoami-2.rule=Host(`a.test`) && PathPrefix(`/api`)",
    "traefik.http.routers.whoami-2.entrypoints=web",
    "traefik.http.routers.raw.rule=HostRegexp(`^.{1,3}\\.test$`)",
    "traefik.http.routers.raw.entrypoints=websecure",
    "traefik.http.routers.raw.tls=true",
    "traefik.http.routers.raw.priority=7",
    "traefik.http.routers.all.rule=PathPrefix(`/all`)",
    "traefik.http.routers.all.entrypoints=web",
    "traefik.http.middlewares.all-1-compress.compress=true",
    "traefik.http.routers.all.middlewares=all-1-compress",
  ]);
  expect(routeProblems("whoami", routes)).toEqual([]);
});

test("a route leads to the balancer that is named", () => {
  expect(plainTags(routeTags("whoami", [{ host: "a.test" }], "whoami-canary"))).toContain(
    "traefik.http.routers.whoami.service=whoami-canary",
  );
});

test("a wildcard is every name with one label more, after each name that has a route of its own", () => {
  const [rule, , priority] = plainTags(routeTags("tenants", [{ host: "*.A.test", pathPrefix: "/api" }]));
  expect(rule).toBe("traefik.http.routers.tenants.rule=HostRegexp(`^[^.]+\\.a\\.test$`) && PathPrefix(`/api`)");
  const shortestOwn = "Host(`x.a.test`) && PathPrefix(`/api`)";
  expect(priority).toBe(`traefik.http.routers.tenants.priority=${shortestOwn.length - 1}`);
  expect(plainTags(routeTags("tenants", [{ host: "*.a.test", priority: 7 }]))).toContain(
    "traefik.http.routers.tenants.priority=7",
  );
});

test("a service without routes is not shown to Traefik at all", () => {
  expect(routeTags("whoami", [])).toEqual([]);
});

test.each<[string, Route[], string[]]>([
  ["nothing to match", [{}], ["routes[0].host"]],
  ["a URL for a host", [{ host: "https://a.test" }], ["routes[0].host"]],
  ["a port in a host", [{ host: "a.test:80" }], ["routes[0].host"]],
  ["a wildcard in a host", [{ host: "a.*.test" }], ["routes[0].host"]],
  ["a prefix without slash", [{ pathPrefix: "api" }], ["routes[0].pathPrefix"]],
  ["a prefix with its slash behind a name", [{ pathPrefix: "api/v1" }], ["routes[0].pathPrefix"]],
  ["a rule beside a prefix", [{ pathPrefix: "/", rule: "Path(`/`)" }], ["routes[0].rule"]],
  ["no rule of Traefik's", [{ rule: "Banana(`/`)" }], ["routes[0].rule"]],
  ["a rule that begins with a blank", [{ rule: " Path(`/`)" }], ["routes[0].rule"]],
  ["TLS without its entry point", [{ host: "a.test", tls: {}, entryPoints: ["web"] }], ["routes[0].tls"]],
  ["the priority 0", [{ host: "a.test", priority: 0 }], ["routes[0].priority"]],
  ["a priority that is Traefik's own", [{ host: "a.test", priority: 2 ** 31 - 1000 }], ["routes[0].priority"]],
  [
    "a middleware for connections",
    [{ host: "a.test", middlewares: [{ inFlightConn: { amount: 1 } } as never] }],
    ["routes[0].middlewares[0]"],
  ],
  ["a backtick in a prefix", [{ pathPrefix: "/`" }], ["routes[0].pathPrefix"]],
  ["a rule beside a host", [{ host: "a.test", rule: "Path(`/`)" }], ["routes[0].rule"]],
  ["a rule that ends with a backslash", [{ rule: "Path(`/`)\\" }], ["routes[0].rule"]],
  ["the entry point admin", [{ host: "a.test", entryPoints: ["admin"] }], ["routes[0].entryPoints[0]"]],
  ["no entry point", [{ host: "a.test", entryPoints: [] }], ["routes[0].entryPoints"]],
  [
    "a name twice",
    [
      { name: "x", host: "a.test" },
      { name: "x", host: "b.test" },
    ],
    ["routes[1].name"],
  ],
  ["a name that is no label", [{ name: "a.b", host: "a.test" }], ["routes[0].name"]],
])("refuses %s", (_, routes, paths) => {
  expect(routeProblems("whoami", routes, "routes").map((p) => p.propertyPath)).toEqual(paths);
});

test.each<[string, Route]>([
  ["the highest priority", { host: "a.test", priority: 2 ** 31 - 1001 }],
  ["capital letters", { host: "A.test" }],
  ["a wildcard", { host: "*.A.test" }],
])("takes %s", (_, route) => {
  expect(routeProblems("whoami", [route])).toEqual([]);
});

test.each<[string, Route, string, string]>([
  ["a scheme", { host: "http://a.test" }, "[0].host", "without scheme or port"],
  ["an umlaut", { host: "MÜNCHEN.test" }, "[0].host", "punycode form, xn--mnchen-3ya.test"],
  ["an umlaut of a wildcard", { host: "*.münchen.test" }, "[0].host", "punycode form, *.xn--mnchen-3ya.test"],
  ["a query in a prefix", { pathPrefix: "/a?b=1" }, "[0].pathPrefix", "a query is not part of the path"],
  ["a path that Traefik changes first", { pathPrefix: "/a//b" }, "[0].pathPrefix", 'use "/a/b"'],
  ["an asterisk behind two slashes", { pathPrefix: "/a//*" }, "[0].pathPrefix", "write rule: PathRegexp(`…`)"],
  [
    "a template",
    { host: "a.test", pathPrefix: "/{id:[0-9]+}" },
    "[0].pathPrefix",
    "write rule: Host(`a.test`) && PathRegexp(`^/[0-9]+`)",
  ],
  ["a template for any host", { pathPrefix: "/{id:[0-9]+}" }, "[0].pathPrefix", "write rule: PathRegexp("],
])("says how to mend %s", (_, route, path, reason) => {
  expect(routeProblems("whoami", [route])).toEqual([
    { propertyPath: path, reason: expect.stringContaining(reason) as string },
  ]);
});

test("a template is told beside a host that is none", () => {
  const problems = routeProblems("whoami", [{ host: "a`b", pathPrefix: "/{id}" }]);
  expect(problems.map((p) => p.propertyPath)).toEqual(["[0].host", "[0].pathPrefix"]);
});
