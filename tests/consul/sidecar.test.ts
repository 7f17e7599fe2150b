import { execFileSync } from "node:child_process";
import * as http from "node:http";
import { AddressInfo } from "node:net";
import { decider } from "../../components/intentions/decision";
import { DENY_ALL, IntentionRule, mergeIntentions } from "../../components/intentions/intentions";
import { ACCESS_LOGS } from "../../components/mesh/accessLogs";
import { CallLog } from "../../tools/suggest/calls";
import { permissionsFor } from "../../tools/suggest/paths";
import { poll, request } from "../e2e/cluster";
import { Agent } from "./agent";
import { killed, onFreePorts, run } from "./processes";

/** Two sidecars, the real Envoy each, by the real Consul: `web` calls `orders`. */
let consul: Agent;
const ended: (() => unknown)[] = [];
const log = new CallLog();
let upstream: number;

/** Field names as Consul's API spells them. */
function capitalized(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) {
    return Array.isArray(value) ? value.map(capitalized) : value;
  }
  const name = (key: string) => (key === "http" ? "HTTP" : key.replace(/^json|^./, (first) => first.toUpperCase()));
  return Object.fromEntries(Object.entries(value).map(([key, its]) => [name(key), capitalized(its)]));
}

const ask = (path: string, method = "GET") => request({ port: upstream, path }, method);

beforeAll(async () => {
  const app = http.createServer((_, response) => response.end()).listen(0, "127.0.0.1");
  ended.push(() => app.close());
  await onFreePorts(6, async ([grpc, orders, web, local, ...admins]) => {
    consul = await Agent.start("-grpc-port", String(grpc));
    upstream = local;
    const entry = (its: object) => consul.write(capitalized(its) as object);
    expect(await entry({ kind: "proxy-defaults", name: "global", ...ACCESS_LOGS.spec })).toBeUndefined();
    expect(await entry({ kind: "service-defaults", name: "orders", protocol: "http" })).toBeUndefined();
    const { port } = app.address() as AddressInfo;
    const proxy = { Upstreams: [{ DestinationName: "orders", LocalBindPort: local }] };
    for (const [Name, Sidecar] of [
      ["orders", { Port: orders }],
      ["web", { Port: web, Proxy: proxy }],
    ] as const) {
      const body = JSON.stringify({ Name, Port: port, Connect: { SidecarService: Sidecar } });
      await fetch(`${consul.url}/agent/service/register`, { method: "PUT", body });
      const admin = admins.shift();
      const of = ["-sidecar-for", Name, "-admin-bind", `127.0.0.1:${admin}`, "-grpc-addr", `127.0.0.1:${grpc}`];
      const asked = ["connect", "envoy", "-http-addr", consul.address, ...of, "-bootstrap"];
      const bootstrap = execFileSync("consul", asked, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      const flags = ["--disable-hot-restart", "--concurrency", "1", "--file-flush-interval-msec", "100"];
      const ready = async () => (await fetch(`http://127.0.0.1:${admin}/ready`)).ok;
      const envoy = await run("envoy", ["--config-yaml", bootstrap, "--log-level", "warn", ...flags], ready);
      ended.unshift(() => killed(envoy));
      let rest = "";
      envoy.stdout!.on("data", (chunk) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop()!;
        lines.forEach(log.add);
      });
    }
  });
  await poll(
    "a call",
    () => ask("/"),
    (status) => status === 200,
  );
});

afterAll(async () => {
  for (const end of ended) {
    await end();
  }
  await consul?.stop();
});

const METHODS = ["GET", "POST", "DELETE"];
const PATHS = ["/", "/a", "/a/", "/ab", "/a/17", "/a/17/b", "/a.b", "/axb", "/a*b", "/orders/3f2a9bc1/x"];
const to = (...permissions: object[]) => [{ source: "web", destination: "orders", permissions } as IntentionRule];
const on = (match: object, action = "allow") => ({ action, http: match });
const seen = ["/a/17", "/a.b", "/a*b", "/orders/3f2a9bc1/x"].map((path) => ({ method: "GET", path }));

/** Writes each destination's entry in the place of the one that there was. */
async function write(rules: readonly IntentionRule[]): Promise<void> {
  for (const { destination, sources } of mergeIntentions(rules)) {
    const entry = { kind: "service-intentions", name: destination.name, sources };
    expect(await consul.write(capitalized(entry) as object)).toBeUndefined();
  }
}

test.each<[what: string, rules: IntentionRule[]]>([
  ["exact paths", to(on({ pathExact: "/a" }), on({ pathExact: "/a/17", methods: ["POST"] }))],
  ["a prefix and an exception", to(on({ pathPrefix: "/a/", methods: ["DELETE"] }, "deny"), on({ pathPrefix: "/a" }))],
  ["an expression", to(on({ pathRegex: "/a/[0-9]+" }))],
  ["methods alone", to(on({ methods: ["GET", "DELETE"] }))],
  ["what is suggested of calls", to(...permissionsFor(seen))],
  ["any source", [{ ...to(on({ pathPrefix: "/a" }))[0], source: "*" }]],
  ["any source but this", [{ source: "*", destination: "orders" }, ...to(on({ pathExact: "/a" }))]],
  [
    "any destination",
    [
      { source: "web", destination: "*" },
      { source: "other", destination: "orders" },
    ],
  ],
])("a sidecar lets in what the rules say: %s", async (_, rules) => {
  const all = [...rules, DENY_ALL];
  await fetch(`${consul.url}/config/service-intentions/orders`, { method: "DELETE" });
  await write(all);
  const decide = decider(rules);
  const calls = METHODS.flatMap((method) => PATHS.map((path) => ({ method, path })));
  const expected = calls.map((its) =>
    decide({ source: "web", destination: "orders", http: its }) === "allow" ? 200 : 403,
  );
  await poll(
    "what the rules say",
    () => Promise.all(calls.map(({ method, path }) => ask(path, method))),
    (statuses) => JSON.stringify(statuses) === JSON.stringify(expected),
    30,
  );
});

test("what a sidecar logs is read: who called what, without the query, and what an intention refused", async () => {
  await write([{ source: "web", destination: "orders", action: "deny" }]);
  await poll(
    "a refusal",
    () => ask("/read?token=secret", "POST"),
    (status) => status === 403,
  );
  await write([{ source: "web", destination: "orders" }]);
  await poll(
    "an answer",
    () => ask("/read?token=secret", "POST"),
    (status) => status === 200,
  );
  const http = { method: "POST", path: "/read" };
  const read = expect.arrayContaining([expect.objectContaining({ source: "web", destination: "orders", http })]);
  const { calls, refused, strangers } = await poll(
    "its lines",
    async () => log.observed(),
    (observed) => observed.calls.some((call) => call.http?.path === "/read"),
  );
  expect([calls, refused, strangers]).toEqual([read, read, []]);
});
