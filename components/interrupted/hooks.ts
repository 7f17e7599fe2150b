import * as pulumi from "@pulumi/pulumi";
import { ClusterAccess, ClusterApi, withCluster } from "./clusterApi";
import { refuseForeign } from "./foreign";
import { allowUpgrade, describeRelease, forgetRelease, helmRecords, ReleaseName } from "./helmRecord";

/** Label of a namespace that a stack made, by which it is known also where the state has lost it. */
const STACK_LABEL = "consul-traefik-mesh/stack";

/** The labels of what this stack makes. */
export function stackLabels(): Record<string, string> {
  const whole = `${pulumi.getProject()}.${pulumi.getStack()}`.replace(/[^A-Za-z0-9._-]/g, "_");
  return { [STACK_LABEL]: whole.slice(0, 63).replace(/[^A-Za-z0-9]+$/, "") };
}

/**
 * Options of a namespace that the stack is to own: it is labelled as the stack's, and refused where it is there already and is
 * somebody else's.
 */
export function owned(name: string, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  const [label] = Object.entries(stackLabels());
  if (opts.provider !== undefined || !reachesCluster(opts.parent)) {
    return opts;
  }
  const refuse = (args: pulumi.ResourceHookArgs) => refuseForeign(args, access(), label);
  const hook = new pulumi.ResourceHook(`${name}-foreign`, refuse, { onDryRun: true });
  return { ...opts, hooks: { beforeCreate: [hook] } };
}

/** Whether the cluster of a resource's children is the default provider's, the only one that the way to is known of. */
export function reachesCluster(parent: pulumi.Resource | undefined): boolean {
  return parent?.getProvider("kubernetes:core/v1:Namespace") === undefined;
}

/**
 * Lets Helm go on where a run of Pulumi was interrupted. A release that the state does not know, in a namespace of the stack's own,
 * is an interrupted run's: Helm forgets it, and installs it anew over what is there, which it takes over. Another is refused. One
 * that the state does know can be upgraded after any end of the operation before.
 */
export function interruptedReleaseHooks(
  name: string,
  release: ReleaseName,
  parent: pulumi.Resource,
): pulumi.ResourceHookBinding | undefined {
  if (!reachesCluster(parent)) {
    return undefined;
  }
  const asked = (what: (api: ClusterApi) => Promise<unknown>) => () => withCluster(access(), what);
  const create = asked(async (api) => {
    const latest = (await helmRecords(api, release)).at(-1);
    const [[label, value]] = Object.entries(stackLabels());
    const ours = async (path: string) => (await api.get(path))?.metadata.labels?.[label] === value;
    if (latest !== undefined && !(await ours(`/api/v1/namespaces/${release.namespace}`))) {
      throw new Error(
        `Helm's release ${release.namespace}/${release.name} is there already, and not in a namespace that this stack made: ` +
          `${describeRelease(latest)}. Uninstall it or choose another namespace; or hand it over to this stack, which will ` +
          `delete it one day: kubectl label namespace ${release.namespace} ${label}=${value}`,
      );
    }
    await forgetRelease(api, release);
  });
  const update = asked((api) => allowUpgrade(api, release));
  return {
    beforeCreate: [new pulumi.ResourceHook(`${name}-reinstall`, create)],
    beforeUpdate: [new pulumi.ResourceHook(`${name}-upgrade`, update)],
  };
}

/** The cluster that the default provider uses. */
function access(): ClusterAccess {
  const config = new pulumi.Config("kubernetes");
  return { kubeconfig: config.get("kubeconfig"), context: config.get("context") };
}
