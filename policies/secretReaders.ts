import { consulServers } from "./lib/consulServers";
import { at, list, record, textAt } from "./lib/json";
import { ClusterObject, nameOf, namespaceOf } from "./lib/objects";
import { policy } from "./lib/policy";
import { isBinding, isPowerful, reaches, roleOf, subjectsOf } from "./lib/rbac";

/** Subjects that nobody chose one by one. */
const EVERYBODY = /^system:(serviceaccounts|authenticated|unauthenticated|anonymous|masters)(:|$)/;
/** What gives the identity of another, beside its Secrets: [API group, resource, verb]. */
const TAKES: readonly (readonly [group: string, resource: string, verb: string])[] = [
  ["", "secrets", "get"],
  ["", "secrets", "list"],
  ["", "secrets", "watch"],
  // These are answered with what the Secrets have: a delete where it is by propagationPolicy=Foreground, even as a dry run.
  ["", "secrets", "patch"],
  ["", "secrets", "delete"],
  ["", "secrets", "deletecollection"],
  ["", "serviceaccounts/token", "create"],
  ["", "pods/exec", "create"],
  // By a WebSocket, as kubectl asks, that is a get: seen on Kubernetes 1.34.
  ["", "pods/exec", "get"],
  ["", "pods/ephemeralcontainers", "update"],
  ["", "pods/ephemeralcontainers", "patch"],
  ["", "nodes/proxy", "get"],
  ["", "nodes/proxy", "create"],
  ["", "serviceaccounts", "impersonate"],
  ["", "users", "impersonate"],
  ["", "groups", "impersonate"],
  ["rbac.authorization.k8s.io", "clusterroles", "escalate"],
  ["rbac.authorization.k8s.io", "clusterroles", "bind"],
];
/** What makes pods, or says what theirs are: a pod mounts what it likes of its namespace's Secrets, under any ServiceAccount of it. */
const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  "": ["pods", "replicationcontrollers"],
  apps: ["deployments", "statefulsets", "daemonsets", "replicasets"],
  batch: ["jobs", "cronjobs"],
};
const STARTS: typeof TAKES = Object.entries(WORKLOADS).flatMap(([group, resources]) =>
  resources.flatMap((resource) => ["create", "update", "patch"].map((verb) => [group, resource, verb] as const)),
);

/** Keys and tokens are in Secrets: who may read all of them, or be every ServiceAccount, is every service of the mesh. */
export const secretReaders = policy({
  name: "secrets-not-for-everybody",
  description: "Only those who were chosen for it read the Secrets of Consul's namespace, or act as another.",
  severity: "critical",
  remedy: "Bind a ServiceAccount of its own to a Role that names the Secrets by resourceNames",
  *object(object) {
    for (const subject of isPowerful(object) && reaches(object) ? subjectsOf(object).filter(isEverybody) : []) {
      yield `gives ${roleOf(object).name} to ${said(subject)}`;
    }
    const labels = record(at(object.body, "metadata", "labels"));
    if (
      String(labels["rbac.authorization.k8s.io/aggregate-to-view"]) === "true" &&
      object.kind === "ClusterRole" &&
      opens(object, [...TAKES, ...STARTS])
    ) {
      yield "adds the reading of Secrets to the role view, which everybody is given";
    }
  },
  *stack(objects) {
    const guarded = consulServers(objects).map(({ object }) => namespaceOf(object));
    for (const object of objects.filter((o) => isBinding(o) && (reaches(o) || guarded.includes(namespaceOf(o))))) {
      const { kind, name } = roleOf(object);
      const role = objects.find(
        (o) =>
          o.kind === kind && nameOf(o) === name && (kind === "ClusterRole" || namespaceOf(o) === namespaceOf(object)),
      );
      const taken = isPowerful(object) ? "may read all Secrets" : role && opens(role, TAKES);
      const started = role && opens(role, STARTS);
      for (const subject of subjectsOf(object)) {
        const stranger =
          object.kind === "RoleBinding" &&
          (textAt(subject, "namespace") ?? namespaceOf(object)) !== namespaceOf(object);
        const told = isPowerful(object) && reaches(object);
        // One of another namespace that makes workloads was chosen for it: that is how GitOps deploys.
        const opened = isEverybody(subject) && !told ? (taken ?? started) : stranger && !object.rendered && taken;
        if (opened) {
          yield { object, problem: `gives the role ${name}, which ${opened}, to ${said(subject)}` };
        }
      }
    }
  },
});

function isEverybody(subject: unknown): boolean {
  const name = String(at(subject, "name"));
  return textAt(subject, "kind") === "ServiceAccount" ? name === "default" : EVERYBODY.test(name);
}

function said(subject: unknown): string {
  const path = ["namespace", "name"].flatMap((key) => textAt(subject, key) ?? []);
  return `${textAt(subject, "kind")} ${path.join("/")}`;
}

/** Which of these rights a role gives, in words; `undefined` where it gives none. */
function opens({ body }: ClusterObject, rights: typeof TAKES): string | undefined {
  // Those that are named were chosen.
  const rules = list(body.rules).filter((rule) => list(at(rule, "resourceNames")).length === 0);
  const taken = rights.find(([group, resource, verb]) =>
    rules.some((rule) => {
      const has = (key: string, ...values: string[]) =>
        list(at(rule, key)).some((each) => [...values, "*"].includes(String(each)));
      return (
        has("apiGroups", group) && has("resources", resource, resource.replace(/.*\//, "*/")) && has("verbs", verb)
      );
    }),
  );
  return taken && `may ${taken[2]} ${taken[1]}`;
}
