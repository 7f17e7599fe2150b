import { consulServers, setBy, untrueValues } from "./lib/consulServers";
import { at, record } from "./lib/json";
import { policy } from "./lib/policy";

/** Without ACLs whoever reaches Consul's API can rewrite the intentions and take any service's identity. */
export const consulAcls = policy({
  name: "consul-acls",
  description: "Consul's ACLs are on and deny what no token allows.",
  severity: "critical",
  remedy: "Set global.acls.manageSystemACLs to true",
  environments: ["staging", "prod"],
  *together(objects) {
    for (const { object, config } of consulServers(objects)) {
      if (at(config, "acl", "enabled") !== true) {
        yield { object, problem: "Consul's acl.enabled is not true" };
      } else if (at(config, "acl", "default_policy") !== "deny") {
        yield { object, problem: "Consul's acl.default_policy is not deny" };
      }
    }
  },
  *object(object) {
    const { enabled, default_policy: otherwise } = record(setBy(object)?.acl);
    if (enabled !== undefined && enabled !== true) {
      yield "sets Consul's acl.enabled to something other than true";
    }
    if (otherwise !== undefined && otherwise !== "deny") {
      yield "sets Consul's acl.default_policy to something other than deny";
    }
  },
  *values(values) {
    yield* untrueValues(values, "global.acls.manageSystemACLs");
  },
});
