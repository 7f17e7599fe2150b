import { ifKnown } from "./json";
import { ClusterObject, objectsOf, PulumiResource } from "./objects";

/**
 * What this run of the engine has shown so far, by resource. A pack's process lives for one preview or one update, in which
 * every resource of the program is shown before it is made; the end of it shows all of them once more.
 */
const shown = new Map<string, readonly ClusterObject[]>();
/** The resources that are objects themselves, as the program has them. */
const asked = new Map<string, PulumiResource>();
let over: boolean | undefined;

export function remember(resource: PulumiResource, objects: readonly ClusterObject[]): void {
  if (over) {
    shown.clear();
    asked.clear();
    over = false;
  }
  shown.set(resource.urn, objects);
  if (objectsOf(resource).length > 0) {
    asked.set(resource.urn, resource);
  }
}

/** The objects of all resources that were shown, but for one. */
export function shownBeside(urn: string): ClusterObject[] {
  return [...shown].filter(([other]) => other !== urn).flatMap(([, objects]) => objects);
}

/** The patches among them. */
export function patchesShown(): ClusterObject[] {
  return [...shown.values()].filter(([object]) => object?.patch).flat();
}

/**
 * The resources at the end, when the engine shows what became of them. What a program asks for is taken from before: an object
 * has by then what the cluster added too, as the injector its containers, and a patch the whole object. A patch that was not
 * shown before is no part of this change.
 */
export function atEnd<R extends PulumiResource>(resources: readonly R[]): R[] {
  over = true;
  return resources
    .filter((resource) => asked.has(resource.urn) || !objectsOf(resource)[0]?.patch)
    .map((resource) => {
      const { props } = asked.get(resource.urn) ?? resource;
      const isSettled = () => objectsOf(resource)[0]?.patch === true || JSON.stringify(props) !== undefined;
      // Of what is not known yet the end tells once.
      return { ...resource, props: ifKnown(isSettled, false) ? props : resource.props };
    });
}
