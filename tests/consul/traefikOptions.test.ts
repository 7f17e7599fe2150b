import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as fc from "../generated";
import { TraefikOptions } from "../../components";
import { LoadBalancing, loadBalancingProblems } from "../../components/routing/loadBalancing";
import { MeshServiceOptions, meshServiceProblems } from "../../components/services/meshService";
import { middlewareProblems } from "../../components/routing/middlewareProblems";
import { Middleware } from "../../components/routing/middlewares";
import { MeshModel } from "../../components/shared/meshModel";
import { Problem } from "../../components/shared/problems";
import { routingProblems } from "../../components/routing/routingProblems";
import { serviceTags } from "../../components/routing/serviceTags";
import { Agent } from "./agent";
import { namesIn, Traefik } from "./traefik";
import { loadBalancings, middlewares, stacks } from "./traefikSamples";

let consul: Agent;
/** Routers of a service that is always there: when Traefik shows them, it has read the catalog. */
let other: string[];
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "traefik-options-"));

/** Another run of the same cases: SEED=… npx jest --selectProjects consul -- tests/consul/traefikOptions.test.ts */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

beforeAll(async () => {
  process.stdout.write(`tests/consul/traefikOptions.test.ts: SEED=${seed}\n`);
  consul = await Agent.start();
  const tags = serviceTags("other", { routes: [{ host: "other.test" }] });
  other = namesIn(tags, "http.routers");
  await register("other", tags, ["traefik.http.middlewares.other.addprefix.prefix=/x"]);
});

afterAll(async () => {
  await consul?.stop();
  fs.rmSync(scratch, { recursive: true, force: true });
});

/** Into the catalog, as an instance of one service: Traefik asks for that once, and reads the tags of each by themselves. */
async function register(name: string, ...tags: string[][]): Promise<void> {
  const http = tags.flat().some((tag) => tag.startsWith("traefik.http."));
  const named = http ? [`traefik.http.services.${name}.loadbalancer.passhostheader=true`] : [];
  const all = [...new Set([...named, ...tags.flat()])];
  const service = { ID: name, Service: "samples", Address: "127.0.0.1", Port: 9, Tags: all };
  const body = JSON.stringify({ Node: "samples", Address: "127.0.0.1", Service: service });
  const response = await fetch(`${consul.url}/catalog/register`, { method: "PUT", body });
  if (!response.ok) {
    throw new Error(`${name}: ${await response.text()}`);
  }
}

/** What a Traefik that starts then makes of services with these tags: the routers that it has enabled, as `http name`. */
async function enabled(services: { name: string; tags: string[] }[]): Promise<Set<string>> {
  for (let i = 0; i < services.length; i += 50) {
    await Promise.all(services.slice(i, i + 50).map(({ name, tags }) => register(name, tags)));
  }
  const traefik = await Traefik.start(consul, ["--ping=true", "--ping.entryPoint=admin"], scratch);
  try {
    const all = new Set<string>();
    for (const [kind, names] of [["http", other] as const, ["tcp", []] as const]) {
      for (const [name, { status }] of await traefik.shown(`${kind}/routers`, [...names])) {
        if (status === "enabled") {
          all.add(`${kind} ${name}`);
        }
      }
    }
    return all;
  } finally {
    await traefik.stop();
  }
}

/**
 * Reasons of ours alone: what Traefik takes and makes something else or nothing of, and values of another type, which a tag
 * does not tell from the right one.
 */
const OURS = new RegExp(
  [
    "literal|never matches|is not a method|is not a group|is empty, which a tag|uses its default|comma|has a blank|same name|are ignored where|for all to read|no effect",
    "is out of range|is more than Traefik can count|is not a name|not a status or a range|has nothing in it|to 599|not an HTTP status|not a media type",
    "is not a path|beginning of a path|not a URL|is not a scheme|is not a port|host:port|is not a domain|not a host name",
    "is not true or false|is not a whole number|is not a string|is not a list of strings|is not an object",
    "cannot be a name|no client stays|does nothing without it|has no provider|needs either|not known to browsers|browsers refuse",
  ].join("|"),
);

const SAME = { taken: [], refused: [] };

function said(problems: Problem[]): string {
  return problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`).join("; ");
}

/** The verdicts that differ: samples that we take and Traefik does not serve, and the other way about. */
function differences<T>(samples: T[], problems: string[], served: boolean[]) {
  const shown = (i: number) => `${JSON.stringify(samples[i])} ${problems[i]}`;
  const indexes = samples.map((_, i) => i);
  return {
    taken: indexes.filter((i) => problems[i] === "" && !served[i]).map(shown),
    refused: indexes.filter((i) => problems[i] !== "" && served[i] && !OURS.test(problems[i])).map(shown),
  };
}

/** Whether Traefik panics over it, and then has no route at all, those of other services included (go-redis' pool). */
function endsTraefik({ rateLimit }: Record<string, Record<string, unknown>>): boolean {
  const redis = Object.entries((rateLimit?.redis ?? {}) as Record<string, unknown>);
  return redis.some(
    ([option, value]) =>
      ["poolSize", "minIdleConns", "maxActiveConns"].includes(option) &&
      (Number(value) < 0 || Number(value) >= 2 ** 31),
  );
}

test("Traefik builds each middleware that we take, and none that we say it refuses", async () => {
  const drawn = fc.sample(middlewares(3), { seed, numRuns: 500 });
  const fatal = drawn.filter(endsTraefik);
  expect(fatal.filter((each) => middlewareProblems("http", [each as Middleware], "m").length === 0)).toEqual([]);
  const samples = drawn.filter((each) => !endsTraefik(each));
  const services = samples.map((middleware, i): MeshServiceOptions & { name: string } => ({
    name: `m${i}`,
    image: "a/b:1",
    port: 80,
    routes: [{ host: `m${i}.test`, middlewares: [middleware as Middleware] }],
  }));
  const named = { name: "other", image: "a/b:1", port: 80, routes: [{ host: "other.test" }] };
  const problems = services.map((service) => {
    const own = middlewareProblems("http", service.routes![0].middlewares!, "m");
    return said(own.length > 0 ? own : togetherProblems([named, service]).filter(notOfOther));
  });
  const tagged = services.map((service) => ({ name: service.name, tags: serviceTags(service.name, service) }));
  const served = await enabled(tagged);
  expect(
    differences(
      samples,
      problems,
      tagged.map(({ tags }) => served.has(`http ${namesIn(tags, "http.routers")[0]}`)),
    ),
  ).toEqual(SAME);
  const taken = problems.filter((problem) => problem === "").length;
  expect(Math.min(taken, samples.length - taken)).toBeGreaterThan(80);
});

/** Problems of services beside each other. */
function togetherProblems(
  services: (MeshServiceOptions & { name: string })[],
  ingress: TraefikOptions = {},
): Problem[] {
  const model = new MeshModel();
  const joining = routingProblems(model, services, ingress, "ingress");
  return [...joining, ...model.unresolved()];
}

/** The middleware that the service `other` declares has no route in the stack. */
function notOfOther({ reason }: Problem): boolean {
  return !reason.startsWith('"other" is not a middleware of the mesh');
}

test("Traefik spreads as we take it, and not as we say it refuses", async () => {
  const samples = fc.sample(loadBalancings(3), { seed, numRuns: 200 });
  const problems = samples.map((options) => said(loadBalancingProblems(options as LoadBalancing, "lb")));
  const tagged = samples.map((options, i) => ({
    name: `s${i}`,
    tags: serviceTags(`s${i}`, { routes: [{ host: `s${i}.test` }], loadBalancing: options as LoadBalancing }),
  }));
  const served = await enabled(tagged);
  expect(
    differences(
      samples,
      problems,
      tagged.map(({ tags }) => served.has(`http ${namesIn(tags, "http.routers")[0]}`)),
    ),
  ).toEqual(SAME);
});

test("no router of a stack that we take is disabled, of 300", async () => {
  const taken = fc
    .sample(stacks, { seed, numRuns: 450 })
    .map((stack, i) => stack(`t${i}`))
    .filter(
      (services) =>
        services.every((service) => meshServiceProblems(service.name, service).length === 0) &&
        togetherProblems(services, { tcpEntryPoints: { postgres: { port: 5432 } } }).length === 0,
    )
    .slice(0, 300);
  expect(taken.length).toBe(300);
  const all = taken.flat().map((service) => ({ name: service.name, tags: serviceTags(service.name, service) }));
  const declared = (kind: string) =>
    all.flatMap(({ tags }) => namesIn(tags, `${kind}.routers`).map((name) => `${kind} ${name}`));
  const served = await enabled(all);
  expect([...declared("http"), ...declared("tcp")].filter((name) => !served.has(name))).toEqual([]);
  expect(Math.min(declared("http").length, declared("tcp").length)).toBeGreaterThan(50);
});
