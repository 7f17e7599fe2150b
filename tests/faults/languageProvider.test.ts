import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as yaml from "yaml";
import { LanguageExample } from "../languages";
import { UNREACHABLE } from "../workspace";
import { inventory, nothingIsLeft, story } from "../e2e/cluster";
import { interrupted, says } from "./interrupting";
import { bringsBackDeleted, goesOnWithKilled, refusesForeign } from "./providersCluster";
import { alarms, command } from "./verify/stack";

/** The cluster is that of a provider which a program in YAML gives to the component package; the default one's does not answer. */
const step = story();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "language-provider-"));
const KUBECONFIG = path.join(folder, "kubeconfig");
const its = new LanguageExample("yaml", { KUBECONFIG });
let before: string[];

beforeAll(async () => {
  before = await inventory();
  fs.writeFileSync(KUBECONFIG, UNREACHABLE);
  await its.prepare();
  const file = path.join(its.directory, "Pulumi.yaml");
  const program = yaml.parse(fs.readFileSync(file, "utf8"));
  const kubeconfig = { "fn::secret": fs.readFileSync(process.env.KUBECONFIG!, "utf8") };
  program.resources.cluster = { type: "pulumi:providers:kubernetes", properties: { kubeconfig } };
  program.resources.mesh.options = { providers: ["${cluster}"] };
  fs.writeFileSync(file, yaml.stringify(program));
}, 900_000);

afterAll(async () => {
  await its.stack.cancel().catch(() => undefined);
  its.remove();
  fs.rmSync(folder, { recursive: true, force: true });
});

step("somebody else's object is refused in that cluster, by a preview too", () => refusesForeign(its.stack));

step("an up that is killed while Helm installs is gone on with by the next", () => goesOnWithKilled(its));

step("verify finds that cluster in the state, and has nothing to say against it", async () => {
  const { code, outcomes } = await command({ stack: its.stack, directory: "/" }, ["-C", its.directory]);
  expect([alarms(outcomes), code]).toEqual([[], 0]);
  expect(outcomes.length).toBeGreaterThan(40);
});

step("what somebody has deleted comes back", () => bringsBackDeleted(its.stack));

step("a destroy that is killed while config entries go is gone on with by the next, and leaves nothing", async () => {
  await interrupted(its, "destroy", says(/baseline-all\.services deleting/), "SIGKILL");
  await its.stack.destroy();
  await nothingIsLeft(before);
});
