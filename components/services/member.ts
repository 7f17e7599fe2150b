import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { IntentionRule, ServiceCall } from "../intentions/intentions";
import type { CanaryRoutesArgs } from "../routing/laterRoutes";
import type { Canary } from "../routing/canary";
import type { LoadBalancing } from "../routing/loadBalancing";
import type { Route } from "../routing/routes";
import type { TcpRoute } from "../routing/tcpRoutes";
import type { Traffic } from "./traffic";

/** Protocols that Consul's ServiceDefaults knows. All but `tcp` are L7: permissions by path, method and header apply. */
export const PROTOCOLS = ["http", "http2", "grpc", "tcp"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What the mesh is to know of a service, whoever declares its pods. */
export interface MemberOptions {
  /**
   * TCP port that the container listens on, 1 to 65535. Refused are those of the sidecar, such as 8600, 15001, 19000 and 20000.
   */
  readonly port: number;
  /**
   * What the service speaks. L7 permissions need one of the first three.
   * @default http
   */
  readonly protocol?: Protocol;
  /**
   * Seconds that an open connection outlasts a change of the sidecar's listener, 1 to 604800, after which it is closed. Such a
   * change is each new certificate, at least every 72 h, and another intention: so this is also how long a connection goes on
   * that no intention allows any more. HTTP connections end with the request that they carry. See docs/rotation.md.
   * @unset consul-dataplane's own, 30
   */
  readonly listenerDrainSeconds?: number;
  /**
   * Seconds from a request's end to the end of its answer, after which the caller gets a 504; 0 for none, as a stream without
   * an end needs (24 days, the most that Consul can say). Not for `tcp`. Where it is set, callers' sidecars keep to it too, by
   * a ServiceResolver; else these keep to Envoy's, 15. See docs/services.md#how-long-a-request-may-take.
   * @unset 60; `grpc`: none
   */
  readonly requestTimeoutSeconds?: number;
  /**
   * Seconds that a stream may be silent, 1 to 604800; 0 for ever. Not for `tcp`.
   * @unset Envoy's, 300
   */
  readonly idleTimeoutSeconds?: number;
  /**
   * Routes through Traefik.
   * @unset none: reachable inside the mesh only
   */
  readonly routes?: readonly Route[];
  /**
   * Routes of connections through Traefik, for a service of protocol `tcp`; see docs/routing.md#tcp.
   * @unset none
   */
  readonly tcpRoutes?: readonly TcpRoute[];
  /**
   * How Traefik spreads requests over the pods; see docs/routing.md#load-balancing.
   * @unset in turn
   */
  readonly loadBalancing?: LoadBalancing;
  /**
   * Whether Traefik itself may call it for other services' routes, as with `forwardAuth`.
   * @default false
   */
  readonly internal?: boolean;
  /**
   * How its callers' sidecars send requests to it: otherwise by what they are, again, in shares, elsewhere; see
   * docs/services.md#how-requests-are-sent.
   * @unset as they come
   */
  readonly traffic?: Traffic;
  /**
   * Calls to other services that this one makes, allowed by the `IntentionSet` that has both.
   * @unset none
   */
  readonly calls?: readonly ServiceCall[];
}

/** The same of a service that may have a canary, whose routes the mesh is to know as well. */
export type VersionedOptions = MemberOptions & { readonly canary?: Pick<Canary, "routes"> };

/** A service of the mesh as the rest of it knows it, whoever declares its pods. */
export interface MeshMember extends pulumi.Resource {
  /** The service's name in Consul: what intentions name. */
  readonly serviceName: string;
  readonly protocol: Protocol;
  /** Whether it takes calls, which a job does not. Default `true`. */
  readonly listens?: boolean;
  /** Whether Traefik calls it: a route leads to it, or Traefik asks it for other services' routes. */
  readonly routed: boolean;
  /** Where Traefik tells whether it serves what the service publishes; none where it has no routes, or no pods. */
  readonly servedPaths: readonly pulumi.Input<string>[];
  /** The rules that its `calls` are. */
  readonly calls: readonly IntentionRule[];
  /** What needs the service's protocol to be known to Consul, as an L7 intention does, depends on this; empty for `tcp`. */
  readonly protocolReady: k8s.apiextensions.CustomResource[];
}

/** Whether Traefik calls a service, so that it needs an intention from Traefik. */
export function isRouted({
  routes = [],
  tcpRoutes = [],
  internal = false,
  canary,
}: Pick<MemberOptions, "internal"> & CanaryRoutesArgs): boolean {
  return routes.length > 0 || tcpRoutes.length > 0 || internal || (canary?.routes ?? []).length > 0;
}

/** The intentions that a service's calls ask for, each of which knows where it was declared. */
export function callRules(source: string, calls: readonly ServiceCall[], prefix: string): IntentionRule[] {
  return calls.map((call, i) => ({ ...call, source, declaredAt: `${prefix}calls[${i}]` }));
}
