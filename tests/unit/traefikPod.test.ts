import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  ConsulMeshArgs,
  TraefikConsulIngress,
  TraefikConsulIngressArgs,
  TraefikOptions,
} from "../../components";
import { traefikProblems } from "../../components";
import { find, record } from "../recorder";

type Given = Omit<TraefikConsulIngressArgs, "mesh">;

async function made(given: Given = {}, mesh: ConsulMeshArgs = {}) {
  const recorded = await record(
    () => new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul", mesh), ...given }),
  );
  const { metadata, spec } = find(recorded, "traefik-deployment").props.spec.template;
  return { recorded, metadata, spec, env: spec.containers[0].env, account: find(recorded, "traefik-service-account") };
}

const told = (options: TraefikOptions) =>
  traefikProblems(options, "x.").map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

test("a part of a PodSpec is put on top of the pod, and changes nothing else of it", async () => {
  const { spec: before } = await made({ spreadOver: ["kubernetes.io/hostname"] });
  const podSpec = {
    affinity: { podAntiAffinity: {} },
    imagePullSecrets: [{ name: "registry" }],
    nodeSelector: { pool: "edge" },
    priorityClassName: "system-cluster-critical",
    terminationGracePeriodSeconds: 60,
    tolerations: [{ key: "edge", operator: "Exists" }],
  };
  const { spec } = await made({ spreadOver: ["kubernetes.io/hostname"], podSpec });
  expect(spec).toEqual({ ...before, ...podSpec });
});

test("labels and annotations are added, and those that there were stay", async () => {
  const { metadata: before } = await made();
  const podAnnotations = { "example.com/team": "edge", "prometheus.io/scrape": "false" };
  const { metadata } = await made({ podLabels: { "azure.workload.identity/use": "true" }, podAnnotations });
  expect(metadata.labels).toEqual({ ...before.labels, "azure.workload.identity/use": "true" });
  expect(metadata.annotations).toEqual({ ...before.annotations, ...podAnnotations });
});

test("variables are Traefik's own beside those of the component, and nobody else's", async () => {
  const { env: before } = await made({}, { acls: true });
  const secretKeyRef = { name: "proxy", key: "url" };
  const env = { HTTPS_PROXY: { secretKeyRef }, NO_PROXY: ".svc,10.0.0.0/8" };
  const { env: its, spec } = await made({ env, consulApiProxy: true }, { acls: true });
  expect(its).toEqual([
    ...before,
    { name: "HTTPS_PROXY", valueFrom: { secretKeyRef } },
    { name: "NO_PROXY", value: ".svc,10.0.0.0/8" },
  ]);
  expect(JSON.stringify(spec.initContainers)).not.toContain("_PROXY");
});

test("a cloud knows Traefik by its account, whose pods start anew where that is known by something else", async () => {
  const arn = "arn:aws:iam::111122223333:role/dns";
  const key = "eks.amazonaws.com/role-arn";
  const of = (role: pulumi.Input<string>) => made({ serviceAccountAnnotations: { [key]: role } });
  const [none, plain, other, later] = [
    await made(),
    await of(arn),
    await of(`${arn}s`),
    await of(pulumi.output(Promise.resolve(arn))),
  ];
  expect(none.account.props.metadata).toEqual({
    name: "traefik-system-ingress",
    namespace: "traefik-consul",
    labels: none.account.props.metadata.labels,
    annotations: none.account.props.metadata.annotations,
  });
  for (const each of [plain, later]) {
    expect(each.account.props.metadata.annotations).toEqual({ ...none.account.props.metadata.annotations, [key]: arn });
  }
  const sum = ({ metadata }: typeof plain) => metadata.annotations["consul-traefik-mesh/service-account-sha256"];
  expect(sum(plain)).toMatch(/^[0-9a-f]{64}$/);
  expect([sum(later) === sum(plain), sum(other) === sum(plain)]).toEqual([true, false]);
  expect(none.metadata.annotations).not.toHaveProperty("consul-traefik-mesh/service-account-sha256");
});

test("what another resource makes of variables arrives when it is known", async () => {
  const { env } = await made({ env: { AWS_REGION: pulumi.output(Promise.resolve("eu-central-1")) } });
  expect(env).toContainEqual({ name: "AWS_REGION", value: "eu-central-1" });
});

const CONSUL = "decides how Traefik asks Consul, which the component sets; leave it out";
const TRACING = "is what the mesh's tracing sets; leave it out";
const PROXY =
  "leads what Traefik asks Consul and services to the proxy too; set NO_PROXY as well, to .svc and the networks of pods and Services";
const JOINS =
  "decides how the pod joins the mesh or is found by its Service, which the component sets; use another key";
const IDENTITY = "decides who the pods are to Consul, which the component sets; leave it out";
const APPLIED = "decides how Pulumi applies the ServiceAccount, which the component sets; leave it out";
test.each<[what: string, wrong: TraefikOptions, problems: string[], right: TraefikOptions]>([
  [
    "variables of Consul's client",
    { env: { CONSUL_HTTP_SSL_VERIFY: "false", CONSUL_: "a" } },
    [`env.CONSUL_HTTP_SSL_VERIFY: ${CONSUL}`, `env.CONSUL_: ${CONSUL}`],
    { env: { CONSUL: "a", MY_CONSUL_ADDR: "b" } },
  ],
  [
    "a variable for an option",
    { env: { TRAEFIK_LOG_LEVEL: "DEBUG" } },
    [
      "env.TRAEFIK_LOG_LEVEL: is not read by a Traefik that has arguments; use traefikStaticOptions (of a TraefikConsulIngress: staticOptions)",
    ],
    { env: { MY_TRAEFIK_: "a" } },
  ],
  [
    "a variable with a key of an account",
    { env: { ACME_EAB_LE: "a" } },
    ["env.ACME_EAB_LE: is what eab of a certificate resolver says; use that"],
    { env: { MY_ACME_EAB_LE: "a" } },
  ],
  [
    "a variable of Go's runtime",
    { env: { GOMEMLIMIT: "1GiB" } },
    ["env.GOMEMLIMIT: follows from limits.memory of traefikResources (of a TraefikConsulIngress: resources); set that"],
    { env: { GOMEMLIMITS: "1", A_GOMEMLIMIT: "1", GOGC: "50" } },
  ],
  [
    "variables of tracing",
    { env: { POD_NAME: "a", OTEL_RESOURCE_ATTRIBUTES: "a=b" } },
    [`env.POD_NAME: ${TRACING}`, `env.OTEL_RESOURCE_ATTRIBUTES: ${TRACING}`],
    { env: { POD_NAMES: "a", A_POD_NAME: "a", OTEL_RESOURCE_ATTRIBUTES_: "a" } },
  ],
  [
    "a proxy that all requests go to",
    { env: { HTTPS_PROXY: "http://proxy.example.com:3128", http_proxy: "http://proxy.example.com:3128" } },
    [`env.HTTPS_PROXY: ${PROXY}`, `env.http_proxy: ${PROXY}`],
    { env: { HTTPS_PROXY: "http://proxy.example.com:3128", HTTP_PROXY: "a", no_proxy: ".svc" } },
  ],
  [
    "a proxy beside what only looks like its exceptions",
    { env: { HTTP_PROXY: "a", MY_NO_PROXY: "b", NO_PROXY_: "c" } },
    [`env.HTTP_PROXY: ${PROXY}`],
    { env: { MY_HTTP_PROXY: "a", HTTP_PROXY_: "b" } },
  ],
  [
    "a variable without a name",
    { env: { "A=B": "c" } },
    ['env: "A=B" is not a valid name for an environment variable; use letters, digits and "_", as in LOG_LEVEL'],
    { env: { A: "b=c" } },
  ],
  [
    "a variable of two sources",
    { env: { A: { secretKeyRef: { name: "B", key: "c" } } } },
    [
      'env.A.secretKeyRef.name: "B" is not a valid name for an object; use a-z, 0-9, "-" and ".", beginning and ending with a letter or a digit',
    ],
    { env: { A: { secretKeyRef: { name: "b", key: "c" } } } },
  ],
  [
    "labels by which pods are found",
    { podLabels: { app: "a", ingress: "b", "consul.hashicorp.com/connect-inject": "true" } },
    [
      `podLabels["app"]: ${JOINS}`,
      `podLabels["consul.hashicorp.com/connect-inject"]: ${JOINS}`,
      `podLabels["ingress"]: is how Traefik's Service finds its pods, which the component sets; use another key`,
    ],
    { podLabels: { "example.com/ingress": "a", "app.kubernetes.io/part-of": "b" } },
  ],
  [
    "annotations of Consul and of the component",
    {
      podAnnotations: {
        "consul.hashicorp.com/connect-inject": "true",
        "consul.hashicorp.com/sidecar-proxy-cpu-limit": "1",
        "consul-traefik-mesh/ca-sha256": "a",
      },
    },
    [
      `podAnnotations["consul.hashicorp.com/connect-inject"]: ${JOINS}`,
      `podAnnotations["consul.hashicorp.com/sidecar-proxy-cpu-limit"]: ${JOINS}`,
      `podAnnotations["consul-traefik-mesh/ca-sha256"]: ${JOINS}`,
    ],
    { podAnnotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "true" } },
  ],
  [
    "annotations of the account that change who Traefik is",
    {
      serviceAccountAnnotations: {
        "consul.hashicorp.com/service-name": "bank",
        "a.consul.hashicorp.com/b": "c",
        "pulumi.com/skipAwait": "true",
        "a/b/c": "d",
      },
    },
    [
      `serviceAccountAnnotations["consul.hashicorp.com/service-name"]: ${IDENTITY}`,
      `serviceAccountAnnotations["a.consul.hashicorp.com/b"]: ${IDENTITY}`,
      `serviceAccountAnnotations["pulumi.com/skipAwait"]: ${APPLIED}`,
      'serviceAccountAnnotations["a/b/c"]: "a/b/c" is not a metadata key; use one such as team or example.com/team',
    ],
    {
      serviceAccountAnnotations: {
        "iam.gke.io/gcp-service-account": "dns@example.iam.gserviceaccount.com",
        "azure.workload.identity/client-id": "a",
        "notpulumi.com/a": "b",
        "consul.hashicorp.com.example/a": "b",
      },
    },
  ],
  [
    "what is not Traefik's pod's to say",
    { podSpec: { hostNetwork: true, tolerations: [{ operator: "Equal" }] } },
    ["podSpec.hostNetwork: is what the component decides of Traefik's pod; leave it out"],
    { podSpec: { tolerations: [{ operator: "Exists" }] } },
  ],
  [
    "a placement that Kubernetes does not take",
    {
      podSpec: {
        nodeSelector: { pool: "a b" },
        priorityClassName: "High",
        tolerations: [{ operator: "Equal" }],
      },
    },
    [
      'podSpec.nodeSelector["pool"]: "a b" is not a label value; use up to 63 of a-z, A-Z, 0-9, "-", "_" and ".", beginning and ending with a letter or a digit',
      'podSpec.priorityClassName: "High" is not a valid name for an object; use a-z, 0-9, "-" and ".", beginning and ending with a letter or a digit',
      "podSpec.tolerations[0]: has no key; give one, or the operator Exists for every taint",
    ],
    { podSpec: { nodeSelector: { pool: "a" }, priorityClassName: "high", tolerations: [{ key: "a" }] } },
  ],
  [
    "a Secret without a name",
    { imagePullSecrets: ["a", "B"], podSpec: { imagePullSecrets: [{ name: "c" }, { name: "D" }] } },
    [
      'imagePullSecrets[1]: "B" is not a valid name for an object; use a-z, 0-9, "-" and ".", beginning and ending with a letter or a digit',
      'podSpec.imagePullSecrets[1]: "D" is not a valid name for an object; use a-z, 0-9, "-" and ".", beginning and ending with a letter or a digit',
    ],
    { imagePullSecrets: ["a", "b.c"], podSpec: { imagePullSecrets: [{ name: "c" }] } },
  ],
  [
    "less time to end than the drain takes",
    { drainSeconds: 20, podSpec: { terminationGracePeriodSeconds: 34 } },
    ["podSpec.terminationGracePeriodSeconds: 34 is out of range; use a whole number from 35 to 604800"],
    { drainSeconds: 20, podSpec: { terminationGracePeriodSeconds: 35 } },
  ],
])("refused: %s", (_, wrong, problems, right) => {
  expect(told(wrong)).toEqual(problems.map((each) => `x.${each}`));
  expect(told(right)).toEqual([]);
});

test("a variable that looks like a secret is told of", async () => {
  const warned = async (given: Given) => {
    const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(() => Promise.resolve());
    await made(given);
    const said = warn.mock.calls.map(([message]) => message);
    warn.mockRestore();
    return said;
  };
  expect(await warned({ env: { AWS_SECRET_ACCESS_KEY: "abc" } })).toEqual([
    expect.stringMatching(/TraefikConsulIngress "traefik"[^]*env\.AWS_SECRET_ACCESS_KEY: looks like a secret/),
  ]);
  expect(await warned({ env: { AWS_REGION: "eu-central-1" } })).toEqual([]);
});
