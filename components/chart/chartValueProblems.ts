import { closest, distance } from "fastest-levenshtein";
import * as semver from "semver";
import { ChartKeys, readChartKeys, ValueTypes } from "./chartKeys";
import { CONSUL_CHART_KEYS, CONSUL_CHART_VERSIONS } from "./consulChartKeys";
import { isLater } from "../shared/later";
import { Problem } from "../shared/problems";

/** Values that older lines of Consul's chart had, and what to do in place of each. */
export const GONE_VALUES: Readonly<Record<string, string>> = {
  apiGateway: "gone as of chart 1.5; use connectInject.apiGateway",
  "client.snapshotAgent": "gone as of chart 1.0; use server.snapshotAgent",
  "connectInject.apiGateway.resources":
    "gone as of chart 1.2; use connectInject.apiGateway.managedGatewayClass.resources",
  "connectInject.centralConfig": "gone; declare ProxyDefaults and ServiceDefaults instead",
  "connectInject.certs": "gone; the chart makes the webhook's certificate, so leave it out",
  "connectInject.cleanupController": "gone; the injector does it by itself, so leave it out",
  "connectInject.cni.updateStrategy": "gone as of chart 1.7; leave it out",
  "connectInject.healthChecks": "gone; the injector does it by itself, so leave it out",
  "connectInject.imageEnvoy": "gone; use global.imageConsulDataplane",
  "connectInject.prepareDataplanesUpgrade": "gone as of chart 1.0; leave it out",
  controller: "gone as of chart 1.0; its work is the injector's, so leave it out",
  "global.adminPartitions.service": "gone as of chart 1.0; use server.exposeService",
  "global.bootstrapACLs": "gone; use global.acls.manageSystemACLs",
  "global.cloud": "gone as of chart 2.0, with the link to HCP; leave it out",
  "global.consulSidecarContainer": "gone as of chart 1.0; use connectInject.sidecarProxy",
  "global.imageEnvoy": "gone as of chart 1.0; use global.imageConsulDataplane, which has its own Envoy",
  "global.imageK8s": "gone; use global.imageK8S",
  "global.lifecycleSidecarContainer": "gone; use connectInject.sidecarProxy",
  "global.peering.tokenGeneration": "gone as of chart 1.0; peering goes through mesh gateways, so leave it out",
  "global.secretsBackend.vault.consulSnapshotAgentRole":
    "gone as of chart 1.0; use global.secretsBackend.vault.consulServerRole",
  "global.secretsBackend.vault.controller": "gone as of chart 1.1; use global.secretsBackend.vault.connectInject",
  "global.secretsBackend.vault.controllerRole":
    "gone as of chart 1.1; use global.secretsBackend.vault.connectInjectRole",
  grafana: "gone; install Grafana by its own chart",
  "ingressGateways.defaults.initCopyConsulContainer": "gone as of chart 1.0; leave it out",
  "meshGateway.enableHealthChecks": "gone; leave it out",
  "meshGateway.globalMode": "gone; declare ProxyDefaults with spec.meshGateway.mode instead",
  "meshGateway.imageEnvoy": "gone; use global.imageConsulDataplane",
  "meshGateway.initCopyConsulContainer": "gone as of chart 1.0; leave it out",
  "meshGateway.service.enabled": "gone as of chart 1.0; the Service is always there, so leave it out",
  "server.disableFsGroupSecurityContext": "gone; use global.openshift.enabled",
  "server.enterpriseLicense": "gone; use global.enterpriseLicense",
  "telemetryCollector.cloud": "gone as of chart 2.0, with the link to HCP; leave it out",
  "terminatingGateways.defaults.initCopyConsulContainer": "gone as of chart 1.0; leave it out",
};

/** Each letter of `ValueTypes` in words. */
const IN_WORDS: Record<string, string> = {
  b: "true or false",
  d: 'the string "-"',
  s: "a string",
  n: "a number",
  m: "a map",
  o: "a map",
  l: "a list",
  S: "a list of strings",
  M: "a list of maps",
};

/** A chart of Consul's: a folder, or else a version of the published one. */
export interface ChartOrigin {
  readonly path?: string;
  /** An exact version; `undefined` where it is not known, and nothing is judged. */
  readonly version?: string;
}

/**
 * What is wrong with values for a chart: a key that it does not know, with the nearest one that it does; a value of
 * another type than the chart takes; one that is gone since an older line; and null, which Pulumi drops on the way. A
 * value that is an Output is not looked into. Offline: a folder is read, the published chart's values are in a table.
 *
 * Where the published chart is newer than the table, it may know keys that the table does not: such keys are `doubts`,
 * for a warning, not problems. A chart of a line that the table does not have is not judged.
 */
export function chartValueProblems(
  values: Readonly<Record<string, unknown>>,
  chart: ChartOrigin,
  prefix: string,
): { problems: Problem[]; doubts: Problem[] } {
  const found = { problems: [] as Problem[], doubts: [] as Problem[] };
  const { path, version } = chart;
  const newest = version && newestOfLine(version);
  if (!version || !newest) {
    return found;
  }
  const published = publishedKeys(version, newest);
  const keys = path === undefined ? published : ownKeys(path, published);
  const unsure = path === undefined && semver.gt(version, newest);

  const judge = (value: unknown, key: string): void => {
    if (value === undefined || isLater(value)) {
      return;
    }
    const propertyPath = `${prefix}.${key}`;
    const problem = (reason: string) => found.problems.push({ propertyPath, reason });
    const types = keys.get(key);
    if (Object.hasOwn(GONE_VALUES, key) && !types) {
      problem(`is ${GONE_VALUES[key]}`);
    } else if (types === undefined && unsure) {
      const reason = `is not known to chart ${newest}, the newest one that is known here; if ${version} does not know it either, it ignores it`;
      found.doubts.push({ propertyPath, reason });
    } else if (types === undefined) {
      problem(unknownKey(key, keys, path === undefined ? `chart ${version}` : `the chart in ${path}`));
    } else if (types === "") {
      return;
    } else if (value === null) {
      if (!types.includes("z")) {
        problem(
          `is null, which @pulumi/kubernetes drops before version 4.30, so the chart's default would stay; use ${emptyOf(types)}`,
        );
      }
    } else if (!isOf(value, types)) {
      problem(`is ${inWords(value)}; the chart takes ${typesInWords(types)}${yamlRemedy(value, types)}`);
    } else if (types.includes("o")) {
      Object.entries(value as object).forEach(([inner, each]) => judge(each, `${key}.${inner}`));
    }
  };
  Object.entries(values).forEach(([key, value]) => judge(value, key));
  return found;
}

/**
 * The values of the chart in a folder; what it says nothing of has the type that the published one has there. For a
 * folder without a values.yaml that can be read, those of the published one.
 */
function ownKeys(folder: string, published: ChartKeys): ChartKeys {
  try {
    return new Map([...readChartKeys(folder)].map(([key, types]) => [key, types || (published.get(key) ?? "")]));
  } catch {
    return published;
  }
}

/** A key that the chart does not know: known to other versions, or with the nearest known ones. */
function unknownKey(key: string, keys: ChartKeys, chart: string): string {
  const other = (ROWS.find((row) => row.key === key)?.ranges ?? []).map(([from, to]) => `${from} to ${to}`);
  if (other.length > 0) {
    return `is not known to ${chart}, but to the published ${other.join(" and ")}; leave it out, or take such a chart`;
  }
  const parent = key.slice(0, key.lastIndexOf(".") + 1);
  const name = key.slice(parent.length);
  const siblings = [...keys.keys()].filter((k) => k.startsWith(parent) && !k.slice(parent.length).includes("."));
  // A name that is spelt right may stand in the wrong place.
  const moved = [...keys.keys()].filter((k) => k.endsWith(`.${name}`));
  // Of none, none is the closest.
  const near = closest(key, siblings) as string | undefined;
  const far = near === undefined || distance(near, key) > Math.max(2, name.length / 3);
  const meant = moved.length > 0 && far ? closest(key, moved) : near;
  return `is not known to ${chart}, which would ignore it; ${meant === undefined ? "leave it out" : `did you mean "${meant}"?`}`;
}

function isOf(value: unknown, types: ValueTypes): boolean {
  return [...types].some((type) => {
    switch (type) {
      case "b":
        return typeof value === "boolean";
      case "d":
        return value === "-";
      case "s":
        return typeof value === "string";
      case "n":
        return typeof value === "number";
      case "m":
      case "o":
        return isMap(value);
      case "l":
        return Array.isArray(value);
      case "S":
        return Array.isArray(value) && value.every((each) => typeof each === "string" || isLater(each));
      case "M":
        return Array.isArray(value) && value.every((each) => isMap(each) || isLater(each));
      default:
        return false;
    }
  });
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typesInWords(types: ValueTypes): string {
  return [...new Set([...types].flatMap((type) => IN_WORDS[type] ?? []))].join(" or ");
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) {
    return `the list ${JSON.stringify(value)}`;
  }
  return isMap(value)
    ? "a map"
    : `the ${typeof value === "boolean" ? "truth value" : typeof value} ${JSON.stringify(value)}`;
}

/** The chart writes many parts of a pod as a template of YAML in a string. */
function yamlRemedy(value: unknown, types: ValueTypes): string {
  return typeof value === "object" && types.includes("s") ? ", with YAML in it" : "";
}

function emptyOf(types: ValueTypes): string {
  return /[sd]/.test(types)
    ? '""'
    : /[lSM]/.test(types)
      ? "[]"
      : /[mo]/.test(types)
        ? "its keys one by one"
        : "a value";
}

/** The newest version of the published chart's line that the table has. */
function newestOfLine(version: string): string | undefined {
  return CONSUL_CHART_VERSIONS.filter((v) => line(v) === line(version)).at(-1);
}

/** What published charts know, by their versions: to look for it takes a while. */
const PUBLISHED = new Map<string, ChartKeys>();

/** What the published chart of a version knows; what the newest one of its line does, where that is older. */
function publishedKeys(version: string, newest: string): ChartKeys {
  const at = semver.gt(version, newest) ? newest : version;
  const keys =
    PUBLISHED.get(at) ?? new Map(ROWS.flatMap(({ key, types, ranges }) => (isIn(at, ranges) ? [[key, types]] : [])));
  PUBLISHED.set(at, keys);
  return keys;
}

interface Row {
  readonly key: string;
  readonly types: ValueTypes;
  readonly ranges: readonly (readonly string[])[];
}

/** The table of consulChartKeys.ts. */
const ROWS: readonly Row[] = CONSUL_CHART_KEYS.trim()
  .split("\n")
  .flatMap((text) => {
    const [parent, ...entries] = text.split(" ");
    return entries.map((entry) => {
      const [key, ranges = `${CONSUL_CHART_VERSIONS[0]}-${CONSUL_CHART_VERSIONS.at(-1)}`] = entry.split("@");
      const [name, types] = key.split(":");
      return {
        key: parent === "-" ? name : `${parent}.${name}`,
        types,
        ranges: ranges.split(",").map((range) => range.split("-")),
      };
    });
  });

function isIn(version: string, ranges: Row["ranges"]): boolean {
  return ranges.some(([from, to]) => semver.gte(version, from) && semver.lte(version, to));
}

function line(version: string): string {
  const v = semver.parse(version);
  return v === null ? version : `${v.major}.${v.minor}`;
}
