import { AsyncLocalStorage } from "node:async_hooks";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import vm from "node:vm";
import { TestEnvironment } from "jest-environment-node";

/** The suites that are played on the testbed's cluster. */
const ON_CLUSTER = ["e2e", "faults"];

/**
 * Jest compiles each module anew for each test file. Here a worker compiles it once, and runs it anew in each file's own context:
 * what is shared is code, which has no state.
 */
const scripts = new Map();
vm.compileFunction = (code, parameters, { filename, parsingContext }) => {
  const head = `(function (${parameters.join()}) {`;
  const source = `${head}${code}\n})`;
  let known = scripts.get(filename);
  if (known?.source !== source) {
    known = { source, script: new vm.Script(source, { filename, columnOffset: -head.length }) };
    scripts.set(filename, known);
  }
  return known.script.runInContext(parsingContext);
};

/** What is started once for all files of a worker, and has no state that outlives a test. */
const kept = { tmpdir: os.tmpdir(), packs: {} };

/** Those of this test file. */
const storages = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...args) {
  storages.add(this);
  return run.apply(this, args);
};

/**
 * The other suites do not ask the cluster that the shell's KUBECONFIG names: a program looks there for what it declares.
 *
 * Without the stack traces that Pulumi's SDK notes of each resource, for the state: formatting them, with jest's source maps, takes
 * a tenth of the time of a test that registers many. The formatter stands outside of the tests' own context.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.onCluster = ON_CLUSTER.includes(config.projectConfig.displayName?.name);
  }

  async setup() {
    await super.setup();
    this.global.kept = kept;
    // What a file leaves of its temporary files goes with it. Node reads the worker's own environment; the copy is for what it starts.
    this.temporary = fs.mkdtempSync(path.join(os.tmpdir(), "test-"));
    this.outside = process.env.TMPDIR;
    process.env.TMPDIR = this.global.process.env.TMPDIR = this.temporary;
    if (!this.onCluster) {
      this.global.process.env.KUBECONFIG = "/nonexistent/kubeconfig";
    }
    const format = Error.prepareStackTrace;
    if (format !== undefined && !format.withoutResources) {
      Error.prepareStackTrace = (error, frames) =>
        frames[0]?.getFunctionName() === "callsites" ? "" : format(error, frames);
      Error.prepareStackTrace.withoutResources = true;
    }
  }

  /**
   * Jest and Pulumi's SDK each run a test file in an AsyncLocalStorage of its own. Node looks after all that were ever used at
   * each promise: the hundredth file of a worker would take twice as long as the first.
   */
  async teardown() {
    storages.forEach((storage) => storage.disable());
    storages.clear();
    await super.teardown();
    if (this.outside === undefined) {
      delete process.env.TMPDIR;
    } else {
      process.env.TMPDIR = this.outside;
    }
    // A process that a test has not waited for may still write.
    fs.rmSync(this.temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}
