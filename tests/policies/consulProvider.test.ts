import { blocks, cases, passes, useAnalyzer } from "./cases";

useAnalyzer();
/** A resource of the Consul provider, whose typed entries say otherwise what custom resources say. */
const consul = (kind: string, props: Record<string, unknown>, type = `consul:index/${kind}:${kind}`) => ({
  type,
  name: "entry",
  props,
});
const entry = (kind: string, name: string, body: unknown) =>
  consul("ConfigEntry", { kind, name, configJson: body === undefined ? undefined : JSON.stringify(body) });

cases("no-other-way-in", [
  blocks(
    "services that are exported",
    [consul("ConfigEntryV2ExportedServices", { name: "a", services: ["ledger"], peerConsumers: ["west", "east"] })],
    "ExportedServices a: exports ledger to west, east",
  ),
  blocks(
    "all services that are exported",
    [consul("ConfigEntryV2ExportedServices", { name: "a", samenessGroupConsumers: ["all"] })],
    "exports every service to others",
  ),
  blocks(
    "exported services by Consul's API",
    [entry("exported-services", "default", { Services: [{ Name: "ledger", Consumers: [{ Peer: "west" }] }] })],
    "exports ledger to west",
  ),
  blocks(
    "a service of the catalog",
    [consul("Service", { name: "db", node: "outside" })],
    "Registration db: puts an address outside the mesh into the catalog as db",
  ),
  blocks(
    "services of a catalog entry",
    [consul("CatalogEntry", { node: "outside", address: "192.0.2.7", services: [{ name: "db" }, { name: "mail" }] })],
    ["into the catalog as db", "into the catalog as mail"],
  ),
  blocks("a peering", [consul("Peering", { peerName: "west" })], "PeeringDialer west: joins the mesh with another"),
  blocks("a token of one", [consul("PeeringToken", { peerName: "west" })], "PeeringAcceptor west: joins the mesh with"),
  passes("a peering that is meant", [consul("Peering", { peerName: "west" })], {
    config: { onPurpose: ["PeeringDialer/west"] },
  }),
  passes("a token of one that is meant", [consul("PeeringToken", { peerName: "west" })], {
    config: { onPurpose: ["PeeringAcceptor/west"] },
  }),
  passes("a node without services", [consul("CatalogEntry", { node: "outside", address: "192.0.2.7" })]),
]);

const elsewhere = (service: string) => `sends calls to api on to ${service}, which no intention here allows`;
cases("redirects-keep-intentions", [
  blocks(
    "a redirect",
    [consul("ConfigEntryServiceResolver", { name: "api", redirects: [{ service: "admin" }] })],
    elsewhere("admin"),
  ),
  ...[
    [{ subsetName: "*", service: "admin" }],
    [
      { subsetName: "v1", datacenters: ["b"] },
      { subsetName: "*", service: "admin" },
    ],
  ].map((failovers) =>
    blocks(
      `a failover: ${JSON.stringify(failovers)}`,
      [consul("ConfigEntryServiceResolver", { name: "api", failovers })],
      elsewhere("admin"),
    ),
  ),
  blocks(
    "a failover's targets",
    [
      consul("ConfigEntryServiceResolver", {
        name: "api",
        failovers: [{ subsetName: "*", targets: [{ service: "admin" }, { peer: "west" }] }],
      }),
    ],
    ["sends calls to api on to the peer west", elsewhere("admin")],
  ),
  blocks(
    "a split",
    [consul("ConfigEntryServiceSplitter", { name: "api", splits: [{ weight: 100, service: "admin" }] })],
    elsewhere("admin"),
  ),
  ...[{ service: "admin" }, [{ service: "admin" }]].map((destination) =>
    blocks(
      `a route: ${JSON.stringify(destination)}`,
      [
        consul("ConfigEntryServiceRouter", {
          name: "api",
          routes: [Array.isArray(destination) ? { destinations: destination } : { destination }, {}],
        }),
      ],
      elsewhere("admin"),
    ),
  ),
  blocks(
    "a redirect by Consul's API",
    [entry("service-resolver", "api", { Redirect: { Service: "admin" } })],
    elsewhere("admin"),
  ),
  passes("defaults of subsets", [
    consul("ConfigEntryServiceDefaults", { name: "api", externalSni: null }),
    consul("ConfigEntryServiceResolver", {
      name: "api",
      subsets: [{ name: "v1" }],
      failovers: [{ subsetName: "*", datacenters: ["b"] }],
    }),
  ]),
]);

cases("no-proxy-override", [
  blocks(
    "Envoy's configuration by Consul's API, whose keys are Envoy's",
    [entry("proxy-defaults", "global", { Config: { envoy_public_listener_json: "{}" } })],
    "spec.config.envoy_public_listener_json replaces configuration",
  ),
  blocks(
    "an extension",
    [consul("ConfigEntryServiceDefaults", { name: "a", envoyExtensions: [{ name: "builtin/lua" }] })],
    "spec.envoyExtensions[0] is builtin/lua",
  ),
  blocks(
    "an extension by Consul's API",
    [entry("service-defaults", "a", { EnvoyExtensions: [{ Name: "builtin/lua" }, { Name: "builtin/wasm" }] })],
    ["spec.envoyExtensions[0] is builtin/lua", "spec.envoyExtensions[1] is builtin/wasm"],
  ),
  passes("another extension", [
    consul("ConfigEntryServiceDefaults", { name: "a", envoyExtensions: [{ name: "builtin/otel-access-logging" }] }),
  ]),
  passes("an entry that says nothing", [entry("proxy-defaults", "global", undefined)]),
]);

const WHO = "* → ledger is allowed";
const allowing = (https: unknown) => ({
  name: "ledger",
  sources: [{ name: "*", permissions: [{ action: "allow", https }] }],
});
cases("no-wildcard-allow", [
  blocks(
    "a type without its file",
    [consul("Intention", { sourceName: "*", destinationName: "ledger", action: "allow" }, "consul:index:Intention")],
    WHO,
  ),
  passes("another provider's", [
    consul("Intention", { sourceName: "*", destinationName: "ledger", action: "allow" }, "my-consul:index:Intention"),
    consul("Intention", { sourceName: "*", destinationName: "ledger", action: "allow" }, "consul:other:Intention"),
  ]),
  blocks("permissions", [consul("ConfigEntryServiceIntentions", allowing([{ pathPrefix: "/" }]))], WHO),
]);

cases("intentions-accepted", [
  passes("a permission with a path and headers", [
    consul("ConfigEntryServiceIntentions", {
      name: "ledger",
      sources: [
        {
          name: "web",
          permissions: [{ action: "allow", https: [{ pathExact: "/a", headers: [{ name: "x-a", exact: "b" }] }] }],
        },
      ],
    }),
  ]),
  blocks(
    "a header without a name",
    [
      consul("ConfigEntryServiceIntentions", {
        name: "ledger",
        sources: [
          { name: "web", permissions: [{ action: "allow", https: [{ pathExact: "/a", headers: [{ exact: "b" }] }] }] },
        ],
      }),
    ],
    "header",
  ),
]);
