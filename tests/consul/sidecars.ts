import { execFile } from "node:child_process";
import * as http from "node:http";
import { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { Agent, ConsulVersion } from "./agent";
import { killed, onFreePorts, run } from "./processes";

/** Field names as Consul's API spells them. */
const SPELLED: Record<string, string> = {
  http: "HTTP",
  jwt: "JWT",
  jwks: "JWKS",
  uri: "URI",
  jwksCluster: "JWKSCluster",
  tlsCertificates: "TLSCertificates",
  trustedCA: "TrustedCA",
};
export function capitalized(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) {
    return Array.isArray(value) ? value.map(capitalized) : value;
  }
  const name = (key: string) => SPELLED[key] ?? key.replace(/^json|^./, (first) => first.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, its]) => [name(key), capitalized(its)]));
}

/** What is not as usual. */
interface Options {
  /** Gets each line of the sidecars. */
  readonly log?: (line: string) => void;
  /** Arguments of Consul. */
  readonly further?: readonly string[];
  /** A sidecar's configuration of its own, as the annotation `proxy-config-map` has it. */
  readonly config?: (service: string) => object;
  /** Of `orders`; http by default. */
  readonly protocol?: string;
  /** Of `orders`. */
  readonly tags?: readonly string[];
  /** Of Consul; by default that of the testbed's mesh. */
  readonly version?: ConsulVersion;
}

/** Two sidecars, the real Envoy each, by the real Consul: `web` calls `orders`, which speaks http unless it is told otherwise. */
export class Sidecars {
  private readonly ended: (() => unknown)[] = [];
  consul!: Agent;
  /** Where `web` calls `orders`. */
  upstream!: number;
  /** Ports of the sidecars' admin interfaces, by service. */
  readonly admin: Record<string, number> = {};

  /** Starts them; `app` is `orders` itself or the port where it listens. */
  static async start(app: http.RequestListener | number, options: Options = {}): Promise<Sidecars> {
    const its = new Sidecars();
    try {
      await its.begin(app, options);
    } catch (error) {
      await its.stop();
      throw error;
    }
    return its;
  }

  private async begin(
    its: http.RequestListener | number,
    {
      log = () => undefined,
      further = [],
      config = () => ({}),
      protocol = "http",
      tags = [],
      version = "1.20.1",
    }: Options,
  ): Promise<void> {
    const port = typeof its === "number" ? its : await this.listening(its);
    await onFreePorts(6, async ([grpc, orders, web, local, ...admins]) => {
      await this.consul?.stop(); // of a try whose ports were taken
      this.consul = await Agent.of(version, "-grpc-port", String(grpc), ...further);
      this.upstream = local;
      await this.write({ kind: "service-defaults", name: "orders", protocol });
      const calls = { Upstreams: [{ DestinationName: "orders", LocalBindPort: local }] };
      for (const [Name, Port, upstreams] of [
        ["orders", orders, {}],
        ["web", web, calls],
      ] as const) {
        const SidecarService = { Port, Proxy: { ...upstreams, Config: config(Name) } };
        const Tags = Name === "orders" ? tags : [];
        const body = JSON.stringify({ Name, Port: port, Tags, Connect: { SidecarService } });
        await fetch(`${this.consul.url}/agent/service/register`, { method: "PUT", body });
        const admin = admins.shift()!;
        this.admin[Name] = admin;
        const of = ["-sidecar-for", Name, "-admin-bind", `127.0.0.1:${admin}`, "-grpc-addr", `127.0.0.1:${grpc}`];
        const asked = ["connect", "envoy", "-http-addr", this.consul.address, ...of, "-bootstrap"];
        // Not the synchronous form: nobody would read meanwhile what the agent logs, and it waits for that.
        const { stdout: bootstrap } = await promisify(execFile)(this.consul.command, asked);
        const flags = ["--disable-hot-restart", "--concurrency", "1", "--file-flush-interval-msec", "100"];
        const ready = async () => (await fetch(`http://127.0.0.1:${admin}/ready`)).ok;
        const envoy = await run("envoy", ["--config-yaml", bootstrap, "--log-level", "warn", ...flags], ready);
        this.ended.unshift(() => killed(envoy));
        let rest = "";
        envoy.stdout!.on("data", (chunk) => {
          const lines = (rest + chunk).split("\n");
          rest = lines.pop()!;
          lines.forEach(log);
        });
      }
    });
  }

  private async listening(listener: http.RequestListener): Promise<number> {
    const app = http.createServer(listener);
    this.ended.push(() => app.close());
    await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
    return (app.address() as AddressInfo).port;
  }

  /** Writes an entry of Consul, with fields as the custom resource spells them. */
  async write(entry: object): Promise<void> {
    expect(await this.consul.write(capitalized(entry) as object)).toBeUndefined();
  }

  async stop(): Promise<void> {
    for (const end of this.ended) {
      await end();
    }
    await this.consul?.stop();
  }
}
