import { IntentionRule, intentionProblems } from "../components/intentions";
import { destinationOf, isIntentions, Source, sourcesOf } from "./lib/intentions";
import { at, plain, record, textAt } from "./lib/json";
import { policy } from "./lib/policy";

/**
 * Consul's webhook takes entries that Consul then refuses: the apply succeeds and nothing is enforced. One resource at a
 * time; what takes several is in `intentions-consistent`. The rules are those of components/intentions.ts, and here what
 * its types rule out.
 */
export const intentionsAccepted = policy<{ enterprise: boolean }>({
  name: "intentions-accepted",
  description: "An intention is one that both Consul and its webhook accept.",
  severity: "high",
  remedy: "See docs/policies.md#intentions-accepted for what Consul accepts",
  config: {
    enterprise: {
      type: "boolean",
      default: false,
      description: "Consul Enterprise: namespaces, partitions and sameness groups exist",
    },
  },
  *object(object, { config }) {
    if (!isIntentions(object)) {
      return;
    }
    const intentions = { ...object, body: plain(object.body) };
    const destination = destinationOf(intentions);
    const sources = sourcesOf(intentions);
    if (!destination) {
      yield "spec.destination.name is missing";
      return;
    }
    if (sources.length === 0) {
      yield "spec.sources is empty";
    }
    if (!config.enterprise && at(intentions.body, "spec", "destination", "namespace")) {
      yield "spec.destination.namespace needs Consul Enterprise";
    }
    for (const [i, source] of sources.entries()) {
      for (const problem of shapeProblems(source, config.enterprise)) {
        yield `spec.sources[${i}]${problem}`;
      }
    }
    const rules = sources.map((source, i) => asRule(source, i, destination));
    const names = new Set(rules.flatMap((rule) => [rule.source, rule.destination]));
    // The protocol is not to be seen in one resource.
    const known = { denyAll: false, services: new Map<string, string>(), external: names };
    for (const { propertyPath, reason } of intentionProblems(rules, known, "spec.sources")) {
      yield `${propertyPath}: ${reason}`;
    }
  },
});

const ACTIONS: readonly unknown[] = ["allow", "deny"];

/** What a typed rule cannot have. */
function* shapeProblems({ body, name, permissions }: Source, enterprise: boolean): Iterable<string> {
  if (!name) {
    yield ".name is missing";
  }
  for (const key of enterprise ? [] : ["namespace", "partition", "samenessGroup"]) {
    if (body[key]) {
      yield `.${key} needs Consul Enterprise`;
    }
  }
  if (body.action === undefined ? body.permissions === undefined : !ACTIONS.includes(body.action)) {
    yield `.action is ${JSON.stringify(body.action) ?? "missing"}, not allow or deny`;
  }
  for (const [j, permission] of permissions.entries()) {
    if (!ACTIONS.includes(permission.action)) {
      yield `.permissions[${j}].action is ${JSON.stringify(permission.action) ?? "missing"}, not allow or deny`;
    }
    if (permission.http === undefined) {
      yield `.permissions[${j}] has no http, so it matches nothing`;
    }
  }
}

/** The source as a typed rule, with something harmless in place of what `shapeProblems` has reported. */
function asRule({ body, name, permissions }: Source, i: number, destination: string): IntentionRule {
  return {
    // The same name in another peer is another source.
    source: textAt(body, "peer") || !name ? `source-${i}` : name,
    destination,
    action: body.action as IntentionRule["action"],
    permissions:
      body.permissions === undefined
        ? undefined
        : permissions.map(({ action, http }) => ({ action: action as "allow", http: matcher(record(http)) })),
  };
}

/** A permission by header alone means any path. */
function matcher(http: Record<string, unknown>): Record<string, unknown> {
  const alone = !["pathExact", "pathPrefix", "pathRegex", "methods"].some((key) => http[key]);
  return alone && (http.header || Object.keys(http).length === 0) ? { ...http, pathPrefix: "/" } : http;
}
