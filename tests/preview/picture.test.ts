import { execFileSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import { AddressInfo } from "node:net";
import * as path from "node:path";
import type { Browser } from "playwright-core";
import { seenOn, startBrowser } from "../browser";
import { workspace, Workspace } from "../workspace";

const ROOT = path.resolve(__dirname, "../..");
let its: Workspace;
let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
  its = await workspace("local", {});
  its.stack.workspace.envVars.KUBECONFIG = path.join(its.directory, "none");
});

afterAll(async () => {
  await browser?.close();
  await its?.remove();
});

function picture(...options: string[]): string {
  const env = { ...process.env, ...its.stack.workspace.envVars };
  const tool = ["ts-node", "--transpile-only", path.join(ROOT, "tools/picture/index.ts"), "-s", "test", ...options];
  return execFileSync("npx", tool, { cwd: its.directory, env, encoding: "utf8" });
}

test("the picture of a real preview is drawn in a real browser, and found in by a search", async () => {
  const file = path.join(its.directory, "picture.html");
  expect(picture("--out", file)).toContain("2 services, 1 edges");
  const server = http.createServer((_, response) => response.end(fs.readFileSync(file))).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/#whoami.localhost`;
    // The last of these is there only when the page's own program has run.
    const texts = ["whoami", "traefik-system-ingress", "what no arrow allows is denied", "1 found"];
    await seenOn(browser, url, ...texts);
  } finally {
    server.close();
  }
});
