import { ifKnown } from "./lib/json";
import { policy } from "./lib/policy";
import { Source } from "./lib/traefikContainers";
import { isFalse } from "./lib/traefikOptions";
import { filesOf, referred, sourcesOf, traefiks } from "./lib/traefikSources";

/** Providers whose routes come from no resource of a program. */
const ELSEWHERE = ["consul", "docker", "ecs", "etcd", "http", "nomad", "plugin", "redis", "rest", "swarm", "zookeeper"];

/** A router, or a transport without verification, that comes from elsewhere is judged by nobody. */
export const traefikInSight = policy({
  name: "traefik-configuration-in-sight",
  description: "All that configures Traefik is in the program, or in Consul's catalog.",
  severity: "high",
  remedy:
    "Give Traefik arguments, files of ConfigMaps in the program, Kubernetes' own kinds and tags of services, and no other provider",
  *object(object) {
    for (const source of sourcesOf(object)) {
      yield* providers(source);
    }
    for (const unread of filesOf(object).unread) {
      yield `${unread} cannot be read`;
    }
  },
  *stack(objects) {
    yield* referred(objects, providers);
    const judged = objects.flatMap((object) => ifKnown(() => filesOf(object).unread, undefined));
    for (const { object, unread } of traefiks(objects)) {
      for (const what of unread.filter((each) => !judged.includes(each))) {
        yield { object, problem: `${what} cannot be read, and may configure Traefik` };
      }
    }
  },
});

function* providers({ where, options, sure }: Source): Iterable<string> {
  for (const provider of ELSEWHERE.map((name) => `providers.${name}`)) {
    const isOf = ([option, value]: readonly [string, string]) =>
      option === provider ? !isFalse(value) : option.startsWith(`${provider}.`);
    if (sure && [...options].some(isOf)) {
      yield `${where} takes routes from the provider ${provider.split(".")[1]}`;
    }
  }
}
