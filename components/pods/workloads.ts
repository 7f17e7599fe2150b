import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PODS_SUFFIX } from "../shared/serviceNames";
import type { WorkloadKind } from "./podOptions";
import type { RollingUpdate } from "./rollingUpdate";
import { claimTemplates, VolumeClaim } from "./volumeClaims";

/** What runs the pods of one version of a service. */
export interface Workload {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  /** Labels by which its pods are found. */
  readonly labels: Record<string, string>;
  readonly template: k8s.types.input.core.v1.PodTemplateSpec;
  readonly replicas?: number;
  /** Where it is scaled: as many as there may be. */
  readonly maxReplicas?: number;
  readonly updateStrategy?: string;
  readonly rollingUpdate?: RollingUpdate;
  readonly minReadySeconds?: number;
  readonly volumeClaims: readonly VolumeClaim[];
}

/** The children's names, which are their identity in the state. */
export const PART_OF_KIND: Readonly<Record<WorkloadKind, string>> = {
  Deployment: "deployment",
  StatefulSet: "stateful-set",
  DaemonSet: "daemon-set",
};

/** Name of the Service that gives each pod of a StatefulSet a name of its own. */
function headlessName(name: string): string {
  return name + PODS_SUFFIX;
}

/** Seconds that Kubernetes gives a Deployment for each pod, and Pulumi a workload for all of them. */
const PATIENCE = 600;
/** Seconds in which a pod goes and another comes, apart from what its program takes. */
const ROUND = 30;

/** Seconds that a pod may take until it counts: by the probe that says how long its program may start, and what is said besides. */
function startSeconds({ template, minReadySeconds = 0 }: Workload): number {
  const { containers = [] } = (template.spec ?? {}) as { containers?: { startupProbe?: Record<string, number> }[] };
  const times = containers.map(({ startupProbe }) => {
    const {
      initialDelaySeconds = 0,
      periodSeconds = 10,
      failureThreshold = 3,
    } = startupProbe ?? { failureThreshold: 0 };
    return initialDelaySeconds + periodSeconds * failureThreshold;
  });
  return Math.max(0, ...times.filter(Number.isFinite)) + minReadySeconds;
}

/** Makes a Deployment, a StatefulSet with its headless Service, or a DaemonSet; an `up` waits as long as its pods may take to start. */
export function makeWorkload(
  resourceName: string,
  part: string,
  workload: Workload,
  options: pulumi.CustomResourceOptions & { dependsOn: pulumi.Input<pulumi.Resource>[] },
): pulumi.CustomResource {
  const { kind, name, namespace, labels, template, rollingUpdate, minReadySeconds } = workload;
  const { replicas = 1, maxReplicas = replicas } = workload;
  const metadata = { name, namespace };
  const selector = { matchLabels: labels };
  const start = startSeconds(workload);
  const timeout = `${PATIENCE + maxReplicas * (start + ROUND)}s`;
  const opts = { ...options, customTimeouts: { create: timeout, update: timeout } };
  if (kind === "DaemonSet") {
    const strategy = rollingUpdate && { type: "RollingUpdate", rollingUpdate };
    return new k8s.apps.v1.DaemonSet(
      `${resourceName}-${part}`,
      { metadata, spec: { selector, template, minReadySeconds, updateStrategy: strategy } },
      opts,
    );
  }
  if (kind === "StatefulSet") {
    const headless = new k8s.core.v1.Service(
      `${resourceName}-pods`,
      {
        metadata: {
          name: headlessName(name),
          namespace,
          // The injector takes a pod that two Services select for a mistake.
          labels: { "consul.hashicorp.com/service-ignore": "true" },
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: { clusterIP: "None", selector: labels, publishNotReadyAddresses: true },
      },
      { parent: opts.parent },
    );
    return new k8s.apps.v1.StatefulSet(
      `${resourceName}-${part}`,
      {
        metadata,
        spec: {
          serviceName: headlessName(name),
          replicas: workload.replicas,
          selector,
          template,
          minReadySeconds,
          volumeClaimTemplates: claimTemplates(workload, opts.parent),
        },
      },
      { ...opts, dependsOn: [headless, ...opts.dependsOn] },
    );
  }
  const type = workload.updateStrategy ?? (rollingUpdate && "RollingUpdate");
  const strategy = type === undefined ? undefined : { type, rollingUpdate };
  const progressDeadlineSeconds = start === 0 ? undefined : PATIENCE + start;
  return new k8s.apps.v1.Deployment(
    `${resourceName}-${part}`,
    {
      metadata,
      spec: {
        replicas: workload.replicas,
        strategy,
        selector,
        template,
        minReadySeconds,
        progressDeadlineSeconds,
      },
    },
    opts,
  );
}
