import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AccountOptions } from "./accountOptions";
import type { VolumeClaim } from "./volumeClaims";

/** A key of a Secret or of a ConfigMap in the service's namespace. */
export interface KeyRef {
  /** Name of the object. It may be another resource's output. */
  readonly name: pulumi.Input<string>;
  /** The key within it. */
  readonly key: string;
  /**
   * Whether the pod starts without it.
   * @unset Kubernetes' own, `false`
   */
  readonly optional?: boolean;
}

/** Where an environment variable takes its value from, in Kubernetes' words; exactly one of the four. */
export interface EnvSource {
  /** A key of a Secret. */
  readonly secretKeyRef?: KeyRef;
  /** A key of a ConfigMap. */
  readonly configMapKeyRef?: KeyRef;
  /** A field of the pod, such as `status.podIP`. */
  readonly fieldRef?: { readonly fieldPath: string };
  /** What the container asks for or may use, such as `limits.memory` for Go's `GOMEMLIMIT`; in units of `divisor`, such as `1Mi`. */
  readonly resourceFieldRef?: { readonly resource: string; readonly divisor?: string };
}

/** The value of an environment variable: text that is no secret, which may be another resource's output, or where it comes from. */
export type EnvValue = pulumi.Input<string> | EnvSource;

/** All keys of a Secret or of a ConfigMap as environment variables; exactly one of the two. */
export interface EnvFrom {
  /** A Secret, by its `name`; with `optional`, the pod starts without it. */
  readonly secretRef?: { readonly name: pulumi.Input<string>; readonly optional?: boolean };
  /** A ConfigMap, likewise. */
  readonly configMapRef?: { readonly name: pulumi.Input<string>; readonly optional?: boolean };
  /**
   * What each variable's name begins with.
   * @unset nothing
   */
  readonly prefix?: string;
}

/** CPU and memory as Kubernetes' quantities, such as `250m` and `128Mi`. */
export interface Resources {
  /**
   * What the container is promised, by resource.
   * @unset none
   */
  readonly requests?: Readonly<Record<string, string>>;
  /**
   * What it gets at most, by resource.
   * @unset none
   */
  readonly limits?: Readonly<Record<string, string>>;
}

/**
 * A probe, in Kubernetes' words; exactly one of `httpGet` and `exec`. The sidecar would answer a connection of `tcpSocket`
 * in the service's place, and the kubelet has no certificate for `grpc`: an `exec` of a client inside the image asks both.
 */
export interface Probe {
  /** The injector leads it past the sidecar. `port` defaults to the service's; it may be one that speaks HTTP beside it. */
  readonly httpGet?: { readonly path: string; readonly port?: number };
  /** A command in the container. */
  readonly exec?: { readonly command: readonly string[] };
  /**
   * Seconds until the first one.
   * @unset Kubernetes' own, 0
   */
  readonly initialDelaySeconds?: number;
  /**
   * Seconds between two.
   * @unset Kubernetes' own, 10
   */
  readonly periodSeconds?: number;
  /**
   * Seconds until an answer is late; with Kubernetes' own 1 a busy node takes all pods away at once.
   * @default 5
   */
  readonly timeoutSeconds?: number;
  /**
   * How many in a row have to fail.
   * @unset Kubernetes' own, 3
   */
  readonly failureThreshold?: number;
  /**
   * How many in a row have to succeed; 1 for liveness and startup.
   * @unset Kubernetes' own, 1
   */
  readonly successThreshold?: number;
}

/** A volume and where the container finds it; exactly one source, in Kubernetes' words. */
export interface ServiceVolume {
  /** An absolute path of the container. */
  readonly mountPath: string;
  /**
   * A path within the volume.
   * @unset all of it
   */
  readonly subPath?: string;
  /**
   * Whether the container cannot write there.
   * @unset `true` for `secret` and `configMap`, else `false`
   */
  readonly readOnly?: boolean;
  /** A Secret, each key a file. */
  readonly secret?: { readonly secretName: pulumi.Input<string>; readonly optional?: boolean };
  /** A ConfigMap, each key a file. */
  readonly configMap?: { readonly name: pulumi.Input<string>; readonly optional?: boolean };
  /** A claim that exists in the namespace. The service's group owns its files, so that it can write without being root. */
  readonly persistentVolumeClaim?: { readonly claimName: pulumi.Input<string> };
  /** Empty at the start, gone with the pod. */
  readonly emptyDir?: { readonly medium?: "" | "Memory"; readonly sizeLimit?: string };
}

/** How few of the pods a drain of nodes leaves; exactly one of the first two: a number, or a share such as `50%`. */
export interface DisruptionBudget {
  /** At least this many stay. */
  readonly minAvailable?: number | string;
  /** At most this many go. */
  readonly maxUnavailable?: number | string;
  /**
   * Whether pods that run and are not ready go where too few are ready: `AlwaysAllow` keeps them from holding up the drain of a node. Default:
   * `IfHealthyBudget`, by Kubernetes.
   */
  readonly unhealthyPodEvictionPolicy?: "IfHealthyBudget" | "AlwaysAllow";
}

/** How many pods there are, by what their containers use of what they ask for in `resources.requests`. */
export interface Autoscaling {
  /** The fewest pods. */
  readonly minReplicas: number;
  /** The most pods. */
  readonly maxReplicas: number;
  /** Percent of the requested CPU. At least one of the two; the sidecar is not counted. */
  readonly cpuUtilization?: number;
  /** Percent of the requested memory. */
  readonly memoryUtilization?: number;
}

export const WORKLOAD_KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** What a service's pods are, beyond image and port. */
export interface PodOptions extends AccountOptions {
  /**
   * What runs the pods. `StatefulSet`: each pod has a number and claims of its own, and is replaced after the one before it.
   * `DaemonSet`: one pod a node. The mesh calls the service, not one of its pods; see docs/services.md#what-runs-the-pods.
   * @default Deployment
   */
  readonly kind?: WorkloadKind;
  /**
   * Claims of each pod of a StatefulSet. They cannot be changed: another size or class makes the StatefulSet anew.
   * @unset none
   */
  readonly volumeClaims?: readonly VolumeClaim[];
  /**
   * Program of the container.
   * @unset the image's
   */
  readonly command?: readonly string[];
  /**
   * Arguments of the container.
   * @unset the image's
   */
  readonly args?: readonly string[];
  /**
   * Environment variables by name: text that is no secret, or where it comes from; see docs/services.md.
   * @unset none
   */
  readonly env?: Readonly<Record<string, EnvValue>>;
  /**
   * Environment variables of whole Secrets and ConfigMaps; `env` wins.
   * @unset none
   */
  readonly envFrom?: readonly EnvFrom[];
  /**
   * What the container asks for and may use.
   * @unset Kubernetes' own
   */
  readonly resources?: Resources;
  /**
   * When the pod gets requests; excludes `healthPath`, which is its short form.
   * @unset when its process runs
   */
  readonly readinessProbe?: Probe;
  /**
   * When the container is started anew.
   * @unset when its process ends
   */
  readonly livenessProbe?: Probe;
  /**
   * What has to succeed before the other probes begin.
   * @unset nothing
   */
  readonly startupProbe?: Probe;
  /**
   * Volumes, and where the container finds them.
   * @unset none
   */
  readonly volumes?: readonly ServiceVolume[];
  /**
   * Secrets of type `kubernetes.io/dockerconfigjson` in the namespace.
   * @unset none
   */
  readonly imagePullSecrets?: readonly pulumi.Input<string>[];
  /**
   * Labels that a node must have.
   * @unset none
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /**
   * Taints that the pods put up with, in Kubernetes' words.
   * @unset none
   */
  readonly tolerations?: readonly Toleration[];
  /**
   * Labels of nodes over whose values the pods are spread, such as `kubernetes.io/hostname`.
   * @unset Kubernetes' own
   */
  readonly spreadOver?: readonly string[];
  /**
   * Name of a PriorityClass.
   * @unset the cluster's own
   */
  readonly priorityClassName?: string;
  /**
   * Seconds from the word to stop to the kill.
   * @unset what the drain takes, at least 30
   */
  readonly terminationGracePeriodSeconds?: number;
  /**
   * How pods are replaced: `Recreate` ends the old ones first, for a claim that one pod alone may have.
   * @unset Kubernetes' own, `RollingUpdate`
   */
  readonly updateStrategy?: "RollingUpdate" | "Recreate";
  /**
   * Further labels of the pods. Those of Kubernetes, of Consul and of the component are refused.
   * @unset none
   */
  readonly podLabels?: Readonly<Record<string, string>>;
  /**
   * Further annotations of the pods, likewise.
   * @unset none
   */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /**
   * What else Kubernetes' PodSpec knows, merged last: objects by key; containers, volumes and the like by name; other lists as
   * a whole. What takes the pod out of the mesh is refused; see docs/services.md#whatever-else-a-pod-can-say.
   * @unset none
   */
  readonly podSpec?: PodSpec;
}

/** Part of Kubernetes' PodSpec. */
export type PodSpec = Partial<k8s.types.input.core.v1.PodSpec>;

/** A toleration of Kubernetes. */
export interface Toleration {
  /**
   * The taint's key.
   * @unset any
   */
  readonly key?: string;
  /**
   * Whether the taint has that `value`, or any.
   * @unset Kubernetes' own, `Equal`
   */
  readonly operator?: "Exists" | "Equal";
  /** The taint's value. */
  readonly value?: string;
  /**
   * The taint's effect.
   * @unset any
   */
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  /**
   * Seconds that the pod stays, for `NoExecute`.
   * @unset for ever
   */
  readonly tolerationSeconds?: number;
}
