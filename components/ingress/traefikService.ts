import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tagsAnnotation } from "../routing/routes";
import { adminTags, ENTRY_POINT_PORTS } from "../routing/traefikArguments";
import { edgeServiceSpec } from "./traefikEdge";
import { ExtraPort, extraServicePort } from "./traefikExtras";
import type { TraefikArgs } from "./traefikInputs";
import type { NodePorts, TraefikOptions } from "./traefikOptions";

export const HTTP3_PORT_NAME = "websecure-http3";
const DEFAULT_NODE_PORTS = { web: 30080, websecure: 30443, admin: 30808 };

/** The node ports of the ingress, where its Service has any. */
export function nodePortsOf({ nodePorts }: TraefikArgs): Required<NodePorts> {
  return { ...DEFAULT_NODE_PORTS, ...nodePorts };
}

/** The node ports that are open, by their inputs, but for those that Kubernetes chooses. */
export function openNodePorts(args: TraefikOptions): [input: string, port: number][] {
  const { admin, ...always } = nodePortsOf(args);
  const own = Object.entries({ ...always, ...(args.dashboard && { admin }) });
  return hasNodePorts(args)
    ? [
        ...own.map(([entryPoint, port]): [string, number] => [`nodePorts.${entryPoint}`, port]),
        ...Object.entries(args.tcpEntryPoints ?? {}).flatMap(([name, { nodePort }]): [string, number][] =>
          nodePort === undefined ? [] : [[`tcpEntryPoints.${name}.nodePort`, nodePort]],
        ),
      ]
    : [];
}

/** The ports at which clients find the entry points: those of nodes, or the Service's own. */
export function clientPorts(args: TraefikArgs): { readonly web: number; readonly websecure: number } {
  const { web, websecure } = nodePortsOf(args);
  return hasNodePorts(args) ? { web, websecure } : ENTRY_POINT_PORTS;
}

function hasNodePorts({ serviceType }: TraefikArgs): boolean {
  return serviceType === undefined || serviceType === "NodePort";
}

/** Ports of Traefik's container for HTTP/3, which is none where that is off. */
export function http3Ports({ http3 }: TraefikArgs) {
  return http3 ? [{ name: HTTP3_PORT_NAME, containerPort: ENTRY_POINT_PORTS.websecure, protocol: "UDP" }] : [];
}

/** Makes Traefik's Service, which is synced to Consul's catalog. `singleton`: whether there is one pod at a time. */
export function traefikService(
  name: string,
  args: TraefikArgs,
  its: {
    readonly namespace: pulumi.Input<string>;
    readonly serviceName: string;
    readonly labels: Record<string, string>;
    readonly extraPorts: readonly ExtraPort[];
    readonly singleton: boolean;
  },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  const { dashboard = false } = args;
  // A load balancer would show it to everybody, without a login.
  const shown = dashboard && args.serviceType !== "LoadBalancer";
  const nodePorts = hasNodePorts(args);
  const ports = nodePortsOf(args);
  // Does not wait for endpoints, since it goes first: Traefik is ready when this Service is in Consul's catalog.
  return new k8s.core.v1.Service(
    `${name}-service`,
    {
      metadata: {
        name: "traefik",
        namespace: its.namespace,
        annotations: {
          ...args.serviceAnnotations,
          "consul.hashicorp.com/service-sync": "true",
          "consul.hashicorp.com/service-name": its.serviceName,
          "consul.hashicorp.com/service-tags": tagsAnnotation(adminTags(its.serviceName, dashboard)),
          "pulumi.com/skipAwait": args.serviceType === "LoadBalancer" ? "false" : "true",
        },
      },
      spec: {
        type: args.serviceType ?? "NodePort",
        ...edgeServiceSpec(args),
        selector: its.labels,
        // An authority checks a host as soon as Traefik has its route, which is before the pod is ready; if it finds
        // nobody, Traefik does not ask again. With one pod at a time there is no other to go to meanwhile.
        publishNotReadyAddresses: its.singleton,
        ports: [
          ...(["web", "websecure", ...(shown ? ["admin" as const] : [])] as const).map((entryPoint) => ({
            name: entryPoint,
            port: ENTRY_POINT_PORTS[entryPoint],
            targetPort: entryPoint,
            nodePort: nodePorts ? ports[entryPoint] : undefined,
          })),
          ...http3Ports(args).map(({ name: n, containerPort: port, protocol }) => ({
            name: n,
            port,
            protocol,
            targetPort: n,
            nodePort: nodePorts ? ports.websecure : undefined,
          })),
          ...its.extraPorts.map((port) => extraServicePort(port, nodePorts)),
        ],
      },
    },
    opts,
  );
}
