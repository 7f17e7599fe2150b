import { consulServers, setBy, untrueValues } from "./lib/consulServers";
import { at, Json, record } from "./lib/json";
import { policy } from "./lib/policy";

/** Settings that take away again what ACLs give, two of them by their old names. */
const UNDOING: readonly (readonly [path: string, value: unknown])[] = [
  ["acl.down_policy", "allow"],
  ["acl_down_policy", "allow"],
  ["acl_default_policy", "allow"],
  ["default_intention_policy", "allow"],
  // Whoever may register a service may then run programs beside the agent.
  ["enable_script_checks", true],
  // And whoever may write keys and events, on the servers themselves.
  ["disable_remote_exec", false],
];

/** Without ACLs whoever reaches Consul's API can rewrite the intentions and take any service's identity. */
export const consulAcls = policy({
  name: "consul-acls",
  description: "Consul's ACLs are on and deny what no token allows.",
  severity: "critical",
  remedy: "Set global.acls.manageSystemACLs to true, and nothing that contradicts it in server.extraConfig",
  environments: ["staging", "prod"],
  *together(objects) {
    for (const { object, config } of consulServers(objects)) {
      if (at(config, "acl", "enabled") !== true) {
        yield { object, problem: "Consul's acl.enabled is not true" };
      } else if (at(config, "acl", "default_policy") !== "deny") {
        yield { object, problem: "Consul's acl.default_policy is not deny" };
      }
      for (const problem of undone(config)) {
        yield { object, problem };
      }
    }
  },
  *object(object) {
    const set = setBy(object) ?? {};
    const { enabled, default_policy: otherwise } = record(set.acl);
    if (enabled !== undefined && enabled !== true) {
      yield "sets Consul's acl.enabled to something other than true";
    }
    if (otherwise !== undefined && otherwise !== "deny") {
      yield "sets Consul's acl.default_policy to something other than deny";
    }
    yield* undone(set);
  },
  *values(values) {
    yield* untrueValues(values, "global.acls.manageSystemACLs");
  },
});

function* undone(config: Json): Iterable<string> {
  for (const [path, value] of UNDOING) {
    if (at(config, ...path.split(".")) === value) {
      yield `Consul's ${path} is ${value}`;
    }
  }
}
