import * as fc from "../generated";
import { LoadBalancing, loadBalancingProblems } from "../../components/routing/loadBalancing";
import { middlewareProblems } from "../../components/routing/middlewareProblems";
import { Middleware } from "../../components/routing/middlewares";
import { MeshServiceOptions } from "../../components/services/meshService";
import { MIDDLEWARE_OPTIONS, REQUIRED_OPTIONS } from "../../components/routing/middlewareOptions";
import { OptionKind, OptionKinds, Refused } from "../../components/routing/optionKinds";

/** Values of a kind, right ones first, and others that people write. */
const OF_KIND: Record<Exclude<OptionKind, OptionKinds | Refused>, readonly unknown[]> = {
  text: ["a", "/x", "https", "a, b=c", "", "x y"],
  number: [0, 1, 7, -1, "7", 1e21, 2 ** 31, Number.MAX_SAFE_INTEGER],
  positive: [1, 7, 0, -1, "x", 1.5, 2 ** 31, Number.MAX_SAFE_INTEGER],
  size: [7, 0, -1, -2, "1MB", 2 ** 31, Number.MAX_SAFE_INTEGER],
  flag: [true, false, "yes", 1],
  duration: ["10s", "1.5s", "5", "100ms", "0s", "1d", "9999999h", "1h30m", "abc", ""],
  list: [["a"], ["a", "b"], [], "a", ["a,b"], [1], [" a"], [""]],
  map: [{ "X-A": "1" }, { "X-A": "1, 2", "X-B": "" }, {}, { "X-A": "1", "x-a": "2" }, "X-A", { "X.A": "1" }],
  rewrites: [{ 500: 404 }, { "500-503": 404 }, {}, { abc: 404 }, { 500: 9999 }],
  any: [{}],
  regex: ["^a$", "[0-9]{2}", "(", "[a-z", "(?=x)", "\\d+", "a{2000}", "\\Q"],
  regexes: [["^a$"], ["^a$", "("], [], ["[a"], ["^/a/[^/]+"]],
  name: ["X-A", "x_a", "", "X A", "Ü"],
  names: [["X-A"], ["X-A", "X-B"], [], ["X A"], "X-A"],
  status: [404, 503, 200, 599, 0, 99, 9999, "404"],
  statuses: [["404"], ["500-599"], ["404", "500-503"], ["abc"], ["500-"], ["9999"], ["599-500"], [], "404", [404]],
  addresses: [["10.0.0.0/8"], ["192.0.2.1", "::1"], ["10.0.0.0/33"], ["fe80::1%eth0"], ["banana"], [], ["10.0.0.0/"]],
};

/** Values of options by their name, where a kind says too little. */
const OF_OPTION: Record<string, readonly unknown[]> = {
  expression: [
    "NetworkErrorRatio() > 0.30",
    "LatencyAtQuantileMS(50.0) > 100 || ResponseCodeRatio(500, 600, 0, 600) >= .25",
    "(NetworkErrorRatio() > 0.1 && (NetworkErrorRatio() < 0.9))",
    "ResponseCodeRatio(500, 600, 0, 600,) > 1e-1",
    "NetworkErrorRatio > 0.5",
    "NetworkErrorRatio()",
    "NetworkErrorRatio() > 1",
    "LatencyAtQuantileMS(50) > 100",
    "LatencyAtQuantileMS(50.0) > 100.0",
    "0.5 < NetworkErrorRatio()",
    "!(NetworkErrorRatio() > 0.1)",
    "NetworkErrorRatio() > -0.1",
    "NetworkErrorRatio() > 0.1 & NetworkErrorRatio() < 0.9",
    "IsNetworkError()",
    "NetworkErrorRatio() > 0.1 > 0.2",
    "NetworkErrorRatio() > 0.1 ||",
    "banana",
    "",
    "true",
    "NetworkErrorRatio() > 09",
    "NetworkErrorRatio() > 0x1",
    "1 == 1",
  ],
  retryExpression: [
    "IsNetworkError() && Attempts() < 2",
    'RequestMethod() == "GET" && ResponseCode() != 503',
    "Attempts() <= 3 && (IsNetworkError() || ResponseCode() >= 500)",
    "RequestMethod() != `POST` && Attempts() < 2",
    'RequestMethod() < "GET"',
    'Attempts() < "2"',
    "Attempts() < 2.0",
    "Attempts() < 99999999999999999999",
    "IsNetworkError() == 1",
    "IsNetworkError() Attempts() < 2",
    "Attempts()",
    "NetworkErrorRatio() > 0.1",
    "RequestMethod() == GET",
    "Attempts(1) < 2",
    "banana",
  ],
  encodings: [["gzip"], ["br", "zstd"], ["gzip", "banana"], [], ["GZIP"]],
  defaultEncoding: ["gzip", "br", "banana"],
  includedContentTypes: [["text/html"], ["text/html; charset=utf-8"], ["banana/"], ["/x"], ["text html"]],
  excludedContentTypes: [["text/css"], ["text/html;"], ["a b"]],
  middlewares: [["other@consulcatalog"], ["other"], ["nobody@consulcatalog"], ["x@file"]],
  service: ["other", "other@consulcatalog", "nobody"],
  query: ["/{status}.html", "{status}.html", "/a b"],
  address: ["http://127.0.0.1:1/verify", "https://auth.test", "auth.test/verify", "ftp://auth.test", "http://"],
  authSigninURL: ["https://auth.test/in", "/in", "in"],
  ca: ["/no/such/file"],
  cert: ["/no/such/file"],
  key: ["/no/such/file"],
  endpoints: [["redis.test:6379"], ["redis.test"], []],
  scheme: ["https", "http", "", "https://"],
  port: ["443", "8443", "0", "x", "70000"],
  prefix: ["/x", "x", ""],
  prefixes: [["/x"], ["/x", "/y"], ["x"], ["/x/*"], ["/{id}"], []],
  path: ["/x", "/y/z", "x", ""],
  replacement: ["${1}", "$1/x", ""],
  rejectStatusCode: [404, 403, 200, 306, 509, 599, 9999, 0],
  excludedIPs: [["10.0.0.0/8"], ["192.0.2.1", "::1"]],
  depth: [1, 2, 0, -1],
  ipv6Subnet: [64, 128, 0, 129],
  regex: ["^/a(.*)", "[0-9]{2}", "(", "[a-z"],
};

function valueOf(kind: OptionKind, option: string, bad: number): fc.Arbitrary<unknown> {
  if (kind instanceof Refused) {
    return fc.constant(undefined);
  }
  if (typeof kind === "object") {
    return optionsOf(kind, [], bad);
  }
  const pool = (kind === "regexes" ? undefined : OF_OPTION[option]) ?? OF_KIND[kind];
  return fc.oneof(
    { weight: 10 - bad, arbitrary: fc.constantFrom(...pool.slice(0, 2)) },
    { weight: bad, arbitrary: fc.constantFrom(...pool) },
  );
}

function optionsOf(kinds: OptionKinds, required: readonly string[], bad: number): fc.Arbitrary<object> {
  const entries = Object.entries(kinds).filter(([option]) => option !== "usersFile");
  return fc
    .tuple(
      ...entries.map(([option, kind]) =>
        fc.oneof(
          {
            weight: required.includes(option) ? 30 : entries.length > 8 ? 1 : 2,
            arbitrary: valueOf(kind, option, bad),
          },
          { weight: 2, arbitrary: fc.constant(undefined) },
        ),
      ),
    )
    .map((values) =>
      Object.fromEntries(entries.flatMap(([option], i) => (values[i] === undefined ? [] : [[option, values[i]]]))),
    );
}

/** Middlewares with their options, `without` some; of ten values about `bad` are drawn from wrong ones too. */
export function middlewares(
  bad: number,
  without: readonly string[] = [],
): fc.Arbitrary<Record<string, Record<string, unknown>>> {
  const names = (Object.keys(MIDDLEWARE_OPTIONS) as (keyof typeof MIDDLEWARE_OPTIONS)[]).filter(
    (name) => !["plugin", "basicAuth", "digestAuth", ...without].includes(name),
  );
  return fc.constantFrom(...names).chain((name) =>
    optionsOf(MIDDLEWARE_OPTIONS[name] as OptionKinds, REQUIRED_OPTIONS[name] ?? [], bad).map((options) => ({
      [name]: options as Record<string, unknown>,
    })),
  );
}

const SPREADING: OptionKinds = {
  strategy: "text",
  sticky: {
    cookie: { name: "name", secure: "flag", httpOnly: "flag", sameSite: "text", maxAge: "number", domain: "text" },
  },
  healthCheck: {
    path: "text",
    interval: "duration",
    unhealthyInterval: "duration",
    timeout: "duration",
    status: "status",
    method: "name",
    hostname: "text",
    headers: "map",
    followRedirects: "flag",
  },
  passiveHealthCheck: { failureWindow: "duration", maxFailedAttempts: "positive" },
  passHostHeader: "flag",
};

/** How requests are spread, right and wrong. */
export function loadBalancings(bad: number): fc.Arbitrary<object> {
  return fc
    .tuple(fc.constantFrom("wrr", "p2c", "hrw", "leasttime", "rr"), optionsOf(SPREADING, [], bad))
    .map(([strategy, options]) => ({ ...options, strategy }));
}

const taken = middlewares(0, ["chain", "errors", "forwardAuth"]).filter(
  (each) => middlewareProblems("http", [each as Middleware], "m").length === 0,
);

/** Rules, hosts, prefixes, middlewares and references as people write them, in services that name each other. */
const route = fc.record(
  {
    host: fc.constantFrom("a", "B", "c.d", "*.e", "xn--mnchen-3ya"),
    pathPrefix: fc.constantFrom("/", "/api", "/api/", "/a.b", "/v1/users", "/ü"),
    priority: fc.constantFrom(1, 100),
    tls: fc.constant({}),
    middlewares: fc.array(taken, { maxLength: 3 }),
  },
  { requiredKeys: ["host"] },
);

const rule = fc.constantFrom(
  "PathPrefix(`/NAME/`) && (Method(`GET`) || Header(`X-A`, `1`))",
  "Host(`*.NAME.test`) && !ClientIP(`10.0.0.0/8`)",
  'hostregexp("^[a-z]{2,3}\\\\.NAME\\\\.test$") && QueryRegexp(`a`, `^[0-9]+$`)',
  "HOST(`NAME.test`) && PathRegexp(`^/x/[^/]+/(a|b)$`)",
);

/** Services of a stack by a name that is theirs alone. */
export const stacks: fc.Arbitrary<(name: string) => (MeshServiceOptions & { name: string })[]> = fc
  .record({
    routes: fc.array(route, { minLength: 1, maxLength: 3 }),
    rule: fc.option(rule, { nil: undefined }),
    spread: fc.option(
      loadBalancings(0).filter((options) => loadBalancingProblems(options as LoadBalancing, "lb").length === 0),
      { nil: undefined },
    ),
    pages: fc.boolean(),
    auth: fc.boolean(),
    tcp: fc.boolean(),
    canary: fc.boolean(),
  })
  .map(({ routes, rule: raw, spread, pages, auth, tcp, canary }) => (name) => {
    const common = { image: "registry.example.com/a:1.0.0", port: 8080 };
    const own = (each: object) => JSON.parse(JSON.stringify(each).replaceAll('"other', `"${name}-pages`)) as object;
    const http = routes.map((each, i) => ({
      ...own(each),
      host: `${each.host}${i}.${name}.test`,
    })) as NonNullable<MeshServiceOptions["routes"]>;
    const answered = [
      ...(pages ? [{ errors: { status: ["500-599"], service: `${name}-pages`, query: "/{status}.html" } }] : []),
      ...(auth ? [{ forwardAuth: { service: `${name}-auth`, path: "/verify" } }] : []),
    ];
    return [
      {
        ...common,
        name,
        routes: [
          ...http,
          { host: `answered.${name}.test`, middlewares: answered },
          ...(raw === undefined ? [] : [{ name: `${name}-raw`, rule: raw.replaceAll("NAME", name) }]),
        ],
        loadBalancing: spread as MeshServiceOptions["loadBalancing"],
        canary: canary ? { weight: 10, image: "registry.example.com/a:1.1.0" } : undefined,
      },
      { ...common, name: `${name}-pages`, internal: true },
      { ...common, name: `${name}-auth`, internal: true },
      ...(tcp
        ? [
            {
              ...common,
              name: `${name}-line`,
              protocol: "tcp" as const,
              tcpRoutes: [
                { sni: `line.${name}.test`, tls: { passthrough: true } },
                { sni: `*.line.${name}.test`, tls: {}, middlewares: [{ inFlightConn: { amount: 5 } }] },
                { entryPoints: ["postgres"], rule: `ClientIP(\`10.0.0.0/8\`) && HostSNI(\`x.${name}.test\`)`, tls: {} },
              ],
            },
          ]
        : []),
    ];
  });
