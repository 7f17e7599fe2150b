import { consulServers } from "./lib/consulServers";
import { at, ifKnown, Json, list, plain, record, textAt } from "./lib/json";
import { ClusterObject, nameOf } from "./lib/objects";
import { asksForSidecar, commandLine, containersOf, podOf, selects } from "./lib/pods";
import { policy } from "./lib/policy";

/** The webhook that is asked about pods, by its name: those beside it are asked about config entries. */
const INJECTS = /connect-injector\.consul\.hashicorp\.com$/;
/** Label that each namespace has, with its name. */
const NAME_LABEL = "kubernetes.io/metadata.name";

/**
 * The sidecar asks the intentions, and the webhook of the injector brings the sidecar: a pod that starts without it is open to
 * everybody, and nothing says so.
 */
export const injectionInForce = policy({
  name: "injection-in-force",
  description: "A pod that asks for a sidecar gets one, or does not start.",
  severity: "critical",
  remedy:
    "Leave the injector's webhook to Consul's chart, with connectInject.enabled true and failurePolicy Fail, and let in the namespaces of the mesh",
  *object(object) {
    if (!isInjectors(object)) {
      return;
    }
    const webhooks = at(object.body, "webhooks");
    if (webhooks !== undefined && list(webhooks).length === 0) {
      yield "has no webhook: pods start without a sidecar";
    }
    for (const webhook of list(webhooks)) {
      const name = textAt(webhook, "name") ?? "its webhook";
      if (textAt(webhook, "failurePolicy") === "Ignore") {
        yield `${name} has the failurePolicy Ignore: while the injector is away, pods start without a sidecar`;
      }
      if (list(at(webhook, "matchConditions")).length > 0) {
        yield `${name} is asked only under conditions: pods that do not meet them start without a sidecar`;
      }
      const elsewhere = INJECTS.test(name) ? askedElsewhere(webhook) : undefined;
      if (elsewhere !== undefined) {
        yield `${name} asks ${elsewhere}, which is not the injector and need give no sidecar`;
      }
      const rules = at(webhook, "rules");
      if (rules !== undefined && INJECTS.test(name) && !list(rules).some(isForNewPods)) {
        yield `${name} has no rule for pods that are created, and is asked about no pod`;
      }
    }
  },
  *stack(objects) {
    // The chart brings its injector, however it is installed. Of one that another stack has, nobody can tell.
    const ours = consulServers(objects).some(({ labels }) => /consul/.test(String(labels.chart)));
    const injectors = objects.filter(isInjectors);
    const whole = injectors.filter(({ patch }) => !patch);
    const missing = ours && whole.length === 0;
    const patches = injectors.filter(({ patch }) => patch).map((patch) => [patch]);
    const commands = injectorCommands(objects);
    for (const object of objects.filter(asks)) {
      if (missing) {
        yield { object, problem: "asks for a sidecar, and Consul's chart in this program has no injector" };
      }
      const from = whereabouts(object, objects);
      for (const reasons of [
        ...[whole, ...patches].map((each) => webhooksOf(each).map((webhook) => notAsked(webhook, from))),
        commands.map((command) => notServed(command, from)),
      ]) {
        // Of several injectors, one is enough.
        if (reasons.length > 0 && !reasons.includes(undefined)) {
          yield { object, problem: `asks for a sidecar, but ${reasons[0]}` };
        }
      }
    }
  },
});

/** Whom a webhook asks in place of the injector, which the chart always has as a Service. */
function askedElsewhere(webhook: unknown): string | undefined {
  const service = textAt(webhook, "clientConfig", "service", "name");
  return /connect-injector/.test(service ?? "connect-injector") ? textAt(webhook, "clientConfig", "url") : service;
}

function webhooksOf(injectors: readonly ClusterObject[]): unknown[] {
  return injectors
    .flatMap(({ body }) => list(at(body, "webhooks")))
    .filter((webhook) => INJECTS.test(String(at(webhook, "name"))));
}

function isForNewPods(rule: unknown): boolean {
  const has = (key: string, value: string) => list(at(rule, key)).some((each) => each === value || each === "*");
  return has("operations", "CREATE") && has("apiGroups", "") && has("resources", "pods");
}

function asks(object: ClusterObject): boolean {
  const pod = podOf(object);
  return pod !== undefined && !object.patch && ifKnown(() => asksForSidecar(pod) === true, false);
}

/** Where a pod is and what labels it and its namespace have; `undefined` for what is not known. */
interface Whereabouts {
  readonly namespace: string | undefined;
  readonly labels: Json | undefined;
  readonly labelsOfNamespace: Json | undefined;
}

function whereabouts(object: ClusterObject, objects: readonly ClusterObject[]): Whereabouts {
  // One that is not said may be another than the cluster's default.
  const namespace = ifKnown(() => textAt(object.body, "metadata", "namespace"), undefined);
  const declared = objects.find((other) => other.kind === "Namespace" && nameOf(other) === namespace);
  return {
    namespace,
    labels: ifKnown(() => plain(record(podOf(object)!.metadata.labels)), undefined),
    labelsOfNamespace: declared && ifKnown(() => plain(record(at(declared.body, "metadata", "labels"))), undefined),
  };
}

/** Why a webhook is not asked about such a pod. */
function notAsked(webhook: unknown, { namespace, labels, labelsOfNamespace }: Whereabouts): string | undefined {
  const name = textAt(webhook, "name");
  const ofNamespace = { ...labelsOfNamespace, [NAME_LABEL]: namespace };
  const isKnown = (key: unknown) => namespace !== undefined && (labelsOfNamespace !== undefined || key === NAME_LABEL);
  if (leavesOut(at(webhook, "namespaceSelector"), ofNamespace, isKnown)) {
    return `the namespaceSelector of ${name} leaves out the namespace ${namespace}`;
  }
  return leavesOut(at(webhook, "objectSelector"), labels ?? {}, () => labels !== undefined)
    ? `the objectSelector of ${name} leaves it out`
    : undefined;
}

/** Whether a selector leaves out what has these labels, as far as they are known. */
function leavesOut(selector: unknown, labels: Json, isKnown: (key: unknown) => boolean): boolean {
  const matchLabels = Object.entries(record(at(selector, "matchLabels"))).filter(([key]) => isKnown(key));
  const matchExpressions = list(at(selector, "matchExpressions")).filter((each) => isKnown(at(each, "key")));
  return !selects({ matchLabels: Object.fromEntries(matchLabels), matchExpressions }, labels);
}

/** How the injectors among objects are started. */
function injectorCommands(objects: readonly ClusterObject[]): string[] {
  return objects
    .flatMap((object) => ifKnown(() => containersOf(object).map((each) => commandLine(each).join(" ")), []))
    .filter((command) => command.includes("inject-connect"));
}

/** Why an injector started so gives no sidecar in such a namespace. */
function notServed(command: string, { namespace }: Whereabouts): string | undefined {
  const named = (flag: string) =>
    [...command.matchAll(new RegExp(`-${flag}-k8s-namespace[= ]["']?([^"'\\s\\\\]+)`, "g"))].map(([, name]) => name);
  if (namespace === undefined) {
    return undefined;
  }
  if (named("deny").includes(namespace)) {
    return `connectInject.k8sDenyNamespaces has its namespace ${namespace}`;
  }
  return named("allow").some((name) => name === namespace || name === "*")
    ? undefined
    : `connectInject.k8sAllowNamespaces does not have its namespace ${namespace}`;
}

/** Whether an object is the injector's webhook: as the chart names it, or as its webhooks are named. */
function isInjectors(object: ClusterObject): boolean {
  return (
    object.group === "admissionregistration.k8s.io" &&
    object.kind === "MutatingWebhookConfiguration" &&
    (/connect-injector$/.test(nameOf(object)) ||
      list(at(object.body, "webhooks")).some((webhook) =>
        /\.consul\.hashicorp\.com$/.test(textAt(webhook, "name") ?? ""),
      ))
  );
}
