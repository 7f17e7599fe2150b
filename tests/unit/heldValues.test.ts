import { heldValueProblems, namedImage, valueAt } from "../../components/chart/heldValues";
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
  expect(reason).toBe("cannot be true here: use the option acls; leave it out");
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
