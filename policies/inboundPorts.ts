import { parseBool } from "./lib/go";
import { at, Json, list } from "./lib/json";
import { injectorSays } from "./lib/meshPods";
import { ClusterObject, isConfigEntry } from "./lib/objects";
import { consulAnnotation, containersOf, Pod, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** A port that the proxy does not guard answers whoever reaches the pod, in plain text, whatever the intentions say. */
export const inboundPorts = policy({
  name: "no-inbound-port-excluded",
  description: "Every inbound port of a pod in the mesh is guarded by its proxy.",
  severity: "critical",
  remedy: "Remove the exclusion; a probe or a metrics port needs none, since Consul's injector rewrites both",
  *object(object) {
    const pod = podOf(object);
    if (pod !== undefined) {
      yield* podProblems(pod, object);
    }
    if (object.kind === "Namespace") {
      if (isOff(at(object.body, "metadata", "labels", "consul.hashicorp.com/transparent-proxy"))) {
        yield "the transparent proxy is off for the whole namespace";
      }
    }
    if (isConfigEntry(object, "ServiceDefaults", "ProxyDefaults")) {
      if (
        at(object.body, "spec", "expose", "checks") ||
        !list(at(object.body, "spec", "expose", "paths")).every(isGrpcHealth)
      ) {
        yield "spec.expose opens paths without mutual TLS";
      }
    }
    // The injector's own default, which a chart's connectInject.transparentProxy.defaultEnabled becomes.
    if (injectorSays(object, /-default-enable-transparent-proxy=(false|f|0)\b/i)) {
      yield "the injector leaves the transparent proxy off by default";
    }
  },
});

function* podProblems(pod: Pod, object: ClusterObject): Iterable<string> {
  const ports = consulAnnotation(pod, "transparent-proxy-exclude-inbound-ports");
  if (ports && !isGrpcProbe(ports, containersOf(object))) {
    yield `inbound ports ${ports} are excluded from the proxy`;
  }
  if (isOff(consulAnnotation(pod, "transparent-proxy"))) {
    yield "the transparent proxy is off, so every port is open";
  }
  // The injector leaves the port that Prometheus asks out of the redirection: on it, the service itself would answer.
  const scraped = consulAnnotation(pod, "prometheus-scrape-port");
  if (scraped !== undefined && portsOf(object).some((port) => scraped === port.name || scraped === port.number)) {
    yield `prometheus-scrape-port ${scraped} is a port of the service's own, which the proxy then leaves open`;
  }
}

/** Whether a value turns off; one that Go cannot read does not: the injector refuses such a pod. */
function isOff(value: unknown): boolean {
  return parseBool(String(value)) === false;
}

function portsOf(object: ClusterObject): { name?: string; number: string }[] {
  return containersOf(object)
    .flatMap((container) => list(container.ports) as Json[])
    .map((port) => ({ name: port.name as string | undefined, number: String(port.containerPort) }));
}

/** Where a sidecar answers readiness probes, and the one question that it may answer there without mutual TLS. */
const PROBE_PORT = 20400;

/** Whether the port is left out for Kubernetes' own gRPC probe alone, which the sidecar answers there. */
function isGrpcProbe(ports: string, containers: Json[]): boolean {
  return (
    ports === String(PROBE_PORT) &&
    containers.some((container) => at(container, "readinessProbe", "grpc", "port") === PROBE_PORT) &&
    !containers.some((container) => list(container.ports).some((port) => at(port, "containerPort") === PROBE_PORT))
  );
}

function isGrpcHealth(path: unknown): boolean {
  return (
    at(path, "path") === "/grpc.health.v1.Health/Check" &&
    at(path, "protocol") === "http2" &&
    at(path, "listenerPort") === PROBE_PORT
  );
}
