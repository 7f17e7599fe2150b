import * as path from "node:path";
import { setTimeout } from "node:timers/promises";
import { Browser, chromium, Page } from "playwright-core";

/** Chromium, for a driver. */
export const BROWSER = path.join(__dirname, "../testbed/browser");

/** Milliseconds: enough for the first start on a machine, which fetches the browser. */
const STARTS_WITHIN = 240_000;
/** Milliseconds: enough for a console on a busy machine. */
const SHOWS_WITHIN = 90_000;

/** Starts a real browser, headless Chromium. Names under .test are this machine. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: BROWSER,
    args: ["--host-resolver-rules=MAP *.test 127.0.0.1"],
    timeout: STARTS_WITHIN,
    // With handlers of Playwright's, a test that is told to end would close the browser and go on.
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

/**
 * Opens a page, and waits until all of these texts are on it and it changes no more; fails with what it shows. The URL may have
 * a login: https://user:password@host/. Certificates are not verified: what is looked at is the page.
 */
export async function seenOn(browser: Browser, url: string, ...texts: string[]): Promise<Page> {
  const address = new URL(url);
  const [username, password] = [address.username, address.password].map(decodeURIComponent);
  // A page whose own address has a login can make no requests.
  address.username = address.password = "";
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    ignoreHTTPSErrors: true,
    ...(username === "" ? {} : { httpCredentials: { username, password } }),
  });
  const page = await context.newPage();
  const open = () => page.goto(address.href, { waitUntil: "commit" }).then(() => undefined, String);
  const deadline = Date.now() + SHOWS_WITHIN;
  let failed = await open();
  for (let last: string | undefined; ; await setTimeout(300)) {
    const shown = await page.innerText("html");
    const missing = texts.filter((text) => !shown.includes(text));
    if (failed === undefined && missing.length === 0 && shown === last) {
      return page;
    }
    if (Date.now() > deadline) {
      throw new Error(`${failed ?? `not on ${address.href}: ${missing.join(", ")}`}; the page shows:\n${shown}`);
    }
    last = shown;
    if (failed !== undefined) {
      failed = await open(); // again where nobody answers yet
    }
  }
}
