import { Decision, decisionOf, mayServeMesh, servesMesh } from "./lib/decisions";
import { ifKnown, list } from "./lib/json";
import { ClusterObject } from "./lib/objects";
import { policy } from "./lib/policy";

/**
 * A policy judges what the program says. With `ignoreChanges` the cluster keeps what it has instead, so a sound
 * declaration stands in front of whatever was deployed before.
 */
export const ignoredChanges = policy({
  name: "no-decision-ignored",
  description: "What decides about the mesh is deployed as it is declared.",
  severity: "high",
  remedy: "Leave it out of ignoreChanges, or ignore only what decides nothing about the mesh, such as spec.replicas",
  *object(object) {
    yield* ofObject(object, isToldOfMesh);
  },
  *release({ opts }) {
    yield* problems(opts!.ignoreChanges, ["chart", "values", "valueYamlFiles", "postrender"]);
  },
  *stack(objects) {
    for (const object of objects.filter(mayServeMesh)) {
      const untold: typeof isToldOfMesh = (...about) => !isToldOfMesh(...about) && servesMesh(object, objects);
      // What is not known yet was told of the object by itself.
      for (const problem of ifKnown(() => [...ofObject(object, untold)], [])) {
        yield { object, problem };
      }
    }
  },
});

function isToldOfMesh({ ofMesh = () => true }: Decision, object: ClusterObject, path: string): boolean {
  return ofMesh(object, path);
}

function* ofObject(object: ClusterObject, counts: typeof isToldOfMesh): Iterable<string> {
  const { ignored = [] } = object;
  const decision = ignored.length > 0 ? decisionOf(object) : undefined;
  if (decision !== undefined) {
    yield* problems(ignored, decision.paths, (path) => counts(decision, object, path));
  }
}

function* problems(
  ignored: readonly string[],
  paths: readonly string[],
  counts: (path: string) => boolean = () => true,
): Iterable<string> {
  for (const path of ignored) {
    const keys = path.split(/["'\]]*[.[]["']*|["']?\]/).filter((key) => key !== "");
    // An object of a list is at its place there.
    const own = keys[0] === "items" ? keys.slice(2) : keys;
    if (paths.some((other) => overlap(own, other.split("."))) && counts(path)) {
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
