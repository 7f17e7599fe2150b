import { chartRefusals } from "../../components/chart/chartRefusals";
import { nested } from "../nested";

/** Paths of values that the chart's templates refuse, of a user's values and of those that Helm gets. */
const refused = (values: object, merged: object = values) =>
  chartRefusals(values as never, merged as never, "values").map((each) => each.propertyPath);

/** Values by their dotted paths. */
const all = (paths: Record<string, unknown>) => {
  const merge = (into: any, from: any): any =>
    Object.entries(from).reduce(
      (its, [key, value]) => ({ ...its, [key]: typeof value === "object" ? merge(its[key] ?? {}, value) : value }),
      into,
    );
  return Object.entries(paths).reduce((its, [path, value]) => merge(its, nested(path, value)), {});
};

test.each([
  ["global.peering.enabled", "meshGateway.enabled"],
  ["global.federation.enabled", "meshGateway.enabled"],
  ["global.federation.createFederationSecret", "global.federation.enabled"],
  ["global.acls.createReplicationToken", "global.acls.manageSystemACLs"],
  ["server.auditLogs.enabled", "global.acls.manageSystemACLs"],
  ["global.metrics.disableAgentHostName", "global.metrics.enableAgentMetrics"],
  ["global.metrics.datadog.enabled", "global.metrics.enableAgentMetrics"],
  ["global.metrics.datadog.otlp.enabled", "telemetryCollector.enabled"],
  ["externalServers.skipServerWatch", "externalServers.enabled"],
])("%s is refused without %s", (part, needs) => {
  const one = all({ [part]: true });
  const both = all({ [part]: true, [needs]: true });
  const [problem] = chartRefusals(one as never, one as never, "values");
  expect([problem.propertyPath, problem.reason]).toEqual([`values.${part}`, expect.stringContaining(` ${needs}: `)]);
  expect(refused(one)).toHaveLength(1);
  expect(refused(all({ [part]: false }))).toEqual([]);
  // What an option of the component sets counts as well; what the chart has by itself is nobody's fault.
  expect(refused(one, both)).not.toContain(`values.${part}`);
  expect(refused({}, one)).toEqual([]);
});

test.each([
  ["global.enterpriseLicense.secretName", "global.enterpriseLicense.secretKey"],
  ["global.acls.replicationToken.secretName", "global.acls.replicationToken.secretKey"],
])("%s and %s go together", (name, key) => {
  expect(refused(all({ [name]: "a", [key]: "b" }))).toEqual([]);
  expect(refused(all({ [name]: "a", [key]: "" }))).toEqual([`values.${name}`]);
  expect(refused(all({ [key]: "b" }))).toEqual([`values.${key}`]);
  expect(chartRefusals(all({ [key]: "b" }) as never, {}, "values")[0].reason).toContain(name);
});

test("a mesh gateway of a fixed address has one", () => {
  const gateway = (wanAddress: object) => ({ meshGateway: { wanAddress } });
  expect(refused(gateway({ source: "Static" }))).toEqual(["values.meshGateway.wanAddress.source"]);
  expect(refused({}, gateway({ source: "Static" }))).toEqual(["values.meshGateway.wanAddress.source"]);
  expect(refused(gateway({ source: "Static", static: "192.0.2.1" }))).toEqual([]);
  expect(refused(gateway({ source: "Service", static: "" }))).toEqual([]);
});

test("the experiment without intentions is refused, others are not", () => {
  const experiments = (value: unknown) => chartRefusals({ global: { experiments: value } } as never, {}, "values");
  expect(experiments(["v1dns", "resource-apis"])).toEqual([
    {
      propertyPath: "values.global.experiments",
      reason: '"resource-apis" has Consul use its second catalog, in which intentions decide nothing; leave it out',
    },
  ]);
  expect(experiments(["v1dns"])).toEqual([]);
  expect(experiments("resource-apis")).toEqual([]);
});
