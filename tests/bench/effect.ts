import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as http from "node:http";

/** Milliseconds from a change of an intention until requests through Traefik are judged by it: the first one, and all. */
export interface Effect {
  readonly first: number;
  readonly all: number;
}

/** What a source may do, in the words of ServiceIntentions. */
type Said = Readonly<Record<string, unknown>>;

/** The two kinds of intention: of a caller as a whole, and of its requests. */
export const LAYERS: Readonly<Record<string, (action: "allow" | "deny") => Said>> = {
  L4: (action) => ({ action }),
  L7: (action) => ({ permissions: [{ action, http: { pathPrefix: "/" } }] }),
};

/** Milliseconds between two requests. */
const EVERY = 10;
/** Milliseconds after which a change is said to have had no effect. */
const DEADLINE = 60_000;
const connections = new http.Agent({ keepAlive: true });

/** One request through Traefik: its status, and the pod that answered. */
export function ask(host: string): Promise<{ status: number; pod?: string }> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port: 30080, headers: { host }, agent: connections }, (response) => {
        let body = "";
        response.on("data", (chunk) => (body += chunk));
        response.on("end", () => resolve({ status: response.statusCode!, pod: /^Hostname: (.*)$/m.exec(body)?.[1] }));
      })
      .on("error", reject);
  });
}

/** The intentions of a service, changed by the API server as kubectl does, without the time that kubectl itself takes to start. */
export class Intentions {
  private constructor(
    private readonly proxy: ChildProcess,
    private readonly url: string,
  ) {}

  static async of(service: string, namespace: string): Promise<Intentions> {
    const proxy = spawn("kubectl", ["proxy", "--port=0"]);
    process.on("exit", () => proxy.kill()); // after a failure too
    const [said] = await once(proxy.stdout, "data");
    const api = `http://${/127\.0\.0\.1:\d+/.exec(String(said))![0]}/apis/consul.hashicorp.com/v1alpha1`;
    return new Intentions(proxy, `${api}/namespaces/${namespace}/serviceintentions/${service}`);
  }

  /** Makes this all that is said of whom the service lets in. */
  async say(source: string, said: Said): Promise<void> {
    const answer = await fetch(this.url, {
      method: "PATCH",
      headers: { "content-type": "application/merge-patch+json" },
      body: JSON.stringify({ spec: { sources: [{ name: source, ...said }] } }),
    });
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
  }

  end(): void {
    this.proxy.kill();
  }
}

/** Says something new of a service of so many pods, which Traefik asks in turn, and waits until each has answered by it twice. */
export async function effect(say: () => Promise<void>, host: string, status: number, pods: number): Promise<Effect> {
  const sent: { at: number; as?: number }[] = [];
  const begun = performance.now();
  const said = say();
  for (;;) {
    const one: (typeof sent)[number] = { at: performance.now() - begun };
    sent.push(one);
    void ask(host).then(
      (answer) => (one.as = answer.status),
      () => (one.as = 0),
    );
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    const first = sent.findIndex(({ as }) => as === status);
    const after = sent.map(({ as }) => as !== undefined && as !== status).lastIndexOf(true) + 1;
    if (first >= 0 && sent.length - after > 2 * pods && sent.slice(after, after + 2 * pods).every(({ as }) => as)) {
      await said;
      return { first: sent[first].at, all: sent[after].at };
    }
    if (one.at > DEADLINE) {
      throw new Error(`no ${status} of ${host}: ${JSON.stringify(sent.slice(-3))}`);
    }
  }
}
