import { TestEnvironment } from "jest-environment-node";

/**
 * Without the stack traces that Pulumi's SDK notes of each promise: formatting them, with jest's source maps, takes two thirds of
 * the time of a test that registers many resources. stacks/promiseStacks.ts does the same for the program; here the
 * formatter stands outside of the tests' own context.
 */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    const format = Error.prepareStackTrace;
    if (format !== undefined && !format.withoutPromises) {
      Error.prepareStackTrace = (error, frames) =>
        frames[0]?.getFunctionName() === "debuggablePromise" ? "" : format(error, frames);
      Error.prepareStackTrace.withoutPromises = true;
    }
  }
}
