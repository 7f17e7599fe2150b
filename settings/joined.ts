import { isDeepStrictEqual } from "node:util";
import { unknownKey } from "../components/shared/keys";
import type { Problem } from "../components/shared/problems";
import type { SettingsFile } from "./files";
import { resolved, Schema } from "./schema";
import { SETTINGS_SCHEMA } from "./settingsSchema";

/** What of the settings a file gives: a setting, or of a list the items from `first` up to `next`. */
export interface FromFile {
  readonly setting: string;
  readonly file: string;
  readonly items?: { readonly first: number; readonly next: number };
}

interface Joined {
  readonly values: Readonly<Record<string, unknown>>;
  readonly fromFiles: readonly FromFile[];
  /** Keys that nobody knows. */
  readonly unknown: readonly Problem[];
  /** What leaves open which values hold. */
  readonly unclear: readonly Problem[];
}

const { properties, definitions } = SETTINGS_SCHEMA;
const STACK_FILE = "the stack's configuration";

/**
 * A stack's own settings with those of files. A list goes on with the items of each file; of anything else there is one, in the stack's
 * configuration or in a file. `valueOf` reads a value as the stack's own are read.
 */
export function joined(
  own: Readonly<Record<string, unknown>>,
  files: readonly SettingsFile[],
  valueOf: (value: unknown, schema: Schema) => { value?: unknown; reasons: readonly string[] },
): Joined {
  const values = { ...own };
  const fromFiles: FromFile[] = [];
  const unknown: Problem[] = [];
  const unclear: Problem[] = [];
  const places = new Map(
    Object.keys(own).flatMap((key) =>
      isDeepStrictEqual(own[key], resolved(properties[key], definitions).default) ? [] : [[key, STACK_FILE]],
    ),
  );
  for (const { file, values: theirs } of files) {
    for (const [key, given] of Object.entries(theirs)) {
      const propertyPath = `${file}: ${key}`;
      if (key === "settingsFiles" || !Object.hasOwn(properties, key)) {
        unknown.push(notOfAFile(key, propertyPath));
        continue;
      }
      const { value, reasons } = valueOf(given, resolved(properties[key], definitions));
      unclear.push(...reasons.map((reason) => ({ propertyPath, reason })));
      if (value === undefined) {
        continue;
      }
      const place = places.get(key);
      const before = values[key] ?? [];
      if (Array.isArray(value) && Array.isArray(before)) {
        values[key] = [...before, ...value];
        fromFiles.push({ setting: key, file, items: { first: before.length, next: before.length + value.length } });
      } else if (place === undefined) {
        values[key] = value;
        fromFiles.push({ setting: key, file });
      } else {
        unclear.push({ propertyPath, reason: `is set in ${place} too; leave one of them out` });
      }
      places.set(key, file);
    }
  }
  return { values, fromFiles, unknown, unclear };
}

function notOfAFile(key: string, propertyPath: string): Problem {
  if (key === "settingsFiles") {
    return { propertyPath, reason: `belongs to ${STACK_FILE}; name all files there` };
  }
  return key === "config" || key.includes(":")
    ? { propertyPath, reason: "is how Pulumi.<stack>.yaml has it; write the settings alone, as in services:" }
    : unknownKey(propertyPath, key, Object.keys(properties));
}

/** A problem at the place where somebody wrote what it speaks of: `services/shop.yaml: services[3].port`. */
export function placed({ propertyPath, reason }: Problem, fromFiles: readonly FromFile[]): Problem {
  const [setting] = propertyPath.split(/[.[]/);
  const whole = fromFiles.find((each) => each.setting === setting && each.items === undefined);
  return {
    propertyPath: whole === undefined ? placeOf(propertyPath, fromFiles) : `${whole.file}: ${propertyPath}`,
    reason: placeOf(reason, fromFiles),
  };
}

/** A text with the items of lists that it names where somebody wrote them; what stands after "a.yaml: " or "stack a/b/c: " is placed already. */
export function placeOf(text: string, fromFiles: readonly FromFile[]): string {
  return text.replace(/(?<![\w.]|[./]\S*: )(\w+)\[(\d+)\]/g, (item, setting: string, index: string) => {
    const its = fromFiles.find(
      ({ setting: other, items }) => other === setting && items && items.first <= +index && +index < items.next,
    );
    return its?.items ? `${its.file}: ${setting}[${+index - its.items.first}]` : item;
  });
}
