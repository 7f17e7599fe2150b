import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { configEntry } from "./configEntry";
import { ConsulMesh } from "./consulMesh";
import {
  containerProblems,
  oldVariableNameProblems,
  plainSecretWarnings,
  podSizeProblems,
  rightsProblems,
  sidecarPortProblems,
} from "./containerProblems";
import type { IntentionRule, ServiceCall } from "./intentions";
import type { IntentionSet } from "./intentionSet";
import {
  Canary,
  canaryProblems,
  canaryWeight,
  LoadBalancing,
  loadBalancingProblems,
  spreadingProblems,
  STABLE_WEIGHT,
} from "./loadBalancing";
import { routingOf } from "./meshRouting";
import { portProblems, rangeProblems } from "./names";
import { autoscalingProblems, disruptionBudgetProblems, podOptionProblems } from "./podOptionProblems";
import type { Autoscaling, DisruptionBudget, PodOptions } from "./podOptions";
import { HARDENED, NON_ROOT, restrictedPod } from "./podSecurity";
import { mergePodSpec } from "./podSpecOverride";
import { containerPart, podSpecPart, scaler, volumeParts } from "./podTemplate";
import { grpcProbe, Health, healthProblems } from "./probes";
import { Problem, refuse, warn } from "./problems";
import { rotationAnnotation } from "./rotation";
import { Route, routeProblems, tagsAnnotation } from "./routes";
import { CANARY_SUFFIX, serviceNameProblems, takenNameProblems } from "./serviceNames";
import { servedPathOf, serviceTags, usesIngress } from "./serviceTags";
import { TcpRoute, tcpRouteProblems } from "./tcpRoutes";
import type { TraefikConsulIngress } from "./traefikConsulIngress";
import { claimMounts, makeWorkload, PART_OF_KIND } from "./workloads";

/** Protocols that Consul's ServiceDefaults knows. All but `tcp` are L7: permissions by path, method and header apply. */
export const PROTOCOLS = ["http", "http2", "grpc", "tcp"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What describes a service, apart from the mesh that it joins. */
export interface MeshServiceOptions extends PodOptions, Health {
  /** The service's image, a full reference. */
  readonly image: string;
  /** When the image is pulled. Default: Kubernetes' own rule. */
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  /** TCP port that the container listens on, 1 to 65535, but those of the sidecar. */
  readonly port: number;
  /** Port of the Kubernetes Service, which leads to `port`, 1 to 65535. Default: `port`. */
  readonly servicePort?: number;
  /** Number of pods, 0 or more. Default 1. */
  readonly replicas?: number;
  /** Lets Kubernetes decide how many pods there are; excludes `replicas` and `canary`. Default: it does not. */
  readonly autoscaling?: Autoscaling;
  /** How few pods a drain of nodes leaves. Default: no budget. */
  readonly disruptionBudget?: DisruptionBudget;
  /** What the service speaks. Default `http`. */
  readonly protocol?: Protocol;
  /**
   * The user that the container runs as. Default 65532; 0 is root, for an image that cannot do without. Refused are 5995
   * and 5996, the sidecar's, whose traffic does not go through the mesh.
   */
  readonly runAsUser?: number;
  /** Whether the container's own files cannot be changed. Default `true`. */
  readonly readOnlyRootFilesystem?: boolean;
  /** Folders that the container writes to, such as `/tmp`: each is empty at the start and goes with the pod. Default none. */
  readonly writablePaths?: readonly string[];
  /** Linux capabilities that the container keeps, such as `NET_BIND_SERVICE`. Default none. */
  readonly addCapabilities?: readonly string[];
  /**
   * Seconds that a pod which is to stop goes on serving, 0 to 300: callers hear of its end by Consul's catalog, which takes
   * a moment. Default 10, but 0 where the mesh or the cluster is known to be too old: it needs Kubernetes 1.30, and control
   * plane 1.5.3, before which the injector makes the pod invalid.
   */
  readonly drainSeconds?: number;
  /**
   * Seconds that an open connection outlasts a change of the sidecar's listener, 1 to 604800, after which it is closed. Such a
   * change is each new certificate, at least every 72 h, and another intention: so this is also how long a connection goes on
   * that no intention allows any more. HTTP connections end with the request that they carry. Default: 30, consul-dataplane's.
   */
  readonly listenerDrainSeconds?: number;
  /**
   * Seconds from a request's end to the end of its answer, after which the caller gets a 504; 0 for none, as a stream without an
   * end needs (24 days, the most that Consul can say). Not for `tcp`. Default: 60 for `http` and `http2` and none for `grpc`,
   * where Envoy's own is 15. Where it is set, callers' sidecars keep to it too, by a ServiceResolver; else these keep to Envoy's.
   */
  readonly requestTimeoutSeconds?: number;
  /** Seconds that a stream may be silent, 1 to 604800; 0 for ever. Not for `tcp`. Default: Envoy's, 300. */
  readonly idleTimeoutSeconds?: number;
  /** Routes through Traefik. Default none: reachable inside the mesh only. */
  readonly routes?: readonly Route[];
  /** Routes of connections through Traefik, for a service of protocol `tcp`. Default none. */
  readonly tcpRoutes?: readonly TcpRoute[];
  /** How Traefik spreads requests over the pods. Default: in turn. */
  readonly loadBalancing?: LoadBalancing;
  /** A second version that gets a share of the requests. Default none. */
  readonly canary?: Canary;
  /** Whether Traefik itself may call it for other services' routes, as with `forwardAuth`. Default `false`. */
  readonly internal?: boolean;
  /** Calls to other services that this one makes, allowed by the `IntentionSet` that has both. Default none. */
  readonly calls?: readonly ServiceCall[];
}

const DEFAULT_DRAIN_SECONDS = 10;
/** Seconds for the sidecar, and then the service, to end behind the drain. */
function neededGrace(drainSeconds: number): number {
  return drainSeconds + 2 * APP_GRACE_SECONDS;
}
/** Seconds that the sidecar outlives the drain, for the answers that are still on their way. */
const APP_GRACE_SECONDS = 5;
/** How long the sidecar goes on after it is told to stop [consul-k8s constants]. */
const SIDECAR_GRACE = "consul.hashicorp.com/sidecar-proxy-lifecycle-shutdown-grace-period-seconds";
/**
 * Arguments of Envoy for its drain time; its concurrency and drain strategy are consul-dataplane's defaults. The `--` has Envoy
 * ignore what follows: consul-dataplane repeats all three behind the arguments that it was given, and Envoy takes each once
 * [consul-dataplane envoyProxyConfig, to 1.9].
 */
function envoyDrain(seconds: number | undefined): Record<string, string> {
  const args = `--drain-time-s ${seconds} --drain-strategy immediate --concurrency 2 --`;
  return seconds === undefined ? {} : { "consul.hashicorp.com/envoy-extra-args": args };
}

/** What ServiceDefaults say of a service's requests; 0 there would mean Envoy's default. */
function requestTimeoutMs({ requestTimeoutSeconds, protocol }: MeshServiceOptions): number {
  const seconds = requestTimeoutSeconds ?? (protocol === "grpc" ? 0 : DEFAULT_REQUEST_TIMEOUT_SECONDS);
  return seconds === 0 ? 2 ** 31 - 1 : seconds * 1000;
}
const DEFAULT_REQUEST_TIMEOUT_SECONDS = 60;

/** ServiceDefaults know no time for a stream's silence, the proxy's own configuration does [consul agent/xds/config]. */
function idleTimeout(seconds: number | undefined): Record<string, string> {
  const config = JSON.stringify({ local_idle_timeout_ms: (seconds ?? 0) * 1000 });
  return seconds === undefined ? {} : { "consul.hashicorp.com/proxy-config-map": config };
}

export interface MeshServiceArgs extends MeshServiceOptions {
  readonly mesh: ConsulMesh;
  /** An existing namespace. */
  readonly namespace: pulumi.Input<string>;
  /** The service's name in Consul, in Kubernetes and in its identity. Default: the component's name. */
  readonly serviceName?: string;
  /**
   * Waited for where a route uses what the ingress declares: user list, plugin, TLS options, certificate resolver, entry point.
   * Default: not waited for, so that Traefik's pods before such a change may find the route first.
   */
  readonly ingress?: TraefikConsulIngress;
  /** Intentions that have to be in force before the first pod serves, such as deny-all. Default none. */
  readonly guardedBy?: IntentionSet;
}

/**
 * A service of the mesh: Deployment with an injected sidecar, Service, ServiceAccount of the same name (its identity),
 * its protocol as ServiceDefaults, and its routes as tags that Traefik reads from Consul's catalog.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `meshServiceProblems`.
 */
export class MeshService extends pulumi.ComponentResource {
  /** The service's name in Consul: what intentions name. */
  public readonly serviceName: string;
  public readonly protocol: Protocol;
  /** Whether Traefik calls it: a route leads to it, or Traefik asks it for other services' routes. */
  public readonly routed: boolean;
  /** Where Traefik tells whether it serves what the service publishes; `undefined` where it has no routes, or no pods. */
  public readonly servedPath: string | undefined;
  /** The rules that its `calls` are. */
  public readonly calls: readonly IntentionRule[];
  /**
   * Depend on this for what needs the service's protocol to be known to Consul, as an L7 intention does; empty for `tcp`.
   * It does not wait for the pods.
   */
  public readonly protocolReady: pulumi.Resource[];

  constructor(name: string, args: MeshServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const serviceName = args.serviceName ?? name;
    const reached = (its: string) => args.mesh.reachProblems({ name: its, made: false }, "pods");
    const named = { name: serviceName, canary: args.canary, path: `MeshService "${name}"` };
    refuse(`MeshService "${name}"`, [
      ...meshServiceProblems(serviceName, args),
      ...routingOf(args.mesh).service(serviceName, args, { own: "", named: `${name}.` }),
      ...oldVariableNameProblems(args, args.mesh.kubernetesVersion, ""),
      ...(typeof args.namespace === "string" ? reached(args.namespace) : []),
      ...takenNameProblems(args.mesh, named, "serviceName"),
    ]);
    super("consul-traefik-mesh:index:MeshService", name, {}, opts);
    warn(`MeshService "${name}"`, meshServiceWarnings(args), this);
    this.serviceName = serviceName;
    this.protocol = args.protocol ?? "http";
    this.routed = isRouted(args);
    const pods = (args.replicas ?? 1) + (args.canary === undefined ? 0 : (args.canary.replicas ?? 1));
    this.servedPath = pods === 0 ? undefined : servedPathOf(serviceName, args);
    this.calls = callRules(serviceName, args.calls ?? [], `${name}.`);
    // Known at once, or when the namespace is.
    const namespace =
      typeof args.namespace === "string"
        ? args.namespace
        : pulumi.output(args.namespace).apply((its) => {
            refuse(`MeshService "${name}"`, reached(its));
            return its;
          });
    const metadata = { name: serviceName, namespace };
    const own = { [SERVICE_LABEL]: serviceName };
    const byGrpc = args.healthGrpcService === undefined ? undefined : grpcProbe(args.healthGrpcService, args.port);

    const { requestTimeoutSeconds, idleTimeoutSeconds } = args;
    // No entry for tcp, Consul's default: then a service that goes from http to tcp loses its entry after its L7
    // intentions are gone, the only order in which Consul takes it.
    this.protocolReady =
      this.protocol === "tcp"
        ? []
        : [
            configEntry(
              `${name}-defaults`,
              args.mesh,
              {
                kind: "ServiceDefaults",
                name: serviceName,
                spec: {
                  protocol: this.protocol,
                  localRequestTimeoutMs: requestTimeoutMs(args),
                  expose: byGrpc?.expose,
                },
              },
              { parent: this },
            ),
          ];
    if (requestTimeoutSeconds !== undefined) {
      // Negative is how a ServiceResolver says none [consul agent/xds/routes.go].
      const requestTimeout = requestTimeoutSeconds === 0 ? "-1s" : `${requestTimeoutSeconds}s`;
      configEntry(
        `${name}-resolver`,
        args.mesh,
        { kind: "ServiceResolver", name: serviceName, spec: { requestTimeout } },
        { parent: this, dependsOn: this.protocolReady },
      );
    }

    const serviceAccount = new k8s.core.v1.ServiceAccount(`${name}-service-account`, { metadata }, { parent: this });
    // Before the Deployment: the injector refuses a pod that no Service selects.
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { selector: own, ports: [{ name: "main", port: args.servicePort ?? args.port, targetPort: "main" }] },
      },
      { parent: this },
    );
    const { drainSeconds = args.mesh.partWithoutSleep === undefined ? DEFAULT_DRAIN_SECONDS : 0 } = args;
    const { volumes, volumeMounts } = volumeParts(args.writablePaths, args.volumes);
    const claims =
      (args.volumeClaims ?? []).length > 0 ||
      (args.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined);
    const pod = restrictedPod(args.runAsUser ?? NON_ROOT, [args.port]);
    const dependsOn = [
      args.mesh.ready,
      service,
      ...this.protocolReady,
      ...(args.guardedBy === undefined ? [] : [args.guardedBy]),
      ...(args.ingress !== undefined && usesIngress(serviceTags(serviceName, args)) ? [args.ingress] : []),
    ];
    const { kind = "Deployment" } = args;
    const workload = (part: string, version: Version, annotations: Record<string, string> = {}) => {
      const workloadName = part === "canary" ? serviceName + CANARY_SUFFIX : serviceName;
      const labels = { app: workloadName };
      const tags = serviceTags(serviceName, args, version.weight);
      const spec: k8s.types.input.core.v1.PodSpec = {
        ...podSpecPart(args, labels),
        serviceAccountName: serviceAccount.metadata.name,
        terminationGracePeriodSeconds: args.terminationGracePeriodSeconds ?? Math.max(30, neededGrace(drainSeconds)),
        securityContext: claims ? { ...pod, fsGroup: pod.runAsUser, fsGroupChangePolicy: "OnRootMismatch" } : pod,
        containers: [
          {
            ...containerPart({ ...args, ...version }),
            name: serviceName,
            image: version.image,
            imagePullPolicy: args.imagePullPolicy,
            ports: [{ name: "main", containerPort: args.port }],
            // Goes on until no caller sends anything here any more.
            lifecycle: drainSeconds > 0 ? { preStop: { sleep: { seconds: drainSeconds } } } : undefined,
            securityContext: {
              ...HARDENED,
              readOnlyRootFilesystem: args.readOnlyRootFilesystem ?? true,
              capabilities: {
                ...HARDENED.capabilities,
                add: args.addCapabilities && [...args.addCapabilities],
              },
            },
            volumeMounts: [...volumeMounts, ...claimMounts(args.volumeClaims)],
            ...(args.healthPath === undefined
              ? byGrpc && { readinessProbe: byGrpc.readinessProbe }
              : // Not Kubernetes' 1 s: a node short of CPU for a moment would take all pods away at once.
                {
                  readinessProbe: {
                    httpGet: { path: args.healthPath, port: "main" },
                    periodSeconds: 2,
                    timeoutSeconds: 5,
                  },
                }),
          },
        ],
        volumes,
      };
      const template = {
        metadata: {
          labels: { ...args.podLabels, ...labels, ...own },
          annotations: {
            ...args.podAnnotations,
            "consul.hashicorp.com/connect-inject": "true",
            [SIDECAR_GRACE]: String(drainSeconds + APP_GRACE_SECONDS),
            ...envoyDrain(args.listenerDrainSeconds),
            ...idleTimeout(idleTimeoutSeconds),
            ...byGrpc?.annotations,
            ...rotationAnnotation("ca", args.mesh.caRotation),
            ...(tags.length > 0 ? { "consul.hashicorp.com/service-tags": tagsAnnotation(tags) } : {}),
            ...annotations,
          },
        },
        spec: mergePodSpec(spec, args.podSpec),
      };
      return makeWorkload(
        name,
        part,
        {
          kind,
          name: workloadName,
          namespace: args.namespace,
          labels,
          template,
          // None where a scaler decides: each `up` would set it back.
          replicas: args.autoscaling === undefined ? (version.replicas ?? 1) : undefined,
          updateStrategy: args.updateStrategy,
          volumeClaims: args.volumeClaims ?? [],
        },
        { parent: this, dependsOn },
      );
    };
    const { canary } = args;
    const stable = workload(PART_OF_KIND[kind], { ...args, weight: canary && STABLE_WEIGHT });
    if (canary !== undefined) {
      const weight = canaryWeight(canary, args.replicas ?? 1);
      // Subsets of a ServiceResolver, for calls within the mesh, go by this.
      const version = { "consul.hashicorp.com/service-meta-version": "canary" };
      workload("canary", { image: args.image, env: args.env, args: args.args, ...canary, weight }, version);
    }
    const { autoscaling, disruptionBudget } = args;
    if (autoscaling !== undefined) {
      scaler(
        `${name}-autoscaler`,
        metadata,
        autoscaling,
        { kind, name: serviceName, container: serviceName },
        { parent: this, dependsOn: [stable] },
      );
    }
    if (disruptionBudget !== undefined) {
      new k8s.policy.v1.PodDisruptionBudget(
        `${name}-disruption-budget`,
        { metadata, spec: { ...disruptionBudget, selector: { matchLabels: own } } },
        { parent: this },
      );
    }
    this.registerOutputs({ serviceName: this.serviceName, protocol: this.protocol });
  }
}

/** On a service's pods of every version: what its Kubernetes Service selects. */
const SERVICE_LABEL = "consul-traefik-mesh/service";

/** What the pods of one version differ in. */
interface Version {
  readonly image: string;
  readonly env?: PodOptions["env"];
  readonly args?: readonly string[];
  readonly replicas?: number;
  readonly weight?: number;
}

/** Whether Traefik calls a service, so that it needs an intention from Traefik. */
export function isRouted({ routes = [], tcpRoutes = [], internal = false }: MeshServiceOptions): boolean {
  return routes.length > 0 || tcpRoutes.length > 0 || internal;
}

/** The intentions that a service's calls ask for, each of which knows where it was declared. */
export function callRules(source: string, calls: readonly ServiceCall[], prefix: string): IntentionRule[] {
  return calls.map((call, i) => ({ ...call, source, declaredAt: `${prefix}calls[${i}]` }));
}

/** What is wrong with a service; `prefix` is put before each path. */
export function meshServiceProblems(serviceName: string, args: MeshServiceOptions, prefix = ""): Problem[] {
  const problems: Problem[] = [
    ...serviceNameProblems(`${prefix}serviceName`, serviceName, args.canary !== undefined),
    ...portProblems(`${prefix}port`, args.port),
    ...sidecarPortProblems(`${prefix}port`, args.port),
    ...containerProblems(args, prefix),
    ...(args.canary === undefined ? [] : containerProblems(args.canary, `${prefix}canary.`)),
    ...rightsProblems(args, prefix),
    ...healthProblems(args, prefix),
    ...rangeProblems(`${prefix}drainSeconds`, args.drainSeconds ?? DEFAULT_DRAIN_SECONDS, 0, 300),
    ...rangeProblems(`${prefix}listenerDrainSeconds`, args.listenerDrainSeconds ?? 30, 1, 604800),
    ...rangeProblems(`${prefix}runAsUser`, args.runAsUser ?? NON_ROOT, 0, 2 ** 31 - 1),
    ...rangeProblems(`${prefix}replicas`, args.replicas ?? 1, 0, 1000),
    ...portProblems(`${prefix}servicePort`, args.servicePort ?? args.port),
    ...rangeProblems(`${prefix}requestTimeoutSeconds`, args.requestTimeoutSeconds ?? 0, 0, 604800),
    ...rangeProblems(`${prefix}idleTimeoutSeconds`, args.idleTimeoutSeconds ?? 0, 0, 604800),
    ...podOptionProblems(
      args,
      {
        serviceName,
        port: args.port,
        protocol: args.protocol ?? "http",
        healthPath: args.healthPath,
        writablePaths: args.writablePaths,
        neededGraceSeconds: neededGrace(args.drainSeconds ?? 0),
        replicas: args.replicas,
        scaled: args.autoscaling !== undefined,
      },
      prefix,
    ),
    ...(args.autoscaling === undefined
      ? []
      : autoscalingProblems(args.autoscaling, args, args.replicas, `${prefix}autoscaling`)),
    ...(args.disruptionBudget === undefined
      ? []
      : disruptionBudgetProblems(args.disruptionBudget, `${prefix}disruptionBudget`)),
    ...routeProblems(serviceName, args.routes ?? [], `${prefix}routes`),
    ...tcpRouteProblems(serviceName, args.tcpRoutes ?? [], args.protocol ?? "http", `${prefix}tcpRoutes`),
    ...(args.loadBalancing === undefined
      ? []
      : [
          ...loadBalancingProblems(args.loadBalancing, `${prefix}loadBalancing`),
          ...spreadingProblems(
            args.loadBalancing,
            args.protocol ?? "http",
            (args.routes ?? []).length > 0 || args.internal === true,
            `${prefix}loadBalancing`,
          ),
        ]),
    ...(args.canary === undefined
      ? []
      : canaryProblems(
          args.canary,
          args.loadBalancing ?? {},
          (args.routes ?? []).length > 0 || args.internal === true,
          `${prefix}canary`,
        )),
    ...(args.calls ?? []).flatMap((call, i) =>
      call.destination === "*"
        ? [
            {
              propertyPath: `${prefix}calls[${i}].destination`,
              reason: "is every service; name the one that is called",
            },
          ]
        : [],
    ),
  ];
  const problem = (input: string, reason: string) => problems.push({ propertyPath: prefix + input, reason });
  if (args.protocol === "tcp") {
    for (const input of ["requestTimeoutSeconds", "idleTimeoutSeconds"] as const) {
      if (args[input] !== undefined) {
        problem(
          input,
          "a tcp service has connections and no requests; leave it out, or set the protocol to what it speaks",
        );
      }
    }
  }
  if (args.canary !== undefined && args.kind !== undefined && args.kind !== "Deployment") {
    problem(
      "canary",
      `a second version is a second Deployment, and this is a ${args.kind}; make it a service of its own`,
    );
  }
  if (args.canary !== undefined && args.autoscaling !== undefined) {
    problem(
      "autoscaling",
      "changes how many pods there are, by which the canary's share is counted; leave one of them out",
    );
  }
  if (args.protocol !== undefined && !PROTOCOLS.includes(args.protocol)) {
    problem("protocol", `"${args.protocol}" is no protocol of Consul's; use one of ${PROTOCOLS.join(", ")}`);
  }
  if (args.protocol === "grpc" && args.loadBalancing?.healthCheck !== undefined) {
    const reason =
      "asks by HTTP, which a grpc service does not answer; leave it out: Consul's own check has healthGrpcService asked";
    problem("loadBalancing.healthCheck", reason);
  }
  // Tags of what is wrong in itself cannot be made.
  return problems.length > 0 ? problems : podSizeProblems(args, serviceTags(serviceName, args), `${prefix}env`);
}

/** What is right in a service but most likely not meant. */
export function meshServiceWarnings(args: MeshServiceOptions, prefix = ""): Problem[] {
  return [
    ...plainSecretWarnings(args, prefix),
    ...(args.canary === undefined ? [] : plainSecretWarnings(args.canary, `${prefix}canary.`)),
  ];
}
