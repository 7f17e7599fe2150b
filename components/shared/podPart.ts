import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** What a feature of the ingress adds to Traefik's pod. */
export interface PodPart {
  readonly args?: readonly string[];
  readonly env?: readonly k8s.types.input.core.v1.EnvVar[];
  readonly volumes?: readonly k8s.types.input.core.v1.Volume[];
  readonly mounts?: readonly k8s.types.input.core.v1.VolumeMount[];
  /** What has to be there before the pods are. */
  readonly dependsOn?: readonly pulumi.Resource[];
  /** Annotations of the pod: what Traefik reads at its start stands here as a sum, so that a change makes other pods. */
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}
