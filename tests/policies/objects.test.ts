import { Resource, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { intentions, kube, workload } from "./resources";

useAnalyzer();
const CONSUL = { apiVersion: "consul.hashicorp.com/v1alpha1", kind: "ServiceIntentions" };
const spec = { destination: { name: "ledger" }, sources: [{ name: "*", action: "allow" }] };
const OPEN = { ...CONSUL, metadata: { name: "ledger" }, spec };
const typed = (type: string, props: Record<string, unknown>) => ({ type, name: "a", props });
/** As the program shows it: behind the sentence of the policy, and not rendered by a chart. */
const WHO = "\nServiceIntentions ledger: * → ledger is allowed";

/** What a resource is: by its type, by its properties, or by both where these say different things. */
cases("no-wildcard-allow", [
  blocks("by its type alone", [intentions("ledger", ...spec.sources)], WHO),
  blocks("by both, said once", [typed("kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions", OPEN)], WHO),
  blocks("by both, in two versions", [typed("kubernetes:consul.hashicorp.com/v1:ServiceIntentions", OPEN)], WHO),
  blocks("a group in other letters", [typed("kubernetes:Consul.HashiCorp.com/v1:ServiceIntentions", OPEN)], WHO),
  blocks("by its properties, whatever the type", [typed("kubernetes:core/v1:ConfigMap", OPEN)], WHO),
  blocks("by its properties, of any provider", [typed("example:index:Manifest", OPEN)], WHO),
  blocks(
    "by a kind in the group of its type",
    [typed("kubernetes:consul.hashicorp.com/v1alpha1:Mesh", { ...OPEN, apiVersion: undefined })],
    WHO,
  ),
  blocks(
    "by a group with the kind of its type",
    [typed("kubernetes:example.com/v1:ServiceIntentions", { ...OPEN, kind: undefined })],
    WHO,
  ),
  blocks(
    "where the group is not known yet",
    [typed("kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions", { ...OPEN, apiVersion: UNKNOWN })],
    WHO,
  ),
  ...[{}, CONSUL].map((each) =>
    blocks(
      `items of a list: ${JSON.stringify(each)}`,
      [
        typed("kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentionsList", {
          items: [{ ...OPEN, apiVersion: undefined, kind: undefined, ...each }],
        }),
      ],
      WHO,
    ),
  ),
  blocks("items of all kinds", [typed("kubernetes:core/v1:List", { items: [OPEN] })], WHO),
  blocks(
    "without a name",
    [typed("kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions", { spec })],
    "ServiceIntentions: * → ledger",
  ),
  blocks(
    "whose name is not known yet",
    [typed("kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions", { metadata: { name: UNKNOWN }, spec })],
    "ServiceIntentions: * → ledger",
  ),
  passes("an entry of somebody else's group, and another kind of Consul's", [
    typed("kubernetes:example.com/v1:ServiceIntentions", { spec }),
    typed("kubernetes:consul.hashicorp.com/v1alpha1:ServiceDefaults", { spec }),
    typed("example:index:ServiceIntentions", { spec }),
    typed("my-kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions", { spec }),
    typed("example:index:Manifest", { ...OPEN, kind: undefined }),
    typed("example:index:Manifest", { ...OPEN, apiVersion: undefined }),
  ]),
]);

cases("images-pinned", [
  blocks(
    "a core object, said once",
    [kube("v1", "Pod", "a", { apiVersion: "v1", kind: "Pod", spec: { containers: [{ image: "nginx" }] } })],
    "Pod a: image nginx",
  ),
  blocks(
    "a kind that only sounds like a list",
    [kube("example.com/v1", "AllowList", "a", { spec: { template: { spec: { containers: [{ image: "nginx" }] } } } })],
    "AllowList a: image nginx",
  ),
  ...["jobTargetRef", "headGroupSpec"].map((part) =>
    blocks(
      `a kind with its pods in ${part}`,
      [
        kube("example.com/v1", "Scaled", "a", {
          spec: { template: {}, other: UNKNOWN, [part]: { template: { spec: { containers: [{ image: "nginx" }] } } } },
        }),
      ],
      "Scaled a: image nginx",
    ),
  ),
  blocks(
    "a kind with its pods as Deployments have them, before any other",
    [
      kube("example.com/v1", "Scaled", "a", {
        spec: {
          job: { template: { spec: { containers: [{ image: "a:1.2.3" }] } } },
          template: { spec: { containers: [{ image: "nginx" }] } },
        },
      }),
    ],
    "Scaled a: image nginx",
  ),
  passes("templates of something else", [
    kube("example.com/v1", "Scaled", "a", { spec: { job: { template: { spec: { containers: "nginx" } } } } }),
    kube("example.com/v1", "Scaled", "b", { spec: UNKNOWN }),
    kube("example.com/v1", "Scaled", "c", { job: { template: { spec: { containers: [{ image: "nginx" }] } } } }),
  ]),
  blocks(
    "what has items and is no list",
    [
      kube("example.com/v1", "Shelf", "a", {
        items: [],
        spec: { template: { spec: { containers: [{ image: "nginx" }] } } },
      }),
    ],
    "Shelf a: image nginx",
  ),
  passes("a patch that leaves the image out", [
    { ...workload("a", { kind: "DeploymentPatch", container: { image: undefined } }) },
  ]),
]);

const patch = (name: string, image: string) => ({
  ...workload("a", { kind: "DeploymentPatch", container: { image } }),
  name,
});
cases("images-pinned", [
  blocks(
    "an object by its patches",
    [workload("a"), patch("one", "a:1.2.3"), patch("two", "nginx")],
    "Deployment a as one, two patches it: image nginx",
  ),
]);

const secret = (metadata: Record<string, unknown>) =>
  kube("v1", "Secret", "consul-ca", { metadata, stringData: { "tls.key": "x" } });
const meant = (name: string) => ({ config: { keySecrets: [name] } });
cases("no-key-copied", [
  passes("a namespace", [secret({ namespace: "mesh" })], meant("mesh/consul-ca")),
  passes("the namespace of what names none", [secret({ namespace: undefined })], meant("default/consul-ca")),
  blocks("another namespace", [secret({ namespace: "mesh" })], "the name of a private key", meant("default/consul-ca")),
]);

/** A resource within components of these types, the innermost last. */
const within = (types: string[], child: Resource): Resource[] => {
  const parents = types.reduce<Resource[]>(
    (outer, type) => [...outer, { type, name: type, props: {}, parent: outer.at(-1) }],
    [],
  );
  return [...parents, { ...child, parent: parents.at(-1) }];
};
const later = workload("a", { container: { args: ["--run-image=nginx"] } });
/** What a chart makes is a chart's, whatever installs it. */
cases("images-pinned", [
  ...["v2", "v3", "v4"].map((version) =>
    blocks(
      `a part of a Chart of ${version}`,
      within([`kubernetes:helm.sh/${version}:Chart`], later),
      "\nrendered by the chart: Deployment a: image nginx, in an argument, is not pinned",
    ),
  ),
  blocks(
    "one whose type its properties tell",
    within(["kubernetes:helm.sh/v4:Chart"], {
      ...later,
      type: "example:index:Manifest",
      props: { ...later.props, apiVersion: "apps/v1", kind: "Deployment" },
    }),
    "\nrendered by the chart: Deployment a: image nginx, in an argument, is not pinned",
  ),
  blocks(
    "a Chart's within another component's",
    within(["example:index:Mesh", "kubernetes:helm.sh/v4:Chart"], later),
    "\nrendered by the chart: Deployment a: image nginx, in an argument, is not pinned",
  ),
  ...["kubernetes:yaml/v2:ConfigGroup", "my-kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v4:ChartList"].map(
    (type) => passes(`a part of ${type}, which is the program's own`, within([type], later)),
  ),
]);

/** What Consul's own chart may have its pods be: by its label, and out of a chart alone. */
const MARK = "consul.hashicorp.com/connect-inject-status";
const NAME = "kubernetes.io/service-account.name";
const tokenOf = (account: string) =>
  kube("v1", "Secret", "t", {
    type: "kubernetes.io/service-account-token",
    metadata: { annotations: { [NAME]: account } },
  });
const OWN: readonly (readonly [policy: string, object: Resource, says: string])[] = [
  [
    "no-other-way-in",
    workload("a", { annotations: { "consul.hashicorp.com/gateway-kind": "api-gateway" } }),
    "Deployment a: registers itself as the api-gateway. Publish",
  ],
  [
    "own-service-account",
    workload("a", { pod: { serviceAccountName: "consul-mesh-gateway" } }),
    "Deployment a: runs under consul-mesh-gateway, whose rights in Consul are those of a component of Consul's own. Make",
  ],
  [
    "own-service-account",
    tokenOf("consul-connect-injector"),
    "Secret t: is a token of consul-connect-injector that never expires: whoever reads it is that component of Consul's. Make",
  ],
  [
    "mesh-annotations-read",
    workload("a", { labels: { [MARK]: "injected" } }),
    `Deployment a: the label ${MARK} is the injector's: NetworkPolicies take the pod for one with a sidecar. Write`,
  ],
];
for (const [policy, object, says] of OWN) {
  const ofChart = (chart: unknown) => ({
    ...object,
    props: { ...object.props, metadata: { ...object.props.metadata, labels: { chart } } },
  });
  cases(policy, [
    passes("of Consul's chart", within(["kubernetes:helm.sh/v4:Chart"], ofChart("consul-helm"))),
    blocks(
      "of another chart",
      within(["kubernetes:helm.sh/v4:Chart"], ofChart("shop")),
      `rendered by the chart: ${says}`,
    ),
    blocks(
      "of a chart that does not tell",
      within(["kubernetes:helm.sh/v4:Chart"], object),
      `rendered by the chart: ${says}`,
    ),
    blocks("of the program, under the label", [ofChart("consul-helm")], `\n${says}`),
  ]);
}
cases("own-service-account", [passes("a token of what is none of Consul's", [tokenOf("prometheus")])]);
