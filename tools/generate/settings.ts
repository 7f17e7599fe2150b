import { mapped, resolved, Schema, Schemas, without } from "../../settings/schema";

const COMMENT = "Made by `npm run generate` from settings/inputs.ts and the docstrings in components/.";

/** Inputs whose own inputs are settings. */
const FLATTENED = ["consul", "traefik"];

/** Every setting of a stack by its name, as the stack's configuration has it. */
export function settingsSchema(
  inputs: Schema,
): Schema & { readonly properties: Schemas; readonly definitions: Schemas } {
  const { definitions = {}, properties = {} } = inputs;
  const settings = Object.entries(properties).flatMap(([name, schema]) => {
    const { group } = schema;
    const own = FLATTENED.includes(name) ? within(name, schema, definitions) : [[name, schema] as const];
    return own.map(([key, its], i) => [key, { ...its, ...(i === 0 && group !== undefined && { group }) }] as const);
  });
  const named = settings.map(([key, schema]) => [key, inItsWords(schema, settings)] as const);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $comment: COMMENT,
    type: "object",
    properties: Object.fromEntries(named),
    additionalProperties: false,
    definitions: reachable(
      settings.map(([, schema]) => schema),
      definitions,
    ),
  };
}

/** The settings within an input, each with the input that it is. */
function within(path: string, schema: Schema, definitions: Schemas): (readonly [string, Schema])[] {
  const { setting, ...own } = schema;
  if (setting !== undefined) {
    return [[setting, { ...own, input: path }]];
  }
  const { properties = {}, anyOf = [] } = resolved(schema, definitions);
  return [
    ...anyOf.flatMap((form) => within(path, form, definitions)),
    ...Object.entries(properties).flatMap(([key, inner]) => within(`${path}.${key}`, inner, definitions)),
  ];
}

/** A description by the names that settings have: inputs speak of each other by their own. */
function inItsWords(schema: Schema, settings: readonly (readonly [string, Schema])[]): Schema {
  const { input, description } = schema;
  if (input === undefined || description === undefined) {
    return schema;
  }
  const path = input.split(".").slice(0, -1);
  const nameOf = (other: string) => {
    const inputs = path.map((_, i) => [...path.slice(0, path.length - i), other].join("."));
    return settings.find(([, its]) => inputs.includes(its.input ?? ""))?.[0] ?? other;
  };
  return { ...schema, description: description.replace(/`(\w+)`/g, (_, other: string) => `\`${nameOf(other)}\``) };
}

/** The definitions that are referred to, directly or by another one. */
function reachable(schemas: readonly unknown[], definitions: Schemas): Schemas {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) {
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      const name = key === "$ref" ? String(inner).split("/").at(-1)! : undefined;
      if (name === undefined) {
        visit(inner);
      } else if (!names.has(name)) {
        names.add(name);
        visit(definitions[name]);
      }
    }
  };
  visit(schemas);
  return Object.fromEntries(Object.entries(definitions).filter(([name]) => names.has(name)));
}

/** What judges settings: of what components judge alone, the form is enough; so it is of a word beside another form. */
export function judging(schema: Schema): Schema {
  return mapped(schema, ({ loose, ...each }) =>
    loose === true
      ? { ...without(each, "properties", "required", "additionalProperties", "$ref"), type: "object" }
      : without(each, "const"),
  );
}
