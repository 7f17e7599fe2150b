import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../interrupted/hooks";
import { ensureNamespace } from "../mesh/bringYourOwn";
import { consoleProblems, consolesConfiguration, TraefikConsoles } from "./consoles";
import { ConsulMesh, DEFAULT_CONSUL_CLI_IMAGE } from "../mesh/consulMesh";
import { dnsProviderProblems } from "./acmeDnsProviders";
import type { IngressDescription } from "../teams/meshReference";
import { routingOf } from "../routing/meshRouting";
import { routeUrl } from "../routing/routeUrl";
import { NAMED_BY_ROUTES } from "../routing/routingModel";
import { containerResourceProblems } from "../pods/containerResources";
import { imageProblems } from "../shared/grammars";
import { dnsLabelProblems, namespaceProblems, rangeProblems, TRAEFIK_SERVICE_NAME } from "../shared/names";
import { scaler, spread } from "../pods/podTemplate";
import type { Resources } from "../pods/podOptions";
import { HARDENED, NON_ROOT, restrictedPod } from "../shared/podSecurity";
import { Problem, refuse } from "../shared/problems";
import { sha256 } from "../shared/sha256";
import { rotationAnnotation } from "../shared/rotationAnnotation";
import { tagsAnnotation } from "../routing/routes";
import { kubernetesCrdArguments } from "./kubernetesCrd";
import { meshNameProblems, takenNameProblems } from "../shared/serviceNames";
import { extraParts, extraProblems, extraServicePort, TraefikExtras } from "./traefikExtras";
import {
  adminTags,
  CA_MOUNT_PATH,
  ENTRY_POINT_PORTS,
  MESH_READY_PATH,
  PING_PATH,
  traefikArguments,
} from "../routing/traefikArguments";
import { traefikLogin } from "./traefikLogin";
import { DEFAULT_REQUESTS, edgeArguments, edgeProblems, edgeServiceSpec, TraefikEdgeOptions } from "./traefikEdge";
import { hasAcme, tlsArguments, tlsParts, tlsProblems, TraefikTlsOptions } from "./traefikTls";
import { DEFAULT_TRAEFIK_IMAGE, traefikVersionProblems } from "../routing/traefikVersions";

/** Node ports of a Service of type NodePort, each 30000 to 32767. */
export interface NodePorts {
  /**
   * Node port of the entry point `web`, 30000 to 32767; for type NodePort.
   * @asType integer
   * @setting traefikNodePortWeb
   * @default 30080
   */
  readonly web?: number;
  /**
   * Node port of the entry point `websecure`, 30000 to 32767; for type NodePort.
   * @asType integer
   * @setting traefikNodePortWebsecure
   * @default 30443
   */
  readonly websecure?: number;
  /**
   * Node port of the entry point `admin`, 30000 to 32767; for type NodePort, open only where the dashboard is on.
   * @asType integer
   * @setting traefikNodePortAdmin
   * @default 30808
   */
  readonly admin?: number;
}

export const LOG_LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const;
export const SERVICE_TYPES = ["NodePort", "LoadBalancer", "ClusterIP"] as const;

/** What describes the ingress, apart from the mesh that it joins. */
export interface TraefikOptions extends TraefikTlsOptions, TraefikExtras, TraefikConsoles, TraefikEdgeOptions {
  /**
   * Namespace of the ingress, which it makes and owns unless `createNamespace` is `false`.
   * @setting traefikNamespace
   * @default traefik-consul
   */
  readonly namespace?: string;
  /**
   * Whether Traefik's namespace is made, and owned; else it has to exist. To be chosen before the first `up`.
   * @setting traefikCreateNamespace
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * A word, such as a date: another one, and Traefik's pods are replaced, each with a new token.
   * @unset none
   */
  readonly tokenRotation?: string;
  /**
   * Name in the mesh: what intentions name as the source.
   * @default traefik-system-ingress
   */
  readonly serviceName?: string;
  /**
   * Traefik's image, v3.
   * @setting traefikImage
   * @default traefik:v3.7.15
   */
  readonly image?: string;
  /**
   * When the image is pulled.
   * @unset Kubernetes' own rule
   */
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  /**
   * Number of Traefik's pods, 1 to 1000.
   * @asType integer
   * @setting traefikReplicas
   * @default 1
   */
  readonly replicas?: number;
  /**
   * Type of Traefik's Service.
   * @setting traefikServiceType
   * @default NodePort
   */
  readonly serviceType?: (typeof SERVICE_TYPES)[number];
  /** Node ports of a Service of type NodePort. */
  readonly nodePorts?: NodePorts;
  /**
   * Whether dashboard and API are served, without a login, on the admin entry point and its port.
   * @setting traefikDashboard
   * @default false
   */
  readonly dashboard?: boolean;
  /**
   * Whether Traefik logs each request.
   * @setting traefikAccessLog
   * @default true
   */
  readonly accessLog?: boolean;
  /**
   * Traefik's log level.
   * @setting traefikLogLevel
   * @default INFO
   */
  readonly logLevel?: (typeof LOG_LEVELS)[number];
  /**
   * Resources of Traefik's container.
   * @setting traefikResources
   * @unset requests of 100m CPU and 64Mi memory, a limit of 256Mi memory
   */
  readonly resources?: Resources;
}

export interface TraefikConsulIngressArgs extends TraefikOptions {
  readonly mesh: ConsulMesh;
}

export const DEFAULT_TRAEFIK_NAMESPACE = "traefik-consul";
export { TRAEFIK_SERVICE_NAME } from "../shared/names";
const HTTP3_PORT_NAME = "websecure-http3";
const DEFAULT_NODE_PORTS = { web: 30080, websecure: 30443, admin: 30808 };

/**
 * Traefik as a native member of the mesh: no sidecar, its own leaf certificate under the identity `serviceName`, routes
 * from Consul's catalog, connections to services by mutual TLS. It asks Kubernetes for nothing, so it has no RBAC.
 * Its pods are ready when they serve routes of the mesh, not just when they run.
 *
 * Errors: `InputPropertiesError` at construction, with each problem of `traefikProblems`.
 */
export class TraefikConsulIngress extends pulumi.ComponentResource {
  /** The identity in the mesh: what intentions name as the source. */
  public readonly serviceName: string;
  /** The namespace of the ingress. */
  public readonly namespace: pulumi.Output<string>;
  /** The command that brings the dashboard to http://localhost:8080/dashboard/; `undefined` where it is off. */
  public readonly dashboardPortForward: string | undefined;
  /** Ports of Traefik's pods for the entry points that it was given beside its own. */
  public readonly tcpPorts: readonly number[];
  /** Number of Traefik's pods. */
  public readonly replicas: number;
  public readonly imagePullPolicy: TraefikOptions["imagePullPolicy"];
  /** Time limits of its own, as they were given. */
  public readonly respondingTimeouts: NonNullable<TraefikOptions["respondingTimeouts"]>;
  /** What the services of other stacks have to know of the ingress, plain; see `MeshReference`. */
  public readonly description: IngressDescription;

  constructor(name: string, args: TraefikConsulIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    const path = `TraefikConsulIngress "${name}"`;
    refuse(path, [
      ...traefikProblems(args),
      ...catalogSyncProblems(args),
      ...routingOf(args.mesh).ingress(args.serviceName ?? TRAEFIK_SERVICE_NAME, args, ""),
      ...takenNameProblems(
        args.mesh,
        { name: args.serviceName ?? TRAEFIK_SERVICE_NAME, path, ingress: true },
        "serviceName",
      ),
    ]);
    super("consul-traefik-mesh:index:TraefikConsulIngress", name, {}, owned(`TraefikConsulIngress-${name}`, opts));
    const { mesh, dashboard = false } = args;
    const serviceName = args.serviceName ?? TRAEFIK_SERVICE_NAME;
    const namespaceName = args.namespace ?? DEFAULT_TRAEFIK_NAMESPACE;
    const labels = traefikPodLabels(serviceName);
    const nodePorts = args.serviceType === undefined || args.serviceType === "NodePort";
    const ports = { ...DEFAULT_NODE_PORTS, ...args.nodePorts };
    const websecurePort = nodePorts ? ports.websecure : ENTRY_POINT_PORTS.websecure;

    const namespace = ensureNamespace(
      `${name}-namespace`,
      { name: namespaceName, create: args.createNamespace, podSecurity: "restricted" },
      { parent: this },
    );
    // A ConfigMap: the certificate is public, and a preview shows which keys it has, which it does not of a Secret.
    const ca = new k8s.core.v1.ConfigMap(
      `${name}-consul-ca`,
      {
        metadata: { name: "consul-ca-cert", namespace: namespace.metadata.name },
        data: { "tls.crt": mesh.caCertificate },
      },
      { parent: this },
    );
    // Named as the service: where ACLs are on, the auth method turns the account's name into the identity.
    const serviceAccount = new k8s.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata: { name: serviceName, namespace: namespace.metadata.name } },
      { parent: this },
    );

    const consoles = consolesConfiguration(args, mesh.apiAddress);
    const tls = tlsParts(name, args, consoles, namespace.metadata.name, { parent: this });
    const http3Port = args.http3
      ? [{ name: HTTP3_PORT_NAME, containerPort: ENTRY_POINT_PORTS.websecure, protocol: "UDP" }]
      : [];
    const extras = extraParts(name, args, serviceAccount.metadata, this);

    // Does not wait for endpoints, since it goes first: Traefik is ready when this Service is in Consul's catalog.
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: {
          name: "traefik",
          namespace: namespace.metadata.name,
          annotations: {
            ...args.serviceAnnotations,
            "consul.hashicorp.com/service-sync": "true",
            "consul.hashicorp.com/service-name": serviceName,
            "consul.hashicorp.com/service-tags": tagsAnnotation(adminTags(serviceName, dashboard)),
            "pulumi.com/skipAwait": args.serviceType === "LoadBalancer" ? "false" : "true",
          },
        },
        spec: {
          type: args.serviceType ?? "NodePort",
          ...edgeServiceSpec(args),
          selector: labels,
          // An authority checks a host as soon as Traefik has its route, which is before the pod is ready; if it finds
          // nobody, Traefik does not ask again. With one pod at a time there is no other to go to meanwhile.
          publishNotReadyAddresses: tls.singleton,
          ports: [
            ...(["web", "websecure", ...(dashboard ? ["admin" as const] : [])] as const).map((entryPoint) => ({
              name: entryPoint,
              port: ENTRY_POINT_PORTS[entryPoint],
              targetPort: entryPoint,
              nodePort: nodePorts ? ports[entryPoint] : undefined,
            })),
            ...http3Port.map(({ name: n, containerPort: port, protocol }) => ({
              name: n,
              port,
              protocol,
              targetPort: n,
              nodePort: nodePorts ? websecurePort : undefined,
            })),
            ...extras.ports.map((port) => extraServicePort(port, nodePorts)),
          ],
        },
      },
      { parent: this },
    );

    const login =
      mesh.authMethod === undefined
        ? undefined
        : traefikLogin({
            authMethod: mesh.authMethod,
            apiAddress: mesh.apiAddress,
            image: mesh.consulImage ?? DEFAULT_CONSUL_CLI_IMAGE,
            imagePullPolicy: args.imagePullPolicy,
          });
    const caMount = { name: "consul-ca", mountPath: CA_MOUNT_PATH, readOnly: true };
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      {
        metadata: { name: "traefik", namespace: namespace.metadata.name },
        spec: {
          // None where a scaler decides: each `up` would set it back.
          replicas: args.autoscaling === undefined ? (args.replicas ?? 1) : undefined,
          selector: { matchLabels: labels },
          strategy: tls.singleton
            ? { type: "Recreate" }
            : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: {
            metadata: {
              labels,
              // Traefik reads the CA at its start: another CA, other pods.
              annotations: Object.assign(
                { "consul-traefik-mesh/ca-sha256": mesh.caCertificate.apply(sha256) },
                rotationAnnotation("token", args.tokenRotation),
                tls.annotations,
                ...extras.parts.map((part) => part.annotations),
              ),
            },
            spec: {
              serviceAccountName: serviceAccount.metadata.name,
              topologySpreadConstraints: spread(args.spreadOver, labels),
              // For its custom resources alone: Consul's login has a token of its own.
              automountServiceAccountToken: args.kubernetesCrd !== undefined,
              securityContext: {
                ...restrictedPod(NON_ROOT, Object.values(ENTRY_POINT_PORTS)),
                fsGroup: NON_ROOT,
                // Else each mount would open acme.json to the group, and Traefik refuses it then.
                fsGroupChangePolicy: "OnRootMismatch",
              },
              initContainers: login === undefined ? [] : [{ ...login.sidecar, securityContext: HARDENED }],
              containers: [
                {
                  name: "traefik",
                  image: args.image ?? DEFAULT_TRAEFIK_IMAGE,
                  imagePullPolicy: args.imagePullPolicy,
                  command: login?.command,
                  args: [
                    ...traefikArguments({
                      serviceName,
                      apiAddress: mesh.apiAddress,
                      api: dashboard || args.consoles?.dashboard !== undefined,
                      accessLog: args.accessLog ?? true,
                      logLevel: args.logLevel ?? "INFO",
                    }),
                    ...edgeArguments(args),
                    ...tlsArguments(args, websecurePort),
                    ...tls.args,
                    ...extras.parts.flatMap((part) => part.args ?? []),
                  ],
                  workingDir: "/",
                  env: login?.env ?? [],
                  envFrom: tls.envFrom,
                  ports: [
                    ...Object.entries(ENTRY_POINT_PORTS).map(([n, containerPort]) => ({ name: n, containerPort })),
                    ...http3Port,
                    ...extras.containerPorts,
                  ],
                  // Once, not for as long as it runs: later trouble of the catalog must not take away an ingress that
                  // serves. Where it never comes, the restart gives a new login and ends Traefik's growing back-off.
                  startupProbe: probe(mesh.catalogSync ? MESH_READY_PATH : PING_PATH, {
                    periodSeconds: 1,
                    failureThreshold: 120,
                  }),
                  // Fails from the moment that Traefik begins to end, while it still takes requests.
                  readinessProbe: probe(PING_PATH, { periodSeconds: 1, failureThreshold: 2 }),
                  livenessProbe: probe(PING_PATH, { periodSeconds: 10, failureThreshold: 3 }),
                  resources: args.resources ?? {
                    requests: DEFAULT_REQUESTS,
                    limits: { memory: "256Mi" },
                  },
                  securityContext: HARDENED,
                  volumeMounts: [
                    caMount,
                    ...(login?.mounts ?? []),
                    ...tls.mounts,
                    ...extras.parts.flatMap((part) => part.mounts ?? []),
                  ],
                },
              ],
              volumes: [
                { name: caMount.name, configMap: { name: ca.metadata.name } },
                ...(login?.volumes ?? []),
                ...tls.volumes,
                ...extras.parts.flatMap((part) => part.volumes ?? []),
              ],
            },
          },
        },
      },
      {
        parent: this,
        dependsOn: [mesh.ready, service, ...extras.parts.flatMap((part) => part.dependsOn ?? [])],
      },
    );

    const metadata = { name: "traefik", namespace: namespace.metadata.name };
    if (args.autoscaling !== undefined) {
      const target = { kind: "Deployment", name: "traefik", container: "traefik" };
      scaler(`${name}-autoscaler`, metadata, args.autoscaling, target, { parent: this, dependsOn: [deployment] });
    }
    if (args.disruptionBudget !== undefined) {
      const budget = { ...args.disruptionBudget, selector: { matchLabels: labels } };
      new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption-budget`, { metadata, spec: budget }, { parent: this });
    }

    this.serviceName = serviceName;
    this.namespace = namespace.metadata.name;
    this.replicas = args.replicas ?? 1;
    this.imagePullPolicy = args.imagePullPolicy;
    this.respondingTimeouts = args.respondingTimeouts ?? {};
    this.tcpPorts = extras.ports.map(({ port }) => port);
    this.description = {
      serviceName,
      namespace: namespaceName,
      replicas: this.replicas,
      imagePullPolicy: args.imagePullPolicy,
      respondingTimeouts: this.respondingTimeouts,
      ports: nodePorts ? { web: ports.web, websecure: ports.websecure } : ENTRY_POINT_PORTS,
      options: Object.fromEntries(NAMED_BY_ROUTES.map((option) => [option, args[option]])),
    };
    this.dashboardPortForward = dashboard
      ? `kubectl --namespace ${namespaceName} port-forward deployment/traefik 8080:${ENTRY_POINT_PORTS.admin}`
      : undefined;
    this.registerOutputs({ serviceName, namespace: this.namespace });
  }

  /** The URL of a route: its host has to resolve to a node, or to the load balancer. */
  public url(host: string, path = "/", tls = false): string {
    return routeUrl(this.description.ports, host, path, tls);
  }
}

/** Labels of the ingress' pods. */
export function traefikPodLabels(serviceName: string): Record<string, string> {
  return { app: "traefik", ingress: serviceName };
}

/** What is wrong with an ingress; `prefix` is put before each path. */
export function traefikProblems(args: TraefikOptions, prefix = ""): Problem[] {
  const ports = { ...DEFAULT_NODE_PORTS, ...args.nodePorts };
  const image = args.image ?? DEFAULT_TRAEFIK_IMAGE;
  const problems: Problem[] = [
    ...imageProblems(`${prefix}image`, image),
    ...resourceProblems(args.resources, `${prefix}resources`),
    ...namespaceProblems(`${prefix}namespace`, args.namespace ?? DEFAULT_TRAEFIK_NAMESPACE, {
      create: args.createNamespace,
      inMesh: true,
    }),
    ...dnsLabelProblems(`${prefix}serviceName`, args.serviceName ?? TRAEFIK_SERVICE_NAME),
    ...meshNameProblems(`${prefix}serviceName`, args.serviceName ?? TRAEFIK_SERVICE_NAME),
    ...rangeProblems(`${prefix}replicas`, args.replicas ?? 1, 1, 1000),
    ...Object.entries(ports).flatMap(([n, port]) => rangeProblems(`${prefix}nodePorts.${n}`, port, 30000, 32767)),
    ...tlsProblems(args, args.replicas ?? 1, prefix),
    ...dnsProviderProblems(args.certificateResolvers ?? {}, image, `${prefix}certificateResolvers`),
    ...traefikVersionProblems(
      image,
      [...tlsArguments(args, ENTRY_POINT_PORTS.websecure), ...kubernetesCrdArguments(args.kubernetesCrd)],
      prefix,
    ),
    ...consoleProblems(args, prefix),
    ...edgeProblems(args, { ...args, serviceType: args.serviceType ?? "NodePort", singleton: hasAcme(args) }, prefix),
    ...extraProblems(
      args,
      {
        ports: { ...ENTRY_POINT_PORTS, ...(args.http3 ? { [HTTP3_PORT_NAME]: ENTRY_POINT_PORTS.websecure } : {}) },
        nodePorts: Object.values(ports),
        withoutNodePorts: args.serviceType !== undefined && args.serviceType !== "NodePort",
      },
      prefix,
    ),
  ];
  const problem = (input: string, reason: string) => problems.push({ propertyPath: prefix + input, reason });
  if (new Set(Object.values(ports)).size < 3) {
    problem("nodePorts", `${Object.values(ports).join(", ")} are not three different ports; give each its own`);
  }
  if (args.serviceType !== undefined && !SERVICE_TYPES.includes(args.serviceType)) {
    problem("serviceType", `"${args.serviceType}" is no type for it; use one of ${SERVICE_TYPES.join(", ")}`);
  }
  if (args.nodePorts !== undefined && args.serviceType !== undefined && args.serviceType !== "NodePort") {
    problem("nodePorts", `a Service of type ${args.serviceType} has none to choose; leave them out or use NodePort`);
  }
  if (args.logLevel !== undefined && !LOG_LEVELS.includes(args.logLevel)) {
    problem("logLevel", `"${args.logLevel}" is no log level; use one of ${LOG_LEVELS.join(", ")}`);
  }
  return problems;
}

/** Problems of amounts of resources, as far as they are known. */
function resourceProblems(resources: TraefikOptions["resources"], path: string): Problem[] {
  const { requests, limits } = (resources ?? {}) as Record<string, unknown>;
  const known = (amounts: unknown) =>
    Object.fromEntries(
      Object.entries((amounts ?? {}) as object).flatMap(([what, amount]) =>
        typeof amount === "string" ? [[what, amount]] : [],
      ),
    ) as Record<string, string>;
  return containerResourceProblems({ requests: known(requests), limits: known(limits) }, path);
}

/** The dashboard's route is a tag of Traefik's own entry in the catalog, so it needs the sync that writes the entry. */
function catalogSyncProblems({ mesh, dashboard, namespace, createNamespace }: TraefikConsulIngressArgs): Problem[] {
  if (mesh.catalogSync) {
    const its = { name: namespace ?? DEFAULT_TRAEFIK_NAMESPACE, made: createNamespace ?? true };
    return mesh.reachProblems(its, "services");
  }
  const reason =
    "is served through Consul's catalog sync, which the mesh has off; turn syncCatalog on, or dashboard off";
  return dashboard ? [{ propertyPath: "dashboard", reason }] : [];
}

function probe(path: string, times: { periodSeconds: number; failureThreshold: number }) {
  // A node that is short of CPU for a moment answers late; with Kubernetes' 1 s that would take all pods away at once.
  return { httpGet: { path, port: "admin" }, timeoutSeconds: 5, ...times };
}
