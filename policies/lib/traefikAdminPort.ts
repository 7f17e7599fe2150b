import { at, ifKnown, list, record, textAt } from "./json";
import { ClusterObject, nameOf, namespaceOf } from "./objects";
import { containersOf, isTraefik, podOf, selects } from "./pods";
import { Options } from "./traefikOptions";
import { optionsOf, traefiks } from "./traefikSources";

/** Entry points that users are meant to reach. */
const PUBLIC = /^(web|websecure|http|https)$/;

/** Services, Ingresses and ports of nodes that lead from outside to Traefik's own entry point, where its API stands. */
export function* adminDoors(objects: readonly ClusterObject[]): Iterable<{ object: ClusterObject; problem: string }> {
  for (const traefik of traefiks(objects)) {
    const ports = adminPorts(optionsOf(traefik));
    const labels = record(podOf(traefik.object)?.metadata.labels);
    for (const service of objects.filter(
      (o) => o.kind === "Service" && namespaceOf(o) === namespaceOf(traefik.object),
    )) {
      const leads = ifKnown(() => leadsTo(service, traefik.object, labels, ports), []);
      const opened = outside(service) ?? openedBy(service, leads, objects);
      if (leads.length > 0 && opened !== undefined) {
        yield { object: service, problem: `${opened} opens Traefik's own entry point at port ${leads[0].target}` };
      }
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

interface Lead {
  readonly port: unknown;
  readonly name: unknown;
  readonly target: unknown;
}

function leadsTo(
  service: ClusterObject,
  traefik: ClusterObject,
  labels: Record<string, unknown>,
  ports: number[],
): Lead[] {
  const selector = record(at(service.body, "spec", "selector"));
  if (Object.keys(selector).length === 0 || !selects({ matchLabels: selector }, labels)) {
    return [];
  }
  const named = containersOf(traefik).flatMap((container) => list(container.ports));
  return list(at(service.body, "spec", "ports")).flatMap((entry) => {
    const target = at(entry, "targetPort") ?? at(entry, "port");
    const number = /^\d+$/.test(String(target))
      ? Number(target)
      : Number(
          at(
            named.find((port) => at(port, "name") === target),
            "containerPort",
          ),
        );
    return ports.includes(number) ? [{ port: at(entry, "port"), name: at(entry, "name"), target: number }] : [];
  });
}

/** How a Service by itself is reached from outside. */
function outside(service: ClusterObject): string | undefined {
  const type = textAt(service.body, "spec", "type");
  const external = list(at(service.body, "spec", "externalIPs")).length > 0;
  return type === "LoadBalancer" || type === "NodePort"
    ? `a Service of type ${type}`
    : external
      ? "externalIPs"
      : undefined;
}

/** The route that leads to a Service at one of its ports. */
function openedBy(
  service: ClusterObject,
  leads: readonly Lead[],
  objects: readonly ClusterObject[],
): string | undefined {
  const route = objects.find(
    (object) =>
      /^(Ingress|IngressRoute(TCP)?|HTTPRoute|TCPRoute|TLSRoute|GRPCRoute|Route|VirtualServer|HTTPProxy)$/.test(
        object.kind,
      ) && ifKnown(() => backends(object.body.spec).some((b) => isBackend(b, service, leads)), false),
  );
  return route && `${route.kind} ${nameOf(route)}`;
}

/** Everything in a route that names a Service and perhaps its port, whatever the kind calls the two. */
function backends(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap(backends);
  }
  const inner = Object.values(record(value)).flatMap(backends);
  return textAt(value, "name") === undefined &&
    textAt(value, "service") === undefined &&
    textAt(value, "serviceName") === undefined
    ? inner
    : [value, ...inner];
}

function isBackend(backend: unknown, service: ClusterObject, leads: readonly Lead[]): boolean {
  const named = ["name", "service", "serviceName"].some((key) => at(backend, key) === nameOf(service));
  const port =
    at(backend, "port", "number") ?? at(backend, "port", "name") ?? at(backend, "port") ?? at(backend, "servicePort");
  return (
    named && leads.some((lead) => port === undefined || [lead.port, lead.name].some((p) => String(p) === String(port)))
  );
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
