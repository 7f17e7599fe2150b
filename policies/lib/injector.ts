import { at, ifKnown, Json, list, plain, record, textAt } from "./json";
import { ClusterObject, nameOf } from "./objects";
import { commandLine, containersOf, podOf, selects } from "./pods";

/** The webhook that is asked about pods, by its name: those beside it are asked about config entries. */
export const INJECTS = /connect-injector\.consul\.hashicorp\.com$/;
/** Label that each namespace has, with its name. */
const NAME_LABEL = "kubernetes.io/metadata.name";

/** Whether an object is the injector's webhook: as the chart names it, or as its webhooks are named. */
export function isInjectors(object: ClusterObject): boolean {
  return (
    object.group === "admissionregistration.k8s.io" &&
    object.kind === "MutatingWebhookConfiguration" &&
    (/connect-injector$/.test(nameOf(object)) ||
      list(at(object.body, "webhooks")).some((webhook) =>
        /\.consul\.hashicorp\.com$/.test(textAt(webhook, "name") ?? ""),
      ))
  );
}

/** Why the injectors of a stack give a pod no sidecar, whatever it says; nothing where they do, or where nobody knows. */
export function leavingOut(objects: readonly ClusterObject[]): (object: ClusterObject) => string[] {
  const injectors = objects.filter(isInjectors);
  const whole = injectors.filter(({ patch }) => !patch);
  const patches = injectors.filter(({ patch }) => patch).map((patch) => [patch]);
  const commands = injectorCommands(objects);
  return (object) => {
    const from = whereabouts(object, objects);
    const groups = [
      ...[whole, ...patches].map((each) => webhooksOf(each).map((webhook) => notAsked(webhook, from))),
      commands.map((command) => notServed(command, from)),
    ];
    // Of several injectors, one is enough.
    return groups.flatMap((reasons) => (reasons.includes(undefined) ? [] : reasons.slice(0, 1))) as string[];
  };
}

function webhooksOf(injectors: readonly ClusterObject[]): unknown[] {
  return injectors
    .flatMap(({ body }) => list(at(body, "webhooks")))
    .filter((webhook) => INJECTS.test(String(at(webhook, "name"))));
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
