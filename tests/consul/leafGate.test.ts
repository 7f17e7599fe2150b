import { ChildProcess, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import { withLeafGate } from "../../components/chart/leafGate";
import { Agent } from "./agent";
import { killed, onFreePorts, run } from "./processes";

const MANAGEMENT = "00000000-1111-2222-3333-444444444444";
const LEAF = "/v1/agent/connect/ca/leaf/";
const INGRESS = "traefik-system-ingress";

let agent: Agent;
let envoy: ChildProcess;
let folder: string;
/** Consul's own HTTPS, and the gate's. */
let behind: number;
let gate: number;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "leaf-gate-"));
  execFileSync("consul", ["tls", "ca", "create"], { cwd: folder });
  execFileSync("consul", ["tls", "cert", "create", "-server"], { cwd: folder });
  const file = (name: string) => path.join(folder, name);
  fs.copyFileSync(file("consul-agent-ca.pem"), file("ca.crt"));
  fs.copyFileSync(file("dc1-server-consul-0.pem"), file("tls.crt"));
  fs.copyFileSync(file("dc1-server-consul-0-key.pem"), file("tls.key"));
  agent = await onFreePorts(1, ([port]) => {
    behind = port;
    return Agent.start(
      "-hcl",
      `ports { https = ${behind} }
       acl { enabled = true default_policy = "deny" tokens { initial_management = "${MANAGEMENT}" } }
       tls { defaults { ca_file = "${file("ca.crt")}" cert_file = "${file("tls.crt")}" key_file = "${file("tls.key")}" } }`,
    );
  });
  await poll("the management token", async () => (await direct("/v1/acl/tokens", MANAGEMENT)).status === 200);
  for (const service of [INGRESS, "whoami"]) {
    const { body } = await ask(behind, "/v1/acl/token", MANAGEMENT, "PUT", {
      ServiceIdentities: [{ ServiceName: service }],
    });
    tokens[service] = JSON.parse(body).SecretID;
  }
  const reader = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" } operator = "read"';
  await ask(behind, "/v1/acl/policy", MANAGEMENT, "PUT", { Name: "reader", Rules: reader });
  const { body } = await ask(behind, "/v1/acl/token", MANAGEMENT, "PUT", { Policies: [{ Name: "reader" }] });
  tokens.reader = JSON.parse(body).SecretID;

  envoy = await onFreePorts(1, ([port]) => {
    gate = port;
    const [command, ...args] = gateCommand().map((text) =>
      text
        .replaceAll("/consul/tls/ca/tls.crt", file("ca.crt"))
        .replaceAll("/consul/tls/server", folder)
        .replaceAll('"port_value":8499', `"port_value":${behind}`)
        .replaceAll('"port_value":8501', `"port_value":${gate}`),
    );
    const serves = async () => (await through("/v1/status/leader")).status === 200;
    return run(command, [...args, "--log-level", "warning"], serves);
  });
  // Now that the server has them, it hands them out to whoever asks it itself.
  for (const service of [INGRESS, "whoami"]) {
    await poll(`a leaf of ${service}`, async () => hasKey(await direct(LEAF + service, tokens[service])));
    expect(hasKey(await direct(LEAF + service))).toBe(true);
  }
});

afterAll(async () => {
  if (envoy !== undefined) {
    await killed(envoy);
  }
  await agent?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

test("a leaf goes to a token that may write its service, and to that one again", async () => {
  for (const service of [INGRESS, "whoami"]) {
    expect(hasKey(await through(LEAF + service, tokens[service]))).toBe(true);
    expect(hasKey(await through(`${LEAF}${service}?index=1&wait=100ms`, tokens[service]))).toBe(true);
  }
  expect(hasKey(await through(LEAF + INGRESS, MANAGEMENT))).toBe(true);
});

test.each<[holder: string, token: () => string | undefined]>([
  ["nobody", () => undefined],
  ["an empty token", () => ""],
  ["a token of another service", () => tokens.whoami],
  ["a token that reads all", () => tokens.reader],
  ["a token that is none", () => "11111111-1111-2222-3333-444444444444"],
])("a leaf that the server holds is refused to %s", async (_, token) => {
  const { status, body } = await through(LEAF + INGRESS, token());
  expect([status, body.includes("PRIVATE KEY")]).toEqual([403, false]);
});

test.each([
  "/v1/agent/connect/ca/%6ceaf/traefik-system-ingress",
  "/v1/agent/connect/ca/lea%66/traefik-system-ingress",
  "/v1/agent/connect/ca/leaf%2ftraefik-system-ingress",
  "/v1/agent/connect%2Fca%2Fleaf/traefik-system-ingress",
  "/v1/agent/connect/ca/leaf%252ftraefik-system-ingress",
  "/v1/agent/connect/ca//leaf/traefik-system-ingress",
  "//v1/agent/connect/ca/leaf/traefik-system-ingress",
  "/v1/./agent/connect/ca/leaf/traefik-system-ingress",
  "/v1/agent/connect/ca/./leaf/traefik-system-ingress",
  "/v1/agent/connect/ca/roots/../leaf/traefik-system-ingress",
  "/v1/agent/connect/ca/roots/%2e%2e/leaf/traefik-system-ingress",
  "/v1/agent/connect/ca/leaf/../leaf/traefik-system-ingress",
  "/v1/agent/connect/ca/leaf/whoami/../traefik-system-ingress",
  "/v1/agent/connect/ca/leaf/whoami%2f..%2ftraefik-system-ingress",
  "/v1/agent/connect/ca/leaf/%74raefik-system-ingress",
  "/v1/agent/connect/ca/leaf/traefik-system-ingress/",
  "/v1/agent/connect/ca/leaf/traefik-system-ingress#whoami",
  "/v1/agent/connect/ca/leaf/traefik-system-ingress?token=",
  "/v1/agent/connect/ca/leaf/traefik-system-ingress?/connect/ca/leaf/whoami",
  '/v1/agent/connect/ca/leaf/whoami","Segment":"traefik-system-ingress',
  "https://localhost/v1/agent/connect/ca/leaf/traefik-system-ingress",
])("no spelling of the path brings another's leaf: %s", async (spelled) => {
  const url = `https://127.0.0.1:${gate}`;
  for (const token of [undefined, tokens.whoami]) {
    for (const version of ["--http1.1", "--http2"]) {
      // As it is written, and as a client that goes where it is sent.
      expect(await curl(token, version, "--request-target", spelled, url)).not.toContain("PRIVATE KEY");
      expect(await curl(token, version, "-L", url + spelled.replace(/^https:..localhost/, ""))).not.toContain(
        "PRIVATE KEY",
      );
    }
  }
});

test("a header that would override the method or the path does not", async () => {
  const url = `https://127.0.0.1:${gate}${LEAF}${INGRESS}`;
  const headers = [
    "X-HTTP-Method-Override: GET",
    `X-Original-URL: ${LEAF}${INGRESS}`,
    `X-Envoy-Original-Path: ${LEAF}`,
  ];
  for (const header of [...headers, `X-Consul-Token: ${tokens.whoami}`, "Authorization: Bearer x"]) {
    expect(await curl(undefined, "-H", header, url)).not.toContain("PRIVATE KEY");
  }
  for (const method of ["HEAD", "POST", "PUT", "OPTIONS", "CONNECT"]) {
    expect(await curl(undefined, "-X", method, "-m", "5", url)).not.toContain("PRIVATE KEY");
  }
});

test("all else passes: what reads, what writes, what waits, and what is said of errors", async () => {
  expect((await through("/v1/agent/connect/ca/roots")).status).toBe(200);
  expect((await through("/v1/acl/tokens")).status).toBe(403);
  expect((await ask(gate, "/v1/kv/a%2Fb?cas=0", MANAGEMENT, "PUT", { x: "y".repeat(400_000) })).status).toBe(200);
  const { body } = await through("/v1/kv/a%2Fb?raw", MANAGEMENT);
  expect(body.length).toBeGreaterThan(400_000);
  const asked = Date.now();
  const waits = await Promise.all(
    Array.from({ length: 300 }, () => through("/v1/catalog/services?index=1000000&wait=1s", MANAGEMENT)),
  );
  expect(new Set(waits.map(({ status }) => status))).toEqual(new Set([200]));
  expect(Date.now() - asked).toBeGreaterThan(1000);
});

function gateCommand(): string[] {
  const values = withLeafGate({ global: { acls: { manageSystemACLs: true } } }) as any;
  return values.server.extraContainers[0].command;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const direct = (apiPath: string, token?: string) => ask(behind, apiPath, token);
const through = (apiPath: string, token?: string) => ask(gate, apiPath, token);

function hasKey({ status, body }: Answer): boolean {
  return status === 200 && body.includes("PRIVATE KEY");
}

/** One request over HTTP/1.1, its path as it is written, TLS verified against Consul's CA. */
function ask(port: number, apiPath: string, token?: string, method = "GET", body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https
      .request(
        {
          host: "127.0.0.1",
          servername: "localhost",
          ca: fs.readFileSync(path.join(folder, "ca.crt")),
          port,
          method,
          path: apiPath,
          headers: token === undefined ? {} : { "X-Consul-Token": token },
          agent: false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("end", () => resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString() }));
        },
      )
      .on("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What curl prints for one request, or for those that it is redirected to. */
async function curl(token: string | undefined, ...args: string[]): Promise<string> {
  const header = token === undefined ? [] : ["-H", `X-Consul-Token: ${token}`];
  const child = spawn("curl", ["-sk", "--globoff", "--path-as-is", ...header, ...args]);
  let out = "";
  child.stdout.on("data", (data) => (out += data));
  await new Promise((resolve) => child.once("close", resolve));
  return out;
}

async function poll(what: string, accept: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await accept().catch(() => false));) {
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within 30 s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
