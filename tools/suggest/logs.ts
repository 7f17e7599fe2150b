import { Cluster, each, KubernetesObject } from "../access/cluster";
import { CallLog, Observed } from "./calls";

const INJECTED = "consul.hashicorp.com/connect-inject-status=injected";
/** A pod with several ports has several sidecars [consul-k8s webhook]. */
const SIDECAR = /^consul-dataplane(-|$)/;
/** By which calls go to destinations outside [consul-k8s chart]: it answers in their name, and logs as their sidecar would. */
const GATEWAYS = "component=terminating-gateway";
const GATEWAY = /^terminating-gateway$/;
const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The seconds of a time such as `1h`. */
export function secondsOf(time: string): number {
  const [, count, unit] = /^([1-9]\d*)([smhd])$/.exec(time) ?? [];
  if (unit === undefined) {
    throw new Error(`--since "${time}" is not a time; use one such as 30m, 1h or 2d`);
  }
  return Number(count) * UNITS[unit];
}

/** Whose logs were read. */
export interface LogSources {
  readonly sidecars: number;
  readonly gateways: number;
}

/** The calls that the logs of sidecars and gateways tell of. Errors: access logs are off, no sidecar is there, no call was seen. */
export async function readCalls(cluster: Cluster, seconds: number): Promise<{ observed: Observed; read: LogSources }> {
  await cluster.get("/version").catch((error: Error) => {
    throw new Error(`the cluster does not answer: ${error.message}. Is it the one of kubectl's context? See --context`);
  });
  const defaults = await cluster.list("/apis/consul.hashicorp.com/v1alpha1/proxydefaults");
  if (!defaults.some(({ spec }) => spec?.accessLogs?.enabled)) {
    throw new Error(
      "the sidecars do not log calls: set consulSidecarAccessLogs to true in the stack that makes the mesh, run pulumi up, and let traffic come",
    );
  }
  const logsOf = async (label: string, name: RegExp) =>
    (await cluster.list("/api/v1/pods", label)).flatMap((pod) => logsOfPod(pod, name));
  const sidecars = await logsOf(INJECTED, SIDECAR);
  const gateways = await logsOf(GATEWAYS, GATEWAY);
  const log = new CallLog();
  await each([...sidecars, ...gateways], async (path) => {
    await cluster.lines(`${path}&sinceSeconds=${seconds}`, log.add).catch((error) => {
      // It has gone, or has not begun.
      if (![400, 404].includes(error.status)) {
        throw error;
      }
    });
  });
  const observed = log.observed();
  if (Object.values(observed).every((calls) => calls.length === 0)) {
    throw new Error(
      sidecars.length === 0
        ? "no pod of the cluster has a sidecar"
        : `no calls were seen in the logs of ${counted(sidecars.length, "sidecar")}: let traffic come, or look further back with --since. A sidecar logs a call when it ends`,
    );
  }
  return { observed, read: { sidecars: sidecars.length, gateways: gateways.length } };
}

/** Where the logs of a pod's containers of that name are: of those that run, and of those that ran before a restart. */
function logsOfPod({ metadata, spec, status = {} }: KubernetesObject, wanted: RegExp): string[] {
  const containers: KubernetesObject[] = [...(spec.initContainers ?? []), ...spec.containers];
  const states: KubernetesObject[] = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return containers
    .filter(({ name }) => wanted.test(name))
    .flatMap(({ name }) => {
      const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/log?container=${name}`;
      const restarts = states.find((state) => state.name === name)?.restartCount ?? 0;
      return restarts > 0 ? [path, `${path}&previous=true`] : [path];
    });
}

/** What was seen, in words. */
export function inWords({ calls, refused, strangers }: Observed, read: LogSources, since: string): string {
  const count = [...calls, ...refused, ...strangers].reduce((sum, each) => sum + each.count, 0);
  const gateways = read.gateways === 0 ? "" : ` and ${counted(read.gateways, "gateway")}`;
  return `Seen in ${since}, in the logs of ${counted(read.sidecars, "sidecar")}${gateways}: ${counted(count, "call")}.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
