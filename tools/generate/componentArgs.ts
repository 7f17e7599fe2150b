import { resolved, Schema, Schemas } from "../../settings/schema";

const HEADER = "// Made by `npm run generate` from settings/inputs.ts and the docstrings in components/.\n";

/** Settings of a stack that joins a mesh: all others are of the stack that makes it. */
const OF_SERVICES = [
  "servicesNamespace",
  "servicesCreateNamespace",
  "services",
  "workloads",
  "jobs",
  "intentions",
  "externalServices",
  "externalJwtProviders",
  "intentionWarningsAreErrors",
  "servicesPodSecurity",
  "networkPolicies",
  "networkPolicyClients",
  "imagePullPolicy",
  "imagePullSecrets",
];

/** Settings of stacks of this project alone. */
const OF_STACKS = ["meshStack", "settingsFiles"];

/** What a component of `packages/mesh` takes beside settings. */
const PLATFORM = `
  /** What the stack of the platform shares: the output \`shared\` of its \`Platform\`, by a reference to that stack. */
  platform: pulumi.Input<any>;`;

/**
 * The inputs of the components in packages/mesh: settings, in the few forms that Pulumi's analyzer takes. What has several forms is
 * `any` there; all of it is judged as a stack's configuration is.
 */
export function componentArgs({ properties = {}, definitions = {} }: Schema): string {
  const inner: Record<string, string> = {};
  const interfaceOf = (name: string, { properties: its = {}, required = [] }: Schema, more = "") => {
    const fields = Object.entries(its).map(([field, schema]) => {
      const type = typeOf(schema, name.replace(/Args$/, "") + field[0].toUpperCase() + field.slice(1));
      return `${docs(schema, definitions)}  ${field}${required.includes(field) ? "" : "?"}: ${type};\n`;
    });
    return `export interface ${name} {${more}\n${fields.join("")}}\n`;
  };
  const typeOf = (schema: Schema, name: string): string => {
    const own = schema.$ref === undefined ? name : decodeURIComponent(schema.$ref.split("/").at(-1)!);
    const { type, items, properties: its, additionalProperties, anyOf } = resolved(schema, definitions);
    if (anyOf !== undefined || Array.isArray(type)) {
      return "any";
    }
    if (its !== undefined) {
      // Known by its name before its fields are, since one of them may have it within.
      if (!(own in inner)) {
        inner[own] = "";
        inner[own] = interfaceOf(own, resolved(schema, definitions));
      }
      return own;
    }
    if (items !== undefined) {
      return `${typeOf(items, `${name}Item`)}[]`;
    }
    if (typeof additionalProperties === "object" && Object.keys(additionalProperties).length > 0) {
      return `{ [key: string]: ${typeOf(additionalProperties, `${name}Value`)} }`;
    }
    return { string: "string", boolean: "boolean", integer: "number", number: "number" }[String(type)] ?? "any";
  };
  const only = (names: readonly string[]): Schemas =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
  const components = [
    interfaceOf("PlatformArgs", {
      properties: only(Object.keys(properties).filter((name) => !OF_STACKS.includes(name))),
    }),
    interfaceOf("ServicesArgs", { properties: only(OF_SERVICES) }, PLATFORM),
  ];
  return [
    HEADER,
    "/* eslint-disable @typescript-eslint/no-explicit-any -- several forms, which Pulumi's schema has no word for */\n",
    'import type * as pulumi from "@pulumi/pulumi";\n\n',
    [...components, ...Object.values(inner)].join("\n"),
  ].join("");
}

function docs(schema: Schema, definitions: Schemas): string {
  const { description = "", enum: values, default: its, unset } = resolved(schema, definitions);
  const known = values?.filter((value) => value !== "").join(", ");
  const words = [
    description,
    ...(known === undefined ? [] : [`One of ${known}.`]),
    ...(its === undefined ? [] : [`Default: ${typeof its === "string" ? its : JSON.stringify(its)}.`]),
    ...(unset === undefined ? [] : [`Default: ${unset}.`]),
  ].filter((part) => part !== "");
  return words.length === 0 ? "" : `  /** ${words.join(" ").replaceAll("*/", "* /")} */\n`;
}
