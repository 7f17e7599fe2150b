import * as pulumi from "@pulumi/pulumi";
import { isKnown, valueIfKnown } from "../shared/later";
import type { ClusterAccess, Way } from "./kubeconfig";

type Access = { readonly [key in keyof Required<ClusterAccess>]: pulumi.Output<string | undefined> };

/**
 * The way to the cluster of a resource's children: that of the Kubernetes provider which they have from it, or of the default provider.
 * `undefined` where nobody here knows it: the provider is of a program in another language.
 */
export function wayTo(
  parent: pulumi.Resource | undefined,
  provider = parent?.getProvider("kubernetes:core/v1:Namespace"),
): Way | undefined {
  if (provider === undefined) {
    const config = new pulumi.Config("kubernetes");
    return { kubeconfig: config.get("kubeconfig"), context: config.get("context"), cluster: config.get("cluster") };
  }
  const access = accessOf(provider);
  return access && knownAccess(access);
}

async function knownAccess({ kubeconfig, ...others }: Access): Promise<ClusterAccess | undefined> {
  // Pulumi does not know in a preview what was not given.
  const [context, cluster] = await Promise.all(
    [others.context, others.cluster].map((each) => valueIfKnown(pulumi.output(each))),
  );
  return (await isKnown(kubeconfig))
    ? { kubeconfig: await valueIfKnown(pulumi.unsecret(kubeconfig)), context, cluster }
    : undefined;
}

/** The same, as inputs of a resource whose own provider asks that cluster; to be called only where `wayTo` knows it. */
export function wayInputs(parent: pulumi.Resource): pulumi.Inputs {
  const provider = parent.getProvider("kubernetes:core/v1:Namespace");
  const config = new pulumi.Config("kubernetes");
  const { kubeconfig, context, cluster } = (provider && accessOf(provider)) ?? {
    kubeconfig: config.getSecret("kubeconfig"),
    context: config.get("context"),
    cluster: config.get("cluster"),
  };
  return {
    // Nothing is no secret: the state would have one that is nothing.
    "kubernetes:kubeconfig": pulumi.output(kubeconfig).apply((its) => its && pulumi.secret(its)),
    "kubernetes:context": context,
    "kubernetes:cluster": cluster,
  };
}

/** What a provider of the program was given: its SDK has that as outputs, of which its types say nothing. */
function accessOf(provider: pulumi.ProviderResource): Access | undefined {
  const { kubeconfig, context, cluster } = provider as unknown as Access;
  return pulumi.Output.isInstance(kubeconfig) ? { kubeconfig, context, cluster } : undefined;
}
