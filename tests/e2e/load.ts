import { poll, request, through } from "./cluster";

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

/**
 * Requests through Traefik at a steady rate, each on a connection of its own, until stopped or for ten minutes at most.
 * A failure is any answer but 200, with the second in which the request was sent; none within 30 s, which a machine that is
 * busy with more than this may take, is one too.
 */
export function load(host: string, perSecond = 50): Load {
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  const start = Date.now();
  let sent = 0;
  const timer = setInterval(() => {
    const elapsed = (Date.now() - start) / 1000;
    // What was missed while this process was busy is caught up, at twice the rate at most.
    for (let due = Math.min(elapsed * perSecond - sent, 2); due >= 1 && elapsed < 600; due--) {
      sent++;
      const answered = request({ host, port: 30080, timeoutSeconds: 30 }).then((answer) => {
        open.delete(answered);
        if (answer !== 200) {
          failures.push(`${answer} at ${elapsed.toFixed(1)} s`);
        }
      });
      open.add(answered);
    }
  }, 1000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      return { sent, failures };
    },
  };
}
