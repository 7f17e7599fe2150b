import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "yaml";
import { shown } from "../components/shared/grammars";
import type { Problem } from "../components/shared/problems";

/** What a file of settings has: values by setting. */
export interface SettingsFile {
  readonly file: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The files of settings that paths name, from the folder of Pulumi.yaml on: a file, or a folder for all `.yaml`, `.yml` and `.json` in it,
 * in the order of their names.
 */
export function readFiles(paths: readonly string[]): { files: SettingsFile[]; problems: Problem[] } {
  const files: SettingsFile[] = [];
  const problems: Problem[] = [];
  const read = new Map<string, string>();
  for (const [i, named] of paths.entries()) {
    const problem = (reason: string) => problems.push({ propertyPath: `settingsFiles[${i}]`, reason });
    const found = filesAt(named);
    if (found.length === 0) {
      problem(`${shown(named)} is no file, and no folder with a .yaml in it; paths begin at ${process.cwd()}`);
    }
    for (const file of found) {
      const content = contentOf(file);
      if (typeof content === "string") {
        problem(`${shown(file)} ${content}`);
        continue;
      }
      // The same by another spelling, or by a link, would be read once more, and all its services with it.
      const real = fs.realpathSync(file);
      const before = read.get(real);
      if (before !== undefined) {
        problem(`${shown(file)} is read by ${before} too; leave one of them out`);
      } else {
        files.push({ file, values: content });
        read.set(real, `settingsFiles[${i}], ${shown(named)},`);
      }
    }
  }
  return { files, problems };
}

function filesAt(named: string): string[] {
  try {
    return fs.statSync(named).isDirectory()
      ? fs
          .readdirSync(named)
          .filter((each) => /\.(ya?ml|json)$/.test(each))
          .sort()
          .map((each) => path.join(named, each))
      : [named];
  } catch {
    // Not there, or no path at all.
    return [];
  }
}

/** The settings of a file, or what is wrong with it. */
function contentOf(file: string): Readonly<Record<string, unknown>> | string {
  let content: unknown;
  try {
    // As Pulumi's own YAML has it: `<<` merges. Aliases are as many as somebody writes who trusts the file.
    const read: unknown = yaml.parse(fs.readFileSync(file, "utf8"), { merge: true, maxAliasCount: -1 });
    content = JSON.parse(JSON.stringify(read ?? {}));
  } catch (error) {
    return `cannot be read: ${(error as Error).message.split("\n")[0].replace(/:$/, "")}`;
  }
  return typeof content === "object" && !Array.isArray(content)
    ? (content as Record<string, unknown>)
    : "has no settings by their names, such as services: at its top; write them so";
}
