import { changesNothing, consulAs, inventory, kubectl, nothingIsLeft, secretOf, story } from "../e2e/cluster";
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
  await nothingIsLeft(before);
});

step("keys that only the cluster still has are not overwritten, but rotated", async () => {
  its.configure({ consulAcls: true, consulGossipEncryption: true });
  await its.stack.up();
  await steady(HOST);
  const those = await keys();
  await loseState();
  await expect(its.stack.preview()).rejects.toThrow(/Is\s+the\s+state\s+lost/);
  await expect(its.stack.up()).rejects.toThrow(/set\s+rotations\.\w+\s+to\s+a\s+word/);
  expect(await keys()).toEqual(those);
  its.configure({ rotations: { gossipKey: "lost", bootstrapToken: "lost" } });
  const asked = load(HOST, 25);
  await its.stack.up();
  await changesNothing(its.stack);
  expect((await asked.stop()).failures).toEqual([]);
  await areUsed();
  const others = await keys();
  expect(others).not.toContain(those[0]);
  expect(others).not.toContain(those[1]);
});

step("nor are they where their resources are to be replaced without a rotation", async () => {
  const those = await keys();
  const { deployment } = await its.stack.exportStack();
  const bytes = deployment.resources
    .filter(({ type }: { type: string }) => type === "random:index/randomBytes:RandomBytes")
    .map(({ urn }: { urn: string }) => urn);
  expect(bytes).toHaveLength(2);
  for (const replace of bytes) {
    await expect(its.stack.up({ replace: [replace] })).rejects.toThrow(/set\s+rotations\.\w+\s+to\s+another\s+word/);
  }
  expect(await keys()).toEqual(those);
  await changesNothing(its.stack);
  its.configure({ rotations: { gossipKey: "again", bootstrapToken: "again" } });
  await its.stack.up();
  await areUsed();
  expect(await keys()).not.toEqual(those);
  await its.stack.destroy();
  await nothingIsLeft(before);
});

/** Consul has the gossip key of the Secret and no other, and takes the token. */
async function areUsed(): Promise<void> {
  const [key, token] = [await secretOf(KEYS[0], "key"), await secretOf(KEYS[1], "token")];
  const rings = await consulAs(token, "operator/keyring");
  expect(rings.map((ring: { Keys: object }) => Object.keys(ring.Keys))).toEqual(rings.map(() => [key]));
  expect((await consulAs(token, "acl/token/self")).Policies).toMatchObject([{ Name: "global-management" }]);
}
