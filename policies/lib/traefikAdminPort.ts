import { doorsTo } from "./doors";
import { at, ifKnown, list } from "./json";
import { ClusterObject } from "./objects";
import { containersOf, isTraefik, podOf } from "./pods";
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
    for (const port of ifKnown(() => portsOfNodes(traefik.object, ports), [])) {
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
    [...options].flatMap(([option, value]) => {
      const [, name] = /^entrypoints\.([^.]+)\.address$/.exec(option) ?? [];
      return name === undefined ? [] : [[name, value] as const];
    }),
  );
  const told = ["ping.entrypoint", "metrics.prometheus.entrypoint"].flatMap(
    (key) => options.get(key)?.toLowerCase() ?? [],
  );
  const own = [...new Set(["traefik", ...told])].filter((name) => !PUBLIC.test(name) && entryPoints.has(name));
  const port = (address: string) => Number(/:(\d+)(\/\w+)?$/.exec(address)?.[1]);
  const taken = [...entryPoints.values()].map(port);
  return [
    ...own
      .map((name) => entryPoints.get(name)!)
      .filter((address) => !/^(127\.|localhost|\[::1\])/.test(address))
      .map(port),
    // Where nothing says otherwise, it is this one.
    ...(entryPoints.has("traefik") || taken.includes(8080) ? [] : [8080]),
  ];
}

function portsOfNodes(traefik: ClusterObject, ports: number[]): number[] {
  const host = podOf(traefik)?.spec.hostNetwork === true;
  const opened = containersOf(traefik)
    .filter(isTraefik)
    .flatMap((container) => list(container.ports))
    .filter((port) => Number(at(port, "hostPort")) > 0)
    .map((port) => Number(at(port, "containerPort")));
  return ports.filter((port) => host || opened.includes(port));
}
