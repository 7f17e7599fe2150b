import { mergedValueProblems } from "../../components/chart/mergedValues";
import { nested } from "../nested";

/** What each of the chart's values may be, which a value beside it need not be; and which of them change what a mesh counts on. */
type Options = Parameters<typeof mergedValueProblems>[0];
function judged(path: string, value: unknown, options: Options = {}) {
  const { problems, doubts } = mergedValueProblems(options, nested(path, value), "x");
  const paths = (all: typeof problems) => all.map((each) => each.propertyPath.replace(/^x\./, ""));
  return { problems: paths(problems), doubts: paths(doubts) };
}

const ANYWHERE = { begins: false };
const RANGE = (least: number, most: number) =>
  [
    [least, most],
    [least - 1, most + 1, "many"],
  ] as const;

test.each<[path: string, right: readonly unknown[], wrong: readonly unknown[], where?: object]>([
  ["server.resources.limits.memory", ["1Gi"], ["1GB"], ANYWHERE],
  ["server.storage", ["1Gi"], ["big"]],
  ["server.image", ["a:1", ""], ["A:1"], ANYWHERE],
  ["global.imageConsulDataplane", ["a:1", ""], ["A:1"], ANYWHERE],
  ["syncCatalog.consulWriteInterval", ["100ms", "1h"], ["1ms", "3601s"]],
  ["global.consulAPITimeout", ["5s"], ["5"]],
  ["server.exposeService.nodePort", [30000, "32767"], [29999, 32768], ANYWHERE],
  ["server.exposeService.nodePort.https", [30000], [29999], ANYWHERE],
  ["global.logLevel", ["", "trace", "debug", "info", "warn", "ERROR"], ["loud"], ANYWHERE],
  ["ui.service.type", ["ClusterIP", "NodePort", "LoadBalancer"], ["clusterIP", "ExternalName"]],
  ["dns.type", ["ClusterIP"], ["None"]],
  ["server.affinity", ["", "null", "{{ a }}: [", "a: b", "- a", { a: "b" }], ["a: [", "a"], ANYWHERE],
  ["global.extraLabels.app", [], ["a"], ANYWHERE],
  ["server.priorityClassName", ["", "high"], ["High"], ANYWHERE],
  ["connectInject.sidecarProxy.concurrency", ...RANGE(0, 86400)],
  ["connectInject.sidecarProxy.defaultStartupFailureSeconds", ...RANGE(0, 86400)],
  ["server.limits.requestLimits.mode", ["disabled", "permissive", "enforce"], ["on"]],
  ["global.datacenter", ["dc_1-a", "a".repeat(63)], ["", "a".repeat(64), "dc 1", "dc1."]],
  ["global.domain", ["consul", "mesh.internal"], ["a b", ""]],
  ["connectInject.metrics.defaultPrometheusScrapePort", ...RANGE(1024, 65535)],
  ["connectInject.sidecarProxy.lifecycle.defaultGracefulPort", ...RANGE(1024, 65535)],
  ["connectInject.metrics.defaultPrometheusScrapePath", ["/a"], ["a", ""]],
  ["connectInject.sidecarProxy.lifecycle.defaultGracefulShutdownPath", ["/a"], ["a/"]],
  ["connectInject.sidecarProxy.lifecycle.defaultShutdownGracePeriodSeconds", ...RANGE(0, 86400)],
  ["server.ports.serflan.port", ...RANGE(1, 65535)],
  ["connectInject.replicas", ...RANGE(1, 100)],
  ["syncCatalog.nodePortSyncType", ["ExternalFirst", "InternalOnly", "ExternalOnly"], ["Internal"]],
])("%s", (...[path, right, wrong, where]) => {
  for (const value of right) {
    expect([value, judged(path, value).problems]).toEqual([value, []]);
  }
  for (const value of wrong) {
    expect([value, judged(path, value).problems]).toEqual([value, [path]]);
    expect(judged(path, value).doubts).toEqual([]);
    const beside = [`${path}.a.b`, ...(where === undefined ? [`other.${path}`] : [])];
    expect(beside.map((each) => [value, judged(each, value).problems])).toEqual(beside.map(() => [value, []]));
  }
});

test("servers ask DNS servers by their addresses, each with its port", () => {
  const right = ["192.0.2.53", "192.0.2.53:1", "192.0.2.53:65535", "2001:db8::53", "[2001:db8::53]", "[::1]:53"];
  const wrong = ["dns.test", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2.53:", "[::1::]:53", "a:53", ""];
  expect(judged("global.recursors", [...right, '{{ GetInterfaceIP "eth0" }}']).problems).toEqual([]);
  expect(judged("global.recursors", ["192.0.2.53", ...wrong]).problems).toEqual(
    wrong.map((_, i) => `global.recursors[${i + 1}]`),
  );
  expect(judged("global.recursors", "dns.test").problems).toEqual([]);
  expect(["other.global.recursors", "global.recursors.a"].flatMap((path) => judged(path, wrong).problems)).toEqual([]);
});

/** What the name of a value beside it ends in. */
const WITHIN = ".a";
const LONGER = "Other";
test.each<[path: string, beside?: string]>([
  ["server.extraLabels.team"],
  ["connectInject.cni.resources.a"],
  ["global.imagePullSecrets", LONGER],
  ["global.metrics.enabled"],
  ["global.tls.logLevel", WITHIN],
  ["global.tls.serverAdditionalDNSSANs", WITHIN],
  ["server.storageClass", LONGER],
  ["server.service.annotations.a"],
  ["syncCatalog.k8sTag", LONGER],
  ["server.priorityClassName", LONGER],
  ["connectInject.consulNode"],
  ["connectInject.cni.logLevel"],
  ["connectInject.sidecarProxy.concurrency", WITHIN],
  ["syncCatalog.metrics.enabled"],
  ["terminatingGateways.logLevel", WITHIN],
  ["terminatingGateways.defaults.replicas"],
  ["dns.annotations.a"],
  ["ui.metrics.baseURL"],
  ["webhookCertManager.tolerations.a"],
  ["tests.enabled"],
])("%s changes nothing that a mesh counts on, but what has its name elsewhere may", (...[path, end]) => {
  const value = /oncurrency/.test(path) ? 2 : /logLevel/.test(path) ? "info" : "a";
  expect(judged(path, value)).toEqual({ problems: [], doubts: [] });
  const beside = [`other.${path}`, ...(end === undefined ? [] : [path + end])];
  expect(beside.map((each) => judged(each, value).doubts)).toEqual(beside.map((each) => [each]));
});

test.each([
  "global.metrics.datadog.enabled",
  "global.metrics.enableTelemetryCollector",
  "terminatingGateways.defaults.consulNamespace",
  "terminatingGateways.defaults.extraVolumes",
  "dns.proxy.enabled",
  "connectInject.cni.multus",
  "server.extraVolumes",
  "syncCatalog.k8sTags",
  "server.storages",
])("%s may change it", (path) => {
  expect(judged(path, "a").doubts).toEqual([path]);
});

test("what is said anyway, is off anyway or is not known yet is no doubt", () => {
  for (const value of [undefined, null, Promise.resolve(true)]) {
    expect(judged("meshGateway.enabled", value)).toEqual({ problems: [], doubts: [] });
  }
  expect(judged("meshGateway.enabled", false).doubts).toEqual([]);
  expect(judged("meshGateway.other", false).doubts).toEqual(["meshGateway.other"]);
  expect(judged("ui.enabled", false).doubts).toEqual(["ui.enabled"]);
  expect(judged("connectInject.transparentProxy.defaultEnabled", true).doubts).toEqual([]);
});

describe("servers", () => {
  const budget = (maxUnavailable: unknown, servers: number) =>
    judged("server.disruptionBudget.maxUnavailable", maxUnavailable, { servers }).problems;
  const BUDGET = ["server.disruptionBudget.maxUnavailable"];

  test("keep a quorum", () => {
    expect([budget(1, 3), budget(2, 5), budget(1, 1), budget("50%", 3)]).toEqual([[], [], [], []]);
    expect([budget(2, 3), budget(3, 5)]).toEqual([BUDGET, BUDGET]);
  });

  test("are as many as elect a leader", () => {
    expect([1, 3, 5, 7].flatMap((value) => judged("server.replicas", value, {}).problems)).toEqual([]);
    expect([0, 2, 4, 9].map((value) => judged("server.replicas", value).problems)).toEqual(
      Array(4).fill(["server.replicas"]),
    );
    expect(judged("server.bootstrapExpect", 3, { servers: 3 }).problems).toEqual([]);
    expect(judged("server.bootstrapExpect", 3, { servers: 5 }).problems).toEqual(["server.bootstrapExpect"]);
    // The option's own number is judged with the options.
    expect(judged("server.logLevel", "info", { servers: 2 }).problems).toEqual([]);
  });

  test("that others run are theirs", () => {
    const external = { externalServers: { hosts: ["consul.test"] } } as Options;
    expect(judged("server.replicas", 2, external).problems).toEqual([]);
    expect(judged("server.replicas", "2").problems).toEqual([]);
  });
});

test("nothing asks for more than its limit", () => {
  const resources = (requests: unknown, limits?: unknown) =>
    judged("server.resources", { requests, ...(limits === undefined ? {} : { limits }) }).problems;
  const MEMORY = ["server.resources.requests.memory"];
  expect(resources({ memory: "2Gi" }, { memory: "1Gi" })).toEqual(MEMORY);
  expect(resources({ memory: "1Gi" }, { memory: "1024Mi" })).toEqual([]);
  for (const limits of [undefined, {}, { memory: null }, { cpu: "1m" }]) {
    expect([limits, resources({ memory: "2Gi" }, limits)]).toEqual([limits, []]);
  }
  expect(resources(null, null)).toEqual([]);
  expect(judged("server", null).problems).toEqual([]);
});
