import type * as pulumi from "@pulumi/pulumi";
import type { Reached } from "./meshReach";
import type { Placement } from "./placement";
import type { DeclaredModel } from "../shared/meshModel";
import type { Problem } from "../shared/problems";
import type { Tracing } from "./tracing";
import type { TraefikEdgeOptions } from "../ingress/traefikEdge";

/** What services need of a mesh: a `ConsulMesh` of this program, or a `MeshReference` to that of another stack. */
export interface Mesh {
  /** The namespace of Consul. */
  readonly namespace: pulumi.Input<string>;
  /** The Kubernetes auth method for `consul login`, `undefined` while ACLs are off. */
  readonly authMethod: string | undefined;
  /** The image of Consul, for those who need its command line; `undefined` where the chart chooses. */
  readonly consulImage: string | undefined;
  /** The cluster's version, where it is known. */
  readonly kubernetesVersion: string | undefined;
  /** What of the mesh is too old for the header criteria `contains` and `ignoreCase`; `undefined` where nothing is. */
  readonly partWithoutContains: string | undefined;
  /** What of the mesh or the cluster is too old for pods that wait before they stop; `undefined` where nothing is. */
  readonly partWithoutSleep: string | undefined;
  /** What of the mesh or the cluster is too old for a sidecar that ends with a job; `undefined` where nothing is. */
  readonly partWithoutNativeSidecar: string | undefined;
  /** Whether a CNI plugin redirects the pods' traffic, before any of their containers runs. */
  readonly cni: boolean;
  /** The word of the last rotation of Consul's CA, with which services restart; `undefined` where there was none. */
  readonly caRotation: string | undefined;
  /** Where spans go, `undefined` where there are none. */
  readonly tracing: Tracing | undefined;
  /** Problems of a namespace that the mesh has to reach; see `reachProblems`. */
  readonly reachProblems: (namespace: { name: string; made: boolean }, reached: Reached) => Problem[];
  /** What of the mesh is declared so far: whatever joins it is judged by it. */
  readonly model: DeclaredModel;
  /** Waited for by what needs a working mesh; `undefined` where another stack has waited. */
  readonly ready: pulumi.Resource | undefined;
}

/** What services need of an ingress: a `TraefikConsulIngress` of this program, or that of a `MeshReference`. */
export interface Ingress {
  /** The identity in the mesh: what intentions name as the source. */
  readonly serviceName: string;
  readonly namespace: pulumi.Input<string>;
  /** Number of Traefik's pods. */
  readonly replicas: number;
  readonly imagePullPolicy: "Always" | "IfNotPresent" | "Never" | undefined;
  /** Secrets with which images are pulled; also of what asks its pods, in the namespace where that runs. */
  readonly imagePullSecrets?: readonly string[] | undefined;
  /** On which nodes its pods may run, and what asks them. */
  readonly placement?: Placement | undefined;
  /** Time limits of its own, as they were given. */
  readonly respondingTimeouts: NonNullable<TraefikEdgeOptions["respondingTimeouts"]>;
  /** The URL of a route: its host has to resolve to a node, or to the load balancer. */
  url(host: string, path?: string, tls?: boolean): string;
}
