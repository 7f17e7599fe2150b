import * as path from "node:path";
import { OTHER_MESHES } from "../components/pods/metadataProblems";
import { at, ifKnown, Json, list, record } from "./lib/json";
import { NEVER_INJECTED, onMeshPods } from "./lib/meshPods";
import { ClusterObject, namespaceOf } from "./lib/objects";
import { consulAnnotation, containersOf, Pod } from "./lib/pods";
import { policy } from "./lib/policy";

/** Whom the injector's iptables rules let pass: the sidecar's user and that of its init container [consul-k8s webhook]. */
const PROXY_USERS = ["5995", "5996"];
/** Capabilities that undo the rules, or read the proxy's memory, or go around both. */
const CAPABILITIES = ["ALL", "NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "BPF"];
/** Ports that the injected containers listen on, or that its rules leave out [consul-k8s constants, webhook]. */
const PROXY_PORTS = [15001, 19000, 20000, 20100, 20200, 20600, 21000];
/** 20300, 20400 and 20500, and as many on as the pod has containers: the probes that the injector moves. */
const PROBE_PORTS = [20300, 20400, 20500];

/** Where a node has other pods' tokens, the cluster's keys and Secrets, and what runs programs as root: sockets, the network's plugins, timers. */
const NODE_FOLDERS = [
  /^\/(etc|run|var|var\/(lib|run|spool))?$/,
  /^\/(proc|root|opt\/cni|var\/snap\/microk8s|var\/spool\/cron)(\/.*)?$/,
  /^\/etc\/(cni|cron\.\w+|kubernetes|rancher|systemd)(\/.*)?$/,
  /^\/(var\/lib|run|var\/run)\/(kubelet|containerd|containers|crio|docker|etcd|k0s|k3s|podman|rancher)(\/.*)?$/,
  /^\/(run|var\/run)\/(cri-dockerd|docker|dockershim)\.sock$/,
];

const POD = onMeshPods(function* (pod, object) {
  yield* hostProblems(pod);
  yield* annotationProblems(pod, object);
  yield* otherMeshes(pod);
  // One that is not known yet is told by `up`, before the pod is made.
  if (ifKnown(() => NEVER_INJECTED.includes(namespaceOf(object)), false)) {
    yield `asks for a sidecar in ${namespaceOf(object)}, where the injector gives none`;
  }
  for (const container of containersOf(object)) {
    yield* containerProblems(pod, container);
  }
});

/** The sidecar guards a pod by rules of the pod's own network: who changes these, or is not bound by them, is past it. */
export const proxyBypass = policy({
  name: "no-proxy-bypass",
  description:
    "A pod of the mesh cannot get around its sidecar: it does not run as the sidecar's user, is not in the node's network, and has no rights over the sidecar.",
  severity: "critical",
  remedy: "Remove it, or keep the pod out of the mesh",
  ...POD,
});

function* hostProblems({ spec }: Pod): Iterable<string> {
  if (spec.hostNetwork) {
    yield "hostNetwork puts it into the node's network, where no sidecar guards it";
  }
  for (const key of ["hostPID", "shareProcessNamespace"] as const) {
    if (spec[key]) {
      yield `${key} lets it read the key of the sidecar's certificate from its memory`;
    }
  }
  for (const volume of list(spec.volumes)) {
    const folder = at(volume, "hostPath", "path");
    if (folder !== undefined && isOfNode(String(folder))) {
      yield `the hostPath ${folder} has other pods' tokens, the cluster's keys or a way to start containers in it, to act as they do`;
    }
  }
}

function isOfNode(folder: string): boolean {
  const normal = path.posix.normalize(folder).replace(/(?<=.)\/$/, "");
  return NODE_FOLDERS.some((each) => each.test(normal));
}

function* annotationProblems(pod: Pod, object: ClusterObject): Iterable<string> {
  const excluded = items(consulAnnotation(pod, "transparent-proxy-exclude-uids"));
  const users = containersOf(object).map((container) => userOf(pod, container));
  const free = excluded.find((uid) => users.includes(uid) || users.includes(undefined));
  if (free !== undefined) {
    yield `transparent-proxy-exclude-uids lets the user ${free} past the proxy, which a container runs as, or may`;
  }
  // Halves of the address space, as VPNs write it, are all of it too.
  const cidrs = items(consulAnnotation(pod, "transparent-proxy-exclude-outbound-cidrs"));
  for (const cidr of cidrs.filter((each) => /\/[0-3]$/.test(each))) {
    yield `transparent-proxy-exclude-outbound-cidrs ${cidr} lets everything out past the proxy`;
  }
  const ports = items(consulAnnotation(pod, "transparent-proxy-exclude-outbound-ports"));
  for (const range of ports.filter(isMost)) {
    yield `transparent-proxy-exclude-outbound-ports ${range} lets everything out past the proxy`;
  }
}

/** Of two redirections in a pod, the one that is set last comes first. */
function* otherMeshes({ metadata }: Pod): Iterable<string> {
  for (const [key, off] of Object.entries(OTHER_MESHES)) {
    const asked = ["labels", "annotations"]
      .map((part) => at(metadata, part, key) ?? "")
      .find((value) => value !== "" && !off.test(String(value)));
    if (asked !== undefined) {
      yield `${key} is ${asked}: another mesh's sidecar may take its connections, past the intentions`;
    }
  }
}

/** Whether ports, as iptables takes them, are most of all there are. */
function isMost(ports: string): boolean {
  const [, first, last] = /^(\d*):(\d*)$/.exec(ports) ?? [];
  return Number(last || 65535) - Number(first) >= 32767;
}

function* containerProblems(pod: Pod, container: Json): Iterable<string> {
  const where = `container ${container.name}`;
  const security = record(container.securityContext);
  const user = userOf(pod, container);
  if (user !== undefined && PROXY_USERS.includes(user)) {
    yield `${where} runs as ${user}, a user of the sidecar's, whose connections are not redirected`;
  }
  if (security.privileged) {
    yield `${where} is privileged, so it can undo the redirection to the sidecar`;
  }
  for (const capability of list(at(security, "capabilities", "add")).map(String)) {
    // Kubernetes also takes the name as the kernel has it.
    if (CAPABILITIES.includes(capability.toUpperCase().replace(/^CAP_/, ""))) {
      yield `${where} has ${capability}, by which it gets around the sidecar`;
    }
  }
  for (const port of list(container.ports)) {
    if (Number(at(port, "hostPort") ?? 0) > 0) {
      yield `${where} has the hostPort ${at(port, "hostPort")}, a way in from the node's address`;
    }
    const number = Number(at(port, "containerPort"));
    if (PROXY_PORTS.includes(number) || PROBE_PORTS.some((first) => number >= first && number < first + 20)) {
      yield `${where} has the port ${number}, which is the sidecar's and not redirected to it`;
    }
  }
}

function userOf({ spec }: Pod, container: Json): string | undefined {
  const user = at(container, "securityContext", "runAsUser") ?? at(spec, "securityContext", "runAsUser");
  return user === undefined || user === null ? undefined : String(user);
}

function items(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
