import { quantityOf, quantityProblems, shown } from "../shared/grammars";
import { Problem } from "../shared/problems";

/** What a container asks for and may have at most, by resource. */
export interface ContainerResources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** Resources of Kubernetes' own; all others have an owner before a "/" [validateContainerResourceName]. */
const OWN = /^(cpu|memory|ephemeral-storage|hugepages-[0-9A-Za-z.]+)$/;
const EXTENDED = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/;

/** What the API server refuses of a container's resources, and a size that is a part of a byte. */
export function containerResourceProblems({ requests = {}, limits = {} }: ContainerResources, path: string): Problem[] {
  const problem = (at: string, reason: string) => [{ propertyPath: `${path}.${at}`, reason }];
  const each = Object.entries({ requests, limits }).flatMap(([kind, amounts]) =>
    Object.entries(amounts).flatMap(([resource, value]) => {
      const at = `${kind}.${resource}`;
      const wrong = quantityProblems(`${path}.${at}`, value);
      if (wrong.length > 0) {
        return wrong;
      }
      if (!OWN.test(resource) && !EXTENDED.test(resource)) {
        return problem(
          at,
          `${shown(resource)} is not a resource; use cpu, memory, ephemeral-storage, or one with its owner as nvidia.com/gpu`,
        );
      }
      if (resource !== "cpu" && /[num]$/.test(value)) {
        const one = OWN.test(resource) ? "of a byte; use one such as 256Mi" : "of one; use a whole number";
        return problem(at, `${shown(value)} is a fraction ${one}`);
      }
      return [];
    }),
  );
  const over = Object.entries(requests).flatMap(([resource, value]) => {
    const [least, most] = [quantityOf(value), quantityOf(limits[resource] ?? "")];
    if (least === undefined) {
      return [];
    }
    if (EXTENDED.test(resource) && most !== least) {
      return problem(
        `requests.${resource}`,
        "is of what pods cannot share, so it has to equal the limit; give the limit alone",
      );
    }
    return most !== undefined && least > most
      ? problem(
          `requests.${resource}`,
          `${value} is more than the limit, ${limits[resource]}; raise that, or ask for less`,
        )
      : [];
  });
  return [...each, ...over];
}
