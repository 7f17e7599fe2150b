import { parseSettings } from "../../settings";
import { raw } from "../settings";

/** Where a stack's settings are wrong, each beside what is right. */
function paths(given: Record<string, unknown>): string[] {
  const result = parseSettings(raw({ kubernetesVersion: "1.34", ...given }));
  return "problems" in result ? result.problems.map((each) => each.propertyPath) : [];
}

const image = "registry.example.com/a:1";
const web = { name: "web", image, port: 80 };
const job = { name: "nightly", image, command: ["run"] };
const old = { name: "old", port: 80 };
const MESH = "organization/mesh/prod";
const team = { stack: "organization/pay/prod", namespace: "pay" };
const joined = { meshStack: MESH, servicesNamespace: "shop" };
const cni = { consulValues: { connectInject: { cni: { enabled: true } } } };
const letsIn = (namespace: string) => {
  const namespaceSelector = `matchLabels: { kubernetes.io/metadata.name: ${namespace} }`;
  return { consulValues: { connectInject: { namespaceSelector } } };
};
const labelled = { consulValues: { connectInject: { namespaceSelector: "matchLabels: { mesh: joined }" } } };
const login = { name: "login", issuer: "https://login.example", keys: { local: '{"keys":[]}' } };
const KEY = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}';

test.each<[wrong: Record<string, unknown>, paths: string[], right: Record<string, unknown>]>([
  // Each part by itself.
  [{ services: [{ ...web, name: "Web" }] }, ["services[0].name"], { services: [web] }],
  [{ workloads: [{ ...old, port: 0 }] }, ["workloads[0].port"], { workloads: [old] }],
  // What each pod has of the stack is told once, and a pod's own at the pod.
  [
    { imagePullSecrets: ["a", "B"], services: [{ ...web, imagePullSecrets: ["C"] }], jobs: [job] },
    ["imagePullSecrets[1]", "services[0].imagePullSecrets[0]"],
    { imagePullSecrets: ["a", "b"], services: [{ ...web, imagePullSecrets: ["c"] }], jobs: [job] },
  ],
  [
    { services: [web, { ...web, name: "own", imagePullSecrets: ["B"] }] },
    ["services[1].imagePullSecrets[0]"],
    { services: [web] },
  ],
  [{ jobs: [{ ...job, schedule: "often" }] }, ["jobs[0].schedule"], { jobs: [{ ...job, schedule: "@daily" }] }],
  [{ jwtProviders: [login] }, ["jwtProviders[0].keys.local"], { jwtProviders: [{ ...login, keys: { local: KEY } }] }],
  [
    { networkPolicies: true, networkPolicyClients: [{ namespace: "A", reaches: ["services"] }] },
    ["networkPolicyClients[0].namespace"],
    { networkPolicies: true, networkPolicyClients: [{ namespace: "a", reaches: ["services"] }] },
  ],
  [
    { networkPolicyClients: [{ namespace: "a", reaches: ["services"] }] },
    ["networkPolicyClients"],
    { networkPolicyClients: [] },
  ],
  [
    { labels: { team: "a b", "a b": "c", "consul.hashicorp.com/x": "y" } },
    ['labels["team"]', 'labels["a b"]', 'labels["consul.hashicorp.com/x"]'],
    { labels: { team: "a", "example.com/cost-center": "42" } },
  ],
  [{ labels: { "istio.io/rev": "stable" } }, ['labels["istio.io/rev"]'], { labels: { "istio.io/rev": "" } }],
  [{ consulDatacenter: "DC 1" }, ["consulDatacenter"], { consulDatacenter: "dc2" }],
  [{ consulChartPath: "no/such" }, ["consulChartPath"], { consulChartPath: "" }],
  [
    { traefikRespondingTimeouts: { readTimeout: "often" } },
    ["traefikRespondingTimeouts.readTimeout"],
    { traefikRespondingTimeouts: { readTimeout: 5 } },
  ],
  // Namespaces.
  [
    { servicesNamespace: "default" },
    ["servicesNamespace"],
    { servicesNamespace: "default", servicesCreateNamespace: false },
  ],
  [
    { servicesNamespace: "kube-system", servicesCreateNamespace: false },
    // Alone: that Consul's webhooks leave it out follows from it.
    ["servicesNamespace"],
    {},
  ],
  [
    { servicesNamespace: "shop", ...letsIn("mesh-services") },
    ["consulValues.connectInject.namespaceSelector"],
    { servicesNamespace: "shop", ...letsIn("shop") },
  ],
  [{ servicesNamespace: "consul-system" }, ["servicesNamespace"], { servicesNamespace: "shop" }],
  [
    { workloads: [{ ...old, namespace: "kube-public" }] },
    ["workloads[0].namespace"],
    { workloads: [{ ...old, namespace: "default" }] },
  ],
  [
    { workloads: [{ ...old, namespace: "consul-system" }] },
    ["workloads[0].namespace"],
    { workloads: [{ ...old, namespace: "mesh-services" }] },
  ],
  [
    { consulValues: { connectInject: { k8sDenyNamespaces: ["mesh-services"] } } },
    ["consulValues.connectInject.k8sDenyNamespaces"],
    { consulValues: { connectInject: { k8sDenyNamespaces: ["other"] } } },
  ],
  [
    { workloads: [{ ...old, namespace: "a" }], consulValues: { connectInject: { k8sDenyNamespaces: ["a"] } } },
    ["consulValues.connectInject.k8sDenyNamespaces"],
    { workloads: [old], consulValues: { connectInject: { k8sDenyNamespaces: ["a"] } } },
  ],
  // Stacks that share a mesh.
  [{ ...joined, meshStack: "prod" }, ["meshStack"], joined],
  [{ ...joined, meshStack: "a/b/c/d" }, ["meshStack"], joined],
  [{ ...joined, meshStack: "a b/c/d" }, ["meshStack"], joined],
  [{ ...joined, teams: [team] }, ["teams"], { teams: [team] }],
  [
    { ...joined, externalDestinations: [{ name: "bank", host: "bank.test", port: 443 }] },
    ["externalDestinations"],
    { externalDestinations: [{ name: "bank", host: "bank.test", port: 443 }] },
  ],
  [
    { ...joined, jwtProviders: [{ ...login, keys: { local: KEY } }] },
    ["jwtProviders"],
    { ...joined, externalJwtProviders: ["login"] },
  ],
  [
    { ...joined, intentions: [{ source: "a", destination: "*", action: "deny" }] },
    ["intentions[0].destination"],
    joined,
  ],
  [
    { ...joined, workloads: [{ ...old, namespace: "other" }] },
    ["workloads[0].namespace"],
    { ...joined, workloads: [{ ...old, namespace: "shop" }] },
  ],
  [{ teams: [{ ...team, stack: "pay" }] }, ["teams[0].stack"], { teams: [team] }],
  [{ teams: [{ ...team, namespace: "default" }] }, ["teams[0].namespace"], { teams: [team] }],
  [{ teams: [{ ...team, namespace: "local-path-storage" }] }, ["teams[0].namespace"], { teams: [team] }],
  [
    { teams: [team], consulNamespacesWithoutInjection: ["cni", "pay"] },
    ["consulNamespacesWithoutInjection[1]"],
    { teams: [team], consulNamespacesWithoutInjection: ["cni"] },
  ],
  [
    { teams: [team], servicesNamespace: "shop", ...letsIn("shop") },
    ["consulValues.connectInject.namespaceSelector"],
    // Whose labels the team knows.
    { teams: [team], servicesCreateNamespace: false, ...labelled },
  ],
  [
    { servicesNamespace: "traefik-consul", consulNamespacesWithoutInjection: ["cni"] },
    ["servicesNamespace"],
    { servicesNamespace: "shop", consulNamespacesWithoutInjection: ["traefik-consul"] },
  ],
  [{ teams: [{ ...team, namespace: "mesh-services" }] }, ["teams[0].namespace"], { teams: [team] }],
  [{ teams: [{ ...team, namespace: "consul-system" }] }, ["teams[0].namespace"], { teams: [team] }],
  [
    { teams: [{ ...team, namespace: "edge" }], traefikNamespace: "edge" },
    ["teams[0].namespace"],
    { teams: [{ ...team, namespace: "edge" }] },
  ],
  [
    { teams: [team, { ...team, namespace: "b" }] },
    ["teams[1].stack"],
    { teams: [team, { stack: "a/b/c", namespace: "b" }] },
  ],
  [
    { teams: [team], workloads: [{ ...old, namespace: "pay" }] },
    ["workloads[0].namespace"],
    { teams: [team], workloads: [{ ...old, namespace: "b" }] },
  ],
  // Names.
  [
    { services: [{ ...web, name: "db", kind: "StatefulSet" }], workloads: [{ ...old, name: "db-pods" }] },
    ["workloads[0].name"],
    {
      services: [{ ...web, name: "db", kind: "StatefulSet" }],
      workloads: [{ ...old, name: "db-pods", namespace: "b" }],
    },
  ],
  // Pods have one identity.
  [
    {
      workloads: [
        { ...old, name: "a" },
        { ...old, name: "b", workload: { name: "a" } },
      ],
    },
    ["workloads[1]"],
    {
      workloads: [
        { ...old, name: "a" },
        { ...old, name: "b", workload: { name: "a", kind: "DaemonSet" } },
      ],
    },
  ],
  [
    {
      services: [{ ...web, kind: "StatefulSet" }],
      workloads: [{ ...old, workload: { name: "web", kind: "StatefulSet" } }],
    },
    ["workloads[0]"],
    { services: [{ ...web, kind: "StatefulSet" }], workloads: [{ ...old, workload: { name: "web" } }] },
  ],
  [
    {
      services: [web],
      workloads: [{ ...old, workload: { name: "web", kind: "Deployment" }, namespace: "mesh-services" }],
    },
    ["workloads[0]"],
    { services: [web], workloads: [{ ...old, workload: { name: "web" }, namespace: "b" }] },
  ],
  [{ workloads: [old, old] }, ["workloads[1].name"], { workloads: [old] }],
  // Pod Security.
  [{ servicesPodSecurity: "baseline" }, ["servicesPodSecurity"], { servicesPodSecurity: "baseline", ...cni }],
  [
    {
      ...cni,
      servicesPodSecurity: "restricted",
      services: [{ ...web, runAsUser: 0 }],
      jobs: [{ ...job, runAsUser: 0 }],
    },
    ["services[0].runAsUser", "jobs[0].runAsUser"],
    { ...cni, servicesPodSecurity: "restricted", services: [{ ...web, runAsUser: 1000 }], jobs: [job] },
  ],
  [
    { ...cni, servicesPodSecurity: "baseline", services: [{ ...web, addCapabilities: ["CHOWN", "SYS_NICE"] }] },
    ["services[0].addCapabilities"],
    { ...cni, servicesPodSecurity: "baseline", services: [{ ...web, addCapabilities: ["CHOWN"], runAsUser: 0 }] },
  ],
  [
    { ...cni, servicesPodSecurity: "restricted", jobs: [{ ...job, addCapabilities: ["CHOWN"] }] },
    ["jobs[0].addCapabilities"],
    { jobs: [{ ...job, addCapabilities: ["CHOWN"] }] },
  ],
  [
    {
      ...cni,
      servicesPodSecurity: "baseline",
      services: [{ ...web, podSpec: { volumes: [{ name: "a", hostPath: { path: "/a" } }] } }],
      jobs: [{ ...job, podSpec: { volumes: [{ name: "a", hostPath: { path: "/a" } }] } }],
    },
    ["services[0].podSpec.volumes[0].hostPath", "jobs[0].podSpec.volumes[0].hostPath"],
    { services: [{ ...web, podSpec: { volumes: [{ name: "a", hostPath: { path: "/a" } }] } }] },
  ],
  [
    {
      ...cni,
      servicesPodSecurity: "baseline",
      services: [{ ...web, podSpec: { containers: {}, securityContext: null } }],
    },
    ["services[0].podSpec.containers"],
    { ...cni, servicesPodSecurity: "baseline", services: [{ ...web, podSpec: { containers: [] } }] },
  ],
  // Versions.
  [
    { kubernetesVersion: "1.28", consulChartVersion: "1.5.3", traefikConsulApiProxy: true },
    ["traefikConsulApiProxy"],
    { kubernetesVersion: "1.29", consulChartVersion: "1.5.3", traefikConsulApiProxy: true },
  ],
  [
    { kubernetesVersion: "1.29", consulChartVersion: "1.5.3", services: [{ ...web, drainSeconds: 5 }] },
    ["services[0].drainSeconds"],
    { ...joined, kubernetesVersion: "1.29", consulChartVersion: "1.5.3", services: [{ ...web, drainSeconds: 5 }] },
  ],
])("%j is refused at %j", (wrong, at, right) => {
  expect(paths(wrong)).toEqual(at);
  expect([right, paths(right)]).toEqual([right, []]);
});

test("pods that would have two names are told whose they are", () => {
  const workloads = ["a", "b"].map((name) => ({ ...old, name, workload: { name: "c" } }));
  const result = parseSettings(raw({ kubernetesVersion: "1.34", workloads }));
  expect("problems" in result && result.problems).toEqual([
    {
      propertyPath: "workloads[1]",
      reason:
        "is the Deployment mesh-services/c, as workloads[0] is, and pods have one identity; leave one of the two out",
    },
  ]);
});
