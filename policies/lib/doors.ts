import { at, ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject, nameOf, namespaceOf } from "./objects";
import { containersOf, podOf, selects } from "./pods";
import { tagsOf } from "./traefik";
import { isFalse } from "./traefikOptions";

/** A Service that leads from outside the cluster to ports of pods, by itself or by a route. */
export interface Door {
  readonly service: ClusterObject;
  /** What opens it, in words. */
  readonly opened: string;
  /** The pods' port. */
  readonly port: number;
}

/** The doors to these ports of a workload's pods, by number; `byItself` says what opens a Service that no route leads to. */
export function* doorsTo(
  workload: ClusterObject,
  ports: readonly number[],
  objects: readonly ClusterObject[],
  byItself = outside,
): Iterable<Door> {
  const labels = record(podOf(workload)!.metadata.labels);
  for (const service of objects.filter((o) => o.kind === "Service")) {
    const leads = ifKnown(() => leadsTo(service, workload, labels, ports), []);
    if (leads.length === 0 || namespaceOf(service) !== namespaceOf(workload)) {
      continue;
    }
    const opened = byItself(service) ?? openedBy(service, leads, objects);
    if (opened !== undefined) {
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

/** How a Service is reached from outside, or published by Traefik once it is in Consul's catalog. */
export function published(service: ClusterObject): string | undefined {
  return outside(service) ?? (isFalse(tagsOf(service)["traefik.enable"]) ? undefined : "the tag traefik.enable");
}

const ROUTE =
  /^(Ingress|IngressRoute(TCP)?|TraefikService|HTTPRoute|TCPRoute|TLSRoute|GRPCRoute|Route|VirtualServ(er|ice)|HTTPProxy)$/;
/** Parts of a route that name no Service, and ports, which count beside a name alone. */
const ASIDE =
  /^(host(name)?s?|match(es)?|path(Type)?|tls|ingressClassName|entryPoints|middlewares|parentRefs|namespace|weight|value|port|number|servicePort)$/;

/** The route that leads to a Service at one of its ports, or may, as far as is known yet. */
function openedBy(
  service: ClusterObject,
  leads: readonly Lead[],
  objects: readonly ClusterObject[],
): string | undefined {
  const routes = objects.filter(
    // An Ingress leads to Services of its own namespace.
    (object) =>
      ROUTE.test(object.kind) &&
      (object.kind !== "Ingress" || ifKnown(() => namespaceOf(object) === namespaceOf(service), true)),
  );
  const leading = (unknown: boolean) =>
    routes.find(({ body }) =>
      backends(body, ["spec"]).some((part) => ifKnown(() => isBackend(part(), service, leads), unknown)),
    );
  const sure = leading(false);
  const route = sure ?? leading(true);
  return route && `${route.kind} ${nameOf(route)}${sure ? "" : ", not known yet as a whole, perhaps"}`;
}

/** Everything in a route that may name a Service and its port, whatever the kind calls the two. */
function backends(value: Json, keys = Object.keys(value)): (() => unknown)[] {
  return keys
    .filter((key) => !ASIDE.test(key))
    .flatMap((key) => {
      const part = () => value[key];
      const inner = ifKnown(part, undefined);
      return [part, ...(typeof inner === "object" && inner !== null ? backends(inner as Json) : [])];
    });
}

function isBackend(backend: unknown, service: ClusterObject, leads: readonly Lead[]): boolean {
  if (typeof at(backend, "destination") === "object") {
    // Istio's routes have it in here, by its host, which may go on with its namespace.
    const host = textAt(backend, "destination", "host")?.split(".")[0];
    return isBackend({ service: host, port: at(backend, "destination", "port") }, service, leads);
  }
  if (!["name", "service", "serviceName"].some((key) => at(backend, key) === nameOf(service))) {
    return false;
  }
  const port =
    at(backend, "port", "number") ?? at(backend, "port", "name") ?? at(backend, "port") ?? at(backend, "servicePort");
  return leads.some((lead) => port === undefined || [lead.port, lead.name].some((p) => String(p) === String(port)));
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
