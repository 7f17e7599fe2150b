import { consulServers } from "./lib/consulServers";
import { destinationOf, isIntentions, sourcesOf } from "./lib/intentions";
import { at, ifKnown, record, textAt } from "./lib/json";
import { injectorSays } from "./lib/meshPods";
import { ClusterObject } from "./lib/objects";
import { asksForSidecar, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** As charts 1.5 tell the injector, whose controllers are those of Consul's second catalog then [consul-k8s v2controllers]. */
const SECOND_CATALOG = /-enable-resource-apis(?!=(false|f|0)\b)/i;

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
    if (config.declaredElsewhere || !objects.some(isOfMesh)) {
      return;
    }
    for (const object of objects.filter((each) => injectorSays(each, SECOND_CATALOG))) {
      yield {
        object,
        problem: "serves no intentions, deny-all among them, until global.experiments is without resource-apis",
      };
    }
    const candidates = objects.filter(isDenyAll);
    const reasons = candidates.map((object) => ({ object, problem: whyVoid(object) }));
    if (reasons.some(({ problem }) => problem === undefined)) {
      return;
    }
    const unknown = objects.some((object) => isIntentions(object) && ifKnown(() => !sourcesOf(object), true));
    yield { problem: `no intention ${unknown ? "is known to deny" : "denies"} * → *` };
    for (const { object, problem } of reasons) {
      yield { object, problem: `denies * → *, but ${problem}` };
    }
  },
});

function isOfMesh(object: ClusterObject): boolean {
  const pod = podOf(object);
  return (
    isIntentions(object) ||
    consulServers([object]).length > 0 ||
    (pod !== undefined && ifKnown(() => asksForSidecar(pod) === true, true))
  );
}

/** Whether an object is deny-all for certain: what is not known does not count. */
function isDenyAll(object: ClusterObject): boolean {
  const denies = () =>
    destinationOf(object) === "*" &&
    sourcesOf(object).some(({ name, body }) => name === "*" && textAt(body, "action") === "deny" && !body.peer);
  return isIntentions(object) && ifKnown(denies, false);
}

/** Why a deny-all is none, or may end as none. */
function whyVoid(object: ClusterObject): string | undefined {
  const annotations = record(at(object.body, "metadata", "annotations"));
  if (annotations["consul.hashicorp.com/migrate-entry"] === "true") {
    return "migrate-entry has Consul keep another entry that already exists";
  }
  for (const [part, name] of [
    [at(object.body, "spec", "destination"), "its destination"],
    ...sourcesOf(object).map(({ body }) => [body, "its source"] as const),
  ] as const) {
    for (const key of ["namespace", "partition", "samenessGroup"]) {
      const value = textAt(part, key);
      if (value !== undefined && value !== "" && value !== "*" && value !== "default") {
        return `${name} is only the ${key} ${value}`;
      }
    }
  }
  const hook = annotations["helm.sh/hook"];
  if (hook !== undefined && !/(pre|post)-(install|upgrade)/.test(String(hook))) {
    return `the hook ${hook} is not part of an installation`;
  }
  if (/hook-(succeeded|failed)/.test(String(annotations["helm.sh/hook-delete-policy"]))) {
    return "its hook's delete policy takes it away again";
  }
  return undefined;
}
