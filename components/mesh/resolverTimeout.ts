/** Seconds that stand for no end: 24 days, the most that ServiceDefaults can say. */
const NO_END_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

/** The time of a request in a ServiceResolver, where 0 seconds are no end: Consul has no word for that there, and takes none below 0. */
export function resolverTimeout(seconds: number): { readonly requestTimeout: string } {
  return { requestTimeout: `${seconds === 0 ? NO_END_SECONDS : seconds}s` };
}
