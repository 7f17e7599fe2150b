import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { missingProblems, ofRightForm } from "../shared/forms";
import { owned } from "../interrupted/hooks";
import { oldVariableNameProblems } from "../pods/containerProblems";
import type { IntentionRule } from "../intentions/intentions";
import type { IntentionSet } from "../intentions/intentionSet";
import { MeshIntentions } from "../intentions/meshIntentions";
import { CanaryRoutesArgs, LATER_IN_ROUTES, RoutesArgs, withStandIns } from "../routing/laterRoutes";
import type { Canary, CanaryArgs } from "../routing/canary";
import { callRules, isRouted, MemberOptions, MeshMember, Protocol } from "./member";
import { memberAccount } from "./memberAccount";
import { memberEntries } from "./memberEntries";
import { memberRoutes } from "./memberRoutes";
import { memberService } from "./memberService";
import { joinMesh, otherMeshProblems } from "../mesh/membership";
import type { Ingress, Mesh } from "../mesh/mesh";
import { RoutingModel } from "../routing/routingModel";
import {
  drainProblems,
  initContainerWarnings,
  longEndWarnings,
  meshServiceProblems,
  meshServiceWarnings,
} from "./meshServiceProblems";
import { JobsBefore } from "./afterJobs";
import type { MeshJob } from "./meshJob";
import { ownDnsWarnings } from "./ownDns";
import { judgedLater, LATER_IN_PODS } from "../pods/judgedLater";
import type { Autoscaling, DisruptionBudget, PodOptions } from "../pods/podOptions";
import type { RollingUpdate } from "../pods/rollingUpdate";
import { leftAlone, mostPods, scaling } from "../pods/scaling";
import { Health, serviceHealth } from "../pods/probes";
import { nullProblems } from "../shared/keys";
import { Problem, refuse, warn } from "../shared/problems";
import { MeshNames } from "../shared/serviceNames";
import { allTags, usesIngress } from "../routing/serviceTags";
import { drainSecondsOf, SERVICE_LABEL } from "./sidecarAnnotations";
import { ingressTimeoutWarnings } from "./timeoutWarnings";
import { podNamespace, podNamespaceProblems } from "./podNamespace";
import { vaultAgentWarnings } from "./vaultAgent";
import { servedPaths, versionsOf, versionTemplate } from "./versions";
import { makeWorkload } from "../pods/workloads";

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
   * Lets Kubernetes decide how many pods there are; or `external`: somebody else does, such as KEDA, even that there are none. Excludes
   * `replicas` and `canary`.
   * @unset neither does
   */
  readonly autoscaling?: Autoscaling | "external";
  /**
   * How many pods of a Deployment or a DaemonSet are replaced at once; excludes `updateStrategy` `Recreate`.
   * @unset Kubernetes' own
   */
  readonly rollingUpdate?: RollingUpdate;
  /**
   * Seconds that a new pod has to stay ready before it counts and the next one is replaced, 0 to 3600.
   * @unset Kubernetes' own, 0
   */
  readonly minReadySeconds?: number;
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
   * moment. It needs Kubernetes 1.30, and consul-k8s-control-plane 1.5.3, before which the injector makes the pod invalid.
   * @unset 10, but 0 where the mesh or the cluster is known to be too old
   */
  readonly drainSeconds?: number;
  /**
   * A second version that gets a share of the requests, or those of routes of its own; see docs/routing.md#canary.
   * @unset none
   */
  readonly canary?: Canary;
}

export interface MeshServiceArgs extends Omit<MeshServiceOptions, keyof CanaryRoutesArgs>, RoutesArgs {
  /** As in `MeshServiceOptions`. */
  readonly canary?: CanaryArgs;
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
  /**
   * Jobs that have to end well before its pods run, at each `up` that runs them, such as the migration of a schema; see docs/services.md#jobs. A
   * `dependsOn` would hold back its intentions too, for which deny-all waits, and for that the job.
   * @unset none
   */
  readonly after?: readonly MeshJob[];
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
  /** Where Traefik tells whether it serves what the service publishes; none where it has no routes, or no pods. */
  public readonly servedPaths: readonly pulumi.Input<string>[];
  /** The rules that its `calls` are. */
  public readonly calls: readonly IntentionRule[];
  /**
   * Depend on this for what needs the service's protocol to be known to Consul, as an L7 intention does; empty for `tcp`.
   * It does not wait for the pods.
   */
  public readonly protocolReady: k8s.apiextensions.CustomResource[];

  constructor(name: string, given: MeshServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const what = `MeshService "${name}"`;
    refuse(what, nullProblems({ ...given, podSpec: given.podSpec && {} }));
    refuse(what, missingProblems(given, ["namespace", "image", "port"], [...LATER_IN_PODS, LATER_IN_ROUTES]));
    const serviceName = given.serviceName ?? name;
    const args = withStandIns(serviceName, given);
    const { canary, namespace: within, ingress, guardedBy, after = [] } = args;
    const named = { name: serviceName, canary, kind: args.kind, namespace: within, place: what };
    const { mesh } = args;
    refuse(what, [
      ...ofRightForm(what, args, (its) => [
        ...meshServiceProblems(serviceName, its),
        ...oldVariableNameProblems(its, mesh.kubernetesVersion, ""),
        ...drainProblems(its, mesh.partWithoutSleep),
      ]),
      ...mesh.model.part(RoutingModel).service(serviceName, args, { own: "", named: `${name}.` }),
      ...podNamespaceProblems(what, mesh, args.namespace, serviceName),
      ...mesh.model.part(MeshNames).take("serviceName", named),
      ...otherMeshProblems(mesh, { ingress, guardedBy, after }),
    ]);
    super("consul-traefik-mesh:index:MeshService", name, {}, owned(`MeshService-${name}`, opts));
    joinMesh(what, args.mesh, this);
    warn(
      what,
      [...meshServiceWarnings(args), ...besideSidecar(args, mesh), ...ingressTimeoutWarnings(what, args)],
      this,
    );
    this.serviceName = serviceName;
    this.protocol = args.protocol ?? "http";
    this.routed = isRouted(args);
    const routes = memberRoutes(what, args.mesh, serviceName, given, args, this);
    this.servedPaths = servedPaths(args, routes);
    this.calls = callRules(serviceName, args.calls ?? [], `${name}.`);
    const intentions = mesh.model.part(MeshIntentions);
    mesh.model.part(JobsBefore).join({ name: serviceName, jobs: after, path: `${name}.after`, intentions });
    const namespace = podNamespace(what, args.mesh, args.namespace, serviceName);
    const metadata = { name: serviceName, namespace };
    const { expose } = serviceHealth(args) ?? {};
    this.protocolReady = memberEntries(name, args.mesh, serviceName, args, expose, { parent: this });
    const account = memberAccount(what, name, metadata, args, this);
    const port = { name: "main", port: args.servicePort ?? args.port, targetPort: "main" };
    // Before the Deployment: the injector refuses a pod that no Service selects.
    const service = memberService(name, metadata, port, { parent: this });
    const dependsOn = [
      ...(args.mesh.ready === undefined ? [] : [args.mesh.ready]),
      service,
      ...this.protocolReady,
      ...(args.guardedBy === undefined ? [] : [args.guardedBy, spokenOf(args.mesh, serviceName)]),
      ...(pulumi.Resource.isInstance(args.ingress) && usesIngress(allTags(serviceName, args)) ? [args.ingress] : []),
      ...after,
    ];
    const { kind = "Deployment" } = args;
    const its = { serviceName, serviceAccountName: account.name, tags: routes.tags };
    const judged = judgedLater(what, args, this);
    const [stable] = versionsOf(what, serviceName, judged, this).map((version) =>
      makeWorkload(
        name,
        version.part,
        {
          kind,
          name: version.name,
          namespace: args.namespace,
          labels: { app: version.name },
          template: versionTemplate(judged, version, its),
          replicas: version.replicas,
          maxReplicas: mostPods(args),
          updateStrategy: args.updateStrategy,
          rollingUpdate: args.rollingUpdate,
          minReadySeconds: args.minReadySeconds,
          volumeClaims: args.volumeClaims ?? [],
        },
        { parent: this, dependsOn, ignoreChanges: leftAlone(args) },
      ),
    );
    const labels = { [SERVICE_LABEL]: serviceName };
    scaling(name, args, { ...metadata, kind, container: serviceName, labels, resource: stable }, this);
    this.registerOutputs({ serviceName: this.serviceName, protocol: this.protocol });
  }
}

/** What of a service's pods most likely does not work beside the sidecar of this mesh. */
function besideSidecar(args: MeshServiceOptions, mesh: Mesh): Problem[] {
  const { podAnnotations, drainSeconds } = args;
  return [
    ...initContainerWarnings(args.podSpec, mesh.cni),
    ...vaultAgentWarnings({ podAnnotations, cni: mesh.cni }),
    ...ownDnsWarnings(args),
    ...longEndWarnings(args, drainSecondsOf(drainSeconds, mesh)),
  ];
}

/**
 * The intentions that speak of a service. Pulumi's SDK takes a promise of several among what a resource depends on, which its type does
 * not say; a promise of all together would have it look through each of them for what is not known yet, at each service.
 */
function spokenOf({ model }: Mesh, serviceName: string): Promise<pulumi.Resource> {
  const intentions = model.part(MeshIntentions);
  const its = model.declared().then(() => intentions.registered(intentions.entriesOf(serviceName)));
  return its as unknown as Promise<pulumi.Resource>;
}
