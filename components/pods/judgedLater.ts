import * as pulumi from "@pulumi/pulumi";
import { isLater, judgedWhenKnown, warnOfUnknown } from "../shared/later";
import { replaceLater } from "../shared/laterValues";
import { warn } from "../shared/problems";
import { ContainerInputs, containerProblems, plainSecretWarnings } from "./containerProblems";
import { isSource } from "./envProblems";
import { objectNameProblems } from "../shared/names";
import type { PodOptions } from "./podOptions";

/** Inputs of pods that other resources may make, or a part of them. */
type Inputs = ContainerInputs & Pick<PodOptions, "envFrom" | "volumes" | "imagePullSecrets">;

/** Where a variable, or the name of what it comes from, may be another resource's output; names of variables may have dots. */
export const LATER_IN_ENV =
  /^(canary\.)?env\.(?!.+\.(secretKey|configMapKey|field|resourceField)Ref(\.(key|optional|fieldPath|resource|divisor))?$)/;

/** Where inputs of pods, and of their namespace and ServiceAccount, may be other resources' outputs. */
export const LATER_IN_ACCOUNT = /^namespace$|^serviceAccountAnnotations\./;
export const LATER_IN_PODS: readonly RegExp[] = [
  LATER_IN_ACCOUNT,
  LATER_IN_ENV,
  /^(canary\.)?image$|^imagePullSecrets\[|^podSpec\./,
  /^(envFrom|volumes)\[.+\.(name|secretName|claimName)$/,
];

/** Inputs of pods, where those that other resources make are judged as soon as they are known. */
export function judgedLater<T extends Inputs>(what: string, inputs: T, resource: pulumi.Resource, prefix = ""): T {
  const { image, env, envFrom, volumes, imagePullSecrets } = inputs;
  const variables = Object.entries(env ?? {}).map(([name, value]) => [`${prefix}env.${name}`, value]);
  void warnOfUnknown(what, { [`${prefix}image`]: image, ...Object.fromEntries(variables) }, resource);
  const named = (value: unknown, path: string) => {
    const at = prefix + path;
    return judgedWhenKnown(what, value, (known) => objectNameProblems(at, known), { [at]: value });
  };
  const judgedEnv = Object.entries(env ?? {}).map(([name, value]) => {
    void warnOfSecret(what, name, value, resource, prefix);
    const judged = isSource(value)
      ? replaceLater(value, named, `env.${name}`)
      : judgedWhenKnown(what, value, (known) => containerProblems({ env: { [name]: known } }, prefix), {
          [`${prefix}env.${name}`]: value,
        });
    return [name, judged];
  });
  return {
    ...inputs,
    ...(image && {
      image: judgedWhenKnown(what, image, (known) => containerProblems({ image: known }, prefix), {
        [`${prefix}image`]: image,
      }),
    }),
    ...(env && { env: Object.fromEntries(judgedEnv) }),
    ...(replaceLater({ envFrom, volumes, imagePullSecrets }, named) as Inputs),
  };
}

/** Pulumi hides a secret in its state, and a Deployment shows it; what looks like one is warned of as a plain one is. */
async function warnOfSecret(
  what: string,
  name: string,
  value: unknown,
  resource: pulumi.Resource,
  prefix: string,
): Promise<void> {
  if (!isLater(value)) {
    return;
  }
  const later = pulumi.output(value as pulumi.Input<string>);
  if (await pulumi.isSecret(later)) {
    const remedy = "put it into a Secret, and name that by secretKeyRef";
    const reason = `is secret, and is in plain text in the Deployment; ${remedy}`;
    warn(what, [{ propertyPath: `${prefix}env.${name}`, reason }], resource);
  } else {
    later.apply((known) => warn(what, plainSecretWarnings({ env: { [name]: known } }, prefix), resource));
  }
}
