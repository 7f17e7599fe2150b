import type { ApiObject } from "./clusterApi";

/**
 * When somebody but Pulumi has written a part of what is declared in an object's `spec`, by the API server's own record of who wrote what
 * and when (`managedFields`); 0 where nobody has. What somebody has added besides is theirs: the API server keeps it.
 */
export function changedByOthers({ metadata }: Pick<ApiObject, "metadata">, declared: object): number {
  const times = (metadata.managedFields ?? [])
    .filter(({ manager }) => !manager.startsWith("pulumi-"))
    .filter(({ fieldsV1 }) =>
      // Each is "f:" and the field's name.
      Object.keys(fieldsV1?.["f:spec"] ?? {}).some((field) => field.slice(2) in declared),
    )
    .map(({ time = "" }) => Date.parse(time));
  return Math.max(0, ...times.filter((time) => !Number.isNaN(time)));
}
