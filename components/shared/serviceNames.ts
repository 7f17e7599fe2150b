import { shown } from "./grammars";
import { ModelPart } from "./meshModel";
import { COMPONENT_ACCOUNT, isDnsLabel, TRAEFIK_SERVICE_NAME } from "./names";
import { Problem } from "./problems";

/** Names that no service of a mesh can have, and whose they are. */
const RESERVED: Readonly<Record<string, string>> = {
  consul: "Consul registers its own servers under it",
  default: "each namespace has a ServiceAccount of that name, to which Consul gives no identity",
  "terminating-gateway": "the gateway to what is outside the mesh registers under it",
  kubernetes: "pods find the API server by the Service of that name",
  // Containers of a pod, beside which the service's own has the service's name [consul-k8s webhook].
  "consul-dataplane": "the sidecar's container has it",
  "consul-connect-inject-init": "the sidecar's init container has it",
};

/** What Consul puts behind a service's name for its sidecar [consul-k8s endpoints controller]. */
const SIDECAR_SUFFIX = "-sidecar-proxy";

/** What a second version's Deployment has behind the service's name. */
export const CANARY_SUFFIX = "-canary";

/** What the Service that gives each pod of a StatefulSet a name of its own has behind the service's name. */
export const PODS_SUFFIX = "-pods";

/** Characters of a label's value, and of a Service's name. */
const MAX_LENGTH = 63;

/** Problems of a name in the mesh, of a service or of an ingress. */
export function meshNameProblems(path: string, name: string): Problem[] {
  const problem = (reason: string) => [{ propertyPath: path, reason: `${shown(name)} ${reason}` }];
  if (Object.hasOwn(RESERVED, name)) {
    return problem(`is taken: ${RESERVED[name]}; use another name`);
  }
  if (COMPONENT_ACCOUNT.test(name)) {
    return problem(
      "is a ServiceAccount of Consul's own, whose rights it would have in any namespace; use another name",
    );
  }
  if (name.endsWith(SIDECAR_SUFFIX)) {
    const of = name.slice(0, -SIDECAR_SUFFIX.length);
    return problem(`is what Consul calls the sidecar of a service "${of}"; use another name`);
  }
  return [];
}

/** Problems of a service's name: it is that of a Service (DNS-1035), a label, a container and an identity at once. */
export function serviceNameProblems(path: string, name: string, hasCanary: boolean): Problem[] {
  const problem = (reason: string) => [{ propertyPath: path, reason: `${shown(name)} ${reason}` }];
  if (!isDnsLabel(name) || /^[0-9]/.test(name)) {
    return problem(
      'is not a valid name for a Service; use 1 to 63 of a-z, 0-9 and "-", beginning with a letter, ending with a letter or a digit',
    );
  }
  if (hasCanary && name.length + CANARY_SUFFIX.length > MAX_LENGTH) {
    const most = MAX_LENGTH - CANARY_SUFFIX.length;
    return problem(`is too long for a service with a canary, whose pods are "…${CANARY_SUFFIX}"; use at most ${most}`);
  }
  if (name === TRAEFIK_SERVICE_NAME) {
    return problem("is the ingress' identity, which every service lets in; use another name");
  }
  return meshNameProblems(path, name);
}

/** What has a name in a mesh. */
export interface Named {
  readonly name: string;
  readonly canary?: unknown;
  /** What runs its pods. */
  readonly kind?: string;
  /** Where its Service is, which is made unless there is one. */
  readonly namespace?: unknown;
  readonly existingService?: string;
  /** What others are told of it. */
  readonly place: string;
  /** Whether it is an ingress: two of them may share an identity. */
  readonly ingress?: boolean;
}

/** The names of a mesh, and who has which. */
export class MeshNames extends ModelPart {
  private readonly taken: Named[] = [];

  /** Problems of a name beside those that are taken, and else takes it; `path` is where it stands. */
  public take(path: string, named: Named): Problem[] {
    const reasons = this.taken.flatMap((other) => clash(named, other) ?? []);
    if (reasons.length === 0) {
      this.taken.push(named);
    }
    return reasons.map((reason) => ({ propertyPath: path, reason }));
  }
}

/** Why one name does not stand beside another: two are the same, or make one object, as a canary's Deployment is. */
function clash(one: Named, other: Named): string | undefined {
  const isCanaryOf = (canary: Named, its: Named) =>
    its.canary !== undefined && canary.name === its.name + CANARY_SUFFIX;
  const isOfPodsOf = (service: Named, its: Named) =>
    its.kind === "StatefulSet" &&
    service.name === its.name + PODS_SUFFIX &&
    service.existingService === undefined &&
    service.namespace === its.namespace;
  return one.name === other.name && !(one.ingress && other.ingress)
    ? `"${one.name}" is the name of ${other.place} too; give each its own`
    : isCanaryOf(one, other)
      ? `its Deployment is "${one.name}", as that of ${other.place}'s canary; rename one of the two`
      : isCanaryOf(other, one)
        ? `its canary's Deployment is "${other.name}", as that of ${other.place}; rename one of the two`
        : isOfPodsOf(one, other)
          ? `its Service is "${one.name}", as that of the pods of ${other.place}; rename one of the two`
          : isOfPodsOf(other, one)
            ? `the Service of its pods is "${other.name}", as that of ${other.place}; rename one of the two`
            : undefined;
}
