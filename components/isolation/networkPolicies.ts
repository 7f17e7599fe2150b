import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { missingProblems, ofRightForm } from "../shared/forms";
import { owned } from "../interrupted/hooks";
import { labelProblems, shown } from "../shared/grammars";
import { METRICS_ENTRY_POINT } from "../ingress/metrics";
import { joinMesh, otherMeshProblems } from "../mesh/membership";
import type { Ingress, Mesh } from "../mesh/mesh";
import { MadeObjects } from "../shared/madeObjects";
import { dnsLabelProblems } from "../shared/names";
import { judgedNamespaces, plainProblems, podsProblems } from "./policedNamespaces";
import { Problem, refuse } from "../shared/problems";
import { SERVED_ROUTES_LABELS } from "../ingress/servedRoutes";
import { ENTRY_POINT_PORTS } from "../routing/traefikArguments";
import { traefikPodLabels } from "../ingress/traefikOptions";

/** What a client that is no part of the mesh may be let in to. */
export const NETWORK_TARGETS = [
  "consulApi",
  "consulDns",
  "services",
  "proxyMetrics",
  "traefikAdmin",
  "traefikMetrics",
] as const;
export type NetworkTarget = (typeof NETWORK_TARGETS)[number];

/** Pods beside those of the mesh, and what they may reach. */
export interface NetworkClient {
  /** The namespace of the pods. */
  readonly namespace: string;
  /**
   * Labels that the pods have.
   * @unset every pod of the namespace
   */
  readonly podLabels?: Readonly<Record<string, string>>;
  /**
   * `consulApi`: the servers' HTTPS and gRPC, for API gateways, other stacks' services and what scrapes Consul;
   * `consulDns`: their DNS; `services`: the sidecars' mTLS port; `proxyMetrics`: the sidecars' Prometheus port;
   * `traefikAdmin`: Traefik's dashboard and ping; `traefikMetrics`: its Prometheus port.
   */
  readonly reaches: readonly NetworkTarget[];
}

export interface NetworkPoliciesArgs {
  readonly mesh: Mesh;
  readonly ingress?: Ingress & { readonly tcpPorts?: readonly number[] };
  /** Namespaces whose injected pods are services of the mesh: they reach Consul and each other's sidecars. */
  readonly serviceNamespaces: readonly pulumi.Input<string>[];
  /**
   * Namespaces of services of the mesh that have their policies by another stack.
   * @unset none
   */
  readonly teamNamespaces?: readonly pulumi.Input<string>[];
  /**
   * Whether Consul and the ingress have their policies by another stack, so that the services get theirs alone.
   * @default false
   */
  readonly servicesAlone?: boolean;
  /**
   * Further pods, and what they may reach.
   * @unset none
   */
  readonly clients?: readonly NetworkClient[];
}

/** Ports of Consul's servers, as the chart sets them [consul-k8s charts/consul/templates/server-statefulset.yaml]. */
const CONSUL_PORTS = { https: 8501, grpc: 8502, rpc: 8300, serfLan: 8301, serfWan: 8302, dns: 8600 } as const;
/** Where a sidecar takes mTLS, and where it shows its metrics [consul-k8s: proxyDefaultInboundPort, defaultPrometheusScrapePort]. */
const SIDECAR_PORTS = { inbound: 20000, metrics: 20200 } as const;
/** The label that the injector puts on each pod that it gives a sidecar [consul-k8s constants.KeyInjectStatus]. */
const INJECTED = { "consul.hashicorp.com/connect-inject-status": "injected" };
/** Labels of all pods of the chart. */
const CONSUL = { app: "consul" };
const WEBHOOK_PORT = 8080;
/** Where the gateway to destinations outside takes mTLS [consul-k8s endpoints controller]. */
const GATEWAY_PORT = 8443;

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type Rule = k8s.types.input.networking.v1.NetworkPolicyIngressRule;

/**
 * NetworkPolicies around the mesh, for a cluster whose network enforces them. Closed are, but to those who need them:
 * Consul's API, gRPC, DNS, RPC and gossip; Traefik's admin port; every port of a service but its sidecar's. Rules say who
 * comes in; what goes out is not restricted. The kubelet's probes and `kubectl port-forward` come from the node, which
 * Kubernetes lets through always.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `networkClientProblems`.
 */
export class NetworkPolicies extends pulumi.ComponentResource {
  constructor(name: string, given: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    const what = `NetworkPolicies "${name}"`;
    refuse(what, missingProblems(given, ["serviceNamespaces"], [/^(service|team)Namespaces\[/]));
    const { mesh, ingress, serviceNamespaces, teamNamespaces } = given;
    const namespaces = { serviceNamespaces, teamNamespaces };
    const problems = podsProblems(what, mesh);
    const remedy = "set it to true here, or declare all in one";
    refuse(what, [
      ...ofRightForm(what, namespaces, (its) => plainProblems(its, problems)),
      ...ofRightForm(what, { clients: given.clients }, ({ clients = [] }) => networkClientProblems(clients, "clients")),
      ...otherMeshProblems(mesh, { ingress }),
      ...(given.servicesAlone
        ? []
        : mesh.model.part(MadeObjects).take("servicesAlone", 'the NetworkPolicy "consul-servers"', what, remedy)),
    ]);
    super("consul-traefik-mesh:index:NetworkPolicies", name, {}, owned(`NetworkPolicies-${name}`, opts));
    joinMesh(what, mesh, this);
    const args = { ...given, ...judgedNamespaces(what, namespaces, problems) };
    const all = [
      ...(args.servicesAlone ? [] : [...consulPolicies(args), ...traefikPolicies(args)]),
      ...servicePolicies(args),
    ];
    all.forEach(
      ({ part, metadata, spec }) =>
        new k8s.networking.v1.NetworkPolicy(
          `${name}-${part}`,
          { metadata, spec: { ...spec, policyTypes: ["Ingress"] } },
          { parent: this },
        ),
    );
    this.registerOutputs();
  }
}

/** A policy, by the part of the component that it is. */
interface Policy {
  readonly part: string;
  readonly metadata: { readonly name: string; readonly namespace: pulumi.Input<string> };
  readonly spec: Omit<k8s.types.input.networking.v1.NetworkPolicySpec, "policyTypes">;
}

function consulPolicies(args: NetworkPoliciesArgs): Policy[] {
  const at = (name: string) => ({ name, namespace: args.mesh.namespace });
  const services = servicePods(args);
  const pods = (component: string) => ({ matchLabels: { ...CONSUL, component } });
  return [
    {
      part: "consul-servers",
      metadata: at("consul-servers"),
      spec: {
        podSelector: pods("server"),
        ingress: opened(
          // Sidecars take their configuration by gRPC, and look themselves up by HTTPS when they start.
          [
            [CONSUL_PORTS.https, CONSUL_PORTS.grpc],
            [{ podSelector: { matchLabels: CONSUL } }, ...services, ...reaching(args, "consulApi")],
          ],
          // Traefik takes its leaf and the catalog by HTTPS, nothing by gRPC.
          [[CONSUL_PORTS.https], traefikPods(args)],
          // Gossip of both rings: servers are a WAN of their own too, and a server apart would miss a new gossip key there.
          [
            [CONSUL_PORTS.rpc, ...[CONSUL_PORTS.serfLan, CONSUL_PORTS.serfWan].flatMap((serf) => [serf, udp(serf)])],
            [{ podSelector: pods("server") }],
          ],
          [
            [CONSUL_PORTS.dns, udp(CONSUL_PORTS.dns)],
            // The cluster's own DNS, which asks for names below .consul where it has been told to.
            [podsOf("kube-system", { "k8s-app": "kube-dns" }), ...reaching(args, "consulDns")],
          ],
        ),
      },
    },
    {
      // The API server asks the webhook, from an address that no selector names; the webhook answers by TLS alone.
      part: "consul-injector",
      metadata: at("consul-connect-injector"),
      spec: { podSelector: pods("connect-injector"), ingress: [{ ports: [port(WEBHOOK_PORT)] }] },
    },
    {
      part: "consul-gateway",
      metadata: at("consul-terminating-gateway"),
      spec: { podSelector: pods("terminating-gateway"), ingress: opened([[GATEWAY_PORT], services]) },
    },
    {
      part: "consul-workers",
      metadata: at("consul-nobody"),
      spec: {
        podSelector: {
          matchLabels: CONSUL,
          matchExpressions: [{ key: "component", operator: "In", values: ["sync-catalog", "webhook-cert-manager"] }],
        },
        ingress: [],
      },
    },
  ];
}

function traefikPolicies(args: NetworkPoliciesArgs): Policy[] {
  const { ingress, teamNamespaces = [] } = args;
  const { web, websecure, admin } = ENTRY_POINT_PORTS;
  return ingress === undefined
    ? []
    : [
        {
          part: "traefik",
          metadata: { name: "traefik", namespace: ingress.namespace },
          spec: {
            podSelector: { matchLabels: traefikPodLabels(ingress.serviceName) },
            ingress: [
              { ports: [web, websecure, udp(websecure), ...(ingress.tcpPorts ?? [])].map(port) },
              ...opened(
                // What asks Traefik whether it serves the routes is in its namespace.
                [
                  [admin],
                  [
                    { podSelector: { matchLabels: SERVED_ROUTES_LABELS } },
                    ...teamNamespaces.map((namespace) => podsOf(namespace, SERVED_ROUTES_LABELS)),
                    ...reaching(args, "traefikAdmin"),
                  ],
                ],
                [[METRICS_ENTRY_POINT.port], reaching(args, "traefikMetrics")],
              ),
            ],
          },
        },
      ];
}

function servicePolicies(args: NetworkPoliciesArgs): Policy[] {
  return args.serviceNamespaces.map((namespace, i) => ({
    part: i === 0 ? "services" : `services-${i + 1}`,
    metadata: { name: "mesh-services", namespace },
    spec: {
      podSelector: { matchLabels: INJECTED },
      ingress: opened(
        [[SIDECAR_PORTS.inbound], [...servicePods(args), ...traefikPods(args), ...reaching(args, "services")]],
        [[SIDECAR_PORTS.metrics], reaching(args, "proxyMetrics")],
      ),
    },
  }));
}

function servicePods({ serviceNamespaces, teamNamespaces = [] }: NetworkPoliciesArgs): Peer[] {
  return [...serviceNamespaces, ...teamNamespaces].map((namespace) => podsOf(namespace, INJECTED));
}

function traefikPods({ ingress }: NetworkPoliciesArgs): Peer[] {
  return ingress ? [podsOf(ingress.namespace, traefikPodLabels(ingress.serviceName))] : [];
}

function reaching({ clients = [] }: NetworkPoliciesArgs, target: NetworkTarget): Peer[] {
  return clients
    .filter((client) => client.reaches.includes(target))
    .map((client) => podsOf(client.namespace, client.podLabels));
}

/** What is wrong with clients; `prefix` is the path of the list. */
export function networkClientProblems(clients: readonly NetworkClient[], prefix: string): Problem[] {
  return clients.flatMap((client, i) => {
    const problems = [
      ...dnsLabelProblems(`${prefix}[${i}].namespace`, client.namespace),
      ...labelProblems(`${prefix}[${i}].podLabels`, client.podLabels ?? {}),
    ];
    const unknown = client.reaches.filter((target) => !NETWORK_TARGETS.includes(target));
    problems.push(
      ...unknown.map((target) => ({
        propertyPath: `${prefix}[${i}].reaches`,
        reason: `${shown(target)} is nothing to reach; use one of ${NETWORK_TARGETS.join(", ")}`,
      })),
    );
    if (client.reaches.length === 0) {
      problems.push({
        propertyPath: `${prefix}[${i}].reaches`,
        reason: `is empty, which lets nobody in; name what it reaches, of ${NETWORK_TARGETS.join(", ")}`,
      });
    }
    return problems;
  });
}

function podsOf(namespace: pulumi.Input<string>, labels?: Readonly<Record<string, string>>): Peer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: labels && { matchLabels: labels },
  };
}

/** Rules for ports and who may come in at them. One without peers would let everybody in: it is left out. */
function opened(...rules: [ports: (number | UdpPort)[], from: Peer[]][]): Rule[] {
  return rules.filter(([, from]) => from.length > 0).map(([ports, from]) => ({ ports: ports.map(port), from }));
}

interface UdpPort {
  readonly udp: number;
}

function udp(number: number): UdpPort {
  return { udp: number };
}

function port(of: number | UdpPort) {
  return typeof of === "number" ? { port: of, protocol: "TCP" } : { port: of.udp, protocol: "UDP" };
}
