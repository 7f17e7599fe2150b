import * as fs from "node:fs";
import * as path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as yaml from "yaml";
import { ACCESS_LOGS } from "./accessLogs";
import { DEFAULT_EXTERNAL_PORTS, ensureNamespace, OwnThings, ownThingsProblems, withInputs } from "./bringYourOwn";
import { chartValueProblems } from "../chart/chartValueProblems";
import {
  ChartValues,
  CONSUL_NAME,
  ConsulOptions,
  ConsulSecretRefs,
  consulValues,
  mergeValues,
  SecretKeyRef,
} from "../chart/consulValues";
import {
  imageVersion,
  partWithoutContains,
  partWithoutNativeSidecar,
  partWithoutSleep,
  versionProblems,
  Versions,
  versionWarnings,
} from "../chart/consulVersions";
import { consulWorkloads } from "../chart/consulWorkloads";
import { configEntry } from "./configEntry";
import { heldValueProblems, namedImage } from "../chart/heldValues";
import { durationProblems, imageProblems, sizeProblems } from "../shared/grammars";
import { withLeafGate } from "../chart/leafGate";
import { datacenterProblems, mergedValueProblems } from "../chart/mergedValues";
import { Reached, reachOf, reachProblems } from "./meshReach";
import type { MeshDescription } from "../teams/meshReference";
import {
  closeEgress,
  EgressOptions,
  egressProblems,
  ExternalDestination,
  externalDestinations,
  keepDestinationCas,
} from "./egress";
import { DeclaredModel } from "../shared/meshModel";
import { dnsLabelProblems, isHostName, namespaceProblems, objectNameProblems } from "../shared/names";
import { atDestroy, MakeAtDestroy } from "../interrupted/clusterProvider";
import { installedAnew, interruptedReleaseHooks, owned } from "../interrupted/hooks";
import { printable, Problem, refuse, warn } from "../shared/problems";
import { sha256 } from "../shared/sha256";
import { rotationJob, rotationProblems, Rotations } from "./rotation";
import { Tracing, tracingProblems } from "./tracing";

/** Where Consul's Helm chart comes from: a local folder, or a repository and a version. */
export interface ConsulChart {
  /**
   * Folder of a local Consul chart, relative to the program. Excludes `repository` and `version`.
   * @setting consulChartPath
   * @unset the repository's
   */
  readonly path?: string;
  /**
   * URL of a Helm repository with the Consul chart.
   * @setting consulChartRepository
   * @default https://helm.releases.hashicorp.com
   */
  readonly repository?: string;
  /**
   * An exact version of the chart, from the repository.
   * @setting consulChartVersion
   * @default 1.9.11
   */
  readonly version?: string;
}

export const HASHICORP_HELM_REPOSITORY = "https://helm.releases.hashicorp.com";
export const DEFAULT_CHART_VERSION = "1.9.11";
export const DEFAULT_CONSUL_NAMESPACE = "consul-system";
/** Where the chart chooses the servers' image: for the command line alone, of Jobs and of Traefik's login. */
export const DEFAULT_CONSUL_CLI_IMAGE = "hashicorp/consul:1.22.7";

export interface ConsulMeshArgs extends ConsulOptions, OwnThings, EgressOptions {
  /**
   * Namespace of Consul, which the mesh makes and owns unless `createNamespace` is `false`.
   * @setting consulNamespace
   * @default consul-system
   */
  readonly namespace?: string;
  /** Where Consul's Helm chart comes from. */
  readonly chart?: ConsulChart;
  /**
   * The cluster's version as `major.minor`, checked against the known pairs.
   * @setting kubernetesVersion
   * @unset not checked
   */
  readonly kubernetesVersion?: string;
  /**
   * Seconds until an installation that does not become ready fails.
   * @default 600
   */
  readonly timeoutSeconds?: number;
  /**
   * Whether Pulumi refuses to delete or replace what holds data or trust: the namespace (with the servers' volumes), the
   * release (with the CA), gossip key and bootstrap token.
   * @setting protect
   * @default false
   */
  readonly protect?: boolean;
  /**
   * Whether a destroy may go on where config entries of others are in the cluster, which go with Consul's definitions; else it
   * stops, and says whose they are. Read from the state, so an `up` has to come before the destroy.
   * @setting consulDestroyForeignEntries
   * @default false
   */
  readonly destroyForeignEntries?: boolean;
  /**
   * Whether each sidecar logs its calls as lines of JSON, with the identities of caller and callee; see docs/observability.md. Consul
   * has one ProxyDefaults: with one of your own leave this out, and put `accessLogs` there.
   * @setting consulSidecarAccessLogs
   * @default false
   */
  readonly sidecarAccessLogs?: boolean;
  /**
   * Traces of requests, from Traefik through every sidecar behind it; see docs/observability.md. A change of `endpoint` replaces the
   * pods of every service.
   * @setting tracing
   * @unset none
   */
  readonly tracing?: Tracing;
  /**
   * What to renew, and when it was renewed last.
   * @unset nothing is
   */
  readonly rotations?: Rotations;
  /**
   * Values of the chart for what has no option here; merged last, so they win over every option. Never put a secret here.
   * Refused is what the chart does not know, of another type or gone, and what the component counts on; see
   * docs/chart-values.md.
   * @setting consulValues
   * @unset none
   */
  readonly values?: ChartValues;
}

/**
 * A Consul service mesh by its Helm chart: servers with TLS that is verified, opt-in injection, catalog sync, UI and
 * metrics; gossip key and bootstrap token are generated and live in Secrets.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `consulMeshProblems`.
 */
export class ConsulMesh extends pulumi.ComponentResource {
  /** The namespace of Consul; known only when it exists, so that what uses it waits for it. */
  public readonly namespace: pulumi.Output<string>;
  /** `host:port` of Consul's HTTPS API as pods reach it; a name that the servers' certificate has. */
  public readonly apiAddress: string;
  /** Consul's CA certificate, PEM, read back from the cluster at every `up`. A certificate only: no key. */
  public readonly caCertificate: pulumi.Output<string>;
  /** The Kubernetes auth method for `consul login`, `undefined` while ACLs are off. */
  public readonly authMethod: string | undefined;
  /** The image of Consul, for those who need its command line; `undefined` where the chart chooses. */
  public readonly consulImage: string | undefined;
  /** The cluster's version, where it is known. */
  public readonly kubernetesVersion: string | undefined;
  /** What of the mesh is too old for the header criteria `contains` and `ignoreCase`; `undefined` where nothing is. */
  public readonly partWithoutContains: string | undefined;
  /** What of the mesh or the cluster is too old for pods that wait before they stop; `undefined` where nothing is. */
  public readonly partWithoutSleep: string | undefined;
  /** What of the mesh or the cluster is too old for a sidecar that ends with a job; `undefined` where nothing is. */
  public readonly partWithoutNativeSidecar: string | undefined;
  /** The word of the last rotation of Consul's CA, with which services restart; `undefined` where there was none. */
  public readonly caRotation: string | undefined;
  /** Where spans go, `undefined` where there are none. */
  public readonly tracing: Tracing | undefined;
  /** Whether Kubernetes Services reach Consul's catalog; `true` unless `values` turned it off. */
  public readonly catalogSync: boolean;
  /** Problems of a namespace that the mesh has to reach; see `meshReachProblems`. */
  public readonly reachProblems: (namespace: { name: string; made: boolean }, reached: Reached) => Problem[];
  /** What of the mesh is declared so far: whatever joins it is judged by it. */
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
  /** Depend on this for anything that needs a working mesh: servers, injector, webhooks and custom resources. */
  public readonly ready: pulumi.Resource;

  constructor(name: string, args: ConsulMeshArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ConsulMesh "${name}"`, consulMeshProblems(args));
    super("consul-traefik-mesh:index:ConsulMesh", name, {}, owned(`ConsulMesh-${name}`, opts));
    warn(`ConsulMesh "${name}"`, consulMeshWarnings(args), this);
    const namespaceName = args.namespace ?? DEFAULT_CONSUL_NAMESPACE;
    const chart = args.chart ?? {};
    const kept = { parent: this, protect: args.protect };
    const releaseName = { name: CONSUL_NAME, namespace: namespaceName };

    const destroy = atDestroy(name, releaseName, args.destroyForeignEntries ?? false, this);
    // Twice: after the release, where an entry that nobody lets go of would hold its namespace; and after that, with which
    // Helm's record of a release goes that Pulumi does not know of.
    const remains = destroy.removeRemains(`${name}-remains`, { parent: this });
    const namespace = ensureNamespace(
      `${name}-namespace`,
      { name: namespaceName, create: args.createNamespace, podSecurity: "restricted" },
      { ...kept, dependsOn: remains },
    );
    this.namespace = namespace.metadata.name;

    const generated: ConsulSecretRefs = {
      gossipKey:
        args.gossipEncryption && args.gossipKeySecret === undefined
          ? { secretName: "consul-gossip-key", secretKey: "key" }
          : undefined,
      bootstrapToken:
        args.acls && args.bootstrapTokenSecret === undefined
          ? { secretName: "consul-bootstrap-token", secretKey: "token" }
          : undefined,
    };
    const secrets: ConsulSecretRefs = {
      gossipKey: args.gossipKeySecret ?? generated.gossipKey,
      bootstrapToken: args.bootstrapTokenSecret ?? generated.bootstrapToken,
    };
    const { secretName: caName, secretKey: caKey } = args.ca?.certificate ?? {
      secretName: `${CONSUL_NAME}-ca-cert`,
      secretKey: "tls.crt",
    };
    const external = args.externalServers;
    this.apiAddress = external
      ? `${external.hosts[0]}:${external.httpsPort ?? DEFAULT_EXTERNAL_PORTS.httpsPort}`
      : `${CONSUL_NAME}-server.${namespaceName}.svc:8501`;
    this.consulImage = namedImage(args, args.values ?? {}, "consul").image;
    const jobArgs = {
      namespace: this.namespace,
      apiAddress: this.apiAddress,
      ca: { secretName: caName, secretKey: caKey },
      image: this.consulImage ?? DEFAULT_CONSUL_CLI_IMAGE,
      imagePullPolicy: args.imagePullPolicy,
      ...secrets,
    };
    const { rotations = {} } = args;
    const secretResources: pulumi.Resource[] = [];
    const keep = (
      part: string,
      ref: SecretKeyRef,
      value: pulumi.Output<string>,
      more: pulumi.CustomResourceOptions = {},
    ) => {
      const secret = new k8s.core.v1.Secret(
        `${name}-${part}`,
        {
          metadata: { name: ref.secretName, namespace: this.namespace },
          stringData: { [ref.secretKey]: pulumi.secret(value) },
        },
        { ...kept, ...more },
      );
      secretResources.push(secret);
      return secret;
    };
    let gossipKeySha256: pulumi.Output<string> | undefined;
    // Protected in their Secrets alone: protected here, they could not be rotated. A word that is taken away renews nothing.
    const renewed = (word: string | undefined) => ({
      parent: this,
      ignoreChanges: word === undefined ? ["keepers"] : undefined,
    });
    if (generated.gossipKey) {
      // 32 bytes select AES-256 in Consul's gossip layer.
      const key = new random.RandomBytes(
        `${name}-gossip-key-bytes`,
        { length: 32, keepers: keepers(rotations.gossipKey) },
        renewed(rotations.gossipKey),
      );
      keep("gossip-key", generated.gossipKey, key.base64);
      gossipKeySha256 = pulumi.unsecret(key.base64.apply(sha256));
    }
    if (generated.bootstrapToken) {
      // Bytes, not RandomUuid: that one's id is the value itself, which stands in the state for all to read.
      const bytes = new random.RandomBytes(
        `${name}-bootstrap-token-bytes`,
        { length: 16, keepers: keepers(rotations.bootstrapToken) },
        renewed(rotations.bootstrapToken),
      );
      const token = bytes.hex.apply(asUuid);
      let told: pulumi.Resource[] = [];
      if (rotations.bootstrapToken !== undefined) {
        const ref = { ...generated.bootstrapToken, secretName: "consul-next-bootstrap-token" };
        const next = keep("next-bootstrap-token", ref, token, { protect: false });
        const nextToken = { ref, sha256: pulumi.unsecret(token.apply(sha256)) };
        const first = { parent: this, dependsOn: [next] };
        told = rotationJob(name, "next-token", rotations.bootstrapToken, { ...jobArgs, nextToken }, first);
      }
      keep("bootstrap-token", generated.bootstrapToken, token, { dependsOn: told });
    }

    const values = withLeafGate(mergeValues(consulValues(args, secrets), args.values ?? {}));
    const timeoutSeconds = args.timeoutSeconds ?? 600;
    const beforeRelease = [
      ...secretResources,
      ...keepDestinationCas(name, this.namespace, args, this),
      ...destroy.removeRemains(`${name}-release-remains`, { parent: this, dependsOn: [...remains, namespace] }),
    ];
    // After the same resources as the release: Pulumi deletes at once what is equally far from what everything depends on.
    destroy.removeStuckHooks(`${name}-stuck-hooks`, { parent: this, dependsOn: beforeRelease });
    const release = new k8s.helm.v3.Release(
      `${name}-release`,
      {
        name: CONSUL_NAME,
        namespace: this.namespace,
        chart: chart.path ?? "consul",
        version: chart.path === undefined ? (chart.version ?? DEFAULT_CHART_VERSION) : undefined,
        repositoryOpts: chart.path === undefined ? { repo: chart.repository ?? HASHICORP_HELM_REPOSITORY } : undefined,
        timeout: timeoutSeconds,
        skipAwait: true,
        values,
      },
      {
        ...kept,
        dependsOn: beforeRelease,
        hooks: interruptedReleaseHooks(name, releaseName, this),
        transformations: installedAnew(releaseName, this),
      },
    );
    this.guardEntries = destroy.guardEntries;
    const workloads = consulWorkloads(name, release, values, {
      parent: this,
      // Before the release goes, and after the mesh's own entries.
      dependsOn: [release, ...destroy.guardEntries(`${name}-entries`, { parent: this, dependsOn: release })],
      timeoutSeconds,
      // Such a word restarts the services as well.
      serversFirst: rotations.ca !== undefined,
    });
    this.ready = closeEgress(name, { namespace: this.namespace, ready: workloads.injector }, args, this);
    if (args.sidecarAccessLogs) {
      configEntry(`${name}-access-logs`, this, ACCESS_LOGS, { parent: this });
    }

    // The id comes from the release's status: a read by `get` waits for its inputs only, not for `dependsOn`.
    const ca = k8s.core.v1.Secret.get(
      `${name}-ca-certificate`,
      pulumi.interpolate`${release.status.namespace}/${caName}`,
      { parent: this, transformations: [withInputs("Secret", { name: caName, namespace: namespaceName })] },
    );
    // A certificate is public; as a secret it would hide every diff of what mounts it.
    this.caCertificate = pulumi.unsecret(ca.data.apply((data) => partOf(data, caKey, `${namespaceName}/${caName}`)));

    this.authMethod = args.acls ? `${CONSUL_NAME}-k8s-auth-method` : undefined;
    this.partWithoutContains = meshPartWithoutContains(args);
    this.catalogSync = syncsCatalog(args);
    this.reachProblems = (namespace, reached) => meshReachProblems(args, namespace, reached, "mesh.");
    this.uiPortForward = external
      ? undefined
      : `kubectl --namespace ${namespaceName} port-forward service/${CONSUL_NAME}-ui 8501:443`;
    this.partWithoutSleep = meshPartWithoutSleep(args);
    this.partWithoutNativeSidecar = meshPartWithoutNativeSidecar(args);
    this.kubernetesVersion = args.kubernetesVersion;
    this.caRotation = rotations.ca;
    this.tracing = args.tracing;
    this.description = {
      consulNamespace: namespaceName,
      authMethod: this.authMethod,
      consulImage: this.consulImage,
      kubernetesVersion: this.kubernetesVersion,
      partWithoutContains: this.partWithoutContains,
      partWithoutSleep: this.partWithoutSleep,
      partWithoutNativeSidecar: this.partWithoutNativeSidecar,
      caRotation: this.caRotation,
      tracing: this.tracing,
      cni: usesCni(args.values),
      reach: reachOf(values),
    };
    this.externalDestinations = externalDestinations(name, this, args);
    const done = { parent: this, dependsOn: [...secretResources, ...workloads.all] };
    rotationJob(name, "gossip-key", rotations.gossipKey, { ...jobArgs, gossipKeySha256 }, done);
    rotationJob(name, "bootstrap-token", rotations.bootstrapToken, jobArgs, done);
    rotationJob(name, "connect-ca", rotations.connectCa, jobArgs, done);
    this.registerOutputs({
      namespace: this.namespace,
      apiAddress: this.apiAddress,
      caCertificate: this.caCertificate,
      authMethod: this.authMethod,
    });
  }
}

/** What is wrong with the arguments of a `ConsulMesh`; `prefix` is put before each path. Reads a local chart's version. */
export function consulMeshProblems(args: ConsulMeshArgs, prefix = ""): Problem[] {
  const problems: Problem[] = [];
  const at = (input: string) => prefix + input;
  const problem = (input: string, reason: string) => problems.push({ propertyPath: at(input), reason });

  problems.push(...ownThingsProblems(args, prefix), ...rotationProblems(args, prefix), ...egressProblems(args, prefix));
  problems.push(...tracingProblems(args.tracing, at("tracing")));
  problems.push(
    ...namespaceProblems(at("namespace"), args.namespace ?? DEFAULT_CONSUL_NAMESPACE, { create: args.createNamespace }),
    ...sizeProblems(at("storage"), args.storage ?? "10Gi", "10Gi"),
    ...objectNameProblems(at("storageClass"), args.storageClass, "storage class"),
    ...durationProblems(at("catalogSyncInterval"), args.catalogSyncInterval ?? "5s", 0.1, 3600),
    ...Object.entries(args.images ?? {}).flatMap(([part, image]) =>
      image === undefined ? [] : imageProblems(at(`images.${part}`), image),
    ),
    ...(args.namespacesWithoutInjection ?? []).flatMap((name, i) =>
      dnsLabelProblems(at(`namespacesWithoutInjection[${i}]`), name),
    ),
  );
  if (args.datacenter !== undefined) {
    problems.push(...datacenterProblems(at("datacenter"), args.datacenter));
  }
  if (![1, 3, 5, 7].includes(args.servers ?? 1)) {
    problem("servers", `${args.servers} servers have no useful quorum; use 1, 3, 5 or 7`);
  }
  (args.serverAdditionalDnsSans ?? []).forEach((san, i) => {
    if (!isHostName(san.replace(/^\*\./, ""))) {
      problem(`serverAdditionalDnsSans[${i}]`, `"${san}" is not a DNS name; use one such as consul.example.com`);
    }
  });

  const chart = args.chart ?? {};
  if (chart.path !== undefined && (chart.version !== undefined || chart.repository !== undefined)) {
    problem("chart", "a local path has its own version; give either path, or repository and version");
  }
  const { version } = chartOrigin(args);
  if (version === undefined) {
    problem("chart.path", `"${chart.path}" is no folder with a Chart.yaml; give a chart's folder or leave it out`);
  } else {
    const values = args.values ?? {};
    const input = (part: "consul" | "controlPlane" | "dataplane") => at(namedImage(args, values, part).input);
    problems.push(
      ...versionProblems(
        consulMeshVersions(args, version),
        {
          chart: at(chart.path === undefined ? "chart.version" : "chart.path"),
          consul: input("consul"),
          controlPlane: input("controlPlane"),
          dataplane: input("dataplane"),
          kubernetes: at("kubernetesVersion"),
        },
        args.acls,
      ),
      ...chartValueProblems(values, { path: chart.path, version }, at("values")).problems,
      ...heldValueProblems(args, values, at("values")),
      ...mergedValueProblems(args, values, at("values")).problems,
      ...(args.externalDestinations?.length
        ? meshReachProblems(args, { name: args.namespace ?? DEFAULT_CONSUL_NAMESPACE, made: false }, "gateway", prefix)
        : []),
    );
  }
  return problems;
}

/** What is not known of a mesh's arguments, and no reason to refuse them. */
export function consulMeshWarnings(args: ConsulMeshArgs): Problem[] {
  const { values = {} } = args;
  const { path: folder, version } = chartOrigin(args);
  if (version === undefined) {
    return [];
  }
  const { doubts } = chartValueProblems(values, { path: folder, version }, "values");
  return [
    ...versionWarnings(consulMeshVersions(args, version), "kubernetesVersion"),
    ...doubts,
    // What the chart may not even know is said once.
    ...mergedValueProblems(args, values, "values").doubts.filter(
      (doubt) => !doubts.some((other) => doubt.propertyPath.startsWith(other.propertyPath)),
    ),
  ];
}

/** Problems of a namespace that a mesh of these arguments has to reach; see `reachProblems`. */
export function meshReachProblems(
  args: ConsulMeshArgs,
  namespace: { readonly name: string; readonly made: boolean },
  reached: Reached,
  prefix = "",
): Problem[] {
  const values = mergeValues(consulValues(args), args.values ?? {});
  return reachProblems(values, namespace.name, reached, namespace.made, `${prefix}values`);
}

/** Whether Kubernetes Services reach the catalog of a mesh of these arguments. */
export function syncsCatalog(args: ConsulMeshArgs): boolean {
  const { enabled, toConsul } = mergeValues(consulValues(args), args.values ?? {}).syncCatalog as ChartValues;
  return enabled === true && toConsul !== false;
}

/** Whether the chart's values have a CNI plugin redirect the pods' traffic, instead of an init container with rights. */
export function usesCni(values: ChartValues = {}): boolean {
  const { cni } = (values.connectInject ?? {}) as { cni?: { enabled?: boolean } };
  return cni?.enabled === true;
}

/** The versions of what a mesh consists of, where its arguments tell. */
function consulMeshVersions(args: ConsulMeshArgs, chart: string): Versions {
  const version = (part: "consul" | "controlPlane" | "dataplane") => {
    const { image } = namedImage(args, args.values ?? {}, part);
    return image === undefined ? undefined : imageVersion(image);
  };
  return {
    chart,
    consul: version("consul"),
    controlPlane: version("controlPlane"),
    dataplane: version("dataplane"),
    kubernetes: args.kubernetesVersion,
  };
}

/** What of a mesh is too old for the header criteria `contains` and `ignoreCase`; `undefined` where nothing is known to be. */
export function meshPartWithoutContains(args: ConsulMeshArgs): string | undefined {
  const { version } = chartOrigin(args);
  return version === undefined ? undefined : partWithoutContains(consulMeshVersions(args, version));
}

/** What of a mesh or its cluster is too old for pods that wait before they stop; `undefined` where nothing is known to be. */
export function meshPartWithoutSleep(args: ConsulMeshArgs): string | undefined {
  const { version } = chartOrigin(args);
  return version === undefined ? undefined : partWithoutSleep(consulMeshVersions(args, version));
}

/** What of a mesh or its cluster is too old for a sidecar that ends with a job; `undefined` where nothing is known to be. */
export function meshPartWithoutNativeSidecar(args: ConsulMeshArgs): string | undefined {
  const { version } = chartOrigin(args);
  return version === undefined ? undefined : partWithoutNativeSidecar(consulMeshVersions(args, version));
}

/** The chart that the mesh takes, and its version: as given, or as a folder's `Chart.yaml` says; `undefined` without one. */
function chartOrigin({ chart = {} }: ConsulMeshArgs): { path?: string; version?: string } {
  return chart.path === undefined
    ? { version: chart.version ?? DEFAULT_CHART_VERSION }
    : { path: chart.path, version: localChartVersion(chart.path) };
}

/** The version in a chart folder's `Chart.yaml`; `undefined` where there is none. */
function localChartVersion(folder: string): string | undefined {
  try {
    return yaml.parse(fs.readFileSync(path.join(folder, "Chart.yaml"), "utf8")).version;
  } catch {
    return undefined;
  }
}

/** What a generated value is kept for: another word, another value. */
function keepers(word: string | undefined): Record<string, string> | undefined {
  return word === undefined ? undefined : { rotation: word };
}

/** 32 hexadecimal digits in the form of a UUID, the only one that Consul takes for a token. */
function asUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** A part of a Secret, as text. */
function partOf(data: Record<string, string>, key: string, secret: string): string {
  if (data[key] === undefined) {
    const has = Object.keys(data).join(", ");
    throw printable(new pulumi.RunError(`the Secret ${secret} has no "${key}"; it has ${has}`));
  }
  return Buffer.from(data[key], "base64").toString("utf8");
}
