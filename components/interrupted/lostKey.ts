import { find } from "./asked";
import type { Way } from "./kubeconfig";

/** A key that the stack generates, and that Consul uses from a Secret. */
export interface GeneratedKey {
  readonly namespace: string;
  readonly secretName: string;
  readonly secretKey: string;
  /** The word by which it is rotated. */
  readonly rotation: string;
  /**
   * The Job that rotates to a new one.
   * @unset nothing tells Consul of a new one
   */
  readonly job?: string;
}

/**
 * Refuses to generate a key anew where the stack's Secret has one, and no rotation is under way that would tell Consul: the state
 * that had it is lost, or somebody has the resource replaced. Consul would go on with the one that is then nowhere.
 */
export async function refuseLostKey(
  { namespace, secretName, secretKey, rotation, job }: GeneratedKey,
  access: Way,
  [label, stack]: readonly [string, string],
): Promise<void> {
  const own = async (apiVersion: string, kind: string, name: string) => {
    const live = await find({ apiVersion, kind, name, namespace }, access);
    const there = live !== undefined && live !== "unknown" && live.metadata.deletionTimestamp === undefined;
    return there && live.metadata.labels?.[label] === stack ? live : undefined;
  };
  if ((await own("v1", "Secret", secretName))?.data?.[secretKey] === undefined) {
    return; // nothing to lose, or somebody else's, which is refused anyway
  }
  if (job !== undefined && (await own("batch/v1", "Job", job)) === undefined) {
    return;
  }
  throw new Error(
    `Secret ${namespace}/${secretName} has a ${secretKey} that this stack generated. Another would be written over it, of which Consul ` +
      "would not know. Is the state lost, or in another backend? Then restore it (pulumi stack import). Was the resource to be " +
      "replaced (pulumi up --replace, pulumi state taint)? Undo that. To have Consul use a new one, set " +
      `rotations.${rotation} to ${job === undefined ? "a word, such as a date" : "another word"}. Nothing has been changed`,
  );
}
