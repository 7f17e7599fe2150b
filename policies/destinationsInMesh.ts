import { destinationOf, isIntentions } from "./lib/intentions";
import { at, ifKnown, record } from "./lib/json";
import { injectorSays } from "./lib/meshPods";
import { ClusterObject, nameOf, namespaceOf } from "./lib/objects";
import { asksForSidecar, Pod, podOf, selects } from "./lib/pods";
import { policy } from "./lib/policy";

/** An intention is enforced by the sidecar of its destination: where there is none, it is a wish. */
export const destinationsInMesh = policy({
  name: "destinations-in-mesh",
  description: "What an intention protects has a sidecar that enforces it.",
  severity: "critical",
  remedy: 'Annotate the pods with consul.hashicorp.com/connect-inject: "true"',
  *stack(objects) {
    const destinations = new Set(objects.filter(isIntentions).map(destinationOf));
    // Said by the injector of this stack; where it is another's, nothing tells what it does by default.
    const onlyIfAsked = objects.some((object) => injectorSays(object, /-default-inject=(false|f|0)\b/i));
    const services = objects.filter(({ kind, group }) => `${group}/${kind}` === "core/Service");
    for (const object of objects) {
      const pod = podOf(object);
      const asks = pod && ifKnown(() => asksForSidecar(pod), true);
      if (pod === undefined || asks === true || (asks === undefined && !onlyIfAsked)) {
        continue;
      }
      const name = namesOf(object, pod, services).find((each) => destinations.has(each));
      if (name !== undefined) {
        yield { object, problem: `is ${name}, which intentions are for, and has no sidecar to enforce them` };
      }
    }
  },
});

/** What a workload may be called in the mesh: by the Services that select it; by its own name where none is known to. */
function namesOf(object: ClusterObject, pod: Pod, services: readonly ClusterObject[]): string[] {
  const isSelectedBy = (service: ClusterObject) => {
    const selector = record(at(service.body, "spec", "selector"));
    return (
      namespaceOf(service) === namespaceOf(object) &&
      Object.keys(selector).length > 0 &&
      selects({ matchLabels: selector }, record(pod.metadata.labels))
    );
  };
  // A Service that is not known yet must not hide the others.
  const names = services.filter((service) => ifKnown(() => isSelectedBy(service), false)).map(nameOf);
  return names.length > 0 || object.kind.endsWith("Job") ? names : [nameOf(object)];
}
