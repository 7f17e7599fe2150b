import { isDnsLabel, TRAEFIK_SERVICE_NAME } from "../shared/names";
import { shown } from "../shared/grammars";
import { Problem } from "../shared/problems";

/** Problems of services of other owners that rules may name, by name with their protocol; `own` are those of this program. */
export function externalServiceProblems(
  external: Readonly<Record<string, string>>,
  own: readonly string[],
  prefix: string,
): Problem[] {
  return Object.keys(external).flatMap((name) => {
    const problem = (reason: string) => [{ propertyPath: `${prefix}.${name}`, reason: `${shown(name)} ${reason}` }];
    if (!isDnsLabel(name)) {
      return problem("is not a service name; use the name that it has in Consul, a DNS label");
    }
    if (name === TRAEFIK_SERVICE_NAME) {
      return problem("is the ingress, which rules may name anyway; leave it out");
    }
    return own.includes(name) ? problem("is a service of this program, which has its protocol; leave it out") : [];
  });
}
