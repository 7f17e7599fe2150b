import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { IntentionRule } from "../../components";
import { kubectl, poll, renewCluster, story } from "../e2e/cluster";
import { workspace, Workspace } from "../workspace";

/** Ten services of http and tcp, by routes with TLS and without, with rules of every kind: what is probed is what is declared, until somebody changes it by hand. */
const step = story();
const ROOT = path.resolve(__dirname, "../..");
const NAMESPACE = "mesh-services";
const INGRESS = "traefik-system-ingress";
const image = "localhost/whoami:1.10.3";

const http = (name: string, routed = false) => ({
  name,
  image,
  port: 80,
  healthPath: "/health",
  ...(routed ? { routes: [{ host: `${name}.localhost` }] } : {}),
});
const tcp = (name: string, more: object = {}) => ({ name, image, port: 80, protocol: "tcp", ...more });
/** Does with each connection what a command does; says nothing, as databases do until they are asked. */
const silent = (name: string, ...command: string[]) => {
  const route = { tcpRoutes: [{ entryPoints: [name] }] };
  return tcp(name, { port: 9000, command: ["nc", "-ll", "-p", "9000", "-e", ...command], ...route });
};

const services = [
  { ...http("web"), routes: [{ host: "web.localhost", tls: {} }] },
  { ...http("orders"), routes: [{ host: "orders.localhost", pathPrefix: "/orders" }] },
  // Of HTTP/2 in plain text, which whoami does not speak; it answers 404.
  {
    ...http("catalog"),
    image: "localhost/traefik:3.7.15",
    port: 8080,
    protocol: "http2",
    args: ["--entryPoints.web.address=:8080", "--ping=true", "--ping.entryPoint=web"],
    healthPath: "/ping",
  },
  http("report"),
  http("admin"),
  http("cart", true),
  { ...tcp("ledger"), routes: [{ host: "ledger.localhost" }] },
  tcp("audit", { tcpRoutes: [{ sni: "audit.localhost", tls: {} }] }),
  // As PostgreSQL and Redis: the one closes what is not its protocol, the other waits for more.
  silent("db", "sh", "-c", "head -c 5 > /dev/null"),
  silent("cache", "sleep", "60"),
];

type Permissions = IntentionRule["permissions"];
const rule = (source: string, destination: string, permissions?: Permissions): IntentionRule => ({
  source,
  destination,
  ...(permissions === undefined ? {} : { permissions }),
});
const deny = (source: string, destination: string): IntentionRule => ({ source, destination, action: "deny" });
const intentions: IntentionRule[] = [
  rule(INGRESS, "web"),
  rule(INGRESS, "orders", [{ action: "allow", http: { pathExact: "/orders/health", methods: ["GET"] } }]),
  rule(INGRESS, "ledger"),
  rule(INGRESS, "db"),
  rule("web", "orders", [
    { action: "deny", http: { pathPrefix: "/orders/internal" } },
    { action: "allow", http: { pathPrefix: "/orders", methods: ["GET", "POST"] } },
  ]),
  rule("web", "catalog", [
    { action: "allow", http: { pathPrefix: "/items", header: [{ name: "X-Team", exact: "shop" }] } },
  ]),
  rule("cart", "catalog", [
    {
      action: "allow",
      http: {
        pathRegex: "/v[0-9]+/items",
        header: [
          { name: "x-debug", present: true, invert: true },
          { name: "x-mode", prefix: "wri", invert: true },
        ],
      },
    },
  ]),
  rule("web", "cart", [{ action: "allow", http: { methods: ["HEAD", "OPTIONS"] } }]),
  rule("*", "report", [{ action: "allow", http: { pathPrefix: "/public" } }]),
  deny("admin", "report"),
  rule("*", "audit"),
  deny("web", "audit"),
  rule("orders", "ledger"),
  rule("orders", "db"),
  rule("cart", "cache"),
  rule("admin", "*"),
];
let its: Workspace;

/** What the command prints, what it says meanwhile, and its exit code. */
function probed(...options: string[]): Promise<{ code: number; printed: string; said: string }> {
  const { stack, directory } = its;
  const tool = [path.join(ROOT, "tools/probe/index.ts"), "-s", stack.name, "--image", image, ...options];
  return new Promise((resolve) => {
    execFile(
      path.join(ROOT, "node_modules/.bin/ts-node"),
      ["--transpile-only", ...tool],
      { cwd: directory, env: { ...process.env, ...stack.workspace.envVars }, maxBuffer: 2 ** 26 },
      (error, printed, said) => resolve({ code: Number(error?.code ?? 0), printed, said }),
    );
  });
}

/** The questions of a run as JSON that came to something, each as a pair and what was sent. */
function those(printed: string, verdict: string): string[] {
  const { requests } = JSON.parse(printed) as { requests: any[] };
  return requests
    .filter((each) => each.verdict === verdict)
    .map(({ source, destination, http: its, got }) =>
      [source, "→", destination, its?.method, its?.path, JSON.stringify(its?.headers), got.what, got.words].join(" "),
    );
}

beforeAll(async () => {
  const traefikTcpEntryPoints = { db: { port: 9001 }, cache: { port: 9002 } };
  its = await workspace("local", { services, intentions, traefikTcpEntryPoints }, "local");
});

afterAll(async () => {
  await its?.remove();
  renewCluster();
});

step("of ten services each pair gets what is declared", async () => {
  await its.stack.up();
  const report = path.join(its.directory, "probe.xml");
  const { code, printed, said } = await probed("--json", "--junit", report);
  console.info(said);
  expect([those(printed, "mismatch"), those(printed, "unclear"), those(printed, "left"), code]).toEqual([
    [],
    [],
    [],
    0,
  ]);
  const { requests, notProbed } = JSON.parse(printed) as { requests: any[]; notProbed: any[] };
  const pairs = new Set(requests.map(({ source, destination }) => `${source} ${destination}`));
  // All but those of a service with itself; Traefik has routes to seven.
  expect(pairs.size).toBe(10 * 9 + 7);
  const ways: Record<string, number> = {};
  for (const { got } of requests) {
    const way = `${got.what}: ${got.words.replace(/\d+ bytes/, "n bytes")}`;
    ways[way] = (ways[way] ?? 0) + 1;
  }
  console.info(`${requests.length} requests of ${pairs.size} pairs`, ways);
  expect(notProbed.map(({ what, why }) => `${what}: ${why}`)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^POST \/orders: .*--unsafe-methods$/)]),
  );
  expect(fs.readFileSync(report, "utf8")).toContain('failures="0" errors="0" skipped="3"');
});

step("an intention that is changed by hand is found, and no other with it", async () => {
  const at = ["serviceintentions", "audit", "-n", "consul-system"];
  const { spec } = JSON.parse(await kubectl("get", ...at, "-o", "json"));
  const place = spec.sources.findIndex(({ name }: { name: string }) => name === "web");
  const change = [{ op: "replace", path: `/spec/sources/${place}/action`, value: "allow" }];
  await kubectl("patch", ...at, "--type=json", "-p", JSON.stringify(change));
  const ask = ["curl", "-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}", `http://audit.${NAMESPACE}/`];
  await poll(
    "a call that was denied",
    () => kubectl("exec", "-n", NAMESPACE, "deploy/web", "-c", "web", "--", ...ask),
    (status) => status === "200",
  );
  const { code, printed } = await probed();
  expect(printed).toMatch(/: 1 mismatch, 0 unclear$/m);
  expect(printed).toContain("× web → audit\n    sent:     a connection\n    expected: refused, by: deny web → audit\n");
  expect(code).toBe(1);
});

step("a service without a pod refuses nothing: it is unclear", async () => {
  await kubectl("scale", "deployment/admin", "-n", NAMESPACE, "--replicas=0");
  await kubectl("wait", "--for=delete", "pod", "-n", NAMESPACE, "-l", "app=admin", "--timeout=120s");
  const { code, printed } = await probed("--json");
  const unclear = those(printed, "unclear");
  expect(unclear.filter((each) => !each.includes("admin"))).toEqual([]);
  expect(unclear.filter((each) => each.includes("→ admin"))).toHaveLength(9);
  expect(unclear.filter((each) => each.startsWith("admin"))).toContainEqual(
    expect.stringContaining("no pod of admin is ready"),
  );
  expect(code).toBe(1); // of what was changed before
});
