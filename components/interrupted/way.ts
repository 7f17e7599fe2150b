import * as pulumi from "@pulumi/pulumi";
import { isKnown, valueIfKnown } from "../shared/later";
import type { ClusterAccess, Way } from "./kubeconfig";

type Access = {
  readonly [key in keyof Required<ClusterAccess> | "renderYamlToDirectory"]: pulumi.Output<string | undefined>;
};

/**
 * The way to the cluster of a resource's children: that of the Kubernetes provider which they have from it, or of the default provider.
 */
export function wayTo(
  parent: pulumi.Resource | undefined,
  provider = parent?.getProvider("kubernetes:core/v1:Namespace"),
): Way {
  return provider === undefined ? configured() : knownAccess(accessOf(provider));
}

/** Where the default provider leads. */
function configured(): ClusterAccess {
  const config = new pulumi.Config("kubernetes");
  return { kubeconfig: config.get("kubeconfig"), context: config.get("context"), cluster: config.get("cluster") };
}

async function knownAccess({ kubeconfig, ...others }: Access): Promise<ClusterAccess | undefined> {
  // Pulumi does not know in a preview what was not given.
  const [context, cluster, folder] = await Promise.all(
    [others.context, others.cluster, others.renderYamlToDirectory].map((each) => valueIfKnown(pulumi.output(each))),
  );
  // What writes objects to a folder has no cluster: without a kubeconfig that would be the user's current one.
  return !folder && (await isKnown(kubeconfig))
    ? { kubeconfig: await valueIfKnown(pulumi.unsecret(kubeconfig)), context, cluster }
    : undefined;
}

/** The same, as inputs of a resource whose own provider asks that cluster. */
export function wayInputs(parent: pulumi.Resource): pulumi.Inputs {
  const provider = parent.getProvider("kubernetes:core/v1:Namespace");
  const { kubeconfig, context, cluster } = provider === undefined ? configured() : accessOf(provider);
  return {
    // Nothing is no secret: the state would have one that is nothing.
    "kubernetes:kubeconfig": pulumi.output(kubeconfig).apply((its) => its && pulumi.secret(its)),
    "kubernetes:context": context,
    "kubernetes:cluster": cluster,
  };
}

/** What a provider of the program was given: its SDK has that as outputs, of which its types say nothing. */
function accessOf(provider: pulumi.ProviderResource): Access {
  const its = provider as unknown as Access;
  const { kubeconfig, context, cluster, renderYamlToDirectory } = pulumi.Output.isInstance(its.kubeconfig)
    ? its
    : inputsOf(provider);
  return { kubeconfig: kubeconfig.apply(textOf), context, cluster, renderYamlToDirectory };
}

const asked = new WeakMap<pulumi.ProviderResource, pulumi.Output<{ state: Access }>>();

/** The same of one that a program in another language has made: here it is a URN alone, of which the engine has the rest. */
function inputsOf(provider: pulumi.ProviderResource): Access {
  const { urn } = provider;
  const known = asked.get(provider) ?? pulumi.runtime.invokeOutput("pulumi:pulumi:getResource", { urn });
  asked.set(provider, known);
  const input = (name: keyof Access) => known.apply(({ state }) => state[name]);
  return {
    kubeconfig: input("kubeconfig"),
    context: input("context"),
    cluster: input("cluster"),
    renderYamlToDirectory: input("renderYamlToDirectory"),
  };
}

/** A kubeconfig as text: Pulumi's provider takes an object too, as @pulumi/eks has it. */
function textOf(kubeconfig: unknown): string | undefined {
  return typeof kubeconfig === "object" ? JSON.stringify(kubeconfig) : (kubeconfig as string | undefined);
}

/** The folder to which a provider writes objects in place of a cluster. */
export function folderOf(resource: pulumi.Resource): pulumi.Output<string | undefined> {
  const provider = resource.getProvider("kubernetes:core/v1:Namespace");
  return pulumi.output(provider && accessOf(provider).renderYamlToDirectory);
}
