import * as pulumi from "@pulumi/pulumi";

/** One thing that is wrong with the inputs: the path of the input, and the reason with its remedy. */
export type Problem = pulumi.InputPropertyErrorDetails;

/**
 * Refuses inputs: throws one `InputPropertiesError` that names every problem at once, so that nothing is deployed and
 * one run tells all. Does nothing when there is no problem.
 */
export function refuse(what: string, problems: Problem[]): void {
  if (problems.length === 0) {
    return;
  }
  throw printable(new pulumi.InputPropertiesError({ message: describeProblems(what, problems), errors: problems }));
}

/**
 * An error that may be thrown out of an output, without the frames of Pulumi's own outputs: their source map says
 * `node_modules/@pulumi/output.ts`, in which Node 20 looks for a further slash without end when Pulumi has it coloured, for half a
 * minute [node util.inspect, markNodeModules].
 */
export function printable<E extends Error>(error: E): E {
  const frames = error.stack?.split("\n").filter((line) => !/node_modules\/@[^/]+\/[^/]+$/.test(line));
  return Object.assign(error, { stack: frames?.join("\n") });
}

/** Says what is no reason to refuse, in one message; nothing where there is nothing. */
export function warn(what: string, warnings: Problem[], resource?: pulumi.Resource): void {
  if (warnings.length > 0) {
    void pulumi.log.warn(describeProblems(what, warnings, "warning"), resource);
  }
}

/** The problems as text: a headline, then one line for each. */
export function describeProblems(what: string, problems: Problem[], kind = "problem"): string {
  const count = `${problems.length} ${kind}${problems.length === 1 ? "" : "s"}`;
  return [`${what}: ${count}`, ...problems.map((p) => `  ${p.propertyPath}: ${p.reason}`)].join("\n");
}

/** Problems of inputs of which exactly one has to be given. */
export function exactlyOne<T extends object>(path: string, of: T, inputs: (keyof T & string)[]): Problem[] {
  const given = inputs.filter((input) => of[input] !== undefined);
  return given.length === 1
    ? []
    : [
        {
          propertyPath: path,
          reason: `has ${given.length === 0 ? "none" : "more than one"} of ${inputs.join(", ")}; give exactly one`,
        },
      ];
}
