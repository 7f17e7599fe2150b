import * as pulumi from "@pulumi/pulumi";
import { ownObjects } from "../components/interrupted/hooks";
import type { Settings } from "../settings";
import type { Within } from "../stacks/within";

/** What is read of a StatefulSet's `spec`. */
interface StatefulSetSpec {
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
}

/**
 * Says which claims are left behind by this preview or `up`, as where a service gets another name: of the StatefulSets that the cluster has
 * and the settings have no more. Of a component, whose the cluster's are is not known.
 */
export async function reportClaimsLeft(
  { services, servicesNamespace: namespace }: Pick<Settings, "services" | "servicesNamespace">,
  { type }: Within,
): Promise<void> {
  const live = type === undefined && (await ownObjects({ apiVersion: "apps/v1", kind: "StatefulSet", namespace }));
  if (!live || live === "unknown") {
    return;
  }
  const kept = services.filter(({ kind }) => kind === "StatefulSet").map(({ name }) => name);
  for (const [name, { spec }] of live) {
    const [first] = (spec as StatefulSetSpec).volumeClaimTemplates ?? [];
    if (first !== undefined && !kept.includes(name)) {
      await pulumi.log.info(
        `volume claims: the StatefulSet "${name}" goes, and leaves its claims, such as "${first.metadata.name}-${name}-0", with their data. ` +
          "A service of another name does not find them; to rename this one, move the data first",
      );
    }
  }
}
