import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { KubernetesCrd, kubernetesCrdPart, kubernetesCrdProblems } from "./kubernetesCrd";
import { METRICS_ENTRY_POINT, metricsPart } from "./metrics";
import { INTERNAL_ENTRY_POINT } from "../routing/middlewares";
import { portProblems, rangeProblems } from "../shared/names";
import { Plugin, pluginProblems, pluginsPart } from "./plugins";
import { PodPart } from "../shared/podPart";
import { Problem } from "../shared/problems";
import { TcpEntryPoint } from "../routing/tcpRoutes";
import type { Tracing } from "../mesh/tracing";
import { tracingPart } from "./tracing";
import type { TraefikInputs } from "./traefikInputs";
import { UserList, userListProblems, userListsPart } from "./userLists";

/** What an ingress may have beside HTTP from the catalog: each by a name that routes use. */
export interface TraefikExtras {
  /**
   * Entry points of their own for tcp services, by name; see docs/routing.md.
   * @setting traefikTcpEntryPoints
   * @unset none
   */
  readonly tcpEntryPoints?: Readonly<Record<string, TcpEntryPoint>>;
  /**
   * Users for `basicAuth` and `digestAuth`, by the name that `userList` says; see docs/routing.md.
   * @setting traefikUserLists
   * @unset none
   */
  readonly userLists?: Readonly<Record<string, UserList>>;
  /**
   * Plugins of Traefik's, by the name that the middleware `plugin` says; see docs/routing.md.
   * @setting traefikPlugins
   * @unset none
   */
  readonly plugins?: Readonly<Record<string, Plugin>>;
  /**
   * Whether Traefik's custom resources are served beside the catalog, and where.
   * @unset they are not, no rights needed
   */
  readonly kubernetesCrd?: KubernetesCrd;
  /**
   * Whether Prometheus finds Traefik's metrics, at port 9100 of its pods; see docs/observability.md.
   * @setting traefikMetrics
   * @default true
   */
  readonly metrics?: boolean;
}

/** What the extras add to Traefik's pod, and the ports that its Service gets; ConfigMaps are made below `parent`. */
export function extraParts(
  name: string,
  extras: Omit<TraefikExtras, "userLists"> &
    Pick<TraefikInputs, "userLists"> & { readonly serviceName: string; readonly tracing: Tracing | undefined },
  account: { readonly name: pulumi.Input<string>; readonly namespace: pulumi.Input<string> },
  parent: pulumi.Resource,
): { parts: PodPart[]; ports: ExtraPort[]; containerPorts: { name: string; containerPort: number }[] } {
  const ports = Object.entries(extras.tcpEntryPoints ?? {}).map(([entryPoint, each]) => ({
    name: entryPoint,
    ...each,
  }));
  const { name: internal, port: internalPort } = INTERNAL_ENTRY_POINT;
  const entryPoints: PodPart = {
    args: [
      `--entryPoints.${internal}.address=127.0.0.1:${internalPort}`,
      // Who asks there is Traefik itself: what it says of the client is to arrive.
      `--entryPoints.${internal}.forwardedHeaders.trustedIPs=127.0.0.1/32`,
      ...ports.map((each) => `--entryPoints.${each.name}.address=:${each.port}`),
    ],
  };
  const parts = [
    entryPoints,
    userListsPart(extras.userLists ?? {}),
    pluginsPart(name, extras.plugins ?? {}, account.namespace, parent),
    kubernetesCrdPart(name, extras.kubernetesCrd, account, parent),
    metricsPart(extras.metrics ?? true),
    tracingPart(extras.tracing, extras.serviceName),
  ];
  const metrics = (extras.metrics ?? true) ? [METRICS_ENTRY_POINT] : [];
  const containerPorts = [...ports, ...metrics].map((each) => ({ name: each.name, containerPort: each.port }));
  return { parts, ports, containerPorts };
}

/** Lower ones are root's. */
const FIRST_UNPRIVILEGED_PORT = 1024;

export interface ExtraPort extends TcpEntryPoint {
  readonly name: string;
}

/** A port of Traefik's Service for an entry point that the ingress was given. */
export function extraServicePort(port: ExtraPort, nodePorts: boolean): k8s.types.input.core.v1.ServicePort {
  return {
    name: port.name,
    port: port.servicePort ?? port.port,
    targetPort: port.name,
    nodePort: nodePorts ? port.nodePort : undefined,
  };
}

/** What is wrong with the extras of an ingress; `taken` are the names, ports and node ports that it has already. */
export function extraProblems(
  extras: TraefikExtras,
  taken: {
    readonly ports: Readonly<Record<string, number>>;
    readonly nodePorts: readonly number[];
    readonly withoutNodePorts?: boolean;
  },
  prefix: string,
): Problem[] {
  const problems: Problem[] = [
    ...userListProblems(extras.userLists ?? {}, `${prefix}userLists`),
    ...pluginProblems(extras.plugins ?? {}, `${prefix}plugins`),
    ...kubernetesCrdProblems(extras.kubernetesCrd, `${prefix}kubernetesCrd`),
  ];
  const own: Record<string, number> = {
    ...taken.ports,
    [INTERNAL_ENTRY_POINT.name]: INTERNAL_ENTRY_POINT.port,
    [METRICS_ENTRY_POINT.name]: METRICS_ENTRY_POINT.port,
  };
  const ports = new Map(Object.entries(own).map(([name, port]) => [port, name]));
  const nodePorts = new Set(taken.nodePorts);
  const servicePorts = new Set<number>();
  const ownPorts = new Set(Object.values(taken.ports));
  for (const [name, { port, servicePort, nodePort }] of Object.entries(extras.tcpEntryPoints ?? {})) {
    const at = `${prefix}tcpEntryPoints.${name}`;
    const problem = (input: string, reason: string) => problems.push({ propertyPath: at + input, reason });
    // Also a port's name in Kubernetes: at most 15 characters, with a letter among them.
    if (!/^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(name) || name.includes("--")) {
      problem(
        "",
        `"${name}" is not a valid name for an entry point; use up to 15 of a-z, 0-9 and single "-", a letter among them`,
      );
    }
    if (Object.hasOwn(own, name)) {
      problem("", `"${name}" is an entry point that Traefik has already; give it another name`);
    }
    problems.push(...portProblems(`${at}.port`, port));
    if (port >= 1 && port < FIRST_UNPRIVILEGED_PORT) {
      problem(
        ".port",
        `${port} is for root, which Traefik is not; use one from 1024 up, and servicePort: ${port} for clients`,
      );
    }
    if (servicePort !== undefined) {
      problems.push(...portProblems(`${at}.servicePort`, servicePort));
    }
    const shown = servicePort ?? port;
    if ((servicePorts.has(shown) && !ports.has(port)) || (servicePort !== undefined && ownPorts.has(servicePort))) {
      problem(
        servicePort === undefined ? ".port" : ".servicePort",
        `${shown} is that of another port of the Service too; give each its own`,
      );
    }
    servicePorts.add(shown);
    if (ports.has(port)) {
      problem(".port", `${port} is that of ${ports.get(port)} too; give each its own`);
    }
    ports.set(port, name);
    if (nodePort !== undefined) {
      problems.push(...rangeProblems(`${at}.nodePort`, nodePort, 30000, 32767));
      if (taken.withoutNodePorts) {
        problem(".nodePort", "is only for a Service of type NodePort; leave it out, or use that type");
      }
      if (nodePorts.has(nodePort)) {
        problem(".nodePort", `${nodePort} is that of another entry point too; give each its own`);
      }
      nodePorts.add(nodePort);
    }
  }
  return problems;
}
