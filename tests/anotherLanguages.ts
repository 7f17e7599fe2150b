import * as k8s from "@pulumi/kubernetes";
import { DependencyProviderResource } from "@pulumi/pulumi/resource";
import { ends } from "./ends";

/** A provider as a component package has one that a program in another language made: its URN and ID alone; to be made in a program. */
export async function anotherLanguages(args: k8s.ProviderArgs): Promise<DependencyProviderResource> {
  return new DependencyProviderResource(`${await ends(new k8s.Provider("its", args).urn)}::1b2c`);
}
