import { Canary, canaryWeight, STABLE_WEIGHT } from "../../components/routing/canary";
import { LoadBalancing, loadBalancingProblems } from "../../components/routing/loadBalancing";
import { middlewareProblems } from "../../components/routing/middlewareProblems";
import { Middleware, middlewareTags } from "../../components/routing/middlewares";
import { MeshServiceOptions, meshServiceProblems } from "../../components/services/meshService";
import { MeshModel } from "../../components/shared/meshModel";
import { routingProblems } from "../../components/routing/routingProblems";
import { ruleProblems } from "../../components/routing/rules";
import { serviceTags } from "../../components/routing/serviceTags";
import { TcpRoute, tcpRouteProblems } from "../../components/routing/tcpRoutes";
import { extraProblems, TraefikExtras } from "../../components/ingress/traefikExtras";
import { plainTags } from "../plainTags";

const INGRESS = "traefik-system-ingress";
const said = (problems: { propertyPath: string; reason: string }[]) =>
  problems.map((p) => `${p.propertyPath}: ${p.reason}`);

test("middlewares become tags, and the router's chain in their order", () => {
  const middlewares: Middleware[] = [
    { basicAuth: { userList: "admins", removeHeader: true } },
    { stripPrefix: { prefixes: ["/a", "/b"] } },
    { compress: {} },
    { forwardAuth: { service: "auth", path: "/verify", authResponseHeaders: ["X-User"] } },
    "limits@kubernetescrd",
  ];
  expect(middlewareProblems("http", middlewares, "m")).toEqual([]);
  expect(middlewareTags("http", "shop", middlewares)).toEqual([
    "traefik.http.middlewares.shop-1-basicauth.basicauth.usersFile=/etc/traefik/users/admins/users",
    "traefik.http.middlewares.shop-1-basicauth.basicauth.removeHeader=true",
    "traefik.http.middlewares.shop-2-stripprefix.stripprefix.prefixes=/a,/b",
    "traefik.http.middlewares.shop-3-compress.compress=true",
    "traefik.http.middlewares.shop-4-forwardauth.forwardauth.address=http://127.0.0.1:8079/auth/verify",
    "traefik.http.middlewares.shop-4-forwardauth.forwardauth.trustForwardHeader=false",
    "traefik.http.middlewares.shop-4-forwardauth.forwardauth.authResponseHeaders=X-User",
    "traefik.http.routers.shop.middlewares=shop-1-basicauth,shop-2-stripprefix,shop-3-compress,shop-4-forwardauth,limits@kubernetescrd",
  ]);
});

test.each<[string, unknown, string[]]>([
  [
    "a name that is none",
    { stripPrefixes: {} },
    [
      'm[0]: "stripPrefixes" is not a middleware that Traefik knows; did you mean "stripPrefix"? A plugin goes under "plugin"',
    ],
  ],
  [
    "v2's name",
    { ipWhiteList: { sourceRange: ["10.0.0.1"] } },
    ['m[0]: "ipWhiteList" is Traefik v2\'s; in v3 it is ipAllowList'],
  ],
  [
    "an option that is none",
    { rateLimit: { average: 1, bursts: 2 } },
    ['m[0].rateLimit.bursts: is not an option here; did you mean "burst"?'],
  ],
  [
    "a nested option that is none",
    { inFlightReq: { amount: 1, sourceCriterion: { requestHosts: true } } },
    ['m[0].inFlightReq.sourceCriterion.requestHosts: is not an option here; did you mean "requestHost"?'],
  ],
  ["a text for a number", { rateLimit: { average: "1" } }, ['m[0].rateLimit.average: "1" is not a whole number']],
  [
    "a text for a list",
    { stripPrefix: { prefixes: "/a" } },
    ['m[0].stripPrefix.prefixes: "/a" is not a list of strings'],
  ],
  [
    "a comma in a list",
    { stripPrefix: { prefixes: ["/a,b"] } },
    [
      'm[0].stripPrefix.prefixes[0]: "/a,b" has a comma, which a list in a tag cannot carry; use a middleware declared elsewhere, by its name',
    ],
  ],
  [
    "no duration",
    { rateLimit: { average: 1, period: "1 min" } },
    ['m[0].rateLimit.period: "1 min" is not a duration; use one such as 10s'],
  ],
  [
    "a dot in a header's name",
    { headers: { customRequestHeaders: { "X.A": "1" } } },
    ['m[0].headers.customRequestHeaders: "X.A" cannot be a name in a tag; use letters, digits and "-"'],
  ],
  [
    "more connections than there are ports, over which Traefik loses every route",
    { rateLimit: { average: 1, redis: { endpoints: ["a:1"], poolSize: 65_536, maxActiveConns: 65_535 } } },
    [
      "m[0].rateLimit.redis.poolSize: 65536 is more connections than one pod has ports for, and Traefik loses all routes over too many; use up to 65535",
    ],
  ],
  [
    "nothing where something is needed",
    { rateLimit: {} },
    ["m[0].rateLimit.average: is not set; rateLimit does nothing without it"],
  ],
  [
    "basic auth without a Secret",
    { basicAuth: {} },
    ["m[0].basicAuth.userList: is not set; name a user list of the ingress, which has them from a Secret"],
  ],
  [
    "users in a tag",
    { basicAuth: { users: ["a:b"] } },
    ["m[0].basicAuth.users: would be in Consul's catalog for all to read; put them into a Secret, see userList"],
  ],
  [
    "two in one",
    { compress: {}, addPrefix: { prefix: "/a" } },
    ["m[0]: has 2 middlewares; give exactly one per entry, in their order"],
  ],
  [
    "a reference without provider",
    "auth",
    ['m[0]: "auth" has no provider; write it as an object, or name one as in legacy-auth@kubernetescrd'],
  ],
  [
    "an address that is none",
    { ipAllowList: { sourceRange: ["10.0.0.0/33", "::1/64"] } },
    ['m[0].ipAllowList.sourceRange[0]: "10.0.0.0/33" is not an address or CIDR range; use one such as 10.0.0.0/8'],
  ],
  [
    "forward auth to nobody",
    { forwardAuth: {} },
    ["m[0].forwardAuth: needs either the service of the mesh or the address of a server that answers for requests"],
  ],
  [
    "a pattern of another language",
    { redirectRegex: { regex: "(?=x)", replacement: "y" } },
    [
      expect.stringContaining(
        'm[0].redirectRegex.regex: "(?=x)" is not a regular expression of Go\'s',
      ) as unknown as string,
    ],
  ],
  ["options that are none", { compress: true }, ["m[0].compress: is true; give an object of options, {} for none"]],
  [
    "a trailing blank",
    { headers: { customResponseHeaders: { "X-A": "b " } } },
    ["m[0].headers.customResponseHeaders.X-A: ends with a blank or a backslash, which a tag cannot carry; remove it"],
  ],
  [
    "a TCP middleware",
    { inFlightConn: { amount: 1 } },
    [expect.stringContaining('"inFlightConn" is not a middleware') as unknown as string],
  ],
])("refuses %s", (_, middleware, problems) => {
  expect(said(middlewareProblems("http", [middleware as Middleware], "m"))).toEqual(problems);
});

test.each<[string, string, string]>([
  ["an unknown matcher", "Hots(`a`)", "Hots is not a matcher of Traefik v3; did you mean Host?"],
  ["a TCP matcher", "HostSNI(`a`)", "HostSNI is for TCP routes; did you mean Host?"],
  ["a path without slash", "Path(`x`)", 'the path "x" of Path does not begin with "/"; begin with it'],
  ["too few values", "Header(`X-A`)", "Header takes 2 values, not 1"],
  [
    "an open parenthesis",
    "(Host(`a.test`)",
    '"(Host(`a.test`)" is not a rule: ")" is expected at its end; use one such as Host(`a.example.com`)',
  ],
  [
    "one ampersand",
    "Host(`a.test`) & Path(`/`)",
    '"Host(`a.test`) & Path(`/`)" is not a rule: it cannot be read from & Path(`/`) on; use one such as Host(`a.example.com`)',
  ],
  [
    "no quotes",
    "Host(a.test)",
    '"Host(a.test)" is not a rule: a value in backticks is expected in Host(…); use one such as Host(`a.example.com`)',
  ],
])("refuses a rule with %s", (_, rule, reason) => {
  expect(ruleProblems("r", rule, "http").map((p) => p.reason)).toEqual([reason]);
});

test("braces of a regular expression are no template of v2", () => {
  const rule = "HostRegexp(`^\\p{Greek}{1,3}\\x{2d}[a-z]{2}$`) && PathRegexp(`^/[0-9]{4}`)";
  expect(ruleProblems("r", rule, "http")).toEqual([]);
});

test.each<[string, TcpRoute, string[]]>([
  ["a server name without TLS", { sni: "db.test", entryPoints: ["postgres"] }, ["t[0].tls"]],
  ["no entry point and no TLS", {}, ["t[0].entryPoints"]],
  ["all of websecure", { tls: { passthrough: true } }, ["t[0].sni"]],
  ["an HTTP entry point", { entryPoints: ["web"] }, ["t[0].entryPoints[0]"]],
  ["two ends of TLS", { sni: "a.test", tls: { passthrough: true, certResolver: "le" } }, ["t[0].tls.certResolver"]],
  ["v2 syntax", { rule: "HostSNI(`a.test`, `b.test`)", tls: {} }, ["t[0].rule"]],
  [
    "an HTTP middleware",
    { sni: "a.test", tls: {}, middlewares: [{ stripPrefix: {} } as object] },
    ["t[0].middlewares[0]"],
  ],
])("refuses a tcp route with %s", (_, route, paths) => {
  expect(tcpRouteProblems("db", [route], "tcp", "t").map((p) => p.propertyPath)).toEqual(paths);
});

test("a service that speaks http takes no tcp route", () => {
  const problems = tcpRouteProblems("db", [{ entryPoints: ["postgres"] }], "http", "t");
  expect(said(problems)).toEqual([
    "t[0].entryPoints: a service of protocol http takes requests, not connections; use routes, or tcp",
  ]);
});

test("a canary's pods have together what its weight says, whatever the numbers of pods", () => {
  for (const stable of [1, 3, 10]) {
    for (const replicas of [1, 2, 7]) {
      for (const weight of [1, 10, 50, 99]) {
        const its = replicas * canaryWeight({ weight, replicas }, stable);
        const percent = (100 * its) / (its + stable * STABLE_WEIGHT);
        expect(Math.abs(percent - weight)).toBeLessThan(0.5);
      }
    }
  }
  expect(canaryWeight({ weight: 0 }, 3)).toBe(0);
});

test("a service that Traefik is to know nothing of has no tags; an internal one has a route for Traefik alone", () => {
  expect(serviceTags("s", { loadBalancing: { strategy: "p2c" } })).toEqual([]);
  expect(plainTags(serviceTags("auth", { internal: true }))).toEqual([
    "traefik.enable=true",
    "traefik.http.routers.auth-internal.rule=PathPrefix(`/auth/`)",
    "traefik.http.routers.auth-internal.entrypoints=internal",
    "traefik.http.middlewares.auth-internal-1-stripprefix.stripprefix.prefixes=/auth",
    "traefik.http.routers.auth-internal.middlewares=auth-internal-1-stripprefix",
  ]);
});

test.each<[string, LoadBalancing, string[]]>([
  ["an unknown strategy", { strategy: "rr" as "wrr" }, ["lb.strategy"]],
  ["a cookie for hrw", { strategy: "hrw", sticky: { cookie: {} } }, ["lb.sticky"]],
  ["a cookie that browsers refuse", { sticky: { cookie: { sameSite: "none" } } }, ["lb.sticky.cookie.secure"]],
  ["a path without slash", { healthCheck: { path: "health" } }, ["lb.healthCheck.path"]],
  ["an interval that is none", { healthCheck: { path: "/", interval: "often" } }, ["lb.healthCheck.interval"]],
  ["a check by gRPC", { healthCheck: { path: "/", mode: "grpc" } }, ["lb.healthCheck.mode"]],
  ["a check at another port", { healthCheck: { path: "/", port: 9 } as never }, ["lb.healthCheck.port"]],
  ["a check by another scheme", { healthCheck: { path: "/", scheme: "http" } as never }, ["lb.healthCheck.scheme"]],
  [
    "a text for a flag",
    { healthCheck: { path: "/", followRedirects: "no" as never } },
    ["lb.healthCheck.followRedirects"],
  ],
  ["an option that is none", { passiveHealthCheck: { failures: 1 } as object }, ["lb.passiveHealthCheck.failures"]],
])("refuses %s", (_, options, paths) => {
  expect(loadBalancingProblems(options, "lb").map((p) => p.propertyPath)).toEqual(paths);
});

const service: MeshServiceOptions = { image: "a:1", port: 80 };

test.each<[string, Canary, Partial<MeshServiceOptions>, string[]]>([
  ["all requests", { image: "a:2", weight: 100 }, { routes: [{ host: "a.test" }] }, ["canary.weight"]],
  ["the same version", { weight: 10 }, { routes: [{ host: "a.test" }] }, ["canary.image"]],
  ["no route", { image: "a:2", weight: 10 }, {}, ["canary.weight"]],
  [
    "p2c",
    { image: "a:2", weight: 10 },
    { routes: [{ host: "a.test" }], loadBalancing: { strategy: "p2c" } },
    ["canary.weight"],
  ],
  ["neither share nor route", { image: "a:2" }, { routes: [{ host: "a.test" }] }, ["canary.weight"]],
  [
    "a share of no route beside its own",
    { image: "a:2", weight: 10, routes: [{ host: "a.test" }] },
    {},
    ["canary.weight"],
  ],
  ["a wrong route", { image: "a:2", routes: [{ host: "a b" }] }, {}, ["canary.routes[0].host"]],
  [
    "a route of too long a name",
    { image: "a:2", routes: [{ name: "x".repeat(64), host: "a.test" }] },
    {},
    ["canary.routes[0].name"],
  ],
])("refuses a canary with %s", (_, canary, more, paths) => {
  expect(meshServiceProblems("a", { ...service, ...more, canary }).map((p) => p.propertyPath)).toEqual(paths);
});

test.each<[string, Canary, Partial<MeshServiceOptions>]>([
  ["by its own route alone", { image: "a:2", routes: [{ host: "next.test" }] }, { routes: [{ host: "a.test" }] }],
  ["of a service that has no route", { image: "a:2", weight: 0, routes: [{ host: "next.test" }] }, {}],
  [
    "that p2c spreads over its own pods",
    { image: "a:2", routes: [{ host: "next.test" }] },
    { routes: [{ host: "a.test" }], loadBalancing: { strategy: "p2c" } },
  ],
  [
    "spread as its service, which has no route",
    { image: "a:2", routes: [{ host: "next.test" }] },
    { loadBalancing: { strategy: "hrw" } },
  ],
])("takes a canary %s", (_, canary, more) => {
  expect(meshServiceProblems("a", { ...service, ...more, canary })).toEqual([]);
});

test("no tag of a user's own, as one for UDP, gets past what routes say", () => {
  const podAnnotations = { "consul.hashicorp.com/service-tags": "traefik.udp.routers.dns.entrypoints=dns" };
  const paths = meshServiceProblems("a", { ...service, podAnnotations }).map((p) => p.propertyPath);
  expect(paths).toEqual([expect.stringContaining("podAnnotations")]);
});

test("what routes name has to be there, and nothing may be there twice", () => {
  const services = [
    {
      ...service,
      name: "shop",
      routes: [
        { host: "a.test", middlewares: [{ basicAuth: { userList: "admin" } }, { forwardAuth: { service: "auth" } }] },
        { rule: 'Host("a.test")', middlewares: [{ plugin: { dmeo: {} } }, { forwardAuth: { service: "nobody" } }] },
      ],
    },
    { ...service, name: "auth", routes: [{ name: "shop", host: "b.test" }] },
    {
      ...service,
      name: "db",
      protocol: "tcp" as const,
      tcpRoutes: [{ entryPoints: ["postgre"] }, { entryPoints: ["postgres"] }],
    },
    { ...service, name: "db2", protocol: "tcp" as const, tcpRoutes: [{ entryPoints: ["postgres"] }] },
  ];
  const ingress: TraefikExtras = {
    userLists: { admins: { secretName: "admins" } },
    plugins: { demo: { module: "example.com/demo", version: "v1.0.0" } },
    tcpEntryPoints: { postgres: { port: 5432 } },
  };
  const model = new MeshModel();
  const problems = routingProblems(model, services, ingress, INGRESS);
  expect(said([...problems, ...model.unresolved()])).toEqual([
    'services[0].routes[1]: the rule "Host(`a.test`) on web" is that of services[0].routes[0] too; give each its own',
    'services[0].routes[0].middlewares[0].basicAuth.userList: "admin" is not a user list of the ingress; did you mean "admins"? Declare it with its Secret in traefikUserLists (of a TraefikConsulIngress: userLists)',
    'services[0].routes[1].middlewares[0].plugin: "dmeo" is not a plugin of the ingress; did you mean "demo"? Declare it in traefikPlugins (of a TraefikConsulIngress: plugins)',
    'services[1].routes[0]: the router name "shop" is that of services[0].routes[0] too; give each its own',
    'services[0].routes[0].middlewares[1].forwardAuth.service: "auth" cannot be called by Traefik itself; set internal: true on it',
    'services[2].tcpRoutes[0].entryPoints[0]: "postgre" is not an entry point of the ingress; did you mean "postgres"? Declare it in traefikTcpEntryPoints (of a TraefikConsulIngress: tcpEntryPoints)',
    'services[3].tcpRoutes[0]: the rule "HostSNI(`*`) on postgres without TLS" is that of services[2].tcpRoutes[1] too; give each its own',
    'services[0].routes[1].middlewares[1].forwardAuth.service: "nobody" is not a service of this mesh; did you mean "shop"?',
  ]);
});

test("a middleware of a provider that the ingress has not is refused", () => {
  const routes = [{ host: "a.test", middlewares: ["limits@kubernetescrd"] }];
  const problems = (ingress: TraefikExtras) =>
    said(routingProblems(new MeshModel(), [{ ...service, name: "s", routes }], ingress, INGRESS));
  expect(problems({ kubernetesCrd: true })).toEqual([]);
  expect(problems({})).toEqual([
    'services[0].routes[0].middlewares[0]: "kubernetescrd" is not a provider of this ingress; have it serve custom resources by traefikKubernetesCrdNamespaces (of a TraefikConsulIngress: kubernetesCrd.namespaces), or write the middleware as an object',
  ]);
});

test("an ingress is refused what it has already, and what Traefik cannot load", () => {
  const extras: TraefikExtras = {
    tcpEntryPoints: {
      web: { port: 81 },
      a: { port: 8080 },
      "much-too-long-a-name": { port: 5432 },
      b: { port: 70000, nodePort: 30080 },
      c: { port: 5432, nodePort: 80 },
    },
    userLists: { "no/name": { secretName: "admins" }, b: { secretName: "A B" } },
    plugins: {
      both: { module: "example.com/a", path: "x", version: "v1.0.0" },
      none: { module: "example.com/b" },
      gone: { module: "example.com/c", path: "does/not/exist" },
      again: { module: "example.com/c", version: "1.0" },
      odd: { module: "nomodule", version: "v1.0.0" },
    },
  };
  const taken = { ports: { web: 80, admin: 8080 }, nodePorts: [30080] };
  expect(extraProblems(extras, taken, "traefik.").map((p) => p.propertyPath)).toEqual([
    "traefik.userLists.no/name",
    "traefik.userLists.b.secretName",
    "traefik.plugins.both.path",
    "traefik.plugins.both.path",
    "traefik.plugins.none.path",
    "traefik.plugins.gone.path",
    "traefik.plugins.again.module",
    "traefik.plugins.again.version",
    "traefik.plugins.odd.module",
    "traefik.tcpEntryPoints.web",
    "traefik.tcpEntryPoints.web.port",
    "traefik.tcpEntryPoints.a.port",
    "traefik.tcpEntryPoints.much-too-long-a-name",
    "traefik.tcpEntryPoints.b.port",
    "traefik.tcpEntryPoints.b.nodePort",
    "traefik.tcpEntryPoints.c.port",
    "traefik.tcpEntryPoints.c.nodePort",
  ]);
});
