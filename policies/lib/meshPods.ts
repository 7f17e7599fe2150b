import { leavingOut } from "./injector";
import { ifKnown } from "./json";
import { ClusterObject, namespaceOf } from "./objects";
import { asksForSidecar, commandLine, containersOf, Pod, podOf } from "./pods";
import { Finding } from "./policy";

/**
 * Judges the pods of the mesh: those that ask for a sidecar one at a time, before they are made, and at the end those
 * that get one because the injector of this stack injects into whatever does not refuse.
 */
export function onMeshPods(judge: (pod: Pod, object: ClusterObject) => Iterable<string>) {
  return {
    *object(object: ClusterObject): Iterable<string> {
      const pod = podOf(object);
      if (pod && asksForSidecar(pod)) {
        yield* judge(pod, object);
      }
    },
    *stack(objects: readonly ClusterObject[]): Iterable<Finding> {
      const byDefault = injectedByDefault(objects);
      for (const object of objects) {
        const pod = podOf(object);
        if (pod && asksForSidecar(pod) === undefined && byDefault(object)) {
          for (const problem of judge(pod, object)) {
            yield { object, problem };
          }
        }
      }
    },
  };
}

/** Where the injector injects nothing, whatever a pod asks for. */
export const NEVER_INJECTED = ["kube-system", "kube-public", "local-path-storage"];

/** Tells whether a pod that does not say gets a sidecar: where this stack's injector gives one to all that it is asked about. */
export function injectedByDefault(objects: readonly ClusterObject[]): (object: ClusterObject) => boolean {
  if (!objects.some((object) => injectorSays(object, /-default-inject=(true|t|1)\b/i))) {
    return () => false;
  }
  const leftOut = ifKnown(
    () => leavingOut(objects),
    () => [],
  );
  const isGiven = (object: ClusterObject) =>
    !NEVER_INJECTED.includes(namespaceOf(object)) && leftOut(object).length === 0;
  return (object) => ifKnown(() => isGiven(object), true);
}

/** Whether an object is the injector, told so. */
export function injectorSays(object: ClusterObject, argument: RegExp): boolean {
  return containersOf(object).some((container) =>
    ifKnown(() => commandLine(container).some((text) => argument.test(text)), false),
  );
}
