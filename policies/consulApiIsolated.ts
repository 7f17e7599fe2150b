import { consulServers } from "./lib/consulServers";
import { doorsTo, portsOfNode, published } from "./lib/doors";
import { all, at, ifKnown, Json, list, record, textAt } from "./lib/json";
import { ClusterObject, namespaceOf } from "./lib/objects";
import { containersOf, selects } from "./lib/pods";
import { policy } from "./lib/policy";

/** HTTP, HTTPS and gRPC: each of them serves Consul's whole API, or hands out configuration and certificates. */
const API_PORTS = [8500, 8501, 8502];

/**
 * A token in front of the API is not enough by itself: it can be stolen, and the API has had holes. NetworkPolicies add
 * up, so what one of them opens no other can close.
 */
export const consulApiIsolated = policy<{ declaredElsewhere: boolean }>({
  name: "consul-api-isolated",
  description: "Only pods that a NetworkPolicy names reach the API of Consul's servers, and nobody from outside.",
  severity: "high",
  remedy:
    "Declare a NetworkPolicy for Ingress on the servers' pods, with podSelectors for the ports 8501 and 8502, and leave their Services to the cluster",
  environments: ["staging", "prod"],
  config: {
    declaredElsewhere: {
      type: "boolean",
      default: false,
      description: "The isolation is another stack's, or is done by something other than a NetworkPolicy",
    },
  },
  *stack(objects, { config }) {
    if (config.declaredElsewhere) {
      return;
    }
    const judged = new Set<ClusterObject>();
    const own = consulServers(objects);
    for (const { object, labels, config: agent } of own) {
      const guarding = (other: ClusterObject) => guards(other, object, labels);
      // One that may be of these pods can open them, and none that only may be closes them.
      const policies = objects.filter((other) => ifKnown(() => guarding(other), true));
      if (!policies.some((other) => !other.patch && ifKnown(() => guarding(other), false))) {
        yield { object, problem: `no NetworkPolicy isolates the ports ${API_PORTS.join(", ")}` };
      }
      const ports = apiPorts(object, agent);
      for (const { service, opened, port } of doorsTo(object, ports.numbers, objects, published)) {
        judged.add(service);
        yield { object: service, problem: `${opened} opens Consul's API at port ${port}` };
      }
      const [port] = portsOfNode(object, ports.numbers);
      if (port !== undefined) {
        yield { object, problem: `opens Consul's API at port ${port} of its node` };
      }
      for (const each of policies) {
        judged.add(each);
        if (opens(each, policies, ports)) {
          yield { object: each, problem: "opens Consul's API to everybody" };
        }
      }
    }
    // Of servers that another stack has, it is told by the labels of the chart.
    for (const object of objects.filter((each) => !judged.has(each) && each.kind === "Service")) {
      const opened = published(object);
      if (opened !== undefined && isServers(record(at(object.body, "spec", "selector"))) && leadsToApi(object)) {
        yield { object, problem: `${opened} opens Consul's API` };
      }
    }
    for (const object of objects.filter((each) => !judged.has(each) && isNetworkPolicy(each))) {
      const theirs = meansServers(object) || (own.length === 0 && isWhereServersAre(object));
      if (theirs && opens(object, [object], apiPorts(object, {}))) {
        yield { object, problem: "opens Consul's API to everybody" };
      }
    }
  },
});

/** Whether a policy, or what it adds to the others on the same pods, lets everybody in at the API. */
function opens(object: ClusterObject, policies: readonly ClusterObject[], ports: ApiPorts): boolean {
  const peersOf = (each: ClusterObject) => openedPeers(each, ports);
  const peers = peersOf(object);
  return (
    peers.some((peer) => peer === undefined || everyPod(peer)) ||
    (peers.some((peer) => at(peer, "ipBlock") !== undefined) && coversMost(policies.flatMap(peersOf)))
  );
}

function isNetworkPolicy(object: ClusterObject): boolean {
  return `${object.group}/${object.kind}` === "networking.k8s.io/NetworkPolicy";
}

/** Whether an object is a NetworkPolicy that closes what it does not open on these pods. */
function guards(object: ClusterObject, servers: ClusterObject, labels: Json): boolean {
  // An empty list stands for Ingress, too.
  const types = isNetworkPolicy(object) ? list(at(object.body, "spec", "policyTypes")) : [];
  return (
    isNetworkPolicy(object) &&
    all(
      () => namespaceOf(object) === namespaceOf(servers),
      () => selects(at(object.body, "spec", "podSelector"), labels),
      () => types.length === 0 || types.includes("Ingress"),
    )
  );
}

function meansServers(object: ClusterObject): boolean {
  return isServers(record(at(object.body, "spec", "podSelector", "matchLabels")));
}

/** The labels that the chart's servers have, of those that a selector may name. */
const CHARTS = { app: "consul", chart: "consul-helm", component: "server" };

/** Whether a policy is of the chart's servers however it selects them, where its namespace's name tells that it is theirs. */
function isWhereServersAre(object: ClusterObject): boolean {
  return ifKnown(
    () => /consul/.test(namespaceOf(object)) && selects(at(object.body, "spec", "podSelector"), CHARTS),
    false,
  );
}

/** Whether a Service leads to a port of the API, by number or by the name that the chart gives it. */
function leadsToApi(service: ClusterObject): boolean {
  return list(at(service.body, "spec", "ports")).some((entry) => {
    const target = at(entry, "targetPort") ?? at(entry, "port");
    return [...API_PORTS, 8503].includes(Number(target)) || /http|grpc/.test(String(target));
  });
}

function isServers(labels: Json): boolean {
  return labels.component === "server" && /consul/.test(String(labels.app ?? labels.chart));
}

interface ApiPorts {
  readonly numbers: readonly number[];
  readonly names: readonly unknown[];
}

/** The ports at which servers have their API. */
function apiPorts(servers: ClusterObject, agent: Json): ApiPorts {
  const own = ["http", "https", "grpc", "grpc_tls"].map((key) => Number(at(agent, "ports", key)));
  const numbers = [...API_PORTS, 8503, ...own.filter(Boolean)];
  const names = containersOf(servers)
    .flatMap((container) => list(container.ports))
    .filter((port) => numbers.includes(Number(at(port, "containerPort"))))
    .map((port) => at(port, "name"));
  return { numbers, names };
}

/** Those whom a policy lets in at one of these ports; `undefined` among them stands for all. */
function openedPeers(object: ClusterObject, ports: ApiPorts): unknown[] {
  return list(at(object.body, "spec", "ingress"))
    .filter((rule) => {
      const opened = list(at(rule, "ports"));
      return opened.length === 0 || opened.some((entry) => isOneOf(ports, entry));
    })
    .flatMap((rule) => {
      const peers = list(at(rule, "from"));
      return peers.length === 0 ? [undefined] : peers;
    });
}

function isOneOf({ numbers, names }: ApiPorts, entry: unknown): boolean {
  // Without a number it is all of them.
  const first = at(entry, "port") ?? 0;
  const last = at(entry, "endPort") ?? at(entry, "port") ?? 65535;
  return (
    ["TCP", undefined].includes(textAt(entry, "protocol")) &&
    (names.includes(first) ||
      /http|grpc/.test(String(first)) ||
      numbers.some((number) => Number(first) <= number && number <= Number(last)))
  );
}

/** Whether blocks of addresses are so many that they stand for everybody: half of all of IPv4, an eighth of IPv6. */
function coversMost(peers: readonly unknown[]): boolean {
  const cidrs = peers.map((peer) => String(at(peer, "ipBlock", "cidr")));
  const share = (family: string) =>
    cidrs.reduce((all, cidr) => all + (cidr.includes(family) ? 2 ** -Number(cidr.split("/")[1]) : 0), 0);
  return share(".") >= 1 / 2 || share(":") >= 1 / 8;
}

/** Every pod of every namespace: neither selector names one. */
function everyPod(peer: unknown): boolean {
  const namespaces = at(peer, "namespaceSelector");
  return namespaces !== undefined && !names(namespaces) && !names(at(peer, "podSelector"));
}

/** Whether a selector names what it selects; that a label is there, or is not something, leaves the rest. */
function names(selector: unknown): boolean {
  return (
    Object.keys(record(at(selector, "matchLabels"))).length > 0 ||
    list(at(selector, "matchExpressions")).some(
      (each) =>
        at(each, "operator") === "In" ||
        (at(each, "operator") === "Exists" && at(each, "key") !== "kubernetes.io/metadata.name"),
    )
  );
}
