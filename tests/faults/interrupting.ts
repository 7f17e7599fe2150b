import { ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { kubectl, poll } from "../e2e/cluster";
import type { Workspace } from "../workspace";

/** What is operated: a stack, and where its program is. */
export type Operated = Pick<Workspace, "stack" | "directory">;

/** Starts an operation by the CLI, in a group of processes of its own. */
function start(its: Operated, operation: "up" | "destroy"): { child: ChildProcess; printed: () => string } {
  let text = "";
  const flags = ["--yes", "--skip-preview", "--non-interactive", "--stack", its.stack.name];
  const child = spawn("pulumi", [operation, ...flags], {
    cwd: its.directory,
    detached: true,
    env: { ...process.env, ...its.stack.workspace.envVars },
  });
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on("data", (part: Buffer) => (text += part.toString()));
  }
  return { child, printed: () => text };
}

/** Kills the Kubernetes provider of an operation. */
export function killProvider({ pid }: ChildProcess): void {
  for (const process_ of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const [, , parent] = /\) (.) (\d+) /.exec(fs.readFileSync(`/proc/${process_}/stat`, "utf8"))!;
      const command = fs.readFileSync(`/proc/${process_}/cmdline`, "utf8");
      if (Number(parent) === pid && command.includes("pulumi-resource-kubernetes")) {
        process.kill(Number(process_), "SIGKILL");
      }
    } catch {
      continue; // it has ended meanwhile
    }
  }
}

export type Fault = NodeJS.Signals | ((operation: ChildProcess) => unknown);

/**
 * Kills an operation, its whole group, when it has come to a point, or does something else to it then; and waits for its end, however
 * that is.
 */
export async function interrupted(
  its: Operated,
  operation: "up" | "destroy",
  point: (printed: string) => boolean | Promise<boolean>,
  fault: Fault,
): Promise<void> {
  const { child, printed } = start(its, operation);
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  await poll(
    `${operation} comes to its point`,
    async () =>
      child.exitCode === null ? await point(printed()) : Promise.reject(new Error(`it ended: ${printed()}`)),
    (there) => there,
    180,
  );
  if (typeof fault === "string") {
    process.kill(-child.pid!, fault);
  } else {
    await fault(child);
  }
  await ended;
  await its.stack.cancel().catch(() => undefined);
}

/** The point at which the CLI says so. */
export const says = (words: RegExp) => (printed: string) => words.test(printed);

/** The point at which Helm's record of Consul's release has this status. */
export const helmStatus = (status: string) => async (): Promise<boolean> =>
  (await kubectl(
    "get",
    "secrets",
    "-n",
    "consul-system",
    "-l",
    `owner=helm,name=consul,status=${status}`,
    "-o",
    "name",
  )) !== "";
