import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { StackExport } from "./declared";

const run = promisify(execFile);

/** The options that every command has: a stack, as Pulumi's own CLI is told it, and the cluster, as kubectl is. */
export const STACK_OPTIONS = {
  stack: { type: "string", short: "s" },
  cwd: { type: "string", short: "C", default: "." },
  context: { type: "string" },
  kubeconfig: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The stack that a command's options name; the command then runs in the folder of its program, as the CLI has to. */
export function stackOf({ stack, cwd }: { readonly stack?: string; readonly cwd: string }): PulumiStack {
  process.chdir(cwd);
  return new PulumiStack(stack);
}

/** A stack as the Pulumi CLI of its user reaches it, in the folder that this runs in. */
export class PulumiStack {
  constructor(public readonly name: string | undefined) {}

  private async ask(...args: string[]): Promise<string> {
    const stack = this.name === undefined ? [] : ["--stack", this.name];
    try {
      const { stdout } = await run("pulumi", [...args, ...stack, "--non-interactive"], { maxBuffer: 2 ** 30 });
      return stdout;
    } catch (error) {
      const { code, stderr = "" } = error as { code?: string; stderr?: string };
      const said = code === "ENOENT" ? "there is no pulumi on PATH" : stderr.trim().replace(/^error: /, "");
      throw new Error(`pulumi ${args.join(" ")}: ${said || error}`);
    }
  }

  /** Another stack of the same backend. */
  beside(name: string): PulumiStack {
    return new PulumiStack(name);
  }

  /** The state; secrets stay encrypted in it, unless they are asked for. */
  async export(...flags: "--show-secrets"[]): Promise<StackExport> {
    return JSON.parse(await this.ask("stack", "export", ...flags));
  }

  /** What a preview prints as JSON; of one that failed too, where the problems are in it. */
  async preview(): Promise<string> {
    const stack = this.name === undefined ? [] : ["--stack", this.name];
    const args = ["preview", "--json", "--non-interactive", ...stack];
    const { stdout } = await run("pulumi", args, { maxBuffer: 2 ** 30 }).catch((error) =>
      String(error.stdout ?? "").startsWith("{") ? error : Promise.reject(error),
    );
    return stdout;
  }

  /** A setting, also a secret one. */
  async setting(key: string): Promise<string> {
    return (await this.ask("config", "get", key)).trim();
  }

  /** The settings, those of the program apart from the providers'; of secret ones no more than their names. */
  async config(): Promise<{
    readonly settings: Record<string, string>;
    readonly kubernetes: Record<string, string>;
    readonly secrets: readonly string[];
  }> {
    const all: Record<string, { value?: string; secret?: boolean }> = JSON.parse(await this.ask("config", "--json"));
    const of = (namespace: (key: string) => boolean) =>
      Object.fromEntries(
        Object.entries(all).flatMap(([key, { value, secret }]) =>
          namespace(key) && value !== undefined && !secret ? [[key.replace(/^[^:]*:/, ""), value]] : [],
        ),
      );
    const kubernetes = (key: string) => key.startsWith("kubernetes:");
    const secrets = Object.keys(all).filter((key) => all[key].secret);
    return { secrets, settings: of((key) => !/^(kubernetes|pulumi):/.test(key)), kubernetes: of(kubernetes) };
  }
}
