import * as k8s from "@pulumi/kubernetes";
import { isSource } from "./envProblems";
import { EnvFrom, EnvValue, PodOptions, Probe, ServiceVolume } from "./podOptions";

type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** What the options say of the service's container. */
export function containerPart(options: PodOptions): Partial<Container> {
  return {
    command: options.command && [...options.command],
    args: options.args && [...options.args],
    env: options.env && variables(options.env),
    envFrom: options.envFrom?.map((each: EnvFrom) => ({ ...each })),
    resources: options.resources,
    readinessProbe: probe(options.readinessProbe),
    livenessProbe: probe(options.livenessProbe),
    startupProbe: probe(options.startupProbe),
  };
}

/** Variables as a container has them. */
export function variables(env: NonNullable<PodOptions["env"]>): k8s.types.input.core.v1.EnvVar[] {
  return Object.entries(env).map(([name, value]) => ({ name, ...envValue(value) }));
}

/** What the options say of the pod around it. */
export function podSpecPart(options: PodOptions, labels: Record<string, string>): k8s.types.input.core.v1.PodSpec {
  return {
    imagePullSecrets: options.imagePullSecrets?.map((name) => ({ name })),
    nodeSelector: options.nodeSelector,
    tolerations: options.tolerations && [...options.tolerations],
    priorityClassName: options.priorityClassName,
    topologySpreadConstraints: spread(options.spreadOver, labels),
  } as k8s.types.input.core.v1.PodSpec;
}

/** Spreads pods over the values of nodes' labels, where there is room. */
function spread(keys: readonly string[] | undefined, labels: Record<string, string>) {
  return keys?.map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: labels },
  }));
}

/** The volumes of a service and where they are mounted: its writable folders, then its own volumes. */
export function volumeParts(
  writablePaths: readonly string[] = [],
  volumes: readonly ServiceVolume[] = [],
): { volumes: Volume[]; volumeMounts: VolumeMount[] } {
  const all: readonly ServiceVolume[] = [
    ...writablePaths.map((mountPath): ServiceVolume => ({ mountPath, emptyDir: {} })),
    ...volumes,
  ];
  const name = (i: number) => (i < writablePaths.length ? `writable-${i}` : `volume-${i - writablePaths.length}`);
  return {
    volumes: all.map(({ secret, configMap, persistentVolumeClaim, emptyDir }, i) => ({
      name: name(i),
      secret,
      configMap,
      persistentVolumeClaim,
      emptyDir,
    })),
    volumeMounts: all.map(({ mountPath, subPath, readOnly, secret, configMap }, i) => ({
      name: name(i),
      mountPath,
      subPath,
      readOnly: readOnly ?? (secret !== undefined || configMap !== undefined ? true : undefined),
    })),
  };
}

function envValue(value: EnvValue): Omit<k8s.types.input.core.v1.EnvVar, "name"> {
  return isSource(value) ? { valueFrom: { ...value } } : { value };
}

function probe(options: Probe | undefined): k8s.types.input.core.v1.Probe | undefined {
  if (options === undefined) {
    return undefined;
  }
  const { httpGet, exec, timeoutSeconds = 5, ...times } = options;
  return {
    httpGet: httpGet && { path: httpGet.path, port: httpGet.port ?? "main" },
    exec: exec && { command: [...exec.command] },
    timeoutSeconds,
    ...times,
  };
}
