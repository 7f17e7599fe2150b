import { isHostName } from "../shared/names";
import { Problem } from "../shared/problems";

/** Where the spans of Traefik and of the sidecars go, and of how many requests. */
export interface Tracing {
  /** `host:port` of a collector in the cluster that takes OTLP by gRPC without TLS, such as `otel-collector.monitoring:4317`. */
  readonly endpoint: string;
  /**
   * The share of requests for which Traefik starts a trace, 0 to 1. A caller's own `traceparent` takes precedence. Every sidecar
   * behind Traefik follows what Traefik has decided.
   * @default 1
   */
  readonly sampleRate?: number;
}

/** What is wrong with it; `path` is where it stands. */
export function tracingProblems(tracing: Tracing | undefined, path: string): Problem[] {
  if (tracing === undefined) {
    return [];
  }
  const [host, port] = hostAndPort(tracing.endpoint);
  const { sampleRate: rate = 1 } = tracing;
  const reason = `"${tracing.endpoint}" is not host:port; use the collector's name and its OTLP port for gRPC, such as otel-collector.monitoring:4317`;
  return [
    ...(isHostName(host) && /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535
      ? []
      : [{ propertyPath: `${path}.endpoint`, reason }]),
    ...(rate >= 0 && rate <= 1
      ? []
      : [
          {
            propertyPath: `${path}.sampleRate`,
            reason: `${rate} is not a share; use 0 (none) to 1 (all), such as 0.1`,
          },
        ]),
  ];
}

function hostAndPort(endpoint: string): [host: string, port: string] {
  const at = endpoint.lastIndexOf(":");
  return [endpoint.slice(0, Math.max(at, 0)), endpoint.slice(at + 1)];
}

const CLUSTER = "otlp_traces";
const type = (name: string) => ({ "@type": `type.googleapis.com/envoy.${name}` });

/**
 * A sidecar's configuration of its own with which it sends spans, under the service's name. Consul has Envoy trace what arrives with a
 * sampled `traceparent` and nothing else [consul agent/xds, makeHTTPFilter], so that Traefik alone decides. Part of what Envoy starts
 * with: in a listener, a collector that a running Envoy does not know would have it refuse every change, of intentions too.
 */
export function sidecarTracing({ endpoint }: Tracing, serviceName: string): Record<string, string> {
  const [address, port] = hostAndPort(endpoint);
  const http2 = "extensions.upstreams.http.v3.HttpProtocolOptions";
  return {
    envoy_tracing_json: JSON.stringify({
      http: {
        name: "envoy.tracers.opentelemetry",
        typed_config: {
          ...type("config.trace.v3.OpenTelemetryConfig"),
          grpc_service: { envoy_grpc: { cluster_name: CLUSTER }, timeout: "1s" },
          service_name: serviceName,
        },
      },
    }),
    envoy_extra_static_clusters_json: JSON.stringify({
      name: CLUSTER,
      type: "STRICT_DNS",
      // A collector that is away must not hold up a start.
      wait_for_warm_on_init: false,
      typed_extension_protocol_options: {
        [`envoy.${http2}`]: { ...type(http2), explicit_http_config: { http2_protocol_options: {} } },
      },
      load_assignment: {
        cluster_name: CLUSTER,
        endpoints: [
          { lb_endpoints: [{ endpoint: { address: { socket_address: { address, port_value: Number(port) } } } }] },
        ],
      },
    }),
  };
}
