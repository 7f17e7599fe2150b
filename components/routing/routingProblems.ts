import type { VersionedOptions } from "../services/member";
import type { MeshModel } from "../shared/meshModel";
import { Problem } from "../shared/problems";
import { RoutingModel } from "./routingModel";
import type { TraefikOptions } from "../ingress/traefikOptions";

/** A value, and the path of the input that it stands at. */
type At = readonly [value: string, path: string];

/** What is wrong with the routes of services beside each other, and with the ingress that serves them; `name` is its own. */
export function routingProblems(
  model: MeshModel,
  services: readonly (VersionedOptions & { readonly name: string; readonly path?: string })[],
  ingress: TraefikOptions,
  name: string,
): Problem[] {
  const routing = model.part(RoutingModel);
  return [
    ...routing.ingress(name, ingress, "traefik."),
    ...services.flatMap(({ path, ...service }, i) => {
      const place = `${path ?? `services[${i}]`}.`;
      return routing.service(service.name, service, { own: place, named: place });
    }),
  ];
}

/** A problem for each value that stands at an earlier path too. */
export function duplicateProblems(what: string, values: readonly At[]): Problem[] {
  const first = new Map<string, string>();
  return values.flatMap(([value, path]) => {
    const taken = first.get(value);
    if (taken === undefined) {
      first.set(value, path);
      return [];
    }
    return [{ propertyPath: path, reason: `the ${what} "${value}" is that of ${taken} too; give each its own` }];
  });
}
