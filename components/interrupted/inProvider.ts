import type * as pulumi from "@pulumi/pulumi";
import { ClusterApi, withCluster } from "./clusterApi";
import { EntriesAtDestroy, refuseForeignEntries } from "./foreignEntries";
import { freeHeldEntries } from "./heldEntries";
import { holdLostRecord, type ReleaseName } from "./helmRecord";
import { removeRemains } from "./remains";
import { removeStuckHooks } from "./stuckHooks";
import type { ClusterAccess } from "./kubeconfig";

/** What is done when a resource is deleted, by its `task`. */
const TASKS: Record<string, (api: ClusterApi, props: never) => Promise<void>> = {
  entries: async (api, about: EntriesAtDestroy) => {
    await refuseForeignEntries(api, about);
    await freeHeldEntries(api, about);
    await holdLostRecord(api, about.release, about.label);
  },
  remains: (api, { release }: { readonly release: ReleaseName }) => removeRemains(api, release),
  stuckHooks: (api, { release }: { readonly release: ReleaseName }) => removeStuckHooks(api, release),
};

/** The dynamic provider whose code, `providerCode.ts`, is in the stack's state. */
export function handler(): pulumi.dynamic.ResourceProvider {
  let access: ClusterAccess = {};
  if (/dynamic-provider/.test(process.argv[1])) {
    // The CLI holds the other end; a CLI that was killed ends nothing else of it.
    process.stdin.on("end", () => process.exit()).resume();
  }
  return {
    configure: async ({ config }) => {
      const [kubeconfig, context, cluster] = ["kubeconfig", "context", "cluster"].map((key) =>
        config.get(`kubernetes:${key}`),
      );
      access = { kubeconfig, context, cluster };
    },
    create: async (props) => ({ id: props.task, outs: props }),
    update: async (_id, _old, props) => ({ outs: props }),
    delete: async (_id, props) => {
      try {
        await withCluster(access, (api) => TASKS[props.task](api, props as never));
      } catch (error) {
        // Pulumi prints the stack too.
        throw Object.assign(error as Error, { stack: "" });
      }
    },
  };
}
