let ending: Promise<unknown> | undefined;

/** Resolves when nothing of the program goes on any more, so that it would end; what is begun then still goes on. */
export function programEnds(): Promise<unknown> {
  return (ending ??= new Promise((resolve) => process.once("beforeExit", resolve)).finally(() => (ending = undefined)));
}
