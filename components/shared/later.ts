import * as pulumi from "@pulumi/pulumi";
import { describeProblems, printable, Problem, warn } from "./problems";

/** Whether another resource makes a value, so that it may be known no sooner than by `up`. */
export function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/**
 * A value that is judged as soon as it is known: by a preview where what makes it is there already, else by `up`, before what the value
 * is for is made or changed. A plain one is judged with all other inputs. Errors: `RunError`, with the words of a plain one's.
 */
export function judgedWhenKnown<V>(
  what: string,
  value: pulumi.Input<V>,
  problems: (known: V) => Problem[],
): pulumi.Input<V> {
  if (!isLater(value)) {
    return value;
  }
  return pulumi.output(value).apply((known) => {
    const found = problems(known as V);
    if (found.length > 0) {
      throw printable(new pulumi.RunError(describeProblems(what, found)));
    }
    return known;
  }) as pulumi.Output<V>;
}

/** What is made of a value: at once of a plain one, else as soon as it is known. */
export function whenKnown<V, R>(value: pulumi.Input<V>, make: (known: V) => R): pulumi.Input<R> {
  return isLater(value)
    ? (pulumi.output(value).apply((known) => make(known as V)) as pulumi.Output<R>)
    : make(value as V);
}

/** Says which values, by the paths of their inputs, a preview could not judge. */
export async function warnOfUnknown(
  what: string,
  values: Readonly<Record<string, unknown>>,
  resource?: pulumi.Resource,
): Promise<void> {
  const later = Object.entries(values).filter(([, value]) => isLater(value));
  const known = await Promise.all(later.map(([, value]) => isKnown(pulumi.output(value))));
  const unknown = later.filter((_, i) => !known[i]).map(([propertyPath]) => ({ propertyPath, reason: UNKNOWN }));
  warn(what, unknown, resource);
}

const UNKNOWN =
  "could not be judged by this preview, since what makes it is not there yet; up judges it, before anything is made of it";

/** Pulumi knows it of each output, and has no word for it. One that has failed is told by who uses it. */
export async function isKnown(value: pulumi.Output<unknown>): Promise<boolean> {
  return (value as unknown as { isKnown: Promise<boolean> }).isKnown.catch(() => true);
}
