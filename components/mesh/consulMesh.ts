import * as pulumi from "@pulumi/pulumi";
import { ACCESS_LOGS } from "./accessLogs";
import { ensureNamespace } from "./bringYourOwn";
import { CONSUL_NAME } from "../chart/consulValues";
import { namedImage } from "../chart/heldValues";
import { consulWorkloads } from "../chart/consulWorkloads";
import { configEntry } from "./configEntry";
import { ConsulMeshArgs, DEFAULT_CONSUL_CLI_IMAGE, DEFAULT_CONSUL_NAMESPACE } from "./consulMeshArgs";
import { apiAddressOf, knownOf, syncsCatalog, uiPortForwardOf } from "./consulMeshKnown";
import { consulMeshProblems, consulMeshWarnings } from "./consulMeshProblems";
import { consulRelease, readCertificate, releaseValues, timeoutSeconds } from "./consulRelease";
import { consulSecrets, secretRefs } from "./consulSecrets";
import { closeEgress, ExternalDestination, externalDestinations, keepDestinationCas } from "./egress";
import { atDestroy, MakeAtDestroy } from "../interrupted/clusterProvider";
import { installedAnew, interruptedReleaseHooks, owned } from "../interrupted/hooks";
import { reachJudge, reachOf } from "./meshReach";
import { refuseFolder, refuseSecondMesh } from "./membership";
import type { Mesh } from "./mesh";
import { ofRightForm } from "../shared/forms";
import { laterProblems } from "../shared/laterValues";
import { DeclaredModel } from "../shared/meshModel";
import { refuse, warn } from "../shared/problems";
import { serverPlacement } from "./placement";
import { rotationJobs } from "./rotation";
import type { MeshDescription } from "../teams/meshReference";
import type { Tracing } from "./tracing";

/**
 * A Consul service mesh by its Helm chart: servers with TLS that is verified, opt-in injection, catalog sync, UI and
 * metrics; gossip key and bootstrap token are generated and live in Secrets.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `consulMeshProblems`.
 */
export class ConsulMesh extends pulumi.ComponentResource implements Mesh {
  /** The namespace of Consul; known only when it exists, so that what uses it waits for it. */
  public readonly namespace: pulumi.Output<string>;
  /** `host:port` of Consul's HTTPS API as pods reach it; a name that the servers' certificate has. */
  public readonly apiAddress: string;
  /** Consul's CA certificate, PEM, read back from the cluster at every `up`. A certificate only: no key. */
  public readonly caCertificate: pulumi.Output<string>;
  public readonly authMethod: string | undefined;
  public readonly consulImage: string | undefined;
  /** The image of consul-dataplane, for those who need its Envoy; `undefined` where the chart chooses. */
  public readonly dataplaneImage: string | undefined;
  public readonly kubernetesVersion: string | undefined;
  public readonly partWithoutContains: string | undefined;
  public readonly partWithoutSleep: string | undefined;
  public readonly partWithoutNativeSidecar: string | undefined;
  public readonly cni: boolean;
  public readonly caRotation: string | undefined;
  public readonly tracing: Tracing | undefined;
  /** Whether Kubernetes Services reach Consul's catalog; `true` unless `values` turned it off. */
  public readonly catalogSync: boolean;
  public readonly reachProblems: Mesh["reachProblems"];
  public readonly model = new DeclaredModel();
  /** The destinations outside the mesh, for the `services` of an `IntentionSet`. */
  public readonly externalDestinations: readonly ExternalDestination[];
  /** The command that brings Consul's UI to https://localhost:8501/ui; `undefined` for external servers. */
  public readonly uiPortForward: string | undefined;
  /** What the services of other stacks have to know of the mesh, plain; see `MeshReference`. */
  public readonly description: Omit<MeshDescription, "ingress">;
  /**
   * Has a destroy stop before it removes anything of what a resource of this name depends on, where entries of others would go with
   * the mesh. Without it a destroy stops before the mesh itself.
   */
  public readonly guardEntries: MakeAtDestroy;
  /** A namespace of this program that depends on this is deleted at the same time as Consul's, which would be first otherwise. */
  public readonly besideNamespace: pulumi.Resource;
  /** Depend on this for anything that needs a working mesh: servers, injector, webhooks and custom resources. */
  public readonly ready: pulumi.Resource;

  constructor(name: string, args: ConsulMeshArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ConsulMesh "${name}"`, laterProblems(args, /values|\.(host|sni)$/));
    refuse(`ConsulMesh "${name}"`, ofRightForm(`ConsulMesh "${name}"`, args, consulMeshProblems));
    super("consul-traefik-mesh:index:ConsulMesh", name, {}, owned(`ConsulMesh-${name}`, opts));
    [refuseSecondMesh, refuseFolder].forEach((judge) => judge(`ConsulMesh "${name}"`, this));
    warn(`ConsulMesh "${name}"`, consulMeshWarnings(args), this);
    const namespaceName = args.namespace ?? DEFAULT_CONSUL_NAMESPACE;
    const releaseName = { name: CONSUL_NAME, namespace: namespaceName };
    const destroy = atDestroy(name, releaseName, args.destroyForeignEntries ?? false, this);
    // Twice: after the release, where an entry that nobody lets go of would hold its namespace; and after that, with which
    // Helm's record of a release goes that Pulumi does not know of.
    const remains = destroy.removeRemains(`${name}-remains`, { parent: this });
    const namespace = ensureNamespace(
      `${name}-namespace`,
      { name: namespaceName, create: args.createNamespace, podSecurity: "restricted" },
      { parent: this, protect: args.protect, dependsOn: remains },
    );
    this.namespace = namespace.metadata.name;
    this.besideNamespace = remains;

    const known = knownOf(args);
    this.apiAddress = apiAddressOf(args);
    const secrets = secretRefs(args);
    const jobArgs = {
      namespace: this.namespace,
      apiAddress: this.apiAddress,
      image: known.consulImage ?? DEFAULT_CONSUL_CLI_IMAGE,
      imagePullPolicy: args.imagePullPolicy,
      imagePullSecrets: args.imagePullSecrets,
      placement: serverPlacement(args.values),
      ...secrets,
    };
    const made = consulSecrets({ name, args, jobArgs, parent: this });

    const beforeRelease = [
      ...made.resources,
      ...keepDestinationCas(name, this.namespace, args, this),
      destroy.removeRemains(`${name}-release-remains`, { parent: this, dependsOn: [remains, namespace] }),
    ];
    // After the same resources as the release: Pulumi deletes at once what is equally far from what everything depends on.
    destroy.removeStuckHooks(`${name}-stuck-hooks`, { parent: this, dependsOn: beforeRelease });
    const values = releaseValues(args, secrets);
    const release = consulRelease(name, args, this.namespace, values, {
      parent: this,
      protect: args.protect,
      dependsOn: beforeRelease,
      hooks: interruptedReleaseHooks(name, releaseName, this),
      transformations: installedAnew(releaseName, this),
    });
    const workloads = consulWorkloads(name, release, values, {
      parent: this,
      // Before the release goes, and after the mesh's own entries.
      dependsOn: [release, destroy.guardEntries(`${name}-entries`, { parent: this, dependsOn: release })],
      timeoutSeconds: timeoutSeconds(args),
    });
    this.ready = closeEgress(name, { namespace: this.namespace, ready: workloads.injector }, args, this);
    writeAccessLogs(name, this, args);
    this.caCertificate = readCertificate(name, release, namespaceName, secrets.ca, this);
    this.externalDestinations = externalDestinations(name, this, args);
    const done = { parent: this, dependsOn: [...made.resources, ...workloads.all] };
    rotationJobs(name, args.rotations ?? {}, { ...jobArgs, gossipKeySha256: made.gossipKeySha256 }, done);

    this.guardEntries = destroy.guardEntries;
    this.catalogSync = syncsCatalog(args);
    this.reachProblems = reachJudge(`ConsulMesh "${name}"`, values, this);
    this.uiPortForward = uiPortForwardOf(args);
    this.authMethod = known.authMethod;
    this.consulImage = known.consulImage;
    this.dataplaneImage = namedImage(args, args.values ?? {}, "dataplane").image;
    this.kubernetesVersion = known.kubernetesVersion;
    this.partWithoutContains = known.partWithoutContains;
    this.partWithoutSleep = known.partWithoutSleep;
    this.partWithoutNativeSidecar = known.partWithoutNativeSidecar;
    this.caRotation = known.caRotation;
    this.tracing = known.tracing;
    this.cni = known.cni;
    this.description = { consulNamespace: namespaceName, ...known, reach: reachOf(values) };
    const { namespace: its, apiAddress, caCertificate, authMethod } = this;
    this.registerOutputs({ namespace: its, apiAddress, caCertificate, authMethod });
  }
}

function writeAccessLogs(name: string, mesh: ConsulMesh, { sidecarAccessLogs }: ConsulMeshArgs): void {
  if (sidecarAccessLogs) {
    configEntry(`${name}-access-logs`, mesh, ACCESS_LOGS, { parent: mesh });
  }
}
