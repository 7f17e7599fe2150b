import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";

/** How the cluster is found; without anything as kubectl and Pulumi's Kubernetes provider find it. */
export interface ClusterAccess {
  /** A kubeconfig, or the path of one. Default: `KUBECONFIG`, then `~/.kube/config`, then the pod's own account. */
  readonly kubeconfig?: string;
  /** A context in it. Default: the current one. */
  readonly context?: string;
  /** A cluster in it. Default: the context's. */
  readonly cluster?: string;
}

/** The same where it may be known later; nothing where a preview does not know it, since the cluster is still to be made. */
export type Way = ClusterAccess | Promise<ClusterAccess | undefined>;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a kubeconfig, which nobody but its tools describes
export type Config = any;

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

export function read(file: string): string {
  return fs.readFileSync(file, "utf8");
}

/** The cluster and the user of a context, and the folder that paths in them are relative to. */
export function findCluster({ kubeconfig: given, context, cluster: its }: ClusterAccess): {
  cluster: Config;
  user: Config;
  folder: string;
} {
  const home = path.join(os.homedir(), ".kube", "config");
  // As Pulumi's provider takes it: no shell has replaced the tilde, and what is empty is not set.
  const kubeconfig = given?.replace(/^~(?=\/|$)/, os.homedir()) || undefined;
  const named = kubeconfig ?? process.env.KUBECONFIG ?? home;
  const text = kubeconfig !== undefined && !fs.existsSync(kubeconfig) ? kubeconfig : undefined;
  const files =
    text === undefined ? named.split(path.delimiter).filter((file) => file !== "" && fs.existsSync(file)) : [];
  const configs = [
    ...(text === undefined ? [] : [{ folder: process.cwd(), config: parse(text) as Config }]),
    ...files.map((file) => ({ folder: path.dirname(file), config: parse(read(file)) as Config })),
  ].filter(({ config }) => config !== null && typeof config === "object");
  if (configs.length === 0 && kubeconfig !== undefined) {
    throw new Error("the kubeconfig that is given is neither one nor the path of one");
  }
  if (configs.length === 0) {
    return inCluster();
  }
  const pick = (kind: string, name: string | undefined) => {
    for (const { folder, config } of configs) {
      const entry = (config[kind] ?? []).find((one: Config) => one.name === name);
      if (entry !== undefined) {
        return { folder, entry };
      }
    }
    throw new Error(`the kubeconfig has no "${name}" among its ${kind}`);
  };
  const current = context ?? configs.map(({ config }) => config["current-context"]).find((name) => name);
  const { entry } = pick("contexts", current);
  const cluster = pick("clusters", its ?? entry.context.cluster);
  // Without one it is asked as nobody.
  const user = entry.context.user ? pick("users", entry.context.user) : { ...cluster, entry: {} };
  return { cluster: cluster.entry.cluster, user: user.entry.user ?? {}, folder: user.folder };
}

function inCluster(): { cluster: Config; user: Config; folder: string } {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  if (host === undefined) {
    throw new Error("there is no kubeconfig: set KUBECONFIG, or kubernetes:kubeconfig in the stack's configuration");
  }
  return {
    cluster: { server: `https://${host}:${port}`, "certificate-authority": `${ACCOUNT}/ca.crt` },
    user: { tokenFile: `${ACCOUNT}/token` },
    folder: "/",
  };
}

/** What a credential plugin prints, such as those of the clouds. */
export function credentials(exec: Config, folder: string): Config {
  const command = exec.command.includes("/") ? path.resolve(folder, exec.command) : exec.command;
  const info = { apiVersion: exec.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  const env = Object.fromEntries((exec.env ?? []).map(({ name, value }: Config) => [name, value]));
  const output = execFileSync(command, exec.args ?? [], {
    env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    encoding: "utf8",
    timeout: 60_000,
  });
  return JSON.parse(output).status;
}
