import { ACCESS_LOGS } from "../../components/mesh/accessLogs";
import { Analyzer, Resource, UNKNOWN } from "./analyzer";
import { OTHER_CA, SHOP } from "./certificates";
import {
  anyPath,
  configEntry,
  denyAll,
  http,
  IN_MESH,
  intentions,
  kube,
  meshed,
  networkPolicy,
  NAMED_PEERS,
  paths,
  release,
  SAFE_VALUES,
  service,
  traefik,
  workload,
} from "./resources";

const KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----";
const INJECT = "consul.hashicorp.com/connect-inject";
const allow = (name: string) => ({ name, action: "allow" });
const secret = (name: string, fields: Record<string, unknown>) => kube("v1", "Secret", name, fields);
const rbac = (kind: string, name: string, fields: Record<string, unknown>) =>
  kube("rbac.authorization.k8s.io/v1", kind, name, fields);
const inNamespace = (namespace: string, resource: Resource): Resource => ({
  ...resource,
  name: `${resource.name}-${namespace}`,
  props: { ...resource.props, metadata: { ...resource.props.metadata, namespace } },
});

const TEXTS = JSON.stringify(Object.fromEntries([...Array(5000).keys()].map((i) => [`text-${i}`, "x"])));

/** Programs as other people write them, each of them sound: nothing of the pack may stand in their way. */
const PROGRAMS: Record<string, Resource[]> = {
  "a web application without a mesh": [
    workload("web", { container: { image: "nginx:1.27.3-alpine", ports: [{ containerPort: 8080 }] } }),
    service("web", { app: "web" }),
    kube("autoscaling/v2", "HorizontalPodAutoscaler", "web", { spec: { maxReplicas: 5 } }),
    kube("networking.k8s.io/v1", "Ingress", "web", {
      spec: { ingressClassName: "nginx", rules: [{ host: "a.example" }] },
    }),
  ],
  "texts in other languages, thousands of them": [
    kube("v1", "ConfigMap", "texts", { data: { "de.json": TEXTS } }),
    secret("texts", { stringData: { "de.json": TEXTS } }),
  ],
  "a database with its password in a Secret": [
    secret("db", { stringData: { password: UNKNOWN } }),
    workload("db", {
      kind: "StatefulSet",
      container: {
        image: "postgres:16.3-bookworm",
        env: [{ name: "POSTGRES_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
      },
      pod: { securityContext: { runAsUser: 999, fsGroup: 999 } },
    }),
  ],
  "an object store that is tagged by its day": [
    workload("minio", { container: { image: "quay.io/minio/minio:RELEASE.2024-06-13T22-53-53Z" } }),
  ],
  "a backup that is tagged by its commit": [
    kube("batch/v1", "CronJob", "backup", {
      spec: {
        schedule: "0 3 * * *",
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: "b", image: "r.example/backup:main-3f2a9bc" }] } } },
        },
      },
    }),
  ],
  "a build of a pipeline's": [workload("app", { container: { image: "r.example:5000/team/app:build-1234" } })],
  "an agent on each node": [
    workload("node-exporter", {
      kind: "DaemonSet",
      container: { ports: [{ containerPort: 9100, hostPort: 9100 }], securityContext: { privileged: true } },
      pod: { hostNetwork: true, hostPID: true, tolerations: [{ operator: "Exists" }] },
    }),
  ],
  "agents of the network, of storage and of logs, beside the mesh": [
    denyAll,
    release(SAFE_VALUES),
    networkPolicy(NAMED_PEERS),
    ...[
      ["cni", "/etc/cni/net.d", "/opt/cni/bin", "/proc"],
      ["csi", "/var/lib/kubelet", "/dev"],
      ["logs", "/var/log", "/var/lib/docker/containers"],
    ].map(([name, ...folders]) =>
      workload(name, {
        kind: "DaemonSet",
        container: { securityContext: { privileged: true, capabilities: { add: ["NET_ADMIN"] } } },
        pod: { hostNetwork: true, volumes: folders.map((path) => ({ name: "v", hostPath: { path } })) },
      }),
    ),
  ],
  "sockets and files of the node's that a service of the mesh is given": [
    denyAll,
    meshed(
      "shop",
      {},
      {
        volumes: ["/etc/localtime", "/etc/ssl/certs", "/dev/shm", "/run/udev", "/var/log/shop", "/var/run/datadog"].map(
          (path) => ({ name: "v", hostPath: { path } }),
        ),
      },
    ),
  ],
  "controllers that may do everything, and webhooks that are asked about every pod": [
    denyAll,
    release(SAFE_VALUES),
    networkPolicy(NAMED_PEERS),
    rbac("ClusterRole", "argocd", { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] }),
    ...[
      ["argocd", "argocd"],
      ["cluster-admin", "kustomize-controller"],
    ].map(([role, account]) =>
      rbac("ClusterRoleBinding", account, {
        roleRef: { kind: "ClusterRole", name: role },
        subjects: [{ kind: "ServiceAccount", name: account, namespace: "gitops" }],
      }),
    ),
    ...["vault.hashicorp.com", "mutate.kyverno.svc-ignore"].map((name) =>
      kube("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", name, {
        webhooks: [
          {
            name,
            failurePolicy: "Ignore",
            clientConfig: { caBundle: UNKNOWN, service: { name, namespace: "apps" } },
            matchConditions: [{ name: "a", expression: "true" }],
            rules: [{ apiGroups: ["*"], operations: ["CREATE"], resources: ["pods"] }],
          },
        ],
      }),
    ),
  ],
  "metrics of Consul's namespace, and people's rights": [
    denyAll,
    release(SAFE_VALUES),
    networkPolicy(NAMED_PEERS),
    ...[
      rbac("Role", "prometheus", {
        rules: [{ apiGroups: [""], resources: ["services", "endpoints", "pods"], verbs: ["get", "list", "watch"] }],
      }),
      rbac("RoleBinding", "prometheus", {
        roleRef: { kind: "Role", name: "prometheus" },
        subjects: [{ kind: "ServiceAccount", name: "prometheus", namespace: "monitoring" }],
      }),
      rbac("RoleBinding", "everybody", {
        roleRef: { kind: "ClusterRole", name: "view" },
        subjects: [{ kind: "Group", name: "system:authenticated" }],
      }),
      rbac("RoleBinding", "team", {
        roleRef: { kind: "ClusterRole", name: "edit" },
        subjects: [
          { kind: "Group", name: "oidc:team" },
          { kind: "User", name: "jane@example.com" },
        ],
      }),
    ].map((resource) => inNamespace("consul-system", resource)),
  ],
  "an issuer of certificates that has nothing to do with Consul": [
    secret("internal-issuer", { type: "kubernetes.io/tls", stringData: { "tls.crt": OTHER_CA, "tls.key": KEY } }),
    kube("cert-manager.io/v1", "Issuer", "internal", { spec: { ca: { secretName: "internal-issuer" } } }),
  ],
  "a certificate brought along": [
    secret("shop-tls", { type: "kubernetes.io/tls", stringData: { "tls.crt": SHOP, "tls.key": KEY } }),
  ],
  "keys to sign and to fetch with": [
    secret("signing-key", { stringData: { "private.pem": KEY } }),
    secret("deploy", {
      type: "kubernetes.io/ssh-auth",
      stringData: { "ssh-privatekey": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbg\n" },
    }),
  ],
  "an operator that reads Secrets": [
    rbac("ClusterRole", "external-secrets", {
      rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create"] }],
    }),
    rbac("ClusterRoleBinding", "external-secrets", {
      roleRef: { kind: "ClusterRole", name: "external-secrets" },
      subjects: [{ kind: "ServiceAccount", name: "external-secrets", namespace: "external-secrets" }],
    }),
    rbac("ClusterRoleBinding", "readers", {
      roleRef: { kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "Group", name: "oidc:developers" }],
    }),
  ],
  "a handbook in a ConfigMap": [
    kube("v1", "ConfigMap", "handbook", {
      data: {
        "mesh.md":
          "Never do this:\n\n```yaml\nkind: ServiceIntentions\nspec: { destination: { name: '*' } }\n```\n\nThe key is in consul-ca-key.",
        "tls.md": "A private key begins with BEGIN PRIVATE KEY.",
      },
    }),
  ],
  "settings of a dashboard": [
    kube("v1", "ConfigMap", "grafana", {
      data: { "datasources.yaml": "datasources: [{ jsonData: { tlsSkipVerify: true } }]" },
    }),
  ],
  "a service of the mesh, by paths": [
    denyAll,
    http("shop"),
    meshed("shop"),
    service("shop", { app: "shop" }),
    intentions("shop", paths("web", anyPath), allow("batch")),
  ],
  "a canary by subsets": [
    denyAll,
    http("api"),
    ...["v1", "v2"].map((version) =>
      workload(version, {
        annotations: { [INJECT]: "true", "consul.hashicorp.com/service-meta-version": version },
        labels: { app: "api", version },
        pod: { serviceAccountName: "api" },
      }),
    ),
    service("api", { app: "api" }),
    configEntry("ServiceResolver", "api", {
      defaultSubset: "v1",
      subsets: { v1: { filter: "Service.Meta.version == v1" }, v2: {} },
    }),
    configEntry("ServiceSplitter", "api", {
      splits: [
        { weight: 90, serviceSubset: "v1" },
        { weight: 10, serviceSubset: "v2" },
      ],
    }),
    configEntry("ServiceRouter", "api", {
      routes: [{ match: { http: { pathPrefix: "/v2" } }, destination: { serviceSubset: "v2", requestTimeout: "60s" } }],
    }),
  ],
  "annotations of several vendors": [
    denyAll,
    workload("app", {
      annotations: {
        [INJECT]: "true",
        "consul.hashicorp.com/transparent-proxy-exclude-outbound-ports": "8200,5432",
        "vault.hashicorp.com/agent-inject": "true",
        "ad.datadoghq.com/app.logs": "[]",
        "prometheus.io/scrape": "true",
        "checksum/config": UNKNOWN,
      },
    }),
  ],
  "a rollout of Argo's": [
    kube("argoproj.io/v1alpha1", "Rollout", "app", {
      spec: { strategy: { canary: {} }, ...workload("app").props.spec },
    }),
  ],
  "a migration under the application's account": [
    denyAll,
    meshed("shop"),
    workload("shop-migrate", { kind: "Job", annotations: { [INJECT]: "false" }, pod: { serviceAccountName: "shop" } }),
  ],
  "one application in two namespaces": ["blue", "green"].flatMap((namespace) => [
    inNamespace(namespace, meshed("shop")),
    inNamespace(namespace, service("shop", { app: "shop" })),
    ...(namespace === "blue" ? [denyAll] : []),
  ]),
  "a namespace with its labels": [
    kube("v1", "Namespace", "apps", {
      metadata: {
        labels: {
          "pod-security.kubernetes.io/enforce": "restricted",
          "consul.hashicorp.com/transparent-proxy": "true",
        },
      },
    }),
    kube("networking.k8s.io/v1", "NetworkPolicy", "default-deny", {
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    }),
  ],
  "settings of the mesh": [
    denyAll,
    configEntry("Mesh", "mesh", {
      transparentProxy: { meshDestinationsOnly: true },
      tls: { incoming: { tlsMinVersion: "TLSv1_2" } },
    }),
    configEntry("ProxyDefaults", "global", {
      config: { protocol: "http", local_connect_timeout_ms: 5000 },
      accessLogs: { enabled: true },
      meshGateway: { mode: "local" },
    }),
  ],
  "access logs of the sidecars": [denyAll, configEntry(ACCESS_LOGS.kind, ACCESS_LOGS.name, ACCESS_LOGS.spec)],
  "tokens of an identity provider": [
    denyAll,
    http("shop"),
    configEntry("JWTProvider", "login", {
      issuer: "https://login.example",
      jsonWebKeySet: {
        remote: {
          uri: "https://login.example/keys",
          jwksCluster: { tlsCertificates: { trustedCA: { filename: "/etc/ssl/ca.pem" } } },
        },
      },
    }),
    intentions(
      "shop",
      paths("web", { action: "allow", http: { pathPrefix: "/" }, jwt: { providers: [{ name: "login" }] } }),
    ),
  ],
  "a service outside, by a terminating gateway": [
    denyAll,
    configEntry("Registration", "billing", {
      node: "outside",
      service: { name: "billing", port: 443, address: "billing.example" },
    }),
    configEntry("TerminatingGateway", "egress", {
      services: [{ name: "billing", caFile: "/etc/ssl/ca.pem", sni: "billing.example" }],
    }),
    intentions("billing", allow("shop")),
  ],
  "Traefik from plain manifests": [
    denyAll,
    kube("v1", "ConfigMap", "consul-ca-cert", { data: { "tls.crt": UNKNOWN } }),
    networkPolicy(NAMED_PEERS),
    traefik({ args: IN_MESH }),
  ],
  "a client that logs in to Consul": [
    workload("sync", {
      pod: {
        initContainers: [
          {
            name: "login",
            image: "hashicorp/consul:1.22.7",
            command: ["consul", "login", "-method=m", "-token-sink-file=/t/token"],
          },
        ],
      },
      container: {
        env: [
          { name: "CONSUL_HTTP_TOKEN_FILE", value: "/t/token" },
          { name: "CONSUL_HTTP_SSL_VERIFY", value: "true" },
        ],
      },
    }),
  ],
  "an application beside the mesh, whose namespace is not known yet": [
    denyAll,
    release(SAFE_VALUES),
    networkPolicy(NAMED_PEERS),
    traefik({ args: IN_MESH }),
    ...[
      meshed("shop"),
      service("shop", { app: "shop" }),
      intentions("shop", allow("web")),
      kube("networking.k8s.io/v1", "NetworkPolicy", "default-deny", {
        spec: { podSelector: {}, policyTypes: ["Ingress"] },
      }),
      kube("networking.k8s.io/v1", "Ingress", "shop", {
        spec: { rules: [{ http: { paths: [{ backend: { service: { name: "shop", port: { number: 80 } } } }] } }] },
      }),
      kube("traefik.io/v1alpha1", "Middleware", "strip", { spec: { stripPrefix: { prefixes: ["/shop"] } } }),
      kube("policy/v1", "PodDisruptionBudget", "shop", {
        spec: { minAvailable: 1, selector: { matchLabels: { app: "shop" } } },
      }),
      rbac("Role", "shop", { rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }] }),
      rbac("RoleBinding", "shop", {
        roleRef: { kind: "Role", name: "shop" },
        subjects: [{ kind: "ServiceAccount", name: UNKNOWN, namespace: UNKNOWN }],
      }),
    ].map((resource) => inNamespace(UNKNOWN, resource)),
  ],
  "a gateway of somebody else's": [
    kube("gateway.networking.k8s.io/v1", "Gateway", "edge", {
      spec: { gatewayClassName: "gke-l7-global-external-managed", listeners: [] },
    }),
    kube("gateway.networking.k8s.io/v1", "HTTPRoute", "web", { spec: { parentRefs: [{ name: "edge" }] } }),
  ],
  "things of a cloud": [
    { type: "aws:s3/bucketV2:BucketV2", name: "files", props: { bucket: UNKNOWN } },
    { type: "random:index/randomPassword:RandomPassword", name: "pw", props: { length: 32 } },
    secret("pw", { stringData: UNKNOWN }),
  ],
};

test("legitimate programs in other people's style pass the whole pack, in prod", async () => {
  const said = await Analyzer.use(async (analyzer) => {
    await analyzer.configure();
    const all: Record<string, string[]> = {};
    for (const [title, program] of Object.entries(PROGRAMS)) {
      const blocking = (await analyzer.judge("prod", program)).filter(({ level }) => level === "mandatory");
      all[title] = blocking.map(({ policy, message }) => `${policy}: ${message}`);
    }
    return all;
  });
  expect(Object.keys(said).length).toBeGreaterThanOrEqual(20);
  expect(said).toEqual(Object.fromEntries(Object.keys(PROGRAMS).map((title) => [title, []])));
});
