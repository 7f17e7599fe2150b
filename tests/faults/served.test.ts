import { TESTBED, workspace, Workspace } from "../workspace";
import { changesNothing, renewCluster, story } from "../e2e/cluster";
import { failureOf, loadOf } from "../e2e/load";
import { movingAfter, movingBefore, routeChangeStep } from "./routeChanges";
import { judged } from "../e2e/pack";

/** Twenty changes of a route, one `up` each: the first request after it is answered, and only as it is declared. */
const step = story();
const UPS = 20;
let its: Workspace;

const host = (i: number) => `served-${i}.localhost`;
const settings = (i: number, moving = movingBefore) => ({
  intentions: ["moving", "whoami"].map((destination) => ({ source: "traefik-system-ingress", destination })),
  services: [
    { name: "moving", image: "localhost/whoami:1.10.3", port: 80, healthPath: "/health", routes: moving },
    {
      name: "whoami",
      image: "localhost/whoami:1.10.3",
      port: 80,
      healthPath: "/health",
      routes: [{ host: host(i) }, { name: "same", host: "same.localhost", priority: 100 + i }],
    },
  ],
});

beforeAll(async () => {
  its = judged(await workspace("local", { ...TESTBED, ...settings(0), traefikReplicas: 2 }, "local"));
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

step("after the first up, the first request to each of two pods of Traefik is answered", async () => {
  await its.stack.up();
  expect(await Promise.all([0, 1, 2, 3, 4, 5].map(() => failureOf({ host: host(0) })))).toEqual(
    Array(6).fill(undefined),
  );
});

test(`${UPS} times`, async () => {
  const requests = loadOf(() => failureOf({ host: "same.localhost" }));
  const took: number[] = [];
  for (let i = 1; i <= UPS; i++) {
    its.configure(settings(i));
    const begun = Date.now();
    await its.stack.up();
    took.push(Math.round((Date.now() - begun) / 1000));
    expect([i, ...(await Promise.all([0, 1, 2, 3, 4, 5].map(() => failureOf({ host: host(i) }))))]).toEqual([
      i,
      ...Array(6).fill(undefined),
    ]);
    const before = await Promise.all([0, 1, 2, 3, 4, 5].map(() => failureOf({ host: host(i - 1) })));
    expect([i, ...before.map((answer) => answer?.slice(0, 3))]).toEqual([i, ...Array(6).fill("404")]);
  }
  const { sent, failures } = await requests.stop();
  console.info(`${UPS} ups of ${took.join(", ")} s: ${failures.length} of ${sent} requests failed`);
  expect(failures).toEqual([]);
}, 1_800_000);

routeChangeStep(step, () => {
  its.configure(settings(UPS, movingAfter));
  return its.stack.up();
});

step("with nothing changed, up makes nothing", async () => {
  await changesNothing(its.stack);
});
