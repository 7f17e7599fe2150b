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
import { programOf } from "../program";
import { find, record } from "../recorder";
import { ofStack, raw } from "../settings";

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

  test("goes before the one that takes its name", async () => {
    expect(find(await made(), "report-job").deleteBeforeReplace).toBe(true);
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
      "consul.hashicorp.com/sidecar-proxy-lifecycle-graceful-shutdown-path": "/graceful_shutdown",
    });
    expect(metadata.annotations["consul.hashicorp.com/enable-consul-dataplane-as-sidecar"]).toBeUndefined();
    expect(spec.containers[0].command.slice(-2)).toEqual(["job", "report"]);
    expect(spec.containers[0].args).toEqual(["--all"]);
  });

  test("is tried again as often, and for as long, as is said", async () => {
    const job = async (its: Partial<MeshJobOptions>) => find(await made(its), "report-job");
    const plain = await job({});
    expect(plain.props.spec).toMatchObject({ backoffLimit: 6 });
    expect(plain.props.spec).not.toHaveProperty("activeDeadlineSeconds");
    expect(plain.timeouts).toMatchObject({ create: "600s" });
    // One that has failed is made anew by the next `up`.
    expect(plain.props.metadata.annotations).toMatchObject({ "pulumi.com/replaceUnready": "true" });
    const told = await job({ backoffLimit: 0, activeDeadlineSeconds: 30 });
    expect(told.props.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 30 });
    expect(told.timeouts).toMatchObject({ create: "90s" });
  });

  test("has what a service's pods have, and no port that anybody calls", async () => {
    const recorded = await made({
      podLabels: { team: "shop" },
      podAnnotations: { "example.com/a": "b" },
      writablePaths: ["/tmp"],
      imagePullPolicy: "Always",
      terminationGracePeriodSeconds: 5,
      podSpec: { hostname: "report", dnsConfig: { options: [{ name: "ndots", value: "1" }] } },
    });
    const { metadata, spec } = find(recorded, "report-job").props.spec.template;
    expect(metadata.labels).toMatchObject({ team: "shop" });
    expect(metadata.annotations).toMatchObject({
      "example.com/a": "b",
      "consul.hashicorp.com/consul-dns": "false",
      "consul.hashicorp.com/connect-service-port": "9",
    });
    expect(metadata.annotations).not.toHaveProperty(["consul.hashicorp.com/service-tags"]);
    expect(spec).toMatchObject({
      hostname: "report",
      terminationGracePeriodSeconds: 5,
      securityContext: { runAsUser: 65532, runAsNonRoot: true },
      volumes: [{ name: "writable-0", emptyDir: {} }],
    });
    expect(spec.containers[0]).toMatchObject({
      name: "report",
      imagePullPolicy: "Always",
      securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      volumeMounts: [{ name: "writable-0", mountPath: "/tmp" }],
    });
    expect(find(recorded, "report-service").props.spec.ports).toEqual([{ port: 9 }]);
  });

  test("is known to a cloud by the annotations of its ServiceAccount", async () => {
    const serviceAccountAnnotations = { "iam.gke.io/gcp-service-account": "report@a.iam.gserviceaccount.com" };
    expect(find(await made({ serviceAccountAnnotations }), "report-service-account").props.metadata).toMatchObject({
      name: "report",
      namespace: "apps",
      annotations: serviceAccountAnnotations,
    });
    const consuls = { ...report, serviceAccountAnnotations: { "consul.hashicorp.com/service-name": "shop" } };
    expect(meshJobProblems("report", consuls, undefined).map((p) => p.propertyPath)).toEqual([
      'serviceAccountAnnotations["consul.hashicorp.com/service-name"]',
    ]);
  });

  test("is who an existing ServiceAccount of its name says, and makes none", async () => {
    const recorded = await made({ existingServiceAccount: true });
    expect(recorded.map(({ name }) => name)).not.toContain("report-service-account");
    expect(find(recorded, "report-job").props.spec.template.spec.serviceAccountName).toBe("report");
  });

  test("with a schedule is a CronJob, of which one runs at a time", async () => {
    const { type, props } = find(await made({ schedule: "0 3 * * *", timeZone: "Europe/Paris" }), "report-cron-job");
    expect(type).toBe("kubernetes:batch/v1:CronJob");
    expect(props.spec).toMatchObject({ schedule: "0 3 * * *", timeZone: "Europe/Paris", concurrencyPolicy: "Forbid" });
    expect(props.spec.jobTemplate.spec.template.spec.serviceAccountName).toBe("report");
  });

  test("with a schedule may leave out a run that is late, and keep as many that ended as are wanted", async () => {
    const its = {
      concurrencyPolicy: "Allow",
      suspend: true,
      startingDeadlineSeconds: 60,
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 5,
    } as const;
    const { props } = find(await made({ schedule: "@daily", ...its }), "report-cron-job");
    const { jobTemplate, ...spec } = props.spec;
    expect(spec).toEqual({ schedule: "@daily", ...its });
    expect(jobTemplate.spec).not.toHaveProperty("completions");
  });

  test("may be of many pods, once or by a schedule; whether they have numbers, Kubernetes never changes", async () => {
    const many = { parallelism: 2, completions: 8, completionMode: "Indexed" } as const;
    const { props, replaceOnChanges } = find(await made(many), "report-job");
    expect(props.spec).toMatchObject(many);
    expect(replaceOnChanges).toEqual(["spec.completionMode"]);
    const recorded = await made({ ...many, schedule: "@daily" });
    expect(find(recorded, "report-cron-job").props.spec.jobTemplate.spec).toMatchObject(many);
  });
});

describe("a job of a mesh", () => {
  /** A job of a program, or what that is refused with. */
  async function job(name: string, its: Partial<MeshJobOptions>, mesh: ConsulMeshArgs = {}) {
    let result: MeshJob | string = "";
    const recorded = await record(() => {
      const consul = new ConsulMesh("consul", mesh);
      new MeshJob("first", { mesh: consul, namespace: "apps", ...report });
      try {
        result = new MeshJob(name, { mesh: consul, namespace: "apps", ...report, ...its });
      } catch (error) {
        result = (error as Error).message;
      }
      new MeshService("shop", { mesh: consul, namespace: "apps", image: "a/b:1.0.0", port: 80 });
    });
    return { recorded, result: result as MeshJob | string };
  }

  test("is called by nobody, and waits for the mesh alone where nothing guards it", async () => {
    const { recorded, result } = await job("report", { calls: [{ destination: "shop" }] });
    expect(result).toMatchObject({
      serviceName: "report",
      protocol: "tcp",
      listens: false,
      routed: false,
      servedPaths: [],
      protocolReady: [],
    });
    expect((result as MeshJob).calls).toEqual([
      { source: "report", destination: "shop", declaredAt: "report.calls[0]" },
    ]);
    expect((await job("report", {})).result).toMatchObject({ calls: [] });
    for (const part of ["service-account", "service", "job"]) {
      expect(find(recorded, `report-${part}`).parent).toBe("report");
    }
    expect(find(recorded, "report-job").dependsOn).toEqual(
      expect.arrayContaining(["consul-connect-injector", "report-service"]),
    );
    const scheduled = find((await job("report", { schedule: "@daily" })).recorded, "report-cron-job");
    expect(scheduled.parent).toBe("report");
    expect(scheduled.dependsOn).toContain("consul-connect-injector");
  });

  test.each<[string, Partial<MeshJobOptions> & { serviceName?: string }, ConsulMeshArgs, string]>([
    [
      "wrong by itself",
      { schedule: "never" },
      {},
      'MeshJob "report": 1 problem\n  schedule: "never" is not a schedule',
    ],
    [
      "null in part",
      { calls: null, podSpec: null } as unknown as MeshJobOptions,
      {},
      'MeshJob "report": 2 problems\n  calls: is null; give it a value, or leave it out\n  podSpec: is null; give',
    ],
    [
      "of a name that is taken",
      { serviceName: "first" },
      {},
      'serviceName: "first" is the name of MeshJob "first" too',
    ],
    [
      "of a variable that the cluster does not take",
      { env: { "1A": "x" } },
      { kubernetesVersion: "1.31" },
      'MeshJob "report": 1 problem\n  env: "1A" is a name that Kubernetes takes since 1.32',
    ],
  ])("is refused where it is %s", async (_, its, mesh, says) => {
    expect((await job("report", its, mesh)).result).toContain(says);
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
  ["a schedule that is none", { schedule: "every day" }, "schedule", "is not a schedule; use five fields"],
  ["an hour that no day has", { schedule: "0 24 * * *" }, "schedule", 'has "24" for the hour'],
  [
    "a time zone without a schedule",
    { timeZone: "Europe/Paris" },
    "timeZone",
    "belongs to a schedule, which is not set",
  ],
  ["a time zone that is none", { schedule: "@daily", timeZone: "Paris" }, "timeZone", "is not a time zone"],
  ["a port's variable of another's", { calls: [{ destination: "*" }] }, "calls[0].destination", "means every service"],
  ["the sidecar's user", { runAsUser: 5995 }, "runAsUser", "is the sidecar's"],
  ["the node's network", { podSpec: { hostNetwork: true } }, "podSpec.hostNetwork", "the node's network"],
  ["pods that begin again", { podSpec: { restartPolicy: "Always" } }, "podSpec.restartPolicy", "begin again"],
  [
    "pods that begin again after a failure",
    { podSpec: { restartPolicy: "OnFailure" } },
    "podSpec.restartPolicy",
    "and those of a job never",
  ],
  ["no retries that are fewer than none", { backoffLimit: -1 }, "backoffLimit", "out of range"],
])("%s is refused", (_, wrong, at, says) => {
  expect(meshJobProblems("report", { ...report, ...wrong }, "chart 1.5.3")).toEqual([
    { propertyPath: at, reason: expect.stringContaining(says) },
  ]);
  expect(meshJobProblems("report", report, "chart 1.5.3")).toEqual([]);
});

test.each<[string, Partial<MeshJobOptions>, string, Partial<MeshJobOptions>]>([
  ["a user", { runAsUser: 2 ** 31 }, "runAsUser", { runAsUser: 2 ** 31 - 1 }],
  ["a user below root", { runAsUser: -1 }, "runAsUser", { runAsUser: 0 }],
  [
    "a label of another mesh",
    { podLabels: { "istio.io/dataplane-mode": "ambient" } },
    'podLabels["istio.io/dataplane-mode"]',
    { podLabels: { "istio.io/dataplane-mode": "none" } },
  ],
  [
    "an annotation of another mesh",
    { podAnnotations: { "linkerd.io/inject": "enabled" } },
    'podAnnotations["linkerd.io/inject"]',
    { podAnnotations: { "linkerd.io/inject": "disabled" } },
  ],
  ["a number of retries", { backoffLimit: 1001 }, "backoffLimit", { backoffLimit: 1000 }],
  ["no time at all", { activeDeadlineSeconds: 0 }, "activeDeadlineSeconds", { activeDeadlineSeconds: 1 }],
  ["a time", { activeDeadlineSeconds: 604801 }, "activeDeadlineSeconds", { activeDeadlineSeconds: 604800 }],
  ["a policy without a schedule", { concurrencyPolicy: "Allow" }, "concurrencyPolicy", { schedule: "@daily" }],
  ["a suspension without one", { suspend: true }, "suspend", { schedule: "@daily", suspend: true }],
  ["a deadline without one", { startingDeadlineSeconds: 10 }, "startingDeadlineSeconds", { schedule: "@daily" }],
  ["a history of one", { successfulJobsHistoryLimit: 1 }, "successfulJobsHistoryLimit", { schedule: "@daily" }],
  ["a history of failures", { failedJobsHistoryLimit: 1 }, "failedJobsHistoryLimit", { schedule: "@daily" }],
  ...(
    [
      ["startingDeadlineSeconds", 10, 604800],
      ["successfulJobsHistoryLimit", 0, 1000],
      ["failedJobsHistoryLimit", 0, 1000],
      ["parallelism", 1, 1000],
      ["completions", 1, 100000],
    ] as const
  ).flatMap(([input, least, most]): [string, Partial<MeshJobOptions>, string, Partial<MeshJobOptions>][] => {
    const its = (value: number) => ({
      schedule: "@daily",
      [input]: value,
    });
    return [
      [`too few of ${input}`, its(least - 1), input, its(least)],
      [`too many of ${input}`, its(most + 1), input, its(most)],
    ];
  }),
  [
    "a number for each of how many",
    { completionMode: "Indexed" },
    "completionMode",
    { completionMode: "Indexed", completions: 1 },
  ],
  [
    "nothing where pods have no numbers",
    { completionMode: "NonIndexed", completions: 0 },
    "completions",
    {
      completionMode: "NonIndexed",
    },
  ],
  [
    "a call to every service",
    { calls: [{ destination: "a" }, { destination: "*" }] },
    "calls[1].destination",
    { calls: [{ destination: "a" }] },
  ],
  ["an image", { image: "A:1" }, "image", { image: "a:1" }],
  [
    "root in its pods",
    { podSpec: { securityContext: { runAsUser: 0 } } },
    "podSpec.securityContext.runAsUser",
    { runAsUser: 0, podSpec: { activeDeadlineSeconds: 60, securityContext: { runAsUser: 0 } } },
  ],
  ["a capability", { addCapabilities: ["ALL"] }, "addCapabilities[0]", { addCapabilities: ["CHOWN"] }],
  [
    "a folder twice",
    { writablePaths: ["/a"], volumes: [{ mountPath: "/a", emptyDir: {} }] },
    "volumes[0].mountPath",
    { writablePaths: ["/a"], volumes: [{ mountPath: "/b", emptyDir: {} }] },
  ],
  [
    "an end",
    { terminationGracePeriodSeconds: -1 },
    "terminationGracePeriodSeconds",
    { terminationGracePeriodSeconds: 0 },
  ],
  [
    "arguments that the injector cannot copy",
    { args: ["x".repeat(130000)], env: { A: "x".repeat(120000) } },
    "env",
    { args: ["x".repeat(130000)] },
  ],
  ...(
    [
      ["", "Etc/UTC"],
      ["+01:00", "UTC"],
      ["-01:00", "Etc/GMT+1"],
      ["Local", "Asia/Calcutta"],
      ["europe/paris", "Europe/Paris"],
      ["Europe/paris", "Africa/Dar_es_Salaam"],
      ["EUROPE/PARIS", "US/Pacific"],
      ["us/pacific", "EST5EDT"],
      ["uS/Pacific", "Etc/GMT-14"],
      ["US/pacific", "W-SU"],
      ["utc", "GMT"],
      ["Utc", "GB-Eire"],
    ] as const
  ).map(([timeZone, right]): [string, object, string, object] => [
    `the time zone "${timeZone}"`,
    { schedule: "@daily", timeZone },
    "timeZone",
    { schedule: "@daily", timeZone: right },
  ]),
])("%s is refused where nothing is old, and the nearest is taken", (_, wrong, at, right) => {
  const paths = (its: object) => meshJobProblems("report", { image: "a/b:1.0.0", ...its }, undefined, "jobs[0].");
  expect(paths(wrong).map((p) => p.propertyPath)).toEqual([`jobs[0].${at}`]);
  expect(paths(right)).toEqual([]);
});

test("what is wrong with pods that have numbers is told with what is right", () => {
  expect(meshJobProblems("report", { ...report, completionMode: "Indexed" }, undefined, "jobs[0].")).toEqual([
    {
      propertyPath: "jobs[0].completionMode",
      reason: "Indexed numbers the pods that have to end well, and completions is not set; set it",
    },
  ]);
});

test.each<[string, number, Partial<MeshJobOptions>, string]>([
  ["of a CronJob", 52, { schedule: "@hourly" }, "a schedule"],
  ["whose ten pods have numbers", 61, { completionMode: "Indexed", completions: 10 }, "numbered pods"],
  ["whose eleven pods have", 60, { completionMode: "Indexed", completions: 11 }, "numbered pods"],
  [
    "of a CronJob whose pods have",
    50,
    { schedule: "@hourly", completionMode: "Indexed", completions: 1 },
    "a schedule and numbered pods",
  ],
])("a name of a job leaves room for those that Kubernetes makes of it: %s", (_, most, its, what) => {
  const name = "a".repeat(most + 1);
  const problems = (its: Partial<MeshJobOptions>, serviceName = name) =>
    meshJobProblems(serviceName, { ...report, ...its }, undefined, "jobs[0].");
  expect(problems({ completions: 10 })).toEqual([]);
  expect(problems(its, name.slice(1))).toEqual([]);
  expect(problems(its)).toEqual([
    {
      propertyPath: "jobs[0].serviceName",
      reason: `is too long for a job with ${what}; use ${most} characters at most`,
    },
  ]);
});

test("a name that no Service can have is told once", () => {
  expect(meshJobProblems("a".repeat(64), report, undefined)).toHaveLength(1);
});

test.each([
  "* * * * *",
  "*/5 0-6,12 1,15 jan-MAR mon",
  "0 0 ? * SUN-TUE/2",
  "@daily",
  "5/15 * * * *",
  " 59 23 31 12 6 ",
  "0  0 1 DEC sat",
  "1-1/1 * * * *",
])("%s is a schedule", (its) => {
  expect(scheduleProblems("schedule", its)).toEqual([]);
});

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
  "x@daily",
  "@dailyx",
  "* 24 * * *",
  "* * 32 * *",
  "* * * 0 *",
  "1,60 * * * *",
  "1-2-3 * * * *",
  "*/1/1 * * * *",
  "*/a * * * *",
  "*/1a * * * *",
  "*/a1 * * * *",
  "1a * * * *",
  "a1 * * * *",
  "1, * * * *",
  "jan * * * *",
  "* * * foo *",
  "-1 * * * *",
])("%s is none", (its) => {
  expect(scheduleProblems("schedule", its)).toEqual([
    { propertyPath: "schedule", reason: expect.stringContaining(JSON.stringify(its)) as string },
  ]);
});

test.each([
  ["60 * * * *", 'has "60" for the minute, which is from 0 to 59'],
  ["* 24 * * *", 'has "24" for the hour, which is from 0 to 23'],
  ["* * 0 * *", 'has "0" for the day of the month, which is from 1 to 31'],
  ["* * * 13 *", 'has "13" for the month, which is from 1 to 12'],
  ["* * * * 7", 'has "7" for the day of the week, which is from 0 to 6'],
  ["TZ=UTC * * * * *", "which Kubernetes takes only as timeZone"],
])("of %s it says: %s", (its, says) => {
  expect(scheduleProblems("schedule", its)[0].reason).toContain(says);
});

test("of Vault's agent that would keep it from its start or its end, it warns", async () => {
  const said = async (mesh: ConsulMeshArgs, only: string) => {
    const warned: string[] = [];
    const warn = jest.spyOn(console, "warn").mockImplementation((line) => void warned.push(String(line)));
    const [inject, first] = ["inject", "init-first"].map((its) => `vault.hashicorp.com/agent-${its}`);
    const podAnnotations = { [inject]: "true", [first]: "true", "vault.hashicorp.com/agent-pre-populate-only": only };
    await made({ podAnnotations }, mesh);
    warn.mockRestore();
    return warned.filter((line) => line.includes("MeshJob")).join();
  };
  const cni = { values: { connectInject: { cni: { enabled: true } } } };
  expect(await said({}, "true")).toBe("");
  expect(await said({}, "false")).toMatch(
    /MeshJob "report": 1 warning\s+podAnnotations.*set \S+agent-pre-populate-only to "true"$/,
  );
  expect(await said(cni, "true")).toMatch(
    /MeshJob "report": 1 warning\s+podAnnotations.*leave \S+agent-init-first out$/,
  );
  expect(await said({ ...OLD, ...cni }, "true")).toMatch(/let the job's own command ask Vault$/);
});

test("of a name that its own DNS servers do not know, it warns", async () => {
  const warned: string[] = [];
  const warn = jest.spyOn(console, "warn").mockImplementation((line) => void warned.push(String(line)));
  await made({ args: ["http://payments.virtual.consul"], podSpec: { dnsConfig: { nameservers: ["192.0.2.53"] } } });
  warn.mockRestore();
  expect(warned.filter((line) => line.includes("MeshJob"))).toEqual([
    expect.stringMatching(/MeshJob "report": 1 warning\s+podSpec\.dnsConfig: has the pod ask other DNS servers/),
  ]);
});

test("whoever would come after its end is told whether it has a schedule", async () => {
  const schedules: unknown[] = [];
  await record(() => {
    const its = { mesh: new ConsulMesh("consul"), namespace: "apps", ...report };
    const jobs = [new MeshJob("report", its), new MeshJob("nightly", { ...its, schedule: "@daily" })];
    schedules.push(...jobs.map(({ schedule }) => schedule));
  });
  expect(schedules).toEqual([undefined, "@daily"]);
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

  test("a service's pods come after the jobs that it names", async () => {
    const services = ["shop", "cart"].map((name) => ({ name, image: "a/b:1.0.0", port: 80 }));
    const [shop, cart] = services;
    const given = { jobs: [job, { ...job, name: "migrate" }], services: [{ ...shop, after: ["migrate"] }, cart] };
    const recorded = await programOf({ ...ofStack("dev"), intentions: [], ...given });
    expect(find(recorded, "shop-deployment").dependsOn).toContain("migrate-job");
    expect(find(recorded, "shop-deployment").dependsOn).not.toContain("report-job");
    expect(find(recorded, "cart-deployment").dependsOn).not.toContain("migrate-job");
  });

  test("a job that a service names is there, and what its settings let it call does not wait for it", () => {
    const services = [{ name: "shop", image: "a/b:1.0.0", port: 80, after: ["report", "repot"] }];
    const intentions = [{ source: "report", destination: "shop" }];
    const told = [
      expect.stringContaining('services[0].after[0]: "report" cannot end before this service runs'),
      'services[0].after[1]: "repot" is not a job of this stack; name one of jobs',
    ];
    expect(problems([job], { services, intentions })).toEqual(told);
  });

  test.each<[string, object, string]>([
    ["a port", { port: 80 }, "jobs[0].port: is not a known key"],
    ["a call to nobody", { calls: [{ destination: "nobody" }] }, "jobs[0].calls[0].destination: "],
    ["root under a level that refuses it", { runAsUser: 5996 }, "jobs[0].runAsUser: 5996 is the sidecar's"],
  ])("%s is refused", (_, wrong, says) => {
    expect(problems([{ ...job, ...wrong }])).toEqual([expect.stringContaining(says)]);
  });
});
