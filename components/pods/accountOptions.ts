import type * as pulumi from "@pulumi/pulumi";
import { Problem } from "../shared/problems";
import { metadataNameProblems } from "./metadataProblems";

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

/** Keys of annotations that the component decides, and what they do. */
const DECIDED: readonly (readonly [keys: RegExp, does: string])[] = [
  // One of them is the name of the service to Consul's login [kubeauth serviceAccountServiceNameAnnotation].
  [/^([^/]*\.)?consul\.hashicorp\.com\//, "decides who the pods are to Consul"],
  [/^([^/]*\.)?pulumi\.com\//, "decides how Pulumi applies the ServiceAccount"],
];

/** What is wrong with the annotations of a ServiceAccount, be it a service's or Traefik's. */
export function accountAnnotationProblems(annotations: Readonly<Record<string, unknown>> = {}, at: string): Problem[] {
  return Object.keys(annotations).flatMap((key) => {
    const propertyPath = `${at}["${key}"]`;
    return [
      ...metadataNameProblems(propertyPath, key),
      ...DECIDED.filter(([keys]) => keys.test(key)).map(([, does]) => ({
        propertyPath,
        reason: `${does}, which the component sets; leave it out`,
      })),
    ];
  });
}
