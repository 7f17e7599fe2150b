import { answers, changesNothing, inventory, kubectl, story } from "../e2e/cluster";
import { load, steady } from "../e2e/load";
import { judged } from "../e2e/pack";
import { TESTBED, workspace, Workspace } from "../workspace";

/** The state of a mesh that serves is lost: its folder deleted, or not taken along to another backend. The cluster has all that it had. */
const step = story();
const HOST = "whoami.localhost";
const KEYS = ["consul-gossip-key", "consul-bootstrap-token"];
let its: Workspace;
let before: string[];

beforeAll(async () => {
  before = await inventory();
  its = judged(await workspace("local", TESTBED, "local"));
});

afterAll(() => its?.remove());

async function loseState(): Promise<void> {
  const { version, deployment } = await its.stack.exportStack();
  await its.stack.importStack({ version, deployment: { ...deployment, resources: [] } });
}

const pods = () =>
  kubectl("get", "pods", "-A", "-l", "app in (whoami,traefik,consul)", "-o", "jsonpath={..metadata.uid}");
const keys = () =>
  Promise.all(KEYS.map((name) => kubectl("get", "secret", name, "-n", "consul-system", "-o", "jsonpath={.data}")));

step("an up takes over the whole mesh, without a lost request or a pod that is replaced", async () => {
  await its.stack.up();
  await steady(HOST);
  const those = await pods();
  const asked = load(HOST, 25);
  await loseState();
  await its.stack.preview();
  await its.stack.up();
  await changesNothing(its.stack);
  expect((await asked.stop()).failures).toEqual([]);
  expect(await pods()).toBe(those);
  await its.stack.destroy();
  expect(await inventory()).toEqual(before);
});

step("keys that only the cluster still has are not overwritten, and can be kept as one's own", async () => {
  its.configure({ consulAcls: true, consulGossipEncryption: true });
  await its.stack.up();
  await steady(HOST);
  const those = await keys();
  await loseState();
  its.configure({ consulCreateNamespace: false });
  const told: string[] = [];
  // The first key that is refused ends a preview.
  for (let i = 0; i < KEYS.length; i++) {
    const said = await its.stack.preview().then(
      () => "accepted",
      (error: Error) => error.message,
    );
    const way = /set consulCreateNamespace\s+to false and (\w+) to \{ secretName: (\S+), secretKey: (\w+) \}/;
    const [, setting, secretName, secretKey] = way.exec(said) ?? [said];
    its.configure({ [setting]: { secretName, secretKey } });
    told.push(`${setting}: ${secretName}`);
  }
  expect(told.sort()).toEqual([
    "consulBootstrapTokenSecret: consul-bootstrap-token",
    "consulGossipKeySecret: consul-gossip-key",
  ]);
  await its.stack.up();
  expect(await keys()).toEqual(those);
  await answers(200, HOST);
  await changesNothing(its.stack);
  await its.stack.destroy();
  expect(await keys()).toEqual(those);
  await kubectl("delete", "namespace", "consul-system");
  expect(await inventory()).toEqual(before);
});
