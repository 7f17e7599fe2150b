import { isWildcard, routeEntryPoints, routeHosts } from "../../components/routing/routeHosts";
import type { Route } from "../../components/routing/routes";

test.each<[route: Route, hosts: string[]]>([
  [{ host: "Shop.Example" }, ["shop.example"]],
  [{ host: "*.shop.example" }, []],
  [{ rule: "Host(`a.test.`)" }, ["a.test"]],
  [{ rule: "Host(`A.test`) && Path(`/`) || Host(`b.test`)" }, ["a.test", "b.test"]],
  [{ pathPrefix: "/a" }, []],
])("hosts that %j names: %j", (route, hosts) => {
  expect(routeHosts(route)).toEqual(hosts);
});

test.each<[route: Route, entryPoints: string[]]>([
  [{ host: "a.test" }, ["web"]],
  [{ host: "a.test", tls: {} }, ["websecure"]],
  [{ host: "a.test", tls: {}, entryPoints: ["web"] }, ["web"]],
])("%j is served on %j", (route, entryPoints) => {
  expect(routeEntryPoints(route)).toEqual(entryPoints);
});

test("a wildcard is a label of its own, the first", () => {
  expect(["*.a.test", "*a.test", "a.*.test", undefined].filter(isWildcard)).toEqual(["*.a.test"]);
});
