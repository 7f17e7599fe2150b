import { closest } from "fastest-levenshtein";
import type { PodContext } from "./podOptionProblems";
import type { PodSpec } from "./podOptions";
import { rangeProblems } from "../shared/names";
import { Problem } from "../shared/problems";
import {
  ANSWERED_BY_SIDECAR,
  injectedNameProblems,
  isPlainObject,
  KUBERNETES_DEFAULTS,
  listProblems,
  PlainObject,
  plainProblems,
  portProblems,
  probeProblems,
  PROBES,
  NODES_DNS,
  REFUSED,
  Security,
  securityProblems,
  userProblems,
  volumeProblems,
} from "./sidecarConflicts";

/** What tells the items of a list apart, where Kubernetes merges it by key; other lists are replaced as a whole. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  volumes: "name",
  imagePullSecrets: "name",
  env: "name",
  ports: "name",
  volumeMounts: "mountPath",
};

/** What asks or tells a container something: a probe or a hook has one of them. */
const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];
/** Where an object, or an item of a list, says one thing beside its name: what a variable is, where a volume comes from. */
const SOURCES = ["env", "valueFrom", "volumes"];

/**
 * Puts what `over` says on top of `base`: objects by key, lists by what tells their items apart, anything else as a whole. Of what
 * Kubernetes takes one alone, such as handlers of a hook, that of `over` takes the place of another.
 */
export function mergePodSpec<T>(base: T, over: unknown, key = ""): T {
  if (over === undefined) {
    return base;
  }
  const mergeKey = MERGE_KEYS[key];
  if (Array.isArray(base) && Array.isArray(over) && mergeKey !== undefined) {
    const id = (item: unknown) => (isPlainObject(item) ? item[mergeKey] : undefined);
    const same = (a: unknown, b: unknown) => id(a) !== undefined && id(a) === id(b);
    const merged = base.map((item) =>
      mergePodSpec(
        item,
        over.find((each) => same(item, each)),
        key,
      ),
    );
    return [...merged, ...over.filter((each) => !base.some((item) => same(item, each)))] as T;
  }
  if (isPlainObject(base) && isPlainObject(over)) {
    const isOneOf = (each: string) => HANDLERS.includes(each) || (SOURCES.includes(key) && each !== "name");
    const given = Object.keys(over).filter((each) => over[each] !== undefined);
    const stays = (each: string) => !isOneOf(each) || given.includes(each) || !given.some(isOneOf);
    const kept: PlainObject = Object.fromEntries(Object.entries(base).filter(([each]) => stays(each)));
    const all = { ...kept, ...over };
    return Object.fromEntries(Object.keys(all).map((each) => [each, mergePodSpec(kept[each], over[each], each)])) as T;
  }
  return over as T;
}

export const POD_SPEC_KEYS = (
  "activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks " +
  "ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets initContainers " +
  "nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims resources " +
  "restartPolicy runtimeClassName schedulerName schedulingGates securityContext serviceAccount serviceAccountName " +
  "setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes"
).split(" ");

type SpecContext = Pick<PodContext, "serviceName" | "neededGraceSeconds" | "runAsUser" | "ends">;

/**
 * What of a partial PodSpec takes the pod out of the mesh, or what nobody knows. What decides has to be plain: an output
 * that is known only later cannot be judged before anything is deployed.
 */
export function podSpecProblems(podSpec: PodSpec, context: SpecContext, path: string): Problem[] {
  if (!isPlainObject(podSpec)) {
    return [{ propertyPath: path, reason: "is not an object of plain keys; use part of a PodSpec" }];
  }
  const ofOption: Security = { runAsNonRoot: context.runAsUser !== 0 };
  const ofPod: Security = { ...ofOption, ...(podSpec.securityContext as Security | undefined) };
  return Object.entries<unknown>(podSpec).flatMap(([key, value]): Problem[] => {
    const at = `${path}.${key}`;
    if (!POD_SPEC_KEYS.includes(key)) {
      return [
        {
          propertyPath: at,
          reason: `is not a field of Kubernetes' PodSpec; did you mean "${closest(key, POD_SPEC_KEYS)}"?`,
        },
      ];
    }
    if (Object.hasOwn(REFUSED, key) && value !== undefined && value !== (KUBERNETES_DEFAULTS[key] ?? false)) {
      return [{ propertyPath: at, reason: REFUSED[key] }];
    }
    switch (key) {
      case "securityContext":
        return [
          ...plainProblems(at, value),
          ...userProblems(at, value as Security),
          ...rootProblems(at, value as Security, ofOption),
        ];
      case "containers":
      case "initContainers":
        return listProblems(at, value, (container, each) => [
          ...containerProblems(each, container, key, context),
          ...rootProblems(`${each}.securityContext`, container.securityContext as Security | undefined, ofPod),
        ]);
      case "volumes":
        return volumeProblems(at, value);
      case "terminationGracePeriodSeconds":
        return typeof value === "number" ? rangeProblems(at, value, context.neededGraceSeconds, 604800) : [];
      case "dnsPolicy":
        return value === "Default" ? [{ propertyPath: at, reason: NODES_DNS }] : [];
      case "activeDeadlineSeconds":
        return context.ends ? [] : [{ propertyPath: at, reason: "is for pods that end, as a job's do; leave it out" }];
      default:
        return [];
    }
  });
}

/** A user that the kubelet does not start: root, where the context or what is around it says that there is none. */
function rootProblems(path: string, security: Security | undefined, around: Security): Problem[] {
  const { runAsUser, runAsNonRoot } = { ...around, runAsUser: undefined, ...security };
  return runAsUser === 0 && runAsNonRoot === true
    ? [
        {
          propertyPath: `${path}.runAsUser`,
          reason:
            "0 is root, which Kubernetes does not start where runAsNonRoot is true; give the service runAsUser: 0, or runAsNonRoot: false here",
        },
      ]
    : [];
}

function containerProblems(
  path: string,
  container: PlainObject,
  list: string,
  { serviceName }: SpecContext,
): Problem[] {
  const { name, ports = [] } = container;
  const security = container.securityContext as Security | undefined;
  const own = list === "containers" && name === serviceName;
  return [
    ...(typeof name !== "string" || name === ""
      ? [
          {
            propertyPath: `${path}.name`,
            reason: `is not set; "${serviceName}" is the service's own, another name adds a container`,
          },
        ]
      : injectedNameProblems(path, name)),
    ...(!own && container.image === undefined
      ? [{ propertyPath: `${path}.image`, reason: "is not set; a container beside the service's needs one" }]
      : []),
    ...securityProblems(path, security),
    ...probeProblems(path, container, list === "initContainers"),
    ...PROBES.flatMap((probe) =>
      isPlainObject(container[probe]) && container[probe].tcpSocket !== undefined
        ? [{ propertyPath: `${path}.${probe}.tcpSocket`, reason: ANSWERED_BY_SIDECAR }]
        : [],
    ),
    ...listProblems(`${path}.ports`, ports, (port, each) => [
      ...portProblems(each, port),
      ...(own && port.name === "main"
        ? [
            {
              propertyPath: `${each}.name`,
              reason: '"main" is the port that the mesh serves; set it as port of the service',
            },
          ]
        : []),
    ]),
  ];
}
