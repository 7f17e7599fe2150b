import * as fs from "node:fs";
import * as yaml from "yaml";

/** Pulumi.yaml, the provider's settings apart from the stack's own. */
const { config } = yaml.parse(fs.readFileSync("Pulumi.yaml", "utf8")) as { config: Record<string, any> };
const isProviders = ([key]: [string, unknown]) => key.includes(":");
export const PROVIDER_SETTINGS = Object.fromEntries(Object.entries(config).filter(isProviders));
export const DECLARED_SETTINGS = Object.fromEntries(Object.entries(config).filter((each) => !isProviders(each)));

/** Settings as the CLI hands them over: the defaults of Pulumi.yaml, then those given. */
export function raw(given: Record<string, unknown>): Record<string, string> {
  const defaults = Object.entries(DECLARED_SETTINGS).map(([key, { default: value }]) => [key, value]);
  const asRaw = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.fromEntries([...defaults, ...Object.entries(given)].map(([key, value]) => [key, asRaw(value)]));
}

/** The settings of a stack's file. */
export function ofStack(stack: string): Record<string, unknown> {
  const { config: its } = yaml.parse(fs.readFileSync(`Pulumi.${stack}.yaml`, "utf8"));
  return Object.fromEntries(
    Object.entries(its).map(([key, value]) => [key.replace("consul-traefik-mesh:", ""), value]),
  );
}
