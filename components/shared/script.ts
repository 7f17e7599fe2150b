import { SCRIPTS } from "./scripts";

type Values = Readonly<Record<string, string | number>>;

/** The text of a shell script, with values for what it has between two `@`. */
export function script(name: keyof typeof SCRIPTS, values: Values = {}): string {
  return filled(SCRIPTS[name], values);
}

/** A text with values for what it has between two `@`. */
export function filled(text: string, values: Values): string {
  return text.replace(/@([A-Z_]+)@/g, (_, key: string) => {
    if (!(key in values)) {
      throw new Error(`nothing is given for @${key}@`);
    }
    return String(values[key]);
  });
}
