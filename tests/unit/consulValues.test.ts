import { consulValues, mergeValues } from "../../components/chart/consulValues";

const ca = { secretName: "ca", secretKey: "tls.crt" };
const key = { secretName: "ca-key", secretKey: "tls.key" };

test("what the chart is told where nothing is said: all that is secure, and no default of its own", () => {
  const { connectInject, ...values } = consulValues({});
  const { namespaceSelector, ...injection } = connectInject as { namespaceSelector: string };
  expect(namespaceSelector).toContain('"traefik-consul"');
  // Equal with each key that is there: Helm would take null for a value.
  expect({ ...values, connectInject: injection }).toStrictEqual({
    global: {
      name: "consul",
      tls: { enabled: true, httpsOnly: true, verify: true },
      acls: { manageSystemACLs: false },
      metrics: { enabled: true, enableAgentMetrics: true },
    },
    server: { replicas: 1 },
    ui: { enabled: true },
    connectInject: { enabled: true, default: false, transparentProxy: { defaultEnabled: true } },
    syncCatalog: { enabled: true, default: false, toConsul: true, toK8S: false, consulWriteInterval: "5s" },
  });
});

test("what is said becomes values, Secrets by their names", () => {
  const options = {
    datacenter: "dc2",
    servers: 3,
    serversShareNodes: true,
    storage: "20Gi",
    storageClass: "fast",
    images: { consul: "a/consul:1", controlPlane: "a/k8s:1", dataplane: "a/dataplane:1" },
    imagePullPolicy: "Always",
    imagePullSecrets: ["registry", "mirror"],
    serverAdditionalDnsSans: ["consul.test"],
    acls: true,
    catalogSyncInterval: "10s",
    namespacesWithoutInjection: ["edge"],
    ca: { certificate: ca, key },
    rotations: { ca: '2026-11 "a"', bootstrapToken: "b" },
    externalDestinations: [{ name: "bank", host: "bank.test", port: 443, tls: { caCertificate: "PEM" } }],
  } as const;
  const secrets = {
    gossipKey: { secretName: "gossip", secretKey: "key" },
    bootstrapToken: { secretName: "token", secretKey: "token" },
  };
  const annotations = '"consul-traefik-mesh/ca-rotation": "2026-11 \\"a\\""';
  const values: Record<string, any> = consulValues(options, secrets);
  expect(values).toMatchObject({
    global: {
      datacenter: "dc2",
      image: "a/consul:1",
      imageK8S: "a/k8s:1",
      imageConsulDataplane: "a/dataplane:1",
      imagePullPolicy: "Always",
      imagePullSecrets: [{ name: "registry" }, { name: "mirror" }],
      tls: { verify: true, serverAdditionalDNSSANs: ["consul.test"], caCert: ca, caKey: key },
      acls: { manageSystemACLs: true, bootstrapToken: secrets.bootstrapToken },
      gossipEncryption: secrets.gossipKey,
    },
    server: {
      annotations,
      extraEnvironmentVars: { BOOTSTRAP_TOKEN_ROTATION: "b" },
      replicas: 3,
      storage: "20Gi",
      storageClass: "fast",
      affinity: "",
    },
    connectInject: { annotations },
    syncCatalog: { annotations, consulWriteInterval: "10s" },
  });
  // YAML in a string, as the chart takes annotations.
  expect(values.terminatingGateways.gateways[0].annotations).toMatch(
    /^"consul-traefik-mesh\/ca-rotation": "2026-11 \\"a\\""\n"consul-traefik-mesh\/destination-cas": "[0-9a-f]{64}"$/,
  );
  expect(values).not.toHaveProperty("externalServers");
  expect(values.server).not.toHaveProperty("enabled");
});

test("servers that are elsewhere are told where, and none is made", () => {
  const hosts = ["consul.test"];
  const more = { httpsPort: 443, grpcPort: 8443, kubernetesApi: "https://kubernetes.test" };
  expect(consulValues({ externalServers: { hosts, ...more } })).toMatchObject({
    externalServers: {
      enabled: true,
      hosts,
      httpsPort: 443,
      grpcPort: 8443,
      k8sAuthMethodHost: "https://kubernetes.test",
    },
    server: { enabled: false },
  });
  expect(consulValues({ externalServers: { hosts } }).externalServers).toStrictEqual({ enabled: true, hosts });
});

test.each<[what: string, base: object, over: object, merged: object]>([
  ["maps are merged", { a: { b: 1, c: 2 } }, { a: { c: 3 } }, { a: { b: 1, c: 3 } }],
  ["lists are replaced", { a: [1, 2] }, { a: [3] }, { a: [3] }],
  ["a list replaces a map", { a: { b: 1 } }, { a: [1] }, { a: [1] }],
  ["a map replaces a list", { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
  ["a null takes a map away", { a: { b: 1 } }, { a: null }, { a: null }],
  ["a map replaces a null", { a: null }, { a: { b: 1 } }, { a: { b: 1 } }],
  ["a text replaces a map", { a: { b: 1 } }, { a: "b" }, { a: "b" }],
  ["what is not there is added", {}, { a: { b: 1 } }, { a: { b: 1 } }],
])("of values, as Helm has it, %s", (_, base, over, merged) => {
  const [before, later] = [structuredClone(base), structuredClone(over)];
  expect(mergeValues(base as never, over as never)).toEqual(merged);
  expect([base, over]).toEqual([before, later]);
});
