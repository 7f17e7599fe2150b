import { ConsulMesh, MeshService, Traffic } from "../../components";
import { resolverSpec, routerSpec, splitterSpec, trafficTargets } from "../../components/services/traffic";
import { trafficProblems } from "../../components/services/trafficProblems";
import { parseSettings } from "../../settings";
import { find, record } from "../recorder";
import { raw } from "../settings";

const image = "a/b:1.0.0";

function made(traffic: Traffic, more: object = {}) {
  return record(() => {
    const mesh = new ConsulMesh("consul");
    new MeshService("shop", { mesh, namespace: "apps", image, port: 80, traffic, ...more });
    new MeshService("next", { mesh, namespace: "apps", image, port: 80 });
  });
}

test("all requests keep the service's own time, which a router takes from nowhere else", async () => {
  const recorded = await made(
    { retries: { attempts: 2 }, routes: [{ match: { pathPrefix: "/a" }, requestTimeoutSeconds: 5 }] },
    { requestTimeoutSeconds: 120 },
  );
  const retried = { numRetries: 2, retryOn: ["connect-failure", "refused-stream"] };
  expect(find(recorded, "shop-router").props.spec.routes).toEqual([
    { match: { http: { pathPrefix: "/a" } }, destination: { ...retried, requestTimeout: "5s" } },
    { destination: { ...retried, requestTimeout: "120s" } },
  ]);
  expect(find(recorded, "shop-resolver").props.spec).toEqual({ requestTimeout: "120s" });
});

test.each<[string, object, string]>([
  ["http", {}, "60s"],
  ["grpc", { protocol: "grpc" }, "-1s"],
  ["no end", { requestTimeoutSeconds: 0 }, "-1s"],
])("shares keep the time of %s", async (_, more, requestTimeout) => {
  const recorded = await made({ split: [{ weight: 100 }] }, more);
  expect(find(recorded, "shop-splitter").props.spec).toEqual({ splits: [{ weight: 100 }] });
  expect(find(recorded, "shop-router").props.spec.routes).toEqual([{ destination: { requestTimeout } }]);
});

test("a route's own word goes before that of all requests", () => {
  const traffic: Traffic = {
    retries: { attempts: 3, on: ["5xx"], statusCodes: [503] },
    routes: [
      { match: { pathExact: "/a" }, service: "next", prefixRewrite: "/", retries: { attempts: 1, statusCodes: [429] } },
      { match: { pathPrefix: "/b" }, requestTimeoutSeconds: 0 },
    ],
  };
  const ofAll = { numRetries: 3, retryOn: ["5xx"], retryOnStatusCodes: [503] };
  expect(routerSpec({ port: 80, traffic })?.routes).toEqual([
    {
      match: { http: { pathExact: "/a" } },
      destination: {
        service: "next",
        prefixRewrite: "/",
        requestTimeout: "60s",
        numRetries: 1,
        retryOn: ["connect-failure", "refused-stream"],
        retryOnStatusCodes: [429],
      },
    },
    { match: { http: { pathPrefix: "/b" } }, destination: { requestTimeout: "-1s", ...ofAll } },
    { destination: { requestTimeout: "60s", ...ofAll } },
  ]);
});

test.each<[Traffic | undefined, string[]]>([
  [undefined, []],
  [{}, []],
  [{ routes: [], failover: [] }, []],
  [{ routes: [{ match: { pathPrefix: "/a" } }] }, ["router"]],
  [{ retries: { attempts: 1 } }, ["router"]],
  [{ split: [{ weight: 100 }] }, ["router", "splitter"]],
  [{ failover: ["next"] }, ["resolver"]],
])("of %j, Consul is told no more than it needs: %j", (traffic, entries) => {
  const of = { router: routerSpec, splitter: splitterSpec, resolver: resolverSpec };
  const made = Object.entries(of).filter(([, spec]) => spec({ port: 80, traffic }) !== undefined);
  expect(made.map(([kind]) => kind)).toEqual(entries);
});

test("requests are sent on to whatever a route, a share or a failover names", () => {
  const routes = [{ match: { pathPrefix: "/a" }, service: "a" }, { match: { pathPrefix: "/b" } }];
  const split = [{ weight: 50 }, { weight: 50, service: "b" }];
  expect(trafficTargets({ routes, split, failover: ["c"] })).toEqual(["a", "b", "c"]);
  expect(trafficTargets({})).toEqual([]);
});

test("who gets requests of another has its protocol known before, and whoever stands in is in the resolver", async () => {
  const recorded = await made({ split: [{ weight: 50 }, { service: "next", weight: 50 }], failover: ["next"] });
  for (const part of ["splitter", "router", "resolver"]) {
    expect(find(recorded, `shop-${part}`).dependsOn).toEqual(
      expect.arrayContaining(["shop-defaults", "next-defaults"]),
    );
  }
  expect(find(recorded, "shop-resolver").props.spec).toEqual({ failover: { "*": { targets: [{ service: "next" }] } } });
});

test("connections have an end where that is said, and nothing is made of what is not", async () => {
  const recorded = await made({ maxInboundConnections: 10 });
  expect(find(recorded, "shop-defaults").props.spec.maxInboundConnections).toBe(10);
  expect(recorded.filter(({ name }) => /^shop-(router|splitter|resolver)$/.test(name))).toEqual([]);
});

test.each<[Traffic, string]>([
  [{ maxInboundConnections: 0 }, "traffic.maxInboundConnections"],
  [{ retries: { attempts: 0 } }, "traffic.retries.attempts"],
  [{ retries: { attempts: 1, statusCodes: [99] } }, "traffic.retries.statusCodes[0]"],
  [{ split: [{ weight: 110 }, { service: "next", weight: -10 }] }, "traffic.split[0].weight"],
  [{ split: [{ weight: 99.999 }, { service: "next", weight: 0.001 }] }, "traffic.split[0].weight"],
  [{ routes: [{ match: { pathPrefix: "/a?b=c" } }] }, "traffic.routes[0].match.pathPrefix"],
  [{ routes: [{ match: { pathPrefix: "/a/*" } }] }, "traffic.routes[0].match.pathPrefix"],
  [{ routes: [{ match: { pathExact: "/a/%2E./b" } }] }, "traffic.routes[0].match.pathExact"],
  [{ routes: [{ match: { header: [{ name: "a b", present: true }] } }] }, "traffic.routes[0].match.header[0].name"],
  [{ routes: [{ match: { header: [{ name: "a", regex: "(" }] } }] }, "traffic.routes[0].match.header[0].regex"],
  [
    { routes: [{ match: { queryParam: [{ name: "a=b", present: true }] } }] },
    "traffic.routes[0].match.queryParam[0].name",
  ],
  [{ routes: [{ match: { pathExact: "/a/{id}" } }] }, "traffic.routes[0].match.pathExact"],
  [{ routes: [{ match: { pathExact: "/a b" } }] }, "traffic.routes[0].match.pathExact"],
  [{ routes: [{ match: { pathRegex: "api/.*" } }] }, "traffic.routes[0].match.pathRegex"],
  [{ routes: [{ match: { pathPrefix: "/a" }, prefixRewrite: "b" }] }, "traffic.routes[0].prefixRewrite"],
  [{ routes: [{ match: { pathPrefix: "/a" }, requestTimeoutSeconds: -1 }] }, "traffic.routes[0].requestTimeoutSeconds"],
  [{ failover: ["next", "next"] }, "traffic.failover[1]"],
])("%j is refused", (traffic, path) => {
  expect(trafficProblems("shop", { port: 80, traffic }, "traffic")[0]?.propertyPath).toBe(path);
});

describe("in the stack's configuration", () => {
  const problems = (traffic: object) => {
    const services = [
      { name: "shop", image, port: 80, traffic },
      { name: "db", image, port: 80, protocol: "tcp" },
    ];
    const result = parseSettings(raw({ services }));
    return "problems" in result ? result.problems.map((each) => `${each.propertyPath}: ${each.reason}`) : [];
  };

  test.each<[object, string]>([
    [
      { failover: ["nobody"] },
      'services[0].traffic: sends requests on to "nobody", which is not a service declared here',
    ],
    [{ failover: ["db"] }, 'services[0].traffic: sends requests on to "db", which speaks tcp and not http'],
    [{ split: [{ weight: 90 }] }, "services[0].traffic.split: adds up to 90 percent"],
    [{ retry: {} }, "services[0].traffic.retry: is not a known key"],
  ])("%j is refused", (traffic, says) => {
    expect(problems(traffic)).toEqual([expect.stringContaining(says)]);
  });
});
