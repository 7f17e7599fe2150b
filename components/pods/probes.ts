import type * as k8s from "@pulumi/kubernetes";
import { shown } from "../shared/grammars";
import type { PodOptions } from "./podOptions";
import { Problem } from "../shared/problems";

/** What says when a service is ready. */
export interface Health {
  /**
   * Path that answers 2xx when the service is ready, asked by HTTP/1.1.
   * @unset ready when its process runs
   */
  readonly healthPath?: string;
  /**
   * Name of the service that gRPC's own health protocol is asked for (`grpc.health.v1.Health/Check`); `""` for the whole
   * server. For protocol `grpc`.
   * @unset ready when its process runs
   */
  readonly healthGrpcService?: string;
}

/** The path of gRPC's health protocol. */
const GRPC_HEALTH = "/grpc.health.v1.Health/Check";
/** Where the sidecar answers readiness probes [consul-k8s exposedPathsReadinessPortsRangeStart]. */
const PROBE_PORT = 20400;

/** How Kubernetes is told of a service's health, and what the mesh has to know of it. */
interface ServiceHealth {
  readonly readinessProbe: k8s.types.input.core.v1.Probe;
  /** Of the service's ServiceDefaults. */
  readonly expose?: object;
  /** Of its pods. */
  readonly annotations?: Record<string, string>;
}

/** How a service says that it is ready; `undefined` where its process runs, or `readinessProbe` says it. */
export function serviceHealth({
  healthPath,
  healthGrpcService,
  port,
}: Health & { readonly port: number }): ServiceHealth | undefined {
  // Not Kubernetes' 1 s: a node short of CPU for a moment would take all pods away at once.
  const times = { periodSeconds: 2, timeoutSeconds: 5 };
  if (healthPath !== undefined) {
    return { readinessProbe: { httpGet: { path: healthPath, port: "main" }, ...times } };
  }
  return healthGrpcService === undefined ? undefined : grpcHealth(healthGrpcService, port, times);
}

/**
 * What makes Kubernetes' own gRPC probe work beside a sidecar. The injector rewrites HTTP probes only: it has the sidecar answer
 * them at a port that is not redirected, for that path alone. The same is written here for gRPC; every other path, and the
 * service's own port, stay behind mutual TLS.
 */
function grpcHealth(service: string, port: number, times: object): ServiceHealth {
  return {
    readinessProbe: { grpc: { port: PROBE_PORT, service }, ...times },
    expose: { paths: [{ listenerPort: PROBE_PORT, path: GRPC_HEALTH, localPathPort: port, protocol: "http2" }] },
    annotations: { "consul.hashicorp.com/transparent-proxy-exclude-inbound-ports": String(PROBE_PORT) },
  };
}

/** Problems of a path that a probe asks for by HTTP: the sidecar lets through the one path that it is told, as it is. */
export function probePathProblems(at: string, path: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason: `${shown(path)} ${reason}` }];
  if (!path.startsWith("/")) {
    return problem('is not a path; begin with "/"');
  }
  if (/[?#]/.test(path)) {
    return problem("would never be answered: the sidecar lets through a path without a query; leave the query out");
  }
  return /^\/([\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}|\/)*$/.test(path) && !/\/\/|\/\.{1,2}(\/|$)/.test(path)
    ? []
    : problem('is not a plain path; use one such as /healthz, without blanks, "//" or ".."');
}

/** Problems of how a service is to say that it is ready: each protocol answers its own question. */
export function healthProblems(
  options: Health & PodOptions & { readonly protocol?: string },
  prefix: string,
): Problem[] {
  const { protocol = "http", healthPath, healthGrpcService } = options;
  const problem = (input: string, reason: string) => [{ propertyPath: prefix + input, reason }];
  return [
    ...(healthPath === undefined
      ? []
      : protocol === "grpc"
        ? problem(
            "healthPath",
            "a grpc service answers no request of HTTP/1.1; use healthGrpcService, Kubernetes' own gRPC probe",
          )
        : protocol === "tcp"
          ? problem("healthPath", "a tcp service answers no HTTP request; leave it out or set the protocol to http")
          : probePathProblems(`${prefix}healthPath`, healthPath)),
    ...(healthGrpcService === undefined
      ? []
      : protocol !== "grpc"
        ? problem(
            "healthGrpcService",
            `a service of protocol ${protocol} is not probed by gRPC; use healthPath, or set the protocol to grpc`,
          )
        : !/^[\w./-]{0,255}$/.test(healthGrpcService)
          ? problem(
              "healthGrpcService",
              `${shown(healthGrpcService)} is not a valid name for a gRPC service; use one such as shop.v1.Ledger, or ""`,
            )
          : otherProbes(options).flatMap((other) => problem("healthGrpcService", other))),
  ];
}

/** Of what a pod is asked besides, what a gRPC probe cannot stand beside. */
function otherProbes({ readinessProbe, livenessProbe, startupProbe, podSpec }: PodOptions): string[] {
  // Paths that the injector exposes for HTTP probes are the registration's own, and Consul then takes no other's.
  const byHttp = JSON.stringify([livenessProbe, startupProbe, podSpec?.containers]) ?? "";
  return [
    ...(readinessProbe === undefined ? [] : ["is set alongside readinessProbe; leave one of them out"]),
    ...(byHttp.includes('"httpGet"')
      ? ["is set alongside an HTTP probe, which the sidecar would answer alone; use exec for that one, or HTTP for all"]
      : []),
  ];
}
