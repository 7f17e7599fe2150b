import { randomUUID } from "node:crypto";
import { workspace, Workspace } from "../workspace";
import { answers, apply, kubectl, story } from "../e2e/cluster";
import { ownCa, signedBy } from "../e2e/ownCa";
import { judged } from "../e2e/pack";

/** Consul servers that somebody else runs: here a server in a pod that the stack knows nothing of but its name. */
const step = story();
const HOST = "consul.elsewhere.svc";
const token = randomUUID();
const ca = ownCa();
const allow = { source: "traefik-system-ingress", destination: "whoami" };
let its: Workspace;

beforeAll(async () => {
  await apply([
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "elsewhere" } },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "consul-system" } },
    secret("consul-system", "servers-ca", { "ca.crt": ca.certificate }),
    secret("consul-system", "servers-token", { token }),
    ...server(),
  ]);
  await kubectl("wait", "--for=condition=Ready", "pod/consul", "-n", "elsewhere", "--timeout=60s");
  its = judged(
    await workspace(
      "local",
      {
        consulCreateNamespace: false,
        consulCa: { certificate: { secretName: "servers-ca", secretKey: "ca.crt" } },
        consulAcls: true,
        consulBootstrapTokenSecret: { secretName: "servers-token", secretKey: "token" },
        consulExternalServers: { hosts: [HOST], kubernetesApi: "https://kubernetes.default.svc" },
        intentions: [],
      },
      "local",
    ),
  );
});

afterAll(async () => {
  await its?.stack.destroy();
  await its?.remove();
  await kubectl("delete", "namespace", "elsewhere", "consul-system", "--ignore-not-found");
});

step("the story runs on servers of somebody else's: denied, then allowed", async () => {
  await its.stack.up();
  expect(await kubectl("get", "statefulsets", "-A", "-o", "name")).toBe("");
  await answers(403, "whoami.localhost");
  its.configure({ intentions: [allow] });
  await its.stack.up();
  await answers(200, "whoami.localhost");
});

step("a root of theirs is rotated by the same word", async () => {
  const before = await rootOf();
  its.configure({ rotations: { connectCa: "a" } });
  await its.stack.up();
  expect(await rootOf()).not.toBe(before);
  await answers(200, "whoami.localhost");
});

step("destroy leaves their servers as they were, without what was the stack's", async () => {
  await its.stack.destroy();
  expect(await ask("config/service-intentions")).toEqual([]);
  expect(await ask("status/leader")).not.toBe("");
});

async function rootOf(): Promise<string> {
  return (await ask("connect/ca/roots")).ActiveRootID;
}

async function ask(path: string): Promise<any> {
  const url = `https://127.0.0.1:8501/v1/${path}`;
  const command = ["curl", "-sfk", "-H", `X-Consul-Token: ${token}`, url];
  return JSON.parse(await kubectl("exec", "-n", "elsewhere", "consul", "--", ...command));
}

function secret(namespace: string, name: string, stringData: Record<string, string>) {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData };
}

function server(): object[] {
  const { certificate, key } = signedBy(ca, [HOST, "server.dc1.consul", "localhost"]);
  const config = {
    server: true,
    bootstrap_expect: 1,
    data_dir: "/tmp/consul",
    client_addr: "0.0.0.0",
    ports: { http: -1, https: 8501, grpc: -1, grpc_tls: 8502 },
    connect: { enabled: true },
    acl: { enabled: true, default_policy: "deny", tokens: { initial_management: token, agent: token } },
    tls: {
      defaults: { ca_file: "/config/ca.crt", cert_file: "/config/tls.crt", key_file: "/config/tls.key" },
      grpc: { verify_incoming: false },
    },
    performance: { raft_multiplier: 1 },
  };
  const files = {
    "server.json": JSON.stringify(config),
    "ca.crt": ca.certificate,
    "tls.crt": certificate,
    "tls.key": key,
  };
  const ports = [8501, 8502].map((port) => ({ name: `p${port}`, port, targetPort: port }));
  return [
    secret("elsewhere", "config", files),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "consul", namespace: "elsewhere" },
      spec: { clusterIP: "None", publishNotReadyAddresses: true, selector: { app: "elsewhere" }, ports },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "consul", namespace: "elsewhere", labels: { app: "elsewhere" } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: "consul",
            image: "localhost/consul:1.20.1",
            imagePullPolicy: "Never",
            command: ["consul", "agent", "-config-file=/config/server.json"],
            readinessProbe: {
              exec: { command: ["sh", "-c", "curl -sfk https://127.0.0.1:8501/v1/status/leader | grep -q :"] },
              periodSeconds: 1,
            },
            volumeMounts: [{ name: "config", mountPath: "/config" }],
          },
        ],
        volumes: [{ name: "config", secret: { secretName: "config" } }],
      },
    },
  ];
}
