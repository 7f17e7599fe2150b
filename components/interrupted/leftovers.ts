import * as pulumi from "@pulumi/pulumi";
import { askedLists, type ObjectName } from "./asked";
import { describeObject } from "./objects";
import { perRun } from "../shared/perRun";
import { programEnds } from "../shared/programEnds";
import { deployedResources } from "../shared/stackState";

/** The objects that the program declares. */
const declared = perRun(() => {
  const its = new Set<string>();
  void programEnds().then(() => warnOfLeftovers(its));
  return its;
});

const keyOf = ({ apiVersion, kind, namespace, name }: ObjectName) =>
  JSON.stringify([apiVersion, kind, namespace, name]);

/** Notes an object that the program declares, so that it is none of `warnOfLeftovers`. */
export function noteDeclared(wanted: ObjectName): void {
  declared().add(keyOf(wanted));
}

/**
 * Warns of objects that carry the stack's label while neither the program nor the state has them: a run that was killed while it made
 * them, and whose change was taken back. They are not deleted, since another stack may have them by now (`pulumi state move`).
 */
export async function warnOfLeftovers(its: ReadonlySet<string>): Promise<void> {
  // A job has done what it does, and that is no more undone by its end.
  const lists = (await askedLists()).filter(({ of: { kind } }) => kind !== "Job");
  const found = lists.flatMap(({ of, objects }) =>
    objects
      .filter(
        ({ metadata: { name, deletionTimestamp } }) =>
          deletionTimestamp === undefined && !its.has(keyOf({ ...of, name })),
      )
      .map(({ metadata }) => ({ kind: String(of.kind), metadata })),
  );
  if (found.length === 0) {
    return;
  }
  // Who cannot read the state cannot tell.
  const state = await deployedResources().catch(() => undefined);
  const inState = ({ kind, metadata: { name, namespace } }: (typeof found)[number]) =>
    state?.some(
      ({ type, outputs: { metadata } }) =>
        type.endsWith(`:${kind}`) && metadata?.name === name && metadata.namespace === namespace,
    );
  for (const left of state === undefined ? [] : found.filter((each) => !inState(each))) {
    const { kind, metadata } = left;
    const within = metadata.namespace === undefined ? "" : ` --namespace ${metadata.namespace}`;
    pulumi.log.warn(
      `${describeObject(left)} has this stack's label, but neither the program nor the stack's state has it: a run that was interrupted ` +
        `has made it. Unless you have moved it to another stack, delete it: kubectl${within} delete ${kind.toLowerCase()} ${metadata.name}`,
    );
  }
}
