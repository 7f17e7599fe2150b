import * as path from "node:path";
import { scriptText } from "../scripts";
import type { Question } from "./plan";

/** What a request came to, as curl and the other side have it. */
export interface Answer {
  /** curl's exit code. */
  readonly exit: number;
  /** The beginning of what came back. */
  readonly raw: string;
  /** Whose certificate of the mesh was shown to a call that has none itself. */
  readonly peer?: string;
}

/** Longer than Envoy waits for a connection, 5 s; of Traefik's the time is 30 s. */
const SECONDS = { http: 15, tcp: 8, traefikTcp: 35 };
const AT_ONCE = 8;

const ASK = scriptText(path.join(__dirname, "ask.sh"));

/** Where a service is called: its Kubernetes Service. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What asks all questions of one source, some at once; `place` is where a question goes to, of Traefik's a port of its own. */
export function scriptOf(questions: readonly Question[], place: (question: Question) => Address): string {
  const lines = questions.map((question, i) => {
    const last = i % AT_ONCE === AT_ONCE - 1 || i === questions.length - 1;
    return `${command(question, i, place(question))} &${last ? "\nwait" : ""}`;
  });
  return [ASK, ...lines].join("\n");
}

function command({ protocol, http, route }: Question, number: number, { host, port }: Address): string {
  const kind = http === undefined ? "tcp" : "http";
  const seconds = SECONDS[kind === "tcp" && route !== undefined ? "traefikTcp" : kind];
  const scheme = (kind === "tcp" ? "gopher" : "http") + (route?.router.tls ? "s" : "");
  const url = `${scheme}://${route?.host ?? host}:${port}${http?.path ?? "/_"}`;
  const args = [
    ...(http === undefined ? [] : http.method === "HEAD" ? ["--head"] : ["-X", http.method]),
    ...(protocol === "http" || protocol === "tcp" || route !== undefined ? [] : ["--http2-prior-knowledge"]),
    ...Object.entries(http?.headers ?? {}).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
    ...(route === undefined ? [] : ["--connect-to", `::${host}:${port}`]),
    url,
  ];
  const at = route === undefined ? `${host}:${port}` : "";
  return ["ask", number, kind, seconds, quoted(at), ...args.map(quoted)].join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What a script's log tells, by the number of the question; nothing of one whose curl said nothing. */
export function answersIn(log: string): Map<number, Answer> {
  const answers = new Map<number, Answer>();
  for (const [, number, encoded, peer] of log.matchAll(/^got (\d+) (\S*) (\S*)$/gm)) {
    const text = Buffer.from(encoded, "base64").toString("latin1");
    // Of a long answer the end is not read.
    const [, raw, exit = "0"] = /^(.*?)(?:ended (\d+))?$/s.exec(text)!;
    if (text !== "" || peer !== "") {
      answers.set(Number(number), { exit: Number(exit), raw, ...(peer === "" ? {} : { peer }) });
    }
  }
  return answers;
}
