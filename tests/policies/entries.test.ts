import { METHODS } from "../../components/routing/httpMatches";
import { UNKNOWN } from "./analyzer";
import { keyPair } from "../jwtCases";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import {
  anyPath,
  configEntry,
  denyAll,
  http,
  intentions,
  kube,
  meshed,
  paths,
  release,
  safeBut,
  service,
  workload,
} from "./resources";

useAnalyzer();
const NOT_KNOWN = "can't be known during preview; give it a plain value";
const extension = (name: string, kind = "ServiceDefaults") =>
  configEntry(kind, kind === "ServiceDefaults" ? "a" : "global", { envoyExtensions: [{ name }] });
const proxyConfig = (config: unknown) => configEntry("ProxyDefaults", "global", { config });

const injector = (command: string) => workload("injector", { container: { command: ["sh", "-ec", command] } });
const split = workload("injector", { container: { args: ["inject-connect", "-envoy-extra-args=--mode", "x"] } });

cases("no-proxy-override", [
  passes("what changes neither intentions nor listeners", [
    proxyConfig({
      protocol: "http",
      local_connect_timeout_ms: 1000,
      envoy_tracing_json: "{}",
      envoy_stats_bind_addr: "127.0.0.1:1",
    }),
    extension("builtin/otel-access-logging"),
    extension("builtin/http/localratelimit", "ProxyDefaults"),
    ...["extra_static_clusters", "extra_stats_sinks", "listener_tracing", "stats_config", "tracing"].map((name) => ({
      ...proxyConfig({ [`envoy_${name}_json`]: "{}" }),
      name,
    })),
    ...["[::1]:9102", "::1:9102", "localhost:9102"].map((address) => ({
      ...proxyConfig({ envoy_stats_bind_addr: address }),
      name: address,
    })),
    {
      ...proxyConfig({
        my_envoy_public_listener_json: "",
        envoy_public_listener_json_note: "",
        envoy_json: "",
        rebind_port: 1,
        bind_ports: 1,
      }),
      name: "own",
    },
    configEntry("Mesh", "mesh", { envoyExtensions: [{ name: "builtin/lua" }], config: { bind_port: 1 } }),
    meshed("d", { "envoy-extra-args": "-- --config-yaml x" }),
    meshed("e", { "envoy-extra-args": "'--log-level=debug' -l info  \"--concurrency\" 2 --log-format x" }),
    workload("f", { annotations: { "consul.hashicorp.com/envoy-extra-args": "--config-yaml x" } }),
    http("b"),
    meshed("a", {
      "envoy-extra-args":
        "--log-level debug --drain-time-s 5 --drain-strategy immediate --concurrency 2 -- --admin-address-path x",
    }),
    meshed("c", { "proxy-config-map": '{"max_inbound_connections": 10}' }),
  ]),
  passes("an extension that is meant", [extension("builtin/ext-authz")], {
    config: { extensions: ["builtin/ext-authz"] },
  }),
  ...["lua", "wasm", "property-override", "aws/lambda", "ext-authz"].flatMap((name) => [
    blocks(name, [extension(`builtin/${name}`)], `spec.envoyExtensions[0] is builtin/${name}`),
    blocks(
      `${name} for all`,
      [extension(`builtin/${name}`, "ProxyDefaults")],
      `spec.envoyExtensions[0] is builtin/${name}`,
    ),
  ]),
  ...[
    "envoy_public_listener_json",
    "envoy_local_cluster_json",
    "envoy_bootstrap_json_tpl",
    "envoy_extra_static_listeners_json",
    "Envoy_Public_Listener_JSON",
  ].flatMap((key) => [
    blocks(`${key} for all`, [proxyConfig({ [key]: "{}" })], `spec.config.${key} replaces`),
    blocks(
      `${key} for one`,
      [meshed("a", { "proxy-config-map": JSON.stringify({ [key]: "{}" }) })],
      `proxy-config-map.${key} replaces`,
    ),
  ]),
  blocks(
    "configuration as text",
    [proxyConfig('{"envoy_public_listener_json": "{}"}')],
    "spec.config.envoy_public_listener_json",
  ),
  blocks(
    "configuration that cannot be read",
    [meshed("a", { "proxy-config-map": "{" })],
    "proxy-config-map is not JSON",
  ),
  ...["protocol", "Protocol"].map((key) =>
    blocks(
      `${key} of one`,
      [meshed("a", { "proxy-config-map": `{"${key}": "tcp"}` })],
      `Deployment a: proxy-config-map.${key} has the sidecar speak tcp, whatever ServiceDefaults say: over tcp it asks for no token. Remove`,
    ),
  ),
  passes("the protocol of all", [proxyConfig({ protocol: "http" })]),
  ...["bind_address", "Bind_Port", "envoy_gateway_bind_addresses", "envoy_mesh_gateway_bind_tagged_addresses"].map(
    (key) => blocks(`${key} of one`, [meshed("a", { "proxy-config-map": `{"${key}": 1}` })], `.${key} moves`),
  ),
  blocks("an extension without a name", [extension(undefined as unknown as string)], "is one without a name"),
  blocks(
    "an extension behind another",
    [
      configEntry("ServiceDefaults", "a", {
        envoyExtensions: [{ name: "builtin/otel-access-logging" }, { name: "x" }],
      }),
    ],
    "spec.envoyExtensions[1] is x",
  ),
  blocks(
    "statistics at an address that only looks local",
    [proxyConfig({ Envoy_Stats_Bind_Addr: "10.127.0.1:9102" })],
    "opens Envoy's statistics at 10.127.0.1:9102",
  ),
  blocks(
    "connections of one's own making, for all",
    [configEntry("ServiceDefaults", "a", { upstreamConfig: { defaults: { envoyListenerJSON: "{}" } } })],
    "spec.upstreamConfig.defaults.envoyListenerJSON replaces",
  ),
  blocks(
    "in a pod that is injected by default",
    [
      release(safeBut({ connectInject: { default: true } })),
      workload("a", { annotations: { "consul.hashicorp.com/connect-inject-mount-volume": "a" } }),
    ],
    "Deployment a: connect-inject-mount-volume hands",
  ),
  blocks("the listener elsewhere", [proxyConfig({ bind_port: 8080 })], "spec.config.bind_port moves"),
  blocks(
    "statistics for all",
    [proxyConfig({ envoy_stats_bind_addr: "0.0.0.0:9102" })],
    "opens Envoy's statistics at 0.0.0.0:9102",
  ),
  blocks(
    "a connection of one's own making",
    [configEntry("ServiceDefaults", "a", { upstreamConfig: { overrides: [{ name: "b", envoyClusterJSON: "{}" }] } })],
    "spec.upstreamConfig.overrides[0].envoyClusterJSON replaces",
  ),
  ...["--config-yaml", "-c", "--admin-address-path", "--mode", "--log-level-of-mine", "--no-l"].map((argument) =>
    blocks(
      `Envoy's ${argument}`,
      [meshed("a", { "envoy-extra-args": `--log-level debug ${argument} x` })],
      `envoy-extra-args ${argument}`,
    ),
  ),
  blocks(
    "an argument of Envoy's at the end",
    [meshed("a", { "envoy-extra-args": "--log-level debug --allow-unknown-fields" })],
    "envoy-extra-args --allow-unknown-fields",
  ),
  blocks(
    "Envoy's --config-yaml in quotes",
    [meshed("a", { "envoy-extra-args": `"--config-yaml" 'x' -- y` })],
    "envoy-extra-args --config-yaml",
  ),
  blocks(
    "an argument that a chart gives to every sidecar",
    [release(safeBut({ connectInject: { envoyExtraArgs: "--log-level debug --config-yaml x" } }))],
    "rendered by the chart: Deployment consul-connect-injector: envoy-extra-args --config-yaml changes what Envoy serves. Remove",
  ),
  ...["-envoy-extra-args='-l info --mode x'", "-envoy-extra-args --mode", '--envoy-extra-args="--mode x"'].map((flag) =>
    blocks(
      `an argument that an injector gives to every sidecar: ${flag}`,
      [injector(`inject-connect ${flag} --mode-of-injector`)],
      "Deployment injector: envoy-extra-args --mode changes what Envoy serves. Remove",
    ),
  ),
  blocks("words of an injector's", [{ ...injector("x"), props: split.props }], "envoy-extra-args --mode changes"),
  passes("an injector's arguments that are harmless, or not known yet", [
    injector('inject-connect -envoy-extra-args="" -envoy-extra-args="--log-level debug" --mode x'),
    { ...workload("unknown", { container: { args: UNKNOWN } }), name: "unknown" },
  ]),
  ...["consul-sidecar-user-volume", "consul-sidecar-user-volume-mount", "connect-inject-mount-volume"].map((name) =>
    blocks(name, [meshed("a", { [name]: "[]" })], name),
  ),
  blocks("unknown", [configEntry("ServiceDefaults", "a", { envoyExtensions: [{ name: UNKNOWN }] })], NOT_KNOWN),
]);

const gateway = (gatewayClassName: string) =>
  kube("gateway.networking.k8s.io/v1", "Gateway", "g", { spec: { gatewayClassName, listeners: [] } });
const ofConsuls = (kind: string, spec: object) => kube("consul.hashicorp.com/v1beta1", kind, "g", { spec });
const gatewayClass = (name: string, controllerName: string) =>
  kube("gateway.networking.k8s.io/v1", "GatewayClass", name, { spec: { controllerName } });
const registration = configEntry("Registration", "r", {
  node: "n",
  service: { name: "billing", port: 443, address: "192.0.2.1" },
});
const outside = (service: object, more: object = {}) =>
  configEntry("Registration", "r", { node: "n", service: { name: "billing", port: 443, ...service }, ...more });
const destination = (...addresses: unknown[]) =>
  configEntry("ServiceDefaults", "out", { destination: { addresses, port: 80 } });
const verified = { caFile: "/etc/ssl/certs/ca-certificates.crt", sni: "billing.example" };
const terminating = (name: string, more: object = verified) =>
  configEntry("TerminatingGateway", "out", { services: [{ name, ...more }] });
const exported = configEntry("ExportedServices", "default", {
  services: [{ name: "shop", consumers: [{ peer: "west" }] }],
});
cases("no-other-way-in", [
  passes("none", [denyAll, http("a"), meshed("a"), gateway("nginx"), terminating("billing"), registration]),
  passes("what only looks like one", [
    gatewayClass("edge", "example.com/consul.hashicorp.com/x"),
    gateway("edge"),
    kube("networking.istio.io/v1", "Gateway", "istio", { spec: { gatewayClassName: "consul" } }),
    kube("gateway.networking.k8s.io/v1", "HTTPRoute", "route", {
      spec: { gatewayClassName: "consul", parentRefs: [{ name: "g" }] },
    }),
    kube("example.com/v1", "HTTPRoute", "other", { spec: { parentRefs: [{ group: "consul.hashicorp.com" }] } }),
    kube("example.com/v1", "Thing", "thing", { spec: UNKNOWN }),
    terminating("billing"),
    registration,
    service("shop", { a: "b" }),
    workload("billing"),
    { ...terminating("registered-elsewhere"), name: "other" },
    workload("registered-elsewhere"),
  ]),
  ...["169.254.169.254", "fe80::a9fe:1", "fd00:ec2::254", "metadata.google.internal", "METADATA.goog."].flatMap(
    (host) => {
      const says = `leads to ${host.toLowerCase().replace("goog.", "goog")}, which answers by who asks, and would take every caller for a gateway or its node. Publish`;
      return [
        blocks(
          `${host}, by a gateway`,
          [terminating("billing"), outside({ address: host })],
          `Registration r: ${says}`,
        ),
        blocks(`${host}, as a destination`, [destination(host)], `ServiceDefaults out: ${says}`),
      ];
    },
  ),
  ...["127.0.0.1", "localhost", "::1"].map((host) =>
    blocks(
      `the gateway itself: ${host}`,
      [destination("billing.example", host)],
      `ServiceDefaults out: leads to ${host}, the gateway's own pod. Publish`,
    ),
  ),
  blocks(
    "metadata, by the node of a service without an address",
    [terminating("billing"), outside({ address: "" }, { address: "169.254.169.254" })],
    "Registration r: leads to 169.254.169.254,",
  ),
  blocks(
    "metadata, by Consul's API",
    [
      {
        type: "consul:index/configEntry:ConfigEntry",
        name: "entry",
        props: {
          kind: "service-defaults",
          name: "out",
          configJson: JSON.stringify({ Destination: { Addresses: ["169.254.169.254"], Port: 80 } }),
        },
      },
    ],
    "ServiceDefaults out: leads to 169.254.169.254,",
  ),
  passes("addresses outside, of which one is known later, and a node's that is not used", [
    terminating("billing"),
    outside({ address: "192.0.2.1" }, { address: "127.0.0.1" }),
    { ...outside({ address: UNKNOWN }), name: "later" },
    destination("billing.example", "169.253.255.255", "metadata.google.internal.example", UNKNOWN),
    configEntry("ServiceDefaults", "all", { destination: { addresses: UNKNOWN } }),
    configEntry("ServiceResolver", "other", { destination: { addresses: ["127.0.0.1"] } }),
  ]),
  passes("metadata that is meant", [destination("169.254.169.254")], {
    config: { onPurpose: ["ServiceDefaults/out"] },
  }),
  passes("an address outside that is meant", [registration], { config: { onPurpose: ["Registration/r"] } }),
  blocks(
    "an address outside, which a peer is given",
    [registration, configEntry("ExportedServices", "default", { services: [{ name: "billing", consumers: [] }] })],
    ["exports billing to others", "into the catalog as billing"],
  ),
  blocks(
    "services for two peers, and one without a name",
    [
      configEntry("ExportedServices", "default", {
        services: [{ name: "shop", consumers: [{ peer: "west" }, { peer: "east" }] }, {}],
      }),
    ],
    ["exports shop to west, east", "exports undefined to others"],
  ),
  blocks(
    "an ingress gateway to two services, and one to all that its routers name",
    [
      configEntry("IngressGateway", "i", {
        listeners: [{ port: 1, services: [{ name: "a" }, { name: "b" }] }, { port: 2 }],
      }),
    ],
    ["opens a, b at port 1", "opens the mesh at port 2"],
  ),
  blocks(
    "a terminating gateway to everything, behind something",
    [configEntry("TerminatingGateway", "out", { services: [{ name: "billing", ...verified }, { name: "*" }] })],
    "lets the mesh out to every service",
  ),
  blocks(
    "a terminating gateway with the identity of a service in the mesh, beside another",
    [terminating("shop"), service("shop", { a: "b" }), registration, terminating("billing")].map((each, i) => ({
      ...each,
      name: `r${i}`,
    })),
    "has the identity of shop",
  ),
  blocks("a name without a CA", [terminating("billing", { sni: "billing.example" }), registration], "without TLS"),
  ...["HTTPRoute", "TCPRoute"].map((kind) =>
    blocks(
      `a route of a gateway of Consul's: ${kind}`,
      [
        kube("gateway.networking.k8s.io/v1", kind, "route", {
          spec: { parentRefs: [{ name: "g" }, { group: "consul.hashicorp.com", name: "g" }] },
        }),
      ],
      "is a route of a gateway of Consul's",
    ),
  ),
  ...["GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute"].map((kind) =>
    blocks(
      `a route of Consul's own kind: ${kind}`,
      [ofConsuls(kind, { parentRefs: [{ name: "g" }] })],
      `${kind} g: is a route of a gateway of Consul's. Publish`,
    ),
  ),
  blocks(
    "a gateway of Consul's own kind",
    [ofConsuls("Gateway", { gatewayClassName: "edge" })],
    "Gateway g: is a gateway of Consul's, a way into the mesh beside Traefik. Publish",
  ),
  ...[
    [{ retry_join_wan: ["192.0.2.1"] }, "retry_join_wan"],
    [{ start_join_wan: ["192.0.2.1"] }, "start_join_wan"],
    [{ primary_gateways: ["192.0.2.1:443"] }, "primary_gateways"],
    [{ connect: { enable_mesh_gateway_wan_federation: true } }, "connect.enable_mesh_gateway_wan_federation"],
  ].map(([config, key]) =>
    blocks(
      `servers that join others by ${key}`,
      [release(safeBut({ server: { extraConfig: JSON.stringify(config) } }))],
      `rendered by the chart: StatefulSet consul-server: joins the mesh with other datacenters, by ${key}. Publish`,
    ),
  ),
  passes("servers that join none, and some whose settings are not known yet", [
    release(
      safeBut({
        server: {
          extraConfig: '{"retry_join_wan": [], "connect": {"enable_mesh_gateway_wan_federation": false}}',
        },
      }),
    ),
    workload("consul", {
      kind: "StatefulSet",
      container: { image: "hashicorp/consul:1.22.7", args: ["agent", UNKNOWN] },
    }),
  ]),
  passes("servers that are meant to", [release(safeBut({ server: { extraConfig: '{"retry_join_wan": ["a"]}' } }))], {
    config: { onPurpose: ["StatefulSet/consul-server"] },
  }),
  blocks(
    "a gateway of Consul's own class, told once",
    [gatewayClass("consul", "api-gateway.consul.hashicorp.com/controller"), gateway("consul")],
    "is a gateway of Consul's",
  ),
  blocks(
    "a pod that registers as a gateway without a name",
    [workload("a", { annotations: { "consul.hashicorp.com/gateway-kind": "mesh-gateway" } })],
    "registers itself as the mesh-gateway.",
  ),
  passes("one that is meant", [exported], { config: { onPurpose: ["ExportedServices/default"] } }),
  passes("a class of gateways that are not Consul's", [
    kube("gateway.networking.k8s.io/v1", "GatewayClass", "edge", {
      spec: { controllerName: "traefik.io/gateway-controller" },
    }),
    gateway("edge"),
  ]),
  blocks("a service for a peer", [exported], "exports shop to west"),
  blocks(
    "all of them",
    [configEntry("ExportedServices", "default", { services: [{ name: "*", consumers: [{ partition: "p" }] }] })],
    "exports every service to p",
  ),
  blocks(
    "an ingress gateway",
    [configEntry("IngressGateway", "i", { listeners: [{ port: 8080, services: [{ name: "*" }] }] })],
    "opens every service at port 8080, beside Traefik",
  ),
  blocks("a terminating gateway to everything", [terminating("*")], "lets the mesh out to every service"),
  ...(["staging", "prod"] as const).flatMap((stack) => [
    blocks(`no TLS to it, in ${stack}`, [terminating("billing", {}), registration], "reaches billing without TLS", {
      stack,
    }),
    blocks(
      `TLS to whoever has a certificate, in ${stack}`,
      [terminating("billing", { caFile: verified.caFile }), registration],
      "reaches billing whatever the name in its certificate",
      { stack },
    ),
    passes(`no TLS to one that is meant, in ${stack}`, [terminating("billing", {}), registration], {
      stack,
      config: { onPurpose: ["Registration/billing"] },
    }),
  ]),
  passes("no TLS to it where one tries", [terminating("billing", {}), registration], { stack: "dev" }),
  blocks(
    "a terminating gateway with the identity of a service in the mesh",
    [terminating("shop"), service("shop", { a: "b" })],
    "has the identity of shop",
    { stack: "dev" },
  ),
  ...["PeeringAcceptor", "PeeringDialer"].map((kind) =>
    blocks(kind, [configEntry(kind, "p", { peer: {} })], "joins the mesh with another cluster's"),
  ),
  blocks(
    "a sameness group",
    [configEntry("SamenessGroup", "s", { members: [{ peer: "west" }] })],
    "takes services of other clusters",
  ),
  ...["consul", "consul-external", "my-consul"].map((name) =>
    blocks(
      `a gateway of Consul's class ${name}`,
      [gateway(name)],
      "Gateway g: is a gateway of Consul's, a way into the mesh beside Traefik. Publish",
    ),
  ),
  passes("a gateway of a class that only sounds like Consul's", [gateway("consulate")]),
  blocks(
    "a gateway of a class of Consul's by another name",
    [
      kube("gateway.networking.k8s.io/v1", "GatewayClass", "edge", {
        spec: { controllerName: "consul.hashicorp.com/gateway-controller" },
      }),
      gateway("edge"),
    ],
    "Gateway g: is a gateway of Consul's",
  ),
  blocks(
    "an address outside, under a name",
    [registration],
    "Registration r: puts an address outside the mesh into the catalog as billing",
  ),
  blocks(
    "an address outside, under a service's name",
    [terminating("billing"), registration, service("billing", { a: "b" })],
    "into the catalog as billing",
  ),
  blocks(
    "a pod that registers as a gateway",
    [
      workload("a", {
        annotations: {
          "consul.hashicorp.com/gateway-kind": "mesh-gateway",
          "consul.hashicorp.com/gateway-consul-service-name": "mg",
        },
      }),
    ],
    "registers itself as the mesh-gateway mg",
  ),
]);

const allow = (name: string) => ({ name, action: "allow" });
const redirect = configEntry("ServiceResolver", "api", { redirect: { service: "payments" } });
const routed = (...matches: (object | undefined)[]) =>
  configEntry("ServiceRouter", "api", {
    routes: matches.map((http) => ({ match: http && { http }, destination: { service: "payments" } })),
  });
cases("redirects-keep-intentions", [
  passes("subsets, failover to another datacenter, a path of its own", [
    configEntry("ServiceResolver", "api", {
      redirect: { serviceSubset: "v2" },
      failover: { "*": { datacenters: ["b"] } },
    }),
    configEntry("ServiceSplitter", "api", { splits: [{ weight: 90 }, { weight: 10, serviceSubset: "canary" }] }),
    configEntry("ServiceRouter", "api", {
      routes: [{ destination: { prefixRewrite: "/" } }, { destination: { service: "api" } }],
    }),
  ]),
  passes("where those who call may call the other, too", [
    redirect,
    intentions("api", allow("web")),
    intentions("payments", paths("web", anyPath), allow("batch")),
  ]),
  passes("where the other's intentions are another stack's", [redirect], { config: { targets: ["payments"] } }),
  blocks(
    "past all intentions",
    [redirect],
    "sends calls to api on to payments, which no intention here allows anybody to call",
  ),
  blocks(
    "past all intentions, beside what is none",
    [
      redirect,
      kube("example.com/v1", "Thing", "t", { spec: { destination: { name: "payments" }, sources: [allow("web")] } }),
    ],
    "which no intention here allows anybody to call",
  ),
  passes("of a caller without a name", [
    redirect,
    intentions("api", { action: "allow" }),
    intentions("payments", allow("web")),
  ]),
  passes("by a path that one of those who call has a right to", [
    routed({ pathPrefix: "/pay" }, { pathExact: "/" }),
    intentions("api", allow("web"), allow("app")),
    intentions("payments", allow("web")),
  ]),
  blocks(
    "by a path that none of those who call has a right to",
    [routed({ pathPrefix: "/pay" }), intentions("api", allow("web")), intentions("payments", allow("batch"))],
    "whose intentions do not name web",
  ),
  ...[
    { pathRegex: "/pay.*" },
    { pathRegex: "/[a-z]*" },
    { pathRegex: "/.+" },
    { methods: METHODS.slice(1) },
    { header: [{ name: "x-pay" }] },
    { queryParam: [{ name: "pay" }] },
    { methods: ["PUT"] },
  ].map((http) =>
    passes(`by calls of some kind, which one of those who call has a right to: ${JSON.stringify(http)}`, [
      routed(http),
      intentions("api", allow("web"), allow("app")),
      intentions("payments", allow("web")),
    ]),
  ),
  ...[
    [{ pathPrefix: "/" }],
    [{ pathPrefix: "/", caseInsensitive: true }],
    [{ pathRegex: ".*" }],
    [{ pathRegex: "/.*" }],
    [{ pathRegex: "^/.*$" }],
    [{ pathRegex: "(/.+|/)" }],
    [{ pathRegex: "(" }],
    [{ pathPrefix: "" }],
    [{ pathExact: "" }],
    [{ methods: METHODS }],
    [{ header: [], queryParam: [], methods: [] }],
    [{}],
    [undefined],
    [undefined, { pathPrefix: "/pay" }],
    [{ pathPrefix: "/pay" }, {}],
  ].map((matches) =>
    blocks(
      `past those of one caller, whatever is called: ${JSON.stringify(matches)}`,
      [routed(...matches), intentions("api", allow("web"), allow("app")), intentions("payments", allow("web"))],
      "whose intentions do not name app",
    ),
  ),
  blocks(
    "past those of one caller",
    [redirect, intentions("api", allow("web"), allow("app")), intentions("payments", allow("web"))],
    "whose intentions do not name app",
  ),
  blocks(
    "to one that is denied",
    [redirect, intentions("payments", { name: "web", action: "deny" })],
    "which no intention here allows",
  ),
  blocks(
    "by a router",
    [configEntry("ServiceRouter", "api", { routes: [{ destination: { service: "admin" } }] })],
    "on to admin",
  ),
  blocks(
    "by a splitter",
    [configEntry("ServiceSplitter", "api", { splits: [{ weight: 100, service: "admin" }] })],
    "on to admin",
  ),
  blocks(
    "by failover",
    [configEntry("ServiceResolver", "api", { failover: { "*": { service: "admin" } } })],
    "on to admin",
  ),
  blocks(
    "by a failover's targets",
    [configEntry("ServiceResolver", "api", { failover: { v1: { targets: [{ service: "admin" }] } } })],
    "on to admin",
  ),
  blocks(
    "to another cluster",
    [configEntry("ServiceResolver", "api", { redirect: { service: "api", peer: "west" } })],
    "on to the peer west",
  ),
  blocks(
    "to whichever cluster has it",
    [configEntry("ServiceResolver", "api", { failover: { "*": { targets: [{ samenessGroup: "all" }] } } })],
    "on to the samenessGroup all",
  ),
  blocks(
    "to one that others than the callers may call, whoever else is allowed elsewhere",
    [
      redirect,
      intentions("api", allow("web"), { name: "app", action: "deny" }),
      intentions("payments", allow("batch")),
      intentions("other", allow("web")),
    ],
    "whose intentions do not name web",
  ),
  blocks(
    "twice, told once",
    [configEntry("ServiceRouter", "api", { routes: ["a", "b"].map(() => ({ destination: { service: "admin" } })) })],
    "on to admin",
  ),
  passes("by what Consul does not read so", [
    kube("example.com/v1", "Thing", "thing", { spec: UNKNOWN }),
    configEntry("ServiceDefaults", "api", { redirect: { service: "admin" }, splits: [{ service: "admin" }] }),
    configEntry("ServiceRouter", "api", { splits: [{ service: "admin" }], redirect: { service: "admin" } }),
    configEntry("ServiceSplitter", "api", { redirect: { service: "admin" } }),
    configEntry("ServiceResolver", "api", {
      routes: [{ destination: { service: "admin" } }],
      splits: [{ service: "admin" }],
    }),
  ]),
]);

const keysOf = (jsonWebKeySet: object) => configEntry("JWTProvider", "j", { jsonWebKeySet });
const remoteKeys = (uri: string, tlsCertificates: object) =>
  keysOf({ remote: { uri, jwksCluster: { tlsCertificates } } });
const localKeys = (keys: unknown) => keysOf({ local: { jwks: Buffer.from(JSON.stringify(keys)).toString("base64") } });
const meshConfig = (spec: Record<string, unknown>) => configEntry("Mesh", "mesh", spec);
cases("mesh-hardened", [
  passes("what is safe", [
    meshConfig({
      transparentProxy: { meshDestinationsOnly: true },
      tls: {
        incoming: { tlsMinVersion: "TLSv1_3" },
        outgoing: { tlsMinVersion: "TLS_AUTO", cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] },
      },
      http: {
        sanitizeXForwardedClientCert: true,
        incoming: { requestNormalization: { mergeSlashes: true, pathWithEscapedSlashesAction: "REJECT_REQUEST" } },
      },
    }),
    remoteKeys("HTTPS://login.example/keys", { trustedCA: { filename: "/ca.pem" } }),
    keysOf({ remote: {} }),
    keysOf({ local: { filename: "/keys.json" } }),
    configEntry("IngressGateway", "i", { listeners: [{ port: 1, tls: { tlsMinVersion: "TLSv1_2" } }, { port: 2 }] }),
    configEntry("ProxyDefaults", "global", {
      tls: { incoming: { tlsMinVersion: "TLSv1_0" }, tlsMinVersion: "TLSv1_0" },
      transparentProxy: { meshDestinationsOnly: false },
      jsonWebKeySet: { remote: { uri: "http://login.example/keys" } },
    }),
    localKeys({ keys: [keyPair().jwk] }),
  ]),
  ...["incoming", "outgoing"].flatMap((direction) =>
    ["TLSv1_0", "TLSv1_1"].map((version) =>
      blocks(
        `${direction} ${version}`,
        [meshConfig({ tls: { [direction]: { tlsMinVersion: version } } })],
        `spec.tls.${direction}.tlsMinVersion is ${version}`,
      ),
    ),
  ),
  blocks(
    "no TLS above 1.1",
    [meshConfig({ tls: { incoming: { tlsMaxVersion: "TLSv1_1" } } })],
    "tlsMaxVersion is TLSv1_1",
  ),
  blocks(
    "a cipher without forward secrecy",
    [meshConfig({ tls: { incoming: { cipherSuites: ["AES128-SHA"] } } })],
    "AES128-SHA, without forward secrecy",
  ),
  blocks(
    "every address",
    [meshConfig({ transparentProxy: { meshDestinationsOnly: false } })],
    "meshDestinationsOnly is false",
  ),
  blocks(
    "callers' own word",
    [meshConfig({ http: { sanitizeXForwardedClientCert: false } })],
    "to be another. Set meshDestinationsOnly and sanitizeXForwardedClientCert to true and pathWithEscapedSlashesAction to REJECT_REQUEST, give public keys or their server's CA, and leave out what else is named.",
  ),
  blocks(
    "paths as they come",
    [meshConfig({ http: { incoming: { requestNormalization: { insecureDisablePathNormalization: true } } } })],
    "insecureDisablePathNormalization",
  ),
  ...["KEEP_UNCHANGED", "IMPLEMENTATION_SPECIFIC_DEFAULT"].map((pathWithEscapedSlashesAction) =>
    blocks(
      `hidden slashes: ${pathWithEscapedSlashesAction}`,
      [meshConfig({ http: { incoming: { requestNormalization: { pathWithEscapedSlashesAction } } } })],
      `pathWithEscapedSlashesAction is ${pathWithEscapedSlashesAction}: %2F hides a path from an intention that the service then serves. Set`,
    ),
  ),
  ...["REJECT_REQUEST", "UNESCAPE_AND_REDIRECT", "UNESCAPE_AND_FORWARD"].map((pathWithEscapedSlashesAction) =>
    passes(`slashes with ${pathWithEscapedSlashesAction}`, [
      meshConfig({ http: { incoming: { requestNormalization: { pathWithEscapedSlashesAction } } } }),
    ]),
  ),
  blocks(
    "a gateway's TLS",
    [configEntry("IngressGateway", "i", { tls: { enabled: true, tlsMinVersion: "TLSv1_0" } })],
    "spec.tls.tlsMinVersion is TLSv1_0",
  ),
  blocks(
    "a gateway's TLS at one of its ports",
    [
      configEntry("IngressGateway", "i", {
        listeners: [{ port: 1 }, { port: 2, tls: { tlsMaxVersion: "tlsv1_1", cipherSuites: ["AES128-SHA"] } }],
      }),
    ],
    ["spec.listeners[1].tls.tlsMaxVersion is tlsv1_1", "spec.listeners[1].tls.cipherSuites has AES128-SHA"],
  ),
  blocks("keys by FTP", [remoteKeys("ftp://login.example/https://", { a: "b" })], "is not fetched by TLS"),
  blocks("keys by plain HTTP", [remoteKeys("HTTP://login.example/keys", {})], "is not fetched by TLS"),
  blocks(
    "keys of a server that is not verified",
    [remoteKeys("https://login.example/keys", {})],
    "has no tlsCertificates",
  ),
  blocks("a symmetric key", [localKeys({ keys: [{ kty: "oct", k: "c2VjcmV0" }] })], "keys[0] is symmetric"),
  blocks(
    "a private key",
    [localKeys({ keys: [keyPair().privateKey.export({ format: "jwk" })] })],
    "keys[0] is private",
  ),
  blocks("no key set", [localKeys("secret")], "is not a JSON Web Key Set"),
  blocks(
    "keys that are not known",
    [configEntry("JWTProvider", "j", { jsonWebKeySet: { local: { jwks: UNKNOWN } } })],
    NOT_KNOWN,
  ),
  blocks("unknown", [meshConfig({ tls: { incoming: { tlsMinVersion: UNKNOWN } } })], NOT_KNOWN),
]);

const annotated = (annotations: Record<string, string>) => ({
  ...denyAll,
  props: { ...denyAll.props, metadata: { name: "d", annotations } },
});
const denies = (source: Record<string, unknown>, destination: Record<string, unknown> = {}) =>
  configEntry("ServiceIntentions", "d", {
    destination: { name: "*", ...destination },
    sources: [{ name: "*", action: "deny", ...source }],
  });
const NONE = "no intention denies * → *";
cases("deny-all-exists", [
  passes("with an annotation of Pulumi's", [annotated({ "pulumi.com/waitFor": "condition=Synced" }), meshed("a")]),
  passes("a pod that stays out", [workload("a", { annotations: { "consul.hashicorp.com/connect-inject": "F" } })]),
  ...["1", "t", "TRUE", true].map((yes) =>
    blocks(
      `a pod injected by ${yes}`,
      [workload("a", { annotations: { "consul.hashicorp.com/connect-inject": yes } })],
      NONE,
    ),
  ),
  blocks(
    "one that gives way",
    [annotated({ "consul.hashicorp.com/migrate-entry": "true" }), meshed("a")],
    [NONE, "migrate-entry has Consul keep another entry"],
  ),
  blocks(
    "one of a partition",
    [denies({ partition: "east" }), meshed("a")],
    [NONE, "its source is only the partition east"],
  ),
  blocks(
    "one of a namespace",
    [denies({}, { namespace: "east" }), meshed("a")],
    [NONE, "its destination is only the namespace east"],
  ),
  blocks("one of a peer", [denies({ peer: "west" }), meshed("a")], NONE),
  blocks(
    "one of a sameness group",
    [denies({ samenessGroup: "all" }), meshed("a")],
    [NONE, "its source is only the samenessGroup all"],
  ),
  ...["", "*", "default"].map((namespace) =>
    passes(`one of the namespace "${namespace}", which is all that there is`, [denies({ namespace }), meshed("a")]),
  ),
  passes("one that an installation by Helm makes", [annotated({ "helm.sh/hook": "post-install" }), meshed("a")]),
  blocks(
    "one that a test by Helm makes",
    [annotated({ "helm.sh/hook": "test" }), meshed("a")],
    [NONE, "the hook test is not part of an installation"],
  ),
  blocks("a pod of which nobody knows whether it is injected", [workload("a", { annotations: UNKNOWN })], NONE),
  passes("one that denies some source more", [
    configEntry("ServiceIntentions", "d", {
      destination: { name: "*" },
      sources: [
        { name: "web", action: "deny" },
        { name: "*", action: "deny" },
      ],
    }),
    meshed("a"),
  ]),
  blocks(
    "intentions of which one is not known",
    [configEntry("ServiceIntentions", "a", UNKNOWN), intentions("b", { name: "web", action: "allow" })],
    "no intention is known to deny",
  ),
  blocks(
    "one that its hook takes away",
    [annotated({ "helm.sh/hook": "post-install", "helm.sh/hook-delete-policy": "hook-succeeded" }), meshed("a")],
    [NONE, "takes it away again"],
  ),
]);

cases("no-wildcard-allow", [
  blocks(
    "under a type of other letters",
    [{ ...intentions("a", allow("*")), type: "kubernetes:Consul.HashiCorp.com/v1alpha1:ServiceIntentions" }],
    "* → a is allowed",
  ),
  blocks(
    "under a type of something else",
    [
      {
        type: "kubernetes:example.com/v1:Thing",
        name: "t",
        props: {
          apiVersion: "consul.hashicorp.com/v1alpha1",
          kind: "ServiceIntentions",
          ...intentions("a", allow("*")).props,
        },
      },
    ],
    "* → a is allowed",
  ),
  blocks(
    "as an item of another list",
    [
      {
        type: "kubernetes:core/v1:List",
        name: "l",
        props: {
          items: [
            {
              apiVersion: "consul.hashicorp.com/v1alpha1",
              kind: "ServiceIntentions",
              ...intentions("a", allow("*")).props,
            },
          ],
        },
      },
    ],
    "* → a is allowed",
  ),
  passes("in a handbook", [
    kube("v1", "ConfigMap", "handbook", {
      data: { "mesh.md": "# Never\n\n    apiVersion: consul.hashicorp.com/v1alpha1\n    kind: ServiceIntentions\n" },
    }),
  ]),
  blocks(
    "in a file that a Job may apply",
    [
      kube("v1", "ConfigMap", "manifests", {
        data: {
          "a.yaml":
            "---\napiVersion: consul.hashicorp.com/v1alpha1\nkind: ServiceIntentions\nspec: {destination: {name: a}, sources: [{name: '*', action: allow}]}\n",
        },
      }),
    ],
    "* → a is allowed",
  ),
]);
