import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { judgedLater } from "../pods/judgedLater";
import { owned } from "../interrupted/hooks";
import { oldVariableNameProblems } from "../pods/containerProblems";
import type { IntentionRule } from "../intentions/intentions";
import type { IntentionSet } from "../intentions/intentionSet";
import { RoutesArgs, withStandIns } from "../routing/laterRoutes";
import { Canary, canaryWeight, STABLE_WEIGHT } from "../routing/loadBalancing";
import { callRules, isRouted, MemberOptions, MeshMember, Protocol } from "./member";
import { memberEntries } from "./memberEntries";
import { memberRoutes } from "./memberRoutes";
import type { Ingress, Mesh } from "../mesh/mesh";
import { RoutingModel } from "../routing/routingModel";
import { drainProblems, meshServiceProblems, meshServiceWarnings } from "./meshServiceProblems";
import type { Autoscaling, DisruptionBudget, PodOptions } from "../pods/podOptions";
import { containerRights, NON_ROOT, restrictedPod } from "../shared/podSecurity";
import { mergePodSpec } from "../pods/podSpecOverride";
import { containerPart, podSpecPart, scaler, volumeParts } from "../pods/podTemplate";
import { grpcProbe, Health } from "../pods/probes";
import { refuse, warn } from "../shared/problems";
import { CANARY_SUFFIX, MeshNames } from "../shared/serviceNames";
import { serviceTags, usesIngress } from "../routing/serviceTags";
import { drainSecondsOf, neededGrace, SERVICE_LABEL, sidecarAnnotations } from "./sidecarAnnotations";
import { timeoutWarnings } from "./timeoutWarnings";
import { podNamespace, podNamespaceProblems } from "./podNamespace";
import { claimMounts, makeWorkload, PART_OF_KIND } from "../pods/workloads";

export { callRules, isRouted, PROTOCOLS } from "./member";
export type { MemberOptions, MeshMember, Protocol } from "./member";
export { drainProblems, meshServiceProblems, meshServiceWarnings } from "./meshServiceProblems";

/** What describes a service, apart from the mesh that it joins. */
export interface MeshServiceOptions extends PodOptions, Health, MemberOptions {
  /** The service's image, a full reference. It may be another resource's output, such as of what builds it. */
  readonly image: pulumi.Input<string>;
  /**
   * When the image is pulled.
   * @unset Kubernetes' own rule
   */
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  /**
   * Port of the Kubernetes Service, which leads to `port`, 1 to 65535.
   * @unset `port`
   */
  readonly servicePort?: number;
  /**
   * Number of pods, 0 to 1000.
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Lets Kubernetes decide how many pods there are; excludes `replicas` and `canary`.
   * @unset it does not
   */
  readonly autoscaling?: Autoscaling;
  /**
   * How few pods a drain of nodes leaves.
   * @unset no budget
   */
  readonly disruptionBudget?: DisruptionBudget;
  /**
   * The user that the container runs as; 0 is root, for an image that cannot do without. Refused are 5995 and 5996, the
   * sidecar's, whose traffic does not go through the mesh.
   * @default 65532
   */
  readonly runAsUser?: number;
  /**
   * Whether the container's own files cannot be changed.
   * @default true
   */
  readonly readOnlyRootFilesystem?: boolean;
  /**
   * Folders that the container writes to, such as `/tmp`: each is empty at the start and goes with the pod. Refused are the
   * kernel's, and those of the image's programs.
   * @unset none
   */
  readonly writablePaths?: readonly string[];
  /**
   * Linux capabilities that the container keeps, such as `NET_BIND_SERVICE`. Refused are `ALL`, `NET_ADMIN` and others that
   * undo the redirection.
   * @unset none
   */
  readonly addCapabilities?: readonly string[];
  /**
   * Seconds that a pod which is to stop goes on serving, 0 to 300: callers hear of its end by Consul's catalog, which takes a
   * moment. It needs Kubernetes 1.30, and control plane 1.5.3, before which the injector makes the pod invalid.
   * @unset 10, but 0 where the mesh or the cluster is known to be too old
   */
  readonly drainSeconds?: number;
  /**
   * A second version that gets a share of the requests; see docs/routing.md#canary-a-share-of-the-requests-for-another-version.
   * @unset none
   */
  readonly canary?: Canary;
}

export interface MeshServiceArgs extends Omit<MeshServiceOptions, keyof RoutesArgs>, RoutesArgs {
  readonly mesh: Mesh;
  /** An existing namespace. */
  readonly namespace: pulumi.Input<string>;
  /**
   * The service's name in Consul, in Kubernetes and in its identity.
   * @unset the component's name
   */
  readonly serviceName?: string;
  /**
   * Waited for where a route uses what the ingress declares: user list, plugin, TLS options, certificate resolver, entry point.
   * @unset not waited for, so that Traefik's pods before such a change may find the route first
   */
  readonly ingress?: Ingress;
  /**
   * Intentions that have to be in force before the first pod serves, such as deny-all.
   * @unset none
   */
  readonly guardedBy?: IntentionSet;
}

/**
 * A service of the mesh: Deployment with an injected sidecar, Service, ServiceAccount of the same name (its identity),
 * its protocol as ServiceDefaults, and its routes as tags that Traefik reads from Consul's catalog.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `meshServiceProblems`.
 */
export class MeshService extends pulumi.ComponentResource implements MeshMember {
  /** The service's name in Consul: what intentions name. */
  public readonly serviceName: string;
  public readonly protocol: Protocol;
  /** Whether Traefik calls it: a route leads to it, or Traefik asks it for other services' routes. */
  public readonly routed: boolean;
  /** Where Traefik tells whether it serves what the service publishes; `undefined` where it has no routes, or no pods. */
  public readonly servedPath: pulumi.Input<string> | undefined;
  /** The rules that its `calls` are. */
  public readonly calls: readonly IntentionRule[];
  /**
   * Depend on this for what needs the service's protocol to be known to Consul, as an L7 intention does; empty for `tcp`.
   * It does not wait for the pods.
   */
  public readonly protocolReady: pulumi.Resource[];

  constructor(name: string, given: MeshServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const what = `MeshService "${name}"`;
    const serviceName = given.serviceName ?? name;
    const args = withStandIns(serviceName, given);
    const named = { name: serviceName, canary: args.canary, place: what };
    refuse(what, [
      ...meshServiceProblems(serviceName, args),
      ...args.mesh.model.part(RoutingModel).service(serviceName, args, { own: "", named: `${name}.` }),
      ...oldVariableNameProblems(args, args.mesh.kubernetesVersion, ""),
      ...podNamespaceProblems(args.mesh, args.namespace),
      ...args.mesh.model.part(MeshNames).take("serviceName", named),
      ...drainProblems(args, args.mesh.partWithoutSleep),
    ]);
    super("consul-traefik-mesh:index:MeshService", name, {}, owned(`MeshService-${name}`, opts));
    const timeouts = args.ingress === undefined ? [] : timeoutWarnings(args, args.ingress.respondingTimeouts);
    warn(what, [...meshServiceWarnings(args), ...timeouts], this);
    this.serviceName = serviceName;
    this.protocol = args.protocol ?? "http";
    this.routed = isRouted(args);
    const pods = (args.replicas ?? 1) + (args.canary === undefined ? 0 : (args.canary.replicas ?? 1));
    const routes = memberRoutes(what, args.mesh, serviceName, given, args, this);
    this.servedPath = pods === 0 ? undefined : routes.servedPath;
    this.calls = callRules(serviceName, args.calls ?? [], `${name}.`);
    const namespace = podNamespace(what, args.mesh, args.namespace);
    const metadata = { name: serviceName, namespace };
    const own = { [SERVICE_LABEL]: serviceName };
    const byGrpc = args.healthGrpcService === undefined ? undefined : grpcProbe(args.healthGrpcService, args.port);

    this.protocolReady = memberEntries(name, args.mesh, serviceName, args, byGrpc?.expose, { parent: this });
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
    const drainSeconds = drainSecondsOf(args.drainSeconds, args.mesh);
    const { volumes, volumeMounts } = volumeParts(args.writablePaths, args.volumes);
    const claims =
      (args.volumeClaims ?? []).length > 0 ||
      (args.volumes ?? []).some((volume) => volume.persistentVolumeClaim !== undefined);
    const pod = restrictedPod(args.runAsUser ?? NON_ROOT, [args.port]);
    const dependsOn = [
      ...(args.mesh.ready === undefined ? [] : [args.mesh.ready]),
      service,
      ...this.protocolReady,
      ...(args.guardedBy === undefined ? [] : [args.guardedBy]),
      ...(pulumi.Resource.isInstance(args.ingress) && usesIngress(serviceTags(serviceName, args))
        ? [args.ingress]
        : []),
    ];
    const { kind = "Deployment" } = args;
    const workload = (part: string, version: Version, annotations: Record<string, string> = {}) => {
      const workloadName = part === "canary" ? serviceName + CANARY_SUFFIX : serviceName;
      const labels = { app: workloadName };
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
            securityContext: containerRights(args),
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
            ...sidecarAnnotations(args.mesh, serviceName, args, drainSeconds, routes.tags(version.weight)),
            ...byGrpc?.annotations,
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
    const version = judgedLater(what, args, this);
    const stable = workload(PART_OF_KIND[kind], { ...version, weight: canary && STABLE_WEIGHT });
    if (canary !== undefined) {
      const weight = canaryWeight(canary, args.replicas ?? 1);
      // Subsets of a ServiceResolver, for calls within the mesh, go by this.
      const meta = { "consul.hashicorp.com/service-meta-version": "canary" };
      const {
        image = version.image,
        env = version.env,
        args: its = args.args,
      } = judgedLater(what, canary, this, "canary.");
      workload("canary", { image, env, args: its, replicas: canary.replicas, weight }, meta);
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

/** What the pods of one version differ in. */
interface Version {
  readonly image: pulumi.Input<string>;
  readonly env?: PodOptions["env"];
  readonly args?: readonly string[];
  readonly replicas?: number;
  readonly weight?: number;
}
