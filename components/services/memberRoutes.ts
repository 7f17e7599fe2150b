import * as pulumi from "@pulumi/pulumi";
import type { Mesh } from "../mesh/mesh";
import { laterRoutes, RoutesArgs } from "../routing/laterRoutes";
import { RoutingModel } from "../routing/routingModel";
import { Published, servedPathOf, serviceTags } from "../routing/serviceTags";
import { judgedWhenKnown, warnOfUnknown, whenKnown } from "../shared/later";
import type { MeshModel } from "../shared/meshModel";
import { Problem } from "../shared/problems";
import { isRouted, MemberOptions } from "./member";
import { memberProblems } from "./memberProblems";

/** What Traefik reads of a service, as soon as all of its routes is known. */
export interface MemberRoutes {
  /** The tags of its instances; `weight` is theirs. */
  readonly tags: (weight?: number) => pulumi.Input<string[]>;
  /** Where Traefik tells whether it serves them; `undefined` where there are none. */
  readonly servedPath: pulumi.Input<string> | undefined;
}

/**
 * The routes of a service that has joined its mesh. Where other resources make a part of them, they are judged when that is known, as
 * plain ones are: by themselves, beside those of other services, and with the ingress. `given` are the service's own inputs, `judged`
 * those with stand-ins.
 */
export function memberRoutes(
  what: string,
  mesh: Mesh,
  service: string,
  given: RoutesArgs,
  judged: MemberOptions,
  resource: pulumi.Resource,
): MemberRoutes {
  const later = laterRoutes(given);
  void warnOfUnknown(what, later, resource);
  const { routes, tcpRoutes } = given;
  const published: pulumi.Input<Published> =
    Object.keys(later).length === 0
      ? judged
      : judgedWhenKnown<MemberOptions>(
          what,
          pulumi.output({ routes, tcpRoutes }).apply((known) => ({ ...judged, ...(known as Published) })),
          (known) => knownRouteProblems(service, known, mesh.model),
        );
  return {
    tags: (weight) => whenKnown(published, (its) => serviceTags(service, its, weight)),
    servedPath: isRouted(judged) ? whenKnown(published, (its) => servedPathOf(service, its)) : undefined,
  };
}

/** What is wrong with a service that has joined a mesh, by what is known of its routes now. */
export function knownRouteProblems(service: string, known: MemberOptions, model: MeshModel): Problem[] {
  const own = memberProblems(service, known, "");
  return own.length > 0 ? own : model.part(RoutingModel).known(service, known);
}
