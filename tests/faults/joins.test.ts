import * as fs from "node:fs";
import * as path from "node:path";
import { apply, changes, kubectl, poll, refreshesNothing, renewCluster, story } from "../e2e/cluster";
import { TESTBED, workspace, Workspace } from "../workspace";
import { judged } from "../e2e/pack";

/** Workloads of others join the mesh of `joinedProgram.ts`, with ACLs on, and are given back. */
const step = story();
let its: Workspace;

beforeAll(async () => {
  its = judged(await workspace("local", { ...TESTBED, services: [], intentions: [], consulAcls: true }, "local"));
  const program = path.join(its.directory, "index.ts");
  fs.rmSync(program);
  fs.symlinkSync(path.join(__dirname, "joinedProgram.ts"), program);
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

const labels = { app: "legacy" };
const LEGACY = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "legacy" } },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "legacy", namespace: "legacy" },
    spec: { selector: labels, ports: [{ name: "http", port: 8000, targetPort: 80 }] },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "legacy-v1", namespace: "legacy" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "app",
              image: "localhost/whoami:1.10.3",
              imagePullPolicy: "Never",
              ports: [{ containerPort: 80 }],
              readinessProbe: { httpGet: { path: "/health", port: 80 }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  },
];

async function pods(): Promise<any> {
  const { spec } = JSON.parse(await kubectl("get", "deployment", "legacy-v1", "-n", "legacy", "-o", "json"));
  return spec.template;
}

/** The status of a GET by a workload's own container, `000` where nobody answers. */
async function called(from: string, url: string): Promise<string> {
  const [namespace, workload] = from.split("/", 2);
  const curl = `curl -s -o /dev/null -m 10 -w '%{http_code}' ${url} || true`;
  const inside = ["exec", "-n", namespace, workload.replace(":", "/"), "-c", "app", "--", "sh", "-c", curl];
  return kubectl(...inside);
}

async function answers(status: string, from: string, url: string): Promise<void> {
  await poll(
    `${from} → ${url}`,
    () => called(from, url),
    (answer) => answer === status,
    90,
  );
}

let before: any;

step(
  "a resource's pods, a chart's and those of a Deployment that runs join by one up, and the next changes nothing",
  async () => {
    await apply(LEGACY);
    await kubectl("rollout", "status", "deployment/legacy-v1", "-n", "legacy");
    before = await pods();
    await its.stack.up({ onOutput: process.env.VERBOSE ? console.info : undefined });
    expect(changes((await its.stack.preview()).changeSummary)).toEqual([]);
    // What ran before was read, and then patched: the next up reads it as it is now.
    await its.stack.up();
    await refreshesNothing(its.stack);
  },
);

step("each calls whom it may, by the names that callers knew before, and nobody else does", async () => {
  await answers("200", "apps/statefulset:billing", "http://shop.apps:8000/");
  await answers("200", "legacy/deployment:legacy-v1", "http://billing-http.apps:8000/");
  await answers("000", "apps/deployment:shop", "http://billing-http.apps:8000/");
  await answers("000", "apps/deployment:shop", "http://legacy.legacy:8000/");
});

step(
  "requests go where the service that was called says: by what they are, in its time, elsewhere where it has no pod",
  async () => {
    const legacy = "legacy/deployment:legacy-v1";
    await answers("504", legacy, "http://shop.apps:8000/brief?wait=3s");
    await answers("200", legacy, "http://shop.apps:8000/?wait=3s");
    const name = async (...curl: string[]) => {
      const inside = [
        "exec",
        "-n",
        "legacy",
        "deployment/legacy-v1",
        "-c",
        "app",
        "--",
        "curl",
        "-s",
        "-m",
        "10",
        ...curl,
      ];
      return /^Hostname: (.*)$/m.exec(await kubectl(...inside))?.[1];
    };
    expect(await name("http://shop.apps:8000/")).toMatch(/^shop-/);
    expect(await name("-H", "x-to: billing", "http://shop.apps:8000/")).toBe("billing-0");
    await kubectl("scale", "statefulset/billing", "-n", "apps", "--replicas=0");
    await poll(
      "shop in the place of billing",
      () => name("http://billing-http.apps:8000/"),
      (answer) => answer?.startsWith("shop-") === true,
      90,
    );
    await kubectl("scale", "statefulset/billing", "-n", "apps", "--replicas=1");
  },
);

step("a job that may call does, and ends, at once and when its time has come; another ends in vain", async () => {
  const run = (job: string) => kubectl("create", "job", `${job}-now`, "-n", "apps", `--from=cronjob/${job}`);
  const status = async (job: string) =>
    JSON.parse(await kubectl("get", "job", job, "-n", "apps", "-o", "json")).status.conditions?.map(
      ({ type }: { type: string }) => type,
    ) ?? [];
  const ends = (job: string, how: string) =>
    poll(
      job,
      () => status(job),
      (types) => types.includes(how),
      120,
    );
  await ends("once", "Complete");
  await run("report");
  await run("stranger");
  await ends("report-now", "Complete");
  await ends("stranger-now", "Failed");
});

step("what ran before has its own pods again after a destroy", async () => {
  await its.stack.destroy();
  expect(await pods()).toEqual(before);
  await kubectl("rollout", "status", "deployment/legacy-v1", "-n", "legacy");
  const containers = await kubectl("get", "pods", "-n", "legacy", "-o", "jsonpath={.items[*].spec.containers[*].name}");
  expect(new Set(containers.split(" "))).toEqual(new Set(["app"]));
});
