import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as fc from "../generated";
import { LoadBalancing, loadBalancingProblems } from "../../components/routing/loadBalancing";
import { MIDDLEWARE_OPTIONS } from "../../components/routing/middlewareOptions";
import { middlewareProblems } from "../../components/routing/middlewareProblems";
import { Middleware } from "../../components/routing/middlewares";
import { optionTags, valueProblems } from "../../components/routing/optionValues";
import { OptionKind, OptionKinds, Refused } from "../../components/routing/optionKinds";
import { routeProblems } from "../../components/routing/routes";
import { ruleProblems } from "../../components/routing/rules";
import { serviceTags } from "../../components/routing/serviceTags";
import { TcpRoute, tcpRouteProblems } from "../../components/routing/tcpRoutes";
import { Agent } from "./agent";
import { namesIn, Traefik } from "./traefik";

let consul: Agent;
let traefik: Traefik;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "traefik-"));

beforeAll(async () => {
  consul = await Agent.start();
  traefik = await Traefik.start(consul, [], scratch);
});

afterAll(async () => {
  await traefik?.stop();
  await consul?.stop();
  fs.rmSync(scratch, { recursive: true, force: true });
});

const USERS = path.join(scratch, "users");
// Of htpasswd, and as htdigest takes it.
fs.writeFileSync(USERS, "anna:$apr1$pc0eLZzP$OzUvLlmW0mCSTNmXODxZo1\n");
fs.writeFileSync(`${USERS}-digest`, "anna:traefik:a2688e031edb4be6a3797f3882655c05\n");

/** Values that an option must not be without, or that only some texts serve as. */
const VALUES: Record<string, unknown> = {
  usersFile: USERS,
  middlewares: ["other@consulcatalog"],
  service: "other",
  expression: "NetworkErrorRatio() > 0.30",
  retryExpression: "IsNetworkError() && Attempts() < 2",
  address: "http://127.0.0.1:1/verify",
  ipv6Subnet: 64,
  endpoints: ["redis.example.com:6379"],
  includedContentTypes: ["text/html"],
  excludedContentTypes: ["text/html"],
  encodings: ["gzip"],
  defaultEncoding: "gzip",
  scheme: "https",
  prefix: "/x",
  path: "/x",
  regex: "^(.*)/x{2}$",
  tls: { insecureSkipVerify: true },
};

/** A value for an option of that kind: something in each. */
function sample(kind: OptionKind, name: string): unknown {
  if (name in VALUES) {
    return ["list", "regexes"].includes(String(kind)) && !Array.isArray(VALUES[name]) ? [VALUES[name]] : VALUES[name];
  }
  switch (kind) {
    case "text":
      return "a, b=c";
    case "number":
      return 7;
    case "flag":
      return true;
    case "duration":
      return "10s";
    case "list":
      return ["a", "b"];
    case "map":
      return { "X-A": "1, 2", "X-B": "" };
    case "positive":
    case "size":
      return 7;
    case "status":
      return 404;
    case "regex":
    case "name":
      return "X-A";
    case "names":
      return ["X-A", "X-B"];
    case "regexes":
      return ["^/a"];
    case "statuses":
      return ["500-599"];
    case "addresses":
      return ["10.0.0.0/8", "192.0.2.1"];
    case "rewrites":
      return { "500-501": 404 };
    case "any":
      return {};
    default:
      return Object.fromEntries(
        Object.entries(kind as OptionKinds)
          .filter(([, inner]) => !(inner instanceof Refused))
          .map(([option, inner]) => [option, sample(inner, option)]),
      );
  }
}

/** Traefik refuses these together. */
const APART: Record<string, string[][]> = {
  compress: [["excludedContentTypes"], ["includedContentTypes"]],
};

const cases = Object.entries(MIDDLEWARE_OPTIONS)
  .filter(([name]) => name !== "plugin")
  .flatMap(([name, kind]) => {
    const whole = sample(kind, name) as Record<string, unknown>;
    delete (whole.sourceCriterion as Record<string, unknown> | undefined)?.requestHost;
    delete (whole.sourceCriterion as Record<string, unknown> | undefined)?.requestHeaderName;
    if (name === "digestAuth") {
      whole.usersFile = `${USERS}-digest`;
    }
    return (APART[name] ?? [[]]).map((left) => ({
      name,
      options: Object.fromEntries(Object.entries(whole).filter(([option]) => !left.includes(option))),
    }));
  });

test("each option of each middleware arrives in Traefik as it was declared", async () => {
  await consul.register(
    "other",
    serviceTags("other", { routes: [{ host: "other.test" }] }).concat([
      "traefik.http.middlewares.other.addprefix.prefix=/x",
    ]),
  );
  for (const { name, options } of cases) {
    const kind = MIDDLEWARE_OPTIONS[name as keyof typeof MIDDLEWARE_OPTIONS];
    expect(valueProblems(options, kind, name)).toEqual([]);
  }
  const named = cases.map(({ name, options }, i) => ({ name, options, id: `m${i}` }));
  for (const { name, options, id } of named) {
    const middleware = { ...options };
    await consul.register(id, [
      "traefik.enable=true",
      `traefik.http.routers.${id}.rule=Host(\`${id}.test\`)`,
      `traefik.http.routers.${id}.middlewares=${id}-m`,
      ...optionTags(`traefik.http.middlewares.${id}-m.${name.toLowerCase()}`, middleware),
    ]);
  }
  const shown = await traefik.shown(
    "http/middlewares",
    named.map(({ id }) => `${id}-m`),
  );
  const seen = named.map(({ name, id }) => {
    const { status, error, ...rest } = shown.get(`${id}-m`)!;
    return { name, status, error, options: (rest as Record<string, unknown>)[name] };
  });
  expect(seen).toMatchObject(named.map(({ name, options }) => ({ name, status: "enabled", options })));
});

const chain: Middleware[] = [
  { stripPrefix: { prefixes: ["/a"] } },
  { headers: { customRequestHeaders: { "X-Chain": "1" } } },
  { addPrefix: { prefix: "/b" } },
  "other@consulcatalog",
];

test("a chain is one in Traefik, in its order", async () => {
  expect(middlewareProblems("http", chain, "m")).toEqual([]);
  const tags = serviceTags("chained", { routes: [{ host: "chained.test", middlewares: chain }] });
  const [name] = namesIn(tags, "http.routers");
  await consul.register("chained", tags);
  const router = (await traefik.shown("http/routers", [name])).get(name);
  expect(router).toMatchObject({
    status: "enabled",
    middlewares: [
      `${name}-1-stripprefix@consulcatalog`,
      `${name}-2-headers@consulcatalog`,
      `${name}-3-addprefix@consulcatalog`,
      "other@consulcatalog",
    ],
  });
});

test("how requests are spread arrives as it was declared", async () => {
  const options: LoadBalancing = {
    strategy: "leasttime",
    sticky: {
      cookie: { name: "c", secure: true, httpOnly: true, sameSite: "none", maxAge: 60, path: "/p", domain: "a.b" },
    },
    healthCheck: {
      path: "/health",
      interval: "10s",
      unhealthyInterval: "2s",
      timeout: "1s",
      status: 204,
      method: "HEAD",
      hostname: "h.test",
      headers: { "X-A": "1" },
      followRedirects: false,
      mode: "http",
    },
    passiveHealthCheck: { failureWindow: "5s", maxFailedAttempts: 3 },
    passHostHeader: false,
  };
  expect(loadBalancingProblems(options, "lb")).toEqual([]);
  const tags = serviceTags("spread", { routes: [{ host: "spread.test" }], loadBalancing: options }, 7);
  const [name] = namesIn(tags, "http.services");
  await consul.register("spread", tags);
  const services = await traefik.shown("http/services", [name, "spread"]);
  expect(services.get("spread")).toMatchObject({ status: "enabled", loadBalancer: { servers: [{ weight: 7 }] } });
  expect(services.get(name)).toMatchObject({
    status: "enabled",
    loadBalancer: { ...options, servers: [{ weight: 7 }] },
  });
});

test("tcp routes are Traefik's, by server name and by port, with their middlewares", async () => {
  const tcpRoutes: TcpRoute[] = [
    { sni: "db.test", tls: { passthrough: true } },
    { sni: "*.db.test", tls: {}, middlewares: [{ ipAllowList: { sourceRange: ["10.0.0.0/8"] } }] },
    { entryPoints: ["postgres"], middlewares: [{ inFlightConn: { amount: 5 } }] },
    { rule: "HostSNIRegexp(`^x[0-9]{1,2}\\.test$`) && !ClientIP(`10.0.0.0/8`)", tls: {} },
  ];
  expect(tcpRouteProblems("db", tcpRoutes, "tcp", "tcpRoutes")).toEqual([]);
  const tags = serviceTags("db", { tcpRoutes });
  const names = namesIn(tags, "tcp.routers");
  await consul.register("db", tags);
  const routers = await traefik.shown("tcp/routers", names);
  expect(names.map((name) => routers.get(name))).toMatchObject([
    { status: "enabled", rule: "HostSNI(`db.test`)", tls: { passthrough: true } },
    { status: "enabled", rule: "HostSNI(`*.db.test`)", tls: { passthrough: false } },
    { status: "enabled", rule: "HostSNI(`*`)", entryPoints: ["postgres"] },
    { status: "enabled" },
  ]);
  const inFlight = `${names[2]}-1-inflightconn`;
  const middlewares = await traefik.shown("tcp/middlewares", [`${names[1]}-1-ipallowlist`, inFlight]);
  expect(middlewares.get(inFlight)).toMatchObject({ status: "enabled", inFlightConn: { amount: 5 } });
});

/** Rules in v2 syntax, and what they are in v3. */
const V2: [string, string][] = [
  ["Host(`a.test`, `b.test`)", "Host(`a.test`) || Host(`b.test`)"],
  ["Host(`a.test`,`b.test`) && Path(`/x`)", "(Host(`a.test`) || Host(`b.test`)) && Path(`/x`)"],
  ["!Host(`a.test`,`b.test`)", "!(Host(`a.test`) || Host(`b.test`))"],
  ["HostHeader(`a.test`)", "Host(`a.test`)"],
  ["HostRegexp(`{sub:[a-z]+}.a.test`)", "HostRegexp(`^[a-z]+\\.a\\.test$`)"],
  ["HostRegexp(`a.test`, `{sub}.a.test`)", "HostRegexp(`a.test`) || HostRegexp(`^[^.]+\\.a\\.test$`)"],
  ["HostRegexp(`api.{sub}.test`)", "HostRegexp(`^api\\.[^.]+\\.test$`)"],
  ["Path(`/users/{id:[0-9]+}`)", "PathRegexp(`^/users/[0-9]+$`)"],
  ["PathPrefix(`/{v:v1|v2}/x`)", "PathRegexp(`^/(?:v1|v2)/x`)"],
  ["PathPrefix(`/a`, `/b`)", "PathPrefix(`/a`) || PathPrefix(`/b`)"],
  ["Headers(`X-A`, `1`)", "Header(`X-A`, `1`)"],
  ["HeadersRegexp(`X-A`, `1.*`)", "HeaderRegexp(`X-A`, `1.*`)"],
  ["Query(`a=1`)", "Query(`a`, `1`)"],
  ["Query(`a=1`, `b=2`)", "Query(`a`, `1`) && Query(`b`, `2`)"],
  ["Method(`GET`, `POST`)", "Method(`GET`) || Method(`POST`)"],
  ["ClientIP(`10.0.0.0/8`, `192.0.2.1`)", "ClientIP(`10.0.0.0/8`) || ClientIP(`192.0.2.1`)"],
];

/** Whether Traefik serves each rule: one router a rule, of one service. */
async function served(rules: string[], service: string): Promise<boolean[]> {
  const names = rules.map((_, i) => `${service}-${i}`);
  await consul.register(service, [
    "traefik.enable=true",
    ...rules.flatMap((rule, i) => [
      `traefik.http.routers.${names[i]}.rule=${rule}`,
      `traefik.http.routers.${names[i]}.entrypoints=web`,
    ]),
  ]);
  const routers = await traefik.shown("http/routers", names);
  return names.map((name) => routers.get(name)!.status === "enabled");
}

test("a rule in v2 syntax is offered in v3's, which Traefik serves", async () => {
  for (const [rule, offered] of V2) {
    expect(ruleProblems("rule", rule, "http")).toEqual([
      { propertyPath: "rule", reason: `"${rule}" is in the syntax of Traefik v2; in v3 it is ${offered}` },
    ]);
    expect(ruleProblems("rule", offered, "http")).toEqual([]);
  }
  expect(
    await served(
      V2.map(([, offered]) => offered),
      "offered",
    ),
  ).toEqual(V2.map(() => true));
});

const value = fc.constantFrom(
  "a.test",
  "*.a.test",
  "/x",
  "/x/{id}",
  "x",
  "",
  "10.0.0.0/8",
  "^v[0-9]{1,3}$",
  "(",
  "a=1",
  "é.test",
  "[a-z",
  "X-A",
  "GET",
);
const matcher = fc
  .tuple(
    fc.constantFrom(
      "Host",
      "host",
      "HOSTREGEXP",
      "HostRegexp",
      "Path",
      "PathPrefix",
      "PathRegexp",
      "Header",
      "Headers",
      "HeaderRegexp",
      "Query",
      "QueryRegexp",
      "Method",
      "Nothing",
      "HostSNI",
    ),
    fc.array(value, { maxLength: 3 }),
    fc.constantFrom("`", '"'),
  )
  .map(([name, values, quote]) => `${name}(${values.map((v) => quote + v + quote).join(", ")})`);
const rule = fc.oneof(
  { weight: 6, arbitrary: matcher },
  {
    weight: 2,
    arbitrary: fc.tuple(matcher, fc.constantFrom(" && ", "||", " & ", " "), matcher).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: matcher.map((m) => `!(${m})`) },
  { weight: 1, arbitrary: matcher.map((m) => `(${m}`) },
);

test("Traefik serves each rule that we take, and none that we say it refuses", async () => {
  const rules = fc.sample(rule, 3000).filter((each, i, all) => all.indexOf(each) === i);
  const theirs = await served(rules, "sampled");
  const problems = rules.map((each) =>
    routeProblems("s", [{ rule: each }], "r")
      .map((p) => p.reason)
      .join("; "),
  );
  const taken = rules.filter((_, i) => problems[i] === "");
  expect(rules.filter((_, i) => problems[i] === "" && !theirs[i])).toEqual([]);
  // What Traefik would take and we do not: v2's spelling, which never matches in v3.
  const only = rules.filter((_, i) => problems[i] !== "" && theirs[i]);
  expect(
    only.filter(
      (each) => !/v2|is not a host|never matches|is not a method|literal/.test(problems[rules.indexOf(each)]),
    ),
  ).toEqual([]);
  expect(Math.min(taken.length, rules.length - taken.length)).toBeGreaterThan(80);
}, 120_000);
