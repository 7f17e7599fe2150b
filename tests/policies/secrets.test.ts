import { gzipSync } from "node:zlib";
import { Resource, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { CA_OF_ONES, CONSUL_CA, CONSUL_SERVER, LEAF_OF_ONES, ONES, OTHER_CA, SHOP } from "./certificates";
import { kube, meshed, release, workload } from "./resources";

useAnalyzer();
const PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----";
const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
const secret = (name: string, fields: Record<string, unknown>) => kube("v1", "Secret", name, fields);
const config = (data: Record<string, string>) => kube("v1", "ConfigMap", "c", { data });
/** The beginnings of keys as DER: PKCS #8, SEC 1 and PKCS #12; of a certificate; of an RSA public key. */
const DER = {
  pkcs8: "MIGHAgEAMBMG",
  pkcs8Long: "MIIEvQIBADANBg",
  pkcs12: "MIIEPAIBAzCC",
  certificate: "MIIBpzCCAU2g",
  publicKey: "MIIBCgKCAQEA",
};

const drawn = { type: "random:index/randomPassword:RandomPassword", name: "drawn", props: { result: "x" } };
const origin = (metadata: Record<string, unknown>) => kube("v1", "Secret", "origin", { metadata, stringData: {} });
const copy = (from: Resource) => ({ ...secret("shop", { data: { "tls.key": "eA==" } }), madeFrom: { data: from } });
const copyInConfigMap = (from: Resource) => ({ ...config({ "tls.key": "x" }), madeFrom: { data: from } });
const servers = kube("apps/v1", "StatefulSet", "servers", {
  metadata: { namespace: "mesh" },
  spec: { template: { spec: { containers: [{ name: "c", image: "hashicorp/consul:1.22.7" }] } } },
});

cases("no-key-copied", [
  passes("keys that are somebody else's", [
    secret("shop-tls", { type: "kubernetes.io/tls", stringData: { "tls.crt": SHOP, "tls.key": PEM } }),
    secret("issuer", { type: "kubernetes.io/tls", data: { "tls.crt": base64(OTHER_CA), "tls.key": base64(PEM) } }),
    secret("signing", { stringData: { "private.pem": PEM } }),
    secret("git-ca", {
      type: "kubernetes.io/ssh-auth",
      stringData: { "ssh-privatekey": "-----BEGIN OPENSSH PRIVATE KEY-----" },
    }),
    workload("a", {
      container: { env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "signing", key: "private.pem" } } }] },
    }),
  ]),
  passes("a certificate in other wraps", [
    config({ "ca.pem": CONSUL_CA, "ca.txt": base64(base64(CONSUL_CA)) }),
    kube("v1", "ConfigMap", "d", { binaryData: { "ca.der": DER.certificate, "key.der": DER.publicKey } }),
  ]),
  passes("a copy of a Secret that has nothing to do with Consul", [
    ...[secret("wildcard", { stringData: UNKNOWN })].flatMap((origin) => [
      origin,
      {
        ...secret("shop-tls", { data: { "tls.crt": base64(SHOP), "tls.key": base64(PEM) } }),
        madeFrom: { data: origin },
      },
    ]),
  ]),
  passes(
    "one's own CA under its own name, where Consul reads it",
    [secret("my-ca", { stringData: { "ca.key": PEM } })],
    {
      config: { keySecrets: ["apps/my-ca"] },
    },
  ),
  passes("a key of SSH's, told by its kind or its first line", [
    secret("ssh-ca", { type: "kubernetes.io/ssh-auth", stringData: { "ssh-privatekey": PEM } }),
    secret("git-ca", { stringData: { id: "-----BEGIN OPENSSH PRIVATE KEY-----" } }),
  ]),
  passes("a key with its own certificate, under a name that may tell of Consul", [
    secret("consul-ui-tls", { stringData: { "tls.crt": SHOP, "tls.key": PEM } }),
  ]),
  passes("a key with its own certificate and those that signed it", [
    secret("consul-ui-tls", { stringData: { "tls.crt": LEAF_OF_ONES + OTHER_CA, "tls.key": ONES } }),
    secret("consul-ui", {
      data: { "ca.crt": base64(CONSUL_CA), "tls.crt": base64(LEAF_OF_ONES), "tls.key": base64(ONES) },
    }),
  ]),
  ...[
    [ONES, SHOP + CA_OF_ONES, "of a CA"],
    [ONES, OTHER_CA + CA_OF_ONES + LEAF_OF_ONES, "of a CA"],
    [ONES, SHOP + OTHER_CA, "that none is for"],
    [ONES.replace("-----END", ""), LEAF_OF_ONES + OTHER_CA, "that is cut short"],
    [ONES + PEM, LEAF_OF_ONES + OTHER_CA, "with another that cannot be read"],
    [
      ONES + PEM.replaceAll("PRIVATE", "EC PRIVATE"),
      LEAF_OF_ONES + OTHER_CA,
      "with an elliptic one that cannot be read",
    ],
    [base64(ONES), LEAF_OF_ONES + OTHER_CA, "in a wrap"],
  ].map(([key, chain, what]) =>
    blocks(
      `a key ${what}`,
      [secret("consul-ui-tls", { stringData: { "tls.crt": chain, "tls.key": key } })],
      "stringData.tls.key is a private key, of a CA or of Consul as consul-ui-tls tells",
    ),
  ),
  blocks(
    "a key that none of its certificates is for, one of which is Consul's",
    [secret("shop", { stringData: { "tls.crt": SHOP + CONSUL_CA, "tls.key": ONES } })],
    "stringData.tls.key is a private key, with a certificate of Consul's",
  ),
  passes("names that only sound like a key's", [
    secret("consul-ca-store", { stringData: { "tls.keystore": "x", monkey: "x" } }),
    ...["cache", "africa", "consuls"].map((name) => secret(name, { stringData: { x: PEM } })),
  ]),
  passes("what is not known yet", [
    kube("v1", "ConfigMap", "shop", { data: UNKNOWN }),
    secret("consul-ca", { data: UNKNOWN }),
    secret("shop", { stringData: { x: UNKNOWN, "tls.key": PEM } }),
  ]),
  passes("a key made from a password that was drawn", [drawn, copy(drawn)]),
  passes("a copy of a Secret that is not where Consul's servers are", [
    servers,
    origin({ name: "own", namespace: "other" }),
    copy(origin({ name: "own", namespace: "other" })),
  ]),
  ...[
    { name: "own", namespace: "mesh" },
    { name: "own-ca", namespace: "other" },
    { name: "own", namespace: "my-consul" },
    { name: UNKNOWN, namespace: "other" },
    { name: "own", namespace: UNKNOWN },
  ].flatMap((metadata) =>
    [copy, copyInConfigMap].map((made) =>
      blocks(
        `a key of the Secret ${JSON.stringify(metadata)} in ${made(origin(metadata)).name}`,
        [servers, origin(metadata), made(origin(metadata))],
        metadata.name === UNKNOWN ? "can't be known" : "data.tls.key is copied from the Secret",
      ),
    ),
  ),
  ...["root-ca", "dc1ca", "ca", "ca1", "CA_root", "consul", "my.consul.key"].map((name) =>
    blocks(`a key in the Secret ${name}`, [secret(name, { stringData: { x: PEM } })], `as ${name} tells`),
  ),
  blocks(
    "a key's name alone",
    [kube("v1", "ConfigMap", "consul-ca", { data: { key: UNKNOWN } })],
    "data.key is the name",
  ),
  blocks(
    "a CA's key, with the certificate of a server beside it",
    [secret("own-ca", { stringData: { "ca.crt": OTHER_CA, "tls.crt": SHOP, "ca.key": PEM, note: UNKNOWN } })],
    "stringData.ca.key is a private key, of a CA",
  ),
  blocks(
    "a key in a namespace that is not known yet",
    [kube("v1", "Secret", "own-ca", { metadata: { namespace: UNKNOWN }, stringData: { x: PEM } })],
    "stringData.x is a private key",
  ),
  ...[
    [
      "another name",
      { data: { "ca.pem": base64(PEM) } },
      "data.ca.pem is a private key, of a CA or of Consul as ca.pem tells",
    ],
    [
      "the CA's certificate beside it",
      { stringData: { "tls.crt": CONSUL_CA, other: PEM } },
      "with a certificate of Consul's",
    ],
    [
      "a server's certificate beside it",
      { stringData: { "tls.crt": CONSUL_SERVER, other: PEM } },
      "with a certificate of Consul's",
    ],
    [
      "no certificate where there has to be one",
      { type: "kubernetes.io/tls", data: { "tls.crt": "eA==", "tls.key": base64(PEM) } },
      "no certificate beside it tells whose",
    ],
    ["wrapped again", { data: { "ca.pem": base64(base64(base64(PEM))) } }, "data.ca.pem is a private key"],
  ].map(([title, fields, expected]) =>
    blocks(
      `a Secret of another name with ${title}`,
      [secret("my-copy", fields as Record<string, unknown>)],
      expected as string,
    ),
  ),
  ...[
    ["base64", base64(PEM)],
    ["base64 of base64", base64(base64(PEM))],
    ["gzip", base64(gzipSync(PEM))],
    ["hexadecimal digits", Buffer.from(PEM).toString("hex")],
    ["JSON", JSON.stringify({ key: PEM })],
    ["lines", base64(PEM).replace(/(.{20})/g, "$1\n")],
  ].map(([wrap, text]) =>
    blocks(
      `a ConfigMap with a key in ${wrap}`,
      [config({ "notes.txt": text })],
      "data.notes.txt is a private key, which everybody may read",
    ),
  ),
  ...[DER.pkcs8Long, DER.pkcs12, "MIIBAQI="].map((der) =>
    blocks(
      `a ConfigMap with a key as DER, ${der}`,
      [kube("v1", "ConfigMap", "c", { binaryData: { x: der } })],
      "binaryData.x is a private key",
    ),
  ),
  blocks(
    "a key in a variable",
    [workload("a", { container: { env: [{ name: "CA", value: base64(PEM) }] } })],
    "the variable CA has a private key in it",
  ),
  blocks(
    "a key in a command",
    [workload("a", { container: { args: ["--key", PEM] } })],
    "the command has a private key in it",
  ),
]);

const consul = { image: "hashicorp/consul:1.22.7" };
const binding = (kind: string, role: string, subject: Record<string, unknown>, namespace = "consul-system") =>
  kube("rbac.authorization.k8s.io/v1", kind, "b", {
    roleRef: { kind: "ClusterRole", name: role },
    subjects: [subject],
    metadata: { namespace },
  });
const group = (name: string) => ({ kind: "Group", name });
const account = (name: string, namespace: string) => ({ kind: "ServiceAccount", name, namespace });
const role = (rule: Record<string, unknown>, kind = "ClusterRole", metadata: Record<string, unknown> = {}) =>
  kube("rbac.authorization.k8s.io/v1", kind, "reader", {
    rules: [{ apiGroups: [""], ...rule }],
    metadata: { namespace: "consul-system", ...metadata },
  });
const user = (name: string) => ({ kind: "User", name });
const EVERYBODY = group("system:authenticated");
/** A ClusterRole that is put together by selectors, beside a part that reads Secrets and one that has no rules. */
const together = (clusterRoleSelectors: object[], kind = "ClusterRole") => [
  kube("rbac.authorization.k8s.io/v1", "ClusterRole", "all", { aggregationRule: { clusterRoleSelectors } }),
  role(READS, kind, { labels: { part: "yes" } }),
  kube("rbac.authorization.k8s.io/v1", "ClusterRole", "none", { metadata: { labels: { part: "no" } } }),
];
const TO_VIEW = "rbac.authorization.k8s.io/aggregate-to-view";
const READS = { resources: ["secrets"], verbs: ["get", "list"] };
cases("secrets-not-for-everybody", [
  passes("those who were chosen", [
    binding("ClusterRoleBinding", "cluster-admin", account("operator", "ops")),
    binding("ClusterRoleBinding", "view", group("system:authenticated")),
    binding("RoleBinding", "edit", account("default", "apps"), "apps"),
    role(READS),
    binding("ClusterRoleBinding", "reader", account("external-secrets", "external-secrets")),
    binding("RoleBinding", "reader", account("backup", "consul-system")),
  ]),
  passes("roles that read nothing, and those that are for others", [
    role({ resources: ["configmaps"], verbs: ["*"] }),
    kube("v1", "ConfigMap", "tagged", { metadata: { labels: UNKNOWN } }),
    kube("v1", "ConfigMap", "view", {
      metadata: { labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } },
      rules: [READS],
    }),
    binding("ClusterRoleBinding", "reader", group("system:authenticated")),
    { ...role({ ...READS, apiGroups: ["example.com"] }, "ClusterRole", { name: "other" }), name: "other" },
    { ...role({ apiGroups: ["apps"], resources: ["*"], verbs: ["*"] }, "ClusterRole", { name: "apps" }), name: "apps" },
    { ...role({ resources: ["secrets"], verbs: ["create"] }, "ClusterRole", { name: "writer" }), name: "writer" },
  ]),
  passes("a role of the same name in another namespace, or of another kind", [
    role(READS, "Role", { namespace: "apps" }),
    role({ resources: ["configmaps"], verbs: ["get"] }, "ClusterRole"),
    ...["Role", "ClusterRole"].map((kind, i) => ({
      ...binding("RoleBinding", "reader", group("system:authenticated")),
      name: `b${i}`,
      props: {
        ...binding("RoleBinding", "reader", group("system:authenticated")).props,
        roleRef: { kind, name: "reader" },
      },
    })),
  ]),
  passes("somebody of the same namespace, and what only sounds like everybody", [
    role(READS),
    binding("RoleBinding", "reader", { kind: "ServiceAccount", name: "backup" }),
    { ...binding("ClusterRoleBinding", "reader", group("default")), name: "b2" },
    { ...binding("ClusterRoleBinding", "cluster-admin", group("my-system:authenticated")), name: "b3" },
    { ...binding("ClusterRoleBinding", "edit", group("system:authenticated-by-sso")), name: "b4" },
    { ...binding("ClusterRoleBinding", "reader", {}), name: "b5" },
  ]),
  passes("bindings elsewhere, and of others", [
    role(READS),
    binding("RoleBinding", "reader", group("system:authenticated"), "apps"),
    { ...binding("RoleBinding", "admin", account("spy", "consul-system"), "apps"), name: "b2" },
    kube("example.com/v1", "ClusterRoleBinding", "b", {
      roleRef: { kind: "ClusterRole", name: "admin" },
      subjects: [group("system:authenticated")],
    }),
    kube("rbac.authorization.k8s.io/v1", "RoleBinding", "own", {
      roleRef: { kind: "Role", name: "admin" },
      subjects: [account("spy", "apps")],
      metadata: { namespace: "consul-system" },
    }),
    kube("rbac.authorization.k8s.io/v1", "Thing", "b", {
      roleRef: { kind: "ClusterRole", name: "admin" },
      subjects: [group("system:authenticated")],
      metadata: { namespace: "consul-system" },
    }),
  ]),
  passes("what adds to a role that all have, and reads no Secrets; what adds to nothing", [
    role({ resources: ["configmaps"], verbs: ["get"] }, "ClusterRole", { labels: { [TO_VIEW]: "true" } }),
    { ...role(READS, "ClusterRole", { labels: { [TO_VIEW]: "false" } }), name: "no" },
    { ...role(READS, "Role", { labels: { [TO_VIEW]: "true" } }), name: "not-of-all" },
  ]),
  passes("those who were chosen to deploy, and everybody where there is nothing of the mesh", [
    role({ apiGroups: ["", "apps", "batch"], resources: ["pods", "deployments", "jobs"], verbs: ["create", "patch"] }),
    binding("RoleBinding", "reader", account("kustomize-controller", "flux-system")),
    { ...binding("ClusterRoleBinding", "reader", account("argocd", "argocd")), name: "b2" },
    { ...binding("RoleBinding", "reader", group("system:authenticated"), "apps"), name: "b3" },
  ]),
  passes("everybody, to end workloads and to restart what is named", [
    kube("rbac.authorization.k8s.io/v1", "ClusterRole", "reader", {
      rules: [
        { apiGroups: ["apps", "batch"], resources: ["*"], verbs: ["delete"] },
        { apiGroups: [""], resources: ["pods", "configmaps"], verbs: ["delete"] },
        { apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"], resourceNames: ["shop"] },
        { apiGroups: ["apps"], resources: ["deployments/scale", "deployments/status"], verbs: ["*"] },
        { apiGroups: [""], resources: ["pods/eviction", "deployments", "jobs"], verbs: ["create"] },
        { apiGroups: [""], resources: ["namespaces"], verbs: ["create", "delete", "get"] },
      ],
    }),
    binding("ClusterRoleBinding", "reader", group("system:authenticated")),
  ]),
  ...[
    ["", "pods"],
    ["", "replicationcontrollers"],
    ...["deployments", "statefulsets", "daemonsets", "replicasets"].map((kind) => ["apps", kind]),
    ...["jobs", "cronjobs"].map((kind) => ["batch", kind]),
  ].flatMap(([group_, resource]) =>
    ["create", "update", "patch"].map((verb) =>
      blocks(
        `everybody, to ${verb} ${resource}, which can mount every Secret`,
        [
          role({ apiGroups: [group_], resources: [resource], verbs: [verb] }, "ClusterRole"),
          binding("ClusterRoleBinding", "reader", group("system:serviceaccounts")),
        ],
        `which may ${verb} ${resource}, to Group system:serviceaccounts`,
      ),
    ),
  ),
  ...["consul-system", "traefik-system"].map((namespace) =>
    blocks(
      `everybody, to make Deployments in ${namespace}`,
      [
        role({ apiGroups: ["apps"], resources: ["*"], verbs: ["*"] }),
        binding("RoleBinding", "reader", group("system:authenticated"), namespace),
      ],
      "which may create deployments, to Group system:authenticated",
    ),
  ),
  passes("a Secret by its name", [
    role({ ...READS, resourceNames: ["consul-ca-cert"] }),
    binding("RoleBinding", "reader", account("default", "apps")),
  ]),
  ...["system:serviceaccounts", "system:serviceaccounts:apps", "system:authenticated", "system:unauthenticated"].map(
    (name) =>
      blocks(
        name,
        [binding("ClusterRoleBinding", "cluster-admin", group(name), "apps")],
        `gives cluster-admin to Group ${name}`,
      ),
  ),
  blocks(
    "nobody's account",
    [binding("ClusterRoleBinding", "edit", account("default", "apps"))],
    "gives edit to ServiceAccount apps/default",
  ),
  blocks(
    "in Consul's namespace",
    [binding("RoleBinding", "admin", group("system:authenticated"))],
    "gives admin to Group system:authenticated",
  ),
  ...[
    [READS, "may get secrets"],
    [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }, "may get secrets"],
    [{ resources: ["configmaps", "secrets"], verbs: ["create", "list"] }, "may list secrets"],
    ...["watch", "patch", "delete", "deletecollection"].map((verb) => [
      { resources: ["secrets"], verbs: [verb] },
      `may ${verb} secrets`,
    ]),
    [{ resources: ["serviceaccounts/token"], verbs: ["create"] }, "may create serviceaccounts/token"],
    [{ resources: ["*/token"], verbs: ["create"] }, "may create serviceaccounts/token"],
    ...["exec", "attach", "portforward"].flatMap((door) =>
      ["get", "create"].map((verb) => [{ resources: [`pods/${door}`], verbs: [verb] }, `may ${verb} pods/${door}`]),
    ),
    ...["update", "patch"].map((verb) => [{ resources: ["namespaces"], verbs: [verb] }, `may ${verb} namespaces`]),
    ...["update", "patch"].map((verb) => [
      { resources: ["pods/ephemeralcontainers"], verbs: [verb] },
      `may ${verb} pods/ephemeralcontainers`,
    ]),
    ...["get", "create"].map((verb) => [{ resources: ["nodes/proxy"], verbs: [verb] }, `may ${verb} nodes/proxy`]),
    ...["serviceaccounts", "users", "groups"].map((resource) => [
      { resources: [resource], verbs: ["impersonate"] },
      `may impersonate ${resource}`,
    ]),
    ...["update", "patch"].map((verb) => [
      { apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests/approval"], verbs: [verb] },
      `may ${verb} certificatesigningrequests/approval`,
    ]),
    ...["clusterroles", "roles"].flatMap((resource) =>
      ["escalate", "bind"].map((verb) => [
        { apiGroups: ["rbac.authorization.k8s.io"], resources: [resource], verbs: [verb] },
        `may ${verb} ${resource}`,
      ]),
    ),
    ...["create", "update", "patch", "delete", "deletecollection"].flatMap((verb) => [
      [
        { apiGroups: ["consul.hashicorp.com"], resources: ["serviceintentions"], verbs: [verb] },
        `may ${verb} servicei`,
      ],
      [{ apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: [verb] }, `may ${verb} networkp`],
    ]),
    ...[
      ...["servicedefaults", "proxydefaults", "meshes", "jwtproviders", "registrations", "serviceresolvers"],
      ...["servicerouters", "servicesplitters", "ingressgateways", "terminatinggateways", "exportedservices"],
      ...["peeringacceptors", "peeringdialers", "samenessgroups", "cgateways"],
    ].map((kind) => [
      { apiGroups: ["consul.hashicorp.com"], resources: [kind], verbs: ["delete"] },
      `may delete ${kind}`,
    ]),
    [{ apiGroups: ["consul.hashicorp.com"], resources: ["*"], verbs: ["*"] }, "may create serviceintentions"],
    ...[
      ["apiextensions.k8s.io", "customresourcedefinitions"],
      ["admissionregistration.k8s.io", "mutatingwebhookconfigurations"],
      ["admissionregistration.k8s.io", "validatingwebhookconfigurations"],
      ["admissionregistration.k8s.io", "mutatingadmissionpolicies"],
      ["admissionregistration.k8s.io", "mutatingadmissionpolicybindings"],
      ["policy.networking.k8s.io", "adminnetworkpolicies"],
      ["policy.networking.k8s.io", "baselineadminnetworkpolicies"],
      ["policy.networking.k8s.io", "clusternetworkpolicies"],
    ].map(([group_, resource]) => [
      { apiGroups: [group_], resources: [resource], verbs: ["get", "delete"] },
      `may delete ${resource}`,
    ]),
    // What is named was chosen, but not for everybody.
    ...["consul-ca-key", "consul-bootstrap-token"].map((name) => [
      { resources: ["secrets"], verbs: ["get"], resourceNames: ["regcred", name] },
      "may get secrets",
    ]),
    [
      { resources: ["serviceaccounts/token"], verbs: ["create"], resourceNames: ["traefik-system-ingress"] },
      "may create serviceaccounts/token",
    ],
    [
      {
        apiGroups: ["consul.hashicorp.com"],
        resources: ["serviceintentions"],
        verbs: ["delete"],
        resourceNames: ["all"],
      },
      "may delete serviceintentions",
    ],
  ].map(([rule, words]) =>
    blocks(
      `a role of one's own that ${words}`,
      [role(rule as Record<string, unknown>), binding("ClusterRoleBinding", "reader", group("system:authenticated"))],
      `which ${words}`,
    ),
  ),
  blocks(
    "another namespace's account, in Consul's",
    [role(READS), binding("RoleBinding", "reader", account("spy", "apps"))],
    "to ServiceAccount apps/spy",
  ),
  ...[
    ...["cluster-admin", "admin", "edit", "system:aggregate-to-admin", "system:aggregate-to-edit"],
    ...["system:kube-controller-manager", "system:node"],
  ].map((name) =>
    blocks(
      `another namespace's account with the role ${name}, in Consul's`,
      [binding("RoleBinding", name, account("spy", "apps"))],
      `gives the role ${name}, which may read all Secrets, to ServiceAccount apps/spy`,
    ),
  ),
  ...[
    ["apps", "default", "gives the role reader, which may get secrets, to ServiceAccount apps/default. Bind"],
    ["apps", "spy", "gives the role reader, which may get secrets, to ServiceAccount apps/spy. Bind"],
  ].map(([namespace, name, says]) =>
    blocks(
      `the account ${namespace}/${name} by its name as a user`,
      [role(READS), binding("RoleBinding", "reader", user(`system:serviceaccount:${namespace}:${name}`))],
      says,
    ),
  ),
  passes("accounts that were chosen, and what is no account, by names as users", [
    role(READS),
    ...[
      "system:serviceaccount:consul-system:sync",
      "my-system:serviceaccount:apps:default",
      "system:serviceaccount:apps:default:",
      "system:serviceaccount:default",
    ].map((name, i) => ({ ...binding("RoleBinding", "reader", user(name)), name: `b${i}` })),
    { ...binding("RoleBinding", "reader", group("system:serviceaccount:apps:default")), name: "group" },
  ]),
  ...[{ matchLabels: { part: "yes" } }, { matchExpressions: [{ key: "part", operator: "Exists" }] }].map((selector) =>
    blocks(
      `a role that is put together of one that reads Secrets: ${JSON.stringify(selector)}`,
      [...together([{ matchLabels: { none: "x" } }, selector]), binding("ClusterRoleBinding", "all", EVERYBODY)],
      "gives the role all, which may get secrets, to Group system:authenticated. Bind",
    ),
  ),
  passes("a role that is put together of others", [
    ...together([{ matchLabels: { part: "no" } }]),
    binding("ClusterRoleBinding", "all", EVERYBODY),
  ]),
  passes("what is labelled so, and no role for all namespaces", [
    ...together([{ matchLabels: { part: "yes" } }], "Role"),
    binding("ClusterRoleBinding", "all", EVERYBODY),
  ]),
  blocks(
    "everybody, where Consul's servers are whatever the namespace's name",
    [
      workload("consul", { kind: "StatefulSet", container: { ...consul, command: ["consul", "agent", "-server"] } }),
      binding("RoleBinding", "admin", group("system:authenticated"), "apps"),
    ],
    "gives the role admin, which may read all Secrets, to Group system:authenticated",
  ),
  blocks(
    "everybody, in the ingress' namespace, by a Role of it",
    [
      role(READS, "Role", { namespace: "traefik-system" }),
      {
        ...binding("RoleBinding", "reader", { kind: "User", name: "system:anonymous" }, "traefik-system"),
        props: {
          ...binding("RoleBinding", "reader", { kind: "User", name: "system:anonymous" }, "traefik-system").props,
          roleRef: { kind: "Role", name: "reader" },
        },
      },
    ],
    "which may get secrets, to User system:anonymous",
  ),
  blocks(
    "a rule behind another",
    [
      kube("rbac.authorization.k8s.io/v1", "ClusterRole", "reader", {
        rules: [
          { apiGroups: [""], ...READS, resourceNames: ["one"] },
          { apiGroups: ["", "apps"], ...READS },
        ],
      }),
      binding("ClusterRoleBinding", "reader", account("default", "apps")),
    ],
    "gives the role reader, which may get secrets, to ServiceAccount apps/default",
  ),
  ...[
    [READS, "get secrets"],
    [{ resources: ["pods"], verbs: ["create"] }, "create pods"],
    [{ apiGroups: ["consul.hashicorp.com"], resources: ["*"], verbs: ["*"] }, "create serviceintentions"],
  ].map(([rule, may]) =>
    blocks(
      `what adds to a role that all have: to ${String(may)}`,
      [
        role(rule as Record<string, unknown>, "ClusterRole", {
          labels: { [TO_VIEW]: may === "get secrets" ? true : "true" },
        }),
      ],
      `ClusterRole reader: is added to the role view, which everybody is given and which then may ${String(may)}. Bind`,
    ),
  ),
]);

const OURS = "rbac.authorization.k8s.io";
const GITOPS = account("argocd", "argocd");
const inApps = (roleName: string, subject: Record<string, unknown>, kind = "RoleBinding") =>
  binding(kind, roleName, subject, "apps");
const TOKENS = { resources: ["serviceaccounts/token"], verbs: ["create"] };
const byDefault = kube("apps/v1", "Deployment", "injector", {
  metadata: { namespace: "mesh" },
  spec: workload("injector", { container: { args: ["inject-connect -default-inject=true -allow-k8s-namespace=*"] } })
    .props.spec,
});
cases("secrets-not-for-everybody", [
  ...["system:authenticated", "system:serviceaccounts:apps"].map((name) =>
    blocks(
      `the role edit for ${name}, where a service of the mesh is`,
      [meshed("shop"), inApps("edit", group(name))],
      `RoleBinding b: gives the role edit, which may read all Secrets, to Group ${name}. Bind`,
    ),
  ),
  blocks(
    "tokens of its account for everybody",
    [meshed("shop"), role(TOKENS), inApps("reader", account("default", "apps"))],
    "which may create serviceaccounts/token, to ServiceAccount apps/default",
  ),
  blocks(
    "its deployment for everybody, where each pod has a sidecar that does not refuse",
    [
      workload("shop"),
      byDefault,
      role({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }),
      inApps("reader", group("system:authenticated")),
    ],
    "which may patch deployments",
  ),
  ...[
    [workload("shop")],
    [workload("shop", { annotations: { "consul.hashicorp.com/connect-inject": "false" } }), byDefault],
    [workload("shop", { annotations: { "consul.hashicorp.com/connect-inject": UNKNOWN } })],
    [kube("apps/v1", "Deployment", "shop", { ...meshed("shop").props, metadata: { namespace: "other" } })],
    [kube("apps/v1", "Deployment", "shop", { ...meshed("shop").props, metadata: { namespace: UNKNOWN } })],
  ].map((pods, i) =>
    passes(`everybody, where no pod is known to be of the mesh: ${i}`, [
      ...pods,
      inApps("edit", group("system:authenticated")),
    ]),
  ),
  passes("those who were chosen, beside services of the mesh", [
    meshed("shop"),
    inApps("edit", GITOPS),
    { ...role(READS), name: "role" },
    { ...inApps("reader", GITOPS), name: "b1" },
    { ...inApps("reader", { kind: "ServiceAccount", name: "shop" }), name: "b2" },
    { ...inApps("reader", { kind: "ServiceAccount", name: UNKNOWN }), name: "b3" },
    { ...inApps("view", group("system:authenticated")), name: "b4" },
  ]),
  passes("those who were chosen to write intentions, in Consul's namespace too", [
    role({ apiGroups: ["consul.hashicorp.com", OURS], resources: ["serviceintentions", "roles"], verbs: ["delete"] }),
    binding("RoleBinding", "reader", GITOPS),
    { ...binding("ClusterRoleBinding", "reader", account("operator", "ops")), name: "b2" },
  ]),
  passes("everybody, to look at what guards the mesh, and to write its likes", [
    kube(`${OURS}/v1`, "ClusterRole", "reader", {
      rules: [
        { apiGroups: ["consul.hashicorp.com"], resources: ["*"], verbs: ["get", "list", "watch"] },
        { apiGroups: ["consul.hashicorp.com"], resources: ["serviceintentions/status"], verbs: ["*"] },
        { apiGroups: ["example.com"], resources: ["serviceintentions", "networkpolicies"], verbs: ["*"] },
        { apiGroups: ["admissionregistration.k8s.io"], resources: ["*"], verbs: ["get"] },
        { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: ["*"] },
        { apiGroups: [OURS], resources: ["roles"], verbs: ["get"] },
      ],
    }),
    binding("ClusterRoleBinding", "reader", group("system:authenticated")),
  ]),
  passes("everybody, to read a Secret that is not Consul's, or its CA's certificate, by name", [
    role({ ...READS, resourceNames: ["regcred", "consul-ca-cert"] }),
    binding("ClusterRoleBinding", "reader", group("system:authenticated")),
  ]),
  passes("one that was chosen, to read Consul's key by its name", [
    role({ ...READS, resourceNames: ["consul-ca-key"] }),
    binding("RoleBinding", "reader", account("backup", "ops")),
  ]),
]);

/** A binding of a Role, in namespaces of which not all is known yet. */
const unplaced = (namespace: string, subject: Record<string, unknown>, roleName = "reader", roleKind = "Role") => {
  const made = binding("RoleBinding", roleName, subject, namespace);
  return { ...made, props: { ...made.props, roleRef: { kind: roleKind, name: roleName } } };
};
const LEASES = { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["*"] };
const unsure =
  "RoleBinding b: cannot be judged: its namespace, its role or whom it gives that to is not known yet; give it a plain value, not an output. Bind";
cases("secrets-not-for-everybody", [
  ...[account("shop", UNKNOWN), account(UNKNOWN, UNKNOWN), account("default", UNKNOWN)].map((subject) =>
    passes(`leases for ${JSON.stringify(subject)}, in a namespace that is not known yet`, [
      role(LEASES, "Role", { namespace: UNKNOWN }),
      unplaced(UNKNOWN, subject),
    ]),
  ),
  passes("Secrets for an account of its own, in a namespace that is not known yet", [
    role(READS, "Role", { namespace: UNKNOWN }),
    unplaced(UNKNOWN, { kind: "ServiceAccount", name: "shop" }),
  ]),
  passes("a role that is not known yet, for one that was chosen", [
    binding("ClusterRoleBinding", UNKNOWN, account("operator", "ops")),
    { ...unplaced("consul-system", account("sync", "consul-system"), UNKNOWN), name: "b2" },
  ]),
  passes("a role that is not known yet, for everybody, outside the mesh", [
    unplaced("apps", EVERYBODY, UNKNOWN, "ClusterRole"),
  ]),
  ...[UNKNOWN, "consul-system"].map((namespace) =>
    blocks(
      `Secrets for everybody, in ${namespace}`,
      [role(READS, "Role", { namespace: UNKNOWN }), unplaced(namespace, EVERYBODY)],
      "RoleBinding b: gives the role reader, which may get secrets, to Group system:authenticated. Bind",
    ),
  ),
  ...[
    [UNKNOWN, account("spy", "apps")],
    [UNKNOWN, account("spy", UNKNOWN)],
    ["consul-system", account("spy", UNKNOWN)],
    ["consul-system", account(UNKNOWN, "consul-system")],
  ].map(([namespace, subject]) =>
    blocks(
      `Secrets for ${JSON.stringify(subject)}, in ${JSON.stringify(namespace)}`,
      [role(READS, "Role"), unplaced(namespace as string, subject as Record<string, unknown>)],
      unsure,
    ),
  ),
  blocks(
    "a role of the cluster that is not known yet, for everybody",
    [binding("ClusterRoleBinding", UNKNOWN, EVERYBODY)],
    [
      "ClusterRoleBinding b: cannot be judged: string value at .roleRef.name can't be known during preview",
      `Cluster${unsure}`,
    ],
  ),
  blocks(
    "a role that is not known yet, for everybody",
    [binding("RoleBinding", "a", EVERYBODY), unplaced("consul-system", EVERYBODY, UNKNOWN)],
    unsure,
  ),
]);

/** A chart that is not there: only its values are judged here. */
const values = (tree: Record<string, unknown>) => release(tree, { chart: "./missing" });
cases("no-secret-in-helm-values", [
  passes("names of Secrets, and where a secret is found", [
    values({
      auth: { existingSecret: "pg", secretKeys: { userPasswordKey: "password" } },
      tls: { existing_secret: "t", tlsSecret: "t", caSecret: "c", certificateSecret: "d" },
      image: { pullSecret: "regcred", pullSecrets: ["regcred"] },
      password: "${DB_PASSWORD}",
      database: {
        password: "$__file{/etc/secrets/db}",
        dsn: "postgres://app:$(DB_PASSWORD)@db/app",
        url: "postgres://app@db/app",
      },
      token: "vault:secret/data/app#token",
      secret: "ref+awssecrets://app",
      api_key: "{{\n .Values.key }}",
      apiKey: "${app.key}",
      access_key: "$(app.key)",
      passphrase: "$__vault{}",
      encrypt: "  ",
      passwordPolicy: "strict",
      passwordLength: 12,
      automountServiceAccountToken: true,
      args: ["--verbose", "postgres://app@db/app"],
      postgresSecret: "a",
      "postgresql-secret": "a",
      db_secret: "a",
      credentialSecret: "a",
      credentialsSecret: "a",
      site: "https://shop.example:8443/@home",
      env: [
        { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
        { name: "LOG", value: "debug" },
      ],
    }),
  ]),
  ...[
    ...["password", "passwd", "passphrase", "token", "secret", "apiKey", "api_key", "accesskey", "access_key"],
    ...["privateKey", "private_key", "credential", "credentials", "encrypt", "initial_management", "TOKEN"],
    ...["tlsSecretPassword"],
  ].map((key) => blocks(key, [values({ [key]: "hunter2" })], `values.${key} holds a secret`)),
  ...["pre${X}", "${X}post", "$(X)y", "y$(X)", "{{ x }}y", "vault:", "file", "x$__env{X}", "$__file{X}y"].map((text) =>
    blocks(`a password ${text}`, [values({ password: text })], "values.password holds a secret"),
  ),
  ...[
    "-----BEGIN PRIVATE KEY-----\nMHc",
    "-----BEGIN EC PRIVATE KEY-----\nMHc",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln-_",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
    "export DSN=postgres://app:hunter2@db/app",
    '{"nested": {"password": "hunter2"}}',
  ].map((text) => blocks(text, [values({ list: [{ x: text }] })], "values.list[0].x")),
  ...[
    [{ clientSecret: "hunter2" }, "values.clientSecret"],
    [{ secret: "hunter2" }, "values.secret"],
    [{ auth: { password: "hunter2" } }, "values.auth.password"],
    [{ password: "${X:-hunter2}" }, "values.password"],
    [{ env: [{ name: "DB_PASSWORD", value: "hunter2" }] }, "values.env[0].value"],
    [{ env: { API_TOKEN: "hunter2" } }, "values.env.API_TOKEN"],
    [{ dsn: "postgres://app:hunter2@db/app" }, "values.dsn"],
    [{ redis: "redis://:hunter2@cache:6379" }, "values.redis"],
    [{ password: 12345678 }, "values.password"],
    [{ env: [{ name: "PIN_SECRET", value: 4711 }] }, "values.env[0].value"],
    [{ config: "password: 12345678" }, "values.config.password"],
    [{ apiKey: ["hunter2"] }, "values.apiKey[0]"],
    [{ args: ["--dsn", "postgres://app:hunter2@db/app"] }, "values.args[1]"],
  ].map(([tree, path]) =>
    blocks(JSON.stringify(tree), [values(tree as Record<string, unknown>)], `${path} holds a secret`),
  ),
]);

const image = (reference: string) => workload("a", { container: { image: reference } });
const DIGEST = "0123456789abcdef".repeat(4);
cases("images-pinned", [
  passes(
    "how other people name what does not move",
    [
      "main-3f2a9bc",
      "build-1234",
      "b1234",
      "release-2024-06-01",
      "bookworm-20240513",
      "RELEASE.2024-06-13T22-53-53Z",
      "v1.2.3-4-g3f2a9bc",
      "1.2.3-next.4",
      "main-1234",
      "3f2a9bc0d1e2",
      "2024.6.1",
      "v20240601-3f2a9bc",
      "nightly-2024-06-01",
      "16.3-bookworm",
      "main-g3f2a9bc",
      "2024-06-01",
      "bookworm-20241031",
      "pr-build-7-alpine",
      "1.2.3-next4",
      "1.2.3-mainline",
    ].map((tag) => image(`x/y:${tag}`)),
  ),
  passes("digests", [
    image(`a@sha256:${DIGEST}`),
    image(`a:1.2@sha512:${DIGEST.repeat(2)}`),
    image(`a@sha384:${DIGEST}${DIGEST.slice(32)}`),
    image(`r.example:5000/a:latest@sha256:${DIGEST}`),
  ]),
  ...[
    "a:20240101",
    "a:2024",
    "a:deadbeef",
    "a:1234567",
    "a:main",
    "a:1.2-SNAPSHOT",
    "a:3.0-latest",
    "a:stable-alpine",
    "a:v3",
    "a:release-2",
    "a@latest",
    "a@sha256:zz",
    `a@sha256:${DIGEST.slice(1)}`,
    `a@sha1:${DIGEST.slice(24)}`,
    "a:1.2.3@sha256:",
    `a@x-sha256:${DIGEST}`,
    `a@sha256:${DIGEST}0`,
    "a:alpine3.19",
    "a:1.2x",
    "a:1.20.x",
    "a:1.2-edge-alpine",
    "a:pr3f2a9bc",
    "a:3f2a9bcxyz",
    "a:",
    "",
  ].map((reference) => blocks(reference || "nothing", [image(reference)], `image ${reference} is not pinned`)),
  ...(["Pod", "CronJob", "Job", "DaemonSet"] as const).map((kind) => {
    const pod = { spec: { containers: [], volumes: [{ name: "v", image: { reference: "busybox" } }] } };
    const nested = {
      Pod: pod.spec,
      CronJob: { jobTemplate: { spec: { template: pod } } },
      Job: { template: pod },
      DaemonSet: { template: pod },
    };
    return blocks(
      `a volume of a ${kind}`,
      [kube("v1", kind, "a", { spec: nested[kind] })],
      "image busybox, a volume, is not pinned",
    );
  }),
  blocks(
    "a workload of another kind",
    [
      kube("serving.knative.dev/v1", "Service", "a", {
        spec: { template: { spec: { containers: [{ image: "a" }] } } },
      }),
    ],
    "image a is not pinned",
  ),
]);
