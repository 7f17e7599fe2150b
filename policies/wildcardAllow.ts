import { allows, destinationOf, isIntentions, sourcesOf } from "./lib/intentions";
import { policy } from "./lib/policy";

/** A wildcard that allows also lets in what nobody has thought of yet: a service deployed next year has the right too. */
export const wildcardAllow = policy<{ openDestinations: string[] }>({
  name: "no-wildcard-allow",
  description: "No intention allows every service to call, or one service to call every other.",
  severity: "critical",
  remedy: "Allow each source by its name, on each destination that it needs",
  config: {
    openDestinations: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Services that every other may call",
    },
  },
  *object(object, { config }) {
    if (!isIntentions(object)) {
      return;
    }
    const destination = destinationOf(object);
    for (const source of sourcesOf(object)) {
      const open = destination !== undefined && config.openDestinations.includes(destination);
      if (allows(source) && (destination === "*" || (source.name === "*" && !open))) {
        yield `${source.name} → ${destination} is allowed`;
      }
    }
  },
});
