import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dnsLabelProblems } from "../shared/names";
import { PodPart } from "../shared/podPart";
import { Problem } from "../shared/problems";

/** Where custom resources of Traefik's are served; `true` for all namespaces. */
export type KubernetesCrd = true | KubernetesCrdNamespaces;

export interface KubernetesCrdNamespaces {
  /**
   * Namespaces whose IngressRoutes and other resources of Traefik are served too; in a stack's settings `"*"` alone for all. See
   * docs/routing.md.
   * @setting traefikKubernetesCrdNamespaces
   * @unset none
   */
  readonly namespaces: readonly string[];
}

/** The group and the version of Traefik's custom resources, and their plural names. Source: Traefik 3.7, `traefikio/v1alpha1`. */
const GROUP = "traefik.io";
const RESOURCES = [
  "ingressroutes",
  "ingressroutetcps",
  "ingressrouteudps",
  "middlewares",
  "middlewaretcps",
  "serverstransports",
  "serverstransporttcps",
  "tlsoptions",
  "tlsstores",
  "traefikservices",
];

/**
 * What Traefik's informers list and watch, and nothing else; they wait for all of it, so that leaving out one kind would
 * leave out every route. Source: `WatchAll` in Traefik's `pkg/provider/kubernetes/crd`.
 */
const RULES = [
  { apiGroups: [GROUP], resources: RESOURCES, verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["services", "secrets", "configmaps"], verbs: ["list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
];

/** An object whose rights these are. */
interface Account {
  readonly name: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
}

/**
 * Traefik's Kubernetes CRD provider beside the catalog: its arguments, and its rights, a Role in each namespace, or a
 * ClusterRole where it is to serve all. The definitions of the custom resources have to be there before: they belong to
 * the cluster, and removing them with an ingress would take every resource of theirs along. They are looked up at each
 * preview, which fails where they are not.
 */
export function kubernetesCrdPart(
  name: string,
  crd: KubernetesCrd | undefined,
  account: Account,
  parent: pulumi.Resource,
): PodPart {
  if (crd === undefined) {
    return {};
  }
  const definition = `ingressroutes.${GROUP}`;
  const present = k8s.apiextensions.v1.CustomResourceDefinition.get(`${name}-crd-ingressroutes`, definition, {
    parent,
    transformations: [
      ({ props, opts }) => ({
        // The inputs that a refresh would find: without them each one reports an update.
        props: {
          ...props,
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          metadata: { name: definition },
        },
        opts,
      }),
    ],
  });
  const subjects = [{ kind: "ServiceAccount", name: account.name, namespace: account.namespace }];
  const bind = (kind: "Role" | "ClusterRole") => ({ apiGroup: "rbac.authorization.k8s.io", kind, name: ROLE });
  const options = { parent, dependsOn: [present] };
  const bindings: pulumi.Resource[] = [];
  if (crd === true) {
    // Cluster-wide objects are named for the ingress: there may be several.
    const roleName = pulumi.interpolate`${ROLE}-${account.namespace}`;
    new k8s.rbac.v1.ClusterRole(`${name}-crd-role`, { metadata: { name: roleName }, rules: RULES }, options);
    const roleRef = { ...bind("ClusterRole"), name: roleName };
    const metadata = { name: roleName };
    bindings.push(new k8s.rbac.v1.ClusterRoleBinding(`${name}-crd-binding`, { metadata, roleRef, subjects }, options));
  } else {
    for (const namespace of crd.namespaces) {
      const metadata = { name: ROLE, namespace };
      new k8s.rbac.v1.Role(`${name}-crd-role-${namespace}`, { metadata, rules: RULES }, options);
      const roleRef = bind("Role");
      const bindingName = `${name}-crd-binding-${namespace}`;
      bindings.push(new k8s.rbac.v1.RoleBinding(bindingName, { metadata, roleRef, subjects }, options));
    }
  }
  return {
    dependsOn: bindings,
    args: kubernetesCrdArguments(crd),
  };
}

/** Traefik's arguments for the provider. */
export function kubernetesCrdArguments(crd: KubernetesCrd | undefined): string[] {
  return crd === undefined
    ? []
    : [
        "--providers.kubernetesCRD=true",
        // Nodes are cluster-wide, and only asked for by services of type NodePort that are balanced by node.
        "--providers.kubernetesCRD.disableClusterScopeResources=true",
        ...(crd === true ? [] : [`--providers.kubernetesCRD.namespaces=${crd.namespaces.join(",")}`]),
      ];
}

const ROLE = "traefik-kubernetes-crd";

/** What is wrong with the namespaces to serve. */
export function kubernetesCrdProblems(crd: KubernetesCrd | undefined, path: string): Problem[] {
  if (crd === undefined || crd === true) {
    return [];
  }
  const { namespaces } = crd;
  return [
    ...(namespaces.length === 0
      ? [
          {
            propertyPath: `${path}.namespaces`,
            reason: "is empty, which Traefik takes to mean all; name some, or use true",
          },
        ]
      : []),
    ...namespaces.flatMap((namespace, i) => [
      ...dnsLabelProblems(`${path}.namespaces[${i}]`, namespace),
      ...(namespaces.indexOf(namespace) < i
        ? [{ propertyPath: `${path}.namespaces[${i}]`, reason: `"${namespace}" is listed twice; leave one out` }]
        : []),
    ]),
  ];
}
