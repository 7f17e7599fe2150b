import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "yaml";
import { DEFAULT_EXTERNAL_PORTS } from "./bringYourOwn";
import { ChartValues, CONSUL_NAME, consulValues, mergeValues } from "../chart/consulValues";
import {
  imageVersion,
  partWithoutContains,
  partWithoutNativeSidecar,
  partWithoutSleep,
  Versions,
} from "../chart/consulVersions";
import { namedImage } from "../chart/heldValues";
import { Problem } from "../shared/problems";
import { ConsulMeshArgs, DEFAULT_CHART_VERSION, DEFAULT_CONSUL_NAMESPACE } from "./consulMeshArgs";
import { Reached, reachProblems } from "./meshReach";

/** What is known of a mesh by its arguments. */
export function knownOf(args: ConsulMeshArgs) {
  return {
    authMethod: args.acls ? `${CONSUL_NAME}-k8s-auth-method` : undefined,
    consulImage: namedImage(args, args.values ?? {}, "consul").image,
    kubernetesVersion: args.kubernetesVersion,
    partWithoutContains: meshPartWithoutContains(args),
    partWithoutSleep: meshPartWithoutSleep(args),
    partWithoutNativeSidecar: meshPartWithoutNativeSidecar(args),
    cni: usesCni(args.values),
    caRotation: args.rotations?.ca,
    tracing: args.tracing,
  };
}

/** `host:port` of the HTTPS API of a mesh of these arguments. */
export function apiAddressOf({ externalServers, namespace = DEFAULT_CONSUL_NAMESPACE }: ConsulMeshArgs): string {
  const { hosts, httpsPort = DEFAULT_EXTERNAL_PORTS.httpsPort } = externalServers ?? {};
  return hosts === undefined ? `${CONSUL_NAME}-server.${namespace}.svc:8501` : `${hosts[0]}:${httpsPort}`;
}

/** The command that brings the UI of a mesh of these arguments to this machine; `undefined` for external servers. */
export function uiPortForwardOf({ externalServers, namespace = DEFAULT_CONSUL_NAMESPACE }: ConsulMeshArgs) {
  return externalServers === undefined
    ? `kubectl --namespace ${namespace} port-forward service/${CONSUL_NAME}-ui 8501:443`
    : undefined;
}

/** Problems of a namespace that a mesh of these arguments has to reach; see `reachProblems`. */
export function meshReachProblems(
  args: ConsulMeshArgs,
  namespace: { readonly name: string; readonly made: boolean },
  reached: Reached,
  prefix = "",
): Problem[] {
  const values = mergeValues(consulValues(args), args.values ?? {});
  const listed = args.namespacesWithoutInjection?.indexOf(namespace.name) ?? -1;
  return reachProblems(values, namespace.name, reached, namespace.made, `${prefix}values`).map((problem) =>
    listed >= 0 && problem.propertyPath.endsWith("namespaceSelector")
      ? { ...problem, propertyPath: `${prefix}namespacesWithoutInjection[${listed}]` }
      : problem,
  );
}

/** Whether Kubernetes Services reach the catalog of a mesh of these arguments. */
export function syncsCatalog(args: ConsulMeshArgs): boolean {
  const { enabled, toConsul } = mergeValues(consulValues(args), args.values ?? {}).syncCatalog as ChartValues;
  return enabled === true && toConsul !== false;
}

/** Whether the chart's values have a CNI plugin redirect the pods' traffic, instead of an init container with rights. */
export function usesCni(values: ChartValues = {}): boolean {
  const { cni } = (values.connectInject ?? {}) as { cni?: { enabled?: boolean } };
  return cni?.enabled === true;
}

/** The versions of what a mesh consists of, where its arguments tell. */
export function consulMeshVersions(args: ConsulMeshArgs): Versions {
  const version = (part: "consul" | "controlPlane" | "dataplane") => {
    const { image } = namedImage(args, args.values ?? {}, part);
    return image === undefined ? undefined : imageVersion(image);
  };
  return {
    chart: chartOrigin(args).version ?? "",
    consul: version("consul"),
    controlPlane: version("controlPlane"),
    dataplane: version("dataplane"),
    kubernetes: args.kubernetesVersion,
  };
}

/** What of a mesh is too old for the header criteria `contains` and `ignoreCase`; `undefined` where nothing is known to be. */
export function meshPartWithoutContains(args: ConsulMeshArgs): string | undefined {
  return partWithoutContains(consulMeshVersions(args));
}

/** What of a mesh or its cluster is too old for pods that wait before they stop; `undefined` where nothing is known to be. */
export function meshPartWithoutSleep(args: ConsulMeshArgs): string | undefined {
  return partWithoutSleep(consulMeshVersions(args));
}

/** What of a mesh or its cluster is too old for a sidecar that ends with a job; `undefined` where nothing is known to be. */
export function meshPartWithoutNativeSidecar(args: ConsulMeshArgs): string | undefined {
  return partWithoutNativeSidecar(consulMeshVersions(args));
}

/** The chart that the mesh takes, and its version: as given, or as a folder's `Chart.yaml` says; `undefined` without one. */
export function chartOrigin({ chart = {} }: ConsulMeshArgs): { path?: string; version?: string } {
  return chart.path === undefined
    ? { version: chart.version ?? DEFAULT_CHART_VERSION }
    : { path: chart.path, version: localChartVersion(chart.path) };
}

/** The version in a chart folder's `Chart.yaml`; `undefined` where there is none. */
function localChartVersion(folder: string): string | undefined {
  try {
    return yaml.parse(fs.readFileSync(path.join(folder, "Chart.yaml"), "utf8")).version;
  } catch {
    return undefined;
  }
}
