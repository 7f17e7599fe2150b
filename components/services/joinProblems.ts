import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { podSizeProblems } from "../pods/containerProblems";
import { otherMeshProblems, PAST_THE_SIDECAR } from "../pods/metadataProblems";
import { isLater } from "../shared/later";
import { Problem } from "../shared/problems";
import {
  HARMLESS_ANNOTATIONS,
  ANSWERED_BY_SIDECAR,
  foreignSpecProblems,
  isPlainObject,
  NODES_DNS,
  PROBES,
} from "../pods/sidecarConflicts";
import type { ServiceCall } from "../intentions/intentions";
import { initContainerWarnings, longEndWarnings } from "./meshServiceProblems";
import { dnsConfigWarnings } from "./ownDns";
import { SERVICE_LABEL } from "./sidecarAnnotations";
import { vaultAgentWarnings } from "./vaultAgent";

/** The pods of somebody else's workload, as Kubernetes describes them. */
export type PodTemplate = k8s.types.input.core.v1.PodTemplateSpec;

/** The service that pods are to be of. */
export interface Joined {
  readonly serviceName: string;
  readonly port: number;
  /** What its pods have of annotations then. */
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>>;
  /** Whether the pods may be in the mesh already, by what an earlier `up` wrote. */
  readonly running: boolean;
  readonly tags: readonly string[];
  /** The Kubernetes Service by which callers know it. */
  readonly kubernetesService: string;
  /** Whether a CNI plugin redirects the pods' traffic. */
  readonly cni: boolean;
  /** Whom it calls. */
  readonly calls?: readonly ServiceCall[];
  readonly drainSeconds: number;
}

/** Annotations that a service of the mesh may have from here. */
const WRITTEN =
  /^consul\.hashicorp\.com\/(connect-(inject|service|service-port)|kubernetes-service|service-tags|envoy-extra-args|proxy-config-map|sidecar-proxy-lifecycle-shutdown-grace-period-seconds)$/;

/**
 * What keeps somebody else's pods out of the mesh, or would break in it; `path` is where their template stands. What decides
 * has to be plain: an output that is known only later cannot be judged before anything is deployed.
 */
export function joinProblems(template: PodTemplate, joined: Joined, path: string): Problem[] {
  const { metadata = {}, spec } = template;
  const problem = (at: string, reason: string) => [{ propertyPath: `${path}${at}`, reason }];
  if (!isPlainObject(metadata) || !isPlainObject(spec)) {
    return [
      ...(isPlainObject(metadata) ? [] : problem(".metadata", "is an output; use a plain object")),
      ...(isPlainObject(spec) ? [] : problem(".spec", "is not a plain object; give the pods' own spec")),
    ];
  }
  const { labels = {}, annotations = {} } = metadata as Record<string, unknown>;
  const spoken = { labels, annotations };
  return [
    ...Object.entries(spoken).flatMap(([kind, each]) =>
      isPlainObject(each)
        ? []
        : problem(`.metadata.${kind}`, "decides whether the pods join, and is an output; use a plain object"),
    ),
    ...Object.entries(spoken).flatMap(([kind, each]) =>
      Object.entries(isPlainObject(each) ? each : {}).flatMap(([key, value]) => [
        ...otherMeshProblems({ [key]: value }, `${path}.metadata.${kind}`),
        ...keyProblems(key, value, joined).flatMap((reason) => problem(`.metadata.${kind}["${key}"]`, reason)),
      ]),
    ),
    ...foreignSpecProblems(spec, `${path}.spec`),
    ...podSizeProblems(template, joined.tags, path),
  ];
}

function keyProblems(key: string, value: unknown, joined: Joined): string[] {
  if (key === SERVICE_LABEL && value !== joined.serviceName) {
    return [`is that of the service ${JSON.stringify(value)}; let only one service have these pods`];
  }
  return !/^([^/]*\.)?consul\.hashicorp\.com\//.test(key) ||
    HARMLESS_ANNOTATIONS.test(key) ||
    (joined.running && WRITTEN.test(key)) ||
    // What is known later takes the place of whatever is there.
    value === joined.annotations[key] ||
    isLater(joined.annotations[key])
    ? []
    : [PAST_THE_SIDECAR.get(key) ?? "decides how the pod joins the mesh, which the component sets; leave it out"];
}

/** What works in the mesh, but otherwise than it looks. */
export function joinWarnings(template: PodTemplate, joined: Joined, path: string): Problem[] {
  const { serviceName, port, running } = joined;
  const spec = (template.spec ?? {}) as k8s.types.input.core.v1.PodSpec;
  const containers = plainList(spec.containers);
  const ports = containers.flatMap((container) => plainList(container.ports).map((each) => each.containerPort));
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  return [
    ...(ports.length > 0 && !ports.includes(port)
      ? [
          {
            propertyPath: `${path}.spec.containers`,
            reason: `open the ports ${ports.join(", ")} and not ${port}, to which the sidecar leads; set port to the one that is meant`,
          },
        ]
      : []),
    // Those that run already keep theirs.
    ...(!running && typeof account === "string" && !["", "default", serviceName].includes(account)
      ? [
          {
            propertyPath: `${path}.spec.serviceAccountName`,
            reason: `is "${account}", which is replaced by "${serviceName}", their identity; bind that to the roles that they need, or name the service "${account}"`,
          },
        ]
      : []),
    ...containers.flatMap((container, i) =>
      PROBES.filter((probe) => isPlainObject(container[probe]) && container[probe].tcpSocket !== undefined).map(
        (probe) => ({
          propertyPath: `${path}.spec.containers[${i}].${probe}.tcpSocket`,
          reason: ANSWERED_BY_SIDECAR,
        }),
      ),
    ),
    ...besideSidecar(template, joined, path),
  ];
}

/** What of them most likely does not go with the sidecar, as of a service of its own. */
function besideSidecar({ metadata, spec }: PodTemplate, { cni, calls, running, drainSeconds }: Joined, path: string) {
  const podAnnotations = ((metadata ?? {}) as { readonly annotations?: Record<string, string> }).annotations;
  const { terminationGracePeriodSeconds: grace, dnsPolicy } = (spec ?? {}) as Record<string, unknown>;
  return [
    ...initContainerWarnings(spec, cni, `${path}.spec`),
    ...vaultAgentWarnings({ podAnnotations, cni }, `${path}.metadata.annotations`),
    ...dnsConfigWarnings(spec, spec, `${path}.spec`),
    ...(dnsPolicy === "Default" ? [{ propertyPath: `${path}.spec.dnsPolicy`, reason: NODES_DNS }] : []),
    // Those that run already keep their sidecar's, of which nobody here knows.
    ...(!running && typeof grace === "number"
      ? longEndWarnings({ terminationGracePeriodSeconds: grace, calls }, drainSeconds, `${path}.spec.`)
      : []),
  ];
}

/** What keeps a Kubernetes Service that exists from being the one by which the mesh knows the pods. */
export function joinedServiceProblems(
  service: k8s.types.input.core.v1.Service,
  template: PodTemplate | undefined,
  joined: Joined,
  path: string,
): Problem[] {
  const spec = (service.spec ?? {}) as k8s.types.input.core.v1.ServiceSpec;
  const problem = (at: string, reason: string) => [{ propertyPath: `${path}.spec${at}`, reason }];
  if (spec.type === "ExternalName") {
    return problem(".type", "ExternalName selects no pods; name the Service that does as existingService, or none");
  }
  const names = plainList((template?.spec as k8s.types.input.core.v1.PodSpec | undefined)?.containers)
    .flatMap((container) => plainList(container.ports))
    .filter((each) => each.containerPort === joined.port)
    .map((each) => each.name);
  const ports = plainList(spec.ports);
  const leads = ports.some(({ port, targetPort = port }) =>
    typeof targetPort === "string" && !/^\d+$/.test(targetPort)
      ? template === undefined || names.includes(targetPort)
      : Number(targetPort) === joined.port,
  );
  return [
    ...(spec.clusterIP === "None"
      ? problem(
          ".clusterIP",
          "is None, so that callers in the mesh have no address to call; name another Service as existingService, or none",
        )
      : []),
    ...(ports.length > 0 && !leads
      ? problem(".ports", `lead to none of port ${joined.port}, which the mesh serves; set port to what they lead to`)
      : []),
  ];
}

/** What of a list can be looked into, as Kubernetes names it. */
function plainList(list: unknown): Record<string, Plain>[] {
  return Array.isArray(list) ? (list.filter(isPlainObject) as Record<string, Plain>[]) : [];
}

/** A value that has been looked at for what it is before it is used. */
type Plain = string | number | undefined;
