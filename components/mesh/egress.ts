import * as net from "node:net";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { caFileOf, DESTINATION_CAS, destinationCas, TERMINATING_GATEWAY } from "../chart/terminatingGateway";
import type { MeshMember } from "../services/member";
import { isCertificatePem, shown } from "../shared/grammars";
import { judgedWhenKnown, warnOfUnknown } from "../shared/later";
import { isHostName, portProblems, rangeProblems } from "../shared/names";
import { Problem, refuse } from "../shared/problems";
import { MeshNames, serviceNameProblems } from "../shared/serviceNames";
import { configEntry } from "./configEntry";
import { isNodeAddress, isOwnAddress } from "./gatewayAddresses";
import { joinMesh } from "./membership";
import type { Mesh } from "./mesh";
import { resolverTimeout } from "./resolverTimeout";

/** TLS from the gateway to a destination. */
export interface ExternalTls {
  /**
   * Whether the gateway speaks TLS to it and verifies it. `false` where the caller speaks TLS itself through it, or nobody does.
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * The name that its certificate has to have, and that it is asked for by SNI. It may be another resource's output.
   * @unset `host`; an address needs one
   */
  readonly sni?: pulumi.Input<string>;
  /**
   * Certificates of the CA that its own is of, PEM. They are public: never a key.
   * @unset the public CAs, as consul-dataplane's image has them
   */
  readonly caCertificate?: string;
}

/** An address outside the mesh that its services may call where an intention allows it. */
export interface ExternalDestinationOptions {
  /**
   * Its name in Consul: intentions use it, and callers use `<name>.virtual.consul`. It has the form of a service's name, and no service
   * has it.
   */
  readonly name: string;
  /** Its DNS name, or its IP address, as the gateway reaches it. It may be another resource's output, such as a database's. */
  readonly host: pulumi.Input<string>;
  /**
   * Its TCP port, 1 to 65535.
   * @asType integer
   */
  readonly port: number;
  /**
   * What its callers speak: `http`, so that intentions can distinguish paths and methods; or `tcp`.
   * @default http
   */
  readonly protocol?: "http" | "tcp";
  /**
   * Seconds that an answer may take, 0 to 604800, after which the caller gets a 504; 0 for none, as a stream needs. Not for `tcp`.
   * @unset Envoy's, 15
   */
  readonly requestTimeoutSeconds?: number;
  /**
   * TLS from the gateway to it.
   * @unset verified, for `host`
   */
  readonly tls?: ExternalTls;
}

/** What leaves the mesh. */
export interface EgressOptions {
  /**
   * Whether pods of the mesh reach addresses that the mesh does not know: `open`, or `closed`, when the sidecar ends such connections.
   * See docs/egress.md.
   * @setting egress
   * @default open
   */
  readonly egress?: "open" | "closed";
  /**
   * Addresses outside the mesh that its services may call, through a gateway, where an intention allows it; see docs/egress.md.
   * @setting externalDestinations
   * @default []
   */
  readonly externalDestinations?: readonly ExternalDestinationOptions[];
}

/** What is wrong with the options; `prefix` is put before each path. */
export function egressProblems({ externalDestinations: all = [] }: EgressOptions, prefix: string): Problem[] {
  return all.flatMap((each, i) => destinationProblems(each, `${prefix}externalDestinations[${i}].`));
}

/** Problems of a destination's host, and of what it needs by being an address. */
function hostProblems(host: string, { enabled = true, sni }: ExternalTls, path: string): Problem[] {
  const problem = (input: string, reason: string) => [{ propertyPath: path + input, reason }];
  const isAddress = net.isIP(host) !== 0 && !host.includes("%");
  // A name whose last label is a number is an address to whoever resolves it, and a wrong one.
  const isName = isHostName(host) && !/(^|\.)\d+$/.test(host);
  return [
    ...(!isAddress && !isName
      ? problem(
          "host",
          `${shown(host)} is neither a DNS name nor an IP address; use one such as api.example.com, without scheme, port and path`,
        )
      : isOwnAddress(host)
        ? problem("host", `${shown(host)} is the gateway's own pod; use the address by which others reach it`)
        : isNodeAddress(host)
          ? problem(
              "host",
              `${shown(host)} answers by who asks, and would take every caller for the gateway or its node; have callers exchange their own token at a public host, see docs/egress.md#a-clouds-identity`,
            )
          : []),
    ...(enabled && isAddress && sni === undefined
      ? problem(
          "tls.sni",
          "is missing: the certificate behind an address is for a name; give that name, or the name as host",
        )
      : []),
  ];
}

function sniProblems(sni: string, path: string): Problem[] {
  return isHostName(sni) && net.isIP(sni) === 0
    ? []
    : [
        {
          propertyPath: `${path}tls.sni`,
          reason: `${shown(sni)} is not a DNS name; use the one that the certificate has`,
        },
      ];
}

function destinationProblems(args: ExternalDestinationOptions, path: string): Problem[] {
  const { name, host, port, protocol, requestTimeoutSeconds, tls = {} } = args;
  const problem = (input: string, reason: string) => [{ propertyPath: path + input, reason }];
  const { enabled = true, sni, caCertificate } = tls;
  return [
    ...serviceNameProblems(`${path}name`, name, false),
    ...(typeof host === "string" ? hostProblems(host, tls, path) : []),
    ...portProblems(`${path}port`, port),
    ...rangeProblems(`${path}requestTimeoutSeconds`, requestTimeoutSeconds ?? 0, 0, 604800),
    ...(protocol === "tcp" && requestTimeoutSeconds !== undefined
      ? problem("requestTimeoutSeconds", "is for requests, and tcp has none; leave it out, or set the protocol to http")
      : []),
    ...(["sni", "caCertificate"] as const).flatMap((input) =>
      !enabled && tls[input] !== undefined
        ? problem(`tls.${input}`, "excludes tls.enabled false, with which nothing is verified; keep one of the two")
        : [],
    ),
    ...(typeof sni === "string" ? sniProblems(sni, path) : []),
    ...(caCertificate !== undefined && !isCertificatePem(caCertificate)
      ? problem(
          "tls.caCertificate",
          "is not a PEM certificate; use the text of the file, from -----BEGIN CERTIFICATE-----",
        )
      : []),
  ];
}

/** Keeps the CAs that destinations have of their own where the gateway's pods mount them. */
export function keepDestinationCas(
  name: string,
  namespace: pulumi.Input<string>,
  options: EgressOptions,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const data = destinationCas(options);
  const metadata = { name: DESTINATION_CAS, namespace };
  return Object.keys(data).length === 0
    ? []
    : [new k8s.core.v1.ConfigMap(`${name}-destination-cas`, { metadata, data }, { parent })];
}

/** What the mesh is ready by: where egress is closed, it is so before the first service starts. */
export function closeEgress(
  name: string,
  mesh: { readonly namespace: pulumi.Input<string>; readonly ready: pulumi.Resource },
  { egress }: EgressOptions,
  parent: pulumi.Resource,
): pulumi.Resource {
  const spec = { transparentProxy: { meshDestinationsOnly: true } };
  return egress === "closed"
    ? configEntry(`${name}-egress`, mesh, { kind: "Mesh", name: "mesh", spec }, { parent })
    : mesh.ready;
}

/**
 * The destinations of a mesh, and the gateway's word of them. This does not wait for the gateway: Envoy refuses the whole of
 * a configuration with a file that is not there, so that a new pod without a CA that goes is ready when the word of it has gone.
 */
export function externalDestinations(
  name: string,
  mesh: Mesh & pulumi.Resource,
  { externalDestinations: all = [] }: EgressOptions,
): ExternalDestination[] {
  const destinations = all.map((each) => new ExternalDestination(`${name}-${each.name}`, mesh, each, { parent: mesh }));
  if (all.length > 0) {
    const services = all.map(({ name: service, host, tls: { enabled = true, sni, caCertificate } = {} }) => ({
      name: service,
      // Consul verifies a certificate's name only where it is told one, and speaks no TLS without a CA.
      ...(enabled && {
        caFile: caFileOf(service, caCertificate),
        sni:
          sni === undefined
            ? host
            : judgedWhenKnown(whatOf(service), sni, (known) => sniProblems(known, ""), { "tls.sni": sni }),
      }),
    }));
    configEntry(
      `${name}-destinations`,
      mesh,
      { kind: "TerminatingGateway", name: TERMINATING_GATEWAY, spec: { services } },
      { parent: mesh, dependsOn: destinations },
    );
  }
  return destinations;
}

function whatOf(destination: string): string {
  return `external destination "${destination}"`;
}

/** An address outside the mesh as its services know it: a name in Consul's catalog, for intentions, and what it speaks. */
export class ExternalDestination extends pulumi.ComponentResource implements MeshMember {
  public readonly serviceName: string;
  public readonly protocol: "http" | "tcp";
  public readonly routed = false;
  public readonly servedPaths = [];
  public readonly calls = [];
  public readonly protocolReady: k8s.apiextensions.CustomResource[];

  constructor(name: string, mesh: Mesh, args: ExternalDestinationOptions, opts: { parent: pulumi.Resource }) {
    const { name: serviceName, port, protocol = "http", requestTimeoutSeconds: seconds, tls = {} } = args;
    const what = whatOf(serviceName);
    const host = judgedWhenKnown(what, args.host, (known) => hostProblems(known, tls, ""), { host: args.host });
    refuse(what, mesh.model.part(MeshNames).take("name", { name: serviceName, place: what }));
    super("consul-traefik-mesh:index:ExternalDestination", name, {}, opts);
    joinMesh(what, mesh, this);
    void warnOfUnknown(what, { host: args.host, "tls.sni": tls.sni }, this);
    this.serviceName = serviceName;
    this.protocol = protocol;
    this.protocolReady =
      protocol === "tcp"
        ? []
        : [
            configEntry(
              `${name}-defaults`,
              mesh,
              { kind: "ServiceDefaults", name: serviceName, spec: { protocol } },
              { parent: this },
            ),
          ];
    if (seconds !== undefined) {
      configEntry(
        `${name}-resolver`,
        mesh,
        { kind: "ServiceResolver", name: serviceName, spec: resolverTimeout(seconds) },
        { parent: this, owners: this.protocolReady },
      );
    }
    // A node of its own: a node has one address. Without an id of the service, the node goes with it.
    const spec = { node: `external-${serviceName}`, address: host, service: { name: serviceName, port } };
    configEntry(`${name}-registration`, mesh, { kind: "Registration", name: serviceName, spec }, { parent: this });
    this.registerOutputs({ serviceName, protocol });
  }
}
