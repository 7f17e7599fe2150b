import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownObjects } from "../interrupted/hooks";
import { dnsLabelProblems } from "../shared/names";
import { Problem, refuse } from "../shared/problems";
import type { PodSpec } from "./podOptions";

/** A claim that each pod of a StatefulSet gets for itself. It outlives the pod, the StatefulSet and the stack. */
export interface VolumeClaim {
  /**
   * Its name. That of a pod's claim is made of it, the service's name and the pod's number, as in `data-db-0`: claims that a StatefulSet
   * of the same name has left are found again.
   * @unset `claim-0`, `claim-1` …, by its place
   */
  readonly name?: string;
  /** An absolute path of the container. */
  readonly mountPath: string;
  /** Its size, a Kubernetes quantity such as `10Gi`. */
  readonly storage: string;
  /**
   * Its storage class.
   * @unset the cluster's own
   */
  readonly storageClassName?: string;
  /**
   * Who may mount it.
   * @default ReadWriteOnce
   */
  readonly accessMode?: "ReadWriteOnce" | "ReadWriteOncePod" | "ReadWriteMany";
}

/** Names of a pod's other volumes, see `volumeParts`. */
const OTHER_VOLUMES = /^(writable|volume)-\d+$/;

/** Where a StatefulSet's pods find their claims. */
export function claimMounts(claims: readonly VolumeClaim[] = []): k8s.types.input.core.v1.VolumeMount[] {
  return claims.map((claim, i) => ({ name: claimName(claim, i), mountPath: claim.mountPath }));
}

function claimName({ name }: VolumeClaim, i: number): string {
  return name ?? `claim-${i}`;
}

/** What is wrong with the names of claims, beside the volumes in `podSpec`: a StatefulSet's pods have the claim of such a name alone. */
export function claimNameProblems(claims: readonly VolumeClaim[], path: string, podSpec?: PodSpec): Problem[] {
  const names = claims.map(claimName);
  const volumes = Array.isArray(podSpec?.volumes)
    ? (podSpec.volumes as ({ name?: unknown } | null)[]).map((each) => each?.name)
    : [];
  return names.flatMap((name, i) => {
    const at = `${path}[${i}].name`;
    const problem = (reason: string) => [{ propertyPath: at, reason: `"${name}" ${reason}; use another` }];
    return [
      ...dnsLabelProblems(at, name),
      ...(OTHER_VOLUMES.test(name) ? problem("is what the component calls another volume") : []),
      ...(volumes.includes(name) ? problem("is that of a volume of podSpec too, and would take its place") : []),
      ...(names.indexOf(name) < i ? problem(`is that of ${path}[${names.indexOf(name)}] too`) : []),
    ];
  });
}

/** A StatefulSet that is to be. */
interface Claiming {
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly volumeClaims: readonly VolumeClaim[];
}

/**
 * The claims that a StatefulSet makes for each of its pods. Errors: `InputPropertiesError` where its pods would find others than so far
 * at a path, and leave their data in those, as where claims without names change places.
 */
export function claimTemplates(
  { name, namespace, volumeClaims }: Claiming,
  parent: pulumi.Resource | undefined,
): pulumi.Input<k8s.types.input.core.v1.PersistentVolumeClaim[]> {
  const templates = volumeClaims.map((claim, i) => ({
    metadata: { name: claimName(claim, i) },
    spec: {
      accessModes: [claim.accessMode ?? "ReadWriteOnce"],
      storageClassName: claim.storageClassName,
      resources: { requests: { storage: claim.storage } },
    },
  }));
  if (volumeClaims.length === 0) {
    return templates;
  }
  return pulumi.output(namespace).apply(async (within) => {
    const live = await ownObjects({ apiVersion: "apps/v1", kind: "StatefulSet", namespace: within }, parent);
    const spec = live === "unknown" ? undefined : live?.get(name)?.spec;
    refuse(`StatefulSet "${name}"`, spec === undefined ? [] : exchangedClaims(spec as LiveSpec, name, volumeClaims));
    return templates;
  });
}

/** What is read of a StatefulSet in the cluster. */
interface LiveSpec {
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  readonly template: {
    readonly spec: {
      readonly containers: readonly {
        readonly name: string;
        readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
      }[];
    };
  };
}

/** Paths of the service's container at which it would find another claim than so far. */
function exchangedClaims(
  { volumeClaimTemplates = [], template }: LiveSpec,
  container: string,
  claims: readonly VolumeClaim[],
): Problem[] {
  const names = volumeClaimTemplates.map(({ metadata }) => metadata.name);
  const { volumeMounts = [] } = template.spec.containers.find((each) => each.name === container) ?? {};
  return claimMounts(claims).flatMap(({ name, mountPath }, i) => {
    const { name: before } = volumeMounts.find((each) => each.mountPath === mountPath) ?? {};
    return before === undefined || before === name || !names.includes(before)
      ? []
      : [
          {
            propertyPath: `volumeClaims[${i}]`,
            reason: `"${mountPath}" has the claim "${before}" so far, and its data; it would have "${name}" instead. Give it the name "${before}"`,
          },
        ];
  });
}
