import * as yaml from "yaml";
import { resolved, Schema } from "../../settings/schema";

const MARK =
  "  # What follows is made by `npm run generate` from settings/inputs.ts and the docstrings in components/.\n";
const EMPTY: Record<string, unknown> = { string: "", array: [], object: {} };

/** Pulumi.yaml with the settings as their schema has them; what is above them stays. */
export function pulumiYaml(current: string, { properties = {}, definitions }: Schema): string {
  const settings = Object.entries(properties).map(([name, schema]) => {
    const { type, items, default: its, group, enum: values, unset, description = "" } = resolved(schema, definitions);
    const declared = {
      type,
      ...(items && { items: { type: resolved(items, definitions).type } }),
      default: its ?? EMPTY[String(type)],
      description: [
        description,
        ...(values ? [`One of ${values.join(", ")}.`] : []),
        ...(unset === undefined ? [] : [`Empty: ${unset}.`]),
      ].join(" "),
    };
    const text = yaml
      .stringify({ [name]: declared }, { lineWidth: 0 })
      .replace(/^/gm, "  ")
      .trimEnd();
    return (group === undefined ? "" : `  # --- ${group} ---\n`) + `${text}\n`;
  });
  return current.split(MARK)[0] + MARK + settings.join("");
}
