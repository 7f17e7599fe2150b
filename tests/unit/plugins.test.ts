import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { pluginProblems, pluginsPart } from "../../components/ingress/plugins";
import { find, record } from "../recorder";

/** What Traefik cannot load, for which it would switch off all plugins. */
const MODULE = "example.com/demo";
const MANIFEST = { displayName: "Demo", summary: "a demo", testData: {}, type: "middleware", import: MODULE };
let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "plugins-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function made(name: string, manifest: object | string, files: Record<string, string | Buffer> = {}): string {
  const its = path.join(folder, name);
  fs.mkdirSync(its, { recursive: true });
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  Object.entries({ ".traefik.yml": text, ...files }).forEach(([file, content]) => {
    fs.mkdirSync(path.dirname(path.join(its, file)), { recursive: true });
    fs.writeFileSync(path.join(its, file), content);
  });
  return its;
}
const told = (plugins: Parameters<typeof pluginProblems>[0]) =>
  pluginProblems(plugins, "x").map((each) => `${each.propertyPath}: ${each.reason}`);
const paths = (plugins: Parameters<typeof pluginProblems>[0]) => told(plugins).map((each) => each.split(":")[0]);

test.each(["v0.2.2", "v10.20.30", "v1.0.0-rc.1", "v0.0.0-20240101000000-0123456789ab", "v2.0.0+incompatible"])(
  "%s is a version",
  (version) => {
    expect(told({ demo: { module: MODULE, version } })).toEqual([]);
  },
);

test.each(["0.2.2", "v0.2", "latest", "v0.2.2 ", "v0.2.2/x", "av0.2.2", ""])('"%s" is none', (version) => {
  expect(paths({ demo: { module: MODULE, version } })).toEqual(["x.demo.version"]);
});

test.each([
  "demo",
  "example.com/",
  "/demo",
  "example.com//demo",
  "https://example.com/demo",
  "example.com/a b",
  "a/b ",
])('"%s" is no module', (module) => {
  expect(paths({ demo: { module, version: "v0.2.2" } })).toEqual(["x.demo.module"]);
});

test("a plugin is downloaded or has a folder, and its module is taken once", () => {
  const its = { module: MODULE, version: "v0.2.2" };
  expect(paths({ a: { module: MODULE } })).toEqual(["x.a.path"]);
  expect(paths({ a: { ...its, path: made("both", MANIFEST) } })).toEqual(["x.a.path"]);
  expect(paths({ a: its, b: { ...its, module: "example.com/other" } })).toEqual([]);
  expect(told({ a: its, b: its })).toEqual([expect.stringMatching(/^x\.b\.module: is that of a too/)]);
});

test("its name leaves room for that of its sum", () => {
  const of = (length: number) => paths({ ["a".repeat(length)]: { module: MODULE, version: "v0.2.2" } });
  expect([of(49), of(50)]).toEqual([[], [`x.${"a".repeat(50)}`]]);
});

const wasm = { ...MANIFEST, runtime: "wasm", import: undefined };
test.each<[string, object | string, RegExp | undefined, Record<string, string | Buffer>?]>([
  ["a plugin", MANIFEST, undefined],
  ["one of a package in the module", { ...MANIFEST, import: `${MODULE}/inner` }, undefined],
  ["one that says how it is interpreted", { ...MANIFEST, runtime: "yaegi" }, undefined],
  ["one in WebAssembly", wasm, undefined],
  ["one as large as a ConfigMap", wasm, undefined, { a: Buffer.alloc(740_000) }],
  ["nothing", "", /no displayName, no summary, no testData; Traefik needs it/],
  ["no YAML", "a: [", /is not a folder with a \.traefik\.yml that can be read/],
  ["no summary", { ...MANIFEST, summary: undefined }, /has no summary; Traefik needs it/],
  ["another type", { ...MANIFEST, type: "provider" }, /is not of type "middleware"/],
  ["no import", { ...MANIFEST, import: undefined }, /imports undefined, which is not in the module/],
  ["another module's", { ...MANIFEST, import: "example.com/other" }, /imports example\.com\/other, which is not in/],
  ["another's, interpreted", { ...MANIFEST, runtime: "yaegi", import: "b/c" }, /imports b\/c/],
  ["more than a ConfigMap holds", wasm, /has more than a ConfigMap holds/, { a: Buffer.alloc(760_000) }],
])("a folder with %s", (...[what, manifest, reason, files]) => {
  const its = { demo: { module: MODULE, path: made(what, manifest, files) } };
  expect(told(its)[0]).toEqual(reason && expect.stringMatching(reason));
  expect(paths(its).every((each) => each === "x.demo.path")).toBe(true);
});

test("its tests and its history need no room", () => {
  const large = Buffer.alloc(800_000);
  expect(
    paths({ demo: { module: MODULE, path: made("tests", MANIFEST, { "demo_test.go": large, ".git/pack": large }) } }),
  ).toEqual([]);
});

describe("what Traefik gets", () => {
  /** Of the pod, and of the ConfigMap with what `files` says. */
  async function part(files: Record<string, string>, more: Parameters<typeof pluginProblems>[0] = {}) {
    let its: ReturnType<typeof pluginsPart> = {};
    const source = made("mounted", MANIFEST, files);
    const recorded = await record(() => {
      const parent = new pulumi.ComponentResource("test:index:Edge", "edge");
      its = pluginsPart("traefik", { demo: { module: MODULE, path: source }, ...more }, "edge", parent);
    });
    return { ...its, config: find(recorded, "traefik-plugin-demo").props };
  }

  test("a folder's files are mounted where Traefik looks for its module, and nothing is downloaded", async () => {
    const { config, volumes, mounts, args, annotations } = await part({ "demo.go": "package demo", "inner/a.go": "" });
    expect(config.metadata).toMatchObject({ name: "plugin-demo", namespace: "edge" });
    const [{ configMap }] = volumes as any[];
    const text = ({ key, path: file }: any) => [file, Buffer.from(config.binaryData[key], "base64").toString()];
    expect(Object.fromEntries(configMap.items.map(text))).toEqual({
      ".traefik.yml": JSON.stringify(MANIFEST),
      "demo.go": "package demo",
      "inner/a.go": "",
    });
    expect(volumes).toHaveLength(1);
    expect(mounts).toEqual([{ name: "plugin-demo", mountPath: `/plugins-local/src/${MODULE}`, readOnly: true }]);
    expect(args).toEqual([`--experimental.localPlugins.demo.moduleName=${MODULE}`]);
    const [sum] = Object.values(annotations!);
    expect(sum).toMatch(/^[0-9a-f]{64}$/);
    // Another source, other pods: Traefik reads it at its start.
    expect((await part({ "demo.go": "package other" })).annotations).not.toEqual(annotations);
  });

  test("what is downloaded has a place to be kept", async () => {
    const { volumes, mounts, args } = await part({}, { far: { module: "example.com/far", version: "v0.2.2" } });
    expect(volumes![1]).toEqual({ name: "plugins-storage", emptyDir: {} });
    expect(mounts![1]).toEqual({ name: "plugins-storage", mountPath: "/plugins-storage" });
    expect(args!.slice(1)).toEqual([
      "--experimental.plugins.far.moduleName=example.com/far",
      "--experimental.plugins.far.version=v0.2.2",
    ]);
  });
});
