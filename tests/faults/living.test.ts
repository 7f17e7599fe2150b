import { answers, kubectl, renewCluster, story } from "../e2e/cluster";
import { load, loadOf, steady } from "../e2e/load";
import { judged, NOT_JUDGED } from "../e2e/pack";
import { nameOf, podsOf } from "../e2e/pods";
import { workspace, Workspace } from "../workspace";

/**
 * A stack that serves is changed and changed back, one setting after another, under load: through Traefik to two services, and from
 * one of them to the other. Each change that is declared to go on serving does, so that no request is lost.
 */
const step = story();
const image = "localhost/whoami:1.10.3";
const NAMESPACE = "mesh-services";
const of = (name: string) => ({
  name,
  image,
  port: 80,
  healthPath: "/health",
  replicas: 2,
  routes: [{ host: `${name}.localhost` }],
});
const [CALLER, CALLED] = [of("whoami"), of("echo")];
const INGRESS = "traefik-system-ingress";
const INTENTIONS = [
  { source: INGRESS, destination: "whoami" },
  { source: INGRESS, destination: "echo" },
  { source: "whoami", destination: "echo" },
];
const autoscaling = { minReplicas: 2, maxReplicas: 3, cpuUtilization: 80 };
const permissions = [{ action: "allow", http: { pathPrefix: "/", methods: ["GET"] } }];

/** What the changes set, as it is before them. */
const BEFORE: Record<string, unknown> = {
  services: [CALLER, CALLED],
  intentions: INTENTIONS,
  denyAll: true,
  networkPolicies: false,
  consulSidecarAccessLogs: false,
  traefikReplicas: 1,
  traefikMetrics: true,
  traefikLogLevel: "INFO",
  traefikHttp3: false,
  traefikTcpEntryPoints: {},
  tracing: {},
  teams: [],
};
const caller = (more: object) => ({ services: [{ ...CALLER, ...more }, CALLED] });
const called = (more: object) => ({ services: [CALLER, { ...CALLED, ...more }] });
/** Of the one that Traefik calls, and of the one that another service calls too. */
const both = (what: string, more: object): [string, Record<string, unknown>][] => [
  [`${what}, of a caller`, caller(more)],
  [`${what}, of the called`, called(more)],
];

const CHANGES: readonly (readonly [what: string, settings: Record<string, unknown>])[] = [
  // Narrow and wide intentions take each other's place.
  [
    "intentions for all destinations",
    { intentions: ["whoami", INGRESS].map((source) => ({ source, destination: "*" })) },
  ],
  ["deny-all off", { denyAll: false }],
  ["deny-all off, and no intentions", { denyAll: false, intentions: [] }],
  ["permissions", { intentions: INTENTIONS.map((each) => ({ ...each, permissions })) }],
  [
    "calls instead of an intention",
    { ...caller({ calls: [{ destination: "echo" }] }), intentions: INTENTIONS.slice(0, 2) },
  ],
  ["NetworkPolicies", { networkPolicies: true }],
  ["more pods", caller({ replicas: 3 })],
  ["fewer pods", caller({ replicas: 1 })],
  ["another host", caller({ routes: [...CALLER.routes, { host: "other.localhost" }] })],
  ["a middleware", caller({ routes: [{ ...CALLER.routes[0], middlewares: [{ compress: {} }] }] })],
  ...both("an environment", { env: { A: "b" } }),
  ["another port of its Service", called({ servicePort: 8080 })],
  ...both("another port", { port: 8080, args: ["-port", "8080"], servicePort: 80 }),
  ...both("no health path", { healthPath: undefined }),
  ...both("time limits", { requestTimeoutSeconds: 5, idleTimeoutSeconds: 30 }),
  ["other drains", caller({ drainSeconds: 15, listenerDrainSeconds: 10 })],
  ["another strategy", called({ loadBalancing: { strategy: "p2c" } })],
  ...both("a canary", { canary: { image, weight: 30 } }),
  ["a disruption budget", caller({ disruptionBudget: { minAvailable: 1 } })],
  ["an autoscaler", caller({ replicas: undefined, autoscaling, resources: { requests: { cpu: "10m" } } })],
  ...both("a StatefulSet", { kind: "StatefulSet" }),
  ["HTTP/2", caller({ protocol: "http2" })],
  ...both("TCP", { protocol: "tcp", healthPath: undefined }),
  ["access logs of the sidecars", { consulSidecarAccessLogs: true }],
  ["two pods of Traefik", { traefikReplicas: 2 }],
  ["no metrics", { traefikMetrics: false }],
  ["another log level", { traefikLogLevel: "DEBUG" }],
  [
    "HTTP/3, and an entry point for TCP",
    { traefikHttp3: true, traefikTcpEntryPoints: { postgres: { port: 5432, nodePort: 30432 } } },
  ],
  ["tracing", { tracing: { endpoint: "collector.nowhere:4317" } }],
  ["a team", { teams: [{ stack: "organization/consul-traefik-mesh/orders", namespace: "orders" }] }],
];

let its: Workspace;

beforeAll(async () => {
  its = judged(await workspace("local", BEFORE, "local"));
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

async function up(settings: Record<string, unknown>): Promise<void> {
  its.configure({ ...BEFORE, ...settings });
  // Some of the changes are none that the policies let pass.
  await its.stack.up(NOT_JUDGED);
}

/** Asks the called from within a pod of the caller, and tells what was wrong; nothing where the pod ended before it could ask. */
async function call(): Promise<string | undefined> {
  const pod = (await podsOf(NAMESPACE, "app=whoami")).find(
    ({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === "Running",
  );
  const curl = ["curl", "-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}", `http://echo.${NAMESPACE}/`];
  const status = await kubectl("exec", "-n", NAMESPACE, nameOf(pod), "-c", "whoami", "--", ...curl).catch(
    (error: { stdout: string }) => error.stdout,
  );
  calls += status === "200" ? 1 : 0;
  return ["200", ""].includes(status) ? undefined : status;
}
let calls = 0;

step("the stack comes up", async () => {
  await its.stack.up();
  for (const name of ["whoami", "echo"]) {
    await answers(200, `${name}.localhost`);
    await steady(`${name}.localhost`);
  }
});

for (const [what, settings] of CHANGES) {
  step(
    `${what}, and back`,
    async () => {
      calls = 0;
      const loads = [load("whoami.localhost", 12), load("echo.localhost", 6), loadOf(call, 2)];
      for (const next of [settings, {}]) {
        await up(next);
        // What drains may still fail: Traefik and the sidecars have heard of it when this many answers have come.
        await steady("whoami.localhost");
        await steady("echo.localhost");
      }
      const ended = await Promise.all(loads.map((each) => each.stop()));
      console.info(`${what}: ${ended.map(({ sent, failures }) => `${failures.length} of ${sent}`).join(", ")} lost`);
      expect(ended.flatMap(({ failures }) => failures)).toEqual([]);
      expect(calls).toBeGreaterThan(10);
    },
    false,
  );
}
