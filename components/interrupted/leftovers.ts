import * as pulumi from "@pulumi/pulumi";
import { type AskedList, askedLists, type ObjectName, STACK_LABEL } from "./asked";
import { ownWrites } from "./changed";
import type { ApiObject } from "./clusterApi";
import type { ObjectProps } from "./gone";
import { describeObject } from "./objects";
import { valueIfKnown } from "../shared/later";
import { perRun } from "../shared/perRun";
import { programEnds } from "../shared/programEnds";
import { deployedResources } from "../shared/stackState";

/** The objects that the program declares. */
const declared = perRun(() => {
  const its = new Set<string>();
  const lists = askedLists();
  void programEnds().then(async () => warnOfLeftovers(its, await lists()));
  return its;
});

const keyOf = ({ apiVersion, kind, namespace, name }: ObjectName) =>
  JSON.stringify([apiVersion, kind, namespace, name]);

/** Notes an object that the program declares, by whatever provider, so that it is none of `warnOfLeftovers`. */
export function noteDeclared({ apiVersion, kind, metadata: { name, namespace } }: ObjectProps): void {
  const its = declared();
  void valueIfKnown(pulumi.output({ name, namespace })).then((known) =>
    its.add(keyOf({ apiVersion, kind, ...(known as Pick<ObjectName, "name" | "namespace">) })),
  );
}

/**
 * Warns of objects that Pulumi gave the stack's label while neither the program nor the state has them: a run that was killed while it
 * made them, and whose change was taken back. They are not deleted: another stack may have them by now (`pulumi state move`), or somebody
 * who was to keep them (`retainOnDelete`).
 */
async function warnOfLeftovers(its: ReadonlySet<string>, lists: readonly AskedList[]): Promise<void> {
  const labelled = lists.flatMap(({ of, objects }) =>
    objects.map(({ metadata }) => ({ ...of, kind: String(of.kind), metadata })),
  );
  const found = labelled.filter(
    ({ metadata, ...of }) =>
      // What a job does is done, and no more undone by its end.
      of.kind !== "Job" &&
      metadata.deletionTimestamp === undefined &&
      isLabelledByPulumi(metadata) &&
      // A list is of one namespace, or of all.
      ![metadata.namespace, of.namespace].some((namespace) =>
        its.has(keyOf({ ...of, namespace, name: metadata.name })),
      ),
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
  const left = state === undefined ? [] : found.filter((each) => !inState(each));
  // What was asked for in one namespace and in all is told once.
  new Set(left.map(describeLeftover)).forEach((each) => pulumi.log.warn(each));
}

/** Whether the label is Pulumi's: a copy of an object has all of its labels, and by hand anybody gives one, as `refuseForeign` asks for. */
function isLabelledByPulumi(metadata: ApiObject["metadata"]): boolean {
  const labels = (fields: object = {}) => (fields as { readonly "f:labels"?: object })["f:labels"] ?? {};
  return ownWrites({ metadata }).some(({ fieldsV1 }) => `f:${STACK_LABEL}` in labels(fieldsV1?.["f:metadata"]));
}

function describeLeftover({ kind, metadata }: Parameters<typeof describeObject>[0]): string {
  const { name, namespace } = metadata;
  const kubectl = (verb: string) =>
    `kubectl${namespace === undefined ? "" : ` --namespace ${namespace}`} ${verb} ${kind.toLowerCase()} ${name}`;
  return (
    `${describeObject({ kind, metadata })} has this stack's label, but neither the program nor the stack's state has it: a run that was ` +
    `interrupted has made it, or the stack has let go of it. If nothing needs it${kind === "Namespace" ? " and nothing is in it" : ""}, ` +
    `delete it: ${kubectl("delete")}; else take the label off: ${kubectl("label")} ${STACK_LABEL}-`
  );
}
