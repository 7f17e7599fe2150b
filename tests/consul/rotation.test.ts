import { execFile } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";
import { ROTATION_SCRIPTS } from "../../components/mesh/rotation";
import { Agent } from "./agent";

const OLD_KEY = randomBytes(32).toString("base64");
const MANAGEMENT = randomUUID();
let agent: Agent;
/** Any: there is no TLS here, but the scripts name one. */
const certificate = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "rotation-")), "ca.crt");
fs.writeFileSync(certificate, rootCertificates[0]);

beforeAll(async () => {
  const acl = `acl { enabled = true default_policy = "deny" tokens { initial_management = "${MANAGEMENT}" } }`;
  agent = await Agent.start("-hcl", acl, "-encrypt", OLD_KEY);
});
afterAll(async () => {
  await agent?.stop();
  fs.rmSync(path.dirname(certificate), { recursive: true });
});

/** Runs a Job's script as its container would; fails with what it said. */
async function run(what: keyof typeof ROTATION_SCRIPTS, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", ["-c", ROTATION_SCRIPTS[what]], {
    env: {
      PATH: process.env.PATH,
      CONSUL_HTTP_ADDR: agent.url.replace("/v1", ""),
      CONSUL_CACERT: certificate,
      CONSUL_HTTP_TOKEN: MANAGEMENT,
      ...env,
    },
  });
  return stdout;
}

async function ask(path: string, token = MANAGEMENT, method = "GET", body?: object): Promise<any> {
  const init = { method, headers: { "X-Consul-Token": token }, body: body && JSON.stringify(body) };
  const response = await fetch(`${agent.url}/${path}`, init);
  return response.ok ? response.json() : response.status;
}

const keys = async () => (await ask("operator/keyring")).flatMap((ring: any) => Object.keys(ring.Keys));

test("gossip has the new key alone, and the second time nothing changes", async () => {
  const next = randomBytes(32).toString("base64");
  for (let round = 0; round < 2; round++) {
    await run("gossip-key", { GOSSIP_KEY: next });
    expect([...new Set(await keys())]).toEqual([next]);
  }
});

test("a key that is none leaves gossip as it was", async () => {
  const before = await keys();
  await expect(run("gossip-key", { GOSSIP_KEY: "short" })).rejects.toThrow();
  expect(await keys()).toEqual(before);
});

test("each time there is a root that has not been there before, signed by the one before it", async () => {
  const known = new Set<string>();
  for (let round = 0; round < 4; round++) {
    const { ActiveRootID: active } = await ask("connect/ca/roots");
    expect(known).not.toContain(active);
    known.add(active);
    const { Config: before } = await ask("connect/ca/configuration");
    expect(await run("connect-ca")).toMatch(`the root was ${active} and is `);
    const { Config: after } = await ask("connect/ca/configuration");
    // Nothing but the key's parameters is another.
    const rest = (config: object) => Object.entries(config).filter(([key]) => !/^PrivateKey(Type|Bits)$/.test(key));
    expect(rest(after)).toEqual(rest(before));
  }
});

test("a root with a key of one's own is not touched", async () => {
  const { Config: config } = await ask("connect/ca/configuration");
  const { ActiveRootID: active, TrustDomain: domain } = await ask("connect/ca/roots");
  const folder = path.dirname(certificate);
  const [key, root] = ["own.key", "own.crt"].map((name) => path.join(folder, name));
  const usage = [
    "-addext",
    `subjectAltName=URI:spiffe://${domain}`,
    "-addext",
    "keyUsage=critical,keyCertSign,cRLSign",
  ];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const all = ["req", "-x509", ...curve, ...usage, "-days", "30", "-subj", "/CN=own", "-keyout", key, "-out", root];
  await promisify(execFile)("openssl", all);
  const [PrivateKey, RootCert] = [key, root].map((file) => fs.readFileSync(file, "utf8"));
  const body = { Provider: "consul", Config: { ...config, PrivateKey, RootCert } };
  await ask("connect/ca/configuration", MANAGEMENT, "PUT", body).catch(() => undefined); // an answer without a body
  const { ActiveRootID: own } = await ask("connect/ca/roots");
  expect(own).not.toBe(active);
  await expect(run("connect-ca")).rejects.toMatchObject({ stdout: expect.stringContaining("a key of your own") });
  expect((await ask("connect/ca/roots")).ActiveRootID).toBe(own);
});

test("the next management token is known before it is used; then it alone stays of those that Consul was given", async () => {
  const next = randomUUID();
  await expect(run("next-token", { NEXT_TOKEN: next, NEXT_TOKEN_SHA256: "0" })).rejects.toMatchObject({
    stdout: expect.stringContaining("has not reached this node yet"),
  });
  expect(await run("next-token", { NEXT_TOKEN: next, CONSUL_HTTP_TOKEN: "" })).toMatch("no token yet");
  expect(await ask("acl/token/self", next)).toBe(403);
  const Policies = [{ Name: "global-management" }];
  const bootstrap = { SecretID: randomUUID(), Description: "Bootstrap Token (Global Management)", Policies };
  const operators = { SecretID: randomUUID(), Description: "an operator's", Policies };
  for (const token of [bootstrap, operators]) {
    await ask("acl/token", MANAGEMENT, "PUT", token);
  }
  for (let round = 0; round < 2; round++) {
    await run("next-token", { NEXT_TOKEN: next, NEXT_TOKEN_SHA256: createHash("sha256").update(next).digest("hex") });
    expect(await ask("acl/token/self", next)).toMatchObject({ Policies });
    expect(await ask("acl/token/self")).toMatchObject({ Policies });
  }
  for (let round = 0; round < 2; round++) {
    await run("bootstrap-token", { CONSUL_HTTP_TOKEN: next });
    expect(await ask("acl/token/self")).toBe(403);
    expect(await ask("acl/token/self", bootstrap.SecretID)).toBe(403);
    expect(await ask("acl/token/self", operators.SecretID)).toMatchObject({ Description: "an operator's" });
    expect(await ask("acl/token/self", next)).toMatchObject({ Policies });
  }
});
