import type { OwnThings } from "./bringYourOwn";
import type { ChartValues, ConsulOptions } from "../chart/consulValues";
import type { EgressOptions } from "./egress";
import type { Rotations } from "./rotation";
import type { Tracing } from "./tracing";

/** Where Consul's Helm chart comes from: a local folder, or a repository and a version. */
export interface ConsulChart {
  /**
   * Folder of a local Consul chart, relative to the program. Excludes `repository` and `version`.
   * @setting consulChartPath
   * @unset the repository's
   */
  readonly path?: string;
  /**
   * URL of a Helm repository with the Consul chart.
   * @setting consulChartRepository
   * @default https://helm.releases.hashicorp.com
   */
  readonly repository?: string;
  /**
   * An exact version of the chart, from the repository.
   * @setting consulChartVersion
   * @default 1.9.11
   */
  readonly version?: string;
}

export const HASHICORP_HELM_REPOSITORY = "https://helm.releases.hashicorp.com";
export const DEFAULT_CHART_VERSION = "1.9.11";
export const DEFAULT_CONSUL_NAMESPACE = "consul-system";
/** Where the chart chooses the servers' image: for the command line alone, of Jobs and of Traefik's login. */
export const DEFAULT_CONSUL_CLI_IMAGE = "hashicorp/consul:1.22.7";

export interface ConsulMeshArgs extends ConsulOptions, OwnThings, EgressOptions {
  /**
   * Namespace of Consul, which the mesh makes and owns unless `createNamespace` is `false`.
   * @setting consulNamespace
   * @default consul-system
   */
  readonly namespace?: string;
  /** Where Consul's Helm chart comes from. */
  readonly chart?: ConsulChart;
  /**
   * The cluster's version as `major.minor`, checked against the known pairs.
   * @setting kubernetesVersion
   * @unset not checked
   */
  readonly kubernetesVersion?: string;
  /**
   * Seconds until an installation that does not become ready fails.
   * @default 600
   */
  readonly timeoutSeconds?: number;
  /**
   * Whether Pulumi refuses to delete or replace what holds data or trust: the namespace (with the servers' volumes), the
   * release (with the CA), gossip key and bootstrap token.
   * @setting protect
   * @default false
   */
  readonly protect?: boolean;
  /**
   * Whether a destroy goes on although the cluster has config entries of others, which it deletes with Consul's definitions. Otherwise
   * it stops, and says whose they are. It reads this from the state, so run `up` before the destroy.
   * @setting consulDestroyForeignEntries
   * @default false
   */
  readonly destroyForeignEntries?: boolean;
  /**
   * Whether each sidecar logs its calls as lines of JSON, with the identities of caller and callee; see docs/observability.md. Consul
   * has one ProxyDefaults: with one of your own leave this out, and put `accessLogs` there.
   * @setting consulSidecarAccessLogs
   * @default false
   */
  readonly sidecarAccessLogs?: boolean;
  /**
   * Traces of requests, from Traefik through every sidecar behind it; see docs/observability.md. A change of `endpoint` replaces the
   * pods of every service.
   * @setting tracing
   * @unset none
   */
  readonly tracing?: Tracing;
  /**
   * What to renew, and when it was renewed last.
   * @unset nothing is
   */
  readonly rotations?: Rotations;
  /**
   * Values of the chart for what has no option here; merged last, so they win over every option. Never put a secret here.
   * Refused are keys that the chart does not know or no longer has, values of a wrong type, and changes to what the component
   * relies on; see docs/chart-values.md.
   * @setting consulValues
   * @unset none
   */
  readonly values?: ChartValues;
}
