import { accountProblems } from "./accountOptions";
import { sidecarPortProblems } from "./containerProblems";
import { labelKeyProblems, labelValueProblems, sizeProblems } from "../shared/grammars";
import { HARMLESS_ANNOTATIONS } from "./sidecarConflicts";
import { objectNameProblems, rangeProblems } from "../shared/names";
import { PodOptions, Probe, WORKLOAD_KINDS } from "./podOptions";
import { containerResourceProblems } from "./containerResources";
import { envFromProblems, envProblems } from "./envProblems";
import { metadataKeyProblems, sidecarValueProblems } from "./metadataProblems";
import { podSpecProblems } from "./podSpecOverride";
import { probePathProblems } from "./probes";
import { exactlyOne, Problem } from "../shared/problems";
import { claimNameProblems } from "./volumeClaims";
import { mountProblems, volumeProblems } from "./volumeProblems";

/** What the options of a pod are judged beside. */
export interface PodContext {
  readonly serviceName: string;
  readonly port: number;
  readonly protocol: string;
  readonly healthPath?: string;
  readonly writablePaths?: readonly string[];
  /** Seconds that the pod has to have for its end. */
  readonly neededGraceSeconds: number;
  readonly runAsUser?: number;
  /** Whether they end by themselves, as a job's do. */
  readonly ends?: boolean;
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
            reason: "is set alongside healthPath, its short form; leave one of them out",
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
    ...accountProblems(options, prefix),
    ...Object.entries(options.nodeSelector ?? {}).flatMap(([key, value]) => [
      ...labelKeyProblems(at("nodeSelector"), key),
      ...labelValueProblems(at(`nodeSelector["${key}"]`), value),
    ]),
    ...(options.spreadOver ?? []).flatMap((key, i, all) => [
      ...labelKeyProblems(at(`spreadOver[${i}]`), key),
      ...(all.indexOf(key) < i
        ? [{ propertyPath: at(`spreadOver[${i}]`), reason: `"${key}" is listed twice; leave one out` }]
        : []),
    ]),
    ...objectNameProblems(at("priorityClassName"), options.priorityClassName),
    ...(options.imagePullSecrets ?? []).flatMap((name, i) => objectNameProblems(at(`imagePullSecrets[${i}]`), name)),
    ...(options.tolerations ?? []).flatMap(({ key, value, tolerationSeconds }, i) => [
      ...(key === undefined ? [] : labelKeyProblems(at(`tolerations[${i}].key`), key)),
      ...(value === undefined ? [] : labelValueProblems(at(`tolerations[${i}].value`), value)),
      ...(tolerationSeconds === undefined
        ? []
        : rangeProblems(at(`tolerations[${i}].tolerationSeconds`), tolerationSeconds, 0, 2 ** 31 - 1)),
    ]),
    ...(options.tolerations ?? []).flatMap(({ effect, tolerationSeconds }, i) =>
      tolerationSeconds !== undefined && effect !== "NoExecute"
        ? [
            {
              propertyPath: at(`tolerations[${i}].tolerationSeconds`),
              reason: "is only for the effect NoExecute, which evicts; set that, or leave it out",
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
                reason: "is set alongside the operator Exists, which takes none; leave one of them out",
              },
            ]
          : [],
    ),
    ...(grace === undefined
      ? []
      : rangeProblems(at("terminationGracePeriodSeconds"), grace, context.neededGraceSeconds, 604800)),
    ...(options.podSpec === undefined ? [] : podSpecProblems(options.podSpec, context, at("podSpec"))),
  ];
}

/** Characters of a StatefulSet's name: the label controller-revision-hash of its pods has up to eleven more, of 63. */
const MAX_STATEFUL_NAME = 52;

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
    ...(kind === "StatefulSet" && context.serviceName.length > MAX_STATEFUL_NAME
      ? [
          {
            propertyPath: at("serviceName"),
            reason: `is too long for a StatefulSet, whose pods have it in a label with a hash behind it; use ${MAX_STATEFUL_NAME} characters at most`,
          },
        ]
      : []),
    ...(kind === "DaemonSet" && context.replicas !== undefined
      ? [{ propertyPath: at("replicas"), reason: "a DaemonSet has one pod per node; leave it out" }]
      : []),
    ...(kind === "DaemonSet" && context.scaled
      ? [{ propertyPath: at("autoscaling"), reason: "a DaemonSet has one pod per node; leave it out" }]
      : []),
    ...(options.updateStrategy === "Recreate" && kind !== "Deployment"
      ? [{ propertyPath: at("updateStrategy"), reason: `a ${kind} has no Recreate; leave it out` }]
      : []),
    ...claimNameProblems(volumeClaims, at("volumeClaims"), options.podSpec),
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
