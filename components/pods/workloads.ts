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
  readonly updateStrategy?: string;
  readonly rollingUpdate?: RollingUpdate;
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

/** Makes a Deployment, a StatefulSet with its headless Service, or a DaemonSet. */
export function makeWorkload(
  resourceName: string,
  part: string,
  { kind, name, namespace, labels, template, replicas, updateStrategy, rollingUpdate, volumeClaims }: Workload,
  opts: pulumi.CustomResourceOptions & { dependsOn: pulumi.Input<pulumi.Resource>[] },
): pulumi.CustomResource {
  const metadata = { name, namespace };
  const selector = { matchLabels: labels };
  if (kind === "DaemonSet") {
    return new k8s.apps.v1.DaemonSet(`${resourceName}-${part}`, { metadata, spec: { selector, template } }, opts);
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
          replicas,
          selector,
          template,
          volumeClaimTemplates: claimTemplates({ name, namespace, volumeClaims }, opts.parent),
        },
      },
      { ...opts, dependsOn: [headless, ...opts.dependsOn] },
    );
  }
  const type = updateStrategy ?? (rollingUpdate && "RollingUpdate");
  const strategy = type === undefined ? undefined : { type, rollingUpdate };
  return new k8s.apps.v1.Deployment(
    `${resourceName}-${part}`,
    { metadata, spec: { replicas, strategy, selector, template } },
    opts,
  );
}
