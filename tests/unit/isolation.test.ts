import {
  ConsulMesh,
  MeshService,
  meshServiceProblems,
  NetworkClient,
  networkClientProblems,
  NetworkPolicies,
  NetworkPoliciesArgs,
  TraefikConsulIngress,
} from "../../components";
import { refusedCapabilities, restrictedPod } from "../../components/shared/podSecurity";
import { SERVED_ROUTES_LABELS } from "../../components/ingress/servedRoutes";
import { find, record } from "../recorder";

const policies = (args: Partial<NetworkPoliciesArgs> = {}) =>
  record(() => {
    const mesh = new ConsulMesh("consul");
    const ingress = new TraefikConsulIngress("traefik", { mesh });
    new NetworkPolicies("network", { mesh, ingress, serviceNamespaces: ["shop", "bank"], ...args });
  });

const portsOf = (rule: any) => (rule.ports ?? []).map((p: any) => `${p.port}/${p.protocol}`);
const namespacesOf = (rule: any) =>
  (rule.from ?? []).map((peer: any) => peer.namespaceSelector?.matchLabels["kubernetes.io/metadata.name"] ?? "own");

test("each port of Consul's servers is open to those who need it and to nobody else", async () => {
  const { spec, metadata } = find(await policies(), "network-consul-servers").props;
  expect(metadata).toMatchObject({ name: "consul-servers", namespace: "consul-system" });
  expect(spec.podSelector).toEqual({ matchLabels: { app: "consul", component: "server" } });
  expect(spec.ingress.map((rule: any) => [portsOf(rule), namespacesOf(rule)])).toEqual([
    [
      ["8501/TCP", "8502/TCP"],
      ["own", "shop", "bank"],
    ],
    [["8501/TCP"], ["traefik-consul"]],
    [["8300/TCP", "8301/TCP", "8301/UDP", "8302/TCP", "8302/UDP"], ["own"]],
    [["8600/TCP", "8600/UDP"], ["kube-system"]],
  ]);
});

test("who comes in is known by labels that its pods have, and no others of its namespace come in with it", async () => {
  const recorded = await policies();
  const peersOf = (name: string) =>
    find(recorded, name).props.spec.ingress.map((rule: any) =>
      (rule.from ?? []).map((peer: any) => peer.podSelector.matchLabels),
    );
  const injected = { "consul.hashicorp.com/connect-inject-status": "injected" };
  const traefik = find(recorded, "traefik-deployment").props.spec.template.metadata.labels;
  expect(peersOf("network-consul-servers")).toEqual([
    [{ app: "consul" }, injected, injected],
    [traefik],
    [{ app: "consul", component: "server" }],
    [{ "k8s-app": "kube-dns" }],
  ]);
  expect(peersOf("network-services")).toEqual([[injected, injected, traefik]]);
  expect(find(recorded, "network-traefik").props.spec.podSelector).toEqual({ matchLabels: traefik });
});

test("of Consul's other pods the injector answers the API server, the gateway services, and nobody reaches the rest", async () => {
  const recorded = await policies();
  const { spec, metadata } = find(recorded, "network-consul-injector").props;
  expect([metadata.namespace, spec.podSelector]).toEqual([
    "consul-system",
    { matchLabels: { app: "consul", component: "connect-injector" } },
  ]);
  const gateway = find(recorded, "network-consul-gateway").props;
  expect([gateway.metadata.namespace, gateway.spec.podSelector]).toEqual([
    "consul-system",
    { matchLabels: { app: "consul", component: "terminating-gateway" } },
  ]);
  expect(gateway.spec.ingress.map((rule: any) => [portsOf(rule), namespacesOf(rule)])).toEqual([
    [["8443/TCP"], ["shop", "bank"]],
  ]);
  const workers = find(recorded, "network-consul-workers").props;
  expect(workers).toMatchObject({ metadata: { namespace: "consul-system" }, spec: { policyTypes: ["Ingress"] } });
  expect(workers.spec.ingress).toEqual([]);
  expect(workers.spec.podSelector).toEqual({
    matchLabels: { app: "consul" },
    matchExpressions: [{ key: "component", operator: "In", values: ["sync-catalog", "webhook-cert-manager"] }],
  });
});

test("a capability is refused where its level refuses it, and taken where it is taken", () => {
  expect(refusedCapabilities("restricted", ["NET_BIND_SERVICE", "CHOWN"])).toEqual(["CHOWN"]);
  expect(refusedCapabilities("baseline", ["CHOWN", "NET_ADMIN", "SYS_CHROOT"])).toEqual(["NET_ADMIN"]);
  expect(refusedCapabilities("privileged", ["SYS_ADMIN"])).toEqual([]);
});

test("the first port that needs no root is 1024", () => {
  expect(restrictedPod(1000, [1024, 8080]).sysctls).toBeUndefined();
  expect(restrictedPod(1000, [8080, 1023]).sysctls).toHaveLength(1);
});

test("no rule without peers but those that are for everybody", async () => {
  const open = (await policies()).flatMap(({ name, props }) =>
    (props.spec?.ingress ?? []).filter((r: any) => r.from === undefined).map((r: any) => [name, portsOf(r)]),
  );
  expect(open).toEqual([
    ["network-consul-injector", ["8080/TCP"]],
    ["network-traefik", ["80/TCP", "443/TCP", "443/UDP"]],
  ]);
});

test("each namespace of services has its policy, and only injected pods are in it", async () => {
  const recorded = await policies();
  for (const [name, namespace] of [
    ["network-services", "shop"],
    ["network-services-2", "bank"],
  ]) {
    const { spec, metadata } = find(recorded, name).props;
    expect(metadata.namespace).toBe(namespace);
    expect(spec.podSelector.matchLabels).toEqual({ "consul.hashicorp.com/connect-inject-status": "injected" });
    expect(spec.ingress.map((rule: any) => [portsOf(rule), namespacesOf(rule)])).toEqual([
      [["20000/TCP"], ["shop", "bank", "traefik-consul"]],
    ]);
  }
});

test("a client reaches what it names and nothing else", async () => {
  const recorded = await policies({
    clients: [{ namespace: "monitoring", podLabels: { app: "prometheus" }, reaches: ["proxyMetrics", "traefikAdmin"] }],
  });
  const reached = recorded.flatMap(({ name, props }) =>
    (props.spec?.ingress ?? [])
      .filter((rule: any) => namespacesOf(rule).includes("monitoring"))
      .map((rule: any) => `${name} ${portsOf(rule)}`),
  );
  expect(reached.sort()).toEqual([
    "network-services 20200/TCP",
    "network-services-2 20200/TCP",
    "network-traefik 8080/TCP",
  ]);
});

test("who asks Traefik whether it serves the routes reaches its admin port, from Traefik's namespace alone", async () => {
  const { props } = find(await policies({}), "network-traefik");
  const admin = props.spec.ingress.filter((rule: any) => portsOf(rule).includes("8080/TCP"));
  expect(admin.map((rule: any) => rule.from)).toEqual([[{ podSelector: { matchLabels: SERVED_ROUTES_LABELS } }]]);
});

test.each([
  [{ namespace: "Monitoring", reaches: ["services"] }, "clients[0].namespace"],
  [{ namespace: "monitoring", reaches: [] }, "clients[0].reaches"],
  [{ namespace: "monitoring", reaches: ["services", "proxyMetric"] }, "clients[0].reaches"],
])("a client %j is refused", (client, path) => {
  expect(networkClientProblems([client as NetworkClient], "clients").map((p) => p.propertyPath)).toEqual([path]);
});

test("what a client cannot reach is told with what it can", () => {
  const reaches = ["proxyMetric"] as unknown as NetworkClient["reaches"];
  expect(networkClientProblems([{ namespace: "monitoring", reaches }], "clients").map((p) => p.reason)).toEqual([
    '"proxyMetric" is nothing to reach; use one of consulApi, consulDns, services, proxyMetrics, traefikAdmin, traefikMetrics',
  ]);
});

test("a service's pod is restricted by default, and low ports need no root", async () => {
  const specOf = async (args: object) =>
    find(
      await record(() => {
        const mesh = new ConsulMesh("consul");
        new MeshService("web", { mesh, namespace: "shop", image: "web:1", port: 80, ...args });
      }),
      "web-deployment",
    ).props.spec.template.spec;
  const restricted = await specOf({});
  expect(restricted.securityContext).toEqual({
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: "RuntimeDefault" },
    sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
  });
  expect(restricted.containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  const other = await specOf({
    port: 8080,
    runAsUser: 0,
    readOnlyRootFilesystem: false,
    writablePaths: ["/tmp"],
    addCapabilities: ["CHOWN"],
  });
  expect(other.securityContext).toMatchObject({ runAsNonRoot: false, runAsUser: 0 });
  expect(other.securityContext.sysctls).toBeUndefined();
  expect(other.containers[0]).toMatchObject({
    securityContext: { readOnlyRootFilesystem: false, capabilities: { drop: ["ALL"], add: ["CHOWN"] } },
    volumeMounts: [{ name: "writable-0", mountPath: "/tmp" }],
  });
  expect(other.volumes).toEqual([{ name: "writable-0", emptyDir: {} }]);
});

test.each([
  ["runAsUser", { runAsUser: 5995 }],
  ["runAsUser", { runAsUser: -1 }],
  ["writablePaths[0]", { writablePaths: ["tmp"] }],
  ["writablePaths[1]", { writablePaths: ["/tmp", "/tmp"] }],
  ["addCapabilities[0]", { addCapabilities: ["CAP_CHOWN"] }],
])("of a service, %s is refused: %j", (path, args) => {
  const problems = meshServiceProblems("web", { image: "web:1", port: 80, ...args });
  expect(problems.map(({ propertyPath }) => propertyPath)).toEqual([path]);
});
