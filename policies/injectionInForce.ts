import { consulServers } from "./lib/consulServers";
import { INJECTS, isInjectors, leavingOut } from "./lib/injector";
import { at, ifKnown, list, textAt } from "./lib/json";
import { ClusterObject } from "./lib/objects";
import { asksForSidecar, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

/**
 * The sidecar asks the intentions, and the webhook of the injector brings the sidecar: a pod that starts without it is open to
 * everybody, and nothing says so.
 */
export const injectionInForce = policy({
  name: "injection-in-force",
  description: "A pod that asks for a sidecar gets one, or does not start.",
  severity: "critical",
  remedy:
    "Leave the injector's webhook to Consul's chart, with connectInject.enabled true and failurePolicy Fail, and let in the namespaces of the mesh",
  *object(object) {
    if (!isInjectors(object)) {
      return;
    }
    const webhooks = at(object.body, "webhooks");
    if (webhooks !== undefined && list(webhooks).length === 0) {
      yield "has no webhook: pods start without a sidecar";
    }
    for (const webhook of list(webhooks)) {
      const name = textAt(webhook, "name") ?? "its webhook";
      if (textAt(webhook, "failurePolicy") === "Ignore") {
        yield `${name} has the failurePolicy Ignore: while the injector is away, pods start without a sidecar`;
      }
      if (list(at(webhook, "matchConditions")).length > 0) {
        yield `${name} is asked only under conditions: pods that do not meet them start without a sidecar`;
      }
      const elsewhere = INJECTS.test(name) ? askedElsewhere(webhook) : undefined;
      if (elsewhere !== undefined) {
        yield `${name} asks ${elsewhere}, which is not the injector and need give no sidecar`;
      }
      const rules = at(webhook, "rules");
      if (rules !== undefined && INJECTS.test(name) && !list(rules).some(isForNewPods)) {
        yield `${name} has no rule for pods that are created, and is asked about no pod`;
      }
    }
  },
  *stack(objects) {
    // The chart brings its injector, however it is installed. Of one that another stack has, nobody can tell.
    const ours = consulServers(objects).some(({ labels }) => /consul/.test(String(labels.chart)));
    const missing = ours && !objects.some((object) => isInjectors(object) && !object.patch);
    const leftOut = leavingOut(objects);
    for (const object of objects.filter(asks)) {
      if (missing) {
        yield { object, problem: "asks for a sidecar, and Consul's chart in this program has no injector" };
      }
      yield* leftOut(object).map((reason) => ({ object, problem: `asks for a sidecar, but ${reason}` }));
    }
  },
});

/** Whom a webhook asks in place of the injector, which the chart always has as a Service. */
function askedElsewhere(webhook: unknown): string | undefined {
  const service = textAt(webhook, "clientConfig", "service", "name");
  return /connect-injector/.test(service ?? "connect-injector") ? textAt(webhook, "clientConfig", "url") : service;
}

function isForNewPods(rule: unknown): boolean {
  const has = (key: string, value: string) => list(at(rule, key)).some((each) => each === value || each === "*");
  const wanted = Object.entries({ operations: "CREATE", apiGroups: "", apiVersions: "v1", resources: "pods" });
  return wanted.every(([key, value]) => has(key, value)) && at(rule, "scope") !== "Cluster";
}

function asks(object: ClusterObject): boolean {
  const pod = podOf(object);
  return pod !== undefined && !object.patch && ifKnown(() => asksForSidecar(pod) === true, false);
}
