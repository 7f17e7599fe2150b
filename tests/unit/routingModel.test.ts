import { TraefikOptions } from "../../components";
import { RoutingModel } from "../../components/routing/routingModel";
import { TLS_PATH } from "../../components/routing/tlsOptions";
import { CA_MOUNT_PATH } from "../../components/routing/traefikArguments";
import { Published, serviceTags } from "../../components/routing/serviceTags";

const INGRESS = "traefik-system-ingress";
const place = (name: string) => ({ own: "", named: `${name}.` });
const said = (problems: { propertyPath: string; reason: string }[]) =>
  problems.map((p) => `${p.propertyPath}: ${p.reason}`);

/** What is said of services, as they join in their order, and of what nobody has in the end. */
function told(services: Record<string, Published>, ingress: TraefikOptions = {}, ingressFirst = true): string[] {
  const model = new RoutingModel();
  const join = () => model.ingress(INGRESS, ingress, "traefik.");
  return said([
    ...(ingressFirst ? join() : []),
    ...Object.entries(services).flatMap(([name, its]) => model.service(name, its, place(name))),
    ...(ingressFirst ? [] : join()),
    ...model.unresolved(),
  ]);
}

const host = (name: string, more: object = {}) => ({ host: name, ...more });
const calling = (service: string) => ({
  routes: [host("shop.test", { middlewares: [{ compress: {} }, { forwardAuth: { service } }] })],
});
const failing = (service: string) => ({
  routes: [host("shop.test", { middlewares: [{ errors: { service, status: ["500"], query: "/" } }] })],
});
const naming = (middleware: string) => ({ routes: [host("shop.test", { middlewares: [middleware] })] });

test.each<[string, Record<string, Published>, string[]]>([
  ["nothing where all differs", { a: { routes: [host("a.test")] }, b: { routes: [host("b.test")] } }, []],
  [
    "a router's name twice",
    { a: { routes: [host("a.test")] }, b: { routes: [host("b.test"), host("c.test", { name: "a" })] } },
    ['routes[1]: the router name "a" is that of a.routes[0] too; give each its own'],
  ],
  [
    "the router of an internal service twice",
    { a: { internal: true }, b: { routes: [host("b.test", { name: "a-internal" })] } },
    ['routes[0]: the router name "a-internal" is that of a.internal too; give each its own'],
  ],
  [
    "a rule twice, in other words",
    { a: { routes: [host("a.test")] }, b: { routes: [{ rule: "HOST( `A.test` )" }] } },
    ['routes[0]: the rule "Host(`a.test`) on web" is that of a.routes[0] too; give each its own'],
  ],
  [
    "no rule twice on two entry points",
    { a: { routes: [host("a.test")] }, b: { routes: [host("a.test", { tls: {} })] } },
    [],
  ],
  [
    "a rule of a canary",
    { a: { routes: [host("a.test")], canary: { routes: [host("a.test")] } } },
    ['canary.routes[0]: the rule "Host(`a.test`) on web" is that of a.routes[0] too; give each its own'],
  ],
  [
    "a rule of another's canary",
    { a: { canary: { routes: [host("a.test")] } }, b: { routes: [host("a.test")] } },
    ['routes[0]: the rule "Host(`a.test`) on web" is that of a.canary.routes[0] too; give each its own'],
  ],
  [
    "the name and the rule of a connection's route twice",
    {
      a: { tcpRoutes: [{ sni: "a.test", tls: {} }] },
      b: { tcpRoutes: [{ name: "a-tcp", rule: "HostSNI(`a.test`)", tls: {} }] },
    },
    [
      'tcpRoutes[0]: the tcp router name "a-tcp" is that of a.tcpRoutes[0] too; give each its own',
      'tcpRoutes[0]: the rule "HostSNI(`a.test`) on websecure" is that of a.tcpRoutes[0] too; give each its own',
    ],
  ],
  [
    "a router of the ingress's own",
    { a: { routes: [host("a.test", { name: `${INGRESS}-dashboard` })] } },
    [`routes[0]: the router name "${INGRESS}-dashboard" is that of the ingress ${INGRESS} too; give each its own`],
  ],
  [
    "a service that answers no call of Traefik's own",
    { shop: calling("auth"), auth: { routes: [host("auth.test")] } },
    [
      'shop.routes[0].middlewares[1].forwardAuth.service: "auth" cannot be called by Traefik itself; set internal: true on it',
    ],
  ],
  [
    "that once, however many join behind",
    { shop: calling("auth"), auth: {}, c: {}, d: { routes: [host("d.test", { middlewares: ["x@consulcatalog"] })] } },
    [
      expect.stringContaining('"auth" cannot be called by') as string,
      expect.stringContaining('"x" is not a middleware of the mesh\'s services; did you mean "') as string,
    ],
  ],
  [
    "the same of one that was there before",
    { auth: {}, shop: calling("auth") },
    [
      'routes[0].middlewares[1].forwardAuth.service: "auth" cannot be called by Traefik itself; set internal: true on it',
    ],
  ],
  ["nothing of an internal one", { shop: calling("auth"), auth: { internal: true } }, []],
  [
    "nobody to call",
    { shop: calling("auht"), auth: { internal: true } },
    ['shop.routes[0].middlewares[1].forwardAuth.service: "auht" is not a service of this mesh; did you mean "auth"?'],
  ],
  ["nothing of pages of a service with a route", { shop: failing("pages"), pages: { routes: [host("p.test")] } }, []],
  [
    "pages of a service that Traefik does not call",
    { shop: failing("pages"), pages: {} },
    [
      'shop.routes[0].middlewares[0].errors.service: "pages" cannot be called by Traefik itself; set internal: true on it',
    ],
  ],
  [
    "a middleware that no service declares",
    { shop: naming("limits@consulcatalog") },
    [
      expect.stringContaining(
        'shop.routes[0].middlewares[0]: "limits" is not a middleware of the mesh\'s services',
      ) as string,
    ],
  ],
  [
    "what a canary's route wants",
    { shop: { canary: calling("auth") } },
    [
      'shop.canary.routes[0].middlewares[1].forwardAuth.service: "auth" is not a service of this mesh; did you mean "shop"?',
    ],
  ],
])("of services, it tells %s", (_, services, problems) => {
  expect(told(services)).toEqual(problems);
});

test("one route takes all connections of an entry point with TLS, and one those without it, which Traefik tells apart", () => {
  const tcpEntryPoints = { pg: { port: 5432 }, my: { port: 3306 } };
  const [every, withTls] = [{ entryPoints: ["pg"] }, { entryPoints: ["pg"], tls: {} }];
  const together = (...routes: object[]) =>
    told({ a: { tcpRoutes: [every, withTls] }, b: { tcpRoutes: routes } }, { tcpEntryPoints });
  expect(together({ entryPoints: ["my"] })).toEqual([]);
  expect(together({ ...every, entryPoints: ["my", "pg"] })).toEqual([
    'tcpRoutes[0]: the rule "HostSNI(`*`) on pg without TLS" is that of a.tcpRoutes[0] too; give each its own',
  ]);
  expect(together(withTls)).toEqual([
    'tcpRoutes[0]: the rule "HostSNI(`*`) on pg" is that of a.tcpRoutes[1] too; give each its own',
  ]);
});

test("a middleware that a service declares may be named before and after", () => {
  const auth: Published = { internal: true };
  const [, name] = /\.middlewares\.([^.]+)\.stripprefix/.exec(serviceTags("auth", auth).join())!;
  const shop = naming(`${name}@consulcatalog`);
  expect(told({ auth, shop })).toEqual([]);
  expect(told({ shop, auth })).toEqual([]);
});

test.each<[address: string, is: string, its: object]>([
  ["http://auth.shop", "is", {}],
  ["https://auth.shop.svc:8443/verify", "is", {}],
  ["http://auth.shop.svc.cluster.local?a=b", "is", {}],
  ["http://auth.virtual.consul/verify", "is", {}],
  ["http://auth-http.shop#a", "is", { existingService: "auth-http" }],
  ["http://auth.virtual.consul", "is", { existingService: "auth-http" }],
  ["http://auth.shop", "is not", { existingService: "auth-http" }],
  ["http://auth.shop", "is not", { namespace: ["shop"] }],
  ["http://auth.legacy.svc", "is not", {}],
  ["http://auth", "is not", {}],
  ["http://auth.shop.svc.example", "is not", {}],
  ["http://auth.svc.shop", "is not", {}],
  ["http://auth.shop.svc.cluster.local.example", "is not", {}],
  ["http://xauth.shop", "is not", {}],
  ["see http://auth.shop", "is not", {}],
  ["ftp://auth.shop", "is not", {}],
])("an address that a middleware asks, %s, %s a service of the mesh %j", (address, is, its) => {
  const shop = { routes: [host("shop.test", { middlewares: [{ forwardAuth: { address } }] })] };
  const reason = `"${address}" is the service auth of the mesh, which answers nobody without the mesh's TLS; write service: auth and path in place of it, and set internal: true on that service`;
  expect(told({ shop, auth: { namespace: "shop", ...its } })).toEqual(
    is === "is" ? [`shop.routes[0].middlewares[0].forwardAuth.address: ${reason}`] : [],
  );
});

test("a Redis of the mesh, which Traefik would ask without the mesh's TLS, cannot count requests", () => {
  const endpoints = ["redis.example.com:6379", "auth.shop.svc:6379"];
  const shop = { routes: [host("shop.test", { middlewares: [{ rateLimit: { average: 1, redis: { endpoints } } }] })] };
  expect(told({ shop, auth: { namespace: "shop" } })).toEqual([
    'shop.routes[0].middlewares[0].rateLimit.redis.endpoints[1]: "auth.shop.svc:6379" is the service auth of the mesh, which answers nobody without the mesh\'s TLS; use a Redis outside the mesh',
  ]);
});

test("of two routes that say the same, one is never served", () => {
  expect(told({ a: { routes: [host("a.test")] }, b: { routes: [host("a.test.", { pathPrefix: "/" })] } })).toEqual([
    'routes[0]: the rule "Host(`a.test`) on web" is that of a.routes[0] too; give each its own',
  ]);
});

test("what a neighbour of another stack wants is judged there", () => {
  const model = new RoutingModel();
  model.service("shop", calling("auth"), { ...place("shop"), stack: "a/b/other" });
  expect(model.unresolved()).toEqual([]);
});

test("where others can be named, that is told of a service that nobody has, and of no middleware", () => {
  const model = new RoutingModel();
  model.service("c", calling("logon"), place("c"));
  model.service("d", naming("login@consulcatalog"), place("d"));
  const [logon, login] = said(model.unresolved());
  model.knowOf(["login"], "externalServices");
  model.knowOf(["pay"]);
  expect(said(model.unresolved())).toEqual([`${logon} Declare it, or name it in externalServices`, login]);
  expect(logon).toBe(
    'c.routes[0].middlewares[1].forwardAuth.service: "logon" is not a service of this mesh; did you mean "c"?',
  );
});

test("a service that others declare can be asked, and no middleware of its name", () => {
  const model = new RoutingModel();
  model.knowOf(["login", "pay"]);
  const join = (name: string, its: Published) => model.service(name, its, place(name));
  expect([...join("a", calling("login")), ...join("b", failing("pay"))].map(({ reason }) => reason)).toEqual([
    expect.stringContaining("the rule"), // both have one host
  ]);
  expect(model.unresolved()).toEqual([]);
  join("c", calling("logon"));
  join("d", naming("login@consulcatalog"));
  expect(said(model.unresolved()).map((each) => each.replace(/;.*/, ""))).toEqual([
    'c.routes[0].middlewares[1].forwardAuth.service: "logon" is not a service of this mesh',
    'd.routes[0].middlewares[0]: "login" is not a middleware of the mesh\'s services',
  ]);
});

test("another ingress cannot have the name of one that is there", () => {
  const model = new RoutingModel();
  expect(model.ingress("edge", {}, "a.")).toEqual([]);
  expect(said(model.ingress("edge", {}, "b."))).toContainEqual(
    expect.stringMatching(
      /^b\.serviceName: the router name "edge-.*" is that of the ingress edge too; give each its own$/,
    ),
  );
});

const users: TraefikOptions = { userLists: { ops: { secretName: "ops" } } };
const consoles: TraefikOptions = { ...users, consoles: { dashboard: { host: "Console.test", userList: "ops" } } };
const auth = (file: string) => ({
  routes: [host("a.test", { middlewares: [{ forwardAuth: { address: "https://b.test", tls: { ca: file } } }] })],
});

/** A service that the ingress cannot serve, what is said of it, and an ingress that can. */
test.each<[string, Published, TraefikOptions, string | undefined, TraefikOptions | undefined]>([
  [
    "a user list",
    { routes: [host("a.test", { middlewares: [{ basicAuth: { userList: "ops" } }] })] },
    {},
    'routes[0].middlewares[0].basicAuth.userList: "ops" is not a user list of the ingress',
    users,
  ],
  [
    "a plugin",
    { routes: [host("a.test", { middlewares: [{ plugin: { geo: {} } }] })] },
    {},
    'routes[0].middlewares[0].plugin: "geo" is not a plugin of the ingress',
    { plugins: { geo: { module: "example.com/geo", version: "v1.0.0" } } },
  ],
  [
    "a middleware of custom resources",
    naming("shop-a@kubernetescrd"),
    { kubernetesCrd: { namespaces: ["edge"] } },
    "is in no namespace whose custom resources are served",
    { kubernetesCrd: { namespaces: ["shop"] } },
  ],
  [
    "the same of all namespaces",
    naming("shop-a@kubernetescrd"),
    {},
    '"kubernetescrd" is not a provider',
    { kubernetesCrd: true },
  ],
  ["a console's users", naming("users-ops@file"), users, "is not a middleware of the ingress's files", consoles],
  [
    "an entry point",
    { tcpRoutes: [{ entryPoints: ["websecure"], sni: "a.test", tls: {} }, { entryPoints: ["pg"] }] },
    { tcpEntryPoints: { my: { port: 3306 } } },
    'tcpRoutes[1].entryPoints[0]: "pg" is not an entry point of the ingress; did you mean "my"? Declare it in traefikTcpEntryPoints (of a TraefikConsulIngress: tcpEntryPoints)',
    { tcpEntryPoints: { pg: { port: 5432 } } },
  ],
  [
    "a console's host",
    { routes: [host("CONSOLE.test", { tls: {} })] },
    consoles,
    'routes[0].host: "console.test" is the host of a console of the ingress',
    users,
  ],
  [
    "a console's host in a rule",
    { routes: [host("a.test"), { rule: "Host(`b.test`) || Host(`console.test`)" }] },
    consoles,
    'routes[1].rule: "console.test" is the host of a console of the ingress',
    {},
  ],
  [
    "a resolver, of connections too",
    { tcpRoutes: [{ sni: "a.test", tls: { certResolver: "le" } }] },
    {},
    'tcpRoutes[0].tls.certResolver: "le"',
    { certificateResolvers: { le: { email: "a@b.test", tlsChallenge: {} } } },
  ],
  ["a file that nobody mounts", auth("/etc/none.crt"), {}, "is not a file of Traefik's pod", undefined],
  [
    "a file of a Secret",
    auth(`${TLS_PATH}/clients/ca.crt`),
    {},
    "is not a file of Traefik's pod",
    { tlsOptions: { strict: { clientAuth: { caSecretName: "clients" } } } },
  ],
  [
    "an option that its Traefik does not know",
    { routes: [host("a.test", { middlewares: [{ retry: { attempts: 1, status: ["503"] } }] })] },
    { image: "traefik:v3.6.0" },
    "retry.status is not known to the ingress's Traefik",
    { image: "traefik:v3.7.0" },
  ],
])("of an ingress, it tells %s", (_, its, without, problem, having) => {
  for (const first of [true, false]) {
    const path = first ? "" : "shop.";
    expect(told({ shop: its }, without, first)).toEqual([expect.stringContaining(problem!)]);
    expect(told({ shop: its }, without, first)[0].startsWith(path)).toBe(true);
    if (having !== undefined) {
      expect(told({ shop: its }, having, first)).toEqual([]);
    }
  }
});

test("the CA of the mesh is a file of Traefik's pod", () => {
  expect(told({ shop: auth(`${CA_MOUNT_PATH}/tls.crt`) })).toEqual([]);
});

test("entry points for HTTP are told of by the route itself, and a console that is off has no host", () => {
  const tcpRoutes = ["web", "admin", "internal"].map((each) => ({ name: each, entryPoints: [each] }));
  expect(told({ db: { tcpRoutes } }, { consoles: { dashboard: undefined } })).toEqual([]);
  expect(told({ a: { routes: [host("a.test")] } }, { consoles: { dashboard: undefined } })).toEqual([]);
});

test("a service that Traefik passes TLS through to has its own certificates", () => {
  expect(told({ db: { tcpRoutes: [{ sni: "a.test", tls: { passthrough: true } }] } })).toEqual([]);
});

test("what is known later is judged beside what has joined, and its former rule is its own", () => {
  const model = new RoutingModel();
  model.ingress(INGRESS, {}, "");
  model.service("a", { routes: [host("a.test")] }, place("a"));
  model.service("b", { routes: [host("later.invalid")], canary: { routes: [host("canary.invalid")] } }, place("b"));
  expect(said(model.known("b", { routes: [host("later.invalid")] }))).toEqual([]);
  expect(said(model.known("b", { routes: [host("a.test")], canary: { routes: [host("a.test")] } }))).toEqual([
    'routes[0]: the rule "Host(`a.test`) on web" is that of a.routes[0] too; give each its own',
    'canary.routes[0]: the rule "Host(`a.test`) on web" is that of a.routes[0] too; give each its own',
  ]);
  expect(said(model.known("b", { routes: [host("b.test", { middlewares: [{ plugin: { geo: {} } }] })] }))).toEqual([
    expect.stringContaining('routes[0].middlewares[0].plugin: "geo" is not a plugin'),
  ]);
  expect(said(model.service("c", { routes: [host("b.test")] }, place("c")))).toEqual([
    'routes[0]: the rule "Host(`b.test`) on web" is that of b.routes[0] too; give each its own',
  ]);
});
