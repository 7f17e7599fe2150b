import { consulServers } from "./lib/consulServers";
import { all, at } from "./lib/json";
import { ClusterObject, namespaceOf } from "./lib/objects";
import { selects } from "./lib/pods";
import { policy } from "./lib/policy";

/** Three servers are the fewest that outlive one of them; the budget keeps a drain from taking two at once. */
export const consulAvailability = policy<{ minimumServers: number }>({
  name: "consul-availability",
  description: "Consul has three servers or more, an odd number, and a disruption budget that keeps their quorum.",
  severity: "high",
  remedy: "Set server.replicas to 3 or 5, and server.disruptionBudget.enabled to true",
  environments: ["prod"],
  config: {
    minimumServers: { type: "integer", minimum: 3, default: 3, description: "The fewest servers that are enough" },
  },
  *together(objects, { config }) {
    for (const { object, labels } of consulServers(objects)) {
      const replicas = Number(at(object.body, "spec", "replicas") ?? 1);
      if (replicas < config.minimumServers || replicas % 2 === 0) {
        yield { object, problem: `has ${replicas} servers` };
      }
      const budgets = objects.filter(
        (other) =>
          other.kind === "PodDisruptionBudget" &&
          all(
            () => namespaceOf(other) === namespaceOf(object),
            // Without a selector it is of no pods, and so is a patch of one that is declared elsewhere.
            () => Boolean(at(other.body, "spec", "selector")),
            () => selects(at(other.body, "spec", "selector"), labels),
          ),
      );
      if (budgets.length === 0) {
        yield { object, problem: "has no disruption budget" };
      }
      for (const budget of budgets) {
        const lost = disruptions(budget, replicas);
        if (lost > Math.ceil(replicas / 2) - 1) {
          yield { object: budget, problem: `lets ${lost} of ${replicas} servers go at once, which ends the quorum` };
        }
      }
    }
  },
  *values(values, { config }) {
    if (Number(at(values, "server", "replicas") ?? 1) < config.minimumServers) {
      yield "the chart cannot be rendered, and server.replicas is too small";
    }
    if (at(values, "server", "disruptionBudget", "enabled") === false) {
      yield "the chart cannot be rendered, and server.disruptionBudget.enabled is false";
    }
  },
});

/** How many pods a budget lets go at once, of so many. */
function disruptions(budget: ClusterObject, replicas: number): number {
  const count = (key: string) => {
    const value = String(at(budget.body, "spec", key) ?? 0);
    // Kubernetes rounds both up.
    return value.endsWith("%") ? Math.ceil((parseInt(value) * replicas) / 100) : Number(value);
  };
  return at(budget.body, "spec", "maxUnavailable") === undefined
    ? replicas - count("minAvailable")
    : count("maxUnavailable");
}
