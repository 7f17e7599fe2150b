import { isNodeAddress, isOwnAddress } from "../components/mesh/gatewayAddresses";
import { consulServers } from "./lib/consulServers";
import { at, ifKnown, Json, list, textAt } from "./lib/json";
import { ClusterObject, isConfigEntry, isOfConsulsChart, nameOf } from "./lib/objects";
import { consulAnnotation, podOf } from "./lib/pods";
import { Finding, policy } from "./lib/policy";

/** Routes of Consul's gateways: its config entries, and kinds of its own that are the Gateway API's [chart 2.0]. */
const ROUTES = ["HttpRoute", "TcpRoute", "GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute"];
const GATEWAY_CONTROLLERS = /^(api-gateway\.)?consul\.hashicorp\.com\//;

/**
 * Consul has more doors than Traefik: gateways, peers, sameness groups, services outside. Each is opened by a config entry
 * that names what it opens, and no reviewer of routes and intentions looks there.
 */
export const otherWaysIn = policy<{ onPurpose: string[] }>({
  name: "no-other-way-in",
  description:
    "Nothing but Traefik lets anybody into the mesh, and nothing joins it from outside, unless it was meant to.",
  severity: "critical",
  remedy:
    "Publish a service by a route of Traefik's, and reach what is outside over verified TLS; name what is meant to be open in onPurpose, as Kind/name",
  config: {
    onPurpose: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Objects, as Kind/name, that open the mesh on purpose: a gateway, a peering, a Registration",
    },
  },
  *object(object, { config }) {
    if (!config.onPurpose.includes(`${object.kind}/${nameOf(object)}`)) {
      yield* openings(object);
    }
  },
  *stack(objects, { config, environment }) {
    const behindGateway = new Set(
      objects
        .filter((o) => isConfigEntry(o, "TerminatingGateway"))
        .flatMap((o) => list(at(o.body, "spec", "services")).map((service) => textAt(service, "name"))),
    );
    const classes = objects.filter(isConsulClass).map(nameOf);
    const gateways = objects.filter(
      (o) => isGateway(o) && classes.includes(String(at(o.body, "spec", "gatewayClassName"))),
    );
    const isMeant = (o: ClusterObject) => config.onPurpose.includes(`${o.kind}/${nameOf(o)}`);
    yield* [...joining(objects)].filter(({ object }) => !isMeant(object!));
    for (const object of objects.filter((o) => !isMeant(o))) {
      if (isConfigEntry(object, "Registration")) {
        const service = textAt(object.body, "spec", "service", "name");
        if (!behindGateway.has(service) || objects.some((o) => o.kind === "Service" && nameOf(o) === service)) {
          yield { object, problem: `puts an address outside the mesh into the catalog as ${service}` };
        }
      } else if (gateways.includes(object)) {
        yield { object, problem: "is a gateway of Consul's, a way into the mesh beside Traefik" };
      } else if (isConfigEntry(object, "TerminatingGateway")) {
        for (const linked of list(at(object.body, "spec", "services"))) {
          const service = String(at(linked, "name"));
          const meant = config.onPurpose.includes(`Registration/${service}`);
          const problem = linkProblem(linked, service, objects);
          if (problem !== undefined && !(meant || (problem.ofTls && environment === "dev"))) {
            yield { object, problem: problem.text };
          }
        }
      }
    }
  },
});

/** Settings by which servers look for those of other datacenters, which then belong to one mesh. */
const JOINS = ["primary_gateways", "retry_join_wan", "start_join_wan"];

/** Consul's servers that are one mesh with those of other datacenters; what is not known yet, `consul-tls` tells. */
function* joining(objects: readonly ClusterObject[]): Iterable<Finding> {
  for (const servers of consulServers(objects)) {
    const config = ifKnown<Json>(() => servers.config, {});
    const key = at(config, "connect", "enable_mesh_gateway_wan_federation")
      ? "connect.enable_mesh_gateway_wan_federation"
      : JOINS.find((each) => list(config[each]).length > 0);
    if (key !== undefined) {
      yield { object: servers.object, problem: `joins the mesh with other datacenters, by ${key}` };
    }
  }
}

/** What is wrong with a service that a terminating gateway stands for. */
function linkProblem(
  linked: unknown,
  service: string,
  objects: readonly ClusterObject[],
): { readonly text: string; readonly ofTls: boolean } | undefined {
  const registered = objects.some(
    (o) => isConfigEntry(o, "Registration") && textAt(o.body, "spec", "service", "name") === service,
  );
  if (!registered && objects.some((o) => o.kind === "Service" && nameOf(o) === service)) {
    return { text: `has the identity of ${service}, a service in the mesh`, ofTls: false };
  }
  // Without a CA Consul has the gateway speak no TLS; without a name, with whoever has a certificate of that CA.
  const ca = textAt(linked, "caFile") || undefined;
  return service.includes("*") || (ca !== undefined && textAt(linked, "sni"))
    ? undefined
    : {
        text: `reaches ${service} ${ca === undefined ? "without TLS: it has no caFile" : "whatever the name in its certificate: it has no sni"}`,
        ofTls: true,
      };
}

function* openings(object: ClusterObject): Iterable<string> {
  const { body, group } = object;
  if (isConfigEntry(object, "ExportedServices")) {
    for (const service of list(at(body, "spec", "services"))) {
      const consumers = list(at(service, "consumers"))
        .flatMap((c) => Object.values(Object(c)))
        .join(", ");
      yield `exports ${named(service)} to ${consumers || "others"}`;
    }
  } else if (isConfigEntry(object, "IngressGateway")) {
    for (const listener of list(at(body, "spec", "listeners"))) {
      const services = list(at(listener, "services")).map(named).join(", ");
      yield `opens ${services || "the mesh"} at port ${at(listener, "port")}, beside Traefik`;
    }
  } else if (isConfigEntry(object, "TerminatingGateway")) {
    if (list(at(body, "spec", "services")).some((service) => String(at(service, "name")).includes("*"))) {
      yield "lets the mesh out to every service that is outside it";
    }
  } else if (
    isConfigEntry(object, "PeeringAcceptor", "PeeringDialer") ||
    `${group}/${object.kind}` === "consul/NetworkArea"
  ) {
    yield "joins the mesh with another cluster's";
  } else if (isConfigEntry(object, "SamenessGroup")) {
    yield "takes services of other clusters for the mesh's own";
  } else if (isConfigEntry(object, ...ROUTES)) {
    yield "is a route of a gateway of Consul's";
  } else if (
    isConfigEntry(object, "ApiGateway", "Gateway") ||
    (isGateway(object) && /\bconsul\b/.test(String(textAt(body, "spec", "gatewayClassName"))))
  ) {
    yield "is a gateway of Consul's, a way into the mesh beside Traefik";
  } else if (group === "gateway.networking.k8s.io") {
    const parents = list(at(body, "spec", "parentRefs"));
    if (parents.some((parent) => at(parent, "group") === "consul.hashicorp.com")) {
      yield "is a route of a gateway of Consul's";
    }
  }
  yield* podOpenings(object);
  yield* waysBack(object);
}

/** Where a gateway would answer for itself, or a cloud for its node, whoever asks. */
function* waysBack(object: ClusterObject): Iterable<string> {
  for (const host of hostsOf(object)) {
    if (isNodeAddress(host)) {
      yield `leads to ${host}, which answers by who asks, and would take every caller for a gateway or its node`;
    } else if (isOwnAddress(host)) {
      yield `leads to ${host}, the gateway's own pod`;
    }
  }
}

/** Where a gateway goes for a service outside, as far as it is known: what is not is judged by up, before it is made. */
function hostsOf(object: ClusterObject): string[] {
  const spec = (...path: string[]) => ifKnown(() => at(object.body, "spec", ...path), undefined);
  const listed = isConfigEntry(object, "ServiceDefaults") ? list(spec("destination", "addresses")) : [];
  const hosts = isConfigEntry(object, "Registration")
    ? [spec("service", "address") || spec("address")]
    : Object.keys(listed).map((i) => ifKnown(() => listed[Number(i)], undefined));
  return hosts.map((host) => String(host).toLowerCase().replace(/\.$/, ""));
}

/** The injector registers a pod that says so as a gateway, under whatever name it gives. */
function* podOpenings(object: ClusterObject): Iterable<string> {
  const pod = podOf(object);
  const gateway = pod && ifKnown(() => consulAnnotation(pod, "gateway-kind"), undefined);
  if (pod && gateway !== undefined && !isOfConsulsChart(object)) {
    yield `registers itself as the ${gateway} ${consulAnnotation(pod, "gateway-consul-service-name") ?? ""}`.trimEnd();
  }
}

function named(service: unknown): string {
  const name = String(at(service, "name"));
  return name === "*" ? "every service" : name;
}

function isGateway({ group, kind }: ClusterObject): boolean {
  return `${group}/${kind}` === "gateway.networking.k8s.io/Gateway";
}

/** A class of gateways that Consul's controller serves; the chart's own is named consul. */
function isConsulClass(object: ClusterObject): boolean {
  return (
    object.kind === "GatewayClass" &&
    nameOf(object) !== "consul" &&
    GATEWAY_CONTROLLERS.test(String(at(object.body, "spec", "controllerName")))
  );
}
