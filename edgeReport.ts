import * as pulumi from "@pulumi/pulumi";
import { describeEdgeChanges, describeEdges, edgeChanges, rulesOf } from "./components/edges";
import { ServiceIntentionsSpec } from "./components/intentions";

/**
 * Says what opens and what closes by this preview or `up`: the declared edges against those of the intentions in the
 * stack's own state, as the last `up` left it, or a refresh found it. It reads the state and leaves no trace in it, which
 * a StackReference would: that is a resource, and every refresh after a change would report it as updated.
 */
export async function reportEdgeChanges(edges: readonly string[]): Promise<void> {
  try {
    const before = describeEdges(rulesOf(await deployedIntentions()));
    await pulumi.log.info(describeEdgeChanges(edgeChanges(before, edges)));
  } catch (error) {
    await pulumi.log.warn(`intentions: what opens and closes is not known, the stack's state cannot be read: ${error}`);
  }
}

/** The specs of the intentions in the state of this stack; none before its first `up`. */
async function deployedIntentions(): Promise<ServiceIntentionsSpec[]> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
  return Object.values(outputs as Record<string, { type: string; outputs: { spec?: ServiceIntentionsSpec } }>)
    .filter(({ type }) => type === "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions")
    .flatMap((resource) => resource.outputs.spec ?? []);
}
