import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { closest } from "fastest-levenshtein";
import { z } from "zod";
import {
  callRules,
  ConsulMeshArgs,
  consulMeshProblems,
  drainProblems,
  IntentionRule,
  isRouted,
  KubernetesCrd,
  LoadBalancing,
  LOG_LEVELS,
  meshPartWithoutContains,
  meshPartWithoutSleep,
  meshReachProblems,
  meshServiceProblems,
  MeshJobOptions,
  meshJobProblems,
  meshPartWithoutNativeSidecar,
  MeshServiceOptions,
  MeshWorkloadOptions,
  meshWorkloadProblems,
  NETWORK_TARGETS,
  NetworkClient,
  networkClientProblems,
  POD_SECURITY_LEVELS,
  PodSecurityLevel,
  PROTOCOLS,
  Protocol,
  Route,
  SERVICE_TYPES,
  ServiceCall,
  TRAEFIK_SERVICE_NAME,
  TraefikOptions,
  traefikProblems,
  usesCni,
} from "./components";
import { externalServiceProblems } from "./components/externalServices";
import { intentionProblems } from "./components/intentionProblems";
import { intentionWarnings } from "./components/intentionWarnings";
import { STRATEGIES } from "./components/loadBalancing";
import { oldVariableNameProblems } from "./components/containerProblems";
import { namespaceProblems } from "./components/names";
import { refusedCapabilities } from "./components/podSecurity";
import { WORKLOAD_KINDS } from "./components/podOptions";
import { describeProblems, Problem } from "./components/problems";
import { KEY_TYPES } from "./components/certificateResolvers";
import { duplicateProblems, routingProblems } from "./components/routingProblems";
import { derivedNameProblems } from "./components/serviceNames";
import { ACCESS_LOG_FORMATS, EXTERNAL_TRAFFIC_POLICIES } from "./components/traefikEdge";
import { RETRY_CONDITIONS } from "./components/traffic";
import { trafficGraphProblems } from "./components/trafficProblems";
import { CLIENT_AUTH_TYPES, TLS_VERSIONS } from "./components/tlsOptions";

/** A service as the stack's configuration describes it. */
export type ServiceSettings = MeshServiceOptions & { readonly name: string };

/** A workload that runs already, in the services' namespace or another, as the stack's configuration describes it. */
export type WorkloadSettings = MeshWorkloadOptions & { readonly name: string; readonly namespace?: string };

/** A job as the stack's configuration describes it. */
export type JobSettings = MeshJobOptions & { readonly name: string };

/** The stack's configuration, parsed and judged. */
export interface Settings {
  readonly consul: ConsulMeshArgs;
  readonly traefik: TraefikOptions;
  readonly servicesNamespace: string;
  readonly servicesCreateNamespace: boolean;
  readonly services: readonly ServiceSettings[];
  readonly workloads: readonly WorkloadSettings[];
  readonly jobs: readonly JobSettings[];
  /** Namespaces of workloads beside the services'. */
  readonly otherNamespaces: readonly string[];
  readonly denyAll: boolean;
  readonly intentions: readonly IntentionRule[];
  readonly externalServices: Readonly<Record<string, Protocol>>;
  readonly jwtProviders: readonly string[];
  readonly intentionWarningsAreErrors: boolean;
  readonly servicesPodSecurity: PodSecurityLevel;
  readonly networkPolicies: boolean;
  readonly networkPolicyClients: readonly NetworkClient[];
  /** The stack whose mesh this one's services join; `undefined` where this stack makes the mesh. */
  readonly meshStack: string | undefined;
  /** The other stacks whose services may join this one's mesh. */
  readonly teams: readonly Team[];
}

/** A stack of services in the mesh of another one. */
export interface Team {
  /** The stack, as `organization/project/stack`. */
  readonly stack: string;
  /** The namespace of its services. */
  readonly namespace: string;
}

const text = z.string();
/** Pulumi.yaml can declare no setting without a value, so the empty string stands for "not set". */
const optionalText = z.string().transform((value) => (value === "" ? undefined : value));
/** Keys of JSON that JavaScript takes for something else than keys. */
const NO_KEYS = ["__proto__", "toString", "valueOf"];
/** Every value that is no string reaches the program as JSON. */
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((value, context) => {
      try {
        return JSON.parse(value, (key, inner: unknown) => {
          if (NO_KEYS.includes(key)) {
            context.addIssue({ code: "custom", message: `has a key "${key}", which nothing has` });
          }
          return inner;
        }) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: `"${value}" is not JSON` });
        return z.NEVER;
      }
    })
    .pipe(schema);
/** An object that is not set where it is empty: Pulumi.yaml can declare no setting without a value. */
const optionalObject = <T extends z.ZodType>(schema: T) =>
  json(z.any())
    .transform((value) => (isDeepStrictEqual(value, {}) ? undefined : value))
    .pipe(schema.optional());
const secretKeyRef = z.strictObject({ secretName: z.string(), secretKey: z.string() });
const flag = json(z.boolean());
const whole = json(z.int());

const pullPolicy = z.enum(["Always", "IfNotPresent", "Never"]);

/** Options of Traefik's: which there are, and of what kind, the components judge. */
const options = z.record(text, z.unknown());

const routeTls = z.strictObject({
  certResolver: text.optional(),
  domains: z.array(z.strictObject({ main: text, sans: z.array(text).optional() })).optional(),
  options: text.optional(),
});

const route = z.strictObject({
  name: text.optional(),
  host: text.optional(),
  pathPrefix: text.optional(),
  rule: text.optional(),
  entryPoints: z.array(text).optional(),
  tls: routeTls.optional(),
  priority: z.number().optional(),
  middlewares: z.array(z.union([text, z.record(text, options)])).optional() as z.ZodType<Route["middlewares"]>,
});

const challenge = z.strictObject({ delay: z.number().optional() });

const certificateResolver = z.strictObject({
  email: text,
  caServer: text.optional(),
  caCertificates: text.optional(),
  keyType: z.enum(KEY_TYPES).optional(),
  profile: text.optional(),
  certificatesDuration: z.number().optional(),
  tlsChallenge: challenge.optional(),
  httpChallenge: challenge.optional(),
  dnsChallenge: z
    .strictObject({
      provider: text,
      credentialsSecret: text.optional(),
      resolvers: z.array(text).optional(),
      propagation: z
        .strictObject({
          disableChecks: z.boolean().optional(),
          disableANSChecks: z.boolean().optional(),
          requireAllRNS: z.boolean().optional(),
          delayBeforeChecks: z.number().optional(),
        })
        .optional(),
    })
    .optional(),
});

const certificate = z.strictObject({ secretName: text, default: z.boolean().optional() });

const tlsOptions = z.strictObject({
  minVersion: z.enum(TLS_VERSIONS).optional(),
  sniStrict: z.boolean().optional(),
  clientAuth: z.strictObject({ caSecretName: text, type: z.enum(CLIENT_AUTH_TYPES).optional() }).optional(),
});

const tcpRoute = z.strictObject({
  name: text.optional(),
  sni: text.optional(),
  rule: text.optional(),
  entryPoints: z.array(text).optional(),
  tls: routeTls.extend({ passthrough: z.boolean().optional() }).optional(),
  middlewares: z.array(z.record(text, options)).optional(),
});

const keyRef = z.strictObject({ name: text, key: text, optional: z.boolean().optional() });
const nameRef = z.strictObject({ name: text, optional: z.boolean().optional() });

const envValue = z.union([
  text,
  z.strictObject({
    secretKeyRef: keyRef.optional(),
    configMapKeyRef: keyRef.optional(),
    fieldRef: z.strictObject({ fieldPath: text }).optional(),
  }),
]);

const probe = z.strictObject({
  httpGet: z.strictObject({ path: text, port: z.number().optional() }).optional(),
  exec: z.strictObject({ command: z.array(text) }).optional(),
  initialDelaySeconds: z.number().optional(),
  periodSeconds: z.number().optional(),
  timeoutSeconds: z.number().optional(),
  failureThreshold: z.number().optional(),
  successThreshold: z.number().optional(),
});

const volume = z.strictObject({
  mountPath: text,
  subPath: text.optional(),
  readOnly: z.boolean().optional(),
  secret: z.strictObject({ secretName: text, optional: z.boolean().optional() }).optional(),
  configMap: nameRef.optional(),
  persistentVolumeClaim: z.strictObject({ claimName: text }).optional(),
  emptyDir: z.strictObject({ medium: z.enum(["", "Memory"]).optional(), sizeLimit: text.optional() }).optional(),
});

const labels = z.record(text, text);

const resources = z.strictObject({ requests: labels.optional(), limits: labels.optional() });

/** What any pod is, beyond its image. */
const commonPodOptions = {
  image: text,
  imagePullPolicy: pullPolicy.optional(),
  command: z.array(text).optional(),
  args: z.array(text).optional(),
  env: z.record(text, envValue).optional(),
  envFrom: z
    .array(z.strictObject({ secretRef: nameRef.optional(), configMapRef: nameRef.optional(), prefix: text.optional() }))
    .optional(),
  resources: resources.optional(),
  volumes: z.array(volume).optional(),
  imagePullSecrets: z.array(text).optional(),
  nodeSelector: labels.optional(),
  tolerations: z
    .array(
      z.strictObject({
        key: text.optional(),
        operator: z.enum(["Exists", "Equal"]).optional(),
        value: text.optional(),
        effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
        tolerationSeconds: z.number().optional(),
      }),
    )
    .optional(),
  priorityClassName: text.optional(),
  terminationGracePeriodSeconds: z.number().optional(),
  podLabels: labels.optional(),
  podAnnotations: labels.optional(),
  podSpec: z.record(text, z.unknown()).optional(),
  runAsUser: z.number().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  writablePaths: z.array(text).optional(),
  addCapabilities: z.array(text).optional(),
};

/** What a service's pods are besides. */
const podOptions = {
  ...commonPodOptions,
  kind: z.enum(WORKLOAD_KINDS).optional(),
  volumeClaims: z
    .array(
      z.strictObject({
        mountPath: text,
        storage: text,
        storageClassName: text.optional(),
        accessMode: z.enum(["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]).optional(),
      }),
    )
    .optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  startupProbe: probe.optional(),
  spreadOver: z.array(text).optional(),
  updateStrategy: z.enum(["RollingUpdate", "Recreate"]).optional(),
};

const replicasOrShare = z.union([z.number(), text]).optional();

const autoscaling = z.strictObject({
  minReplicas: z.number(),
  maxReplicas: z.number(),
  cpuUtilization: z.number().optional(),
  memoryUtilization: z.number().optional(),
});

const disruptionBudget = z.strictObject({ minAvailable: replicasOrShare, maxUnavailable: replicasOrShare });

const loadBalancing = z.strictObject({
  strategy: z.enum(STRATEGIES).optional(),
  sticky: options.optional(),
  healthCheck: options.optional(),
  passiveHealthCheck: options.optional(),
  passHostHeader: z.boolean().optional(),
}) as unknown as z.ZodType<LoadBalancing>;

const canary = z.strictObject({
  image: text.optional(),
  env: z.record(text, envValue).optional(),
  args: z.array(text).optional(),
  replicas: z.number().optional(),
  weight: z.number(),
});

const console = z.strictObject({ host: text, userList: text, tls: routeTls.optional() });

const action = z.enum(["allow", "deny"]);

const header = z.strictObject({
  name: text,
  present: z.boolean().optional(),
  exact: text.optional(),
  prefix: text.optional(),
  suffix: text.optional(),
  contains: text.optional(),
  regex: text.optional(),
  invert: z.boolean().optional(),
  ignoreCase: z.boolean().optional(),
});

const httpPath = {
  pathExact: text.optional(),
  pathPrefix: text.optional(),
  pathRegex: text.optional(),
  methods: z.array(text).optional(),
};

const permission = z.strictObject({
  action,
  http: z.strictObject({ ...httpPath, header: z.array(header).optional() }),
  jwt: z
    .strictObject({
      providers: z.array(
        z.strictObject({
          name: text,
          verifyClaims: z.array(z.strictObject({ path: z.array(text), value: text })).optional(),
        }),
      ),
    })
    .optional(),
});

const retries = z.strictObject({
  attempts: z.number(),
  on: z.array(z.enum(RETRY_CONDITIONS)).optional(),
  statusCodes: z.array(z.number()).optional(),
});

const traffic = z.strictObject({
  routes: z
    .array(
      z.strictObject({
        match: z.strictObject({
          ...httpPath,
          header: z.array(header.omit({ contains: true, ignoreCase: true })).optional(),
          queryParam: z
            .array(
              z.strictObject({
                name: text,
                present: z.boolean().optional(),
                exact: text.optional(),
                regex: text.optional(),
              }),
            )
            .optional(),
        }),
        service: text.optional(),
        prefixRewrite: text.optional(),
        requestTimeoutSeconds: z.number().optional(),
        retries: retries.optional(),
      }),
    )
    .optional(),
  retries: retries.optional(),
  split: z.array(z.strictObject({ service: text.optional(), weight: z.number() })).optional(),
  failover: z.array(text).optional(),
  maxInboundConnections: z.number().optional(),
});

const call: z.ZodType<ServiceCall> = z.strictObject({
  destination: text,
  permissions: z.array(permission).optional(),
  description: text.optional(),
});

/** What the mesh is to know of a service, whoever declares its pods. */
const memberOptions = {
  name: text,
  port: z.number(),
  protocol: z.enum(PROTOCOLS).optional(),
  listenerDrainSeconds: z.number().optional(),
  requestTimeoutSeconds: z.number().optional(),
  idleTimeoutSeconds: z.number().optional(),
  routes: z.array(route).optional(),
  tcpRoutes: z.array(tcpRoute).optional(),
  loadBalancing: loadBalancing.optional(),
  internal: z.boolean().optional(),
  traffic: traffic.optional(),
  calls: z.array(call).optional(),
};

const service: z.ZodType<ServiceSettings> = z.strictObject({
  ...memberOptions,
  ...podOptions,
  servicePort: z.number().optional(),
  replicas: z.number().optional(),
  autoscaling: autoscaling.optional(),
  disruptionBudget: disruptionBudget.optional(),
  healthPath: text.optional(),
  healthGrpcService: text.optional(),
  drainSeconds: z.number().optional(),
  canary: canary.optional(),
});

const workload: z.ZodType<WorkloadSettings> = z.strictObject({
  ...memberOptions,
  namespace: text.optional(),
  workload: z.strictObject({ kind: z.enum(WORKLOAD_KINDS).optional(), name: text.optional() }).optional(),
  existingService: text.optional(),
  servicePort: z.number().optional(),
  existingServiceAccount: z.boolean().optional(),
});

const job: z.ZodType<JobSettings> = z.strictObject({
  name: text,
  ...commonPodOptions,
  schedule: text.optional(),
  timeZone: text.optional(),
  concurrencyPolicy: z.enum(["Allow", "Forbid", "Replace"]).optional(),
  suspend: z.boolean().optional(),
  backoffLimit: z.number().optional(),
  activeDeadlineSeconds: z.number().optional(),
  calls: z.array(call).optional(),
});

const intention: z.ZodType<IntentionRule> = z.strictObject({
  source: text,
  destination: text,
  action: action.optional(),
  permissions: z.array(permission).optional(),
  description: text.optional(),
});

const networkClient: z.ZodType<NetworkClient> = z.strictObject({
  namespace: text,
  podLabels: z.record(text, text).optional(),
  reaches: z.array(z.enum(NETWORK_TARGETS)),
});

/** Every setting of the stack, as Pulumi.yaml declares it; the CLI fills in the defaults that stand there. */
export const settingsSchema = z.strictObject({
  consulNamespace: text,
  consulCreateNamespace: flag,
  consulDestroyForeignEntries: flag,
  consulCa: optionalObject(z.strictObject({ certificate: secretKeyRef, key: secretKeyRef.optional() })),
  consulGossipKeySecret: optionalObject(secretKeyRef),
  consulBootstrapTokenSecret: optionalObject(secretKeyRef),
  consulExternalServers: optionalObject(
    z.strictObject({
      hosts: z.array(text),
      httpsPort: z.number().optional(),
      grpcPort: z.number().optional(),
      kubernetesApi: text.optional(),
    }),
  ),
  consulChartPath: optionalText,
  consulChartRepository: text,
  consulChartVersion: text,
  kubernetesVersion: optionalText,
  consulImage: optionalText,
  consulK8sImage: optionalText,
  consulDataplaneImage: optionalText,
  consulDatacenter: text,
  consulServers: whole,
  consulServersShareNodes: flag,
  consulStorage: text,
  consulStorageClass: optionalText,
  consulServerAdditionalDnsSans: json(z.array(text)),
  consulAcls: flag,
  consulGossipEncryption: flag,
  consulCatalogSyncInterval: text,
  consulValues: json(z.record(text, z.unknown())),
  traefikNamespace: text,
  traefikCreateNamespace: flag,
  traefikImage: text,
  traefikReplicas: whole,
  traefikServiceType: z.enum(SERVICE_TYPES),
  traefikNodePortWeb: whole,
  traefikNodePortWebsecure: whole,
  traefikNodePortAdmin: whole,
  traefikServiceAnnotations: json(z.record(text, text)),
  traefikExternalTrafficPolicy: optionalText.pipe(z.enum(EXTERNAL_TRAFFIC_POLICIES).optional()),
  traefikLoadBalancerClass: optionalText,
  traefikLoadBalancerSourceRanges: json(z.array(text)),
  traefikForwardedHeadersTrustedIps: json(z.array(text)),
  traefikProxyProtocolTrustedIps: json(z.array(text)),
  traefikRespondingTimeouts: json(
    z.strictObject({
      readTimeout: z.number().optional(),
      writeTimeout: z.number().optional(),
      idleTimeout: z.number().optional(),
    }),
  ),
  traefikResources: optionalObject(resources),
  traefikAutoscaling: optionalObject(autoscaling),
  traefikDisruptionBudget: optionalObject(disruptionBudget),
  traefikSpreadOver: json(z.array(text)),
  traefikDashboard: flag,
  traefikAccessLog: flag,
  traefikAccessLogFormat: optionalText.pipe(z.enum(ACCESS_LOG_FORMATS).optional()),
  traefikAccessLogHeaders: json(z.array(text)),
  traefikLogLevel: z.enum(LOG_LEVELS),
  traefikCertificateResolvers: json(z.record(text, certificateResolver)),
  traefikAcmeStorage: text,
  traefikAcmeStorageClass: optionalText,
  traefikCertificates: json(z.array(certificate)),
  traefikTlsOptions: json(z.record(text, tlsOptions)),
  traefikRedirectToHttps: flag,
  traefikHttp3: flag,
  traefikConsoles: json(z.strictObject({ dashboard: console.optional(), consulUi: console.optional() })),
  traefikTcpEntryPoints: json(
    z.record(
      text,
      z.strictObject({ port: z.number(), servicePort: z.number().optional(), nodePort: z.number().optional() }),
    ),
  ),
  traefikUserLists: json(z.record(text, z.strictObject({ secretName: text, key: text.optional() }))),
  traefikKubernetesCrdNamespaces: json(z.array(text)),
  traefikMetrics: flag,
  traefikPlugins: json(
    z.record(text, z.strictObject({ module: text, path: text.optional(), version: text.optional() })),
  ),
  servicesNamespace: text,
  servicesCreateNamespace: flag,
  services: json(z.array(service)),
  workloads: json(z.array(workload)),
  jobs: json(z.array(job)),
  denyAll: flag,
  intentions: json(z.array(intention)),
  externalServices: json(z.record(text, z.enum(PROTOCOLS))),
  jwtProviders: json(z.array(text)),
  intentionWarningsAreErrors: flag,
  rotations: json(
    z.strictObject({
      gossipKey: text.optional(),
      bootstrapToken: text.optional(),
      connectCa: text.optional(),
      ca: text.optional(),
      traefikToken: text.optional(),
    }),
  ),
  servicesPodSecurity: z.enum(POD_SECURITY_LEVELS),
  networkPolicies: flag,
  networkPolicyClients: json(z.array(networkClient)),
  meshStack: optionalText,
  teams: json(z.array(z.strictObject({ stack: text, namespace: text }))),
  imagePullPolicy: optionalText.pipe(pullPolicy.optional()),
  protect: flag,
});

/** The setting behind an input of a component, where the names differ by more than the component's prefix. */
const SETTING_OF_INPUT: Record<string, string> = {
  "consul.rotations": "rotations",
  "consul.chart": "consulChartPath",
  "consul.chart.path": "consulChartPath",
  "consul.chart.version": "consulChartVersion",
  "consul.images.consul": "consulImage",
  "consul.images.controlPlane": "consulK8sImage",
  "consul.images.dataplane": "consulDataplaneImage",
  "consul.kubernetesVersion": "kubernetesVersion",
  "traefik.nodePorts": "traefikNodePortWeb",
  "traefik.nodePorts.web": "traefikNodePortWeb",
  "traefik.nodePorts.websecure": "traefikNodePortWebsecure",
  "traefik.nodePorts.admin": "traefikNodePortAdmin",
};

/**
 * The settings of the stack that is being previewed or deployed.
 *
 * Errors: one `RunError` that names every problem, before any resource is declared.
 */
export function readSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  const result = parseSettings(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
  if ("problems" in result) {
    throw new pulumi.RunError(describeProblems(`configuration of stack ${pulumi.getStack()}`, result.problems));
  }
  return result.settings;
}

/**
 * Parses and judges the stack's settings: raw values by setting name, as Pulumi hands them over. Returns either the
 * settings, or every problem that they have; values of the wrong shape cannot be judged further.
 */
export function parseSettings(raw: Record<string, string>): { settings: Settings } | { problems: Problem[] } {
  const unknown = Object.keys(raw)
    .filter((key) => !isSetting(key))
    .map((key) => unknownKey(key, key, Object.keys(settingsSchema.shape)));
  const parsed = settingsSchema.safeParse(Object.fromEntries(Object.entries(raw).filter(([key]) => isSetting(key))));
  if (!parsed.success) {
    return { problems: [...unknown, ...parsed.error.issues.flatMap((issue) => shapeProblems(issue, raw))] };
  }
  const s = parsed.data;
  const { imagePullPolicy } = s;
  const { traefikToken, ...rotations } = s.rotations;
  const settings: Settings = {
    consul: {
      namespace: s.consulNamespace,
      namespacesWithoutInjection: s.traefikNamespace === undefined ? undefined : [s.traefikNamespace],
      createNamespace: s.consulCreateNamespace,
      destroyForeignEntries: s.consulDestroyForeignEntries,
      ca: s.consulCa,
      gossipKeySecret: s.consulGossipKeySecret,
      bootstrapTokenSecret: s.consulBootstrapTokenSecret,
      externalServers: s.consulExternalServers,
      rotations,
      chart:
        s.consulChartPath === undefined
          ? { repository: s.consulChartRepository, version: s.consulChartVersion }
          : { path: s.consulChartPath },
      kubernetesVersion: s.kubernetesVersion,
      images: { consul: s.consulImage, controlPlane: s.consulK8sImage, dataplane: s.consulDataplaneImage },
      imagePullPolicy,
      datacenter: s.consulDatacenter,
      servers: s.consulServers,
      serversShareNodes: s.consulServersShareNodes,
      storage: s.consulStorage,
      storageClass: s.consulStorageClass,
      serverAdditionalDnsSans: s.consulServerAdditionalDnsSans,
      acls: s.consulAcls,
      gossipEncryption: s.consulGossipEncryption,
      catalogSyncInterval: s.consulCatalogSyncInterval,
      values: s.consulValues,
      protect: s.protect,
    },
    traefik: {
      namespace: s.traefikNamespace,
      createNamespace: s.traefikCreateNamespace,
      tokenRotation: traefikToken,
      image: s.traefikImage,
      imagePullPolicy,
      // 1 is also what stands there where nobody has said anything: then a scaler may decide.
      replicas: s.traefikAutoscaling !== undefined && s.traefikReplicas === 1 ? undefined : s.traefikReplicas,
      serviceType: s.traefikServiceType,
      nodePorts:
        s.traefikServiceType === "NodePort"
          ? { web: s.traefikNodePortWeb, websecure: s.traefikNodePortWebsecure, admin: s.traefikNodePortAdmin }
          : undefined,
      dashboard: s.traefikDashboard,
      accessLog: s.traefikAccessLog,
      accessLogFormat: s.traefikAccessLogFormat,
      accessLogHeaders: s.traefikAccessLogHeaders,
      serviceAnnotations: s.traefikServiceAnnotations,
      externalTrafficPolicy: s.traefikExternalTrafficPolicy,
      loadBalancerClass: s.traefikLoadBalancerClass,
      loadBalancerSourceRanges: orUndefined(s.traefikLoadBalancerSourceRanges),
      forwardedHeadersTrustedIps: s.traefikForwardedHeadersTrustedIps,
      proxyProtocolTrustedIps: s.traefikProxyProtocolTrustedIps,
      respondingTimeouts: s.traefikRespondingTimeouts,
      resources: s.traefikResources,
      autoscaling: s.traefikAutoscaling,
      disruptionBudget: s.traefikDisruptionBudget,
      spreadOver: orUndefined(s.traefikSpreadOver),
      logLevel: s.traefikLogLevel,
      certificateResolvers: s.traefikCertificateResolvers,
      acmeStorage: s.traefikAcmeStorage,
      acmeStorageClass: s.traefikAcmeStorageClass,
      certificates: s.traefikCertificates,
      tlsOptions: s.traefikTlsOptions,
      redirectToHttps: s.traefikRedirectToHttps,
      http3: s.traefikHttp3,
      consoles: s.traefikConsoles,
      tcpEntryPoints: s.traefikTcpEntryPoints,
      userLists: s.traefikUserLists,
      plugins: s.traefikPlugins,
      metrics: s.traefikMetrics,
      kubernetesCrd: crdNamespaces(s.traefikKubernetesCrdNamespaces),
    },
    servicesNamespace: s.servicesNamespace,
    servicesCreateNamespace: s.servicesCreateNamespace,
    services: s.services.map((each) => ({ imagePullPolicy, ...each })),
    workloads: s.workloads.map((each) => ({ ...each, running: true })),
    jobs: s.jobs.map((each) => ({ imagePullPolicy, ...each })),
    otherNamespaces: [...new Set(s.workloads.flatMap(({ namespace }) => namespace ?? []))].filter(
      (namespace) => namespace !== s.servicesNamespace,
    ),
    denyAll: s.denyAll,
    intentions: s.intentions.map((rule, i) => ({ ...rule, declaredAt: `intentions[${i}]` })),
    externalServices: s.externalServices,
    jwtProviders: s.jwtProviders,
    intentionWarningsAreErrors: s.intentionWarningsAreErrors,
    servicesPodSecurity: s.servicesPodSecurity,
    networkPolicies: s.networkPolicies,
    networkPolicyClients: s.networkPolicyClients,
    meshStack: s.meshStack,
    teams: s.teams,
  };
  const problems = [...unknown, ...settingsProblems(settings)];
  return problems.length > 0 ? { problems } : { settings };
}

/** Nothing said: Pulumi.yaml can declare no setting without a value, so an empty list stands for that. */
function orUndefined(list: string[]): string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function isSetting(key: string): boolean {
  return Object.hasOwn(settingsSchema.shape, key);
}

/** None: the provider is off; `*` alone: all of them. */
function crdNamespaces(namespaces: string[]): KubernetesCrd | undefined {
  return namespaces.length === 0 ? undefined : namespaces.join() === "*" ? true : { namespaces };
}

/** What is wrong with settings of the right shape: each component's own problems, and what only the whole shows. */
function settingsProblems(settings: Settings): Problem[] {
  const { services, workloads, jobs } = settings;
  const named = (problems: Problem[]) =>
    problems.map((p) => ({ ...p, propertyPath: p.propertyPath.replace(/\.serviceName$/, ".name") }));
  const members = membersOf(settings);
  // What goes beyond the stack is known when the mesh is; see stacks/services.ts.
  const alone = (judge: () => Problem[]) => (settings.meshStack === undefined ? judge() : []);
  const withoutNativeSidecar =
    settings.meshStack === undefined ? meshPartWithoutNativeSidecar(settings.consul) : undefined;
  const parts = [
    ...consulMeshProblems(settings.consul, "consul.").map(atSetting),
    ...traefikProblems(settings.traefik, "traefik.").map(atSetting),
    ...services.flatMap((each, i) => named(meshServiceProblems(each.name, each, `services[${i}].`))),
    ...workloads.flatMap((each, i) => named(meshWorkloadProblems(each.name, each, `workloads[${i}].`))),
    ...jobs.flatMap((each, i) => named(meshJobProblems(each.name, each, withoutNativeSidecar, `jobs[${i}].`))),
    ...networkClientProblems(settings.networkPolicyClients, "networkPolicyClients"),
  ];
  return [
    ...parts,
    ...teamProblems(settings),
    ...together(parts, () => stackNamespaceProblems(settings)),
    ...duplicateProblems(
      "name",
      members.map(({ name, path }) => [name, path]),
    ),
    ...derivedNameProblems(members.map(({ path, ...each }) => ({ ...each, path: `${path}.name` }))),
    ...[...services, ...jobs].flatMap((each, i) =>
      oldVariableNameProblems(
        each,
        settings.consul.kubernetesVersion,
        i < services.length ? `services[${i}].` : `jobs[${i - services.length}].`,
      ),
    ),
    ...alone(() => together(parts, () => routingProblems(members, settings.traefik, TRAEFIK_SERVICE_NAME))),
    ...externalServiceProblems(
      settings.externalServices,
      members.map((each) => each.name),
      "externalServices",
    ),
    ...together(parts, () =>
      trafficGraphProblems(members.map((each) => ({ name: each.name, options: each, path: `${each.path}.traffic` }))),
    ),
    ...alone(() => together(parts, () => stackIntentionProblems(settings))),
    ...alone(() => podSecurityProblems(settings, usesCni(settings.consul.values))),
    ...alone(() =>
      services.flatMap((each, i) => drainProblems(each, meshPartWithoutSleep(settings.consul), `services[${i}].`)),
    ),
    ...(settings.networkPolicyClients.length > 0 && !settings.networkPolicies
      ? [
          {
            propertyPath: "networkPolicyClients",
            reason: "opens nothing while networkPolicies is false; set that to true or leave this out",
          },
        ]
      : []),
  ];
}

/** All that is a service of the mesh, and where it stands. */
function membersOf({ services, workloads, jobs }: Settings) {
  return [
    ...services.map((each, i) => ({ ...each, path: `services[${i}]` })),
    ...workloads.map((each, i) => ({ ...each, path: `workloads[${i}]` })),
    ...jobs.map(({ name, calls }, i) => ({ name, calls, port: 0, protocol: "tcp" as const, path: `jobs[${i}]` })),
  ];
}

/** A stack's name as a reference to it has to be written. */
const STACK_NAME = /^[\w.-]+\/[\w.-]+\/[\w.-]+$/;

/** Problems of how stacks share a mesh. */
function teamProblems({ meshStack, teams, servicesNamespace, workloads, intentions }: Settings): Problem[] {
  const name = (path: string, stack: string) =>
    STACK_NAME.test(stack)
      ? []
      : [{ propertyPath: path, reason: `"${stack}" is no stack's full name; use organization/project/stack` }];
  const ofMesh = (propertyPath: string) => ({
    propertyPath,
    reason: `belongs to the stack that makes the mesh, ${meshStack}; declare it there`,
  });
  return [
    ...(meshStack === undefined ? [] : name("meshStack", meshStack)),
    ...teams.flatMap(({ stack, namespace }, i) => [
      ...name(`teams[${i}].stack`, stack),
      ...namespaceProblems(`teams[${i}].namespace`, namespace, { create: true, inMesh: true }),
    ]),
    ...duplicateProblems("namespace", [
      [servicesNamespace, "servicesNamespace"],
      ...teams.map(({ namespace }, i) => [namespace, `teams[${i}].namespace`] as [string, string]),
    ]),
    ...duplicateProblems(
      "stack",
      teams.map(({ stack }, i) => [stack, `teams[${i}].stack`]),
    ),
    ...(meshStack === undefined
      ? []
      : [
          ...(teams.length > 0 ? [ofMesh("teams")] : []),
          ...intentions.flatMap((rule, i) =>
            rule.destination === "*" ? [ofMesh(`intentions[${i}].destination`)] : [],
          ),
        ]),
    ...workloads.flatMap(({ namespace = servicesNamespace }, i) => {
      const team = teams.find((each) => each.namespace === namespace);
      const whose =
        team !== undefined
          ? `is the namespace of ${team.stack}; have that stack declare the workload`
          : meshStack !== undefined && namespace !== servicesNamespace
            ? `is not this stack's own namespace, "${servicesNamespace}", which is all that the mesh lets in of it; leave it out, and run the workload there`
            : undefined;
      return whose === undefined
        ? []
        : [{ propertyPath: `workloads[${i}].namespace`, reason: `"${namespace}" ${whose}` }];
    }),
  ];
}

/** What only the whole shows. A part that is wrong may be beyond judging with others; then it is told by itself alone. */
function together(parts: Problem[], judge: () => Problem[]): Problem[] {
  try {
    return judge().filter(({ propertyPath }) => !parts.some((part) => part.propertyPath === propertyPath));
  } catch (error) {
    if (parts.length > 0) {
      return [];
    }
    throw error;
  }
}

/** Problems of all rules of the stack, and the warnings where they are to be errors: else its intention sets warn. */
function stackIntentionProblems(settings: Settings): Problem[] {
  const members = membersOf(settings);
  const rules = [
    ...settings.intentions,
    ...members.flatMap(({ name, calls = [], path }) => callRules(name, calls, `${path}.`)),
  ];
  const known = {
    denyAll: settings.denyAll,
    services: new Map([
      ...Object.entries(settings.externalServices),
      ...members.map((each) => [each.name, each.protocol ?? "http"] as const),
    ]),
    external: new Set([TRAEFIK_SERVICE_NAME, ...Object.keys(settings.externalServices)]),
    jwtProviders: new Set(settings.jwtProviders),
    partWithoutContains: meshPartWithoutContains(settings.consul),
    ingress: {
      name: TRAEFIK_SERVICE_NAME,
      routed: new Set(members.filter(isRouted).map((each) => each.name)),
    },
  };
  return [
    ...intentionProblems(rules, known, "intentions"),
    ...(settings.intentionWarningsAreErrors ? intentionWarnings(rules, known, "intentions") : []),
  ];
}

/** Of the pods of the services' namespace, the injected init container is the one that needs more than `restricted`. */
export function podSecurityProblems({ servicesPodSecurity: level, services, jobs }: Settings, cni: boolean): Problem[] {
  return [
    ...(level !== "privileged" && !cni
      ? [
          {
            propertyPath: "servicesPodSecurity",
            reason: `"${level}" refuses the sidecar's init container, which redirects traffic as root with NET_ADMIN; use privileged, or turn connectInject.cni.enabled on in consulValues`,
          },
        ]
      : []),
    ...[
      ...services.map((each, i) => ({ ...each, path: `services[${i}]` })),
      ...jobs.map((each, i) => ({ ...each, path: `jobs[${i}]` })),
    ].flatMap(({ runAsUser, addCapabilities = [], path }) => [
      ...(level === "restricted" && runAsUser === 0
        ? [
            {
              propertyPath: `${path}.runAsUser`,
              reason: "0 is root, which servicesPodSecurity restricted refuses",
            },
          ]
        : []),
      ...refusedCapabilities(level, addCapabilities).map((capability) => ({
        propertyPath: `${path}.addCapabilities`,
        reason: `${capability} is refused by servicesPodSecurity ${level}; leave it out, or use privileged`,
      })),
    ]),
  ];
}

function stackNamespaceProblems(settings: Settings): Problem[] {
  const namespaces: [string, string][] = [
    [settings.consul.namespace!, "consulNamespace"],
    [settings.traefik.namespace!, "traefikNamespace"],
    [settings.servicesNamespace, "servicesNamespace"],
  ];
  const reach = (name: string, made: boolean, reached: "pods" | "services") =>
    meshReachProblems(settings.consul, { name, made }, reached, "consul.").map(atSetting);
  const { enabled: isSynced = true } = (settings.consul.values?.syncCatalog ?? {}) as { enabled?: boolean };
  return [
    ...namespaceProblems("servicesNamespace", settings.servicesNamespace, {
      create: settings.servicesCreateNamespace,
      inMesh: true,
    }),
    ...duplicateProblems("namespace", namespaces),
    ...reach(settings.servicesNamespace, settings.servicesCreateNamespace, "pods"),
    ...settings.workloads.flatMap(({ namespace }, i) =>
      namespace === undefined || namespace === settings.servicesNamespace
        ? []
        : [
            ...namespaceProblems(`workloads[${i}].namespace`, namespace, { create: false, inMesh: true }),
            ...reach(namespace, false, "pods"),
            ...duplicateProblems("namespace", [...namespaces, [namespace, `workloads[${i}].namespace`]]),
          ],
    ),
    ...(isSynced ? reach(settings.traefik.namespace!, settings.traefik.createNamespace!, "services") : []),
  ];
}

function atSetting(problem: Problem): Problem {
  const [, input, rest] = /^([^[]*)(.*)$/.exec(problem.propertyPath)!;
  const path = input.split(".");
  // The longest beginning of the path that is a setting; what follows is within its value.
  const lengths = path.map((_, i) => path.length - i);
  const [found] = lengths.flatMap((length) => {
    const [component, ...names] = path.slice(0, length);
    const setting = SETTING_OF_INPUT[[component, ...names].join(".")] ?? component + names.map(capitalize).join("");
    return isSetting(setting) ? [[setting, ...path.slice(length)].join(".")] : [];
  });
  return { ...problem, propertyPath: (found ?? input) + rest };
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A schema issue as problems: an unknown key with the nearest known one, anything else with what was expected. */
function shapeProblems(issue: z.core.$ZodIssue, raw: Record<string, string>): Problem[] {
  if (issue.code === "invalid_union") {
    // The form that was meant: the one that fits so far, or else the first.
    const meant =
      issue.errors.find(([first]) => first.path.length > 0 || first.code !== "invalid_type") ?? issue.errors[0];
    return meant.flatMap((each) => shapeProblems({ ...each, path: [...issue.path, ...each.path] }, raw));
  }
  const path = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .slice(1);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(`${path}.${key}`, key, knownKeys(issue.path)));
  }
  const missing = issue.path.length === 1 && raw[String(issue.path[0])] === undefined;
  if (!missing && issue.message.endsWith(", received undefined")) {
    return [{ propertyPath: path, reason: "is missing" }];
  }
  return [
    { propertyPath: path, reason: missing ? "is not set; see Pulumi.yaml for its default" : lowerFirst(issue.message) },
  ];
}

function unknownKey(path: string, key: string, known: string[]): Problem {
  return { propertyPath: path, reason: `is not a known key; did you mean "${closest(key, known)}"?` };
}

/** The keys of the schema at a path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: z.ZodType = settingsSchema;
  for (const part of path) {
    const inner = unwrap(schema);
    schema = (
      inner instanceof z.ZodArray
        ? inner.element
        : inner instanceof z.ZodRecord
          ? inner.valueType
          : (inner as z.ZodObject).shape[String(part)]
    ) as z.ZodType;
  }
  return Object.keys((unwrap(schema) as z.ZodObject).shape);
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) {
    return unwrap(schema.out as z.ZodType);
  }
  if (schema instanceof z.ZodUnion) {
    return unwrap(schema.options.at(-1) as z.ZodType);
  }
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
