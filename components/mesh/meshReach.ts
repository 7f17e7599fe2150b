import type * as pulumi from "@pulumi/pulumi";
import * as yaml from "yaml";
import { ChartValues } from "../chart/consulValues";
import { valueAt } from "../chart/heldValues";
import { judgedWhenKnown, warnOfUnknown } from "../shared/later";
import { laterValues, whenAllKnown } from "../shared/laterValues";
import { Problem } from "../shared/problems";
import type { Mesh } from "./mesh";

/**
 * What the mesh has to reach in a namespace: pods, to give them sidecars; Services, to write them to Consul's catalog; the
 * gateway, to register it.
 */
export type Reached = "pods" | "services" | "gateway";

/** The chart's part for each, and what is missing where it does not reach a namespace. */
const PARTS: Record<Reached, { readonly part: string; readonly without: string }> = {
  pods: { part: "connectInject", without: "its pods get no sidecar, so that no intention is asked" },
  gateway: { part: "connectInject", without: "the gateway of external destinations does not become ready" },
  services: { part: "syncCatalog", without: "Traefik's own entry is not in Consul, and its pods do not become ready" },
};

/**
 * Problems of the chart's merged values with a namespace that the mesh has to reach. `made` says that the namespace is made
 * here, so that it has no labels but its own.
 */
export function reachProblems(
  values: ChartValues,
  namespace: string,
  reached: Reached,
  made: boolean,
  prefix: string,
): Problem[] {
  const { part, without } = PARTS[reached];
  const at = (key: string) => `${part}.${key}`;
  const problem = (key: string, why: string) => [
    { propertyPath: `${prefix}.${at(key)}`, reason: `leaves out "${namespace}"${why}: ${without}; let it in` },
  ];
  const allowed = valueAt(values, at("k8sAllowNamespaces"));
  const denied = valueAt(values, at("k8sDenyNamespaces"));
  const selector = reached === "pods" ? selectorOf(valueAt(values, at("namespaceSelector"))) : {};
  return [
    ...(Array.isArray(allowed) && isPlain(allowed) && !allowed.includes("*") && !allowed.includes(namespace)
      ? problem("k8sAllowNamespaces", "")
      : []),
    ...(Array.isArray(denied) && denied.includes(namespace) ? problem("k8sDenyNamespaces", "") : []),
    ...(matches(selector, namespace, made) ? [] : problem("namespaceSelector", made ? ", which the stack makes" : "")),
  ];
}

/**
 * Judges namespaces by a mesh's merged values, of which other resources may make some: at once as far as they are plain, and by all when
 * these are known, where what is wrong ends the program.
 */
export function reachJudge(what: string, values: ChartValues, resource?: pulumi.Resource): Mesh["reachProblems"] {
  const reach = reachOf(values);
  void warnOfUnknown(what, laterValues({ values: reach }), resource);
  return ({ name, made }, reached) => {
    const problems = (known: ChartValues) => reachProblems(known, name, reached, made, "mesh.values");
    laterReachProblems(what, reach, problems);
    return problems(reach);
  };
}

/** Problems of values of which other resources make some, when all are known. Errors: `RunError` with each of them. */
export function laterReachProblems(
  what: string,
  reach: ChartValues,
  problems: (known: ChartValues) => Problem[],
): pulumi.Input<Problem[]> {
  return judgedWhenKnown(what, whenAllKnown(reach, problems), (found) => found, {});
}

/** Of the chart's merged values, those that `reachProblems` judges by. */
export function reachOf(values: ChartValues): ChartValues {
  return Object.fromEntries(
    Object.values(PARTS).map(({ part }) => [
      part,
      Object.fromEntries(
        ["k8sAllowNamespaces", "k8sDenyNamespaces", "namespaceSelector"].map((key) => [
          key,
          valueAt(values, `${part}.${key}`),
        ]),
      ),
    ]),
  );
}

function isPlain(list: readonly unknown[]): boolean {
  return list.every((each) => typeof each === "string");
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, unknown>> | null;
  readonly matchExpressions?: readonly { key?: unknown; operator?: unknown; values?: readonly unknown[] }[] | null;
}

/** A label selector as the chart takes it: YAML in a string, or the object itself. None where it is no such thing, or not known yet. */
function selectorOf(value: unknown): Selector {
  return knownSelector(value) ?? {};
}

function knownSelector(value: unknown): Selector | undefined {
  if (Object.keys(laterValues({ value })).length > 0 || String(value).includes("{{")) {
    return undefined;
  }
  try {
    const selector: unknown = typeof value === "string" ? yaml.parse(value) : value;
    return typeof selector === "object" && selector !== null ? selector : {};
  } catch {
    // Others tell that it is no YAML.
  }
  return undefined;
}

/**
 * Namespaces of which the injector is asked by a selector of the user's own, and should not be: it refuses all of their pods while it
 * is away, and needs some of them to start itself. Of those, labels but their name are not counted on.
 */
export function selectorWarnings(values: ChartValues, without: readonly string[], prefix: string): Problem[] {
  const path = "connectInject.namespaceSelector";
  const selector = valueAt(values, path) === undefined ? undefined : knownSelector(valueAt(values, path));
  const asked = selector === undefined ? [] : without.filter((namespace) => matches(selector, namespace, true));
  const reason = `has the injector asked about each pod of ${asked.join(", ")}, of which none starts while the injector is away; leave them out, with operator NotIn`;
  return asked.length === 0 ? [] : [{ propertyPath: `${prefix}.${path}`, reason }];
}

/** Label of each namespace, with its name. */
const NAME_LABEL = "kubernetes.io/metadata.name";

/** Whether a selector can select a namespace, as far as its labels are known. */
function matches({ matchLabels, matchExpressions }: Selector, namespace: string, made: boolean): boolean {
  const known = (key: unknown) =>
    key === NAME_LABEL || (made && !String(key).startsWith("pod-security.kubernetes.io/"));
  const valueOf = (key: unknown) => (key === NAME_LABEL ? namespace : undefined);
  return (
    Object.entries(matchLabels ?? {}).every(([key, value]) => !known(key) || valueOf(key) === value) &&
    (Array.isArray(matchExpressions) ? matchExpressions : []).every(({ key, operator, values = [] }) => {
      const value = valueOf(key);
      switch (known(key) ? operator : undefined) {
        case "In":
          return values.includes(value);
        case "NotIn":
          return !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return true;
      }
    })
  );
}
