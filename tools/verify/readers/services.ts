import { plainGet, each, KubernetesObject } from "../../access/cluster";
import { ConsulAnswer } from "../../access/consulClient";
import { Instance, NotRead, ServiceFacts, SidecarFacts, Source } from "../reading";
import { answeringConsul } from "./consul";
import { leavingPods, livingPods, podFacts } from "./kubernetes";

const SIDECAR = "consul-dataplane";
const PLURALS: Record<string, string> = {
  Deployment: "deployments",
  StatefulSet: "statefulsets",
  DaemonSet: "daemonsets",
};

export async function readServices(source: Source): Promise<ServiceFacts[]> {
  const cluster = await source.cluster();
  const { services } = await source.read("declared");
  const consul = await answeringConsul(source);
  return each(services, async ({ name, workloads }) => {
    const [instances, proxies] = await Promise.all(
      [name, `${name}-sidecar-proxy`].map(async (its) => (await consul.get(`health/service/${its}`)).map(instance)),
    );
    return {
      name,
      instances,
      proxies,
      workloads: await each(workloads, async (workload) => {
        const { kind, namespace, name: workloadName, tags } = workload;
        const object = await cluster.find(`/apis/apps/v1/namespaces/${namespace}/${PLURALS[kind]}/${workloadName}`);
        const labels = Object.entries(object?.spec.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
        const pods =
          object === undefined ? [] : await cluster.list(`/api/v1/namespaces/${namespace}/pods`, labels.join(","));
        const wanted = kind === "DaemonSet" ? object?.status.desiredNumberScheduled : object?.spec.replicas;
        return {
          name: workloadName,
          wanted: workload.replicas ?? wanted ?? 1,
          tags,
          leaving: leavingPods(pods),
          pods: livingPods(pods).map((pod) => ({
            ...podFacts(pod),
            injected: isInjected(pod),
          })),
        };
      }),
    };
  });
}

export function isInjected({ spec }: KubernetesObject): boolean {
  return [...(spec.initContainers ?? []), ...spec.containers].some(({ name }) => name === SIDECAR);
}

function instance({ Service, Checks }: ConsulAnswer): Instance {
  const failing = Checks.filter((check: ConsulAnswer) => check.Status !== "passing");
  return {
    pod: Service.Meta?.["pod-name"] ?? "",
    address: Service.Address,
    tags: Service.Tags ?? [],
    failing: failing.map((check: ConsulAnswer) => `${check.Name}: ${check.Output || check.Status}`),
  };
}

/** Envoy's own page, on the loopback of its pod. */
const ENVOY_ADMIN = 19000;

export async function readSidecars(source: Source): Promise<SidecarFacts[]> {
  const cluster = await source.cluster();
  const { services: declared } = await source.read("declared");
  const services = await source.read("services");
  const pods = services.flatMap(({ name, workloads }) =>
    workloads.flatMap((workload) =>
      workload.pods
        .filter((pod) => pod.injected && pod.ready)
        .map((pod) => ({
          service: name,
          pod: pod.name,
          namespace: declared.find((its) => its.name === name)!.namespace,
        })),
    ),
  );
  return each(pods, async ({ service, pod, namespace }) => {
    const nothing = { service, pod, connected: false, rejected: [], enforces: false, leafNotAfter: 0 };
    try {
      return await cluster.through(namespace, pod, ENVOY_ADMIN, async (port) => {
        const [stats, listeners, clusters, certs] = await Promise.all(
          [
            "/stats?filter=^control_plane.connected_state$&format=json",
            "/config_dump?resource=dynamic_listeners",
            "/config_dump?resource=dynamic_active_clusters",
            "/certs",
          ].map((page) => plainGet(port, page)),
        );
        return {
          service,
          pod,
          connected: JSON.parse(stats.text).stats?.some((stat: { value: number }) => stat.value === 1) ?? false,
          rejected: [...refusals(JSON.parse(listeners.text)), ...refusals(JSON.parse(clusters.text))],
          enforces: enforces(JSON.parse(listeners.text)),
          leafNotAfter: leafEnd(JSON.parse(certs.text)),
        };
      });
    } catch (error) {
      return { ...nothing, error: (error as Error).message };
    }
  });
}

/** What stands in a dump of Envoy's configuration as refused, while it goes on with what it had before; once for each reason. */
function refusals({ configs = [] }: { configs?: { name?: string; error_state?: { details?: string } }[] }): string[] {
  const found = new Map<string, string | undefined>();
  for (const { name, error_state: error } of configs) {
    if (error !== undefined) {
      const reason = error.details ?? "refused";
      found.set(reason, found.get(reason) ?? name);
    }
  }
  return [...found].map(([reason, name]) => (name === undefined ? reason : `${name}: ${reason}`));
}

/** Whether the listener of calls from the mesh checks them, as it is now: one that it drains may be of another mind. */
function enforces({ configs = [] }: { configs?: { name?: string; active_state?: unknown }[] }): boolean {
  const inbound = configs.filter(({ name }) => name?.startsWith("public_listener"));
  const rbac = /envoy\.filters\.(http|network)\.rbac/;
  return inbound.length > 0 && inbound.every((its) => rbac.test(JSON.stringify(its.active_state ?? {})));
}

/** When the certificate ends that Envoy shows; the mesh's is the one with a name of SPIFFE. */
function leafEnd({ certificates = [] }: ConsulAnswer): number {
  const leaves = certificates
    .flatMap(({ cert_chain: chain }: ConsulAnswer) => chain ?? [])
    .filter(({ subject_alt_names: names }: ConsulAnswer) =>
      (names ?? []).some((name: { uri?: string }) => name.uri?.startsWith("spiffe://")),
    );
  return Math.max(0, ...leaves.map((leaf: { expiration_time: string }) => Date.parse(leaf.expiration_time)));
}

/** For readers that have no use for what is missing. */
export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw new NotRead(what);
  }
  return value;
}
