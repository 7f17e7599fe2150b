import { TestEnvironment } from "jest-environment-node";

/** The suites that are played on the testbed's cluster. */
const ON_CLUSTER = ["e2e", "faults"];

/**
 * The other suites do not ask the cluster that the shell's KUBECONFIG names: a program looks there for what it declares.
 *
 * Without the stack traces that Pulumi's SDK notes of each promise: formatting them, with jest's source maps, takes two thirds of
 * the time of a test that registers many resources. stacks/promiseStacks.ts does the same for the program; here the
 * formatter stands outside of the tests' own context.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.onCluster = ON_CLUSTER.includes(config.projectConfig.displayName?.name);
  }

  async setup() {
    await super.setup();
    if (!this.onCluster) {
      this.global.process.env.KUBECONFIG = "/nonexistent/kubeconfig";
    }
    const format = Error.prepareStackTrace;
    if (format !== undefined && !format.withoutPromises) {
      Error.prepareStackTrace = (error, frames) =>
        frames[0]?.getFunctionName() === "debuggablePromise" ? "" : format(error, frames);
      Error.prepareStackTrace.withoutPromises = true;
    }
  }
}
