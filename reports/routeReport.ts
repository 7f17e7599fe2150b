import * as pulumi from "@pulumi/pulumi";
import { ownObjects } from "../components/interrupted/hooks";
import { tagsOfAnnotation } from "../components/routing/routes";
import { allTags } from "../components/routing/serviceTags";
import { tlsOptionChanges } from "../components/routing/tlsOptionChanges";
import { deployedResources } from "../components/shared/stackState";
import type { Settings } from "../settings";

/** Fails, before anything is declared, what changes a host's TLS options to others, since both would be void while pods are replaced. */
export async function refuseTlsOptionChanges({
  services,
  workloads,
  servicesNamespace,
}: Pick<Settings, "services" | "workloads" | "servicesNamespace">): Promise<void> {
  const after = [...services, ...workloads].flatMap((service) => allTags(service.name, service));
  if (!after.some((tag) => tag.includes(".tls.options="))) {
    return;
  }
  const before = await deployedTags(servicesNamespace).catch(async (error) => {
    await pulumi.log.warn(`routes: what changes is not known, since what is there cannot be read: ${error}`);
    return [];
  });
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

/** What is read of a Deployment's `spec`. */
interface DeploymentSpec {
  readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
}

/** The tags of the stack's pods: as the cluster has them; or the state, where the cluster cannot be asked or has none. */
async function deployedTags(namespace: string): Promise<string[]> {
  const live = await ownObjects({ apiVersion: "apps/v1", kind: "Deployment", namespace });
  const specs =
    live !== "unknown" && live !== undefined && live.size > 0
      ? [...live.values()].map(({ spec }) => spec)
      : (await deployedResources())
          .filter(({ type }) => type === "kubernetes:apps/v1:Deployment")
          .map(({ outputs }) => outputs.spec);
  return specs.flatMap((spec) => {
    const annotation = (spec as DeploymentSpec).template?.metadata?.annotations?.["consul.hashicorp.com/service-tags"];
    return annotation === undefined ? [] : tagsOfAnnotation(annotation);
  });
}
