import { ModelPart } from "./meshModel";
import { Problem } from "./problems";

/** Names of the Services that an ingress has in its namespace: its own, and the one by which its pods are found. */
export const INGRESS_SERVICES: readonly string[] = ["traefik", "traefik-pods"];

/** A Service, as it is taken. */
export function serviceIn(namespace: string, name: string): string {
  return `the Service "${name}" in ${namespace}`;
}

/** Objects that components of a mesh make, each under a name that does not come from a service's: of each there is one. */
export class MadeObjects extends ModelPart {
  private readonly makers = new Map<string, string>();

  /** Problems of an object that another component makes, or this one a second time; `path` is the input that decides. */
  public take(path: string, object: string, maker: string, remedy: string): Problem[] {
    const other = this.makers.get(object);
    this.makers.set(object, other ?? maker);
    return other === undefined
      ? []
      : [{ propertyPath: path, reason: `${object} is that of ${other} already; ${remedy}` }];
  }
}
