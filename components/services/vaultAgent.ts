import type { Problem } from "../shared/problems";

const AGENT = "vault.hashicorp.com/agent-";

/** A pod that Vault's injector may give an agent, beside the sidecar. */
interface Pod {
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Whether a CNI plugin redirects its traffic. */
  readonly cni: boolean;
  /** Whether it is a job's; then whether its sidecar is a native one, which runs before Vault's init container. */
  readonly job?: { readonly native: boolean };
}

/**
 * What of Vault's agent most likely does not work in the mesh. Vault's injector puts the agent's init container last, or first where that is
 * asked for, and comes after Consul's, as Kubernetes calls them by name [vault-k8s agent.Patch].
 */
export function vaultAgentWarnings({ podAnnotations = {}, cni, job }: Pod, annotations = "podAnnotations"): Problem[] {
  const says = (name: string, value: "true" | "false") => podAnnotations[AGENT + name] === value;
  if (!says("inject", "true")) {
    return [];
  }
  const first = says("init-first", "true");
  const redirected = cni || !first;
  const beforeSidecar = job?.native !== true || first;
  const warning = (reason: string) => [{ propertyPath: `${annotations}["${AGENT}inject"]`, reason }];
  return [
    ...(!says("pre-populate", "false") && redirected && beforeSidecar
      ? warning(
          "has an init container call Vault before the sidecar runs, to which its calls are redirected already, so that the pod never " +
            `starts; ${remedy(cni, job)}`,
        )
      : []),
    ...(job !== undefined && !says("pre-populate-only", "true")
      ? warning(
          `adds a container that never ends, so that the job does not either; set ${AGENT}pre-populate-only to "true"`,
        )
      : []),
  ];
}

/** What has the agent reach Vault. */
function remedy(cni: boolean, job: Pod["job"]): string {
  if (!cni) {
    return `set ${AGENT}init-first to "true"`;
  }
  if (job === undefined) {
    return `set ${AGENT}pre-populate to "false", and let the service's own container wait for the files`;
  }
  return job.native ? `leave ${AGENT}init-first out` : "let the job's own command ask Vault";
}
