import { SERVICE_LABEL } from "../../components/services/sidecarAnnotations";
import { tagsOfAnnotation } from "../../components/routing/routes";

/** A resource in an exported stack. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly external?: boolean;
  readonly delete?: boolean;
  /** `URN::ID` of its provider. */
  readonly provider?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

/** What `pulumi stack export` prints, as far as it is read here. */
export interface StackExport {
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[];
  };
}

export interface DeclaredMesh {
  readonly namespace: string;
  /** `host:port` of Consul's API within the cluster. */
  readonly apiAddress: string;
  readonly external: boolean;
  readonly servers: number;
  readonly acls: boolean;
  readonly gossipEncryption: boolean;
  readonly datacenter: string;
  /** Names that the servers' certificate has to have. */
  readonly dnsNames: readonly string[];
  readonly ca: SecretRef;
  /** Absent where the chart makes it, or where there are no ACLs. */
  readonly bootstrapToken?: SecretRef;
  readonly images: {
    readonly consul?: string;
    readonly pullPolicy?: string;
    readonly pullSecrets?: readonly { readonly name: string }[];
  };
}

export interface SecretRef {
  readonly secretName: string;
  readonly secretKey: string;
}

export interface DeclaredIngress {
  readonly namespace: string;
  readonly serviceName: string;
  /** `undefined` where a scaler decides. */
  readonly replicas: number | undefined;
  /** Whether the admin port shows Traefik's API without a login. */
  readonly dashboard: boolean;
  readonly caCertificate: string;
}

export interface DeclaredWorkload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** `undefined` where a scaler decides, or where each node has one. */
  readonly replicas: number | undefined;
  readonly tags: readonly string[];
}

export interface DeclaredService {
  readonly name: string;
  readonly protocol: string;
  readonly namespace: string;
  readonly workloads: readonly DeclaredWorkload[];
}

/** A job that is a member of the mesh. */
export interface DeclaredJob {
  readonly kind: "Job" | "CronJob";
  readonly name: string;
  readonly namespace: string;
}

export interface DeclaredEntry {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly spec: Record<string, unknown>;
}

/** What a stack has deployed by its own account: its state. */
export interface Declared {
  /** `project/stack`; empty where the state has nothing. */
  readonly stack: string;
  readonly mesh: DeclaredMesh | undefined;
  /** The stack whose mesh it joins; absent where it has its own, or none, or where its settings alone say so. */
  readonly joins?: string;
  readonly ingress: DeclaredIngress | undefined;
  readonly services: readonly DeclaredService[];
  readonly jobs: readonly DeclaredJob[];
  /** The stacks that its mesh's stack lets join, as Pulumi names them. */
  readonly teams: readonly string[];
  readonly entries: readonly DeclaredEntry[];
  readonly networkPolicies: readonly { readonly namespace: string; readonly name: string }[];
  /** Operations that were interrupted. */
  readonly pending: readonly string[];
}

const OURS = "consul-traefik-mesh:index:";
const WORKLOADS = /^kubernetes:apps\/v1:(Deployment|StatefulSet|DaemonSet)(Patch)?$/;
const ENTRY = /^kubernetes:consul\.hashicorp\.com\/v1alpha1:(\w+)$/;

/* eslint-disable @typescript-eslint/no-explicit-any -- the state of resources of many types */
type Json = any;

/** What the states of resources declare; `values` and tags as they were given, whatever is in the cluster now. */
export function declaredIn({ deployment }: StackExport): Declared {
  const resources = (deployment.resources ?? []).filter((resource) => resource.delete !== true);
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const childrenOf = (urn: string) => resources.filter((resource) => resource.parent === urn);
  const [root] = ofType("pulumi:pulumi:Stack");
  const { shared } = (root?.outputs ?? {}) as Json;
  return {
    stack: root === undefined ? "" : root.urn.split("::").slice(0, 2).reverse().join("/").replace("urn:pulumi:", ""),
    mesh: ofType(`${OURS}ConsulMesh`).map((mesh) => meshOf(mesh, childrenOf(mesh.urn)))[0],
    joins: ofType(`${OURS}Services`).map(({ inputs }) => inputs?.meshStack as string)[0],
    ingress: ofType(`${OURS}TraefikConsulIngress`).map((its) => ingressOf(its, childrenOf(its.urn)))[0],
    services: [...ofType(`${OURS}MeshService`), ...ofType(`${OURS}MeshWorkload`)].map((service) =>
      serviceOf(service, childrenOf(service.urn), resources),
    ),
    jobs: ofType(`${OURS}MeshJob`).flatMap(({ urn }) => childrenOf(urn).flatMap(jobOf)),
    teams: (shared?.teams ?? []).map((team: { stack: string }) => team.stack),
    entries: resources.flatMap((resource) => {
      const kind = ENTRY.exec(resource.type)?.[1];
      const { metadata, spec } = (resource.inputs ?? {}) as Json;
      return kind === undefined
        ? []
        : [{ kind, namespace: metadata.namespace, name: metadata.name, spec: plain(spec) as Record<string, unknown> }];
    }),
    networkPolicies: ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy").map(({ inputs }) => {
      const { namespace, name } = (inputs as Json).metadata;
      return { namespace, name };
    }),
    // Pulumi keeps a creation among them, also when a later `up` has gone on with it and the state has what it made.
    pending: (deployment.pending_operations ?? [])
      .filter(({ type, resource }) => !(type === "creating" && resources.some(({ urn }) => urn === resource.urn)))
      .map(({ type, resource }) => `${type} of ${resource.urn.split("::").slice(2).join(" ")}`),
  };
}

function meshOf(mesh: StateResource, children: readonly StateResource[]): DeclaredMesh | undefined {
  const release = children.find(({ type }) => type === "kubernetes:helm.sh/v3:Release");
  const outputs = (mesh.outputs ?? {}) as Json;
  const values = (release?.inputs as Json)?.values ?? {};
  const { global = {}, server = {}, externalServers = {} } = values;
  const namespace = outputs.namespace ?? (release?.inputs as Json)?.namespace;
  if (namespace === undefined) {
    return undefined;
  }
  return {
    namespace,
    apiAddress: outputs.apiAddress ?? `consul-server.${namespace}.svc:8501`,
    external: externalServers.enabled === true,
    servers: server.replicas ?? 1,
    acls: global.acls?.manageSystemACLs === true,
    gossipEncryption: global.gossipEncryption !== undefined,
    datacenter: global.datacenter ?? "dc1",
    dnsNames: [
      `consul-server.${namespace}.svc`,
      `server.${global.datacenter ?? "dc1"}.${global.domain ?? "consul"}`,
      ...(global.tls?.serverAdditionalDNSSANs ?? []),
    ],
    ca: global.tls?.caCert ?? { secretName: "consul-ca-cert", secretKey: "tls.crt" },
    bootstrapToken: global.acls?.bootstrapToken,
    images: { consul: global.image, pullPolicy: global.imagePullPolicy, pullSecrets: global.imagePullSecrets },
  };
}

function ingressOf(ingress: StateResource, children: readonly StateResource[]): DeclaredIngress {
  const outputs = (ingress.outputs ?? {}) as Json;
  const its = (type: string, name?: string) =>
    children.find(
      (child) => child.type === type && (name === undefined || (child.inputs as Json)?.metadata?.name === name),
    )?.inputs as Json;
  const { namespace, annotations = {} } = its("kubernetes:core/v1:Service")?.metadata ?? {};
  const tags: string = annotations[TAGS] ?? "";
  return {
    namespace: outputs.namespace ?? namespace,
    serviceName: outputs.serviceName ?? annotations["consul.hashicorp.com/service-name"],
    replicas: its("kubernetes:apps/v1:Deployment")?.spec?.replicas,
    dashboard: tags.includes("-dashboard."),
    caCertificate: its("kubernetes:core/v1:ConfigMap", "consul-ca-cert")?.data?.["tls.crt"] ?? "",
  };
}

const TAGS = "consul.hashicorp.com/service-tags";

/** A service, and the workloads that have its pods: its own, and those that somebody else declares under its label. */
function serviceOf(
  service: StateResource,
  children: readonly StateResource[],
  resources: readonly StateResource[],
): DeclaredService {
  const outputs = (service.outputs ?? {}) as Json;
  // A preview has no outputs of components; then the parts tell.
  const part = (type: string) => children.find((child) => child.type === type)?.inputs as Json;
  const own = part("kubernetes:core/v1:Service") ?? part("kubernetes:core/v1:ServiceAccount");
  const name: string = outputs.serviceName ?? own?.metadata.name ?? service.urn.split("::").at(-1);
  const entry = part("kubernetes:consul.hashicorp.com/v1alpha1:ServiceDefaults");
  const workloads = resources.flatMap((resource): DeclaredWorkload[] => {
    const kind = WORKLOADS.exec(resource.type)?.[1];
    const { metadata, spec } = (resource.inputs ?? {}) as Json;
    const template = spec?.template?.metadata ?? {};
    if (kind === undefined || (resource.parent !== service.urn && template.labels?.[SERVICE_LABEL] !== name)) {
      return [];
    }
    const made = (resource.outputs as Json)?.metadata;
    return [
      {
        kind,
        name: metadata?.name ?? made?.name,
        namespace: metadata?.namespace ?? made?.namespace ?? "default",
        replicas: spec.replicas,
        tags: tagsOfAnnotation(template.annotations?.[TAGS] ?? ""),
      },
    ];
  });
  return {
    name,
    protocol: outputs.protocol ?? entry?.spec.protocol ?? "tcp",
    namespace: workloads[0]?.namespace ?? own?.metadata.namespace ?? "",
    workloads,
  };
}

function jobOf({ type, inputs }: StateResource): DeclaredJob[] {
  const kind = /^kubernetes:batch\/v1:(Job|CronJob)$/.exec(type)?.[1] as DeclaredJob["kind"] | undefined;
  const { name, namespace } = ((inputs ?? {}) as Json).metadata ?? {};
  return kind === undefined ? [] : [{ kind, name, namespace }];
}

/** Without the marks that Pulumi's state puts beside what was given. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => !key.startsWith("__"))
          .map(([key, each]) => [key, plain(each)]),
      )
    : value;
}
