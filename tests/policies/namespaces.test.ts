import { Resource, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { denyAll, intentions, kube, meshed, NAMED_PEERS, networkPolicy, service, workload } from "./resources";
import { good, RUN, servers } from "./serversByHand";

useAnalyzer();

/** A namespace that is not known yet: that of a cluster which is made in the same program, say. */
const placed = (resource: Resource, namespace = UNKNOWN): Resource => ({
  ...resource,
  name: `${resource.name}-placed`,
  props: { ...resource.props, metadata: { ...resource.props.metadata, namespace } },
});
const NOT_KNOWN =
  "cannot be judged: string value at .metadata.namespace can't be known during preview; give it a plain value, not an output. ";
const budget = (name: string, selector: unknown) =>
  kube("policy/v1", "PodDisruptionBudget", name, { spec: { maxUnavailable: 1, selector } });
const OURS = { matchLabels: { app: "consul" } };
const set = [servers({ command: RUN }), good];

cases("consul-availability", [
  passes("budgets of others, of which not all is known yet", [
    ...set,
    budget("consul", OURS),
    placed(budget("shop", { matchLabels: { app: "shop" } })),
    placed(budget("none", null)),
    placed(budget("elsewhere", { matchLabels: UNKNOWN }), "shop"),
  ]),
  blocks("no budget but one that may be elsewhere", [...set, placed(budget("consul", OURS))], NOT_KNOWN),
  blocks("a budget that selects nothing", [...set, budget("consul", null)], "has no disruption budget"),
  blocks(
    "a budget of an unknown selector",
    [...set, budget("consul", { matchLabels: UNKNOWN })],
    ".spec.selector.matchLabels can't be known",
  ),
]);

const api = { ...networkPolicy(NAMED_PEERS).props.spec };
const policed = (name: string, spec: Record<string, unknown>) =>
  kube("networking.k8s.io/v1", "NetworkPolicy", name, { spec });
const own = policed("api", api);
const ISOLATES = "StatefulSet consul: no NetworkPolicy isolates the ports 8500, 8501, 8502. Declare";
cases("consul-api-isolated", [
  passes("policies of others, of which not all is known yet", [
    ...set,
    own,
    placed(policed("deny", { podSelector: {}, policyTypes: ["Ingress"] })),
    placed(policed("shop", { podSelector: { matchLabels: { app: "shop" } }, ingress: [{}] })),
    policed("labels", { podSelector: { matchLabels: UNKNOWN }, policyTypes: ["Ingress"] }),
  ]),
  blocks(
    "one that may be of the servers, and opens all",
    [...set, own, placed(policed("all", { podSelector: {}, ingress: [{}] }))],
    "NetworkPolicy all: opens Consul's API to everybody. Declare",
  ),
  blocks("none but one that may be elsewhere", [...set, placed(own)], ISOLATES),
  blocks("none but one of Egress", [...set, policed("api", { ...api, policyTypes: ["Egress"] })], ISOLATES),
  blocks("none but a patch", [...set, { ...own, type: `${own.type}Patch` }], ISOLATES),
  passes("Services of others", [
    ...set,
    own,
    placed(kube("v1", "Service", "shop", { spec: { type: "LoadBalancer", selector: { app: "shop" }, ports: [] } })),
  ]),
  blocks(
    "a Service that may be of the servers",
    [
      ...set,
      own,
      placed(kube("v1", "Service", "a", { spec: { selector: { app: "consul" }, ports: [{ port: 8501 }] } })),
    ],
    NOT_KNOWN,
  ),
]);

const login = kube("traefik.io/v1alpha1", "Middleware", "login", { spec: { basicAuth: { secret: "users" } } });
const route = (service: string) =>
  kube("traefik.io/v1alpha1", "IngressRoute", "web", {
    spec: { routes: [{ services: [{ name: service }], middlewares: [{ name: "login" }] }] },
  });
cases("traefik-dashboard-login", [
  passes("a middleware on a route of one's own", [placed(login), placed(route("shop"))]),
  passes("a login beside one that is not known yet", [
    login,
    placed({ ...login, name: "other" }),
    route("api@internal"),
  ]),
  blocks(
    "a login that may be elsewhere",
    [placed(login), route("api@internal")],
    "IngressRoute web: a route serves api@internal without a login; apps-login@kubernetescrd is declared elsewhere",
  ),
]);

cases("intentions-accepted", [
  passes("an intention", [placed(intentions("shop", { name: "web", action: "allow" }))]),
  blocks("an intention without sources", [placed(intentions("shop"))], "spec.sources is empty"),
  blocks("no spec at all", [kube("consul.hashicorp.com/v1alpha1", "ServiceIntentions", "a", {})], "name is missing"),
]);

cases("no-proxy-bypass", [
  passes("a pod of the mesh", [placed(meshed("shop"))]),
  blocks("a pod that gets no sidecar", [placed(meshed("shop"), "kube-system")], "asks for a sidecar in kube-system"),
]);

const version = (name: string) => meshed(name, {}, { serviceAccountName: "shop" });
const ofVersions = (...names: string[]) =>
  names.map((name) => placed(workload(name, { ...labelled, pod: { serviceAccountName: "shop" } })));
const labelled = { annotations: { "consul.hashicorp.com/connect-inject": "true" }, labels: { app: "shop" } };
cases("own-service-account", [
  passes("two versions of a service", [denyAll, ...ofVersions("v1", "v2"), placed(service("shop", { app: "shop" }))]),
  passes("a job of another account", [meshed("shop"), placed(workload("job", { kind: "Job" }))]),
  blocks(
    "two services under one account",
    [placed(version("a")), placed(version("b"))],
    ["a: has the ServiceAccount of b, which is another service", "b: has the ServiceAccount of a"],
  ),
  blocks(
    "a job that may have another's account",
    [meshed("shop"), placed(workload("job", { kind: "Job", pod: { serviceAccountName: "shop" } }))],
    NOT_KNOWN,
  ),
]);
