import type * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  ensureNamespace,
  Ingress,
  IntentionSet,
  Mesh,
  MeshJob,
  MeshService,
  MeshWorkload,
} from "../components";
import type { Settings } from "../settings";
import { Within } from "./within";

/** The namespace of a stack's services; in a mesh of the same program it goes when Consul's goes. */
export function servicesNamespace(settings: Settings, { opts, prefix }: Within, mesh?: ConsulMesh) {
  const { servicesNamespace: name, servicesCreateNamespace: create, servicesPodSecurity: podSecurity } = settings;
  const together = { ...opts, dependsOn: mesh?.besideNamespace };
  return ensureNamespace(`${prefix}services`, { name, create, podSecurity }, together);
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
  const jobs = settings.jobs.map(({ name, ...job }) => new MeshJob(name, { ...joining, ...job }, opts));
  const services = settings.services.map(({ name, after = [], ...service }) => {
    const its = { ...joining, ...service, after: jobs.filter(({ serviceName }) => after.includes(serviceName)) };
    return new MeshService(name, its, opts);
  });
  const workloads = settings.workloads.map(
    ({ name, ...workload }) => new MeshWorkload(name, { ...joining, ...workload }, opts),
  );
  return { routable: [...services, ...workloads], all: [...services, ...workloads, ...jobs] };
}
