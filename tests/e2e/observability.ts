import * as fs from "node:fs";
import * as path from "node:path";
import { kubectl, poll, story, through } from "./cluster";
import { Prometheus } from "./prometheus";

const DASHBOARDS = path.resolve(__dirname, "../../dashboards");

/** Not the Job that asked whether the routes are served: it has ended. */
const RUNNING = "--field-selector=status.phase=Running";

/** One route of each kind: works, closed by intentions, broken; each a host, a path and the router's name in metrics. */
export type ObservedRoutes = readonly [works: ObservedRoute, closed: ObservedRoute, broken: ObservedRoute];
type ObservedRoute = readonly [host: string, requestPath: string, router: string];

/** Steps on a stack that is up with these routes: a real Prometheus scrapes it, and is asked what the dashboard asks. */
export function observabilitySteps(step: ReturnType<typeof story>, routes: ObservedRoutes): void {
  let prometheus: Prometheus | undefined;
  let calls: NodeJS.Timeout | undefined;

  afterAll(async () => {
    clearInterval(calls);
    await prometheus?.stop();
  });

  step("Prometheus finds Traefik, Consul's servers and every sidecar, and scrapes them", async () => {
    const ca = JSON.parse(await kubectl("get", "secret", "consul-ca-cert", "-n", "consul-system", "-o", "json"));
    const pem = Buffer.from(ca.data["tls.crt"], "base64").toString();
    const pods = await Promise.all(
      ["mesh-services", "traefik-consul"].map((namespace) =>
        kubectl("get", "pods", "-n", namespace, RUNNING, "-o", "jsonpath={.items[*].metadata.name}"),
      ),
    );
    const expected = ["consul-server-0", ...pods.flatMap((names) => names.split(" "))].sort();
    prometheus = await Prometheus.start(path.join(DASHBOARDS, "prometheus.yml"), pem);
    const found = await poll(
      "what is scraped",
      () => prometheus!.targets(),
      (targets) => targets.length >= expected.length && targets.every(({ health }) => health === "up"),
    );
    // Each once: a pod with several ports is one target.
    expect(found.map(({ labels }) => labels.pod).filter((pod) => expected.includes(pod))).toHaveLength(expected.length);
    expect(found.map(({ labels }) => labels.pod)).toEqual(expect.arrayContaining(expected));
  });

  step("each query of the dashboard has data, and says of each route what happened to it", async () => {
    const ask = () => routes.forEach(([host, requestPath]) => void through(host, requestPath));
    calls = setInterval(ask, 100);

    const dashboard = JSON.parse(fs.readFileSync(path.join(DASHBOARDS, "golden-signals.json"), "utf8"));
    const queries: [string, string][] = dashboard.panels.flatMap((panel: any) =>
      (panel.targets ?? []).map((target: any) => [panel.title, target.expr] as const),
    );
    expect(queries.length).toBeGreaterThan(10);
    const filled = (expression: string) => expression.replaceAll("$__rate_interval", "10s").replaceAll("$route", ".*");
    for (const [title, expression] of queries) {
      await poll(
        `the panel "${title}": ${expression}`,
        async () => (await prometheus!.query(filled(expression))).size,
        (size) => size > 0,
      );
    }
    const of = async (title: string) => {
      const [, expression] = queries.find(([each]) => each === title)!;
      const values = await prometheus!.query(filled(expression));
      return routes.map(([, , router]) => values.get(JSON.stringify({ route: `${router}@consulcatalog` })));
    };
    const near = (wanted: number) => (value: number | undefined) =>
      value !== undefined && Math.abs(value - wanted) < 0.001;
    await poll(
      "errors of each route",
      () => of("Errors"),
      ([works, closed, broken]) => near(0)(works) && near(0)(closed) && near(1)(broken),
    );
    await poll(
      "refusals of each route",
      () => of("Refused"),
      ([works, closed, broken]) => near(0)(works) && near(1)(closed) && near(0)(broken),
    );
    await poll(
      "traffic of each route",
      () => of("Traffic"),
      (values) => values.every((value) => value !== undefined && value > 4 && value < 14),
    );
    clearInterval(calls);
  });
}
