import * as pulumi from "@pulumi/pulumi";

/**
 * What becomes of inputs when all of them is known: each output its value, or what is `told` of what ends the program. What fails in an output
 * ends the process, as it ends a program: so all is taken that an output has of a failure, of which the CLI would tell.
 */
export async function ends(inputs: unknown, told = (error: Error): unknown => error.message): Promise<any> {
  if (pulumi.Output.isInstance(inputs)) {
    const { promise, isKnown, isSecret, allResources } = inputs as any;
    [isKnown, isSecret, allResources()].forEach((its) => its.catch(() => undefined));
    return promise().catch(told);
  }
  if (Array.isArray(inputs)) {
    return Promise.all(inputs.map((each) => ends(each, told)));
  }
  return typeof inputs === "object" && inputs !== null
    ? Object.fromEntries(
        await Promise.all(Object.entries(inputs).map(async ([key, each]) => [key, await ends(each, told)])),
      )
    : inputs;
}
