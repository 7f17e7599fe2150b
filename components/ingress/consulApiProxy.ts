import * as k8s from "@pulumi/kubernetes";
import * as semver from "semver";
import * as net from "node:net";
import { FIRST_KUBERNETES_WITH_SIDECARS } from "../chart/consulVersions";
import { CA_MOUNT_PATH } from "../routing/traefikArguments";
import { DEFAULT_DATAPLANE_IMAGE, ENVOY_CAPABILITIES, envoyBeforeConsul, envoyCommand, PLENTY } from "../shared/envoy";
import { HARDENED } from "../shared/podSecurity";
import type { Problem } from "../shared/problems";
import type { TraefikOptions } from "./traefikOptions";

/** Where it listens: on the pod's loopback, for Traefik alone. */
export const CONSUL_API_PROXY = { host: "127.0.0.1", port: 8500 } as const;

/** A question is asked again for an hour before Traefik hears that nobody answered, and goes on by itself. */
const RETRIES = 3600;

/**
 * An Envoy beside Traefik that holds what Traefik asks Consul while no server answers, and asks again each second. Traefik's
 * own client waits longer after each failure, up to three minutes, and has no setting for it [hashicorp/consul/api, watch: 5 s
 * by the square of the failures]. The server's certificate is verified as Traefik does it; tokens pass as they are.
 */
export function consulApiProxy(args: {
  /** `host:port` of Consul's HTTPS API. */
  readonly apiAddress: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
}): k8s.types.input.core.v1.Container {
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(args.apiAddress)!;
  return {
    name: "consul-api-proxy",
    image: args.image ?? DEFAULT_DATAPLANE_IMAGE,
    imagePullPolicy: args.imagePullPolicy,
    // From before Traefik starts until after it has ended.
    restartPolicy: "Always",
    command: [...envoyCommand(configuration(host, Number(port))), "--log-level", "warning", "--concurrency", "1"],
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
    securityContext: { ...HARDENED, capabilities: ENVOY_CAPABILITIES },
    volumeMounts: [{ name: "consul-ca", mountPath: CA_MOUNT_PATH, readOnly: true }],
  };
}

function configuration(host: string, port: number): object {
  return envoyBeforeConsul({
    listens: { address: CONSUL_API_PROXY.host, port: CONSUL_API_PROXY.port },
    route: {
      retry_policy: {
        // Without a leader, a server says 500.
        retry_on: "5xx,reset,connect-failure,refused-stream",
        num_retries: RETRIES,
        retry_back_off: { base_interval: "0.5s", max_interval: "1s" },
      },
    },
    consul: {
      host,
      port,
      caFile: `${CA_MOUNT_PATH}/tls.crt`,
      serverName: host,
      isAddress: net.isIP(host) !== 0,
      protocol: {
        // A server that went without a word is noticed by this, where a question would wait for minutes.
        auto_config: {
          http_protocol_options: {},
          http2_protocol_options: { connection_keepalive: { interval: "5s", timeout: "5s" } },
        },
      },
      // Keeps an address where the name has none for the moment: without one, a question would fail at once.
      cluster: {
        type: "LOGICAL_DNS",
        dns_lookup_family: "ALL",
        dns_refresh_rate: "1s",
        dns_failure_refresh_rate: { base_interval: "1s", max_interval: "1s" },
      },
      maxRetries: PLENTY,
    },
  });
}

/** What is wrong with a proxy on the mesh's cluster, where its version is known. */
export function consulApiProxyProblems(
  { consulApiProxy: wanted }: Pick<TraefikOptions, "consulApiProxy">,
  kubernetesVersion: string | undefined,
  prefix = "",
): Problem[] {
  const version = semver.coerce(kubernetesVersion);
  const reason = `is a sidecar that starts before Traefik and ends after it, which Kubernetes ${kubernetesVersion} does not know; use 1.29 or later, or leave it out`;
  return wanted && version !== null && semver.lt(version, FIRST_KUBERNETES_WITH_SIDECARS)
    ? [{ propertyPath: `${prefix}consulApiProxy`, reason }]
    : [];
}
