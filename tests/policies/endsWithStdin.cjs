/** Loaded by a process that is to end with the one that started it. */
/* global process -- required by node, so it is CommonJS */
process.stdin.on("end", () => process.exit()).resume();
