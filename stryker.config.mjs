import os from "node:os";
import path from "node:path";
import process from "node:process";

/**
 * Mutants of what decides: `make mutants`, by tests/mutants/run.ts, which chooses files and tests. The tests are those of
 * Jest, by tests/mutants/globals.ts.
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  appendPlugins: ["./tests/mutants/plugins.mjs"],
  testRunner: "reloading",
  ignorers: ["prose"],
  mochaOptions: {
    "no-config": true,
    "no-package": true,
    "no-opts": true,
    require: ["ts-node/register/transpile-only", "./stacks/promiseStacks.ts", "./tests/mutants/globals.ts"],
    spec: process.env.TESTS?.split(" "),
    grep: process.env.NAMED,
    // They run the real CLI, the compiled pack or the linters, none of which sees a mutant.
    ignore: ["tests/policies/{pack,preview}.test.ts", "tests/unit/{docs,suites}.test.ts"],
  },
  coverageAnalysis: "perTest",
  ignorePatterns: ["/screenshots", "/docs/images", "/dashboards"],
  // Elsewhere Stryker would look for comments that turn off the compiler's checks, in HTML too.
  disableTypeChecks: false,
  concurrency: Number(process.env.CONCURRENCY ?? 1),
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 60,
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: "coverage/mutation.json" },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowEmpty: true,
  tempDirName: path.join(os.tmpdir(), "mutants"),
};
