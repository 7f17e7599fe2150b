import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mergePodSpec } from "../pods/podSpecOverride";
import { containerPart, podSpecPart, volumeParts } from "../pods/podTemplate";
import { containerRights, NON_ROOT, restrictedPod } from "../shared/podSecurity";
import { endingSidecar } from "./jobSidecar";
import type { MeshJobArgs } from "./meshJob";
import { NO_PORT } from "./meshJobProblems";
import { ownDns } from "./ownDns";
import { SERVICE_LABEL, sidecarAnnotations } from "./sidecarAnnotations";

/** The pods of a job whose inputs are judged, with a sidecar that ends with them. */
export function jobTemplate(
  serviceName: string,
  args: MeshJobArgs,
  serviceAccountName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodTemplateSpec {
  const own = { [SERVICE_LABEL]: serviceName };
  const sidecar = endingSidecar(args.mesh.partWithoutNativeSidecar, args.command);
  const { volumes, volumeMounts } = volumeParts(args.writablePaths, args.volumes);
  const spec: k8s.types.input.core.v1.PodSpec = {
    ...podSpecPart(args, own),
    restartPolicy: "Never",
    serviceAccountName,
    terminationGracePeriodSeconds: args.terminationGracePeriodSeconds,
    securityContext: restrictedPod(args.runAsUser ?? NON_ROOT, []),
    containers: [
      {
        ...containerPart({ ...args, command: sidecar.command }),
        name: serviceName,
        image: args.image,
        imagePullPolicy: args.imagePullPolicy,
        securityContext: containerRights(args),
        volumeMounts,
      },
    ],
    volumes,
  };
  return {
    metadata: {
      labels: { ...args.podLabels, ...own },
      annotations: {
        ...args.podAnnotations,
        ...sidecarAnnotations(args.mesh, serviceName, {}, 0, []),
        ...ownDns(args.podSpec),
        "consul.hashicorp.com/connect-service-port": String(NO_PORT),
        ...sidecar.annotations,
      },
    },
    spec: mergePodSpec(spec, args.podSpec),
  };
}
