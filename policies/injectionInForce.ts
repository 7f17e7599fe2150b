import { consulServers } from "./lib/consulServers";
import { at, list, textAt } from "./lib/json";
import { ClusterObject, nameOf } from "./lib/objects";
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
  remedy: "Leave the injector's webhook to Consul's chart, with connectInject.enabled true and failurePolicy Fail",
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
      const rules = at(webhook, "rules");
      if (rules !== undefined && list(rules).length === 0) {
        yield `${name} has no rules, and is asked about no pod`;
      }
    }
  },
  *stack(objects) {
    // Of an injector that another stack has, nobody can tell.
    const ours = consulServers(objects).some(({ object }) => object.rendered);
    if (ours && !objects.some((object) => isInjectors(object) && !object.patch)) {
      for (const object of objects) {
        const pod = podOf(object);
        if (pod && !object.patch && asksForSidecar(pod)) {
          yield { object, problem: "asks for a sidecar, and Consul's chart in this program has no injector" };
        }
      }
    }
  },
});

/** Whether an object is the injector's webhook: as the chart names it, or as its webhooks are named. */
function isInjectors(object: ClusterObject): boolean {
  return (
    object.group === "admissionregistration.k8s.io" &&
    object.kind === "MutatingWebhookConfiguration" &&
    (/connect-injector$/.test(nameOf(object)) ||
      list(at(object.body, "webhooks")).some((webhook) =>
        /\.consul\.hashicorp\.com$/.test(textAt(webhook, "name") ?? ""),
      ))
  );
}
