import { dnsProviderProblems } from "./acmeDnsProviders";
import { consoleProblems } from "./consoles";
import { consulApiProxyProblems } from "./consulApiProxy";
import { containerResourceProblems } from "../pods/containerResources";
import { imageProblems } from "../shared/grammars";
import { kubernetesCrdArguments } from "./kubernetesCrd";
import {
  TRAEFIK_SERVICE_NAME,
  dnsLabelProblems,
  meshOption,
  namespaceProblems,
  rangeProblems,
  traefikOption,
} from "../shared/names";
import { INGRESS_SERVICES, MadeObjects, serviceIn } from "../shared/madeObjects";
import type { ConsulMesh } from "../mesh/consulMesh";
import { Problem } from "../shared/problems";
import { hostProblems } from "../routing/routes";
import { meshNameProblems, MeshNames } from "../shared/serviceNames";
import { ENTRY_POINT_PORTS } from "../routing/traefikArguments";
import { staticOptionProblems } from "./staticOptions";
import { drainProblems } from "./traefikDrain";
import { edgeProblems } from "./traefikEdge";
import { extraProblems } from "./traefikExtras";
import { DEFAULT_TRAEFIK_NAMESPACE, LOG_LEVELS, SERVICE_TYPES, TraefikOptions } from "./traefikOptions";
import { traefikPodProblems } from "./traefikPod";
import { HTTP3_PORT_NAME, nodePortsOf, openNodePorts } from "./traefikService";
import { hasAcme, tlsArguments, tlsProblems } from "./traefikTls";
import { DEFAULT_TRAEFIK_IMAGE, traefikVersionProblems } from "../routing/traefikVersions";

/** What is wrong with an ingress; `prefix` is put before each path. */
export function traefikProblems(args: TraefikOptions, prefix = ""): Problem[] {
  const ports = nodePortsOf(args);
  const image = args.image ?? DEFAULT_TRAEFIK_IMAGE;
  const problems: Problem[] = [
    ...imageProblems(`${prefix}image`, image),
    ...containerResourceProblems(args.resources ?? {}, `${prefix}resources`),
    ...namespaceProblems(`${prefix}namespace`, args.namespace ?? DEFAULT_TRAEFIK_NAMESPACE, {
      create: args.createNamespace,
      inMesh: true,
    }),
    ...dnsLabelProblems(`${prefix}serviceName`, args.serviceName ?? TRAEFIK_SERVICE_NAME),
    ...meshNameProblems(`${prefix}serviceName`, args.serviceName ?? TRAEFIK_SERVICE_NAME),
    ...(args.sharedHosts ?? []).flatMap((host, i) => hostProblems(`${prefix}sharedHosts[${i}]`, host)),
    ...rangeProblems(`${prefix}replicas`, args.replicas ?? 1, 1, 1000),
    ...Object.entries(ports).flatMap(([n, port]) => rangeProblems(`${prefix}nodePorts.${n}`, port, 30000, 32767)),
    ...tlsProblems(args, args.replicas ?? 1, prefix),
    ...dnsProviderProblems(args.certificateResolvers ?? {}, image, `${prefix}certificateResolvers`),
    ...traefikVersionProblems(
      image,
      [...tlsArguments(args, ENTRY_POINT_PORTS.websecure), ...kubernetesCrdArguments(args.kubernetesCrd)],
      prefix,
    ),
    ...consoleProblems(args, prefix),
    ...staticOptionProblems(args, prefix),
    ...drainProblems(args, prefix),
    ...traefikPodProblems(args, prefix),
    ...edgeProblems(args, { ...args, serviceType: args.serviceType ?? "NodePort", singleton: hasAcme(args) }, prefix),
    ...extraProblems(
      args,
      {
        ports: { ...ENTRY_POINT_PORTS, ...(args.http3 ? { [HTTP3_PORT_NAME]: ENTRY_POINT_PORTS.websecure } : {}) },
        nodePorts: Object.values(ports),
        withoutNodePorts: args.serviceType !== undefined && args.serviceType !== "NodePort",
      },
      prefix,
    ),
  ];
  const problem = (input: string, reason: string) => problems.push({ propertyPath: prefix + input, reason });
  if (new Set(Object.values(ports)).size < 3) {
    problem("nodePorts", `${Object.values(ports).join(", ")} are not three different ports; give each its own`);
  }
  if (args.serviceType !== undefined && !SERVICE_TYPES.includes(args.serviceType)) {
    problem("serviceType", `"${args.serviceType}" is not a Service type; use one of ${SERVICE_TYPES.join(", ")}`);
  }
  if (args.nodePorts !== undefined && args.serviceType !== undefined && args.serviceType !== "NodePort") {
    problem("nodePorts", `a Service of type ${args.serviceType} has none to choose; leave them out or use NodePort`);
  }
  if (args.logLevel !== undefined && !LOG_LEVELS.includes(args.logLevel)) {
    problem("logLevel", `"${args.logLevel}" is not a log level; use one of ${LOG_LEVELS.join(", ")}`);
  }
  return problems;
}

/** The dashboard's route is a tag of Traefik's own entry in the catalog, so it needs the sync that writes the entry. */
export function catalogSyncProblems(
  { dashboard, namespace, createNamespace }: TraefikOptions,
  mesh: Pick<ConsulMesh, "catalogSync" | "reachProblems">,
  prefix = "",
): Problem[] {
  if (mesh.catalogSync) {
    const its = { name: namespace ?? DEFAULT_TRAEFIK_NAMESPACE, made: createNamespace ?? true };
    return mesh.reachProblems(its, "services");
  }
  const reason = `is served through Consul's catalog sync, which the mesh has off; turn on syncCatalog of ${meshOption("values")}, or turn off ${traefikOption("dashboard")}`;
  return dashboard ? [{ propertyPath: `${prefix}dashboard`, reason }] : [];
}

/** Problems of an ingress in its mesh, beside its services and its other ingresses; `place` is what these are told of it. */
export function ingressMeshProblems(
  place: string,
  serviceName: string,
  args: TraefikOptions,
  mesh: Pick<ConsulMesh, "catalogSync" | "description" | "kubernetesVersion" | "model" | "reachProblems">,
): Problem[] {
  const { namespace = DEFAULT_TRAEFIK_NAMESPACE, createNamespace = true } = args;
  const made = mesh.model.part(MadeObjects);
  const take = (object: string) => made.take("namespace", object, place, "use another namespace");
  const second = take(`the Deployment "traefik" in ${namespace}`);
  // One that the ingress has twice is told of by `traefikProblems`.
  const nodePorts = new Map(openNodePorts(args).map(([input, port]) => [port, input]));
  const reason = `"${namespace}" is Consul's, which is not the ingress' to make; use another, or set ${traefikOption("createNamespace")} to false`;
  return [
    ...catalogSyncProblems(args, mesh),
    ...consulApiProxyProblems(args, mesh.kubernetesVersion),
    ...mesh.model.part(MeshNames).take("serviceName", { name: serviceName, place, ingress: true }),
    ...(createNamespace && namespace === mesh.description.consulNamespace
      ? [{ propertyPath: "namespace", reason }]
      : []),
    ...(second.length > 0 ? second : INGRESS_SERVICES.flatMap((service) => take(serviceIn(namespace, service)))),
    ...[...nodePorts].flatMap(([port, input]) => made.take(input, `node port ${port}`, place, "give each its own")),
  ];
}
