import * as pulumi from "@pulumi/pulumi";
import { configEntry } from "./configEntry";
import type { Mesh } from "./mesh";
import type { MemberOptions } from "./member";

const DEFAULT_REQUEST_TIMEOUT_SECONDS = 60;

/** Seconds that a request may take; 0 for no end. */
export function requestTimeoutSeconds({ requestTimeoutSeconds: seconds, protocol }: MemberOptions): number {
  return seconds ?? (protocol === "grpc" ? 0 : DEFAULT_REQUEST_TIMEOUT_SECONDS);
}

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
): pulumi.Resource[] {
  const { protocol = "http", requestTimeoutSeconds: seconds } = options;
  const spec = { protocol, localRequestTimeoutMs: requestTimeoutMs(options), expose };
  const protocolReady =
    protocol === "tcp"
      ? []
      : [configEntry(`${name}-defaults`, mesh, { kind: "ServiceDefaults", name: serviceName, spec }, opts)];
  if (seconds !== undefined) {
    // Negative is how a ServiceResolver says none [consul agent/xds/routes.go].
    const requestTimeout = seconds === 0 ? "-1s" : `${seconds}s`;
    const resolver = { kind: "ServiceResolver", name: serviceName, spec: { requestTimeout } } as const;
    configEntry(`${name}-resolver`, mesh, resolver, { ...opts, dependsOn: protocolReady });
  }
  return protocolReady;
}
