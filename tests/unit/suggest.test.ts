import { IntentionRule } from "../../components";
import { decider } from "../../components/intentions/decision";
import { parseSettings } from "../../settings";
import { CallLog, Observed } from "../../tools/suggest/calls";
import { declarationOf } from "../../tools/suggest/declaration";
import type { Cluster } from "../../tools/access/cluster";
import { inWords, readCalls, secondsOf } from "../../tools/suggest/logs";
import { check, suggest } from "../../tools/suggest/suggestion";
import { asReport, asSettings } from "../../tools/suggest/text";
import * as yaml from "yaml";
import * as fc from "../generated";
import { raw } from "../settings";

const identity = (service: string, trustDomain = "mesh.consul") =>
  `spiffe://${trustDomain}/ns/default/dc/dc1/svc/${service}`;

/** A line of the sidecar of `callee`, as Envoy writes it. */
function line(caller: string | null, callee: string | null, more: Record<string, unknown> = {}): string {
  const [by, of] = [caller, callee].map((name) => (name === null || name.includes(":") ? name : identity(name)));
  const details = { response_code_details: "via_upstream", connection_termination_details: null };
  return JSON.stringify({ caller: by, callee: of, method: "GET", path: "/", response_code: 200, ...details, ...more });
}
const request = (method: string, path: string, more = {}) => ({ method, path, ...more });
const connection = { method: null, path: null, response_code: 0, response_code_details: null };
const INGRESS = "traefik-system-ingress";

function observed(...lines: string[]): Observed {
  const log = new CallLog();
  lines.forEach(log.add);
  return log.observed();
}

const image = "registry.example.com/a:1";
const SERVICES = [
  { name: "web", image, port: 80, routes: [{ host: "web.example.com" }] },
  { name: "orders", image, port: 80 },
  { name: "ledger", image, port: 5432, protocol: "tcp" },
];
const JOBS = [{ name: "nightly", image, schedule: "@daily" }];

function declared(more: Record<string, unknown> = {}) {
  const result = parseSettings(raw({ services: SERVICES, jobs: JOBS, denyAll: false, ...more }));
  if ("problems" in result) {
    throw new Error(JSON.stringify(result.problems));
  }
  return declarationOf(result.settings);
}

/** What is printed: the text, the settings that it is, and what these decide. */
function suggestion(seen: Observed, settings: Record<string, unknown> = {}, paths = false) {
  const text = asSettings(suggest(seen, declared(settings), { paths }), "Seen.");
  const intentions: IntentionRule[] = yaml.parse(text)["consul-traefik-mesh:intentions"];
  const closed = declared({ ...settings, intentions, denyAll: true });
  return {
    text,
    intentions,
    refused: check(seen, closed).refused,
    decide: decider([...closed.rules, ...closed.calls]),
  };
}

describe("what a log tells", () => {
  test("a request, a connection, and how often; without the query", () => {
    const seen = observed(
      line(INGRESS, "web", request("GET", "/cart?token=secret")),
      line(INGRESS, "web", request("GET", "/cart")),
      line("web", "ledger", connection),
    );
    expect(seen).toEqual({
      calls: [
        { source: "web", destination: "ledger", count: 1, notFound: false },
        { source: INGRESS, destination: "web", http: { method: "GET", path: "/cart" }, count: 2, notFound: false },
      ],
      refused: [],
      strangers: [],
    });
  });

  test.each([
    ["an outbound call, which the callee's sidecar logs too", line(null, null)],
    ["a probe of the kubelet's", line(null, "web")],
    ["a request that was none", line("web", "orders", { ...connection, response_code: 400 })],
    ["a message of Envoy's", "[2026-11-28 07:41:02.191][1][warning][main] no limit"],
    ["a line that was cut", line("web", "orders").slice(0, -20)],
    ["another JSON", '{"@level":"info","@message":"started"}'],
  ])("not %s", (_, text) => {
    expect(observed(text)).toEqual({ calls: [], refused: [], strangers: [] });
  });

  test("a call that an intention refused is no call to allow, of HTTP and of TCP", () => {
    const denied = "rbac_access_denied_matched_policy[none]";
    const seen = observed(
      line("web", "orders", { response_code: 403, response_code_details: denied }),
      line("web", "ledger", { ...connection, connection_termination_details: denied }),
      line("nightly", "orders", { response_code: 403 }), // which the service itself said
    );
    expect(seen.refused.map(({ destination }) => destination)).toEqual(["ledger", "orders"]);
    expect(seen.calls.map(({ source }) => source)).toEqual(["nightly"]);
    const { text, intentions } = suggestion(seen);
    expect(intentions).toEqual([{ source: "nightly", destination: "orders" }]);
    expect(text).toContain(
      "# Refused already, and not suggested:\n#   web → ledger  (once)\n#   web → orders  GET /  (once)",
    );
  });

  test("an identity of another mesh, or of no service, is a stranger whatever its name", () => {
    const gateway = "spiffe://mesh.consul/gateway/mesh/dc/dc1";
    const seen = observed(line(identity("web", "other.consul"), "orders"), line(gateway, "orders"));
    expect(seen.calls).toEqual([]);
    const { text, intentions } = suggestion(seen);
    expect(intentions).toEqual([]);
    expect(text).toContain(`#   ${identity("web", "other.consul")} → orders  GET /  (once)`);
    expect(check(seen, declared({ intentions: [{ source: "*", destination: "orders" }] })).refused).toHaveLength(2);
  });
});

describe("a suggestion", () => {
  const TRAFFIC = observed(
    line(INGRESS, "web", request("GET", "/cart")),
    line("web", "orders", request("POST", "/orders")),
    line("web", "orders", request("GET", "/orders/17")),
    line("web", "ledger", connection),
  );
  const WHOLE = [
    { source: "web", destination: "ledger" },
    { source: "web", destination: "orders" },
    { source: INGRESS, destination: "web" },
  ];

  test("is a whole service each, in a form that the stack takes, and refuses none of the calls", () => {
    const { intentions, refused, decide } = suggestion(TRAFFIC);
    expect(intentions).toEqual(WHOLE);
    expect(refused).toEqual([]);
    expect(decide({ source: "nightly", destination: "ledger" })).toBe("deny");
  });

  test("by paths allows what was called and no more; a tcp service whole", () => {
    const { intentions, refused, decide } = suggestion(TRAFFIC, {}, true);
    expect(intentions).toEqual([
      { source: "web", destination: "ledger" },
      {
        source: "web",
        destination: "orders",
        permissions: [
          { action: "allow", http: { pathExact: "/orders", methods: ["POST"] } },
          { action: "allow", http: { pathRegex: "/orders/[0-9-]+", methods: ["GET"] } },
        ],
      },
      {
        source: INGRESS,
        destination: "web",
        permissions: [{ action: "allow", http: { pathExact: "/cart", methods: ["GET"] } }],
      },
    ]);
    expect(refused).toEqual([]);
    const orders = (method: string, path: string) =>
      decide({ source: "web", destination: "orders", http: { method, path } });
    expect([orders("GET", "/orders/18"), orders("DELETE", "/orders/17"), orders("GET", "/admin")]).toEqual([
      "allow",
      "deny",
      "deny",
    ]);
  });

  test("keeps what the stack has, and says which of it nobody used and whom nobody called", () => {
    const intentions = [
      { source: "nightly", destination: "orders", description: "at night" },
      { source: "*", destination: "web", action: "deny" },
    ];
    const { text, intentions: all } = suggestion(observed(line("web", "ledger", connection)), { intentions });
    expect(all).toEqual([...intentions, { source: "web", destination: "ledger" }]);
    expect(text).toContain("  # Nobody was seen to make this call.\n  - source: nightly");
    expect(text).toContain("# Nobody was seen to call orders.");
    expect(text).not.toContain("# Nobody was seen to call ledger.");
  });

  test("by paths narrows a whole service that the stack allows, and leaves permissions, wildcards and the unused alone", () => {
    const intentions = [
      { source: INGRESS, destination: "web", description: "shop" },
      { source: "nightly", destination: "orders" },
      { source: "web", destination: "orders", permissions: [{ action: "allow", http: { pathPrefix: "/orders" } }] },
      { source: "web", destination: "ledger" },
    ];
    const { intentions: all } = suggestion(TRAFFIC, { intentions }, true);
    expect(all).toEqual([
      ...intentions.slice(1),
      {
        source: INGRESS,
        destination: "web",
        permissions: [{ action: "allow", http: { pathExact: "/cart", methods: ["GET"] } }],
        description: "shop",
      },
    ]);
  });

  test("leaves to a service's own calls what they allow", () => {
    const calls = [{ destination: "orders" }, { destination: "ledger" }];
    const services = [{ ...SERVICES[0], calls }, ...SERVICES.slice(1)];
    for (const paths of [false, true]) {
      const { intentions } = suggestion(TRAFFIC, { services }, paths);
      expect(intentions.map(({ source }) => source)).toEqual([INGRESS]);
    }
  });

  test("does not contradict a rule of the stack, and says what that refuses", () => {
    const intentions = [
      { source: "web", destination: "orders", permissions: [{ action: "allow", http: { pathPrefix: "/new" } }] },
    ];
    const { text, intentions: all } = suggestion(TRAFFIC, { intentions });
    expect(all).toEqual([intentions[0], ...WHOLE.filter(({ destination }) => destination !== "orders")]);
    expect(text).toContain(
      "# Refused by a rule that the stack has, which is left as it is:\n#   web → orders  POST /orders  (once)",
    );
  });

  test("a pair's rule allows all that the pair called, also what a wildcard allowed", () => {
    const permissions = [{ action: "allow", http: { pathPrefix: "/orders/" } }];
    const { refused } = suggestion(
      TRAFFIC,
      { intentions: [{ source: "*", destination: "orders", permissions }] },
      true,
    );
    expect(refused).toEqual([]);
  });

  test("shows a caller that the stack does not know, and does not say it", () => {
    const { text, intentions } = suggestion(observed(line("legacy", "orders")));
    expect(intentions).toEqual([]);
    expect(text).toContain('# "legacy" is not a service of this stack');
    expect(text).toContain("  # - source: legacy\n  #   destination: orders");
    expect(suggestion(observed(line("legacy", "orders")), { externalServices: { legacy: "http" } }).intentions).toEqual(
      [{ source: "legacy", destination: "orders" }],
    );
  });

  test("names paths that were never there, which a scanner may have asked for", () => {
    const { text } = suggestion(
      observed(line("web", "orders", request("GET", "/wp-admin", { response_code: 404 })), line("web", "orders")),
      {},
      true,
    );
    expect(text).toContain("#   web → orders  GET /wp-admin  (once)");
    expect(text).not.toContain("#   web → orders  GET /  ");
  });

  test("names a route that nobody was seen to use: Traefik keeps connections of tcp open, which no log tells then", () => {
    const told = "# A route leads to web, and Traefik was not seen to call it";
    expect(suggestion(observed(line("web", "orders"))).text).toContain(told);
    expect(suggestion(TRAFFIC).text).not.toContain("# A route");
  });

  test("a service of another stack is that one's to open", () => {
    const { text, intentions } = suggestion(observed(line("web", "billing")));
    expect(intentions).toEqual([]);
    expect(text).toContain("# To services of others, who open them: run this for their stacks:\n#   web → billing");
  });

  test("* → * goes: deny-all says it", () => {
    expect(suggestion(TRAFFIC, { intentions: [{ source: "*", destination: "*" }] }).intentions).toEqual(WHOLE);
  });

  test("refuses none of any calls, and the stack takes it", () => {
    const segment = fc.oneof(
      fc.constantFrom("", "a", "b", "orders", "17", "a*b", "x.y", "%2f", "{id}", "$", "(a|b)", ":id", "^"),
      fc.stringMatching(/^[0-9a-f]{1,12}$/),
    );
    const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
    const call = fc.oneof(
      fc
        .tuple(fc.constantFrom("web", INGRESS, "nightly"), fc.constantFrom("GET", "POST", "PROPFIND"), path)
        .map(([source, method, its]) => line(source, source === INGRESS ? "web" : "orders", request(method, its))),
      fc.constantFrom("web", "orders").map((source) => line(source, "ledger", connection)),
    );
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 60 }), fc.boolean(), (lines, paths) => {
        expect(suggestion(observed(...lines), {}, paths).refused).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe("destinations outside", () => {
  const destinations = [
    { name: "payments", host: "api.example.com", port: 443 },
    { name: "mail", host: "mx.example.com", port: 25, protocol: "tcp" },
  ];
  const meshOf = "3e121d35-3315-e66f-f44c-7d7e15838624.consul";
  const its = `spiffe://${meshOf}/ns/default/dc/dc1/svc`;
  /** As the terminating gateway of chart 1.9.11 has written them, with Consul 1.22.7; the names are others. */
  const GATEWAY_LOG = [
    `{"authority":"payments.virtual.consul","bytes_received":0,"bytes_sent":24,"callee":"${its}/payments","caller":"${its}/orders","connection_termination_details":null,"duration":15016,"method":"GET","path":"/b/17?wait=17","protocol":"HTTP/1.1","request_id":"5e40d39b-76eb-4c0e-a0b4-6df8dabd5d7c","response_code":504,"response_code_details":"response_timeout","response_flags":"UT","start_time":"2026-11-28T21:06:21.455Z","upstream_cluster":"payments.default.dc1.internal.${meshOf}"}`,
    `{"authority":null,"bytes_received":85,"bytes_sent":126,"callee":"${its}/mail","caller":"${its}/orders","connection_termination_details":null,"duration":12,"method":null,"path":null,"protocol":null,"request_id":null,"response_code":0,"response_code_details":null,"response_flags":"-","start_time":"2026-11-28T21:06:46.446Z","upstream_cluster":"mail.default.dc1.internal.${meshOf}"}`,
  ];
  const ACCESS_LOGS = { metadata: { name: "global" }, spec: { accessLogs: { enabled: true } } };
  const pod = (namespace: string, container: string) => ({
    metadata: { name: container, namespace },
    spec: { containers: [{ name: container }] },
  });
  /** A mesh of one service, whose sidecar has logged nothing, and of the gateway. */
  const cluster = {
    get: async () => ({}),
    list: async (path: string, label?: string) =>
      path.endsWith("/proxydefaults")
        ? [ACCESS_LOGS]
        : label === "component=terminating-gateway"
          ? [pod("consul-system", "terminating-gateway")]
          : [pod("mesh-services", "consul-dataplane")],
    lines: async (path: string, add: (line: string) => void) => {
      if (path.includes("/namespaces/consul-system/pods/terminating-gateway/log?container=terminating-gateway")) {
        GATEWAY_LOG.forEach(add);
      }
    },
  } as unknown as Cluster;

  test("are called by way of the gateway, whose log tells by whom", async () => {
    const { observed: seen, read } = await readCalls(cluster, 60);
    expect(inWords(seen, read, "1m")).toBe("Seen in 1m, in the logs of 1 sidecar and 1 gateway: 2 calls.");
    const { text, intentions, refused } = suggestion(seen, { externalDestinations: destinations }, true);
    const permissions = [{ action: "allow", http: { pathRegex: "/b/[0-9-]+", methods: ["GET"] } }];
    expect(intentions).toEqual([
      { source: "orders", destination: "mail" },
      { source: "orders", destination: "payments", permissions },
    ]);
    expect(refused).toEqual([]);
    expect(text).not.toContain("Nobody was seen to call payments");
  });

  test("that nobody called are named as services are", () => {
    const { text } = suggestion(observed(line("web", "orders")), { externalDestinations: destinations });
    expect(text).toContain("# Nobody was seen to call mail.");
  });
});

describe("a check", () => {
  const seen = observed(line("web", "orders", request("GET", "/a")), line("web", "orders", request("GET", "/b")));
  const rule = (http: object) => ({
    intentions: [{ source: "web", destination: "orders", permissions: [{ action: "allow", http }] }],
  });

  test("names each call that deny-all would refuse", () => {
    const found = check(seen, declared(rule({ pathExact: "/a" })));
    expect(asReport(found, "Seen.")).toBe(
      "Seen.\nDeny-all with the intentions of the stack's file refuses:\n  web → orders  GET /b  (once)",
    );
  });

  test("counts the services' own calls, and says where all is well", () => {
    const services = [{ ...SERVICES[0], calls: [{ destination: "orders" }] }, ...SERVICES.slice(1)];
    expect(asReport(check(seen, declared({ services })), "Seen.")).toMatch(/refuses none of them\.$/);
  });

  test("says of what it cannot tell, and does not count * → *, which deny-all replaces", () => {
    const header = [{ name: "x-team", exact: "a" }];
    expect(check(seen, declared(rule({ pathExact: "/a", header }))).unknown).toHaveLength(1);
    expect(check(seen, declared({ intentions: [{ source: "*", destination: "*" }] })).refused).toHaveLength(2);
  });
});

test("a time is seconds, minutes, hours or days", () => {
  expect(["90s", "30m", "1h", "2d"].map(secondsOf)).toEqual([90, 1800, 3600, 172_800]);
  for (const wrong of ["1", "h", "0h", "1.5h", "1w"]) {
    expect(() => secondsOf(wrong)).toThrow(/use one such as 30m/);
  }
});
