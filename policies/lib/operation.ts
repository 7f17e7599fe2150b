import { ClusterObject, objectsOf, PulumiResource } from "./objects";

/**
 * What this run of the engine has shown so far, by resource. A pack's process lives for one preview or one update, in which
 * every resource of the program is shown before it is made; the end of it shows all of them once more.
 */
const shown = new Map<string, readonly ClusterObject[]>();
const patches = new Map<string, PulumiResource>();
let over: boolean | undefined;

export function remember(resource: PulumiResource, objects: readonly ClusterObject[]): void {
  if (over) {
    shown.clear();
    patches.clear();
    over = false;
  }
  shown.set(resource.urn, objects);
  if (objects[0]?.patch) {
    patches.set(resource.urn, resource);
  }
}

/** The objects of all resources that were shown, but for one. */
export function shownBeside(urn: string): ClusterObject[] {
  return [...shown].filter(([other]) => other !== urn).flatMap(([, objects]) => objects);
}

/** The patches among them. */
export function patchesShown(): ClusterObject[] {
  return [...patches.keys()].flatMap((urn) => shown.get(urn)!);
}

/**
 * The resources at the end, when the engine shows what became of them. Of a patch that is the whole object as the cluster has
 * it, so what the patch itself sets is taken from before. One that was not shown before is no part of this change.
 */
export function atEnd<R extends PulumiResource>(resources: readonly R[]): R[] {
  over = true;
  return resources
    .filter((resource) => !objectsOf(resource)[0]?.patch || patches.has(resource.urn))
    .map((resource) => ({ ...resource, props: (patches.get(resource.urn) ?? resource).props }));
}
