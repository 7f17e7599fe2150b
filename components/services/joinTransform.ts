import { AsyncResource } from "node:async_hooks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { joinedServiceProblems, PodTemplate } from "./joinProblems";
import type { MeshWorkload, MeshWorkloadOptions } from "./meshWorkload";
import { Problem, refuse } from "../shared/problems";
import { seek } from "./passedBy";
import { isPlainObject } from "../pods/sidecarConflicts";

/** Kinds whose pods end: there is nothing to call, and the sidecar outlives them. */
const ENDING = /^(Job|CronJob|Pod)$/;

const WITH_PODS = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Rollout)$/;

/**
 * Gives the workload what it needs wherever its object comes by: declared, rendered of a chart or read from a file. The objects
 * around it are judged: the Service by which it is known, and what would be made twice.
 */
export function joinTransform(
  member: MeshWorkload,
  what: string,
  namespace: pulumi.Input<string>,
  { workload = {}, existingService, existingServiceAccount = false }: MeshWorkloadOptions,
): pulumi.ResourceTransform {
  const workloadName = workload.name ?? member.serviceName;
  const { kubernetesService } = member.asJoined;
  const came = seek(what, `${workload.kind ?? "workload"} "${workloadName}"`);
  let template: PodTemplate | undefined;
  let service: { object: k8s.types.input.core.v1.Service; path: string } | undefined;
  // Known together when the second of them comes by.
  const judgeService = () =>
    refuse(
      what,
      service === undefined ? [] : joinedServiceProblems(service.object, template, member.asJoined, service.path),
    );
  // As a hook is, in the run in which it was made: else the SDK knows nobody to tell a warning to.
  return AsyncResource.bind(({ type, name, props, opts }: pulumi.ResourceTransformArgs) => {
    const [, kind] = /^kubernetes:[^:]+:(\w+)$/.exec(type) ?? [];
    const { metadata: given = {} } = props;
    const metadata: Readonly<Record<string, unknown>> = isPlainObject(given) ? given : { name: given };
    const elsewhere =
      typeof namespace === "string" && typeof metadata.namespace === "string" && metadata.namespace !== namespace;
    if (kind === undefined) {
      return undefined;
    }
    const objectName = metadata.name ?? name;
    const path = `${kind} ${String(objectName)}`;
    const isWorkload = hasPods(props, kind) && !ENDING.test(kind);
    const isIts = isWorkload && !elsewhere && objectName === workloadName && kind === (workload.kind ?? kind);
    if (isWorkload) {
      // A name that is not known yet may be the one.
      came(elsewhere ? `${path} of ${String(metadata.namespace)}` : path, isIts || typeof objectName !== "string");
    }
    if (elsewhere) {
      return undefined;
    }
    if (kind === "Service" && objectName === kubernetesService) {
      refuse(what, existingService === undefined ? twice(path, "existingService", `"${kubernetesService}"`) : []);
      service = { object: props, path };
      judgeService();
    } else if (kind === "ServiceAccount" && objectName === member.serviceAccountName) {
      refuse(what, existingServiceAccount ? [] : twice(path, "existingServiceAccount", "true"));
    } else if (isIts) {
      const joined = (its: WorkloadSpec) => {
        refuse(what, isPlainObject(its.template) ? [] : [{ propertyPath: path, reason: UNKNOWN }]);
        template = its.template as PodTemplate;
        const spec = { ...its, template: member.join(template, `${path}.spec.template`) };
        judgeService();
        return spec;
      };
      // As a whole it is an output where a part of it is a secret, or not known yet.
      const spec = isPlainObject(props.spec) ? joined(props.spec) : pulumi.output(props.spec).apply(joined);
      const { dependsOn = [] } = opts as pulumi.ResourceOptions;
      const before = pulumi.output(dependsOn).apply((its) => [its].flat());
      const after = before.apply((its) => [...its, ...member.ready]) as pulumi.Output<pulumi.Resource[]>;
      return { props: { ...props, spec }, opts: { ...opts, dependsOn: after } };
    }
    return undefined;
  });
}

const UNKNOWN = "has pods that are an output, so that nothing about them can be judged; use a plain template";

interface WorkloadSpec {
  readonly template?: unknown;
}

function hasPods({ spec }: { readonly spec?: unknown }, kind: string): boolean {
  return isPlainObject(spec) ? spec.template !== undefined : spec !== undefined && WITH_PODS.test(kind);
}

function twice(path: string, input: string, value: string): Problem[] {
  return [
    { propertyPath: path, reason: `is declared here, and would be made a second time; set ${input} to ${value}` },
  ];
}
