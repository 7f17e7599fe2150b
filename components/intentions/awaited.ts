import type * as pulumi from "@pulumi/pulumi";
import { has } from "../interrupted/changed";
import { type ApiObject } from "../interrupted/clusterApi";
import { ownObjects } from "../interrupted/hooks";
import { intentionsName, ServiceIntentionsSpec } from "./intentions";
import type { MeshIntentions } from "./meshIntentions";

/**
 * The stack's own intentions as the cluster of a resource's children had them before this run, by the object's name; `undefined` where
 * that is not known.
 */
export async function ownIntentions(parent?: pulumi.Resource): Promise<ReadonlyMap<string, ApiObject> | undefined> {
  const own = await ownObjects({ apiVersion: "consul.hashicorp.com/v1alpha1", kind: "ServiceIntentions" }, parent);
  return own === "unknown" ? undefined : own;
}

/**
 * Which of the others, by destination, an entry for all services comes after. All of them, since it may refuse what they allow; but
 * where it is in force already as it is declared, only those that are there too, and `held` ones. So in a mesh with deny-all a new service
 * does not wait for all intentions that are new.
 */
export async function awaited(
  { destination, ...spec }: ServiceIntentionsSpec,
  { opening, held }: Pick<MeshIntentions, "opening" | "held">,
  parent: pulumi.Resource,
): Promise<pulumi.Resource[]> {
  const own = await ownIntentions(parent);
  if (own === undefined || !isInForce(own.get(intentionsName(destination.name)), spec)) {
    return [...opening.values()];
  }
  return [...opening]
    .filter(([each, entry]) => held.has(entry) || own.has(intentionsName(each)))
    .map(([, entry]) => entry);
}

/** Whether Consul has taken an entry as it is declared, and nobody deletes it. */
function isInForce(its: ApiObject | undefined, spec: object): boolean {
  const synced = its?.status?.conditions?.find(({ type }) => type === "Synced")?.status === "True";
  return synced && its.metadata.deletionTimestamp === undefined && has(its, { spec });
}
