import { apply, kubectl, poll } from "../e2e/cluster";
import { podsOf } from "../e2e/pods";
import { TESTBED, workspace, Workspace } from "../workspace";
import { ROAD } from "./columns";
import { ask, Effect, effect, Intentions, LAYERS } from "./effect";
import { load, mean, Seen } from "./load";
import { memoryOf } from "./memoryOf";
import { Columns, round, Row, writeTable } from "./page";

/**
 * What the mesh costs: the way from Traefik through the sidecar to a service, beside the way to the same pod without one; which settings
 * take part in it; memory; and how long a changed intention takes. Writes the tables of docs/performance.md. Expects a testbed that is up,
 * with nothing on it. PARTS are road, settings, effect.
 *   CONNECTIONS=1,16,64 SIDECARS=1,10,50 DURATION=10 ROUNDS=2 CHANGES=20 PARTS=road npx ts-node --transpile-only tests/bench/road.ts
 */
const numbers = (name: string, otherwise: string) => (process.env[name] ?? otherwise).split(",").map(Number);
const CONNECTIONS = numbers("CONNECTIONS", "1,16,64");
const SIDECARS = numbers("SIDECARS", "1,10,50");
const [ROUNDS] = numbers("ROUNDS", "2");
const [CHANGES] = numbers("CHANGES", "20");
const PARTS = (process.env.PARTS ?? "road,settings,effect").split(",");
const NAMESPACE = "mesh-services";
const INGRESS = "traefik-system-ingress";
const [MESH, DIRECT] = ["whoami.localhost", "direct.localhost"];

const whoami = {
  name: "whoami",
  image: "localhost/whoami:1.10.3",
  port: 80,
  healthPath: "/health",
  routes: [{ host: MESH }],
};
const SETTINGS = {
  ...TESTBED,
  services: [whoami],
  intentions: [
    { source: INGRESS, destination: "whoami", permissions: [{ action: "allow", http: { pathPrefix: "/" } }] },
  ],
  // As they are where nothing is said, for `CHOICES` to go back to.
  traefikAccessLog: true,
  traefikMetrics: true,
  consulSidecarAccessLogs: false,
  // Fifty sidecars on one node: what each asks for while it starts has to have room.
  consulValues: { connectInject: { initContainer: { resources: { requests: { cpu: "5m" } } } } },
};

/** The same pod without a sidecar, and its Service in Consul's catalog, where Traefik finds it as it finds those of the mesh. */
async function besideTheMesh(): Promise<void> {
  const { spec } = JSON.parse(await kubectl("get", "deployment", "whoami", "-n", NAMESPACE, "-o", "json"));
  const { containers, securityContext } = spec.template.spec;
  const labels = { app: "direct" };
  const metadata = { name: "direct", namespace: "direct" };
  const tags = [
    "traefik.enable=true",
    "traefik.consulcatalog.connect=false",
    `traefik.http.routers.direct.rule=Host(\`${DIRECT}\`)`,
  ];
  const annotations = {
    "consul.hashicorp.com/service-sync": "true",
    "consul.hashicorp.com/service-name": "direct",
    "consul.hashicorp.com/service-tags": tags.join(),
  };
  await apply([
    { apiVersion: "v1", kind: "Namespace", metadata: { name: metadata.namespace } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers, securityContext, enableServiceLinks: false } },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, annotations },
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
  ]);
  await answeredBy(DIRECT, 1);
}

/** Waits until so many pods answer, each in its turn. */
async function answeredBy(host: string, pods: number): Promise<void> {
  await poll(
    `${pods} pods of ${host}`,
    async () => {
      const asked = [];
      for (let i = 0; i < 3 * pods; i++) {
        asked.push(await ask(host));
      }
      return asked.every(({ status }) => status === 200) && new Set(asked.map(({ pod }) => pod)).size;
    },
    (found) => found === pods,
    300,
  );
}

/** Both ways in turn, so that what else the machine does meets both. */
async function road(): Promise<void> {
  const rows: Row[] = [];
  for (const connections of CONNECTIONS) {
    const [direct, mesh]: Seen[][] = [[], []];
    for (let i = 0; i < ROUNDS; i++) {
      direct.push(await load(DIRECT, connections));
      mesh.push(await load(MESH, connections));
      console.info({ connections, direct: direct.at(-1), mesh: mesh.at(-1) });
    }
    rows.push({ connections, ...columnsOf("direct", mean(direct)), ...columnsOf("mesh", mean(mesh)) });
  }
  writeTable("road", ROAD, rows);
}

const columnsOf = (prefix: string, { p50, p99, rate }: Seen): Row => ({
  [`${prefix}P50`]: round(p50, 2),
  [`${prefix}P99`]: round(p99, 2),
  [`${prefix}Rate`]: round(rate, 0),
});

/** Settings that take part in each request, by what they are called in the table. */
const CHOICES: Readonly<Record<string, any>> = {
  "As it comes": {},
  "`protocol: http2`": { services: [{ ...whoami, protocol: "http2" }] },
  "`replicas: 4`": { services: [{ ...whoami, replicas: 4 }] },
  "`traefikAccessLog: false`": { traefikAccessLog: false },
  "`traefikMetrics: false`": { traefikMetrics: false },
  "An intention without `permissions`": { intentions: [{ source: INGRESS, destination: "whoami" }] },
  "Envoy with one worker": {
    services: [{ ...whoami, podAnnotations: { "consul.hashicorp.com/consul-envoy-proxy-concurrency": "1" } }],
  },
  "`consulSidecarAccessLogs: true`": { consulSidecarAccessLogs: true },
};

async function settings(its: Workspace): Promise<void> {
  const rows: Row[] = [];
  for (const [choice, changed] of Object.entries(CHOICES)) {
    its.configure({ ...SETTINGS, ...changed });
    await its.stack.up();
    await answeredBy(MESH, changed.services?.[0].replicas ?? 1);
    const one: Seen[] = [];
    const many: Seen[] = [];
    const direct: Seen[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      one.push(await load(MESH, 1));
      many.push(await load(MESH, 16));
      direct.push(await load(DIRECT, 16)); // tells what else the machine does meanwhile
    }
    const columns = [columnsOf("one", mean(one)), columnsOf("many", mean(many)), columnsOf("direct", mean(direct))];
    rows.push(Object.assign({ choice }, ...columns));
    console.info(rows.at(-1));
  }
  const columns: Columns = {
    choice: "In the mesh",
    oneP50: "1 connection: p50, ms",
    oneP99: "p99, ms",
    manyP50: "16 connections: p50, ms",
    manyP99: "p99, ms",
    manyRate: "Requests a second",
    directRate: "Without the mesh",
  };
  writeTable("settings", columns, rows);
}

/** MiB that each part of the mesh has now; a sidecar's is the mean of all. */
async function memory(sidecars: number, when: string): Promise<Row> {
  const of = async (selector: string, namespace: string, container: string) => {
    const pods = (await podsOf(namespace, selector)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const all = pods.map((pod) => memoryOf(pod, container));
    return (process = /./) =>
      round(
        all.flatMap(Object.entries).reduce((sum, [name, mib]) => (process.test(name) ? sum + mib : sum), 0) /
          pods.length,
      );
  };
  const system = "consul-system";
  const sidecar = await of("consul-traefik-mesh/service=whoami", NAMESPACE, "consul-dataplane");
  return {
    sidecars,
    when,
    envoy: sidecar(/^envoy/),
    dataplane: sidecar(/^consul-dataplan/),
    server: (await of("component=server", system, "consul"))(),
    injector: (await of("component=connect-injector", system, "sidecar-injector"))(),
    sync: (await of("component=sync-catalog", system, "sync-catalog"))(),
    traefik: (await of("app=traefik", "traefik-consul", "traefik"))(),
  };
}

/** The middle one, and the one that 99 of 100 do not exceed: of fewer than 100 the greatest. */
function percentiles(effects: readonly Effect[], key: keyof Effect, prefix: string): Row {
  const sorted = effects.map((each) => each[key]).sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.ceil(share * sorted.length) - 1], 0);
  return { [`${prefix}P50`]: at(0.5), [`${prefix}P99`]: at(0.99) };
}

/** What changes of intentions take, and what the mesh needs of memory, as its sidecars become more: all are of one service. */
async function effects(): Promise<void> {
  const rows: Row[] = [];
  const memories: Row[] = [];
  const intentions = await Intentions.of("whoami", "consul-system");
  for (const sidecars of SIDECARS) {
    await kubectl("scale", "deployment", "whoami", "-n", NAMESPACE, `--replicas=${sidecars}`);
    await kubectl("rollout", "status", "deployment", "whoami", "-n", NAMESPACE, "--timeout=600s");
    await answeredBy(MESH, sidecars);
    memories.push(await memory(sidecars, "idle"));
    for (const [layer, said] of Object.entries(LAYERS)) {
      await intentions.say(INGRESS, said("allow"));
      await answeredBy(MESH, sidecars);
      const measured: Effect[] = [];
      for (let i = 0; i < CHANGES; i++) {
        const [action, status] = i % 2 === 0 ? (["deny", 403] as const) : (["allow", 200] as const);
        measured.push(await effect(() => intentions.say(INGRESS, said(action)), MESH, status, sidecars));
      }
      const row = {
        sidecars,
        layer,
        ...percentiles(measured, "first", "first"),
        ...percentiles(measured, "all", "all"),
      };
      rows.push(row);
      console.info(row, JSON.stringify(measured));
    }
    await answeredBy(MESH, sidecars);
    await load(MESH, Math.max(...CONNECTIONS));
    memories.push(await memory(sidecars, "after a load"));
    console.info(memories.slice(-2));
  }
  intentions.end();
  const columns: Columns = {
    sidecars: "Sidecars",
    layer: "Intention",
    firstP50: "First request: p50, ms",
    firstP99: "p99, ms",
    allP50: "All sidecars: p50, ms",
    allP99: "p99, ms",
  };
  writeTable("effect", columns, rows);
  const parts: Columns = {
    sidecars: "Sidecars",
    when: "When",
    envoy: "A sidecar: Envoy",
    dataplane: "consul-dataplane",
    server: "Consul's server",
    injector: "Injector",
    sync: "Catalog sync",
    traefik: "Traefik",
  };
  writeTable("memory", parts, memories);
}

async function main(): Promise<void> {
  const its = await workspace("local", SETTINGS, "bench");
  await its.stack.up();
  await answeredBy(MESH, 1);
  await besideTheMesh();
  for (const part of PARTS) {
    await { road, settings: () => settings(its), effect: effects }[part]!();
  }
}

void main();
