import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { withInputs } from "../mesh/bringYourOwn";
import type { AccountOptions } from "../pods/accountOptions";
import { judgedWhenKnown, valueIfKnown } from "../shared/later";
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
  // No output of the service's own URN: who depends on that waits for all that the service has, its autoscaler among it.
  const urn = valueIfKnown(pulumi.createUrn(resourceName, "kubernetes:core/v1:ServiceAccount", parent));
  const read = urn.then(async (its) => {
    if ((await deployedResources()).some((each) => each.urn === its)) {
      k8s.core.v1.ServiceAccount.get(resourceName, pulumi.interpolate`${metadata.namespace}/${metadata.name}`, {
        parent,
        transformations: [withInputs("ServiceAccount", metadata)],
      });
    }
    return metadata.name;
  });
  return pulumi.output(read);
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
