import * as fs from "node:fs";

/** MiB of the processes of a pod's container by their names: the proportional set size, in which a page that several share counts once. */
export function memoryOf(pod: any, container: string): Record<string, number> {
  const { initContainerStatuses = [], containerStatuses } = pod.status;
  const { containerID } = [...initContainerStatuses, ...containerStatuses].find(({ name }) => name === container);
  const id = containerID.replace("containerd://", "");
  const found: Record<string, number> = {};
  for (const pid of fs.readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (fs.readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(id)) {
        const name = fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
        const kib = Number(/^Pss: +(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))![1]);
        found[name] = (found[name] ?? 0) + kib / 1024;
      }
    } catch (error) {
      // One that has ended meanwhile.
      if (!["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code!)) {
        throw error;
      }
    }
  }
  return found;
}
