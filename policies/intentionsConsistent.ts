import { destinationOf, isIntentions, protocols, PROTOCOLS_CONFIG, ProtocolsConfig, sourcesOf } from "./lib/intentions";
import { ClusterObject, nameOf } from "./lib/objects";
import { policy } from "./lib/policy";

/**
 * What Consul or its webhook refuses and no single resource shows: a second ServiceIntentions for a destination, and
 * permissions for a service that speaks tcp, as one does whose ServiceDefaults are missing or were taken away.
 */
export const intentionsConsistent = policy<ProtocolsConfig>({
  name: "intentions-consistent",
  description: "The intentions of a stack can all be in force together.",
  severity: "high",
  remedy: "Keep one ServiceIntentions a destination, and ServiceDefaults with an L7 protocol beside permissions",
  config: PROTOCOLS_CONFIG,
  *stack(objects, { config }) {
    const protocolOf = protocols(objects, config.protocols);
    const byDestination = new Map<string, ClusterObject[]>();
    for (const object of objects.filter(isIntentions)) {
      const destination = destinationOf(object);
      if (destination === undefined) {
        // A patch, or what intentions-accepted refuses.
        continue;
      }
      byDestination.set(destination, [...(byDestination.get(destination) ?? []), object]);
    }
    for (const [destination, all] of byDestination) {
      const speaksTcp = destination !== "*" && protocolOf(destination) === "tcp";
      for (const object of all) {
        const others = all.filter((other) => other !== object);
        if (others.length > 0) {
          yield { object, problem: `${others.map(nameOf).join(", ")} is for the destination ${destination} too` };
        }
        if (speaksTcp && sourcesOf(object).some((source) => source.permissions.length > 0)) {
          yield {
            object,
            problem: `has permissions, but ${destination} speaks tcp: nothing in this stack says otherwise`,
          };
        }
      }
    }
  },
});
