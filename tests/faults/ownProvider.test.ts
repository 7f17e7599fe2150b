import * as fs from "node:fs";
import * as path from "node:path";
import { TESTBED, UNREACHABLE, workspace, Workspace } from "../workspace";
import { changesNothing, inventory, kubectl, nothingIsLeft, refreshesNothing, story } from "../e2e/cluster";
import { judged } from "../e2e/pack";
import { helmStatus, interrupted, says } from "./interrupting";
import { bringsBackDeleted, goesOnWithKilled, refusesForeign } from "./providersCluster";

/** The cluster is that of a provider which the program makes; the default provider's does not answer. See `ownProviderProgram.ts`. */
const step = story();
const [WHOAMI] = TESTBED.services as { readonly name: string; readonly image: string }[];
const SERVICES = ["-n", "mesh-services"];
let its: Workspace;
let before: string[];

beforeAll(async () => {
  before = await inventory();
  its = judged(await workspace("local", TESTBED, "local"));
  await its.stack.setConfig("kubernetes:kubeconfig", { value: UNREACHABLE });
  const program = path.join(its.directory, "index.ts");
  fs.rmSync(program);
  fs.symlinkSync(path.join(__dirname, "ownProviderProgram.ts"), program);
});

afterAll(async () => {
  await its?.stack.cancel().catch(() => undefined);
  await its?.remove();
});

step("somebody else's object is refused in that cluster, by a preview too", () => refusesForeign(its.stack));

step("an up that is killed while Helm installs is gone on with by the next", async () => {
  await goesOnWithKilled(its);
  await refreshesNothing(its.stack);
});

step("what somebody has deleted comes back", () => bringsBackDeleted(its.stack));

step("an image whose up was killed while its pods did not start goes again", async () => {
  its.configure({ services: [{ ...WHOAMI, image: "localhost/whoami:0.0.0" }] });
  await interrupted(its, "up", says(/whoami-deployment updating.*(ErrImageNeverPull|Pods available)/), "SIGKILL");
  its.configure({ services: TESTBED.services });
  await its.stack.up();
  const images = [
    "get",
    "deployment",
    "whoami",
    ...SERVICES,
    "-o",
    "jsonpath={.spec.template.spec.containers[*].image}",
  ];
  expect(await kubectl(...images)).toBe(WHOAMI.image);
  await changesNothing(its.stack);
});

step("a destroy that is killed while config entries go is gone on with by the next, and leaves nothing", async () => {
  await interrupted(its, "destroy", says(/baseline-all\.services deleting/), "SIGKILL");
  await its.stack.destroy();
  await nothingIsLeft(before);
});

step("a destroy straight after an up that was killed while Helm installs leaves nothing", async () => {
  await interrupted(its, "up", helmStatus("pending-install"), "SIGKILL");
  await its.stack.destroy();
  await nothingIsLeft(before);
});
