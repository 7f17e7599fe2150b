import type { ErrorObject } from "ajv";
import { shown } from "../components/shared/grammars";
import { unknownKey } from "../components/shared/keys";
import type { Problem } from "../components/shared/problems";
import validate from "../schema/validate";
import { resolved, Schema } from "./schema";
import { SETTINGS_SCHEMA } from "./settingsSchema";

/** What is wrong with the shape of settings: keys that nobody knows, values of another type, and what is missing. */
export function shapeProblems(settings: object): Problem[] {
  validate(settings);
  return problemsOf(validate.errors ?? [], settings);
}

/** What each type is called. */
export const TYPES: Record<string, string> = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

/** Texts that would be of the type without their quotes. */
const UNQUOTED: Record<string, RegExp> = {
  number: /^-?\d+(\.\d+)?$/,
  integer: /^-?\d+$/,
  boolean: /^(true|false)$/,
};

function problemsOf(errors: readonly ErrorObject[], settings: object): Problem[] {
  const unions = errors.filter(({ keyword }) => keyword === "anyOf").map(({ instancePath }) => instancePath);
  const values = errors.filter(({ keyword }) => keyword === "enum").map(({ instancePath }) => instancePath);
  // Of a union, a value has the type of one form at most: what is wrong with it then is wrong with that form.
  const told = errors.filter(
    ({ keyword, instancePath }) => keyword !== "type" || ![...unions, ...values].includes(instancePath),
  );
  const isBelow = (path: string) => told.some(({ instancePath }) => instancePath.startsWith(`${path}/`));
  const isToldOtherwise = ({ keyword, instancePath }: ErrorObject) =>
    keyword === "anyOf" &&
    (isBelow(instancePath) || told.some((each) => each.keyword !== "anyOf" && each.instancePath === instancePath));
  return told.filter((error) => !isToldOtherwise(error)).map((error) => problemOf(error, settings));
}

function problemOf(error: ErrorObject, settings: object): Problem {
  const { keyword, instancePath, params } = error;
  const propertyPath = inWords(instancePath);
  const within = (key: string) => (propertyPath === "" ? key : `${propertyPath}.${key}`);
  switch (keyword) {
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      return unknownKey(within(key), key, Object.keys(objects(schemaAt(instancePath)).properties ?? {}));
    }
    case "required":
      return { propertyPath: within(String(params.missingProperty)), reason: "is missing" };
    case "enum": {
      const known = (params.allowedValues as unknown[]).filter((value) => value !== "");
      const value = at(settings, instancePath);
      const remedy = typeof value === "number" && known.includes(String(value)) ? "; put it in quotes" : "";
      return { propertyPath, reason: `${shown(value)} is not known; use ${inList(known)}${remedy}` };
    }
    case "anyOf":
      return typeProblem(
        error,
        schemaAt(instancePath).anyOf!.map((form) => String(own(form).type)),
        settings,
      );
    default:
      return typeProblem(error, [params.type].flat().map(String), settings);
  }
}

function typeProblem({ instancePath }: ErrorObject, types: readonly string[], settings: object): Problem {
  const value = at(settings, instancePath);
  const unquoted = typeof value === "string" ? types.flatMap((type) => UNQUOTED[type] ?? []) : [];
  const remedy = unquoted.some((pattern) => pattern.test(String(value)))
    ? "; leave the quotes out"
    : types.includes("string") && ["number", "boolean"].includes(typeof value)
      ? "; put it in quotes"
      : "";
  return {
    propertyPath: inWords(instancePath),
    reason: `${shown(value)} is not ${inList(types.map((type) => TYPES[type]))}${remedy}`,
  };
}

function inList(values: readonly unknown[]): string {
  const last = values.at(-1);
  return values.length === 1 ? String(last) : `${values.slice(0, -1).join(", ")} or ${String(last)}`;
}

/** The parts of a JSON Pointer. */
function parts(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The schema of the value there. */
function schemaAt(pointer: string): Schema {
  return parts(pointer).reduce(schemaIn, SETTINGS_SCHEMA);
}

/** The schema of what is within a value. */
function schemaIn(schema: Schema, part: string): Schema {
  const { items, properties = {}, additionalProperties } = objects(schema);
  return own(items ?? (Object.hasOwn(properties, part) ? properties[part] : (additionalProperties as Schema)));
}

/** Of a union, the form that objects have. */
function objects(schema: Schema): Schema {
  return schema.anyOf?.map(own).find(({ type }) => type === "object") ?? schema;
}

function own(schema: Schema): Schema {
  return resolved(schema, SETTINGS_SCHEMA.definitions);
}

function at(value: unknown, pointer: string): unknown {
  return parts(pointer).reduce((inner, part) => (inner as Record<string, unknown>)[part], value);
}

/** A pointer as `services[0].port`. */
function inWords(pointer: string): string {
  return parts(pointer)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}
