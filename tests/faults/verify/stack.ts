import { execFile } from "node:child_process";
import * as path from "node:path";
import type { PulumiStack } from "../../../tools/access/pulumi";
import { CATEGORIES } from "../../../tools/verify/checks";
import { READERS } from "../../../tools/verify/readers";
import { LiveSource, Outcome, run } from "../../../tools/verify/runner";
import { poll } from "../../e2e/cluster";
import type { Workspace } from "../../workspace";

const ROOT = path.resolve(__dirname, "../../..");

export interface Verifying {
  readonly pre?: boolean;
  readonly probing?: boolean;
  readonly kubeconfig?: string;
}

/** What verify finds, by its own code in this process: each fault would wait seconds for the CLI else. */
export class Verified {
  /** Each state is asked for once. */
  private states = new Map<Workspace, Promise<unknown>>();
  private beside: Workspace | undefined;

  constructor(private readonly its: Workspace) {}

  /** Has states be asked for again; `beside` is the other stack of the mesh. */
  renew(beside: Workspace): void {
    this.states = new Map();
    this.beside = beside;
  }

  private stack(its = this.its): PulumiStack {
    const config = async () => {
      const all = Object.entries(await its.stack.getAllConfig()).filter(([key]) =>
        key.startsWith("consul-traefik-mesh:"),
      );
      return { settings: Object.fromEntries(all.map(([key, { value }]) => [key.replace(/^.*:/, ""), value])) };
    };
    const state = async () => {
      const known = this.states.get(its) ?? its.stack.exportStack();
      this.states.set(its, known);
      return known;
    };
    return { export: state, config, beside: () => this.stack(this.beside) } as unknown as PulumiStack;
  }

  async by({ pre = false, probing = false, kubeconfig }: Verifying = {}, wait = 0): Promise<Outcome[]> {
    const source = new LiveSource(this.stack(), READERS, { kubeconfig }, probing);
    try {
      return await run(CATEGORIES, source, { pre, wait });
    } finally {
      await source.close();
    }
  }

  /** Waits until these checks fail, or warn, and no other. */
  async finds(ids: readonly string[], verifying?: Verifying, seconds = 90): Promise<void> {
    const isWrong = ({ state }: Outcome) => state === "failed" || state === "warning";
    await poll(
      `${ids.join(", ") || "nothing"} wrong`,
      async () => {
        const all = await this.by(verifying);
        const unjudged = all.filter(({ state }) => state === "unjudged");
        return {
          wrong: Object.fromEntries(all.filter(isWrong).map(({ id, causes }) => [id, causes])),
          unjudged: unjudged.map(({ id, causes }) => `${id}: ${causes}`),
        };
      },
      ({ wrong, unjudged }) =>
        Object.keys(wrong).sort().join() === [...ids].sort().join() && (ids.length > 0 || unjudged.length === 0),
      seconds,
    );
  }
}

/** What the command finds, and its exit code. */
export function command(
  { stack, directory }: Pick<Workspace, "stack" | "directory">,
  options: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number; outcomes: Outcome[]; said: string }> {
  const tool = path.join(ROOT, "tools/verify/index.ts");
  const args = [path.join(ROOT, "node_modules/ts-node/dist/bin.js"), "--transpile-only", tool, "-s", stack.name];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...args, "--json", ...options],
      { cwd: directory, env: { ...env, ...stack.workspace.envVars }, maxBuffer: 2 ** 26 },
      (error, printed, said) =>
        resolve({
          code: Number(error?.code ?? 0),
          outcomes: printed === "" ? [] : JSON.parse(printed).outcomes,
          said,
        }),
    );
  });
}

/** What is not well, with its causes. */
export function alarms(outcomes: readonly Outcome[]): string[] {
  return outcomes
    .filter(({ state }) => state !== "passed" && state !== "skipped")
    .map(({ id, state, causes }) => `${id} ${state}: ${causes.join("; ")}`);
}
