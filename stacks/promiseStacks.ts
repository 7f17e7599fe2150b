/**
 * Pulumi's SDK notes a stack trace of each promise, about a hundred a resource, to name those that never end where
 * PULUMI_DEBUG_PROMISE_LEAKS asks for that. With the source maps that ts-node brings, formatting them takes most of a program's time,
 * so without that variable they stay empty. All other stack traces are as they were.
 */
const format = Error.prepareStackTrace;
if (format !== undefined && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  Error.prepareStackTrace = (error, frames) =>
    frames[0]?.getFunctionName() === "debuggablePromise" ? "" : format(error, frames);
}
