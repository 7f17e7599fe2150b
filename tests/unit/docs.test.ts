import * as fs from "node:fs";
import * as yaml from "yaml";
import { parseSettings } from "../../settings";
import { ofStack, raw } from "../settings";

const PAGES = ["README.md", ...fs.readdirSync("docs").map((file) => `docs/${file}`)].filter((f) => f.endsWith(".md"));
/** Pages whose examples are settings, all of them. */
const TRAEFIK = ["docs/tls.md", "docs/routing.md", "docs/consoles.md", "docs/observability.md"];

/** What is in the file that an example is copied into: nothing, or what prod has besides its services. */
const FILES = [{}, { ...ofStack("prod"), services: [], intentions: [] }];

/** The examples of all pages, each by the line that it begins at. */
const EXAMPLES = PAGES.flatMap((page) =>
  [...fs.readFileSync(page, "utf8").matchAll(/^```yaml\n(.*?)^```$/gms)].map(({ 1: text, index, input }) => ({
    page,
    line: input.slice(0, index).split("\n").length + 1,
    text,
  })),
).filter(({ page, text }) => TRAEFIK.includes(page) || text.startsWith("consul-traefik-mesh:"));

test.each(TRAEFIK)("%s has examples", (page) => {
  expect(EXAMPLES.some((example) => example.page === page)).toBe(true);
});

test.each(EXAMPLES)("the example at $page:$line can be copied into a stack's file as it is", ({ text }) => {
  const settings = Object.entries(yaml.parse(text)).map(([key, value]) => {
    const [project, name] = key.split(":");
    expect(project).toBe("consul-traefik-mesh");
    return [name, value];
  });
  const problems = FILES.map((file) => {
    const result = parseSettings(raw({ ...file, ...Object.fromEntries(settings) }));
    return "problems" in result ? result.problems : [];
  });
  expect(problems).toContainEqual([]);
});
