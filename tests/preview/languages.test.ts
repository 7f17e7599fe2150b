import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { SETTINGS_SCHEMA } from "../../settings";
import { LanguageExample, made, said } from "../languages";
import { UNREACHABLE, workspace } from "../workspace";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "languages-"));
const KUBECONFIG = path.join(folder, "kubeconfig");
fs.writeFileSync(KUBECONFIG, UNREACHABLE);
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

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
    const settings = Object.keys(SETTINGS_SCHEMA.properties).filter((name) => name !== "meshStack");
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

// That of YAML, whose language host takes minutes to build, is played on the cluster: tests/faults/languages.test.ts.
describe.each(["python"])("examples/%s", (language) => {
  const its = new LanguageExample(language, { KUBECONFIG });
  beforeAll(() => its.prepare(), 900_000);
  afterAll(() => its.remove());

  test("makes in Kubernetes what the program in TypeScript makes", async () => {
    const typescript = await workspace("dev", { consulChartPath: "testbed/charts/consul" });
    typescript.stack.workspace.envVars.KUBECONFIG = KUBECONFIG;
    const expected = await made(typescript.stack);
    await typescript.remove();
    expect(expected.length).toBeGreaterThan(15);
    // Its Job is named by what it asks with: the testbed's image.
    const but = (resources: string[]) => resources.map((each) => each.replace(/(served-routes)-[0-9a-f]{8}$/, "$1"));
    expect(but(await made(its.stack))).toEqual(but(expected));
  });

  test("is refused for the reason that the program in TypeScript gives, before any resource", async () => {
    its.edit({ settings: { consulServers: 2, traefikNodePortWeb: 80 } });
    const message = await said(its.stack);
    expect(message).toContain('Platform "mesh": 2 problems');
    expect(message).toContain("consulServers: 2 servers have no useful quorum; use 1, 3, 5 or 7");
    expect(message).toContain("traefikNodePortWeb: 80 is out of range; use a whole number from 30000 to 32767");
    expect(message).not.toContain("kubernetes:");
  });
});
