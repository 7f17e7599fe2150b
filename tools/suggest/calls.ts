import type { Call } from "../../components/intentions/decision";

/** Calls of one kind, as sidecars have logged them. */
export interface ObservedCall extends Call {
  readonly count: number;
  /** Each was answered 404. */
  readonly notFound: boolean;
}

/** What the sidecars' logs tell. */
export interface Observed {
  /** Calls that were let in. */
  readonly calls: readonly ObservedCall[];
  /** Calls that an intention has refused. */
  readonly refused: readonly ObservedCall[];
  /** Calls by whoever has no name that an intention could say: another mesh's identity, or no service's; that is the source. */
  readonly strangers: readonly ObservedCall[];
}

/** An identity of a service [consul connect.SpiffeIDService]. */
const IDENTITY = /^spiffe:\/\/([^/]+)(?:\/ap\/[^/]+)?\/ns\/[^/]+\/dc\/[^/]+\/svc\/([^/,]+)$/;

/** What a line of a sidecar's log tells of a call; `undefined` for any other line, as those of outbound calls and of Envoy itself. */
function callOf(line: string): { readonly kind: keyof Observed; readonly call: ObservedCall } | undefined {
  const entry = jsonOf(line);
  const [, trustDomain, destination] = IDENTITY.exec(String(entry?.callee)) ?? [];
  if (entry === undefined || destination === undefined || typeof entry.caller !== "string") {
    return undefined;
  }
  const { caller, method, path, response_code: code } = entry;
  const isRequest = typeof method === "string" && typeof path === "string";
  if (!isRequest && Number(code ?? 0) !== 0) {
    return undefined; // no request could be made out of it
  }
  const [, itsTrustDomain, source] = IDENTITY.exec(caller) ?? [];
  const isStranger = itsTrustDomain !== trustDomain;
  const details = `${String(entry.response_code_details)} ${String(entry.connection_termination_details)}`;
  return {
    kind: details.includes("rbac_access_denied") ? "refused" : isStranger ? "strangers" : "calls",
    call: {
      source: isStranger ? caller : source,
      destination,
      ...(isRequest ? { http: { method, path: path.replace(/\?.*$/s, "") } } : {}),
      count: 1,
      notFound: code === 404,
    },
  };
}

function jsonOf(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) {
    return undefined;
  }
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined; // a line that was cut
  }
}

/** Gathers calls out of lines; the same calls are one. */
export class CallLog {
  private readonly seen = new Map<string, NonNullable<ReturnType<typeof callOf>>>();

  readonly add = (line: string): void => {
    const found = callOf(line);
    if (found !== undefined) {
      const { kind, call } = found;
      const key = JSON.stringify([kind, call.destination, call.source, call.http?.path, call.http?.method]);
      const { count, notFound } = this.seen.get(key)?.call ?? { count: 0, notFound: true };
      this.seen.set(key, { kind, call: { ...call, count: count + 1, notFound: notFound && call.notFound } });
    }
  };

  observed(): Observed {
    const sorted = [...this.seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found);
    const of = (wanted: keyof Observed) => sorted.filter(({ kind }) => kind === wanted).map(({ call }) => call);
    return { calls: of("calls"), refused: of("refused"), strangers: of("strangers") };
  }
}
