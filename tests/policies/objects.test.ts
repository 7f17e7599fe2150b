import { UNKNOWN } from "./analyzer";
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
