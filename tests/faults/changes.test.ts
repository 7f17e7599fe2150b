import { IntentionRule } from "../../components";
import { answers, changesNothing, kubectl, renewCluster, story, through } from "../e2e/cluster";
import { load, steady } from "../e2e/load";
import { judged, JUDGED_AS_TEAM, refusals } from "../e2e/pack";
import { workspace, Workspace } from "../workspace";
import { interrupted, says } from "./interrupting";

/** What becomes of a stack after its first day: other stacks join it, protocols change, parts go and come back. */
const step = story();
const image = "localhost/whoami:1.10.3";
const services = [
  { name: "whoami", image, port: 80, healthPath: "/health", routes: [{ host: "whoami.localhost" }] },
  { name: "echo", image, port: 80, protocol: "tcp", routes: [{ host: "echo.localhost" }] },
];
const allow = (destination: string): IntentionRule => ({ source: "traefik-system-ingress", destination });
let its: Workspace;

/** Deploys changed settings, as an edit of the stack's file would. */
async function up(settings: Record<string, unknown>): Promise<void> {
  its.configure(settings);
  await its.stack.up();
}

beforeAll(async () => {
  its = judged(await workspace("local", { services, intentions: [allow("whoami"), allow("echo")] }, "local"));
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

step("the stack comes up", async () => {
  await its.stack.up();
  await answers(200, "whoami.localhost");
  await answers(200, "echo.localhost");
});

step("another stack's services join the mesh, are asked as its own are, and go without a trace", async () => {
  const stack = "organization/consul-traefik-mesh/orders";
  await up({ teams: [{ stack, namespace: "orders" }] });
  const settings = {
    meshStack: "organization/consul-traefik-mesh/local",
    servicesNamespace: "orders",
    services: [{ name: "orders", image, port: 80, healthPath: "/health", routes: [{ host: "orders.localhost" }] }],
    intentions: [] as IntentionRule[],
  };
  const theirs = await workspace("local", settings, "orders", its);
  try {
    expect(await refusals(theirs.stack, JUDGED_AS_TEAM)).toEqual([]);
    const { outputs } = await theirs.stack.up(JUDGED_AS_TEAM);
    expect(outputs.urls.value).toEqual(["http://orders.localhost:30080/"]);
    // Deny-all is the mesh's, so it is theirs as well.
    expect(await through("orders.localhost")).toBe(403);
    theirs.configure({ intentions: [allow("orders")] });
    await theirs.stack.up(JUDGED_AS_TEAM);
    await answers(200, "orders.localhost");
    // What was killed comes back by a plain up here too, and nothing is amiss with it.
    await interrupted(theirs, "destroy", says(/orders-deployment deleting/), "SIGKILL");
    await theirs.stack.up(JUDGED_AS_TEAM);
    await answers(200, "orders.localhost");
    await changesNothing(theirs.stack, JUDGED_AS_TEAM);
    theirs.configure({ services: [{ ...settings.services[0], routes: [{ host: "whoami.localhost" }] }] });
    await expect(theirs.stack.preview()).rejects.toThrow(/is that of stack .*\/local: service whoami/);
  } finally {
    await theirs.stack.destroy();
    await theirs.remove();
  }
  await up({ teams: [] });
  await answers(404, "orders.localhost");
  await answers(200, "whoami.localhost");
});

step("a service goes from http to tcp and back, with its intention", async () => {
  const tcp = services.map((service) => ({ ...service, protocol: "tcp", healthPath: undefined }));
  await up({ services: tcp, intentions: [allow("whoami")] });
  await answers(200, "whoami.localhost");
  await up({ services, intentions: [allow("whoami")] });
  await answers(200, "whoami.localhost");
});

step("a service's pods come after the job that it names, and stay as they are where that fails", async () => {
  const ask = ["curl", "-sf", "-m", "5", "--retry", "9", "--retry-delay", "1", "--retry-all-errors"];
  const [whoami, echo] = services;
  const release = (version: string, url: string) => ({
    services: [{ ...whoami, env: { VERSION: version }, after: ["schema"] }, echo],
    jobs: [
      {
        name: "schema",
        image,
        backoffLimit: 0,
        calls: [{ destination: "echo" }],
        command: [...ask, url],
        env: { version },
      },
    ],
  });
  const get = async (...what: string[]) =>
    JSON.parse(await kubectl("get", ...what, "-n", "mesh-services", "-o", "json"));
  for (const version of ["1", "2"]) {
    await up(release(version, "http://echo.mesh-services/"));
    const { status } = await get("job", "schema");
    const { items } = await get("pods", "-l", "app=whoami");
    const made = items.map(({ metadata }: { metadata: { creationTimestamp: string } }) => metadata.creationTimestamp);
    expect(made.sort().at(-1) >= status.completionTime).toBe(true);
    await answers(200, "whoami.localhost");
    await changesNothing(its.stack);
  }
  its.configure(release("3", "file:///nothing"));
  await expect(its.stack.up()).rejects.toThrow(/schema/);
  const { env } = (await get("deployment", "whoami")).spec.template.spec.containers[0];
  expect(env).toContainEqual({ name: "VERSION", value: "2" });
  await answers(200, "whoami.localhost");
  await up({ services, jobs: [] });
  await answers(200, "whoami.localhost");
});

step(
  "pods get DNS settings of their own and know their limits; their ServiceAccount stays when it is said to exist",
  async () => {
    const [whoami, echo] = services;
    const own = {
      ...whoami,
      resources: { limits: { memory: "64Mi" } },
      env: { GOMEMLIMIT: { resourceFieldRef: { resource: "limits.memory" } } },
      podSpec: { dnsConfig: { options: [{ name: "ndots", value: "2" }] } },
    };
    const account = () =>
      kubectl("get", "serviceaccount", "whoami", "-n", "mesh-services", "-o", "jsonpath={.metadata.uid}");
    await up({ services: [own, echo] });
    await answers(200, "whoami.localhost");
    const uid = await account();
    for (const existingServiceAccount of [true, false]) {
      await up({ services: [{ ...own, existingServiceAccount }, echo] });
      expect(await account()).toBe(uid);
      await kubectl("delete", "pods", "-l", "app=whoami", "-n", "mesh-services");
      await answers(200, "whoami.localhost");
      await changesNothing(its.stack);
    }
    await up({ services });
    await answers(200, "whoami.localhost");
  },
);

step(
  "labels come and go in one up each, and none takes them for what a run that was interrupted has left",
  async () => {
    for (const labels of [{ team: "shop" }, {}]) {
      its.configure({ labels });
      expect((await its.stack.up()).stdout).not.toContain("interrupted");
      await changesNothing(its.stack);
      const labelled = await kubectl("get", "serviceintentions", "-A", "-l", "team=shop", "-o", "name");
      expect(labelled.includes("all.services")).toBe("team" in labels);
    }
  },
);

step("a living mesh begins to trace and ends, and no collector has to be there", async () => {
  const annotations = () =>
    kubectl("get", "deployment", "whoami", "-n", "mesh-services", "-o", "jsonpath={.spec.template.metadata}");
  await up({ tracing: { endpoint: "collector.nowhere:4317" } });
  expect(await annotations()).toContain("collector.nowhere");
  await answers(200, "whoami.localhost");
  await up({ tracing: {} });
  expect(await annotations()).not.toContain("collector.nowhere");
  await answers(200, "whoami.localhost");
});

step(
  "a living Traefik gets the proxy of Consul's API and options of its own, and loses them, without a lost request",
  async () => {
    const args = () =>
      kubectl("get", "deployment", "traefik", "-n", "traefik-consul", "-o", "jsonpath={.spec.template.spec}");
    await steady("whoami.localhost");
    const before = JSON.parse(await args());
    const running = load("whoami.localhost");
    await up({ traefikConsulApiProxy: true, traefikStaticOptions: { "serversTransport.maxIdleConnsPerHost": 50 } });
    expect(await args()).toContain("--serversTransport.maxIdleConnsPerHost=50");
    expect(JSON.parse(await args())).not.toEqual(before);
    await changesNothing(its.stack);
    await up({ traefikConsulApiProxy: false, traefikStaticOptions: {} });
    expect(JSON.parse(await args())).toEqual(before);
    const { sent, failures } = await running.stop();
    console.info(`${sent} requests, ${failures.length} lost`);
    expect(failures).toEqual([]);
  },
);

step("the ingress alone can be removed, and comes back", async () => {
  const ingress = "urn:pulumi:local::consul-traefik-mesh::consul-traefik-mesh:index:TraefikConsulIngress::traefik";
  await its.stack.destroy({ target: [ingress], targetDependents: true });
  expect(await kubectl("get", "namespace", "traefik-consul", "--ignore-not-found")).toBe("");
  await its.stack.up();
  await answers(200, "whoami.localhost");
});
