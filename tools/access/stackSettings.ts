import * as fs from "node:fs";
import * as yaml from "yaml";
import type { Problem } from "../../components/shared/problems";
import { parseSettings, Settings, SETTINGS_SCHEMA, settingsFrom } from "../../settings";
import type { PulumiStack } from "./pulumi";

/** What a stack's settings are, or why that is not known. */
export type StackSettings =
  { readonly settings: Settings } | { readonly problems: Problem[] } | { readonly unknown: string };

const COMPONENT = /^consul-traefik-mesh:index:(Platform|Services)$/;

/**
 * The settings of a stack: what its file says over the defaults of Pulumi.yaml; of a program in another language the inputs of its
 * component, as they were deployed.
 */
export async function stackSettings(stack: PulumiStack): Promise<StackSettings> {
  const defaults = defaultSettings();
  if (defaults !== undefined) {
    return parseSettings({ ...defaults, ...(await stack.config()).settings });
  }
  const { deployment } = await stack.export();
  const component = (deployment.resources ?? []).find(({ type }) => COMPONENT.test(type));
  return component === undefined
    ? { unknown: "what a program of your own is given, its preview judges" }
    : settingsFrom(component.inputs ?? {});
}

/** What Pulumi.yaml declares where a stack says nothing, as Pulumi hands it over; `undefined` where it is not this project's. */
function defaultSettings(): Record<string, string> | undefined {
  const { config } = yaml.parse(fs.readFileSync("Pulumi.yaml", "utf8")) as {
    config?: Record<string, { default?: unknown }>;
  };
  const own = Object.entries(config ?? {}).filter(([key]) => !key.includes(":"));
  return own.length === 0 || own.some(([key]) => !(key in SETTINGS_SCHEMA.properties))
    ? undefined
    : Object.fromEntries(
        own
          .filter(([, its]) => its?.default !== undefined)
          .map(([key, { default: its }]) => [key, typeof its === "string" ? its : JSON.stringify(its)]),
      );
}
