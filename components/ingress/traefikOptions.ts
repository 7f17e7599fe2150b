import type { ConsulMesh } from "../mesh/consulMesh";
import type { Resources } from "../pods/podOptions";
import type { StaticOptions } from "./staticOptions";
import type { TraefikConsoles } from "./consoles";
import type { TraefikDrain } from "./traefikDrain";
import type { TraefikEdgeOptions } from "./traefikEdge";
import type { TraefikExtras } from "./traefikExtras";
import type { TraefikArgs } from "./traefikInputs";
import type { TraefikPod } from "./traefikPod";
import type { TraefikTlsOptions } from "./traefikTls";

/** Node ports of a Service of type NodePort, each 30000 to 32767. */
export interface NodePorts {
  /**
   * Node port for plain HTTP, which leads to Traefik's entry point web: 30000 to 32767; for type NodePort.
   * @asType integer
   * @setting traefikNodePortWeb
   * @default 30080
   */
  readonly web?: number;
  /**
   * Node port for TLS, which leads to Traefik's entry point websecure: 30000 to 32767; for type NodePort.
   * @asType integer
   * @setting traefikNodePortWebsecure
   * @default 30443
   */
  readonly websecure?: number;
  /**
   * Node port of Traefik's dashboard and API, 30000 to 32767; for type NodePort, open only where the dashboard is on.
   * @asType integer
   * @setting traefikNodePortAdmin
   * @default 30808
   */
  readonly admin?: number;
}

export const LOG_LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const;
export const SERVICE_TYPES = ["NodePort", "LoadBalancer", "ClusterIP"] as const;

/** What describes the ingress, apart from the mesh that it joins. */
export interface TraefikOptions
  extends TraefikTlsOptions, TraefikExtras, TraefikConsoles, TraefikEdgeOptions, TraefikDrain, TraefikPod {
  /**
   * Namespace of the ingress, which it makes and owns unless `createNamespace` is `false`.
   * @setting traefikNamespace
   * @default traefik-consul
   */
  readonly namespace?: string;
  /**
   * Whether Traefik's namespace is created and owned; otherwise it has to exist. Decide before the first `up`.
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
   * Secrets of type `kubernetes.io/dockerconfigjson` in Traefik's namespace, with which images are pulled. What asks whether routes are
   * served names them in its own.
   * @unset none
   */
  readonly imagePullSecrets?: readonly string[];
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
   * Whether dashboard and API are served, without a login, on the admin entry point and its port, which a `LoadBalancer` does not have.
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
   * Whether an Envoy beside Traefik holds its queries to Consul while no server answers. After an outage of all servers, Traefik is
   * then up to date within seconds; otherwise it takes up to three minutes. See docs/reliability.md. Needs Kubernetes 1.29.
   * @setting traefikConsulApiProxy
   * @default false
   */
  readonly consulApiProxy?: boolean;
  /**
   * Hosts of which several stacks may each have paths; any other host is that of the stack whose routes name it. See docs/teams.md.
   * @setting traefikSharedHosts
   * @unset none
   */
  readonly sharedHosts?: readonly string[];
  /**
   * Resources of Traefik's container.
   * @setting traefikResources
   * @unset requests of 100m CPU and 64Mi memory, a limit of 256Mi memory
   */
  readonly resources?: Resources;
  /**
   * Options of Traefik's static configuration that no other input says, by their names in Traefik's CLI reference; see
   * docs/ingress.md#other-options-of-traefik.
   * @setting traefikStaticOptions
   * @unset none
   */
  readonly staticOptions?: StaticOptions;
}

/**
 * What a program declares of an ingress. Other resources' outputs may be: values of `serviceAnnotations`,
 * `serviceAccountAnnotations` and `env`, `loadBalancerSourceRanges`, `forwardedHeadersTrustedIps`, `proxyProtocolTrustedIps`;
 * `secretName` of a user list; `email`, `caServer`, `eab` and `credentialsSecret` of a certificate resolver; `host` and the names in
 * `tls.domains` of a console. See docs/services.md#values-of-other-resources.
 */
export interface TraefikConsulIngressArgs extends TraefikArgs {
  readonly mesh: ConsulMesh;
}

export const DEFAULT_TRAEFIK_NAMESPACE = "traefik-consul";
export { TRAEFIK_SERVICE_NAME } from "../shared/names";

/** Labels of the ingress' pods. */
export function traefikPodLabels(serviceName: string): Record<string, string> {
  return { app: "traefik", ingress: serviceName };
}
