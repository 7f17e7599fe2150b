import { shown } from "./grammars";
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
      'is no name of a Service; use 1 to 63 of a-z, 0-9 and "-", beginning with a letter, ending with a letter or a digit',
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

/** A service, and the path of what names it. */
export interface Named {
  readonly name: string;
  readonly canary?: unknown;
  readonly path: string;
  /** Whether it is an ingress: two of them may share an identity. */
  readonly ingress?: boolean;
}

/** Problems of names of which two make one object: a canary's Deployment is named as a service of its own might be. */
export function derivedNameProblems(services: readonly Named[]): Problem[] {
  return services.flatMap((one) =>
    services.flatMap((other) =>
      one.canary !== undefined && other.name === one.name + CANARY_SUFFIX
        ? [
            {
              propertyPath: one.path,
              reason: `its canary's Deployment is "${other.name}", as that of ${other.path}; rename one of the two`,
            },
            {
              propertyPath: other.path,
              reason: `its Deployment is "${other.name}", as that of ${one.path}'s canary; rename one of the two`,
            },
          ]
        : [],
    ),
  );
}

/** Who has which name in each mesh, as the program has declared it so far. */
const declared = new WeakMap<object, Named[]>();

/**
 * Problems of a name that another component of the same mesh has already, and else notes it. What a program declares is not
 * in one place, so each component asks when it is made.
 */
export function takenNameProblems(mesh: object, named: Named, path: string): Problem[] {
  const others = declared.get(mesh) ?? [];
  const same = others.find((other) => other.name === named.name && !(other.ingress && named.ingress));
  const problems =
    same === undefined
      ? derivedNameProblems([...others, named]).filter((problem) => problem.propertyPath === named.path)
      : [{ propertyPath: path, reason: `"${named.name}" is the name of ${same.path} too; give each its own` }];
  if (problems.length === 0) {
    declared.set(mesh, [...others, named]);
  }
  return problems.map((problem) => ({ ...problem, propertyPath: path }));
}
