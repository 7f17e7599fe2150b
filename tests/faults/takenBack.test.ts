import { execFileSync } from "node:child_process";
import { TESTBED, workspace, Workspace } from "../workspace";
import { answers, changesNothing, kubectl, poll, story, through } from "../e2e/cluster";
import { judged } from "../e2e/pack";
import { interrupted, says } from "./interrupting";

/** A change whose `up` was interrupted is taken back in the settings, and the next `up` takes it back in the cluster. */
const step = story();
const WHOAMI = { name: "whoami", image: "localhost/whoami:1.10.3", port: 80, routes: [{ host: "whoami.localhost" }] };
const NEVER_STARTS = "localhost/whoami:0.0.0";
const SERVICES = ["-n", "mesh-services"];
let its: Workspace;

beforeAll(async () => {
  its = judged(await workspace("local", { ...TESTBED, services: [WHOAMI] }, "local"));
});

afterAll(async () => {
  await its?.stack.cancel().catch(() => undefined);
  await its?.stack.destroy().catch(() => undefined);
  await its?.remove();
});

const image = () =>
  kubectl("get", "deployment", "whoami", ...SERVICES, "-o", "jsonpath={.spec.template.spec.containers[*].image}");

for (const [how, signal] of [
  ["killed", "SIGKILL"],
  ["stopped with Ctrl-C", "SIGINT"],
] as const) {
  step(`an image whose up was ${how} while its pods did not start goes again`, async () => {
    its.configure({ services: [WHOAMI] });
    await its.stack.up();
    its.configure({ services: [{ ...WHOAMI, image: NEVER_STARTS, env: { NEW: "1" } }] });
    await interrupted(its, "up", says(/whoami-deployment updating.*(ErrImageNeverPull|Pods available)/), signal);
    expect(await image()).toBe(NEVER_STARTS);
    its.configure({ services: [WHOAMI] });
    await its.stack.up();
    expect(await image()).toBe(WHOAMI.image);
    await changesNothing(its.stack);
    await answers(200, "whoami.localhost");
  });
}

step("a route and an intention that were opened by an up that was killed are closed again", async () => {
  const open = { ...WHOAMI, routes: [...WHOAMI.routes, { host: "open.localhost" }] };
  its.configure({ services: [open], intentions: [{ source: "traefik-system-ingress", destination: "whoami" }] });
  await interrupted(its, "up", says(/whoami-deployment (updated|updating.*complete)/), "SIGKILL");
  its.configure({ services: [WHOAMI], intentions: [] });
  await its.stack.up();
  await poll(
    "the new route is gone",
    () => through("open.localhost"),
    (answer) => answer === 404,
  );
  await answers(403, "whoami.localhost");
  await changesNothing(its.stack);
});

step(
  "a service that was new, and that an up was killed while it made, is told with the command that deletes it",
  async () => {
    its.configure({ services: [WHOAMI, { name: "fresh", image: NEVER_STARTS, port: 80 }] });
    await interrupted(its, "up", says(/fresh-deployment creating.*(ErrImageNeverPull|Pods available)/), "SIGKILL");
    its.configure({ services: [WHOAMI] });
    const { stdout } = await its.stack.up();
    const [, command] = /Deployment mesh-services\/fresh has this stack's label.*delete it: (kubectl [^;]*)/.exec(
      stdout,
    )!;
    execFileSync("sh", ["-c", command]);
    const { stdout: then } = await its.stack.preview();
    expect(then).not.toMatch(/has this stack's label/);
    expect(await kubectl("get", "serviceaccounts,services,deployments", ...SERVICES, "-o", "name")).not.toMatch(
      /fresh/,
    );
  },
);

for (const [when, status] of [
  ["while Helm upgraded", "pending-upgrade"],
  ["when Helm had upgraded", "deployed"],
]) {
  step(`what an upgrade of Consul added whose up was killed ${when} goes again`, async () => {
    const revisions = `owner=helm,name=consul,status=${status}`;
    const count = async () =>
      (await kubectl("get", "secrets", "-n", "consul-system", "-l", revisions, "-o", "name")).trim();
    const server = () => kubectl("get", "statefulset", "consul-server", "-n", "consul-system", "-o", "yaml");
    const before = await count();
    its.configure({ consulValues: { server: { annotations: '"test/added": "yes"' } } });
    const there = async () => (await server()).includes("test/added") && (await count()) !== before;
    await interrupted(its, "up", there, "SIGKILL");
    its.configure({ consulValues: {} });
    await its.stack.up();
    expect(await server()).not.toMatch("test/added");
    await changesNothing(its.stack);
  });
}
