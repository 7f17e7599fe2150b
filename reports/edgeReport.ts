import * as pulumi from "@pulumi/pulumi";
import { describeEdgeChanges, describeEdges, edgeChanges, rulesOf } from "../components/intentions/edges";
import { ServiceIntentionsSpec } from "../components/intentions/intentions";
import { deployedResources } from "../components/shared/stackState";
import { isWithin, Within } from "../stacks/within";

/**
 * Says what opens and what closes by this preview or `up`: the declared edges against those of the intentions in the
 * stack's own state.
 */
export async function reportEdgeChanges(edges: readonly string[], within: Within): Promise<void> {
  try {
    const before = describeEdges(rulesOf(await deployedIntentions(within)));
    await pulumi.log.info(describeEdgeChanges(edgeChanges(before, edges)));
  } catch (error) {
    await pulumi.log.warn(
      `intentions: what opens and closes is not known, since the stack's state cannot be read: ${error}`,
    );
  }
}

/** The specs of the intentions in the state of this stack; none before its first `up`. */
async function deployedIntentions(within: Within): Promise<ServiceIntentionsSpec[]> {
  return (await deployedResources())
    .filter(
      ({ type, urn }) => type === "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions" && isWithin(within, urn),
    )
    .flatMap(({ outputs }) => (outputs.spec as ServiceIntentionsSpec | undefined) ?? []);
}
