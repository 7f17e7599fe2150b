import * as https from "node:https";
import { kubectl } from "./cluster";

/** Consul's HTTP API as a client with a token sees it, through the Service of its UI; TLS is verified. */
export class ConsulApi {
  private constructor(
    private readonly address: string,
    private readonly servername: string,
    private readonly ca: Buffer,
    private readonly token: string | undefined,
  ) {}

  /** As the holder of the bootstrap token. */
  static async asOperator(namespace = "consul-system"): Promise<ConsulApi> {
    const get = async (kind: string, name: string, path: string) =>
      kubectl("get", kind, name, "-n", namespace, "-o", `jsonpath={${path}}`);
    const decoded = async (name: string, path: string) => Buffer.from(await get("secret", name, path), "base64");
    return new ConsulApi(
      await get("service", "consul-ui", ".spec.clusterIP"),
      `consul-server.${namespace}.svc`,
      await decoded("consul-ca-cert", ".data.tls\\.crt"),
      (await decoded("consul-bootstrap-token", ".data.token")).toString(),
    );
  }

  /** The same API as the holder of another token, or of none. */
  as(token: string | undefined): ConsulApi {
    return new ConsulApi(this.address, this.servername, this.ca, token);
  }

  /** The status and the answer, parsed where it is JSON. */
  async ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
    const { address, servername, ca, token } = this;
    return new Promise((resolve, reject) => {
      const headers = token === undefined ? {} : { "X-Consul-Token": token };
      const request = https
        .request(
          { host: address, port: 443, servername, ca, method, path: `/v1/${path}`, headers, agent: false },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk) => chunks.push(chunk));
            response.on("end", () => resolve({ status: response.statusCode!, body: parse(Buffer.concat(chunks)) }));
          },
        )
        .on("error", reject)
        .setTimeout(10_000, () => request.destroy(new Error(`${path}: no answer`)));
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The answer to a GET that has to succeed. */
  async get(path: string): Promise<any> {
    const { status, body } = await this.ask("GET", path);
    if (status !== 200) {
      throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    }
    return body;
  }

  /** Consul's tokens of a service's identity. */
  async tokensOf(service: string): Promise<any[]> {
    const tokens: any[] = await this.get("acl/tokens");
    return tokens.filter((token) => token.ServiceIdentities?.some((identity: any) => identity.ServiceName === service));
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
}
