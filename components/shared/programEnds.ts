import * as pulumi from "@pulumi/pulumi";

let ending: Promise<unknown> | undefined;

/** Resolves when nothing of the program goes on any more, so that it would end; what is begun then still goes on. */
export function programEnds(): Promise<unknown> {
  return (ending ??= new Promise((resolve) => process.once("beforeExit", resolve)).finally(() => (ending = undefined)));
}

let asked: (() => readonly string[])[] | undefined;

/**
 * Fails a program with what is found when it would end for the second time. At the first, Pulumi begins to listen too, and takes the second
 * for success: what is not declared by then is deleted. So this listens before it does, and throws at once.
 */
export function failAtSecondEnd(found: () => readonly string[]): void {
  if (asked === undefined) {
    const its: (() => readonly string[])[] = (asked = []);
    process.once("beforeExit", () => {
      asked = undefined;
      process.once("beforeExit", () => failProgram(its.flatMap((each) => each())));
    });
  }
  asked.push(found);
}

/** Fails a program that has come to its end with what was found, if anything was. */
export function failProgram(found: readonly string[]): void {
  // An automation program goes on after its runs, which are none of it.
  if (found.length > 0 && pulumi.runtime.getStackResource() !== undefined) {
    const told = found.join("\n");
    // Pulumi shows the stack of what is thrown after the program.
    throw Object.assign(new pulumi.RunError(told), { stack: told });
  }
}
