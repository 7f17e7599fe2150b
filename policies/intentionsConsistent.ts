import { consulServers } from "./lib/consulServers";
import { at, Json, record } from "./lib/json";
import { destinationOf, isIntentions, protocols, PROTOCOLS_CONFIG, ProtocolsConfig, sourcesOf } from "./lib/intentions";
import { ClusterObject, nameOf } from "./lib/objects";
import { policy } from "./lib/policy";

/** Whether Consul lists what to deny, of which an allow is an exception that has no token. */
function allowsByDefault(config: Json): boolean {
  const { enabled, default_policy: otherwise } = record(config.acl);
  return !(enabled === true && otherwise === "deny") && config.default_intention_policy !== "deny";
}

function asksForToken(object: ClusterObject): boolean {
  const permissions = sourcesOf(object).flatMap((source) => source.permissions);
  return [record(object.body.spec), ...permissions].some((part) => Boolean(part.jwt));
}

/**
 * What Consul or its webhook refuses and no single resource shows: a second ServiceIntentions for a destination, and
 * permissions or tokens for a service that speaks tcp, as one does whose ServiceDefaults are missing or were taken away.
 */
export const intentionsConsistent = policy<ProtocolsConfig>({
  name: "intentions-consistent",
  description: "The intentions of a stack can all be in force together.",
  severity: "high",
  remedy:
    "Keep one ServiceIntentions per destination, ServiceDefaults with an L7 protocol beside permissions and tokens, and ACLs beside tokens",
  config: PROTOCOLS_CONFIG,
  *stack(objects, { config }) {
    const protocolOf = protocols(objects, config.protocols);
    const open = consulServers(objects).some(({ config: its, unread }) => unread.length === 0 && allowsByDefault(its));
    // Each cluster has intentions of its own.
    const byDestination = new Map<string, ClusterObject[]>();
    for (const object of objects.filter(isIntentions)) {
      const destination = destinationOf(object);
      if (destination === undefined) {
        // A patch, or what intentions-accepted refuses.
        continue;
      }
      const key = JSON.stringify([object.cluster, destination]);
      byDestination.set(key, [...(byDestination.get(key) ?? []), object]);
    }
    for (const all of byDestination.values()) {
      const destination = destinationOf(all[0])!;
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
        if (open && asksForToken(object)) {
          yield { object, problem: "asks for a token, which Consul without ACLs does not: whoever has none is let in" };
        }
        // Consul takes it, and then looks at no token.
        if (speaksTcp && at(object.body, "spec", "jwt")) {
          yield {
            object,
            problem: `asks for a token, but ${destination} speaks tcp, and so whoever has none is let in`,
          };
        }
      }
    }
  },
});
