import * as pulumi from "@pulumi/pulumi";
import { describeProblems, Problem } from "./problems";

/** Whether another resource makes a value, so that it may be known no sooner than by `up`. */
export function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/**
 * An error out of an output, whose message alone is shown. Without a stack: Node 20 takes half a minute to colour one that goes
 * through Pulumi's own outputs, which Pulumi has it do [node util.inspect markNodeModules, of `node_modules/@pulumi/output.ts`].
 */
export function laterError(message: string): pulumi.RunError {
  return Object.assign(new pulumi.RunError(message), { stack: message });
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
      throw laterError(describeProblems(what, found));
    }
    return known;
  }) as pulumi.Output<V>;
}
