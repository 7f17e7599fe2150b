import { ChildProcess, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CONSUL_API_PROXY, consulApiProxy } from "../../components/ingress/consulApiProxy";
import { killed, onFreePorts, run } from "./processes";

/** What Traefik asks Consul, through the Envoy beside it, while servers go and come back. */
let folder: string;
let consul: ChildProcess | undefined;
let envoy: ChildProcess | undefined;
let ports: { https: number; http: number; server: number; lan: number; wan: number };
let proxy: string;
const MANAGEMENT = "00000000-1111-2222-3333-444444444444";

/** Starts Consul on the ports that it had, under a certificate of these files. */
async function startConsul({ acls = true } = {}): Promise<void> {
  const { https, http, server, lan, wan } = ports;
  const file = (name: string) => path.join(folder, name);
  const config = `addresses { https = "127.0.0.1 127.0.0.2" }
    ports { https = ${https} http = ${http} server = ${server} serf_lan = ${lan} serf_wan = ${wan} grpc = -1 grpc_tls = -1 dns = -1 }
    acl { enabled = ${acls} default_policy = "deny" tokens { initial_management = "${MANAGEMENT}" } }
    tls { defaults { ca_file = "${file("consul-agent-ca.pem")}" cert_file = "${file("dc1-server-consul-0.pem")}" key_file = "${file("dc1-server-consul-0-key.pem")}" } }`;
  const args = ["agent", "-dev", "-bind", "127.0.0.1", "-client", "127.0.0.1", "-hcl", config];
  consul = await run(
    "consul",
    args,
    async () => (await (await fetch(`http://127.0.0.1:${http}/v1/status/leader`)).json()) === `127.0.0.1:${server}`,
  );
}

/** Starts the Envoy of Traefik's pod before the API at `host`, on another port of the loopback. */
async function startProxy(host: string): Promise<void> {
  envoy = await onFreePorts(1, ([port]) => {
    proxy = `http://127.0.0.1:${port}`;
    const { command } = consulApiProxy({ apiAddress: `${host}:${ports.https}` });
    const [program, ...args] = (command as string[]).map((text) =>
      text
        .replaceAll("/certs/consul-ca/tls.crt", path.join(folder, "consul-agent-ca.pem"))
        .replaceAll(`"port_value":${CONSUL_API_PROXY.port}`, `"port_value":${port}`),
    );
    const listens = () =>
      fetch(proxy, { signal: AbortSignal.timeout(500) }).then(
        () => true,
        (error: Error) => error.name === "TimeoutError",
      );
    return run(program, args, listens);
  });
}

const catalog = async (token = MANAGEMENT, query = "", signal = AbortSignal.timeout(60_000)) => {
  const answer = await fetch(`${proxy}/v1/catalog/services${query}`, { headers: { "X-Consul-Token": token }, signal });
  return { status: answer.status, services: await answer.text(), index: answer.headers.get("x-consul-index") };
};

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "consul-api-proxy-"));
  execFileSync("consul", ["tls", "ca", "create"], { cwd: folder });
  execFileSync("consul", ["tls", "cert", "create", "-server"], { cwd: folder });
  await onFreePorts(5, async ([https, http, server, lan, wan]) => {
    ports = { https, http, server, lan, wan };
    await startConsul();
  });
});

afterEach(async () => {
  await (envoy && killed(envoy));
});

afterAll(async () => {
  await (consul && killed(consul));
  fs.rmSync(folder, { recursive: true, force: true });
});

test("a token passes as it is, and what Consul refuses is refused at once", async () => {
  await startProxy("localhost");
  expect((await catalog("11111111-1111-2222-3333-444444444444")).status).toBe(403);
});

test("a server without the name that was asked is told nothing", async () => {
  // It listens there as well, by an address that is not in its certificate.
  const direct = `https://127.0.0.2:${ports.https}/v1/status/leader`;
  expect(execFileSync("curl", ["--insecure", "--silent", direct], { encoding: "utf8" })).toContain("127.0.0.1");
  await startProxy("127.0.0.2");
  await expect(catalog(MANAGEMENT, "", AbortSignal.timeout(5_000))).rejects.toThrow();
});

test.each(["localhost", "127.0.0.1"])(
  "what is asked at %s while no server is there, one that comes back answers",
  async (host) => {
    await startProxy(host);
    expect(await catalog()).toMatchObject({ status: 200, services: expect.stringContaining("consul") });

    // A blocking query, as Traefik's watches are: open when the server goes.
    const { index } = await catalog();
    const open = catalog(MANAGEMENT, `?index=${index}&wait=2s`);
    await killed(consul!);
    // As many at once as Traefik may watch.
    const asked = Promise.all(Array.from({ length: 20 }, () => catalog()));
    const first = await Promise.race([open, asked, refusedByNobody()]);
    expect(first).toBe("nobody listens");
    // A server that keeps nothing does not know the token in its first moments; what it then refuses is no matter of the proxy's.
    await startConsul({ acls: false });
    expect((await asked).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect((await open).status).toBe(200);
  },
);

/** Comes when the API's port refuses. */
async function refusedByNobody(): Promise<string> {
  for (;;) {
    const refused = await fetch(`http://127.0.0.1:${ports.http}/v1/status/leader`).then(
      () => false,
      () => true,
    );
    if (refused) {
      return "nobody listens";
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
