import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, meshed, release, safeBut, workload } from "./resources";

useAnalyzer();
const injector = (...args: unknown[]) => workload("injector", { container: { args } });
const open = { hostNetwork: true };
const silent = workload("a", { pod: open });
const silentIn = (namespace: unknown) =>
  kube("apps/v1", "Deployment", "a", { metadata: { namespace }, spec: silent.props.spec });
/** Consul's chart, told to inject into every pod that does not refuse, of those that it is asked about. */
const byDefault = (connectInject: Record<string, unknown>) =>
  release(safeBut({ connectInject: { default: true, ...connectInject } }));
const webhooks = (value: unknown) =>
  kube("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mine", {
    webhooks: value,
  });
const injects = { name: "consul-connect-injector.consul.hashicorp.com", failurePolicy: "Fail" };
/** A pod without any workload, and with what the injector has added to it. */
const bare = (spec: object) => {
  const pod = kube("v1", "Pod", "a", { spec: { containers: [{ name: "a" }], ...spec } });
  const added = {
    initContainers: [{ name: "consul-connect-inject-init", securityContext: { capabilities: { add: ["NET_ADMIN"] } } }],
    containers: [{ name: "a" }, { name: "consul-dataplane", securityContext: { runAsUser: 5995 } }],
  };
  return { ...pod, outputs: { ...pod.props, spec: { ...spec, ...added } } };
};
const PAST = "hostNetwork puts it into the node's network";

cases("no-proxy-bypass", [
  ...["-default-inject=true", "-default-inject=T", "--default-inject=1"].map((flag) =>
    blocks(`a pod that is injected by default: ${flag}`, [injector(flag), silent], PAST),
  ),
  ...["-default-inject=false", "-default-inject=tomorrow", "-default-inject"].map((flag) =>
    passes(`a pod that is not: ${flag}`, [injector(flag), silent]),
  ),
  passes("a pod where nobody knows what the injector does", [silent, injector(UNKNOWN)]),
  passes("what the injector has added to a pod", [injector("-default-inject=true"), bare({})]),
  blocks("a pod that it has added something to", [injector("-default-inject=true"), bare(open)], PAST),
  blocks("a pod that asks for it, said once", [injector("-default-inject=true"), meshed("a", {}, open)], PAST),
  blocks("a pod that asks for it, whoever injects", [meshed("a", {}, open)], PAST),
  passes("a pod that refuses", [
    injector("-default-inject=true"),
    workload("a", { annotations: { "consul.hashicorp.com/connect-inject": "false" }, pod: open }),
  ]),
  ...["kube-system", "kube-public", "local-path-storage"].map((namespace) =>
    passes(`a pod of ${namespace}, where nothing is injected`, [injector("-default-inject=true"), silentIn(namespace)]),
  ),
  ...[
    { k8sDenyNamespaces: ["apps"] },
    { k8sAllowNamespaces: ["other"] },
    { namespaceSelector: "matchLabels: {kubernetes.io/metadata.name: other}" },
  ].map((values) =>
    passes(`a pod of a namespace that the injector leaves out by ${JSON.stringify(values)}`, [
      byDefault(values),
      silent,
    ]),
  ),
  ...[
    { k8sDenyNamespaces: ["other"] },
    { k8sAllowNamespaces: ["apps"] },
    { namespaceSelector: "matchLabels: {kubernetes.io/metadata.name: apps}" },
  ].map((values) =>
    blocks(`a pod of a namespace that it serves by ${JSON.stringify(values)}`, [byDefault(values), silent], PAST),
  ),
  blocks("a pod of a namespace that is not known yet", [injector("-default-inject=true"), silentIn(UNKNOWN)], PAST),
  ...[UNKNOWN, [{ ...injects, namespaceSelector: UNKNOWN }]].map((value) =>
    blocks(
      `a pod, where nobody knows what the injector is asked about: ${JSON.stringify(value)}`,
      [injector("-default-inject=true"), webhooks(value), silent],
      PAST,
    ),
  ),
]);

cases("own-service-account", [
  passes("pods that are injected nowhere, with an account for all", [
    injector("-default-inject=true"),
    silentIn("kube-system"),
  ]),
]);
