import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import {
  ConsulMesh,
  ConsulMeshArgs,
  IntentionSet,
  MeshJob,
  MeshJobOptions,
  meshJobProblems,
  MeshService,
} from "../../components";
import { endingSidecar } from "../../components/services/jobSidecar";
import { scheduleProblems } from "../../components/services/meshJobProblems";
import { parseSettings } from "../../settings";
import { find, record } from "../recorder";
import { raw } from "../settings";

const report = { image: "a/b:1.0.0", command: ["report"], args: ["--all"] };
const OLD = { images: { controlPlane: "hashicorp/consul-k8s-control-plane:1.5.3" }, chart: { version: "1.5.3" } };

/** What a program makes that has the job `report` of the namespace `apps`, and a service that it calls. */
function made(job: Partial<MeshJobOptions> = {}, mesh: ConsulMeshArgs = {}) {
  return record(() => {
    const consul = new ConsulMesh("consul", mesh);
    const baseline = new IntentionSet("baseline", { mesh: consul });
    const calls = [{ destination: "shop" }];
    const its = new MeshJob("report", {
      mesh: consul,
      namespace: "apps",
      guardedBy: baseline,
      ...report,
      calls,
      ...job,
    });
    const shop = new MeshService("shop", { mesh: consul, namespace: "apps", image: "a/b:1.0.0", port: 80 });
    new IntentionSet("intentions", { mesh: consul, denyAll: false, services: [its, shop] });
  });
}

describe("a job", () => {
  test("runs under an identity of its own, behind deny-all and the intentions of its calls", async () => {
    const recorded = await made();
    const { type, props, dependsOn, deleteBeforeReplace } = find(recorded, "report-job");
    expect(type).toBe("kubernetes:batch/v1:Job");
    expect(dependsOn).toEqual(expect.arrayContaining(["baseline-all.services", "intentions-shop", "report-service"]));
    expect(deleteBeforeReplace).toBe(true);
    const { metadata, spec } = props.spec.template;
    expect(spec).toMatchObject({ restartPolicy: "Never", serviceAccountName: "report" });
    expect(metadata.labels).toEqual(find(recorded, "report-service").props.spec.selector);
    expect(metadata.annotations["consul.hashicorp.com/connect-inject"]).toBe("true");
    expect(find(recorded, "intentions-shop").props.spec.sources).toEqual([
      expect.objectContaining({ name: "report", action: "allow" }),
    ]);
  });

  test("has a native sidecar where the control plane knows it, and its own command", async () => {
    const { metadata, spec } = find(await made(), "report-job").props.spec.template;
    expect(metadata.annotations["consul.hashicorp.com/enable-consul-dataplane-as-sidecar"]).toBe("true");
    expect(spec.containers[0]).toMatchObject(report);
  });

  test("tells its sidecar to end where that does not end by itself", async () => {
    const { metadata, spec } = find(await made({}, OLD), "report-job").props.spec.template;
    expect(metadata.annotations).toMatchObject({
      "consul.hashicorp.com/enable-sidecar-proxy-lifecycle": "true",
      "consul.hashicorp.com/sidecar-proxy-lifecycle-graceful-port": "20600",
    });
    expect(metadata.annotations["consul.hashicorp.com/enable-consul-dataplane-as-sidecar"]).toBeUndefined();
    expect(spec.containers[0].command.slice(-2)).toEqual(["job", "report"]);
    expect(spec.containers[0].args).toEqual(["--all"]);
  });

  test("with a schedule is a CronJob, of which one runs at a time", async () => {
    const { type, props } = find(await made({ schedule: "0 3 * * *", timeZone: "Europe/Paris" }), "report-cron-job");
    expect(type).toBe("kubernetes:batch/v1:CronJob");
    expect(props.spec).toMatchObject({ schedule: "0 3 * * *", timeZone: "Europe/Paris", concurrencyPolicy: "Forbid" });
    expect(props.spec.jobTemplate.spec.template.spec.serviceAccountName).toBe("report");
  });
});

describe("the command that tells the sidecar", () => {
  let requests: string[];
  let server: http.Server;
  let folder: string;
  beforeEach(async () => {
    requests = [];
    server = http.createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "job-"));
  });
  afterEach(() => {
    server.close();
    fs.rmSync(folder, { recursive: true });
  });

  /** Runs a job's command with the sidecar's ports at this test's server. */
  const run = (...command: string[]) => {
    const { port } = server.address() as { port: number };
    const [shell, ...args] = endingSidecar("chart 1.5.3", command).command!.map((each) =>
      each.replace(/127\.0\.0\.1:\d+/g, `127.0.0.1:${port}`),
    );
    return new Promise<{ code: number; stdout: string }>((resolve) => {
      const child = execFile(shell, args, (_, stdout) => resolve({ code: child.exitCode!, stdout }));
    });
  };

  test.each([0, 3])("has the job's own end, %i, and tells the sidecar of it behind it", async (code) => {
    expect(await run("sh", "-c", `echo "$1"; exit ${code}`, "name", "an argument")).toEqual({
      code,
      stdout: "an argument\n",
    });
    expect(requests).toEqual(["GET /ready", "POST /graceful_shutdown"]);
  });

  test("waits for the sidecar before it begins", async () => {
    const [answer] = server.listeners("request") as http.RequestListener[];
    server.removeAllListeners("request").once("request", (_, response) => {
      requests.push("not ready");
      response.writeHead(503).end();
      server.on("request", answer);
    });
    await run("true");
    expect(requests).toEqual(["not ready", "GET /ready", "POST /graceful_shutdown"]);
  });
});

test.each<[string, Partial<MeshJobOptions>, string, string]>([
  [
    "no command where the sidecar has to be told",
    { command: undefined },
    "command",
    "chart 1.5.3 ends no sidecar by itself",
  ],
  ["a schedule that is none", { schedule: "every day" }, "schedule", "is no schedule; use five fields"],
  ["an hour that no day has", { schedule: "0 24 * * *" }, "schedule", 'has "24" for the hour'],
  ["a time zone without a schedule", { timeZone: "Europe/Paris" }, "timeZone", "is of a schedule, which is not set"],
  ["a time zone that is none", { schedule: "@daily", timeZone: "Paris" }, "timeZone", "is no time zone"],
  ["a port's variable of another's", { calls: [{ destination: "*" }] }, "calls[0].destination", "is every service"],
  ["the sidecar's user", { runAsUser: 5995 }, "runAsUser", "is the sidecar's"],
  ["the node's network", { podSpec: { hostNetwork: true } }, "podSpec.hostNetwork", "the node's network"],
  ["pods that begin again", { podSpec: { restartPolicy: "Always" } }, "podSpec.restartPolicy", "begin again"],
  ["no retries that are fewer than none", { backoffLimit: -1 }, "backoffLimit", "out of range"],
])("%s is refused", (_, wrong, at, says) => {
  expect(meshJobProblems("report", { ...report, ...wrong }, "chart 1.5.3")).toEqual([
    { propertyPath: at, reason: expect.stringContaining(says) },
  ]);
  expect(meshJobProblems("report", report, "chart 1.5.3")).toEqual([]);
});

test("a name of a CronJob leaves room for those of its Jobs", () => {
  const name = "a".repeat(53);
  expect(meshJobProblems(name, report, undefined)).toEqual([]);
  expect(meshJobProblems(name, { ...report, schedule: "@hourly" }, undefined)).toEqual([
    { propertyPath: "serviceName", reason: expect.stringContaining("52 characters") },
  ]);
});

test.each(["* * * * *", "*/5 0-6,12 1,15 jan-MAR mon", "0 0 ? * SUN-TUE/2", "@daily", "5/15 * * * *"])(
  "%s is a schedule",
  (its) => {
    expect(scheduleProblems("schedule", its)).toEqual([]);
  },
);

test.each([
  "",
  "* * * *",
  "* * * * * *",
  "60 * * * *",
  "*/0 * * * *",
  "0 0 0 * *",
  "0 0 * 13 *",
  "0 0 * * 7",
  "6-1 * * * *",
  "a * * * *",
  "TZ=UTC * * * * *",
  "@every 1h",
  "@reboot",
])("%s is none", (its) => {
  expect(scheduleProblems("schedule", its)).not.toEqual([]);
});

describe("in the stack's configuration", () => {
  const problems = (jobs: object[], given: object = {}) => {
    const result = parseSettings(raw({ jobs, ...given }));
    return "problems" in result ? result.problems.map((each) => `${each.propertyPath}: ${each.reason}`) : [];
  };
  const job = { name: "report", ...report };

  test("a job calls a service, and an intention may name it", () => {
    const services = [{ name: "shop", image: "a/b:1.0.0", port: 80 }];
    expect(problems([{ ...job, schedule: "@daily", calls: [{ destination: "shop" }] }], { services })).toEqual([]);
    expect(problems([job], { services, intentions: [{ source: "report", destination: "shop" }] })).toEqual([]);
  });

  test.each<[string, object, string]>([
    ["a port", { port: 80 }, "jobs[0].port: is not a known key"],
    ["a call to nobody", { calls: [{ destination: "nobody" }] }, "jobs[0].calls[0].destination: "],
    ["root under a level that refuses it", { runAsUser: 5996 }, "jobs[0].runAsUser: 5996 is the sidecar's"],
  ])("%s is refused", (_, wrong, says) => {
    expect(problems([{ ...job, ...wrong }])).toEqual([expect.stringContaining(says)]);
  });
});
