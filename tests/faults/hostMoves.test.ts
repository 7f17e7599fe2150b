import { answers, renewCluster, story } from "../e2e/cluster";
import { load, steady } from "../e2e/load";
import { judged } from "../e2e/pack";
import { workspace, Workspace } from "../workspace";

/** A host goes from one service to another in one up, and back. Nothing orders the two services, so it may be nobody's for a while. */
const step = story();
const image = "localhost/whoami:1.10.3";
const HOST = "shop.localhost";
let its: Workspace;
const services = (...routes: string[][]) =>
  ["one", "other"].map((name, i) => ({
    name,
    image,
    port: 80,
    healthPath: "/health",
    routes: routes[i].map((host) => ({ host })),
  }));
const intentions = ["one", "other"].map((destination) => ({ source: "traefik-system-ingress", destination }));

beforeAll(async () => {
  its = judged(await workspace("local", { services: services([HOST], ["b.localhost"]), intentions }, "local"));
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

step("the stack comes up", async () => {
  await its.stack.up();
  await answers(200, HOST);
});

step("a host moves there and back, and whoever has it answers well", async () => {
  for (const routes of [
    [["a.localhost"], ["b.localhost", HOST]],
    [["a.localhost", HOST], ["b.localhost"]],
  ]) {
    await steady(HOST);
    const running = load(HOST);
    its.configure({ services: services(...routes) });
    await its.stack.up();
    const { sent, failures } = await running.stop();
    console.info(`${sent} requests, ${failures.length} lost: ${failures.slice(0, 3)}`);
    expect(failures.filter((each) => !/ 404 /.test(each))).toEqual([]);
    await answers(200, HOST);
  }
});
