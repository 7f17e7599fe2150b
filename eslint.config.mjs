import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "coverage/"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  // Tests look into YAML, JSON and protocol messages of many shapes.
  { files: ["tests/**"], rules: { "@typescript-eslint/no-explicit-any": "off" } },
);
