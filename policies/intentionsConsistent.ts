import { destinationOf, isIntentions, protocols, PROTOCOLS_CONFIG, ProtocolsConfig, sourcesOf } from "./lib/intentions";
import { nameOf } from "./lib/objects";
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
    const all = objects.filter(isIntentions);
    for (const object of all) {
      const destination = destinationOf(object) ?? "";
      const others = all.filter((other) => other !== object && destinationOf(other) === destination);
      if (others.length > 0) {
        yield { object, problem: `${others.map(nameOf).join(", ")} is for the destination ${destination} too` };
      }
      const layer7 = sourcesOf(object).some((source) => source.permissions.length > 0);
      if (layer7 && destination !== "*" && protocolOf(destination) === "tcp") {
        yield {
          object,
          problem: `has permissions, but ${destination} speaks tcp: nothing in this stack says otherwise`,
        };
      }
    }
  },
});
