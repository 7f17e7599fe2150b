import { consulMeshProblems } from "../../components/mesh/consulMeshProblems";
import { consulValues, mergeValues } from "../../components/chart/consulValues";
import { withLeafGate } from "../../components/chart/leafGate";

const withAcls = (values = {}) => mergeValues(consulValues({ acls: true }), values);
const server = (values: object) => (withLeafGate(values as Record<string, unknown>) as any).server;

test.each([
  ["without ACLs, where no token tells who asks", consulValues({})],
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

test.each([
  ["that is no JSON", "log_level = DEBUG"],
  ["that is a list", "[]"],
  ["that moves the API", '{"ports": {"https": 443}}'],
  ["that opens the API", '{"addresses": {"https": "0.0.0.0"}}'],
])("with ACLs, extra configuration of the servers %s is refused", (_, extraConfig) => {
  const problems = consulMeshProblems({ acls: true, values: { server: { extraConfig } } });
  expect(problems.map((p) => p.propertyPath)).toEqual([expect.stringMatching(/^values\.server\.extraConfig/)]);
});
