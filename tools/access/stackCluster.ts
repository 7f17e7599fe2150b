import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ClusterOptions } from "./cluster";
import type { PulumiStack } from "./pulumi";

/**
 * The cluster that is asked for; else that of the program's own Kubernetes provider, if its mesh has one, as the state has it; else that of
 * the stack's settings. A kubeconfig may be the text itself in place of a file.
 */
export async function stackCluster(
  stack: PulumiStack,
  { context, kubeconfig }: ClusterOptions,
): Promise<ClusterOptions> {
  const own = context === undefined && kubeconfig === undefined ? await ownProvider(stack) : undefined;
  const its = own ?? (await ofSettings(stack, kubeconfig));
  return { context: context ?? its.context, kubeconfig: fileOf(its.kubeconfig) };
}

/** What a mesh has of its own, or what joins one, by URN; a program may have other releases, in other clusters. */
const MESHED = /:ConsulMesh\$kubernetes:helm\.sh\/v3:Release::|[:$]kubernetes:consul\.hashicorp\.com\/[^:]+:\w+::/;

async function ownProvider(stack: PulumiStack): Promise<ClusterOptions | undefined> {
  const { deployment } = await stack.export();
  // What is still to be deleted may be in the cluster before.
  const meshed = deployment.resources?.find((its) => MESHED.test(its.urn) && its.provider && its.delete !== true);
  const urn = meshed?.provider?.replace(/::[^:]*$/, "");
  if (urn === undefined || /::default(_\d[^:]*)?$/.test(urn)) {
    return undefined;
  }
  const { resources = [] } = (await stack.export("--show-secrets")).deployment;
  const { kubeconfig, context } = resources.find((each) => each.urn === urn)?.inputs ?? {};
  const text = plain(kubeconfig);
  return {
    kubeconfig: typeof text === "object" ? JSON.stringify(text) : text,
    context: plain(context) as string | undefined,
  };
}

/** A value in a state whose secrets are shown. */
function plain(value: unknown): object | string | undefined {
  const { plaintext } = (value ?? {}) as { readonly plaintext?: string };
  return plaintext === undefined ? (value as string | undefined) : JSON.parse(plaintext);
}

async function ofSettings(stack: PulumiStack, kubeconfig: string | undefined): Promise<ClusterOptions> {
  const { kubernetes, secrets } = await stack.config();
  const key = "kubernetes:kubeconfig";
  const secret = kubeconfig === undefined && secrets.includes(key) ? await stack.setting(key) : undefined;
  return { context: kubernetes.context, kubeconfig: kubeconfig ?? secret ?? kubernetes.kubeconfig };
}

/** A file with that kubeconfig, which goes with this process where it had to be made. */
function fileOf(kubeconfig: string | undefined): string | undefined {
  if (kubeconfig === undefined || !/^\s*(\{|apiVersion:|---)|\n/.test(kubeconfig)) {
    return kubeconfig;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "verify-kubeconfig-"));
  process.once("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "kubeconfig");
  fs.writeFileSync(file, kubeconfig, { mode: 0o600 });
  return file;
}
