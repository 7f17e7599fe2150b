import {
  ConsulMesh,
  ensureNamespace,
  IntentionSet,
  MeshService,
  MeshWorkload,
  NetworkPolicies,
  ServedRoutes,
  TRAEFIK_SERVICE_NAME,
  TraefikConsulIngress,
} from "./components";
import { reportEdgeChanges } from "./edgeReport";
import { refuseTlsOptionChanges } from "./routeReport";
import { readSettings } from "./settings";

const settings = readSettings();

const mesh = new ConsulMesh("consul", settings.consul);

const external = Object.keys(settings.externalServices);
const members = [...settings.services, ...settings.workloads];

// Deny-all is a set of its own, so that each service can wait for it and never serves an unchecked call.
// What goes to every service is in the same entry of Consul.
const baseline = new IntentionSet("baseline", {
  mesh,
  denyAll: settings.denyAll,
  rules: settings.intentions.filter((rule) => rule.destination === "*"),
  externalServices: [TRAEFIK_SERVICE_NAME, ...members.map((member) => member.name), ...external],
});

const ingress = new TraefikConsulIngress("traefik", { mesh, ...settings.traefik });

const namespace = ensureNamespace(
  "services",
  {
    name: settings.servicesNamespace,
    create: settings.servicesCreateNamespace,
    podSecurity: settings.servicesPodSecurity,
  },
  {},
);
if (settings.networkPolicies) {
  new NetworkPolicies("network", {
    mesh,
    ingress,
    serviceNamespaces: [namespace.metadata.name, ...settings.otherNamespaces],
    clients: settings.networkPolicyClients,
  });
}

const services = settings.services.map(
  ({ name, ...service }) =>
    new MeshService(name, { mesh, namespace: namespace.metadata.name, guardedBy: baseline, ingress, ...service }),
);

const workloads = settings.workloads.map(
  ({ name, ...workload }) =>
    new MeshWorkload(name, { mesh, namespace: namespace.metadata.name, guardedBy: baseline, ingress, ...workload }),
);

const intentions = new IntentionSet("intentions", {
  mesh,
  denyAll: false,
  rules: settings.intentions.filter((rule) => rule.destination !== "*"),
  services: [...services, ...workloads],
  ingress,
  externalServices: external,
  externalProtocols: settings.externalServices,
  jwtProviders: settings.jwtProviders,
});

new ServedRoutes("served-routes", { mesh, ingress, services: [...services, ...workloads], after: [intentions] });

/** Where each route is served. */
export const urls = members.flatMap((member) =>
  (member.routes ?? []).flatMap(({ host, pathPrefix = "/", tls }) =>
    host === undefined || host.startsWith("*.") ? [] : [ingress.url(host, pathPrefix, tls !== undefined)],
  ),
);
/** How to look at Consul's UI: run this, then open https://localhost:8501/ui. */
export const consulUi = mesh.uiPortForward;
/** How to look at Traefik's dashboard: run this, then open http://localhost:8080/dashboard/. `off` where there is none. */
export const traefikDashboard = ingress.dashboardPortForward ?? "off";
/** The identities that intentions name. */
export const identities = [ingress.serviceName, ...members.map((member) => member.name)];
/** Who may call whom. */
export const edges = [...baseline.edges, ...intentions.edges];
// Messages and no outputs: an output would differ at each `up`, the next one included.
void reportEdgeChanges(edges);
void refuseTlsOptionChanges(members);
