import * as pulumi from "@pulumi/pulumi";
import { Ingress, MeshDescription, PublishedServices } from "../components";
import { reportClaimsLeft } from "../reports/claimReport";
import { reportEdgeChanges } from "../reports/edgeReport";
import { Settings, Team } from "../settings";
import { Within } from "./within";

/** What stacks of one mesh tell each other. */
export interface Shared {
  /** The mesh, where this stack makes it, and the stacks whose services may join. */
  readonly mesh?: MeshDescription;
  readonly teams?: readonly Team[];
  readonly services: PublishedServices;
}

export interface StackOutputs {
  readonly urls: string[];
  /** `off` where another stack has it, and where the servers are elsewhere. */
  readonly consulUi: string;
  readonly traefikDashboard: string;
  readonly identities: string[];
  readonly edges: readonly string[];
  /** `off` where the stack is alone; Pulumi warns of an output without a value. */
  readonly shared: pulumi.Output<Shared | "off">;
}

/** Outputs that every stack with services has; and says what opens and closes, and what is left behind. */
export function outputsOf(
  settings: Settings,
  made: { readonly ingress: Ingress; readonly edges: readonly string[]; readonly within: Within },
) {
  // Messages and no outputs: an output would differ at each `up`, the next one included.
  void reportEdgeChanges(made.edges, made.within);
  void reportClaimsLeft(settings, made.within);
  const members = [...settings.services, ...settings.workloads];
  return {
    urls: members.flatMap((member) =>
      [...(member.routes ?? []), ...(("canary" in member && member.canary?.routes) || [])].flatMap(
        ({ host, pathPrefix = "/", tls }) =>
          host === undefined || host.startsWith("*.") ? [] : [made.ingress.url(host, pathPrefix, tls !== undefined)],
      ),
    ),
    identities: [...members, ...settings.jobs].map((each) => each.name),
    edges: made.edges,
  };
}

/** What others are to know of a stack when all that it speaks of is made: an `up` that fails leaves what they know. */
export function whenMade(resources: readonly pulumi.Resource[], shared: Shared): pulumi.Output<Shared> {
  return pulumi.all(resources.flatMap(within).map(({ urn }) => urn)).apply(() => shared);
}

/** A resource, and those in it: a component's own URN is there before theirs, and `dependsOn` waits for them the same way. */
function within(resource: pulumi.Resource): pulumi.Resource[] {
  const { __childResources: children = [] } = resource as { __childResources?: Iterable<pulumi.Resource> };
  return [resource, ...[...children].flatMap(within)];
}
