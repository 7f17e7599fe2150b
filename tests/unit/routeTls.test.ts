import { ingressTlsProblems, RouteTls, routeTlsProblems, routeTlsTags } from "../../components/routing/routeTls";
import type { Route } from "../../components/routing/routes";
import type { TraefikTlsOptions } from "../../components/ingress/traefikTls";

const host = "shop.example.com";
const inputs = (route: Route) => routeTlsProblems(route, "r").map((p) => p.propertyPath);
const told = (ingress: object, ...routes: Route[]) =>
  ingressTlsProblems(
    routes.map((route, i) => ({ route, path: `r[${i}]` })),
    ingress as TraefikTlsOptions,
  ).map((p) => `${p.propertyPath}: ${p.reason}`);
const tls = (its: RouteTls, more: object = { host }): Route => ({ ...more, tls: its }) as Route;

test.each<[what: string, its: RouteTls, tags: string[]]>([
  ["nothing", {}, []],
  ["a resolver", { certResolver: "le" }, ["certresolver=le"]],
  ["the default options", { options: "default" }, []],
  ["options of the ingress", { options: "strict" }, ["options=strict@file"]],
  [
    "names",
    { domains: [{ main: "a.test" }, { main: "*.b.test", sans: ["b.test", "c.test"] }, { main: "d.test", sans: [] }] },
    ["domains[0].main=a.test", "domains[1].main=*.b.test", "domains[1].sans=b.test,c.test", "domains[2].main=d.test"],
  ],
])("TLS with %s is tags of the router", (_, its, tags) => {
  expect(routeTlsTags("x", its)).toEqual(["x.tls=true", ...tags.map((tag) => `x.tls.${tag}`)]);
});

test.each<[what: string, route: Route, inputs: string[]]>([
  ["plain HTTP on web", { host }, []],
  ["websecure without TLS", { host, entryPoints: ["websecure"] }, ["r.tls"]],
  ["TLS on its own entry point", tls({}), []],
  ["TLS on web", tls({}, { host, entryPoints: ["web", "websecure"] }), ["r.tls"]],
  ["names without a resolver", tls({ domains: [{ main: "a.test" }] }), ["r.tls.domains"]],
  ["a resolver for the route's host", tls({ certResolver: "le" }), []],
  ["a resolver without any name", tls({ certResolver: "le" }, { pathPrefix: "/" }), ["r.tls.certResolver"]],
  ["a resolver for other names", tls({ certResolver: "le", domains: [{ main: "a.test" }] }, { pathPrefix: "/" }), []],
  ["options without a host", tls({ options: "strict" }, { pathPrefix: "/" }), ["r.tls.options"]],
  ["options for hosts of a wildcard", tls({ options: "strict" }, { host: "*.example.com" }), ["r.tls.options"]],
  ["the default options without a host", tls({ options: "default" }, { pathPrefix: "/" }), []],
  ["options by a rule's host", tls({ options: "strict" }, { rule: "Host(`a.test`) && Path(`/a`)" }), []],
  [
    "names that are none",
    tls({
      certResolver: "le",
      domains: [{ main: "*.a.test", sans: ["a.*.test", "*.*.test"] }, { main: "a b" }, { main: "x*.test" }],
    }),
    ["r.tls.domains[0]", "r.tls.domains[0]", "r.tls.domains[1]", "r.tls.domains[2]"],
  ],
])("of a route by itself, %s", (_, route, expected) => {
  expect(inputs(route)).toEqual(expected);
});

test("two routes of a host have the same options, or clients would get those that may ask less of them", () => {
  const ingress = { tlsOptions: { strict: {}, mutual: {} } };
  const [strict, mutual] = [tls({ options: "strict" }), tls({ options: "mutual" })];
  expect(told(ingress, strict, strict)).toEqual([]);
  expect(told(ingress, strict, mutual)).toEqual([
    expect.stringMatching(/^r\[1\]\.tls\.options: "mutual" for shop.example.com are not "strict", those of r\[0\];/),
  ]);
  expect(told(ingress, strict, tls({}, { host: "SHOP.example.com" }))).toEqual([
    expect.stringMatching(/^r\[1\].*"default"/),
  ]);
  expect(told(ingress, strict, tls({ options: "mutual" }, { host: "other.example.com" }))).toEqual([]);
  const before = new Map([[host, { options: "mutual", path: "cart.routes[0]" }]]);
  const routes = [{ route: strict, path: "r[0]" }];
  expect(ingressTlsProblems(routes, ingress, before)[0].reason).toContain("those of cart.routes[0]");
  const after = new Map();
  ingressTlsProblems(routes, ingress, after);
  expect(after.get(host)).toEqual({ options: "strict", path: "r[0]" });
});

test("options are those that the ingress has", () => {
  const reason = (ingress: object) => told(ingress, tls({ options: "strict" }));
  expect(reason({})).toEqual([expect.stringMatching(/^r\[0\]\.tls\.options: "strict" are not .*; known: default$/)]);
  expect(reason({ tlsOptions: { default: {}, other: {} } })).toEqual([expect.stringMatching(/known: default, other$/)]);
  expect(reason({ tlsOptions: { strict: {} } })).toEqual([]);
});

test("a resolver is one that the ingress has, and a wildcard needs its DNS challenge", () => {
  const le = { certificateResolvers: { le: { email: "a@b.c", httpChallenge: {} }, dns: { dnsChallenge: {} } } };
  const reason = (ingress: object, its: RouteTls) => told(ingress, tls(its));
  expect(reason({}, { certResolver: "le" })).toEqual([
    'r[0].tls.certResolver: "le" is not a certificate resolver of the ingress; it has none: declare it in traefikCertificateResolvers (of a TraefikConsulIngress: certificateResolvers)',
  ]);
  expect(reason({ certificateResolvers: {} }, {})).toEqual([]);
  expect(reason(le, { certResolver: "constructor" })).toEqual([expect.stringMatching(/known: le, dns$/)]);
  expect(reason(le, { certResolver: "le", domains: [{ main: "a.test", sans: ["b.test"] }] })).toEqual([]);
  for (const domains of [[{ main: "*.a.test" }], [{ main: "a.test", sans: ["*.a.test"] }]]) {
    expect(reason(le, { certResolver: "le", domains })).toEqual([
      expect.stringMatching(/^r\[0\]\.tls\.certResolver: "le" cannot get \*\.a\.test: /),
    ]);
    expect(reason(le, { certResolver: "dns", domains })).toEqual([]);
  }
});

test("where web only redirects, a route on it serves nothing", () => {
  const plain: Route = { host };
  expect(told({ redirectToHttps: true }, plain, tls({}))).toEqual([
    "r[0]: is on web, which traefikRedirectToHttps (of a TraefikConsulIngress: redirectToHttps) leaves nothing to serve; add tls: {}",
  ]);
  expect(told({}, plain)).toEqual([]);
  expect(told({ redirectToHttps: true }, { host, entryPoints: ["admin"] } as Route)).toEqual([]);
});
