import { generateKeyPairSync } from "node:crypto";
import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube } from "./resources";

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
    "a service of an agent",
    [consul("AgentService", { name: "db", address: "192.0.2.7" })],
    "Registration db: puts an address outside the mesh into the catalog as db",
  ),
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
  blocks(
    "an API gateway",
    [entry("api-gateway", "edge", { Listeners: [{ Port: 80, Protocol: "http" }] })],
    "ApiGateway edge: is a gateway of Consul's, a way into the mesh beside Traefik. Publish",
  ),
  ...["http-route", "tcp-route"].map((kind) =>
    blocks(
      `a route of one that another stack has: ${kind}`,
      [entry(kind, "web", { Parents: [{ Kind: "api-gateway", Name: "edge" }] })],
      `${kind === "http-route" ? "Http" : "Tcp"}Route web: is a route of a gateway of Consul's. Publish`,
    ),
  ),
  passes("a gateway and its route that are meant", [entry("api-gateway", "edge", {}), entry("http-route", "web", {})], {
    config: { onPurpose: ["ApiGateway/edge", "HttpRoute/web"] },
  }),
  blocks("a peering", [consul("Peering", { peerName: "west" })], "PeeringDialer west: joins the mesh with another"),
  blocks(
    "an area of networks",
    [consul("NetworkArea", {})],
    "NetworkArea: joins the mesh with another cluster's. Publish",
  ),
  passes("another's area", [kube("example.com/v1", "NetworkArea", "a", {})]),
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

cases("no-permissive-mtls", [
  ...["mutualtlsmode", "MutualTLSMode", "mutual_tls_mode", "MUTUALTLSMODE"].map((key) =>
    blocks(key, [entry("service-defaults", "a", { [key]: "permissive" })], "mutualTLSMode is permissive"),
  ),
  blocks(
    "by the provider's own type",
    [consul("ConfigEntryServiceDefaults", { name: "a", mutualTlsMode: "permissive" })],
    "mutualTLSMode is permissive",
  ),
  ...["allowenablingpermissivemutualtls", "allow_enabling_permissive_mutual_tls"].map((key) =>
    blocks(key, [entry("mesh", "mesh", { [key]: true })], "allowEnablingPermissiveMutualTLS lets any service"),
  ),
]);

cases("no-proxy-override", [
  blocks(
    "an extension in other letters",
    [entry("proxy-defaults", "global", { envoyextensions: [{ NAME: "builtin/lua" }] })],
    "spec.envoyExtensions[0] is builtin/lua",
  ),
  ...["envoyListenerJSON", "envoyClusterJSON"].map((key) =>
    blocks(
      `${key} in other letters`,
      [entry("service-defaults", "a", { upstreamconfig: { defaults: { [key.toLowerCase()]: "{}" } } })],
      `spec.upstreamConfig.defaults.${key} replaces a connection`,
    ),
  ),
]);

cases("mesh-hardened", [
  ...["JSONWebKeySet", "jsonwebkeyset", "json_web_key_set"].map((key) =>
    blocks(
      `a provider of tokens by ${key}`,
      [entry("jwt-provider", "okta", { [key]: { Remote: { URI: "http://login.example/keys" } } })],
      "JWTProvider okta: spec.jsonWebKeySet.remote.uri http://login.example/keys is not fetched by TLS",
    ),
  ),
  passes("a provider of tokens by TLS", [
    entry("jwt-provider", "okta", {
      jsonwebkeyset: { remote: { uri: "https://login.example/keys", jwkscluster: { tlscertificates: { a: "b" } } } },
    }),
  ]),
  blocks(
    "a mesh's settings in other letters",
    [
      entry("mesh", "mesh", {
        transparentproxy: { meshdestinationsonly: false },
        tls: { incoming: { tlsminversion: "TLSv1_0", tls_max_version: "TLSv1_1", ciphersuites: ["AES128-SHA"] } },
        http: {
          sanitizexforwardedclientcert: false,
          incoming: {
            requestnormalization: {
              insecuredisablepathnormalization: true,
              pathwithescapedslashesaction: "KEEP_UNCHANGED",
            },
          },
        },
      }),
    ],
    [
      "spec.tls.incoming.tlsMinVersion is TLSv1_0",
      "spec.tls.incoming.tlsMaxVersion is TLSv1_1",
      "spec.tls.incoming.cipherSuites has AES128-SHA",
      "meshDestinationsOnly is false",
      "sanitizeXForwardedClientCert is false",
      "insecureDisablePathNormalization is set",
      "pathWithEscapedSlashesAction is KEEP_UNCHANGED",
    ],
  ),
]);

const { privateKey } = generateKeyPairSync("ed25519");
const PEM = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const authority = (props: Record<string, unknown>) =>
  consul("CertificateAuthority", { connectProvider: "consul", ...props });
const HAS_KEY =
  "\nCertificateAuthority: has the private key of the mesh's CA in its configuration; let Consul make one, or Vault keep it. Copy";
cases("no-key-copied", [
  blocks("a CA with its key", [authority({ configJson: JSON.stringify({ PrivateKey: PEM }) })], HAS_KEY),
  blocks("a CA with its key, by a map", [authority({ config: { PrivateKey: PEM } })], HAS_KEY),
  passes("a CA that Consul makes, and one that is not known yet", [
    authority({ configJson: JSON.stringify({ LeafCertTTL: "24h" }) }),
    { ...authority({ configJson: UNKNOWN }), name: "vault" },
  ]),
  passes("what is no CA's", [consul("KeyPrefix", { configJson: PEM })]),
]);

const rules = (name: unknown, text: unknown) => ({ ...consul("AclPolicy", { name, rules: text }), name: `p-${name}` });
const ANONYMOUS = "00000000-0000-0000-0000-000000000002";
const READS = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }';
const attached = (policy: unknown, tokenId: unknown = ANONYMOUS) =>
  consul("AclTokenPolicyAttachment", { tokenId, policy });
const GIVES = (name: string) => `gives everybody who has no token the rights of ${name}.`;
cases("no-acl-for-everything", [
  ...['ACL = "write"', '{"ACL":"write"}', 'Namespace "a" { Acl = "write" }'].map((text) =>
    blocks(text, [rules("p", text)], '\nAclPolicy: acl = "write" lets its holder change everything.'),
  ),
  blocks(
    "rights of services in other letters",
    [rules("p", 'Service_Prefix "" { Policy = "write" } SERVICE "web" { Intentions = "write" }')],
    ["may write the intentions of web", "may act as every service"],
  ),
  blocks("a policy for everybody", [attached("web")], GIVES("web")),
  blocks("one that writes", [rules("web", 'service "web" { policy = "write" }'), attached("web")], GIVES("web")),
  blocks("one that cannot be told", [rules("web", UNKNOWN), attached("web")], ["can't be known", GIVES("web")]),
  blocks("one that cannot be read", [rules("web", "service {{"), attached("web")], ["cannot be read", GIVES("web")]),
  blocks("one beside another that reads", [rules("dns", READS), attached("web")], GIVES("web")),
  blocks(
    "the anonymous token itself",
    [rules("dns", READS), consul("AclToken", { accessorId: ANONYMOUS, policies: ["dns", "web"], roles: ["api"] })],
    [GIVES("web"), GIVES("api")],
  ),
  blocks("a role", [consul("AclTokenRoleAttachment", { tokenId: ANONYMOUS, role: "api" })], GIVES("api")),
  blocks(
    "identities of the anonymous token",
    [
      consul("AclToken", {
        accessorId: ANONYMOUS,
        serviceIdentities: [{ serviceName: "web" }, { serviceName: "api" }],
        nodeIdentities: [{ nodeName: "n1", datacenter: "dc1" }],
        templatedPolicies: [{ templateName: "builtin/dns" }, { templateName: "builtin/service" }],
      }),
    ],
    ["the service web", "the service api", "the node n1", "the template builtin/service"].map(GIVES),
  ),
  blocks(
    "an identity of the name of what only reads",
    [rules("web", READS), consul("AclToken", { accessorId: ANONYMOUS, serviceIdentities: [{ serviceName: "web" }] })],
    GIVES("the service web"),
  ),
  passes("identities of another token", [consul("AclToken", { serviceIdentities: [{ serviceName: "web" }] })]),
  passes("what only reads, for everybody", [
    rules("dns", READS),
    attached("dns"),
    consul("AclToken", { accessorId: ANONYMOUS, templatedPolicies: [{ templateName: "builtin/dns" }] }),
  ]),
  passes("other tokens, which may be new", [
    attached("web", "11111111-2222-3333-4444-555555555555"),
    { ...attached("web", UNKNOWN), name: "new" },
    { ...consul("AclRole", { accessorId: ANONYMOUS, policies: ["web"] }), name: "role" },
    { ...rules(UNKNOWN, READS), name: "unnamed" },
    { type: "example:index:AclToken", name: "other", props: { accessorId: ANONYMOUS, policies: ["web"] } },
  ]),
]);
