import * as pulumi from "@pulumi/pulumi";
import type { ReleaseName } from "./helmRecord";
import { stackLabels, recordHooks } from "./hooks";
import { PROVIDER_CODE } from "./providerCode";
import { wayInputs, wayTo } from "./way";

/** Pulumi's dynamic provider for the cluster of a resource's children. Its default would hold all of the configuration. */
class ClusterProvider extends pulumi.ProviderResource {
  constructor(name: string, parent: pulumi.Resource) {
    super("pulumi-nodejs", name, wayInputs(parent), { parent });
  }
}

/** What is done when it is deleted itself, as `inProvider.ts` has it, and the resource's type. */
const TASKS = { remains: "Remains", entries: "EntriesGuard", stuckHooks: "StuckHooks" } as const;

/**
 * Pulumi's own dynamic provider does it, at a plain `pulumi destroy` too, when the program is not run and hooks are not called. The
 * code goes into the state whole, so that a destroy does what the last `up` meant, from any checkout.
 */
class AtDestroy extends pulumi.CustomResource {
  constructor(name: string, task: keyof typeof TASKS, props: object, opts: pulumi.CustomResourceOptions) {
    const inputs = { task, __provider: PROVIDER_CODE, ...props };
    super(`pulumi-nodejs:dynamic/consul-traefik-mesh:${TASKS[task]}`, name, inputs, opts);
  }
}

/**
 * The same by the provider of a component package, which has the code itself: a program in another language has no packages of Node.js
 * beside it, where Pulumi's dynamic provider looks for its own.
 */
class AtDestroyOfPackage extends pulumi.CustomResource {
  constructor(name: string, task: keyof typeof TASKS, props: object, opts: pulumi.CustomResourceOptions) {
    super(`consul-traefik-mesh:index:${TASKS[task]}`, name, { task, ...props }, opts);
  }
}

let inPackage = false;

/** Has the provider of a component package do what is done at a destroy; to be called before any component is made. */
export function byProviderOfPackage(): void {
  inPackage = true;
}

/** Makes what does something at a destroy, after what depends on it is gone. As a child of what it depends on it would not depend on it. */
export type MakeAtDestroy = (name: string, opts: pulumi.ResourceOptions) => pulumi.Resource;

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
  const way = wayTo(parent);
  const provider = inPackage ? undefined : new ClusterProvider(`${name}-cluster`, parent);
  const [label] = Object.entries(stackLabels());
  const make =
    (task: keyof typeof TASKS, props: object): MakeAtDestroy =>
    (name, opts) =>
      provider === undefined
        ? new AtDestroyOfPackage(name, task, { access: wayInputs(parent), release, ...props }, opts)
        : new AtDestroy(name, task, { release, ...props }, { ...opts, provider });
  return {
    removeRemains: make("remains", {}),
    removeStuckHooks: make("stuckHooks", {}),
    guardEntries: (its, opts) =>
      make("entries", { label, foreignEntries })(its, { ...opts, hooks: recordHooks(its, release, way) }),
  };
}
