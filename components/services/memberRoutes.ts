import * as pulumi from "@pulumi/pulumi";
import type { Mesh } from "../mesh/mesh";
import { CanaryRoutesArgs, laterRoutes, routesIn, withRoutes } from "../routing/laterRoutes";
import { RoutingModel } from "../routing/routingModel";
import { canaryServedPath, canaryTags, Published, servedPathOf, serviceTags } from "../routing/serviceTags";
import { judgedWhenKnown, warnOfUnknown, whenKnown } from "../shared/later";
import type { MeshModel } from "../shared/meshModel";
import { Problem } from "../shared/problems";
import { isRouted, VersionedOptions } from "./member";
import { memberProblems } from "./memberProblems";

/** What Traefik reads of a service, as soon as all of its routes is known. */
export interface MemberRoutes {
  /** The tags of its instances, or of its canary's; `weight` is theirs. */
  readonly tags: (weight?: number, canary?: boolean) => pulumi.Input<string[]>;
  /** Where Traefik tells whether it serves what all of them publish; `undefined` where they publish nothing. */
  readonly servedPath: pulumi.Input<string> | undefined;
  /** The same of what its canary alone publishes. */
  readonly canaryServedPath: pulumi.Input<string> | undefined;
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
  given: CanaryRoutesArgs,
  judged: VersionedOptions,
  resource: pulumi.Resource,
): MemberRoutes {
  const later = laterRoutes(given);
  void warnOfUnknown(what, later, resource);
  const published: pulumi.Input<Published> =
    Object.keys(later).length === 0
      ? judged
      : judgedWhenKnown<VersionedOptions>(
          what,
          pulumi.output(routesIn(given)).apply((known) => withRoutes(judged, known as Published)),
          (known) => knownRouteProblems(service, known, mesh.model),
          later,
        );
  return {
    tags: (weight, canary) =>
      whenKnown(published, (its) =>
        canary ? canaryTags(service, its, weight ?? 0) : serviceTags(service, its, weight),
      ),
    servedPath: isRouted({ ...judged, canary: undefined })
      ? whenKnown(published, (its) => servedPathOf(service, its))
      : undefined,
    canaryServedPath:
      canaryServedPath(service, judged) === undefined
        ? undefined
        : whenKnown(published, (its) => canaryServedPath(service, its)!),
  };
}

/** What is wrong with a service that has joined a mesh, by what is known of its routes now. */
export function knownRouteProblems(service: string, known: VersionedOptions, model: MeshModel): Problem[] {
  const own = memberProblems(service, known, "");
  return own.length > 0 ? own : model.part(RoutingModel).known(service, known);
}
