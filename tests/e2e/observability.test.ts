import * as fs from "node:fs";
import * as path from "node:path";
import { workspace, Workspace } from "../workspace";
import { kubectl, poll, renewCluster, story, through } from "./cluster";
import { Prometheus } from "./prometheus";

const DASHBOARDS = path.resolve(__dirname, "../../dashboards");
const whoami = { image: "localhost/whoami:1.10.3", port: 80, healthPath: "/health" };

let its: Workspace;
let prometheus: Prometheus | undefined;
let calls: NodeJS.Timeout | undefined;
const step = story();

beforeAll(async () => {
  its = await workspace("local", {
    services: [
      { ...whoami, name: "whoami", routes: [{ host: "whoami.localhost" }] },
      { ...whoami, name: "closed", routes: [{ host: "closed.localhost" }] },
      { ...whoami, healthPath: undefined, name: "broken", routes: [{ host: "broken.localhost" }] },
    ],
    intentions: ["whoami", "broken"].map((destination) => ({
      source: "traefik-system-ingress",
      destination,
      permissions: [{ action: "allow", http: { pathPrefix: "/" } }],
    })),
  });
});

afterAll(async () => {
  clearInterval(calls);
  await prometheus?.stop();
  await its?.remove();
  renewCluster();
});

/** A statement about one route of each kind: one that works, one that intentions close, one that is broken. */
const HOSTS: [string, string, string][] = [
  ["whoami.localhost", "/", "whoami@consulcatalog"],
  ["closed.localhost", "/", "closed@consulcatalog"],
  ["broken.localhost", "/health", "broken@consulcatalog"],
];

step("Prometheus finds Traefik, Consul's servers and every sidecar, and scrapes them", async () => {
  await its.stack.up();
  const ca = JSON.parse(await kubectl("get", "secret", "consul-ca-cert", "-n", "consul-system", "-o", "json"));
  const pem = Buffer.from(ca.data["tls.crt"], "base64").toString();
  prometheus = await Prometheus.start(path.join(DASHBOARDS, "prometheus.yml"), pem);
  const expected = ["broken", "closed", "consul-server-0", "traefik", "whoami"];
  const found = await poll(
    "what is scraped",
    async () =>
      (await prometheus!.targets())
        .map(({ health, lastError, labels }) => `${labels.app ?? labels.pod} ${health} ${lastError}`.trim())
        .sort(),
    (targets) => expected.every((name) => targets.includes(`${name} up`)) && targets.every((t) => t.endsWith(" up")),
  );
  // Each once: a pod with several ports is one target.
  expect(found.filter((each) => /^(broken|closed|whoami|traefik|consul-server-0) /.test(each))).toEqual(
    expected.map((name) => `${name} up`),
  );
});

step("each query of the dashboard has data, and says of each route what happened to it", async () => {
  const pod = (await kubectl("get", "pods", "-n", "mesh-services", "-l", "app=broken", "-o", "name")).trim();
  await kubectl(
    "exec",
    "-n",
    "mesh-services",
    pod,
    "-c",
    "broken",
    "--",
    "curl",
    "-s",
    "-d",
    "503",
    "localhost/health",
  );
  const ask = () => HOSTS.forEach(([host, requestPath]) => void through(host, requestPath));
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
    return HOSTS.map(([, , router]) => values.get(JSON.stringify({ router })));
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
});
