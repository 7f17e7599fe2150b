import { ChildProcess } from "node:child_process";
import { Agent } from "./agent";
import { killed, onFreePorts, run } from "./processes";

/** A router, middleware or service as Traefik's API shows it. */
export interface Shown {
  readonly name: string;
  readonly status: string;
  readonly error?: string[];
  readonly [field: string]: unknown;
}

/** The names of a kind, such as `http.routers`, that tags define, in their order. */
export function namesIn(tags: readonly string[], kind: string): string[] {
  const name = new RegExp(`^traefik\\.${kind}\\.([^.]+)\\.`);
  return [...new Set(tags.flatMap((tag) => name.exec(tag)?.[1] ?? []))];
}

/** A real Traefik that reads a real Consul's catalog: it says what it makes of tags. */
export class Traefik {
  private constructor(
    private readonly process: ChildProcess,
    /** Of its entry points. */
    readonly ports: { readonly [entryPoint: string]: number },
  ) {}

  /** With these TCP entry points beside `web` and `websecure`; further arguments as given. */
  static start(
    consul: Agent,
    args: string[] = [],
    cwd = "/",
    env: Readonly<Record<string, string>> = {},
  ): Promise<Traefik> {
    const names = ["web", "websecure", "traefik", "internal", "admin", "postgres"];
    return onFreePorts(names.length, async (free) => {
      const ports = Object.fromEntries(names.map((name, i) => [name, free[i]]));
      const all = [
        "--global.checkNewVersion=false",
        "--global.sendAnonymousUsage=false",
        ...names.map((name) => `--entryPoints.${name}.address=127.0.0.1:${ports[name]}`),
        "--api.insecure=true",
        `--providers.consulCatalog.endpoint.address=${consul.address}`,
        "--providers.consulCatalog.exposedByDefault=false",
        "--providers.consulCatalog.watch=true",
        ...args,
      ];
      const itself = async () => {
        const { address } = (await (await fetch(`http://127.0.0.1:${ports.traefik}/api/entrypoints/web`)).json()) as {
          address: string;
        };
        return address === `127.0.0.1:${ports.web}`;
      };
      return new Traefik(await run("traefik", all, itself, cwd, env), ports);
    });
  }

  /** All of a kind, such as `http/routers`, as soon as there are those names, without their provider. */
  async shown(kind: string, names: string[]): Promise<Map<string, Shown>> {
    const deadline = Date.now() + 30_000;
    let found = new Map<string, Shown>();
    while (Date.now() < deadline) {
      found = await this.ask(kind).catch(() => new Map());
      if (names.every((name) => found.has(name))) {
        return found;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${kind}: no ${names.filter((name) => !found.has(name)).join(", ")}`);
  }

  private async ask(kind: string): Promise<Map<string, Shown>> {
    const response = await fetch(`http://127.0.0.1:${this.ports.traefik}/api/${kind}?per_page=10000`);
    const all = (await response.json()) as Shown[];
    return new Map(
      all
        .filter(({ name }) => name.endsWith("@consulcatalog"))
        .map((each) => [each.name.replace("@consulcatalog", ""), each]),
    );
  }

  async stop(): Promise<void> {
    await killed(this.process);
  }
}
