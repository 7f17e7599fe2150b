import type * as pulumi from "@pulumi/pulumi";
import { Problem } from "../shared/problems";
import { metadataNameProblems } from "./metadataProblems";

/** What a service's ServiceAccount says beside its name. */
export interface AccountOptions {
  /**
   * Annotations of the ServiceAccount, by which a cloud gives its pods an identity there, such as `eks.amazonaws.com/role-arn`; values
   * may be other resources' outputs. Those of Consul are refused. See docs/services.md#a-clouds-identity.
   * @unset none
   */
  readonly serviceAccountAnnotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What is wrong with the annotations of a service's ServiceAccount. */
export function accountProblems({ serviceAccountAnnotations = {} }: AccountOptions, prefix: string): Problem[] {
  return Object.keys(serviceAccountAnnotations).flatMap((key) => {
    const at = `${prefix}serviceAccountAnnotations["${key}"]`;
    return [
      ...metadataNameProblems(at, key),
      // One of them is the name of the service to Consul's login [kubeauth serviceAccountServiceNameAnnotation].
      ...(/^([^/]*\.)?consul\.hashicorp\.com\//.test(key)
        ? [{ propertyPath: at, reason: "decides who the pods are to Consul, which the component sets; leave it out" }]
        : []),
    ];
  });
}
