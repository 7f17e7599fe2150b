import * as http from "node:http";
import { AddressInfo } from "node:net";
import { canaryWeight, STABLE_WEIGHT } from "../../components/routing/canary";
import {
  canaryServedPath,
  canaryTags,
  Published,
  servedPathOf,
  serviceTags,
} from "../../components/routing/serviceTags";
import { Agent } from "./agent";
import { namesIn, Traefik } from "./traefik";

let consul: Agent;
let traefik: Traefik;
const servers: http.Server[] = [];
/** Ports of what answers as each of the two versions. */
let ports: { stable: number; canary: number };

beforeAll(async () => {
  const answering = async (version: string) => {
    const server = http.createServer((_, response) => response.end(version));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  ports = { stable: await answering("stable"), canary: await answering("canary") };
  consul = await Agent.start();
  traefik = await Traefik.start(consul, ["--ping=true", "--ping.entryPoint=admin"]);
});

afterAll(async () => {
  await traefik?.stop();
  await consul?.stop();
  servers.forEach((server) => server.close());
});

/** Who answers a request, or its status where nobody does. */
function answer(port: number, host: string, headers: Record<string, string> = {}, path = "/"): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: "127.0.0.1", path, headers: { Host: host, ...headers } }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve(response.statusCode === 200 ? text : String(response.statusCode)));
    });
    request.on("error", reject);
  });
}

/** Who answers that many requests of the service's own host. */
async function answers(host: string, count = 40): Promise<string[]> {
  const all: string[] = [];
  for (let i = 0; i < count; i++) {
    all.push(await answer(traefik.ports.web, host));
  }
  return all;
}

/** Both versions in the catalog, and their routes in Traefik. */
async function run(name: string, published: Published, weight: number): Promise<void> {
  const its = { stable: serviceTags(name, published, STABLE_WEIGHT), canary: canaryTags(name, published, weight) };
  await consul.register(name, its.stable, `${name}-stable`, ports.stable);
  await consul.register(name, its.canary, `${name}-canary`, ports.canary);
  await traefik.shown("http/routers", namesIn([...its.stable, ...its.canary], "http.routers"));
}

/** A route by a host of its own, and one by a header for the host of all. */
const routed = (name: string, more: Published = {}): Published => ({
  ...more,
  routes: [{ host: `${name}.test` }],
  canary: {
    routes: [{ host: `next.${name}.test` }, { rule: `Host(\`${name}.test\`) && Header(\`X-Version\`, \`next\`)` }],
  },
});

test.each<[string, Published, number, string[]]>([
  ["shop", {}, 0, ["stable"]],
  ["cart", {}, canaryWeight({ weight: 50 }, 1), ["canary", "stable"]],
  ["mail", { loadBalancing: { strategy: "p2c", sticky: { cookie: { name: "c" } } } }, 0, ["stable"]],
])(
  "routes of a canary lead to it alone, and those of %s to who shares them: %j, weight %i",
  async (name, more, weight, sharing) => {
    const its = routed(name, more);
    await run(name, its, weight);
    const own = async (...ask: [string, Record<string, string>?]) => answer(traefik.ports.web, ...ask);
    expect(new Set(await answers(`next.${name}.test`))).toEqual(new Set(["canary"]));
    expect(await own(`${name}.test`, { "X-Version": "next" })).toBe("canary");
    expect([...new Set(await answers(`${name}.test`))].sort()).toEqual(sharing);
    for (const page of [servedPathOf(name, its), canaryServedPath(name, its)!]) {
      expect(await answer(traefik.ports.admin, "admin", {}, page)).toBe("302");
    }
  },
);

test("with no pod of the canary its routes lead nowhere, and the service's go on", async () => {
  await run("gone", routed("gone"), canaryWeight({ weight: 50 }, 1));
  await consul.deregister("gone-canary");
  const deadline = Date.now() + 30_000;
  while ((await answer(traefik.ports.web, "next.gone.test")) !== "404" && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await answer(traefik.ports.web, "next.gone.test")).toBe("404");
  expect(new Set(await answers("gone.test"))).toEqual(new Set(["stable"]));
  expect(await answer(traefik.ports.web, "gone.test", { "X-Version": "next" })).toBe("stable");
});
