import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { withInputs } from "../mesh/bringYourOwn";
import type { AccountOptions } from "../pods/accountOptions";
import { judgedWhenKnown } from "../shared/later";
import { replaceLater } from "../shared/laterValues";
import { deployedResources } from "../shared/stackState";

/** Makes a service's ServiceAccount, its identity: in the mesh by its name, in a cloud by its annotations; none where it exists. */
export function memberAccount(
  what: string,
  name: string,
  metadata: { readonly name: string; readonly namespace: pulumi.Input<string> },
  options: AccountOptions,
  parent: pulumi.Resource,
): { readonly name: pulumi.Input<string>; readonly made: readonly pulumi.Resource[] } {
  const resourceName = `${name}-service-account`;
  if (options.existingServiceAccount) {
    return { name: letGo(resourceName, metadata, parent), made: [] };
  }
  const annotations = accountAnnotations(what, options);
  const account = new k8s.core.v1.ServiceAccount(resourceName, { metadata: { ...metadata, annotations } }, { parent });
  return { name: account.metadata.name, made: [account] };
}

/**
 * Reads one that an earlier `up` made for the service, so that Pulumi lets go of it: else it would go, and no pod could start any more.
 * Returns its name, for what is not to be declared before that.
 */
function letGo(
  resourceName: string,
  metadata: { readonly name: string; readonly namespace: pulumi.Input<string> },
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return pulumi.createUrn(resourceName, "kubernetes:core/v1:ServiceAccount", parent).apply(async (urn) => {
    if ((await deployedResources()).some((its) => its.urn === urn)) {
      k8s.core.v1.ServiceAccount.get(resourceName, pulumi.interpolate`${metadata.namespace}/${metadata.name}`, {
        parent,
        transformations: [withInputs("ServiceAccount", metadata)],
      });
    }
    return metadata.name;
  });
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
