import type * as pulumi from "@pulumi/pulumi";
import type { Mesh } from "../mesh/mesh";
import { sidecarTracing } from "../mesh/tracing";
import type { MemberOptions } from "./member";
import { whenKnown } from "../shared/later";
import { rotationAnnotation } from "../shared/rotationAnnotation";
import { tagsAnnotation } from "../routing/routes";

/** On a service's pods of every version: what its Kubernetes Service selects. */
export const SERVICE_LABEL = "consul-traefik-mesh/service";

export const DEFAULT_DRAIN_SECONDS = 10;
export const MAX_DRAIN_SECONDS = 300;
/** Seconds that the sidecar outlives the drain, for the answers that are still on their way. */
const APP_GRACE_SECONDS = 5;

/** Seconds for the sidecar, and then the service, to end behind the drain. */
export function neededGrace(drainSeconds: number): number {
  return drainSeconds + 2 * APP_GRACE_SECONDS;
}

/** Seconds that the sidecar goes on from the word to stop. */
export function sidecarSeconds(drainSeconds: number): number {
  return drainSeconds + APP_GRACE_SECONDS;
}

/** Seconds that a pod goes on serving: none where the mesh or the cluster does not know how to wait. */
export function drainSecondsOf(given: number | undefined, mesh: Mesh): number {
  return given ?? (mesh.partWithoutSleep === undefined ? DEFAULT_DRAIN_SECONDS : 0);
}

/** How long the sidecar goes on after it is told to stop [consul-k8s constants]. */
const SIDECAR_GRACE = "consul.hashicorp.com/sidecar-proxy-lifecycle-shutdown-grace-period-seconds";

/** The annotations with which a pod gets its sidecar, and Consul the service's tags. */
export function sidecarAnnotations(
  mesh: Mesh,
  serviceName: string,
  options: Pick<MemberOptions, "listenerDrainSeconds" | "idleTimeoutSeconds">,
  drainSeconds: number,
  tags: pulumi.Input<readonly string[]>,
): Record<string, pulumi.Input<string>> {
  return {
    "consul.hashicorp.com/connect-inject": "true",
    [SIDECAR_GRACE]: String(sidecarSeconds(drainSeconds)),
    ...envoyDrain(options.listenerDrainSeconds),
    ...proxyConfig({
      ...idleTimeout(options.idleTimeoutSeconds),
      ...(mesh.tracing && sidecarTracing(mesh.tracing, serviceName)),
    }),
    ...rotationAnnotation("ca", mesh.caRotation),
    // Only routes are known later, and they are tags.
    ...(Array.isArray(tags) && tags.length === 0
      ? {}
      : { "consul.hashicorp.com/service-tags": whenKnown(tags, tagsAnnotation) }),
  };
}

/**
 * Arguments of Envoy for its drain time; its concurrency and drain strategy are consul-dataplane's defaults. The `--` has Envoy
 * ignore what follows: consul-dataplane repeats all three behind the arguments that it was given, and Envoy takes each once
 * [consul-dataplane envoyProxyConfig, to 1.9].
 */
function envoyDrain(seconds: number | undefined): Record<string, string> {
  const args = `--drain-time-s ${seconds} --drain-strategy immediate --concurrency 2 --`;
  return seconds === undefined ? {} : { "consul.hashicorp.com/envoy-extra-args": args };
}

/** ServiceDefaults know no time for a stream's silence, the proxy's own configuration does [consul agent/xds/config]. */
function idleTimeout(seconds: number | undefined): Record<string, unknown> {
  return seconds === undefined ? {} : { local_idle_timeout_ms: seconds * 1000 };
}

/** What only the proxy's own configuration says, and no config entry. */
function proxyConfig(config: Record<string, unknown>): Record<string, string> {
  return Object.keys(config).length === 0 ? {} : { "consul.hashicorp.com/proxy-config-map": JSON.stringify(config) };
}
