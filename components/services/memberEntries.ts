import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { configEntry } from "../mesh/configEntry";
import type { Mesh } from "../mesh/mesh";
import type { MemberOptions } from "./member";
import { MeshTraffic } from "./meshTraffic";
import { requestTimeoutSeconds } from "./requestTimeout";
import { resolverSpec, routerSpec, splitterSpec } from "./traffic";

/** What ServiceDefaults say of a service's requests; 0 there would mean Envoy's default. */
function requestTimeoutMs(options: MemberOptions): number {
  const seconds = requestTimeoutSeconds(options);
  return seconds === 0 ? 2 ** 31 - 1 : seconds * 1000;
}

/**
 * What Consul is to know of a service before its pods come: its protocol and time limits. Returns what an L7 intention waits
 * for; nothing for tcp, Consul's default: so a service that goes from http to tcp loses its entry after its L7 intentions
 * are gone, the only order in which Consul takes it.
 */
export function memberEntries(
  name: string,
  mesh: Mesh,
  serviceName: string,
  options: MemberOptions,
  expose: unknown,
  opts: { parent: pulumi.Resource },
): k8s.apiextensions.CustomResource[] {
  const { protocol = "http", traffic } = options;
  const { maxInboundConnections } = traffic ?? {};
  const spec = { protocol, localRequestTimeoutMs: requestTimeoutMs(options), maxInboundConnections, expose };
  const protocolReady =
    protocol === "tcp" && maxInboundConnections === undefined
      ? []
      : [configEntry(`${name}-defaults`, mesh, { kind: "ServiceDefaults", name: serviceName, spec }, opts)];
  const shared = mesh.model.part(MeshTraffic);
  shared.join({ name: serviceName, options, path: `${name}.traffic`, protocolReady });
  const further = { resolver: resolverSpec(options), splitter: splitterSpec(options), router: routerSpec(options) };
  const dependsOn =
    traffic === undefined ? [] : pulumi.output(mesh.model.declared().then(() => shared.readyFor(traffic)));
  const rest = { ...opts, dependsOn, owners: protocolReady };
  for (const [part, kind] of [
    ["resolver", "ServiceResolver"],
    ["splitter", "ServiceSplitter"],
    ["router", "ServiceRouter"],
  ] as const) {
    const its = further[part];
    if (its !== undefined) {
      configEntry(`${name}-${part}`, mesh, { kind, name: serviceName, spec: its }, rest);
    }
  }
  return protocolReady;
}
