import * as fs from "node:fs";
import * as path from "node:path";
import * as semver from "semver";
import * as yaml from "yaml";
import { readChartKeys, ValueTypes } from "../components/chart/chartKeys";
import { GONE_VALUES } from "../components/chart/chartValueProblems";

/**
 * Writes components/chart/consulChartKeys.ts anew, from the folders of every version of Consul's chart that it is to know:
 *
 *     helm pull hashicorp/consul --version 1.9.11 --untar --untardir charts/1.9.11
 *     npx ts-node tools/chartKeys.ts charts/<version>/consul... > components/chart/consulChartKeys.ts
 */
function main(folders: readonly string[]): void {
  const charts = folders
    .map((folder) => {
      const { version } = yaml.parse(fs.readFileSync(path.join(folder, "Chart.yaml"), "utf8")) as { version: string };
      // Without the suffix that a checkout between two releases has.
      return { version: semver.coerce(version)!.version, keys: readChartKeys(folder) };
    })
    .sort((a, b) => semver.compare(a.version, b.version));
  const versions = charts.map((chart) => chart.version);
  const all = new Map<string, { types: ValueTypes; versions: Set<string> }>();
  for (const { version, keys } of charts) {
    for (const [key, types] of keys) {
      const known = all.get(key) ?? { types, versions: new Set() };
      known.types = known.types && types && [...new Set(known.types + types)].join("");
      known.versions.add(version);
      all.set(key, known);
    }
  }

  const lines = new Map<string, string[]>();
  for (const [key, { types, versions: its }] of all) {
    const dot = key.lastIndexOf(".");
    // The templates name these only to refuse them.
    if (!(key in GONE_VALUES && types === "")) {
      const line = lines.get(key.slice(0, Math.max(dot, 0))) ?? [];
      line.push(`${key.slice(dot + 1)}:${types}${its.size === versions.length ? "" : `@${ranges(versions, its)}`}`);
      lines.set(key.slice(0, Math.max(dot, 0)), line);
    }
  }
  const text = [...lines].map(([parent, keys]) => `${parent || "-"} ${keys.join(" ")}`);
  console.log(`/**
 * The values that Consul's chart knows: names and types, read by tools/chartKeys.ts from the chart of each version. A line is
 * a map and its keys; a key has its types (see chartKeys.ts) and, where not all versions have it, those that do.
 */
export const CONSUL_CHART_VERSIONS: readonly string[] = \`
${versions.join(" ")}
\`
  .trim()
  .split(" ");

export const CONSUL_CHART_KEYS = \`
${text.join("\n")}
\`;`);
}

/** The versions as ranges of neighbours: `1.5.6-1.5.9,1.6.3-2.0.3`. */
function ranges(versions: readonly string[], its: ReadonlySet<string>): string {
  const found: string[] = [];
  versions.forEach((version, i) => {
    if (its.has(version) && !its.has(versions[i - 1])) {
      const end = versions.findIndex((v, j) => j > i && !its.has(v));
      found.push(`${version}-${end < 0 ? versions.at(-1) : versions[end - 1]}`);
    }
  });
  return found.join(",");
}

main(process.argv.slice(2));
