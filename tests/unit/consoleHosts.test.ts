import { AT_CONSOLES, consoleHostProblems } from "../../components/routing/consoleHosts";
import { rankedRoutes } from "../../components/routing/hostOwners";
import type { Route } from "../../components/routing/routes";

const consoles = { dashboard: { host: "OPS.test", userList: "ops" }, consulUi: { host: "ui.test", userList: "ops" } };
const told = (route: Route, its: object = { consoles }) =>
  consoleHostProblems(rankedRoutes({ routes: [route] }), its, "here").map((each) => {
    expect(each.propertyPath).toBe("here");
    return each.reason;
  });
const named = (host: string) => `"${host}" is the host of a console of the ingress; give each its own`;
const RANKS = { "ops.test": 68, "ui.test": 90 };
const taken = (host: keyof typeof RANKS, rank: number) =>
  `takes requests for "${host}", the host of a console of the ingress: it ranks ${rank}, and that ${RANKS[host]}; name hosts, or set a priority below ${RANKS[host]}`;

test("a console's host is for nothing else", () => {
  expect(AT_CONSOLES.dashboard.rule("ops.test")).toHaveLength(RANKS["ops.test"]);
  expect(AT_CONSOLES.consulUi.rule("ui.test")).toHaveLength(RANKS["ui.test"]);
  expect(told({ host: "ops.test" })).toEqual([named("ops.test")]);
  expect(told({ rule: "Host(`UI.test.`) || Host(`a.test`)" })).toEqual([named("ui.test")]);
  expect(told({ host: "a.test", tls: {}, priority: 1000 })).toEqual([]);
  expect(told({ host: "ops.test" }, {})).toEqual([]);
  expect(told({ rule: "HostRegexp(`.*`)", priority: 1000, tls: {} }, { consoles: { dashboard: undefined } })).toEqual(
    [],
  );
});

test.each<[rule: string, hosts: (keyof typeof RANKS)[]]>([
  ["HostRegexp(`.*`)", ["ops.test", "ui.test"]],
  ["HostRegexp(`^ops`)", ["ops.test"]],
  ["PathPrefix(`/api`)", ["ops.test"]],
  ["PathPrefix(`/dashboard/`)", ["ops.test"]],
  ["PathPrefix(`/ui`)", ["ui.test"]],
  ["Path(`/v1/internal/acl/authorize`)", ["ui.test"]],
  ["PathPrefix(`/oauth2`)", []],
  ["PathPrefix(`/u`) && HostRegexp(`^ops`)", []],
])("%s does not rank above the consoles where it would take their requests", (rule, hosts) => {
  const at = (priority: number, more: Partial<Route> = { tls: {} }) => told({ rule, priority, ...more });
  expect(at(95)).toEqual(hosts.map((host) => taken(host, 95)));
  expect(at(68)).toEqual(hosts.filter((host) => host === "ops.test").map((host) => taken(host, 68)));
  expect(at(67)).toEqual([]);
  expect(at(95, {})).toEqual([]);
});
