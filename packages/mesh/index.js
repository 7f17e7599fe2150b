// Pulumi runs a component package through ts-node with all types checked, those of Kubernetes too: half a minute, at each preview. They
// are checked by `npm run lint`, once a change.
const fs = require("node:fs");
const { transformSync } = require("@swc/core");

// Source maps lead to "node_modules/@pulumi/output.ts", on which Node.js 20 prints an error for half a minute: it looks for a further
// slash without end. And formatting the stack traces that Pulumi's SDK notes with them takes most of a run's time.
Error.prepareStackTrace = undefined;

const options = {
  swcrc: false,
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  module: { type: "commonjs" },
};
require.extensions[".ts"] = (module, filename) =>
  module._compile(transformSync(fs.readFileSync(filename, "utf8"), { ...options, filename }).code, filename);
require("./index.ts");
