import { PodSecurityLevel, refusedCapabilities } from "../shared/podSecurity";
import type { Problem } from "../shared/problems";
import type { PodSpec } from "./podOptions";
import { listProblems, PlainObject } from "./sidecarConflicts";

/** What the level of Pod Security of its namespace refuses of a part of a PodSpec, which itself is judged. */
export function podSpecLevelProblems(level: PodSecurityLevel, podSpec: PodSpec = {}, path: string): Problem[] {
  if (level === "privileged") {
    return [];
  }
  const { securityContext, containers = [], initContainers = [], volumes = [] } = podSpec;
  const ofContainers = (list: string, its: unknown) =>
    listProblems(`${path}.${list}`, its, (container, each) =>
      contextProblems(level, container.securityContext, `${each}.securityContext`),
    );
  return [
    ...contextProblems(level, securityContext, `${path}.securityContext`),
    ...ofContainers("containers", containers),
    ...ofContainers("initContainers", initContainers),
    ...listProblems(`${path}.volumes`, volumes, ({ hostPath }, each) =>
      hostPath === undefined
        ? []
        : [
            {
              propertyPath: `${each}.hostPath`,
              reason: `is refused by servicesPodSecurity ${level}; use another volume, or privileged`,
            },
          ],
    ),
  ];
}

function contextProblems(level: PodSecurityLevel, security: unknown, path: string): Problem[] {
  const { runAsUser, runAsNonRoot, capabilities } = (security ?? {}) as PlainObject;
  const { add = [] } = (capabilities ?? {}) as { readonly add?: readonly string[] };
  return [
    ...rightsLevelProblems(level, runAsUser, add, path, "capabilities.add"),
    ...(level === "restricted" && runAsNonRoot === false
      ? [
          {
            propertyPath: `${path}.runAsNonRoot`,
            reason: "false is refused by servicesPodSecurity restricted; leave it out",
          },
        ]
      : []),
  ];
}

/** What a level refuses of a user and of capabilities, which are below `path`: these under the name `input`. */
export function rightsLevelProblems(
  level: PodSecurityLevel,
  runAsUser: unknown,
  capabilities: readonly string[],
  path: string,
  input: string,
): Problem[] {
  return [
    ...(level === "restricted" && runAsUser === 0
      ? [
          {
            propertyPath: `${path}.runAsUser`,
            reason: "0 is root, which servicesPodSecurity restricted refuses; use another user, or baseline",
          },
        ]
      : []),
    ...refusedCapabilities(level, capabilities).map((capability) => ({
      propertyPath: `${path}.${input}`,
      reason: `${capability} is refused by servicesPodSecurity ${level}; leave it out, or use privileged`,
    })),
  ];
}
