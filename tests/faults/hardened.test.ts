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

/** Deploys changed settings under load, and returns the answers of requests that failed. */
async function up(settings: Record<string, unknown>): Promise<readonly string[]> {
  its.configure(settings);
  await steady(HOST);
  const running = load(HOST);
  await its.stack.up();
  const { sent, failures } = await running.stop();
  console.info(`${sent} requests, ${failures.length} lost: ${JSON.stringify(settings)}`);
  await answers(200, HOST);
  await changesNothing(its.stack);
  const { code, outcomes } = await command(its, ["--wait", "90"]);
  expect([alarms(outcomes), code]).toEqual([[], 0]);
  return failures;
}

step("the stack comes up", async () => {
  await its.stack.up();
  await answers(200, HOST);
});

step("a server alone begins to encrypt gossip, and no request is lost", async () => {
  expect(await up({ consulGossipEncryption: true })).toEqual([]);
});

step("ACLs are turned on: until Traefik has logged in, it finds no service, as the preview says", async () => {
  its.configure({ consulAcls: true });
  expect((await its.stack.preview()).stdout).toMatch(
    /answers 404: some minutes without service. Pods of the mesh log in/,
  );
  const failures = await up({ rotations: { ca: "acls" } });
  expect(failures.filter((each) => !/ 404 /.test(each))).toEqual([]);
});

step("two further servers join it, and no request is lost", async () => {
  expect(await up({ consulServers: 3 })).toEqual([]);
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
