import { ChildProcess, spawn } from "node:child_process";
import * as net from "node:net";

/** Somebody took a port between its being asked for and the process that was to listen there. */
export class PortTaken extends Error {}

/** Starts something on ports that the kernel has free, and on others where one of them is taken meanwhile. */
export async function onFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let tries = 5; ; tries--) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (!(error instanceof PortTaken) || tries === 1) {
        throw error;
      }
    }
  }
}

/**
 * Starts a process, and returns it when it is `ready`, which has to be true of none but that one.
 *
 * Errors: `PortTaken` where that ended it; else one with its last words.
 */
export async function run(
  command: string,
  args: readonly string[],
  ready: () => Promise<boolean>,
  cwd?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => (said = (said + chunk).slice(-5000)));
  }
  let over = false;
  const end = new Promise<false>((resolve) => {
    child.on("error", (error) => (said += error.message));
    child.on("close", () => resolve(!(over = true) as false));
  });
  const deadline = Date.now() + 60_000;
  while (!(await Promise.race([end, ready().catch(() => false)])) || over) {
    if (over || Date.now() > deadline) {
      await killed(child);
      throw /address (is )?already in use/i.test(said)
        ? new PortTaken(said)
        : new Error(`no ${command}: ${said}; is it on the PATH (eval "$(testbed/env)")?`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

/** Ends a process that has nothing to save, and waits until it has ended; one that never started or has ended is left. */
export async function killed(process: ChildProcess): Promise<void> {
  if (process.pid === undefined || process.exitCode !== null || process.signalCode !== null) {
    return;
  }
  const stopped = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGKILL");
  await stopped;
}

/** Ports that nobody listens on now; all are held until the last is known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<net.Server>((resolve) => {
          const server = net.createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
