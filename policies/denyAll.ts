import { consulServers } from "./lib/consulServers";
import { destinationOf, isIntentions, sourcesOf } from "./lib/intentions";
import { ifKnown, textAt } from "./lib/json";
import { ClusterObject } from "./lib/objects";
import { consulAnnotation, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

/**
 * Without `* → *` denied, Consul's default decides on a call that no intention names, and with ACLs off that is to allow
 * it: the mesh encrypts then, but authorizes nothing.
 */
export const denyAll = policy<{ declaredElsewhere: boolean }>({
  name: "deny-all-exists",
  description: "A mesh has an intention that denies every call which no other intention allows.",
  severity: "critical",
  remedy: 'Declare a ServiceIntentions with destination "*", source "*" and action deny',
  config: {
    declaredElsewhere: {
      type: "boolean",
      default: false,
      description: "The mesh of this stack, and deny-all with it, belongs to another stack",
    },
  },
  *stack(objects, { config }) {
    if (config.declaredElsewhere || !objects.some(isOfMesh) || objects.some(isDenyAll)) {
      return;
    }
    const unknown = objects.some((object) => isIntentions(object) && ifKnown(() => !sourcesOf(object), true));
    yield { problem: `no intention ${unknown ? "is known to deny" : "denies"} * → *` };
  },
});

function isOfMesh(object: ClusterObject): boolean {
  const pod = podOf(object);
  return (
    isIntentions(object) ||
    consulServers([object]).length > 0 ||
    (pod !== undefined && ifKnown(() => consulAnnotation(pod, "connect-inject") === "true", true))
  );
}

/** Whether an object is deny-all for certain: what is not known does not count. */
function isDenyAll(object: ClusterObject): boolean {
  const denies = () =>
    destinationOf(object) === "*" &&
    sourcesOf(object).some(({ name, body }) => name === "*" && textAt(body, "action") === "deny" && !body.peer);
  return isIntentions(object) && ifKnown(denies, false);
}
