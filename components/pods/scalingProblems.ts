import { shown } from "../shared/grammars";
import { rangeProblems } from "../shared/names";
import type { Autoscaling, DisruptionBudget, PodOptions } from "./podOptions";
import { exactlyOne, Problem } from "../shared/problems";

/** What is wrong with a scaler, given what the container asks for. */
export function autoscalingProblems(
  scaling: Autoscaling | "external",
  { resources }: PodOptions,
  replicas: number | undefined,
  path: string,
): Problem[] {
  const problem = (input: string, reason: string) => ({ propertyPath: path + input, reason });
  const alongside =
    replicas === undefined ? [] : [problem("", "is set alongside replicas, which it decides; leave one of them out")];
  if (typeof scaling === "string") {
    const known = scaling === "external";
    const reason = `${shown(scaling)} is not known; use external, or minReplicas and maxReplicas`;
    return [...(known ? [] : [problem("", reason)]), ...alongside];
  }
  const { minReplicas, maxReplicas, cpuUtilization, memoryUtilization } = scaling;
  const use = (input: string, percent: number | undefined, resource: string) =>
    percent === undefined
      ? []
      : [
          ...rangeProblems(`${path}.${input}`, percent, 1, 1000),
          // Kubernetes takes a limit for the request where there is none.
          ...((resources?.requests?.[resource] ?? resources?.limits?.[resource]) === undefined
            ? [problem(`.${input}`, `is a share of resources.requests.${resource}, which is not set; set it`)]
            : []),
        ];
  return [
    ...rangeProblems(`${path}.minReplicas`, minReplicas, 1, 1000),
    ...rangeProblems(
      `${path}.maxReplicas`,
      maxReplicas,
      Number.isInteger(minReplicas) ? Math.max(1, minReplicas) : 1,
      1000,
    ),
    ...alongside,
    ...(cpuUtilization === undefined && memoryUtilization === undefined
      ? [problem("", "has nothing to go by; give cpuUtilization, memoryUtilization or both")]
      : []),
    ...use("cpuUtilization", cpuUtilization, "cpu"),
    ...use("memoryUtilization", memoryUtilization, "memory"),
  ];
}

/** What is wrong with a budget. */
export function disruptionBudgetProblems(budget: DisruptionBudget, path: string): Problem[] {
  return [
    ...exactlyOne(path, budget, ["minAvailable", "maxUnavailable"]),
    ...(["minAvailable", "maxUnavailable"] as const).flatMap((input) =>
      podCountProblems(`${path}.${input}`, budget[input]),
    ),
  ];
}

/** A budget that lets none of so many pods go, if it does; where their number is not known, of as many as there can be. */
export function disruptionBudgetWarnings(
  { minAvailable, maxUnavailable }: DisruptionBudget,
  replicas: number | undefined,
  path: string,
): Problem[] {
  // Of none, none has to go.
  const pods = replicas || 1000;
  // Kubernetes rounds up.
  const count = (value: unknown) =>
    String(value).endsWith("%") ? Math.ceil((parseInt(String(value)) * pods) / 100) : Number(value);
  const warning = (input: string, value: unknown) => ({
    propertyPath: `${path}.${input}`,
    reason: `${JSON.stringify(value)} lets no pod go${replicas ? ` of ${replicas}` : ""}, so a node that has one is never drained; use { maxUnavailable: 1 } instead`,
  });
  return [
    ...(count(minAvailable) >= pods ? [warning("minAvailable", minAvailable)] : []),
    ...(count(maxUnavailable) === 0 ? [warning("maxUnavailable", maxUnavailable)] : []),
  ];
}

/** What is wrong with a number of pods, or a share of them. */
export function podCountProblems(
  path: string,
  value: number | string | undefined,
  shares = /^(\d{1,2}|100)%$/,
): Problem[] {
  const right = Number.isInteger(value) ? Number(value) >= 0 : typeof value === "string" && shares.test(value);
  return value === undefined || right
    ? []
    : [
        {
          propertyPath: path,
          reason: `${JSON.stringify(value)} is not a number of pods; use one such as 1 or "50%"`,
        },
      ];
}
