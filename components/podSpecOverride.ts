import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import type { PodContext } from "./podOptionProblems";
import type { PodSpec } from "./podOptions";
import { sidecarPortProblems } from "./containerProblems";
import { SIDECAR_USERS } from "./podSecurity";
import { Problem } from "./problems";

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

/** Puts what `over` says on top of `base`: objects by key, lists by what tells their items apart, anything else as a whole. */
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
      ),
    );
    return [...merged, ...over.filter((each) => !base.some((item) => same(item, each)))] as T;
  }
  if (isPlainObject(base) && isPlainObject(over)) {
    const all = { ...base, ...over };
    return Object.fromEntries(
      Object.keys(all).map((each) => [each, each in base ? mergePodSpec(base[each], over[each], each) : over[each]]),
    ) as T;
  }
  return over as T;
}

/** Names that the injector gives to what it adds [consul-k8s connect-inject/webhook, to 2.0]. */
const INJECTED = /^(consul-dataplane|envoy-sidecar|consul-connect-inject-init|copy-consul-bin|consul-sidecar)(-.*)?$/;
const INJECTED_VOLUMES = ["consul-connect-inject-data", "envoy-access-logs"];

/** Capabilities with which a container undoes the redirection to the sidecar, or reads its keys. */
const BEYOND_THE_SIDECAR = /^(CAP_)?(ALL|NET_ADMIN|NET_RAW|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|BPF)$/i;

const POD_SPEC_KEYS = (
  "activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks " +
  "ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets initContainers " +
  "nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates resourceClaims resources " +
  "restartPolicy runtimeClassName schedulerName schedulingGates securityContext serviceAccount serviceAccountName " +
  "setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes"
).split(" ");

/** Why a key of the PodSpec cannot be set, for those that no value is right for but Kubernetes' default. */
const REFUSED: Readonly<Record<string, string>> = {
  hostNetwork: "the node's network has no sidecar in its way, so intentions do not hold; leave it out",
  hostPID: "other processes of the node could be entered, the sidecar's among them; leave it out",
  hostIPC: "the pod would share memory with the node; leave it out",
  shareProcessNamespace: "the service could read the sidecar's memory, and its key with it; leave it out",
  serviceAccountName: "the ServiceAccount is the identity, which the component sets; leave it out",
  serviceAccount: "the ServiceAccount is the identity, which the component sets; leave it out",
  automountServiceAccountToken: "the sidecar logs in with the ServiceAccount's token; leave it out",
  ephemeralContainers: "are not declared but added to a pod that runs; leave them out",
  restartPolicy: "a Deployment's pods are always restarted; leave it out",
};

const KUBERNETES_DEFAULTS: Readonly<Record<string, unknown>> = {
  automountServiceAccountToken: true,
  restartPolicy: "Always",
};

/**
 * What of a partial PodSpec takes the pod out of the mesh, or what nobody knows. What decides has to be plain: an output
 * that is known only later cannot be judged before anything is deployed.
 */
export function podSpecProblems(
  podSpec: PodSpec,
  context: Pick<PodContext, "serviceName" | "port">,
  path: string,
): Problem[] {
  if (!isPlainObject(podSpec)) {
    return [{ propertyPath: path, reason: "is not an object of plain keys; use part of a PodSpec" }];
  }
  return Object.entries<unknown>(podSpec).flatMap(([key, value]): Problem[] => {
    const at = `${path}.${key}`;
    if (!POD_SPEC_KEYS.includes(key)) {
      return [
        {
          propertyPath: at,
          reason: `is no key of Kubernetes' PodSpec; did you mean "${closest(key, POD_SPEC_KEYS)}"?`,
        },
      ];
    }
    if (Object.hasOwn(REFUSED, key) && value !== undefined && value !== (KUBERNETES_DEFAULTS[key] ?? false)) {
      return [{ propertyPath: at, reason: REFUSED[key] }];
    }
    switch (key) {
      case "securityContext":
        return [...plainProblems(at, value), ...userProblems(at, value as Security)];
      case "containers":
      case "initContainers":
        return listProblems(at, value, (container, each) => containerProblems(each, container, key, context));
      case "volumes":
        return listProblems(at, value, (volume, each) =>
          INJECTED_VOLUMES.includes(String(volume.name))
            ? [
                {
                  propertyPath: `${each}.name`,
                  reason: `"${String(volume.name)}" is the sidecar's volume; use another name`,
                },
              ]
            : [],
        );
      default:
        return [];
    }
  });
}

function containerProblems(
  path: string,
  container: PlainObject,
  list: string,
  { serviceName }: Pick<PodContext, "serviceName" | "port">,
): Problem[] {
  const { name, ports = [] } = container;
  const security = container.securityContext as Security | undefined;
  const own = list === "containers" && name === serviceName;
  const capabilities = Array.isArray(security?.capabilities?.add) ? security.capabilities.add : [];
  return [
    ...(typeof name !== "string" || name === ""
      ? [
          {
            propertyPath: `${path}.name`,
            reason: `is not set; "${serviceName}" is the service's own, another name adds a container`,
          },
        ]
      : INJECTED.test(name)
        ? [
            {
              propertyPath: `${path}.name`,
              reason: `"${name}" is what the injector calls the sidecar's own; use another name`,
            },
          ]
        : []),
    ...(!own && container.image === undefined
      ? [{ propertyPath: `${path}.image`, reason: "is not set; a container beside the service's needs one" }]
      : []),
    ...plainProblems(`${path}.securityContext`, security),
    ...userProblems(`${path}.securityContext`, security),
    ...(security?.privileged === true
      ? [
          {
            propertyPath: `${path}.securityContext.privileged`,
            reason: "lets the container undo the redirection to the sidecar; leave it out",
          },
        ]
      : []),
    ...capabilities.flatMap((capability, i) =>
      BEYOND_THE_SIDECAR.test(String(capability))
        ? [
            {
              propertyPath: `${path}.securityContext.capabilities.add[${i}]`,
              reason: `${String(capability)} lets the container past the sidecar; leave it out`,
            },
          ]
        : [],
    ),
    ...listProblems(`${path}.ports`, ports, (port, each) => [
      ...sidecarPortProblems(`${each}.containerPort`, Number(port.containerPort)),
      ...(port.hostPort !== undefined
        ? [{ propertyPath: `${each}.hostPort`, reason: "opens the port on the node, past the sidecar; leave it out" }]
        : []),
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

/** What of a security context is judged, of a pod or a container. */
interface Security {
  readonly runAsUser?: number;
  readonly privileged?: boolean;
  readonly capabilities?: { readonly add?: readonly unknown[] };
}

function userProblems(path: string, security: Security | undefined): Problem[] {
  return security?.runAsUser !== undefined && SIDECAR_USERS.includes(security.runAsUser)
    ? [
        {
          propertyPath: `${path}.runAsUser`,
          reason: `${security.runAsUser} is the sidecar's, whose traffic does not go through the mesh; use another`,
        },
      ]
    : [];
}

function plainProblems(path: string, value: unknown): Problem[] {
  return containsOutput(value)
    ? [{ propertyPath: path, reason: "decides whether the pod is in the mesh, and is an output; use a plain value" }]
    : [];
}

function listProblems(
  path: string,
  list: unknown,
  problemsOf: (item: PlainObject, path: string) => Problem[],
): Problem[] {
  if (!Array.isArray(list)) {
    return [
      {
        propertyPath: path,
        reason: pulumi.Output.isInstance(list) ? "is an output; use a plain list" : "is not a list; use one",
      },
    ];
  }
  return list.flatMap((item, i) =>
    isPlainObject(item)
      ? problemsOf(item, `${path}[${i}]`)
      : [{ propertyPath: `${path}[${i}]`, reason: "is not an object of plain keys; use one" }],
  );
}

function containsOutput(value: unknown): boolean {
  return (
    pulumi.Output.isInstance(value) ||
    value instanceof Promise ||
    (typeof value === "object" && value !== null && Object.values(value).some(containsOutput))
  );
}

type PlainObject = Readonly<Record<string, unknown>>;

function isPlainObject(value: unknown): value is PlainObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !pulumi.Output.isInstance(value) &&
    !(value instanceof Promise)
  );
}
