import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { missingProblems, ofRightForm } from "../shared/forms";
import { owned } from "../interrupted/hooks";
import type { IntentionRule } from "../intentions/intentions";
import type { IntentionSet } from "../intentions/intentionSet";
import { MeshIntentions } from "../intentions/meshIntentions";
import { Joined, joinProblems, joinWarnings, PodTemplate } from "./joinProblems";
import { joinTemplate } from "./joinTemplate";
import { joinTransform } from "./joinTransform";
import { callRules, isRouted, MemberOptions, MeshMember, Protocol } from "./member";
import { memberAccount } from "./memberAccount";
import { memberEntries } from "./memberEntries";
import { memberRoutes } from "./memberRoutes";
import { memberService } from "./memberService";
import { joinMesh, otherMeshProblems } from "../mesh/membership";
import type { Ingress, Mesh } from "../mesh/mesh";
import { LATER_IN_ROUTES, RoutesArgs, withStandIns } from "../routing/laterRoutes";
import { RoutingModel } from "../routing/routingModel";
import { meshWorkloadProblems } from "./meshWorkloadProblems";
import type { AccountOptions } from "../pods/accountOptions";
import { LATER_IN_ACCOUNT } from "../pods/judgedLater";
import type { WorkloadKind } from "../pods/podOptions";
import { nullProblems } from "../shared/keys";
import { refuse, warn } from "../shared/problems";
import { patchedTwiceProblems, patchRunning } from "./runningWorkload";
import { MeshNames } from "../shared/serviceNames";
import { serviceTags, usesIngress } from "../routing/serviceTags";
import { drainSecondsOf, SERVICE_LABEL, sidecarAnnotations } from "./sidecarAnnotations";
import { ingressTimeoutWarnings } from "./timeoutWarnings";
import { podNamespace, podNamespaceProblems } from "./podNamespace";

/** What describes a service whose pods somebody else declares. */
export interface MeshWorkloadOptions extends MemberOptions, AccountOptions {
  /**
   * The object that has the pods: `kind` is any, or Deployment where it runs already; `name` is the service's.
   * @unset a Deployment of the service's name
   */
  readonly workload?: { readonly kind?: WorkloadKind; readonly name?: string };
  /**
   * Whether the workload runs already and belongs to nobody's stack: then it is patched, which rolls its pods, and `destroy`
   * takes the patch back; else the program hands its pods to `join`, `transform` or `podAnnotations`.
   * @default false
   */
  readonly running?: boolean;
  /**
   * The Kubernetes Service that selects the pods, by which callers know them, such as a chart's own; it has to have an address,
   * and a port that leads to `port`.
   * @unset one is made, of the service's name
   */
  readonly existingService?: string;
  /**
   * Port of the Service that is made.
   * @unset `port`
   */
  readonly servicePort?: number;
  /**
   * Seconds that a pod which is to stop goes on serving, 0 to 300, where its containers say nothing of their own. Pods of
   * `running` and of `podAnnotations` get none.
   * @unset as of a `MeshService`
   */
  readonly drainSeconds?: number;
}

export interface MeshWorkloadArgs extends Omit<MeshWorkloadOptions, keyof RoutesArgs>, RoutesArgs {
  readonly mesh: Mesh;
  /** The namespace of the workload. */
  readonly namespace: pulumi.Input<string>;
  /**
   * The service's name in Consul and of its identity, the ServiceAccount.
   * @unset the component's name
   */
  readonly serviceName?: string;
  /**
   * Waited for where a route uses what the ingress declares.
   * @unset not waited for
   */
  readonly ingress?: Ingress;
  /**
   * Intentions that have to be in force before the first pod serves, such as deny-all.
   * @unset none
   */
  readonly guardedBy?: IntentionSet;
}

/**
 * A service of the mesh whose pods somebody else declares: another resource of the program (`join`, or `transform` in its
 * `transforms`), a `helm.v4.Chart` or `ConfigFile` (`transform`), the values of a `helm.v3.Release` (`podLabels`,
 * `podAnnotations`, `serviceAccountName`), or nobody's stack (`running`). It has what a `MeshService` has: identity, protocol,
 * time limits, routes, calls; and the pods are judged for what would keep them out of the mesh, but for those of a Release,
 * which only Helm knows.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `meshWorkloadProblems`; where the pods are known, with
 * each of `joinProblems`.
 */
export class MeshWorkload extends pulumi.ComponentResource implements MeshMember {
  public readonly serviceName: string;
  public readonly protocol: Protocol;
  public readonly routed: boolean;
  public readonly servedPaths: readonly pulumi.Input<string>[];
  public readonly calls: readonly IntentionRule[];
  public readonly protocolReady: k8s.apiextensions.CustomResource[];
  /** Labels, annotations and ServiceAccount of the pods; an allow of Consul goes by the last. */
  public readonly podLabels: Readonly<Record<string, string>>;
  public readonly podAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
  public readonly serviceAccountName: string;
  /** What the pods depend on: `transform` adds it, others have to say it. */
  public readonly ready: readonly pulumi.Resource[];
  /** For `transforms` of a Deployment, a `helm.v4.Chart`, a `ConfigFile`: gives the workload in it what it needs, and judges it. */
  public readonly transform: pulumi.ResourceTransform;
  private readonly drainSeconds: number;
  private readonly joined: Joined;

  constructor(name: string, given: MeshWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    const { mesh, existingService, ingress, guardedBy } = given;
    const what = `MeshWorkload "${name}"`;
    refuse(what, nullProblems(given));
    refuse(what, missingProblems(given, ["namespace", "port"], [LATER_IN_ACCOUNT, LATER_IN_ROUTES]));
    const serviceName = given.serviceName ?? name;
    const args = withStandIns(serviceName, given);
    const madeService = existingService === undefined ? serviceName : undefined;
    const named = { name: serviceName, namespace: args.namespace, existingService, place: what };
    refuse(what, [
      ...ofRightForm(what, args, (its) => meshWorkloadProblems(serviceName, its)),
      ...mesh.model.part(RoutingModel).service(serviceName, args, { own: "", named: `${name}.` }),
      ...podNamespaceProblems(what, mesh, args.namespace, madeService),
      ...mesh.model.part(MeshNames).take("serviceName", named),
      ...otherMeshProblems(mesh, { ingress, guardedBy }),
      ...patchedTwiceProblems(serviceName, args, what),
    ]);
    super("consul-traefik-mesh:index:MeshWorkload", name, {}, owned(`MeshWorkload-${name}`, opts));
    joinMesh(what, mesh, this);
    warn(what, ingressTimeoutWarnings(what, args), this);
    this.serviceName = serviceName;
    this.protocol = args.protocol ?? "http";
    this.routed = isRouted(args);
    const routes = memberRoutes(what, mesh, serviceName, given, args, this);
    this.servedPaths = routes.servedPath === undefined ? [] : [routes.servedPath];
    this.calls = callRules(serviceName, args.calls ?? [], `${name}.`);
    const namespace = podNamespace(what, mesh, args.namespace, madeService);

    // As far as the pods are judged by them.
    const tags = serviceTags(serviceName, args);
    this.drainSeconds = args.running ? 0 : drainSecondsOf(args.drainSeconds, mesh);
    this.serviceAccountName = serviceName;
    this.podLabels = { [SERVICE_LABEL]: serviceName };
    const kubernetesService = existingService ?? serviceName;
    this.podAnnotations = {
      ...sidecarAnnotations(mesh, serviceName, args, this.drainSeconds, routes.tags()),
      // Other Services that select the pods, such as a headless one, are none of Consul's then.
      "consul.hashicorp.com/kubernetes-service": kubernetesService,
      "consul.hashicorp.com/connect-service": serviceName,
      "consul.hashicorp.com/connect-service-port": String(args.port),
    };
    this.joined = {
      serviceName,
      port: args.port,
      annotations: this.podAnnotations,
      running: args.running ?? false,
      tags,
      kubernetesService,
      cni: mesh.cni,
      calls: args.calls,
      drainSeconds: this.drainSeconds,
    };

    mesh.model.part(MeshIntentions).hold(serviceName);
    const opened = {
      parent: this,
      dependsOn: [...(mesh.ready === undefined ? [] : [mesh.ready]), ...(args.guardedBy?.entries ?? [])],
    };
    this.protocolReady = memberEntries(name, mesh, serviceName, args, undefined, { parent: this });
    const metadata = { name: serviceName, namespace };
    const account = memberAccount(what, name, metadata, args, this);
    const made = [...account.made];
    if (existingService === undefined) {
      const port = { name: "main", port: args.servicePort ?? args.port, targetPort: args.port };
      made.push(memberService(name, metadata, port, { parent: this }));
    }
    this.ready = [
      ...opened.dependsOn,
      ...made,
      ...this.protocolReady,
      ...(pulumi.Resource.isInstance(args.ingress) && usesIngress(tags) ? [args.ingress] : []),
    ];
    this.transform = joinTransform(this, what, namespace, args);
    if (args.running) {
      patchRunning(name, this, namespace, args, { parent: this, dependsOn: [...this.ready] });
    }
    this.registerOutputs({ serviceName: this.serviceName, protocol: this.protocol });
  }

  /**
   * The pods of a workload of the program as they are in the mesh; they have to be plain where that decides. What makes them is to
   * depend on `ready`. `path` is where they stand, for errors.
   *
   * Errors: `InputPropertiesError` with each problem of `joinProblems`.
   */
  public join(template: PodTemplate, path = "template"): PodTemplate {
    this.judge(template, path);
    return joinTemplate(template, this, this.drainSeconds);
  }

  /** Refuses pods that cannot be in the mesh, and says what of them is most likely not meant. */
  public judge(template: PodTemplate, path: string): void {
    refuse(`pods of ${this.serviceName}`, joinProblems(template, this.joined, path));
    warn(`pods of ${this.serviceName}`, joinWarnings(template, this.joined, path), this);
  }

  /** The service as its pods are judged beside it. */
  public get asJoined(): Joined {
    return this.joined;
  }
}
