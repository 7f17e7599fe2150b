import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { poll } from "../e2e/cluster";
import { TESTBED, workspace, Workspace } from "../workspace";
import { ONE_STACK, PARALLEL } from "./columns";
import { round, Row, writeTable } from "./page";

/**
 * How long a stack takes as its services become many, side by side with kubectl, Helm and a plain program of Pulumi for the same objects:
 * a first up, a preview without a change, and what one team waits for whose stack is one of many. Services have no pods, which would cost
 * all sides the same.
 * Writes the tables of docs/performance.md. Expects a testbed that is up, with nothing on it.
 *   SIZES=10,100,300 TEAMS=1,5,15,50 PARTS=alone,parallel,teams npx ts-node --transpile-only tests/bench/scale.ts
 * A stack of more services than KEPT_UP_TO is measured without checkpoints alone: with them it takes hours. JOURNAL_URL is a backend of
 * Pulumi Cloud's kind, to measure that too; the CLI has its token in PULUMI_ACCESS_TOKEN.
 */
const SIZES = (process.env.SIZES ?? "10,100,300").split(",").map(Number);
const KEPT_UP_TO = Number(process.env.KEPT_UP_TO ?? 300);
const { JOURNAL_URL } = process.env;
const PARTS = [
  ...(process.env.PARTS ?? "alone,parallel,teams").split(","),
  ...(JOURNAL_URL === undefined ? [] : ["journal"]),
];
const TEAMS = (process.env.TEAMS ?? "1,5,15,50").split(",").map(Number);
const A_TEAM = 20;
const NAMESPACE = "mesh-services";
/** What docs/performance.md recommends for many services at once. */
const AT_ONCE = { parallel: 256 };
const LABEL = "consul-traefik-mesh/stack";

const services = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    name: `${prefix}-${i}`,
    image: "localhost/whoami:1.10.3",
    port: 80,
    replicas: 0,
    calls: [{ destination: `${prefix}-${(i + 1) % count}` }],
  }));

/** Has the stack have these services: by a file, since its own cannot hold a thousand. */
function has(its: Workspace, all: readonly object[]): void {
  fs.writeFileSync(path.join(its.directory, "services.json"), JSON.stringify({ services: all }));
  its.configure({ settingsFiles: ["services.json"] });
}

/** Seconds that something takes, and the most memory, in MiB, that the processes below this one have meanwhile. */
async function measured(body: () => Promise<unknown>): Promise<{ seconds: number; memory: number }> {
  let memory = 0;
  const timer = setInterval(() => (memory = Math.max(memory, memoryBelow(process.pid))), 1000);
  const begun = Date.now();
  await body().finally(() => clearInterval(timer));
  return { seconds: (Date.now() - begun) / 1000, memory };
}

function memoryBelow(root: number): number {
  const table = execFileSync("ps", ["-e", "-o", "pid=,ppid=,rss="], { encoding: "utf8" });
  const all = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = [root];
  let kib = 0;
  for (const parent of below) {
    for (const [pid, , rss] of all.filter(([, its]) => its === parent)) {
      below.push(pid);
      kib += rss;
    }
  }
  return Math.round(kib / 1024);
}

const command =
  (name: string) =>
  (...args: string[]) =>
    promisify(execFile)(name, args, { maxBuffer: 1 << 28 });
const [kubectl, helm] = [command("kubectl"), command("helm")];

/** The stack's objects of its services, as somebody would write them who has no Pulumi. */
async function manifests(): Promise<any[]> {
  const found = await Promise.all(
    [
      ["serviceaccounts,services,deployments", NAMESPACE],
      ["servicedefaults,serviceintentions", "consul-system"],
    ].map(([kinds, namespace]) => kubectl("get", kinds, "-n", namespace, "-l", LABEL, "-o", "json")),
  );
  return found
    .flatMap(({ stdout }) => JSON.parse(stdout).items)
    .filter(({ metadata }) => /^many-\d+$/.test(metadata.name))
    .map(({ apiVersion, kind, metadata: { name, namespace }, spec: { ...spec } = {} as any }) => ({
      apiVersion,
      kind,
      metadata: { name, namespace },
      ...(kind !== "ServiceAccount" && { spec: { ...spec, clusterIP: undefined, clusterIPs: undefined } }),
    }));
}

const rows: Row[] = SIZES.map((services) => ({ services }));
const teamRows: Row[] = [];

function note(services: number, figures: Record<string, number>): void {
  const i = rows.findIndex((row) => row.services === services);
  rows[i] = { ...rows[i], ...figures };
  console.info(rows[i]);
}

/** As the stack is by default: its state is written at each step. */
async function ours(its: Workspace): Promise<void> {
  for (const count of SIZES.filter((size) => size <= KEPT_UP_TO)) {
    has(its, services("many", count));
    const { seconds } = await measured(() => its.stack.up());
    note(count, { up: round(seconds) });
  }
}

/** The same, where its state is written at the end alone. */
async function withoutCheckpoints(its: Workspace): Promise<void> {
  its.stack.workspace.envVars.PULUMI_SKIP_CHECKPOINTS = "true";
  for (const count of SIZES) {
    has(its, services("many", count));
    const { seconds, memory } = await measured(() => its.stack.up());
    note(count, { fast: round(seconds), memory });
  }
  delete its.stack.workspace.envVars.PULUMI_SKIP_CHECKPOINTS;
}

/** As by default, in a backend to which Pulumi sends each step, and not the whole state. */
async function withJournal(its: Workspace, url: string): Promise<void> {
  const there = await workspace("local", { ...TESTBED, services: [], intentions: [] }, its.stack.name, undefined, url);
  await there.stack.importStack(await its.stack.exportStack());
  for (const count of SIZES) {
    has(there, services("many", count));
    const { seconds } = await measured(() => there.stack.up());
    note(count, { journal: round(seconds) });
  }
  await without(there);
  for (const count of SIZES) {
    has(there, services("many", count));
    const { seconds } = await measured(() => there.stack.up(AT_ONCE));
    note(count, { parallelJournal: round(seconds) });
  }
  await without(there);
  await its.stack.importStack(await there.stack.exportStack());
  await there.remove();
}

/** Likewise, where Pulumi waits for as much at once as there is to wait for. */
async function inParallel(its: Workspace): Promise<Map<number, any[]>> {
  const objects = new Map<number, any[]>();
  its.stack.workspace.envVars.PULUMI_SKIP_CHECKPOINTS = "true";
  for (const count of SIZES) {
    has(its, services("many", count));
    const { seconds, memory } = await measured(() => its.stack.up(AT_ONCE));
    const again = await measured(() => its.stack.preview());
    const all = await manifests();
    objects.set(count, all);
    note(count, {
      parallel: round(seconds),
      objects: all.length,
      preview: round(again.seconds),
      parallelMemory: memory,
    });
  }
  delete its.stack.workspace.envVars.PULUMI_SKIP_CHECKPOINTS;
  return objects;
}

/** Takes the services away again, quickly. */
async function without(its: Workspace): Promise<void> {
  has(its, []);
  its.stack.workspace.envVars.PULUMI_SKIP_CHECKPOINTS = "true";
  const { seconds } = await measured(() => its.stack.up(AT_ONCE));
  console.info(`services removed in ${round(seconds)} s`);
  delete its.stack.workspace.envVars.PULUMI_SKIP_CHECKPOINTS;
}

/** Whether each config entry is synced, and each Deployment there: one question for all, which costs less than `kubectl wait`. */
async function settled(items: readonly any[]): Promise<boolean> {
  const kinds = [
    ["servicedefaults,serviceintentions", "consul-system", "Synced"],
    ["deployments", NAMESPACE, "Available"],
  ];
  const live = await Promise.all(
    kinds.map(async ([kind, namespace, condition]) =>
      JSON.parse((await kubectl("get", kind, "-n", namespace, "-o", "json")).stdout)
        .items.filter(({ status }: any) =>
          status?.conditions?.some(({ type, status: is }: any) => type === condition && is === "True"),
        )
        .map((each: any) => `${each.kind}/${each.metadata.name}`),
    ),
  );
  const done = new Set(live.flat());
  return items
    .filter(({ kind }) => !["Service", "ServiceAccount"].includes(kind))
    .every(({ kind, metadata }) => done.has(`${kind}/${metadata.name}`));
}

/** The same objects by kubectl, in the same steps, until each config entry is synced and each Deployment rolled out. */
async function theirs(objects: Map<number, any[]>): Promise<void> {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "bench-")), "objects.json");
  for (const [count, items] of objects) {
    fs.writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    const applied = await measured(async () => {
      await kubectl("apply", "--server-side", "--force-conflicts", "-f", file);
      await poll("all is settled", () => settled(items), Boolean, 1800);
    });
    const diff = await measured(() =>
      kubectl("diff", "--server-side", "--force-conflicts", "-f", file).catch(() => undefined),
    );
    note(count, { apply: round(applied.seconds), diff: round(diff.seconds) });
  }
  await kubectl("delete", "-f", file, "--wait=true");
}

/** The same objects as one chart of Helm's, which waits for no config entry by itself either. */
async function byHelm(objects: Map<number, any[]>): Promise<void> {
  const chart = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
  fs.mkdirSync(path.join(chart, "templates"));
  fs.writeFileSync(path.join(chart, "Chart.yaml"), "apiVersion: v2\nname: many\nversion: 1.0.0\n");
  for (const [count, items] of objects) {
    const text = items.map((item) => JSON.stringify(item)).join("\n---\n");
    fs.writeFileSync(path.join(chart, "templates/objects.yaml"), text);
    const { seconds } = await measured(async () => {
      await helm("upgrade", "--install", "many", chart, "-n", NAMESPACE);
      await poll("all is settled", () => settled(items), Boolean, 1800);
    });
    note(count, { helm: round(seconds) });
  }
  await helm("uninstall", "many", "-n", NAMESPACE, "--wait");
}

/** The program of somebody who has Pulumi and nothing of ours. */
const PLAIN = `
const k8s = require("@pulumi/kubernetes");
const { ServiceAccount, Service } = k8s.core.v1;
const classes = { ServiceAccount, Service, Deployment: k8s.apps.v1.Deployment };
for (const { kind, metadata, ...rest } of require("./objects.json")) {
  const { [kind]: Resource = k8s.apiextensions.CustomResource } = classes;
  const awaits = kind === "Service" ? { skipAwait: "true" } : classes[kind] ? {} : { waitFor: "condition=Synced" };
  const annotations = Object.fromEntries(Object.entries(awaits).map(([key, value]) => ["pulumi.com/" + key, value]));
  new Resource(kind + "-" + metadata.name, { kind, metadata: { ...metadata, annotations }, ...rest });
}
`;

/** The same objects by such a program: how much of the time is Pulumi's own. */
async function plainly(objects: Map<number, any[]>): Promise<void> {
  const workDir = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
  fs.writeFileSync(path.join(workDir, "Pulumi.yaml"), "name: plain\nruntime: nodejs\nmain: index.js\n");
  fs.writeFileSync(path.join(workDir, "index.js"), PLAIN);
  fs.symlinkSync(path.resolve(__dirname, "../../node_modules"), path.join(workDir, "node_modules"));
  const envVars = {
    PULUMI_BACKEND_URL: `file://${workDir}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "plain",
    PULUMI_SKIP_CHECKPOINTS: "true",
  };
  const stack = await LocalWorkspace.createStack({ stackName: "plain", workDir }, { envVars });
  for (const [count, items] of objects) {
    fs.writeFileSync(path.join(workDir, "objects.json"), JSON.stringify(items));
    const first = await measured(() => stack.up(AT_ONCE));
    const again = await measured(() => stack.preview());
    note(count, { plain: round(first.seconds), plainPreview: round(again.seconds), plainMemory: first.memory });
  }
  await measured(() => stack.destroy(AT_ONCE));
}

const team = (i: number) => ({ stack: `organization/consul-traefik-mesh/team-${i}`, namespace: `team-${i}` });

/** What a team of many waits for: its first up, one more intention, a preview. */
async function teams(its: Workspace): Promise<void> {
  const most = Math.max(...TEAMS);
  its.configure({ services: [], teams: Array.from({ length: most }, (_, i) => team(i)) });
  await its.stack.up();
  const all: Workspace[] = [];
  let sum = 0;
  for (let i = 0; i < most; i++) {
    const settings = {
      meshStack: "organization/consul-traefik-mesh/bench",
      servicesNamespace: team(i).namespace,
      services: services(`team-${i}`, A_TEAM),
      intentions: [],
    };
    const joined = await workspace("local", { ...settings, networkPolicies: false }, `team-${i}`, its);
    all.push(joined);
    const first = await measured(() => joined.stack.up());
    sum += first.seconds;
    if (TEAMS.includes(i + 1)) {
      joined.configure({ intentions: [{ source: `team-${i}-0`, destination: `team-${i}-5` }] });
      const change = await measured(() => joined.stack.up());
      const again = await measured(() => joined.stack.preview());
      teamRows.push({
        services: (i + 1) * A_TEAM,
        stacks: i + 1,
        all: round(sum),
        up: round(first.seconds),
        change: round(change.seconds),
        preview: round(again.seconds),
      });
      console.info(teamRows.at(-1));
    }
  }
  const [last] = all.slice(-1);
  const gone = await measured(() => last.stack.destroy());
  console.info(`one team's stack destroyed in ${round(gone.seconds)} s`);
}

async function main(): Promise<void> {
  const its = await workspace("local", { ...TESTBED, services: [], intentions: [] }, "bench");
  await its.stack.up();
  if (PARTS.includes("alone")) {
    await ours(its);
    await without(its);
    await withoutCheckpoints(its);
    await without(its);
  }
  if (JOURNAL_URL !== undefined) {
    await withJournal(its, JOURNAL_URL);
  }
  if (PARTS.some((part) => part !== "teams")) {
    const objects = await inParallel(its);
    await without(its);
    await theirs(objects);
    if (PARTS.includes("alone")) {
      await byHelm(objects);
    }
    if (PARTS.includes("parallel")) {
      await plainly(objects);
    }
  }
  if (PARTS.includes("teams")) {
    await teams(its);
  }
  const many = {
    services: "Services of the mesh",
    stacks: "Stacks",
    all: "First `up` of all, in turn",
    up: "First `up` of one",
    change: "`up` of one more intention",
    preview: "`preview`",
  };
  const journal = {
    services: "Services",
    journal: "`up` to as many",
    parallelJournal: "with `--parallel 256`",
    parallel: "that, in a folder without checkpoints",
    apply: "kubectl, the same",
  };
  const tables: Record<string, Parameters<typeof writeTable>> = {
    journal: ["journal", journal, rows],
    alone: ["one stack", ONE_STACK, rows],
    parallel: ["parallel", PARALLEL, rows],
    teams: ["teams", many, teamRows],
  };
  Object.entries(tables)
    .filter(([part]) => PARTS.includes(part))
    .forEach(([, table]) => writeTable(...table));
}

void main();
