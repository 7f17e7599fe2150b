import { SENSITIVE } from "./consulSecrets";
import { consulServers } from "./lib/consulServers";
import { all, at, ifKnown, list, record, textAt } from "./lib/json";
import { injectedByDefault } from "./lib/meshPods";
import { ClusterObject, nameOf, namespaceOf } from "./lib/objects";
import { asksForSidecar, podOf } from "./lib/pods";
import { policy } from "./lib/policy";
import { isBinding, isPowerful, reaches, roleOf, rulesOf, subjectsOf } from "./lib/rbac";

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
  ["", "pods/attach", "create"],
  ["", "pods/attach", "get"],
  ["", "pods/ephemeralcontainers", "update"],
  ["", "pods/ephemeralcontainers", "patch"],
  ["", "nodes/proxy", "get"],
  ["", "nodes/proxy", "create"],
  ["", "serviceaccounts", "impersonate"],
  ["", "users", "impersonate"],
  ["", "groups", "impersonate"],
  // A certificate that the cluster signs is whoever it names.
  ["certificates.k8s.io", "certificatesigningrequests/approval", "update"],
  ["certificates.k8s.io", "certificatesigningrequests/approval", "patch"],
  ...["clusterroles", "roles"].flatMap((resource) =>
    ["escalate", "bind"].map((verb) => ["rbac.authorization.k8s.io", resource, verb] as const),
  ),
];
/** What makes pods, or says what theirs are: a pod mounts what it likes of its namespace's Secrets, under any ServiceAccount of it. */
const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  "": ["pods", "replicationcontrollers"],
  apps: ["deployments", "statefulsets", "daemonsets", "replicasets"],
  batch: ["jobs", "cronjobs"],
};
const STARTS = rights(WORKLOADS, ["create", "update", "patch"]);
/** What guards the mesh: who may call whom, and what brings sidecars and keeps others away. */
const GUARDS: typeof WORKLOADS = {
  "consul.hashicorp.com": [
    ...["serviceintentions", "servicedefaults", "proxydefaults", "meshes", "jwtproviders", "registrations"],
    ...["serviceresolvers", "servicerouters", "servicesplitters", "ingressgateways", "terminatinggateways"],
    ...["exportedservices", "peeringacceptors", "peeringdialers", "samenessgroups", "cgateways"],
  ],
  // With its kind go all intentions.
  "apiextensions.k8s.io": ["customresourcedefinitions"],
  "admissionregistration.k8s.io": [
    ...["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
    ...["mutatingadmissionpolicies", "mutatingadmissionpolicybindings"],
  ],
  "networking.k8s.io": ["networkpolicies"],
  "policy.networking.k8s.io": ["adminnetworkpolicies", "baselineadminnetworkpolicies", "clusternetworkpolicies"],
};
const UNDOES: typeof TAKES = [
  ...rights(GUARDS, ["create", "update", "patch", "delete", "deletecollection"]),
  // A label of the namespace turns the transparent proxy off.
  ...rights({ "": ["namespaces"] }, ["update", "patch"]),
  // A forwarded port ends behind the sidecar.
  ...rights({ "": ["pods/portforward"] }, ["create", "get"]),
];

/** Keys and tokens are in Secrets: who may read all of them, or be every ServiceAccount, is every service of the mesh. */
export const secretReaders = policy({
  name: "secrets-not-for-everybody",
  description:
    "Only those who were chosen for it read the Secrets of Consul's namespace, act as another or undo the mesh's guards.",
  severity: "critical",
  remedy: "Bind a ServiceAccount of its own, to a Role that names Secrets by resourceNames",
  *object(object) {
    const isGiven = () => isTold(object);
    for (const subject of ifKnown(isGiven, true) ? subjectsOf(object) : []) {
      if (all(() => isEverybody(subject), isGiven)) {
        yield `gives ${roleOf(object).name} to ${said(subject)}`;
      }
    }
    const labels = record(object.kind === "ClusterRole" && at(object.body, "metadata", "labels"));
    const added = String(labels["rbac.authorization.k8s.io/aggregate-to-view"]) === "true" && list(object.body.rules);
    const opened = added && opens(added, [...TAKES, ...STARTS, ...UNDOES]);
    if (opened) {
      yield `is added to the role view, which everybody is given and which then ${opened}`;
    }
  },
  *stack(objects) {
    const guarded = consulServers(objects).map(({ object }) => namespaceOf(object));
    const byDefault = injectedByDefault(objects);
    const isMeshed = (object: ClusterObject) => {
      const pod = podOf(object);
      return pod !== undefined && (asksForSidecar(pod) ?? byDefault(object));
    };
    const meshed = objects.flatMap((o) => ifKnown(() => (isMeshed(o) ? [namespaceOf(o)] : []), []));
    for (const object of objects.filter(isBinding)) {
      // One whose namespace is not known yet may be where Consul's Secrets are.
      const near = ifKnown(() => reaches(object) || guarded.includes(namespaceOf(object)), true);
      const problems = () => [...bindingProblems(object, objects, near)];
      // Beside services of the mesh, whom a program chooses may be known later.
      const found = near
        ? ifKnown(problems, [UNKNOWN])
        : meshed.includes(namespaceOf(object))
          ? ifKnown(problems, [])
          : [];
      yield* found.map((problem) => ({ object, problem }));
    }
  },
});

const UNKNOWN =
  "cannot be judged: its namespace, its role or whom it gives that to is not known yet; give it a plain value, not an output";

/** Whether `object` tells of it. */
function isTold(binding: ClusterObject): boolean {
  return all(
    () => isPowerful(binding),
    () => reaches(binding),
  );
}

/** What a binding gives to those who should not have it; `near` is where Consul's Secrets are. */
function* bindingProblems(object: ClusterObject, objects: readonly ClusterObject[], near: boolean): Iterable<string> {
  const rules = () => rulesGiven(object, objects);
  const taking = (everybody: boolean) =>
    isPowerful(object) ? "may read all Secrets" : opens(rules(), TAKES, everybody);
  const toEverybody = () =>
    isTold(object) ? undefined : (taking(true) ?? opens(rules(), UNDOES, true) ?? opens(rules(), STARTS));
  const where = (isMeant: () => boolean, opened: () => string | undefined) =>
    all(isMeant, () => opened() !== undefined) ? opened() : undefined;
  for (const subject of subjectsOf(object)) {
    const isStrange = () => near && !object.rendered && isStranger(subject, object);
    const opened =
      where(() => isEverybody(subject), toEverybody) ??
      // One of another namespace that makes workloads was chosen for it: that is how GitOps deploys.
      where(isStrange, () => taking(false));
    if (opened !== undefined) {
      yield `gives the role ${roleOf(object).name}, which ${opened}, to ${said(subject)}`;
    }
  }
}

/** The rules of the role that a binding gives; a Role of a namespace that is not known yet may be any of its name. */
function rulesGiven(binding: ClusterObject, objects: readonly ClusterObject[]): unknown[] {
  const { kind, name } = roleOf(binding);
  const isHere = (role: ClusterObject) => ifKnown(() => namespaceOf(role) === namespaceOf(binding), true);
  return objects
    .filter((role) => role.kind === kind && nameOf(role) === name && (kind === "ClusterRole" || isHere(role)))
    .flatMap((role) => rulesOf(role, objects));
}

function isStranger(subject: unknown, binding: ClusterObject): boolean {
  const namespace = textAt(subject, "namespace");
  return binding.kind === "RoleBinding" && namespace !== undefined && namespace !== namespaceOf(binding);
}

function rights(resources: typeof WORKLOADS, verbs: readonly string[]): typeof TAKES {
  return Object.entries(resources).flatMap(([group, names]) =>
    names.flatMap((resource) => verbs.map((verb) => [group, resource, verb] as const)),
  );
}

function isEverybody(subject: unknown): boolean {
  const name = String(at(subject, "name"));
  return textAt(subject, "kind") === "ServiceAccount" ? name === "default" : EVERYBODY.test(name);
}

function said(subject: unknown): string {
  const path = ["namespace", "name"].flatMap((key) => textAt(subject, key) ?? []);
  return `${textAt(subject, "kind")} ${path.join("/")}`;
}

/**
 * Which of these rights rules give, in words; `undefined` where it gives none. What it names was chosen, but not for
 * `everybody`: of Secrets those count then that are Consul's.
 */
function opens(rules: readonly unknown[], wanted: typeof TAKES, everybody = false): string | undefined {
  const taken = wanted.find(([group, resource, verb]) =>
    rules.some((rule) => {
      const has = (key: string, ...values: string[]) =>
        list(at(rule, key)).some((each) => [...values, "*"].includes(String(each)));
      const names = list(at(rule, "resourceNames")).map(String);
      const counts = resource !== "secrets" || names.some((name) => SENSITIVE.test(name));
      return (
        (names.length === 0 || (everybody && counts)) &&
        has("apiGroups", group) &&
        has("resources", resource, resource.replace(/.*\//, "*/")) &&
        has("verbs", verb)
      );
    }),
  );
  return taken && `may ${taken[2]} ${taken[1]}`;
}
