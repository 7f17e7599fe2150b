import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

/** What of a provider's inputs says which cluster it leads to. */
const WAY = ["kubeconfig", "context", "cluster"] as const;
type Way = Readonly<Partial<Record<(typeof WAY)[number], string>>>;

/** The address to which a Kubernetes provider leads, the default one where there is none; `undefined` where it does not say. */
export function apiServerOf(provider: pulumi.ProviderResource | undefined): pulumi.Output<string | undefined> {
  const config = new pulumi.Config("kubernetes");
  // The inputs of any resource are its properties, also where its class does not say so.
  const inputs = provider as unknown as Record<string, pulumi.Input<string>> | undefined;
  if (inputs !== undefined && !("kubeconfig" in inputs)) {
    // One that another component made in a process of its own: nothing but its name is known here.
    return pulumi.output(undefined);
  }
  const way = Object.fromEntries(WAY.map((key) => [key, inputs === undefined ? config.get(key) : inputs[key]]));
  return pulumi.output(way).apply((its) => addressOf(its as Way));
}

function addressOf({ kubeconfig = process.env.KUBECONFIG, context, cluster }: Way): string | undefined {
  const given = kubeconfig ?? path.join(os.homedir(), ".kube", "config");
  try {
    const config = parse(fs.existsSync(given) ? fs.readFileSync(given, "utf8") : given);
    const named = (kind: string, name: string) => config[kind].find((each: { name: string }) => each.name === name);
    const its = cluster ?? named("contexts", context ?? config["current-context"]).context.cluster;
    return named("clusters", its).cluster.server;
  } catch {
    // Several files, or none: then nothing is said of it.
    return undefined;
  }
}
