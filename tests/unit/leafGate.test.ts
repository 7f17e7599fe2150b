import * as path from "node:path";
import { consulMeshProblems } from "../../components/mesh/consulMeshProblems";
import { consulValues, mergeValues } from "../../components/chart/consulValues";
import { withLeafGate } from "../../components/chart/leafGate";

const withAcls = (values = {}) => mergeValues(consulValues({ acls: true }), values);
const server = (values: object) => (withLeafGate(values as Record<string, unknown>) as any).server;

test.each([
  ["without ACLs, where no token tells who asks", consulValues({})],
  ["with external servers beside those of the chart", withAcls({ externalServers: { enabled: true } })],
  ["without servers", withAcls({ server: { enabled: false } })],
  ["with servers of somebody else", consulValues({ acls: true, externalServers: { hosts: ["consul.example.com"] } })],
  ["with certificates from Vault", withAcls({ global: { secretsBackend: { vault: { enabled: true } } } })],
])("no gate %s", (_, values) => {
  expect(withLeafGate(values)).toEqual(values);
});

test("with ACLs, the server's own API is the pod's alone, and the gate has its port and certificate", () => {
  const { extraConfig, extraContainers } = server(withAcls());
  expect(JSON.parse(extraConfig)).toEqual({ addresses: { https: "127.0.0.1" }, ports: { https: 8499 } });
  expect(extraContainers).toMatchObject([{ name: "leaf-gate", image: "hashicorp/consul-dataplane:1.9.11" }]);
  const envoy = JSON.parse(extraContainers[0].command[2]);
  expect(envoy.static_resources.listeners[0].address.socket_address.port_value).toBe(8501);
  expect(envoy.admin).toBeUndefined();
});

test("the gate runs the dataplane's image, and verifies the server under its datacenter's name", () => {
  const [gate] = server(
    mergeValues(consulValues({ acls: true, datacenter: "eu", images: { dataplane: "localhost/dataplane:1" } }), {
      global: { domain: "mesh" },
    }),
  ).extraContainers;
  expect(gate.image).toBe("localhost/dataplane:1");
  expect(gate.command[2]).toContain('"sni":"server.eu.mesh"');
});

test.each([
  [true, { address: "::", ipv4_compat: true }],
  [false, { address: "0.0.0.0" }],
])("clients reach the gate by both protocols where the servers have both: %j", (enabled, address) => {
  const [gate] = server(withAcls({ global: { dualStack: { enabled } } })).extraContainers;
  const [listener] = JSON.parse(gate.command[2]).static_resources.listeners;
  expect(listener.address.socket_address).toEqual({ ...address, port_value: 8501 });
});

test("the gate trusts the server's own certificate alone, and reads what it is given", () => {
  const [gate] = server(withAcls({ global: { imagePullPolicy: "Always" } })).extraContainers;
  const { listeners, clusters } = JSON.parse(gate.command[2]).static_resources;
  const { trusted_ca, match_typed_subject_alt_names } =
    clusters[0].transport_socket.typed_config.common_tls_context.validation_context;
  expect(match_typed_subject_alt_names).toEqual([{ san_type: "DNS", matcher: { exact: "server.dc1.consul" } }]);
  const [own] = listeners[0].filter_chains[0].transport_socket.typed_config.common_tls_context.tls_certificates;
  const folders = [trusted_ca, own.certificate_chain, own.private_key].map((file) => path.dirname(file.filename));
  expect(gate.volumeMounts).toEqual([
    { name: "consul-ca-cert", mountPath: folders[0], readOnly: true },
    { name: "consul-server-cert", mountPath: folders[1], readOnly: true },
  ]);
  expect(folders[2]).toBe(folders[1]);
  expect([gate.command[0], gate.command[1], gate.command[3]]).toEqual([
    "envoy",
    "--config-yaml",
    "--disable-hot-restart",
  ]);
  expect(gate.imagePullPolicy).toBe("Always");
});

test("the gate's container has no right but that of its image, and its share of the node", () => {
  const [{ securityContext, resources }] = server(withAcls()).extraContainers;
  expect(securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
    capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
  });
  expect(resources).toEqual({
    requests: { cpu: expect.stringMatching(/^\d+m$/), memory: expect.stringMatching(/^\d+Mi$/) },
    limits: { memory: expect.stringMatching(/^\d+Mi$/) },
  });
});

test("what the user gives the servers stays, beside the gate", () => {
  const values = withAcls({
    server: {
      extraConfig: '{"ports": {"dns": 53}, "log_level": "DEBUG"}',
      extraContainers: [{ name: "backup", image: "registry.example.com/backup:1.0.0" }],
    },
  });
  const { extraConfig, extraContainers } = server(values);
  expect(JSON.parse(extraConfig)).toMatchObject({ ports: { dns: 53, https: 8499 }, log_level: "DEBUG" });
  expect(extraContainers.map((each: any) => each.name)).toEqual(["backup", "leaf-gate"]);
});

test.each(["log_level = DEBUG", "[1]", '"text"', "null"])(
  "what else stands for the servers' configuration is not mixed with the gate's: %s",
  (extraConfig) => {
    const mine = JSON.parse(server(withAcls({ server: { extraConfig } })).extraConfig);
    expect(mine).toEqual({ addresses: { https: "127.0.0.1" }, ports: { https: 8499 } });
  },
);

test.each([
  ["that is no JSON", "log_level = DEBUG"],
  ["that is a list", "[]"],
  ["that moves the API", '{"ports": {"https": 443}}'],
  ["that opens the API", '{"addresses": {"https": "0.0.0.0"}}'],
])("with ACLs, extra configuration of the servers %s is refused", (_, extraConfig) => {
  const problems = consulMeshProblems({ acls: true, values: { server: { extraConfig } } });
  expect(problems.map((p) => p.propertyPath)).toEqual([expect.stringMatching(/^values\.server\.extraConfig/)]);
});
