import { ChildProcess } from "node:child_process";
import { poll } from "../e2e/cluster";
import { killed, onFreePorts, run } from "./processes";

/** A port at which nobody answers, of what nobody asks. */
const NOBODY = 9;

/** What starts each Consul that verdicts are compared with: the one of the testbed's mesh, and that of the default chart. */
export const CONSULS = { "1.20.1": "consul", "1.22.7": "consul-1.22" } as const;

export type ConsulVersion = keyof typeof CONSULS;
export const CONSUL_VERSIONS = Object.keys(CONSULS) as ConsulVersion[];

/** A real Consul, alone on this machine, in memory: it judges config entries as the mesh's servers do. */
export class Agent {
  private constructor(
    readonly process: ChildProcess,
    /** `host:port` of its HTTP API. */
    readonly address: string,
    /** The program that it is. */
    readonly command: string,
  ) {}

  /** Of its HTTP API, with the version. */
  get url(): string {
    return `http://${this.address}/v1`;
  }

  /** Starts that of the testbed's mesh, with further arguments of its command line. */
  static start(...further: string[]): Promise<Agent> {
    return Agent.of("1.20.1", ...further);
  }

  /** Starts one of a version, with further arguments of its command line. */
  static of(version: ConsulVersion, ...further: string[]): Promise<Agent> {
    const command = CONSULS[version];
    return onFreePorts(4, async ([http, server, lan, wan]) => {
      const off = ["-grpc-port", "-grpc-tls-port", "-dns-port"].flatMap((port) => [port, "-1"]);
      const ports = ["-http-port", http, "-server-port", server, "-serf-lan-port", lan, "-serf-wan-port", wan];
      const address = `127.0.0.1:${http}`;
      const args = ["agent", "-dev", "-bind", "127.0.0.1", "-client", "127.0.0.1", ...ports.map(String), ...off];
      const leads = async () =>
        (await (await fetch(`http://${address}/v1/status/leader`)).json()) === `127.0.0.1:${server}`;
      return new Agent(await run(command, [...args, ...further], leads), address, command);
    });
  }

  /** Writes a config entry; `undefined` when Consul takes it, else why not. A new leader takes intentions only after a moment. */
  async write(entry: object): Promise<string | undefined> {
    const answer = async () => {
      const response = await fetch(`${this.url}/config`, { method: "PUT", body: JSON.stringify(entry) });
      const body = await response.text();
      return response.ok ? undefined : body.trim();
    };
    return poll("a config entry", answer, (refusal) => !refusal?.includes("read only while being upgraded"));
  }

  /** Registers an instance of a service on this machine. */
  async register(name: string, tags: string[], id = name, port = NOBODY): Promise<void> {
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
}
