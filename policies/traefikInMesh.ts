import { consulAnnotation, podOf } from "./lib/pods";
import { policy } from "./lib/policy";
import { tagsOf } from "./lib/traefik";
import { Source } from "./lib/traefikContainers";
import { isFalse } from "./lib/traefikOptions";
import { referred, sourcesOf, traefiks } from "./lib/traefikSources";

const CATALOG = "providers.consulcatalog";
/** The tag that names a server: for TCP and UDP Traefik reads none. */
const AWAY = /^traefik\.http\.services\..*\.loadbalancer\.server\.url$/;
const PLAIN = "so services are reached in plain HTTP, past the intentions";
const PUBLISHED = "so every service of Consul is published";
/** Options that Traefik's own defaults are unsafe for, and what is so without them. */
const REQUIRED = { connectAware: PLAIN, connectByDefault: PLAIN, exposedByDefault: PUBLISHED };

/** As a member of the mesh Traefik speaks to a service as itself, which intentions decide about; else it goes past them. */
export const traefikInMesh = policy({
  name: "traefik-in-the-mesh",
  description: "Traefik reaches services as a member of the mesh, and publishes only those that ask for it.",
  severity: "high",
  remedy:
    "Set connectAware and connectByDefault to true and exposedByDefault to false, leave the prefix of tags as it is: traefik, lead no UDP to services, and name no server in a tag",
  *object(object) {
    for (const source of sourcesOf(object)) {
      yield* problems(source);
    }
    const pod = podOf(object);
    const tags = tagsOf(object);
    const udp = Object.keys(tags).find((tag) => tag.startsWith("traefik.udp."));
    // Not the sidecar, which does not listen there, answers it; Traefik has no TLS for it either.
    if (udp !== undefined) {
      yield `the tag ${udp} leads UDP to it, which the mesh does not carry, so past its TLS and the intentions`;
    }
    const [away, address] = Object.entries(tags).find(([tag]) => AWAY.test(tag)) ?? [];
    if (away !== undefined) {
      yield `the tag ${away} has Traefik call ${address} in its place, past the mesh's TLS and the intentions`;
    }
    const connect = tags["traefik.consulcatalog.connect"];
    if (pod && connect !== undefined && isFalse(connect) && !isFalse(consulAnnotation(pod, "connect-inject"))) {
      yield "the tag traefik.consulcatalog.connect=false has Traefik speak plain HTTP to a service of the mesh";
    }
  },
  *stack(objects) {
    yield* referred(objects, problems);
    for (const { object, sources } of traefiks(objects).filter((traefik) => !traefik.object.patch)) {
      // Traefik takes its options from a file, flags or variables, the first of these that there is, and from that alone.
      const [flags, variables, ...files] = sources;
      for (const problem of [flags.options.size > 0 ? flags : variables, ...files].flatMap(leftOut)) {
        yield { object, problem };
      }
    }
  },
});

function leftOut({ where, options }: Source): string[] {
  const has = !isFalse(options.get(CATALOG)) || [...options.keys()].some((key) => key.startsWith(`${CATALOG}.`));
  return Object.entries(REQUIRED)
    .filter(([option]) => has && !options.has(`${CATALOG}.${option.toLowerCase()}`))
    .map(([option, so]) => `${where} has the provider consulCatalog and leaves out ${option}, ${so}`);
}

function* problems({ where, options }: Source): Iterable<string> {
  for (const option of ["connectAware", "connectByDefault"]) {
    const value = options.get(`${CATALOG}.${option.toLowerCase()}`);
    if (value !== undefined && !/^(1|t|T|true|True|TRUE)$/.test(value)) {
      yield `${where} sets ${option} to ${value}, ${PLAIN}`;
    }
  }
  if (!isFalse(options.get(`${CATALOG}.exposedbydefault`))) {
    yield `${where} sets exposedByDefault, ${PUBLISHED}`;
  }
  const prefix = options.get(`${CATALOG}.prefix`);
  if (prefix !== undefined && prefix !== "traefik") {
    yield `${where} reads tags that begin with ${prefix}, which no policy judges`;
  }
}
