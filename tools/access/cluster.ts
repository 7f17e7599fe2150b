import { ChildProcess, execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How kubectl finds the cluster. Default: as it does for its user. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** A refusal of the API server, or of kubectl. */
export class ClusterError extends Error {
  constructor(
    message: string,
    public readonly status?: number,
  ) {
    super(message);
  }
}

/** Any object of Kubernetes, as JSON: what is read of it is the reader's business. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type KubernetesObject = Record<string, any>;

/** A port of a pod, on this machine. */
export interface Forwarded {
  readonly port: number;
  close(): void;
}

/**
 * The cluster as the user's own kubectl reaches it, logins by plugin and all: one `kubectl proxy`, on a socket that nobody
 * else may open, and a `kubectl port-forward` for each port of a pod.
 */
export class Cluster {
  private readonly children = new Set<ChildProcess>();

  private constructor(
    private readonly flags: readonly string[],
    private readonly folder: string,
  ) {}

  static async open({ kubeconfig, context }: ClusterOptions = {}): Promise<Cluster> {
    const flags = [
      ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
      ...(context === undefined ? [] : ["--context", context]),
    ];
    const cluster = new Cluster(flags, fs.mkdtempSync(path.join(os.tmpdir(), "verify-")));
    process.once("exit", () => cluster.close());
    try {
      await cluster.started(["proxy", `--unix-socket=${cluster.socket}`], /Starting to serve/);
    } catch (error) {
      cluster.close();
      throw error;
    }
    return cluster;
  }

  private get socket(): string {
    return path.join(this.folder, "api");
  }

  /** Starts a kubectl that goes on, and waits for the line that says that it does. */
  private started(args: readonly string[], sign: RegExp): Promise<{ match: RegExpExecArray; child: ChildProcess }> {
    const child = spawn("kubectl", [...this.flags, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.children.add(child);
    return new Promise((resolve, reject) => {
      let said = "";
      const fail = (message: string) => {
        this.stop(child);
        reject(new ClusterError(`kubectl ${args[0]}: ${message}`));
      };
      const timer = setTimeout(() => fail(`nothing happened for 20 s. ${said.trim()}`), 20_000);
      const hear = (chunk: Buffer) => {
        said += chunk;
        const match = sign.exec(said);
        if (match !== null) {
          clearTimeout(timer);
          resolve({ match, child });
        }
      };
      child.stdout!.on("data", hear);
      child.stderr!.on("data", hear);
      child.on("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        fail(error.code === "ENOENT" ? "there is no kubectl on PATH" : error.message);
      });
      child.on("exit", () => {
        clearTimeout(timer);
        fail(said.trim().split("\n").at(-1) ?? "it ended");
      });
    });
  }

  private stop(child: ChildProcess): void {
    this.children.delete(child);
    child.removeAllListeners("exit");
    child.kill();
  }

  /** Ends all that was started. */
  close(): void {
    [...this.children].forEach((child) => this.stop(child));
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** The status and the text of an answer of the API server. */
  request(
    method: string,
    apiPath: string,
    body?: unknown,
    contentType = "application/json",
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { "content-type": contentType };
      const request = http
        .request({ socketPath: this.socket, host: "localhost", method, path: apiPath, headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("end", () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
          response.on("error", reject);
        })
        .on("error", (error) => reject(new ClusterError(`${method} ${apiPath}: ${error.message}`)))
        .setTimeout(30_000, () => request.destroy(new Error("no answer for 30 s")));
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Hands over each line of an answer that may be long, as a log is. */
  lines(apiPath: string, hear: (line: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (message: string, status?: number) =>
        reject(new ClusterError(`GET ${apiPath}: ${message}`, status));
      const request = http
        .get({ socketPath: this.socket, host: "localhost", path: apiPath }, (response) => {
          const refusal: string[] = [];
          const refused = response.statusCode! >= 300;
          readline
            .createInterface({ input: response })
            .on("line", (line) => (refused ? refusal.push(line) : hear(line)))
            .on("close", () => (refused ? failed(messageOf(refusal.join("\n")), response.statusCode) : resolve()));
          response.on("error", (error) => failed(error.message));
        })
        .on("error", (error) => failed(error.message))
        .setTimeout(30_000, () => request.destroy(new Error("no answer for 30 s")));
    });
  }

  private async asked(method: string, apiPath: string, body?: unknown, type?: string): Promise<KubernetesObject> {
    const { status, text } = await this.request(method, apiPath, body, type);
    if (status >= 300) {
      throw new ClusterError(`${method} ${apiPath}: ${messageOf(text)}`, status);
    }
    return JSON.parse(text);
  }

  get(apiPath: string): Promise<KubernetesObject> {
    return this.asked("GET", apiPath);
  }

  /** What is there, or `undefined`. */
  async find(apiPath: string): Promise<KubernetesObject | undefined> {
    try {
      return await this.get(apiPath);
    } catch (error) {
      if (error instanceof ClusterError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** The items of a list; none where the API server does not know the kind. */
  async list(apiPath: string, labelSelector?: string): Promise<KubernetesObject[]> {
    const query = labelSelector === undefined ? "" : `?labelSelector=${encodeURIComponent(labelSelector)}`;
    return (await this.find(apiPath + query))?.items ?? [];
  }

  post(apiPath: string, body: unknown): Promise<KubernetesObject> {
    return this.asked("POST", apiPath, body);
  }

  /** A strategic merge. */
  patch(apiPath: string, body: unknown): Promise<KubernetesObject> {
    return this.asked("PATCH", apiPath, body, "application/strategic-merge-patch+json");
  }

  async delete(apiPath: string): Promise<void> {
    await this.asked("DELETE", apiPath);
  }

  /** Brings a port of a pod here, that of its own loopback too. kubectl ends it when one of its connections breaks. */
  async forward(namespace: string, pod: string, port: number): Promise<Forwarded> {
    const { match, child } = await this.started(
      ["port-forward", "--namespace", namespace, `pod/${pod}`, `:${port}`, "--address", "127.0.0.1"],
      /Forwarding from 127\.0\.0\.1:(\d+)/,
    );
    return { port: Number(match[1]), close: () => this.stop(child) };
  }

  /** Does something by a port of a pod, and once more where that port was lost meanwhile. */
  async through<T>(namespace: string, pod: string, port: number, use: (port: number) => Promise<T>): Promise<T> {
    const tried = async () => {
      const forwarded = await this.forward(namespace, pod, port);
      try {
        return await use(forwarded.port);
      } finally {
        forwarded.close();
      }
    };
    return tried().catch((error) => (isLost(error) ? tried() : Promise.reject(error)));
  }

  /** An answer of HTTP from a port of a pod. */
  ask(namespace: string, pod: string, port: number, pagePath: string): Promise<{ status: number; text: string }> {
    return this.through(namespace, pod, port, (here) => plainGet(here, pagePath));
  }

  /** What kubectl prints. */
  async kubectl(...args: string[]): Promise<string> {
    const { stdout } = await run("kubectl", [...this.flags, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }
}

/** Whether an error is that of a port that nobody forwards any longer. */
export function isLost(error: unknown): boolean {
  return ["ECONNREFUSED", "ECONNRESET"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** A GET to a port of this machine. */
export function plainGet(
  port: number,
  pagePath: string,
  headers: http.OutgoingHttpHeaders = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http
      .get({ host: "127.0.0.1", port, path: pagePath, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
        response.on("error", reject);
      })
      .on("error", reject)
      .setTimeout(15_000, () => request.destroy(new Error("no answer for 15 s")));
  });
}

/** What an answer of the API server says in words. */
function messageOf(text: string): string {
  try {
    return JSON.parse(text).message ?? text;
  } catch {
    return text.trim();
  }
}

/** Does something for each item, a few at a time. */
export async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>, atOnce = 8): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
