import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { intentions, release, SAFE_VALUES, workload } from "./resources";

/** A chart that makes what its values say, as a folder and in helm's cache. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "chart-"));
const shop = path.join(folder, "shop");
fs.mkdirSync(path.join(shop, "templates"), { recursive: true });
fs.writeFileSync(path.join(shop, "Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.2.3\n");
fs.writeFileSync(path.join(shop, "templates/all.yaml"), "{{ tpl .Values.text . }}\n");
const twice = path.join(folder, "twice");
fs.cpSync(shop, twice, { recursive: true });
fs.appendFileSync(path.join(twice, "Chart.yaml"), "version: 1.2.3\ndeprecated: true\n");
const broken = path.join(folder, "broken");
fs.mkdirSync(broken);
fs.writeFileSync(path.join(broken, "Chart.yaml"), "name: [");
execFileSync("helm", ["package", shop, "--destination", folder], { stdio: "ignore" });
process.env.HELM_REPOSITORY_CACHE = folder;
afterAll(() => fs.rmSync(folder, { recursive: true }));

useAnalyzer();
const made = (text: string, inputs: Record<string, unknown> = {}) =>
  release({ text }, { chart: shop, version: undefined, ...inputs });
const pod = (image: string, more = "") => `
apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations:
    note: |
      kind: CustomResourceDefinition
spec: {containers: [{name: a, image: "${image}"}]}
${more}`;
const UNPINNED = "rendered by the chart: Pod a: image nginx is not pinned";
const REPOSITORY = { repositoryOpts: { repo: "https://charts.invalid" } };

const ENTRY = `
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: {name: db}
spec: {destination: {name: db}, sources: [{name: web, action: allow}]}`;
const own = intentions("db", { name: "api", action: "allow" });
const provider = { name: "elsewhere", props: { kubeconfig: "elsewhere" } };

cases("intentions-consistent", [
  blocks(
    "a chart's, in the cluster of another",
    [made(ENTRY), own],
    [
      "ServiceIntentions db: db is for the destination db too",
      "ServiceIntentions db: db is for the destination db too",
    ],
  ),
  passes("a chart's, in another cluster", [{ ...made(ENTRY, { version: "1.2.3" }), provider }, own]),
]);

const HOOK = `
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: {name: all, annotations: {helm.sh/hook: post-install}}
spec: {destination: {name: "*"}, sources: [{name: "*", action: deny}]}`;
cases("deny-all-exists", [
  passes("one by a hook", [made(HOOK)]),
  passes("one by a hook that is not turned off", [made(HOOK, { disableWebhooks: false })]),
  blocks(
    "one by a hook that Helm does not run",
    [made(HOOK, { disableWebhooks: true }), own],
    "no intention denies * → *",
  ),
]);

cases("images-pinned", [
  blocks("a folder's, without a version", [made(pod("nginx"))], UNPINNED),
  blocks("a folder's, of the version that is asked for", [made(pod("nginx"), { version: "1.2.3" })], UNPINNED),
  blocks(
    "a packed chart's",
    [made(pod("nginx"), { chart: path.join(folder, "shop-1.2.3.tgz"), version: "9" })],
    UNPINNED,
  ),
  ...[{ chart: "shop", ...REPOSITORY }, { chart: "oci://registry.invalid/charts/shop" }].map((from) =>
    blocks(`one in helm's cache: ${from.chart}`, [made(pod("nginx"), { ...from, version: "1.2.3" })], UNPINNED),
  ),
  blocks(
    "the first of several",
    [made(pod("nginx", "---\nkind: CustomResourceDefinition\n---\n# nothing\n"))],
    UNPINNED,
  ),
  blocks("of two keys alike the last", [made(pod('a:1.2.3", image: "nginx'))], UNPINNED),
  blocks("by a merge key", [made(pod('a:1.2.3"}, {<<: {image: nginx}, name: "b'))], UNPINNED),
  blocks(
    "a folder's whose Chart.yaml says its version twice",
    [made(pod("nginx"), { chart: twice, version: "1.2.3" })],
    UNPINNED,
  ),
  blocks(
    "by the name and the namespace of the release",
    [made(pod("{{ .Release.Name }}.{{ .Release.Namespace }}/a"), { name: "mine", namespace: "shop" })],
    "image mine.shop/a is not pinned",
  ),
  blocks(
    "by those of a release that names neither",
    [made(pod("{{ .Release.Name }}.{{ .Release.Namespace }}/a"), { name: undefined, namespace: undefined })],
    "image release.default/a is not pinned",
  ),
]);

cases("secrets-not-for-everybody", [
  blocks(
    "what a chart gives everybody",
    [
      made(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: cluster-admin}
subjects: [{kind: Group, name: system:authenticated}]
`),
    ],
    "gives cluster-admin to Group system:authenticated",
  ),
]);

/** Objects of a chart that leaves the namespace to the release, as most do. */
const IN_APPS = { namespace: "apps" };
const shopOfChart = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    metadata: {annotations: {consul.hashicorp.com/connect-inject: "true"}}
    spec: {serviceAccountName: shop, containers: [{name: shop, image: "a:1.2.3"}]}
`;
const migration = workload("migrate", { kind: "Job", pod: { serviceAccountName: "shop" } });
cases("own-service-account", [
  ...[shopOfChart, shopOfChart.replace("name: shop}", 'name: shop, namespace: ""}')].map((text) =>
    passes(`a job beside a chart's pods, with their account: ${text.slice(40, 80)}`, [made(text, IN_APPS), migration]),
  ),
  blocks(
    "one in another namespace",
    [made(shopOfChart, { namespace: undefined }), migration],
    "Job migrate: has the name of shop in the namespace default as its ServiceAccount",
  ),
  blocks(
    "one beside a chart's pods that are elsewhere",
    [made(shopOfChart.replace("name: shop}", "name: shop, namespace: web}"), IN_APPS), migration],
    "Job migrate: has the name of shop in the namespace web as its ServiceAccount",
  ),
]);

cases("secrets-not-for-everybody", [
  blocks(
    "what a chart gives everybody in the release's namespace",
    [
      made(
        `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: edit}
subjects: [{kind: Group, name: system:authenticated}]
`,
        { namespace: "consul-system" },
      ),
    ],
    "gives edit to Group system:authenticated",
  ),
  passes("what it gives one whom it chose, of another namespace", [
    made(
      `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: edit}
subjects: [{kind: ServiceAccount, name: operator, namespace: operators}]
`,
      { namespace: "consul-system" },
    ),
  ]),
]);

cases("helm-releases-rendered", [
  passes("a chart within reach", [made(pod("a:1.2.3"))]),
  blocks(
    "a chart that renders what is no YAML to the pack",
    [made(pod("a:1.2.3", `x: &x [${"1,".repeat(10)}]\ny: &y [${"*x,".repeat(10)}]\nz: [${"*y,".repeat(10)}]\n`))],
    "its objects cannot be judged: what the chart renders cannot be read as YAML. Put helm",
  ),
  ...[{ version: "9.9.9" }, { version: undefined }].map((version) =>
    blocks(
      `a repository that is out of reach: ${JSON.stringify(version)}`,
      [made("", { chart: "shop", ...REPOSITORY, ...version })],
      "https://charts.invalid",
    ),
  ),
  blocks(
    "a deprecated chart that cannot be rendered",
    [made("a: [", { chart: twice })],
    "its objects cannot be judged: Error: YAML parse error on shop/templates/all.yaml",
  ),
  blocks(
    "a chart whose Chart.yaml nobody can read",
    [made("", { chart: broken })],
    "its objects cannot be judged: Error",
  ),
  blocks("no chart", [made("", { chart: undefined })], "its objects cannot be judged"),
  blocks("a chart that is not known yet", [made("", { chart: UNKNOWN })], "chart can't be known during preview"),
  blocks("another version", [made("", { version: "9.9.9" })], "has version 1.2.3, the release 9.9.9"),
]);

const OFF = ["global.tls.enabled is not true", "global.tls.verify is not true", "global.tls.httpsOnly is not true"];
cases("consul-tls", [
  passes("sound values of a chart out of reach", [release(SAFE_VALUES, { chart: "consul" })]),
  ...["consul", "hashicorp/consul", "oci://registry.invalid/consul", "./consul-1.8.0.tgz", undefined].map((chart) =>
    blocks(`the values of ${chart}, which is out of reach`, [release({}, { chart })], OFF),
  ),
  ...["consul-esm", "my-consul", "./consul-esm.tgz", "consul/shop", "./consul-1.8.0.tgz.d"].map((chart) =>
    passes(`the values of ${chart}, which is not Consul's`, [release({}, { chart })]),
  ),
]);
