import { list } from "./lib/json";
import { ClusterObject } from "./lib/objects";
import { consulAnnotation, containersOf, isTraefik, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** Paths of a workload that decide whether its pods are in the mesh, and as whom. */
const OF_PODS = [
  "metadata.annotations",
  "metadata.labels",
  ...["hostNetwork", "hostPID", "securityContext", "serviceAccount", "serviceAccountName"].map((key) => `spec.${key}`),
  ...["shareProcessNamespace", "volumes"].map((key) => `spec.${key}`),
  ...["initContainers", "containers"].flatMap((containers) =>
    ["args", "command", "env", "envFrom", "ports", "securityContext"].map((key) => `spec.${containers}.*.${key}`),
  ),
];

/**
 * A policy judges what the program says. With `ignoreChanges` the cluster keeps what it has instead, so a sound
 * declaration stands in front of whatever was deployed before.
 */
export const ignoredChanges = policy({
  name: "no-decision-ignored",
  description: "What decides about the mesh is deployed as it is declared.",
  severity: "high",
  remedy: "Leave it out of ignoreChanges, or name what lies beside it, as spec.replicas does",
  *object(object) {
    if (object.ignored?.length) {
      yield* problems(object.ignored, decisive(object));
    }
  },
  *release({ opts }) {
    yield* problems(opts!.ignoreChanges, ["chart", "values", "valueYamlFiles", "postrender"]);
  },
});

/** The paths of an object that other policies judge. */
function decisive(object: ClusterObject): string[] {
  const { group, kind } = object;
  if (group === "consul.hashicorp.com" || (group === "networking.k8s.io" && kind === "NetworkPolicy")) {
    return ["spec"];
  }
  if (group === "consul") {
    return ["rules", "policies", "bindName"];
  }
  if (kind === "Namespace") {
    return ["metadata.labels", "metadata.annotations"];
  }
  const pod = podOf(object);
  // A Job's pod cannot be changed anyway, and a Job that is done is not done again because its image changed.
  const ofMesh =
    pod !== undefined &&
    kind !== "Job" &&
    (consulAnnotation(pod, "connect-inject") !== undefined ||
      containersOf(object).some((container) => isTraefik(container) || /consul/.test(String(container.image))));
  return ofMesh ? OF_PODS.map((path) => (kind === "Pod" ? path : `spec.template.${path}`)) : [];
}

function* problems(ignored: readonly string[], paths: readonly string[]): Iterable<string> {
  for (const path of ignored) {
    const keys = path.split(/["'\]]*[.[]["']*|["']?\]/).filter((key) => key !== "");
    if (paths.some((other) => overlap(keys, other.split(".")))) {
      yield `ignoreChanges has ${path}, so what is declared there need not be what is deployed`;
    }
  }
}

/** Whether one path leads to the other, or into it: an annotation of the injector's counts, another's does not. */
function overlap(keys: readonly string[], decides: readonly string[]): boolean {
  const same = list(keys)
    .slice(0, decides.length)
    .every((key, i) => key === decides[i] || key === "*" || decides[i] === "*");
  const below = keys.slice(decides.length);
  return (
    same &&
    (!/^(annotations|labels)$/.test(decides[decides.length - 1]) ||
      below.length === 0 ||
      /consul|traefik|\*/.test(below.join(".")))
  );
}
