import type { X509Certificate } from "node:crypto";
import * as https from "node:https";
import * as tls from "node:tls";
import { Cluster, Forwarded, isLost } from "./cluster";
import { DeclaredMesh } from "./declared";

/** Where the API is, as this machine reaches it. */
interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly servername: string;
  readonly ca: string;
}

/** A server's port on this machine, brought here anew where it was lost. */
class ForwardedServer {
  private current: Promise<Forwarded>;

  constructor(private readonly forward: () => Promise<Forwarded>) {
    this.current = forward();
  }

  async use<T>(ask: (port: number) => Promise<T>): Promise<T> {
    const its = this.current;
    try {
      return await ask((await its).port);
    } catch (error) {
      if (!isLost(error)) {
        throw error;
      }
      // Of all that lost it at once, the first brings it back.
      if (this.current === its) {
        await this.close();
        this.current = this.forward();
      }
      return ask((await this.current).port);
    }
  }

  async close(): Promise<void> {
    await this.current.then((its) => its.close()).catch(() => undefined);
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of Consul's API, of many shapes
export type ConsulAnswer = any;

/** Consul's HTTPS API by a server's own pod, or at external servers' address; TLS is verified with the mesh's CA. */
export class ConsulClient {
  private constructor(
    private readonly endpoint: Endpoint,
    private readonly token: string | undefined,
    private readonly server: ForwardedServer | undefined,
  ) {}

  /** Through `pod`; straight to the servers where they are external. */
  static async open(cluster: Cluster, mesh: DeclaredMesh, pod: string | undefined): Promise<ConsulClient> {
    const ca = await secretPart(cluster, mesh.namespace, mesh.ca.secretName, mesh.ca.secretKey);
    const { secretName, secretKey } = mesh.bootstrapToken ?? {
      secretName: "consul-bootstrap-acl-token",
      secretKey: "token",
    };
    const token = mesh.acls ? await secretPart(cluster, mesh.namespace, secretName, secretKey) : undefined;
    const [name, port] = mesh.apiAddress.split(":");
    if (pod === undefined) {
      return new ConsulClient({ host: name, port: Number(port), servername: name, ca }, token, undefined);
    }
    const server = new ForwardedServer(() => cluster.forward(mesh.namespace, pod, 8501));
    return new ConsulClient({ host: "127.0.0.1", port: 0, servername: name, ca }, token, server);
  }

  close(): void {
    void this.server?.close();
  }

  /** The status and the answer, parsed where it is JSON; without the token where `anonymous`. */
  async ask(path: string, anonymous = false): Promise<{ status: number; body: ConsulAnswer }> {
    const headers = anonymous || this.token === undefined ? {} : { "X-Consul-Token": this.token };
    const at = (port: number) => answer({ ...this.endpoint, port, path: `/v1/${path}`, headers, agent: false });
    try {
      return await (this.server === undefined ? at(this.endpoint.port) : this.server.use(at));
    } catch (error) {
      throw new Error(`Consul's API, ${path}: ${(error as Error).message}`);
    }
  }
  /** The answer to what has to succeed. */
  async get(path: string): Promise<ConsulAnswer> {
    const { status, body } = await this.ask(path);
    if (status !== 200) {
      throw new Error(`Consul's API, ${path}: ${status} ${typeof body === "string" ? body : JSON.stringify(body)}`);
    }
    return body;
  }
}

function answer(options: https.RequestOptions): Promise<{ status: number; body: ConsulAnswer }> {
  return new Promise((resolve, reject) => {
    const request = https
      .get(options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode!, body: parsed(Buffer.concat(chunks)) }));
        response.on("error", reject);
      })
      .on("error", reject)
      .setTimeout(15_000, () => request.destroy(new Error("no answer for 15 s")));
  });
}

/** The certificate that is shown at a port of this machine, and why it is not to be trusted, if so. */
export function shownCertificate(
  port: number,
  servername: string,
  ca: string,
): Promise<{ certificate: X509Certificate; error?: string }> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: "127.0.0.1", port, servername, ca, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerX509Certificate()!;
      const error = socket.authorized ? undefined : String(socket.authorizationError);
      socket.destroy();
      resolve({ certificate, error });
    });
    socket.on("error", reject).setTimeout(10_000, () => socket.destroy(new Error("no answer for 10 s")));
  });
}

/** What a Secret has under a key. */
export async function secretPart(cluster: Cluster, namespace: string, name: string, key: string): Promise<string> {
  const secret = await cluster.get(`/api/v1/namespaces/${namespace}/secrets/${name}`);
  const value = secret.data?.[key];
  if (value === undefined) {
    throw new Error(`the Secret ${namespace}/${name} has no "${key}"`);
  }
  return Buffer.from(value, "base64").toString();
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
}
