import * as pulumi from "@pulumi/pulumi";
import { ServiceSettings } from "./settings";
import { changedRouters } from "./components/routeChanges";
import { tagsOfAnnotation } from "./components/routes";
import { serviceTags } from "./components/serviceTags";
import { deployedResources } from "./stackState";

/** Warns of each route that this preview or `up` changes under its name, since nobody serves it while pods are replaced. */
export async function reportRouteChanges(services: readonly ServiceSettings[]): Promise<void> {
  try {
    const before = await deployedTags();
    for (const service of services) {
      for (const router of changedRouters(before.get(service.name) ?? [], serviceTags(service.name, service))) {
        await pulumi.log.warn(
          `route "${router.split(" ")[1]}" of ${service.name} changes under its name: while its pods are replaced Traefik ` +
            "finds both definitions, refuses them and answers 404; give the route another name to have it served all the time",
        );
      }
    }
  } catch (error) {
    await pulumi.log.warn(`routes: what changes is not known, the stack's state cannot be read: ${error}`);
  }
}

/** The tags of each service's pods in the stack's state. */
async function deployedTags(): Promise<Map<string, string[]>> {
  const deployments = (await deployedResources()).filter(({ type }) => type === "kubernetes:apps/v1:Deployment");
  return new Map(
    deployments.flatMap(({ outputs }) => {
      const { template } = outputs.spec as { template?: { metadata?: { annotations?: Record<string, string> } } };
      const annotation = template?.metadata?.annotations?.["consul.hashicorp.com/service-tags"];
      return annotation === undefined || outputs.metadata === undefined
        ? []
        : [[outputs.metadata.name, tagsOfAnnotation(annotation)] as const];
    }),
  );
}
