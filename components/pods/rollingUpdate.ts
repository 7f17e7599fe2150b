import type { PodOptions } from "./podOptions";
import { podCountProblems } from "./scalingProblems";
import { Problem } from "../shared/problems";

/** How many pods are replaced at once, each a number or a share such as `50%`. */
export interface RollingUpdate {
  /**
   * How many more there may be meanwhile: `0` where there is no room for one more.
   * @unset Kubernetes' own, `25%`
   */
  readonly maxSurge?: number | string;
  /**
   * How many fewer there may be meanwhile.
   * @unset Kubernetes' own, `25%`
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
    ...(kind === "Deployment" ? [] : problem(`is for a Deployment, and this is a ${kind}; leave it out`)),
    ...(updateStrategy === "Recreate"
      ? problem("is set alongside updateStrategy Recreate, which ends all pods first; leave one of them out")
      : []),
  ];
}
