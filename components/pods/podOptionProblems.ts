import { mountPathProblems, sidecarPortProblems } from "./containerProblems";
import { labelProblems, shown, sizeProblems } from "../shared/grammars";
import { HARMLESS_ANNOTATIONS } from "./sidecarConflicts";
import { rangeProblems } from "../shared/names";
import {
  Autoscaling,
  DisruptionBudget,
  EnvFrom,
  EnvValue,
  KeyRef,
  PodOptions,
  Probe,
  ServiceVolume,
  WORKLOAD_KINDS,
} from "./podOptions";
import { containerResourceProblems } from "./containerResources";
import { labelKeyProblems, labelValueProblems, metadataKeyProblems, sidecarValueProblems } from "./metadataProblems";
import { podSpecProblems } from "./podSpecOverride";
import { probePathProblems } from "./probes";
import { Problem } from "../shared/problems";
import { headlessName } from "./workloads";

/** What the options of a pod are judged beside. */
export interface PodContext {
  readonly serviceName: string;
  readonly port: number;
  readonly protocol: string;
  readonly healthPath?: string;
  readonly writablePaths?: readonly string[];
  /** Seconds that the pod has to have for its end. */
  readonly neededGraceSeconds: number;
  readonly replicas?: number;
  /** Whether a scaler decides how many pods there are. */
  readonly scaled?: boolean;
}

/** What is wrong with the options of a service's pods; `prefix` is put before each path. */
export function podOptionProblems(options: PodOptions, context: PodContext, prefix: string): Problem[] {
  const at = (input: string) => prefix + input;
  const { terminationGracePeriodSeconds: grace } = options;
  return [
    ...Object.entries(options.env ?? {}).flatMap(([name, value]) => envProblems(at(`env.${name}`), value)),
    ...(options.envFrom ?? []).flatMap((each, i) => envFromProblems(at(`envFrom[${i}]`), each)),
    ...resourceProblems(options, at),
    ...(["readinessProbe", "livenessProbe", "startupProbe"] as const).flatMap((kind) =>
      probeProblems(at(kind), kind, options[kind], context),
    ),
    ...(options.readinessProbe !== undefined && context.healthPath !== undefined
      ? [
          {
            propertyPath: at("readinessProbe"),
            reason: "stands beside healthPath, its short form; leave one of them out",
          },
        ]
      : []),
    ...volumeProblems(options.volumes ?? [], context.writablePaths ?? [], at("volumes")),
    ...kindProblems(options, context, at),
    ...Object.entries(options.podLabels ?? {}).flatMap(([key, value]) => [
      ...metadataKeyProblems(at(`podLabels["${key}"]`), key),
      ...labelValueProblems(at(`podLabels["${key}"]`), value),
    ]),
    ...Object.entries(options.podAnnotations ?? {}).flatMap(([key, value]) => [
      ...metadataKeyProblems(at(`podAnnotations["${key}"]`), key, HARMLESS_ANNOTATIONS),
      ...sidecarValueProblems(at(`podAnnotations["${key}"]`), key, value),
    ]),
    ...Object.entries(options.nodeSelector ?? {}).flatMap(([key, value]) => [
      ...labelKeyProblems(at("nodeSelector"), key),
      ...labelValueProblems(at(`nodeSelector["${key}"]`), value),
    ]),
    ...(options.spreadOver ?? []).flatMap((key, i, all) => [
      ...labelKeyProblems(at(`spreadOver[${i}]`), key),
      ...(all.indexOf(key) < i
        ? [{ propertyPath: at(`spreadOver[${i}]`), reason: `"${key}" stands there twice; leave one out` }]
        : []),
    ]),
    ...objectNameProblems(at("priorityClassName"), options.priorityClassName),
    ...(options.imagePullSecrets ?? []).flatMap((name, i) => objectNameProblems(at(`imagePullSecrets[${i}]`), name)),
    ...(options.tolerations ?? []).flatMap(({ key, value, tolerationSeconds }, i) => [
      ...(key === undefined ? [] : labelProblems(at(`tolerations[${i}].key`), { [key]: value ?? "" })),
      ...(tolerationSeconds === undefined
        ? []
        : rangeProblems(at(`tolerations[${i}].tolerationSeconds`), tolerationSeconds, 0, 2 ** 31 - 1)),
    ]),
    ...(options.tolerations ?? []).flatMap(({ effect, tolerationSeconds }, i) =>
      tolerationSeconds !== undefined && effect !== "NoExecute"
        ? [
            {
              propertyPath: at(`tolerations[${i}].tolerationSeconds`),
              reason: "is for the effect NoExecute alone, which evicts; set that, or leave it out",
            },
          ]
        : [],
    ),
    ...(options.tolerations ?? []).flatMap(({ key, operator, value }, i) =>
      key === undefined && operator !== "Exists"
        ? [
            {
              propertyPath: at(`tolerations[${i}]`),
              reason: "has no key; give one, or the operator Exists for every taint",
            },
          ]
        : operator === "Exists" && value !== undefined
          ? [
              {
                propertyPath: at(`tolerations[${i}].value`),
                reason: "stands beside the operator Exists, which takes none",
              },
            ]
          : [],
    ),
    ...(grace === undefined
      ? []
      : rangeProblems(at("terminationGracePeriodSeconds"), grace, context.neededGraceSeconds, 86400)),
    ...(options.podSpec === undefined ? [] : podSpecProblems(options.podSpec, context, at("podSpec"))),
  ];
}

function kindProblems(options: PodOptions, context: PodContext, at: (input: string) => string): Problem[] {
  const { kind = "Deployment", volumeClaims = [], volumes = [] } = options;
  const mounted = [...(context.writablePaths ?? []), ...volumes.map((volume) => volume.mountPath)];
  return [
    ...(WORKLOAD_KINDS.includes(kind)
      ? []
      : [{ propertyPath: at("kind"), reason: `"${kind}" is not known; use one of ${WORKLOAD_KINDS.join(", ")}` }]),
    ...(volumeClaims.length > 0 && kind !== "StatefulSet"
      ? [
          {
            propertyPath: at("volumeClaims"),
            reason: `a ${kind}'s pods have no claims of their own; use kind StatefulSet, or volumes with a claim that exists`,
          },
        ]
      : []),
    ...(kind === "StatefulSet" && headlessName(context.serviceName).length > 63
      ? [
          {
            propertyPath: at("serviceName"),
            reason: `is too long for the Service of its pods' names, ${headlessName(context.serviceName)}; use 58 characters at most`,
          },
        ]
      : []),
    ...(kind === "DaemonSet" && context.replicas !== undefined
      ? [{ propertyPath: at("replicas"), reason: "a DaemonSet has one pod a node; leave it out" }]
      : []),
    ...(kind === "DaemonSet" && context.scaled
      ? [{ propertyPath: at("autoscaling"), reason: "a DaemonSet has one pod a node; leave it out" }]
      : []),
    ...(options.updateStrategy === "Recreate" && kind !== "Deployment"
      ? [{ propertyPath: at("updateStrategy"), reason: `a ${kind} has no Recreate; leave it out` }]
      : []),
    ...volumeClaims.flatMap(({ mountPath, storage, storageClassName }, i) => [
      ...mountProblems(
        at(`volumeClaims[${i}].mountPath`),
        mountPath,
        [...mounted, ...volumeClaims.slice(0, i).map((claim) => claim.mountPath)],
        true,
      ),
      ...sizeProblems(at(`volumeClaims[${i}].storage`), storage, "10Gi"),
      ...objectNameProblems(at(`volumeClaims[${i}].storageClassName`), storageClassName),
    ]),
  ];
}

/** What is wrong with a scaler, given what the container asks for. */
export function autoscalingProblems(
  scaling: Autoscaling,
  { resources }: PodOptions,
  replicas: number | undefined,
  path: string,
): Problem[] {
  const { minReplicas, maxReplicas, cpuUtilization, memoryUtilization } = scaling;
  const problem = (input: string, reason: string) => ({ propertyPath: path + input, reason });
  const use = (input: string, percent: number | undefined, resource: string) =>
    percent === undefined
      ? []
      : [
          ...rangeProblems(`${path}.${input}`, percent, 1, 1000),
          ...(resources?.requests?.[resource] === undefined
            ? [problem(`.${input}`, `is a share of resources.requests.${resource}, which is not set; set it`)]
            : []),
        ];
  return [
    ...rangeProblems(`${path}.minReplicas`, minReplicas, 1, 1000),
    ...rangeProblems(
      `${path}.maxReplicas`,
      maxReplicas,
      Number.isInteger(minReplicas) ? Math.max(1, minReplicas) : 1,
      1000,
    ),
    ...(replicas === undefined ? [] : [problem("", "stands beside replicas, which it decides; leave one of them out")]),
    ...(cpuUtilization === undefined && memoryUtilization === undefined
      ? [problem("", "goes by nothing; give cpuUtilization, memoryUtilization or both")]
      : []),
    ...use("cpuUtilization", cpuUtilization, "cpu"),
    ...use("memoryUtilization", memoryUtilization, "memory"),
  ];
}

/** What is wrong with a budget. */
export function disruptionBudgetProblems(budget: DisruptionBudget, path: string): Problem[] {
  return [
    ...exactlyOne(path, budget, ["minAvailable", "maxUnavailable"]),
    ...(["minAvailable", "maxUnavailable"] as const).flatMap((input) => {
      const value = budget[input];
      const right = Number.isInteger(value)
        ? Number(value) >= 0
        : typeof value === "string" && /^(\d{1,2}|100)%$/.test(value);
      return value === undefined || right
        ? []
        : [
            {
              propertyPath: `${path}.${input}`,
              reason: `${JSON.stringify(value)} is no number of pods; use one such as 1 or "50%"`,
            },
          ];
    }),
  ];
}

function envProblems(path: string, value: EnvValue): Problem[] {
  if (typeof value === "string") {
    return [];
  }
  const { secretKeyRef, configMapKeyRef, fieldRef } = value;
  return [
    ...exactlyOne(path, value, ["secretKeyRef", "configMapKeyRef", "fieldRef"]),
    ...keyRefProblems(`${path}.secretKeyRef`, secretKeyRef),
    ...keyRefProblems(`${path}.configMapKeyRef`, configMapKeyRef),
    ...(fieldRef === undefined || FIELDS.test(fieldRef.fieldPath)
      ? []
      : [
          {
            propertyPath: `${path}.fieldRef.fieldPath`,
            reason: `"${fieldRef.fieldPath}" is no field that a variable can have; use one such as status.podIP or metadata.name`,
          },
        ]),
  ];
}

/** Fields that the API server lets an environment variable have [Kubernetes validation, 1.34]. */
const FIELDS =
  /^(metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;

function keyRefProblems(path: string, ref: KeyRef | undefined): Problem[] {
  if (ref === undefined) {
    return [];
  }
  return [
    ...objectNameProblems(`${path}.name`, ref.name),
    ...(/^[-._a-zA-Z0-9]{1,253}$/.test(ref.key)
      ? []
      : [
          {
            propertyPath: `${path}.key`,
            reason: `"${ref.key}" is no key; use 1 to 253 of a-z, A-Z, 0-9, "-", "_" and "."`,
          },
        ]),
  ];
}

function envFromProblems(path: string, from: EnvFrom): Problem[] {
  const { prefix } = from;
  return [
    ...exactlyOne(path, from, ["secretRef", "configMapRef"]),
    ...objectNameProblems(`${path}.secretRef.name`, from.secretRef?.name),
    ...objectNameProblems(`${path}.configMapRef.name`, from.configMapRef?.name),
    ...(prefix === undefined || /^[^=\s]*$/.test(prefix)
      ? []
      : [
          {
            propertyPath: `${path}.prefix`,
            reason: `"${prefix}" cannot begin a variable's name; leave "=" and spaces out`,
          },
        ]),
  ];
}

/** Names of Secrets, ConfigMaps and claims. An output, which is known when `up` comes to it, is the API server's to judge. */
function objectNameProblems(path: string, name: unknown): Problem[] {
  if (typeof name !== "string" || (name.length <= 253 && DNS_SUBDOMAIN.test(name))) {
    return [];
  }
  return [
    {
      propertyPath: path,
      reason: `"${name}" is no name of an object; use a-z, 0-9, "-" and ".", beginning and ending with a letter or a digit`,
    },
  ];
}

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function resourceProblems({ resources = {}, volumes = [] }: PodOptions, at: (input: string) => string): Problem[] {
  return [
    ...containerResourceProblems(resources, at("resources")),
    ...volumes.flatMap(({ emptyDir }, i) =>
      emptyDir?.sizeLimit === undefined
        ? []
        : sizeProblems(at(`volumes[${i}].emptyDir.sizeLimit`), emptyDir.sizeLimit, "1Gi"),
    ),
  ];
}

function probeProblems(path: string, kind: string, probe: Probe | undefined, context: PodContext): Problem[] {
  if (probe === undefined) {
    return [];
  }
  const { httpGet, exec } = probe;
  const ownPort = httpGet !== undefined && (httpGet.port ?? context.port) === context.port;
  return [
    ...exactlyOne(path, probe, ["httpGet", "exec"]),
    ...(httpGet === undefined ? [] : probePathProblems(`${path}.httpGet.path`, httpGet.path)),
    ...(ownPort && (context.protocol === "tcp" || context.protocol === "grpc")
      ? [
          {
            propertyPath: `${path}.httpGet`,
            reason: `a ${context.protocol} service answers no HTTP/1.1 request; give another port that does, or use exec`,
          },
        ]
      : []),
    ...(httpGet?.port === undefined
      ? []
      : [
          ...rangeProblems(`${path}.httpGet.port`, httpGet.port, 1, 65535),
          ...sidecarPortProblems(`${path}.httpGet.port`, httpGet.port),
        ]),
    ...(exec !== undefined && exec.command.length === 0
      ? [{ propertyPath: `${path}.exec.command`, reason: "is empty; name the program and its arguments" }]
      : []),
    ...rangeProblems(`${path}.initialDelaySeconds`, probe.initialDelaySeconds ?? 0, 0, 86400),
    ...rangeProblems(`${path}.periodSeconds`, probe.periodSeconds ?? 10, 1, 86400),
    ...rangeProblems(`${path}.timeoutSeconds`, probe.timeoutSeconds ?? 5, 1, 86400),
    ...rangeProblems(`${path}.failureThreshold`, probe.failureThreshold ?? 3, 1, 10000),
    ...(kind === "readinessProbe"
      ? rangeProblems(`${path}.successThreshold`, probe.successThreshold ?? 1, 1, 10000)
      : rangeProblems(`${path}.successThreshold`, probe.successThreshold ?? 1, 1, 1)),
  ];
}

function volumeProblems(volumes: readonly ServiceVolume[], writable: readonly string[], path: string): Problem[] {
  return volumes.flatMap((volume, i) => {
    const at = `${path}[${i}]`;
    const { mountPath, subPath } = volume;
    const earlier = [...writable, ...volumes.slice(0, i).map((each) => each.mountPath)];
    return [
      ...exactlyOne(at, volume, ["secret", "configMap", "persistentVolumeClaim", "emptyDir"]),
      ...objectNameProblems(`${at}.secret.secretName`, volume.secret?.secretName),
      ...objectNameProblems(`${at}.configMap.name`, volume.configMap?.name),
      ...objectNameProblems(`${at}.persistentVolumeClaim.claimName`, volume.persistentVolumeClaim?.claimName),
      ...mountProblems(`${at}.mountPath`, mountPath, earlier, volume.emptyDir !== undefined),
      ...(subPath !== undefined && !/^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\p{Cc}]{1,4095}$/u.test(subPath)
        ? [
            {
              propertyPath: `${at}.subPath`,
              reason: `${shown(subPath)} leads out of the volume; use a relative path without ".."`,
            },
          ]
        : []),
    ];
  });
}

function mountProblems(path: string, mountPath: string, earlier: readonly string[], writable: boolean): Problem[] {
  return [
    ...mountPathProblems(path, mountPath, writable),
    ...(earlier.includes(mountPath)
      ? [{ propertyPath: path, reason: `"${mountPath}" is mounted already; use another` }]
      : []),
  ];
}

function exactlyOne<T extends object>(path: string, of: T, inputs: (keyof T & string)[]): Problem[] {
  const given = inputs.filter((input) => of[input] !== undefined);
  return given.length === 1
    ? []
    : [
        {
          propertyPath: path,
          reason: `has ${given.length === 0 ? "none" : "more than one"} of ${inputs.join(", ")}; give exactly one`,
        },
      ];
}
