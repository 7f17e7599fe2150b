import * as http from "node:http";
import { randomUUID } from "node:crypto";
import { kubectl } from "../e2e/cluster";

const HOST = "shop.localhost";

/** An answer through Traefik; `0` where there was none, with the reason as its text. */
export function ask(
  path: string,
  options: http.RequestOptions = {},
  body?: object,
): Promise<{ status: number; text: string }> {
  const headers = { host: HOST, "content-type": "application/json", ...(options.headers as http.OutgoingHttpHeaders) };
  return new Promise((resolve) => {
    const request = http.request(
      { host: "127.0.0.1", port: 30080, path, agent: false, timeout: 20_000, ...options, headers },
      (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode!, text }));
        response.on("error", (error) => resolve({ status: 0, text: error.message }));
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer in 20 s")));
    request.on("error", (error) => resolve({ status: 0, text: error.message }));
    request.end(body && JSON.stringify(body));
  });
}

/** Orders by a client as any: one key an order, and asked again with the same key until the answer says that it is taken. */
export class Orders {
  public readonly keys: string[] = [];
  /** What the first answer was of those that were asked again. */
  public readonly asked: Record<string, number> = {};
  public retried = 0;

  /** What was wrong, where a client gives up: not before everything has been calm again for long. */
  public readonly place = async (): Promise<string | undefined> => {
    const key = randomUUID();
    this.keys.push(key);
    const deadline = Date.now() + 900_000;
    for (let tries = 1; ; tries++) {
      const order = { sku: "mug", quantity: 2 };
      const { status, text } = await ask("/orders", { method: "POST", headers: { "idempotency-key": key } }, order);
      if (status === 201) {
        return undefined;
      }
      if (tries === 1) {
        this.retried++;
        const why = `${status} ${text.slice(0, 60)}`;
        this.asked[why] = (this.asked[why] ?? 0) + 1;
      }
      if (Date.now() > deadline) {
        return `${key}: still ${status} ${text}`;
      }
      // As clients do: ever later, and not all of them at once; else those that wait are more load than the orders.
      const pause = Math.min(15_000, 250 * 2 ** tries) * (0.5 + Math.random() / 2);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
}

/** The rows of a query, asked in the database's own pod. */
export async function rows(query: string): Promise<string[]> {
  const psql = ["psql", "-h", "/var/run/postgresql", "-U", "shop", "-d", "shop", "-At", "-c", query];
  const answer = await kubectl("exec", "-n", "shop", "statefulset/db", "-c", "db", "--", ...psql);
  return answer.split("\n").filter(Boolean);
}

/** The services that have sent spans of a trace to the collector, a name for each span. */
export async function spans(trace: string): Promise<string[]> {
  const log = await kubectl("logs", "-n", "outside", "deployment/collector", "--tail=-1");
  return log.split("ResourceSpans #").flatMap((part) => {
    const service = /service\.name: Str\((.*)\)/.exec(part)?.[1] ?? "nobody";
    return [...part.matchAll(/Trace ID +: (\w+)/g)].flatMap(([, id]) => (id === trace ? [service] : []));
  });
}

/** How often the processor outside was asked for each charge. */
export async function charges(): Promise<Record<string, number>> {
  const curl = ["curl", "-sk", "https://127.0.0.1:8443/"];
  return JSON.parse(await kubectl("exec", "-n", "outside", "deployment/processor", "--", ...curl));
}
