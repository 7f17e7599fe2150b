import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";

/** How the cluster is found; without anything as kubectl and Pulumi's Kubernetes provider find it. */
export interface ClusterAccess {
  /** A kubeconfig, or the path of one. Default: `KUBECONFIG`, then `~/.kube/config`, then the pod's own account. */
  readonly kubeconfig?: string;
  /** A context in it. Default: the current one. */
  readonly context?: string;
}

/** What the API server refused. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

/**
 * Whether an error says no more than that the cluster cannot be asked so, while Pulumi's provider may well reach it: as somebody who
 * may not read, or may in a way that is not known here; or at the far side of a proxy.
 */
export function cannotAsk(error: unknown): boolean {
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy } = process.env;
  const proxy = HTTPS_PROXY ?? https_proxy ?? HTTP_PROXY ?? http_proxy;
  return error instanceof ApiError
    ? [401, 403].includes(error.status)
    : error instanceof Unreachable && proxy !== undefined;
}

/** What is read of an object, of a list of them, or of what the server has. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly {
      readonly manager: string;
      readonly time?: string;
      readonly fieldsV1?: { readonly "f:spec"?: object; readonly [field: string]: object | undefined };
    }[];
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
    readonly finalizers?: readonly string[];
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  readonly items?: readonly ApiObject[];
  /** Of a CustomResourceDefinition, or of a Job. */
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly serviceAccountName?: string } };
    readonly group?: string;
    readonly versions?: readonly { readonly name: string; readonly served: boolean }[];
  };
  /** Of `/apis`. */
  readonly groups?: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
  /** Of a group's version. */
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** Waits a moment before something is asked again. */
export function pause(milliseconds = 500): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a kubeconfig, which nobody but its tools describes
type Config = any;

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The Kubernetes API, as little of it as is needed. The official client takes 0.5 s to load and is an ES module, which Node 20 does
 * not load everywhere: every preview would pay for what an interrupted run needs.
 */
export class ClusterApi {
  private constructor(
    private readonly server: URL,
    private readonly agent: http.Agent,
    private readonly authorization: string | undefined,
    /** Milliseconds for which an API server that does not answer is asked again; with none it has 3 s to answer. */
    private readonly patience: number,
  ) {}

  /** Finds the cluster; asks it nothing yet. Throws where there is no kubeconfig, or no such context in it. */
  static connect(access: ClusterAccess, patience = 0): ClusterApi {
    const { cluster, user, folder } = find(access);
    if (cluster["proxy-url"] !== undefined) {
      throw new ApiError(401, "the kubeconfig names a proxy, through which nothing is asked here");
    }
    const data = (holder: Config, key: string): Buffer | undefined =>
      holder[`${key}-data`] !== undefined
        ? Buffer.from(holder[`${key}-data`], "base64")
        : holder[key] !== undefined
          ? fs.readFileSync(path.resolve(folder, holder[key]))
          : undefined;
    const exec = user.exec === undefined ? {} : credentials(user.exec, folder);
    const token = exec.token ?? user.token ?? (user.tokenFile ? read(path.resolve(folder, user.tokenFile)) : undefined);
    const agent = new https.Agent({
      keepAlive: true,
      maxSockets: 8,
      ca: data(cluster, "certificate-authority"),
      cert: exec.clientCertificateData ?? data(user, "client-certificate"),
      key: exec.clientKeyData ?? data(user, "client-key"),
      servername: cluster["tls-server-name"],
      // What the user's own kubeconfig says, as kubectl takes it.
      rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
    });
    const server = new URL(cluster.server);
    const plain = new http.Agent({ keepAlive: true, maxSockets: 8 });
    return new ClusterApi(
      server,
      server.protocol === "http:" ? plain : agent,
      token && `Bearer ${token.trim()}`,
      patience,
    );
  }

  /** What is at a path; `undefined` where there is nothing. */
  async get(path: string): Promise<ApiObject | undefined> {
    return this.request("GET", path).catch(nothing);
  }

  async create(path: string, object: unknown): Promise<ApiObject> {
    return this.request("POST", path, object, "application/json");
  }

  /** Merges into what is at a path; `undefined` where there is nothing. */
  async merge(path: string, part: unknown): Promise<ApiObject | undefined> {
    return this.request("PATCH", path, part, "application/merge-patch+json").catch(nothing);
  }

  /** Deletes what is at a path, and what it owns in the background. Nothing there is as well. */
  async delete(path: string): Promise<void> {
    const options = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" };
    await this.request("DELETE", path, options, "application/json").catch(nothing);
  }

  private async request(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiObject> {
    const deadline = Date.now() + this.patience;
    for (;;) {
      try {
        return await this.requestOnce(method, path, body, contentType);
      } catch (error) {
        const away =
          error instanceof Unreachable ||
          (error instanceof ApiError && [429, 500, 502, 503, 504].includes(error.status));
        if (!away || Date.now() >= deadline) {
          throw error;
        }
        await pause();
      }
    }
  }

  private requestOnce(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiObject> {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const unreachable = (error: Error) => reject(new Unreachable(`${method} ${path}: ${error.message}`));
      const headers = {
        Accept: "application/json",
        ...(contentType ? { "Content-Type": contentType } : {}),
        // Node counts it itself, but not of a DELETE.
        ...(sent === undefined ? {} : { "Content-Length": Buffer.byteLength(sent) }),
        ...(this.authorization ? { Authorization: this.authorization } : {}),
      };
      const url = new URL(this.server.pathname.replace(/\/$/, "") + path, this.server);
      const request = (url.protocol === "http:" ? http : https).request(
        url,
        { method, headers, agent: this.agent, timeout: this.patience > 0 ? 30_000 : 3000 },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("error", unreachable);
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            const status = response.statusCode ?? 0;
            if (status < 400) {
              resolve(text === "" ? {} : JSON.parse(text));
            } else {
              reject(new ApiError(status, `${method} ${path}: ${messageOf(text)}`));
            }
          });
        },
      );
      request.on("timeout", () => request.destroy(new Error("no answer in time")));
      request.on("error", unreachable);
      request.end(sent);
    });
  }
}

/** Milliseconds for which the API server may be away. */
const PATIENCE = 60_000;

/** Does something in a cluster; nothing where it cannot be asked from here: then Helm and Pulumi say what they do not like. */
export async function withCluster(access: ClusterAccess, what: (api: ClusterApi) => Promise<unknown>): Promise<void> {
  try {
    await what(ClusterApi.connect(access, PATIENCE));
  } catch (error) {
    if (!cannotAsk(error)) {
      throw error;
    }
  }
}

function nothing(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) {
    return undefined;
  }
  throw error;
}

function messageOf(text: string): string {
  try {
    return JSON.parse(text).message;
  } catch {
    return text;
  }
}

function read(file: string): string {
  return fs.readFileSync(file, "utf8");
}

/** The cluster and the user of a context, and the folder that paths in them are relative to. */
function find({ kubeconfig, context }: ClusterAccess): { cluster: Config; user: Config; folder: string } {
  const home = path.join(os.homedir(), ".kube", "config");
  const named = kubeconfig ?? process.env.KUBECONFIG ?? home;
  const text = kubeconfig !== undefined && !fs.existsSync(kubeconfig) ? kubeconfig : undefined;
  const files =
    text === undefined ? named.split(path.delimiter).filter((file) => file !== "" && fs.existsSync(file)) : [];
  const configs = [
    ...(text === undefined ? [] : [{ folder: process.cwd(), config: parse(text) as Config }]),
    ...files.map((file) => ({ folder: path.dirname(file), config: parse(read(file)) as Config })),
  ].filter(({ config }) => config !== null && typeof config === "object");
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
  const cluster = pick("clusters", entry.context.cluster);
  const user = pick("users", entry.context.user);
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
function credentials(exec: Config, folder: string): Config {
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
