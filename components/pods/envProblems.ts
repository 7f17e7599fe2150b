import { dataKeyProblems, objectNameProblems } from "../shared/names";
import type { EnvFrom, EnvSource, EnvValue, KeyRef } from "./podOptions";
import { isLater } from "../shared/later";
import { exactlyOne, Problem } from "../shared/problems";

/** What is wrong with the value of an environment variable. */
export function envProblems(path: string, value: EnvValue): Problem[] {
  if (!isSource(value)) {
    return [];
  }
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = value;
  return [
    ...exactlyOne(path, value, ["secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef"]),
    ...keyRefProblems(`${path}.secretKeyRef`, secretKeyRef),
    ...keyRefProblems(`${path}.configMapKeyRef`, configMapKeyRef),
    ...(fieldRef === undefined || FIELDS.test(fieldRef.fieldPath)
      ? []
      : [
          {
            propertyPath: `${path}.fieldRef.fieldPath`,
            reason: `"${fieldRef.fieldPath}" is not a field that a variable can take; use one such as status.podIP or metadata.name`,
          },
        ]),
    ...(resourceFieldRef === undefined ? [] : resourceProblems(`${path}.resourceFieldRef`, resourceFieldRef)),
  ];
}

/** What is wrong with what of a container's resources a variable is to have [Kubernetes validateContainerResourceFieldSelector]. */
function resourceProblems(
  path: string,
  { resource, divisor = "1" }: NonNullable<EnvSource["resourceFieldRef"]>,
): Problem[] {
  const [, kind] = /^(?:limits|requests)\.(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
  if (kind === undefined) {
    return [
      {
        propertyPath: `${path}.resource`,
        reason: `"${resource}" is not a resource that a variable can take; use one such as limits.memory or requests.cpu`,
      },
    ];
  }
  const [divisors, such] =
    kind === "cpu" ? [/^1m?$/, "1 or 1m"] : [/^1([kMGTPE]|[KMGTPE]i)?$/, "1, or one such as 1Mi"];
  const reason = `"${divisor}" is not a unit of ${resource}; use ${such}`;
  return divisors.test(divisor) ? [] : [{ propertyPath: `${path}.divisor`, reason }];
}

/** Whether a value is where one comes from, and neither text nor what becomes text: an output, or a promise. */
export function isSource(value: EnvValue): value is EnvSource {
  return typeof value === "object" && !isLater(value);
}

/** Fields that the API server lets an environment variable have [Kubernetes validation, 1.34]. */
const FIELDS =
  /^(metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;

function keyRefProblems(path: string, ref: KeyRef | undefined): Problem[] {
  if (ref === undefined) {
    return [];
  }
  return [...objectNameProblems(`${path}.name`, ref.name), ...dataKeyProblems(`${path}.key`, ref.key)];
}

/** What is wrong with a source of several variables. */
export function envFromProblems(path: string, from: EnvFrom): Problem[] {
  const { prefix } = from;
  return [
    ...exactlyOne(path, from, ["secretRef", "configMapRef"]),
    ...objectNameProblems(`${path}.secretRef.name`, from.secretRef?.name),
    ...objectNameProblems(`${path}.configMapRef.name`, from.configMapRef?.name),
    ...(prefix === undefined || /^[^=\s]*$/.test(prefix)
      ? []
      : [
          {
            propertyPath: `${path}.prefix`,
            reason: `"${prefix}" cannot begin a variable's name; leave "=" and spaces out`,
          },
        ]),
  ];
}
