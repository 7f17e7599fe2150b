// Pulumi runs a component package through ts-node with all types checked, those of Kubernetes too: half a minute, at each preview. They
// are checked by `npm run lint`, once a change.
const fs = require("node:fs");
const { transformSync } = require("@swc/core");

const options = {
  swcrc: false,
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  module: { type: "commonjs" },
};
require.extensions[".ts"] = (module, filename) =>
  module._compile(transformSync(fs.readFileSync(filename, "utf8"), { ...options, filename }).code, filename);
require("./index.ts");
