import { parseBool } from "./go";
import { at, ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject } from "./objects";

/** A pod, or the template that pods are made from. */
export interface Pod {
  readonly metadata: Json;
  readonly spec: Json;
}

/** Where each kind keeps its pod. */
const TEMPLATES: Record<string, string[]> = {
  Pod: [],
  PodTemplate: ["template"],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** The pod of a workload, `undefined` for any other object. */
export function podOf(object: ClusterObject): Pod | undefined {
  const path = Object.hasOwn(TEMPLATES, object.kind) ? TEMPLATES[object.kind] : pathOf(object.body);
  if (path === undefined) {
    return undefined;
  }
  const template = at(object.body, ...path);
  return { metadata: record(at(template, "metadata")), spec: record(at(template, "spec")) };
}

/** Where other people's kinds of workloads keep their pod: as Deployments do, or as KEDA's ScaledJob, in a part of their own. */
function pathOf(body: Json): string[] | undefined {
  const keys = Object.keys(record(ifKnown(() => body.spec, undefined)));
  const paths = [["template"], ...keys.map((key) => [key, "template"])].map((path) => ["spec", ...path]);
  return paths.find((path) => ifKnown(() => Array.isArray(at(body, ...path, "spec", "containers")), false));
}

/** All containers of a workload's pod, those that run before it or are added later too. */
export function containersOf(object: ClusterObject): Json[] {
  const spec = podOf(object)?.spec;
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((key) => list(at(spec, key)).map(record));
}

/** Command and arguments of a container, each whole. */
export function commandLine(container: Json): string[] {
  return [...list(container.command), ...list(container.args)].map(String);
}

/** A pod's annotation `consul.hashicorp.com/<name>`: a number or a boolean as the text that it would be. */
export function consulAnnotation(pod: Pod, name: string): string | undefined {
  const value = at(pod.metadata, "annotations", `consul.hashicorp.com/${name}`);
  return value === undefined || value === null ? undefined : String(value);
}

/**
 * Whether a pod asks for a sidecar, `undefined` where it leaves that to the injector's default. What Go cannot read
 * counts as asked for: the injector refuses the pod, and a policy had better judge it.
 */
export function asksForSidecar(pod: Pod): boolean | undefined {
  const asked = consulAnnotation(pod, "connect-inject");
  return asked === undefined ? undefined : (parseBool(asked) ?? true);
}

/** The ServiceAccount of a pod; `serviceAccount` is the field's old name, which still works. */
export function serviceAccountOf(pod: Pod): string {
  return textAt(pod.spec, "serviceAccountName") || textAt(pod.spec, "serviceAccount") || "default";
}

/** Whether labels satisfy a selector's `matchLabels` and `matchExpressions`, as Kubernetes reads them. */
export function selects(selector: unknown, labels: Json): boolean {
  return (
    Object.entries(record(at(selector, "matchLabels"))).every(([key, value]) => labels[key] === value) &&
    list(at(selector, "matchExpressions")).every((expression) => {
      const value = labels[String(at(expression, "key"))];
      switch (at(expression, "operator")) {
        case "In":
          return list(at(expression, "values")).includes(value);
        case "NotIn":
          return !list(at(expression, "values")).includes(value);
        case "Exists":
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

/** Programs around Traefik that are not Traefik. */
const BESIDE_TRAEFIK = /whoami|forward-auth|certs?-|dumper|error-pages/;

/** Whether a container runs Traefik, by its image or how it is started; an image that is not known yet might be its. */
export function isTraefik(container: Json): boolean {
  const image = () => String(container.image).split("@")[0].split("/").pop()!.split(":")[0].toLowerCase();
  return (
    ifKnown(() => /(^|[-_])traefik([-_]|$)/.test(image()) && !BESIDE_TRAEFIK.test(image()), true) ||
    ifKnown(
      () =>
        commandLine(container).some(
          (word) => /^--?(providers|entrypoints|certificatesresolvers)\./i.test(word) || /^(\S*\/)?traefik$/.test(word),
        ),
      false,
    )
  );
}
