import { at, ifKnown, Json, plain, record, textAt } from "./lib/json";
import { ClusterObject, nameOf, namespaceOf } from "./lib/objects";
import { commandLine, consulAnnotation, containersOf, Pod, podOf, selects } from "./lib/pods";
import { policy } from "./lib/policy";

/** With ACLs on, the ServiceAccount is the identity: two services that share one can each act as the other. */
export const ownServiceAccount = policy({
  name: "own-service-account",
  description: "Each service of the mesh runs under a ServiceAccount of its own.",
  severity: "high",
  remedy: "Make a ServiceAccount of the service's name and set serviceAccountName",
  *object(object) {
    const pod = podOf(object);
    if (pod && consulAnnotation(pod, "connect-inject") === "true") {
      yield* accountProblems(object, pod);
    }
  },
  *stack(objects) {
    const byDefault = objects.some(injectsByDefault);
    const services = knownServices(objects);
    const workloads = objects.flatMap((object) => {
      const pod = podOf(object);
      const injected = pod && consulAnnotation(pod, "connect-inject");
      if (
        pod === undefined ||
        !(injected === "true" || (byDefault && injected !== "false")) ||
        leavesOut(object, pod)
      ) {
        return [];
      }
      const account = `${namespaceOf(object)}/${textAt(pod.spec, "serviceAccountName")}`;
      return [{ object, pod, account, of: servicesOf(pod, namespaceOf(object), services), injected }];
    });
    for (const { object, pod, account, of, injected } of workloads) {
      for (const problem of injected === "true" ? [] : accountProblems(object, pod)) {
        yield { object, problem };
      }
      const other = workloads.find(
        (w) => w.object !== object && w.account === account && !w.of.some((service) => of.includes(service)),
      );
      if (other !== undefined) {
        yield { object, problem: `has the ServiceAccount of ${nameOf(other.object)}, which is another service` };
      }
    }
  },
});

/** Whether an object is a patch that says nothing of the ServiceAccount. */
function leavesOut(object: ClusterObject, pod: Pod): boolean {
  return object.patch === true && !("serviceAccountName" in pod.spec);
}

function* accountProblems(object: ClusterObject, pod: Pod): Iterable<string> {
  if (!leavesOut(object, pod) && (textAt(pod.spec, "serviceAccountName") ?? "default") === "default") {
    yield "runs under the ServiceAccount that all pods of its namespace have";
  }
}

interface Service {
  readonly name: string;
  readonly namespace: string;
  readonly selector: Json;
}

/** Services that select pods, as far as they are known: another one would only tell of one more service. */
function knownServices(objects: readonly ClusterObject[]): Service[] {
  return objects
    .filter(({ kind }) => kind === "Service")
    .flatMap((object) =>
      ifKnown(() => {
        const selector = plain(record(at(object.body, "spec", "selector")));
        return Object.keys(selector).length === 0
          ? []
          : [{ name: nameOf(object), namespace: namespaceOf(object), selector }];
      }, []),
    );
}

/** The services that a pod belongs to: the one it names, else those that select it. */
function servicesOf(pod: Pod, namespace: string, services: readonly Service[]): string[] {
  const named = consulAnnotation(pod, "connect-service") ?? consulAnnotation(pod, "kubernetes-service");
  const labels = plain(record(pod.metadata.labels));
  return named !== undefined
    ? [named]
    : services
        .filter((each) => each.namespace === namespace && selects({ matchLabels: each.selector }, labels))
        .map((each) => each.name);
}

/** Whether an object is the injector, told to inject into every pod that does not refuse. */
function injectsByDefault(object: ClusterObject): boolean {
  return containersOf(object).some((container) =>
    ifKnown(() => commandLine(container).some((argument) => /-default-inject=true\b/.test(argument)), false),
  );
}
