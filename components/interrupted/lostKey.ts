import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../shared/later";
import { find } from "./asked";
import type { ClusterAccess } from "./clusterApi";

/** A key that the stack generates, for a Secret. */
export interface GeneratedKey {
  readonly secretKey: string;
  readonly value: pulumi.Output<string>;
  /** The input of a mesh that names a Secret in its place. */
  readonly input: string;
}

/**
 * Refuses to make a Secret with a generated key where the stack has made it already with another: then the state that had the key was
 * lost, and the key that Consul uses would be lost with it. An `up` that was interrupted leaves the key in the state, so it is the same.
 */
export async function refuseLostKey(
  { newInputs }: Pick<pulumi.ResourceHookArgs, "newInputs">,
  { secretKey, value, input }: GeneratedKey,
  access: ClusterAccess,
  [label, stack]: readonly [string, string],
): Promise<void> {
  const { name, namespace } = (newInputs as { metadata: { name: string; namespace: string } }).metadata;
  const live = await find({ apiVersion: "v1", kind: "Secret", name, namespace }, access);
  if (live === undefined || live === "unknown" || live.metadata.deletionTimestamp !== undefined) {
    return;
  }
  const has = live.data?.[secretKey];
  if (has === undefined || live.metadata.labels?.[label] !== stack) {
    return; // nothing to lose, or somebody else's, which is refused anyway
  }
  const generated = (await isKnown(value)) ? await new Promise((resolve) => value.apply(resolve)) : undefined;
  if (Buffer.from(has, "base64").toString() !== generated) {
    throw new Error(
      `Secret ${namespace}/${name} has a ${secretKey} that this stack generated once and that its state no longer has: ` +
        "the state is lost, or in another backend. The Secret was left as it is, since Consul may use it. Restore the state " +
        "(pulumi stack import); or keep this Secret as one of your own, in a namespace that a destroy leaves: set consulCreateNamespace " +
        `to false and consul${input[0].toUpperCase()}${input.slice(1)} to { secretName: ${name}, secretKey: ${secretKey} }; in a program, ` +
        `createNamespace and ${input}`,
    );
  }
}
