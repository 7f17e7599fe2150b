import { ChildProcess, spawn } from "node:child_process";
import * as net from "node:net";

/** A real Consul, alone on this machine, in memory: it judges config entries as the mesh's servers do. */
export class Agent {
  private constructor(
    readonly process: ChildProcess,
    /** `host:port` of its HTTP API. */
    readonly address: string,
  ) {}

  /** Of its HTTP API, with the version. */
  get url(): string {
    return `http://${this.address}/v1`;
  }

  /** Starts it, with further arguments of its command line. */
  static async start(...further: string[]): Promise<Agent> {
    const [http, server, lan, wan] = await freePorts(4);
    const off = ["-grpc-port", "-grpc-tls-port", "-dns-port"].flatMap((port) => [port, "-1"]);
    const ports = ["-http-port", http, "-server-port", server, "-serf-lan-port", lan, "-serf-wan-port", wan].map(
      String,
    );
    const agent = new Agent(
      spawn("consul", ["agent", "-dev", "-bind", "127.0.0.1", "-client", "127.0.0.1", ...ports, ...off, ...further], {
        stdio: "ignore",
      }),
      `127.0.0.1:${http}`,
    );
    let failure: Error | undefined;
    agent.process.on("error", (error) => (failure = error));
    const deadline = Date.now() + 30_000;
    while (!(await agent.hasLeader())) {
      if (failure !== undefined || agent.process.exitCode !== null || Date.now() > deadline) {
        await agent.stop();
        throw new Error(`no Consul: ${failure ?? "it has no leader"}; is it on the PATH (eval "$(testbed/env)")?`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return agent;
  }

  /** Writes a config entry; `undefined` when Consul takes it, else why not. */
  async write(entry: object): Promise<string | undefined> {
    const response = await fetch(`${this.url}/config`, { method: "PUT", body: JSON.stringify(entry) });
    const body = await response.text();
    return response.ok ? undefined : body.trim();
  }

  /** Registers an instance of a service on this machine. */
  async register(name: string, tags: string[], id = name): Promise<void> {
    const port = 9; // nobody answers there, and nobody is asked
    const body = JSON.stringify({ ID: id, Name: name, Address: "127.0.0.1", Port: port, Tags: tags });
    const response = await fetch(`${this.url}/agent/service/register`, { method: "PUT", body });
    if (!response.ok) {
      throw new Error(`${name}: ${await response.text()}`);
    }
  }

  /** Takes an instance away. */
  async deregister(id: string): Promise<void> {
    await fetch(`${this.url}/agent/service/deregister/${id}`, { method: "PUT" });
  }

  async stop(): Promise<void> {
    await killed(this.process);
  }

  private async hasLeader(): Promise<boolean> {
    try {
      return (await (await fetch(`${this.url}/status/leader`)).json()) !== "";
    } catch {
      return false;
    }
  }
}

/** Ends a process that has nothing to save, and waits until it has ended; one that never started or has ended is left. */
export async function killed(process: ChildProcess): Promise<void> {
  if (process.pid === undefined || process.exitCode !== null) {
    return;
  }
  const stopped = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGKILL");
  await stopped;
}

/** Ports that nobody listens on now; all are held until the last is known, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
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
