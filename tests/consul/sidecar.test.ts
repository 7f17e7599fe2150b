import { decider } from "../../components/intentions/decision";
import { DENY_ALL, IntentionRule, mergeIntentions } from "../../components/intentions/intentions";
import { ACCESS_LOGS } from "../../components/mesh/accessLogs";
import { CallLog } from "../../tools/suggest/calls";
import { permissionsFor } from "../../tools/suggest/paths";
import { poll, request } from "../e2e/cluster";
import { Sidecars } from "./sidecars";

let sidecars: Sidecars;
const log = new CallLog();

const ask = (path: string, method = "GET", headers = {}) => request({ port: sidecars.upstream, path }, method, headers);

beforeAll(async () => {
  sidecars = await Sidecars.start((_, response) => response.end(), { log: log.add });
  await sidecars.write({ kind: "proxy-defaults", name: "global", ...ACCESS_LOGS.spec });
  await poll(
    "a call",
    () => ask("/"),
    (status) => status === 200,
  );
});

afterAll(() => sidecars?.stop());

const METHODS = ["GET", "POST", "DELETE"];
const PATHS = ["/", "/a", "/a/", "/ab", "/a/17", "/a/17/b", "/a.b", "/axb", "/a*b", "/orders/3f2a9bc1/x"];
const to = (...permissions: object[]) => [{ source: "web", destination: "orders", permissions } as IntentionRule];
const on = (match: object, action = "allow") => ({ action, http: match });
const seen = ["/a/17", "/a.b", "/a*b", "/orders/3f2a9bc1/x"].map((path) => ({ method: "GET", path }));

/** Writes each destination's entry in the place of the one that there was. */
async function write(rules: readonly IntentionRule[]): Promise<void> {
  for (const { destination, sources } of mergeIntentions(rules)) {
    await sidecars.write({ kind: "service-intentions", name: destination.name, sources });
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
  await fetch(`${sidecars.consul.url}/config/service-intentions/orders`, { method: "DELETE" });
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

test.each<[criterion: string, its: object]>([
  ["present", { present: true }],
  ["exact", { exact: "Blue" }],
  ["prefix", { prefix: "Bl" }],
  ["suffix", { suffix: "ue" }],
  ["contains", { contains: "lu" }],
  ["regex", { regex: "B.*" }],
  ["exact in any case", { exact: "blue", ignoreCase: true }],
])("a sidecar lets in by headers what the rules say: %s, and inverted", async (_, its) => {
  for (const invert of [false, true]) {
    const rules = to(on({ pathExact: "/a", header: [{ name: "X-Team", ...its, invert }] }));
    await write([...rules, DENY_ALL]);
    const decide = decider(rules);
    const sent: Record<string, string>[] = [{}, { "x-team": "Blue" }, { "x-team": "blue" }, { "x-team": "red" }];
    const expected = sent.map((headers) =>
      decide({ source: "web", destination: "orders", http: { method: "GET", path: "/a", headers } }) === "allow"
        ? 200
        : 403,
    );
    await poll(
      `what the rules say, invert ${invert}`,
      () => Promise.all(sent.map((headers) => ask("/a", "GET", headers))),
      (statuses) => JSON.stringify(statuses) === JSON.stringify(expected),
      30,
    );
  }
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
