import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, workload } from "./resources";

useAnalyzer();
const config = (data: Record<string, unknown>) => kube("v1", "ConfigMap", "c", { data });
const consul = { image: "hashicorp/consul:1.22.7" };
const mounts = (secretName: string) => ({ volumes: [{ name: "v", secret: { secretName } }] });
const command = (...args: string[]) =>
  workload("a", { container: { image: "bitnami/kubectl:1.30.1", command: ["sh", "-c"], args } });
const variable = (name: string, value: unknown) => workload("a", { container: { env: [{ name, value }] } });
/** A pod with the CA's key as the volume `v`, of a container of Consul's and another. */
const beside = (consuls: string[], others: string[]) =>
  workload("a", {
    pod: {
      ...mounts("consul-ca-key"),
      containers: [
        { name: "c", ...consul, volumeMounts: consuls.map((name) => ({ name, mountPath: `/${name}` })) },
        { name: "d", image: "a:1.2.3", volumeMounts: others.map((name) => ({ name, mountPath: `/${name}` })) },
      ],
    },
  });
/** A Secret with one annotation. */
const annotated = (name: string, key: string, value: unknown, kind = "Secret") =>
  kube("v1", kind, name, { metadata: { annotations: { [key]: value } } });
const REPLICATE = "replicator.v1.mittwald.de/replicate-from";
const REFLECT = "reflector.v1.k8s.emberstack.com/reflection-auto-enabled";
cases("consul-secrets-unread", [
  blocks(
    "a copy by a controller",
    [annotated("copy", REPLICATE, "consul/consul-ca-key")],
    `Secret copy: the annotation ${REPLICATE} copies the Secret consul/consul-ca-key. Log in`,
  ),
  blocks(
    "copies into other namespaces",
    [annotated("consul-ca-key", REFLECT, "true")],
    `Secret consul-ca-key: the annotation ${REFLECT} copies the Secret consul-ca-key. Log in`,
  ),
  passes("copies of other Secrets, of none, and what copies nothing", [
    ...[
      annotated("copy", REPLICATE, "consul/consul-ca-cert"),
      annotated("a", REFLECT, "true"),
      annotated("consul-ca-key", REFLECT, "false"),
      annotated("b", REPLICATE, UNKNOWN),
      annotated("consul-gossip-key", "kubectl.kubernetes.io/last-applied-configuration", "consul-gossip-key"),
      annotated("c", REPLICATE, "consul/consul-ca-key", "ConfigMap"),
      kube("v1", "Secret", "d", { metadata: { annotations: UNKNOWN } }),
    ].map((each, i) => ({ ...each, name: `s${i}` })),
  ]),
]);

const UUID = "11111111-2222-3333-4444-555555555555";
cases("consul-secrets-unread", [
  passes("Consul's own programs, and what others need", [
    workload("job", {
      container: {
        ...consul,
        env: [
          {
            name: "CONSUL_HTTP_TOKEN",
            valueFrom: { secretKeyRef: { name: "consul-bootstrap-acl-token", key: "token" } },
          },
        ],
      },
      pod: mounts("consul-ca-key"),
    }),
    workload("a", {
      pod: mounts("consul-ca-cert"),
      container: {
        env: [
          { name: "CONSUL_HTTP_TOKEN_FILE", value: "/token" },
          { name: "CONSUL_CACERT", value: "/ca" },
        ],
      },
    }),
    variable("TOKEN", UNKNOWN),
    variable("CONSUL_HTTP_TOKEN", "$(FROM_VAULT)"),
    variable("NO_CONSUL_TOKEN", "yes"),
    variable(UNKNOWN, "a"),
    workload("c", { container: { args: UNKNOWN, image: UNKNOWN, env: UNKNOWN, envFrom: UNKNOWN } }),
    workload("d", { container: { ...consul, args: ["members", "-token="] } }),
    workload("e", { container: { ...consul, args: ["members", "-token", "$(cat /token)"] } }),
    config({ a: UNKNOWN, "example.hcl": "token = 11111111-2222-3333-4444-5..." }),
    kube("v1", "ConfigMap", "d", { data: UNKNOWN }),
    workload("b", { container: { args: ["--token=abc"] }, pod: { volumes: UNKNOWN } }),
    config({ "application.properties": `tenant.token=${UUID}\nmyconsul.token=${UUID}` }),
    config({ "readme.md": "the token of Consul is in a Secret; token: see there" }),
  ]),
  ...[
    "consul:1.22",
    "hashicorp/consul",
    "hashicorp/consul-enterprise:1.22.7-ent",
    "hashicorp/consul-dataplane:1.9.11",
    "hashicorp/consul-k8s:0.25.0",
    "hashicorp/consul-k8s-control-plane@sha256:0",
  ].map((image) =>
    passes(`a program of Consul's own, ${image}`, [
      workload("a", {
        container: { image, volumeMounts: [{ name: "v" }] },
        pod: mounts("consul-ca-key"),
      }),
    ]),
  ),
  ...["my-consul:1.22", "consul-exporter:0.13", "consul/exporter:0.13", UNKNOWN].map((image) =>
    blocks(
      `a program that is not Consul's own, ${image}`,
      [workload("a", { container: { image }, pod: mounts("consul-ca-key") })],
      "mounts the Secret consul-ca-key",
    ),
  ),
  ...[
    "consul-ca-key",
    "consul-bootstrap-acl-token",
    "my-consul-acl-token",
    "consul-server-cert",
    "consul-gossip-encryption-key",
    "consul-dc1-gossip-key",
    "consul-federation",
    "consul-k8s-auth-method-secret",
  ].flatMap((name) => [
    blocks(`${name} as a volume`, [workload("a", { pod: mounts(name) })], `mounts the Secret ${name}`),
    blocks(
      `${name} as a variable`,
      [workload("a", { container: { env: [{ name: "X", valueFrom: { secretKeyRef: { name, key: "k" } } }] } })],
      `reads the Secret ${name}`,
    ),
  ]),
  blocks(
    "among others, as a volume",
    [
      workload("a", {
        pod: {
          volumes: [
            {
              name: "v",
              projected: { sources: [{ configMap: { name: "x" } }, { secret: { name: "consul-ca-key" } }] },
            },
          ],
        },
      }),
    ],
    "mounts the Secret consul-ca-key",
  ),
  blocks(
    "as all variables",
    [workload("a", { container: { envFrom: [{ secretRef: { name: "consul-bootstrap-acl-token" } }] } })],
    "reads the Secret consul-bootstrap-acl-token",
  ),
  passes("mounted by Consul's alone", [beside(["v"], ["other"])]),
  ...[
    [[], ["v"]],
    [["v"], ["other", "v"]],
    // Somebody mounts it later, by a patch.
    [[], []],
    [["other"], ["other"]],
  ].map(([consuls, others]) =>
    blocks(
      `beside Consul's container, which mounts ${consuls}, one that mounts ${others}`,
      [beside(consuls, others)],
      "mounts the Secret consul-ca-key",
    ),
  ),
  blocks(
    "by a command",
    [command("kubectl get secret -n consul-system consul-ca-key -o yaml")],
    "asks for consul-ca-key",
  ),
  blocks("by a variable that a command reads", [variable("SECRET", "consul-ca-key")], "asks for consul-ca-key"),
  blocks(
    "by a command beside a variable",
    [
      workload("a", {
        container: { args: ["get", "secret", "consul-ca-key"], env: [{ name: "FORMAT", value: "yaml" }] },
      }),
    ],
    "asks for consul-ca-key",
  ),
  blocks(
    "by the API's address",
    [command("curl https://kubernetes/api/v1/namespaces/consul/secrets/consul-bootstrap-acl-token")],
    "asks for consul-bootstrap-acl-token",
  ),
  blocks(
    "by an init container",
    [
      workload("a", {
        pod: {
          initContainers: [{ name: "i", image: "a:1.2.3", command: ["kubectl", "get", "secret", "consul-ca-key"] }],
        },
      }),
    ],
    "container i asks for consul-ca-key",
  ),
  ...[
    ["CONSUL_HTTP_TOKEN", "s3cr3t"],
    ["CONSUL_TOKEN", "s3cr3t"],
    ["CONSUL_REPLICATION_TOKEN", "s3cr3t"],
    ["DP_CREDENTIAL_STATIC_TOKEN", "s3cr3t"],
    ["TRAEFIK_PROVIDERS_CONSULCATALOG_ENDPOINT_TOKEN", "s3cr3t"],
    ["TRAEFIK_PROVIDERS_CONSULCATALOG_ENDPOINT_HTTPAUTH_PASSWORD", "s3cr3t"],
    ["traefik_providers_consulcatalog_endpoint_token", "s3cr3t"],
    ["CONSUL_HTTP_TOKEN", "s3cr3t$(REST)"],
    ["CONSUL_HTTP_TOKEN", "$(FIRST)s3cr3t"],
    ["CONSUL_LOCAL_CONFIG", `{"acl": {"tokens": {"initial_management": "${UUID}"}}}`],
  ].map(([name, value]) =>
    blocks(`${name}=${value}`, [variable(name, value)], `is given a token of Consul's by ${name}, in plain text`),
  ),
  blocks(
    "a token that is not known yet",
    [variable("CONSUL_HTTP_TOKEN", UNKNOWN)],
    "by CONSUL_HTTP_TOKEN, in plain text",
  ),
  ...[
    ["traefik:v3.7.9", ["--providers.consulcatalog.endpoint.token=s3cr3t"]],
    ["a:1.2.3", ["consul", "members", "-token=s3cr3t"]],
    ["a:1.2.3", ["sh", "-c", 'consul members -token "s3cr3t"']],
    ["a:1.2.3", ["sh", "-c", "consul members '-token=s3cr3t'"]],
    ["a:1.2.3", ["consul", "members", "--token", "s3cr3t"]],
    ["hashicorp/consul:1.22.7", ["members", "-token=s3cr3t"]],
    ["hashicorp/consul-dataplane:1.9.0", ["-credential-static-token=s3cr3t"]],
    ["hashicorp/consul:1.22.7", ["agent", `-hcl=acl { tokens { agent = "${UUID}" } }`]],
  ].map(([image, args]) =>
    blocks(
      `${image} ${args}`,
      [workload("a", { container: { image, args } })],
      "is given a token of Consul's in its command",
    ),
  ),
  ...[
    `acl { tokens { initial_management = "${UUID}" } }`,
    `acl { tokens { agent = "${UUID}" } }`,
    `acl { tokens { dns = "" agent_recovery="${UUID}" } }`,
    `{"acl":{"tokens":{"replication":"${UUID}"}}}`,
    `{"acl": {"tokens": {"config_file_service_registration" : "${UUID}"}}}`,
    `acl = { tokens = { default = "${UUID}" } }`,
    `{"initial_management":"${UUID}"}`,
    `token: ${UUID}`,
    `a = b.c token=${UUID}`,
    `spring.cloud.consul.token=${UUID}`,
    `consul.acl-1.token=${UUID}`,
    `export CONSUL_HTTP_TOKEN='${UUID}'`,
  ].map((text) => blocks(text, [config({ "acl.hcl": text })], "data.acl.hcl has a token of Consul's in it")),
]);
