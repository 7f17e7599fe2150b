import * as pulumi from "@pulumi/pulumi";
import { describeProblems, printable, Problem } from "./problems";

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
