import { HTTP_SAID, MIDDLEWARE_OPTIONS, TCP_SAID } from "../../components/routing/middlewareOptions";
import { middlewareProblems } from "../../components/routing/middlewareProblems";
import type { Middleware } from "../../components/routing/middlewares";
import { Refused } from "../../components/routing/optionKinds";
import { CONFIDENTIAL, DEPRECATED, TRAEFIK_MIDDLEWARES } from "../../components/routing/traefikMiddlewares";
import { TAGS } from "../../components/routing/traefikVersions";

/** Paths such as `http.headers.stsSeconds` of all that a tree says something of. */
function paths(tree: unknown, at = ""): string[] {
  return typeof tree !== "object" || tree === null || tree instanceof Refused
    ? [at]
    : Object.entries(tree).flatMap(([key, inner]) => paths(inner, at === "" ? key : `${at}.${key}`));
}

const traefik = paths(TRAEFIK_MIDDLEWARES);
const said = paths({ http: HTTP_SAID, tcp: TCP_SAID });

test("nothing is said of an option that Traefik does not have", () => {
  expect(said.filter((path) => !traefik.some((each) => each === path || each.startsWith(`${path}.`)))).toEqual([]);
});

test("what Traefik will drop, or keeps out of its log, is refused, or taken knowingly", () => {
  expect([...DEPRECATED, ...CONFIDENTIAL].filter((path) => !said.includes(path))).toEqual([]);
});

test("an option that Traefik has and we do not take is refused with the reason, and not as unknown", () => {
  const headers = { sslRedirect: true, stsSeconds: 1 };
  expect(middlewareProblems("http", [{ headers }], "m")).toEqual([
    { propertyPath: "m[0].headers.sslRedirect", reason: "is one that Traefik will remove; use redirectScheme" },
  ]);
  expect(Object.keys(MIDDLEWARE_OPTIONS)).not.toContain("ipWhiteList");
});

test("the versions that an option needs are told of options that there are", () => {
  const known = traefik.map((path) => path.replace(/^(\w+)/, "$1.middlewares").toLowerCase());
  const ofMiddlewares = Object.keys(TAGS).filter((tag) => tag.includes(".middlewares."));
  expect(ofMiddlewares.filter((tag) => !known.some((each) => `${each}.`.startsWith(`${tag}.`)))).toEqual([]);
});

/** An option at its path, with what else its middleware needs. */
function given(option: string, value: unknown): Record<string, object> {
  const [name, ...path] = option.split(".");
  const nested = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
  return { [name]: { ...(NEEDED[name] as object), ...nested } };
}
const NEEDED: Readonly<Record<string, object>> = {
  basicAuth: { userList: "a" },
  circuitBreaker: { expression: "NetworkErrorRatio() > 0.5" },
  digestAuth: { userList: "a" },
  errors: { service: "a", status: ["500"] },
  forwardAuth: { address: "https://a.test" },
  inFlightReq: { amount: 1 },
  ipAllowList: { sourceRange: ["::1"] },
  rateLimit: { average: 1 },
  redirectRegex: { regex: "a", replacement: "b" },
  replacePathRegex: { regex: "a", replacement: "/b" },
  retry: { attempts: 1 },
};
const STRATEGY = "ipStrategy.depth ipStrategy.ipv6Subnet";

test.each<[what: string, wrong: unknown, right: unknown, options: Record<string, string>]>([
  [
    "number from 1 on",
    0,
    1,
    {
      compress: "minResponseBodyBytes",
      inFlightReq: "amount sourceCriterion.ipStrategy.depth sourceCriterion.ipStrategy.ipv6Subnet",
      ipAllowList: STRATEGY,
      rateLimit: "average burst sourceCriterion.ipStrategy.depth sourceCriterion.ipStrategy.ipv6Subnet",
      retry: "attempts",
    },
  ],
  ["number of bytes", -2, -1, { forwardAuth: "maxResponseBodySize maxBodySize", retry: "maxRequestBodyBytes" }],
  ["status", 99, 500, { circuitBreaker: "responseCode", ipAllowList: "rejectStatusCode" }],
  ["list of statuses", ["99"], ["500-599"], { errors: "status", retry: "status" }],
  [
    "header",
    "a b",
    "X-A",
    {
      basicAuth: "headerField",
      digestAuth: "headerField",
      forwardAuth: "headerField",
      inFlightReq: "sourceCriterion.requestHeaderName",
      rateLimit: "sourceCriterion.requestHeaderName",
    },
  ],
  [
    "list of names",
    ["a b"],
    ["a"],
    {
      errors: "errorRequestHeaders",
      forwardAuth: "authResponseHeaders authRequestHeaders addAuthCookiesToResponse",
      headers: "accessControlAllowHeaders accessControlAllowMethods accessControlExposeHeaders hostsProxyHeaders",
    },
  ],
  [
    "list of addresses",
    ["a"],
    ["10.0.0.0/8"],
    {
      inFlightReq: "sourceCriterion.ipStrategy.excludedIPs",
      ipAllowList: "sourceRange ipStrategy.excludedIPs",
      rateLimit: "sourceCriterion.ipStrategy.excludedIPs",
    },
  ],
  [
    "expression",
    "(",
    "a",
    { forwardAuth: "authResponseHeadersRegex", redirectRegex: "regex", replacePathRegex: "regex" },
  ],
  ["list of expressions", ["("], ["/a"], { headers: "accessControlAllowOriginListRegex", stripPrefixRegex: "regex" }],
  ["flag", "true", true, { forwardAuth: "trustForwardHeader", headers: "frameDeny" }],
  ["text", 1, "a", { headers: "referrerPolicy", basicAuth: "realm" }],
  ["duration", "soon", "10s", { rateLimit: "period", retry: "timeout" }],
])("options that are a %s", (_, wrong, right, options) => {
  for (const [name, paths] of Object.entries(options)) {
    for (const option of paths.split(" ").map((path) => `${name}.${path}`)) {
      const told = (value: unknown) => middlewareProblems("http", [given(option, value)], "m");
      expect([option, told(right)]).toEqual([option, []]);
      expect([option, told(wrong).map(({ propertyPath }) => propertyPath.replace(/\[0\]$/, ""))]).toEqual([
        option,
        [`m[0].${option}`],
      ]);
    }
  }
});

test("options of Redis are judged too", () => {
  const redis = (its: object) =>
    middlewareProblems("http", [{ rateLimit: { average: 1, redis: { endpoints: ["a:1"], ...its } } }], "m");
  for (const option of ["poolSize", "minIdleConns", "maxActiveConns"]) {
    expect(redis({ [option]: 0 })).toHaveLength(1);
    expect(redis({ [option]: 1 })).toEqual([]);
  }
  expect(redis({ tls: { cert: "/c", key: "/k" } })).toEqual([]);
});

test("a program may name every option that is taken, as its types see it", () => {
  const middlewares: Middleware[] = [
    { rateLimit: { average: 1, redis: { endpoints: ["a:1"] } } },
    { retry: { attempts: 1, retryNonIdempotentMethod: true } },
    { forwardAuth: { address: "https://a.test", forwardBody: true } },
    { headers: { frameDeny: true } },
  ];
  expect(middlewareProblems("http", middlewares, "m")).toEqual([]);
});

test.each<[option: string, value: unknown, reason: string]>([
  ["contentType.autoDetect", true, "will remove; leave it out"],
  ["forwardAuth.tls.caOptional", true, "will remove; leave it out"],
  ["stripPrefix.forceSlash", true, "will remove; leave it out"],
  ["headers.featurePolicy", "a", "will remove; use permissionsPolicy"],
  ["headers.sslRedirect", true, "will remove; use redirectScheme"],
  ["headers.sslTemporaryRedirect", true, "will remove; use redirectScheme"],
  ["headers.sslHost", "a", "will remove; use redirectRegex"],
  ["headers.sslForceHost", true, "will remove; use redirectRegex"],
  ["basicAuth.users", ["a:b"], "for all to read; put them into a Secret"],
  ["digestAuth.users", ["a:b"], "for all to read; put them into a Secret"],
  ["rateLimit.redis.username", "a", "for all to read; leave it out"],
  ["rateLimit.redis.password", "a", "for all to read; leave it out"],
])("%s is refused, since it %s", (option, value, reason) => {
  const told = middlewareProblems("http", [given(option, value)], "m");
  expect(told).toContainEqual({ propertyPath: `m[0].${option}`, reason: expect.stringContaining(reason) as string });
});

test.each<[kind: "http" | "tcp", name: string, options: string[]]>([
  ["http", "addPrefix", ["prefix"]],
  ["http", "chain", ["middlewares"]],
  ["http", "circuitBreaker", ["expression"]],
  ["http", "errors", ["status", "service"]],
  ["http", "grpcWeb", ["allowOrigins"]],
  ["tcp", "inFlightConn", ["amount"]],
  ["http", "inFlightReq", ["amount"]],
  ["http", "ipAllowList", ["sourceRange"]],
  ["tcp", "ipAllowList", ["sourceRange"]],
  ["http", "rateLimit", ["average"]],
  ["http", "redirectRegex", ["regex", "replacement"]],
  ["http", "redirectScheme", ["scheme"]],
  ["http", "replacePath", ["path"]],
  ["http", "replacePathRegex", ["regex", "replacement"]],
  ["http", "retry", ["attempts"]],
  ["http", "stripPrefix", ["prefixes"]],
  ["http", "stripPrefixRegex", ["regex"]],
])("of %s, %s needs %j", (kind, name, options) => {
  const told = middlewareProblems(kind, [{ [name]: {} }], "m").map(({ propertyPath }) => propertyPath);
  expect(told).toEqual(options.map((option) => `m[0].${name}.${option}`));
});

test.each<[kind: "http" | "tcp", wrong: object, right: object]>([
  ["tcp", { inFlightConn: { amount: 0 } }, { inFlightConn: { amount: 1 } }],
  ["tcp", { ipAllowList: { sourceRange: ["a"] } }, { ipAllowList: { sourceRange: ["::1"] } }],
  ["http", { passTLSClientCert: { info: {} } }, { ipAllowList: { sourceRange: ["::1"], ipStrategy: {} } }],
  ["http", { buffering: {} }, { contentType: {} }],
])("of %s, %j is refused and %j taken", (kind, wrong, right) => {
  expect(middlewareProblems(kind, [wrong], "m")).toHaveLength(1);
  expect(middlewareProblems(kind, [right], "m")).toEqual([]);
});
