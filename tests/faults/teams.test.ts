import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { answers, changes, changesNothing, kubectl, renewCluster, story, through } from "../e2e/cluster";
import { load, steady } from "../e2e/load";
import { JUDGED, judged, JUDGED_AS_TEAM, refusals } from "../e2e/pack";
import { workspace, Workspace } from "../workspace";
import { interrupted, says } from "./interrupting";

/** A mesh that began as one stack: a team takes its services over into a stack of its own, and makes many more there. */
const step = story();
const MESH = "organization/consul-traefik-mesh/local";
const TEAM = "organization/consul-traefik-mesh/orders";
const service = (name: string) => ({
  name,
  image: "localhost/whoami:1.10.3",
  port: 80,
  healthPath: "/health",
  routes: [{ host: `${name}.localhost` }],
});
const settings = {
  services: [service("orders"), service("billing")],
  intentions: ["orders", "billing"].map((destination) => ({ source: "traefik-system-ingress", destination })),
};
let mesh: Workspace;
let team: Workspace;

beforeAll(async () => {
  mesh = judged(await workspace("local", settings, "local"));
  const joining = { meshStack: MESH, servicesNamespace: "mesh-services" };
  team = await workspace("local", { ...settings, ...joining }, "orders", mesh);
});

afterAll(async () => {
  await team?.remove();
  await mesh?.remove();
  renewCluster();
});

/** Uids of the pods that serve, which tell whether one was replaced. */
const pods = () =>
  kubectl("get", "pods", "-n", "mesh-services", "-l", "app in (orders,billing)", "-o", "jsonpath={..uid}");

/** What docs/teams.md has moved: services, their intentions, their namespace. */
const MOVED = /::consul-traefik-mesh:index:(MeshService::.*|IntentionSet::intentions)$|:Namespace::services$/;

step("the services of the mesh's stack go to a team's, without a lost request or a pod that is replaced", async () => {
  await mesh.stack.up();
  await Promise.all(["orders", "billing"].map((name) => steady(`${name}.localhost`)));
  const before = await pods();
  const asked = ["orders", "billing"].map((name) => load(`${name}.localhost`, 25));

  const { deployment } = await mesh.stack.exportStack();
  const urns = (deployment.resources as { urn: string }[]).map(({ urn }) => urn).filter((urn) => MOVED.test(urn));
  await promisify(execFile)("pulumi", ["state", "move", "--yes", "--source", MESH, "--dest", TEAM, ...urns], {
    cwd: mesh.directory,
    env: { ...process.env, ...mesh.stack.workspace.envVars },
  });
  mesh.configure({
    services: [],
    intentions: [],
    servicesNamespace: "platform-services",
    teams: [{ stack: TEAM, namespace: "mesh-services" }],
  });
  await mesh.stack.up();
  expect(await refusals(team.stack, JUDGED_AS_TEAM)).toEqual([]);
  await team.stack.up(JUDGED_AS_TEAM);
  // Where the API server is slow, Pulumi's provider reads an object's labels back too early, and writes them once more.
  await team.stack.up(JUDGED_AS_TEAM);
  await changesNothing(team.stack, JUDGED_AS_TEAM);

  const lost = await Promise.all(asked.map((each) => each.stop()));
  expect(lost.map(({ failures }) => failures)).toEqual([[], []]);
  expect(await pods()).toBe(before);
});

step(
  "an up that keeps no state until its end, and is killed, is finished by the next, and a destroy leaves nothing",
  async () => {
    const many = Array.from({ length: 10 }, (_, i) => ({ ...service(`many-${i}`), routes: undefined, replicas: 0 }));
    const quick = team.stack.workspace.envVars;
    quick.PULUMI_SKIP_CHECKPOINTS = "true";
    team.configure({ services: [...settings.services, ...many] });
    await interrupted(team, "up", says(/many-4-deployment created/), "SIGKILL");
    await team.stack.up(JUDGED_AS_TEAM);
    await changesNothing(team.stack, JUDGED_AS_TEAM);

    // As many go as came, and what a killed run has deleted is no obstacle.
    team.configure({ services: settings.services });
    await interrupted(team, "up", says(/many-4-deployment deleted/), "SIGKILL");
    await team.stack.up(JUDGED_AS_TEAM);
    expect(await kubectl("get", "all,serviceaccounts", "-n", "mesh-services", "-o", "name")).not.toContain("many-");
    expect(await kubectl("get", "servicedefaults", "-n", "consul-system", "-o", "name")).not.toContain("many-");
    await answers(200, "orders.localhost");

    await team.stack.destroy();
    expect(await through("orders.localhost")).toBe(404);
    await changesNothing(mesh.stack);
  },
);

step("a stack that is renamed goes on, without a lost request, and can be destroyed", async () => {
  const before = { ...settings, servicesNamespace: "mesh-services", teams: [] };
  mesh.configure(before);
  await mesh.stack.up();
  await steady("orders.localhost");
  const served = await pods();
  const asked = load("orders.localhost");
  await mesh.stack.rename({ stackName: "dev" });
  const { envVars } = mesh.stack.workspace;
  const renamed = await LocalWorkspace.selectStack({ stackName: "dev", workDir: mesh.directory }, { envVars });
  const { summary } = await renamed.up(JUDGED);
  expect(changes(summary.resourceChanges).filter((change) => !/^(update|same)/.test(change))).toEqual([]);
  await renamed.up(JUDGED); // as above
  await changesNothing(renamed, JUDGED);
  expect((await asked.stop()).failures).toEqual([]);
  expect(await pods()).toBe(served);
  await renamed.destroy();
  expect(await kubectl("get", "namespaces", "-o", "name")).not.toMatch(/consul|mesh|traefik/);
});
