import * as semver from "semver";
import { Problem } from "../shared/problems";

/** One line of the Consul chart and what is known to work with it. */
export interface VersionLine {
  /** The chart's `major.minor`; consul-k8s-control-plane and consul-dataplane share it. */
  readonly chart: string;
  /** Consul lines, `major.minor`. */
  readonly consul: readonly string[];
  /** The last Consul version that works with ACLs on, where a later one of the lines does not. */
  readonly lastConsulWithAcls?: string;
  /** Kubernetes lines, `major.minor`, first and last. */
  readonly kubernetes: readonly [first: string, last: string];
}

/**
 * The known pairs, oldest first. Sources: HashiCorp's compatibility matrix for Consul on Kubernetes and the changelog of
 * consul-k8s; 1.5 with Consul 1.20 on Kubernetes 1.34 is what the testbed runs. With ACLs, 1.5 comes up on Consul 1.20.1
 * and never does on 1.20.6 (both observed): the later one rejects the policy that the chart's job writes, for a duplicate
 * argument in it.
 */
export const supportedVersions: readonly VersionLine[] = [
  { chart: "1.5", consul: ["1.19", "1.20"], lastConsulWithAcls: "1.20.1", kubernetes: ["1.27", "1.34"] },
  { chart: "1.6", consul: ["1.20"], kubernetes: ["1.27", "1.30"] },
  { chart: "1.8", consul: ["1.21"], kubernetes: ["1.30", "1.34"] },
  { chart: "1.9", consul: ["1.22"], kubernetes: ["1.30", "1.34"] },
  { chart: "2.0", consul: ["2.0"], kubernetes: ["1.30", "1.34"] },
];

/** The first that keeps an init container running beside the others, without a feature gate. */
export const FIRST_KUBERNETES_WITH_SIDECARS = "1.29.0";

/** The versions of one installation; what is not given is the chart's own choice and is not checked. */
export interface Versions {
  readonly chart: string;
  readonly consul?: string;
  readonly controlPlane?: string;
  readonly dataplane?: string;
  readonly kubernetes?: string;
}

/** Problems of a set of versions, each at the path of its part, with the nearest known version as the remedy. */
export function versionProblems(
  versions: Versions,
  paths: Record<keyof Versions, string>,
  acls: boolean = false,
): Problem[] {
  const chart = semver.parse(versions.chart);
  if (chart === null) {
    const reason = `"${versions.chart}" is not a chart version; use an exact one such as 1.9.11`;
    return [{ propertyPath: paths.chart, reason }];
  }
  const line = supportedVersions.find((l) => l.chart === minorLine(versions.chart));
  if (line === undefined) {
    const near = nearest(
      minorLine(versions.chart),
      supportedVersions.map((l) => l.chart),
    );
    const reason = `chart ${versions.chart} is not among the known lines ${supportedVersions.map((l) => l.chart).join(", ")}; the nearest is ${near}`;
    return [{ propertyPath: paths.chart, reason }];
  }
  const problems: Problem[] = [];
  const outside = (part: keyof Versions, what: string, known: readonly string[]) => {
    const version = versions[part];
    if (version !== undefined && !known.includes(minorLine(version))) {
      // YAML takes 1.30 for a number, 1.3.
      const remedy = known.includes(`${version}0`)
        ? `put ${version}0 in quotes`
        : `use ${what} ${nearest(minorLine(version), known)}`;
      const reason = `${what} ${version} is not known to work with chart ${versions.chart} (known: ${known.join(", ")}); ${remedy}`;
      problems.push({ propertyPath: paths[part], reason });
    }
  };
  outside("consul", "Consul", line.consul);
  const consul = semver.parse(versions.consul);
  if (acls && line.lastConsulWithAcls && consul && semver.gt(consul, line.lastConsulWithAcls)) {
    const reason = `with ACLs on, Consul ${consul.version} does not come up on chart ${versions.chart}; use Consul ${line.lastConsulWithAcls}, or a chart of a later line`;
    problems.push({ propertyPath: paths.consul, reason });
  }
  outside("controlPlane", "consul-k8s-control-plane", [line.chart]);
  outside("dataplane", "consul-dataplane", [line.chart]);
  if (newerKubernetes(versions) === undefined) {
    outside("kubernetes", "Kubernetes", minorLines(...line.kubernetes));
  }
  const kubernetes = semver.coerce(versions.kubernetes);
  if (acls && kubernetes && semver.lt(kubernetes, FIRST_KUBERNETES_WITH_SIDECARS)) {
    const reason = `with ACLs on, Traefik logs in through a sidecar that outlives it, which Kubernetes ${versions.kubernetes} does not know; use 1.29 or later`;
    problems.push({ propertyPath: paths.kubernetes, reason });
  }
  return problems;
}

/** What is not known of a set of versions, and no reason to refuse it: a cluster newer than the table. */
export function versionWarnings(versions: Versions, path: string): Problem[] {
  const last = newerKubernetes(versions);
  const reason = `Kubernetes ${versions.kubernetes} is newer than what was tested with chart ${versions.chart}, up to ${last}; try it first in an environment that may break`;
  return last === undefined ? [] : [{ propertyPath: path, reason }];
}

/** The last known line of Kubernetes, where the cluster is newer; else `undefined`. */
function newerKubernetes({ chart, kubernetes }: Versions): string | undefined {
  const last = supportedVersions.find((line) => line.chart === minorLine(chart))?.kubernetes[1];
  const version = /^v?\d+\.\d+/.test(kubernetes ?? "") ? semver.coerce(kubernetes) : null;
  return last !== undefined && version !== null && semver.gt(`${minorLine(kubernetes!)}.0`, `${last}.0`)
    ? last
    : undefined;
}

/** Charts whose custom resource, and consul-k8s control planes that, have the header criteria `contains` and `ignoreCase`. */
const WITH_CONTAINS = ">=1.5.4 <1.6.0 || >=1.6.1";
const CONSUL_WITH_CONTAINS = ">=1.20.1";

/**
 * The part of an installation that does not know the header criteria `contains` and `ignoreCase`, as `chart 1.5.3`:
 * it would drop them without a word. `undefined` where all that is known does (changelogs of consul-k8s and Consul).
 */
export function partWithoutContains({ chart, controlPlane, consul }: Versions): string | undefined {
  const lacks = (version: string | undefined, range: string) =>
    semver.parse(version) !== null && !semver.satisfies(version!, range, { includePrerelease: true });
  return lacks(chart, WITH_CONTAINS)
    ? `chart ${chart}`
    : lacks(controlPlane, WITH_CONTAINS)
      ? `consul-k8s-control-plane ${controlPlane}`
      : lacks(consul, CONSUL_WITH_CONTAINS)
        ? `Consul ${consul}`
        : undefined;
}

/** The hook `sleep` is known to Kubernetes 1.30, and to the injector's own copy of its types [go.mod of consul-k8s]. */
const KUBERNETES_WITH_SLEEP = ">=1.30.0-0";
const CONTROL_PLANE_WITH_SLEEP = ">=1.5.3-0";

/** The part of an installation that does not know the hook `sleep`, as `Kubernetes 1.29`; `undefined` where all that is known does. */
export function partWithoutSleep({ chart, controlPlane = chart, kubernetes }: Versions): string | undefined {
  const lacks = (version: string | undefined, range: string) =>
    semver.coerce(version) !== null && !semver.satisfies(semver.coerce(version)!, range);
  return lacks(kubernetes, KUBERNETES_WITH_SLEEP)
    ? `Kubernetes ${kubernetes}`
    : lacks(controlPlane, CONTROL_PLANE_WITH_SLEEP)
      ? `consul-k8s-control-plane ${controlPlane}`
      : undefined;
}

/** consul-k8s control planes that make the sidecar a native one where a pod asks for it [consul-k8s changelog], which Kubernetes 1.29 runs. */
const CONTROL_PLANE_WITH_NATIVE_SIDECAR = ">=1.6.9-0 <1.7.0-0 || >=1.8.2-0 <1.9.0-0 || >=1.9.0-0";
const KUBERNETES_WITH_NATIVE_SIDECAR = ">=1.29.0-0";

/** The part of an installation whose sidecars do not end with a job, as `chart 1.5.3`; `undefined` where all that is known do. */
export function partWithoutNativeSidecar({ chart, controlPlane, kubernetes }: Versions): string | undefined {
  const lacks = (version: string | undefined, range: string) =>
    semver.coerce(version) !== null && !semver.satisfies(semver.coerce(version)!, range);
  return lacks(kubernetes, KUBERNETES_WITH_NATIVE_SIDECAR)
    ? `Kubernetes ${kubernetes}`
    : lacks(controlPlane ?? chart, CONTROL_PLANE_WITH_NATIVE_SIDECAR)
      ? controlPlane === undefined
        ? `chart ${chart}`
        : `consul-k8s-control-plane ${controlPlane}`
      : undefined;
}

/** The version in an image reference's tag, `1.10` too; `undefined` without one: no tag, a digest, or a tag like `latest`. */
export function imageVersion(image: string): string | undefined {
  const tag = image.split("@")[0].split("/").pop()?.split(":")[1];
  return tag !== undefined && /^v?\d+\.\d+/.test(tag) ? tag.replace(/^v/, "") : undefined;
}

/** `major.minor` of a version; of `1.34` itself too. */
function minorLine(version: string): string {
  const v = semver.coerce(version);
  return v === null ? version : `${v.major}.${v.minor}`;
}

function nearest(line: string, known: readonly string[]): string {
  const wanted = semver.coerce(line);
  if (wanted === null) {
    return known[known.length - 1];
  }
  const distance = (l: string) => {
    const v = semver.coerce(l)!;
    return Math.abs(v.major - wanted.major) * 1000 + Math.abs(v.minor - wanted.minor);
  };
  return [...known].sort((a, b) => distance(a) - distance(b))[0];
}

function minorLines(first: string, last: string): string[] {
  const from = semver.coerce(first)!;
  const to = semver.coerce(last)!;
  return Array.from({ length: to.minor - from.minor + 1 }, (_, i) => `${from.major}.${from.minor + i}`);
}
