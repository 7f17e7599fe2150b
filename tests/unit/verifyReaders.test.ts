import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { servedTags } from "../../components/routing/servedTags";
import type { StateResource } from "../../tools/access/declared";
import * as cli from "../../tools/access/pulumi";
import { stackSettings } from "../../tools/access/stackSettings";
import { readDeclared } from "../../tools/verify/readers/declared";
import { differences, readIntentions } from "../../tools/verify/readers/entries";
import { readIngress } from "../../tools/verify/readers/ingress";
import { readJobs } from "../../tools/verify/readers/jobs";
import { livingPods, readCluster, readGround, readRelease } from "../../tools/verify/readers/kubernetes";
import { readServices } from "../../tools/verify/readers/services";
import { readAdmission } from "../../tools/verify/readers/webhooks";
import { ClusterError } from "../../tools/access/cluster";
import type { Part, Reading, Source } from "../../tools/verify/reading";
import { FRESH, HEALTHY } from "../verifyReadings";

const ORG = "organization/shop";
const OURS = "consul-traefik-mesh:index:";

/** A stack's state: of its mesh, of its intentions, of who may join it. */
function state(stack: string, its: { mesh?: boolean; callee?: string; teams?: string[] }) {
  const of = (type: string, rest: Partial<StateResource> = {}): StateResource => ({
    urn: `urn:pulumi:${stack}::shop::${type}::its`,
    type,
    ...rest,
  });
  const teams = its.teams?.map((team) => ({ stack: team, namespace: team }));
  const shared = teams === undefined ? "off" : { teams };
  return {
    deployment: {
      resources: [
        of("pulumi:pulumi:Stack", { outputs: { shared } }),
        ...(its.mesh ? [of(`${OURS}ConsulMesh`, { outputs: { namespace: "consul-system" } })] : []),
        ...(its.callee === undefined
          ? []
          : [
              of("kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions", {
                inputs: {
                  metadata: { name: its.callee, namespace: "consul-system" },
                  spec: { destination: { name: its.callee }, sources: [{ name: "web", action: "allow" }] },
                },
              }),
            ]),
      ],
    },
  };
}

const STATES: Record<string, unknown> = {
  [`${ORG}/prod`]: state("prod", {
    mesh: true,
    callee: "front",
    teams: ["orders", "billing", "locked"].map((team) => `${ORG}/${team}`),
  }),
  [`${ORG}/orders`]: state("orders", { callee: "orders" }),
  [`${ORG}/billing`]: state("billing", { callee: "billing" }),
};

const stackOf = (name: string): any => ({
  export: async () => STATES[name] ?? Promise.reject(new Error("no stack named")),
  config: async () => ({ settings: name.endsWith("/prod") ? {} : { meshStack: `${ORG}/prod` } }),
  beside: stackOf,
});
const declaredBy = (name: string) => readDeclared({ stack: stackOf(name) } as Source);
const callees = ({ entries }: { readonly entries: readonly { readonly name: string }[] }) =>
  entries.map(({ name }) => name);

test("a team's stack has the mesh that it joins, and what the mesh's other stacks declare is theirs", async () => {
  const declared = await declaredBy(`${ORG}/orders`);
  expect(declared.joins).toBe(`${ORG}/prod`);
  expect(declared.mesh?.namespace).toBe("consul-system");
  expect(callees(declared)).toEqual(["orders"]);
  expect(declared.neighbours.flatMap(callees)).toEqual(["front", "billing"]);
  expect(declared.unread).toEqual([`${ORG}/locked`]);
});

test("the mesh's own stack knows what its teams declare", async () => {
  const declared = await declaredBy(`${ORG}/prod`);
  expect([declared.joins, callees(declared)]).toEqual([undefined, ["front"]]);
  expect(declared.neighbours.flatMap(callees)).toEqual(["orders", "billing"]);
});

describe("a program in another language", () => {
  const of = (type: string, inputs: object) => ({
    deployment: { resources: [{ urn: "", type: OURS + type, inputs }] },
  });
  const stack = (exported: object): any => ({
    export: async () => exported,
    config: async () => ({ settings: {} }),
    beside: stackOf,
  });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "another-language-"));
  const here = process.cwd();
  beforeAll(() => {
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: shop\nruntime: python\n");
    cli.stackOf({ cwd: folder }); // as -C does
  });
  afterAll(() => {
    process.chdir(here);
    fs.rmSync(folder, { recursive: true });
  });

  test("has the settings that its component was given, and the defaults of the rest", async () => {
    const given = await stackSettings(stack(of("Platform", { consulServers: 3 })));
    expect(given).toMatchObject({ settings: { consul: { servers: 3, namespace: "consul-system" } } });
    expect(await stackSettings(stack(of("Platform", { consulServers: 2 })))).toMatchObject({
      problems: [{ propertyPath: "consulServers" }],
    });
  });

  test("has them also where its project has configuration of its own", async () => {
    const file = path.join(folder, "Pulumi.yaml");
    const before = fs.readFileSync(file);
    fs.appendFileSync(file, "config:\n  region: { type: string, default: north }\n");
    const given = await stackSettings(stack(of("Platform", { consulServers: 3 })));
    fs.writeFileSync(file, before);
    expect(given).toMatchObject({ settings: { consul: { servers: 3 } } });
  });

  test("is judged by its preview alone before its first up", async () => {
    expect(await stackSettings(stack({ deployment: {} }))).toEqual({ unknown: expect.stringMatching(/its preview/) });
  });

  test("joins the mesh of the stack that its services were given", async () => {
    const declared = await readDeclared({ stack: stack(of("Services", { meshStack: `${ORG}/prod` })) } as Source);
    expect([declared.joins, declared.mesh?.namespace]).toEqual([`${ORG}/prod`, "consul-system"]);
  });
});

test("the settings of the program's own stacks are those of the file, over the defaults of Pulumi.yaml", async () => {
  const stack: any = {
    export: async () => ({ deployment: {} }),
    config: async () => ({ settings: { consulServers: "3" } }),
  };
  const read = await stackSettings(stack);
  expect(read).toMatchObject({ settings: { consul: { servers: 3, namespace: "consul-system" } } });
});

/** A cluster that has these objects, and refuses or answers what is made. */
function source(objects: Record<string, any>, made?: (path: string) => any, more: Partial<Reading> = {}): Source {
  const reading: Record<string, unknown> = { ...HEALTHY, ...more };
  const cluster = {
    find: async (path: string) => objects[path],
    get: async (path: string) => objects[path],
    list: async (path: string, labels?: string) => objects[labels === undefined ? path : `${path}?${labels}`] ?? [],
    post: async (path: string) => made?.(path),
  };
  return { cluster: async () => cluster, read: async (part: string) => reading[part] } as unknown as Source;
}

describe("a CronJob", () => {
  const at = "/apis/batch/v1/namespaces/mesh-services";
  const cronJob = { [`${at}/cronjobs/report`]: { metadata: { uid: "1" } } };
  const run = (name: string, created: string, type?: string) => ({
    metadata: { name, creationTimestamp: created, ownerReferences: [{ uid: "1" }] },
    status: { conditions: type === undefined ? [] : [{ type, status: "True", message: "BackoffLimitExceeded" }] },
  });
  const jobs = (...items: unknown[]) => readJobs(source({ ...cronJob, [`${at}/jobs`]: items }));

  test("is judged by its last run that has ended", async () => {
    const [failed] = await jobs(
      run("a", "2026-01-02T00:00:00Z", "Failed"),
      run("b", "2026-01-01T00:00:00Z", "Complete"),
      run("c", "2026-01-03T00:00:00Z"),
    );
    expect(failed).toMatchObject({ found: true, failed: "a: BackoffLimitExceeded" });
    const [well] = await jobs(run("a", "2026-01-02T00:00:00Z", "Failed"), run("b", "2026-01-03T00:00:00Z", "Complete"));
    expect(well.failed).toBeUndefined();
    const stranger = { ...run("d", "2026-01-04T00:00:00Z", "Failed"), metadata: { name: "d" } };
    expect((await jobs(stranger))[0].failed).toBeUndefined();
  });

  test("that is gone is told, and so is a pod of it without a sidecar", async () => {
    const pod = {
      metadata: { name: "report-1" },
      status: { phase: "Running" },
      spec: { containers: [{ name: "app" }] },
    };
    const pods = { "/api/v1/namespaces/mesh-services/pods?consul-traefik-mesh/service=report": [pod] };
    expect(await readJobs(source(pods))).toEqual([
      { name: "report", found: false, failed: undefined, outside: ["report-1"] },
    ]);
  });
});

test("the spare record of Helm's says that a destroy was interrupted", async () => {
  const path = "/api/v1/namespaces/consul-system/secrets/sh.helm.release.v1.consul.v0";
  expect(await readRelease(source({}))).toEqual({ spare: undefined });
  expect(await readRelease(source({ [path]: {} }))).toEqual({ spare: "consul-system/sh.helm.release.v1.consul.v0" });
});

test("an entry differs by what it has otherwise, lacks and has besides, but for what means nothing", () => {
  const declared = { protocol: "http", meshGateway: {}, timeout: "5s", limits: { max: 1 } };
  const found = { protocol: "tcp", mutualTLSMode: "", limits: { max: 1, other: 0 }, expose: { checks: true } };
  expect(differences(declared, found)).toEqual(["protocol", "timeout", "expose"]);
});

test("deny-all may be another stack's, and a service of which Consul knows no protocol speaks tcp", async () => {
  const denyAll = { destination: { name: "*" }, sources: [{ name: "*", action: "deny" }] };
  const neighbour = { entries: [{ kind: "ServiceIntentions", spec: denyAll }] };
  const answers: Record<string, unknown> = {
    "config/service-intentions": [],
    "config/service-defaults": [{ Name: "shop", Protocol: "" }],
  };
  const consul = { get: async (path: string) => answers[path] ?? { Allowed: false } };
  const read = async (neighbours: object[]) =>
    readIntentions({
      ...source({}, undefined, { declared: { ...HEALTHY.declared!, neighbours } as never }),
      consul: async () => consul,
    } as unknown as Source);
  expect(await read([neighbour])).toMatchObject({
    declared: [],
    denyAll: true,
    protocols: [{ service: "shop", declared: "http", inConsul: "tcp" }],
  });
  expect(await read([])).toMatchObject({ denyAll: false });
});

test("a node takes pods where it is neither cordoned nor tainted against them", async () => {
  const node = (name: string, spec: object) => ({ metadata: { name }, spec, status: {} });
  const taint = (effect: string) => ({ taints: [{ key: "a", effect }] });
  const nodes = [
    node("free", {}),
    node("cordoned", { unschedulable: true }),
    node("tainted", taint("NoSchedule")),
    node("draining", taint("NoExecute")),
    node("avoided", taint("PreferNoSchedule")),
  ];
  const read = await readCluster(source({ "/version": { gitVersion: "v1.34.4" }, "/api/v1/nodes": nodes }));
  expect(read).toMatchObject({ version: "1.34.4" });
  expect(read.nodes.filter(({ schedulable }) => schedulable).map(({ name }) => name)).toEqual(["free", "avoided"]);
});

test("a pod that has ended, was evicted or is going is none that should be ready", () => {
  const pod = (phase: string, more: object = {}) => ({ metadata: { name: phase, ...more }, status: { phase } });
  const going = pod("Running", { name: "going", deletionTimestamp: "2026-01-01T00:00:00Z" });
  const pods = [pod("Running"), pod("Pending"), pod("Succeeded"), pod("Failed"), going];
  expect(livingPods(pods).map(({ metadata }) => metadata.name)).toEqual(["Running", "Pending"]);
});

test("a release of another namespace is not in the way", async () => {
  const release = (namespace: string) => ({
    metadata: { name: "sh.helm.release.v1.consul.v1", namespace, labels: { status: "failed" } },
  });
  const secrets = [release("consul-system"), release("elsewhere")];
  const { releases } = await readGround(
    source({ "/api/v1/secrets?owner=helm,name=consul": secrets }, undefined, { settings: FRESH.settings }),
  );
  expect(releases).toEqual(["sh.helm.release.v1.consul.v1 (failed)"]);
});

test("who may not make pods and entries is not told that the webhooks fail", async () => {
  const shop = { spec: { template: { metadata: {}, spec: { containers: [] } } } };
  const refusing = (words: string) =>
    source({ "/apis/apps/v1/namespaces/mesh-services/deployments/shop": shop }, (path) => {
      throw new ClusterError(words.replace("KIND", /[a-z]+(?=\?)/.exec(path)![0]), 403);
    });
  const mayNot = await readAdmission(refusing('User "a" cannot create resource "KIND" in API group ""'));
  expect([mayNot.injection?.untried, mayNot.refusal.untried]).toEqual([
    "you may not create pods, not even as a trial",
    "you may not create serviceintentions, not even as a trial",
  ]);
  const denied = await readAdmission(refusing('admission webhook "x" denied the request'));
  expect([denied.injection?.untried, denied.refusal.untried, denied.refusal.refused]).toEqual([
    undefined,
    undefined,
    true,
  ]);
});

describe("what has no pods just now", () => {
  const NAMESPACE = "mesh-services";
  const tagsOf = (name: string) => {
    const tags = [`traefik.http.routers.${name}-1234abcd.rule=Host(\`${name}.example.com\`)`];
    return [...tags, ...servedTags(name, tags)];
  };
  const service = (name: string, replicas?: number) => ({
    name,
    protocol: "http",
    namespace: NAMESPACE,
    workloads: [{ kind: "Deployment", name, namespace: NAMESPACE, replicas, tags: tagsOf(name) }],
  });
  const neighbour = { services: [service("theirs"), service("theirs-asleep", 0)] };
  const declared = { ...HEALTHY.declared!, services: [service("awake"), service("asleep")], neighbours: [neighbour] };
  const scaled = (name: string, replicas: number) => ({
    [`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${name}`]: { spec: { replicas, selector: {} } },
  });
  const readyPod = { metadata: { name: "traefik-1" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
  const traefik = http.createServer((_, answer) => void answer.writeHead(302).end());
  beforeAll(() => new Promise<void>((listening) => traefik.listen(0, "127.0.0.1", listening)));
  afterAll(() => traefik.close());

  test("is asked for by nobody: somebody else scales it, and Traefik has no route to it then", async () => {
    const objects: Record<string, object> = {
      ...scaled("awake", 2),
      ...scaled("asleep", 0),
      "/apis/apps/v1/namespaces/traefik-consul/deployments/traefik": { spec: { selector: { matchLabels: {} } } },
      "/api/v1/namespaces/traefik-consul/pods?": [readyPod],
    };
    const { port } = traefik.address() as AddressInfo;
    const its = source(objects);
    const cluster = {
      ...(await its.cluster()),
      get: async () => ({ data: { "tls.crt": "" } }),
      through: async (...[, , , use]: [string, string, number, (here: number) => unknown]) => use(port),
    };
    const consul = { get: async (part: string) => (part === "catalog/services" ? {} : []) };
    const reading = {
      ...its,
      cluster: async () => cluster,
      consul: async () => consul,
      read: async (part: Part) => (part === "declared" ? declared : part === "services" ? services() : its.read(part)),
    } as unknown as Source;
    const services = () => readServices(reading);
    expect((await services()).map(({ workloads: [{ wanted }] }) => wanted)).toEqual([2, 0]);
    const { pods, declaredRouters } = await readIngress(reading);
    expect(pods[0].served).toEqual([{ service: "awake", status: 302 }]);
    expect(declaredRouters.filter((name) => name.endsWith("-1234abcd"))).toEqual(["awake-1234abcd", "theirs-1234abcd"]);
  });
});
