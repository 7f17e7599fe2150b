import { Resource, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { configEntry, denyAll, intentions, kube, service, traefik, workload } from "./resources";

useAnalyzer();

/** A resource whose changes are ignored, at a path. */
const ignoring = (path: string, resource: Resource): Resource => ({ ...resource, ignoreChanges: [path] });
const rbac = (kind: string, name: string, body: Record<string, unknown> = {}, namespace = "apps") =>
  kube("rbac.authorization.k8s.io/v1", kind, name, { ...body, metadata: { namespace } });
const binding = (kind: string, name: string, role: string, subject: string, namespace = "apps") =>
  rbac(
    kind,
    name,
    { roleRef: { kind: "ClusterRole", name: role }, subjects: [{ kind: "ServiceAccount", name: subject, namespace }] },
    namespace,
  );
const webhook = (name: string, hook: string, kind = "MutatingWebhookConfiguration") =>
  kube("admissionregistration.k8s.io/v1", kind, name, { webhooks: [{ name: hook, failurePolicy: "Fail" }] });
const configMap = (name: string, data: Record<string, unknown>) => kube("v1", "ConfigMap", name, { data });
const CONSULS = "consul-connect-injector.consul.hashicorp.com";
const INJECTOR = webhook("consul-connect-injector", CONSULS);
const TAGS = "consul.hashicorp.com/service-tags";
const edge = service("edge", { app: "traefik" });
const mounting = (volume: Record<string, unknown>, container: Record<string, unknown> = {}, image = "traefik:v3.7.9") =>
  workload("edge", { container: { image, ...container }, pod: { volumes: [{ name: "v", ...volume }] } });
const ROUTES = configMap("routes", { "a.yml": "http: {}", "ca.crt": "x" });

/** Each with what may be ignored of it, and what may not. */
const OBJECTS: readonly (readonly [title: string, object: Resource, harmless: string[], decisive: string[]])[] = [
  [
    "the binding of a role that reads all Secrets",
    binding("ClusterRoleBinding", "ops", "cluster-admin", "ops"),
    ["metadata.annotations", "metadata.labels"],
    ["subjects", "subjects[0].name", "roleRef", "*"],
  ],
  ["a binding to Traefik", binding("ClusterRoleBinding", "a", "view", "traefik"), ["metadata"], ["subjects"]],
  ["a binding in Consul's namespace", binding("RoleBinding", "a", "a", "a", "consul"), ["metadata"], ["subjects"]],
  [
    "a role of Traefik's",
    rbac("ClusterRole", "traefik", { rules: [] }),
    ["metadata.labels"],
    ["rules", "rules[0].verbs"],
  ],
  ["a Role in its namespace", rbac("Role", "a", { rules: [] }, "traefik-system"), ["metadata.labels"], ["rules"]],
  [
    "the injector's webhook",
    INJECTOR,
    [
      "webhooks[0].clientConfig.caBundle",
      "webhooks[*].clientConfig.caBundle",
      "webhooks[0].timeoutSeconds",
      "metadata",
    ],
    [
      "webhooks",
      "webhooks[0]",
      ...[
        "name",
        "failurePolicy",
        "rules",
        "matchConditions",
        "matchPolicy",
        "namespaceSelector",
        "objectSelector",
      ].map((key) => `webhooks[0].${key}`),
      ...["webhooks[*].clientConfig", "webhooks[0].clientConfig.url", "webhooks[0].clientConfig.service.name"],
    ],
  ],
  ["one that is Consul's by what it calls", webhook("a", CONSULS), ["metadata"], ["webhooks[0].rules"]],
  [
    "a webhook that judges Consul's entries",
    webhook("consul-controller", "a.example", "ValidatingWebhookConfiguration"),
    ["webhooks[0].clientConfig.caBundle"],
    ["webhooks[0].failurePolicy"],
  ],
  [
    "Traefik's Service",
    edge,
    [
      ...["spec.clusterIP", "spec.clusterIPs", "spec.loadBalancerIP", "spec.ports[0].nodePort", "metadata.labels"],
      ...['metadata.annotations["cloud.google.com/neg-status"]', "spec.externalTrafficPolicy", "status"],
    ],
    [
      ...["spec", "spec.selector", "spec.selector.app", "spec.type", "spec.externalIPs", "spec.ports"],
      ...["spec.ports[0].port", "spec.ports[*].targetPort", "metadata.annotations", `metadata.annotations["${TAGS}"]`],
    ],
  ],
  ["a Service of Consul's by its name", service("consul-ui", { app: "x" }), ["spec.clusterIP"], ["spec.type"]],
  [
    "a Service that Consul is told of",
    kube("v1", "Service", "shop", { metadata: { annotations: { [TAGS]: "a" } }, spec: {} }),
    ["spec.clusterIP"],
    ["metadata.annotations"],
  ],
  [
    "the configuration of Consul's servers",
    configMap("consul-server-config", { "a.json": "{}" }),
    ["metadata"],
    ["data", 'data["a.json"]', "binaryData"],
  ],
  ["a file of Traefik's", configMap("edge", { "traefik.yml": "api: {}" }), ["metadata"], ["data"]],
  [
    "an intention in a ConfigMap",
    configMap("entries", {
      "a.yaml": "apiVersion: consul.hashicorp.com/v1alpha1\nkind: ServiceIntentions\nspec: {sources: []}",
    }),
    ["metadata"],
    ["data"],
  ],
  [
    "a Secret with an entry that Consul's servers make",
    kube("v1", "Secret", "a", {
      stringData: { "a.json": '{"config_entries": {"bootstrap": [{"kind": "mesh"}]}}' },
    }),
    ["metadata", "type", "immutable"],
    ["data", 'data["a.json"]', "stringData", "*"],
  ],
  [
    "a route of Traefik's",
    kube("traefik.io/v1alpha1", "IngressRoute", "a", { spec: { routes: [] } }),
    ["metadata.annotations"],
    ["spec", "spec.routes[0].middlewares"],
  ],
  [
    "a rollout's weights",
    kube("traefik.containo.us/v1alpha1", "TraefikService", "a", { spec: {} }),
    ["spec.weighted.services[0].weight", "spec.weighted.sticky"],
    ["spec", "spec.weighted.services[0].name", "spec.mirroring"],
  ],
  [
    "an intention as text, by the kubectl provider",
    {
      type: "kubectl:index/manifest:Manifest",
      name: "m",
      props: {
        yamlBody: "apiVersion: consul.hashicorp.com/v1alpha1\nkind: Mesh\nmetadata: {name: mesh}\nspec: {}",
      },
    },
    ["waitForRollout"],
    ["yamlBody"],
  ],
  [
    "an entry by the Consul provider",
    {
      type: "consul:index/configEntry:ConfigEntry",
      name: "e",
      props: { kind: "mesh", name: "mesh", configJson: "{}" },
    },
    ["meta", "datacenter"],
    ["configJson", "*"],
  ],
  [
    "an intention by the Consul provider",
    {
      type: "consul:index/intention:Intention",
      name: "i",
      props: { sourceName: "a", destinationName: "b", action: "deny" },
    },
    ["meta", "description"],
    ["action", "sourceName"],
  ],
];

cases("no-decision-ignored", [
  ...OBJECTS.flatMap(([title, object, harmless, decisive]) => [
    ...harmless.map((path) => passes(`${path} of ${title}`, [ignoring(path, object)])),
    ...decisive.map((path) => blocks(`${path} of ${title}`, [ignoring(path, object)], `ignoreChanges has ${path}, so`)),
  ]),
  ...["spec", "spec.sources", "spec.sources[0].action", 'spec["destination"]', "*"].map((path) =>
    blocks(
      `${path} of deny-all`,
      [ignoring(path, denyAll)],
      `ServiceIntentions all.services: ignoreChanges has ${path}, so what is declared there need not be what is deployed. Leave`,
    ),
  ),
  ...["items", "items[0]", "items[*].spec", "items[0].spec.sources"].map((path) =>
    blocks(
      `${path} of a list`,
      [ignoring(path, { ...denyAll, type: `${denyAll.type}List`, props: { items: [denyAll.props] } })],
      `ignoreChanges has ${path}, so`,
    ),
  ),
  passes("what does not decide in a list", [
    ignoring("items[0].metadata", { ...denyAll, type: `${denyAll.type}List`, props: { items: [denyAll.props] } }),
  ]),
  passes(
    "all of what is somebody else's",
    [
      binding("ClusterRoleBinding", "prometheus", "prometheus", "prometheus"),
      binding("RoleBinding", "team", "admin", "team"),
      rbac("ClusterRole", "prometheus", { rules: [] }),
      rbac("ClusterRole", "traefik-all", { aggregationRule: {}, rules: [] }),
      webhook("cert-manager", "webhook.cert-manager.io"),
      kube("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "none", {}),
      service("shop", { app: "shop" }),
      configMap("shop", { "a.yml": "http: {}" }),
      configMap("consul-ca-cert", { "tls.crt": "x", "ca.pem": "y" }),
      configMap("traefik-trust", {}),
      kube("serving.knative.dev/v1", "Service", "traefik", { spec: {} }),
      kube("networking.k8s.io/v1", "Ingress", "traefik", { spec: {} }),
      workload("batch", { container: { image: UNKNOWN } }),
      {
        type: "kubectl:index/manifest:Manifest",
        name: "m",
        props: { yamlBody: "apiVersion: v1\nkind: Service\nmetadata: {name: shop}" },
      },
    ].map((each) =>
      each.name === "deployment-batch"
        ? each
        : { ...each, ignoreChanges: ["rules", "subjects", "webhooks", "data", "spec", "yamlBody"] },
    ),
  ),
  passes("the address of a Service in a namespace that is not known yet", [
    ignoring("spec.clusterIP", kube("v1", "Service", "shop", { metadata: { namespace: UNKNOWN }, spec: {} })),
  ]),
  blocks(
    "whom a Service stands for, in a namespace that is not known yet",
    [ignoring("spec.selector", kube("v1", "Service", "shop", { metadata: { namespace: UNKNOWN }, spec: {} }))],
    "cannot be judged",
  ),
  blocks(
    "several of one",
    [
      { ...service("out", { app: "edge" }), ignoreChanges: ["spec.type", `metadata.annotations["${TAGS}"]`] },
      mounting({}),
    ],
    [`has metadata.annotations["${TAGS}"]`, "has spec.type"],
  ),
  ...[
    ["Traefik", mounting({})],
    ["Consul", workload("edge", { container: { image: "hashicorp/consul:1.22.7" } })],
  ].map(([whose, pods]) =>
    blocks(
      `a Service that leads to ${String(whose)}, whatever its name`,
      [ignoring("spec.type", service("out", { app: "edge" })), pods as Resource],
      "Service out: ignoreChanges has spec.type",
    ),
  ),
  passes("Services beside Traefik, or of nobody", [
    ignoring("spec.type", service("out", { app: "shop" })),
    { ...ignoring("spec.type", service("none", {})), name: "none" },
    {
      ...ignoring(
        "spec.type",
        kube("v1", "Service", "out", { metadata: { namespace: "b" }, spec: { selector: { app: "edge" } } }),
      ),
      name: "other",
    },
    mounting({}),
    workload("shop"),
    workload("unknown", { container: { image: UNKNOWN } }),
  ]),
  ...[
    mounting({ configMap: { name: "routes" } }),
    mounting({ projected: { sources: [{ secret: { name: "a" } }, { configMap: { name: "routes" } }] } }),
    mounting({}, { envFrom: [{ configMapRef: { name: "routes" } }] }),
    mounting({ configMap: { name: "routes" } }, {}, "hashicorp/consul:1.22.7"),
  ].map((pods) =>
    blocks(
      `a ConfigMap that is read as ${JSON.stringify(pods.props.spec.template.spec)}`,
      [ignoring("data", ROUTES), pods],
      "ConfigMap routes: ignoreChanges has data",
    ),
  ),
  ...["a.json", "a.hcl", "a.yml", "a.yaml", "a.toml"].flatMap((key) =>
    [
      [{ secret: { secretName: "routes" } }, { data: { [key]: "" } }],
      [{ projected: { sources: [{ secret: { name: "routes" } }] } }, { stringData: { [key]: "" } }],
    ].map(([volume, fields]) =>
      blocks(
        `a Secret that is read as ${JSON.stringify([volume, fields])}`,
        [ignoring("data", kube("v1", "Secret", "routes", fields)), mounting(volume)],
        "Secret routes: ignoreChanges has data",
      ),
    ),
  ),
  passes("keys that Traefik and Consul have, and a ConfigMap of a Secret's name", [
    ignoring("data", kube("v1", "Secret", "routes", { data: { token: "x", "tls.key": "y", json: "z" } })),
    { ...ignoring("data", kube("v1", "Secret", "other", { data: { "a.json": "x" } })), name: "other" },
    mounting({ secret: { secretName: "routes" } }),
    { ...mounting({ configMap: { name: "other" } }), name: "reads" },
  ]),
  passes("a ConfigMap that others read, and certificates that Traefik does", [
    ignoring("data", ROUTES),
    { ...ignoring("data", configMap("trust", { "ca.crt": "x" })), name: "trust" },
    mounting({ configMap: { name: "trust" } }),
    workload("shop", { pod: { volumes: [{ name: "v", configMap: { name: "routes" } }] } }),
  ]),
  passes("nothing at all", [intentions("a"), configEntry("Mesh", "mesh", {}), traefik({}), INJECTOR, edge, ROUTES]),
]);
