// Made by `npm run generate` from settings/inputs.ts and the docstrings in components/.
/* eslint-disable @typescript-eslint/no-explicit-any -- several forms, which Pulumi's schema has no word for */
import type * as pulumi from "@pulumi/pulumi";

export interface PlatformArgs {
  /** Whether pods of the mesh reach addresses that the mesh does not know: `open`, or `closed`, when the sidecar ends such connections. See docs/egress.md. One of open, closed. Default: open. */
  egress?: string;
  /** Addresses outside the mesh that its services may call, through a gateway, where an intention allows it; see docs/egress.md. Default: []. */
  externalDestinations?: ExternalDestinationOptions[];
  /** Whether Consul's namespace is created and owned; otherwise it has to exist. Decide before the first `up`. Default: true. */
  consulCreateNamespace?: boolean;
  /** A CA of your own for the servers' TLS, in Secrets; see docs/bring-your-own.md. Default: the chart makes one. */
  consulCa?: OwnCa;
  /** The gossip key, 32 bytes in base64. Default: generated. */
  consulGossipKeySecret?: SecretKeyRef;
  /** A management token of Consul, a UUID. With external servers: one that they know. Default: generated. */
  consulBootstrapTokenSecret?: SecretKeyRef;
  /** Consul servers elsewhere; see docs/bring-your-own.md. Default: the chart installs servers. */
  consulExternalServers?: ExternalServers;
  /** Consul's datacenter. Decide before the first `up`. Default: dc1. */
  consulDatacenter?: string;
  /** Number of Consul servers: 1, 3, 5 or 7, an odd number for the quorum. Default: 1. */
  consulServers?: number;
  /** Whether two servers may share a node; else the chart's anti-affinity holds, and each server needs a node. Default: false. */
  consulServersShareNodes?: boolean;
  /** Size of each server's volume, a Kubernetes quantity. Default: 10Gi. */
  consulStorage?: string;
  /** Storage class of the servers' volumes. Default: the cluster's own. */
  consulStorageClass?: string;
  /** Image of Consul's servers, and of Traefik's login where ACLs are on: a full reference. Default: the chart's own. */
  consulImage?: string;
  /** Image of consul-k8s-control-plane: injector, catalog sync and the chart's jobs. Default: the chart's own. */
  consulK8sImage?: string;
  /** Image of consul-dataplane with Envoy: the sidecar. Default: the chart's own. */
  consulDataplaneImage?: string;
  /** DNS names that the servers' certificate has beside `consul-server`, `consul-server.<namespace>.svc` and `localhost`. Default: []. */
  consulServerAdditionalDnsSans?: string[];
  /** Whether ACLs are on: no request without a token, and every service logs in as itself. Default: false. */
  consulAcls?: boolean;
  /** Whether gossip between agents is encrypted, with a key of this stack's own. Default: false. */
  consulGossipEncryption?: boolean;
  /** How often the catalog sync writes Kubernetes Services to Consul, a Go duration. A new Traefik is ready when its own entry has arrived, so this is part of how long an ingress takes to start; the chart's own is 30s. Default: 5s. */
  consulCatalogSyncInterval?: string;
  /** Namespaces without services of the mesh, whose pods start while the injector does not run: an ingress' above all, and what nodes need to start, such as a CNI's. Those of all others wait for it, so that none starts without its sidecar. A stack adds them to Traefik's own. Default: Traefik's own, `traefik-consul`. */
  consulNamespacesWithoutInjection?: string[];
  /** Namespace of Consul, which the mesh makes and owns unless `consulCreateNamespace` is `false`. Default: consul-system. */
  consulNamespace?: string;
  /** Folder of a local Consul chart, relative to the program. Excludes `consulChartRepository` and `consulChartVersion`. Default: the repository's. */
  consulChartPath?: string;
  /** URL of a Helm repository with the Consul chart. Default: https://helm.releases.hashicorp.com. */
  consulChartRepository?: string;
  /** An exact version of the chart, from the repository. Default: 1.9.11. */
  consulChartVersion?: string;
  /** The cluster's version as `major.minor`, checked against the known pairs. Default: not checked. */
  kubernetesVersion?: string;
  /** Whether Pulumi refuses to delete or replace what holds data or trust: the namespace (with the servers' volumes), the release (with the CA), gossip key and bootstrap token. Default: false. */
  protect?: boolean;
  /** Whether a destroy goes on although the cluster has config entries of others, which it deletes with Consul's definitions. Otherwise it stops, and says whose they are. It reads this from the state, so run `up` before the destroy. Default: false. */
  consulDestroyForeignEntries?: boolean;
  /** Whether each sidecar logs its calls as lines of JSON, with the identities of caller and callee; see docs/observability.md. Consul has one ProxyDefaults: with one of your own leave this out, and put `accessLogs` there. Default: false. */
  consulSidecarAccessLogs?: boolean;
  /** Traces of requests, from Traefik through every sidecar behind it; see docs/observability.md. A change of `endpoint` replaces the pods of every service. Default: none. */
  tracing?: Tracing;
  /** Values of the chart for what has no option here; merged last, so they win over every option. Never put a secret here. Refused are keys that the chart does not know or no longer has, values of a wrong type, and changes to what the component relies on; see docs/chart-values.md. Default: none. */
  consulValues?: any;
  /** Environment variables of Traefik's container by name, such as `HTTPS_PROXY` for ACME: text that is no secret, or where it comes from. Those of the component are refused; see docs/ingress.md#traefiks-pods. Default: none. */
  traefikEnvironment?: { [key: string]: any };
  /** Further labels of Traefik's pods, such as `azure.workload.identity/use`. Those by which they are found are refused. Default: none. */
  traefikPodLabels?: { [key: string]: string };
  /** Further annotations of Traefik's pods. Those of Consul and of the component are refused. Default: none. */
  traefikPodAnnotations?: { [key: string]: string };
  /** Annotations of Traefik's ServiceAccount, by which a cloud knows it, such as `eks.amazonaws.com/role-arn` or `iam.gke.io/gcp-service-account` for DNS challenges. Those of Consul and Pulumi are refused. Default: none. */
  traefikServiceAccountAnnotations?: { [key: string]: string };
  /** Where Traefik's pods run, in the words of Kubernetes' PodSpec: `tolerations`, `nodeSelector`, `affinity`, `priorityClassName`, `imagePullSecrets`, `dnsConfig`, `runtimeClassName` and the like; merged last. What the component decides is refused. Default: none. */
  traefikPodSpec?: any;
  /** Seconds that a pod of Traefik still takes new requests and connections after it was told to end, 0 to 300: as long as a load balancer or a node may go on sending them to it. Default: 5. */
  traefikDrainSeconds?: number;
  /** Annotations of Traefik's Service, which configure a cloud's load balancer. Those of Consul and Pulumi are refused. Default: none. */
  traefikServiceAnnotations?: { [key: string]: string };
  /** `Local`: only nodes with a pod of Traefik take traffic, and it sees clients' addresses. One of Cluster, Local. Default: Kubernetes' own, `Cluster`. */
  traefikExternalTrafficPolicy?: string;
  /** Class of the load balancer, which says who creates it; for type `LoadBalancer`. Decide before the first `up`. Default: the cloud's own. */
  traefikLoadBalancerClass?: string;
  /** Addresses that the load balancer lets in, as CIDR, for type `LoadBalancer`. Default: all. */
  traefikLoadBalancerSourceRanges?: string[];
  /** Addresses or CIDR of proxies before Traefik whose `X-Forwarded-*` headers it believes; without them `ipAllowList` and `rateLimit` see the proxy. Default: none: what a client says of itself is not believed. */
  traefikForwardedHeadersTrustedIps?: string[];
  /** Addresses or CIDR of load balancers that speak the PROXY protocol, at every entry point that clients reach. Default: none: it is not spoken. */
  traefikProxyProtocolTrustedIps?: string[];
  /** Traefik's time limits towards clients, in seconds; 0 is none. Default: Traefik's own. */
  traefikRespondingTimeouts?: RespondingTimeouts;
  /** Form of the access log. One of common, json. Default: `common`, the Common Log Format. */
  traefikAccessLogFormat?: string;
  /** Request headers that the access log keeps, with format `json`; they may hold secrets. Default: none. */
  traefikAccessLogHeaders?: string[];
  /** Lets Kubernetes decide how many pods Traefik has; excludes `traefikReplicas`. Default: off. */
  traefikAutoscaling?: Autoscaling;
  /** How few of Traefik's pods a drain of nodes leaves. Default: no budget. */
  traefikDisruptionBudget?: DisruptionBudget;
  /** Labels of nodes over whose values Traefik's pods are spread, such as `kubernetes.io/hostname`. Default: Kubernetes' own. */
  traefikSpreadOver?: string[];
  /** Traefik's dashboard and Consul's UI on hosts of their own, for users of a list; see docs/consoles.md. Default: none. */
  traefikConsoles?: PlatformTraefikConsoles;
  /** Entry points of their own for tcp services, by name; see docs/routing.md. Default: none. */
  traefikTcpEntryPoints?: { [key: string]: TcpEntryPoint };
  /** Users for `basicAuth` and `digestAuth`, by the name that `userList` says; see docs/routing.md. Default: none. */
  traefikUserLists?: { [key: string]: UserList };
  /** Plugins of Traefik's, by the name that the middleware `plugin` says; see docs/routing.md. Default: none. */
  traefikPlugins?: { [key: string]: Plugin };
  /** Namespaces whose IngressRoutes and other resources of Traefik are served too; in a stack's settings `"*"` alone for all. See docs/routing.md. Default: none. */
  traefikKubernetesCrdNamespaces?: string[];
  /** Whether Prometheus finds Traefik's metrics, at port 9100 of its pods; see docs/observability.md. Default: true. */
  traefikMetrics?: boolean;
  /** Where certificates come from by ACME: resolvers by the name that a route's `tls.certResolver` has; see docs/tls.md. Default: none. */
  traefikCertificateResolvers?: { [key: string]: CertificateResolver };
  /** Size of the volume for what certificate resolvers were given. Default: 128Mi. */
  traefikAcmeStorage?: string;
  /** Storage class of that volume. Default: the cluster's own. */
  traefikAcmeStorageClass?: string;
  /** Certificates of your own. Traefik takes the one that fits the name which a client asks for; see docs/tls.md. Default: none. */
  traefikCertificates?: TlsCertificate[];
  /** What clients of TLS have to bring, by the name that a route's `tls.options` has; see docs/tls.md. Default: TLS 1.2 or later. */
  traefikTlsOptions?: { [key: string]: TlsOptions };
  /** Whether the entry point `web` answers nothing but redirections to `websecure`, and ACME. Default: false. */
  traefikRedirectToHttps?: boolean;
  /** Whether `websecure` speaks HTTP/3 too: its port is open for UDP and advertised by Alt-Svc. Default: false. */
  traefikHttp3?: boolean;
  /** Namespace of the ingress, which it makes and owns unless `traefikCreateNamespace` is `false`. Default: traefik-consul. */
  traefikNamespace?: string;
  /** Whether Traefik's namespace is created and owned; otherwise it has to exist. Decide before the first `up`. Default: true. */
  traefikCreateNamespace?: boolean;
  /** Traefik's image, v3. Default: traefik:v3.7.15. */
  traefikImage?: string;
  /** Number of Traefik's pods, 1 to 1000. Default: 1. */
  traefikReplicas?: number;
  /** Type of Traefik's Service. One of NodePort, LoadBalancer, ClusterIP. Default: NodePort. */
  traefikServiceType?: string;
  /** Node port for plain HTTP, which leads to Traefik's entry point web: 30000 to 32767; for type NodePort. Default: 30080. */
  traefikNodePortWeb?: number;
  /** Node port for TLS, which leads to Traefik's entry point websecure: 30000 to 32767; for type NodePort. Default: 30443. */
  traefikNodePortWebsecure?: number;
  /** Node port of Traefik's dashboard and API, 30000 to 32767; for type NodePort, open only where the dashboard is on. Default: 30808. */
  traefikNodePortAdmin?: number;
  /** Whether dashboard and API are served, without a login, on the admin entry point and its port, which a `LoadBalancer` does not have. Default: false. */
  traefikDashboard?: boolean;
  /** Whether Traefik logs each request. Default: true. */
  traefikAccessLog?: boolean;
  /** Traefik's log level. One of TRACE, DEBUG, INFO, WARN, ERROR. Default: INFO. */
  traefikLogLevel?: string;
  /** Whether an Envoy beside Traefik holds its queries to Consul while no server answers. After an outage of all servers, Traefik is then up to date within seconds; otherwise it takes up to three minutes. See docs/reliability.md. Needs Kubernetes 1.29. Default: false. */
  traefikConsulApiProxy?: boolean;
  /** Hosts of which several stacks may each have paths; any other host is that of the stack whose routes name it. See docs/teams.md. Default: none. */
  traefikSharedHosts?: string[];
  /** Resources of Traefik's container. Default: requests of 100m CPU and 64Mi memory, a limit of 256Mi memory. */
  traefikResources?: Resources;
  /** Options of Traefik's static configuration that no other input says, by their names in Traefik's CLI reference; see docs/ingress.md#other-options-of-traefik. Default: none. */
  traefikStaticOptions?: { [key: string]: any };
  /** Namespace of the services, made and owned by the stack unless `servicesCreateNamespace` is `false`. Default: mesh-services. */
  servicesNamespace?: string;
  /** Whether the services' namespace is created and owned; otherwise it has to exist. Decide before the first `up`. Default: true. */
  servicesCreateNamespace?: boolean;
  /** Services of the mesh; see docs/services.md. Default: []. */
  services?: ServiceSettings[];
  /** Workloads that run already and are to join the mesh; see docs/services.md#what-exists-joins. Default: []. */
  workloads?: WorkloadSettings[];
  /** Jobs and CronJobs that call services of the mesh; see docs/services.md#jobs. Default: []. */
  jobs?: JobSettings[];
  /** Whether every call that no intention allows is refused. Default: true. */
  denyAll?: boolean;
  /** Who may call whom; see docs/intentions.md. Default: []. */
  intentions?: IntentionSettings[];
  /** Services of the mesh that others declare and intentions may name, by name with their protocol; see docs/intentions.md. Default: {}. */
  externalServices?: { [key: string]: string };
  /** Issuers of tokens that permissions may ask for; see docs/intentions.md#tokens. Default: []. */
  jwtProviders?: JwtProviderSettings[];
  /** JWTProviders of Consul that others declare and permissions may name; see docs/intentions.md#tokens. Default: []. */
  externalJwtProviders?: string[];
  /** Whether intentions without effect are refused instead of warned of. Default: false. */
  intentionWarningsAreErrors?: boolean;
  /** What to renew, each with a word such as a date: the next `up` after a change of the word renews it. See docs/rotation.md. Default: {}. */
  rotations?: RotationSettings;
  /** Pod Security level of the services' namespace; all but `privileged` need consul-cni. See docs/isolation.md. One of privileged, baseline, restricted. Default: privileged. */
  servicesPodSecurity?: string;
  /** Whether NetworkPolicies close what the mesh's own pods do not need; the cluster's network has to enforce them. Default: false. */
  networkPolicies?: boolean;
  /** Further pods and what they may reach; see docs/isolation.md. Default: []. */
  networkPolicyClients?: NetworkClient[];
  /** The stacks whose services may join this one's mesh, each with its services' namespace; see docs/teams.md. Default: []. */
  teams?: Team[];
  /** Labels of all objects and pods that the stack makes, such as a team's, but for those of Consul's chart. A change of them replaces pods, and runs Jobs again. See docs/bring-your-own.md#labels. Default: {}. */
  labels?: { [key: string]: string };
  /** When images are pulled. One of Always, IfNotPresent, Never. Default: Kubernetes' own rule. */
  imagePullPolicy?: string;
  /** Secrets of type `kubernetes.io/dockerconfigjson`, with which images are pulled, those of sidecars too. They have to exist in each namespace: Consul's, Traefik's and the services'. Services and jobs may name more. Default: none. */
  imagePullSecrets?: string[];
}

export interface ServicesArgs {
  /** What the stack of the platform shares: the output `shared` of its `Platform`, by a reference to that stack. */
  platform: pulumi.Input<any>;
  /** Namespace of the services, made and owned by the stack unless `servicesCreateNamespace` is `false`. Default: mesh-services. */
  servicesNamespace?: string;
  /** Whether the services' namespace is created and owned; otherwise it has to exist. Decide before the first `up`. Default: true. */
  servicesCreateNamespace?: boolean;
  /** Services of the mesh; see docs/services.md. Default: []. */
  services?: ServiceSettings[];
  /** Workloads that run already and are to join the mesh; see docs/services.md#what-exists-joins. Default: []. */
  workloads?: WorkloadSettings[];
  /** Jobs and CronJobs that call services of the mesh; see docs/services.md#jobs. Default: []. */
  jobs?: JobSettings[];
  /** Who may call whom; see docs/intentions.md. Default: []. */
  intentions?: IntentionSettings[];
  /** Services of the mesh that others declare and intentions may name, by name with their protocol; see docs/intentions.md. Default: {}. */
  externalServices?: { [key: string]: string };
  /** JWTProviders of Consul that others declare and permissions may name; see docs/intentions.md#tokens. Default: []. */
  externalJwtProviders?: string[];
  /** Whether intentions without effect are refused instead of warned of. Default: false. */
  intentionWarningsAreErrors?: boolean;
  /** Pod Security level of the services' namespace; all but `privileged` need consul-cni. See docs/isolation.md. One of privileged, baseline, restricted. Default: privileged. */
  servicesPodSecurity?: string;
  /** Whether NetworkPolicies close what the mesh's own pods do not need; the cluster's network has to enforce them. Default: false. */
  networkPolicies?: boolean;
  /** Further pods and what they may reach; see docs/isolation.md. Default: []. */
  networkPolicyClients?: NetworkClient[];
  /** When images are pulled. One of Always, IfNotPresent, Never. Default: Kubernetes' own rule. */
  imagePullPolicy?: string;
  /** Secrets of type `kubernetes.io/dockerconfigjson`, with which images are pulled, those of sidecars too. They have to exist in each namespace: Consul's, Traefik's and the services'. Services and jobs may name more. Default: none. */
  imagePullSecrets?: string[];
}

export interface ExternalDestinationOptions {
  /** Its name in Consul: intentions use it, and callers use `<name>.virtual.consul`. It has the form of a service's name, and no service has it. */
  name: string;
  /** Its DNS name, or its IP address, as the gateway reaches it. It may be another resource's output, such as a database's. */
  host: string;
  /** Its TCP port, 1 to 65535. */
  port: number;
  /** What its callers speak: `http`, so that intentions can distinguish paths and methods; or `tcp`. One of http, tcp. Default: http. */
  protocol?: string;
  /** Seconds that an answer may take, 0 to 604800, after which the caller gets a 504; 0 for none, as a stream needs. Not for `tcp`. Default: Envoy's, 15. */
  requestTimeoutSeconds?: number;
  /** TLS from the gateway to it. Default: verified, for `host`. */
  tls?: ExternalTls;
}

export interface ExternalTls {
  /** Whether the gateway speaks TLS to it and verifies it. `false` where the caller speaks TLS itself through it, or nobody does. Default: true. */
  enabled?: boolean;
  /** The name that its certificate has to have, and that it is asked for by SNI. It may be another resource's output. Default: `host`; an address needs one. */
  sni?: string;
  /** Certificates of the CA that its own is of, PEM. They are public: never a key. Default: the public CAs, as consul-dataplane's image has them. */
  caCertificate?: string;
}

export interface OwnCa {
  /** Certificates that verify the servers; the first is the one that signs. Pulumi reads this Secret, so it holds no key. */
  certificate: SecretKeyRef;
  /** The first certificate's key, EC or RSA, with which the servers' certificate is made. None for external servers. */
  key?: SecretKeyRef;
}

export interface SecretKeyRef {
  /** Name of the Secret. */
  secretName: string;
  /** The key within it. */
  secretKey: string;
}

export interface ExternalServers {
  /** Names or addresses of the servers, without a port. Their certificate has the first one: Traefik asks it by that name. */
  hosts: string[];
  /** Port of their HTTPS API. Default: the chart's own, 8501. */
  httpsPort?: number;
  /** Port of their gRPC with TLS. Default: the chart's own, 8502. */
  grpcPort?: number;
  /** With ACLs: the URL by which the servers reach this cluster's Kubernetes API, where they verify logins. */
  kubernetesApi?: string;
}

export interface Tracing {
  /** `host:port` of a collector in the cluster that takes OTLP by gRPC without TLS, such as `otel-collector.monitoring:4317`. */
  endpoint: string;
  /** The share of requests for which Traefik starts a trace, 0 to 1. A caller's own `traceparent` takes precedence. Every sidecar behind Traefik follows what Traefik has decided. Default: 1. */
  sampleRate?: number;
}

export interface RespondingTimeouts {
  /** For a whole request with its body: an upload that takes longer ends with 499. Default: Traefik's own, 60. */
  readTimeout?: number;
  /** From the end of a request's headers to the end of the answer. Default: Traefik's own, 0. */
  writeTimeout?: number;
  /** For a connection without a request. Default: Traefik's own, 180. */
  idleTimeout?: number;
}

export interface Autoscaling {
  /** The fewest pods. */
  minReplicas: number;
  /** The most pods. */
  maxReplicas: number;
  /** Percent of the requested CPU. At least one of the two; the sidecar is not counted. */
  cpuUtilization?: number;
  /** Percent of the requested memory. */
  memoryUtilization?: number;
}

export interface DisruptionBudget {
  /** At least this many stay. */
  minAvailable?: any;
  /** At most this many go. */
  maxUnavailable?: any;
  /** Whether pods that run and are not ready go where too few are ready: `AlwaysAllow` keeps them from holding up the drain of a node. Default: `IfHealthyBudget`, by Kubernetes. One of IfHealthyBudget, AlwaysAllow. */
  unhealthyPodEvictionPolicy?: string;
}

export interface PlatformTraefikConsoles {
  /** Traefik's dashboard, at `/dashboard/`. */
  dashboard?: ConsoleRoute;
  /** Consul's UI, at `/ui/`, to read: what is declared here is not to be changed there. */
  consulUi?: ConsoleRoute;
}

export interface ConsoleRoute {
  /** Host name, for nothing else. */
  host: string;
  /** Name in `userLists`: who may look. */
  userList: string;
  /** TLS that ends at a route. Empty: with the certificate of the ingress that fits the host, and its default options. Default: the certificate of the ingress that fits the host, and its default options. */
  tls?: RouteTls;
}

export interface RouteTls {
  /** Name of a certificate resolver of the ingress, which gets a certificate for the route's hosts. Default: none. */
  certResolver?: string;
  /** Names that the certificate of `certResolver` is for, instead of the route's hosts; `*.` needs a `dnsChallenge`. Default: the route's hosts. */
  domains?: RouteTlsDomainsItem[];
  /** Name of TLS options of the ingress. Default: those called `default`. */
  options?: string;
}

export interface RouteTlsDomainsItem {
  main: string;
  sans?: string[];
}

export interface TcpEntryPoint {
  /** Port of Traefik's pod, 1024 to 65535: those below are for root, and opened for `web` and `websecure` alone. */
  port: number;
  /** Port of the Service, which clients of a load balancer see, 1 to 65535. Default: `port`. */
  servicePort?: number;
  /** Node port, 30000 to 32767, where the Service is of type NodePort. Default: Kubernetes chooses. */
  nodePort?: number;
}

export interface UserList {
  /** A Secret in Traefik's namespace; Traefik's pods start when it is there. */
  secretName: string;
  /** Its key. Default: users. */
  key?: string;
}

export interface Plugin {
  /** Its Go module, such as `github.com/traefik/plugindemo`. */
  module: string;
  /** Folder with its source and `.traefik.yml`, relative to the program; mounted, nothing is downloaded. This or `version`. */
  path?: string;
  /** Version that Traefik downloads from its plugin registry at each start, such as `v0.2.2`. */
  version?: string;
}

export interface CertificateResolver {
  /** Address of the account, where the authority warns of what expires. */
  email: string;
  /** URL of the authority's directory, `https://…`. Default: Let's Encrypt's. */
  caServer?: string;
  /** PEM certificates that `caServer` itself is verified with, for a private authority. Default: the image's own. */
  caCertificates?: string;
  /** Kind of the certificates' keys. One of EC256, EC384, RSA2048, RSA4096, RSA8192. Default: Traefik's own, `RSA4096`. */
  keyType?: string;
  /** Name of a certificate profile of the authority's, as Let's Encrypt's `shortlived`. Default: the authority's own. */
  profile?: string;
  /** How long the authority's certificates are valid, in hours: when to renew follows from it. Default: 2160, 90 days. */
  certificatesDuration?: number;
  /** Binds the account to one that you have with the authority, where it asks for that, as ZeroSSL, Google and Sectigo do. It is read when Traefik makes its account: one that is on the volume already stays as it is. Default: no binding. */
  eab?: ExternalAccountBinding;
  /** TLS-ALPN-01: the authority connects to each host on port 443, and has to arrive at `websecure`. */
  tlsChallenge?: ConnectChallenge;
  /** HTTP-01: the authority connects to each host on port 80, and has to arrive at `web`. Also with `redirectToHttps`. */
  httpChallenge?: ConnectChallenge;
  /** DNS-01: the authority asks for a TXT record. The only one for wildcards, and for hosts that it cannot reach. */
  dnsChallenge?: DnsChallenge;
}

export interface ExternalAccountBinding {
  /** Identifier of the key. */
  kid: string;
  /** A Secret in Traefik's namespace, whose key `hmacEncoded` is the HMAC key as the authority gives it, in base64url. */
  hmacSecret: string;
}

export interface ConnectChallenge {
  /** How long Traefik has the authority wait before it connects, in seconds: an order starts with the pod, which not every node leads to yet, and one that failed is not repeated. 0 for a Traefik that has no delay: older than 3.5 with `httpChallenge`, than 3.6 with `tlsChallenge`. Default: 5. */
  delay?: number;
}

export interface DnsChallenge {
  /** lego's name of the provider, as `route53`, `cloudflare`, `rfc2136` or `httpreq`. */
  provider: string;
  /** A Secret in Traefik's namespace: each key is an environment variable that lego documents for the provider, such as `CF_DNS_API_TOKEN`. Default: none, for a provider that asks its cloud who the pod is. */
  credentialsSecret?: string;
  /** DNS servers that are asked for the zone and the record, each `host:port`. Default: the pod's own. */
  resolvers?: string[];
  /** How Traefik makes sure that the record is there before the authority is to look. Default: by the zone's own servers. */
  propagation?: DnsPropagation;
}

export interface DnsPropagation {
  /** No look at all, but the delay. Default: Traefik's own, `false`. */
  disableChecks?: boolean;
  /** No look at the zone's own servers, for those that Traefik cannot reach. Default: Traefik's own, `false`. */
  disableANSChecks?: boolean;
  /** A look at each of `resolvers` as well. Default: Traefik's own, `false`. */
  requireAllRNS?: boolean;
  /** Seconds before the first look, 0 to 3600. Default: Traefik's own, 0. */
  delayBeforeChecks?: number;
}

export interface TlsCertificate {
  /** A Secret with `tls.crt` and `tls.key` (type `kubernetes.io/tls`): what cert-manager writes, for one. */
  secretName: string;
  /** Whether it is also for names that no certificate has, instead of one that Traefik signs itself. Default: false. */
  default?: boolean;
}

export interface TlsOptions {
  /** Oldest version of TLS that is spoken. One of 1.2, 1.3. Default: 1.2. */
  minVersion?: string;
  /** Whether a name that no certificate has is refused instead of answered with the default certificate. Default: Traefik's own, `false`. */
  sniStrict?: boolean;
  /** Clients prove who they are by a certificate (mutual TLS). Default: they need none. */
  clientAuth?: TlsOptionsClientAuth;
}

export interface TlsOptionsClientAuth {
  /** A Secret in Traefik's namespace whose `ca.crt` signs the certificates of clients. */
  caSecretName: string;
  /** What a client without a certificate gets: a refusal, or what it asked for. One of RequireAndVerifyClientCert, VerifyClientCertIfGiven. Default: RequireAndVerifyClientCert. */
  type?: string;
}

export interface Resources {
  /** What the container is promised, by resource. Default: none. */
  requests?: { [key: string]: string };
  /** What it gets at most, by resource. Default: none. */
  limits?: { [key: string]: string };
}

export interface ServiceSettings {
  /** Name in Consul, in Kubernetes and of the identity: `a-z`, `0-9` and `-`, from a letter on, at most 63 characters (56 with a canary). Names that are taken, such as `consul`, are refused. */
  name: string;
  /** TCP port that the container listens on, 1 to 65535. Refused are those of the sidecar, such as 8600, 15001, 19000 and 20000. */
  port: number;
  /** What the service speaks. L7 permissions need one of the first three. One of http, http2, grpc, tcp. Default: http. */
  protocol?: string;
  /** Seconds that an open connection outlasts a change of the sidecar's listener, 1 to 604800, after which it is closed. Such a change is each new certificate, at least every 72 h, and another intention: so this is also how long a connection goes on that no intention allows any more. HTTP connections end with the request that they carry. See docs/rotation.md. Default: consul-dataplane's own, 30. */
  listenerDrainSeconds?: number;
  /** Seconds from a request's end to the end of its answer, after which the caller gets a 504; 0 for none, as a stream without an end needs (24 days, the most that Consul can say). Not for `tcp`. Where it is set, callers' sidecars keep to it too, by a ServiceResolver; else these keep to Envoy's, 15. See docs/services.md#how-long-a-request-may-take. Default: 60; `grpc`: none. */
  requestTimeoutSeconds?: number;
  /** Seconds that a stream may be silent, 1 to 604800; 0 for ever. Not for `tcp`. Default: Envoy's, 300. */
  idleTimeoutSeconds?: number;
  /** Routes through Traefik. Default: none: reachable inside the mesh only. */
  routes?: Route[];
  /** Routes of connections through Traefik, for a service of protocol `tcp`; see docs/routing.md#tcp. Default: none. */
  tcpRoutes?: TcpRoute[];
  /** How Traefik spreads requests over the pods; see docs/routing.md#load-balancing. Default: in turn. */
  loadBalancing?: LoadBalancing;
  /** Whether Traefik itself may call it for other services' routes, as with `forwardAuth`. Default: false. */
  internal?: boolean;
  /** How its callers' sidecars send requests to it: otherwise by what they are, again, in shares, elsewhere; see docs/services.md#how-requests-are-sent. Default: as they come. */
  traffic?: Traffic;
  /** Calls to other services that this one makes, allowed by the `IntentionSet` that has both. Default: none. */
  calls?: ServiceCall[];
  /** Path that answers 2xx when the service is ready, asked by HTTP/1.1. Default: ready when its process runs. */
  healthPath?: string;
  /** Name of the service that gRPC's own health protocol is asked for (`grpc.health.v1.Health/Check`); `""` for the whole server. For protocol `grpc`. Default: ready when its process runs. */
  healthGrpcService?: string;
  /** Whether a ServiceAccount of the service's name exists, such as a chart's own; else one is made. To be chosen before the first `up`: one that was made goes. Default: false. */
  existingServiceAccount?: boolean;
  /** Annotations of the ServiceAccount, by which a cloud gives its pods an identity there, such as `eks.amazonaws.com/role-arn`; values may be other resources' outputs. Those of Consul and Pulumi are refused. See docs/services.md#a-clouds-identity. Default: none. */
  serviceAccountAnnotations?: { [key: string]: string };
  /** What runs the pods. `StatefulSet`: each pod has a number and claims of its own, and is replaced after the one before it. `DaemonSet`: one pod a node. The mesh calls the service, not one of its pods; see docs/services.md#what-runs-the-pods. One of Deployment, StatefulSet, DaemonSet. Default: Deployment. */
  kind?: string;
  /** Claims of each pod of a StatefulSet. They cannot be changed: another size or class makes the StatefulSet anew. Default: none. */
  volumeClaims?: VolumeClaim[];
  /** Program of the container. Default: the image's. */
  command?: string[];
  /** Arguments of the container. Default: the image's. */
  args?: string[];
  /** Environment variables by name: text that is no secret, or where it comes from; see docs/services.md. Default: none. */
  env?: { [key: string]: any };
  /** Environment variables of whole Secrets and ConfigMaps; `env` wins. Default: none. */
  envFrom?: EnvFrom[];
  /** What the container asks for and may use. Default: Kubernetes' own. */
  resources?: Resources;
  /** When the pod gets requests; excludes `healthPath`, which is its short form. Default: when its process runs. */
  readinessProbe?: Probe;
  /** When the container is started anew. Default: when its process ends. */
  livenessProbe?: Probe;
  /** What has to succeed before the other probes begin. Default: nothing. */
  startupProbe?: Probe;
  /** Volumes, and where the container finds them. Default: none. */
  volumes?: ServiceVolume[];
  /** Secrets of type `kubernetes.io/dockerconfigjson` in the namespace. Default: none. */
  imagePullSecrets?: string[];
  /** Labels that a node must have. Default: none. */
  nodeSelector?: { [key: string]: string };
  /** Taints that the pods put up with, in Kubernetes' words. Default: none. */
  tolerations?: Toleration[];
  /** Labels of nodes over whose values the pods are spread, such as `kubernetes.io/hostname`. Default: Kubernetes' own. */
  spreadOver?: string[];
  /** Name of a PriorityClass. Default: the cluster's own. */
  priorityClassName?: string;
  /** Seconds from the word to stop to the kill. Default: what the drain takes, at least 30. */
  terminationGracePeriodSeconds?: number;
  /** How pods are replaced: `Recreate` ends the old ones first, for a claim that one pod alone may have. One of RollingUpdate, Recreate. Default: Kubernetes' own, `RollingUpdate`. */
  updateStrategy?: string;
  /** Further labels of the pods. Those of Kubernetes, of Consul and of the component are refused. Default: none. */
  podLabels?: { [key: string]: string };
  /** Further annotations of the pods, likewise. Default: none. */
  podAnnotations?: { [key: string]: string };
  /** What else Kubernetes' PodSpec knows, merged last: objects by key; containers, volumes and the like by name; other lists as a whole. What takes the pod out of the mesh is refused; see docs/services.md#whatever-else-a-pod-can-say. Default: none. */
  podSpec?: any;
  /** The service's image, a full reference. It may be another resource's output, such as of what builds it. */
  image: string;
  /** When the image is pulled. One of Always, IfNotPresent, Never. Default: Kubernetes' own rule. */
  imagePullPolicy?: string;
  /** Port of the Kubernetes Service, which leads to `port`, 1 to 65535. Default: `port`. */
  servicePort?: number;
  /** Number of pods, 0 to 1000. Default: 1. */
  replicas?: number;
  /** Lets Kubernetes decide how many pods there are; or `external`: somebody else does, such as KEDA, even that there are none. Excludes `replicas` and `canary`. Default: neither does. */
  autoscaling?: any;
  /** How many pods of a Deployment or a DaemonSet are replaced at once; excludes `updateStrategy` `Recreate`. Default: Kubernetes' own. */
  rollingUpdate?: RollingUpdate;
  /** Seconds that a new pod has to stay ready before it counts and the next one is replaced, 0 to 3600. Default: Kubernetes' own, 0. */
  minReadySeconds?: number;
  /** How few pods a drain of nodes leaves. Default: no budget. */
  disruptionBudget?: DisruptionBudget;
  /** The user that the container runs as; 0 is root, for an image that cannot do without. Refused are 5995 and 5996, the sidecar's, whose traffic does not go through the mesh. Default: 65532. */
  runAsUser?: number;
  /** Whether the container's own files cannot be changed. Default: true. */
  readOnlyRootFilesystem?: boolean;
  /** Folders that the container writes to, such as `/tmp`: each is empty at the start and goes with the pod. Refused are the kernel's, and those of the image's programs. Default: none. */
  writablePaths?: string[];
  /** Linux capabilities that the container keeps, such as `NET_BIND_SERVICE`. Refused are `ALL`, `NET_ADMIN` and others that undo the redirection. Default: none. */
  addCapabilities?: string[];
  /** Seconds that a pod which is to stop goes on serving, 0 to 300: callers hear of its end by Consul's catalog, which takes a moment. It needs Kubernetes 1.30, and consul-k8s-control-plane 1.5.3, before which the injector makes the pod invalid. Default: 10, but 0 where the mesh or the cluster is known to be too old. */
  drainSeconds?: number;
  /** A second version that gets a share of the requests, or those of routes of its own; see docs/routing.md#canary. Default: none. */
  canary?: Canary;
  /** Names of jobs without a `schedule` that have to end well before its pods run, at each `up` that runs them, such as the migration of a schema; see docs/services.md#jobs. Default: none. */
  after?: string[];
}

export interface Route {
  /** Name of Traefik's router, unique in the mesh; there a hash of the definition follows it. Default: the service's name, with `-2`, `-3` … from the second route on. */
  name?: string;
  /** Host name that the request has to name, exactly, without scheme or port; `*.example.com` is every name with one label more. Default: any. */
  host?: string;
  /** Beginning of the request's path, with its `/`; no pattern. Default: any. */
  pathPrefix?: string;
  /** A rule in Traefik v3 syntax, for what `host` and `pathPrefix` cannot say; excludes both. Default: from `host` and `pathPrefix`. */
  rule?: string;
  /** Traefik's entry points: `web` (plain HTTP) and `websecure` (TLS); `admin` takes no route of a service. Default: `[web]`, or `[websecure]` where `tls` is set. */
  entryPoints?: string[];
  /** TLS ends at this route; see docs/tls.md. Default: no TLS. */
  tls?: RouteTls;
  /** Of two routes that match a request, the one with the higher number serves it. Default: the longer rule does. */
  priority?: number;
  /** What requests go through on their way to the service, in this order; see docs/routing.md#middlewares. Default: none. */
  middlewares?: any[];
}

export interface TcpRoute {
  /** As of an HTTP route. Default: the service's name with `-tcp`, `-tcp-2`, `-tcp-3` …. */
  name?: string;
  /** Server name that the client asks for in TLS (SNI), exactly or as `*.example.com`. Default: any, also without TLS. */
  sni?: string;
  /** A rule in Traefik v3 syntax, for what `sni` cannot say; excludes it. Default: from `sni`. */
  rule?: string;
  /** Entry points, `websecure` or those of the ingress's `tcpEntryPoints`. Default: `[websecure]` where there is TLS. */
  entryPoints?: string[];
  /** Who ends TLS: Traefik, or with `passthrough` the service. Needed for `sni`. Default: no TLS. */
  tls?: TcpRouteTls;
  /** What connections go through, in this order; see docs/routing.md#tcp. Default: none. */
  middlewares?: { [key: string]: any }[];
}

export interface TcpRouteTls {
  passthrough?: boolean;
  /** Name of a certificate resolver of the ingress, which gets a certificate for the route's hosts. Default: none. */
  certResolver?: string;
  /** Names that the certificate of `certResolver` is for, instead of the route's hosts; `*.` needs a `dnsChallenge`. Default: the route's hosts. */
  domains?: TcpRouteTlsDomainsItem[];
  /** Name of TLS options of the ingress. Default: those called `default`. */
  options?: string;
}

export interface TcpRouteTlsDomainsItem {
  main: string;
  sans?: string[];
}

export interface LoadBalancing {
  /** How Traefik chooses: `wrr` in turn, by weight; `p2c` the less busy of two; `hrw` the same instance for the same client address; `leasttime` the one that answers soonest. One of wrr, p2c, hrw, leasttime. Default: Traefik's own, `wrr`. */
  strategy?: string;
  /** A client stays with its instance, by a cookie, as long as that is healthy. Not for `hrw`. Default: off. */
  sticky?: LoadBalancingSticky;
  /** Requests of Traefik's own to each instance, beside Consul's check; by mutual TLS, so intentions have to allow the path. Default: none. */
  healthCheck?: HealthCheck;
  /** Leaves out an instance for `failureWindow` (default 10s) after that many failed requests (default 1). Default: off. */
  passiveHealthCheck?: LoadBalancingPassiveHealthCheck;
  /** Whether the service sees the client's Host header. Default: Traefik's own, `true`. */
  passHostHeader?: boolean;
}

export interface LoadBalancingSticky {
  cookie: StickyCookie;
}

export interface StickyCookie {
  /** Default: made of the service's name. */
  name?: string;
  secure?: boolean;
  httpOnly?: boolean;
  /** One of none, lax, strict. */
  sameSite?: string;
  /** Seconds; 0, the default, for as long as the browser runs. */
  maxAge?: number;
  path?: string;
  domain?: string;
}

export interface HealthCheck {
  /** Begins with `/`. */
  path: string;
  /** Go duration from one request to the next, for a healthy instance. Default: Traefik's own, `30s`. */
  interval?: string;
  /** The same for an unhealthy one. Default: `interval`. */
  unhealthyInterval?: string;
  /** Go duration after which an instance without an answer counts as unhealthy. Default: Traefik's own, `5s`. */
  timeout?: string;
  /** Status that a healthy instance answers, 200 to 599. Default: 2xx and 3xx. */
  status?: number;
  /** Default: `GET`. */
  method?: string;
  /** Host header of the requests. Default: the instance's address. */
  hostname?: string;
  /** Headers of the requests. Default: none. */
  headers?: { [key: string]: string };
  /** Whether a redirection is followed, and what is found there counts; else the redirection does. Default: Traefik's own, `true`. */
  followRedirects?: boolean;
  /** What is asked. `grpc` is refused: Traefik asks so without the mesh's TLS, and takes every instance for a bad one. One of http, grpc. Default: `http`. */
  mode?: string;
}

export interface LoadBalancingPassiveHealthCheck {
  failureWindow?: string;
  maxFailedAttempts?: number;
}

export interface Traffic {
  /** Routes by what a request contains: the first that matches decides. Not for `tcp`. Default: none. */
  routes?: TrafficRoute[];
  /** How to try requests again, unless their route says otherwise. Not for `tcp`. Default: none. */
  retries?: Retries;
  /** Shares of the requests. Not for `tcp`. Default: the service itself gets all. */
  split?: TrafficShare[];
  /** Services that answer while no instance of this one is healthy, the first that has one. Their intentions decide. Default: none. */
  failover?: string[];
  /** Connections that one instance takes at a time, 1 to 2147483647; more are closed. Default: Envoy's, without an end. */
  maxInboundConnections?: number;
}

export interface TrafficRoute {
  /** What a request has to be. */
  match: TrafficMatch;
  /** The service that answers them, of the same protocol; its intentions decide who may call. Default: the service itself. */
  service?: string;
  /** What stands in the place of `pathExact` or `pathPrefix`. Default: the path stays. */
  prefixRewrite?: string;
  /** As of a service. Default: the service's. */
  requestTimeoutSeconds?: number;
  /** As of a service's `traffic`. Default: those of all requests. */
  retries?: Retries;
}

export interface TrafficMatch {
  /** The whole path. One of the three path matchers at most; none means any path. */
  pathExact?: string;
  /** The beginning of the path. */
  pathPrefix?: string;
  /** A regular expression of the whole path, RE2 syntax. */
  pathRegex?: string;
  /** HTTP methods, in capitals. Default: any. */
  methods?: string[];
  /** Criteria that all have to hold. Default: none. */
  header?: TrafficMatchHeaderItem[];
  /** Criteria that all have to hold. Default: none. */
  queryParam?: QueryParamMatch[];
}

export interface TrafficMatchHeaderItem {
  /** The header's name; its case does not matter. */
  name: string;
  /** The header is there, whatever it says. */
  present?: boolean;
  /** The whole value. */
  exact?: string;
  /** The value's beginning. */
  prefix?: string;
  /** The value's end. */
  suffix?: string;
  /** A regular expression of the whole value, RE2 syntax. */
  regex?: string;
  /** Whether the criterion has to fail. Default: Consul's own, `false`. */
  invert?: boolean;
}

export interface QueryParamMatch {
  /** The parameter's name. */
  name: string;
  /** It is there, whatever it says. */
  present?: boolean;
  /** Its whole value. */
  exact?: string;
  /** A regular expression of its whole value, RE2 syntax. */
  regex?: string;
}

export interface Retries {
  /** How often to try again at most, 1 to 100. */
  attempts: number;
  /** What to try again after. Default: what no instance has begun to answer, `connect-failure` and `refused-stream`. */
  on?: string[];
  /** Statuses of an answer to try again after, 100 to 599: for requests that may be made twice. Default: none. */
  statusCodes?: number[];
}

export interface TrafficShare {
  /** The service that gets it, of the same protocol; its intentions decide who may call. Default: the service itself. */
  service?: string;
  /** Percent, 0 to 100, in steps of 0.01; those of all shares are 100. */
  weight: number;
}

export interface ServiceCall {
  /** Name of the called service, or `*` for any. */
  destination: string;
  /** For services that speak http, http2 or grpc: what the first one that matches says; what none matches is refused. See docs/intentions.md. Default: none. */
  permissions?: IntentionPermission[];
  /** Kept in Consul, at most 512 bytes. Default: none. */
  description?: string;
}

export interface IntentionPermission {
  /** What is done with what matches. One of allow, deny. */
  action: string;
  /** What a request has to be. */
  http: HttpMatch;
  /** The token that a request needs to be allowed. One without it is refused: no later permission is asked. Default: none. */
  jwt?: JwtRequirement;
}

export interface HttpMatch {
  /** The whole path. One of the three path matchers at most; none means any path. */
  pathExact?: string;
  /** The beginning of the path. */
  pathPrefix?: string;
  /** A regular expression of the whole path, RE2 syntax. */
  pathRegex?: string;
  /** Criteria that all have to hold. Default: none. */
  header?: HeaderMatch[];
  /** HTTP methods, in capitals. Default: any. */
  methods?: string[];
}

export interface HeaderMatch {
  /** The header's name; its case does not matter. */
  name: string;
  /** The header is there, whatever it says. */
  present?: boolean;
  /** The whole value. */
  exact?: string;
  /** The value's beginning. */
  prefix?: string;
  /** The value's end. */
  suffix?: string;
  /** A part of the value. Needs consul-k8s 1.5.4 or 1.6.1 and newer: an older one's custom resource has no such field. */
  contains?: string;
  /** A regular expression of the whole value, RE2 syntax. */
  regex?: string;
  /** Whether the criterion has to fail. Default: Consul's own, `false`. */
  invert?: boolean;
  /** For `exact`, `prefix`, `suffix` and `contains`. Needs the same versions as `contains`. Default: Consul's own, `false`. */
  ignoreCase?: boolean;
}

export interface JwtRequirement {
  /** Any of these. */
  providers: JwtRequirementProvidersItem[];
}

export interface JwtRequirementProvidersItem {
  /** Name of a JWTProvider of Consul, which `jwtProviders` declares or names. */
  name: string;
  /** Claims that the token has to have. Default: none. */
  verifyClaims?: JwtClaim[];
}

export interface JwtClaim {
  /** Its name; of a claim within others, the names from outside on. */
  path: string[];
  /** What it says, letter by letter: a text. A number, true or false, and a list never match. */
  value: string;
}

export interface VolumeClaim {
  /** Its name. That of a pod's claim is made of it, the service's name and the pod's number, as in `data-db-0`: claims that a StatefulSet of the same name has left are found again. Default: `claim-0`, `claim-1` …, by its place. */
  name?: string;
  /** An absolute path of the container. */
  mountPath: string;
  /** Its size, a Kubernetes quantity such as `10Gi`. */
  storage: string;
  /** Its storage class. Default: the cluster's own. */
  storageClassName?: string;
  /** Who may mount it. One of ReadWriteOnce, ReadWriteOncePod, ReadWriteMany. Default: ReadWriteOnce. */
  accessMode?: string;
}

export interface EnvFrom {
  /** A Secret, by its `name`; with `optional`, the pod starts without it. */
  secretRef?: EnvFromSecretRef;
  /** A ConfigMap, likewise. */
  configMapRef?: EnvFromConfigMapRef;
  /** What each variable's name begins with. Default: nothing. */
  prefix?: string;
}

export interface EnvFromSecretRef {
  name: string;
  optional?: boolean;
}

export interface EnvFromConfigMapRef {
  name: string;
  optional?: boolean;
}

export interface Probe {
  /** The injector leads it past the sidecar. `port` defaults to the service's; it may be one that speaks HTTP beside it. */
  httpGet?: ProbeHttpGet;
  /** A command in the container. */
  exec?: ProbeExec;
  /** Seconds until the first one. Default: Kubernetes' own, 0. */
  initialDelaySeconds?: number;
  /** Seconds between two. Default: Kubernetes' own, 10. */
  periodSeconds?: number;
  /** Seconds until an answer is late; with Kubernetes' own 1 a busy node takes all pods away at once. Default: 5. */
  timeoutSeconds?: number;
  /** How many in a row have to fail. Default: Kubernetes' own, 3. */
  failureThreshold?: number;
  /** How many in a row have to succeed; 1 for liveness and startup. Default: Kubernetes' own, 1. */
  successThreshold?: number;
}

export interface ProbeHttpGet {
  path: string;
  port?: number;
}

export interface ProbeExec {
  command: string[];
}

export interface ServiceVolume {
  /** An absolute path of the container. */
  mountPath: string;
  /** A path within the volume. Default: all of it. */
  subPath?: string;
  /** Whether the container cannot write there. Default: `true` for `secret` and `configMap`, else `false`. */
  readOnly?: boolean;
  /** A Secret, each key a file. */
  secret?: ServiceVolumeSecret;
  /** A ConfigMap, each key a file. */
  configMap?: ServiceVolumeConfigMap;
  /** A claim that exists in the namespace. The service's group owns its files, so that it can write without being root. */
  persistentVolumeClaim?: ServiceVolumePersistentVolumeClaim;
  /** Empty at the start, gone with the pod. */
  emptyDir?: ServiceVolumeEmptyDir;
}

export interface ServiceVolumeSecret {
  secretName: string;
  optional?: boolean;
}

export interface ServiceVolumeConfigMap {
  name: string;
  optional?: boolean;
}

export interface ServiceVolumePersistentVolumeClaim {
  claimName: string;
}

export interface ServiceVolumeEmptyDir {
  /** One of Memory. */
  medium?: string;
  sizeLimit?: string;
}

export interface Toleration {
  /** The taint's key. Default: any. */
  key?: string;
  /** Whether the taint has that `value`, or any. One of Exists, Equal. Default: Kubernetes' own, `Equal`. */
  operator?: string;
  /** The taint's value. */
  value?: string;
  /** The taint's effect. One of NoSchedule, PreferNoSchedule, NoExecute. Default: any. */
  effect?: string;
  /** Seconds that the pod stays, for `NoExecute`. Default: for ever. */
  tolerationSeconds?: number;
}

export interface RollingUpdate {
  /** How many more there may be meanwhile: `0` where there is no room for one more. Not for a DaemonSet. Default: Kubernetes' own, `25%`. */
  maxSurge?: any;
  /** How many fewer there may be meanwhile. Default: Kubernetes' own, `25%`, and one of a DaemonSet. */
  maxUnavailable?: any;
}

export interface Canary {
  /** The version's image. Default: the service's. */
  image?: string;
  /** The version's environment, instead of the service's `env`; `envFrom` is that of both. */
  env?: { [key: string]: any };
  /** The version's arguments, instead of the service's. */
  args?: string[];
  /** Number of its pods. Default: 1. */
  replicas?: number;
  /** Percent of the requests of the service's routes, a whole number from 0 to 99. Default: 0: only its own `routes` lead to it. */
  weight?: number;
  /** Routes that lead to this version alone, by a host or a rule of their own. Without a `name`, their routers have that of its Deployment. Default: none. */
  routes?: Route[];
}

export interface WorkloadSettings {
  /** Name in Consul, in Kubernetes and of the identity: `a-z`, `0-9` and `-`, from a letter on, at most 63 characters (56 with a canary). Names that are taken, such as `consul`, are refused. */
  name: string;
  /** The object that has the pods: `kind` is any, or Deployment where it runs already; `name` is the service's. Default: a Deployment of the service's name. */
  workload?: WorkloadSettingsWorkload;
  /** The Kubernetes Service that selects the pods, by which callers know them, such as a chart's own; it has to have an address, and a port that leads to `port`. Default: one is made, of the service's name. */
  existingService?: string;
  /** Port of the Service that is made. Default: `port`. */
  servicePort?: number;
  /** TCP port that the container listens on, 1 to 65535. Refused are those of the sidecar, such as 8600, 15001, 19000 and 20000. */
  port: number;
  /** What the service speaks. L7 permissions need one of the first three. One of http, http2, grpc, tcp. Default: http. */
  protocol?: string;
  /** Seconds that an open connection outlasts a change of the sidecar's listener, 1 to 604800, after which it is closed. Such a change is each new certificate, at least every 72 h, and another intention: so this is also how long a connection goes on that no intention allows any more. HTTP connections end with the request that they carry. See docs/rotation.md. Default: consul-dataplane's own, 30. */
  listenerDrainSeconds?: number;
  /** Seconds from a request's end to the end of its answer, after which the caller gets a 504; 0 for none, as a stream without an end needs (24 days, the most that Consul can say). Not for `tcp`. Where it is set, callers' sidecars keep to it too, by a ServiceResolver; else these keep to Envoy's, 15. See docs/services.md#how-long-a-request-may-take. Default: 60; `grpc`: none. */
  requestTimeoutSeconds?: number;
  /** Seconds that a stream may be silent, 1 to 604800; 0 for ever. Not for `tcp`. Default: Envoy's, 300. */
  idleTimeoutSeconds?: number;
  /** Routes through Traefik. Default: none: reachable inside the mesh only. */
  routes?: Route[];
  /** Routes of connections through Traefik, for a service of protocol `tcp`; see docs/routing.md#tcp. Default: none. */
  tcpRoutes?: TcpRoute[];
  /** How Traefik spreads requests over the pods; see docs/routing.md#load-balancing. Default: in turn. */
  loadBalancing?: LoadBalancing;
  /** Whether Traefik itself may call it for other services' routes, as with `forwardAuth`. Default: false. */
  internal?: boolean;
  /** How its callers' sidecars send requests to it: otherwise by what they are, again, in shares, elsewhere; see docs/services.md#how-requests-are-sent. Default: as they come. */
  traffic?: Traffic;
  /** Calls to other services that this one makes, allowed by the `IntentionSet` that has both. Default: none. */
  calls?: ServiceCall[];
  /** Whether a ServiceAccount of the service's name exists, such as a chart's own; else one is made. To be chosen before the first `up`: one that was made goes. Default: false. */
  existingServiceAccount?: boolean;
  /** Annotations of the ServiceAccount, by which a cloud gives its pods an identity there, such as `eks.amazonaws.com/role-arn`; values may be other resources' outputs. Those of Consul and Pulumi are refused. See docs/services.md#a-clouds-identity. Default: none. */
  serviceAccountAnnotations?: { [key: string]: string };
  /** Where it runs; it has to exist. With `meshStack`, the services' alone. Default: the services'. */
  namespace?: string;
}

export interface WorkloadSettingsWorkload {
  /** One of Deployment, StatefulSet, DaemonSet. */
  kind?: string;
  name?: string;
}

export interface JobSettings {
  /** Name in Consul, in Kubernetes and of the identity: `a-z`, `0-9` and `-`, from a letter on, at most 63 characters (56 with a canary). Names that are taken, such as `consul`, are refused. */
  name: string;
  /** The service's image, a full reference. It may be another resource's output, such as of what builds it. */
  image: string;
  /** When the image is pulled. One of Always, IfNotPresent, Never. Default: Kubernetes' own rule. */
  imagePullPolicy?: string;
  /** The user that the container runs as; 0 is root, for an image that cannot do without. Refused are 5995 and 5996, the sidecar's, whose traffic does not go through the mesh. Default: 65532. */
  runAsUser?: number;
  /** Whether the container's own files cannot be changed. Default: true. */
  readOnlyRootFilesystem?: boolean;
  /** Folders that the container writes to, such as `/tmp`: each is empty at the start and goes with the pod. Refused are the kernel's, and those of the image's programs. Default: none. */
  writablePaths?: string[];
  /** Linux capabilities that the container keeps, such as `NET_BIND_SERVICE`. Refused are `ALL`, `NET_ADMIN` and others that undo the redirection. Default: none. */
  addCapabilities?: string[];
  /** Calls to other services that this one makes, allowed by the `IntentionSet` that has both. Default: none. */
  calls?: ServiceCall[];
  /** Program of the container. Default: the image's. */
  command?: string[];
  /** Arguments of the container. Default: the image's. */
  args?: string[];
  /** Environment variables by name: text that is no secret, or where it comes from; see docs/services.md. Default: none. */
  env?: { [key: string]: any };
  /** Environment variables of whole Secrets and ConfigMaps; `env` wins. Default: none. */
  envFrom?: EnvFrom[];
  /** What the container asks for and may use. Default: Kubernetes' own. */
  resources?: Resources;
  /** Volumes, and where the container finds them. Default: none. */
  volumes?: ServiceVolume[];
  /** Secrets of type `kubernetes.io/dockerconfigjson` in the namespace. Default: none. */
  imagePullSecrets?: string[];
  /** Labels that a node must have. Default: none. */
  nodeSelector?: { [key: string]: string };
  /** Taints that the pods put up with, in Kubernetes' words. Default: none. */
  tolerations?: Toleration[];
  /** Name of a PriorityClass. Default: the cluster's own. */
  priorityClassName?: string;
  /** Seconds from the word to stop to the kill. Default: what the drain takes, at least 30. */
  terminationGracePeriodSeconds?: number;
  /** Further labels of the pods. Those of Kubernetes, of Consul and of the component are refused. Default: none. */
  podLabels?: { [key: string]: string };
  /** Further annotations of the pods, likewise. Default: none. */
  podAnnotations?: { [key: string]: string };
  /** Whether a ServiceAccount of the service's name exists, such as a chart's own; else one is made. To be chosen before the first `up`: one that was made goes. Default: false. */
  existingServiceAccount?: boolean;
  /** Annotations of the ServiceAccount, by which a cloud gives its pods an identity there, such as `eks.amazonaws.com/role-arn`; values may be other resources' outputs. Those of Consul and Pulumi are refused. See docs/services.md#a-clouds-identity. Default: none. */
  serviceAccountAnnotations?: { [key: string]: string };
  /** What else Kubernetes' PodSpec knows, merged last: objects by key; containers, volumes and the like by name; other lists as a whole. What takes the pod out of the mesh is refused; see docs/services.md#whatever-else-a-pod-can-say. Default: none. */
  podSpec?: any;
  /** When it runs, as cron has it: `0 3 * * *`, or `@daily`. Default: once, at the `up` that makes or changes it, which waits for its end. */
  schedule?: string;
  /** Name of the time zone of `schedule`, such as `Europe/Paris`. Default: the cluster's own. */
  timeZone?: string;
  /** What happens where the run before has not ended; with `Forbid` the next one is left out. One of Allow, Forbid, Replace. Default: Forbid. */
  concurrencyPolicy?: string;
  /** Whether none is begun by `schedule`. Default: Kubernetes' own, `false`. */
  suspend?: boolean;
  /** Seconds after its time in which a run of `schedule` may still begin, 10 to 604800; later, it is left out. Default: however late. */
  startingDeadlineSeconds?: number;
  /** How many Jobs of `schedule` that ended well are kept, with their logs, 0 to 1000. Default: Kubernetes' own, 3. */
  successfulJobsHistoryLimit?: number;
  /** How many that failed are kept, likewise. Default: Kubernetes' own, 1. */
  failedJobsHistoryLimit?: number;
  /** How many pods run at once, 1 to 1000. Default: Kubernetes' own, 1. */
  parallelism?: number;
  /** How many pods have to end well, 1 to 100000. Default: Kubernetes' own, 1; with `parallelism`, one, behind which no other begins. */
  completions?: number;
  /** `Indexed`: each of the `completions` has a number, in the variable `JOB_COMPLETION_INDEX`. One of NonIndexed, Indexed. Default: Kubernetes' own, `NonIndexed`. */
  completionMode?: string;
  /** How often a run is tried again before it counts as failed, 0 to 1000. Default: 6. */
  backoffLimit?: number;
  /** Seconds after which a run is ended and counts as failed, 1 to 604800. Default: never; an `up` waits for 10 minutes. */
  activeDeadlineSeconds?: number;
}

export interface IntentionSettings {
  /** Name of the calling service, `traefik-system-ingress`, or `*` for any. A name that nobody has is refused. */
  source: string;
  /** Name of the called service, or `*` for any. */
  destination: string;
  /** What is done with every call; excludes `permissions`. One of allow, deny. Default: `allow`, where there are no `permissions`. */
  action?: string;
  /** For services that speak http, http2 or grpc: what the first one that matches says; what none matches is refused. See docs/intentions.md. Default: none. */
  permissions?: IntentionPermission[];
  /** Kept in Consul, at most 512 bytes. Default: none. */
  description?: string;
}

export interface JwtProviderSettings {
  /** What the claim `iss` of its tokens says, letter by letter. */
  issuer: string;
  /** What tokens are for: one of these has to be in the claim `aud`. Default: any, also tokens that the issuer made for other services. */
  audiences?: string[];
  /** Public keys that tokens are verified by. */
  keys: JwtKeys;
  /** Where a request may have its token. Default: the header `Authorization`, after `Bearer `. */
  locations?: JwtLocation[];
  /** Whether the service too gets the token, in the headers of `locations`; else it is taken out of them. Default: false. */
  forwardToken?: boolean;
  /** Header in which the service gets the claims of a verified token, as JSON in base64url; what a caller sends in it is dropped. Default: none. */
  payloadHeader?: string;
  /** Name in Consul, as permissions use it: a DNS label. */
  name: string;
}

export interface JwtKeys {
  /** The key set as JSON, as the issuer serves it: RSA from 2048 bits on, P-256, P-384, P-521, Ed25519. Never a private or symmetric key. */
  local?: string;
  /** Keys that sidecars fetch. */
  remote?: RemoteJwtKeys;
}

export interface RemoteJwtKeys {
  /** URL of the key set, `https://` with a DNS name or an IP address. It is asked without a token of its own, and without SNI. */
  uri: string;
  /** Certificates of the CA that the server's is of, PEM. Consul has any certificate of that CA accepted, whatever name it has: not one of the public CAs, for whose issuers `local` is safer. */
  caCertificate: string;
}

export interface JwtLocation {
  /** Name of a header. */
  header?: string;
  /** What the header has before the token, with the space between. Default: nothing. */
  valuePrefix?: string;
  /** Name of a cookie. */
  cookie?: string;
  /** Name of a parameter of the query. Whoever logs the URL logs the token. */
  queryParam?: string;
}

export interface RotationSettings {
  /** The gossip key: a new one is generated, and every server told to use it and to forget the others. */
  gossipKey?: string;
  /** The management token: a new one is generated, Consul told of it, and only then is it in its Secret; the servers restart with it one by one, and the one before it is revoked. */
  bootstrapToken?: string;
  /** The root that the services' certificates go back to; the new one is signed by the old one for as long as it takes. */
  connectCa?: string;
  /** Consul's CA, after its Secrets have changed (see docs/rotation.md): makes the servers' certificate anew, and restarts what has read the CA: servers, injector, catalog sync and services. Traefik restarts by itself. */
  ca?: string;
  /** Traefik's token: its pods are replaced, each with a new one. */
  traefikToken?: string;
}

export interface NetworkClient {
  /** The namespace of the pods. */
  namespace: string;
  /** Labels that the pods have. Default: every pod of the namespace. */
  podLabels?: { [key: string]: string };
  /** `consulApi`: the servers' HTTPS and gRPC, for API gateways, other stacks' services and what scrapes Consul; `consulDns`: their DNS; `services`: the sidecars' mTLS port; `proxyMetrics`: the sidecars' Prometheus port; `traefikAdmin`: Traefik's dashboard and ping; `traefikMetrics`: its Prometheus port. */
  reaches: string[];
}

export interface Team {
  /** The stack, as `organization/project/stack`. */
  stack: string;
  /** The namespace of its services. */
  namespace: string;
}
