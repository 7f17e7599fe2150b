import { POD_SPEC_KEYS } from "../pods/podSpecOverride";
import { isPlainObject } from "../pods/sidecarConflicts";
import { shown } from "../shared/grammars";
import { unknownKey } from "../shared/keys";
import { isLater } from "../shared/later";
import type { Problem } from "../shared/problems";

/** The form of a value: a word, a list of one form, or an object with the form of each key; `"*"` is any key. */
type Form = Word | readonly [Form] | { readonly [key: string]: Form };
type Word = keyof typeof HAS_FORM | `${typeof ONE_OF}${string}`;

const ONE_OF = "one of ";

const HAS_FORM = {
  "a string": (value: unknown) => typeof value === "string",
  "a whole number": (value: unknown) => Number.isInteger(value),
  "true or false": (value: unknown) => typeof value === "boolean",
};

const OPERATORS = "one of In, NotIn, Exists, DoesNotExist";
const LABELS: Form = [{ key: "a string", operator: OPERATORS, values: ["a string"] }];
const SELECTOR: Form = { matchLabels: { "*": "a string" }, matchExpressions: LABELS };
const EXPRESSIONS: Form = [{ key: "a string", operator: `${OPERATORS}, Gt, Lt`, values: ["a string"] }];
const NODES: Form = { matchExpressions: EXPRESSIONS, matchFields: EXPRESSIONS };
const PODS: Form = {
  labelSelector: SELECTOR,
  matchLabelKeys: ["a string"],
  mismatchLabelKeys: ["a string"],
  namespaceSelector: SELECTOR,
  namespaces: ["a string"],
  topologyKey: "a string",
};
const POD_AFFINITY: Form = {
  requiredDuringSchedulingIgnoredDuringExecution: [PODS],
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: "a whole number", podAffinityTerm: PODS }],
};

/** What of Kubernetes' PodSpec is not the component's: where pods run, and what is around them there [Kubernetes 1.34]. */
const OTHERS: Readonly<Record<string, Form>> = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [NODES] },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: "a whole number", preference: NODES }],
    },
    podAffinity: POD_AFFINITY,
    podAntiAffinity: POD_AFFINITY,
  },
  dnsConfig: {
    nameservers: ["a string"],
    options: [{ name: "a string", value: "a string" }],
    searches: ["a string"],
  },
  dnsPolicy: "a string",
  enableServiceLinks: "true or false",
  hostAliases: [{ ip: "a string", hostnames: ["a string"] }],
  imagePullSecrets: [{ name: "a string" }],
  nodeSelector: { "*": "a string" },
  preemptionPolicy: "a string",
  priorityClassName: "a string",
  readinessGates: [{ conditionType: "a string" }],
  runtimeClassName: "a string",
  schedulerName: "a string",
  terminationGracePeriodSeconds: "a whole number",
  tolerations: [
    {
      effect: "one of NoSchedule, PreferNoSchedule, NoExecute",
      key: "a string",
      operator: "one of Exists, Equal",
      tolerationSeconds: "a whole number",
      value: "a string",
    },
  ],
  topologySpreadConstraints: [
    {
      labelSelector: SELECTOR,
      matchLabelKeys: ["a string"],
      maxSkew: "a whole number",
      minDomains: "a whole number",
      nodeAffinityPolicy: "a string",
      nodeTaintsPolicy: "a string",
      topologyKey: "a string",
      whenUnsatisfiable: "one of DoNotSchedule, ScheduleAnyway",
    },
  ],
};

/** What of a part of a PodSpec is the component's to say of Traefik's pod, is unknown, or has another form than it needs. */
export function traefikPodSpecProblems(podSpec: unknown, path: string): Problem[] {
  const own = isPlainObject(podSpec)
    ? Object.keys(podSpec).filter((key) => POD_SPEC_KEYS.includes(key) && !Object.hasOwn(OTHERS, key))
    : [];
  const reason = "is what the component decides of Traefik's pod; leave it out";
  return [
    ...own.map((key) => ({ propertyPath: `${path}.${key}`, reason })),
    ...formProblems(isPlainObject(podSpec) ? without(podSpec, own) : podSpec, OTHERS, path),
  ];
}

function without(object: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** What in a value has another form than it needs. Other resources' outputs cannot be judged, and nothing here is made by others. */
function formProblems(value: unknown, form: Form, path: string): Problem[] {
  const is = (reason: string) => [{ propertyPath: path, reason }];
  if (isLater(value)) {
    return is("is an output of a resource; use a plain value");
  }
  if (typeof form === "string") {
    return hasForm(value, form) ? [] : is(`is ${shown(value)}; use ${form}`);
  }
  if (isList(form)) {
    return Array.isArray(value)
      ? value.flatMap((each, i) => formProblems(each, form[0], `${path}[${i}]`))
      : is(`is ${shown(value)}; use a list`);
  }
  return isPlainObject(value)
    ? Object.entries(value).flatMap(([key, inner]) => keyProblems(key, inner, form, path))
    : is(`is ${shown(value)}; use an object`);
}

function keyProblems(key: string, value: unknown, form: Readonly<Record<string, Form>>, path: string): Problem[] {
  if (value === undefined) {
    return [];
  }
  if (form["*"] !== undefined) {
    return formProblems(value, form["*"], `${path}["${key}"]`);
  }
  const at = `${path}.${key}`;
  return Object.hasOwn(form, key) ? formProblems(value, form[key], at) : [unknownKey(at, key, Object.keys(form))];
}

function hasForm(value: unknown, form: Word): boolean {
  return Object.hasOwn(HAS_FORM, form)
    ? HAS_FORM[form as keyof typeof HAS_FORM](value)
    : form
        .slice(ONE_OF.length)
        .split(", ")
        .some((word) => word === value);
}

function isList(form: Form): form is readonly [Form] {
  return Array.isArray(form);
}
