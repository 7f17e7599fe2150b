import { EnvoyBeforeConsul, ENVOY_CAPABILITIES, envoyBeforeConsul, envoyCommand } from "../../components/shared/envoy";

const NAME = "type.googleapis.com/envoy.extensions";
const consul = {
  host: "consul.test",
  port: 8501,
  caFile: "/ca/tls.crt",
  serverName: "server.dc1.consul",
  protocol: { explicit_http_config: {} },
};
const listens = { address: "127.0.0.1", port: 8500 };

/** What Envoy is told, as it reads it. */
function made(more: Partial<EnvoyBeforeConsul> = {}) {
  const [command, flag, json, ...rest] = envoyCommand(envoyBeforeConsul({ listens, consul, ...more }));
  expect([command, flag, rest]).toEqual(["envoy", "--config-yaml", ["--disable-hot-restart"]]);
  const { static_resources, ...others } = JSON.parse(json);
  expect(others).toEqual({});
  const { listeners, clusters } = static_resources;
  expect([listeners.length, clusters.length]).toEqual([1, 1]);
  const [{ filters, transport_socket }, ...chains] = listeners[0].filter_chains;
  expect([filters.length, filters[0].name, chains]).toEqual([1, "api", []]);
  return {
    address: listeners[0].address,
    manager: filters[0].typed_config,
    tls: transport_socket,
    cluster: clusters[0],
  };
}

test("it listens where it is told, in the clear or by TLS with its certificate", () => {
  expect(made().address).toEqual({ socket_address: { address: "127.0.0.1", port_value: 8500 } });
  const both = { socket_address: { address: "::", port_value: 8500, ipv4_compat: true } };
  expect(made({ listens: { ...listens, address: "::" } }).address).toEqual(both);
  expect(made().tls).toBeUndefined();
  const certificates = [{ private_key: { filename: "/key" } }];
  expect(made({ listens: { ...listens, certificates } }).tls).toEqual({
    name: "tls",
    typed_config: {
      "@type": `${NAME}.transport_sockets.tls.v3.DownstreamTlsContext`,
      common_tls_context: { alpn_protocols: ["h2", "http/1.1"], tls_certificates: certificates },
    },
  });
});

test("each request goes to Consul as it came, and may wait for its answer", () => {
  const router = {
    name: "router",
    typed_config: { "@type": `${NAME}.filters.http.router.v3.Router`, suppress_envoy_headers: true },
  };
  const route = { match: { prefix: "/" }, route: { cluster: "consul", timeout: "0s" } };
  const { manager } = made();
  expect(manager).toEqual({
    "@type": `${NAME}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "api",
    stream_idle_timeout: "0s",
    generate_request_id: false,
    http_filters: [router],
    route_config: { virtual_hosts: [{ name: "api", domains: ["*"], routes: [route] }] },
  });
  const more = made({ filters: [{ name: "lua" }], route: { retry_policy: {} } }).manager;
  expect(more.http_filters).toEqual([{ name: "lua" }, router]);
  expect(more.route_config.virtual_hosts[0].routes).toEqual([
    { ...route, route: { ...route.route, retry_policy: {} } },
  ]);
});

test("it asks one server, with as many requests at a time as Consul takes", () => {
  const { transport_socket, ...cluster } = made().cluster;
  expect(transport_socket.name).toBe("tls");
  expect(cluster).toEqual({
    name: "consul",
    connect_timeout: "5s",
    load_assignment: {
      cluster_name: "consul",
      endpoints: [
        {
          lb_endpoints: [{ endpoint: { address: { socket_address: { address: "consul.test", port_value: 8501 } } } }],
        },
      ],
    },
    circuit_breakers: { thresholds: [{ max_requests: 65536, max_pending_requests: 65536 }] },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": `${NAME}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: {},
      },
    },
  });
  const told = made({ consul: { ...consul, maxRetries: 7, cluster: { type: "LOGICAL_DNS" } } }).cluster;
  expect(told.circuit_breakers.thresholds[0].max_retries).toBe(7);
  expect(told.type).toBe("LOGICAL_DNS");
});

test.each<[what: string, isAddress: boolean | undefined, san: string, sni: string | undefined]>([
  ["a name, by which it is asked", undefined, "DNS", "server.dc1.consul"],
  ["a name", false, "DNS", "server.dc1.consul"],
  ["an address, which is no name to ask by", true, "IP_ADDRESS", undefined],
])("the server has a certificate of Consul's authority, of the server's alone: %s", (_, isAddress, san_type, sni) => {
  const { cluster } = made({ consul: { ...consul, isAddress } });
  expect(cluster.transport_socket.typed_config).toEqual({
    "@type": `${NAME}.transport_sockets.tls.v3.UpstreamTlsContext`,
    ...(sni === undefined ? {} : { sni }),
    common_tls_context: {
      validation_context: {
        trusted_ca: { filename: "/ca/tls.crt" },
        match_typed_subject_alt_names: [{ san_type, matcher: { exact: "server.dc1.consul" } }],
      },
    },
  });
});

test("its container may do what the image's file has, and nothing else", () => {
  expect(ENVOY_CAPABILITIES).toEqual({ drop: ["ALL"], add: ["NET_BIND_SERVICE"] });
});
