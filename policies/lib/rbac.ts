import { at, Json, list, record, textAt } from "./json";
import { ClusterObject, namespaceOf } from "./objects";
import { selects } from "./pods";

/** Roles that every cluster has and that read Secrets. */
const POWERFUL = [
  ...["cluster-admin", "admin", "edit", "system:aggregate-to-admin", "system:aggregate-to-edit"],
  ...["system:kube-controller-manager", "system:node"],
];
/** How a ServiceAccount is called as a user. */
const AS_USER = /^system:serviceaccount:([^:]*):([^:]*)$/;
/** Where Consul's secrets are, and the identity of the ingress: a namespace of another name is told by the servers in it. */
const GUARDED = /consul|traefik/;

export function isBinding({ kind, group }: ClusterObject): boolean {
  return group === "rbac.authorization.k8s.io" && kind.endsWith("RoleBinding");
}

export function roleOf(binding: ClusterObject): Json {
  return record(binding.body.roleRef);
}

/** The subjects of a binding; a ServiceAccount that it names as a user is one. */
export function subjectsOf(binding: ClusterObject): unknown[] {
  return list(at(binding.body, "subjects")).map((subject) => {
    const user = textAt(subject, "kind") === "User" ? textAt(subject, "name") : undefined;
    const [, namespace, name] = AS_USER.exec(String(user)) ?? [];
    return name === undefined ? subject : { kind: "ServiceAccount", name, namespace };
  });
}

/** The rules of a role, with those of the roles that it is put together from. */
export function rulesOf({ body }: ClusterObject, objects: readonly ClusterObject[]): unknown[] {
  const selectors = list(at(body, "aggregationRule", "clusterRoleSelectors"));
  const parts = objects.filter(
    (other) =>
      other.kind === "ClusterRole" &&
      selectors.some((selector) => selects(selector, record(at(other.body, "metadata", "labels")))),
  );
  return [body, ...parts.map((part) => part.body)].flatMap((each) => list(each.rules));
}

/** Whether an object binds a role that every cluster has and that reads Secrets. */
export function isPowerful(object: ClusterObject): boolean {
  const role = roleOf(object);
  return isBinding(object) && role.kind === "ClusterRole" && POWERFUL.includes(String(role.name));
}

/** Whether a binding holds where Consul's secrets are, as far as its namespace's name tells. */
export function reaches(binding: ClusterObject): boolean {
  return binding.kind === "ClusterRoleBinding" || GUARDED.test(namespaceOf(binding));
}
