import {
  allows,
  destinationOf,
  isIntentions,
  protocols,
  PROTOCOLS_CONFIG,
  ProtocolsConfig,
  sourcesOf,
} from "./lib/intentions";
import { policy } from "./lib/policy";

/** Whoever may call a whole HTTP service may call its admin paths too; and an L4 rule reaches open connections late. */
export const layer7Permissions = policy<ProtocolsConfig>({
  name: "l7-permissions",
  description: "An intention for a service that speaks http, http2 or grpc allows paths and methods, not everything.",
  severity: "low",
  advisory: true,
  remedy: "Replace action with permissions",
  config: PROTOCOLS_CONFIG,
  *stack(objects, { config }) {
    const protocolOf = protocols(objects, config.protocols);
    for (const object of objects.filter(isIntentions)) {
      const destination = destinationOf(object);
      for (const source of sourcesOf(object)) {
        if (
          destination &&
          destination !== "*" &&
          protocolOf(destination) !== "tcp" &&
          allows(source) &&
          source.permissions.length === 0
        ) {
          yield {
            object,
            problem: `${source.name} may call all of ${destination}, which speaks ${protocolOf(destination)}`,
          };
        }
      }
    }
  },
});
