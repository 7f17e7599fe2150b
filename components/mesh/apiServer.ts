import * as pulumi from "@pulumi/pulumi";
import { type ClusterAccess, findCluster } from "../interrupted/kubeconfig";
import { wayTo } from "../interrupted/way";

/**
 * The address to which a Kubernetes provider leads, the default one where there is none; `undefined` where it does not say, or where it is
 * not known yet.
 */
export function apiServerOf(provider: pulumi.ProviderResource | undefined): pulumi.Output<string | undefined> {
  return pulumi.output(wayTo(undefined, provider)).apply((access) => access && addressOf(access));
}

function addressOf(access: ClusterAccess): string | undefined {
  try {
    return findCluster(access).cluster.server;
  } catch {
    return undefined;
  }
}
