import * as http from "node:http";
import * as https from "node:https";
import { poll, through } from "./cluster";

export interface Load {
  /** Ends the load when every answer is there. */
  stop(): Promise<{ sent: number; failures: string[] }>;
}

/** Waits until as many requests in a row succeed as make every pod of the way likely to have answered several. */
export async function steady(host: string, inARow = 30): Promise<void> {
  await poll(
    `${inARow} answers in a row from ${host}`,
    async () => {
      for (let i = 0; i < inARow; i++) {
        const answer = await through(host);
        if (answer !== 200) {
          return answer;
        }
      }
      return 200;
    },
    (answer) => answer === 200,
  );
}

/** Seconds that a load lasts at most. */
const LONGEST = 1800;

/** Requests to a host, see `loadOf`. */
export function load(host: string, perSecond?: number): Load {
  return loadOf(() => failureOf({ host }), perSecond);
}

/**
 * Requests through Traefik at a steady rate, each on a connection of its own, until stopped or for half an hour at most. `ask`
 * makes one, and tells what was wrong with the answer. A failure is any answer but 200, with the second in which the request
 * was sent and what the answer says; none within 30 s, which a machine that is busy with more than this may take, is one too.
 */
export function loadOf(ask: () => Promise<string | undefined>, perSecond = 50): Load {
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  const start = Date.now();
  let sent = 0;
  const timer = setInterval(() => {
    const elapsed = (Date.now() - start) / 1000;
    // What was missed while this process was busy is caught up, at twice the rate at most.
    for (let due = Math.min(elapsed * perSecond - sent, 2); due >= 1 && elapsed < LONGEST; due--) {
      sent++;
      const answered = ask().then((failure) => {
        open.delete(answered);
        if (failure !== undefined) {
          failures.push(`${elapsed.toFixed(1)} s: ${failure}`);
        }
      });
      open.add(answered);
    }
  }, 1000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      const due = (Math.min((Date.now() - start) / 1000, LONGEST) * perSecond) / 10;
      await Promise.all(open);
      if (sent < due) {
        throw new Error(`${sent} requests sent where ${due} are a tenth of what was to be: too few to tell anything`);
      }
      return { sent, failures };
    },
  };
}

/** Where a request goes: through Traefik's web entry point, or with TLS through websecure. */
export interface Asked {
  readonly host: string;
  readonly path?: string;
  readonly tls?: boolean;
}

/** What was wrong with the answer to one request: whose error page it is tells which hop has failed. */
export function failureOf({ host, path = "/", tls = false }: Asked): Promise<string | undefined> {
  const to = { host: "127.0.0.1", port: tls ? 30443 : 30080, path, headers: { host }, agent: false, timeout: 30_000 };
  return new Promise((resolve) => {
    (tls ? https.get : http.get)({ ...to, servername: host, rejectUnauthorized: false }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve(response.statusCode === 200 ? undefined : `${response.statusCode} ${body}`));
    })
      .on("timeout", function (this: http.ClientRequest) {
        this.destroy(new Error("no answer in 30 s"));
      })
      .on("error", (error) => resolve(error.message));
  });
}
