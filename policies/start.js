/* Loads index.ts without checking types, which `npm run lint` does once a change. Pulumi's run-policy-pack has
 * registered ts-node with `typeCheck: true`, which no option overrides and which takes longer than the preview itself,
 * so its hook is replaced here; swc needs a sixth of the time that TypeScript's own transpiler does. All modules come
 * from the checkout's node_modules, one folder up. */
/* global require -- Pulumi's runner requires this file, so it is CommonJS */
/* eslint-disable @typescript-eslint/no-require-imports */
const { transformFileSync } = require("@swc/core");

// A quarter of the start would go into npm's dependency solver, which Pulumi's SDK loads for programs that turn functions
// into resources. A policy never does.
try {
  const solver = require.resolve("@npmcli/arborist", { paths: [require.resolve("@pulumi/pulumi")] });
  require.cache[solver] = { id: solver, filename: solver, loaded: true, exports: {} };
} catch {
  // An SDK without it is as well.
}

require.extensions[".ts"] = (module, file) => {
  const { code } = transformFileSync(file, {
    swcrc: false,
    sourceMaps: "inline",
    jsc: { parser: { syntax: "typescript" }, target: "es2022" },
    module: { type: "commonjs" },
  });
  module._compile(code, file);
};

require("./index.ts");
