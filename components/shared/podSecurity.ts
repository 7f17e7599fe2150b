import * as k8s from "@pulumi/kubernetes";

/** Levels of Kubernetes' Pod Security Standards, the widest first. */
export const POD_SECURITY_LEVELS = ["privileged", "baseline", "restricted"] as const;
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number];

/** Labels of a namespace whose pods the API server holds to a level; it records what would not be `restricted`. */
export function podSecurityLabels(level: PodSecurityLevel): Record<string, string> {
  const label = (mode: string) => `pod-security.kubernetes.io/${mode}`;
  return { [label("enforce")]: level, [label("audit")]: "restricted" };
}

/** Capabilities that the levels let a container add [Kubernetes' Pod Security Standards]. */
const ADDABLE: Readonly<Partial<Record<PodSecurityLevel, readonly string[]>>> = {
  baseline:
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
      " ",
    ),
  restricted: ["NET_BIND_SERVICE"],
};

/** Of the capabilities that a container is to add, those that a level refuses. */
export function refusedCapabilities(level: PodSecurityLevel, capabilities: readonly string[]): string[] {
  return capabilities.filter((each) => ADDABLE[level]?.includes(each) === false);
}

/** A user that no image needs and that has no right on the node. */
export const NON_ROOT = 65532;

/** Users of the sidecar and of its init container, whose traffic the redirection leaves alone [consul-k8s]. */
export const SIDECAR_USERS = [5995, 5996];

/** Ports below this one only root may listen on, unless the pod is told otherwise. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/** A container's part of the level `restricted`, and a file system that nobody writes to. */
export const HARDENED: k8s.types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** What a container may do: what the level `restricted` lets it, and what was given besides. */
export function containerRights({
  readOnlyRootFilesystem = true,
  addCapabilities,
}: {
  readonly readOnlyRootFilesystem?: boolean;
  readonly addCapabilities?: readonly string[];
}): k8s.types.input.core.v1.SecurityContext {
  return {
    ...HARDENED,
    readOnlyRootFilesystem,
    capabilities: { ...HARDENED.capabilities, add: addCapabilities && [...addCapabilities] },
  };
}

/** A pod's part of the level `restricted`; low ports are opened to this pod's user, without a capability. */
export function restrictedPod(
  user: number,
  ports: readonly number[],
): k8s.types.input.core.v1.PodSecurityContext & { runAsUser: number } {
  return {
    runAsNonRoot: user !== 0,
    runAsUser: user,
    runAsGroup: user,
    seccompProfile: { type: "RuntimeDefault" },
    sysctls: ports.some((port) => port < FIRST_UNPRIVILEGED_PORT)
      ? [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }]
      : undefined,
  };
}

/** The same of a pod that runs Consul's image, under the user that this is made for. */
export const CONSULS_POD = { ...restrictedPod(100, []), runAsGroup: 1000 };
