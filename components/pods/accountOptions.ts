import type * as pulumi from "@pulumi/pulumi";
import { Problem } from "../shared/problems";
import { objectAnnotationProblems } from "./metadataProblems";

/** What a service's ServiceAccount says beside its name. */
export interface AccountOptions {
  /**
   * Whether a ServiceAccount of the service's name exists, such as a chart's own; else one is made. To be chosen before the
   * first `up`: one that was made goes.
   * @default false
   */
  readonly existingServiceAccount?: boolean;
  /**
   * Annotations of the ServiceAccount, by which a cloud gives its pods an identity there, such as `eks.amazonaws.com/role-arn`; values
   * may be other resources' outputs. Those of Consul and Pulumi are refused. See docs/services.md#a-clouds-identity.
   * @unset none
   */
  readonly serviceAccountAnnotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What is wrong with what is said of a service's ServiceAccount. */
export function accountProblems(
  { serviceAccountAnnotations, existingServiceAccount = false }: AccountOptions,
  prefix: string,
): Problem[] {
  const at = `${prefix}serviceAccountAnnotations`;
  return [
    ...accountAnnotationProblems(serviceAccountAnnotations, at),
    ...(serviceAccountAnnotations !== undefined && existingServiceAccount
      ? [
          {
            propertyPath: at,
            reason: "are for a ServiceAccount that is made here, and this one exists; have its owner set them",
          },
        ]
      : []),
  ];
}

/** What is wrong with the annotations of a ServiceAccount, be it a service's or Traefik's. */
export function accountAnnotationProblems(
  annotations: AccountOptions["serviceAccountAnnotations"],
  at: string,
): Problem[] {
  // One of Consul's is the name of the service to its login [kubeauth serviceAccountServiceNameAnnotation].
  return objectAnnotationProblems(annotations, at, "ServiceAccount", "who the pods are to Consul");
}
