import { doorsTo, portsOfNode } from "./doors";
import { ifKnown } from "./json";
import { ClusterObject } from "./objects";
import { Options } from "./traefikOptions";
import { optionsOf, traefiks } from "./traefikSources";

/** Entry points that users are meant to reach. */
const PUBLIC = /^(web|websecure|http|https)$/;

/** Services, Ingresses and ports of nodes that lead from outside to Traefik's own entry point, where its API stands. */
export function* adminDoors(objects: readonly ClusterObject[]): Iterable<{ object: ClusterObject; problem: string }> {
  for (const traefik of traefiks(objects)) {
    const ports = adminPorts(optionsOf(traefik));
    for (const { service, opened, port } of doorsTo(traefik.object, ports, objects)) {
      yield { object: service, problem: `${opened} opens Traefik's own entry point at port ${port}` };
    }
    for (const port of ifKnown(() => portsOfNode(traefik.object, ports), [])) {
      yield { object: traefik.object, problem: `opens Traefik's own entry point at port ${port} of its node` };
    }
  }
}

/**
 * Ports of the entry point `traefik`, and of those that Traefik is told to answer probes and metrics on. What listens on
 * its own pod alone needs no guard.
 */
function adminPorts(options: Options): number[] {
  const entryPoints = new Map(
    [...options].flatMap(([option, value]) =>
      [...option.matchAll(/^entrypoints\.([^.]+)\.address$/g)].map(([, name]) => [name, value] as const),
    ),
  );
  const told = ["ping.entrypoint", "metrics.prometheus.entrypoint"].map((key) =>
    String(options.get(key)).toLowerCase(),
  );
  const own = [...new Set(["traefik", ...told])].filter((name) => !PUBLIC.test(name));
  const port = (address: string) => Number(/:(\d+)(\/\w+)?$/.exec(address)?.[1]);
  const taken = [...entryPoints.values()].map(port);
  return [
    ...own
      .map((name) => String(entryPoints.get(name)))
      .filter((address) => !/^(127\.|localhost|\[::1\])/.test(address))
      .map(port)
      // What has no entry point has no port, and an address may be one that is not known.
      .filter((each) => !Number.isNaN(each)),
    // Where nothing says otherwise, it is this one.
    ...[8080].filter((each) => !entryPoints.has("traefik") && !taken.includes(each)),
  ];
}
