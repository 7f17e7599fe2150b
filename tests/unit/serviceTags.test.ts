import {
  allTags,
  canaryServedPath,
  canaryTags,
  Published,
  servedPathOf,
  serviceTags,
  usesIngress,
} from "../../components/routing/serviceTags";
import { plainTags } from "../plainTags";

const routes = [{ host: "shop.test" }];
const canary = { routes: [{ host: "next.test" }] };
const router = "traefik.http.routers.shop";
const own = [`${router}.rule=Host(\`shop.test\`)`, `${router}.entrypoints=web`];
const others = [`${router}-canary.rule=Host(\`next.test\`)`, `${router}-canary.entrypoints=web`];
const byName = (service: string) => `traefik.http.services.${service}.loadbalancer.passhostheader=true`;

/** What Traefik is asked for by `up`, to see that it serves what the tags say. */
const asked = (tags: readonly string[]) =>
  tags.flatMap((tag) => /-served-\w+\.rule=Path\(`(.*)`\)$/.exec(tag)?.slice(1) ?? []);

test.each<[string, string[], string[]]>([
  ["nothing", serviceTags("shop", {}), []],
  ["nothing of an empty canary", canaryTags("shop", { canary: { routes: [] } }, 0), []],
  ["a route", serviceTags("shop", { routes }), ["traefik.enable=true", ...own]],
  [
    "a route by weight",
    serviceTags("shop", { routes, canary: {} }, 1000),
    ["traefik.enable=true", ...own, "traefik.http.services.shop.loadbalancer.server.weight=1000"],
  ],
  [
    "the service's route alone, of a canary without its own",
    canaryTags("shop", { routes, canary: {} }, 250),
    ["traefik.enable=true", ...own, "traefik.http.services.shop.loadbalancer.server.weight=250"],
  ],
  [
    "a route that names its service, where the canary has its own",
    serviceTags("shop", { routes, canary }),
    ["traefik.enable=true", ...own, `${router}.service=shop`, byName("shop")],
  ],
  [
    "a canary's routes alone, where it has no share of the others",
    canaryTags("shop", { routes, canary }, 0),
    ["traefik.enable=true", ...others, `${router}-canary.service=shop-canary`, byName("shop-canary")],
  ],
  [
    "a canary's routes beside its share of the others",
    canaryTags("shop", { routes, canary }, 250),
    [
      "traefik.enable=true",
      ...own,
      `${router}.service=shop`,
      byName("shop"),
      "traefik.http.services.shop.loadbalancer.server.weight=250",
      ...others,
      `${router}-canary.service=shop-canary`,
      byName("shop-canary"),
    ],
  ],
  [
    "how requests are spread, by the routers' own balancer",
    serviceTags("shop", { routes, loadBalancing: { strategy: "p2c" } }),
    [
      "traefik.enable=true",
      ...own,
      `${router}.service=shop`,
      "traefik.http.services.shop.loadbalancer.strategy=p2c",
      byName("shop"),
    ],
  ],
  [
    "the way of what others' routes ask of it",
    serviceTags("errors", { internal: true }),
    [
      "traefik.enable=true",
      "traefik.http.routers.errors-internal.rule=PathPrefix(`/errors/`)",
      "traefik.http.routers.errors-internal.entrypoints=internal",
      "traefik.http.middlewares.errors-internal-1-stripprefix.stripprefix.prefixes=/errors",
      "traefik.http.routers.errors-internal.middlewares=errors-internal-1-stripprefix",
    ],
  ],
  [
    "no spreading of connections",
    serviceTags("line", { tcpRoutes: [{ entryPoints: ["line"] }], loadBalancing: { strategy: "p2c" } }),
    [
      "traefik.enable=true",
      "traefik.tcp.routers.line-tcp.rule=HostSNI(`*`)",
      "traefik.tcp.routers.line-tcp.entrypoints=line",
    ],
  ],
])("Traefik is told %s", (_, tags, expected) => {
  expect(plainTags(tags)).toEqual(expected);
});

test("all tags are those of the service and of its canary", () => {
  const plain = plainTags(allTags("shop", { routes, canary }));
  expect(plain).toEqual(expect.arrayContaining([...own, ...others]));
  expect(allTags("shop", { routes })).toEqual(serviceTags("shop", { routes }));
});

test.each<[string, Published]>([
  ["a service", { routes }],
  ["a service whose canary has a route", { routes, canary }],
])("Traefik is asked for what %s publishes", (_, published) => {
  expect(asked(serviceTags("shop", published))).toEqual([servedPathOf("shop", published)]);
});

test("Traefik is asked for what a canary publishes by itself, if anything", () => {
  expect(asked(canaryTags("shop", { routes, canary }, 0))).toEqual([canaryServedPath("shop", { routes, canary })]);
  expect(canaryServedPath("shop", { routes, canary: {} })).toBeUndefined();
});

test.each<[string, boolean, Published]>([
  ["a host", false, { routes }],
  ["a user list", true, { routes: [{ host: "a.test", middlewares: [{ basicAuth: { userList: "ops" } }] }] }],
  ["a plugin", true, { routes: [{ host: "a.test", middlewares: [{ plugin: { geo: { allow: "de" } } }] }] }],
  ["TLS options", true, { routes: [{ host: "a.test", tls: { options: "strict" } }] }],
  ["a certificate resolver", true, { routes: [{ host: "a.test", tls: { certResolver: "le" } }] }],
  ["an entry point of its own", true, { tcpRoutes: [{ entryPoints: ["line"] }] }],
  ["the entry point of TLS", false, { tcpRoutes: [{ sni: "a.test", tls: {} }] }],
])("whether the ingress has to be there first, of a route that names %s: %s", (_, expected, published) => {
  expect(usesIngress(serviceTags("shop", published))).toBe(expected);
});
