import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { transformSync } from "@swc/core";
import type { ReleaseName } from "./helmRecord";
import { reachesCluster, stackLabels } from "./hooks";

/** What the provider's code is made of; the last is its beginning. */
const MODULES = ["clusterApi", "objects", "helmRecord", "foreignEntries", "remains", "stuckHooks", "inProvider"];

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

/** What is done when it is deleted itself, as `inProvider.ts` has it, and the resource's type. */
const TASKS = { remains: "Remains", entries: "EntriesGuard", stuckHooks: "StuckHooks" } as const;

class AtDestroy extends pulumi.CustomResource {
  constructor(name: string, task: keyof typeof TASKS, props: object, opts: pulumi.CustomResourceOptions) {
    super(`pulumi-nodejs:dynamic/consul-traefik-mesh:${TASKS[task]}`, name, { task, ...props }, opts);
  }
}

/**
 * Makes what does something at a destroy, after what depends on it is gone; nothing where the cluster cannot be asked. As a child of
 * what it depends on it would not depend on it.
 */
export type MakeAtDestroy = (name: string, opts: pulumi.ResourceOptions) => pulumi.Resource[];

/**
 * What has a destroy of a mesh leave nothing of a release that Pulumi does not know of, or that ended badly; go on where Helm would
 * wait for a hook that cannot run; and stop where entries of others would go with the mesh, unless `foreignEntries` says that they may.
 */
export function atDestroy(
  name: string,
  release: ReleaseName,
  foreignEntries: boolean,
  parent: pulumi.Resource,
): Record<"removeRemains" | "removeStuckHooks" | "guardEntries", MakeAtDestroy> {
  if (!reachesCluster(parent)) {
    const nothing = () => [];
    return { removeRemains: nothing, removeStuckHooks: nothing, guardEntries: nothing };
  }
  const provider = new ClusterProvider(`${name}-cluster`, { parent });
  const __provider = providerCode();
  const [label] = Object.entries(stackLabels());
  const make =
    (task: keyof typeof TASKS, props: object): MakeAtDestroy =>
    (name, opts) => [new AtDestroy(name, task, { __provider, release, ...props }, { ...opts, provider })];
  return {
    removeRemains: make("remains", {}),
    removeStuckHooks: make("stuckHooks", {}),
    guardEntries: make("entries", { label, foreignEntries }),
  };
}
