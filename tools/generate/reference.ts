import { resolved, Schema, Schemas } from "../../settings/schema";

/** What a type is called where it is no object of its own. */
const TYPES: Record<string, string> = { string: "string", array: "list", object: "object", boolean: "true or false" };

const BEGIN = "<!-- made by `npm run generate` from settings/inputs.ts and the docstrings in components/ -->";
const END = "<!-- end of what is made -->";

/** docs/reference.md with the tables of all settings, and of each object in them; what is around them stays. */
export function reference(current: string, settings: Schema): string {
  const { properties = {}, definitions = {} } = settings;
  const groups: [string, [string, Schema][]][] = [];
  for (const [name, schema] of Object.entries(properties)) {
    if (schema.group !== undefined) {
      groups.push([schema.group, []]);
    }
    groups.at(-1)![1].push([name, schema]);
  }
  const objects = Object.entries(definitions).filter(([, { properties: its }]) => its !== undefined);
  const [before, rest] = current.split(BEGIN);
  return [
    before + BEGIN,
    ...groups.map(([group, own]) => `### Settings: ${group}\n\n${table(own, [], definitions, "Setting")}`),
    ...objects.map(([name, { description, properties: its = {}, required = [] }]) =>
      [
        `### ${name}`,
        ...(description ? [linked(description)] : []),
        table(Object.entries(its), required, definitions, "Field"),
      ].join("\n\n"),
    ),
    END + rest.split(END)[1],
  ].join("\n\n");
}

function table(rows: [string, Schema][], required: readonly string[], definitions: Schemas, what: string): string {
  const lines = rows.map(([name, schema]) => {
    const { default: its, unset, description = "" } = resolved(schema, definitions);
    const byDefault = required.includes(name) ? "–" : its === undefined ? (unset ?? "none") : code(its);
    return [`\`${name}\``, typeOf(schema, definitions), linked(byDefault), linked(description)];
  });
  const row = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    row([what, "Type", "Default", "Meaning, and what is refused"]),
    row(["-", "-", "-", "-"]),
    ...lines.map(row),
  ].join("\n");
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** A type in words, with a link to the table of an object. */
function typeOf(schema: Schema, definitions: Schemas): string {
  const name = schema.$ref?.split("/").at(-1);
  const { type, items, additionalProperties, const: word, anyOf, properties, ...its } = resolved(schema, definitions);
  const { enum: values = word === undefined ? word : [word] } = its;
  if (name !== undefined && properties !== undefined) {
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (values !== undefined) {
    return values
      .filter((value) => value !== "")
      .map(code)
      .join(", ");
  }
  if (anyOf !== undefined) {
    return anyOf.map((form) => typeOf(form, definitions)).join(" or ");
  }
  if (items !== undefined) {
    return `list of ${typeOf(items, definitions)}`;
  }
  if (typeof additionalProperties === "object" && Object.keys(additionalProperties).length > 0) {
    return `${typeOf(additionalProperties, definitions)}, by name`;
  }
  if (properties !== undefined) {
    return `object: ${Object.keys(properties).map(code).join(", ")}`;
  }
  return [type]
    .flat()
    .map((each) => TYPES[String(each)] ?? String(each))
    .join(" or ");
}

/** Pages of the docs as links. */
function linked(text: string): string {
  return text.replace(/\bdocs\/([\w-]+\.md)(#[\w-]+)?/g, "[$1]($1$2)");
}
