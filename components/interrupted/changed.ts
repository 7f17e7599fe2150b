import { quantityOf } from "../shared/grammars";
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

/** What is read of a declaration. */
interface Declared {
  readonly data?: object;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: { readonly replicas?: number };
}

/**
 * Whether Pulumi has written an object since the state was written: a run that was killed writes what its state never learns of, and
 * so does one that was cancelled while it waited. A return to what was declared before would then change nothing, and a service would
 * go on with the image that never started. `noted` reads the state, which takes long, so what only looks different is told from what
 * is: the text of a Secret, which the API server keeps in base64, and a number of pods that is `leftAlone`.
 */
export async function wroteUnnoticed(
  declared: object,
  live: Pick<ApiObject, "metadata" | "spec">,
  noted: () => Promise<Partial<Pick<ApiObject, "metadata">> | undefined>,
  leftAlone: readonly string[] = [],
): Promise<boolean> {
  const { data, stringData, spec } = declared as Declared;
  const base64 = Object.entries(stringData ?? {}).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  const kept = stringData === undefined ? declared : { ...declared, data: { ...data, ...Object.fromEntries(base64) } };
  const replicas = leftAlone.includes("spec.replicas") ? { spec: { ...live.spec, replicas: spec?.replicas } } : {};
  const its = { ...live, stringData, ...replicas };
  if (has(its, kept) && !ownWrites(live).some(({ fieldsV1 = {} }) => wroteMore(fieldsV1, kept))) {
    return false;
  }
  const before = ownWrites((await noted()) ?? {});
  // A resource writes by one name always. Another is that of a patch, of this stack or another's, which the state of this one need not have.
  return ownWrites(live).some(({ manager, time = "" }) => {
    const earlier = before.filter((each) => each.manager === manager);
    return earlier.length > 0 && earlier.every((each) => (each.time ?? "") < time);
  });
}

/** What Pulumi has written of an object. */
export function ownWrites({
  metadata,
}: Partial<Pick<ApiObject, "metadata">>): NonNullable<ApiObject["metadata"]["managedFields"]> {
  return (metadata?.managedFields ?? []).filter(({ manager }) => manager.startsWith("pulumi-"));
}

/** Whether fields that were written are not declared; each is by "f:" and its name, or, in a list, by "k:" and what tells its item. */
function wroteMore(fields: object, declared: unknown): boolean {
  return Object.entries(fields).some(([key, inner]) => {
    const its =
      key.startsWith("k:") && Array.isArray(declared)
        ? declared.find((item) => isToldBy(item, JSON.parse(key.slice(2))))
        : (declared as Record<string, unknown> | null)?.[key.slice(2)];
    return /^[fk]:/.test(key) && (its === undefined || wroteMore(inner, its));
  });
}

/** Whether an item of a list is the one that these keys tell; the API server fills in those that have a default, such as `protocol`. */
function isToldBy(item: Record<string, unknown>, keys: object): boolean {
  return Object.entries(keys).every(([key, value]) => item[key] === undefined || item[key] === value);
}

/** Where values are amounts, of which the API server has its own way to write them: `0.5` is `500m`. */
const AMOUNTS = /^(requests|limits|sizeLimit)$/;

/** Whether a value has all that another has. What is empty the API server may leave out. */
export function has(value: unknown, wanted: unknown, amount = false): boolean {
  if (typeof wanted !== "object" || wanted === null) {
    const same = amount && (quantityOf(String(value)) ?? NaN) === quantityOf(String(wanted));
    return wanted === undefined || value === wanted || same || (value === undefined && !wanted);
  }
  const inside = (value ?? {}) as Record<string, unknown>;
  return (
    (!Array.isArray(wanted) || (value === undefined ? 0 : (value as unknown[] | null)?.length) === wanted.length) &&
    Object.entries(wanted).every(([key, its]) => has(inside[key], its, amount || AMOUNTS.test(key)))
  );
}
