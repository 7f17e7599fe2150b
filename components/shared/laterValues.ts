import * as pulumi from "@pulumi/pulumi";
import { isLater, judgedWhenKnown, warnOfUnknown } from "./later";
import { Problem } from "./problems";

/** What other resources make of inputs, by the path of each. */
export function laterValues(inputs: object): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  replaceLater(inputs, (value, path) => (found[path] = value));
  return found;
}

export const NOT_PLAIN = "is an output of a resource, or a secret; give a plain value, which a preview can judge";

/**
 * Problems of outputs in place of plain values, which only a program without types gives: whatever is in one, it would count as true.
 * `judgedLater` are the paths where an output may be.
 */
export function laterProblems(inputs: object, ...judgedLater: readonly RegExp[]): Problem[] {
  const paths = Object.keys(laterValues(inputs)).filter((path) => !judgedLater.some((each) => each.test(path)));
  return paths.map((propertyPath) => ({ propertyPath, reason: NOT_PLAIN }));
}

/**
 * Inputs with each value replaced that another resource makes; the objects of other classes among them, such as resources, are left
 * alone.
 */
export function replaceLater(inputs: unknown, by: (value: unknown, path: string) => unknown, path = ""): unknown {
  if (isLater(inputs)) {
    return by(inputs, path);
  }
  if (Array.isArray(inputs)) {
    return inputs.map((each, i) => replaceLater(each, by, `${path}[${i}]`));
  }
  return typeof inputs === "object" && inputs !== null && Object.getPrototypeOf(inputs) === Object.prototype
    ? Object.fromEntries(
        Object.entries(inputs).map(([key, each]) => [
          key,
          replaceLater(each, by, path === "" ? key : `${path}.${key}`),
        ]),
      )
    : inputs;
}

/**
 * Inputs whose values of other resources are judged all at once, when all are known: what uses one of them waits for that. Errors as of
 * `judgedWhenKnown`.
 */
export function judgedTogether<T extends object>(
  what: string,
  inputs: T,
  problems: (known: pulumi.Unwrap<T>) => Problem[],
  resource: pulumi.Resource,
): T {
  const later = laterValues(inputs);
  if (Object.keys(later).length === 0) {
    return inputs;
  }
  void warnOfUnknown(what, later, resource);
  const judged = judgedWhenKnown(what, pulumi.output(inputs), problems, later);
  return replaceLater(inputs, (value) => pulumi.all([value, judged]).apply(([its]) => its)) as T;
}

/** What is made of inputs: at once where all are plain, else when all are known. */
export function whenAllKnown<T extends object, R>(inputs: T, make: (known: pulumi.Unwrap<T>) => R): pulumi.Input<R> {
  return Object.keys(laterValues(inputs)).length === 0
    ? make(inputs as pulumi.Unwrap<T>)
    : (pulumi.output(inputs).apply(make) as pulumi.Output<R>);
}
