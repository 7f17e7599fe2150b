import { at, Json, list, record } from "./json";
import { ClusterObject, namespaceOf } from "./objects";

/** Roles that every cluster has and that read Secrets. */
const POWERFUL = ["cluster-admin", "admin", "edit"];
/** Where Consul's secrets are, and the identity of the ingress: a namespace of another name is told by the servers in it. */
const GUARDED = /consul|traefik/;

export function isBinding({ kind, group }: ClusterObject): boolean {
  return group === "rbac.authorization.k8s.io" && kind.endsWith("RoleBinding");
}

export function roleOf(binding: ClusterObject): Json {
  return record(binding.body.roleRef);
}

export function subjectsOf(binding: ClusterObject): unknown[] {
  return list(at(binding.body, "subjects"));
}

/** Whether an object binds a role that every cluster has and that reads Secrets. */
export function isPowerful(object: ClusterObject): boolean {
  const { kind, name } = roleOf(object);
  return isBinding(object) && kind === "ClusterRole" && POWERFUL.includes(String(name));
}

/** Whether a binding holds where Consul's secrets are, as far as its namespace's name tells. */
export function reaches(binding: ClusterObject): boolean {
  return binding.kind === "ClusterRoleBinding" || GUARDED.test(namespaceOf(binding));
}
