import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { judgedLater } from "../pods/judgedLater";
import type { PodOptions } from "../pods/podOptions";
import { mergePodSpec } from "../pods/podSpecOverride";
import { leastPods } from "../pods/scaling";
import { containerPart, podSpecPart, volumeParts } from "../pods/podTemplate";
import { serviceHealth } from "../pods/probes";
import { claimMounts } from "../pods/volumeClaims";
import { PART_OF_KIND } from "../pods/workloads";
import { canaryName, canaryWeight, STABLE_WEIGHT } from "../routing/canary";
import { containerRights, NON_ROOT, restrictedPod } from "../shared/podSecurity";
import type { Mesh } from "../mesh/mesh";
import type { MemberRoutes } from "./memberRoutes";
import type { MeshServiceOptions } from "./meshService";
import { ownDns } from "./ownDns";
import { drainSecondsOf, neededGrace, SERVICE_LABEL, sidecarAnnotations } from "./sidecarAnnotations";

const CANARY = "canary";

/** A version of a service: what its pods differ in. */
export interface Version {
  /** The child's name, which is its identity in the state. */
  readonly part: string;
  /** Name of what runs its pods. */
  readonly name: string;
  readonly image: pulumi.Input<string>;
  readonly env?: PodOptions["env"];
  readonly args?: readonly string[];
  /** See `leastPods`. */
  readonly replicas?: number;
  /** Its share of the requests, where there is another version. */
  readonly weight?: number;
  readonly annotations?: Record<string, string>;
}

/** The versions of a service whose own inputs are judged, the stable one first. */
export function versionsOf(
  what: string,
  serviceName: string,
  options: MeshServiceOptions,
  resource: pulumi.Resource,
): [Version, ...Version[]] {
  const { kind = "Deployment", canary, replicas = 1, image, env, args } = options;
  const stable = {
    part: PART_OF_KIND[kind],
    name: serviceName,
    image,
    env,
    args,
    replicas: leastPods(options),
    weight: canary && STABLE_WEIGHT,
  };
  if (canary === undefined) {
    return [stable];
  }
  const its = judgedLater(what, canary, resource, "canary.");
  return [
    stable,
    {
      part: CANARY,
      name: canaryName(serviceName),
      image: its.image ?? image,
      env: its.env ?? env,
      args: its.args ?? args,
      replicas: canary.replicas ?? 1,
      weight: canaryWeight(canary, replicas),
      // Subsets of a ServiceResolver, for calls within the mesh, go by this.
      annotations: { "consul.hashicorp.com/service-meta-version": "canary" },
    },
  ];
}

/** Where Traefik tells whether it serves what the versions publish that have pods; others may leave a service without any. */
export function servedPaths(
  { replicas = 1, canary, autoscaling }: Pick<MeshServiceOptions, "replicas" | "canary" | "autoscaling">,
  routes: MemberRoutes,
): pulumi.Input<string>[] {
  if (autoscaling === "external") {
    return [];
  }
  const { replicas: its = 1, weight = 0 } = canary ?? { replicas: 0 };
  const byAll = replicas > 0 || (its > 0 && (weight > 0 || routes.canaryServedPath === undefined));
  return [byAll ? routes.servedPath : undefined, its > 0 ? routes.canaryServedPath : undefined].filter(
    (path) => path !== undefined,
  );
}

/** The pods of a version of a service whose inputs are judged. */
export function versionTemplate(
  options: MeshServiceOptions & { readonly mesh: Mesh },
  version: Version,
  service: {
    readonly serviceName: string;
    readonly serviceAccountName: pulumi.Input<string>;
    readonly tags: MemberRoutes["tags"];
  },
): k8s.types.input.core.v1.PodTemplateSpec {
  const { serviceName, serviceAccountName } = service;
  const drainSeconds = drainSecondsOf(options.drainSeconds, options.mesh);
  const labels = { app: version.name };
  const spec: k8s.types.input.core.v1.PodSpec = {
    ...podSpecPart(options, labels),
    serviceAccountName,
    terminationGracePeriodSeconds: options.terminationGracePeriodSeconds ?? Math.max(30, neededGrace(drainSeconds)),
    securityContext: podSecurity(options),
    containers: [{ ...container(options, version, drainSeconds), name: serviceName }],
    volumes: volumeParts(options.writablePaths, options.volumes).volumes,
  };
  return {
    metadata: {
      labels: { ...options.podLabels, ...labels, [SERVICE_LABEL]: serviceName },
      annotations: {
        ...options.podAnnotations,
        ...sidecarAnnotations(
          options.mesh,
          serviceName,
          options,
          drainSeconds,
          service.tags(version.weight, version.part === CANARY),
        ),
        ...serviceHealth(options)?.annotations,
        ...ownDns(options.podSpec),
        ...version.annotations,
      },
    },
    spec: mergePodSpec(spec, options.podSpec),
  };
}

function container(
  options: MeshServiceOptions,
  version: Version,
  drainSeconds: number,
): Omit<k8s.types.input.core.v1.Container, "name"> {
  const { image, env, args } = version;
  const { volumeMounts } = volumeParts(options.writablePaths, options.volumes);
  const health = serviceHealth(options);
  return {
    ...containerPart({ ...options, env, args }),
    image,
    imagePullPolicy: options.imagePullPolicy,
    ports: [{ name: "main", containerPort: options.port }],
    // Goes on until no caller sends anything here any more.
    lifecycle: drainSeconds > 0 ? { preStop: { sleep: { seconds: drainSeconds } } } : undefined,
    securityContext: containerRights(options),
    volumeMounts: [...volumeMounts, ...claimMounts(options.volumeClaims)],
    ...(health && { readinessProbe: health.readinessProbe }),
  };
}

function podSecurity(options: MeshServiceOptions): k8s.types.input.core.v1.PodSecurityContext {
  const its = restrictedPod(options.runAsUser ?? NON_ROOT, [options.port]);
  const claims =
    (options.volumeClaims ?? []).length > 0 ||
    (options.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined);
  return claims ? { ...its, fsGroup: its.runAsUser, fsGroupChangePolicy: "OnRootMismatch" } : its;
}
