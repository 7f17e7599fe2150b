import { middlewareProblems } from "../../components/routing/middlewareProblems";
import {
  missing,
  OfferedToMiddlewares,
  offeredProblems,
  wantedBy,
} from "../../components/routing/middlewareReferences";
import { Middleware } from "../../components/routing/middlewares";

const told = (middleware: unknown) => middlewareProblems("http", [middleware as Middleware], "m");
const auth = (its: object) => ({ forwardAuth: { address: "https://auth.test", ...its } });
const limit = (its: object) => ({ rateLimit: { average: 1, ...its } });
const redis = (its: object) => limit({ redis: { endpoints: ["a:1"], ...its } });
const counted = (sourceCriterion: object) => ({ inFlightReq: { amount: 1, sourceCriterion } });
const allowed = (its: object) => ({ ipAllowList: { sourceRange: ["10.0.0.0/8"], ...its } });
const replaced = (regex: string, replacement: string) => ({ replacePathRegex: { regex, replacement } });
const redirected = (its: object) => ({ redirectScheme: { scheme: "https", ...its } });
const media = (type: string) => ({ compress: { includedContentTypes: [type] } });

/** What Traefik would refuse, or not do as it says; where it is told; something of the reason; and the nearest that is right. */
test.each<[wrong: unknown, at: string, reason: string, right: unknown]>([
  ["auth", "", "has no provider", "a.b_c-d@file"],
  ["a b@file", "", "has no provider", "auth@kubernetescrd"],
  ["a@File", "", "has no provider", "a@b"],
  ["a@file2", "", "has no provider", "a@b"],
  [{ addPrefix: { prefix: "" } }, ".addPrefix.prefix", "is empty", { addPrefix: { prefix: "/a" } }],
  [
    { buffering: { retryExpression: "banana" } },
    ".buffering.retryExpression",
    "",
    { buffering: { retryExpression: "IsNetworkError() && Attempts() < 2" } },
  ],
  [
    { circuitBreaker: { expression: "banana" } },
    ".circuitBreaker.expression",
    "",
    { circuitBreaker: { expression: "NetworkErrorRatio() > 0.5" } },
  ],
  [
    { chain: { middlewares: ["a@file", "b"] } },
    ".chain.middlewares[1]",
    "has no provider",
    { chain: { middlewares: ["a@file"] } },
  ],
  [
    { compress: { includedContentTypes: ["a/b"], excludedContentTypes: ["c/d"] } },
    ".compress.excludedContentTypes",
    "excludes includedContentTypes",
    { compress: { excludedContentTypes: ["a/b"] } },
  ],
  ...["text", "text/", "/html", "text/html/x", "text/html;", "text/html; a", 'text/html; a="b'].map(
    (type): [unknown, string, string, unknown] => [
      media(type),
      ".compress.includedContentTypes[0]",
      "is not a media type",
      media('a+b/c.d; x-y="z z"; q=1.0-a'),
    ],
  ),
  [
    { compress: { encodings: ["gzip", "deflate"] } },
    ".compress.encodings[1]",
    "use gzip, br, zstd",
    { compress: { encodings: ["br", "zstd"] } },
  ],
  [
    { compress: { encodings: ["gzip"], defaultEncoding: "br" } },
    ".compress.defaultEncoding",
    "is not among the encodings gzip",
    { compress: { defaultEncoding: "br" } },
  ],
  [
    { errors: { status: ["500"], service: "", query: "/" } },
    ".errors.service",
    "is empty",
    { errors: { status: ["500"], service: "a" } },
  ],
  [
    { errors: { status: ["500"], service: "a", query: "a/" } },
    ".errors.query",
    "is not a path",
    { errors: { status: ["500"], service: "a", query: "/{status}" } },
  ],
  [
    { errors: { status: ["500"], service: "a", query: "/a b" } },
    ".errors.query",
    "is not a path",
    { errors: { status: ["500"], service: "a", query: "/" } },
  ],
  [
    { forwardAuth: { service: "a", path: "a/" } },
    ".forwardAuth.path",
    "is not a path",
    { forwardAuth: { service: "a", path: "/" } },
  ],
  [
    { forwardAuth: { service: "a", path: "/a b" } },
    ".forwardAuth.path",
    "is not a path",
    { forwardAuth: { service: "a", path: "/a" } },
  ],
  ...[
    "auth.test",
    "ftp://a.test",
    "xhttp://a",
    "http:///a",
    "https://a b",
    "https://a/%2",
    "https://a/%zz",
    "https://a:b",
  ].map((address): [unknown, string, string, unknown] => [
    auth({ address }),
    ".forwardAuth.address",
    "is not a URL",
    auth({ address: "http://a/%aF" }),
  ]),
  [auth({ authSigninURL: "a/" }), ".forwardAuth.authSigninURL", "is not a URL", auth({ authSigninURL: "/login" })],
  [
    auth({ authSigninURL: "a" }),
    ".forwardAuth.authSigninURL",
    "is not a URL",
    auth({ authSigninURL: "https://a.test" }),
  ],
  [
    { forwardAuth: { service: "a", tls: { insecureSkipVerify: false } } },
    ".forwardAuth.tls",
    "by the mesh's TLS",
    auth({ tls: { ca: "/ca" } }),
  ],
  ...["ca", "cert", "key"].map((file): [unknown, string, string, unknown] => [
    auth({ tls: { cert: "/c", key: "/k", [file]: "-----BEGIN/" } }),
    `.forwardAuth.tls.${file}`,
    "is not the path of a file",
    auth({ tls: { cert: "/c", key: "/k" } }),
  ]),
  [auth({ tls: { cert: "/c" } }), ".forwardAuth.tls", "give both or neither", auth({ tls: { ca: "/ca" } })],
  [auth({ tls: { key: "/k" } }), ".forwardAuth.tls", "give both or neither", auth({})],
  [{ headers: {} }, ".headers", "", { headers: { frameDeny: true } }],
  [
    { headers: { frameDeny: false, contentSecurityPolicy: "" } },
    ".headers",
    "sets no header",
    { headers: { frameDeny: false, contentSecurityPolicy: "a" } },
  ],
  ...["a b", "a:", "a:123456", "https://a", "a:1b"].map((host): [unknown, string, string, unknown] => [
    { headers: { allowedHosts: ["a.test", host] } },
    ".headers.allowedHosts[1]",
    "is not a host name",
    { headers: { allowedHosts: ["a-b.test:65535"] } },
  ]),
  [
    counted({ requestHost: true, requestHeaderName: "X-A" }),
    ".inFlightReq.sourceCriterion",
    "has requestHeaderName and requestHost, which exclude each other",
    counted({ requestHost: false, requestHeaderName: "X-A" }),
  ],
  [
    counted({ ipStrategy: { depth: 1, excludedIPs: ["::1"] } }),
    ".inFlightReq.sourceCriterion.ipStrategy.excludedIPs",
    "are ignored where there is a depth",
    counted({ ipStrategy: { depth: 1 } }),
  ],
  [
    allowed({ ipStrategy: { ipv6Subnet: 129 } }),
    ".ipAllowList.ipStrategy.ipv6Subnet",
    "129 is out of range",
    allowed({ ipStrategy: { ipv6Subnet: 128 } }),
  ],
  [
    allowed({ ipStrategy: { depth: 1, excludedIPs: ["::1"] } }),
    ".ipAllowList.ipStrategy.excludedIPs",
    "",
    allowed({ ipStrategy: { excludedIPs: ["::1"] } }),
  ],
  [
    allowed({ rejectStatusCode: 509 }),
    ".ipAllowList.rejectStatusCode",
    "509 is not an HTTP status",
    allowed({ rejectStatusCode: 404 }),
  ],
  [{ plugin: { a: {}, b: {} } }, ".plugin", "has 2 plugins", { plugin: { a: {}, b: undefined } }],
  [{ plugin: {} }, ".plugin", "", { plugin: { a: {} } }],
  ...["x", true, null, ["x"], [{ b: 1 }]].map((options): [unknown, string, string, unknown] => [
    { plugin: { a: options } },
    ".plugin.a",
    `is ${JSON.stringify(options)}, which Traefik ignores`,
    { plugin: { a: { b: [{ c: 1 }] } } },
  ]),
  [
    limit({ average: 9_223_372_037 }),
    ".rateLimit.average",
    "more than Traefik can count",
    limit({ average: 9_223_372_036 }),
  ],
  [
    limit({ sourceCriterion: { requestHost: true, ipStrategy: { depth: 1 } } }),
    ".rateLimit.sourceCriterion",
    "has ipStrategy and requestHost",
    limit({ sourceCriterion: { requestHost: true } }),
  ],
  [limit({ redis: { db: 1 } }), ".rateLimit.redis.endpoints", "are not set", redis({ db: 1 })],
  ...["a", "a:", "a:123456", ":1", "a/b:1", "a b:1", "[a:1", "x[::1]:1", "[::1]:1x", "[::1]", "[::g]:1"].map(
    (endpoint): [unknown, string, string, unknown] => [
      redis({ endpoints: ["a:1", endpoint] }),
      ".rateLimit.redis.endpoints[1]",
      "is not host:port",
      redis({ endpoints: ["[2001:db8::1]:6379", "redis.test:65535"] }),
    ],
  ),
  [redis({ tls: { ca: "ca/" } }), ".rateLimit.redis.tls.ca", "is not the path", redis({ tls: { ca: "/ca" } })],
  ...["poolSize", "minIdleConns", "maxActiveConns"].map((option): [unknown, string, string, unknown] => [
    redis({ [option]: 65_536 }),
    `.rateLimit.redis.${option}`,
    "65536 is more connections",
    redis({ [option]: 65_535 }),
  ]),
  [
    { redirectRegex: { regex: "^((/a)", replacement: "/b" } },
    ".redirectRegex.regex",
    "",
    { redirectRegex: { regex: "/a", replacement: "/b" } },
  ],
  [
    { redirectRegex: { regex: "^((/a))", replacement: "/b" } },
    ".redirectRegex.regex",
    "never matches",
    { redirectRegex: { regex: "^https?://a/b", replacement: "/b" } },
  ],
  [
    { redirectRegex: { regex: "a", replacement: "/$1" } },
    ".redirectRegex.replacement",
    '"$1" is not a group',
    { redirectRegex: { regex: "(a)", replacement: "/$1" } },
  ],
  [redirected({ scheme: "https://" }), ".redirectScheme.scheme", "is not a scheme", redirected({ scheme: "H2+x.y-z" })],
  [redirected({ scheme: "1a" }), ".redirectScheme.scheme", "is not a scheme", redirected({ scheme: "a1" })],
  ...["0", "65536", "1a", "a1", "000001", ""].map((port): [unknown, string, string, unknown] => [
    redirected({ port }),
    ".redirectScheme.port",
    "is not a port",
    redirected({ port: "65535" }),
  ]),
  [redirected({ port: "00" }), ".redirectScheme.port", "is not a port", redirected({ port: "1" })],
  [{ replacePath: { path: "a/" } }, ".replacePath.path", "is not a path", { replacePath: { path: "/" } }],
  [{ replacePath: { path: "/a b" } }, ".replacePath.path", "is not a path", { replacePath: { path: "/a" } }],
  [replaced("a", "/$1"), ".replacePathRegex.replacement", "use one of its groups", replaced("(a)", "/$1/$0")],
  [replaced("(a)", "/$2"), ".replacePathRegex.replacement", '"$2" is not a group', replaced("(a)(b)", "/$2")],
  [replaced("(a)", "/$1x"), ".replacePathRegex.replacement", "use ${1} if", replaced("(a)", "/${1}x")],
  [replaced("(a)", "/$12x"), ".replacePathRegex.replacement", "use ${12} if", replaced("(a)", "/$$12x")],
  [replaced("(a)", "/${b}"), ".replacePathRegex.replacement", '"${b}" is not a group', replaced("(?P<b>a)", "/${b}$b")],
  [
    { retry: { attempts: 1, disableRetryOnNetworkError: true } },
    ".retry.disableRetryOnNetworkError",
    "leaves nothing to try again for",
    { retry: { attempts: 1, disableRetryOnNetworkError: true, status: ["503"] } },
  ],
  [
    { stripPrefix: { prefixes: ["/a", "b/"] } },
    ".stripPrefix.prefixes[1]",
    "is not the beginning of a path",
    { retry: { attempts: 1, disableRetryOnNetworkError: false } },
  ],
  [
    { stripPrefix: { prefixes: ["/a/*"] } },
    ".stripPrefix.prefixes[0]",
    "use stripPrefixRegex for a pattern",
    { stripPrefix: { prefixes: ["/a", "/b"] } },
  ],
])("%j is told of at %s: %s", (wrong, at, reason, right) => {
  expect(told(wrong)).toEqual([{ propertyPath: `m[0]${at}`, reason: expect.stringContaining(reason) as string }]);
  expect(told(right)).toEqual([]);
});

describe("what of middlewares is elsewhere", () => {
  const offered: OfferedToMiddlewares = {
    userLists: ["ops"],
    plugins: ["geo"],
    files: ["auth"],
    crdNamespaces: ["shop", "edge"],
    mounted: ["/etc/traefik/ca/ca.crt"],
  };
  const none: OfferedToMiddlewares = { userLists: [], plugins: [], files: [], crdNamespaces: [], mounted: [] };
  const absent = (middleware: unknown, its = offered) => offeredProblems([middleware as Middleware], its, "m");

  test.each<[wrong: unknown, at: string, reason: string, right: unknown]>([
    [
      { basicAuth: { userList: "opps" } },
      ".basicAuth.userList",
      '"opps" is not a user list of the ingress; did you mean "ops"? Declare it with its Secret in traefikUserLists (of a TraefikConsulIngress: userLists)',
      { basicAuth: { userList: "ops" } },
    ],
    [
      { digestAuth: { userList: "dev" } },
      ".digestAuth.userList",
      '"dev" is not a user list',
      { digestAuth: { userList: "ops" } },
    ],
    [
      { plugin: { geos: {} } },
      ".plugin",
      '"geos" is not a plugin of the ingress; did you mean "geo"? Declare it in traefikPlugins (of a TraefikConsulIngress: plugins)',
      { plugin: { geo: {} } },
    ],
    ...["/etc/ssl/a", "/usr/share/ca-certificates/a", "/usr/local/share/ca-certificates/a"].map(
      (file): [unknown, string, string, unknown] => [
        auth({ tls: { ca: `/x${file}` } }),
        ".forwardAuth.tls.ca",
        "is not a file of Traefik's pod; did you mean",
        auth({ tls: { ca: file, insecureSkipVerify: true } }),
      ],
    ),
    [
      redis({ tls: { ca: "/etc/ca.crt" } }),
      ".rateLimit.redis.tls.ca",
      "Those of the ingress's Secrets are there",
      redis({ tls: { ca: "/etc/traefik/ca/ca.crt" } }),
    ],
    ["auths@file", "", '"auths" is not a middleware of the ingress\'s files; did you mean "auth"?', "auth@file"],
    ["other-a@kubernetescrd", "", 'begin with "shop-" or "edge-", its namespace', "edge-a@kubernetescrd"],
    ["a@docker", "", '"docker" is not a provider of this ingress', "a@consulcatalog"],
    [
      { chain: { middlewares: ["auth@file", "auths@file"] } },
      ".chain.middlewares[1]",
      "not a middleware of the ingress's files",
      { chain: { middlewares: ["auth@file", 5, "a"] } },
    ],
  ])("%j is told of at %s: %s", (wrong, at, reason, right) => {
    expect(absent(wrong)).toEqual([{ propertyPath: `m[0]${at}`, reason: expect.stringContaining(reason) as string }]);
    expect(absent(right)).toEqual([]);
  });

  test("an ingress that serves custom resources of all namespaces, or of none, says so", () => {
    expect(absent("a-b@kubernetescrd", { ...none, crdNamespaces: true })).toEqual([]);
    expect(absent("a-b@kubernetescrd", none)[0].reason).toBe(
      '"kubernetescrd" is not a provider of this ingress; have it serve custom resources by traefikKubernetesCrdNamespaces (of a TraefikConsulIngress: kubernetesCrd.namespaces), or write the middleware as an object',
    );
    expect(missing("p", "plugin", "a", [], "Declare it")).toEqual([
      { propertyPath: "p", reason: '"a" is not a plugin; there are none. Declare it' },
    ]);
  });

  test("services are asked for the answers and the middlewares that they declare", () => {
    const middlewares = [
      "limits@consulcatalog",
      "auth@file",
      { forwardAuth: { service: "auth@consulcatalog" } },
      { errors: { service: "pages", status: ["500"] } },
      { forwardAuth: { address: "https://a.test" } },
      { chain: { middlewares: ["a@file", "b@consulcatalog"] } },
      { compress: {} },
      { rateLimit: { average: 1 } },
      { rateLimit: { average: 1, redis: { endpoints: ["a.test:1", "b.test:2"] } } },
    ] as Middleware[];
    expect(wantedBy(middlewares, "m")).toEqual([
      { kind: "middleware", name: "limits", path: "m[0]" },
      { kind: "answer", name: "auth", path: "m[2].forwardAuth.service", internal: true },
      { kind: "answer", name: "pages", path: "m[3].errors.service", internal: false },
      { kind: "address", name: "https://a.test", path: "m[4].forwardAuth.address" },
      { kind: "middleware", name: "b", path: "m[5].chain.middlewares[1]" },
      { kind: "redis", name: "a.test:1", path: "m[8].rateLimit.redis.endpoints[0]" },
      { kind: "redis", name: "b.test:2", path: "m[8].rateLimit.redis.endpoints[1]" },
    ]);
  });
});
