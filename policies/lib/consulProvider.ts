import { Json, list, record, textAt } from "./json";
import { ClusterObject, PulumiResource } from "./objects";
import { documents } from "./yaml";

/** A resource of Pulumi's Consul provider. */
const TYPE = /^consul:index(?:\/\w+)?:(\w+)/;

/**
 * What a resource of the Consul provider makes, as the custom resource that would make the same: a rule about
 * intentions holds whoever writes them. What has no such form is an object of the group `consul`.
 */
export function fromConsulProvider({ type, props, urn }: PulumiResource): ClusterObject[] {
  const kind = TYPE.exec(type)?.[1];
  const name = textAt(props, "name");
  const entry = (entryKind: string, spec: Json, named = name): ClusterObject[] => [
    { group: "consul.hashicorp.com", kind: entryKind, body: { metadata: { name: named }, spec }, urn, rendered: false },
  ];
  switch (kind) {
    case undefined:
      return [];
    case "ConfigEntry": {
      const entryKind = pascal(String(props.kind));
      const [object] = entry(entryKind, {});
      // Read when a rule asks for it: what is not known yet is a finding of that rule.
      const body = {
        metadata: object.body.metadata,
        get spec() {
          return {
            ...(entryKind === "ServiceIntentions" && { destination: { name } }),
            ...entrySpec(props.configJson),
          };
        },
      };
      return [{ ...object, body }];
    }
    case "Intention":
      return entry(
        "ServiceIntentions",
        { destination: { name: props.destinationName }, sources: [{ name: props.sourceName, action: props.action }] },
        textAt(props, "destinationName"),
      );
    case "ConfigEntryServiceIntentions": {
      const sources = list(props.sources).map((source) => ({
        ...record(source),
        ...("permissions" in record(source) && { permissions: list(record(source).permissions).map(permission) }),
      }));
      return entry("ServiceIntentions", { destination: { name }, sources });
    }
    case "ConfigEntryServiceResolver":
      // By subset in a custom resource, which is no matter here.
      return entry("ServiceResolver", { ...record(nested(props)), failover: { ...list(props.failovers) } });
    case "ConfigEntryServiceDefaults":
    case "ConfigEntryServiceRouter":
    case "ConfigEntryServiceSplitter":
      return entry(kind.slice("ConfigEntry".length), record(nested(props)));
    case "ConfigEntryV2ExportedServices":
      return entry("ExportedServices", {
        services: (list(props.services).length === 0 ? ["*"] : list(props.services)).map((service) => ({
          name: service,
          consumers: list(props.peerConsumers).map((peer) => ({ peer })),
        })),
      });
    case "AgentService":
    case "Service":
      return entry("Registration", { node: props.node, address: props.address, service: { name } });
    case "CatalogEntry":
      return list(props.services).flatMap((service) =>
        entry("Registration", { node: props.node, address: props.address, service: record(service) }),
      );
    case "Peering":
      return entry("PeeringDialer", { peer: { peerName: props.peerName } }, textAt(props, "peerName"));
    case "PeeringToken":
      return entry("PeeringAcceptor", { peer: { peerName: props.peerName } }, textAt(props, "peerName"));
    default:
      return [{ group: "consul", kind, body: props, urn, rendered: false }];
  }
}

/** The body of a config entry, with the keys that its custom resource has. */
function entrySpec(json: unknown): Json {
  const body = Object.entries(record(camel(documents(String(json))?.[0])));
  return Object.fromEntries(body.filter(([key]) => key !== "kind" && key !== "name"));
}

function camel(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(camel);
  }
  return typeof value !== "object" || value === null
    ? value
    : Object.fromEntries(
        Object.entries(value).map(([key, inner]) => {
          const name = lowerCamel(key);
          // The keys in it are Envoy's.
          return [name, name === "config" ? inner : camel(inner)];
        }),
      );
}

/** Keys of several words that policies read. Consul takes them in letters of any size, with underscores and without. */
const KEYS = new Map(
  `allowEnablingPermissiveMutualTLS caFile cipherSuites envoyClusterJSON envoyExtensions envoyListenerJSON
insecureDisablePathNormalization jsonWebKeySet jwksCluster listenerPort meshDestinationsOnly mutualTLSMode
pathWithEscapedSlashesAction requestNormalization samenessGroup sanitizeXForwardedClientCert tlsCertificates tlsMaxVersion
tlsMinVersion transparentProxy upstreamConfig verifyClaims`
    .split(/\s+/)
    .map((key) => [key.toLowerCase(), key]),
);

/** `HTTP`, `path_prefix` and `mutualtlsmode` are `http`, `pathPrefix` and `mutualTLSMode` in a custom resource. */
function lowerCamel(key: string): string {
  const known = KEYS.get(key.replaceAll("_", "").toLowerCase());
  if (known !== undefined) {
    return known;
  }
  return key
    .replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase())
    .replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (capitals) => capitals.toLowerCase());
}

/** `service-intentions` is the kind ServiceIntentions, `jwt-provider` the kind JWTProvider. */
function pascal(kind: string): string {
  return kind.replace(/^jwt|(?:^|-)([a-z])/g, (word, letter) => (letter ?? word).toUpperCase());
}

/** The provider has a block that stands once as a list of one, under a plural: it is under both names here. */
function nested(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(nested);
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => [
      [lowerCamel(key), nested(each)],
      ...(Array.isArray(each) ? [[key.slice(0, -1), nested(each[0])]] : []),
    ]),
  );
}

function permission(value: unknown): Json {
  const { https, ...rest } = record(value);
  const { headers, ...http } = record(list(https)[0]);
  return { ...rest, http: { ...http, ...(list(headers).length > 0 && { header: headers }) } };
}
