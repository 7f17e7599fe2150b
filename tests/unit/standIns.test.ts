import * as pulumi from "@pulumi/pulumi";
import type { CanaryRoutesArgs } from "../../components/routing/laterRoutes";
import { laterRoutes, routesIn, withRoutes, withStandIns } from "../../components/routing/laterRoutes";

const later = (value: string) => pulumi.output(Promise.resolve(value));
const range = later("10.0.0.0/8");
const ARGS = {
  image: "shop:1",
  routes: [
    { host: later("a.test"), pathPrefix: "/a" },
    {
      rule: later("Host(`b.test`)"),
      tls: { certResolver: "le", domains: [{ main: later("b.test"), sans: ["c.test", later("d.test")] }] },
    },
    { host: "c.test", middlewares: [{ ipAllowList: { sourceRange: ["192.0.2.9", range] } }] },
  ],
  tcpRoutes: [{ sni: later("e.test"), tls: {} }, { rule: later("HostSNI(`f.test`)") }],
  canary: { weight: 10, routes: [{ host: later("next.test") }] },
};
const host = expect.stringMatching(/^not-known-yet-[0-9a-f]{8}\.invalid$/) as string;

test("what stands for a value that is not known yet is right wherever it is asked for", () => {
  expect(withStandIns("shop", ARGS)).toEqual({
    image: "shop:1",
    routes: [
      { host, pathPrefix: "/a" },
      {
        rule: expect.stringMatching(/^Host\(`not-known-yet-[0-9a-f]{8}\.invalid`\)$/) as string,
        tls: { certResolver: "le", domains: [{ main: host, sans: ["c.test", host] }] },
      },
      { host: "c.test", middlewares: [{ ipAllowList: { sourceRange: ["192.0.2.9", "192.0.2.0"] } }] },
    ],
    tcpRoutes: [
      { sni: host, tls: {} },
      { rule: expect.stringMatching(/^HostSNI\(`not-known-yet-[0-9a-f]{8}\.invalid`\)$/) as string },
    ],
    canary: { weight: 10, routes: [{ host }] },
  });
});

test("it is no other route's, and none of another service's", () => {
  const hosts = (service: string) => JSON.stringify(withStandIns(service, ARGS)).match(/not-known-yet-\w+/g)!;
  const all = [...hosts("shop"), ...hosts("cart")];
  expect(new Set(all).size).toBe(all.length);
  expect(all).toHaveLength(14);
});

test("what is not known yet of another kind stays, to be refused", () => {
  const name = later("x");
  const { routes } = withStandIns("shop", { routes: [{ host: "a.test", name }] } as unknown as CanaryRoutesArgs);
  expect(routes![0].name).toBe(name);
});

test("values of routes that other resources make are named by their inputs", () => {
  expect(Object.keys(laterRoutes(ARGS)).sort()).toEqual([
    "canary.routes[0].host",
    "routes[0].host",
    "routes[1].rule",
    "routes[1].tls.domains[0].main",
    "routes[1].tls.domains[0].sans[1]",
    "routes[2].middlewares[0].ipAllowList.sourceRange[1]",
    "tcpRoutes[0].sni",
    "tcpRoutes[1].rule",
  ]);
  expect(laterRoutes({ ...ARGS, routes: [], tcpRoutes: undefined, canary: { weight: 10 } as never })).toEqual({});
});

test("of a service's inputs the routes are taken, and given back", () => {
  const routes = [{ host: "a.test" }];
  expect(routesIn({ routes, ...{ image: "a:1" } })).toEqual({ routes });
  expect(routesIn({ canary: {} })).not.toHaveProperty("canary");
  expect(routesIn({ canary: { routes, ...{ weight: 10 } } })).toEqual({ canary: { routes } });
  const args = { image: "a:1", canary: { weight: 10, routes: [] } };
  expect(withRoutes(args as CanaryRoutesArgs, { routes })).toEqual({ ...args, routes });
  expect(withRoutes(args as CanaryRoutesArgs, { canary: { routes } })).toEqual({
    ...args,
    canary: { weight: 10, routes },
  });
});
