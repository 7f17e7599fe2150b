import { consoleProblems, consolesConfiguration } from "../../components/ingress/consoles";

const API = "consul.test:8501";
const dashboard = { host: "traefik.test", userList: "ops" };
const consulUi = { host: "consul.test", userList: "ops" };
const login = (list: string) => ({
  [`users-${list}`]: {
    basicAuth: { usersFile: `/etc/traefik/users/${list}/users`, realm: list, removeHeader: true },
  },
});
const router = (rule: string, service: string, list = "ops", tls: object = {}) => ({
  rule,
  entryPoints: ["websecure"],
  middlewares: [`users-${list}`],
  service,
  tls,
});

test("nothing is shown that is not asked for", () => {
  expect(consolesConfiguration({}, API)).toBeUndefined();
  expect(consolesConfiguration({ consoles: {} }, API)).toBeUndefined();
});

test("Traefik's dashboard alone is at its paths, for users of the list by TLS", () => {
  expect(consolesConfiguration({ consoles: { dashboard } }, API)).toEqual({
    routers: {
      "console-dashboard": router(
        "Host(`traefik.test`) && (PathPrefix(`/api`) || PathPrefix(`/dashboard`))",
        "api@internal",
      ),
    },
    middlewares: login("ops"),
  });
});

test("Consul's UI alone is to read, and asked by verified TLS; its users may be others", () => {
  const tls = { certResolver: "le" };
  const { routers, middlewares, services, serversTransports } = consolesConfiguration(
    { consoles: { dashboard, consulUi: { ...consulUi, userList: "dev", tls } } },
    API,
  ) as Record<string, any>;
  expect(middlewares).toEqual({ ...login("ops"), ...login("dev") });
  expect(routers["console-consul-ui"]).toEqual(
    router(
      "Host(`consul.test`) && (Method(`GET`) || Method(`HEAD`) || Path(`/v1/internal/acl/authorize`))",
      "consul-ui",
      "dev",
      tls,
    ),
  );
  expect(services).toEqual({
    "consul-ui": { loadBalancer: { serversTransport: "consul", servers: [{ url: `https://${API}` }] } },
  });
  expect(serversTransports).toEqual({ consul: { rootCAs: ["/certs/consul-ca/tls.crt"] } });
  const alone = consolesConfiguration({ consoles: { consulUi } }, API) as Record<string, any>;
  expect([Object.keys(alone.routers), alone.middlewares]).toEqual([["console-consul-ui"], login("ops")]);
});

const userLists = { ops: { secretName: "ops" }, dev: { secretName: "dev" } };
test.each<[what: string, options: Parameters<typeof consoleProblems>[0], problems: RegExp[]]>([
  ["nothing", {}, []],
  ["two consoles", { userLists, consoles: { dashboard, consulUi } }, []],
  ["one console", { userLists, consoles: { consulUi } }, []],
  [
    "no list",
    { consoles: { dashboard } },
    [
      /^x\.consoles\.dashboard\.userList: "ops" is not a user list; there are none\. Declare it in traefikUserLists \(of a TraefikConsulIngress: userLists\)$/,
    ],
  ],
  [
    "another list",
    { userLists, consoles: { consulUi: { ...consulUi, userList: "op" } } },
    [
      /^x\.consoles\.consulUi\.userList: "op" is not a user list; known: ops, dev\. Declare it in traefikUserLists \(of a TraefikConsulIngress: userLists\)$/,
    ],
  ],
  [
    "no host",
    { userLists, consoles: { dashboard: { ...dashboard, host: "a b" } } },
    [/^x\.consoles\.dashboard\.host: "a b" is not a host name/],
  ],
  [
    "one host",
    { userLists, consoles: { dashboard, consulUi: { ...consulUi, host: dashboard.host } } },
    [/^x\.consoles\.consulUi\.host: "traefik\.test" is that of x\.consoles\.dashboard too/],
  ],
  [
    "a resolver that is not there",
    { userLists, consoles: { dashboard: { ...dashboard, tls: { certResolver: "le" } } } },
    [/^x\.consoles\.dashboard\.tls\.certResolver: /],
  ],
  [
    "domains without a resolver",
    { userLists, consoles: { dashboard: { ...dashboard, tls: { domains: [{ main: "traefik.test" }] } } } },
    [/^x\.consoles\.dashboard\.tls\.domains: /],
  ],
])("%s is judged", (_, options, problems) => {
  expect(consoleProblems(options, "x.").map((each) => `${each.propertyPath}: ${each.reason}`)).toEqual(
    problems.map((each) => expect.stringMatching(each)),
  );
});
