import type * as pulumi from "@pulumi/pulumi";
import { type ContainerInputs, largeParts } from "../pods/containerProblems";
import type { PodOptions } from "../pods/podOptions";
import type { Problem } from "../shared/problems";

/**
 * What lets a pod in that has DNS settings of its own: where it is to ask Consul too, as the chart has all pods, the injector refuses it
 * [consul-k8s configureDNS].
 */
export function ownDns(spec: pulumi.Input<object> = {}): Record<string, string> {
  return hasOwnDns(spec) ? { "consul.hashicorp.com/consul-dns": "false" } : {};
}

function hasOwnDns(spec: pulumi.Input<object>): boolean {
  return Boolean((spec as { readonly dnsConfig?: unknown }).dnsConfig);
}

/** What of a pod with DNS settings of its own, or of its canary, asks for names that the sidecar alone knows. */
export function ownDnsWarnings(options: PodOptions & { readonly canary?: ContainerInputs }): Problem[] {
  const spoken = [options, options.canary ?? {}].map((each) => [each.command, ...largeParts(each)]);
  return dnsConfigWarnings(options.podSpec, spoken, "podSpec");
}

/** The same of a pod's spec that stands at `path`, and of all that is `spoken` in the pod. */
export function dnsConfigWarnings(spec: object | undefined = {}, spoken: unknown, path: string): Problem[] {
  const reason =
    'has the pod ask other DNS servers than its sidecar, which alone knows the names that end in ".virtual.consul", and the pod has such a ' +
    "name; leave it out, unless those servers ask Consul";
  const speaks = () => JSON.stringify(spoken).includes(".virtual.consul");
  return hasOwnDns(spec) && speaks() ? [{ propertyPath: `${path}.dnsConfig`, reason }] : [];
}
