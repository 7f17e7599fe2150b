import * as fc from "../generated";
import { MemberOptions, Protocol, Traffic } from "../../components";
import { resolverSpec, RETRY_CONDITIONS, routerSpec, splitterSpec } from "../../components/services/traffic";
import { trafficGraphProblems, trafficProblems } from "../../components/services/trafficProblems";
import { Agent, CONSUL_VERSIONS } from "./agent";

/** The mesh that the cases are about. */
const PROTOCOLS: Readonly<Record<string, Protocol>> = { web: "http", api: "http", old: "http", rpc: "grpc", db: "tcp" };
const NAMES = Object.keys(PROTOCOLS);

type Case = Readonly<Record<string, Traffic>>;

let consul: Agent;

const KINDS = ["service-router", "service-splitter", "service-resolver"] as const;

/** Fields as consul-k8s writes them (`ToConsul`): the same, by their names in Consul's API. */
function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(capitalized);
  }
  return typeof value !== "object" || value === null
    ? value
    : Object.fromEntries(
        Object.entries(value).map(([k, v]) => [
          k === "http" ? "HTTP" : k[0].toUpperCase() + k.slice(1),
          capitalized(v),
        ]),
      );
}

const optionsOf = (its: Case, name: string): MemberOptions => ({
  port: 80,
  protocol: PROTOCOLS[name],
  traffic: its[name],
});

/** What Consul says of the entries, written in the order that the program has: why it refuses one, or `undefined`. */
async function refusal(its: Case): Promise<string | undefined> {
  for (const kind of KINDS) {
    for (const name of NAMES) {
      await fetch(`${consul.url}/config/${kind}/${name}`, { method: "DELETE" });
    }
  }
  for (const [kind, spec] of [
    ["service-resolver", resolverSpec],
    ["service-splitter", splitterSpec],
    ["service-router", routerSpec],
  ] as const) {
    for (const name of Object.keys(its)) {
      const entry = spec(optionsOf(its, name));
      const reason = entry && (await consul.write({ Kind: kind, Name: name, ...(capitalized(entry) as object) }));
      if (reason !== undefined) {
        return reason;
      }
    }
  }
  return undefined;
}

/** What we say, for Consul's sake and for our own. */
function ours(its: Case) {
  const members = NAMES.map((name) => ({ name, options: optionsOf(its, name), path: `${name}.traffic` }));
  return [
    ...members.flatMap(({ name, options, path }) => trafficProblems(name, options, path)),
    ...trafficGraphProblems(members),
  ];
}
const forConsul = (its: Case) => ours(its).filter(({ refusedBy }) => refusedBy === "Consul");

const CASES: [what: string, its: Case, paths: string[], byConsul: boolean][] = [
  ["a retry", { web: { retries: { attempts: 3, on: ["5xx"], statusCodes: [409] } } }, [], false],
  ["shares of two services", { web: { split: [{ weight: 90.5 }, { service: "api", weight: 9.5 }] } }, [], false],
  [
    "shares that are shared again",
    {
      web: { split: [{ service: "api", weight: 100 }] },
      api: { split: [{ weight: 50 }, { service: "old", weight: 50 }] },
    },
    [],
    false,
  ],
  [
    "a path of another service's",
    { web: { routes: [{ match: { pathPrefix: "/api" }, service: "api", prefixRewrite: "/" }] } },
    [],
    false,
  ],
  ["another instance's end", { db: { failover: ["db"] } }, ["db.traffic.failover[0]"], false],
  ["a service that stands in", { web: { failover: ["api", "old"] } }, [], false],
  ["99 percent", { web: { split: [{ weight: 99 }] } }, ["web.traffic.split"], true],
  [
    "a share twice",
    { web: { split: [{ weight: 50 }, { service: "web", weight: 50 }] } },
    ["web.traffic.split[1].service"],
    true,
  ],
  ["no share", { web: { split: [] } }, ["web.traffic.split"], true],
  ["requests of tcp", { db: { retries: { attempts: 1 } } }, ["db.traffic.retries"], true],
  ["shares of another protocol", { web: { split: [{ service: "rpc", weight: 100 }] } }, ["web.traffic"], true],
  ["a route to tcp", { web: { routes: [{ match: { methods: ["GET"] }, service: "db" }] } }, ["web.traffic"], true],
  ["another protocol that stands in", { web: { failover: ["db"] } }, ["web.traffic"], true],
  [
    "a circle",
    { web: { split: [{ service: "api", weight: 100 }] }, api: { split: [{ service: "web", weight: 100 }] } },
    ["web.traffic", "api.traffic"],
    true,
  ],
  [
    "two paths",
    { web: { routes: [{ match: { pathExact: "/a", pathPrefix: "/b" } }] } },
    ["web.traffic.routes[0].match"],
    true,
  ],
  [
    "a rewrite of no path",
    { web: { routes: [{ match: { methods: ["GET"] }, prefixRewrite: "/" }] } },
    ["web.traffic.routes[0].prefixRewrite"],
    true,
  ],
  [
    "a regular expression that is none",
    { web: { routes: [{ match: { pathRegex: "(" } }] } },
    ["web.traffic.routes[0].match.pathRegex"],
    false,
  ],
  ["a route that takes all", { web: { routes: [{ match: {} }] } }, ["web.traffic.routes[0].match"], false],
  [
    "a method in small letters",
    { web: { routes: [{ match: { methods: ["get"] } }] } },
    ["web.traffic.routes[0].match.methods[0]"],
    false,
  ],
  ["a retry of nothing", { web: { retries: { attempts: 1, on: [] } } }, ["web.traffic.retries.on"], false],
];

const often = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: right, weight: 30 }, { arbitrary: wrong, weight: 1 });
const maybe = <T>(its: fc.Arbitrary<T>) => fc.option(its, { nil: undefined });
const text = fc.constantFrom("a", "x-team", "1");
const pathText = often(fc.constantFrom("/", "/a", "/a/b"), fc.constantFrom("a", ""));
const criterion = (more: Record<string, fc.Arbitrary<unknown>>) =>
  often(
    fc.oneof(
      fc.record({ name: text, exact: text }),
      fc.record({ name: text, present: fc.constant(true) }),
      fc.record({ name: text, regex: fc.constant("[a-z]+") }),
    ),
    fc.record({ name: fc.constantFrom("a", ""), exact: maybe(text), present: fc.boolean(), ...more }) as any,
  );
const retries = fc.record({
  attempts: fc.nat(5),
  on: maybe(fc.array(often<any>(fc.constantFrom(...RETRY_CONDITIONS), fc.constantFrom("4xx", "")), { maxLength: 2 })),
  statusCodes: maybe(fc.array(fc.integer({ min: 100, max: 599 }), { maxLength: 2 })),
});
const route = fc.record({
  match: fc.record(
    {
      pathExact: pathText,
      pathPrefix: maybe(fc.constantFrom(undefined, undefined, "/a", "b")),
      pathRegex: maybe(fc.constantFrom(undefined, undefined, undefined, "/v[0-9]+")),
      header: fc.array(criterion({ prefix: maybe(text), suffix: maybe(text) }), { maxLength: 2 }),
      queryParam: fc.array(criterion({}), { maxLength: 1 }),
      methods: often(fc.subarray(["GET", "POST"]), fc.constantFrom<string[]>(["get"], ["GET", "GET"], ["BREW"])),
    },
    { requiredKeys: [] },
  ),
  service: maybe(often(fc.constantFrom("web", "api", "old"), fc.constantFrom(...NAMES))),
  prefixRewrite: maybe(fc.constantFrom("/", "/z")),
  retries: maybe(retries),
});
const split = often(
  fc.constantFrom<any>(
    [{ weight: 100 }],
    [{ weight: 33.33 }, { service: "api", weight: 66.67 }],
    [
      { service: "old", weight: 0 },
      { service: "api", weight: 100 },
    ],
  ),
  fc.array(fc.record({ service: maybe(fc.constantFrom(...NAMES)), weight: fc.constantFrom(0, 25, 50, 100, 33.335) }), {
    maxLength: 3,
  }) as any,
);
const traffic = fc.record(
  {
    routes: fc.array(route, { maxLength: 2 }),
    retries,
    split,
    failover: fc.array(often(fc.constantFrom("api", "old"), fc.constantFrom(...NAMES)), { maxLength: 2 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Traffic>;
const cases = fc
  .tuple(fc.shuffledSubarray(NAMES, { minLength: 1, maxLength: 2 }), traffic, traffic)
  .map(([names, ...each]): Case => Object.fromEntries(names.map((name, i) => [name, each[i]])));

describe.each(CONSUL_VERSIONS)("Consul %s", (version) => {
  beforeAll(async () => {
    consul = await Agent.of(version);
    for (const [name, protocol] of Object.entries(PROTOCOLS)) {
      if (protocol !== "tcp") {
        expect(await consul.write({ Kind: "service-defaults", Name: name, Protocol: protocol })).toBeUndefined();
      }
    }
  });

  afterAll(() => consul?.stop());

  test.each(CASES)("%s", async (_, its, paths, byConsul) => {
    expect(ours(its).map(({ propertyPath }) => propertyPath)).toEqual(paths);
    expect({ refused: (await refusal(its)) !== undefined, said: forConsul(its).length > 0 }).toEqual({
      refused: byConsul,
      said: byConsul,
    });
  });

  test("refuses what we say it refuses, and nothing else", async () => {
    const verdicts = { refused: 0, taken: 0 };
    await fc.assert(
      fc.asyncProperty(cases, async (its) => {
        const theirs = await refusal(its);
        const mine = forConsul(its).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
        if ((theirs !== undefined) !== mine.length > 0) {
          throw new Error(`Consul: ${theirs ?? "takes it"}; we: ${mine.join("; ") || "take it"}`);
        }
        verdicts[theirs === undefined ? "taken" : "refused"]++;
      }),
      { numRuns: 500 },
    );
    // Else the cases say little about one of the two directions.
    expect(Math.min(verdicts.refused, verdicts.taken)).toBeGreaterThan(60);
  });
});
