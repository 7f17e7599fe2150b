import * as fs from "node:fs";
import * as path from "node:path";
import { transformSync } from "@swc/core";

/** What the provider's code is made of; the last is its beginning. */
const MODULES = [
  "kubeconfig",
  "clusterApi",
  "objects",
  "helmRecord",
  "foreignEntries",
  "heldEntries",
  "remains",
  "stuckHooks",
  "inProvider",
];

/** Without comments and blanks, as each write of the state writes it. */
const COMPILATION = {
  swcrc: false,
  minify: true,
  jsc: { parser: { syntax: "typescript" }, target: "es2022" },
  module: { type: "commonjs" },
} as const;

/**
 * Code for Pulumi's own dynamic provider. The SDK's own way to make such code of functions cannot: it stops at Node's modules. Made
 * here and not when a program runs, so that it is the same to the last character wherever it comes from, and the policy pack knows it.
 */
export function providerCode(root: string): string {
  const compiled = (module: string) => {
    const source = fs.readFileSync(path.join(root, "components/interrupted", `${module}.ts`), "utf8");
    return transformSync(source, COMPILATION).code;
  };
  const code = [
    "const modules = {",
    ...MODULES.map((module) => `"./${module}": (exports, require) => {\n${compiled(module)}},`),
    "};",
    "const loaded = {};",
    "function load(name) {",
    "  if (modules[name] === undefined) return require(name);",
    "  if (loaded[name] === undefined) modules[name]((loaded[name] = {}), load);",
    "  return loaded[name];",
    "}",
    `exports.handler = load("./${MODULES.at(-1)}").handler;`,
  ].join("\n");
  return [
    `// Made by \`npm run generate\` of ${MODULES.join(", ")}.`,
    "/** The code of the stack's own dynamic resources, which is in its state, and by which the policy pack knows them. */",
    `export const PROVIDER_CODE = ${JSON.stringify(code)};`,
  ].join("\n");
}
