import { ChildProcess, execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { traefikLogin } from "../../components/ingress/traefikLogin";
import { Agent } from "./agent";

const MANAGEMENT = "00000000-1111-2222-3333-444444444444";
const ME = "traefik-system-ingress";

let agent: Agent;
let folder: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  const acl = `acl { enabled = true default_policy = "deny" tokens { initial_management = "${MANAGEMENT}" } }`;
  agent = await Agent.start("-hcl", acl);
  await poll("the management token", async () => (await ask("GET", "acl/tokens")).status === 200);
  // A method of the kind jwt, which needs no Kubernetes to ask; all that follows a login is the same.
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" });
  const Config = { JWTValidationPubKeys: [pem], ClaimMappings: { sub: "name" } };
  expect((await ask("PUT", "acl/auth-method", { Name: "method", Type: "jwt", Config })).status).toBe(200);
  const rule = { AuthMethod: "method", BindType: "service", BindName: "${value.name}" };
  expect((await ask("PUT", "acl/binding-rule", rule)).status).toBe(200);

  folder = fs.mkdtempSync(path.join(os.tmpdir(), "traefik-login-"));
  fs.mkdirSync(path.join(folder, "tokens"));
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = `${part({ alg: "ES256", typ: "JWT" })}.${part({ sub: ME, nbf: now - 60, exp: now + 600 })}`;
  const signature = sign("sha256", Buffer.from(claims), { key: privateKey, dsaEncoding: "ieee-p1363" });
  fs.writeFileSync(path.join(folder, "bearer"), `${claims}.${signature.toString("base64url")}`);
  // The login asks Consul by curl: which answers it got is written down.
  const curl = execFileSync("sh", ["-c", "command -v curl"], { encoding: "utf8" }).trim();
  fs.writeFileSync(
    path.join(folder, "curl"),
    `#!/bin/sh\nstatus=$(${curl} "$@")\necho "$status" >> ${path.join(folder, "answers")}\nprintf %s "$status"\n`,
    { mode: 0o755 },
  );
  // In Traefik's place: what matters is that it runs until it is told to end.
  fs.writeFileSync(path.join(folder, "traefik"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
});

afterAll(async () => {
  running.forEach((process) => process.kill("SIGKILL"));
  await agent?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

test("each start of Traefik has a token of its own, and the one before is logged out", async () => {
  const sidecar = start("sidecar");
  const first = start("traefik");
  const a = await token();
  expect(a).toMatchObject({ ServiceIdentities: [{ ServiceName: ME }], Description: expect.stringContaining("ns/pod") });

  first.kill("SIGKILL");
  const second = start("traefik");
  await poll("another token", async () => (await tokens())[0]?.AccessorID !== a.AccessorID);
  const b = await token();

  // The login's container may die at any time: it goes on with the token that it finds.
  const died = exit(sidecar);
  sidecar.kill("SIGKILL");
  await died;
  const seen = answers().length;
  const again = start("sidecar");
  await poll("its first question", async () => answers()[seen] !== undefined);
  expect(answers()[seen]).toBe("200");
  expect((await token()).AccessorID).toBe(b.AccessorID);

  // Consul that does not answer takes nothing away: not known is not refused.
  agent.process.kill("SIGSTOP");
  await poll("a question without an answer", async () => answers().at(-1) === "000");
  agent.process.kill("SIGCONT");
  await poll("an answer again", async () => answers().at(-1) === "200");
  expect(second.exitCode ?? second.signalCode).toBeNull();
  expect((await token()).AccessorID).toBe(b.AccessorID);

  // Revoked: Traefik ends, and its next start has another.
  const ended = exit(second);
  expect((await ask("DELETE", `acl/token/${b.AccessorID}`)).status).toBe(200);
  await ended;
  start("traefik");
  await poll("a token after the revocation", async () => (await tokens()).length === 1);

  const out = exit(again);
  again.kill("SIGTERM");
  await out;
  expect(await tokens()).toEqual([]);
});

/** What Consul has answered the login's questions how a token fares; 000 where nothing came. */
function answers(): string[] {
  const file = path.join(folder, "answers");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

/** Runs a container's command as the kubelet would, which takes two dollars for one, at paths of this test. */
function start(which: "sidecar" | "traefik"): ChildProcess {
  const login = traefikLogin({ authMethod: "method", apiAddress: "", image: "" });
  const command = which === "sidecar" ? (login.sidecar.command as string[]) : login.command;
  const [shell, ...args] = command.map((text) =>
    text
      .replaceAll("$$", () => "$")
      .replaceAll("/consul/token", path.join(folder, "tokens"))
      .replaceAll("/var/run/secrets/consul-login/token", path.join(folder, "bearer")),
  );
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    AUTH_METHOD: "method",
    CONSUL_HTTP_ADDR: `http://${agent.address}`,
    CONSUL_CACERT: "",
    NAMESPACE: "ns",
    POD: "pod",
  };
  const child = spawn(shell, args, { env, stdio: process.env.DEBUG ? "inherit" : "ignore" });
  running.push(child);
  return child;
}

/** The one token that Traefik has, once it may use it. */
async function token(): Promise<any> {
  await poll("a token", async () => (await tokens()).length === 1 && fs.existsSync(path.join(folder, "tokens/token")));
  const [found] = await tokens();
  expect(fs.readFileSync(path.join(folder, "tokens/token"), "utf8")).toBe(found.SecretID);
  return found;
}

/** All tokens that came from a login. */
async function tokens(): Promise<any[]> {
  return (await ask("GET", "acl/tokens")).body.filter((each: any) => each.AuthMethod === "method");
}

async function ask(method: string, apiPath: string, body?: object): Promise<{ status: number; body: any }> {
  const response = await fetch(`${agent.url}/${apiPath}`, {
    method,
    headers: { "X-Consul-Token": MANAGEMENT },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: response.ok ? JSON.parse(text) : text };
}

async function poll(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await ask());) {
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within 60 s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function exit(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("exit", resolve));
}
