import * as pulumi from "@pulumi/pulumi";
import { judgedWhenKnown } from "../shared/later";
import { warn } from "../shared/problems";
import { ContainerInputs, containerProblems } from "./containerProblems";

/** A container's inputs, where those that other resources make are judged as soon as they are known. */
export function judgedLater<T extends ContainerInputs>(
  what: string,
  inputs: T,
  resource: pulumi.Resource,
  prefix = "",
): T {
  const { image, env } = inputs;
  const judgedEnv = Object.entries(env ?? {}).map(([name, value]) => {
    void warnOfSecret(what, `${prefix}env.${name}`, value, resource);
    const judged = judgedWhenKnown(what, value, (known) => containerProblems({ env: { [name]: known } }, prefix));
    return [name, judged];
  });
  return {
    ...inputs,
    ...(image && { image: judgedWhenKnown(what, image, (known) => containerProblems({ image: known }, prefix)) }),
    ...(env && { env: Object.fromEntries(judgedEnv) }),
  };
}

/** Pulumi hides a secret in its state, and a Deployment shows it. */
async function warnOfSecret(
  what: string,
  propertyPath: string,
  value: unknown,
  resource: pulumi.Resource,
): Promise<void> {
  if (pulumi.Output.isInstance(value) && (await pulumi.isSecret(value))) {
    const remedy = "put it into a Secret, and name that by secretKeyRef";
    warn(
      what,
      [{ propertyPath, reason: `is secret, and stands in plain text in the Deployment; ${remedy}` }],
      resource,
    );
  }
}
