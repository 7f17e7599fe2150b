import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, workload } from "./resources";

useAnalyzer();
const PREFIX = "consul.hashicorp.com/";
const INJECT = `${PREFIX}connect-inject`;
/** A workload with metadata of its own, beside its pod's. */
const own = (metadata: Record<string, unknown>, options: Parameters<typeof workload>[1] = {}) => {
  const { props, ...rest } = workload("a", options);
  return { ...rest, props: { ...props, metadata: { ...props.metadata, ...metadata } } };
};
const named = (kind: string, metadata: Record<string, unknown>) => kube("v1", kind, "a", { metadata });
const annotation = (kind: string, key = INJECT) =>
  `\n${kind} a: the annotation ${key} is the ${kind}'s own, where Consul does not read it: give it to the pod. Write`;
const label = (kind: string, key = INJECT) =>
  `\n${kind} a: the label ${key} is not read by Consul: give it to the pod, as an annotation. Write`;

/** Annotations of pods, where other meshes have theirs. */
cases("mesh-annotations-read", [
  blocks("a Deployment's own annotation", [own({ annotations: { [INJECT]: "true" } })], annotation("Deployment")),
  blocks("a Deployment's own label", [own({ labels: { [INJECT]: "true" } })], label("Deployment")),
  blocks("a pod's label", [workload("a", { labels: { [INJECT]: "true" } })], label("Deployment")),
  blocks(
    "a label of both",
    [own({ labels: { [INJECT]: "true" } }, { labels: { [INJECT]: UNKNOWN } })],
    label("Deployment"),
  ),
  blocks("a bare pod's label", [named("Pod", { labels: { [INJECT]: "true" } })], label("Pod")),
  blocks(
    "a namespace's annotation",
    [named("Namespace", { annotations: { [INJECT]: "true" } })],
    annotation("Namespace"),
  ),
  blocks("a namespace's label", [named("Namespace", { labels: { [INJECT]: "true" } })], label("Namespace")),
  ...["transparent-proxy", "consul-dns"].flatMap((name) => [
    blocks(
      `a namespace's annotation ${name}`,
      [named("Namespace", { annotations: { [PREFIX + name]: "true" } })],
      annotation("Namespace", PREFIX + name),
    ),
    blocks(
      `a workload's label ${name}`,
      [own({ labels: { [PREFIX + name]: "true" } })],
      label("Deployment", PREFIX + name),
    ),
  ]),
  ...["connect-service-upstreams", "mesh-inject"].map((name) =>
    blocks(
      `a Deployment's own ${name}`,
      [own({ annotations: { [PREFIX + name]: "x" } })],
      annotation("Deployment", PREFIX + name),
    ),
  ),
  passes("what the pod has too", [
    own(
      { annotations: { [INJECT]: "true" }, labels: { [INJECT]: "true" } },
      { annotations: { [INJECT]: "true" }, labels: { [INJECT]: "true" } },
    ),
    named("Pod", { annotations: { [INJECT]: "true" } }),
  ]),
  passes("labels that Consul reads at a namespace", [
    named("Namespace", { labels: { [`${PREFIX}transparent-proxy`]: "true", [`${PREFIX}consul-dns`]: "true" } }),
  ]),
  passes("what Consul does not read at pods either, what others read, and what is not known yet", [
    own({
      annotations: { [`${PREFIX}owner`]: "x", [`${PREFIX}original-pod`]: "x", "connect-inject": "x" },
      labels: { "istio.io-hashicorp.co/connect-inject": "x" },
    }),
    { ...own({ annotations: UNKNOWN, labels: UNKNOWN }), name: "unknown" },
    { ...named("Namespace", { annotations: UNKNOWN, labels: { team: UNKNOWN } }), name: "namespace" },
    named("Service", { annotations: { [INJECT]: "true" }, labels: { [INJECT]: "true" } }),
  ]),
]);
