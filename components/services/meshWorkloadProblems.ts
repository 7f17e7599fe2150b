import { memberProblems } from "./memberProblems";
import type { MeshWorkloadOptions } from "./meshWorkload";
import { accountProblems } from "../pods/accountOptions";
import { dnsLabelProblems, objectNameProblems, portProblems, rangeProblems } from "../shared/names";
import { WORKLOAD_KINDS } from "../pods/podOptions";
import { Problem } from "../shared/problems";
import { serviceNameProblems } from "../shared/serviceNames";
import { DEFAULT_DRAIN_SECONDS } from "./sidecarAnnotations";

/** What is wrong with a service whose pods somebody else declares; `prefix` is put before each path. */
export function meshWorkloadProblems(serviceName: string, args: MeshWorkloadOptions, prefix = ""): Problem[] {
  const { workload = {}, existingService, servicePort, running = false } = args;
  const problem = (input: string, reason: string) => [{ propertyPath: prefix + input, reason }];
  return [
    ...serviceNameProblems(`${prefix}serviceName`, serviceName, false),
    ...memberProblems(serviceName, args, prefix),
    ...rangeProblems(`${prefix}drainSeconds`, args.drainSeconds ?? DEFAULT_DRAIN_SECONDS, 0, 300),
    ...(existingService === undefined ? [] : dnsLabelProblems(`${prefix}existingService`, existingService)),
    ...(servicePort === undefined ? [] : portProblems(`${prefix}servicePort`, servicePort)),
    ...(servicePort !== undefined && existingService !== undefined
      ? problem(
          "servicePort",
          `is for a Service that is made here, and ${existingService} exists; leave one of them out`,
        )
      : []),
    ...accountProblems(args, prefix),
    ...objectNameProblems(`${prefix}workload.name`, workload.name),
    ...(workload.kind === undefined || WORKLOAD_KINDS.includes(workload.kind)
      ? []
      : problem("workload.kind", `"${workload.kind}" is not known; use one of ${WORKLOAD_KINDS.join(", ")}`)),
    ...(running && args.drainSeconds !== undefined
      ? problem("drainSeconds", "would change containers that are somebody else's, who may rename them; leave it out")
      : []),
  ];
}
