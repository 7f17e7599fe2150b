import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube } from "./resources";

useAnalyzer();
const OPEN = `
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: {name: ledger}
spec: {destination: {name: ledger}, sources: [{name: '*', action: allow}]}
`;
const POD = `
apiVersion: v1
kind: Pod
metadata: {name: a, annotations: {consul.hashicorp.com/connect-inject: 'true'}}
spec: {containers: [{name: a, image: nginx}]}
`;
const config = (data: unknown, kind = "ConfigMap") => kube("v1", kind, "files", { data });
const WHO = "ServiceIntentions ledger: * → ledger is allowed";

cases("no-wildcard-allow", [
  blocks("an entry that a Job may apply", [config({ "open.yaml": OPEN })], WHO),
  blocks("one behind other documents", [config({ "a.txt": "x", "open.yaml": `a: b\n---${OPEN}` })], WHO),
  blocks("one beside a file that is not known yet", [config({ a: UNKNOWN, "open.yaml": OPEN })], WHO),
  passes("documents that lack what makes an object", [
    config({
      kind: OPEN.replace(/^kind.*/m, ""),
      number: `# consul.hashicorp.com/${OPEN.replace(/^api.*/m, "apiVersion: 1")}`,
      version: `# consul.hashicorp.com/v1alpha1${OPEN.replace(/^api.*/m, "")}`,
    }),
  ]),
  passes("a handbook that shows an entry", [config({ "README.md": `Don't do this: [\n${OPEN}` })]),
  passes("files that are not known yet, and what is no ConfigMap", [
    config(UNKNOWN),
    config({ "open.yaml": OPEN }, "Secret"),
  ]),
]);

cases("images-pinned", [
  passes("other people's manifests, which are no entries of Consul's", [config({ "pod.yaml": POD })]),
]);
