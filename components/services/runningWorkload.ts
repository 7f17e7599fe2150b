import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { withInputs } from "../mesh/bringYourOwn";
import { joinedServiceProblems, PodTemplate } from "./joinProblems";
import type { MeshWorkload, MeshWorkloadArgs } from "./meshWorkload";
import { MadeObjects } from "../shared/madeObjects";
import { Problem, refuse } from "../shared/problems";
import { ownDns } from "./ownDns";

const READ = {
  Deployment: k8s.apps.v1.Deployment,
  StatefulSet: k8s.apps.v1.StatefulSet,
  DaemonSet: k8s.apps.v1.DaemonSet,
};
const PATCH = {
  Deployment: k8s.apps.v1.DeploymentPatch,
  StatefulSet: k8s.apps.v1.StatefulSetPatch,
  DaemonSet: k8s.apps.v1.DaemonSetPatch,
};

/** The object that has the pods of a service. */
function runningOf(serviceName: string, { workload = {} }: Pick<MeshWorkloadArgs, "workload">) {
  const { kind = "Deployment", name = serviceName } = workload;
  return { kind, name };
}

/** Problems of a workload that runs and is that of another service, as far as its namespace is plain. */
export function patchedTwiceProblems(serviceName: string, args: MeshWorkloadArgs, what: string): Problem[] {
  const { kind, name } = runningOf(serviceName, args);
  const object = `the ${kind} "${name}" in ${args.namespace}`;
  return args.running && typeof args.namespace === "string"
    ? args.mesh.model
        .part(MadeObjects)
        .take("workload", object, what, "pods have one identity: leave one of the two out")
    : [];
}

/**
 * Patches a workload that runs already, by server-side apply with an owner of its own: what it adds is known for its own, and goes
 * with it. Nothing that is there already is changed, so that nothing has to be remembered to give it back.
 */
export function patchRunning(
  name: string,
  member: MeshWorkload,
  namespace: pulumi.Input<string>,
  args: MeshWorkloadArgs,
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
): void {
  const { kind, name: workloadName } = runningOf(member.serviceName, args);
  const { parent } = opts;
  const metadata = { name: workloadName, namespace };
  const id = pulumi.interpolate`${namespace}/${workloadName}`;
  // Variables in its pods may be secrets in plain text.
  const found: { spec: pulumi.Output<{ template: unknown }> } = READ[kind].get(`${name}-running`, id, {
    parent,
    additionalSecretOutputs: ["spec"],
    transformations: [withInputs(kind, metadata, "apps/v1")],
  });
  const template = pulumi.unsecret(found.spec).apply((spec) => spec.template as PodTemplate);
  const path = `${kind} ${workloadName}.spec.template`;
  const { existingService } = args;
  const service =
    existingService === undefined
      ? undefined
      : k8s.core.v1.Service.get(`${name}-running-service`, pulumi.interpolate`${namespace}/${existingService}`, {
          parent,
          transformations: [withInputs("Service", { name: existingService, namespace })],
        });
  // The patch has this account, so that it waits until all is judged.
  const account = pulumi
    .all([template, service?.spec])
    .apply(([pods, its]) => judgedAccount(pods as PodTemplate, its, member, args, path));
  const annotations = template.apply(({ spec }) => ({ ...member.podAnnotations, ...ownDns(spec) }));
  new PATCH[kind](
    `${name}-${kind.toLowerCase()}-patch`,
    {
      metadata,
      spec: {
        template: {
          metadata: { labels: member.podLabels, annotations },
          // The API server writes the old name of the field beside the new one, and would take that one's place when it goes.
          spec: { serviceAccountName: account, serviceAccount: account } as k8s.types.input.core.v1.PodSpecPatch,
        },
      },
    },
    opts,
  );
}

/**
 * The ServiceAccount that pods which run are given; `undefined` where they keep theirs. `service` is the Service that selects them,
 * if it is none that is made. Errors: `InputPropertiesError` with what keeps them out of the mesh.
 */
export function judgedAccount(
  pods: PodTemplate,
  service: k8s.types.input.core.v1.ServiceSpec | undefined,
  member: MeshWorkload,
  { mesh, existingService }: MeshWorkloadArgs,
  path: string,
): string | undefined {
  const { serviceName } = member;
  member.judge(pods, path);
  refuse(`pods of ${serviceName}`, [
    ...accountProblems(pods, serviceName, mesh, path),
    ...joinedServiceProblems({ spec: service }, pods, member.asJoined, `Service ${existingService}`),
  ]);
  const { serviceAccountName: its } = (pods.spec ?? {}) as k8s.types.input.core.v1.PodSpec;
  return its === undefined || its === "" || its === serviceName ? serviceName : undefined;
}

/** What of a ServiceAccount that is there cannot be changed without being lost. */
function accountProblems(
  template: PodTemplate,
  serviceName: string,
  mesh: MeshWorkloadArgs["mesh"],
  path: string,
): Problem[] {
  const { serviceAccountName: account, automountServiceAccountToken: token } = (template.spec ??
    {}) as k8s.types.input.core.v1.PodSpec;
  if (mesh.authMethod === undefined) {
    return [];
  }
  return [
    ...(typeof account === "string" && account !== "" && account !== serviceName
      ? [
          {
            propertyPath: `${path}.spec.serviceAccountName`,
            reason: `is "${account}", and with ACLs a service's identity is its ServiceAccount; name the service "${account}", with existingServiceAccount`,
          },
        ]
      : []),
    ...(token === false
      ? [
          {
            propertyPath: `${path}.spec.automountServiceAccountToken`,
            reason: "is false, and with ACLs the sidecar logs in with that token; have its owner leave it out",
          },
        ]
      : []),
  ];
}
