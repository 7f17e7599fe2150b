import * as http from "node:http";
import { TESTBED, workspace, Workspace } from "../workspace";
import { answers, kubectl, poll, renewCluster, story, through } from "../e2e/cluster";
import { failureOf, load, loadOf, steady } from "../e2e/load";
import { killContainer, podsOf } from "../e2e/pods";
import { judged } from "../e2e/pack";

/**
 * Faults under 50 requests a second, each to one of two routes of one service: one plain, one that asks another instance
 * where one fails. What is lost is counted, and must be no more than docs/reliability.md says and explains.
 */
const step = story();
let its: Workspace;
const PLAIN = "whoami.localhost";
const RETRIED = "retried.localhost";
const REFUSED = "refused.localhost";
const image = "localhost/whoami:1.10.3";
// More than a second altogether, which is how long an instance that was killed is still asked.
const retry = { attempts: 10, initialInterval: "100ms", status: ["502-504"] };
const services = [
  {
    name: "whoami",
    image,
    port: 80,
    healthPath: "/health",
    replicas: 2,
    routes: [{ host: PLAIN }, { host: RETRIED, middlewares: [{ retry }] }],
  },
  { name: "refused", image, port: 80, healthPath: "/health", routes: [{ host: REFUSED }] },
];

beforeAll(async () => {
  its = judged(
    await workspace(
      "staging",
      {
        ...TESTBED,
        services,
        intentions: [{ source: "traefik-system-ingress", destination: "whoami" }],
        traefikConsulApiProxy: true,
      },
      "staging",
    ),
  );
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

step("staging comes up: three servers, ACLs, NetworkPolicies, two pods of Traefik", async () => {
  await its.stack.up();
  expect(await through(PLAIN)).toBe(200);
  await steady(PLAIN);
});

/** What a fault may cost at most: failed requests of each route. */
interface Allowed {
  readonly plain?: number;
  readonly retried?: number;
}

/** Plays a fault under load, until it is over and for ten seconds more. */
async function under(fault: string, body: () => Promise<unknown>, { plain = 0, retried = 0 }: Allowed = {}) {
  const loads = [load(PLAIN, 25), load(RETRIED, 25)];
  let letIn = 0;
  const refused = loadOf(async () => {
    letIn += (await failureOf({ host: REFUSED })) === undefined ? 1 : 0;
    return undefined;
  }, 5);
  const failed = await body().then(
    () => new Promise<undefined>((resolve) => setTimeout(resolve, 10_000, undefined)),
    (error) => error,
  );
  const [one, other] = await Promise.all(loads.map((each) => each.stop()));
  const { sent } = await refused.stop();
  console.info(
    `${fault}: plain ${one.failures.length} of ${one.sent}, retried ${other.failures.length} of ${other.sent}, let in ${letIn} of ${sent}`,
    [...one.failures, ...other.failures].slice(0, 12),
  );
  if (failed !== undefined) {
    throw failed;
  }
  expect(letIn).toBe(0);
  expect(sent).toBeGreaterThan(20);
  expect(one.failures.length).toBeLessThanOrEqual(plain);
  expect(other.failures.length).toBeLessThanOrEqual(retried);
}

const ready = async (namespace: string, selector: string, count: number) =>
  poll(
    `${count} ready of ${selector}`,
    async () =>
      (await podsOf(namespace, selector)).filter(({ status }) =>
        (status.conditions ?? []).some((c: any) => c.type === "Ready" && c.status === "True"),
      ).length,
    (found) => found === count,
    240,
  );

const scaled = (namespace: string, workload: string, count: number) =>
  kubectl("scale", workload, "-n", namespace, `--replicas=${count}`);

/** Kills a container of the first pod that a selector finds, and waits until all are ready again. */
async function killed(namespace: string, selector: string, container: string, count: number): Promise<void> {
  const [pod] = await podsOf(namespace, selector);
  const restarts = async () => {
    const { status } = (await podsOf(namespace, selector)).find((each) => each.metadata.name === pod.metadata.name);
    const all = [...(status.initContainerStatuses ?? []), ...status.containerStatuses];
    return all.find((each: any) => each.name === container).restartCount as number;
  };
  const before = await restarts();
  killContainer(pod, container);
  await poll(`${container} started again`, restarts, (now) => now > before);
  await ready(namespace, selector, count);
}

const MESH = "mesh-services";
const TRAEFIK = ["traefik-consul", "app=traefik"] as const;
const SERVERS = ["consul-system", "app=consul,component=server"] as const;

step("a sidecar is killed", () =>
  under("sidecar killed", () => killed(MESH, "app=whoami", "consul-dataplane", 2), { plain: 60 }),
);

step("a service's process is killed", () =>
  under("service killed", () => killed(MESH, "app=whoami", "whoami", 2), { plain: 60 }),
);

step("a pod of a service is deleted", () =>
  under("service's pod deleted", async () => {
    const [pod] = await podsOf(MESH, "app=whoami");
    await kubectl("delete", "pod", "-n", MESH, pod.metadata.name, "--wait=true");
    await ready(MESH, "app=whoami", 2);
  }),
);

step("a pod of Traefik is deleted", () =>
  under("Traefik's pod deleted", async () => {
    const [pod] = await podsOf(...TRAEFIK);
    await kubectl("delete", "pod", "-n", TRAEFIK[0], pod.metadata.name, "--wait=true");
    await ready(...TRAEFIK, 2);
  }),
);

step("Traefik is killed without warning", () =>
  under("Traefik killed", () => killed(...TRAEFIK, "traefik", 2), { plain: 60, retried: 60 }),
);

step("the injector is away, and Traefik's pods start without it", () =>
  under("injector away", async () => {
    await scaled("consul-system", "deployment/consul-connect-injector", 0);
    await ready("consul-system", "component=connect-injector", 0);
    const [pod] = await podsOf(...TRAEFIK);
    await kubectl("delete", "pod", "-n", TRAEFIK[0], pod.metadata.name, "--wait=true");
    await ready(...TRAEFIK, 2);
    await scaled("consul-system", "deployment/consul-connect-injector", 1);
    await ready("consul-system", "component=connect-injector", 1);
  }),
);

step("the cluster's DNS is killed", () =>
  under("CoreDNS killed", () => killed("kube-system", "k8s-app=kube-dns", "coredns", 1)),
);

step("a server of Consul is killed", () => under("server killed", () => killed(...SERVERS, "consul", 3)));

step("all servers are away for two minutes, and Traefik is current within ten seconds after it", async () => {
  await under("all servers away", async () => {
    await scaled("consul-system", "statefulset/consul-server", 0);
    await ready(...SERVERS, 0);
    await new Promise((resolve) => setTimeout(resolve, 120_000));
    await scaled("consul-system", "statefulset/consul-server", 3);
    await ready(...SERVERS, 3);
    const back = Date.now();
    // A pod that is new, so that only a Traefik that reads the catalog again knows it.
    await scaled(MESH, "deployment/whoami", 3);
    await ready(MESH, "app=whoami", 3);
    const started = Date.now();
    const known = new Set((await podsOf(MESH, "app=whoami")).map(({ metadata }) => metadata.name));
    const seen = new Set<string>();
    await poll(
      "answers of each pod",
      async () => {
        seen.add(/^Hostname: (.*)$/m.exec(await body(PLAIN))?.[1] ?? "");
        return [...known].every((name) => seen.has(name));
      },
      (all) => all,
      10,
    );
    console.info(
      `servers back, pod ready after ${started - back} ms, known to Traefik ${Date.now() - started} ms later`,
    );
    await scaled(MESH, "deployment/whoami", 2);
    await ready(MESH, "app=whoami", 2);
  });
});

step("Traefik is rolled out with other arguments, and back", () =>
  under("Traefik replaced twice", async () => {
    for (const traefikLogLevel of ["WARN", "INFO"]) {
      its.configure({ traefikLogLevel });
      await its.stack.up();
    }
    await answers(200, PLAIN);
  }),
);

/** What a GET is answered. */
function body(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port: 30080, headers: { host }, agent: false }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += chunk)).on("end", () => resolve(text));
      })
      .on("error", reject);
  });
}
