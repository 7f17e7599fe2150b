import type * as pulumi from "@pulumi/pulumi";
import { largeParts } from "../pods/containerProblems";
import type { PodOptions } from "../pods/podOptions";
import type { Problem } from "../shared/problems";

/**
 * What lets a pod in that has DNS settings of its own: where it is to ask Consul too, as the chart has all pods, the injector refuses it
 * [consul-k8s configureDNS].
 */
export function ownDns(spec: pulumi.Input<object> = {}): Record<string, string> {
  return (spec as { readonly dnsConfig?: unknown }).dnsConfig ? { "consul.hashicorp.com/consul-dns": "false" } : {};
}

/** What of a pod with DNS settings of its own asks for names that the sidecar alone knows. */
export function ownDnsWarnings(options: PodOptions): Problem[] {
  const reason =
    'has the pod ask other DNS servers than its sidecar, which alone knows the names that end in ".virtual.consul", and the pod has such a ' +
    "name; leave it out, unless those servers ask Consul";
  const speaks = () => JSON.stringify([options.command, ...largeParts(options)]).includes(".virtual.consul");
  return options.podSpec?.dnsConfig && speaks() ? [{ propertyPath: "podSpec.dnsConfig", reason }] : [];
}
