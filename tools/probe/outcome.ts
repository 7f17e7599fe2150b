import type { Question } from "./plan";
import type { Answer } from "./script";

/** What a request came to: whether it was let in, and how that is known. */
export interface Got {
  /** `left`: Traefik answers before any intention is asked. */
  readonly what: "allowed" | "refused" | "unclear" | "left";
  readonly words: string;
  readonly hint?: string;
  /** Set where nothing was sent. */
  readonly unsent?: boolean;
}

/** What Envoy says to a request that an intention refuses [Envoy, RBAC filter]. */
const REFUSAL = "RBAC: access denied";
/** What it says where it does not reach the application, or another sidecar. */
const UNREACHED = /^(no healthy upstream|upstream connect error|upstream request timeout)/;

/** curl's exit codes where the other side ended the connection without an answer: HTTP/2, empty, sending, receiving, stream. */
const CLOSED = [16, 52, 55, 56, 92];
const TIMED_OUT = 28;
const EXITS: Readonly<Record<number, readonly [words: string, hint: string]>> = {
  6: ["the name of its Kubernetes Service was not found", "is the cluster's DNS well? npm run verify"],
  7: ["nobody takes connections there", "does the pod run? For Traefik: does it listen on this entry point?"],
  35: ["TLS failed", "does the route, or the entry point, ask for a client's certificate?"],
  [TIMED_OUT]: ["no answer in time", "a NetworkPolicy, or an application that is busy; npm run verify"],
};
const NO_CURL = "the image of --image has to have sh, base64, and curl 7.88 or newer with gopher";

/** Statuses of Traefik's own that middlewares and entry points answer with: to log in, to go elsewhere, to wait. */
const BEFORE_THE_MESH = [301, 302, 303, 307, 308, 401, 403, 407, 413, 429];

/** Reads an answer. That nobody answers is a refusal only where a pod was ready to. */
export function outcomeOf(question: Question, answer: Answer | undefined, destinationReady: boolean): Got {
  if (answer === undefined) {
    return { what: "unclear", words: "the request was not made", hint: NO_CURL, unsent: true };
  }
  const { exit, raw, peer } = answer;
  if (peer !== undefined) {
    const its = peer.endsWith(`/svc/${question.destination}`);
    return its
      ? {
          what: "refused",
          words: "its sidecar wants a certificate of the mesh, for there was no way to it but outside",
        }
      : { what: "unclear", words: `${peer} answers there`, hint: "whose Kubernetes Service has this name?" };
  }
  const response = question.http === undefined ? undefined : responseIn(raw);
  if (response !== undefined) {
    return ofResponse(question, response, destinationReady);
  }
  if (question.http === undefined && raw !== "") {
    return { what: "allowed", words: `it answers with ${raw.length} bytes or more` };
  }
  if (question.http === undefined && exit === TIMED_OUT) {
    return { what: "allowed", words: "the connection stays open" };
  }
  if (CLOSED.includes(exit) || (question.http === undefined && exit === 0)) {
    return closed("the connection is closed", question, destinationReady);
  }
  const [words, hint] = EXITS[exit] ?? [`curl ends with ${exit}`, NO_CURL];
  return { what: "unclear", words, hint };
}

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The last response in what `curl --include` printed: one that goes on, such as 103, comes first. */
function responseIn(raw: string): Response | undefined {
  let rest = raw;
  for (;;) {
    const [head, line] = /^HTTP\/[\d.]+ (\d{3}).*?(\r?\n\r?\n|$)/s.exec(rest) ?? [];
    if (head === undefined) {
      return undefined;
    }
    rest = rest.slice(head.length);
    if (Number(line) >= 200 || rest === "") {
      const headers = [...head.matchAll(/^([^:\s]+):[ \t]*(.*?)\r?$/gm)].map(([, name, value]) => [
        name.toLowerCase(),
        value,
      ]);
      return { status: Number(line), headers: Object.fromEntries(headers), body: rest };
    }
  }
}

function closed(words: string, { destination }: Question, destinationReady: boolean): Got {
  return destinationReady
    ? { what: "refused", words }
    : { what: "unclear", words, hint: `no pod of ${destination} was ready all the time; npm run verify` };
}

function ofResponse(question: Question, { status, headers, body }: Response, destinationReady: boolean): Got {
  const { destination, protocol, http, route } = question;
  // The callee's sidecar tells how long the application took, of its own answers nothing. The caller's tells of both.
  const byApplication = route !== undefined && headers["x-envoy-upstream-service-time"] !== undefined;
  const allowed = { what: "allowed" as const, words: `answered ${status}` };
  if (byApplication) {
    return allowed;
  }
  const bodyless = http?.method === "HEAD";
  const refusal = bodyless
    ? headers["content-length"] === String(REFUSAL.length) && headers["content-type"] === "text/plain"
    : body === REFUSAL;
  if ((status === 403 && refusal) || headers["grpc-message"] === REFUSAL) {
    return { what: "refused", words: `${status} ${REFUSAL}` };
  }
  // Without a body only its type tells: Envoy's own says no character set, as applications nearly all do.
  const envoysOwn = bodyless ? headers["content-type"] === "text/plain" : UNREACHED.test(body);
  if ([502, 503, 504].includes(status) && envoysOwn) {
    return unreached(destination, status, body);
  }
  if (route === undefined) {
    return allowed;
  }
  if (BEFORE_THE_MESH.includes(status)) {
    return { what: "left", words: `Traefik itself answers ${status}, before any intention is asked` };
  }
  if (protocol !== "tcp" || status >= 500 || status === 404) {
    // Of a connection that a sidecar of tcp ends Traefik says so; in what it lets through it leaves no mark.
    return protocol === "tcp" && status === 502
      ? closed("502, since the connection is closed", question, destinationReady)
      : unreached("Traefik", status, body);
  }
  return allowed;
}

function unreached(who: string, status: number, body: string): Got {
  return {
    what: "unclear",
    words: `${status} ${body.split("\n")[0].slice(0, 100)}`.trim(),
    hint: `the answer is not the application's; does ${who} serve? npm run verify`,
  };
}
