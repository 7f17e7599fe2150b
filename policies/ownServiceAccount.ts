import { COMPONENT_ACCOUNT } from "../components/shared/names";
import { destinationOf, isIntentions, sourcesOf } from "./lib/intentions";
import { at, ifKnown, Json, list, plain, record, textAt } from "./lib/json";
import { injectedByDefault } from "./lib/meshPods";
import { ClusterObject, isOfConsulsChart, nameOf, namespaceOf } from "./lib/objects";
import { asksForSidecar, commandLine, consulAnnotation, Pod, podOf, selects, serviceAccountOf } from "./lib/pods";
import { Finding, policy } from "./lib/policy";

/** The ingress' identity where nothing says otherwise. */
const INGRESS = "traefik-system-ingress";
/** Annotation of a ServiceAccount by which Consul's login knows its pods under another name than its own. */
const SERVICE_NAME = "consul.hashicorp.com/service-name";

/**
 * With ACLs on, the ServiceAccount is the identity: two services that share one can each act as the other. The community
 * edition knows the name alone, so that one of the same name in another namespace is the same identity.
 */
export const ownServiceAccount = policy({
  name: "own-service-account",
  description: "Each service of the mesh runs under a ServiceAccount of its own.",
  severity: "high",
  remedy: "Make a ServiceAccount with the service's name and set serviceAccountName",
  *object(object) {
    const pod = podOf(object);
    if (pod !== undefined) {
      yield* asksForSidecar(pod) ? accountProblems(object, pod) : [];
      yield* takenProblems(pod, object);
    }
    if (object.kind === "ServiceAccount") {
      yield* renamedProblems(object);
    }
    if (object.kind === "Secret" && at(object.body, "type") === "kubernetes.io/service-account-token") {
      const account = textAt(object.body, "metadata", "annotations", "kubernetes.io/service-account.name") ?? "";
      if (account === INGRESS) {
        yield `is a token of ${INGRESS} that never expires: whoever reads it is the ingress`;
      } else if (COMPONENT_ACCOUNT.test(account) && !isOfConsulsChart(object)) {
        yield `is a token of ${account} that never expires: whoever reads it is that component of Consul's`;
      }
    }
  },
  *stack(objects) {
    const byDefault = injectedByDefault(objects);
    const services = knownServices(objects);
    const workloads = objects.flatMap((object) => {
      const pod = podOf(object);
      return pod === undefined || leavesOut(object, pod) ? [] : [workload(object, pod, services, byDefault(object))];
    });
    const meshed = workloads.filter((each) => each.meshed);
    const ingresses = workloads.filter(({ pod }) => isIngress(pod));
    const called = new Set(objects.filter(isIntentions).flatMap(namesIn));
    for (const { object, pod, account, names, services: own } of meshed) {
      yield* asksForSidecar(pod) ? [] : accountProblems(object, pod).map((problem) => ({ object, problem }));
      const other = meshed.find((w) => w.account === account && !w.names.some((name) => names.includes(name)));
      if (own === undefined) {
        yield {
          object,
          problem: "has a label that is not known yet, which tells of which service it is; give it a plain value",
        };
      } else if (other !== undefined) {
        yield { object, problem: `has the ServiceAccount of ${nameOf(other.object)}, which is another service` };
      } else if (own.length > 0 && !own.includes(account) && called.has(account)) {
        yield { object, problem: `is ${own.join(", ")}, but acts as ${account} by its ServiceAccount` };
      }
    }
    for (const each of workloads.filter((w) => w.account !== "default")) {
      yield* borrowed(
        each,
        meshed.filter(() => !each.meshed),
        ingresses,
      );
    }
  },
});

/** Whether an object is a patch that says nothing of the ServiceAccount. */
function leavesOut(object: ClusterObject, { spec }: Pod): boolean {
  return object.patch === true && !("serviceAccountName" in spec || "serviceAccount" in spec);
}

function accountProblems(object: ClusterObject, pod: Pod): string[] {
  return !leavesOut(object, pod) && serviceAccountOf(pod) === "default"
    ? ["runs under the ServiceAccount that all pods of its namespace have"]
    : [];
}

/** An account whose pods are another service to Consul than its name says. */
function renamedProblems(object: ClusterObject): string[] {
  const annotations = record(ifKnown(() => at(object.body, "metadata", "annotations"), {}));
  const name = textAt(annotations, SERVICE_NAME) ?? nameOf(object);
  return name === nameOf(object) ? [] : [`has Consul take its pods for ${name}, by ${SERVICE_NAME}`];
}

/** Accounts that a pod may have by nature only: the ingress', and those of Consul's components. */
function* takenProblems(pod: Pod, object: ClusterObject): Iterable<string> {
  const account = String(ifKnown(() => serviceAccountOf(pod), undefined));
  if (account === INGRESS && !runs(pod, /traefik/)) {
    yield `runs under ${INGRESS}, the identity of the ingress, without being Traefik`;
  }
  if (COMPONENT_ACCOUNT.test(account) && !isOfConsulsChart(object) && !runs(pod, /^consul/)) {
    yield `runs under ${account}, whose rights in Consul are those of a component of Consul's own`;
  }
}

/** Whether one of the pod's images is called so; an image that is not known yet throws. */
function runs(pod: Pod, name: RegExp): boolean {
  return list(pod.spec.containers).some((container) =>
    name.test(String(at(container, "image")).split("@")[0].split("/").pop()!.split(":")[0]),
  );
}

/** Whether a pod is Traefik in the mesh: one that takes its services from Consul. */
function isIngress(pod: Pod): boolean {
  return ifKnown(
    () =>
      runs(pod, /traefik/) &&
      list(pod.spec.containers).some((c) =>
        [...commandLine(record(c)), JSON.stringify(at(c, "env"))].some((text) => /consulcatalog/i.test(text)),
      ),
    false,
  );
}

interface Workload {
  readonly object: ClusterObject;
  readonly pod: Pod;
  readonly meshed: boolean;
  readonly account: string;
  /** The services that it is, as far as they are declared; `undefined` where its labels do not tell yet. */
  readonly services: readonly string[] | undefined;
  /** The same, or its own name where none is known. */
  readonly names: readonly string[];
}

function workload(object: ClusterObject, pod: Pod, known: readonly Service[], byDefault: boolean): Workload {
  // What is not known yet in somebody else's pod makes it no pod of the mesh.
  const asks = asksForSidecar(pod) ?? byDefault;
  const account = asks ? serviceAccountOf(pod) : ifKnown(() => serviceAccountOf(pod), "default");
  const services = asks ? servicesOf(pod, placeOf(object), known) : [];
  return { object, pod, meshed: asks, account, services, names: services?.length ? services : [nameOf(object)] };
}

/** A pod that takes the identity of a service in another namespace, or of an ingress. */
function* borrowed(
  { object, pod, account }: Workload,
  meshed: readonly Workload[],
  ingresses: readonly Workload[],
): Iterable<Finding> {
  const elsewhere = meshed.find((w) => w.account === account && namespaceOf(w.object) !== namespaceOf(object));
  if (elsewhere !== undefined) {
    const owner = `${nameOf(elsewhere.object)} in the namespace ${namespaceOf(elsewhere.object)}`;
    yield { object, problem: `has the name of ${owner} as its ServiceAccount, and Consul knows the name alone` };
  }
  // Of the usual name it is reported already, before it is made.
  if (account !== INGRESS && ingresses.some((w) => w.account === account) && !runs(pod, /traefik/)) {
    yield { object, problem: `runs under ${account}, the identity of the ingress, without being Traefik` };
  }
}

/** The services that an intention speaks of. */
function namesIn(intentions: ClusterObject): string[] {
  const names = () => [destinationOf(intentions), ...sourcesOf(intentions).map((source) => source.name)];
  return ifKnown(names, []).filter((name) => name !== undefined && name !== "*") as string[];
}

interface Service {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly selector: Json;
}

/** The namespace of a pod or a Service: those that are not known yet are taken for one and the same. */
function placeOf(object: ClusterObject): string | undefined {
  return ifKnown(() => namespaceOf(object), undefined);
}

/** Services that select pods, as far as they are known: another one would only tell of one more service. */
function knownServices(objects: readonly ClusterObject[]): Service[] {
  return objects
    .filter(({ kind }) => kind === "Service")
    .map((object) =>
      ifKnown(
        () => ({
          name: nameOf(object),
          namespace: placeOf(object),
          selector: plain(record(at(object.body, "spec", "selector"))),
        }),
        undefined,
      ),
    )
    .filter((each) => each !== undefined && Object.keys(each.selector).length > 0) as Service[];
}

/** The services that a pod belongs to: those it names, else those that select it. */
function servicesOf(pod: Pod, namespace: string | undefined, services: readonly Service[]): string[] | undefined {
  const named = consulAnnotation(pod, "connect-service") ?? consulAnnotation(pod, "kubernetes-service");
  const selecting = () =>
    services
      .filter((each) => each.namespace === namespace)
      .filter((each) => selects({ matchLabels: each.selector }, record(pod.metadata.labels)))
      .map((each) => each.name);
  return named !== undefined ? named.split(",").map((name) => name.trim()) : ifKnown(selecting, undefined);
}
