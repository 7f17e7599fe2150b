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
  const stackName = ownName();
  if (stackName === undefined) {
    return [];
  }
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
  const all = (outputs ?? {}) as Record<string, Omit<DeployedResource, "urn">>;
  return Object.entries(all).map(([urn, its]) => ({ urn, ...its }));
}

/** The stack's own full name; none in a user's unit test, of which mocks need to know neither an organization nor a state. */
function ownName(): string | undefined {
  try {
    return `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  } catch {
    return undefined;
  }
}
