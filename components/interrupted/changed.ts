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

/**
 * Whether the state has what is declared, and the cluster has not; `noted` reads the state, which takes long. Where the API server is
 * slow, Pulumi's provider can read an object back as it was before its own update, and the state has that [seen with 4.25]. A return to
 * what was declared before would then change nothing: an intention that was opened and is to be closed again would stay open.
 */
export async function missedUpdate(
  declared: object,
  live: object,
  noted: () => Promise<object | undefined>,
): Promise<boolean> {
  return !has(live, declared) && has(await noted(), declared);
}

/** Whether a value has all that another has. */
export function has(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) {
    return wanted === undefined || value === wanted;
  }
  const inside = (value ?? {}) as Record<string, unknown>;
  return (
    (!Array.isArray(wanted) || (value as unknown[] | undefined)?.length === wanted.length) &&
    Object.entries(wanted).every(([key, its]) => has(inside[key], its))
  );
}
