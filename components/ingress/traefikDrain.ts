import { rangeProblems } from "../shared/names";
import type { Problem } from "../shared/problems";
import { durationOf } from "../shared/grammars";
import type { TraefikArgs } from "./traefikInputs";

/** How Traefik's pods end. */
export interface TraefikDrain {
  /**
   * Seconds that a pod of Traefik still takes new requests and connections after it was told to end, 0 to 300: as long as a load
   * balancer or a node may go on sending them to it.
   * @asType integer
   * @setting traefikDrainSeconds
   * @default 5
   */
  readonly drainSeconds?: number;
}

export const DEFAULT_DRAIN_SECONDS = 5;
/** What Traefik gives open requests to end, by its own default. */
const GRACE_SECONDS = 10;
/** What is left for those who end after Traefik, such as the login that gives its token back. */
const REST_SECONDS = 5;
const GRACE_OPTION = /^entrypoints\.[^.]+\.transport\.lifecycle\.gracetimeout$/;

/** The entry points that clients outside the cluster reach. */
export function outsideEntryPoints({ tcpEntryPoints = {} }: Pick<TraefikArgs, "tcpEntryPoints">): string[] {
  return ["web", "websecure", ...Object.keys(tcpEntryPoints)];
}

/** Seconds that a pod needs from the word to end until it has: it drains, then its open requests end. */
export function neededGraceSeconds(options: Pick<TraefikArgs, "drainSeconds" | "staticOptions">): number {
  const { drainSeconds = DEFAULT_DRAIN_SECONDS, staticOptions = {} } = options;
  const given = Object.entries(staticOptions)
    .filter(([option]) => GRACE_OPTION.test(option.toLowerCase()))
    // What is no duration is told of as such.
    .map(([, value]) => (durationOf(String(value)) ?? Number(value)) || 0);
  return Math.ceil(drainSeconds + Math.max(GRACE_SECONDS, ...given) + REST_SECONDS);
}

/** `terminationGracePeriodSeconds` of the pod; `undefined` where Kubernetes' own 30 are enough. */
export function gracePeriod(options: Pick<TraefikArgs, "drainSeconds" | "staticOptions">): number | undefined {
  const needed = neededGraceSeconds(options);
  return needed > 30 ? needed : undefined;
}

/** What is wrong with the drain; `prefix` is put before its path. */
export function drainProblems({ drainSeconds = DEFAULT_DRAIN_SECONDS }: TraefikDrain, prefix: string): Problem[] {
  return rangeProblems(`${prefix}drainSeconds`, drainSeconds, 0, 300);
}
