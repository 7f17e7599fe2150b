import type { MemberOptions } from "./member";

const DEFAULT_REQUEST_TIMEOUT_SECONDS = 60;

/** Seconds that a request may take; 0 for no end. */
export function requestTimeoutSeconds(options: MemberOptions): number {
  return options.requestTimeoutSeconds ?? (options.protocol === "grpc" ? 0 : DEFAULT_REQUEST_TIMEOUT_SECONDS);
}
