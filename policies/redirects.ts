import { allows, destinationOf, isIntentions, sourcesOf } from "./lib/intentions";
import { at, list, record, textAt } from "./lib/json";
import { ClusterObject, isConfigEntry, nameOf } from "./lib/objects";
import { policy } from "./lib/policy";

/**
 * Where a call is sent on, the intentions of the last service decide, and those of the one that was called do not: what
 * these say of it, paths and methods too, is not what holds.
 */
export const redirects = policy<{ targets: string[] }>({
  name: "redirects-keep-intentions",
  description: "A call that is sent on to another service may go there by that service's own intentions.",
  severity: "high",
  remedy: "Give the service that calls end at an intention for each that may call, or call it by its own name",
  config: {
    targets: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Services that calls may be sent on to, because their intentions are another stack's",
    },
  },
  *stack(objects, { config }) {
    const intentions = objects.filter(isIntentions);
    for (const object of objects) {
      const service = nameOf(object);
      for (const elsewhere of clustersOf(object)) {
        yield { object, problem: `sends calls to ${service} on to the ${elsewhere}, where other intentions hold` };
      }
      for (const target of new Set(targetsOf(object))) {
        if (target === service || config.targets.includes(target)) {
          continue;
        }
        const allowed = callers(intentions, target);
        const surprised = callers(intentions, service).filter((name) => !allowed.includes(name));
        if (allowed.length === 0) {
          yield {
            object,
            problem: `sends calls to ${service} on to ${target}, which no intention here allows anybody to call`,
          };
        } else if (surprised.length > 0) {
          yield {
            object,
            problem: `sends calls to ${service} on to ${target}, whose intentions do not name ${surprised.join(", ")}`,
          };
        }
      }
    }
  },
});

/** The services that an entry sends calls on to. */
function targetsOf(object: ClusterObject): string[] {
  return destinations(object).flatMap((target) => textAt(target, "service") || []);
}

/** The other clusters that it sends calls on to. */
function clustersOf(object: ClusterObject): string[] {
  return destinations(object).flatMap((target) =>
    (["peer", "samenessGroup"] as const).flatMap((key) => (textAt(target, key) ? `${key} ${textAt(target, key)}` : [])),
  );
}

function destinations(object: ClusterObject): unknown[] {
  if (isConfigEntry(object, "ServiceResolver")) {
    const failover = Object.values(record(at(object.body, "spec", "failover")));
    return [at(object.body, "spec", "redirect"), ...failover, ...failover.flatMap((each) => list(at(each, "targets")))];
  }
  if (isConfigEntry(object, "ServiceRouter")) {
    return list(at(object.body, "spec", "routes")).map((route) => at(route, "destination"));
  }
  return list(isConfigEntry(object, "ServiceSplitter") && at(object.body, "spec", "splits"));
}

/** Who may call a service, by the intentions of the stack. */
function callers(intentions: readonly ClusterObject[], service: string): string[] {
  return intentions
    .filter((each) => destinationOf(each) === service)
    .flatMap(sourcesOf)
    .filter(allows)
    .map((source) => source.name)
    .filter((name) => name !== undefined);
}
