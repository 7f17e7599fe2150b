import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ClusterOptions } from "./cluster";

/** What is asked for, else what the stack's provider is told: there a kubeconfig may also be the text itself. */
export function clusterOf(kubernetes: Record<string, string>, { context, kubeconfig }: ClusterOptions): ClusterOptions {
  const its = kubeconfig ?? kubernetes.kubeconfig;
  const chosen = { context: context ?? kubernetes.context, kubeconfig: its };
  if (its === undefined || !/^\s*(\{|apiVersion:|---)|\n/.test(its)) {
    return chosen;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "verify-kubeconfig-"));
  process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "kubeconfig");
  fs.writeFileSync(file, its, { mode: 0o600 });
  return { ...chosen, kubeconfig: file };
}
