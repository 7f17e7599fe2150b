/**
 * Jest's globals for Mocha. Stryker's runner for Mocha loads tests and code once and plays all mutants in that process; its
 * runner for Jest loads the SDKs anew for each mutant, which takes many times as long.
 */
import * as Module from "node:module";
import { expect } from "expect";
import { bind } from "jest-each";
import { fn, spyOn } from "jest-mock";

/** Loads modules of this project anew. Those of packages stay, which is what the tests say of them by `doMock`. */
function isolateModules(load: () => void): void {
  const cache = (Module as any)._cache as Record<string, unknown>;
  const own = Object.entries(cache).filter(([file]) => !file.includes("node_modules"));
  own.forEach(([file]) => delete cache[file]);
  try {
    load();
  } finally {
    Object.assign(cache, Object.fromEntries(own));
  }
}

// Its types declare the globals that Jest's declare too.
const Mocha = Module.createRequire(__filename)("mocha");
const { bdd } = Mocha.interfaces;
Mocha.interfaces.bdd = (suite: any) => {
  bdd(suite);
  suite.on("pre-require", (context: any) => {
    context.test = Object.assign(context.it, { each: bind(context.it, false) });
    context.describe.each = bind(context.describe, false);
    context.beforeAll = context.before;
    context.afterAll = context.after;
    context.expect = expect;
    context.jest = { fn, spyOn, isolateModules, doMock: () => undefined, mock: () => undefined };
  });
};

// As in tests/environment.mjs: a mutant may not ask the cluster that the shell names, or change it.
process.env.KUBECONFIG = "/nonexistent/kubeconfig";
process.env.PACK_IN_PROCESS = "1";
process.env.SEED ??= "1";
process.env.STACKS = "0";

// Programs under test tell what they do, thousands of times.
console.log = console.info = console.warn = () => undefined;
