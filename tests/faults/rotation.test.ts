import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import * as net from "node:net";
import * as path from "node:path";
import { promisify } from "node:util";
import { TESTBED, workspace, Workspace } from "../workspace";
import { answers, changesNothing, kubectl, poll, renewCluster, secretOf, story } from "../e2e/cluster";
import { ConsulApi } from "../e2e/consulApi";
import { load } from "../e2e/load";
import { certificatesIn } from "../e2e/ownCa";
import { judged } from "../e2e/pack";
import { interrupted, says } from "./interrupting";

/** Every rotation on the servers of prod, under load; each counts what failed meanwhile. */
const step = story();
const PER_SECOND = 50;
let its: Workspace;
let api: ConsulApi;
// A word from the beginning: there is no token yet that it replaces.
let rotations: Record<string, string> = { bootstrapToken: "first" };

beforeAll(async () => {
  const services = [...(TESTBED.services as object[]), LINES];
  const traefikTcpEntryPoints = { lines: { port: LINES.port, nodePort: 30900 } };
  its = judged(
    await workspace(
      "staging",
      { ...TESTBED, services, traefikTcpEntryPoints, intentions: INTENTIONS, rotations },
      "staging",
    ),
  );
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

const INTENTIONS = ["whoami", "lines"].map((destination) => ({ source: "traefik-system-ingress", destination }));
/** A service whose connections stay: it answers line by line. */
const LINES = {
  name: "lines",
  image: "localhost/whoami:1.10.3",
  port: 9000,
  args: ["--echo", "--port=9000", "--name=lines"],
  protocol: "tcp",
  tcpRoutes: [{ entryPoints: ["lines"] }],
  listenerDrainSeconds: 3600,
};

step("staging comes up: three servers, ACLs, gossip key, NetworkPolicies", async () => {
  await its.stack.up();
  await answers(200, "whoami.localhost");
  api = await ConsulApi.asOperator();
});

step(
  "gossip key: both rings of every server have the new one alone, and a server that starts later joins",
  async () => {
    const before = await secretOf("consul-gossip-key", "key");
    await rotate({ gossipKey: "a" });
    const key = await secretOf("consul-gossip-key", "key");
    expect(key).not.toBe(before);
    const three = { Keys: { [key]: 3 }, PrimaryKeys: { [key]: 3 }, NumNodes: 3 };
    const rings = async () => (await api.get("operator/keyring")) as object[];
    expect(await rings()).toMatchObject([three, three]);
    await underLoad("a server starts again", async () => {
      const uid = () =>
        kubectl("get", "pod", "consul-server-2", "-n", "consul-system", "-o", "jsonpath={.metadata.uid}");
      const old = await uid();
      await kubectl("delete", "pod", "consul-server-2", "-n", "consul-system");
      await poll("another pod", uid, (found) => found !== old);
      await kubectl("wait", "pod/consul-server-2", "-n", "consul-system", "--for=condition=Ready", "--timeout=120s");
      const known = (all: any[]) => all.every((ring) => ring.NumNodes === 3 && ring.Keys[key] === 3);
      await poll("the server in both rings", rings, known, 120);
    });
  },
);

step("Connect CA, twice: each root is another, and an open connection outlasts the old certificate", async () => {
  const open = await held(30900);
  const roots = [await root()];
  await rotate({ connectCa: "a" });
  roots.push(await root());
  // Envoy takes the new certificate by a new listener; what is open stays with the old one, for 30 s unless told otherwise.
  const draining = ["curl", "-s", "127.0.0.1:19000/stats?filter=total_(listeners|filter_chains)_draining"];
  const stats = () =>
    kubectl("exec", "-n", "mesh-services", "deploy/lines", "-c", "consul-dataplane", "--", ...draining);
  await poll("a listener that drains", stats, (text) => /: [1-9]/.test(text), 120);
  const known = open.answers();
  const answered = async () => open.ended() ?? open.answers() - known;
  await poll("answers for 45 s more", answered, (count) => count === "closed" || Number(count) > 90, 120);
  expect(open.ended()).toBeUndefined();
  await rotate({ connectCa: "b" });
  // Back on the first curve, and yet another root.
  expect(new Set([...roots, await root()]).size).toBe(3);
  expect(open.ended()).toBeUndefined();
  open.end();
});

step(
  "the management token: the one in the Secret is always taken, and the one before it refused at the end",
  async () => {
    const old = await secretOf("consul-bootstrap-token", "token");
    let refused = 0;
    let taken = 0;
    const asking = setInterval(async () => {
      const token = await secretOf("consul-bootstrap-token", "token").catch(() => "");
      const { status } = await api
        .as(token)
        .ask("GET", "acl/token/self")
        .catch(() => ({ status: 0 })); // a server on its way
      refused += status === 403 ? 1 : 0;
      taken += status === 200 ? 1 : 0;
    }, 1000);
    await rotate({ bootstrapToken: "a" }).finally(() => clearInterval(asking));
    expect(refused).toBe(0);
    expect(taken).toBeGreaterThan(10);
    api = await ConsulApi.asOperator();
    expect(await secretOf("consul-bootstrap-token", "token")).not.toBe(old);
    expect((await api.as(old).ask("GET", "acl/token/self")).status).toBe(403);
    expect((await api.get("acl/token/self")).Policies).toMatchObject([{ Name: "global-management" }]);
  },
);

step("Traefik's token: the new pods have others, and the old ones are logged out", async () => {
  const before = await traefikTokens();
  expect(before).toHaveLength(2);
  await rotate({ traefikToken: "a" });
  const after = await poll("Traefik's tokens", traefikTokens, (tokens) => tokens.length === 2);
  expect(after.filter((token) => before.includes(token))).toEqual([]);
});

step("Consul's CA: the old one and a new one are trusted, by Traefik's copy too", async () => {
  const before = await trust();
  await rotateCa("trust");
  await rotate({ ca: "trust" });
  const after = await trust();
  expect(after.cas).toEqual([before.cas[0], expect.anything()]);
  expect(after.copy).toEqual(after.cas);
  expect(signerOf(after)).toBe(before.cas[0]);
});

step("a step is refused while there are pods that do not know the one before", async () => {
  await expect(rotateCa("drop")).rejects.toMatchObject({ stderr: expect.stringMatching(/does not sign yet/) });
  await rotateCa("sign");
  const stale = /have not been restarted[^]*consul-system\/consul-server-0[^]*mesh-services\/whoami/;
  await expect(rotateCa("drop")).rejects.toMatchObject({ stderr: expect.stringMatching(stale) });
});

step("Consul's CA: the new one signs", async () => {
  // The Secrets are those of the step `sign` already; the servers still show what the old one signed.
  const before = await trust();
  await rotate({ ca: "sign" });
  const signed = await trust();
  expect(signed.cas).toEqual(before.cas);
  expect(signerOf(signed)).toBe(signed.cas[0]);
  expect(signerOf(before)).toBe(signed.cas[1]);
});

step("Consul's CA: the new one alone is trusted", async () => {
  const signed = await trust();
  await rotateCa("drop");
  await rotate({ ca: "drop" });
  const after = await trust();
  expect(after.cas).toEqual([signed.cas[0]]);
  expect(after.copy).toEqual(after.cas);
  api = await ConsulApi.asOperator(); // verifies the servers by the new CA
  expect(await api.get("status/peers")).toHaveLength(3);
});

for (const what of ["gossipKey", "connectCa", "bootstrapToken"]) {
  step(`${what}: an up that is killed while its Job runs is gone on with by the next`, async () => {
    rotations = { ...rotations, [what]: "killed" };
    its.configure({ rotations });
    await underLoad(`${what}, killed`, async () => {
      await interrupted(its, "up", says(/consul-rotate-\S+ creating/), "SIGKILL");
      await its.stack.up();
    });
    api = await ConsulApi.asOperator(); // with the token in the Secret
    expect(await api.get("status/peers")).toHaveLength(3);
  });
}

step("with the same words nothing is done again, and a word that is taken away renews nothing", async () => {
  const changes = (of: object = {}) => Object.entries(of).filter(([kind]) => kind !== "same" && kind !== "read");
  await changesNothing(its.stack);
  its.configure({ rotations: { ...rotations, gossipKey: undefined } });
  expect(changes((await its.stack.preview()).changeSummary)).toEqual([["delete", 1]]); // its Job
});

/** Deploys other words under load. */
async function rotate(words: Record<string, string>): Promise<void> {
  rotations = { ...rotations, ...words };
  its.configure({ rotations });
  await underLoad(JSON.stringify(words), () => its.stack.up());
}

/** Fails where a request did meanwhile, or in the ten seconds after it. */
async function underLoad(what: string, body: () => Promise<unknown>): Promise<void> {
  const requests = load("whoami.localhost", PER_SECOND);
  const failed = await body().then(
    // What was replaced still drains, and what is new has just begun.
    () => new Promise<undefined>((resolve) => setTimeout(resolve, 10_000, undefined)),
    (error) => error,
  );
  const { sent, failures } = await requests.stop();
  console.info(`${what}: ${failures.length} of ${sent} requests failed`);
  if (failed !== undefined) {
    throw failed;
  }
  expect(failures).toEqual([]);
  expect(sent).toBeGreaterThan(PER_SECOND);
}

async function rotateCa(which: string): Promise<void> {
  await promisify(execFile)(path.join(__dirname, "../../tools/rotate-ca"), [which]);
}

/** The active root of the services' certificates. */
async function root(): Promise<string> {
  return (await api.get("connect/ca/roots")).ActiveRootID;
}

/** The tokens that Traefik's pods hold. */
async function traefikTokens(): Promise<string[]> {
  return (await api.tokensOf("traefik-system-ingress")).map((token) => token.AccessorID);
}

/** Consul's CAs as servers and Traefik are to trust them, and the servers' certificate. */
async function trust() {
  return {
    cas: certificatesIn(await secretOf("consul-ca-cert", "tls.crt")),
    copy: certificatesIn(await kubectl("get", "configmap", "consul-ca-cert", "-n", "traefik-consul", "-o", "json")),
    server: await secretOf("consul-server-cert", "tls.crt"),
  };
}

/** The CA that has signed the servers' certificate. */
function signerOf({ cas, server }: { cas: string[]; server: string }): string | undefined {
  return cas.find((ca) => new X509Certificate(server).verify(new X509Certificate(ca).publicKey));
}

/** A connection that asks and is answered twice a second for as long as it lasts; by Traefik to a service that speaks tcp. */
async function held(port: number) {
  let answers = 0;
  let ended: string | undefined;
  const connect = () => {
    const socket = net.connect({ host: "127.0.0.1", port });
    socket.on("data", () => answers++);
    socket.on("error", (error) => (ended = error.message));
    socket.on("close", () => (ended ??= "closed"));
    return socket;
  };
  let socket = connect();
  const timer = setInterval(() => socket.writable && socket.write("still there?\n"), 500);
  // A new route takes Traefik a moment; the connection that lasts is the first that is answered.
  await poll(
    "an answer by tcp",
    async () => {
      if (ended !== undefined) {
        ended = undefined;
        socket = connect();
      }
      return answers;
    },
    (count) => count > 0,
  );
  return {
    answers: () => answers,
    ended: () => ended,
    end: () => {
      clearInterval(timer);
      socket.destroy();
    },
  };
}
