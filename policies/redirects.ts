import { RE2JS } from "re2js";
import { matches } from "../components/intentions/decision";
import type { HttpMatch } from "../components/intentions/intentions";
import { METHODS } from "../components/routing/httpMatches";
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
  remedy: "Give the service where calls end an intention for each service that may call it, or call it by its own name",
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
      for (const [target, bySome] of targetsOf(object)) {
        if (target === service || config.targets.includes(target)) {
          continue;
        }
        const allowed = callers(intentions, target);
        const calling = callers(intentions, service);
        const refused = calling.filter((name) => !allowed.includes(name));
        // Who does not make such calls needs no right to.
        const surprised = bySome && refused.length < calling.length ? [] : refused;
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

interface Destination {
  readonly to: unknown;
  /** Whether only calls of a path, a method or a header go there. */
  readonly bySome?: boolean;
}

/** The services that an entry sends calls on to, and whether that is only calls of some kind. */
function targetsOf(object: ClusterObject): Map<string, boolean> {
  const targets = new Map<string, boolean>();
  for (const { to, bySome = false } of destinations(object)) {
    const service = textAt(to, "service");
    if (service) {
      targets.set(service, bySome && targets.get(service) !== false);
    }
  }
  return targets;
}

/** The other clusters that it sends calls on to. */
function clustersOf(object: ClusterObject): string[] {
  return destinations(object).flatMap(({ to }) =>
    (["peer", "samenessGroup"] as const).flatMap((key) => (textAt(to, key) ? `${key} ${textAt(to, key)}` : [])),
  );
}

function destinations(object: ClusterObject): Destination[] {
  if (isConfigEntry(object, "ServiceResolver")) {
    const failover = Object.values(record(at(object.body, "spec", "failover")));
    const all = [
      at(object.body, "spec", "redirect"),
      ...failover,
      ...failover.flatMap((each) => list(at(each, "targets"))),
    ];
    return all.map((to) => ({ to }));
  }
  if (isConfigEntry(object, "ServiceRouter")) {
    return list(at(object.body, "spec", "routes")).map((route) => ({
      to: at(route, "destination"),
      bySome: judges(route),
    }));
  }
  return list(isConfigEntry(object, "ServiceSplitter") && at(object.body, "spec", "splits")).map((to) => ({ to }));
}

/** Calls of all kinds: a route that each of them takes is for whatever is called. */
const CALLS = METHODS.flatMap((method) => ["/", "/a", "/a/b.html"].map((path) => ({ method, path })));

/** Whether a route is for some calls: a condition that all calls meet, and an empty one, leave out none. */
function judges(route: unknown): boolean {
  const http = record(at(route, "match", "http"));
  const named = ["header", "queryParam"].some((key) => list(http[key]).length > 0);
  return (
    named || (isRegex(String(http.pathRegex)) && !CALLS.every((call) => matches(http as unknown as HttpMatch, call)))
  );
}

/** Envoy refuses a route whose expression is none; who may take it then is not known. */
function isRegex(text: string): boolean {
  try {
    RE2JS.compile(text);
  } catch {
    return false;
  }
  return true;
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
