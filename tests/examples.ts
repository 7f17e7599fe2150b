import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as yaml from "yaml";

/** An example of a stack's file in a page, by the line that it begins at. */
export interface Example {
  readonly page: string;
  readonly line: number;
  readonly text: string;
}

const PAGES = ["README.md", ...fs.readdirSync("docs").map((file) => `docs/${file}`)].filter((f) => f.endsWith(".md"));
/** Pages whose examples are settings, all of them. */
export const TRAEFIK = ["docs/tls.md", "docs/routing.md", "docs/consoles.md", "docs/observability.md"];

/** The examples of all pages. */
export const EXAMPLES: readonly Example[] = PAGES.flatMap((page) =>
  [...fs.readFileSync(page, "utf8").matchAll(/^```yaml\n(.*?)^```$/gms)].map(({ 1: text, index, input }) => ({
    page,
    line: input.slice(0, index).split("\n").length + 1,
    text,
  })),
).filter(({ page, text }) => TRAEFIK.includes(page) || text.startsWith("consul-traefik-mesh:"));

/** The settings of an example, without the project's name. Throws where one is not this project's. */
export function settingsOf({ page, line, text }: Example): Record<string, unknown> {
  const settings = Object.entries(yaml.parse(text)).map(([key, value]) => {
    const [project, name] = key.split(":");
    if (project !== "consul-traefik-mesh") {
      throw new Error(`${page}:${line}: ${key} is no setting of this project`);
    }
    return [name, name === "settingsFiles" ? (value as string[]).map((file) => path.join(filesOf(page), file)) : value];
  });
  return Object.fromEntries(settings);
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true })));

/** A folder with the files that a page shows, each with its path in its second line; it is there until the tests end. */
function filesOf(page: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "example-"));
  folders.push(folder);
  for (const [, text, file] of fs.readFileSync(page, "utf8").matchAll(/^```yaml\n(# yaml-.*\n# (\S+)\n.*?)^```$/gms)) {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  return folder;
}
