import { distance } from "fastest-levenshtein";
import { parseBool } from "./lib/go";
import { at, ifKnown, record } from "./lib/json";
import { ClusterObject, isOfConsulsChart } from "./lib/objects";
import { Pod, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

const PREFIX = "consul.hashicorp.com/";

/** Annotations that Go's strconv.ParseBool has to take. */
const BOOLEANS = [
  "connect-inject",
  "consul-dns",
  "enable-consul-dataplane-as-sidecar",
  "enable-metrics",
  "enable-metrics-merging",
  "enable-sidecar-proxy-lifecycle",
  "enable-sidecar-proxy-lifecycle-shutdown-drain-listeners",
  "mesh-inject",
  "transparent-proxy",
  "transparent-proxy-overwrite-probes",
  "use-proxy-health-check",
];

/** What the injector writes: set by hand, the first has it leave the pod alone, and NetworkPolicies take the pod for injected. */
const WRITTEN_BY_INJECTOR = [
  "connect-inject-status",
  "connect-inject-managed-by",
  "connect-k8s-version",
  "consul-k8s-version",
  "consul-sidecar-access-log-enabled",
  "consul-sidecar-access-log-path",
  "dual-stack",
  "original-pod",
  "redirect-traffic-config",
  "transparent-proxy-status",
];

/** All others that consul-k8s 1.5 to 2.0 reads at a pod [control-plane/connect-inject/constants]. */
const OTHERS =
  `config-checksum connect-service connect-service-default-port connect-service-port connect-service-upstreams
connect-inject-mount-volume consul-envoy-proxy-concurrency consul-namespace consul-sidecar-user-volume
consul-sidecar-user-volume-mount envoy-extra-args gateway-consul-service-name gateway-kind gateway-namespace
gateway-wan-address-source gateway-wan-address-static gateway-wan-port kubernetes-service merged-metrics-port
mesh-gateway-container-port prometheus-ca-file prometheus-ca-path prometheus-cert-file prometheus-key-file
prometheus-scrape-path prometheus-scrape-port proxy-config-map service-metrics-path service-metrics-port service-tags
sidecar-initial-probe-check-delay-seconds sidecar-probe-check-timeout-seconds sidecar-probe-failure-threshold
sidecar-probe-period-seconds sidecar-proxy-cpu-limit sidecar-proxy-cpu-request sidecar-proxy-lifecycle-graceful-port
sidecar-proxy-lifecycle-graceful-shutdown-path sidecar-proxy-lifecycle-graceful-startup-path
sidecar-proxy-lifecycle-shutdown-grace-period-seconds sidecar-proxy-lifecycle-startup-grace-period-seconds
sidecar-proxy-liveness-failure-seconds sidecar-proxy-memory-limit sidecar-proxy-memory-request
sidecar-proxy-startup-failure-seconds transparent-proxy-exclude-inbound-ports
transparent-proxy-exclude-outbound-cidrs transparent-proxy-exclude-outbound-ports transparent-proxy-exclude-uids`.split(
    /\s+/,
  );
const READ_AT_PODS = [...BOOLEANS, ...OTHERS];
/** Those that are labels of a namespace, too. */
const NAMESPACE_LABELS = ["transparent-proxy", "consul-dns"];
const KNOWN = [...BOOLEANS, ...WRITTEN_BY_INJECTOR, ...OTHERS];

/** An annotation that the injector does not read as it was meant leaves a pod out of the mesh, or its port open, in silence. */
export const meshAnnotations = policy({
  name: "mesh-annotations-read",
  description: "Consul's injector reads each of its annotations as it was meant.",
  severity: "high",
  remedy: 'Write the annotation\'s name as Consul does, and its value as text: "true" or "false" where it is a boolean',
  *object(object) {
    const pod = podOf(object);
    const annotations = pod ? record(at(pod.metadata, "annotations")) : {};
    for (const key of Object.keys(annotations)) {
      // What is not known yet of somebody else's annotations is not touched.
      yield* key.toLowerCase().startsWith(PREFIX) ? annotationProblems(key, annotations[key]) : [];
    }
    const labels = pod ? record(at(pod.metadata, "labels")) : {};
    if (labels[`${PREFIX}connect-inject-status`] !== undefined && !isOfConsulsChart(object)) {
      yield `the label ${PREFIX}connect-inject-status is the injector's: NetworkPolicies take the pod for one with a sidecar`;
    }
    yield* misplaced(object, pod);
    for (const name of object.kind === "Namespace" ? NAMESPACE_LABELS : []) {
      const value = at(object.body, "metadata", "labels", PREFIX + name);
      if (value !== undefined && value !== null && parseBool(String(value)) === undefined) {
        yield `the label ${PREFIX}${name} is "${value}", which Go does not read as a boolean: no pod of the namespace would start`;
      }
    }
  },
});

/** What only its place keeps from being read: other meshes have it as a label, or at the workload or the namespace. */
function* misplaced({ kind, body }: ClusterObject, pod: Pod | undefined): Iterable<string> {
  if (pod === undefined && kind !== "Namespace") {
    return;
  }
  // What is not known yet is somebody else's.
  const keysOf = (metadata: unknown, key: string) => Object.keys(record(ifKnown(() => at(metadata, key), undefined)));
  const right = keysOf(pod?.metadata, "annotations");
  const isMisplaced = (key: string) =>
    key.startsWith(PREFIX) && READ_AT_PODS.includes(key.slice(PREFIX.length)) && !right.includes(key);
  for (const key of keysOf(body.metadata, "annotations").filter(isMisplaced)) {
    yield `the annotation ${key} is the ${kind}'s own, where Consul does not read it: give it to the pod`;
  }
  const labels = new Set([...keysOf(body.metadata, "labels"), ...keysOf(pod?.metadata, "labels")]);
  for (const key of [...labels].filter(isMisplaced)) {
    if (!(kind === "Namespace" && NAMESPACE_LABELS.includes(key.slice(PREFIX.length)))) {
      yield `the label ${key} is not read by Consul: give it to the pod, as an annotation`;
    }
  }
}

function* annotationProblems(key: string, value: unknown): Iterable<string> {
  const name = key.slice(PREFIX.length);
  if (!key.startsWith(PREFIX) || (!KNOWN.includes(name) && !name.startsWith("service-meta-"))) {
    const like = nearest(name);
    yield `${key} is not an annotation that Consul reads${like === undefined ? "" : `; did you mean ${PREFIX}${like}?`}`;
  } else if (WRITTEN_BY_INJECTOR.includes(name)) {
    yield `${key} is the injector's own: set by hand, it has the pod pass for injected`;
  } else if (value !== undefined && value !== null && typeof value !== "string") {
    yield `${key} is the ${typeof value} ${JSON.stringify(value)}, and Kubernetes takes text alone`;
  } else if (typeof value === "string" && BOOLEANS.includes(name) && parseBool(value) === undefined) {
    yield `${key} is "${value}", which Go does not read as a boolean: the injector refuses the pod, or takes its default`;
  }
}

/** The known name that a mistyped one is meant to be, if one is near. */
function nearest(name: string): string | undefined {
  const lower = name.toLowerCase();
  const [first] = READ_AT_PODS.map((known) => ({
    known,
    far: known.endsWith(lower) ? 1 : distance(known, lower),
  })).sort((a, b) => a.far - b.far);
  return first.far <= 4 ? first.known : undefined;
}
