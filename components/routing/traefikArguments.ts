/** Ports of Traefik's entry points inside its pod. */
export const ENTRY_POINT_PORTS = { web: 80, websecure: 443, admin: 8080 } as const;

/** Where Consul's CA certificate is mounted. */
export const CA_MOUNT_PATH = "/certs/consul-ca";

/** What Traefik's static configuration depends on. */
export interface TraefikArgumentOptions {
  /** Traefik's name in the mesh: the identity of its leaf certificate. */
  readonly serviceName: string;
  /** `host:port` of Consul's HTTPS API. */
  readonly apiAddress: string;
  /** `host:port` of what stands before that API on the pod's own loopback, and asks it by TLS. */
  readonly localProxy?: string;
  /** Whether there are API and dashboard, as `api@internal`; `adminTags` and consoles say where they are served. */
  readonly api: boolean;
  readonly accessLog: boolean;
  readonly logLevel: string;
  /** The entry points that clients outside the cluster reach. */
  readonly outside: readonly string[];
  /** Seconds for which they still take requests and connections when Traefik ends. */
  readonly drainSeconds: number;
}

/**
 * Traefik's static configuration as command-line arguments. TLS to Consul is verified against the mounted CA: the
 * servers' certificate has the name in `apiAddress`, so nothing has to be skipped.
 */
export function traefikArguments(options: TraefikArgumentOptions): string[] {
  const catalog = {
    ...(options.localProxy === undefined
      ? {
          "endpoint.address": options.apiAddress,
          "endpoint.scheme": "https",
          "endpoint.tls.ca": `${CA_MOUNT_PATH}/tls.crt`,
        }
      : { "endpoint.address": options.localProxy, "endpoint.scheme": "http" }),
    serviceName: options.serviceName,
    connectAware: true,
    connectByDefault: true,
    exposedByDefault: false,
    // Changes arrive at once; without it they wait for the next poll, up to 15 s.
    watch: true,
  };
  return [
    "--global.checkNewVersion=false",
    "--global.sendAnonymousUsage=false",
    ...Object.entries(ENTRY_POINT_PORTS).map(([name, port]) => `--entryPoints.${name}.address=:${port}`),
    // Routes that name no entry point go to web alone, never to admin.
    "--entryPoints.web.asDefault=true",
    // When Traefik ends it still takes requests for this long, until every node knows that it is not ready any more.
    ...options.outside.map(
      (name) => `--entryPoints.${name}.transport.lifeCycle.requestAcceptGraceTimeout=${options.drainSeconds}s`,
    ),
    ...Object.entries(catalog).map(([key, value]) => `--providers.consulCatalog.${key}=${value}`),
    "--ping=true",
    "--ping.entryPoint=admin",
    ...(options.api ? ["--api=true", "--api.dashboard=true"] : []),
    ...(options.accessLog ? ["--accessLog=true"] : []),
    `--log.level=${options.logLevel}`,
  ];
}

/** Path on the admin entry point that answers 200 as long as Traefik runs. */
export const PING_PATH = "/ping";

/** Path on the admin entry point that answers 200 from the moment that Traefik serves routes of the mesh. */
export const MESH_READY_PATH = "/mesh-ready";

/**
 * Tags of Traefik's own entry in Consul's catalog. They publish routes to Traefik's internal services on the admin entry
 * point: `MESH_READY_PATH`, which thus exists only once Traefik has logged in to Consul, holds its leaf certificate and
 * has read the catalog (it builds no route before), and the dashboard where asked for.
 */
export function adminTags(serviceName: string, dashboard: boolean): string[] {
  const route = (name: string, rule: string, service: string) => [
    `traefik.http.routers.${serviceName}-${name}.rule=${rule}`,
    `traefik.http.routers.${serviceName}-${name}.entrypoints=admin`,
    `traefik.http.routers.${serviceName}-${name}.service=${service}`,
  ];
  return [
    "traefik.enable=true",
    // Its catalog entry has no sidecar: without this Traefik would look for a mesh instance and find none.
    "traefik.consulcatalog.connect=false",
    ...route("ready", `Path(\`${MESH_READY_PATH}\`)`, "ping@internal"),
    ...(dashboard ? route("dashboard", "PathPrefix(`/api`) || PathPrefix(`/dashboard`)", "api@internal") : []),
  ];
}
