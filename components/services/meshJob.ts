import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { judgedLater, LATER_IN_PODS } from "../pods/judgedLater";
import { missingProblems, ofRightForm } from "../shared/forms";
import { owned } from "../interrupted/hooks";
import { oldVariableNameProblems, plainSecretWarnings } from "../pods/containerProblems";
import type { IntentionRule } from "../intentions/intentions";
import type { IntentionSet } from "../intentions/intentionSet";
import { MeshIntentions } from "../intentions/meshIntentions";
import { refuseCircle } from "./afterJobs";
import { callRules, MeshMember } from "./member";
import { joinMesh, otherMeshProblems } from "../mesh/membership";
import type { Mesh } from "../mesh/mesh";
import { jobTemplate } from "./jobTemplate";
import { memberAccount } from "./memberAccount";
import { memberService } from "./memberService";
import { meshJobProblems, NO_PORT } from "./meshJobProblems";
import type { MeshServiceOptions } from "./meshService";
import type { PodOptions } from "../pods/podOptions";
import { nullProblems } from "../shared/keys";
import { refuse, warn } from "../shared/problems";
import { MeshNames } from "../shared/serviceNames";
import { vaultAgentWarnings } from "./vaultAgent";
import { ownDnsWarnings } from "./ownDns";
import { podNamespace, podNamespaceProblems } from "./podNamespace";

type OfPods =
  | "command"
  | "args"
  | "env"
  | "envFrom"
  | "resources"
  | "volumes"
  | "imagePullSecrets"
  | "nodeSelector"
  | "tolerations"
  | "priorityClassName"
  | "terminationGracePeriodSeconds"
  | "podLabels"
  | "podAnnotations"
  | "existingServiceAccount"
  | "serviceAccountAnnotations"
  | "podSpec";
type OfServices =
  "image" | "imagePullPolicy" | "runAsUser" | "readOnlyRootFilesystem" | "writablePaths" | "addCapabilities" | "calls";

/** What describes a job, apart from the mesh that it joins. What it has in common with a service is said there. */
export interface MeshJobOptions extends Pick<PodOptions, OfPods>, Pick<MeshServiceOptions, OfServices> {
  /**
   * When it runs, as cron has it: `0 3 * * *`, or `@daily`.
   * @unset once, at the `up` that makes or changes it, which waits for its end
   */
  readonly schedule?: string;
  /**
   * Name of the time zone of `schedule`, such as `Europe/Paris`.
   * @unset the cluster's own
   */
  readonly timeZone?: string;
  /**
   * What happens where the run before has not ended; with `Forbid` the next one is left out.
   * @default Forbid
   */
  readonly concurrencyPolicy?: "Allow" | "Forbid" | "Replace";
  /**
   * Whether none is begun by `schedule`.
   * @unset Kubernetes' own, `false`
   */
  readonly suspend?: boolean;
  /**
   * Seconds after its time in which a run of `schedule` may still begin, 10 to 604800; later, it is left out.
   * @unset however late
   */
  readonly startingDeadlineSeconds?: number;
  /**
   * How many Jobs of `schedule` that ended well are kept, with their logs, 0 to 1000.
   * @unset Kubernetes' own, 3
   */
  readonly successfulJobsHistoryLimit?: number;
  /**
   * How many that failed are kept, likewise.
   * @unset Kubernetes' own, 1
   */
  readonly failedJobsHistoryLimit?: number;
  /**
   * How many pods run at once, 1 to 1000.
   * @unset Kubernetes' own, 1
   */
  readonly parallelism?: number;
  /**
   * How many pods have to end well, 1 to 100000.
   * @unset Kubernetes' own, 1; with `parallelism`, one, behind which no other begins
   */
  readonly completions?: number;
  /**
   * `Indexed`: each of the `completions` has a number, in the variable `JOB_COMPLETION_INDEX`.
   * @unset Kubernetes' own, `NonIndexed`
   */
  readonly completionMode?: "NonIndexed" | "Indexed";
  /**
   * How often a run is tried again before it counts as failed, 0 to 1000.
   * @default 6
   */
  readonly backoffLimit?: number;
  /**
   * Seconds after which a run is ended and counts as failed, 1 to 604800.
   * @unset never; an `up` waits for 10 minutes
   */
  readonly activeDeadlineSeconds?: number;
}

export interface MeshJobArgs extends MeshJobOptions {
  readonly mesh: Mesh;
  /** An existing namespace. */
  readonly namespace: pulumi.Input<string>;
  /**
   * The job's name in Consul, in Kubernetes and in its identity.
   * @unset the component's name
   */
  readonly serviceName?: string;
  /**
   * Intentions that have to be in force before it runs, such as deny-all.
   * @unset none; those of its `calls` are waited for
   */
  readonly guardedBy?: IntentionSet;
}

/**
 * A Job, or a CronJob where it has a `schedule`, that calls services of the mesh and ends: with an identity of its own, and a
 * sidecar that ends with it (see `endingSidecar`). Nobody calls it.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `meshJobProblems`.
 */
export class MeshJob extends pulumi.ComponentResource implements MeshMember {
  public readonly serviceName: string;
  public readonly protocol = "tcp";
  public readonly listens = false;
  public readonly routed = false;
  public readonly servedPaths = [];
  public readonly calls: readonly IntentionRule[];
  public readonly protocolReady: k8s.apiextensions.CustomResource[] = [];
  /** When it runs; none where it runs at an `up`, which waits for its end. */
  public readonly schedule?: string;

  constructor(name: string, args: MeshJobArgs, opts?: pulumi.ComponentResourceOptions) {
    const { mesh, schedule, backoffLimit = 6, activeDeadlineSeconds, guardedBy } = args;
    const what = `MeshJob "${name}"`;
    refuse(what, nullProblems({ ...args, podSpec: args.podSpec && {} }));
    refuse(what, missingProblems(args, ["namespace", "image"], LATER_IN_PODS));
    const serviceName = args.serviceName ?? name;
    refuse(what, [
      ...ofRightForm(what, args, (its) => [
        ...meshJobProblems(serviceName, its, mesh.partWithoutNativeSidecar),
        ...oldVariableNameProblems(its, mesh.kubernetesVersion, ""),
      ]),
      ...podNamespaceProblems(what, mesh, args.namespace, serviceName),
      ...mesh.model.part(MeshNames).take("serviceName", { name: serviceName, namespace: args.namespace, place: what }),
      ...otherMeshProblems(mesh, { guardedBy }),
    ]);
    super("consul-traefik-mesh:index:MeshJob", name, {}, owned(`MeshJob-${name}`, opts));
    joinMesh(what, mesh, this);
    const sidecar = { cni: mesh.cni, job: { native: mesh.partWithoutNativeSidecar === undefined } };
    const warnings = [...vaultAgentWarnings({ ...args, ...sidecar }), ...ownDnsWarnings(args)];
    warn(what, [...plainSecretWarnings(args, ""), ...warnings], this);
    this.serviceName = serviceName;
    this.schedule = schedule;
    this.calls = callRules(serviceName, args.calls ?? [], `${name}.`);
    const namespace = podNamespace(what, mesh, args.namespace, serviceName);
    const metadata = { name: serviceName, namespace };

    const account = memberAccount(what, name, metadata, args, this);
    const service = memberService(name, metadata, { port: NO_PORT }, { parent: this });
    const jobSpec: k8s.types.input.batch.v1.JobSpec = {
      backoffLimit,
      activeDeadlineSeconds,
      parallelism: args.parallelism,
      completions: args.completions,
      completionMode: args.completionMode,
      template: jobTemplate(serviceName, judgedLater(what, args, this), account.name),
    };
    const before = [
      ...(mesh.ready === undefined ? [] : [mesh.ready]),
      service,
      ...(guardedBy === undefined ? [] : [guardedBy]),
    ];
    // A run that may not call yet would fail.
    const allowed = mesh.model.part(MeshIntentions);
    const entries = mesh.model.declared().then(() => allowed.entriesFrom(serviceName));
    const dependsOn = pulumi.output(entries.then((its) => [...before, ...its]));
    let made: pulumi.Resource;
    if (schedule !== undefined) {
      made = new k8s.batch.v1.CronJob(
        `${name}-cron-job`,
        { metadata, spec: { ...runs(args), schedule, jobTemplate: { spec: jobSpec } } },
        { parent: this, dependsOn },
      );
    } else {
      made = new k8s.batch.v1.Job(
        `${name}-job`,
        // One that has failed is made anew by the next `up`.
        { metadata: { ...metadata, annotations: { "pulumi.com/replaceUnready": "true" } }, spec: jobSpec },
        {
          parent: this,
          dependsOn,
          // Kubernetes never changes it, as it never changes the pods and their number, which the provider knows.
          replaceOnChanges: ["spec.completionMode"],
          customTimeouts: { create: `${(activeDeadlineSeconds ?? 540) + 60}s` },
        },
      );
    }
    refuseCircle(what, made, entries);
    this.registerOutputs({ serviceName: this.serviceName });
  }
}

/** What a CronJob has of the inputs that belong to a schedule. */
function runs({ concurrencyPolicy = "Forbid", ...args }: MeshJobOptions) {
  const { timeZone, suspend, startingDeadlineSeconds, successfulJobsHistoryLimit, failedJobsHistoryLimit } = args;
  const kept = { successfulJobsHistoryLimit, failedJobsHistoryLimit };
  return { timeZone, concurrencyPolicy, suspend, startingDeadlineSeconds, ...kept };
}
