import { declaredIn, StateResource } from "../../tools/access/declared";

const urn = (type: string, name: string) => `urn:pulumi:dev::consul-traefik-mesh::${type}::${name}`;
const OURS = "consul-traefik-mesh:index:";
const TAGS = { "consul.hashicorp.com/service-tags": "traefik.enable=true,a\\,b" };

function resource(type: string, name: string, rest: Partial<StateResource> = {}): StateResource {
  return { urn: urn(type, name), type, ...rest };
}

function deployment(name: string, label: string | undefined, rest: Partial<StateResource> = {}): StateResource {
  const labels = label === undefined ? {} : { "consul-traefik-mesh/service": label };
  const inputs = {
    metadata: { name, namespace: "shop" },
    spec: { template: { metadata: { labels, annotations: TAGS } } },
  };
  return resource("kubernetes:apps/v1:Deployment", `${name}-deployment`, { inputs, ...rest });
}

const services = (...resources: StateResource[]) => declaredIn({ deployment: { resources } }).services;

test("a service has its own workloads, and those that somebody else declares under its label", () => {
  const own = resource(`${OURS}MeshService`, "orders", { outputs: { serviceName: "orders", protocol: "http" } });
  const joined = resource(`${OURS}MeshWorkload`, "stock", { outputs: { serviceName: "stock", protocol: "grpc" } });
  const found = services(
    own,
    joined,
    deployment("orders", undefined, { parent: own.urn }),
    deployment("warehouse", "stock"),
    deployment("stranger", undefined),
  );
  expect(found.map(({ name, protocol, workloads }) => [name, protocol, workloads.map((each) => each.name)])).toEqual([
    ["orders", "http", ["orders"]],
    ["stock", "grpc", ["warehouse"]],
  ]);
  expect(found[0].workloads[0].tags).toEqual(["traefik.enable=true", "a,b"]);
});

test("in a preview, which has no outputs of components, their parts tell the names", () => {
  const own = resource(`${OURS}MeshService`, "component");
  const service = resource("kubernetes:core/v1:Service", "s", {
    parent: own.urn,
    inputs: { metadata: { name: "orders" } },
  });
  const [found] = services(own, service, deployment("orders", "orders"));
  expect([found.name, found.protocol, found.namespace]).toEqual(["orders", "tcp", "shop"]);
});

test("an operation that a later run has gone on with is over: Pulumi keeps a creation among the interrupted ones", () => {
  const release = resource("kubernetes:helm.sh/v3:Release", "consul-release");
  const told = (type: string, its: StateResource) =>
    declaredIn({ deployment: { resources: [its], pending_operations: [{ type, resource: { urn: release.urn } }] } })
      .pending;
  const said = (type: string) => [`${type} of kubernetes:helm.sh/v3:Release consul-release`];
  expect(told("creating", release)).toEqual([]);
  expect(told("creating", { ...release, delete: true })).toEqual(said("creating"));
  expect(told("creating", resource("kubernetes:core/v1:Service", "s"))).toEqual(said("creating"));
  expect(told("updating", release)).toEqual(said("updating"));
});

test("what an interrupted operation left is told, and what waits for its deletion is not declared", () => {
  const own = resource(`${OURS}MeshService`, "orders", { outputs: { serviceName: "orders" }, delete: true });
  const { services: left, pending } = declaredIn({
    deployment: {
      resources: [own],
      pending_operations: [
        { type: "creating", resource: { urn: urn("kubernetes:helm.sh/v3:Release", "consul-release") } },
      ],
    },
  });
  expect(left).toEqual([]);
  expect(pending).toEqual(["creating of kubernetes:helm.sh/v3:Release consul-release"]);
});

describe("a mesh", () => {
  const mesh = resource(`${OURS}ConsulMesh`, "consul");
  const declaredMesh = (values: object) => {
    const inputs = { namespace: "consul", values };
    const release = resource("kubernetes:helm.sh/v3:Release", "release", { parent: mesh.urn, inputs });
    return declaredIn({ deployment: { resources: [mesh, release] } }).mesh!;
  };
  const usual = ["consul-server.consul.svc", "server.dc1.consul"];

  test("has one server, and a certificate for its own names, where its values say nothing else", () => {
    const { servers, dnsNames } = declaredMesh({});
    expect({ servers, dnsNames }).toEqual({ servers: 1, dnsNames: usual });
  });

  test("has the servers of its values, and the further names of their certificate", () => {
    const global = { tls: { serverAdditionalDNSSANs: ["consul.example.com", "consul.test"] } };
    const { servers, dnsNames } = declaredMesh({ server: { replicas: 3 }, global });
    expect({ servers, dnsNames }).toEqual({ servers: 3, dnsNames: [...usual, "consul.example.com", "consul.test"] });
  });

  test("that waits for its deletion is not declared, while another takes its place", () => {
    const gone = { ...mesh, outputs: { namespace: "before" }, delete: true };
    const kept = { ...mesh, outputs: { namespace: "after" }, delete: false };
    expect(declaredIn({ deployment: { resources: [gone, kept] } }).mesh?.namespace).toBe("after");
  });
});

test("of a service without a Service of its own, the ServiceAccount tells its name and namespace, and else its Service does", () => {
  const own = resource(`${OURS}MeshWorkload`, "component");
  const part = (type: string, name: string) =>
    resource(`kubernetes:core/v1:${type}`, type, {
      parent: own.urn,
      inputs: { metadata: { name, namespace: "apps" } },
    });
  const told = (...parts: StateResource[]) =>
    services(own, ...parts).map(({ name, namespace, workloads }) => [name, namespace, workloads]);
  expect(told(part("ServiceAccount", "billing"))).toEqual([["billing", "apps", []]]);
  expect(told(part("ServiceAccount", "another"), part("Service", "billing"))).toEqual([["billing", "apps", []]]);
});
