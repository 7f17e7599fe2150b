import { PROVIDER_CODE } from "../components/interrupted/providerCode";
import { unseen } from "./lib/carriers";
import { at, Json, list } from "./lib/json";
import { ClusterObject } from "./lib/objects";
import { policy } from "./lib/policy";

/** Kinds by which a controller in the cluster applies what a policy never sees, by their API group. */
const APPLIERS: Record<string, readonly string[]> = {
  "addons.cluster.x-k8s.io": ["ClusterResourceSet", "HelmChartProxy"],
  "apiextensions.crossplane.io": ["Composition"],
  "app.terraform.io": ["Workspace", "Module"],
  "apps.open-cluster-management.io": ["Channel", "Subscription"],
  "argoproj.io": ["Application", "ApplicationSet"],
  "config.projectsveltos.io": ["ClusterProfile", "Profile"],
  "fleet.cattle.io": ["Bundle", "GitRepo", "HelmOp"],
  "fluxcd.controlplane.io": ["FluxInstance", "ResourceSet"],
  "helm.cattle.io": ["HelmChart", "HelmChartConfig"],
  "helm.crossplane.io": ["Release"],
  "helm.m.crossplane.io": ["Release"],
  "helm.toolkit.fluxcd.io": ["HelmRelease"],
  "infra.contrib.fluxcd.io": ["Terraform"],
  "kappctrl.k14s.io": ["App"],
  "kro.run": ["ResourceGraphDefinition"],
  "kubernetes.crossplane.io": ["Object"],
  "kubernetes.m.crossplane.io": ["Object"],
  "kustomize.toolkit.fluxcd.io": ["Kustomization"],
  "olm.operatorframework.io": ["ClusterExtension"],
  "operators.coreos.com": ["Subscription"],
  "packaging.carvel.dev": ["PackageInstall"],
  "policies.kyverno.io": ["GeneratingPolicy", "NamespacedGeneratingPolicy"],
  "pulumi.com": ["Program", "Stack", "Update"],
  "tf.upbound.io": ["Workspace"],
  "work.open-cluster-management.io": ["ManifestWork", "ManifestWorkReplicaSet"],
};
/** Providers of Pulumi's that do the same. */
const PROVIDERS = ["argocd", "flux", "helm", "kubernetes", "kustomization"];

/** Programs that change a cluster or Consul wherever a command names them, and what they only ask. */
const PROGRAMS: readonly (readonly [program: string, asks: RegExp])[] = [
  [
    "kubectl|oc",
    /^(api-resources|api-versions|auth can-i|cluster-info|config|describe|diff|events|explain|get|logs|rollout status|top|version|wait)\b/,
  ],
  ["helm", /^(dependency|env|get|history|lint|list|ls|package|pull|repo|search|show|status|template|verify|version)\b/],
  ["consul-k8s", /^(config|proxy|status|troubleshoot|version)\b/],
  // The name of a program is the name of a namespace, too: only where a command begins.
  [
    "(?<=(?:^|[;&|(`\n\"']|\\b(?:sudo|exec|xargs|env|time)|--)\\s*(?:\\S*/)?)consul",
    /^(catalog|info|members|monitor|operator raft list-peers|validate|version|watch)\b/,
  ],
  ["helmfile|kapp|argocd|flux|terraform|tofu|pulumi|ansible-playbook", /^(validate|version|--version)\b/],
];
/** Options before the verb that have a value of their own. */
const OPTIONS =
  /\s*(?:(?:-[nsf]|--(?:namespace|context|kube-context|kubeconfig|cluster|user|server|token|as))[\s=]+\S+\s+|-\S+\s+)*/;
/** An API that is asked by hand: of Kubernetes' first group what is its alone, since applications have an `/api/v1` too. */
const API =
  /(?<!\/api)\/v1\/(acl|agent|catalog|config|connect|kv|peering)\b|\/api\/v1\/(configmaps|namespaces|nodes|persistentvolumes|pods|secrets|serviceaccounts)\b|\/apis\/[\w.-]+\/v\d|:(6443|850[0-3])\b/;

/** What the code of a dynamic provider that reaches into the mesh speaks of. */
const TALKS = /\b(kubectl|kubeconfig|kubernetes|client-node|helm|consul)\b/i;

/**
 * The engine shows a policy resources, not what these do: whatever applies objects by other ways than Pulumi's
 * Kubernetes and Consul providers can open the mesh past every other policy.
 */
export const objectsInSight = policy({
  name: "objects-in-sight",
  description: "Whatever changes the cluster or Consul can be judged before it does.",
  severity: "high",
  remedy:
    "Declare it as resources of the Kubernetes or Consul provider, or exempt this resource; see docs/policies.md#out-of-sight",
  *object(object) {
    const { group, kind, body } = object;
    const applies = Object.hasOwn(APPLIERS, group) && APPLIERS[group].includes(kind);
    if (applies || PROVIDERS.includes(group) || generates(object)) {
      yield "somebody else applies what it stands for, which cannot be judged";
    }
    if (group === "pulumi:providers" && kind === "kubernetes" && body.renderYamlToDirectory) {
      yield "its objects are written into a folder, so none of them is known to be in the cluster";
    }
    yield* changesOf(commandOf(object));
    if (/^pulumi-(nodejs|python)$/.test(group) && TALKS.test(codeOf(body))) {
      yield "its provider's code talks to the cluster or to Consul";
    }
  },
  *stack(_, __, resources) {
    yield* unseen(resources);
  },
});

/** Whether a policy of Kyverno's makes objects; others only judge or change what is made. */
function generates({ group, body }: ClusterObject): boolean {
  return group === "kyverno.io" && list(at(body, "spec", "rules")).some((rule) => at(rule, "generate") !== undefined);
}

/** What a resource of the command provider runs. */
function commandOf({ group, kind, body }: ClusterObject): string {
  if (group !== "command") {
    return "";
  }
  if (kind !== "Command") {
    // A folder that a kubelet or k3s applies.
    return /\/manifests\b/.test(String(body.remotePath)) ? "kubectl apply" : "";
  }
  const [interpreter, ...texts] = ["interpreter", "create", "update", "delete", "stdin"].map((key) =>
    [body[key] ?? ""].flat().map(String).join(" "),
  );
  return texts.map((text) => `${interpreter} ${text}`).join("\n");
}

/** The code of a dynamic provider, but for this project's own: text, or Python's pickled in base64. */
function codeOf(body: Json): string {
  const code = String(at(body, "__provider"));
  if (code === PROVIDER_CODE) {
    return "";
  }
  return `${code} ${Buffer.from(code, "base64").toString("latin1")}`;
}

function* changesOf(text: string): Iterable<string> {
  for (const [programs, asks] of PROGRAMS) {
    for (const { 0: program, index } of text.matchAll(new RegExp(`(?<![\\w-])(?:${programs})(?![\\w.:/-])`, "g"))) {
      const verb = text
        .slice(index + program.length)
        .split(/[;&|\n]/)[0]
        .replace(OPTIONS, "");
      if (!asks.test(verb)) {
        yield `it runs ${program}, which can change what no policy sees`;
        return;
      }
    }
  }
  const [api] = API.exec(text) ?? [];
  if (api !== undefined) {
    yield `it calls an API by hand (${api})`;
  }
}
