import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { TESTBED, workspace, Workspace } from "../workspace";
import { answers, changesNothing, kubectl, renewCluster, story } from "../e2e/cluster";
import { load, steady } from "../e2e/load";
import { judged } from "../e2e/pack";

/** A stack of an earlier commit of this project becomes one of this commit, under load. */
const step = story();
const BEFORE = "a826207";
const ROOT = path.resolve(__dirname, "../..");
let its: Workspace;

beforeAll(async () => {
  its = judged(await workspace("local", { ...TESTBED, traefikReplicas: 2 }, "local"));
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

/** What holds data or trust: by kind, namespace and name, and who it is. What Helm's hooks need is made anew by each upgrade. */
async function kept(): Promise<string[]> {
  const hook = "HOOK:.metadata.annotations.helm\\.sh/hook";
  const columns = `KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid,${hook}`;
  const kinds = "namespaces,persistentvolumeclaims,secrets,serviceaccounts,statefulsets";
  const table = await kubectl("get", kinds, "-A", "--no-headers", "-o", `custom-columns=${columns}`);
  // A column is as wide as what is longest in it.
  const lines = table.split("\n").map((line) => line.replace(/\s+/g, " "));
  return lines.filter(
    (line) => /consul|traefik|mesh-services/.test(line) && !line.includes("sh.helm") && /<none>\s*$/.test(line),
  );
}

step("the stack of before comes up", async () => {
  const program = [
    "components",
    "index.ts",
    "settings.ts",
    "edgeReport.ts",
    "routeReport.ts",
    "stackState.ts",
    "Pulumi.yaml",
  ];
  for (const each of program) {
    fs.rmSync(path.join(its.directory, each), { force: true });
  }
  const archive = execFileSync("git", ["-C", ROOT, "archive", BEFORE, ...program], { maxBuffer: 64 * 1024 * 1024 });
  execFileSync("tar", ["-x", "-C", its.directory], { input: archive });
  await its.stack.up();
  for (const each of program) {
    fs.rmSync(path.join(its.directory, each), { force: true, recursive: true });
    if (fs.existsSync(path.join(ROOT, each))) {
      fs.symlinkSync(path.join(ROOT, each), path.join(its.directory, each));
    }
  }
  await answers(200, "whoami.localhost");
  await steady("whoami.localhost");
});

step("it is upgraded: no request is lost, and nothing that holds data or trust is replaced", async () => {
  const before = await kept();
  const preview = await its.stack.preview();
  console.info(preview.changeSummary);
  const requests = load("whoami.localhost");
  await its.stack.up();
  const { sent, failures } = await requests.stop();
  console.info(`upgrade from ${BEFORE}: ${failures.length} of ${sent} requests failed`);
  expect(failures).toEqual([]);
  const after = await kept();
  expect(before.filter((each) => !after.includes(each))).toEqual([]);
  await changesNothing(its.stack);
});
