import { UnknownValueError } from "@pulumi/policy";

/**
 * Reading what a program handed over: JSON of any shape, where touching a value that preview does not know yet throws
 * `UnknownValueError`. A policy that forgets about unknowns thus never passes them by accident.
 */
export type Json = Record<string, unknown>;

/** An object as it is, anything else as an empty one. */
export function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A list as it is, anything else as an empty one. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value at a path of keys, `undefined` where there is none. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => record(inner)[key], value);
}

/** The text at a path, `undefined` where there is none. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** What `look` sees, or `otherwise` where it meets a value that is not known yet. */
export function ifKnown<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof UnknownValueError) {
      return otherwise;
    }
    throw error;
  }
}

/** Whether all conditions hold: where one is known not to, what the others ask for may be unknown. */
export function all(...conditions: readonly (() => boolean)[]): boolean {
  return conditions.every((holds) => ifKnown(holds, true)) && conditions.every((holds) => holds());
}

/** A copy without the fields that are null: Kubernetes takes such a field for one that is not there. Throws as `plain` does. */
export function withoutNulls<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), function (this: unknown, _, each) {
    return each === null && !Array.isArray(this) ? undefined : each;
  });
}

/** A copy with nothing unknown in it: throws `UnknownValueError` where there is. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
