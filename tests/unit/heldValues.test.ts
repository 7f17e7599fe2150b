import * as pulumi from "@pulumi/pulumi";
import { heldValueProblems, laterValueProblems, namedImage, valueAt } from "../../components/chart/heldValues";
import { consulMeshProblems } from "../../components/mesh/consulMeshProblems";
import { nested } from "../nested";

/** What a mesh counts on of the chart's values, by the options that it has. */
type Options = Parameters<typeof heldValueProblems>[0];
const paths = (values: Record<string, unknown>, options: Options = {}) =>
  heldValueProblems(options, values, "x").map((each) => each.propertyPath);

const EXTERNAL = { externalServers: {} } as Options;
const OUTSIDE: Options = { externalDestinations: [{ name: "bank" }] };

test.each<[path: string, wrong: unknown, right: unknown, options?: Options]>([
  ["nameOverride", "a", undefined],
  ["fullnameOverride", "a", undefined],
  ["global.name", "a", "consul"],
  ["global.enabled", false, true],
  ["global.tls.enabled", false, true],
  ["global.tls.httpsOnly", false, true],
  ["global.tls.verify", false, true],
  ["global.tls.caCert", "a", undefined],
  ["global.tls.caKey", "a", undefined],
  ["global.acls.manageSystemACLs", true, false],
  ["global.acls.manageSystemACLs", false, true, { acls: true }],
  ["global.acls.bootstrapToken", "a", undefined],
  ["global.gossipEncryption.autoGenerate", true, false],
  ["global.gossipEncryption.secretName", "a", undefined],
  ["global.gossipEncryption.secretKey", "a", undefined],
  ["global.secretsBackend.vault.enabled", true, false],
  ["global.enableConsulNamespaces", true, false],
  ["global.adminPartitions.enabled", true, false],
  ["global.enablePodSecurityPolicies", true, false],
  ["externalServers.enabled", true, false],
  ["externalServers.enabled", false, true, EXTERNAL],
  ["externalServers.hosts", ["a"], undefined],
  ["externalServers.httpsPort", 1, undefined],
  ["externalServers.grpcPort", 1, undefined],
  ["externalServers.k8sAuthMethodHost", "a", undefined],
  ["server.enabled", false, true],
  ["server.enabled", false, "-"],
  ["server.enabled", true, false, EXTERNAL],
  ["server.connect", false, true],
  ["connectInject.enabled", false, true],
  ["connectInject.default", true, false],
  ["connectInject.failurePolicy", "Ignore", "Fail"],
  ["connectInject.transparentProxy.defaultEnabled", false, true],
  ["connectInject.transparentProxy.defaultOverwriteProbes", false, true],
  ["connectInject.overrideAuthMethodName", "a", ""],
  ["terminatingGateways.enabled", false, true, OUTSIDE],
  ["terminatingGateways.gateways", [], undefined, OUTSIDE],
  ["dns.enabled", false, "-", OUTSIDE],
  ["dns.enabled", false, true, OUTSIDE],
  ["dns.enableRedirection", false, "-", OUTSIDE],
])("%s cannot be %j, but %j", (...[path, wrong, right, options]) => {
  expect(paths(nested(path, wrong), options)).toEqual([`x.${path}`]);
  expect(paths(nested(path, right), options)).toEqual([]);
});

test("what nobody counts on is as it is said", () => {
  const more = { externalDestinations: [] } as Options;
  for (const path of ["terminatingGateways.enabled", "dns.enabled", "dns.enableRedirection"]) {
    expect(paths(nested(path, false), more)).toEqual([]);
  }
  expect(paths(nested("terminatingGateways.gateways", []))).toEqual([]);
});

test("a value is refused with what it would break, and the way to say it", () => {
  const [{ reason }] = heldValueProblems({}, nested("global.acls.manageSystemACLs", true), "x");
  expect(reason).toBe("cannot be true here: use consulAcls (of a ConsulMesh: acls); leave this value out");
});

test.each<[setting: string, option: string, paths: string[]]>([
  ["consulCa", "ca", ["global.tls.caCert", "global.tls.caKey"]],
  ["consulBootstrapTokenSecret", "bootstrapTokenSecret", ["global.acls.bootstrapToken"]],
  [
    "consulGossipKeySecret",
    "gossipKeySecret",
    ["global.gossipEncryption.secretName", "global.gossipEncryption.secretKey"],
  ],
  [
    "consulExternalServers",
    "externalServers",
    ["hosts", "httpsPort", "grpcPort", "k8sAuthMethodHost"].map((each) => `externalServers.${each}`),
  ],
])("what the setting %s is for is said by it, and in a program by %s", (setting, option, its) => {
  const reasons = its.flatMap((path) => heldValueProblems({}, nested(path, "a"), "x").map(({ reason }) => reason));
  expect(reasons).toEqual(
    its.map(() => `cannot be "a" here: use ${setting} (of a ConsulMesh: ${option}); leave this value out`),
  );
});

test("a value that is null is told of as one of the chart's alone", () => {
  const values = nested("global.tls.enabled", null);
  expect(paths(values)).toEqual([]);
  expect(consulMeshProblems({ values }).map((each) => each.propertyPath)).toEqual(["values.global.tls.enabled"]);
});

test("an image is the one of the chart's value that wins, else of the option, with where it is named", () => {
  const options = { images: { consul: "option:1", dataplane: "option:2" } };
  const values = { global: { image: "global:1", imageK8S: "global:2" }, server: { image: "server:1" } };
  expect(namedImage(options, values, "consul")).toEqual({ image: "server:1", input: "values.server.image" });
  expect(namedImage(options, { global: values.global }, "consul")).toEqual({
    image: "global:1",
    input: "values.global.image",
  });
  expect(namedImage(options, values, "controlPlane")).toEqual({ image: "global:2", input: "values.global.imageK8S" });
  expect(namedImage(options, values, "dataplane")).toEqual({ image: "option:2", input: "images.dataplane" });
  expect(namedImage({}, nested("global.imageConsulDataplane", "a:1"), "dataplane").image).toBe("a:1");
  expect(namedImage({}, nested("server.image", null), "consul")).toEqual({ image: undefined, input: "images.consul" });
});

test("a value is there by its own keys alone", () => {
  const values = { server: { replicas: 3, nothing: null, text: "a" } };
  expect(valueAt(values, "server.replicas")).toBe(3);
  for (const path of ["server.toString", "server.nothing.a", "server.text.length", "client.replicas"]) {
    expect([path, valueAt(values, path)]).toEqual([path, undefined]);
  }
});

describe("values that another resource makes", () => {
  const reason =
    "is an output, and the mesh adds values of its own here; give a plain value, or set what is within it key by key";
  const said = (values: Record<string, unknown>, options: Options = {}) =>
    laterValueProblems(options, values, "x").map((each) => `${each.propertyPath} ${each.reason}`);

  test.each<[path: string, options?: Options]>([
    ["global"],
    ["global.tls"],
    ["global.tls.verify"],
    ["global.gossipEncryption"],
    ["connectInject.transparentProxy"],
    ["syncCatalog"],
    ["ui"],
    ["externalServers"],
    ["dns", OUTSIDE],
    ["terminatingGateways", OUTSIDE],
    ["server.extraConfig", { acls: true }],
    ["server.extraContainers", { acls: true }],
    ["global.datacenter", { acls: true }],
    ["global.domain", { acls: true }],
    ["global.dualStack.enabled", { acls: true }],
    ["global.dualStack", { acls: true }],
  ])("%s is refused, since what is in it has to be known", (...[path, options]) => {
    const value = pulumi.output({ verify: false });
    expect(said(nested(path, value), options)).toEqual([`x.${path} ${reason}`]);
    expect(heldValueProblems(options ?? {}, nested(path, value), "x")).toEqual([]);
  });

  test.each([
    "dns",
    "server.extraConfig",
    "server.extraContainers",
    "server.storageClass",
    "server.extraVolumes",
    "global.image",
    "global.domain",
    "global.dualStack.enabled",
    "global.metrics.datadog",
    "global.tlsX",
    "meshGateway",
  ])("%s is taken as it is", (path) => {
    expect(said(nested(path, pulumi.output("a")))).toEqual([]);
  });

  test("a promise is one too, and a mesh says it of its input", () => {
    const values = { global: Promise.resolve({}), server: { storageClass: pulumi.output("fast") } };
    expect(consulMeshProblems({ values })).toEqual([{ propertyPath: "values.global", reason }]);
  });
});
