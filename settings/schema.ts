/** A JSON Schema (draft-07), as far as settings need it. */
export interface Schema {
  readonly $schema?: string;
  readonly $comment?: string;
  readonly $ref?: string;
  readonly definitions?: Schemas;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Schemas;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly patternProperties?: Schemas;
  /** What holds where nothing is given, in words. */
  readonly unset?: string;
  /** The setting that an input is. */
  readonly setting?: string;
  /** The input that a setting is, as `consul.chart.version`. */
  readonly input?: string;
  /** The part of Pulumi.yaml that begins here. */
  readonly group?: string;
  /** Whether the component alone judges what is within. */
  readonly loose?: boolean;
}
export type Schemas = Readonly<Record<string, Schema>>;

/** What a schema is that refers to another. */
export function resolved(schema: Schema, definitions: Schemas = {}): Schema {
  if (schema.$ref === undefined) {
    return schema;
  }
  const { $ref, ...own } = schema;
  return { ...resolved(definitions[decodeURIComponent($ref.split("/").at(-1)!)], definitions), ...own };
}

/** A schema without some of what it says. */
export function without(schema: Schema, ...keys: readonly (keyof Schema)[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !(keys as readonly string[]).includes(key)));
}

/** A schema, and every one within it, changed. */
export function mapped(schema: Schema, change: (each: Schema) => Schema): Schema {
  const inner = (each: Schema) => mapped(each, change);
  const all = (schemas: Schemas) =>
    Object.fromEntries(Object.entries(schemas).map(([name, each]) => [name, inner(each)]));
  const { items, anyOf, properties, definitions, additionalProperties, ...own } = change(schema);
  return {
    ...own,
    ...(items && { items: inner(items) }),
    ...(anyOf && { anyOf: anyOf.map(inner) }),
    ...(properties && { properties: all(properties) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === "object" ? inner(additionalProperties) : additionalProperties,
    }),
    ...(definitions && { definitions: all(definitions) }),
  };
}
