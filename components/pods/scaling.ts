import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Autoscaling, DisruptionBudget } from "./podOptions";

/** What decides how many pods there are. */
interface Scaling {
  readonly autoscaling?: Autoscaling | "external";
  readonly disruptionBudget?: DisruptionBudget;
}

/** The workload that is scaled. */
interface Target {
  readonly kind: string;
  /** Name of the workload, and of what scales it. */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  /** The container whose use counts: the sidecar need not ask for anything. */
  readonly container: string;
  /** Labels of its pods. */
  readonly labels: Record<string, string>;
  readonly resource: pulumi.Resource;
}

/**
 * What of a workload is not changed any more: its number of pods, where a scaler decides. It is declared all the same, see `leastPods`:
 * a field that its only owner leaves out goes back to its default, one pod, until the scaler is made. The provider applies what is
 * ignored as it is, and leaves it out once the scaler has set it.
 */
export function leftAlone({ autoscaling }: Scaling): string[] {
  return autoscaling === undefined ? [] : ["spec.replicas"];
}

/**
 * How many pods are declared: where a scaler decides, the least that there are to be. None where that is somebody else's, who may be
 * there already: a workload that Pulumi does not know any more, and takes for new, keeps its number.
 */
export function leastPods({ autoscaling, replicas = 1 }: Scaling & { readonly replicas?: number }): number | undefined {
  return autoscaling === "external" ? undefined : (autoscaling?.minReplicas ?? replicas);
}

/** Makes what decides how many pods there are, by load and while nodes are emptied, where the options say so. */
export function scaling(
  name: string,
  { autoscaling, disruptionBudget }: Scaling,
  target: Target,
  parent: pulumi.Resource,
): void {
  const metadata = { name: target.name, namespace: target.namespace };
  if (typeof autoscaling === "object") {
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      `${name}-autoscaler`,
      { metadata, spec: autoscalerSpec(autoscaling, target) },
      { parent, dependsOn: [target.resource] },
    );
  }
  if (disruptionBudget !== undefined) {
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-disruption-budget`,
      { metadata, spec: { ...disruptionBudget, selector: { matchLabels: target.labels } } },
      { parent },
    );
  }
}

function autoscalerSpec(
  { minReplicas, maxReplicas, cpuUtilization, memoryUtilization }: Autoscaling,
  { kind, name, container }: Target,
): k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerSpec {
  const use = (resource: string, averageUtilization: number | undefined) =>
    averageUtilization === undefined
      ? []
      : [
          {
            type: "ContainerResource",
            containerResource: { container, name: resource, target: { type: "Utilization", averageUtilization } },
          },
        ];
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind, name },
    minReplicas,
    maxReplicas,
    metrics: [...use("cpu", cpuUtilization), ...use("memory", memoryUtilization)],
  };
}

/** How many it may have by an autoscaler of its own; `undefined` without one. */
export function mostPods({ autoscaling }: Scaling): number | undefined {
  return autoscaling === "external" ? undefined : autoscaling?.maxReplicas;
}
