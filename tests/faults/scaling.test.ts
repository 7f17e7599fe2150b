import { answers, changesNothing, inventory, kubectl, nothingIsLeft, poll, story } from "../e2e/cluster";
import { judged } from "../e2e/pack";
import { TESTBED, workspace, Workspace } from "../workspace";

/** A number of pods is handed over to an autoscaler, and taken back: of a service, and of Traefik. */
const step = story();
const resources = { requests: { cpu: "10m" } };
const PARTS = [
  ["mesh-services", "whoami"],
  ["traefik-consul", "traefik"],
] as const;
let its: Workspace;
let before: string[];

const whoami = (more: object) => ({
  services: [
    {
      name: "whoami",
      image: "localhost/whoami:1.10.3",
      port: 80,
      resources,
      routes: [{ host: "whoami.localhost" }],
      ...more,
    },
  ],
});
const scaled = (minReplicas: number) => ({ minReplicas, maxReplicas: 5, cpuUtilization: 80 });
const both = (minReplicas: number, more: object = {}) => ({
  ...whoami({ autoscaling: scaled(minReplicas), ...more }),
  traefikReplicas: 1,
  traefikAutoscaling: scaled(minReplicas),
});
const counts = () =>
  Promise.all(
    PARTS.map(async ([namespace, name]) =>
      Number(await kubectl("get", "deployment", name, "-n", namespace, "-o", "jsonpath={.spec.replicas}")),
    ),
  );
const pods = () =>
  Promise.all(
    PARTS.map(async ([namespace, name]) =>
      (await kubectl("get", "pods", "-n", namespace, "-l", `app=${name}`, "-o", "jsonpath={..metadata.uid}"))
        .split(" ")
        .sort(),
    ),
  );

beforeAll(async () => {
  before = await inventory();
  its = judged(await workspace("local", { ...TESTBED, ...whoami({ replicas: 3 }), traefikReplicas: 3 }, "local"));
});

afterAll(() => its?.remove());

step("no pod goes or comes as an autoscaler takes over", async () => {
  await its.stack.up();
  await answers(200, "whoami.localhost");
  const those = await pods();
  expect(those.map(({ length }) => length)).toEqual([3, 3]);
  its.configure(both(3));
  await its.stack.up();
  await changesNothing(its.stack);
  expect(await pods()).toEqual(those);
});

step("an up leaves the number to it", async () => {
  its.configure(both(4));
  await its.stack.up();
  await poll("the autoscalers have what they want at least", counts, (all) => all.join() === "4,4", 120);
  its.configure({ ...both(4, { env: { A: "b" } }), traefikLogLevel: "DEBUG" });
  await its.stack.up();
  expect(await counts()).toEqual([4, 4]);
  await its.stack.refresh();
  await changesNothing(its.stack);
  expect(await counts()).toEqual([4, 4]);
});

step("without it, what is declared holds again", async () => {
  its.configure({ ...whoami({ replicas: 2 }), traefikReplicas: 2, traefikAutoscaling: {} });
  await its.stack.up();
  await its.stack.up({ refresh: true });
  await poll("there are as many as declared", counts, (all) => all.join() === "2,2", 60);
  await changesNothing(its.stack);
  await its.stack.destroy();
  await nothingIsLeft(before);
});
