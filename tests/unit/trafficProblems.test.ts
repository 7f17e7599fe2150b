import { MemberOptions } from "../../components/services/member";
import { Traffic, TrafficRoute } from "../../components/services/traffic";
import { trafficGraphProblems, trafficProblems } from "../../components/services/trafficProblems";

const told = (traffic: Traffic | undefined, protocol?: MemberOptions["protocol"]) =>
  trafficProblems("shop", { port: 80, traffic, protocol }, "traffic");
const route = (its: Partial<TrafficRoute>): Traffic => ({ routes: [{ match: { pathPrefix: "/a" }, ...its }] });
const match = (its: TrafficRoute["match"]): Traffic => route({ match: its });
const parameter = (its: object): Traffic => match({ queryParam: [{ name: "a", ...its }] });
const retries = (its: object): Traffic => ({ retries: { attempts: 1, ...its } });
const shares = (...weights: number[]): Traffic => ({
  split: weights.map((weight, i) => ({ service: i === 0 ? undefined : `next-${i}`, weight })),
});

/** What is wrong, where it is told, something of the reason, whether Consul would refuse it, and the nearest that is right. */
test.each<[wrong: Traffic, path: string, reason: string, byConsul: boolean, right: Traffic]>([
  [match({}), "routes[0].match", "matches every request", false, match({ methods: ["GET"] })],
  [
    match({ header: [], queryParam: [], methods: [] }),
    "routes[0].match",
    "matches every request",
    false,
    match({ header: [{ name: "x-team", prefix: "a" }] }),
  ],
  [match({ pathPrefix: "a" }), "routes[0].match.pathPrefix", 'begin with "/"', true, match({ pathPrefix: "/a" })],
  [match({ pathExact: "/a?b" }), "routes[0].match.pathExact", "use queryParam", false, match({ pathExact: "/a" })],
  [
    match({ header: [{ name: "a" }] }),
    "routes[0].match.header[0]",
    "give one of present, exact, prefix, suffix, regex",
    true,
    match({ header: [{ name: "a", suffix: "b" }] }),
  ],
  [
    match({ header: [{ name: "a", contains: "b" } as never] }),
    "routes[0].match.header[0]",
    "no criterion",
    true,
    match({ header: [{ name: "a", exact: "b" }] }),
  ],
  [
    parameter({}),
    "routes[0].match.queryParam[0]",
    "give one of present, exact, regex",
    true,
    parameter({ exact: "b" }),
  ],
  [
    parameter({ present: true, exact: "b" }),
    "routes[0].match.queryParam[0]",
    "present and exact",
    true,
    parameter({ present: true }),
  ],
  [parameter({ prefix: "b" }), "routes[0].match.queryParam[0]", "no criterion", true, parameter({ regex: "b.*" })],
  [
    parameter({ name: "", present: true }),
    "routes[0].match.queryParam[0].name",
    "name the parameter",
    true,
    parameter({ name: "!~", present: true }),
  ],
  ...["a=b", "a b", "a&b", "a#b", "é", "a".repeat(257), "=a", "a&"].map(
    (name): [Traffic, string, string, boolean, Traffic] => [
      parameter({ name, present: true }),
      "routes[0].match.queryParam[0].name",
      "is not a parameter name",
      false,
      parameter({ name: "a".repeat(256), present: true }),
    ],
  ),
  [parameter({ regex: "(" }), "routes[0].match.queryParam[0].regex", "is not RE2", false, parameter({ regex: "(a)" })],
  [
    route({ match: { methods: ["GET"] }, prefixRewrite: "/b" }),
    "routes[0].prefixRewrite",
    "has nothing to rewrite",
    true,
    route({ prefixRewrite: "/b" }),
  ],
  [
    route({ match: { pathRegex: "/a.*" }, prefixRewrite: "/b" }),
    "routes[0].prefixRewrite",
    "has nothing to rewrite",
    true,
    route({ match: { pathExact: "/a" }, prefixRewrite: "/b" }),
  ],
  [route({ prefixRewrite: "b/" }), "routes[0].prefixRewrite", "is not a path", false, route({ prefixRewrite: "/" })],
  [
    route({ match: { methods: ["GET"] }, prefixRewrite: "" }),
    "routes[0].prefixRewrite",
    '"" is not a path',
    false,
    route({}),
  ],
  [
    route({ requestTimeoutSeconds: 604801 }),
    "routes[0].requestTimeoutSeconds",
    "out of range",
    false,
    route({ requestTimeoutSeconds: 604800 }),
  ],
  [
    route({ requestTimeoutSeconds: -1 }),
    "routes[0].requestTimeoutSeconds",
    "out of range",
    false,
    route({ requestTimeoutSeconds: 0 }),
  ],
  [
    route({ retries: { attempts: 101 } }),
    "routes[0].retries.attempts",
    "out of range",
    false,
    route({ retries: { attempts: 100 } }),
  ],
  [retries({ attempts: 0 }), "retries.attempts", "out of range", false, retries({ attempts: 1 })],
  [
    retries({ on: ["5xx", "banana" as never] }),
    "retries.on[1]",
    '"banana" is not known; use one of 5xx, gateway-error',
    true,
    retries({ on: ["unavailable", "cancelled"] }),
  ],
  [retries({ on: [] }), "retries.on", "so that nothing is tried again", false, retries({ on: [], statusCodes: [503] })],
  [
    retries({ statusCodes: [503, 600] }),
    "retries.statusCodes[1]",
    "out of range",
    false,
    retries({ statusCodes: [100, 599] }),
  ],
  [{ split: [] }, "split", "name the shares", true, shares(100)],
  [shares(90), "split", "adds up to 90 percent; make it 100", true, shares(90, 10)],
  [shares(99.99, 0.02), "split", "adds up to 100.01 percent", true, shares(99.99, 0.01)],
  [shares(100, -0.001), "split[1].weight", "is not a percentage", false, shares(100, 0)],
  [shares(99.991, 0.009), "split[0].weight", "99.991 is not a percentage", false, shares(33.33, 66.67)],
  [
    { split: [{ weight: 50 }, { service: "shop", weight: 50 }] },
    "split[1].service",
    '"shop" has a share already',
    true,
    { split: [{ weight: 50 }, { service: "next", weight: 50 }] },
  ],
  [{ failover: ["next", "shop"] }, "failover[1]", "is the service itself", false, { failover: ["next", "other"] }],
  [{ failover: ["a", "b", "a"] }, "failover[2]", '"a" is listed twice', false, { failover: ["a"] }],
  [{ maxInboundConnections: 2 ** 31 }, "maxInboundConnections", "", false, { maxInboundConnections: 2 ** 31 - 1 }],
  [{ maxInboundConnections: 0 }, "maxInboundConnections", "out of range", false, { maxInboundConnections: 1 }],
])("%j is told of at %s: %s", (wrong, path, reason, byConsul, right) => {
  const [first] = told(wrong);
  expect(first).toEqual({
    propertyPath: `traffic.${path}`,
    reason: expect.stringContaining(reason) as string,
    ...(byConsul ? { refusedBy: "Consul" } : {}),
  });
  expect(told(right)).toEqual([]);
  expect(told(undefined)).toEqual([]);
});

test("a share that is too large is told beside their sum", () => {
  expect(told(shares(101, -1)).map((p) => p.propertyPath)).toEqual([
    "traffic.split[0].weight",
    "traffic.split[1].weight",
  ]);
});

test.each<[Traffic, string[]]>([
  [route({}), ["traffic.routes"]],
  [retries({}), ["traffic.retries"]],
  [shares(100), ["traffic.split"]],
  [{ routes: [], failover: ["next"], maxInboundConnections: 5 }, []],
])("a tcp service has no requests: %j", (traffic, paths) => {
  expect(told(traffic, "tcp").map((p) => p.propertyPath)).toEqual(paths);
  expect(told(traffic, "tcp").every((p) => p.refusedBy === "Consul")).toBe(true);
  expect(told(traffic, "grpc")).toEqual([]);
});

describe("services that send requests on to others", () => {
  const of = (services: Record<string, Omit<MemberOptions, "port">>) =>
    trafficGraphProblems(
      Object.entries(services).map(([name, options]) => ({ name, options: { port: 80, ...options }, path: name })),
    );
  const to = (...services: string[]) => ({
    traffic: { split: [{ weight: 100 }, ...services.map((service) => ({ service, weight: 0 }))] },
  });

  test.each<[string, Record<string, Omit<MemberOptions, "port">>, [path: string, reason: string, byConsul: boolean][]]>(
    [
      ["nothing", { a: {}, b: { protocol: "tcp" } }, []],
      ["one that is there", { a: { traffic: { failover: ["b"] } }, b: { protocol: "http" } }, []],
      ["one that is not", { a: { traffic: route({ service: "b" }) } }, [["a", "not a service declared here", false]]],
      [
        "one that is not, twice",
        { a: { traffic: { ...route({ service: "b" }), failover: ["b"] } } },
        [["a", 'on to "b"', false]],
      ],
      [
        "one of another protocol",
        { a: to("b"), b: { protocol: "grpc" } },
        [["a", 'on to "b", which speaks grpc and not http', true]],
      ],
      [
        "each other, in shares",
        { a: to("b"), b: to("a") },
        [
          ["a", 'share them with "a" again', true],
          ["b", 'share them with "b" again', true],
        ],
      ],
      [
        "each other, by way of a third",
        { a: to("b"), b: to("c"), c: to("a") },
        ["a", "b", "c"].map((name) => [name, "again", true]),
      ],
      [
        "two that share with each other, without itself",
        { a: to("b"), b: to("c"), c: to("b") },
        ["b", "c"].map((name) => [name, "again", true]),
      ],
      ["themselves", { a: { traffic: { split: [{ weight: 50 }, { weight: 50, service: "b" }] } }, b: to() }, []],
      ["one that names itself for its own share", { a: to("b"), b: to("b") }, []],
      ["one by two ways", { a: to("b", "c"), b: to("d"), c: to("d"), d: {} }, []],
      [
        "each other, but for want of health",
        { a: { traffic: { failover: ["b"] } }, b: { traffic: { failover: ["a"] } } },
        [],
      ],
    ],
  )("%s", (_, services, problems) => {
    expect(of(services)).toEqual(
      problems.map(([propertyPath, reason, byConsul]) => ({
        propertyPath,
        reason: expect.stringContaining(reason) as string,
        ...(byConsul ? { refusedBy: "Consul" } : {}),
      })),
    );
  });
});
