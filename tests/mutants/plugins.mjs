import { createRequire } from "node:module";
import { createMochaTestRunner } from "@stryker-mutator/mocha-runner";

/**
 * Stryker's runner for Mocha, but that it loads the project anew in its own process. A mutant of what runs as a module loads is
 * in force only then, and another process, as Stryker starts for each, loads the SDK most of its time.
 */
function reloadingRunner(injector) {
  const runner = createMochaTestRunner(injector);
  const play = runner.mutantRun.bind(runner);
  runner.capabilities = async () => ({ reloadEnvironment: true });
  runner.mutantRun = async (options) => {
    if (options.reloadEnvironment) {
      const { cache } = createRequire(import.meta.url);
      // Packages stay, but for the one that serves a single pack.
      const own = Object.keys(cache).filter((file) => !/node_modules\/(?!@pulumi\/policy\/)|tests\/mutants/.test(file));
      own.forEach((file) => delete cache[file]);
      await runner.dispose();
      await runner.init();
      runner.loadedEnv = false;
    }
    return play(options);
  };
  return runner;
}
reloadingRunner.inject = createMochaTestRunner.inject;

/** Texts for people, such as reasons and remedies: three words one after the other. */
const PROSE = /[a-z]+ [a-z]+,? [a-z]+/i;
const prose = {
  shouldIgnore({ node }) {
    const text =
      node.type === "StringLiteral"
        ? node.value
        : node.type === "TemplateLiteral"
          ? node.quasis.map(({ value }) => value.raw).join("x")
          : "";
    return PROSE.test(text) ? "a text for people" : undefined;
  },
};

export const strykerPlugins = [
  { kind: "TestRunner", name: "reloading", factory: reloadingRunner },
  { kind: "Ignore", name: "prose", value: prose },
];
