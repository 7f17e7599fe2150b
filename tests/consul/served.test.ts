import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { ASK_SERVED } from "../../components/ingress/servedRoutes";
import { Published, servedPathOf, serviceTags } from "../../components/routing/serviceTags";
import { Agent } from "./agent";
import { namesIn, Traefik } from "./traefik";

let consul: Agent;
let traefik: Traefik;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "served-"));

beforeAll(async () => {
  consul = await Agent.start();
  traefik = await Traefik.start(consul, ["--ping=true", "--ping.entryPoint=admin"], scratch);
});

afterAll(async () => {
  await traefik?.stop();
  await consul?.stop();
  fs.rmSync(scratch, { recursive: true, force: true });
});

/** What is said by the script that `up` runs, of this Traefik; nothing where it is content. */
async function asked(paths: (string | undefined)[], patience = 0): Promise<string[]> {
  const env = {
    ...process.env,
    TRAEFIK: "127.0.0.1",
    PORT: String(traefik.ports.admin),
    PATHS: paths.join(" "),
    PATIENCE: String(patience),
  };
  return promisify(execFile)("sh", ["-c", ASK_SERVED], { env }).then(
    () => [],
    (error: { stdout: string }) => error.stdout.trim().split("\n").slice(1),
  );
}

/** Changes of a published service: each as it is before, and after. */
const CHANGES: [string, Published, Published][] = [
  ["a host", { routes: [{ host: "a.test" }] }, { routes: [{ host: "b.test" }] }],
  ["a rule", { routes: [{ rule: "Path(`/a`)" }] }, { routes: [{ rule: "Path(`/b`)" }] }],
  ["a middleware", { routes: [{ host: "c.test" }] }, { routes: [{ host: "c.test", middlewares: [{ compress: {} }] }] }],
  [
    "an option of a middleware",
    { routes: [{ host: "d.test", middlewares: [{ stripPrefix: { prefixes: ["/a"] } }] }] },
    { routes: [{ host: "d.test", middlewares: [{ stripPrefix: { prefixes: ["/b"] } }] }] },
  ],
  ["an entry point", { routes: [{ host: "e.test" }] }, { routes: [{ host: "e.test", tls: {} }] }],
  ["a priority", { routes: [{ host: "f.test" }] }, { routes: [{ host: "f.test", priority: 9 }] }],
  [
    "how requests are spread",
    { routes: [{ host: "g.test" }], loadBalancing: { strategy: "p2c" } },
    { routes: [{ host: "g.test" }], loadBalancing: { strategy: "hrw" } },
  ],
  ["whether Traefik calls it", { routes: [{ host: "h.test" }], internal: true }, { internal: true }],
  ["a server name", { tcpRoutes: [{ sni: "a.test", tls: {} }] }, { tcpRoutes: [{ sni: "b.test", tls: {} }] }],
  [
    "a tcp middleware",
    { tcpRoutes: [{ sni: "c.test", tls: {}, middlewares: [{ inFlightConn: { amount: 1 } }] }] },
    { tcpRoutes: [{ sni: "c.test", tls: {}, middlewares: [{ inFlightConn: { amount: 2 } }] }] },
  ],
];

test("while pods before and after a change run, Traefik serves both, and says so; then the later alone", async () => {
  const names = CHANGES.map((_, i) => `changed-${i}`);
  const before = CHANGES.map(([, old], i) => serviceTags(names[i], old, 7));
  const after = CHANGES.map(([, , now], i) => serviceTags(names[i], now, 7));
  const paths = CHANGES.map(([, , now], i) => servedPathOf(names[i], now));
  for (const [i, name] of names.entries()) {
    await consul.register(name, before[i], `${name}-before`);
  }
  // A Traefik that has the later routes of none.
  expect(
    await asked(
      names.map((name, i) => servedPathOf(name, CHANGES[i][1])),
      30,
    ),
  ).toEqual([]);
  expect(await asked(paths)).toEqual(names.map((name) => `127.0.0.1 still serves earlier routes of ${name}`));

  for (const [i, name] of names.entries()) {
    await consul.register(name, after[i], `${name}-after`);
  }
  for (const kind of ["http", "tcp"]) {
    const both = [...before, ...after].flatMap((tags) => namesIn(tags, `${kind}.routers`));
    const routers = await traefik.shown(`${kind}/routers`, both);
    expect(both.filter((router) => routers.get(router)!.status !== "enabled")).toEqual([]);
  }
  expect(await asked(paths)).toEqual(names.map((name) => `127.0.0.1 still serves earlier routes of ${name}`));

  for (const name of names) {
    await consul.deregister(`${name}-before`);
  }
  expect(await asked(paths, 30)).toEqual([]);
});

test("a service that is not there, or of which Traefik cannot make a route, is not served", async () => {
  const routes = [{ host: "z.test" }, { host: "y.test", middlewares: ["nobody@file"] }];
  const [whole, broken] = [{ routes: [routes[0]] }, { routes }];
  await consul.register("whole", serviceTags("whole", whole));
  await consul.register("broken", serviceTags("broken", broken));
  await traefik.shown("http/routers", namesIn(serviceTags("broken", broken), "http.routers"));
  expect(
    await asked(["whole", "broken", "gone"].map((name) => servedPathOf(name, name === "whole" ? whole : broken))),
  ).toEqual(["broken", "gone"].map((name) => `127.0.0.1 does not serve the routes of ${name}`));
});

test("asking runs none of the middlewares: one that refuses everybody, and one that calls a server that is not there", async () => {
  const routes = [
    {
      host: "x.test",
      middlewares: [
        { forwardAuth: { address: "http://127.0.0.1:1/" } },
        { ipAllowList: { sourceRange: ["192.0.2.1"] } },
      ],
    },
  ];
  await consul.register("guarded", serviceTags("guarded", { routes }));
  expect(await asked([servedPathOf("guarded", { routes })], 30)).toEqual([]);
});

test("an upgrade from plain names is served all the time", async () => {
  const tags = [
    "traefik.enable=true",
    "traefik.http.routers.old.rule=Host(`old.test`)",
    "traefik.http.routers.old.entrypoints=web",
  ];
  const spread = "traefik.http.services.old.loadbalancer.strategy=p2c";
  await consul.register("old", [...tags, spread], "old-before");
  const now: Published = { routes: [{ host: "old.test" }], loadBalancing: { strategy: "p2c" } };
  await traefik.shown("http/routers", ["old"]);
  await consul.register("old", serviceTags("old", now), "old-after");
  const [router] = namesIn(serviceTags("old", now), "http.routers");
  const shown = (await traefik.shown("http/routers", [router])).get(router)!;
  expect(shown.status).toBe("enabled");
  const [service] = serviceTags("old", now).flatMap(
    (tag) => /routers\.old-[0-9a-f]{8}\.service=(.*)/.exec(tag)?.[1] ?? [],
  );
  const services = await traefik.shown("http/services", [service]);
  expect(services.get(service)).toMatchObject({ status: "enabled", loadBalancer: { strategy: "p2c" } });
});

test("a sticky cookie has the name that Traefik would give it by itself", async () => {
  await consul.register("sticky", [
    "traefik.enable=true",
    "traefik.http.services.sticky.loadbalancer.sticky.cookie=true",
    "traefik.http.routers.sticky.rule=Host(`sticky.test`)",
  ]);
  await traefik.shown("http/routers", ["sticky"]);
  const own = serviceTags("sticky", { routes: [{ host: "a.test" }], loadBalancing: { sticky: { cookie: {} } } });
  const name = own.flatMap((tag) => /cookie\.name=(.*)$/.exec(tag)?.[1] ?? [])[0];
  const cookies = await new Promise<string[] | undefined>((resolve, reject) =>
    http
      .get({ port: traefik.ports.web, headers: { host: "sticky.test" }, agent: false }, (response) =>
        resolve(response.resume().headers["set-cookie"]),
      )
      .on("error", reject),
  );
  expect(cookies![0].split("=")[0]).toBe(name);
});
