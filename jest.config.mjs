/** Tests by kind; each project can be run alone, as in `npx jest --selectProjects unit`. */
const project = (name, options = {}) => ({
  displayName: name,
  testEnvironment: "node",
  testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  transform: { "\\.ts$": ["@swc/jest", {}] },
  ...options,
});

export default {
  projects: [project("unit"), project("preview", { testTimeout: 120_000 }), project("e2e", { testTimeout: 600_000 })],
};
