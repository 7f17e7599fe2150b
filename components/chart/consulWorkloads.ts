import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ChartValues, CONSUL_NAME } from "./consulValues";
import { isOwnGateway, TERMINATING_GATEWAY } from "./terminatingGateway";

/**
 * Waits for what the chart runs, each workload on its own, so that what needs only one of them does not wait for all: Helm's
 * own wait ends seconds after the last pod is ready, and of a pod that does not come up it tells nothing but the time-out.
 *
 * The injector, and so what needs it, waits for the servers too. While these restart, news of pods that go may take longer than
 * the pods go on serving; and a pod that starts just then goes on asking the address that its server had (consul-k8s' connect-init
 * has no time limit for a connection): it stays in its init container for minutes, or for good.
 *
 * Each is a patch with the release's revision: a new revision writes it again, and so waits for the roll-out it begins.
 */
export function consulWorkloads(
  name: string,
  release: k8s.helm.v3.Release,
  values: ChartValues,
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[]; timeoutSeconds: number },
): { readonly injector: pulumi.Resource; readonly all: pulumi.Resource[] } {
  const part = (component: string) => ({
    metadata: {
      name: `${CONSUL_NAME}-${component}`,
      namespace: release.status.namespace,
      annotations: {
        "consul-traefik-mesh/helm-revision": pulumi.interpolate`${release.status.revision}`,
        // Without it Kubernetes keeps the revision that a patch wrote of which the state knows nothing: an interrupted run's, or a lost one's.
        "pulumi.com/patchForce": "true",
      },
    },
  });
  const timeout = `${opts.timeoutSeconds}s`;
  const { parent, dependsOn } = opts;
  const options = {
    parent,
    dependsOn,
    customTimeouts: { create: timeout, update: timeout },
    // A part that is turned off goes with the release's update, and there is nothing to take the patch back from.
    retainOnDelete: true,
  };
  const enabled = (part: string) => (values[part] as ChartValues | undefined)?.enabled !== false;

  const servers = enabled("server")
    ? [new k8s.apps.v1.StatefulSetPatch(`${name}-server`, part("server"), options)]
    : [];
  const catalogSync = enabled("syncCatalog")
    ? [new k8s.apps.v1.DeploymentPatch(`${name}-sync-catalog`, part("sync-catalog"), options)]
    : [];
  // Serves the webhooks of injection and of the custom resources, and is ready only with a connection to the servers.
  const injector = new k8s.apps.v1.DeploymentPatch(`${name}-connect-injector`, part("connect-injector"), {
    ...options,
    dependsOn: [...dependsOn, ...servers],
  });
  // Registers only while the injector runs, and is ready when it has its configuration.
  const gateway = isOwnGateway(values)
    ? [
        new k8s.apps.v1.DeploymentPatch(`${name}-${TERMINATING_GATEWAY}`, part(TERMINATING_GATEWAY), {
          ...options,
          dependsOn: [...dependsOn, injector],
        }),
      ]
    : [];
  return { injector, all: [...servers, ...catalogSync, injector, ...gateway] };
}
