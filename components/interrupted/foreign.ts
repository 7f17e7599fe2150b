import * as pulumi from "@pulumi/pulumi";
import { find } from "./asked";
import { pause } from "./clusterApi";
import { describeObject, ownerOf } from "./objects";
import { deployedResources } from "../shared/stackState";
import type { Way } from "./kubeconfig";

/** Milliseconds that an object which is being deleted gets to be gone. */
const GOING = 300_000;

/** An object that is to be made. */
interface Wanted {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
}

/**
 * Refuses to make an object that is there already, unless it has the stack's label: then a run that was interrupted made it, and
 * it is taken over. Server-side apply would take over anybody's, without a word, and one day delete it with all that is in it: that
 * of another resource of the stack's at the end of the same run.
 *
 * `aliased` is whether the state may know it by another URN. One that is being deleted is waited for. A cluster that does not answer is
 * passed over: Pulumi's provider says so, or finds it.
 */
export async function refuseForeign(
  { newInputs, ...made }: Pick<pulumi.ResourceHookArgs, "newInputs" | "urn" | "type">,
  access: Way,
  [label, value]: readonly [string, string],
  aliased: boolean,
): Promise<void> {
  const { apiVersion, kind, metadata = {} } = (newInputs ?? {}) as Wanted;
  const { name, namespace } = metadata;
  // What is not known in this preview is in nothing that exists.
  if (
    typeof apiVersion !== "string" ||
    typeof name !== "string" ||
    !["string", "undefined"].includes(typeof namespace)
  ) {
    return;
  }
  const dryRun = pulumi.runtime.isDryRun();
  const deadline = Date.now() + GOING;
  for (;;) {
    const live = await find({ apiVersion, kind, name, namespace: namespace as string | undefined }, access);
    if (live === undefined || live === "unknown") {
      return;
    }
    const going = live.metadata.deletionTimestamp !== undefined;
    if (!going && live.metadata.labels?.[label] === value) {
      return aliased ? undefined : refuseMoved(made, { ...live, kind: String(kind) });
    }
    if (going && dryRun) {
      return;
    }
    if (!going) {
      const within = namespace === undefined ? "" : `--namespace ${namespace} `;
      const remedy =
        kind === "Namespace"
          ? 'Choose another name, or leave it to its owner with the setting or input that ends in "createNamespace": false;'
          : "Choose another name, or delete it;";
      throw new Error(
        `${describeObject({ ...live, kind: String(kind) })} already exists and does not belong to this stack, but to ${ownerOf(live, label)}, ` +
          `since ${live.metadata.creationTimestamp}. It was left as it is. ` +
          `${remedy} or hand it over to this stack, which will delete it one day: ` +
          `kubectl ${within}label ${String(kind).toLowerCase()} ${name} ${label}=${value} --overwrite`,
      );
    }
    if (Date.now() > deadline) {
      return; // let Kubernetes say what holds it
    }
    await pause();
  }
}

/** Refuses an object of the stack's own that is that of another resource in its state, which the program has renamed or replaced. */
async function refuseMoved(
  { urn, type }: Pick<pulumi.ResourceHookArgs, "urn" | "type">,
  live: Parameters<typeof describeObject>[0],
): Promise<void> {
  const { name, namespace, uid } = live.metadata;
  // Who cannot read the state cannot tell.
  const other = (await deployedResources().catch(() => [])).find(
    ({ outputs: { metadata }, ...its }) =>
      its.type === type &&
      its.urn !== urn &&
      metadata?.name === name &&
      metadata.namespace === namespace &&
      // Another cluster may have one like it.
      (metadata.uid ?? uid) === uid,
  );
  if (other !== undefined) {
    throw new Error(
      `${describeObject(live)} is that of ${other.urn} in the stack's state. As ${urn} it would be taken over, and then deleted with the ` +
        "resource that the program no longer has. It was left as it is. Let its component keep name and kind; or give a component with a " +
        'new name the old one as an alias, aliases: [{ name: "…" }]; or remove it with one up, and declare it anew with the next',
    );
  }
}
