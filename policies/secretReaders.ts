import { at, list, record, textAt } from "./lib/json";
import { ClusterObject, nameOf, namespaceOf } from "./lib/objects";
import { policy } from "./lib/policy";

/** Roles that every cluster has and that read Secrets. */
const POWERFUL = ["cluster-admin", "admin", "edit"];
/** Subjects that nobody chose one by one. */
const EVERYBODY = /^system:(serviceaccounts|authenticated|unauthenticated|anonymous|masters)(:|$)/;
/** Where Consul's secrets are, and the identity of the ingress: other names are told by who runs there. */
const GUARDED = /consul|traefik/;
/** What gives the identity of another, beside its Secrets: [resource, verb]. */
const TAKES: readonly (readonly [resource: string, verb: string])[] = [
  ["secrets", "get"],
  ["secrets", "list"],
  ["secrets", "watch"],
  ["serviceaccounts/token", "create"],
  ["pods/exec", "create"],
  ["serviceaccounts", "impersonate"],
  ["clusterroles", "escalate"],
  ["clusterroles", "bind"],
];

/** Keys and tokens are in Secrets: who may read all of them, or be every ServiceAccount, is every service of the mesh. */
export const secretReaders = policy({
  name: "secrets-not-for-everybody",
  description: "Nobody reads the Secrets of Consul's namespace, or acts as another, who was not chosen for it.",
  severity: "critical",
  remedy: "Bind a ServiceAccount of its own to a Role that names the Secrets by resourceNames",
  *object(object) {
    const role = textAt(object.body, "roleRef", "name");
    if (isBinding(object) && POWERFUL.includes(role ?? "") && reaches(object)) {
      for (const subject of list(at(object.body, "subjects")).filter(isEverybody)) {
        yield `gives ${role} to ${said(subject)}`;
      }
    }
    if (object.kind === "ClusterRole" && opens(object)) {
      const labels = record(at(object.body, "metadata", "labels"));
      if (String(labels["rbac.authorization.k8s.io/aggregate-to-view"]) === "true") {
        yield "adds the reading of Secrets to the role view, which everybody is given";
      }
    }
  },
  *stack(objects) {
    const roles = objects.filter((o) => /^(Cluster)?Role$/.test(o.kind) && opens(o));
    for (const object of objects.filter((o) => isBinding(o) && reaches(o))) {
      const { kind, name } = record(object.body.roleRef);
      const role = roles.find(
        (o) =>
          o.kind === kind && nameOf(o) === name && (kind === "ClusterRole" || namespaceOf(o) === namespaceOf(object)),
      );
      for (const subject of role ? list(at(object.body, "subjects")) : []) {
        const stranger =
          object.kind === "RoleBinding" &&
          textAt(subject, "kind") === "ServiceAccount" &&
          (textAt(subject, "namespace") ?? namespaceOf(object)) !== namespaceOf(object);
        if (isEverybody(subject) || (stranger && !object.rendered)) {
          yield { object, problem: `gives the role ${name}, which ${opens(role!)}, to ${said(subject)}` };
        }
      }
    }
  },
});

function isBinding({ kind, group }: ClusterObject): boolean {
  return group === "rbac.authorization.k8s.io" && (kind === "ClusterRoleBinding" || kind === "RoleBinding");
}

/** Whether a binding holds where Consul's secrets are. */
function reaches(binding: ClusterObject): boolean {
  return binding.kind === "ClusterRoleBinding" || GUARDED.test(namespaceOf(binding));
}

function isEverybody(subject: unknown): boolean {
  const name = textAt(subject, "name") ?? "";
  return textAt(subject, "kind") === "ServiceAccount" ? name === "default" : EVERYBODY.test(name);
}

function said(subject: unknown): string {
  const namespace = textAt(subject, "namespace");
  return `${textAt(subject, "kind")} ${namespace === undefined ? "" : `${namespace}/`}${textAt(subject, "name")}`;
}

/** What a role opens, in words; empty where it opens nothing. */
function opens({ body }: ClusterObject): string {
  for (const rule of list(body.rules)) {
    const has = (key: string, value: string) => list(at(rule, key)).some((each) => each === "*" || each === value);
    // Those that are named were chosen.
    const named = list(at(rule, "resourceNames")).length > 0;
    const taken = TAKES.find(
      ([resource, verb]) =>
        (has("resources", resource) || has("resources", resource.replace(/^.*\//, "*/"))) && has("verbs", verb),
    );
    if (taken !== undefined && !named) {
      return `may ${taken[1]} ${taken[0]}`;
    }
  }
  return "";
}
