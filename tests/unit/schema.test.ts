import { mapped, resolved, Schema, without } from "../../settings/schema";

test("a schema that refers to another is that one, with what it says itself", () => {
  const definitions = {
    Port: { type: "integer", description: "a port" },
    "Of<Port>": { $ref: "#/definitions/Port", default: 80 },
  };
  expect(resolved({ type: "string" }, definitions)).toEqual({ type: "string" });
  expect(resolved({ $ref: "#/definitions/Of%3CPort%3E", description: "own" }, definitions)).toEqual({
    type: "integer",
    description: "own",
    default: 80,
  });
});

test("of a schema some can be left out", () => {
  expect(without({ type: "string", setting: "a", unset: "b" }, "setting", "unset")).toEqual({ type: "string" });
});

test("a schema is changed wherever there is one in it", () => {
  const described = (more: object = {}): Schema => ({ type: "string", description: "x", ...more });
  const schema: Schema = described({
    items: described(),
    anyOf: [described(), described({ items: described() })],
    properties: { a: described(), b: described({ additionalProperties: described() }) },
    additionalProperties: false,
    definitions: { C: described() },
  });
  const changed = mapped(schema, (each) => without(each, "description"));
  expect(changed).toEqual(JSON.parse(JSON.stringify(schema).replaceAll(/,?"description":"x"/g, "")));
  expect(JSON.stringify(changed)).not.toContain("description");
});

test("nothing comes into a schema that was not there", () => {
  expect(Object.keys(mapped({ type: "string" }, (each) => each))).toEqual(["type"]);
  expect(mapped({ additionalProperties: true }, (each) => each)).toEqual({ additionalProperties: true });
});
