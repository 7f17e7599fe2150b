import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, workload } from "./resources";

useAnalyzer();
const group = (yaml: string) => ({ type: "kubernetes:yaml/v2:ConfigGroup", name: "group", props: { yaml } });
const entry = (sources: string, more = "") => `
${more}
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: {name: ledger}
spec: {destination: {name: ledger}, sources: [${sources}]}
`;
const WHO = "* → ledger is allowed";
const BOMB = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(10)}]\nc: &c [${"*b,".repeat(10)}]\nd: [${"*c,".repeat(10)}]`;

/** Texts as the programs that apply them read them. */
cases("no-wildcard-allow", [
  blocks("of two keys alike the last", [group(entry("{name: '*', action: deny, action: allow}"))], WHO),
  blocks("a merge key", [group(entry("{name: '*', <<: *defaults}", "defaults: &defaults {action: allow}"))], WHO),
  blocks(
    "the second document, behind a comment",
    [group(`# a\n---\n# b\n---${entry("{name: '*', action: allow}")}`)],
    WHO,
  ),
]);

const pod = (inject: string, hostNetwork = "true") =>
  group(`
apiVersion: v1
kind: Pod
metadata: {name: a, annotations: {consul.hashicorp.com/connect-inject: ${inject}}}
spec: {hostNetwork: ${hostNetwork}, containers: [{name: a, image: "a:1.2.3"}]}
`);
const PAST = "hostNetwork puts it into the node's network";
cases("no-proxy-bypass", [
  ...["true", "yes", "On", "y", "n", "1", "'no'"].map((text) => blocks(`a sidecar by ${text}`, [pod(text)], PAST)),
  ...["false", "no", "OFF", "0"].map((text) => passes(`no sidecar by ${text}`, [pod(text)])),
  ...["yes", "on", "True"].map((text) => blocks(`the node's network by ${text}`, [pod("true", text)], PAST)),
  ...["no", "off", "False"].map((text) => passes(`the pod's own network by ${text}`, [pod("true", text)])),
]);

cases("objects-in-sight", [
  passes("nothing", [group("")]),
  passes("an alias that is no circle", [group("a: &a [b]\nc: [*a, *a]")]),
  passes("a circle in a file of no program that is known", [
    kube("v1", "ConfigMap", "files", { data: { "a.yaml": "a: &a [*a]" } }),
  ]),
  passes("a warning", [group("%FOO bar\n---\na: b")]),
  ...["a: [", "a: b: c", "a: *nowhere", "a: &a [*a]", "a: &a { b: [{ c: *a }] }", BOMB].map((text) =>
    blocks(`what cannot be read: ${text.slice(0, 20)}`, [group(text)], "its text cannot be read"),
  ),
]);

/** Names that every object of JavaScript has. */
cases("objects-in-sight", [
  ...["constructor", "toString", "__proto__"].flatMap((name) => [
    passes(`the kind ${name}`, [kube("example.com/v1", name, "a", { spec: {} })]),
    passes(`the group ${name}`, [kube(`${name}/v1`, "Thing", "a", { spec: {} })]),
    passes(`the flag ${name}`, [
      workload("c", { container: { image: "hashicorp/consul:1.22.7", args: ["agent", `-${name}=1`] } }),
    ]),
  ]),
]);
