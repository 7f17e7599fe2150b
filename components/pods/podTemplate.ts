import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { isSource } from "./envProblems";
import { Autoscaling, EnvFrom, EnvValue, PodOptions, Probe, ServiceVolume } from "./podOptions";

type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;
type VolumeMount = k8s.types.input.core.v1.VolumeMount;

/** What the options say of the service's container. */
export function containerPart(options: PodOptions): Partial<Container> {
  return {
    command: options.command && [...options.command],
    args: options.args && [...options.args],
    env: options.env && Object.entries(options.env).map(([name, value]) => ({ name, ...envValue(value) })),
    envFrom: options.envFrom?.map((each: EnvFrom) => ({ ...each })),
    resources: options.resources,
    readinessProbe: probe(options.readinessProbe),
    livenessProbe: probe(options.livenessProbe),
    startupProbe: probe(options.startupProbe),
  };
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
export function spread(keys: readonly string[] | undefined, labels: Record<string, string>) {
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

/** Scales a workload by what its own container uses: the sidecar need not ask for anything. */
export function scaler(
  name: string,
  metadata: k8s.types.input.meta.v1.ObjectMeta,
  { minReplicas, maxReplicas, cpuUtilization, memoryUtilization }: Autoscaling,
  target: { readonly kind: string; readonly name: string; readonly container: string },
  opts: pulumi.CustomResourceOptions,
): k8s.autoscaling.v2.HorizontalPodAutoscaler {
  const use = (resource: string, averageUtilization: number | undefined) =>
    averageUtilization === undefined
      ? []
      : [
          {
            type: "ContainerResource",
            containerResource: {
              container: target.container,
              name: resource,
              target: { type: "Utilization", averageUtilization },
            },
          },
        ];
  return new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    name,
    {
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: target.kind, name: target.name },
        minReplicas,
        maxReplicas,
        metrics: [...use("cpu", cpuUtilization), ...use("memory", memoryUtilization)],
      },
    },
    opts,
  );
}
