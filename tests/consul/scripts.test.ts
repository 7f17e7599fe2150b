import { execFileSync } from "node:child_process";
import * as fs from "node:fs";

const SHELL = /^#!.*\b(ba)?sh\b|^# shellcheck shell=/;

test("shellcheck finds nothing in a script, be it for a container or for the testbed", () => {
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  const scripts = files
    .split("\0")
    .filter((file) => fs.existsSync(file) && SHELL.test(fs.readFileSync(file, "utf8").split("\n", 1)[0]));
  expect(scripts.filter((file) => /^components\/.*\.sh$/.test(file)).length).toBeGreaterThan(5);
  try {
    execFileSync("shellcheck", scripts, { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, message } = error as Error & { stdout?: string };
    throw new Error(stdout || message);
  }
});
