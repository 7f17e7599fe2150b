import { canaryBalancing, canaryProblems, canaryWeight, Canary } from "../../components/routing/canary";
import {
  balancerName,
  LoadBalancing,
  loadBalancingProblems,
  loadBalancingTags,
  spreadingProblems,
} from "../../components/routing/loadBalancing";
import { plainTags } from "../plainTags";

const told = (options: LoadBalancing) => loadBalancingProblems(options, "lb");
const cookie = (its: object): LoadBalancing => ({ sticky: { cookie: its } });
const check = (its: object): LoadBalancing => ({ healthCheck: { path: "/", ...its } });
const path = "traefik.http.services.shop.loadbalancer";

test.each<[wrong: LoadBalancing, at: string, reason: string, right: LoadBalancing]>([
  [{ strategy: "random" as never }, "strategy", "use one of wrr, p2c, hrw, leasttime", { strategy: "leasttime" }],
  [{ strategy: "hrw", ...cookie({}) }, "sticky", "has no effect with hrw", { strategy: "wrr", ...cookie({}) }],
  [{ sticky: {} as never }, "sticky.cookie", "is not set, and without it no client stays", cookie({})],
  [cookie({ sameSite: "all" }), "sticky.cookie.sameSite", "is not known to browsers", cookie({ sameSite: "lax" })],
  [cookie({ sameSite: "none" }), "sticky.cookie.secure", "browsers refuse", cookie({ sameSite: "none", secure: true })],
  [
    cookie({ sameSite: "none", secure: false }),
    "sticky.cookie.secure",
    "browsers refuse",
    cookie({ sameSite: "strict", secure: false }),
  ],
  [cookie({ path: "a/" }), "sticky.cookie.path", 'begin with "/"', cookie({ path: "/" })],
  [cookie({ path: "/a;b" }), "sticky.cookie.path", "is not a path", cookie({ path: "/a/b" })],
  [cookie({ domain: "a b" }), "sticky.cookie.domain", "is not a domain", cookie({ domain: ".example.com" })],
  [cookie({ domain: "a..b" }), "sticky.cookie.domain", "is not a domain", cookie({ domain: "example.com" })],
  [cookie({ name: "a b" }), "sticky.cookie.name", "", cookie({ name: "a_b", httpOnly: true, maxAge: 0 })],
  [cookie({ maxAge: "1h" }), "sticky.cookie.maxAge", "", cookie({ maxAge: 3600 })],
  [check({ mode: "grpc" }), "healthCheck.mode", "without the mesh's TLS", check({ mode: "http" })],
  [check({ mode: "tcp" }), "healthCheck.mode", '"tcp" is not a mode that Traefik knows', check({})],
  [check({ path: "a/" }), "healthCheck.path", "is not a path", check({ path: "/a" })],
  [check({ path: "//a" }), "healthCheck.path", "is not a path", check({ path: "/a//b" })],
  [check({ path: "/a b" }), "healthCheck.path", "is not a path", check({ path: "/a%20b" })],
  [check({ path: "/a%2" }), "healthCheck.path", "is not a path", check({ path: "/a%2Fb?c=d" })],
  [check({ path: "/a%zz" }), "healthCheck.path", "is not a path", check({ path: "/a%aF" })],
  [check({ hostname: "a b" }), "healthCheck.hostname", "is not a host name", check({ hostname: "a.test" })],
  [check({ port: 80 }), "healthCheck.port", "is what Traefik gets from the mesh", check({ status: 204 })],
  [check({ timeout: "soon" }), "healthCheck.timeout", "", check({ timeout: "5s", unhealthyInterval: "1s" })],
  [check({ method: "G E" }), "healthCheck.method", "", check({ method: "HEAD", headers: { "X-A": "b" } })],
  [
    { passiveHealthCheck: { maxFailedAttempts: 0 } },
    "passiveHealthCheck.maxFailedAttempts",
    "",
    { passiveHealthCheck: { failureWindow: "10s", maxFailedAttempts: 1 } },
  ],
  [{ passHostHeader: "no" as never }, "passHostHeader", "", { passHostHeader: false }],
])("%j is told of at %s", (wrong, at, reason, right) => {
  expect(told(wrong)).toEqual([{ propertyPath: `lb.${at}`, reason: expect.stringContaining(reason) as string }]);
  expect(told(right)).toEqual([]);
});

test("a check without a path is told so", () => {
  expect(told({ healthCheck: {} as never })[0].propertyPath).toMatch(/^lb\.healthCheck/);
});

test("how requests are spread is told under the name of its generation, and by the service's own beside it", () => {
  const options: LoadBalancing = { strategy: "p2c", sticky: { cookie: { secure: true } }, passHostHeader: false };
  expect(plainTags(loadBalancingTags("shop", options, 7))).toEqual([
    `${path}.strategy=p2c`,
    `${path}.passhostheader=false`,
    expect.stringMatching(/^traefik\.http\.services\.shop\.loadbalancer\.sticky\.cookie\.name=_[0-9a-f]{5}$/),
    `${path}.sticky.cookie.secure=true`,
    `${path}.server.weight=7`,
    `${path}.passhostheader=true`,
    `${path}.server.weight=7`,
  ]);
  expect(loadBalancingTags("shop")).toEqual([]);
  expect(loadBalancingTags("shop", {}, undefined, true)).toEqual([`${path}.passhostheader=true`]);
  expect(loadBalancingTags("shop", {}, 1)).toEqual([`${path}.server.weight=1`]);
});

test("a client keeps its instance over a change of what else is said", () => {
  const cookieOf = (service: string, options: LoadBalancing) =>
    loadBalancingTags(service, options)
      .find((tag) => tag.includes(".cookie.name="))!
      .replace(/.*=/, "");
  const before = cookieOf("shop", cookie({}));
  // sha1 of "_TRAEFIK_BACKEND_shop@consulcatalog", as Traefik makes it by itself.
  expect(before).toBe("_c3f39");
  expect(cookieOf("shop", { ...cookie({}), strategy: "p2c" })).toBe(before);
  expect(cookieOf("next", cookie({}))).not.toBe(before);
  expect(cookieOf("shop", cookie({ name: "mine" }))).toBe("mine");
});

test("another way to spread is another balancer", () => {
  expect(balancerName("shop")).toBeUndefined();
  expect(balancerName("shop", { strategy: "p2c" })).toMatch(/^shop-[0-9a-f]{8}$/);
  expect(balancerName("shop", { strategy: "p2c" })).not.toBe(balancerName("shop", { strategy: "hrw" }));
});

test.each<[LoadBalancing, string, boolean, string[]]>([
  [check({}), "http", true, []],
  [check({}), "grpc", true, ["lb.healthCheck"]],
  [{ strategy: "p2c" }, "grpc", true, []],
  [{ strategy: "p2c" }, "http", false, ["lb"]],
])("%j for a service of %s, served: %s", (options, protocol, served, paths) => {
  expect(spreadingProblems(options, protocol, served, "lb").map((p) => p.propertyPath)).toEqual(paths);
});

describe("a canary", () => {
  const routes = [{ host: "next.test" }];
  test.each<[wrong: Canary, at: string, reason: string, right: Canary]>([
    [{ image: "a", weight: 100 }, "weight", "100 is out of range", { image: "a", weight: 99 }],
    [{ image: "a", weight: -1, routes }, "weight", "-1 is out of range", { image: "a", weight: 0, routes }],
    [{ image: "a", weight: 1.5 }, "weight", "1.5 is out of range", { image: "a", weight: 1 }],
    [{ image: "a" }, "weight", "is not set", { image: "a", routes }],
    [{ image: "a", weight: 1, replicas: -1 }, "replicas", "-1 is not", { image: "a", weight: 1, replicas: 0 }],
    [{ image: "a", weight: 1, replicas: 1.5 }, "replicas", "1.5 is not", { image: "a", weight: 1, replicas: 2 }],
    [{ weight: 1 }, "image", "both versions are the same", { weight: 1, args: [] }],
    [{ routes }, "image", "both versions are the same", { routes, env: {} }],
  ])("%j is told of at %s: %s", (wrong, at, reason, right) => {
    expect(canaryProblems(wrong, {}, true, "canary")).toEqual([
      { propertyPath: `canary.${at}`, reason: expect.stringContaining(reason) as string },
    ]);
    expect(canaryProblems(right, {}, true, "canary")).toEqual([]);
  });

  test.each<[Canary, LoadBalancing, boolean, string[]]>([
    [{ image: "a", weight: 1 }, { strategy: "p2c" }, true, ["knows no weights"]],
    [{ image: "a", weight: 0, routes }, { strategy: "p2c" }, false, []],
    [{ image: "a", weight: 1, routes }, {}, false, ["has no effect without a route"]],
    [{ image: "a", weight: 0 }, {}, false, ["has no effect without a route"]],
    [{ image: "a", routes }, {}, false, []],
    [{ image: "a", weight: 1 }, { strategy: "hrw" }, true, []],
  ])("%j beside %j, of a service with a route, %s: %j", (canary, options, routed, reasons) => {
    const problems = canaryProblems(canary, options, routed, "canary");
    expect(problems).toEqual(
      reasons.map((reason) => ({
        propertyPath: "canary.weight",
        reason: expect.stringContaining(reason) as string,
      })),
    );
  });

  test("has no pod without a request where it has a share, and no weight where it has none", () => {
    expect(canaryWeight({ weight: 1, replicas: 1000 }, 1)).toBe(1);
    expect(canaryWeight({ weight: 50 }, 2)).toBe(2000);
    expect(canaryWeight({ weight: 50, replicas: 0 }, 2)).toBe(0);
    expect(canaryWeight({}, 2)).toBe(0);
  });

  test("has a cookie of its own, and is else spread as its service", () => {
    expect(canaryBalancing({ strategy: "p2c", ...cookie({ name: "mine", secure: true }) })).toEqual({
      strategy: "p2c",
      ...cookie({ name: "mine-canary", secure: true }),
    });
    expect(canaryBalancing(cookie({ secure: true }))).toEqual(cookie({ secure: true }));
    expect(canaryBalancing({ sticky: {} as never })).toEqual({ sticky: {} });
    expect(canaryBalancing(undefined)).toBeUndefined();
  });
});
