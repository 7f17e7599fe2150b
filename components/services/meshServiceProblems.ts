import {
  ContainerInputs,
  containerProblems,
  plainSecretWarnings,
  largeParts,
  podSizeProblems,
  rightsProblems,
} from "../pods/containerProblems";
import { canaryProblems } from "../routing/canary";
import { memberProblems } from "./memberProblems";
import type { MeshServiceOptions } from "./meshService";
import { portProblems, rangeProblems } from "../shared/names";
import { podOptionProblems } from "../pods/podOptionProblems";
import { otherMeshProblems } from "../pods/metadataProblems";
import { rollingUpdateProblems } from "../pods/rollingUpdate";
import { leastPods } from "../pods/scaling";
import { autoscalingProblems, disruptionBudgetProblems, disruptionBudgetWarnings } from "../pods/scalingProblems";
import { NON_ROOT } from "../shared/podSecurity";
import { healthProblems } from "../pods/probes";
import { Problem } from "../shared/problems";
import { serviceNameProblems } from "../shared/serviceNames";
import { allTags } from "../routing/serviceTags";
import { DEFAULT_DRAIN_SECONDS, MAX_DRAIN_SECONDS, neededGrace, sidecarSeconds } from "./sidecarAnnotations";

/** What is wrong with a service; `prefix` is put before each path. */
export function meshServiceProblems(serviceName: string, args: MeshServiceOptions, prefix = ""): Problem[] {
  const problems: Problem[] = [
    ...serviceNameProblems(`${prefix}serviceName`, serviceName, args.canary !== undefined),
    ...containerProblems(args, prefix),
    ...(args.canary === undefined ? [] : containerProblems(args.canary, `${prefix}canary.`)),
    ...rightsProblems(args, prefix),
    ...otherMeshProblems(args.podLabels, `${prefix}podLabels`),
    ...otherMeshProblems(args.podAnnotations, `${prefix}podAnnotations`),
    ...healthProblems(args, prefix),
    ...rangeProblems(`${prefix}drainSeconds`, args.drainSeconds ?? DEFAULT_DRAIN_SECONDS, 0, MAX_DRAIN_SECONDS),
    ...rangeProblems(`${prefix}runAsUser`, args.runAsUser ?? NON_ROOT, 0, 2 ** 31 - 1),
    ...rangeProblems(`${prefix}replicas`, args.replicas ?? 1, 0, 1000),
    ...rangeProblems(`${prefix}minReadySeconds`, args.minReadySeconds ?? 0, 0, 3600),
    ...(args.servicePort === undefined ? [] : portProblems(`${prefix}servicePort`, args.servicePort)),
    ...podOptionProblems(
      args,
      {
        serviceName,
        port: args.port,
        protocol: args.protocol ?? "http",
        healthPath: args.healthPath,
        writablePaths: args.writablePaths,
        neededGraceSeconds: neededGrace(args.drainSeconds ?? 0),
        runAsUser: args.runAsUser,
        replicas: args.replicas,
        scaled: args.autoscaling !== undefined,
      },
      prefix,
    ),
    ...(args.autoscaling === undefined
      ? []
      : autoscalingProblems(args.autoscaling, args, args.replicas, `${prefix}autoscaling`)),
    ...(args.disruptionBudget === undefined
      ? []
      : disruptionBudgetProblems(args.disruptionBudget, `${prefix}disruptionBudget`)),
    ...(args.rollingUpdate === undefined
      ? []
      : rollingUpdateProblems(args.rollingUpdate, args, `${prefix}rollingUpdate`)),
    ...memberProblems(serviceName, args, prefix),
    ...(args.canary === undefined
      ? []
      : canaryProblems(
          args.canary,
          args.loadBalancing ?? {},
          (args.routes ?? []).length > 0 || args.internal === true,
          `${prefix}canary`,
        )),
  ];
  const problem = (input: string, reason: string) => problems.push({ propertyPath: prefix + input, reason });
  if (args.canary !== undefined && args.kind !== undefined && args.kind !== "Deployment") {
    problem(
      "canary",
      `a second version is a second Deployment, and this is a ${args.kind}; make it a service of its own`,
    );
  }
  if (args.canary !== undefined && args.autoscaling !== undefined) {
    problem(
      "autoscaling",
      "changes how many pods there are, by which the canary's share is counted; leave one of them out",
    );
  }
  if (problems.length > 0) {
    // Tags of what is wrong in itself cannot be made.
    return problems;
  }
  const size = ({ env = args.env, args: its = args.args }: ContainerInputs, at: string) =>
    podSizeProblems(largeParts({ ...args, env, args: its }), allTags(serviceName, args), prefix + at);
  const { canary } = args;
  const differs = canary?.env !== undefined || canary?.args !== undefined;
  return [...size(args, "env"), ...(differs ? size(canary, "canary.env") : [])];
}

/** What is right in a service but most likely not meant. */
export function meshServiceWarnings(args: MeshServiceOptions, prefix = ""): Problem[] {
  return [
    ...plainSecretWarnings(args, prefix),
    ...(args.canary === undefined ? [] : plainSecretWarnings(args.canary, `${prefix}canary.`)),
    ...disruptionBudgetWarnings(args.disruptionBudget ?? {}, leastOfAll(args), `${prefix}disruptionBudget`),
  ];
}

/** The fewest pods that a service has at a time, of all its versions; `undefined` where nodes or somebody else decide. */
function leastOfAll(args: MeshServiceOptions): number | undefined {
  const its = args.kind === "DaemonSet" ? undefined : leastPods(args);
  return its === undefined ? undefined : its + (args.canary === undefined ? 0 : (args.canary.replicas ?? 1));
}

/** Problems of pods that are to wait before they stop; `part` is what of the mesh is too old for it, if anything. */
export function drainProblems(
  { drainSeconds = 0 }: { readonly drainSeconds?: number },
  part: string | undefined,
  prefix = "",
): Problem[] {
  const reason = `${part} does not know how to wait like that; use 0, or Kubernetes 1.30 and consul-k8s-control-plane 1.5.3 or later`;
  return part === undefined || drainSeconds === 0 ? [] : [{ propertyPath: `${prefix}drainSeconds`, reason }];
}

/** What of pods' init containers is most likely not meant where a CNI plugin redirects the pods' traffic; `path` is where their spec stands. */
export function initContainerWarnings(podSpec: object | undefined, cni: boolean, path = "podSpec"): Problem[] {
  const its = ((podSpec ?? {}) as { readonly initContainers?: unknown }).initContainers ?? [];
  // Those that go on beside the pod's containers call again when the sidecar runs; those that are an output may be any.
  const waits =
    !Array.isArray(its) || its.some((each: { restartPolicy?: unknown } | null) => each?.restartPolicy !== "Always");
  const reason =
    "run before the sidecar, to which connectInject.cni.enabled redirects their calls all the same, so that each is refused; " +
    "let the service's own container make them";
  return cni && waits ? [{ propertyPath: `${path}.initContainers`, reason }] : [];
}

/** What a service that calls others may not expect of its end: the sidecar ends earlier than its pod may. */
export function longEndWarnings(
  {
    terminationGracePeriodSeconds: grace = 0,
    calls = [],
  }: Pick<MeshServiceOptions, "terminationGracePeriodSeconds" | "calls">,
  drainSeconds: number,
  prefix = "",
): Problem[] {
  const reason =
    `${grace} has the pod outlive its sidecar, with which all its calls end ${sidecarSeconds(drainSeconds)} seconds after the word to stop; ` +
    `if it calls for longer, set as many drainSeconds, up to ${MAX_DRAIN_SECONDS}, or else leave this out`;
  return calls.length > 0 && grace > neededGrace(drainSeconds)
    ? [{ propertyPath: `${prefix}terminationGracePeriodSeconds`, reason }]
    : [];
}
