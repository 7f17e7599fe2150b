import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "coverage/", "reports/", "schema/"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  // The pack runs with its own packages alone, and starts at each preview: the SDK is 6 MB. tests/policies/pack.test.ts sees
  // to what is imported by way of components/.
  {
    files: ["policies/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["@pulumi/kubernetes*", "@pulumi/random*"] }] },
  },
  // Tests look into YAML, JSON and protocol messages of many shapes.
  { files: ["tests/**"], rules: { "@typescript-eslint/no-explicit-any": "off" } },
  {
    files: ["tests/**"],
    ignores: ["tests/generated.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { name: "fast-check", message: "Import it from tests/generated: its seed is told." },
      ],
    },
  },
);
