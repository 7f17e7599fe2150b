import js from "@eslint/js";
import tseslint from "typescript-eslint";

/**
 * The rooms of components/, the lowest first. At run time a file imports its own room and lower ones; types may come from any, since
 * a description of the whole names what stands above.
 */
const ROOMS = [
  "shared",
  "interrupted",
  "pods",
  "routing",
  "chart",
  "mesh",
  "intentions",
  "services",
  "ingress",
  "isolation",
  "teams",
];
const downwards = ROOMS.map((room, i) => ({
  files: [`components/${room}/*.ts`],
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: "/index$|/\\.\\.?$|^\\.\\.?$|^\\.\\./[a-z]+$",
            message: "An index is for those outside: import the file.",
          },
          ...(i === ROOMS.length - 1
            ? []
            : [
                {
                  regex: `^\\.\\./(${ROOMS.slice(i + 1).join("|")})/`,
                  allowTypeImports: true,
                  message: `${room}/ stands below it: see ROOMS in eslint.config.mjs.`,
                },
              ]),
        ],
      },
    ],
  },
}));

const MAX_LINES_OF_CONSTRUCTOR = 80;
/** ESLint's own rule for lines of functions takes all kinds of them. */
const constructors = {
  create: (context) => ({
    'MethodDefinition[kind="constructor"]'(node) {
      const lines = node.loc.end.line - node.loc.start.line + 1;
      if (lines > MAX_LINES_OF_CONSTRUCTOR) {
        const message = `A constructor of ${lines} lines; the most is ${MAX_LINES_OF_CONSTRUCTOR}: make its parts in functions`;
        context.report({ node, message });
      }
    },
  }),
};

export default tseslint.config(
  { ignores: ["node_modules/", "coverage/", "schema/", "site/", "docs/.vitepress/cache/", "docs/node_modules/"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  // The pack runs with its own packages alone, and starts at each preview: the SDK is 6 MB. tests/policies/pack.test.ts sees
  // to what is imported by way of components/.
  {
    files: ["policies/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["@pulumi/kubernetes*", "@pulumi/random*"] }] },
  },
  ...downwards,
  {
    files: ["components/**", "policies/**", "settings/**", "stacks/**", "tools/**", "reports/**"],
    plugins: { own: { rules: { constructors } } },
    rules: { "max-lines": ["error", 300], "own/constructors": "error" },
  },
  {
    files: ["examples/**/*.mjs"],
    languageOptions: { globals: { AbortSignal: false, console: false, fetch: false, URL: false } },
    // Express tells a handler of errors by its four parameters.
    rules: { "@typescript-eslint/no-unused-vars": ["error", { args: "none" }] },
  },
  {
    files: ["packages/mesh/index.js"],
    languageOptions: { sourceType: "commonjs", globals: { require: false } },
    rules: { "@typescript-eslint/no-require-imports": "off" },
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
