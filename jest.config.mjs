import { randomInt } from "node:crypto";
import process from "node:process";

// For every process of the run; SEED=… repeats the generated cases of another.
process.env.SEED ??= String(randomInt(2 ** 31));

/** Tests by kind; each project can be run alone, as in `npx jest --selectProjects unit`. */
const project = (name) => ({
  displayName: name,
  testEnvironment: "<rootDir>/tests/environment.mjs",
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  // Every test file evaluates its modules anew. @pulumi/pulumi loads these two, which cost as much as all others together, for what it
  // serializes of dynamic providers: few tests do.
  moduleNameMapper: {
    "^typescript$": "<rootDir>/tests/lazily/typescript.ts",
    "^@npmcli/arborist$": "<rootDir>/tests/lazily/arborist.ts",
    // What runs the CLI, fewer still.
    "^\\./automation$": "<rootDir>/tests/lazily/automation.ts",
    "/debuggable$": "<rootDir>/tests/debuggable.ts",
  },
  transform: { "\\.ts$": ["@swc/jest", {}] },
  // It has the project's own name.
  modulePathIgnorePatterns: ["<rootDir>/packages/mesh/package.json"],
});

export default {
  projects: ["unit", "consul", "policies", "preview", "e2e", "faults"].map(project),
  // Milliseconds: enough for a preview by the real CLI beside all else. A step of the story has its own.
  testTimeout: 300_000,
  testSequencer: "<rootDir>/tests/sequencer.mjs",
  reporters: ["default", "<rootDir>/tests/closingLine.mjs"],
};
