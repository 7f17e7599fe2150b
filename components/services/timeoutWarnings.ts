import { traefikOption } from "../shared/names";
import type { VersionedOptions } from "./member";
import type { Ingress } from "../mesh/mesh";
import { ofRightForm } from "../shared/forms";
import { Problem } from "../shared/problems";

/** Seconds that Traefik reads a request for, where it is not told [traefik 3 DefaultReadTimeout]. */
const DEFAULT_READ_TIMEOUT = 60;

/**
 * Where a service has time that Traefik does not give, so that a request through its routes ends sooner than it says. Only what
 * was said is judged: the service's own default is as long as Traefik's.
 */
export function timeoutWarnings(
  { requestTimeoutSeconds: own, ...its }: VersionedOptions,
  {
    readTimeout = DEFAULT_READ_TIMEOUT,
    writeTimeout = 0,
  }: { readonly readTimeout?: number; readonly writeTimeout?: number },
  prefix = "",
): Problem[] {
  if (own === undefined || [...(its.routes ?? []), ...(its.canary?.routes ?? [])].length === 0) {
    return [];
  }
  const shorter = (timeout: number) => timeout !== 0 && (own === 0 || timeout < own);
  const allows = own === 0 ? "lets requests go on without an end" : `gives requests ${own} s`;
  const warning = (which: string, seconds: number, ends: string) => ({
    propertyPath: `${prefix}requestTimeoutSeconds`,
    reason: `${allows}, and Traefik ${ends} after ${seconds} s; set ${which} of ${traefikOption("respondingTimeouts")} to as many, or 0 for none`,
  });
  return [
    ...(shorter(readTimeout) ? [warning("readTimeout", readTimeout, "ends an upload with 499")] : []),
    ...(shorter(writeTimeout) ? [warning("writeTimeout", writeTimeout, "cuts an answer off")] : []),
  ];
}

/** The same of a member's inputs, by the time-outs of its ingress, where it has one. */
export function ingressTimeoutWarnings(
  what: string,
  args: VersionedOptions & { readonly ingress?: Pick<Ingress, "respondingTimeouts"> },
): Problem[] {
  return ofRightForm(what, args, ({ ingress, ...its }) =>
    ingress === undefined ? [] : timeoutWarnings(its, ingress.respondingTimeouts),
  );
}
