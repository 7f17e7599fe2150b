import type * as pulumi from "@pulumi/pulumi";
import { ensureNamespace, Ingress, IntentionSet, Mesh, MeshJob, MeshService, MeshWorkload } from "../components";
import type { Settings } from "../settings";
import { Within } from "./within";

/** The namespace of a stack's services. */
export function servicesNamespace(settings: Settings, { opts, prefix }: Within) {
  const { servicesNamespace: name, servicesCreateNamespace: create, servicesPodSecurity: podSecurity } = settings;
  return ensureNamespace(`${prefix}services`, { name, create, podSecurity }, opts);
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
  { opts }: Within,
) {
  const services = settings.services.map(
    ({ name, ...service }) => new MeshService(name, { ...joining, ...service }, opts),
  );
  const workloads = settings.workloads.map(
    ({ name, ...workload }) => new MeshWorkload(name, { ...joining, ...workload }, opts),
  );
  const jobs = settings.jobs.map(({ name, ...job }) => new MeshJob(name, { ...joining, ...job }, opts));
  return { routable: [...services, ...workloads], all: [...services, ...workloads, ...jobs] };
}
