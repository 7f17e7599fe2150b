import * as pulumi from "@pulumi/pulumi";
import { perRun } from "./perRun";

/** A resource in the stack's own state. */
export interface DeployedResource {
  readonly urn: string;
  readonly type: string;
  readonly outputs: {
    readonly metadata?: { readonly name: string; readonly namespace?: string; readonly uid?: string };
    readonly spec?: unknown;
    /** Of a Helm release. */
    readonly name?: unknown;
    readonly namespace?: unknown;
    readonly status?: { readonly revision?: number };
  };
}

/**
 * The resources in this stack's state, as the last `up` left them, or a refresh found them; none before its first `up`. It
 * reads the state and leaves no trace in it, which a StackReference would: that is a resource, and every refresh after a
 * change would report it as updated. Read once a run: of hundreds of services it takes seconds.
 */
export async function deployedResources(): Promise<DeployedResource[]> {
  return state();
}

const state = perRun(readState);

async function readState(): Promise<DeployedResource[]> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
  return Object.entries(outputs as Record<string, Omit<DeployedResource, "urn">>).map(([urn, its]) => ({
    urn,
    ...its,
  }));
}
