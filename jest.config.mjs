/** Tests by kind; each project can be run alone, as in `npx jest --selectProjects unit`. */
const project = (name, options = {}) => ({
  displayName: name,
  testEnvironment: "node",
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  transform: { "\\.ts$": ["@swc/jest", {}] },
  ...options,
});

export default {
  projects: [
    project("unit"),
    project("preview", { testTimeout: 120_000 }),
    // In order, and the first failure ends it: each step of the story stands on the one before.
    project("e2e", { testTimeout: 600_000 }),
  ],
  reporters: ["default", "<rootDir>/tests/closingLine.mjs"],
};
