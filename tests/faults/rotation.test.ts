import * as net from "node:net";
import { TESTBED, workspace, Workspace } from "../workspace";
import { kubectl, poll, renewCluster, story, through } from "../e2e/cluster";
import { ConsulApi } from "../e2e/consulApi";
import { load } from "../e2e/load";

/** Every rotation on the servers of prod, under load; each counts what failed meanwhile. */
const step = story();
const PER_SECOND = 50;
let its: Workspace;
let api: ConsulApi;
let rotations: Record<string, string> = {};

beforeAll(async () => {
  const services = [...(TESTBED.services as object[]), LINES];
  const traefikTcpEntryPoints = { lines: { port: LINES.port, nodePort: 30900 } };
  its = await workspace("staging", { ...TESTBED, services, traefikTcpEntryPoints, intentions: INTENTIONS });
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
};

step("staging comes up: three servers, ACLs, gossip key, NetworkPolicies", async () => {
  await its.stack.up();
  await poll(
    "whoami through Traefik",
    () => through("whoami.localhost"),
    (status) => status === 200,
  );
  api = await ConsulApi.asOperator();
});

step(
  "gossip key and Connect CA, then the CA again: no request is lost, and an open connection is not cut off",
  async () => {
    const before = await state();
    const open = await held(30900);
    await rotate({ gossipKey: "a", connectCa: "a" });
    const once = await state();
    expect(once.gossipKeys).toEqual([await secretOf("consul-gossip-key", "key")]);
    expect(once.gossipKeys).not.toEqual(before.gossipKeys);
    expect(once.root).not.toBe(before.root);
    // Envoy takes the new certificate by a new listener, and closes what the old one has only after its drain of 30 s.
    expect(open.ended()).toBeUndefined();
    open.end();
    const another = await held(30900);
    another.end();
    await rotate({ connectCa: "b" });
    // Back on the first curve, and yet another root.
    const { root } = await state();
    expect(new Set([before.root, once.root, root]).size).toBe(3);
  },
);

/** Deploys other words under load, and fails where a request did. */
async function rotate(words: Record<string, string>): Promise<void> {
  rotations = { ...rotations, ...words };
  its.configure({ rotations });
  const requests = load("whoami.localhost", PER_SECOND);
  const failed = await its.stack.up().then(
    () => undefined,
    (error) => error,
  );
  const { sent, failures } = await requests.stop();
  console.info(`${Object.keys(words).join(", ")}: ${failures.length} of ${sent} requests failed`);
  if (failed !== undefined) {
    throw failed;
  }
  expect(failures).toEqual([]);
  expect(sent).toBeGreaterThan(PER_SECOND);
}

/** What is rotated, as it is now. */
async function state() {
  const [ring] = await api.get("operator/keyring");
  return {
    gossipKeys: Object.keys(ring.Keys),
    root: (await api.get("connect/ca/roots")).ActiveRootID as string,
  };
}

async function secretOf(name: string, key: string, namespace = "consul-system"): Promise<string> {
  const { data } = JSON.parse(await kubectl("get", "secret", name, "-n", namespace, "-o", "json"));
  return Buffer.from(data[key], "base64").toString();
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
