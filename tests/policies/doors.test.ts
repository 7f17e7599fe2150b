import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, NAMED_PEERS, networkPolicy } from "./resources";
import { good, RUN, servers } from "./serversByHand";

useAnalyzer();
const closed = kube("networking.k8s.io/v1", "NetworkPolicy", "api", { spec: networkPolicy(NAMED_PEERS).props.spec });
const API = [
  { name: "serf", containerPort: 8301 },
  { name: "api2", containerPort: 8501 },
  { name: "plain", containerPort: 8500, hostPort: 0 },
];
const set = [servers({ command: RUN, ports: API }), good, closed];
/** A Service that only its selector tells to lead to the servers. */
const door = (spec: Record<string, unknown>, more: Record<string, unknown> = {}, kind = "Service") =>
  kube("v1", kind, "door", { spec: { selector: { app: "consul" }, ...spec }, ...more });
const tagged = (tags: string, spec: Record<string, unknown> = { ports: [{ port: 443, targetPort: "api2" }] }) =>
  door(spec, { metadata: { annotations: { "consul.hashicorp.com/service-tags": tags } } });
const outside = (...ports: unknown[]) => door({ type: "LoadBalancer", ports });

cases("consul-api-isolated", [
  ...[
    [{ port: 8501 }],
    [{ port: 443, targetPort: 8501 }],
    [{ port: 443, targetPort: "8501" }],
    [{ port: 443, targetPort: "api2" }],
    [
      { port: 1, targetPort: "serf" },
      { port: 443, targetPort: "api2" },
    ],
  ].map((ports) =>
    blocks(
      `a Service with ${JSON.stringify(ports)}`,
      [...set, outside(...ports)],
      "a Service of type LoadBalancer opens Consul's API at port 8501",
    ),
  ),
  blocks(
    "a Service at a port of the nodes",
    [...set, door({ type: "NodePort", ports: [{ port: 8501 }] })],
    "a Service of type NodePort opens Consul's API at port 8501",
  ),
  ...["traefik.enable=true", "a,traefik.enable=1,traefik.consulcatalog.connect=false"].map((tags) =>
    blocks(
      `a Service that Traefik publishes: ${tags}`,
      [...set, tagged(tags)],
      "Service door: the tag traefik.enable opens Consul's API at port 8501",
    ),
  ),
  blocks(
    "a Service of servers that another stack has, which Traefik publishes",
    [tagged("traefik.enable=true", { selector: { app: "consul", component: "server" }, ports: [{ port: 8501 }] })],
    "Service door: the tag traefik.enable opens Consul's API. Declare",
  ),
  blocks(
    "a Service by an address",
    [...set, door({ externalIPs: ["192.0.2.7"], ports: [{ port: 8501 }] })],
    "Service door: externalIPs opens Consul's API at port 8501",
  ),
  blocks(
    "a Service that is not known yet",
    [...set, door({ type: "LoadBalancer", selector: UNKNOWN, ports: [{ port: 8501 }] })],
    "can't be known during preview",
  ),
  ...[
    tagged("traefik.enable=true", { ports: [{ port: 443, targetPort: "serf" }] }),
    tagged("traefik.enable=false"),
    tagged("traefik.http.routers.a.rule=Host(`a`)"),
    outside({ port: 443, targetPort: "serf" }),
    outside({ port: 8501, targetPort: "serf" }),
    outside({ port: 443, targetPort: "api" }),
    door({ type: "ClusterIP", ports: [{ port: 8501 }] }),
    door({ type: "LoadBalancer", selector: { app: "shop" }, ports: [{ port: 8501 }] }),
    door({ type: "LoadBalancer", selector: null, ports: [{ port: 8501 }] }),
    door({ type: "LoadBalancer", ports: [{ port: 8501 }] }, { metadata: { namespace: "other" } }),
    door({ type: "LoadBalancer", ports: [{ port: 8501 }] }, {}, "Thing"),
  ].map((each) => passes(`${each.type} ${JSON.stringify(each.props)}`, [...set, each])),
]);

const inside = door({
  ports: [
    { port: 80, name: "plain", targetPort: 8500 },
    { port: 443, name: "tls", targetPort: "api2" },
    { port: 8301, name: "gossip", targetPort: "serf" },
  ],
});
const route = (kind: string, spec: unknown) => kube("example.com/v1", kind, "way", { spec });
const ingress = (service: unknown) =>
  route("Ingress", { rules: [{ http: { paths: [{ path: "/", backend: { service } }] } }] });
/** The same way in, as each kind of route says it. */
const routes = (name: string, port: string | number) => [
  ingress({ name, port: { [typeof port === "number" ? "number" : "name"]: port } }),
  route("Ingress", { backend: { serviceName: name, servicePort: port } }),
  ...["IngressRoute", "IngressRouteTCP"].map((kind) =>
    route(kind, {
      routes: [
        { kind: "Rule", services: [{ name: "shop", port: 1 }] },
        { kind: "Rule", services: [{ name, port }] },
      ],
    }),
  ),
  route("TraefikService", {
    weighted: {
      services: [
        { name: "shop", port: 1 },
        { name, port, weight: 1 },
      ],
    },
  }),
  route("TraefikService", { mirroring: { name: "shop", port: 1, mirrors: [{ name, port, percent: 1 }] } }),
  route("VirtualService", {
    hosts: ["a.example"],
    http: [{ route: [{ destination: { host: "shop" } }, { destination: { host: name, port: { number: port } } }] }],
  }),
  ...["HTTPRoute", "TCPRoute", "TLSRoute", "GRPCRoute"].map((kind) =>
    route(kind, { rules: [{ backendRefs: [{ name: "shop" }, { name, port }] }] }),
  ),
  route("VirtualServer", { upstreams: [{ name: "api", service: name, port: String(port) }] }),
  route("HTTPProxy", { routes: [{ services: [{ name, port }] }] }),
];
const BACKEND = { service: { name: "door", port: { number: 443 } } };
const title = ({ props: { spec } }: { props: Record<string, any> }) => JSON.stringify(spec);
cases("consul-api-isolated", [
  ...[...routes("door", 443), ...routes("door", "tls")].map((each) =>
    blocks(`${each.type} ${title(each)}`, [...set, inside, each], "way opens Consul's API at port 8500"),
  ),
  ...[
    route("Route", { to: { kind: "Service", name: "door" } }),
    route("HTTPProxy", { tcpproxy: { services: [{ name: "door" }] } }),
    route("VirtualService", { tls: [], tcp: [{ route: [{ destination: { host: "door" } }] }] }),
    route("VirtualService", { http: [{ route: [{ destination: { host: "door.apps.svc.cluster.local" } }] }] }),
  ].map((each) =>
    blocks(`whatever the port: ${title(each)}`, [...set, inside, each], "way opens Consul's API at port 8500"),
  ),
  ...[...routes("door", 8301), ...routes("door", "gossip"), ...routes("shop", 443)].map((each) =>
    passes(`${each.type} ${title(each)}`, [...set, inside, each]),
  ),
  passes("what is no host of a route", [
    ...set,
    inside,
    route("VirtualService", { http: [{ destination: "door", route: [{ destination: null }] }, { host: "door" }] }),
    route("Ingress", { rules: [{ host: "door" }] }),
  ]),
  ...["UDPRoute", "IngressRouteUDP", "VirtualServ", "TraefikServices", "Thing"].map((kind) =>
    passes(`what is no route to a port of TCP: ${kind}`, [
      ...set,
      inside,
      route(kind, { services: [{ name: "door", port: 443 }] }),
    ]),
  ),
  ...[
    ...["Ingress", "IngressRoute", "HTTPRoute", "Route"].map((kind) => route(kind, UNKNOWN)),
    ...routes("door", UNKNOWN),
    ...routes(UNKNOWN, 443),
    ingress(UNKNOWN),
    route("Ingress", { rules: UNKNOWN }),
    route("Ingress", { rules: [{ host: "a.example", http: UNKNOWN }, UNKNOWN] }),
    route("HTTPRoute", { rules: [{ matches: [UNKNOWN], backendRefs: UNKNOWN }] }),
  ].map((each) =>
    blocks(
      `${each.type} that is not known yet where it leads: ${title(each)}`,
      [...set, inside, each],
      "way, not known yet as a whole, perhaps opens Consul's API at port 8500",
    ),
  ),
  ...[
    route("Ingress", { rules: [{ host: UNKNOWN, http: { paths: [{ path: UNKNOWN, backend: BACKEND }] } }] }),
    route("IngressRoute", { routes: [{ match: UNKNOWN, services: [{ name: "door", port: 443 }] }], tls: UNKNOWN }),
    route("HTTPRoute", { hostnames: UNKNOWN, rules: [{ backendRefs: [{ name: UNKNOWN }, { name: "door" }] }] }),
  ].map((each) =>
    blocks(`what is not known yet beside it: ${title(each)}`, [...set, inside, each], "way opens Consul's API"),
  ),
  ...[
    route("Ingress", { ingressClassName: UNKNOWN, rules: [{ host: UNKNOWN }], tls: [{ hosts: UNKNOWN }] }),
    route("IngressRoute", {
      entryPoints: UNKNOWN,
      routes: [{ match: UNKNOWN, middlewares: [{ name: UNKNOWN }], services: [{ name: "shop", port: UNKNOWN }] }],
    }),
    route("HTTPRoute", {
      parentRefs: UNKNOWN,
      rules: [
        { matches: UNKNOWN, backendRefs: [{ name: "shop", namespace: UNKNOWN, port: UNKNOWN, weight: UNKNOWN }] },
      ],
    }),
    kube("networking.k8s.io/v1", "Ingress", "way", { spec: UNKNOWN, metadata: { namespace: "shop" } }),
  ].map((each) => passes(`a way elsewhere: ${title(each)}`, [...set, inside, each])),
  passes("an Ingress of another namespace, where that is another Service", [
    ...set,
    inside,
    { ...ingress({ name: "door" }), props: { ...ingress({ name: "door" }).props, metadata: { namespace: "shop" } } },
  ]),
  blocks(
    "an Ingress of a namespace that is not known yet",
    [
      ...set,
      inside,
      kube("networking.k8s.io/v1", "Ingress", "way", { ...ingress(BACKEND).props, metadata: { namespace: UNKNOWN } }),
    ],
    "Service door: Ingress way opens Consul's API at port 8500",
  ),
  passes("a route that is not known yet, where no Service leads to the API", [...set, route("Ingress", UNKNOWN)]),
]);

const atNode = (ports: unknown[], hostNetwork = false) => [
  servers({ command: RUN, ports }, undefined, { hostNetwork }),
  good,
  closed,
];
cases("consul-api-isolated", [
  blocks("the network of the node", atNode(API, true), "opens Consul's API at port 8500 of its node"),
  blocks(
    "a port of the node",
    atNode([
      { containerPort: 8301, hostPort: 8301 },
      { containerPort: 8501, hostPort: 1 },
    ]),
    "opens Consul's API at port 8501 of its node",
  ),
  passes("another port of the node", atNode([...API, { containerPort: 8301, hostPort: 8501 }])),
]);
