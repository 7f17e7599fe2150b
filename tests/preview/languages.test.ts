import { execFileSync } from "node:child_process";
import { SETTINGS_SCHEMA } from "../../settings";
import { previews } from "../languagePreviews";

describe("the schema that Pulumi derives", () => {
  let schema: any;
  beforeAll(() => {
    const text = execFileSync("pulumi", ["package", "get-schema", "./mesh"], { cwd: "packages", encoding: "utf8" });
    schema = JSON.parse(text);
  });
  const component = (name: string) => schema.resources[`consul-traefik-mesh:index:${name}`];

  test("has both components, and says what each is", () => {
    expect(Object.keys(schema.resources)).toHaveLength(2);
    expect(component("Platform").description).toMatch(/^A Consul mesh, Traefik as its native ingress, and deny-all/);
    expect(component("Services").description).toMatch(
      /^Services in a stack of their own that join the mesh of a `Platform`/,
    );
  });

  test("has every setting as an input of the platform, with what it means, and none has to be given", () => {
    const { inputProperties, requiredInputs = [] } = component("Platform");
    const settings = Object.keys(SETTINGS_SCHEMA.properties).filter(
      (name) => !["meshStack", "settingsFiles"].includes(name),
    );
    expect(Object.keys(inputProperties).sort()).toEqual(settings.sort());
    expect(requiredInputs).toEqual([]);
    expect(Object.entries<any>(inputProperties).filter(([, { description }]) => !description)).toEqual([]);
    expect(component("Services").requiredInputs).toEqual(["platform"]);
  });

  test("knows the fields of a service", () => {
    const { properties, required } = schema.types["consul-traefik-mesh:index:ServiceSettings"];
    expect(required).toEqual(["image", "name", "port"]);
    expect(properties.routes.items.$ref).toBe("#/types/consul-traefik-mesh:index:Route");
  });
});

// Of the others, a language host or the program itself is long to build: tests/faults/languagePreviews.test.ts, languages.test.ts.
previews("python");
