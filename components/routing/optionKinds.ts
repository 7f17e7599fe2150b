/**
 * What an option of a middleware is, in the words of what Traefik makes of it: a plain value, a list, a map, or options of
 * its own. `size` is a number of bytes, or -1 for any; `names` are headers' or cookies'; `status` is one or a range.
 */
export type OptionKind =
  | "text"
  | "number"
  | "positive"
  | "size"
  | "flag"
  | "duration"
  | "list"
  | "map"
  | "rewrites"
  | "any"
  | "regex"
  | "regexes"
  | "name"
  | "names"
  | "status"
  | "statuses"
  | "addresses"
  | Refused
  | OptionKinds;
export interface OptionKinds {
  readonly [option: string]: OptionKind;
}

/** What Traefik knows and is not taken here, with the reason. */
export class Refused {
  constructor(readonly reason: string) {}
}

const EMPTY = new WeakSet<OptionKinds>();

/** Options that Traefik takes without any of them too; others it then reads as a mistake, and drops the service's tags. */
export function mayBeEmpty<K extends OptionKinds>(kinds: K): K {
  EMPTY.add(kinds);
  return kinds;
}

export function isEmptyTaken(kinds: OptionKinds): boolean {
  return EMPTY.has(kinds);
}
