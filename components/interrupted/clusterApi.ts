import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as path from "node:path";
import { ClusterAccess, Config, credentials, findCluster, read, Way } from "./kubeconfig";

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
    readonly uid?: string;
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
  /** Of a CustomResourceDefinition, of a Job, or of a claim. */
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly serviceAccountName?: string } };
    readonly group?: string;
    readonly storageClassName?: string;
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
    const { cluster, user, folder } = findCluster(access);
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
export async function withCluster(access: Way, what: (api: ClusterApi) => Promise<unknown>): Promise<void> {
  const known = await access;
  if (known === undefined) {
    return;
  }
  try {
    await what(ClusterApi.connect(known, PATIENCE));
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
