import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { configEntry, kube, meshed, release, safeBut, SAFE_VALUES, service, workload } from "./resources";

useAnalyzer();
const NOT_KNOWN = "can't be known during preview; give it a plain value";

cases("no-permissive-mtls", [
  passes("strict, or nothing said", [
    configEntry("ServiceDefaults", "a", { protocol: "http", mutualTLSMode: "strict" }),
    configEntry("ProxyDefaults", "global", {}),
    configEntry("Mesh", "mesh", { transparentProxy: { meshDestinationsOnly: true } }),
  ]),
  blocks(
    "a service",
    [configEntry("ServiceDefaults", "a", { mutualTLSMode: "permissive" })],
    "mutualTLSMode is permissive",
  ),
  blocks("all services", [configEntry("ProxyDefaults", "global", { mutualTLSMode: "permissive" })], "is permissive"),
  blocks("the leave", [configEntry("Mesh", "mesh", { allowEnablingPermissiveMutualTLS: true })], "lets any service"),
  blocks("a patch", [configEntry("ServiceDefaultsPatch", "a", { mutualTLSMode: "permissive" })], "is permissive"),
  blocks("unknown", [configEntry("ServiceDefaults", "a", { mutualTLSMode: UNKNOWN })], NOT_KNOWN),
  blocks("in other letters", [configEntry("ServiceDefaults", "a", { mutualTLSMode: "PERMISSIVE" })], "is permissive"),
  passes("the words where Consul does not read them", [
    kube("example.com/v1", "Thing", "a", {
      spec: { mutualTLSMode: "permissive", allowEnablingPermissiveMutualTLS: true },
    }),
    configEntry("ServiceDefaults", "a", { allowEnablingPermissiveMutualTLS: true }),
    configEntry("Mesh", "mesh", { mutualTLSMode: "permissive", allowEnablingPermissiveMutualTLS: false }),
  ]),
]);

const webhook = (name: string, webhooks: unknown[], kind = "MutatingWebhookConfiguration") =>
  kube("admissionregistration.k8s.io/v1", kind, name, { webhooks });
const INJECTOR = "consul-connect-injector.consul.hashicorp.com";
const PODS = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
const asked = { name: INJECTOR, failurePolicy: "Fail", rules: [PODS] };
const patchOf = (part: Record<string, unknown>) =>
  webhook("consul-connect-injector", [{ name: INJECTOR, ...part }], "MutatingWebhookConfigurationPatch");
const unnamespaced = (resource: ReturnType<typeof kube>) => {
  const metadata = { ...resource.props.metadata, namespace: undefined };
  return { ...resource, props: { ...resource.props, metadata } };
};
const chart = (connectInject: Record<string, unknown>) => release(safeBut({ connectInject }));
const inNamespace = (namespace: unknown) => {
  const made = meshed("a");
  return { ...made, props: { ...made.props, metadata: { name: "a", namespace } } };
};
const apps = (labels: Record<string, unknown>) => kube("v1", "Namespace", "apps", { metadata: { labels } });
const YES = "matchLabels: {mesh: 'yes'}";
const expression = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
});
const NAME = "kubernetes.io/metadata.name";
const LEFT_OUT = `Deployment a: asks for a sidecar, but the namespaceSelector of ${INJECTOR} leaves out the namespace apps. Leave`;
/** Servers of Consul with labels. */
const labelled = (labels: Record<string, string>) =>
  kube("apps/v1", "StatefulSet", "consul-server", {
    spec: {
      template: { metadata: { labels }, spec: { containers: [{ name: "c", image: "hashicorp/consul:1.22.7" }] } },
    },
  });

cases("injection-in-force", [
  passes("the chart's own, an injector of another stack, and other people's webhooks", [
    release(SAFE_VALUES),
    meshed("a"),
    webhook("istio-sidecar-injector", [{ name: "rev.object.sidecar-injector.istio.io", failurePolicy: "Ignore" }]),
    webhook("empty", []),
  ]),
  passes("pods of a mesh that another stack has", [meshed("a")]),
  passes("servers by hand, whose injector may be anywhere", [
    labelled({ app: "consul", chart: "my-chart" }),
    { ...labelled({ app: "consul" }), name: "again" },
    meshed("a"),
  ]),
  blocks(
    "a chart without an injector, whose text somebody applies",
    [labelled({ app: "consul", chart: "consul-helm" }), meshed("a"), workload("b")],
    "Deployment a: asks for a sidecar, and Consul's chart in this program has no injector.",
  ),
  passes("a patch that sets something else", [
    webhook("consul-connect-injector", [{ name: INJECTOR, timeoutSeconds: 5 }], "MutatingWebhookConfigurationPatch"),
  ]),
  blocks(
    "the chart's value",
    [release(safeBut({ connectInject: { failurePolicy: "Ignore" } }))],
    "failurePolicy Ignore",
  ),
  blocks(
    "a chart without an injector",
    [release(safeBut({ connectInject: { enabled: false } })), meshed("a")],
    "has no injector",
  ),
  blocks(
    "by hand",
    [webhook("mine", [{ ...asked, failurePolicy: "Ignore" }])],
    `${INJECTOR} has the failurePolicy Ignore`,
  ),
  blocks(
    "a patch",
    [
      webhook(
        "consul-connect-injector",
        [{ name: INJECTOR, failurePolicy: "Ignore" }],
        "MutatingWebhookConfigurationPatch",
      ),
    ],
    "failurePolicy Ignore",
  ),
  blocks("no webhook", [webhook("consul-connect-injector", [])], "has no webhook"),
  ...[
    [],
    [{ ...PODS, operations: ["DELETE"] }],
    [{ ...PODS, apiGroups: ["apps"] }],
    [{ ...PODS, resources: ["services"] }, "pods"],
    [{ ...PODS, apiVersions: ["v2"] }],
    [{ ...PODS, scope: "Cluster" }],
  ].flatMap((rules) =>
    [webhook("mine", [{ ...asked, rules }]), patchOf({ rules })].map((each) =>
      blocks(
        `${each.props.metadata.name} with the rules ${JSON.stringify(rules)}`,
        [each],
        `${INJECTOR} has no rule for pods that are created, and is asked about no pod. Leave`,
      ),
    ),
  ),
  passes("rules for everything, for pods too, and of a webhook for something else", [
    webhook("a", [
      { ...asked, rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }] },
    ]),
    webhook("b", [
      {
        ...asked,
        rules: [
          { ...PODS, resources: ["services"] },
          { ...PODS, scope: "Namespaced" },
        ],
      },
    ]),
    webhook("c", [{ ...asked, name: "mutate-mesh.consul.hashicorp.com", rules: [{ ...PODS, resources: ["meshes"] }] }]),
  ]),
  ...[
    [{ k8sDenyNamespaces: ["other", "apps"] }, "k8sDenyNamespaces has its namespace apps"],
    [{ k8sAllowNamespaces: ["other", "apps2"] }, "k8sAllowNamespaces does not have its namespace apps"],
    [{ k8sAllowNamespaces: [] }, "k8sAllowNamespaces does not have its namespace apps"],
  ].map(([values, problem]) =>
    blocks(
      `a namespace that is left out by ${JSON.stringify(values)}`,
      [chart(values as Record<string, unknown>), meshed("a"), workload("b")],
      `Deployment a: asks for a sidecar, but connectInject.${problem}. Leave`,
    ),
  ),
  passes("namespaces that are let in, and pods that do not ask or whose namespace nobody knows", [
    chart({ k8sAllowNamespaces: ["x", "apps"], k8sDenyNamespaces: ["other", "app"] }),
    ...[meshed("a"), inNamespace(undefined), inNamespace(UNKNOWN)].map((r, i) => ({ ...r, name: `${i}` })),
    kube("apps/v1", "Deployment", "b", { metadata: { namespace: "other" }, spec: workload("b").props.spec }),
    kube("apps/v1", "DeploymentPatch", "c", { metadata: { namespace: "other" }, spec: meshed("c").props.spec }),
    workload("c", { annotations: { "consul.hashicorp.com/connect-inject": "false" } }),
    workload("d", { annotations: { "consul.hashicorp.com/connect-inject": UNKNOWN } }),
  ]),
  passes("the catalog's namespaces, which are no injector's", [
    release(safeBut({ syncCatalog: { enabled: true, k8sAllowNamespaces: ["other"] } })),
    meshed("a"),
  ]),
  passes("one of two injectors", [
    ...["apps", "other"].map((namespace) =>
      kube("apps/v1", "Deployment", `injector-${namespace}`, {
        spec: {
          template: {
            spec: { containers: [{ command: ["inject-connect", "-allow-k8s-namespace", `'${namespace}'`] }] },
          },
        },
      }),
    ),
    webhook("a", [{ ...asked, namespaceSelector: expression(NAME, "In", "apps") }]),
    webhook("b", [{ ...asked, namespaceSelector: expression(NAME, "In", "other") }]),
    meshed("a"),
  ]),
  ...[
    [chart({ namespaceSelector: YES }), apps({ mesh: "no" })],
    [chart({ namespaceSelector: YES }), apps({})],
    [chart({ namespaceSelector: `matchExpressions: [{key: ${NAME}, operator: In, values: [other]}]` })],
    [webhook("mine", [{ ...asked, namespaceSelector: { matchLabels: { [NAME]: "other" } } }])],
    [release(SAFE_VALUES), apps({}), patchOf({ namespaceSelector: { matchLabels: { mesh: "yes" } } })],
    [patchOf({ namespaceSelector: expression(NAME, "NotIn", "apps") })],
    [release(SAFE_VALUES), unnamespaced(patchOf({ namespaceSelector: expression(NAME, "NotIn", "apps") }))],
  ].map((resources, i) =>
    blocks(`a namespace that a selector leaves out: ${i}`, [...resources, meshed("a")], LEFT_OUT),
  ),
  ...[
    [chart({ namespaceSelector: YES }), apps({ mesh: "yes" })],
    [chart({ namespaceSelector: YES })],
    [chart({ namespaceSelector: YES }), { ...apps({}), type: "kubernetes:core/v1:ConfigMap" }],
    [
      chart({ namespaceSelector: YES }),
      kube("v1", "Namespace", "apps", { metadata: { labels: UNKNOWN } }),
      kube("v1", "Namespace", "other", { metadata: { labels: {} } }),
    ],
    [webhook("mine", [{ ...asked, namespaceSelector: expression("mesh", "Exists") }])],
    [webhook("mine", [{ ...asked, objectSelector: { matchLabels: { app: "a" } } }])],
    [
      webhook("mine", [
        { ...asked, name: "mutate-mesh.consul.hashicorp.com", objectSelector: { matchLabels: { a: "b" } } },
      ]),
    ],
  ].map((resources, i) => passes(`a pod that no selector leaves out: ${i}`, [...resources, meshed("a")])),
  passes("one whose namespace nobody knows", [
    chart({ namespaceSelector: `matchExpressions: [{key: ${NAME}, operator: In, values: [other]}]` }),
    inNamespace(UNKNOWN),
  ]),
  ...[
    patchOf({ objectSelector: { matchLabels: { mesh: "yes" } } }),
    patchOf({ objectSelector: expression("app", "NotIn", "a") }),
  ].map((each) =>
    blocks(
      `a pod that an objectSelector leaves out: ${JSON.stringify(each.props.webhooks)}`,
      [release(SAFE_VALUES), each, meshed("a")],
      `Deployment a: asks for a sidecar, but the objectSelector of ${INJECTOR} leaves it out. Leave`,
    ),
  ),
  passes("labels that nobody knows", [
    webhook("mine", [{ ...asked, objectSelector: { matchLabels: { mesh: "yes" } } }]),
    workload("a", { annotations: { "consul.hashicorp.com/connect-inject": "true" }, labels: { version: UNKNOWN } }),
  ]),
  blocks(
    "a condition",
    [webhook("mine", [{ ...asked, matchConditions: [{ expression: "false" }] }])],
    "only under conditions",
  ),
  ...[
    [{ service: { name: "other", namespace: "consul" } }, "other"],
    [{ service: { name: "connect-injecto", namespace: "consul" } }, "connect-injecto"],
    [{ url: "https://consul-connect-injector.example" }, "https://consul-connect-injector.example"],
  ].map(([clientConfig, whom]) =>
    blocks(
      `somebody who is not the injector: ${JSON.stringify(clientConfig)}`,
      [webhook("mine", [{ ...asked, clientConfig }])],
      `${INJECTOR} asks ${String(whom)}, which is not the injector and need give no sidecar. Leave`,
    ),
  ),
  blocks(
    "somebody who is not the injector, by a patch",
    [patchOf({ clientConfig: { service: { name: "other" } } })],
    `${INJECTOR} asks other, which`,
  ),
  passes("the injector by a name of its own, and what judges entries by another", [
    webhook("mine", [
      { ...asked, clientConfig: { service: { name: "consul-connect-injector-svc" } } },
      { ...asked, clientConfig: { caBundle: "x" } },
      { name: "mutate-meshes.consul.hashicorp.com", clientConfig: { service: { name: "consul-controller-webhook" } } },
    ]),
  ]),
  passes("no condition", [webhook("mine", [{ ...asked, matchConditions: [] }])]),
  passes("what is called alike", [
    webhook("my-connect-injectors", []),
    webhook("other", [{ name: `${INJECTOR}.example.org`, failurePolicy: "Ignore" }]),
    webhook("consul-connect-injector", [], "ValidatingWebhookConfiguration"),
    kube("example.com/v1", "MutatingWebhookConfiguration", "consul-connect-injector", { webhooks: [] }),
  ]),
  blocks(
    "one without a name",
    [webhook("consul-connect-injector", [{ failurePolicy: "Ignore" }])],
    "its webhook has the failurePolicy Ignore",
  ),
  blocks(
    "one beside another's",
    [webhook("mine", [{ name: "other.example.com" }, { ...asked, failurePolicy: "Ignore" }])],
    `${INJECTOR} has the failurePolicy Ignore`,
  ),
  blocks(
    "a chart without an injector, which a patch of it does not make up for",
    [
      release(safeBut({ connectInject: { enabled: false } })),
      meshed("a"),
      workload("b"),
      webhook("consul-connect-injector", [{ name: INJECTOR }], "MutatingWebhookConfigurationPatch"),
    ],
    "Deployment a: asks for a sidecar",
  ),
  passes("a chart without an injector, and one by hand", [
    release(safeBut({ connectInject: { enabled: false } })),
    meshed("a"),
    webhook("mine", [asked]),
  ]),
]);

cases("no-inbound-port-excluded", [
  passes("nothing excluded", [
    meshed("a", { "transparent-proxy-exclude-outbound-ports": "5432", "transparent-proxy": "true" }),
    meshed(
      "ledger",
      { "transparent-proxy-exclude-inbound-ports": "20400" },
      { containers: [{ name: "ledger", image: "ledger:1", readinessProbe: { grpc: { port: 20400 } } }] },
    ),
    configEntry("ServiceDefaults", "ledger", {
      expose: {
        paths: [{ path: "/grpc.health.v1.Health/Check", protocol: "http2", listenerPort: 20400, localPathPort: 9090 }],
      },
    }),
    configEntry("ServiceDefaults", "a", { expose: { checks: false, paths: [] } }),
    release(SAFE_VALUES),
  ]),
  passes("an unknown annotation of somebody else", [workload("a", { annotations: { "checksum/config": UNKNOWN } })]),
  blocks("a port", [meshed("a", { "transparent-proxy-exclude-inbound-ports": "9090" })], "ports 9090 are excluded"),
  blocks(
    "a probe's port without the probe",
    [meshed("a", { "transparent-proxy-exclude-inbound-ports": "20400" })],
    "20400",
  ),
  blocks(
    "a job's port",
    [
      kube("batch/v1", "CronJob", "a", {
        spec: {
          jobTemplate: {
            spec: {
              template: {
                metadata: { annotations: { "consul.hashicorp.com/transparent-proxy-exclude-inbound-ports": "1" } },
              },
            },
          },
        },
      }),
    ],
    "ports 1 are excluded",
  ),
  blocks("all ports", [meshed("a", { "transparent-proxy": "false" })], "the transparent proxy is off"),
  blocks(
    "a namespace",
    [kube("v1", "Namespace", "a", { metadata: { labels: { "consul.hashicorp.com/transparent-proxy": "false" } } })],
    "off for the whole namespace",
  ),
  blocks(
    "exposed paths",
    [
      configEntry("ServiceDefaults", "a", {
        expose: { paths: [{ path: "/metrics", listenerPort: 1, localPathPort: 2 }] },
      }),
    ],
    "opens paths without mutual TLS",
  ),
  blocks(
    "the injector's default, in a chart's values",
    [release(safeBut({ connectInject: { transparentProxy: { defaultEnabled: false } } }))],
    "rendered by the chart: Deployment consul-connect-injector: the injector leaves the transparent proxy off",
  ),
  ...["false", "F", "0"].map((value) =>
    blocks(
      `the injector's default, by an argument: ${value}`,
      [workload("injector", { container: { args: ["-v", `-default-enable-transparent-proxy=${value} \\`] } })],
      "\nDeployment injector: the injector leaves the transparent proxy off by default",
    ),
  ),
  passes("the injector's default, on", [
    workload("injector", { container: { args: ["-default-enable-transparent-proxy=true"] } }),
  ]),
  blocks("unknown", [meshed("a", { "transparent-proxy-exclude-inbound-ports": UNKNOWN })], NOT_KNOWN),
]);

const account = (serviceAccountName: unknown) => ({ serviceAccountName });
const accountOf = (name: string, annotations: unknown) =>
  kube("v1", "ServiceAccount", name, { metadata: { annotations } });
cases("own-service-account", [
  passes("an account each", [meshed("a"), meshed("b")]),
  passes("pods outside the mesh", [workload("a", { pod: account(undefined) })]),
  passes("two versions of a service", [
    service("shop", { tier: "web" }),
    ...["v1", "v2"].map((version) =>
      workload(version, {
        annotations: { "consul.hashicorp.com/connect-inject": "true" },
        labels: { tier: "web" },
        pod: account("shop"),
      }),
    ),
  ]),
  passes("two versions of a service that they name", [
    meshed("v1", { "connect-service": "shop" }, account("shop")),
    meshed("v2", { "connect-service": "shop" }, account("shop")),
  ]),
  passes("a chart's own pods where all pods are injected", [
    release(safeBut({ connectInject: { default: true } })),
    meshed("a"),
    workload("left-out", { annotations: { "consul.hashicorp.com/connect-inject": "false" }, pod: account("default") }),
  ]),
  passes("accounts that Consul knows by their own names", [
    accountOf("shop", {}),
    accountOf("bank", { "consul.hashicorp.com/service-name": "bank" }),
    accountOf("cloud", { "eks.amazonaws.com/role-arn": UNKNOWN }),
    accountOf("later", UNKNOWN),
    kube("v1", "ServiceAccount", "plain", {}),
    kube("v1", "Service", "synced", { metadata: { annotations: { "consul.hashicorp.com/service-name": "bank" } } }),
  ]),
  blocks(
    "an account that Consul knows by another's name",
    [accountOf("shop", { "consul.hashicorp.com/service-name": "bank" })],
    "ServiceAccount shop: has Consul take its pods for bank, by consul.hashicorp.com/service-name. Make",
  ),
  blocks(
    "a name that is not known yet",
    [accountOf("shop", { "consul.hashicorp.com/service-name": UNKNOWN })],
    NOT_KNOWN,
  ),
  blocks("none", [meshed("a", {}, account(undefined))], "the ServiceAccount that all pods of its namespace have"),
  blocks("the default one", [meshed("a", {}, account("default"))], "the ServiceAccount that all pods"),
  blocks(
    "a shared one",
    [meshed("a", {}, account("x")), meshed("b", {}, account("x"))],
    ["Deployment a: has the ServiceAccount of b", "Deployment b: has the ServiceAccount of a"],
  ),
  ...[
    service("all", {}),
    service("all", { app: "y" }),
    kube("example.com/v1", "Thing", "all", { spec: { selector: { app: "x" } } }),
    kube("v1", "Service", "all", { spec: { selector: UNKNOWN } }),
    { ...service("all", { app: "x" }), props: { metadata: { name: "all" }, spec: { selector: { app: "x" } } } },
  ].map((other) =>
    blocks(
      `a shared one, and a Service that selects neither: ${JSON.stringify(other.props.spec.selector)}`,
      [
        other,
        ...["a", "b"].map((name) =>
          workload(name, {
            annotations: { "consul.hashicorp.com/connect-inject": "true" },
            labels: { app: "x" },
            pod: account("x"),
          }),
        ),
      ],
      ["has the ServiceAccount of b", "has the ServiceAccount of a"],
    ),
  ),
  blocks(
    "none, where a chart's values inject every pod",
    [release(safeBut({ connectInject: { default: true } })), workload("a", { pod: account(undefined) })],
    "Deployment a: runs under the ServiceAccount that all pods",
  ),
  blocks("unknown", [meshed("a", {}, account(UNKNOWN))], [NOT_KNOWN, NOT_KNOWN]),
]);
