import { execFileSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import { AddressInfo } from "node:net";
import * as path from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Change, PictureEdge, PictureNode } from "../../tools/picture/model";
import { toPage } from "../../tools/picture/page";
import { seenOn, startBrowser } from "../browser";
import { UNREACHABLE, workspace, Workspace } from "../workspace";

const ROOT = path.resolve(__dirname, "../..");
const TOLD = "what no arrow allows is denied";
let its: Workspace;
let browser: Browser;
let html: string;
const server = http.createServer((_, response) => response.end(html));

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  browser = await startBrowser();
  its = await workspace("local", {});
  its.stack.workspace.envVars.KUBECONFIG = path.join(its.directory, "none");
});

afterAll(async () => {
  await browser?.close();
  server.close();
  await its?.remove();
});

function picture(...options: string[]): string {
  const env = { ...process.env, ...its.stack.workspace.envVars };
  const tool = ["ts-node", "--transpile-only", path.join(ROOT, "tools/picture/index.ts"), "-s", "test", ...options];
  return execFileSync("npx", tool, { cwd: its.directory, env, encoding: "utf8" });
}

test("the cluster of a picture of what is there is that of the stack's settings, also where these have a kubeconfig's text", async () => {
  const { stack } = its;
  await stack.setConfig("kubernetes:kubeconfig", { value: UNREACHABLE });
  expect(() => picture("--live")).toThrow(/127\.0\.0\.1:1/);
  await stack.removeConfig("kubernetes:kubeconfig");
});

/** The page in the browser, when these texts are on it. */
function open(text: string, hash: string, ...texts: string[]): Promise<Page> {
  html = text;
  return seenOn(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/${hash}`, TOLD, ...texts);
}

const service = (name: string, namespace: string, change: Change = "same"): PictureNode => {
  return { name, kind: "service", namespace, routes: [], change };
};
const allow = (from: string, to: string, change: Change = "same", match = ""): PictureEdge => {
  return { from, to, action: "allow", match, change };
};

/** 200 services, 20 in each of ten namespaces, each of which calls another; and a change between two and within one. */
async function many(hash = ""): Promise<Page> {
  const nodes = Array.from({ length: 200 }, (_, i) => service(`s${i}`, `team-${i % 10}`));
  const edges = nodes.map(({ name }, i) => allow(name, `s${(i * 3 + 1) % 200}`));
  edges.push(allow("s50", "s157", "opens", "/orders*"), allow("s7", "s17", "closes"));
  return open(await toPage({ title: "many", denyAll: true, nodes, edges }), hash);
}

/** The node of a service or of a namespace. */
const node = (page: Page, name: string) => page.locator(`[id="n-${name}"]`);

/** What is not dimmed: the names of nodes, and of arrows the ends. */
const bright = (page: Page) =>
  page.$$eval("g.node:not(.dim) > title, g.edge:not(.dim) > title", (all) => all.map((title) => title.textContent));

/** The colour of a service's frame or of an arrow. */
const colour = (page: Page, title: string) =>
  page.$$eval(
    "g.node, g.edge",
    (all, title) => {
      const drawn = all.find((each) => each.querySelector("title")!.textContent === title)!;
      return getComputedStyle(drawn.querySelector("path, polygon")!).stroke;
    },
    title,
  );

/** The colour that the page's key has for a word. */
const inKey = (page: Page, word: string) =>
  page.locator(".key span", { hasText: word }).evaluate((its) => getComputedStyle(its).color);

test("the picture of a real preview is drawn in a real browser, and found in by a search", async () => {
  const file = path.join(its.directory, "picture.html");
  expect(picture("--out", file)).toContain("2 services, 1 edges");
  // The last of these is there only when the page's own program has run.
  const texts = ["whoami", "traefik-system-ingress", "1 found"];
  const page = await open(fs.readFileSync(file, "utf8"), "#whoami.localhost", ...texts);
  const shown = async () => (await page.locator("main svg").getAttribute("viewBox"))!.split(" ").map(Number);
  const before = await shown();
  await page.getByRole("button", { name: "whole picture" }).click();
  expect(await shown()).toEqual(before); // all of what is small enough
});

/** What a search for s157 leaves bright where only its namespace is open. */
const WITH_ITS_OWN = ["s157", "namespace team-0", "namespace team-2"];
const ITS_ARROWS = ["namespace team-0->s157", "namespace team-2->s157", "s157->namespace team-2"];

/** Fails unless a service can be read where it is. */
async function readable(page: Page, name: string): Promise<void> {
  await node(page, name).waitFor();
  const { x, y, width, height } = (await node(page, name).locator("text").boundingBox())!;
  expect(height).toBeGreaterThan(10);
  expect([x > 0, y > 0, x + width < 1280, y + height < 800]).toEqual([true, true, true, true]);
}

test("of 200 services one is found where its namespace is collapsed, and shown large enough to be read", async () => {
  const page = await many();
  expect(await page.locator("g.node").count()).toBe(10);
  await page.getByRole("searchbox").fill("S157");
  await page.getByText("1 found, Enter opens team-7").waitFor();
  expect(await node(page, "namespace team-7").getAttribute("class")).toBe("node");
  expect(await node(page, "namespace team-1").getAttribute("class")).toBe("node dim");
  await page.getByRole("searchbox").press("Enter");
  await readable(page, "s157");
  expect((await bright(page)).sort()).toEqual([...WITH_ITS_OWN, ...ITS_ARROWS].sort());
  await page.getByText("namespaces").click();
  expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(1);
  await page.getByRole("button", { name: "whole picture" }).click();
  expect(await page.locator(".dim").count()).toBe(0);
});

test("a link to the picture of 200 services opens what it looks for", async () => {
  await readable(await many("#s157"), "s157");
});

test("a namespace is opened and collapsed: the arrows of its services lead to it, and it tells what changes inside", async () => {
  const page = await many();
  await node(page, "namespace team-7").click();
  await node(page, "s157").waitFor();
  expect(await colour(page, "s7->s17")).toBe(await inKey(page, "closes"));
  await page.getByText("namespaces").click();
  const box = page.getByRole("checkbox", { name: "team-7" });
  expect(await box.isChecked()).toBe(true);
  await box.uncheck();
  await node(page, "namespace team-7").waitFor();
  expect(await node(page, "s157").count()).toBe(0);
  expect(await node(page, "namespace team-7").innerHTML()).toContain("1 closes inside");
  expect(await colour(page, "namespace team-7")).toBe(await inKey(page, "closes"));

  const arrow = page.locator("g.edge", { hasText: "namespace team-0->namespace team-7" });
  expect(await arrow.locator("text").allTextContents()).toEqual(["opens", "/orders*"]);
  expect(await colour(page, "namespace team-0->namespace team-7")).toBe(await inKey(page, "opens"));
  const [head, folder] = [arrow.locator("polygon"), node(page, "namespace team-7")];
  const [tip, its] = [(await head.boundingBox())!, (await folder.boundingBox())!];
  expect(Math.max(tip.x, its.x)).toBeLessThan(Math.min(tip.x + tip.width, its.x + its.width) + 2);
  expect(Math.max(tip.y, its.y)).toBeLessThan(Math.min(tip.y + tip.height, its.y + its.height) + 2);

  await box.check();
  await node(page, "s157").waitFor();
  expect(await node(page, "namespace team-7").count()).toBe(0);
});

test.each([
  ["a preview", "opens", "closes"],
  ["drift", "undeclared", "missing"],
] as const)(
  "what changes by %s has the key's colour, and says it in words; what goes is dashed",
  async (_, added, gone) => {
    const WORDS = { opens: "opens", closes: "closes", undeclared: "undeclared", missing: "not in Consul" };
    const nodes = [service("a", "x"), service("b", "x"), service("new", "x", added), service("old", "y", gone)];
    const edges = [allow("a", "b"), allow("a", "new", added), allow("a", "old", gone)];
    const page = await open(await toPage({ title: "few", denyAll: true, nodes, edges }), "", WORDS[added], WORDS[gone]);
    for (const [to, change] of [
      ["new", added],
      ["old", gone],
    ] as const) {
      const expected = await inKey(page, WORDS[change]);
      expect([await colour(page, to), await colour(page, `a->${to}`)]).toEqual([expected, expected]);
      const arrow = page.locator("g.edge", { hasText: `a->${to}` });
      expect(await arrow.locator("text").allTextContents()).toEqual([WORDS[change]]);
      expect((await arrow.locator("path[stroke-dasharray]").count()) > 0).toBe(change === gone);
    }
    expect(await colour(page, "a->b")).toBe(await colour(page, "b"));
    expect(await colour(page, "a->b")).not.toBe(await inKey(page, WORDS[added]));
  },
);
