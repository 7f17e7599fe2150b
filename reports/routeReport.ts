import * as pulumi from "@pulumi/pulumi";
import { tagsOfAnnotation } from "../components/routing/routes";
import { allTags, Published } from "../components/routing/serviceTags";
import { tlsOptionChanges } from "../components/routing/tlsOptionChanges";
import { deployedResources } from "../components/shared/stackState";

/** Fails a preview that changes a host's TLS options to others, since both would be void while pods are replaced. */
export async function refuseTlsOptionChanges(
  services: readonly (Published & { readonly name: string })[],
): Promise<void> {
  const before = await deployedTags().catch(async (error) => {
    await pulumi.log.warn(`routes: what changes is not known, since the stack's state cannot be read: ${error}`);
    return [];
  });
  const after = services.flatMap((service) => allTags(service.name, service));
  const changes = tlsOptionChanges(before, after).map(
    ({ host, from, to }) =>
      `TLS options of ${host} change from "${from}" to "${to}": while pods are replaced Traefik finds both, and uses its ` +
      `default options for the host. Change what "${from}" are, in traefikTlsOptions; or take its routes away, and give ` +
      "them back in the next up",
  );
  if (changes.length > 0) {
    throw new pulumi.RunError(changes.join("\n"));
  }
}

/** The tags of all pods in the stack's state. */
async function deployedTags(): Promise<string[]> {
  const deployments = (await deployedResources()).filter(({ type }) => type === "kubernetes:apps/v1:Deployment");
  return deployments.flatMap(({ outputs }) => {
    const { template } = outputs.spec as { template?: { metadata?: { annotations?: Record<string, string> } } };
    const annotation = template?.metadata?.annotations?.["consul.hashicorp.com/service-tags"];
    return annotation === undefined ? [] : tagsOfAnnotation(annotation);
  });
}
