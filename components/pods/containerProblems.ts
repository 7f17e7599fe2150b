import * as path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { imageProblems, shown } from "../shared/grammars";
import { isSource } from "./envProblems";
import type { PodOptions } from "./podOptions";
import { SIDECAR_USERS } from "../shared/podSecurity";
import { Problem } from "../shared/problems";

/** Ports of a pod that its sidecar listens on, and for what [consul-k8s connect-inject, consul-dataplane]. */
const SIDECAR_PORTS: Readonly<Record<number, string>> = {
  8600: "for Consul's DNS",
  15001: "for the calls that the pod makes",
  19000: "for Envoy's administration",
  20000: "for the calls that the pod gets, by mutual TLS",
  20100: "for metrics, the service's and its own",
  20200: "for its metrics",
  20300: "for liveness probes",
  20400: "for readiness probes",
  20500: "for startup probes",
  20600: "for its own end",
  21000: "for its own health",
};

/** The capabilities that Linux has, without `CAP_`. */
const CAPABILITIES = `AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE
DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN
NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT
SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM`.split(/\s+/);

/** Capabilities that undo what the mesh or the container is, and how. */
const DANGEROUS: Readonly<Record<string, string>> = {
  ALL: "is every capability, those among them that undo the redirection to the sidecar",
  NET_ADMIN: "lets the container undo the redirection to the sidecar, and with it every intention",
  NET_RAW: "lets the container send and take packets past the sidecar",
  SYS_ADMIN: "makes the container all but root of the node",
  SYS_MODULE: "lets the container load modules into the node's kernel",
  SYS_RAWIO: "lets the container reach the node's devices",
  SYS_BOOT: "lets the container restart the node",
  SYS_PTRACE: "lets the container look into other processes",
  BPF: "lets the container change the node's networking",
  DAC_READ_SEARCH: "lets the container read the node's files",
  MAC_ADMIN: "lets the container change the node's access control",
  MAC_OVERRIDE: "lets the container bypass the node's access control",
};

/** Folders at which no volume can be, and whose they are. */
const NO_VOLUMES: readonly [folder: RegExp, whose: string][] = [
  [/^\/proc(\/|$)/, "is the kernel's, where no volume can be"],
  [/^\/sys(\/|$)/, "is the kernel's, where no volume can be"],
  [/^\/dev(?!\/shm$)(\/|$)/, "is for devices, where no volume can be but at /dev/shm"],
  [/^\/(var\/)?run\/secrets\/kubernetes\.io(\/|$)/, "has the pod's identity, which a volume would hide"],
  [/^\/consul(\/|$)/, "is for what the sidecar and the container share"],
];
/** Folders that a container cannot do without. */
const NO_EMPTY_ONES: typeof NO_VOLUMES = [
  [/^\/etc\/(hosts|hostname|resolv\.conf)$/, "is a file that Kubernetes writes"],
  [
    /^\/(bin|boot|etc|lib|lib32|lib64|sbin|usr|usr\/(bin|lib|lib64|sbin))$/,
    "has files of the image's, which an empty folder would hide",
  ],
];

/** Bytes that Linux takes as one argument or variable, its end included [MAX_ARG_STRLEN]. */
const MAX_STRING = 131072;
/**
 * Bytes that the pod may be in JSON: Kubernetes takes annotations of 256 KiB, and the injector writes the whole pod into one
 * [consul-k8s AnnotationOriginalPod], tags and all. What is left is for all else of it.
 */
const MAX_POD = 262144 - 16384;

/** What of a container is judged here. */
export interface ContainerInputs {
  readonly image?: pulumi.Input<string>;
  readonly env?: PodOptions["env"];
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

/**
 * Problems of a container's image, environment, command and arguments; `prefix` is put before each path. What is an output has none here:
 * `judgedLater` sees to that.
 */
export function containerProblems(inputs: ContainerInputs, prefix: string): Problem[] {
  const { image, env = {}, command = [], args = [] } = inputs;
  return [
    ...(typeof image === "string" ? imageProblems(`${prefix}image`, image) : []),
    ...Object.keys(env).flatMap((name) => variableNameProblems(`${prefix}env`, name)),
    ...Object.entries(env).flatMap(([name, value]) =>
      typeof value === "string" ? stringProblems(`${prefix}env.${name}`, value, name.length + 1) : [],
    ),
    ...command.flatMap((part, i) => stringProblems(`${prefix}command[${i}]`, part, 0)),
    ...args.flatMap((argument, i) => stringProblems(`${prefix}args[${i}]`, argument, 0)),
  ];
}

/** The variables whose value is here already, and where others come from. */
function knownEnv(env: PodOptions["env"] = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => isSource(value) || typeof value === "string"));
}

/** What of a component's pods can be large, but their tags. */
export function largeParts({
  env,
  args,
  podSpec,
  podAnnotations,
}: Omit<PodOptions & ContainerInputs, "image">): unknown[] {
  return [knownEnv(env), args, podSpec, podAnnotations];
}

/** Problems of a pod that is too large as a whole: of `parts` that can be large, and the tags of the service in it. */
export function podSizeProblems(parts: unknown, tags: readonly string[], at: string): Problem[] {
  // The tags stand in an annotation of their own too, as text in the one that has the pod.
  const size = Buffer.byteLength(JSON.stringify(parts)) + 2 * Buffer.byteLength(JSON.stringify(tags));
  return size <= MAX_POD
    ? []
    : [
        {
          propertyPath: at,
          reason: `is in a pod of ${size} bytes of env, args, podSpec, annotations and tags, and Consul's injector copies the pod into an annotation, which holds 256 KiB; put files into the image or a volume`,
        },
      ];
}

/** Kubernetes' rule since 1.32 [IsRelaxedEnvVarName], but without blanks, which no program can ask for by a shell. */
function variableNameProblems(at: string, name: string): Problem[] {
  return /^[!-<>-~]+$/.test(name)
    ? []
    : [
        {
          propertyPath: at,
          reason: `${shown(name)} is not a valid name for an environment variable; use letters, digits and "_", as in LOG_LEVEL`,
        },
      ];
}

/** The rule of Kubernetes before 1.32 [IsEnvVarName]. */
const OLD_VARIABLE_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** Problems of variables' names on a cluster that is known to be older than the rule of today. */
export function oldVariableNameProblems(
  { env = {} }: ContainerInputs,
  kubernetes: string | undefined,
  prefix: string,
): Problem[] {
  const [, minor] = /^v?1\.(\d+)/.exec(kubernetes ?? "") ?? [];
  return minor === undefined || Number(minor) >= 32
    ? []
    : Object.keys(env)
        .filter((name) => !OLD_VARIABLE_NAME.test(name))
        .map((name) => ({
          propertyPath: `${prefix}env`,
          reason: `${shown(name)} is a name that Kubernetes takes since 1.32, and this is ${kubernetes}; use letters, digits and "_"`,
        }));
}

function stringProblems(at: string, value: string, more: number): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  if (value.includes("\0")) {
    return problem("has a NUL, with which Linux ends it; leave it out");
  }
  return Buffer.byteLength(value) + more < MAX_STRING
    ? []
    : problem(`is longer than the ${MAX_STRING} bytes that Linux takes; put it into a file of the image or a volume`);
}

/** Problems of the port that a container listens on. */
export function sidecarPortProblems(at: string, port: number): Problem[] {
  return Object.hasOwn(SIDECAR_PORTS, port)
    ? [
        {
          propertyPath: at,
          reason: `${port} is the sidecar's, ${SIDECAR_PORTS[port]}; have the service listen on another`,
        },
      ]
    : [];
}

/** Problems of what a container may do: its user, its capabilities, and the folders that it writes to. */
export function rightsProblems(
  inputs: {
    readonly runAsUser?: number;
    readonly addCapabilities?: readonly string[];
    readonly writablePaths?: readonly string[];
  },
  prefix: string,
): Problem[] {
  const { runAsUser, addCapabilities = [], writablePaths = [] } = inputs;
  const problemsOfAll: Problem[] = [];
  const problem = (input: string, reason: string) => problemsOfAll.push({ propertyPath: prefix + input, reason });
  if (runAsUser !== undefined && SIDECAR_USERS.includes(runAsUser)) {
    problem("runAsUser", `${runAsUser} is the sidecar's, whose traffic does not go through the mesh; use another`);
  }
  addCapabilities.forEach((capability, i, all) => {
    const name = capability.replace(/^CAP_/, "").toUpperCase();
    if (Object.hasOwn(DANGEROUS, name)) {
      problem(`addCapabilities[${i}]`, `${shown(capability)} ${DANGEROUS[name]}; name the one that is needed, or none`);
    } else if (!CAPABILITIES.includes(capability)) {
      const meant = CAPABILITIES.includes(name) ? name : "one such as NET_BIND_SERVICE";
      problem(`addCapabilities[${i}]`, `${shown(capability)} is not a capability name; use ${meant}`);
    } else if (all.indexOf(capability) < i) {
      problem(`addCapabilities[${i}]`, `"${capability}" is listed twice; leave one out`);
    }
  });
  writablePaths.forEach((folder, i, all) => {
    const at = `writablePaths[${i}]`;
    const problems = mountPathProblems(prefix + at, folder, true);
    if (problems.length > 0) {
      problemsOfAll.push(...problems);
    } else if (all.indexOf(folder) < i) {
      problem(at, `"${folder}" is listed twice; leave one out`);
    }
  });
  return problemsOfAll;
}

/** Problems of where a volume is to be in a container; an empty one hides what the image has there. */
export function mountPathProblems(at: string, folder: string, empty: boolean): Problem[] {
  const problem = (reason: string) => [{ propertyPath: at, reason }];
  // eslint-disable-next-line no-control-regex
  if (!/^\/[^:\u0000-\u001f\u007f]*[^:/\u0000-\u001f\u007f]$/.test(folder) || folder.length > 4095) {
    return problem(`${shown(folder)} is not an absolute path of a folder; use one such as /tmp`);
  }
  if (path.posix.normalize(folder) !== folder) {
    return problem(
      `"${folder}" is a different path from what it seems; use ${path.posix.normalize(folder)} if that is meant`,
    );
  }
  const [, whose] = [...NO_VOLUMES, ...(empty ? NO_EMPTY_ONES : [])].find(([folders]) => folders.test(folder)) ?? [];
  return whose === undefined ? [] : problem(`"${folder}" ${whose}; use a folder of the service's own, such as /tmp`);
}

/** Names of variables that are most likely secrets, and values that have one: in a URL, among a connection's settings, or as a key. */
const SECRET_NAME =
  /(^|[_.-])(pass(word|wd|phrase)?|pwd|secret|token|api_?key|private_?key|access_?key|credentials?)([_.-]|$)/i;
const SECRET_VALUE =
  /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\$\()[^\s/@]+@|[;?&\s](password|pwd)=(?!\$\()[^;&\s]|-----BEGIN [A-Z ]*PRIVATE KEY-----/i;
/** Another variable's value, which Kubernetes puts in. */
const OTHER_VARIABLE = /^\$\([^()]+\)$/;
/** What such a name may say without the secret itself. */
const NO_SECRET = /(_FILE|_PATH|_NAME|_URL|_TTL|_LENGTH|_HEADER|_EXPIRY|_ISSUER)$/i;

/** Variables that look like a secret, and stand in the program, in its state and in the Deployment for all to read. */
export function plainSecretWarnings({ env = {} }: ContainerInputs, prefix: string): Problem[] {
  return Object.entries(env)
    .filter(
      ([name, value]) =>
        typeof value === "string" &&
        value !== "" &&
        !OTHER_VARIABLE.test(value) &&
        ((SECRET_NAME.test(name) && !NO_SECRET.test(name)) || SECRET_VALUE.test(value)),
    )
    .map(([name]) => ({
      propertyPath: `${prefix}env.${name}`,
      reason: `looks like a secret, and is in plain text in the state and in the Deployment; put it into a Secret, and name that by secretKeyRef`,
    }));
}
