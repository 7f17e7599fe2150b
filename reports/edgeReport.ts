import * as pulumi from "@pulumi/pulumi";
import { ownIntentions } from "../components/intentions/awaited";
import { describeEdgeChanges, describeEdges, edgeChanges, rulesOf } from "../components/intentions/edges";
import { ServiceIntentionsSpec } from "../components/intentions/intentions";
import { deployedResources } from "../components/shared/stackState";
import { isWithin, Within } from "../stacks/within";

/**
 * Says what opens and what closes by this preview or `up`: the declared edges against those of the stack's own intentions in the cluster;
 * or in the state, where the cluster cannot be asked.
 */
export async function reportEdgeChanges(edges: readonly string[], within: Within): Promise<void> {
  try {
    const before = describeEdges(rulesOf(await deployedIntentions(within)));
    await pulumi.log.info(describeEdgeChanges(edgeChanges(before, edges)));
  } catch (error) {
    await pulumi.log.warn(
      `intentions: what opens and closes is not known, since what is there cannot be read: ${error}`,
    );
  }
}

/** The specs of this stack's intentions; none before its first `up`. */
async function deployedIntentions(within: Within): Promise<ServiceIntentionsSpec[]> {
  // Whose component's they are, only the state tells; and it has those of before there were labels. It takes seconds where it is large.
  const live = within.type === undefined ? await ownIntentions() : undefined;
  if (live !== undefined && live.size > 0) {
    return [...live.values()].map(({ spec }) => spec as unknown as ServiceIntentionsSpec);
  }
  return (await deployedResources())
    .filter(
      ({ type, urn }) => type === "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions" && isWithin(within, urn),
    )
    .flatMap(({ outputs }) => (outputs.spec as ServiceIntentionsSpec | undefined) ?? []);
}
