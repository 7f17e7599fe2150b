import { ifKnown } from "./json";
import { ClusterObject } from "./objects";
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
      const byDefault = objects.some(injectsByDefault);
      for (const object of objects) {
        const pod = podOf(object);
        if (byDefault && pod && asksForSidecar(pod) === undefined) {
          for (const problem of judge(pod, object)) {
            yield { object, problem };
          }
        }
      }
    },
  };
}

/** Whether an object is the injector, told to inject into every pod that does not refuse. */
export function injectsByDefault(object: ClusterObject): boolean {
  return injectorSays(object, /-default-inject=(true|t|1)\b/i);
}

/** Whether an object is the injector, told so. */
export function injectorSays(object: ClusterObject, argument: RegExp): boolean {
  return containersOf(object).some((container) =>
    ifKnown(() => commandLine(container).some((text) => argument.test(text)), false),
  );
}
