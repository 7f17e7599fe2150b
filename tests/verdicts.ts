import { parseSettings, SETTINGS_SCHEMA } from "../settings";
import { resolved } from "../settings/schema";
import { settingsOf } from "../settings/read";
import { platformStack } from "../stacks/platform";
import { record } from "./recorder";
import { raw } from "./settings";

type Given = Readonly<Record<string, unknown>>;

/** What a stack with these settings is refused with, before anything is declared: a line each. */
export function ofStack(given: Given): string[] {
  const result = parseSettings(raw(given));
  return "problems" in result ? result.problems.map((each) => `${each.propertyPath}: ${each.reason}`) : [];
}

/** What a program of one's own is refused with that declares the same, whose inputs nobody has judged before the components. */
export async function ofProgram(given: Given): Promise<string[]> {
  const { properties, definitions } = SETTINGS_SCHEMA;
  const defaults = Object.keys(properties).map((key) => [key, resolved(properties[key], definitions).default]);
  const settings = settingsOf({ ...Object.fromEntries(defaults.filter(([, value]) => value !== undefined)), ...given });
  return refusals(() => void platformStack(settings));
}

/** What a program is refused with, at once or when it has declared all. */
export async function refusals(program: () => unknown, stacks: Record<string, object> = {}): Promise<string[]> {
  const said: string[] = [];
  const told = (error: Error) => void said.push(...error.message.split("\n").slice(1));
  const later = setImmediate;
  const spy = jest.spyOn(globalThis, "setImmediate");
  // What is unresolved is thrown there, and ends the process else.
  spy.mockImplementation(((body: (...args: unknown[]) => void, ...args: unknown[]) =>
    later(() => {
      try {
        body(...args);
      } catch (error) {
        told(error as Error);
      }
    })) as typeof setImmediate);
  try {
    await record(async () => {
      try {
        await program();
      } catch (error) {
        told(error as Error);
      }
    }, stacks);
  } finally {
    spy.mockRestore();
  }
  return said.map((line) => line.trim());
}
