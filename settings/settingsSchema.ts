import * as fs from "node:fs";
import * as path from "node:path";
import type { Schema, Schemas } from "./schema";

/** Every setting of a stack, made by `npm run generate`. */
export const SETTINGS_SCHEMA = JSON.parse(
  fs.readFileSync(path.join(__dirname, "../schema/settings.json"), "utf8"),
) as Schema & { readonly properties: Schemas; readonly definitions: Schemas };
