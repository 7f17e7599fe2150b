import { sha256 } from "../shared/sha256";
import type { ChartValues } from "./consulValues";

/** The gateway's name in Consul, the chart's own default; the chart puts its prefix before it for its objects. */
export const TERMINATING_GATEWAY = "terminating-gateway";

/** The ConfigMap with the CAs of destinations, beside the gateway; the chart mounts it by its name. */
export const DESTINATION_CAS = "consul-destination-cas";

/** Roots of the released consul-dataplane's image, a distroless Debian. */
const SYSTEM_ROOTS = "/etc/ssl/certs/ca-certificates.crt";

/** What the chart has to know of destinations outside the mesh. */
export interface GatewayOptions {
  readonly externalDestinations?: readonly {
    readonly name: string;
    readonly tls?: { readonly caCertificate?: string };
  }[];
}

/** The CAs that destinations have of their own, by the name of their file. */
export function destinationCas({ externalDestinations = [] }: GatewayOptions): Record<string, string> {
  return Object.fromEntries(
    externalDestinations.flatMap(({ name, tls }) =>
      tls?.caCertificate === undefined ? [] : [[caFileName(name), tls.caCertificate]],
    ),
  );
}

/** Where the gateway finds the roots by which it verifies a destination. */
export function caFileOf(name: string, caCertificate: string | undefined): string {
  return caCertificate === undefined ? SYSTEM_ROOTS : `/consul/userconfig/${DESTINATION_CAS}/${caFileName(name)}`;
}

function caFileName(name: string): string {
  return `${name}.crt`;
}

/** The chart's values for the gateway; none where nothing goes through it. */
export function gatewayValues(
  options: GatewayOptions,
  annotations: (more: Record<string, string>) => string | undefined,
): ChartValues | undefined {
  const cas = destinationCas(options);
  const hasCas = Object.keys(cas).length > 0;
  // Envoy reads a file when it is told of it, and never again: other CAs, other pods.
  const text = annotations(hasCas ? { "consul-traefik-mesh/destination-cas": sha256(JSON.stringify(cas)) } : {});
  return options.externalDestinations?.length
    ? {
        enabled: true,
        gateways: [
          {
            name: TERMINATING_GATEWAY,
            ...(hasCas && { extraVolumes: [{ type: "configMap", name: DESTINATION_CAS }] }),
            ...(text !== undefined && { annotations: text }),
          },
        ],
      }
    : undefined;
}

/** Whether the values have the gateway that is made for destinations. */
export function isOwnGateway({ terminatingGateways }: ChartValues): boolean {
  const { enabled, gateways } = (terminatingGateways ?? {}) as { enabled?: unknown; gateways?: { name?: unknown }[] };
  return enabled === true && Array.isArray(gateways) && gateways[0]?.name === TERMINATING_GATEWAY;
}
