import {
  MIDDLEWARE_OPTIONS,
  REQUIRED_OPTIONS,
  TCP_MIDDLEWARE_OPTIONS,
} from "../../components/routing/middlewareOptions";
import { OptionKind, OptionKinds, Refused } from "../../components/routing/optionKinds";
import type { Schema } from "../../settings/schema";

const text: Schema = { type: "string" };
const whole: Schema = { type: "integer" };
const texts: Schema = { type: "array", items: text };

const PLAIN: Record<string, Schema> = {
  text,
  regex: text,
  name: text,
  number: whole,
  positive: whole,
  size: whole,
  status: whole,
  flag: { type: "boolean" },
  duration: { type: ["string", "integer"] },
  list: texts,
  names: texts,
  regexes: texts,
  addresses: texts,
  statuses: { type: "array", items: { type: ["string", "integer"] } },
  map: { type: "object" },
  rewrites: { type: "object" },
  any: { type: "object" },
};

/** Middlewares whose options here are others than Traefik's: what they refer to has a name. */
const NAMED: Record<string, { readonly instead?: string; readonly options: readonly string[] }> = {
  basicAuth: { instead: "usersFile", options: ["userList"] },
  digestAuth: { instead: "usersFile", options: ["userList"] },
  forwardAuth: { options: ["service", "path"] },
};

/** For editors: what a middleware of a route can be, from the table by which the components judge it. */
export function middlewareSchemas(): { readonly http: Schema; readonly tcp: Schema } {
  return {
    http: { anyOf: [text, middleware(MIDDLEWARE_OPTIONS)] },
    tcp: middleware(TCP_MIDDLEWARE_OPTIONS),
  };
}

function middleware(kinds: Readonly<Record<string, OptionKind>>): Schema {
  return object(Object.entries(kinds).map(([name, kind]) => [name, optionsOf(name, kind)]));
}

function optionsOf(name: string, kind: OptionKind): Schema {
  const { instead, options = [] } = NAMED[name] ?? {};
  const schema = schemaOf(kind);
  if (typeof kind === "string") {
    return schema;
  }
  const named = options.map((option): [string, Schema] => [option, text]);
  const others = Object.entries(schema.properties ?? {}).filter(([option]) => option !== instead);
  return { ...object([...named, ...others]), required: REQUIRED_OPTIONS[name] };
}

function schemaOf(kind: OptionKind): Schema {
  return typeof kind === "string"
    ? PLAIN[kind]
    : object(
        Object.entries(kind as OptionKinds).flatMap(([option, inner]) =>
          inner instanceof Refused ? [] : [[option, schemaOf(inner)]],
        ),
      );
}

function object(properties: [string, Schema][]): Schema {
  return { type: "object", properties: Object.fromEntries(properties), additionalProperties: false };
}
