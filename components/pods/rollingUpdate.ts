import type { PodOptions } from "./podOptions";
import { podCountProblems } from "./scalingProblems";
import { Problem } from "../shared/problems";

/** How many pods are replaced at once, each a number or a share such as `50%`. */
export interface RollingUpdate {
  /**
   * How many more there may be meanwhile: `0` where there is no room for one more. Not for a DaemonSet.
   * @unset Kubernetes' own, `25%`
   */
  readonly maxSurge?: number | string;
  /**
   * How many fewer there may be meanwhile.
   * @unset Kubernetes' own, `25%`, and one of a DaemonSet
   */
  readonly maxUnavailable?: number | string;
}

/** What is wrong with how many pods are replaced at once. */
export function rollingUpdateProblems(
  { maxSurge, maxUnavailable }: RollingUpdate,
  { kind = "Deployment", updateStrategy }: PodOptions,
  path: string,
): Problem[] {
  const problem = (reason: string) => [{ propertyPath: path, reason }];
  const isNone = (value: unknown) => value === 0 || value === "0%";
  return [
    ...podCountProblems(`${path}.maxSurge`, maxSurge, /^\d+%$/),
    ...podCountProblems(`${path}.maxUnavailable`, maxUnavailable),
    ...(isNone(maxSurge) && isNone(maxUnavailable)
      ? problem("lets no pod be replaced: neither one more nor one fewer; give one of the two")
      : []),
    ...(kind === "StatefulSet" ? problem("a StatefulSet's pods are replaced one by one; leave it out") : []),
    ...(kind === "DaemonSet" ? ofDaemonSet(path, maxSurge, isNone(maxUnavailable)) : []),
    ...(updateStrategy === "Recreate"
      ? problem("is set alongside updateStrategy Recreate, which ends all pods first; leave one of them out")
      : []),
  ];
}

/** The same of a DaemonSet, of which Kubernetes takes either more pods on a node or fewer. */
function ofDaemonSet(path: string, maxSurge: unknown, none: boolean): Problem[] {
  return [
    ...(maxSurge === undefined
      ? []
      : [
          { propertyPath: `${path}.maxSurge`, reason: "a DaemonSet has one pod per node; give maxUnavailable instead" },
        ]),
    ...(none ? [{ propertyPath: `${path}.maxUnavailable`, reason: "lets no pod be replaced; use 1 or more" }] : []),
  ];
}
