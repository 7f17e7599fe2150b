import { rotationAnnotation } from "../shared/rotationAnnotation";
import { GatewayOptions, gatewayValues } from "./terminatingGateway";

/** Images of the mesh, each a full reference. Default of each: the chart's own. */
export interface ConsulImages {
  /**
   * Image of Consul's servers, and of Traefik's login where ACLs are on: a full reference.
   * @setting consulImage
   * @unset the chart's own
   */
  readonly consul?: string;
  /**
   * Image of consul-k8s-control-plane: injector, catalog sync and the chart's jobs.
   * @setting consulK8sImage
   * @unset the chart's own
   */
  readonly controlPlane?: string;
  /**
   * Image of consul-dataplane with Envoy: the sidecar.
   * @setting consulDataplaneImage
   * @unset the chart's own
   */
  readonly dataplane?: string;
}

/** Options of the mesh that become values of Consul's Helm chart. Every default is the secure one where there is a choice. */
export interface ConsulOptions {
  /**
   * Consul's datacenter. Decide before the first `up`.
   * @setting consulDatacenter
   * @default dc1
   */
  readonly datacenter?: string;
  /**
   * Number of Consul servers: 1, 3, 5 or 7, an odd number for the quorum.
   * @asType integer
   * @setting consulServers
   * @default 1
   */
  readonly servers?: number;
  /**
   * Whether two servers may share a node; else the chart's anti-affinity holds, and each server needs a node.
   * @setting consulServersShareNodes
   * @default false
   */
  readonly serversShareNodes?: boolean;
  /**
   * Size of each server's volume, a Kubernetes quantity.
   * @setting consulStorage
   * @default 10Gi
   */
  readonly storage?: string;
  /**
   * Storage class of the servers' volumes.
   * @setting consulStorageClass
   * @unset the cluster's own
   */
  readonly storageClass?: string;
  /** Images of the mesh. */
  readonly images?: ConsulImages;
  /**
   * When images are pulled.
   * @unset Kubernetes' own rule
   */
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  /**
   * Secrets of type `kubernetes.io/dockerconfigjson` in Consul's namespace, with which images are pulled.
   * @unset none
   */
  readonly imagePullSecrets?: readonly string[];
  /**
   * DNS names that the servers' certificate has beside `consul-server`, `consul-server.<namespace>.svc` and `localhost`.
   * @setting consulServerAdditionalDnsSans
   * @default []
   */
  readonly serverAdditionalDnsSans?: readonly string[];
  /**
   * Whether ACLs are on: no request without a token, and every service logs in as itself.
   * @setting consulAcls
   * @default false
   */
  readonly acls?: boolean;
  /**
   * Whether gossip between agents is encrypted, with a key of this stack's own.
   * @setting consulGossipEncryption
   * @default false
   */
  readonly gossipEncryption?: boolean;
  /**
   * How often the catalog sync writes Kubernetes Services to Consul, a Go duration. A new Traefik is ready when its own entry
   * has arrived, so this is part of how long an ingress takes to start; the chart's own is 30s.
   * @setting consulCatalogSyncInterval
   * @default 5s
   */
  readonly catalogSyncInterval?: string;
  /**
   * Namespaces without services of the mesh, whose pods start while the injector does not run: an ingress' above all, and what nodes
   * need to start, such as a CNI's. Those of all others wait for it, so that none starts without its sidecar. A stack adds them to
   * Traefik's own.
   * @setting consulNamespacesWithoutInjection
   * @unset Traefik's own, `traefik-consul`
   */
  readonly namespacesWithoutInjection?: readonly string[];
}

/** A key of a Kubernetes Secret. */
export interface SecretKeyRef {
  /** Name of the Secret. */
  readonly secretName: string;
  /** The key within it. */
  readonly secretKey: string;
}

/** Secrets that the chart refers to by name; none of their values is ever a chart value. */
export interface ConsulSecretRefs {
  readonly gossipKey?: SecretKeyRef;
  readonly bootstrapToken?: SecretKeyRef;
}

/** Words that restart pods when they change. */
export interface ConsulRestarts {
  readonly rotations?: { readonly ca?: string; readonly bootstrapToken?: string };
}

/** What the chart finds and does not make. */
export interface ConsulFound {
  readonly ca?: { readonly certificate: SecretKeyRef; readonly key?: SecretKeyRef };
  readonly externalServers?: {
    readonly hosts: readonly string[];
    readonly httpsPort?: number;
    readonly grpcPort?: number;
    readonly kubernetesApi?: string;
  };
}

export type ChartValues = Record<string, unknown>;

/** The prefix of every object's name that the chart makes; also the release's name. */
export const CONSUL_NAME = "consul";

/** The chart's values for these options. Value names are those of chart lines 1.5 to 2.0. */
export function consulValues(
  options: ConsulOptions & ConsulFound & ConsulRestarts & GatewayOptions,
  secrets: ConsulSecretRefs = {},
): ChartValues {
  const { images = {}, ca, externalServers: external, rotations = {} } = options;
  const caRotation = rotationAnnotation("ca", rotations.ca);
  return prune({
    global: {
      name: CONSUL_NAME,
      datacenter: options.datacenter,
      image: images.consul,
      imageK8S: images.controlPlane,
      imageConsulDataplane: images.dataplane,
      imagePullPolicy: options.imagePullPolicy,
      imagePullSecrets: options.imagePullSecrets?.map((secret) => ({ name: secret })),
      tls: {
        enabled: true,
        httpsOnly: true,
        verify: true,
        serverAdditionalDNSSANs: options.serverAdditionalDnsSans,
        caCert: ca?.certificate,
        caKey: ca?.key,
      },
      acls: { manageSystemACLs: options.acls ?? false, bootstrapToken: secrets.bootstrapToken },
      gossipEncryption: secrets.gossipKey,
      metrics: { enabled: true, enableAgentMetrics: true },
    },
    externalServers: external && {
      enabled: true,
      hosts: external.hosts,
      httpsPort: external.httpsPort,
      grpcPort: external.grpcPort,
      k8sAuthMethodHost: external.kubernetesApi,
    },
    server: {
      enabled: external ? false : undefined,
      annotations: yamlMap(caRotation),
      // They read the token when they start. A map, to which values add theirs, where of the annotations they replace all.
      extraEnvironmentVars: rotations.bootstrapToken && { BOOTSTRAP_TOKEN_ROTATION: rotations.bootstrapToken },
      replicas: options.servers ?? 1,
      storage: options.storage,
      storageClass: options.storageClass,
      // The empty string, since Pulumi drops a null from a Release's values and the anti-affinity would stay.
      affinity: options.serversShareNodes ? "" : undefined,
    },
    ui: { enabled: true },
    connectInject: {
      annotations: yamlMap(caRotation),
      enabled: true,
      default: false,
      transparentProxy: { defaultEnabled: true },
      namespaceSelector: injectedNamespaces(options.namespacesWithoutInjection ?? ["traefik-consul"]),
    },
    syncCatalog: {
      annotations: yamlMap(caRotation),
      enabled: true,
      default: false,
      toConsul: true,
      toK8S: false,
      consulWriteInterval: options.catalogSyncInterval ?? "5s",
    },
    terminatingGateways: gatewayValues(options, (more) => yamlMap({ ...caRotation, ...more })),
  }) as ChartValues;
}

/** The namespaces that the injector is asked about, as the chart takes them: all but those of the chart's own default, and these. */
function injectedNamespaces(without: readonly string[]): string {
  const names = ["kube-system", "local-path-storage", "openebs", "gmp-system", "gke-managed-cim", ...without];
  return JSON.stringify({
    matchExpressions: [
      { key: "kubernetes.io/metadata.name", operator: "NotIn", values: names },
      { key: "openshift.io/cluster-monitoring", operator: "DoesNotExist" },
    ],
  });
}

/** A map as the chart takes one: YAML in a string, which JSON is. None for an empty one. */
function yamlMap(map: Record<string, string>): string | undefined {
  const lines = Object.entries(map).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return lines.length === 0 ? undefined : lines.join("\n");
}

/**
 * Merges objects deeply, the later wins; arrays and scalars are replaced whole, as Helm does with values and Consul with
 * its configuration files. Neither input is changed.
 */
export function mergeValues(base: ChartValues, over: ChartValues): ChartValues {
  const merged: ChartValues = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? mergeValues(before, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is ChartValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the keys that are undefined: what is not said stays the chart's own default. */
function prune(value: unknown): unknown {
  if (!isObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => [k, prune(v)]),
  );
}
