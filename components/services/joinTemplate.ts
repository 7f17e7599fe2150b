import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PodTemplate } from "./joinProblems";
import { ownDns } from "./ownDns";
import { neededGrace } from "./sidecarAnnotations";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;

/** What pods get to be of a service. */
export interface JoiningPods {
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
  readonly serviceAccountName: string;
}

/** Pods as they are in the mesh; of the right shape, as `joinProblems` says. */
export function joinTemplate(template: PodTemplate, joining: JoiningPods, drainSeconds: number): PodTemplate {
  const { labels, annotations, ...metadata } = (template.metadata ?? {}) as k8s.types.input.meta.v1.ObjectMeta;
  const { terminationGracePeriodSeconds: grace = 30, ...spec } = template.spec as PodSpec;
  return {
    ...template,
    metadata: {
      ...metadata,
      labels: { ...(labels as Record<string, string>), ...joining.podLabels },
      annotations: { ...(annotations as Record<string, string>), ...joining.podAnnotations, ...ownDns(spec) },
    },
    spec: {
      ...spec,
      serviceAccountName: joining.serviceAccountName,
      // The old name of the field, which has no say beside the new one.
      serviceAccount: undefined,
      // The sidecar logs in with its token.
      automountServiceAccountToken: true,
      terminationGracePeriodSeconds: typeof grace === "number" ? Math.max(grace, neededGrace(drainSeconds)) : grace,
      containers: (spec.containers as Container[]).map((container) => draining(container, drainSeconds)),
    },
  };
}

/** A container that goes on until no caller sends anything here any more, unless it has a word of its own for its end. */
function draining(container: Container, seconds: number): Container {
  const lifecycle = (container.lifecycle ?? {}) as k8s.types.input.core.v1.Lifecycle;
  return seconds === 0 || lifecycle.preStop !== undefined
    ? container
    : { ...container, lifecycle: { ...lifecycle, preStop: { sleep: { seconds } } } };
}
