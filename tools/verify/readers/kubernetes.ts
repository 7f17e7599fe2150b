import { Cluster, each, KubernetesObject } from "../../access/cluster";
import {
  ClusterFacts,
  ConsulWorkloads,
  GroundFacts,
  PodFacts,
  PolicyFacts,
  ReleaseFacts,
  Source,
  Workload,
} from "../reading";

/** What any cluster has. */
export async function readCluster(source: Source): Promise<ClusterFacts> {
  const nothing = { version: "", nodes: [], storageClasses: [], dnsEndpoints: 0 };
  let cluster: Cluster;
  let version: string;
  try {
    cluster = await source.cluster();
    version = (await cluster.get("/version")).gitVersion.replace(/^v/, "");
  } catch (error) {
    return { ...nothing, error: (error as Error).message };
  }
  const [nodes, classes, dns] = await Promise.all([
    cluster.list("/api/v1/nodes"),
    cluster.list("/apis/storage.k8s.io/v1/storageclasses"),
    cluster
      .list("/api/v1/namespaces/kube-system/endpoints", "k8s-app in (kube-dns, coredns)")
      .then((found) =>
        found.length > 0 ? found : cluster.list("/api/v1/namespaces/kube-system/endpoints", "k8s-app=kube-dns"),
      ),
  ]);
  return {
    version,
    nodes: nodes.map(({ metadata, spec, status }) => ({
      name: metadata.name,
      ready: conditionOf(status, "Ready")?.status === "True",
      schedulable:
        spec.unschedulable !== true &&
        !(spec.taints ?? []).some((taint: KubernetesObject) => ["NoSchedule", "NoExecute"].includes(taint.effect)),
    })),
    storageClasses: classes.map(({ metadata }) => ({
      name: metadata.name,
      default: metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
    })),
    dnsEndpoints: dns.flatMap(({ subsets = [] }) =>
      subsets.flatMap((subset: KubernetesObject) => subset.addresses ?? []),
    ).length,
  };
}

/** Rights that an `up` of the whole stack needs; with `*` for a namespace, in each. */
const RIGHTS: readonly (readonly [group: string, resource: string])[] = [
  ["", "namespaces"],
  ["", "secrets"],
  ["", "configmaps"],
  ["", "services"],
  ["", "serviceaccounts"],
  ["apps", "deployments"],
  ["apps", "statefulsets"],
  ["batch", "jobs"],
  ["policy", "poddisruptionbudgets"],
  ["networking.k8s.io", "networkpolicies"],
  ["rbac.authorization.k8s.io", "clusterroles"],
  ["rbac.authorization.k8s.io", "clusterrolebindings"],
  ["rbac.authorization.k8s.io", "roles"],
  ["rbac.authorization.k8s.io", "rolebindings"],
  ["apiextensions.k8s.io", "customresourcedefinitions"],
  ["admissionregistration.k8s.io", "mutatingwebhookconfigurations"],
  ["admissionregistration.k8s.io", "validatingwebhookconfigurations"],
  ["consul.hashicorp.com", "serviceintentions"],
  ["consul.hashicorp.com", "servicedefaults"],
];
const VERBS = ["create", "get", "patch", "delete"];

/** Asks the API server what the user of the kubeconfig may do. */
export async function readPermissions(source: Source): Promise<{ refused: string[] }> {
  const cluster = await source.cluster();
  const wanted = RIGHTS.flatMap(([group, resource]) => VERBS.map((verb) => ({ group, resource, verb })));
  const answers = await each(wanted, async (attributes) => {
    const review = await cluster.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: attributes },
    });
    return { ...attributes, allowed: review.status.allowed === true };
  });
  return {
    refused: answers
      .filter(({ allowed }) => !allowed)
      .map(({ group, resource, verb }) => `${verb} ${group === "" ? resource : `${resource}.${group}`}`),
  };
}

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const CONSULS_GROUP = ".consul.hashicorp.com";
const GATEWAY_GROUP = ".gateway.networking.k8s.io";

const SPARE_RECORD = "sh.helm.release.v1.consul.v0";

/** What an earlier installation left, and what is somebody else's. */
export async function readGround(source: Source): Promise<GroundFacts> {
  const cluster = await source.cluster();
  const { settings } = await source.read("settings");
  const namespace = settings?.consul.namespace ?? "consul-system";
  const names = [namespace, settings?.traefik.namespace ?? "traefik-consul", settings?.servicesNamespace];
  const [namespaces, crds, mutating, validating, roles, bindings, secrets, volumes, services] = await Promise.all([
    cluster.list("/api/v1/namespaces"),
    cluster.list(CRDS),
    cluster.list(`${ADMISSION}/mutatingwebhookconfigurations`),
    cluster.list(`${ADMISSION}/validatingwebhookconfigurations`),
    cluster.list("/apis/rbac.authorization.k8s.io/v1/clusterroles"),
    cluster.list("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"),
    cluster.list("/api/v1/secrets", "owner=helm,name=consul"),
    cluster.list("/api/v1/persistentvolumes"),
    cluster.list("/api/v1/services"),
  ]);
  const consuls = crds.filter(({ metadata }) => metadata.name.endsWith(CONSULS_GROUP));
  const stuck = await each(consuls, async ({ metadata, spec }) => {
    const version = spec.versions.find((each: KubernetesObject) => each.storage).name;
    const entries = await cluster.list(`/apis/${spec.group}/${version}/${spec.names.plural}`);
    return entries
      .filter((entry) => entry.metadata.deletionTimestamp !== undefined)
      .map(
        (entry) => `${spec.names.kind} ${nameOf(entry)}${metadata.deletionTimestamp ? ", whose kind goes too" : ""}`,
      );
  });
  // The names that the chart gives what is not in a namespace: each begins with that of the release.
  const consulsOwn = (object: KubernetesObject) =>
    object.metadata.name.startsWith("consul-") &&
    (object.metadata.labels?.app === "consul" ||
      object.metadata.annotations?.["meta.helm.sh/release-name"] === "consul");
  return {
    namespaces: namespaces
      .filter(({ metadata }) => names.includes(metadata.name))
      .map(({ metadata, status }) => ({ name: metadata.name, phase: status.phase })),
    crds: consuls.map(({ metadata }) => ({
      name: metadata.name,
      release: releaseOf(metadata),
      deleting: metadata.deletionTimestamp !== undefined,
    })),
    webhooks: [...mutating, ...validating].filter(consulsOwn).map(({ metadata }) => metadata.name),
    clusterRoles: [...roles, ...bindings].filter(consulsOwn).map(({ metadata }) => metadata.name),
    releases: secrets
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map(({ metadata: { name, labels } }) =>
        name === SPARE_RECORD
          ? `${name}: a destroy did not finish; pulumi destroy of its stack does, see docs/recovery.md`
          : `${name} (${labels.status})`,
      ),
    volumes: volumes
      .filter(
        ({ spec }) =>
          spec.claimRef?.namespace === namespace && spec.claimRef.name.startsWith(`data-${namespace}-consul-`),
      )
      .map(({ metadata, spec }) => `${metadata.name}, of the claim ${spec.claimRef.name}`),
    nodePorts: services.flatMap((service) =>
      (service.spec.ports ?? [])
        .filter((port: KubernetesObject) => port.nodePort !== undefined)
        .map((port: KubernetesObject) => ({ port: port.nodePort as number, service: nameOf(service) })),
    ),
    stuck: stuck.flat(),
    gatewayCrds: crds
      .filter(({ metadata }) => metadata.name.endsWith(GATEWAY_GROUP))
      .map(({ metadata }) => ({ name: metadata.name, owner: releaseOf(metadata) ?? "nobody's release" })),
  };
}

/** `namespace/release` of Helm's, by its own annotations. */
function releaseOf({ annotations = {} }: KubernetesObject): string | undefined {
  const release = annotations["meta.helm.sh/release-name"];
  return release === undefined ? undefined : `${annotations["meta.helm.sh/release-namespace"]}/${release}`;
}

export function nameOf({ metadata }: KubernetesObject): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

function conditionOf(status: KubernetesObject | undefined, type: string): KubernetesObject | undefined {
  return (status?.conditions ?? []).find((condition: KubernetesObject) => condition.type === type);
}

/** A pod that is going is none any more. */
export function livingPods(pods: readonly KubernetesObject[]): KubernetesObject[] {
  return pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && !["Succeeded", "Failed"].includes(status.phase),
  );
}

export function leavingPods(pods: readonly KubernetesObject[]): string[] {
  return pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(({ metadata }) => metadata.name);
}

export function podFacts({ metadata, status }: KubernetesObject): PodFacts {
  const ready = conditionOf(status, "Ready");
  return {
    name: metadata.name,
    ip: status.podIP ?? "",
    ready: ready?.status === "True",
    reason: ready?.status === "True" ? undefined : whyNotReady(status),
  };
}

/** The first thing that a container waits for; else what the pod's own conditions say. */
function whyNotReady(status: KubernetesObject): string {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const { name, state = {}, lastState = {} } of containers) {
    const waiting = state.waiting?.reason;
    if (waiting !== undefined && waiting !== "PodInitializing") {
      const ended = lastState.terminated;
      const last = ended === undefined ? "" : `, ended with ${ended.exitCode} (${ended.reason})`;
      return `${name}: ${waiting}${last}${state.waiting.message ? `: ${state.waiting.message}` : ""}`;
    }
  }
  const scheduled = conditionOf(status, "PodScheduled");
  if (scheduled?.status === "False") {
    return `not scheduled: ${scheduled.message}`;
  }
  const unready = containers.filter((container) => !container.ready && container.state?.terminated === undefined);
  return unready.length > 0 ? `not ready: ${unready.map(({ name }) => name).join(", ")}` : status.phase;
}

/** A workload of `apps/v1` and its pods; `undefined` where there is none. */
export async function workload(
  cluster: Cluster,
  plural: string,
  namespace: string,
  name: string,
): Promise<Workload | undefined> {
  const object = await cluster.find(`/apis/apps/v1/namespaces/${namespace}/${plural}/${name}`);
  if (object === undefined) {
    return undefined;
  }
  const labels = Object.entries(object.spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
  const all = await cluster.list(`/api/v1/namespaces/${namespace}/pods`, labels.join(","));
  const pods = livingPods(all).map(podFacts);
  const ready = pods.filter((pod) => pod.ready).length;
  return { name, wanted: object.spec.replicas ?? 1, ready, pods, leaving: leavingPods(all) };
}

export async function readConsulWorkloads(source: Source): Promise<ConsulWorkloads> {
  const cluster = await source.cluster();
  const { namespace } = await meshOf(source);
  const [servers, injector, catalogSync] = await Promise.all([
    workload(cluster, "statefulsets", namespace, "consul-server"),
    workload(cluster, "deployments", namespace, "consul-connect-injector"),
    workload(cluster, "deployments", namespace, "consul-sync-catalog"),
  ]);
  return { servers, injector, catalogSync };
}

/** Of a mesh whose destroy was interrupted: components/interrupted/helmRecord.ts makes it. */
export async function readRelease(source: Source): Promise<ReleaseFacts> {
  const { mesh } = await source.read("declared");
  const record = `/api/v1/namespaces/${mesh?.namespace}/secrets/${SPARE_RECORD}`;
  const found = mesh === undefined ? undefined : await (await source.cluster()).find(record);
  return { spare: found && `${mesh?.namespace}/${SPARE_RECORD}` };
}

/** The mesh that the stack declares, or joins. */
export async function meshOf(source: Source) {
  const { mesh } = await source.read("declared");
  if (mesh === undefined) {
    throw new Error("the stack has no mesh");
  }
  return mesh;
}

export async function readPolicies(source: Source): Promise<PolicyFacts> {
  const cluster = await source.cluster();
  const { networkPolicies } = await source.read("declared");
  const found = await each(networkPolicies, async ({ namespace, name }) =>
    (await cluster.find(`/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`)) === undefined
      ? [`${namespace}/${name}`]
      : [],
  );
  return { missing: found.flat(), declared: networkPolicies.length };
}
