const type = (name: string) => `type.googleapis.com/envoy.extensions.${name}`;

/** What an Envoy that stands before Consul's HTTPS API is told. Undefined parts are left out. */
export interface EnvoyBeforeConsul {
  readonly listens: { readonly address: string; readonly port: number; readonly certificates?: readonly object[] };
  /** HTTP filters before the router. */
  readonly filters?: readonly object[];
  /** Further fields of the one route. */
  readonly route?: object;
  readonly consul: {
    readonly host: string;
    readonly port: number;
    readonly caFile: string;
    /** The name that the server's certificate has to have, and by which the server is asked. */
    readonly serverName: string;
    /** Whether that name is an address. */
    readonly isAddress?: boolean;
    /** Further fields of the cluster. */
    readonly cluster?: object;
    /** What is spoken with it. */
    readonly protocol: object;
    readonly maxRetries?: number;
  };
}

/** As much as Consul itself takes: many a client waits minutes for an answer. */
export const PLENTY = 65536;

/** Envoy's configuration, to be given as `--config-yaml` in JSON. It has no admin port. */
export function envoyBeforeConsul({ listens, filters = [], route, consul }: EnvoyBeforeConsul): object {
  const manager = {
    "@type": type("filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "api",
    stream_idle_timeout: "0s",
    generate_request_id: false,
    http_filters: [
      ...filters,
      {
        name: "router",
        typed_config: { "@type": type("filters.http.router.v3.Router"), suppress_envoy_headers: true },
      },
    ],
    route_config: {
      virtual_hosts: [
        {
          name: "api",
          domains: ["*"],
          routes: [{ match: { prefix: "/" }, route: { cluster: "consul", timeout: "0s", ...route } }],
        },
      ],
    },
  };
  const tls = listens.certificates && {
    name: "tls",
    typed_config: {
      "@type": type("transport_sockets.tls.v3.DownstreamTlsContext"),
      common_tls_context: { alpn_protocols: ["h2", "http/1.1"], tls_certificates: listens.certificates },
    },
  };
  return {
    static_resources: {
      listeners: [
        {
          // As IPv6 alone it would be no address of IPv4's clients.
          address: {
            socket_address: {
              address: listens.address,
              port_value: listens.port,
              ipv4_compat: listens.address === "::" || undefined,
            },
          },
          filter_chains: [{ filters: [{ name: "api", typed_config: manager }], transport_socket: tls }],
        },
      ],
      clusters: [clusterOf(consul)],
    },
  };
}

function clusterOf(consul: EnvoyBeforeConsul["consul"]): object {
  const san = { san_type: consul.isAddress ? "IP_ADDRESS" : "DNS", matcher: { exact: consul.serverName } };
  return {
    name: "consul",
    connect_timeout: "5s",
    load_assignment: {
      cluster_name: "consul",
      endpoints: [
        {
          lb_endpoints: [
            { endpoint: { address: { socket_address: { address: consul.host, port_value: consul.port } } } },
          ],
        },
      ],
    },
    circuit_breakers: {
      thresholds: [{ max_requests: PLENTY, max_pending_requests: PLENTY, max_retries: consul.maxRetries }],
    },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": type("upstreams.http.v3.HttpProtocolOptions"),
        ...consul.protocol,
      },
    },
    transport_socket: {
      name: "tls",
      typed_config: {
        "@type": type("transport_sockets.tls.v3.UpstreamTlsContext"),
        sni: consul.isAddress ? undefined : consul.serverName,
        common_tls_context: {
          validation_context: { trusted_ca: { filename: consul.caFile }, match_typed_subject_alt_names: [san] },
        },
      },
    },
    ...consul.cluster,
  };
}

/** Envoy's image where nothing names one: that of chart 1.9.11. */
export const DEFAULT_DATAPLANE_IMAGE = "hashicorp/consul-dataplane:1.9.11";

/** The command of a container that runs nothing but Envoy, in the image of consul-dataplane. */
export function envoyCommand(configuration: object): string[] {
  return ["envoy", "--config-yaml", JSON.stringify(configuration), "--disable-hot-restart"];
}

/** What such a container may do: the file of the released image has this capability, and Linux starts it for none who may not have it. */
export const ENVOY_CAPABILITIES = { drop: ["ALL"], add: ["NET_BIND_SERVICE"] };
