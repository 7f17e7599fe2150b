import { at, ifKnown, list, record, textAt } from "./json";
import { ClusterObject, nameOf, namespaceOf } from "./objects";
import { containersOf, podOf, selects } from "./pods";

/** A Service that leads from outside the cluster to ports of pods, by itself or by a route. */
export interface Door {
  readonly service: ClusterObject;
  /** What opens it, in words. */
  readonly opened: string;
  /** The pods' port. */
  readonly port: number;
}

/** The doors to these ports of a workload's pods, by number. */
export function* doorsTo(
  workload: ClusterObject,
  ports: readonly number[],
  objects: readonly ClusterObject[],
): Iterable<Door> {
  const labels = record(podOf(workload)!.metadata.labels);
  for (const service of objects.filter((o) => o.kind === "Service" && namespaceOf(o) === namespaceOf(workload))) {
    const leads = ifKnown(() => leadsTo(service, workload, labels, ports), []);
    const opened = outside(service) ?? openedBy(service, leads, objects);
    if (leads.length > 0 && opened !== undefined) {
      yield { service, opened, port: leads[0].target };
    }
  }
}

interface Lead {
  readonly port: unknown;
  readonly name: unknown;
  readonly target: number;
}

function leadsTo(
  service: ClusterObject,
  workload: ClusterObject,
  labels: Record<string, unknown>,
  ports: readonly number[],
): Lead[] {
  const selector = record(at(service.body, "spec", "selector"));
  if (Object.keys(selector).length === 0 || !selects({ matchLabels: selector }, labels)) {
    return [];
  }
  const named = containersOf(workload).flatMap((container) => list(container.ports));
  return list(at(service.body, "spec", "ports")).flatMap((entry) => {
    const target = at(entry, "targetPort") ?? at(entry, "port");
    const container = named.find((port) => at(port, "name") === target);
    const number = Number(at(container, "containerPort") ?? target);
    return ports.includes(number) ? [{ port: at(entry, "port"), name: at(entry, "name"), target: number }] : [];
  });
}

/** How a Service by itself is reached from outside. */
export function outside(service: ClusterObject): string | undefined {
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

/** Everything in a route that may name a Service and its port, whatever the kind calls the two. */
function backends(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap(backends);
  }
  return [value, ...Object.values(record(value)).flatMap(backends)];
}

function isBackend(backend: unknown, service: ClusterObject, leads: readonly Lead[]): boolean {
  const named = ["name", "service", "serviceName"].some((key) => at(backend, key) === nameOf(service));
  const port =
    at(backend, "port", "number") ?? at(backend, "port", "name") ?? at(backend, "port") ?? at(backend, "servicePort");
  return (
    named && leads.some((lead) => port === undefined || [lead.port, lead.name].some((p) => String(p) === String(port)))
  );
}

/** Those of a workload's ports that are ports of its node too: by `hostNetwork`, or each by its `hostPort`. */
export function portsOfNode(workload: ClusterObject, ports: readonly number[]): number[] {
  const host = podOf(workload)!.spec.hostNetwork === true;
  const opened = containersOf(workload)
    .flatMap((container) => list(container.ports))
    .filter((port) => Number(at(port, "hostPort")) > 0)
    .map((port) => Number(at(port, "containerPort")));
  return ports.filter((port) => host || opened.includes(port));
}
