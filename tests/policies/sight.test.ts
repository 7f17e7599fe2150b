import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PROVIDER_CODE } from "../../components/interrupted/providerCode";
import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { configEntry, intentions, kube, meshed, networkPolicy, release, SAFE_VALUES, workload } from "./resources";

useAnalyzer();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manifests-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const OPEN = {
  apiVersion: "consul.hashicorp.com/v1alpha1",
  kind: "ServiceIntentions",
  metadata: { name: "ledger" },
  spec: { destination: { name: "ledger" }, sources: [{ name: "*", action: "allow" }] },
};
const MERGED = `
defaults: &defaults {action: allow}
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: {name: ledger}
spec: {destination: {name: ledger}, sources: [{name: '*', <<: *defaults}]}
`;
const openFile = path.join(folder, "open.yaml");
fs.writeFileSync(openFile, JSON.stringify(OPEN));
const component = (module: string, kind: string, props: Record<string, unknown>) => ({
  type: `kubernetes:${module}:${kind}`,
  name: "carrier",
  props,
});
const consul = (kind: string, props: Record<string, unknown>, name = "entry") => ({
  type: `consul:index/${kind[0].toLowerCase()}${kind.slice(1)}:${kind}`,
  name,
  props,
});
const entry = (kind: string, name: string, body: unknown) =>
  consul("ConfigEntry", { kind, name, configJson: typeof body === "string" ? body : JSON.stringify(body) });

const WHO = "* → ledger is allowed";
cases("no-wildcard-allow", [
  ...["yaml", "yaml/v2"].flatMap((module) => [
    blocks(`text of ${module}`, [component(module, "ConfigGroup", { yaml: JSON.stringify(OPEN) })], WHO),
    blocks(`objects of ${module}`, [component(module, "ConfigGroup", { objs: [OPEN] })], WHO),
    blocks(`files of ${module}`, [component(module, "ConfigGroup", { files: [openFile] })], WHO),
    blocks(`a file of ${module}`, [component(module, "ConfigFile", { file: openFile })], WHO),
  ]),
  blocks(
    "the second document",
    [component("yaml", "ConfigGroup", { yaml: `a: b\n---\n${JSON.stringify(OPEN)}` })],
    WHO,
  ),
  blocks(
    "a list",
    [component("yaml", "ConfigGroup", { objs: { apiVersion: "v1", kind: "List", items: [OPEN] } })],
    WHO,
  ),
  blocks("a merge key", [component("yaml/v2", "ConfigGroup", { yaml: MERGED })], WHO),
  blocks(
    "another provider's manifest",
    [{ type: "kubectl:index/manifest:Manifest", name: "m", props: { yamlBody: JSON.stringify(OPEN) } }],
    WHO,
  ),
  blocks(
    "a config entry by Consul's API",
    [entry("service-intentions", "ledger", { Sources: [{ Name: "*", Action: "allow" }] })],
    WHO,
  ),
  blocks(
    "one with the keys of HCL",
    [entry("service-intentions", "ledger", { sources: [{ name: "*", action: "allow" }] })],
    WHO,
  ),
  blocks(
    "typed intentions of the provider",
    [consul("ConfigEntryServiceIntentions", { name: "ledger", sources: [{ name: "*", action: "allow" }] })],
    WHO,
  ),
  blocks(
    "its permissions",
    [
      consul("ConfigEntryServiceIntentions", {
        name: "ledger",
        sources: [{ name: "*", permissions: [{ action: "allow", https: [{ pathPrefix: "/" }] }] }],
      }),
    ],
    WHO,
  ),
  blocks(
    "its old kind of intention",
    [consul("Intention", { sourceName: "*", destinationName: "ledger", action: "allow" })],
    WHO,
  ),
  blocks("an entry that is not known", [entry("service-intentions", "ledger", UNKNOWN)], "can't be known"),
  passes("a component beside which its objects stand", [
    component("yaml/v2", "ConfigGroup", { yaml: JSON.stringify({ ...OPEN, spec: { ...OPEN.spec, sources: [] } }) }),
  ]),
]);

cases("intentions-consistent", [
  passes("two of the provider's intentions for one destination, which Consul keeps as one entry", [
    consul("Intention", { sourceName: "web", destinationName: "ledger", action: "allow" }, "one"),
    consul("Intention", { sourceName: "batch", destinationName: "ledger", action: "allow" }, "two"),
  ]),
  passes("a component's text and what it makes of it", [
    component("yaml/v2", "ConfigGroup", { yaml: JSON.stringify(OPEN) }),
    { ...intentions("ledger"), parent: component("yaml/v2", "ConfigGroup", {}) },
  ]),
]);

cases("no-permissive-mtls", [
  blocks(
    "proxy defaults by Consul's API",
    [entry("proxy-defaults", "global", { MutualTLSMode: "permissive" })],
    "mutualTLSMode is permissive",
  ),
  blocks(
    "service defaults, typed",
    [consul("ConfigEntryServiceDefaults", { name: "ledger", mutualTlsMode: "permissive" })],
    "mutualTLSMode is permissive",
  ),
  blocks(
    "the mesh entry, with the keys of HCL",
    [entry("mesh", "mesh", { allow_enabling_permissive_mutual_tls: true })],
    "allowEnablingPermissiveMutualTLS",
  ),
]);

const command = (create: string, more: Record<string, unknown> = {}) => ({
  type: "command:local:Command",
  name: "command",
  props: { create, ...more },
});
const dynamic = (language: string, code: string) => ({
  type: `pulumi-${language}:dynamic:Resource`,
  name: "dynamic",
  props: { __provider: code },
});
const applied = (apiVersion: string, kind: string) => kube(apiVersion, kind, "a", { spec: {} });
const chart = component("helm.sh/v4", "Chart", { chart: "oci://registry.example/shop" });

cases("objects-in-sight", [
  ...[
    "npm ci && npm run build",
    "kubectl -n consul get pods -o json | jq .",
    "kubectl --context=blue wait --for=condition=Ready pod/a",
    "helm version && helm --kube-context blue list",
    "kubectl rollout status deployment/a",
    "ping -c1 consul",
    "curl -fsS https://shop.example/healthz",
    "kubectl config view; oc get routes",
    "kubectl  -n  mesh  -v6  get pods",
    "kubectl auth can-i get pods",
    "helm --namespace a dependency update && /usr/bin/helm template .",
    "consul-k8s status",
    "sudo consul members && consul operator raft list-peers",
    "terraform --version; tofu validate",
    "curl https://consul.example/ui",
    "curl https://shop.example/v1/users https://shop.example/api/v12 https://shop.example/apis/v1",
    "nc -z shop 8504 6443",
    "curl https://shop.example/api/v1/health https://shop.example/api/v1 https://shop.example/api/v1/podsize",
    "curl https://shop.example/api/v1/catalog/books",
    "echo helmsman my-kubectl kubectl.txt",
  ].map((text) => passes(text, [command(text)])),
  passes("a chart, beside what it makes", [chart, { ...workload("shop"), parent: chart }]),
  passes("text that can be read", [component("yaml/v2", "ConfigGroup", { yaml: "kind: ConfigMap\napiVersion: v1" })]),
  passes("a provider for a cluster", [
    { type: "pulumi:providers:kubernetes", name: "p", props: { kubeconfig: UNKNOWN } },
  ]),
  passes("the dynamic resources of this project", [dynamic("nodejs", PROVIDER_CODE)]),
  passes("a dynamic resource that draws a number", [dynamic("nodejs", "exports.handler = () => Math.random()")]),
  passes("a Job, a cloud's bucket", [
    workload("batch", { kind: "Job" }),
    { type: "aws:s3/bucketV2:BucketV2", name: "b", props: { bucket: UNKNOWN } },
  ]),
  ...[
    "kubectl apply -f open.yaml",
    "sudo -E kubectl -n mesh apply -f open.yaml",
    "bash -c 'helm --kube-context a upgrade consul hashicorp/consul'",
    "kubectl exec -n consul consul-server-0 -- consul intention create -allow '*' '*'",
    "/usr/local/bin/consul config write open.hcl",
    "oc adm policy add-scc-to-user privileged -z shop",
    "consul-k8s install -auto-approve",
    "pulumi up --yes",
    "kubectl -n=mesh delete pod a",
    "kubectl --as admin --token=x delete pod a",
    "kubectl auth reconcile -f x",
    "kubectl get pods; kubectl delete pod a",
    "kubectl get pods | oc apply -f -",
    "consul operator raft remove-peer -id=a",
    "(consul kv put a b)",
    "true && consul kv put a b",
    "env consul kv put a b",
    "kubectl delete pod logs",
    "helm uninstall status",
    "consul-k8s uninstall -name status",
    "consul kv put version 1",
    "terraform destroy -target=version",
    "helmfile sync",
    "terraform apply",
    "ansible-playbook open.yml",
  ].map((text) => blocks(text, [command(text)], "which can change what no policy sees")),
  blocks("when it is removed", [command("true", { delete: "kubectl delete serviceintentions --all" })], "runs kubectl"),
  blocks("what an interpreter reads", [command("apply -f x", { interpreter: ["kubectl"] })], "runs kubectl"),
  ...[
    ...["curl http://a/v1/acl/token", "curl http://a/v1/agent/self", "curl http://a/v1/catalog/register"],
    ...["curl http://a/v1/connect/ca", "curl http://a/v1/kv/x", "curl http://a/v1/peering"],
    ...[
      ...[
        "configmaps",
        "namespaces/consul/services",
        "nodes/a",
        "persistentvolumes",
        "pods",
        "secrets",
        "serviceaccounts",
      ].map((path) => `curl https://a/api/v1/${path}`),
      "curl https://a/apis/apps/v1/deployments",
      "curl a/apis/x.io/v1beta1/y",
      "curl https://a:6443/healthz",
    ],
    ...["curl https://a:8500", "curl https://a:8503/x"],
  ].map((text) => blocks(text, [command(text)], "calls an API by hand")),
  blocks("what a command is given to read", [command("sh", { stdin: "kubectl apply -f x" })], "runs kubectl"),
  blocks("when it is updated", [command("true", { update: "helm upgrade a b" })], "runs helm"),
  blocks("an API by hand", [command("curl -X PUT $CONSUL/v1/config -d @open.json")], "calls an API by hand"),
  blocks("a command that is not known", [command(UNKNOWN)], "can't be known"),
  blocks(
    "manifests put where k3s applies them",
    [
      {
        type: "command:remote:CopyToRemote",
        name: "c",
        props: { remotePath: "/var/lib/rancher/k3s/server/manifests" },
      },
    ],
    "runs kubectl",
  ),
  blocks("code like this project's own", [dynamic("nodejs", `${PROVIDER_CODE} `)], "talks to the cluster"),
  blocks("a dynamic provider", [dynamic("nodejs", "require('@kubernetes/client-node')")], "talks to the cluster"),
  blocks(
    "a dynamic provider in Python",
    [dynamic("python", Buffer.from("subprocess.run(['kubectl'])").toString("base64"))],
    "talks to the cluster",
  ),
  ...[
    ["helm.cattle.io/v1", "HelmChart"],
    ["helm.toolkit.fluxcd.io/v2", "HelmRelease"],
    ["kustomize.toolkit.fluxcd.io/v1", "Kustomization"],
    ["argoproj.io/v1alpha1", "Application"],
    ["argoproj.io/v1alpha1", "ApplicationSet"],
    ["kubernetes.crossplane.io/v1alpha2", "Object"],
    ["operators.coreos.com/v1alpha1", "Subscription"],
    ["pulumi.com/v1", "Stack"],
    ["pulumi.com/v1", "Program"],
    ["pulumi.com/v1", "Update"],
    ["app.terraform.io/v1alpha2", "Module"],
    ["apps.open-cluster-management.io/v1", "Subscription"],
    ["fleet.cattle.io/v1alpha1", "Bundle"],
    ["fleet.cattle.io/v1alpha1", "HelmOp"],
    ["addons.cluster.x-k8s.io/v1beta1", "ClusterResourceSet"],
    ["addons.cluster.x-k8s.io/v1alpha1", "HelmChartProxy"],
    ["app.terraform.io/v1alpha2", "Workspace"],
    ["apps.open-cluster-management.io/v1", "Channel"],
    ["fleet.cattle.io/v1alpha1", "GitRepo"],
    ["helm.cattle.io/v1", "HelmChartConfig"],
    ["helm.crossplane.io/v1beta1", "Release"],
    ["helm.m.crossplane.io/v1beta1", "Release"],
    ["infra.contrib.fluxcd.io/v1alpha2", "Terraform"],
    ["kappctrl.k14s.io/v1alpha1", "App"],
    ["kro.run/v1alpha1", "ResourceGraphDefinition"],
    ["kubernetes.m.crossplane.io/v1alpha1", "Object"],
    ["olm.operatorframework.io/v1", "ClusterExtension"],
    ["packaging.carvel.dev/v1alpha1", "PackageInstall"],
    ["tf.upbound.io/v1beta1", "Workspace"],
    ["apiextensions.crossplane.io/v1", "Composition"],
    ["config.projectsveltos.io/v1beta1", "ClusterProfile"],
    ["config.projectsveltos.io/v1beta1", "Profile"],
    ["fluxcd.controlplane.io/v1", "FluxInstance"],
    ["fluxcd.controlplane.io/v1", "ResourceSet"],
    ["policies.kyverno.io/v1alpha1", "GeneratingPolicy"],
    ["policies.kyverno.io/v1alpha1", "NamespacedGeneratingPolicy"],
    ["work.open-cluster-management.io/v1", "ManifestWork"],
    ["work.open-cluster-management.io/v1alpha1", "ManifestWorkReplicaSet"],
  ].map(([version, kind]) =>
    blocks(`${kind} of ${version}`, [applied(version, kind)], "somebody else applies what it stands for"),
  ),
  blocks(
    "one in a component's text",
    [component("yaml/v2", "ConfigGroup", { yaml: "apiVersion: helm.cattle.io/v1\nkind: HelmChart" })],
    "HelmChart: somebody else",
  ),
  ...["ClusterPolicy", "Policy"].map((kind) =>
    blocks(
      `what Kyverno makes by a ${kind}`,
      [kube("kyverno.io/v1", kind, "p", { spec: { rules: [{ validate: {} }, { generate: { kind: "Secret" } }] } })],
      `${kind} p: somebody else applies what it stands for, which cannot be judged. Declare`,
    ),
  ),
  passes("policies of Kyverno's that make nothing", [
    kube("kyverno.io/v1", "ClusterPolicy", "p", { spec: { rules: [{ validate: {} }, { mutate: {} }] } }),
    kube("kyverno.io/v1", "ClusterPolicy", "q", {}),
    kube("example.com/v1", "ClusterPolicy", "r", { spec: { rules: [{ generate: {} }] } }),
  ]),
  passes("kinds that are only called alike", [
    ...[
      ["helm.cattle.io/v1", "HelmChartTest"],
      ["helm.toolkit.fluxcd.io/v2", "OldHelmRelease"],
      ["argoproj.io/v1alpha1", "AppProject"],
      ["argoproj.io/v1alpha1", "ApplicationSets"],
      ["example.com/v1", "HelmRelease"],
    ].map(([version, kind]) => applied(version, kind)),
    { type: "pulumi:providers:aws", name: "p", props: { renderYamlToDirectory: "out" } },
    { type: "command:remote:CopyToRemote", name: "c", props: { remotePath: "/etc/app/manifestsx" } },
    kube("example.com/v1", "Command", "c", { create: "kubectl apply -f x" }),
    dynamic("nodejs", ""),
  ]),
  ...[
    ...["argocd:index/application:Application", "flux:index/bootstrapGit:BootstrapGit", "kustomization:index/x:X"],
    // Terraform's provider, whose package Pulumi makes: https://www.pulumi.com/registry/packages/terraform-provider
    ...["kubernetes:index/manifest:Manifest", "kubernetes:index:Manifest"],
  ].map((type) => blocks(type, [{ type, name: "r", props: {} }], "somebody else applies")),
  passes("a group that only begins like that of Terraform's", [kube("indexes.example/v1", "Index", "i", {})]),
  blocks("another provider's release", [{ type: "helm:index/release:Release", name: "r", props: {} }], "somebody else"),
  ...[
    component("helm.sh/v3", "Chart", { chart: "shop" }),
    chart,
    component("kustomize", "Directory", { directory: "overlays/prod" }),
    component("kustomize/v2", "Directory", { directory: "overlays/prod" }),
  ].map((each) => blocks(`${each.type} alone`, [each], "shows none of the objects that it makes")),
  blocks("a file from elsewhere", [component("yaml", "ConfigFile", { file: "https://x.example/a.yaml" })], "cannot be"),
  blocks("text that is not YAML", [component("yaml", "ConfigGroup", { yaml: "a: [" })], "its text cannot be read"),
  blocks("text that is not known", [component("yaml/v2", "ConfigGroup", { yaml: UNKNOWN })], "is not known yet"),
  blocks(
    "objects that are written into a folder",
    [{ type: "pulumi:providers:kubernetes", name: "p", props: { renderYamlToDirectory: "out" } }],
    "written into a folder",
  ),
  passes("what is exempt", [command("kubectl apply -f crds.yaml")], { config: { exempt: ["command"] } }),
]);

const templated = (bindVars: unknown) =>
  consul("AclBindingRule", { authMethod: "k8s", bindType: "templated-policy", bindName: "builtin/service", bindVars });
const bound = (selector: string) => consul("AclBindingRule", { bindType: "service", bindName: "traefik", selector });
const rules = (text: string) => consul("AclPolicy", { name: "p", rules: text });
cases("no-acl-for-everything", [
  passes("what one service needs", [
    rules('# of its own\nservice "ledger" { policy = "write" }\nservice_prefix "" { policy = "read" }'),
    consul("AclToken", { policies: ["ledger"] }),
    consul("AclBindingRule", { authMethod: "k8s", bindType: "service", bindName: "${serviceaccount.name}" }),
  ]),
  passes("everything in dev", [consul("AclToken", { policies: ["global-management"] })], { stack: "dev" }),
  blocks("all services", [rules('service_prefix "" { policy = "write" }')], "may act as every service"),
  blocks("intentions", [rules('service "ledger" { intentions = "write" }')], "may write the intentions of ledger"),
  blocks("settings in one line", [rules('mesh = "write" operator = "write"')], ["mesh =", "operator ="]),
  blocks("rules in JSON", [rules('{"acl": "write"}')], 'acl = "write"'),
  blocks("rules within a namespace", [rules('namespace "" { acl = "write" }')], 'acl = "write"'),
  blocks("rules that cannot be read", [rules("service {{")], "cannot be read"),
  blocks("rules that are not known", [rules(UNKNOWN)], "can't be known"),
  blocks("a token of management", [consul("AclToken", { policies: ["global-management"] })], "all rights"),
  ...["builtin/global-management", "00000000-0000-0000-0000-000000000001"].map((name) =>
    blocks(`a token of management by ${name}`, [consul("AclToken", { policies: [name] })], "all rights"),
  ),
  passes("policies of names like it", [
    consul("AclToken", { policies: ["not-global-management", "global-management-of-nothing"] }),
  ]),
  blocks(
    "management for some who log in",
    [
      consul("AclBindingRule", {
        authMethod: "k8s",
        bindType: "policy",
        bindName: "global-management",
        selector: "serviceaccount.name==ops",
      }),
    ],
    "all rights",
  ),
  ...["acl", "keyring", "mesh", "operator", "peering"].map((kind) =>
    blocks(`all of ${kind}`, [rules(`${kind} = "write"`)], `${kind} = "write"`),
  ),
  passes("all of it to read", [rules('acl = "read" operator = "read"')]),
  passes("kinds of others that are called the same", [
    kube("example.com/v1", "AclToken", "a", { policies: ["global-management"] }),
  ]),
  blocks("a role of management", [consul("AclRole", { policies: ["global-management"] })], "all rights"),
  blocks("an attachment", [consul("AclTokenPolicyAttachment", { policy: "global-management" })], "all rights"),
  blocks(
    "everybody as one service",
    [consul("AclBindingRule", { authMethod: "k8s", bindType: "service", bindName: "traefik" })],
    "everybody who logs in the rights of traefik",
  ),
  ...[
    "serviceaccount.name!=default",
    "serviceaccount.name not in ops",
    "groups not  contains ops",
    "serviceaccount.name not matches `^x`",
    "serviceaccount.name is not empty",
    'serviceaccount.name != "all in one" and serviceaccount.name != "a==b"',
    "serviceaccount.name not matches `in`",
    "serviceaccount.name!=in-house",
    "serviceaccount.name != in-house",
    "",
  ].map((selector) =>
    blocks(
      `everybody but some as one service: ${selector}`,
      [bound(selector)],
      "AclBindingRule: gives everybody who logs in the rights of traefik. Name",
    ),
  ),
  ...[
    "serviceaccount.name==ops",
    "ops in groups",
    '"ops" in groups and serviceaccount.name != "a"',
    'serviceaccount.name!="a" and "ops" in groups',
    "groups contains ops",
    "serviceaccount.name matches `^ops`",
  ].map((selector) => passes(`some as one service: ${selector}`, [bound(selector)])),
  passes("everybody as himself, by a template", [templated({ name: "${serviceaccount.name}" })]),
  ...[{ name: "traefik" }, undefined].map((bindVars) =>
    blocks(
      `everybody by the template of ${bindVars?.name}`,
      [templated(bindVars)],
      "everybody who logs in the rights of builtin/service",
    ),
  ),
  blocks(
    "everybody as one service, beside the variable of a template",
    [
      consul("AclBindingRule", {
        bindType: "service",
        bindName: "traefik",
        bindVars: { name: "${serviceaccount.name}" },
      }),
    ],
    "everybody who logs in the rights of traefik",
  ),
]);

const ignoring = (resource: ReturnType<typeof kube>, ...ignoreChanges: string[]) => ({ ...resource, ignoreChanges });
cases("no-decision-ignored", [
  passes("a Job, which cannot be changed anyway", [
    {
      ...workload("rotate", {
        kind: "Job",
        annotations: { "consul.hashicorp.com/connect-inject": "false" },
        container: { image: "hashicorp/consul:1.22.7" },
      }),
      ignoreChanges: ["spec"],
    },
  ]),
  passes("the number of pods, an image, somebody else's annotation", [
    ignoring(meshed("ledger"), "spec.replicas", "spec.template.spec.containers[0].image"),
    ignoring(meshed("web"), 'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]'),
    ignoring(intentions("ledger"), "metadata.annotations"),
    ignoring(release(SAFE_VALUES), "version"),
  ]),
  passes("the arguments of a program outside of the mesh", [
    ignoring(workload("batch"), "spec.template.spec.containers[0].args"),
  ]),
  blocks("an intention", [ignoring(intentions("ledger"), "spec")], "ignoreChanges has spec"),
  blocks("a part of it", [ignoring(intentions("ledger"), "spec.sources[0].action")], "spec.sources[0].action"),
  blocks("everything", [ignoring(configEntry("Mesh", "mesh", {}), "*")], "ignoreChanges has *"),
  blocks("a NetworkPolicy", [ignoring(networkPolicy([]), "spec.ingress")], "spec.ingress"),
  blocks("a release's values", [ignoring(release(SAFE_VALUES), "values.global")], "values.global"),
  blocks(
    "the injector's annotations",
    [ignoring(meshed("ledger"), 'spec.template.metadata.annotations["consul.hashicorp.com/connect-inject"]')],
    "connect-inject",
  ),
  ...[
    ...["metadata.labels", "metadata.annotations", "spec.hostNetwork", "spec.hostPID", "spec.shareProcessNamespace"],
    ...[
      "spec.securityContext.runAsUser",
      "spec.serviceAccount",
      "spec.serviceAccountName",
      "spec.volumes",
      "spec.containers",
      "spec.initContainers[0]",
    ],
    ...["args", "command", "env[0].value", "envFrom", "ports", "securityContext", "volumeMounts"].flatMap((key) => [
      `spec.containers[0].${key}`,
      `spec.initContainers[*].${key}`,
    ]),
  ].flatMap((path) => [
    blocks(`a workload's ${path}`, [ignoring(meshed("ledger"), `spec.template.${path}`)], path),
    blocks(
      `a pod's ${path}`,
      [ignoring(kube("v1", "Pod", "traefik", { spec: { containers: [{ image: "traefik:v3.7.9" }] } }), path)],
      path,
    ),
  ]),
  ...[
    ["AclPolicy", "rules"],
    ["AclToken", "policies[0]"],
    ["AclBindingRule", "bindName"],
  ].map(([kind, path]) => blocks(`what ${kind} gives`, [{ ...consul(kind, {}), ignoreChanges: [path] }], path)),
  passes("what else the Consul provider has", [{ ...consul("AclToken", {}), ignoreChanges: ["description"] }]),
  blocks("a whole template", [ignoring(meshed("ledger"), "spec.template")], "spec.template"),
  blocks(
    "a namespace's labels",
    [ignoring(kube("v1", "Namespace", "shop", {}), "metadata.labels")],
    "ignoreChanges has metadata.labels",
  ),
]);
