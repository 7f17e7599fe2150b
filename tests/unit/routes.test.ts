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

test("routes become the tags that Traefik reads", () => {
  const routes: Route[] = [
    { host: "a.test" },
    { host: "a.test", pathPrefix: "/api", entryPoints: ["web"] },
    { name: "raw", rule: "HostRegexp(`^.{1,3}\\.test$`)", tls: {} },
  ];
  expect(plainTags(routeTags("whoami", routes))).toEqual([
    "traefik.http.routers.whoami.rule=Host(`a.test`)",
    "traefik.http.routers.whoami.entrypoints=web",
    "traefik.http.routers.whoami-2.rule=Host(`a.test`) && PathPrefix(`/api`)",
    "traefik.http.routers.whoami-2.entrypoints=web",
    "traefik.http.routers.raw.rule=HostRegexp(`^.{1,3}\\.test$`)",
    "traefik.http.routers.raw.entrypoints=websecure",
    "traefik.http.routers.raw.tls=true",
  ]);
  expect(routeProblems("whoami", routes)).toEqual([]);
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
