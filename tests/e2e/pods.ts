import * as fs from "node:fs";
import { kubectl } from "./cluster";

/** The pods of a namespace that match a label selector. */
export async function podsOf(namespace: string, selector: string): Promise<any[]> {
  return JSON.parse(await kubectl("get", "pods", "-n", namespace, "-l", selector, "-o", "json")).items;
}

export function nameOf(pod: any): string {
  return pod.metadata.name;
}

/** The pods of Traefik. */
export function traefiks(): Promise<any[]> {
  return podsOf("traefik-consul", "app=traefik");
}

/** The pod that a token was made for, which its login said. */
export function holderOf(token: any): string {
  const { pod } = JSON.parse(/\{.*\}/.exec(token.Description)![0]);
  return pod.split("/")[1];
}

/**
 * Kills all processes of a container at once and without warning, as the kernel does where memory ends. Only from the
 * node itself can the first process of a container be killed so; the testbed's node is this machine.
 */
export function killContainer(pod: any, container: string): void {
  signalContainer(pod, container, "SIGKILL");
}

/** Sends a signal to all processes of a container: `SIGSTOP` has it hang, as a disk or a node may do, until `SIGCONT`. */
export function signalContainer(pod: any, container: string, signal: NodeJS.Signals): void {
  const { status } = pod;
  const all = [...(status.initContainerStatuses ?? []), ...status.containerStatuses];
  const id = all.find((each) => each.name === container).containerID.replace("containerd://", "");
  const told = fs
    .readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && inContainer(entry, id) && tell(Number(entry), signal));
  if (told.length === 0) {
    throw new Error(`no process of ${pod.metadata.name}/${container} (${id})`);
  }
}

function tell(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // it has ended meanwhile, as all do when the container's first is killed
  }
}

function inContainer(process: string, id: string): boolean {
  try {
    return fs.readFileSync(`/proc/${process}/cgroup`, "utf8").includes(id);
  } catch {
    return false; // it has ended meanwhile
  }
}
