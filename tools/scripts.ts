import * as fs from "node:fs";
import * as path from "node:path";

/** What stands above the first empty line of a script is for its readers. */
const HEADER = /^.*?\n\n/s;
const INCLUDE = /^# shellcheck source=(\S+)\n\. .*\n/gm;

/** A shell script as it runs in a container: in one piece with those that it sources, and without its header. */
export function scriptText(file: string): string {
  return `\n${bodyOf(file)}`;
}

function bodyOf(file: string): string {
  const body = fs.readFileSync(file, "utf8").replace(HEADER, "");
  return body.replace(INCLUDE, (_, other: string) => bodyOf(path.join(path.dirname(file), other)));
}
