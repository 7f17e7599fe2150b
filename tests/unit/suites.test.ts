import * as fs from "node:fs";
import * as path from "node:path";

/** Folders of jest.config.mjs: the suites that run. */
const { projects } = JSON.parse(
  fs.readFileSync("jest.config.mjs", "utf8").replace(/^.*projects: (\[[^\]]*\]).*$/s, '{"projects": $1}'),
) as { projects: string[] };

/** Every file of the project, but what is installed or made. */
function* files(folder: string): Iterable<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory() && !["node_modules", ".git"].includes(entry.name)) {
      yield* files(file);
    } else if (entry.isFile()) {
      yield file;
    }
  }
}

test("whatever looks like a test is in a folder that runs, under a name that runs", () => {
  const looksLikeTest = /(\.|^|\/)(test|spec)\.[cm]?[jt]sx?$|(^|\/)__tests__\//;
  const runs = new RegExp(`^tests/(${projects.join("|")})/.*\\.test\\.ts$`);
  expect([...files(".")].filter((file) => looksLikeTest.test(file) && !runs.test(file))).toEqual([]);
});

test("no suite is an empty folder", () => {
  for (const project of projects) {
    expect([project, fs.readdirSync(`tests/${project}`).some((file) => file.endsWith(".test.ts"))]).toEqual([
      project,
      true,
    ]);
  }
});
