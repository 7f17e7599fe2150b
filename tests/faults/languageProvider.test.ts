import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as yaml from "yaml";
import { LanguageExample } from "../languages";
import { UNREACHABLE } from "../workspace";
import { answers, apply, changesNothing, inventory, kubectl, nothingIsLeft, story } from "../e2e/cluster";
import { helmStatus, interrupted, says } from "./interrupting";
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

step("somebody else's object is refused in that cluster, by a preview too", async () => {
  await apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh-services" } }]);
  await expect(its.stack.preview()).rejects.toThrow(/Namespace mesh-services already exists and does not belong/);
  await kubectl("delete", "namespace", "mesh-services");
});

step("an up that is killed while Helm installs is gone on with by the next", async () => {
  await interrupted(its, "up", helmStatus("pending-install"), "SIGKILL");
  await its.stack.up();
  await answers(200, "whoami.localhost");
  await changesNothing(its.stack);
});

step("verify finds that cluster in the state, and has nothing to say against it", async () => {
  const { code, outcomes } = await command({ stack: its.stack, directory: "/" }, ["-C", its.directory]);
  expect([alarms(outcomes), code]).toEqual([[], 0]);
  expect(outcomes.length).toBeGreaterThan(40);
});

step("what somebody has deleted comes back", async () => {
  await kubectl("delete", "deployment", "whoami", "-n", "mesh-services");
  await kubectl("delete", "serviceintentions", "--all", "-n", "consul-system");
  await its.stack.up();
  await answers(200, "whoami.localhost");
  await changesNothing(its.stack);
});

step("a destroy that is killed while config entries go is gone on with by the next, and leaves nothing", async () => {
  await interrupted(its, "destroy", says(/baseline-all\.services deleting/), "SIGKILL");
  await its.stack.destroy();
  await nothingIsLeft(before);
});
