import * as fs from "node:fs";
import * as path from "node:path";
import { scriptText } from "../scripts";

/** The shell scripts of components, as text: a program that uses them has no files of theirs beside it, wherever it runs. */
export function scripts(root: string): string {
  const components = path.join(root, "components");
  const files = fs.readdirSync(components, { recursive: true, encoding: "utf8" }).sort();
  const texts = files.flatMap((file) => {
    const [, room, name] = /^(\w+)\/scripts\/([\w-]+)\.sh$/.exec(file) ?? [];
    return room === undefined ? [] : [[`${room}/${name}`, scriptText(path.join(components, file))]];
  });
  return [
    "// Made by `npm run generate` of components/*/scripts/*.sh.",
    "/** Shell scripts for containers; what stands between two @ is filled in. */",
    `export const SCRIPTS = ${JSON.stringify(Object.fromEntries(texts))} as const;`,
  ].join("\n");
}
