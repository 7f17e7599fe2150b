import { answers, changesNothing, renewCluster, story } from "../e2e/cluster";
import { load, steady } from "../e2e/load";
import { judged } from "../e2e/pack";
import { TESTBED, workspace, Workspace } from "../workspace";
import { alarms, command } from "./verify/stack";

/** A mesh that began without ACLs, gossip encryption and other servers gets them while it serves. */
const step = story();
const HOST = "whoami.localhost";
let its: Workspace;

beforeAll(async () => {
  its = judged(await workspace("local", TESTBED, "local"));
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

/** Deploys changed settings under load, and says what the CLI told. */
async function up(settings: Record<string, unknown>): Promise<string> {
  its.configure(settings);
  await steady(HOST);
  const running = load(HOST);
  const { stdout } = await its.stack.up();
  const { sent, failures } = await running.stop();
  console.info(`${sent} requests, ${failures.length} lost: ${JSON.stringify(settings)}`);
  expect(failures).toEqual([]);
  await changesNothing(its.stack);
  const { code, outcomes } = await command(its, ["--wait", "90"]);
  expect([alarms(outcomes), code]).toEqual([[], 0]);
  return stdout;
}

step("the stack comes up", async () => {
  await its.stack.up();
  await answers(200, HOST);
});

step("a server alone begins to encrypt gossip", async () => {
  await up({ consulGossipEncryption: true });
});

step("ACLs are turned on, and pods start anew to log in", async () => {
  its.configure({ consulAcls: true });
  expect((await its.stack.preview()).stdout).toContain(
    "ACLs are turned on. Pods of the mesh log in to Consul when they start",
  );
  expect(await up({ rotations: { ca: "acls" } })).not.toContain("ACLs are turned on");
});

step("two further servers join it", async () => {
  await up({ consulServers: 3 });
});

step("what its servers cannot become is refused, by a preview too, and nothing has changed", async () => {
  its.configure({ consulGossipEncryption: false });
  await expect(its.stack.preview()).rejects.toThrow(/Leave .*consulGossipEncryption.* on/);
  its.configure({ consulGossipEncryption: true, consulDatacenter: "other" });
  await expect(its.stack.up()).rejects.toThrow(/A mesh keeps its datacenter/);
  its.configure({ consulDatacenter: "dc1" });
  await changesNothing(its.stack);
  await answers(200, HOST);
});
