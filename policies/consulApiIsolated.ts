import { consulServers } from "./lib/consulServers";
import { at, Json, list } from "./lib/json";
import { ClusterObject, namespaceOf } from "./lib/objects";
import { selects } from "./lib/pods";
import { policy } from "./lib/policy";

/** HTTP, HTTPS and gRPC: each of them serves Consul's whole API, or hands out configuration and certificates. */
const API_PORTS = [8500, 8501, 8502];

/**
 * A token in front of the API is not enough by itself: it can be stolen, and the API has had holes. NetworkPolicies add
 * up, so what one of them opens no other can close.
 */
export const consulApiIsolated = policy<{ declaredElsewhere: boolean }>({
  name: "consul-api-isolated",
  description: "Only those pods reach the API of Consul's servers that a NetworkPolicy names.",
  severity: "high",
  remedy: "Declare a NetworkPolicy for Ingress on the servers' pods, with podSelectors for the ports 8501 and 8502",
  environments: ["staging", "prod"],
  config: {
    declaredElsewhere: {
      type: "boolean",
      default: false,
      description: "The isolation is another stack's, or is done by something other than a NetworkPolicy",
    },
  },
  *stack(objects, { config }) {
    for (const { object, labels } of config.declaredElsewhere ? [] : consulServers(objects)) {
      const policies = objects.filter((other) => guards(other, object, labels));
      if (policies.every(({ patch }) => patch)) {
        yield { object, problem: `no NetworkPolicy isolates the ports ${API_PORTS.join(", ")}` };
      }
      for (const each of policies) {
        if (list(at(each.body, "spec", "ingress")).some(opensApi)) {
          yield { object: each, problem: "opens Consul's API to everybody" };
        }
      }
    }
  },
});

/** Whether an object is a NetworkPolicy that closes what it does not open on these pods. */
function guards(object: ClusterObject, servers: ClusterObject, labels: Json): boolean {
  if (object.kind !== "NetworkPolicy" || object.group !== "networking.k8s.io") {
    return false;
  }
  const types = at(object.body, "spec", "policyTypes");
  return (
    namespaceOf(object) === namespaceOf(servers) &&
    selects(at(object.body, "spec", "podSelector"), labels) &&
    (types === undefined || list(types).includes("Ingress"))
  );
}

/** Whether a rule lets everybody in at one of the API's ports. */
function opensApi(rule: unknown): boolean {
  const ports = list(at(rule, "ports"));
  const peers = list(at(rule, "from"));
  return (
    (ports.length === 0 || ports.some(isApiPort)) &&
    (peers.length === 0 ||
      peers.some((peer) => /^(0\.0\.0\.0|::)\/0$/.test(String(at(peer, "ipBlock", "cidr"))) || everyPod(peer)))
  );
}

function isApiPort(entry: unknown): boolean {
  const port = at(entry, "port");
  const last = Number(at(entry, "endPort") ?? port);
  return typeof port === "number"
    ? API_PORTS.some((p) => port <= p && p <= last)
    : port === undefined || /http|grpc/.test(String(port));
}

/** Every pod of every namespace: both selectors are empty, or the pods' is left out. */
function everyPod(peer: unknown): boolean {
  const empty = (selector: unknown) =>
    selector !== undefined && Object.values(selector as Json).every((v) => Object.keys(Object(v)).length === 0);
  const pods = at(peer, "podSelector");
  return empty(at(peer, "namespaceSelector")) && (pods === undefined || empty(pods));
}
