import { lowerCase } from "./lib/consulServers";
import { at, ifKnown, Json, list, record, textAt } from "./lib/json";
import { hcl } from "./lib/hcl";
import { ClusterObject } from "./lib/objects";
import { policy } from "./lib/policy";

/** Consul's own policies that allow everything. */
const MANAGEMENT = /^(global-management|builtin\/global-management|00000000-0000-0000-0000-000000000001)$/;
/** What rewrites intentions, tokens or the servers themselves. */
const WHOLE = ["acl", "keyring", "mesh", "operator", "peering"];

/** What a selector names somebody by; what it only leaves out names nobody. */
const NAMES = /==|(?<!\bnot\s+)\b(in|contains|matches)\b/;

/** Values in a selector, which may have such words in them, as `in-house` has. */
const VALUES = /"[^"]*"|`[^`]*`|(?<=!=\s*)[^"`\s]\S*/g;

/** The token of whoever has none. */
const ANONYMOUS = "00000000-0000-0000-0000-000000000002";

/** A token that may write everything is past every intention: it rewrites them, or takes any service's identity. */
export const aclGrants = policy({
  name: "no-acl-for-everything",
  description: "No ACL policy, token, role or binding rule of Consul gives more than one service's rights.",
  severity: "critical",
  remedy: "Name the services whose rights are needed, without intentions and without an empty prefix",
  environments: ["staging", "prod"],
  *object({ group, kind, body }: ClusterObject) {
    if (group !== "consul") {
      return;
    }
    if (kind === "AclPolicy") {
      const rules = hcl(String(body.rules));
      yield* rules === undefined ? ["its rules cannot be read"] : grants(lowerCase(rules));
    }
    const given = [
      ...list(body.policies),
      body.policy,
      ...(textAt(body, "bindType") === "policy" ? [body.bindName] : []),
    ];
    if (/^Acl(Token|Role|BindingRule)/.test(kind) && given.some((name) => MANAGEMENT.test(String(name)))) {
      yield "gives all rights of Consul's management token";
    }
    const bound = textAt(body, "bindType") === "templated-policy" ? at(body, "bindVars", "name") : body.bindName;
    if (
      kind === "AclBindingRule" &&
      !NAMES.test(String(body.selector).replace(VALUES, "")) &&
      !String(bound).includes("${")
    ) {
      yield `gives everybody who logs in the rights of ${body.bindName}`;
    }
  },
  *stack(objects) {
    const reading = objects.flatMap((object) => ifKnown(() => (onlyReads(object) ? [object.body.name] : []), []));
    for (const object of objects.filter((each) => ifKnown(() => isAnonymous(each), false))) {
      const { policies, policy: one, roles, role } = object.body;
      const given = [...list(policies), one, ...list(roles), role].filter((each) => each !== undefined);
      for (const name of [...given.filter((each) => !reading.includes(each)), ...identitiesOf(object)]) {
        yield { object, problem: `gives everybody who has no token the rights of ${name}` };
      }
    }
  },
});

/** Whether an object is the anonymous token, or gives it something. One that is not known yet is a new one. */
function isAnonymous({ group, kind, body }: ClusterObject): boolean {
  return group === "consul" && /^AclToken/.test(kind) && [body.tokenId, body.accessorId].includes(ANONYMOUS);
}

/** What a token may be beside what its policies and roles say; the template for DNS only reads. */
function identitiesOf({ body }: ClusterObject): string[] {
  const named = (key: string, what: string, name: string) =>
    list(body[key]).map((each) => `the ${what} ${at(each, name)}`);
  return [
    ...named("serviceIdentities", "service", "serviceName"),
    ...named("nodeIdentities", "node", "nodeName"),
    ...named("templatedPolicies", "template", "templateName"),
  ].filter((each) => each !== "the template builtin/dns");
}

/** Whether an object is an ACL policy that lets nobody write. */
function onlyReads({ group, kind, body }: ClusterObject): boolean {
  const rules = `${group}/${kind}` === "consul/AclPolicy" ? hcl(String(body.rules)) : undefined;
  return rules !== undefined && !JSON.stringify(rules).includes('"write"');
}

function* grants(rules: Json): Iterable<string> {
  for (const kind of WHOLE.filter((each) => rules[each] === "write")) {
    yield `${kind} = "write" lets its holder change everything`;
  }
  for (const kind of ["service", "service_prefix", "identity", "identity_prefix"]) {
    for (const [name, rule] of Object.entries(record(rules[kind]))) {
      if (at(rule, "intentions") === "write") {
        yield `may write the intentions of ${name === "" ? "every service" : name}`;
      } else if (kind.endsWith("_prefix") && name === "" && at(rule, "policy") === "write") {
        yield "may act as every service";
      }
    }
  }
  for (const kind of ["namespace", "namespace_prefix", "partition", "partition_prefix"]) {
    for (const inner of Object.values(record(rules[kind]))) {
      yield* grants(record(inner));
    }
  }
}
