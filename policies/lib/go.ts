/** What Go's strconv.ParseBool takes: Consul's injector reads its annotations and labels by it. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false] as const),
]);

/** A text as Go reads it; `undefined` where Go says that it is no boolean, `yes` and `on` among them. */
export function parseBool(text: string): boolean | undefined {
  return BOOLEANS.get(text);
}
