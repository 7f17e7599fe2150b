import type * as pulumi from "@pulumi/pulumi";
import { ensureNamespace, Ingress, IntentionSet, Mesh, MeshJob, MeshService, MeshWorkload } from "../components";
import type { Settings } from "../settings";

/** The namespace of a stack's services. */
export function servicesNamespace(settings: Settings) {
  const { servicesNamespace: name, servicesCreateNamespace: create, servicesPodSecurity: podSecurity } = settings;
  return ensureNamespace("services", { name, create, podSecurity }, {});
}

/** What of a stack joins a mesh, in the stack's namespace; `guardedBy` is waited for before any of it serves. */
export function meshMembers(
  settings: Settings,
  joining: {
    readonly mesh: Mesh;
    readonly ingress: Ingress;
    readonly namespace: pulumi.Input<string>;
    readonly guardedBy?: IntentionSet;
  },
) {
  const services = settings.services.map(({ name, ...service }) => new MeshService(name, { ...joining, ...service }));
  const workloads = settings.workloads.map(
    ({ name, ...workload }) => new MeshWorkload(name, { ...joining, ...workload }),
  );
  const jobs = settings.jobs.map(({ name, ...job }) => new MeshJob(name, { ...joining, ...job }));
  return { routable: [...services, ...workloads], all: [...services, ...workloads, ...jobs] };
}
