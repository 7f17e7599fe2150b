import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as yaml from "yaml";
import { givenNameProblems } from "../routing/middlewares";
import { PodPart } from "../shared/podPart";
import { Problem } from "../shared/problems";

/** A plugin of Traefik's, a middleware in Go that it interprets or in WebAssembly: from a folder, or downloaded. */
export interface Plugin {
  /** Its Go module, such as `github.com/traefik/plugindemo`. */
  readonly module: string;
  /** Folder with its source and `.traefik.yml`, relative to the program; mounted, nothing is downloaded. This or `version`. */
  readonly path?: string;
  /** Version that Traefik downloads from its plugin registry at each start, such as `v0.2.2`. */
  readonly version?: string;
}

/** Bytes that a ConfigMap holds at most, less what its metadata takes. */
const CONFIG_MAP_BYTES = 1_000_000;

/** Plugins as Traefik's pod needs them: local ones as a mounted ConfigMap each, remote ones as a place to download to. */
export function pluginsPart(
  name: string,
  plugins: Readonly<Record<string, Plugin>>,
  namespace: pulumi.Input<string>,
  parent: pulumi.Resource,
): PodPart {
  const remote = Object.values(plugins).some(({ version }) => version !== undefined);
  const local = Object.entries(plugins).flatMap(([plugin, { module, path: folder }]) => {
    if (folder === undefined) {
      return [];
    }
    const files = filesOf(folder);
    const volume = `plugin-${plugin}`;
    const config = new k8s.core.v1.ConfigMap(
      `${name}-${volume}`,
      {
        metadata: { name: volume, namespace },
        binaryData: Object.fromEntries(files.map(({ content }, i) => [`file-${i}`, content.toString("base64")])),
      },
      { parent },
    );
    const items = files.map(({ file }, i) => ({ key: `file-${i}`, path: file }));
    return [
      {
        volume: { name: volume, configMap: { name: config.metadata.name, items } },
        // Where Traefik looks for it, below the folder in which it runs.
        mount: { name: volume, mountPath: `/plugins-local/src/${module}`, readOnly: true },
        sum: [`consul-traefik-mesh/plugin-${plugin}-sha256`, sumOf(files)] as const,
      },
    ];
  });
  const storage = { name: "plugins-storage", mountPath: "/plugins-storage" };
  return {
    args: Object.entries(plugins).flatMap(([plugin, { module, version }]) =>
      version === undefined
        ? [`--experimental.localPlugins.${plugin}.moduleName=${module}`]
        : [
            `--experimental.plugins.${plugin}.moduleName=${module}`,
            `--experimental.plugins.${plugin}.version=${version}`,
          ],
    ),
    volumes: [...local.map(({ volume }) => volume), ...(remote ? [{ name: storage.name, emptyDir: {} }] : [])],
    mounts: [...local.map(({ mount }) => mount), ...(remote ? [storage] : [])],
    annotations: Object.fromEntries(local.map(({ sum }) => sum)),
  };
}

interface PluginFile {
  readonly file: string;
  readonly content: Buffer;
}

/** The files of a plugin's folder by their path in it, in a fixed order; those of its tests are not needed. */
function filesOf(folder: string): PluginFile[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.endsWith("_test.go") && !path.relative(folder, file).split(path.sep).includes(".git"))
    .sort()
    .map((file) => ({
      file: path.relative(folder, file).split(path.sep).join("/"),
      content: fs.readFileSync(file),
    }));
}

function sumOf(files: readonly PluginFile[]): string {
  const hash = createHash("sha256");
  files.forEach(({ file, content }) => hash.update(`${file}\0${content.length}\0`).update(content));
  return hash.digest("hex");
}

/** What is wrong with the plugins of an ingress: Traefik switches off all of them for one that it cannot load. */
export function pluginProblems(plugins: Readonly<Record<string, Plugin>>, prefix: string): Problem[] {
  const entries = Object.entries(plugins);
  return entries.flatMap(([name, { module, path: folder, version }], i) => {
    // With what the annotation's name that has its sum begins and ends with.
    const problems: Problem[] = givenNameProblems(`${prefix}.${name}`, name, 63 - "plugin--sha256".length);
    const problem = (input: string, reason: string) =>
      problems.push({ propertyPath: `${prefix}.${name}.${input}`, reason });
    if (!/^[\w.-]+(\/[\w.-]+)+$/.test(module)) {
      problem("module", `"${module}" is not a Go module; use one such as github.com/traefik/plugindemo`);
    }
    const first = entries.findIndex(([, other]) => other.module === module);
    if (first < i) {
      problem("module", `is that of ${entries[first][0]} too, and Traefik takes a module only once; leave one out`);
    }
    if ((folder === undefined) === (version === undefined)) {
      problem("path", "give either the folder with the plugin, or the version that Traefik is to download");
    }
    if (version !== undefined && !/^v\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(version)) {
      problem("version", `"${version}" is not a version of a Go module; use one such as v0.2.2`);
    }
    if (folder !== undefined) {
      problems.push(...folderProblems(folder, module, `${prefix}.${name}.path`));
    }
    return problems;
  });
}

function folderProblems(folder: string, module: string, at: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  let manifest: Record<string, unknown>;
  try {
    manifest = yaml.parse(fs.readFileSync(path.join(folder, ".traefik.yml"), "utf8")) ?? {};
  } catch {
    return problem(`"${folder}" is not a folder with a .traefik.yml that can be read; give the plugin's folder`);
  }
  const missing = ["displayName", "summary", "testData"].filter((key) => manifest[key] === undefined);
  const interpreted = manifest.runtime === undefined || manifest.runtime === "yaegi";
  const bytes = filesOf(folder).reduce((sum, { content }) => sum + (content.length * 4) / 3, 0);
  return [
    ...(missing.length === 0 ? [] : problem(`its .traefik.yml has no ${missing.join(", no ")}; Traefik needs it`)),
    ...(manifest.type === "middleware" ? [] : problem('its .traefik.yml is not of type "middleware"')),
    ...(interpreted && !String(manifest.import ?? "").startsWith(module)
      ? problem(`its .traefik.yml imports ${String(manifest.import)}, which is not in the module ${module}`)
      : []),
    ...(bytes > CONFIG_MAP_BYTES
      ? problem("has more than a ConfigMap holds, 1 MiB; use version, or a smaller one")
      : []),
  ];
}
