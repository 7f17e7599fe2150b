import { HostOwners, mayMatch, rankedRoutes } from "../../components/routing/hostOwners";
import type { Published } from "../../components/routing/serviceTags";

/** What is said of the last one's routes, beside those before; each is of the stack that its name begins with, if any. */
function told(services: Record<string, Published>, shared: string[] = []): string[] {
  const owners = new HostOwners();
  return Object.entries(services)
    .map(([name, its]) =>
      rankedRoutes(its).flatMap((route) => {
        const [stack] = /^.*(?=:)/.exec(name) ?? [];
        return owners.take({ ...route, stack, named: `${name}.${route.input}` }, shared);
      }),
    )
    .pop()!;
}
const http = (...routes: object[]): Published => ({ routes });
const tcp = (...tcpRoutes: object[]): Published => ({ tcpRoutes });
const rule = (text: string, more: object = {}) => http({ rule: text, ...more });

describe("a host is that of the stack whose routes name it", () => {
  const orders = http({ host: "Orders.test" });
  const reason =
    'the host "orders.test" is that of a:orders.routes[0] too, of another stack; use another, or have the stack of the mesh name it in traefikSharedHosts (of a TraefikConsulIngress: sharedHosts)';

  test.each<[what: string, other: Published]>([
    ["with every path", http({ host: "orders.test", pathPrefix: "/" })],
    ["with a path", http({ host: "b.test" }, { host: "orders.test", pathPrefix: "/api" })],
    ["in other letters", http({ host: "ORDERS.test", pathPrefix: "/api" })],
    ["with a dot at its end", rule("Host(`orders.test.`) && Path(`/a`)")],
    ["as one of two", rule("Host(`orders.test`) || Host(`x.test`)")],
    ["but for a path", rule("Host(`orders.test`) && !Path(`/zz`)")],
    ["on another entry point", http({ host: "orders.test", tls: {} })],
    ["of connections", tcp({ sni: "orders.test", tls: {} })],
    ["of connections, by a rule", tcp({ rule: "HostSNI(`Orders.test`)", tls: {} })],
    ["below all others", http({ host: "orders.test", pathPrefix: "/api", priority: 1 })],
  ])("%s", (_, other) => {
    expect(told({ "a:orders": orders, shop: other })).toEqual([reason]);
    expect(told({ "a:orders": orders, "b:shop": other })).toEqual([reason]);
    expect(told({ "a:orders": orders, "a:shop": other })).toEqual([]);
    expect(told({ orders, shop: other })).toEqual([]);
    expect(told({ "a:orders": orders, shop: other }, ["Orders.test"])).toEqual([]);
    expect(told({ "a:orders": orders, shop: other }, ["b.test"])).toEqual([reason]);
  });

  test("also any name below another, and connections' names", () => {
    const any = http({ host: "*.Shop.test" });
    expect(told({ "a:any": any, own: http({ host: "*.shop.test", pathPrefix: "/a" }) })).toEqual([
      expect.stringMatching(/^the host "\*\.shop\.test" is that of a:any\.routes\[0\] too, of another stack;/),
    ]);
    expect(told({ "a:any": any, own: http({ host: "one.shop.test" }) })).toEqual([]);
    expect(told({ own: http({ host: "one.shop.test" }), "a:any": any })).toEqual([]);
    const db = tcp({ sni: "db.test", tls: {} });
    expect(told({ "a:db": db, own: tcp({ sni: "db.test", tls: {}, entryPoints: ["pg"] }) })).toEqual([
      expect.stringMatching(/^the host "db\.test" is that of a:db\.tcpRoutes\[0\] too/),
    ]);
  });

  test("what names no host has none", () => {
    expect(told({ "a:all": tcp({ entryPoints: ["pg"] }), own: tcp({ entryPoints: ["my"] }) })).toEqual([]);
    expect(told({ "a:all": tcp({ rule: "no rule", entryPoints: ["pg"] }), own: rule("no rule") })).toEqual([]);
  });
});

describe("a route for any host does not take requests from another stack's", () => {
  const orders = http({ host: "b.test", priority: 2000 }, { host: "orders.test" }); // the latter ranks 19
  const reason = (rank: number) =>
    `takes requests for "orders.test" from a:orders.routes[1], of another stack: it ranks ${rank}, and that 19; name hosts, or set a priority below 19`;
  const second = (rank: number) =>
    `requests for "orders.test" go to shop.routes[0], of another stack: that ranks ${rank}, and this 19; have that stack name hosts, or set a priority above ${rank}`;

  test.each<[what: string, rule: string, rank: number]>([
    ["none", "Method(`GET`)", 19],
    ["a pattern", "HostRegexp(`^o.*$`)", 19],
    ["any other", "!Host(`zz`)", 100],
    ["one of its own too", "HostRegexp(`^o.*$`) || Host(`b`)", 19],
    ["a wildcard", "Host(`*.test`) && !Host(`b.test`)", 19],
  ])("it names %s", (_, text, rank) => {
    expect(told({ "a:orders": orders, shop: rule(text, { priority: rank }) })).toEqual([reason(rank)]);
    expect(told({ "a:orders": orders, shop: rule(text, { priority: 18 }) }).join()).not.toContain("orders.test");
    expect(told({ "a:orders": orders, "a:shop": rule(text, { priority: rank }) })).toEqual([]);
    expect(told({ "a:orders": orders, shop: rule(text, { priority: rank, tls: {} }) })).toEqual([]);
    expect(told({ shop: rule(text, { priority: rank }), "a:orders": orders })).toEqual([second(rank)]);
    expect(told({ shop: rule(text, { priority: 18 }), "a:orders": orders }).join()).not.toContain("orders.test");
    expect(told({ shop: rule(text, { priority: rank }), orders })).toEqual([]);
    expect(told({ shop: rule(text, { priority: rank, tls: {} }), "a:orders": orders })).toEqual([]);
  });

  test("by the length of its rule, or of a wildcard's shortest name", () => {
    const long = (path: string) => http({ pathPrefix: path });
    expect(told({ "a:orders": http({ host: "orders.test" }), shop: long("/1234") })).toEqual([
      'takes requests for "orders.test" from a:orders.routes[0], of another stack: it ranks 19, and that 19; name hosts, or set a priority below 19',
    ]);
    expect(told({ "a:orders": http({ host: "orders.test" }), shop: long("/123") })).toEqual([]);
    expect(told({ "a:orders": http({ host: "orders.test" }), shop: http({ host: "*.test" }) })).toEqual([]);
    expect(
      told({ "a:orders": http({ host: "orders.test" }), shop: http({ host: "*.test", pathPrefix: "/1" }) }),
    ).toEqual([expect.stringContaining('for "orders.test"')]);
  });

  test("nor from those of a wildcard", () => {
    expect(told({ "a:any": http({ host: "*.a.test" }), shop: rule("HostRegexp(`.`)", { priority: 99 }) })).toEqual([
      expect.stringMatching(/^takes requests for "\*\.a\.test" from a:any\.routes\[0\]/),
    ]);
  });

  test("nor connections, where it is not the one that takes what is left", () => {
    const db = tcp({ sni: "db.test", tls: {} }); // ranks 18
    const at = (text: string) => ({ "a:db": db, shop: tcp({ rule: text, tls: {} }) });
    expect(told(at("HostSNIRegexp(`..test`)"))).toEqual([
      'takes requests for "db.test" from a:db.tcpRoutes[0], of another stack: it ranks 23, and that 18; name hosts',
    ]);
    expect(told({ shop: at("HostSNIRegexp(`..test`)").shop, "a:db": db })).toEqual([
      'requests for "db.test" go to shop.tcpRoutes[0], of another stack: that ranks 23, and this 18; have that stack name hosts',
    ]);
    expect(told(at("ALPN(`h2`)"))).toEqual([]);
    expect(told(at("ALPN(`h2-of-mine`)"))).toEqual([expect.stringContaining("it ranks 18, and that 18;")]);
    const short = { ...at("HostSNI(`*`)"), "a:db": tcp({ sni: "d", tls: {} }) };
    expect(told(short)).toEqual([]);
    expect(told({ "a:db": db, shop: rule("HostRegexp(`.`)", { priority: 99, tls: {} }) })).toEqual([]);
  });

  test("nor does one without TLS, which gets none with it", () => {
    const db = tcp({ sni: "d.test", tls: {}, entryPoints: ["pg"] }); // ranks 17
    const wide = (more: object) =>
      tcp({ rule: "HostSNI(`*`) && ClientIP(`10.0.0.0/8`)", entryPoints: ["pg"], ...more });
    expect(told({ "a:db": db, shop: wide({}) })).toEqual([]);
    expect(told({ shop: wide({}), "a:db": db })).toEqual([]);
    expect(told({ "a:db": db, shop: wide({ tls: {} }) })).toEqual([
      'takes requests for "d.test" from a:db.tcpRoutes[0], of another stack: it ranks 38, and that 17; name hosts',
    ]);
    expect(told({ shop: wide({ tls: {} }), "a:db": db })).toEqual([
      'requests for "d.test" go to shop.tcpRoutes[0], of another stack: that ranks 38, and this 17; have that stack name hosts',
    ]);
  });

  test("a host that both have is the other's by its name", () => {
    const both = rule("Host(`orders.test`) || HostRegexp(`.`)", { priority: 99 });
    expect(told({ "a:orders": http({ host: "orders.test" }), shop: both })).toHaveLength(1);
    expect(told({ "a:orders": http({ host: "orders.test" }), shop: both }, ["orders.test"])).toEqual([]);
    expect(told({ shop: both, "a:orders": http({ host: "orders.test" }) }, ["orders.test"])).toEqual([]);
  });

  test("of several, the first that takes them is told, and one that names all that it matches takes none", () => {
    const named = rule("Host(`zz.test`) || Host(`orders.test.zz`)", { priority: 99 });
    const wide = (priority: number) => rule("HostRegexp(`^o`)", { priority });
    const its = { "b:named": named, "b:low": wide(18), "b:one": wide(50), "b:two": wide(60) };
    expect(told({ ...its, "a:orders": http({ host: "x.test" }, { host: "orders.test" }) })).toEqual([
      'requests for "orders.test" go to b:one.routes[0], of another stack: that ranks 50, and this 19; have that stack name hosts, or set a priority above 50',
    ]);
    expect(told({ ...its, "a:orders": http({ host: "orders.test", priority: 61 }) })).toEqual([]);
  });
});

describe("a server name has requests or connections", () => {
  const web = http({ host: "shop.test", tls: {} });
  const reason = (named: string) =>
    `the server name "shop.test" is that of ${named} too, and Traefik has either requests or connections of a name; give each its own`;

  test("on one entry point, whichever comes first", () => {
    const db = tcp({ sni: "b.test", tls: {} }, { sni: "Shop.test", tls: { passthrough: true } });
    expect(told({ web, db })).toEqual([reason("web.routes[0]")]);
    expect(told({ db, web })).toEqual([reason("db.tcpRoutes[1]")]);
    expect(told({ web, db: { ...db, ...web } })).toEqual([reason("web.routes[0]")]);
    expect(told({ db: { ...db, ...web } })).toEqual([reason("db.routes[0]")]);
  });

  test("and on two of them both, and other names beside", () => {
    expect(told({ web, db: tcp({ sni: "db.test", tls: {} }) })).toEqual([]);
    expect(told({ web, db: tcp({ sni: "shop.test", tls: {}, entryPoints: ["pg"] }) })).toEqual([]);
    expect(told({ web: http({ host: "shop.test" }), db: tcp({ sni: "shop.test", tls: {} }) })).toEqual([]);
  });
});

test.each<[rule: string, host: string, path: string | undefined, may: boolean]>([
  ["Host(`A.test`)", "a.test", undefined, true],
  ["Host(`b.test`)", "a.test", undefined, false],
  ["Host(`*.test`)", "a.test", undefined, true],
  ["Host(`*.test`)", "a.b.test", undefined, false],
  ["Host(`*`)", "a.test", undefined, true],
  ["Host(`*.a.test`)", "*.a.test", undefined, true],
  ["HostSNI(`a.test`)", "a.test", undefined, true],
  ["HostSNI(`b.test`)", "a.test", undefined, false],
  ["HostRegexp(`^a`)", "a.test", undefined, true],
  ["HostRegexp(`^b`)", "a.test", undefined, false],
  ["HostRegexp(`^any-name.a`)", "*.a.test", undefined, true],
  ["HostSNIRegexp(`^a`)", "a.test", undefined, true],
  ["HostSNIRegexp(`^b`)", "a.test", undefined, false],
  ["HostRegexp(`(`)", "a.test", undefined, false],
  ["Path(`/a`)", "a.test", undefined, true],
  ["Path(`/a`)", "a.test", "/a", true],
  ["Path(`/a`)", "a.test", "/ab", false],
  ["PathPrefix(`/a`)", "a.test", undefined, true],
  ["PathPrefix(`/a`)", "a.test", "/ab", true],
  ["PathPrefix(`/a`)", "a.test", "/b/a", false],
  ["PathRegexp(`^/a$`)", "a.test", undefined, true],
  ["PathRegexp(`^/a$`)", "a.test", "/a", true],
  ["PathRegexp(`^/a$`)", "a.test", "/ab", false],
  ["Method(`GET`)", "a.test", "/a", true],
  ["no rule", "a.test", undefined, false],
])("%s and what is asked of %s at %s: %s", (text, host, path, may) => {
  expect(mayMatch(text, host, path)).toBe(may);
});
