import * as fs from "node:fs";
import * as path from "node:path";
import * as prettier from "prettier";
import * as yaml from "yaml";
import type { Schema } from "../../settings/schema";
import { componentArgs } from "./componentArgs";
import { inputsSchema } from "./inputs";
import { providerCode } from "./providerCode";
import { pulumiYaml } from "./pulumiYaml";
import { reference } from "./reference";
import { scripts } from "./scripts";
import { judging, settingsSchema } from "./settings";
import { fileSchema, stackSchema } from "./stack";
import { traefikMiddlewares } from "./traefikMiddlewares";
import { validator } from "./validate";

/** All that is made of other files, and of Traefik's types, by file. */
export async function generated(root: string): Promise<Readonly<Record<string, string>>> {
  const current = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
  const inputs = inputsSchema(root);
  const all = settingsSchema(inputs);
  const settings = settingsSchema(judging(inputs));
  const { name } = yaml.parse(current("Pulumi.yaml")) as { name: string };
  const json = (schema: Schema) => JSON.stringify(schema);
  const files = {
    "schema/settings.json": json(settings),
    "schema/stack.json": json(stackSchema(name, all)),
    "schema/file.json": json(fileSchema(all)),
    "Pulumi.yaml": pulumiYaml(current("Pulumi.yaml"), all),
    "docs/reference.md": reference(current("docs/reference.md"), all),
    "components/interrupted/providerCode.ts": providerCode(root),
    "components/shared/scripts.ts": scripts(root),
    "packages/mesh/args.ts": componentArgs(all),
    ...traefikMiddlewares(),
  };
  const formatted = await Promise.all(
    Object.entries(files).map(async ([file, content]) => {
      const options = await prettier.resolveConfig(path.join(root, file));
      return [file, await prettier.format(content, { ...options, filepath: file })] as const;
    }),
  );
  return { ...Object.fromEntries(formatted), "schema/validate.js": validator(settings) };
}
