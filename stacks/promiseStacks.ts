/**
 * Pulumi's SDK notes a stack trace of each promise, about a hundred a resource, to name those that never end where
 * PULUMI_DEBUG_PROMISE_LEAKS asks for that. With the source maps that ts-node brings, formatting them takes most of a program's time,
 * so without that variable they stay empty.
 *
 * It notes one of each resource too, for the state, which is written anew at every step: there it ends where the program begins, and
 * leaves out how Node came to load it. All other stack traces are as they were.
 */
const format = Error.prepareStackTrace;
if (format !== undefined && !process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  Error.prepareStackTrace = (error, frames) => {
    switch (frames[0]?.getFunctionName()) {
      case "debuggablePromise":
        return "";
      case "callsites":
        return format(error, frames.slice(0, frames.findIndex(isLoader) >>> 0));
      default:
        return format(error, frames);
    }
  };
}

function isLoader(frame: NodeJS.CallSite): boolean {
  return frame.getFileName()?.startsWith("node:internal/modules/") ?? false;
}
