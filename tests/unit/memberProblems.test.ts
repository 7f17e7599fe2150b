import type { VersionedOptions } from "../../components/services/member";
import { memberProblems } from "../../components/services/memberProblems";

const told = (more: object) =>
  memberProblems("shop", { port: 80, ...more } as VersionedOptions, "s.").map(
    ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
  );
const routes = [{ host: "a.test" }];
const loadBalancing = { strategy: "p2c" };
const tcp = { protocol: "tcp" };

/** What is refused, where and with which words, and the nearest that is taken. */
test.each<[wrong: object, problem: string, right: object]>([
  [{ port: 0 }, "s.port: ", { port: 65535 }],
  [{ port: 15001 }, "s.port: ", { port: 15002 }],
  [{ listenerDrainSeconds: 0 }, "s.listenerDrainSeconds: ", { listenerDrainSeconds: 1 }],
  [{ listenerDrainSeconds: 604801 }, "s.listenerDrainSeconds: ", { listenerDrainSeconds: 604800 }],
  [{ requestTimeoutSeconds: -1 }, "s.requestTimeoutSeconds: ", { requestTimeoutSeconds: 0 }],
  [{ requestTimeoutSeconds: 604801 }, "s.requestTimeoutSeconds: ", { requestTimeoutSeconds: 604800 }],
  [{ idleTimeoutSeconds: -1 }, "s.idleTimeoutSeconds: ", { idleTimeoutSeconds: 0 }],
  [{ idleTimeoutSeconds: 604801 }, "s.idleTimeoutSeconds: ", { idleTimeoutSeconds: 604800 }],
  [{ ...tcp, idleTimeoutSeconds: 5 }, "s.idleTimeoutSeconds: a tcp service has", { idleTimeoutSeconds: 5 }],
  [{ ...tcp, requestTimeoutSeconds: 5 }, "s.requestTimeoutSeconds: a tcp service has", tcp],
  [
    { routes: [...routes, { host: "b.test", pathprefix: "/b" }] },
    "s.routes[1].pathprefix: is not a known key",
    { routes },
  ],
  [
    { canary: { routes: [{ host: "a.test", rul: "" }] } },
    's.canary.routes[0].rul: is not a known key; did you mean "rule"?',
    { canary: { routes } },
  ],
  [
    { ...tcp, tcpRoutes: [{ sni: "a.test", tls: { passtrough: true } }] },
    's.tcpRoutes[0].tls.passtrough: is not a known key; did you mean "passthrough"?',
    { ...tcp, tcpRoutes: [{ sni: "a.test", tls: { passthrough: true } }] },
  ],
  [{ routes: [{ host: "a b" }] }, "s.routes[0].host: ", { routes }],
  [{ canary: { routes: [{ host: "a b" }] } }, "s.canary.routes[0].host: ", { canary: { routes } }],
  // Names of its router, with what the canary's has behind it: 63 characters.
  [
    { canary: { routes: [{ name: "x".repeat(64), host: "a.test" }] } },
    "s.canary.routes[0].name: ",
    { canary: { routes: [{ name: "x".repeat(30), host: "a.test" }] } },
  ],
  [
    { ...tcp, tcpRoutes: [{ sni: "a b", tls: {} }] },
    "s.tcpRoutes[0].sni: ",
    { ...tcp, tcpRoutes: [{ sni: "a.test", tls: {} }] },
  ],
  [
    { tcpRoutes: [{ entryPoints: ["line"] }] },
    "s.tcpRoutes[0].entryPoints: ",
    { ...tcp, tcpRoutes: [{ entryPoints: ["line"] }] },
  ],
  [{ routes, loadBalancing: { strategy: "all" } }, "s.loadBalancing.strategy: ", { routes, loadBalancing }],
  [{ loadBalancing }, "s.loadBalancing: has no effect without a route", { internal: true, loadBalancing }],
  [{ internal: false, loadBalancing }, "s.loadBalancing: ", { canary: { routes }, loadBalancing }],
  [{ routes: [], canary: {}, loadBalancing }, "s.loadBalancing: ", { routes, canary: {}, loadBalancing }],
  [
    { protocol: "grpc", routes, loadBalancing: { healthCheck: { path: "/" } } },
    "s.loadBalancing.healthCheck: ",
    { routes, loadBalancing: { healthCheck: { path: "/" } } },
  ],
  [
    { traffic: { failover: ["shop"] } },
    "s.traffic.failover[0]: is the service itself",
    { traffic: { failover: ["a"] } },
  ],
  [
    { calls: [{ destination: "a" }, { destination: "*" }] },
    "s.calls[1].destination: means every service",
    { calls: [{ destination: "a" }] },
  ],
  [
    { protocol: "https" },
    's.protocol: "https" is not a protocol that Consul knows; use one of http, http2, grpc, tcp',
    { protocol: "http2" },
  ],
])("%j is refused: %s", (wrong, problem, right) => {
  expect(told(wrong)).toEqual([expect.stringContaining(problem)]);
  expect(told(right)).toEqual([]);
});
