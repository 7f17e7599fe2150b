import { TESTBED, workspace, Workspace } from "../workspace";
import { answers, kubectl, poll, renewCluster, story } from "../e2e/cluster";
import { ConsulApi } from "../e2e/consulApi";
import { load, steady } from "../e2e/load";
import { judged } from "../e2e/pack";
import { holderOf, killContainer, nameOf, podsOf, traefiks } from "../e2e/pods";
import { jwtSteps } from "./jwt";

/**
 * What production goes through: callers asked for a token of the cluster's own issuer; and under load, tokens revoked, Traefik and
 * servers killed and restarted.
 */
const step = story();
const image = "localhost/whoami:1.10.3";
const services = [
  { name: "whoami", image, port: 80, healthPath: "/health", replicas: 2, routes: [{ host: "whoami.localhost" }] },
  { name: "echo", image, port: 80, healthPath: "/health", routes: [{ host: "echo.localhost" }] },
];
const allow = { source: "traefik-system-ingress", destination: "whoami" };
let its: Workspace;
let api: ConsulApi;

beforeAll(async () => {
  its = judged(await workspace("prod", { ...TESTBED, services, intentions: [allow] }, "prod"));
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

step("production comes up", async () => {
  await its.stack.up();
  await answers(200, "whoami.localhost");
  await answers(403, "echo.localhost");
  api = await ConsulApi.asOperator();
});

jwtSteps(
  step,
  () => its,
  async (settings) => {
    its.configure(settings);
    await its.stack.up();
  },
  () => [],
);

step("a revoked token is replaced, also after the login's container died: no request fails", async () => {
  const [victim] = await traefiks();
  await steady("whoami.localhost");
  const requests = load("whoami.localhost");
  killContainer(victim, "consul-login");
  const [old] = (await api.tokensOf("traefik-system-ingress")).filter((token) => holderOf(token) === nameOf(victim));
  expect((await api.ask("DELETE", `acl/token/${old.AccessorID}`)).status).toBe(200);
  await poll(
    "a new token, and Traefik ready with it",
    async () => {
      const pod = (await traefiks()).find((each) => nameOf(each) === nameOf(victim));
      const tokens = await api.tokensOf("traefik-system-ingress");
      const own = tokens.filter((token) => holderOf(token) === nameOf(victim)).length;
      return { own, ready: ready(pod), restarts: restarts(pod) };
    },
    (now) => now.own === 1 && now.restarts === 1 && now.ready,
    120,
  );
  report("revocation of Traefik's token", await requests.stop());
});

step("20 restarts of Traefik leave no token behind, and each start has a token of its own", async () => {
  const seen = new Set<string>();
  /** Waits for a token of its own for each pod, none of them seen before. */
  const started = async (done: (pod: { name: string; restarts: number }) => boolean) => {
    const { tokens } = await poll(
      "a new token for each pod of Traefik",
      async () => ({
        pods: (await traefiks()).map((pod) => ({ name: nameOf(pod), ready: ready(pod), restarts: restarts(pod) })),
        tokens: (await api.tokensOf("traefik-system-ingress")).map((t) => ({ of: holderOf(t), id: t.AccessorID })),
      }),
      ({ pods, tokens }) =>
        pods.length === 5 &&
        pods.every((pod) => pod.ready && done(pod)) &&
        String(tokens.map((token) => token.of).sort()) === String(pods.map((pod) => pod.name).sort()) &&
        tokens.every((token) => !seen.has(token.id)),
      120,
    );
    tokens.forEach((token) => seen.add(token.id));
  };
  const scale = (to: number) => kubectl("scale", "deployment/traefik", "-n", "traefik-consul", `--replicas=${to}`);
  await scale(5);
  await started(() => true);
  for (let round = 1; round <= 3; round++) {
    const old = (await traefiks()).map(nameOf);
    await kubectl("delete", "pods", "-n", "traefik-consul", ...old, "--wait=false");
    await started((pod) => !old.includes(pod.name));
  }
  for (const pod of await traefiks()) {
    killContainer(pod, "traefik");
  }
  await started((pod) => pod.restarts === 1);
  expect(seen.size).toBe(25);
  await scale(2);
  await poll(
    "two tokens for two pods",
    async () => [(await traefiks()).length, (await api.tokensOf("traefik-system-ingress")).length],
    (counts) => String(counts) === "2,2",
  );
});

step(
  "any server, then the leader, dies without warning, and then all are restarted in turn: no request fails",
  async () => {
    await steady("whoami.localhost");
    const requests = load("whoami.localhost");
    const leader = await leaderPod();
    const other = (await servers()).find((pod) => nameOf(pod) !== nameOf(leader));
    for (const victim of [other, leader]) {
      killContainer(victim, "consul");
      await kubectl("delete", "pod", "-n", "consul-system", nameOf(victim), "--grace-period=0", "--force");
      await whole();
    }
    expect(nameOf(await leaderPod())).not.toBe(nameOf(leader));
    await kubectl("rollout", "restart", "statefulset/consul-server", "-n", "consul-system");
    await kubectl("rollout", "status", "statefulset/consul-server", "-n", "consul-system", "--timeout=180s");
    await whole();
    report("two servers killed, three restarted", await requests.stop());
  },
);

step("after it the mesh still takes orders", async () => {
  its.configure({ intentions: [allow, { ...allow, destination: "echo" }] });
  await its.stack.up();
  await answers(200, "echo.localhost");
});

/** Fails where a request failed; says how many there were. */
function report(what: string, { sent, failures }: { sent: number; failures: string[] }): void {
  console.log(`${what}: ${failures.length} of ${sent} requests failed`);
  expect(failures).toEqual([]);
}

function ready(pod: any): boolean {
  return pod.status.containerStatuses?.[0].ready === true;
}

function restarts(pod: any): number {
  return pod.status.containerStatuses?.[0].restartCount;
}

function servers(): Promise<any[]> {
  return podsOf("consul-system", "app=consul,component=server");
}

async function leaderPod(): Promise<any> {
  const address = String(await api.get("status/leader")).split(":")[0];
  return (await servers()).find((pod) => pod.status.podIP === address);
}

/** Waits until all three servers are ready, follow one leader, and Consul itself calls them healthy. */
async function whole(): Promise<void> {
  await poll(
    "Consul's servers",
    async () => {
      const { status, body } = await api.ask("GET", "operator/autopilot/health").catch(() => ({ status: 0, body: {} }));
      const inService = (await servers()).filter(ready).length;
      return { status, inService, servers: body.Servers?.map((s: any) => [s.Name, s.Healthy, s.Voter]) };
    },
    (now) =>
      now.status === 200 &&
      now.inService === 3 &&
      now.servers?.every((s: any) => s[1] && s[2]) &&
      now.servers.length === 3,
    120,
  );
}
