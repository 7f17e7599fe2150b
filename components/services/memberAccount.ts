import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AccountOptions } from "../pods/accountOptions";
import { judgedWhenKnown } from "../shared/later";
import { replaceLater } from "../shared/laterValues";

/** Makes a service's ServiceAccount, its identity: in the mesh by its name, in a cloud by its annotations; none where it exists. */
export function memberAccount(
  what: string,
  name: string,
  metadata: { readonly name: string; readonly namespace: pulumi.Input<string> },
  options: AccountOptions,
  parent: pulumi.Resource,
): k8s.core.v1.ServiceAccount | undefined {
  return options.existingServiceAccount
    ? undefined
    : new k8s.core.v1.ServiceAccount(
        `${name}-service-account`,
        { metadata: { ...metadata, annotations: accountAnnotations(what, options) } },
        { parent },
      );
}

/** The annotations, of which none may turn out to be nothing. */
export function accountAnnotations(
  what: string,
  { serviceAccountAnnotations }: AccountOptions,
): AccountOptions["serviceAccountAnnotations"] {
  return replaceLater(serviceAccountAnnotations, (value, key) =>
    judgedWhenKnown(what, value, () => [], { [`serviceAccountAnnotations["${key}"]`]: value }),
  ) as AccountOptions["serviceAccountAnnotations"];
}
