import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { transformSync } from "@swc/core";
import type { ReleaseName } from "./helmRecord";
import { reachesCluster } from "./hooks";

/** What the provider's code is made of; the last is its beginning. */
const MODULES = ["clusterApi", "objects", "helmRecord", "remains", "inProvider"];

/**
 * Code for Pulumi's own dynamic provider, which runs it at a plain `pulumi destroy` too, when the program is not run and hooks are
 * not called. It goes into the state whole, so that a destroy does what the last `up` meant, from any checkout. The SDK's own way
 * to make such code of functions cannot: it stops at Node's modules.
 */
export function providerCode(): string {
  const extension = path.extname(__filename);
  const compiled = (module: string) => {
    const source = fs.readFileSync(path.join(__dirname, module + extension), "utf8");
    return extension === ".ts" ? transformSync(source, COMPILATION).code : source;
  };
  return [
    "const modules = {",
    ...MODULES.map((module) => `"./${module}": (exports, require) => {\n${compiled(module)}},`),
    "};",
    "const loaded = {};",
    "function load(name) {",
    "  if (modules[name] === undefined) return require(name);",
    "  if (loaded[name] === undefined) modules[name]((loaded[name] = {}), load);",
    "  return loaded[name];",
    "}",
    `exports.handler = load("./${MODULES.at(-1)}").handler;`,
  ].join("\n");
}

/** Without comments and blanks, as each write of the state writes it. */
const COMPILATION = {
  swcrc: false,
  minify: true,
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  module: { type: "commonjs" },
} as const;

/** Pulumi's dynamic provider for the cluster of the default Kubernetes provider. Its default would hold all of the configuration. */
class ClusterProvider extends pulumi.ProviderResource {
  constructor(name: string, opts: pulumi.ResourceOptions) {
    const config = new pulumi.Config("kubernetes");
    const access = {
      "kubernetes:kubeconfig": config.getSecret("kubeconfig"),
      "kubernetes:context": config.get("context"),
    };
    super("pulumi-nodejs", name, access, opts);
  }
}

/** Removes, when it is deleted itself, what Helm left of a release that it no longer knows of; see `removeRemains`. */
class Remains extends pulumi.CustomResource {
  constructor(name: string, release: ReleaseName, opts: pulumi.CustomResourceOptions) {
    const props = { __provider: providerCode(), task: "remains", release };
    super("pulumi-nodejs:dynamic/consul-traefik-mesh:Remains", name, props, opts);
  }
}

/**
 * What has a destroy leave nothing of a release that Pulumi does not know of, or that ended badly. Once after the release, where
 * entries that nobody lets go of would hold its namespace; and once after the namespace, with which Helm's record goes.
 */
export function removedRemains(
  name: string,
  release: ReleaseName,
  parent: pulumi.Resource,
): {
  readonly afterNamespace: pulumi.Resource[];
  readonly afterRelease: (namespace: pulumi.Resource) => pulumi.Resource[];
} {
  if (!reachesCluster(parent)) {
    return { afterNamespace: [], afterRelease: () => [] };
  }
  const opts = { parent, provider: new ClusterProvider(`${name}-cluster`, { parent }) };
  const afterNamespace = [new Remains(`${name}-remains`, release, opts)];
  return {
    afterNamespace,
    afterRelease: (namespace) => [
      new Remains(`${name}-release-remains`, release, { ...opts, dependsOn: [...afterNamespace, namespace] }),
    ],
  };
}
