import * as fs from "node:fs";
import * as path from "node:path";
import { parseSettings } from "../../settings";
import { EXAMPLES, settingsOf, TRAEFIK } from "../examples";
import { ofStack, raw } from "../settings";

/** What is in the file that an example is copied into: nothing, or what prod has besides its services. */
const FILES = [{}, { ...ofStack("prod"), services: [], intentions: [] }];

test.each(TRAEFIK)("%s has examples", (page) => {
  expect(EXAMPLES.some((example) => example.page === page)).toBe(true);
});

test.each(EXAMPLES)("the example at $page:$line can be copied into a stack's file as it is", (example) => {
  const problems = FILES.map((file) => {
    const result = parseSettings(raw({ ...file, ...settingsOf(example) }));
    return "problems" in result ? result.problems : [];
  });
  expect(problems).toContainEqual([]);
});

/** The pages, and what their headings are called in a link. */
const PAGES = ["README.md", "CONTRIBUTING.md", "testbed/README.md", ...glob("docs"), ...glob("examples")];

function glob(folder: string): string[] {
  const found = fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  return found.filter((f) => f.endsWith(".md") && !f.includes("node_modules")).map((f) => path.join(folder, f));
}

/** As GitHub and VitePress make it of a heading. */
function anchors(page: string): string[] {
  const prose = fs.readFileSync(page, "utf8").replace(/^```.*?^```$/gms, "");
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(PAGES)("each link of %s leads somewhere", (page) => {
  const prose = fs.readFileSync(page, "utf8").replace(/^```.*?^```$/gms, "");
  const links = [...prose.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([, file, anchor]) => ({
    target: file === "" ? page : path.join(path.dirname(page), file),
    anchor,
  }));
  const dead = links.filter(
    ({ target, anchor }) => !fs.existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor)),
  );
  expect(dead).toEqual([]);
});

test("the index and the site's sidebar lead to every page", () => {
  const pages = fs.readdirSync("docs").filter((file) => file.endsWith(".md") && file !== "index.md");
  const index = fs.readFileSync("docs/index.md", "utf8");
  const sidebar = fs.readFileSync("docs/.vitepress/config.mts", "utf8");
  expect(pages.filter((page) => !index.includes(`(${page}`))).toEqual([]);
  expect(pages.filter((page) => !sidebar.includes(`"${page.replace(".md", "")}"`))).toEqual([]);
});
