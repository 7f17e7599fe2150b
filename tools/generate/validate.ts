import Ajv from "ajv";
import standaloneCode from "ajv/dist/standalone";
import { mapped, Schema, without } from "../../settings/schema";

/** The code that judges settings by their schema, which needs no package. */
export function validator(schema: Schema): string {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    inlineRefs: false,
    messages: false,
    code: { source: true },
  });
  ajv.addVocabulary(["input", "group"]);
  const judging = mapped(schema, (each) => without(each, "$comment", "description", "default", "unset"));
  return `// Made by \`npm run generate\` from settings.json.\n${standaloneCode(ajv, ajv.compile(judging))}\n`;
}
