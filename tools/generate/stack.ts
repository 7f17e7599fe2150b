import { mapped, resolved, Schema, Schemas, without } from "../../settings/schema";
import { middlewareSchemas } from "./middlewares";

/** For editors: what a stack's file, Pulumi.<stack>.yaml, can say. */
export function stackSchema(project: string, settings: Schema): Schema {
  const { $schema, $comment, properties = {}, definitions = {} } = settings;
  const config = Object.entries(properties).map(([name, schema]) => [
    `${project}:${name}`,
    written(schema, definitions),
  ]);
  return plain({
    $schema,
    $comment,
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(config),
        // Those of providers are theirs.
        patternProperties: { [`^(?!${project}:)`]: {} },
        additionalProperties: false,
      },
    },
    definitions: withMiddlewares(definitions),
  });
}

/** The same for a file of settings. */
export function fileSchema(settings: Schema): Schema {
  const properties = Object.fromEntries(
    Object.entries(settings.properties!).filter(([name]) => name !== "settingsFiles"),
  );
  return plain({ ...settings, properties, definitions: withMiddlewares(settings.definitions!) });
}

/** What can stand in the file: \`pulumi config set\` puts scalars into quotes, and an empty value is one that is not set. */
function written(schema: Schema, definitions: Schemas): Schema {
  const { type, enum: values, default: its } = resolved(schema, definitions);
  const { description = "", unset, ...own } = schema;
  const forms: Record<string, Schema | undefined> = {
    boolean: { enum: ["true", "false"] },
    integer: { type: "string", pattern: "^\\d+$" },
    object: { const: {} },
    string: values && its === undefined ? { const: "" } : undefined,
  };
  const other = forms[String(type)];
  const words = unset === undefined ? description : `${description} Empty: ${unset}.`;
  return other === undefined
    ? { ...own, description: words }
    : { description: words, default: its, anyOf: [own, other] };
}

function withMiddlewares(definitions: Schemas): Schemas {
  const { http, tcp } = middlewareSchemas();
  const of = (name: string, items: Schema) => {
    const { properties = {}, ...route } = definitions[name];
    return { [name]: { ...route, properties: { ...properties, middlewares: { ...properties.middlewares, items } } } };
  };
  return { ...definitions, ...of("Route", http), ...of("TcpRoute", tcp) };
}

/** Without what editors do not know; and what holds where nothing is given stands in the description. */
function plain(schema: Schema): Schema {
  return mapped(schema, (each) => {
    const { unset, description = "" } = each;
    const words = unset === undefined ? {} : { description: `${description} Default: ${unset}.`.trim() };
    return { ...without(each, "input", "group", "loose", "unset"), ...words };
  });
}
