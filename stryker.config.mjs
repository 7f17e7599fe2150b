import os from "node:os";
import path from "node:path";
import process from "node:process";

/**
 * Mutants of what decides: `make mutants`. The tests are those of Jest, by tests/mutants/globals.ts.
 * @type {import("@stryker-mutator/api/core").PartialStrykerOptions}
 */
export default {
  testRunner: "mocha",
  mochaOptions: {
    "no-config": true,
    "no-package": true,
    "no-opts": true,
    require: ["ts-node/register/transpile-only", "./tests/mutants/globals.ts"],
    spec: (process.env.TESTS ?? "tests/unit/*.test.ts tests/policies/*.test.ts").split(" "),
    // They run the real CLI, the compiled pack or the linters, none of which sees a mutant.
    ignore: ["tests/policies/{pack,preview}.test.ts", "tests/unit/{docs,suites}.test.ts"],
  },
  coverageAnalysis: "perTest",
  mutate: ["components/**/*.ts", "policies/**/*.ts", "settings/*.ts", "!components/*/{scripts,traefikMiddlewares}.ts"],
  ignorePatterns: ["/screenshots", "/docs/images", "/dashboards"],
  concurrency: Number(process.env.CONCURRENCY ?? 1),
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 60,
  incremental: true,
  incrementalFile: "coverage/mutants.json",
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: "coverage/mutation.json" },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowEmpty: true,
  tempDirName: path.join(os.tmpdir(), "mutants"),
};
