import { closest } from "fastest-levenshtein";
import { Problem } from "./problems";

/** The keys of an input, each with those of what is within, or `true` where that is judged elsewhere; of a list, those of each. */
export type KeysOf<T> =
  | true
  | (T extends readonly (infer E)[]
      ? KeysOf<E>
      : T extends object
        ? { readonly [K in keyof Required<T>]: KeysOf<NonNullable<T[K]>> }
        : never);

type Keys = true | { readonly [key: string]: Keys };

/**
 * Problems of keys that an input does not have, which only a program without types can give: what they say would be left out, and a
 * rule or a route without it may open more.
 */
export function keyProblems(propertyPath: string, value: unknown, keys: Keys): Problem[] {
  if (keys === true || typeof value !== "object" || value === null) {
    return [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((each, i) => keyProblems(`${propertyPath}[${i}]`, each, keys));
  }
  return Object.entries(value).flatMap(([key, each]) =>
    Object.hasOwn(keys, key)
      ? keyProblems(`${propertyPath}.${key}`, each, keys[key])
      : [unknownKey(`${propertyPath}.${key}`, key, Object.keys(keys))],
  );
}

/** What is meant by keys of Kubernetes' and of other tools' that are nearest to something else. */
const MEANT: Readonly<Record<string, string>> = {
  environment: "env",
  host: "routes",
  ingress: "routes",
  labels: "podLabels",
  lifecycle: "podSpec.containers",
  path: "pathPrefix",
  strategy: "updateStrategy",
  volumeMounts: "volumes",
  ...Object.fromEntries(
    ["affinity", "containers", "dnsConfig", "hostAliases", "initContainers", "securityContext"].map((key) => [
      key,
      `podSpec.${key}`,
    ]),
  ),
};

/** Keys of Kubernetes' volumes and of their sources, and a key that stands beside them where only some are known. */
const OF_VOLUMES = "csi ephemeral hostPath image iscsi items defaultMode nfs projected".split(" ");
const BESIDE_VOLUMES = ["mountPath", "optional"];

/** A key that nobody knows, with the known one that is meant, or else the nearest. */
export function unknownKey(propertyPath: string, key: string, known: readonly string[]): Problem {
  const volume = OF_VOLUMES.includes(key) && BESIDE_VOLUMES.some((each) => known.includes(each));
  const meant = volume
    ? "podSpec.volumes"
    : Object.hasOwn(MEANT, key) && known.includes(MEANT[key].split(".")[0])
      ? MEANT[key]
      : closest(key, known);
  return { propertyPath, reason: `is not a known key; did you mean "${meant}"?` };
}

/** Problems of inputs that are null, as YAML reads a key without a value: only `undefined` leaves one out. */
export function nullProblems(inputs: unknown, propertyPath = ""): Problem[] {
  if (inputs === null) {
    return [{ propertyPath, reason: "is null; give it a value, or leave it out" }];
  }
  if (Array.isArray(inputs)) {
    return inputs.flatMap((each, i) => nullProblems(each, `${propertyPath}[${i}]`));
  }
  return typeof inputs === "object" && Object.getPrototypeOf(inputs) === Object.prototype
    ? Object.entries(inputs).flatMap(([key, each]) =>
        nullProblems(each, propertyPath === "" ? key : `${propertyPath}.${key}`),
      )
    : [];
}
