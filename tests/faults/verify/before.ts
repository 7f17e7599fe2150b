import { all, at, created, edited, Fault, firewalled, Harm } from "./harm";

/** A cluster that is not ready for a first `up`, or settings that do not fit it. */

const crd = (plural: string, kind: string, group: string, more: object = {}) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}`, ...more },
  spec: {
    group,
    names: { kind, plural, singular: kind.toLowerCase() },
    scope: "Namespaced",
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
});
const CONSULS = "consul.hashicorp.com";
const labels = { app: "consul" };
const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

/** A kind that is being deleted, and an entry of it whose finalizer nobody removes. */
const stuck: Harm = async () => {
  const { kubectl, poll } = await import("../../e2e/cluster");
  const kind = crd("meshes", "Mesh", CONSULS);
  const entry = {
    apiVersion: `${CONSULS}/v1alpha1`,
    kind: "Mesh",
    metadata: { name: "mesh", namespace: "default", finalizers: [`finalizers.${CONSULS}`] },
  };
  await created(kind)();
  await kubectl("wait", "--for=condition=Established", "crd", kind.metadata.name);
  await poll("an entry", created(entry), () => true);
  await kubectl("delete", "crd", kind.metadata.name, "--wait=false");
  return async () => {
    const free = ["--type=merge", "-p", JSON.stringify({ metadata: { finalizers: null } })];
    await kubectl("patch", kind.metadata.name, "mesh", "-n", "default", ...free);
    await kubectl("wait", "--for=delete", "crd", kind.metadata.name, "--timeout=60s");
  };
};

const record = {
  apiVersion: "v1",
  kind: "Secret",
  type: "helm.sh/release.v1",
  metadata: {
    name: "sh.helm.release.v1.consul.v1",
    namespace: "consul-system",
    labels: { owner: "helm", name: "consul", status: "failed", version: "1" },
  },
};

export const ON_THE_CLUSTER: Record<string, Fault> = {
  "storage-class": {
    harm: edited(at.cluster("storageclass", "local-path"), ({ metadata }) => {
      delete metadata.annotations["storageclass.kubernetes.io/is-default-class"];
    }),
  },
  "node-ports-free": {
    harm: created({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30080 }] },
    }),
  },
  "leftover-crds": { harm: created(crd("meshes", "Mesh", CONSULS)) },
  "stuck-kinds": { harm: stuck },
  "leftover-webhooks": {
    harm: created({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name: "consul-connect-injector", labels },
    }),
  },
  "leftover-roles": {
    harm: created({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "consul-server", labels },
    }),
  },
  "leftover-release": {
    harm: all(created(namespace("consul-system")), created(record)),
    besides: { "namespaces-free": "Helm's record is in the namespace that the stack would make" },
  },
  "leftover-volumes": {
    harm: created({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "earlier" },
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        hostPath: { path: "/nonexistent" },
        claimRef: { namespace: "consul-system", name: "data-consul-system-consul-server-0" },
      },
    }),
  },
  "namespaces-free": { harm: created(namespace("traefik-consul")) },
  "gateway-api-crds": {
    harm: created(
      crd("gateways", "Gateway", "gateway.networking.k8s.io", {
        annotations: {
          "api-approved.kubernetes.io": "unapproved, a test",
          "meta.helm.sh/release-name": "istio",
          "meta.helm.sh/release-namespace": "istio-system",
        },
      }),
    ),
  },
  "injector-reach": {
    harm: firewalled("OUTPUT", async () => ["-d", "10.244.0.0/16", "-p", "tcp", "--dport", "8080", "-j", "REJECT"]),
  },
  "policies-enforced": {
    // Past the testbed's policy engine.
    harm: firewalled("FORWARD", async () => ["-t", "mangle", "-d", "10.244.0.0/16", "-j", "ACCEPT"]),
  },
};

/** Settings that do not fit, in the stack's file. */
export const IN_SETTINGS: Record<string, { settings: Record<string, unknown>; besides?: Fault["besides"] }> = {
  "settings-valid": { settings: { consulServer: 3 } },
  // A set that is known, but not on the testbed's Kubernetes.
  "version-pair": {
    settings: {
      consulChartPath: undefined,
      consulChartVersion: "1.6.9",
      consulK8sImage: "localhost/consul-k8s-control-plane:1.6.9",
      consulDataplaneImage: "localhost/consul-dataplane:1.6.9",
    },
  },
  "node-for-each-server": { settings: { consulServersShareNodes: false } },
  "given-namespaces": { settings: { servicesCreateNamespace: false } },
  "pods-reach": { settings: { consulImage: "localhost/nobody/consul:1.20.1" } },
};
