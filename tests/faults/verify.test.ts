import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as yaml from "yaml";
import { CATEGORIES } from "../../tools/verify/checks";
import { apply, kubectl, renewCluster, story } from "../e2e/cluster";
import { TESTBED, UNREACHABLE, workspace, Workspace } from "../workspace";
import { IN_SETTINGS, ON_THE_CLUSTER } from "./verify/before";
import { Fault } from "./verify/harm";
import { MEMBERS } from "./verify/members";
import { MESH } from "./verify/mesh";
import { alarms, command, Verified, Verifying } from "./verify/stack";

/** Each check of verify sees its fault on a real cluster, and no other does; where all is well none says otherwise. */

/** Checks that no fault of this file shows, and why not. */
const EXCUSED: Record<string, string> = {
  "auth-method":
    "Consul deletes a method with the tokens of all who logged in by it: the whole mesh would have to begin anew",
  "consul-one-version": "the testbed has Consul in one version",
  "deny-all-enforced": "Consul gives its rules to each sidecar, and adds them to a listener of a user's own words too",
  "gossip-encrypted": "each server keeps the key with its data, so one without a key goes on with the one that it had",
  "sidecar-certificate": "Consul issues none for less than an hour, and renews each before; nobody's clock can be set",
};
/** Checks whose fault is another stack, or a way to the cluster, that has none: each has a test of its own below. */
const OWN_TESTS = ["cluster-reachable", "permissions", "stack-deployed"];

const image = "localhost/whoami:1.10.3";
const healthPath = "/health";
const INGRESS = "traefik-system-ingress";
const team = "organization/consul-traefik-mesh/orders";
const job = {
  name: "report",
  image,
  command: ["curl", "-sf", "-m", "10", "--retry", "5", "--retry-all-errors"],
  args: ["http://echo.mesh-services/"],
  schedule: "@yearly",
  calls: [{ destination: "echo" }],
};
const settings = {
  services: [
    { name: "whoami", image, port: 80, healthPath, replicas: 2, routes: [{ host: "whoami.localhost" }] },
    { name: "echo", image, port: 80, healthPath },
  ],
  jobs: [job],
  intentions: [
    { source: INGRESS, destination: "whoami", permissions: [{ action: "allow", http: { pathPrefix: "/" } }] },
    { source: "whoami", destination: "echo" },
  ],
  traefikDashboard: true,
  teams: [{ stack: team, namespace: "orders" }],
};

let its: Workspace;
let theirs: Workspace;
let verified: Verified;
/** A check whose fault is not found says nothing of the others. */
const step = story(false);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "verify-test-"));

/** Does the harm, has verify find it and nothing else, and undoes it; after that all is well. */
function each(faults: Record<string, Fault>, verifying: Verifying = {}): void {
  for (const [id, { harm, besides = {} }] of Object.entries(faults)) {
    step(
      `${id} finds its fault, and no other check does${Object.keys(besides).map((its) => `, but for ${its}`)}`,
      async () => {
        const heal = await harm();
        try {
          await verified.finds([id, ...Object.keys(besides)], verifying);
        } finally {
          await heal();
        }
        await verified.finds([], verifying, 150);
      },
    );
  }
}

/** A kubeconfig for the same cluster, of a ServiceAccount that may do what docs/verify.md says, and no more. */
async function plainUser(): Promise<string> {
  const page = fs.readFileSync("docs/verify.md", "utf8");
  const [, rights] = /```yaml\n(# who runs verify[^]*?)```/.exec(page)!;
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "somebody", namespace: "default" } };
  const documents = yaml.parseAllDocuments(rights).map((document) => document.toJS());
  const ports = documents.find(({ kind, metadata }) => kind === "RoleBinding" && metadata.name === "mesh-verify-ports");
  const elsewhere = ["traefik-consul", "mesh-services"].map((namespace) => ({
    ...ports,
    metadata: { ...ports.metadata, namespace },
  }));
  await apply([account, ...documents, ...elsewhere]);
  const token = (await kubectl("create", "token", "somebody", "-n", "default")).trim();
  const config = yaml.parse(await kubectl("config", "view", "--raw", "--minify"));
  config.users[0].user = { token };
  const file = path.join(folder, "somebody");
  fs.writeFileSync(file, yaml.stringify(config), { mode: 0o600 });
  return file;
}

beforeAll(async () => {
  its = await workspace("prod", { ...TESTBED, ...settings });
  verified = new Verified(its);
});

afterAll(async () => {
  await theirs?.remove();
  await its?.remove();
  fs.rmSync(folder, { recursive: true });
  renewCluster();
}, 300_000);

test("each check has its fault here, or a reason for none", () => {
  const here = [MESH, MEMBERS, ON_THE_CLUSTER, IN_SETTINGS, EXCUSED].flatMap(Object.keys);
  const ids = CATEGORIES.flatMap(({ checks }) => checks.map(({ id }) => id));
  expect([...here, ...OWN_TESTS].sort()).toEqual([...ids].sort());
});

describe("before the first up", () => {
  const pre = { pre: true };

  step("of a cluster that is ready all is well, in the command's own words", async () => {
    const { code, outcomes } = await command(its, ["--pre"]);
    expect([alarms(outcomes), code]).toEqual([[], 0]);
  });

  step("the stack that is not deployed is told as such", async () => {
    await verified.finds(["stack-deployed"]);
  });

  step("a cluster that nobody reaches is told as such", async () => {
    const file = path.join(folder, "nowhere");
    fs.writeFileSync(file, UNREACHABLE);
    await verified.finds(["cluster-reachable"], { ...pre, kubeconfig: file });
  });

  const { "injector-reach": reach, "policies-enforced": enforced, ...others } = ON_THE_CLUSTER;
  each(others, pre);
  each({ "injector-reach": reach, "policies-enforced": enforced }, { ...pre, probing: true });

  for (const [id, { settings: changed, besides = {} }] of Object.entries(IN_SETTINGS)) {
    step(`${id} finds settings that do not fit`, async () => {
      const file = path.join(its.directory, `Pulumi.${its.stack.name}.yaml`);
      const before = fs.readFileSync(file);
      its.configure(changed);
      try {
        await verified.finds([id, ...Object.keys(besides)], { ...pre, probing: id === "pods-reach" });
      } finally {
        fs.writeFileSync(file, before);
      }
    });
  }
});

describe("of a stack with all that there is", () => {
  step(
    "it comes up, a team's services join it, and all is well with both",
    async () => {
      await its.stack.up();
      const joins = {
        meshStack: `organization/consul-traefik-mesh/${its.stack.name}`,
        servicesNamespace: "orders",
        services: [{ ...settings.services[0], name: "orders", replicas: 1, routes: [{ host: "orders.localhost" }] }],
        intentions: [{ source: INGRESS, destination: "orders" }],
        jobs: [],
        teams: [],
      };
      theirs = await workspace("prod", { ...TESTBED, ...joins }, "orders", its);
      await theirs.stack.up();
      verified.renew(theirs);
      for (const each of [its, theirs]) {
        const { code, outcomes } = await command(each, ["--wait", "60"]);
        expect([each.stack.name, alarms(outcomes), code]).toEqual([each.stack.name, [], 0]);
      }
    },
    true,
  );

  step("in 20 runs of the command there is no alarm, and only what is not declared is left out", async () => {
    const found = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const { code, outcomes } = await command(its, i % 10 === 0 ? [] : ["--no-probe"]);
      expect([i, alarms(outcomes), code]).toEqual([i, [], 0]);
      outcomes.filter(({ state }) => state === "passed").forEach(({ id }) => found.add(id));
    }
    const ids = CATEGORIES.filter(({ when }) => when !== "before").flatMap(({ checks }) => checks.map(({ id }) => id));
    expect(ids.filter((id) => !found.has(id))).toEqual([]);
  });

  step("who has the rights of docs/verify.md and no others, and pulumi and kubectl alone, gets the same", async () => {
    const kubeconfig = await plainUser();
    const bin = path.join(folder, "bin");
    fs.mkdirSync(bin);
    for (const tool of ["kubectl", "pulumi"]) {
      const found = execFileSync("which", [tool], { encoding: "utf8" }).trim();
      fs.symlinkSync(fs.realpathSync(found), path.join(bin, tool));
    }
    const env = { PATH: bin, HOME: folder, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { code, outcomes, said } = await command(its, ["--kubeconfig", kubeconfig, "--no-probe"], env);
    expect([said, alarms(outcomes), code]).toEqual([expect.anything(), [], 0]);
    const skipped = outcomes.filter(({ state }) => state === "skipped").map(({ id }) => id);
    expect(skipped.sort()).toEqual([
      "entries-guarded",
      "injection-works",
      "injector-reach",
      "pods-reach",
      "policies-enforced",
    ]);
    // The same user may not make what an up makes.
    const { outcomes: before } = await command(its, ["--pre", "--no-probe", "--kubeconfig", kubeconfig], env);
    expect(before.find(({ id }) => id === "permissions")?.state).toBe("failed");
  });

  each({ ...MESH, ...MEMBERS });
});
