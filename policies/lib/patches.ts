import { ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject, nameOf } from "./objects";
import { containersOf } from "./pods";

/**
 * Objects with their patches in them, as server-side apply merges these: what a patch leaves out is judged as it is declared.
 * A patch of something that nobody declares here stays by itself, and is judged for what it sets.
 */
export function patched(objects: readonly ClusterObject[]): ClusterObject[] {
  const whole = objects.filter((object) => !object.patch);
  const alone: ClusterObject[] = [];
  for (const patch of objects.filter((object) => object.patch)) {
    const targets = whole.filter((object) => isTarget(patch, object));
    for (const target of targets) {
      whole[whole.indexOf(target)] = apply(target, patch);
    }
    if (targets.length === 0) {
      alone.push({ ...patch, patch: !isComplete(patch) });
    }
  }
  return [...whole, ...alone];
}

/** Whether a patch is of this object. A namespace that is not said, or not known yet, may be any. */
function isTarget(patch: ClusterObject, { kind, group, ...object }: ClusterObject): boolean {
  const namespaces = [patch, object].map(({ body }) => ifKnown(() => textAt(body, "metadata", "namespace"), undefined));
  return (
    kind === patch.kind &&
    group === patch.group &&
    nameOf(patch) !== "" &&
    nameOf(patch) === nameOf({ kind, group, ...object }) &&
    (namespaces.includes(undefined) || namespaces[0] === namespaces[1])
  );
}

/** Whether a patch says so much that it makes what does not exist: server-side apply creates then. */
function isComplete(patch: ClusterObject): boolean {
  return ifKnown(() => {
    const containers = containersOf(patch);
    const has = (key: string) => key in record(patch.body.spec);
    return containers.length > 0
      ? containers.every((container) => "image" in container) &&
          (["Pod", "Job", "CronJob", "PodTemplate"].includes(patch.kind) || has("selector"))
      : has("destination") && has("sources");
  }, false);
}

function apply(target: ClusterObject, patch: ClusterObject): ClusterObject {
  // Lists of custom resources have no keys: a patch replaces them whole. Kubernetes' own kinds in groups with a dot have none of these.
  const keys = target.group.includes(".") ? undefined : ITEM_KEYS;
  return {
    ...target,
    body: merge(target.body, patch.body, keys) as Json,
    patchedBy: [...(target.patchedBy ?? []), patch.urn],
    ignored: [target, patch].flatMap(({ ignored }) => ignored ?? []),
  };
}

/** What tells the items of Kubernetes' lists apart, of those that policies read; any other list is replaced whole. */
const ITEM_KEYS: ItemKeys = new Map(
  Object.entries({
    containers: ["name"],
    initContainers: ["name"],
    ephemeralContainers: ["name"],
    volumes: ["name"],
    env: ["name"],
    volumeMounts: ["mountPath"],
    ports: ["containerPort", "port", "protocol"],
  }),
);
type ItemKeys = ReadonlyMap<string, readonly string[]>;

/**
 * One value over another: maps are merged, a null takes away what is there, lists are replaced, or merged by the `keys` of their
 * items, as Kubernetes merges its own. A value that is not known yet stays one, and throws when it is touched, not before.
 */
export function merge(base: unknown, patch: unknown, keys?: ItemKeys, own?: readonly string[]): unknown {
  if (Array.isArray(patch)) {
    return own === undefined ? patch : mergeItems(list(base), patch, keys, own);
  }
  if (typeof patch !== "object") {
    return patch;
  }
  const merged: Json = {};
  const [inner, outer] = [record(base), record(patch)];
  for (const key of new Set([...Object.keys(inner), ...Object.keys(outer)])) {
    if (ifKnown(() => outer[key] === null, false)) {
      continue;
    }
    const get = () =>
      key in outer
        ? merge(
            ifKnown(() => inner[key], undefined),
            outer[key],
            keys,
            keys?.get(key),
          )
        : inner[key];
    Object.defineProperty(merged, key, { enumerable: true, get });
  }
  return merged;
}

function mergeItems(base: unknown[], patch: unknown[], keys: ItemKeys | undefined, own: readonly string[]): unknown[] {
  // The one key that is there without being said is a port's protocol.
  const name = (item: unknown) => JSON.stringify(own.map((key) => record(item)[key] ?? "TCP"));
  const names = base.map(name);
  return [
    ...base.map((item, i) =>
      patch.reduce((result, over) => (name(over) === names[i] ? merge(result, over, keys) : result), item),
    ),
    ...patch.filter((item) => !names.includes(name(item))),
  ];
}
