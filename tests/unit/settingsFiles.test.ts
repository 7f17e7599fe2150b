import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import Ajv from "ajv";
import * as yaml from "yaml";
import { parseSettings, placed, Settings } from "../../settings";
import { raw } from "../settings";

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "settings-files-"))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

const service = (name: string, more: object = {}) => ({ name, image: "localhost/whoami:1", port: 80, ...more });
function write(files: Record<string, unknown>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === "string" ? content : yaml.stringify(content));
  }
}
/** What is made of settings with these files; those that are no text stay as they are. */
function parsed(files: unknown, own: Record<string, unknown> = {}): ReturnType<typeof parseSettings> {
  const settingsFiles = Array.isArray(files)
    ? files.map((file: unknown) => (typeof file === "string" ? `${folder}/${file}` : file))
    : files;
  const judged = parseSettings(raw({ kubernetesVersion: "1.34", ...own, settingsFiles }));
  return JSON.parse(JSON.stringify(judged).replaceAll(`${folder}/`, "")) as typeof judged;
}
function settings(...given: Parameters<typeof parsed>): Settings {
  const judged = parsed(...given);
  expect("problems" in judged ? judged.problems : []).toEqual([]);
  return (judged as { settings: Settings }).settings;
}
function told(...given: Parameters<typeof parsed>): string[] {
  const judged = parsed(...given);
  return "problems" in judged ? judged.problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`) : [];
}
const names = ({ services }: Settings) => services.map(({ name }) => name);

describe("files of settings", () => {
  test("give what the stack's configuration could give as well", () => {
    const its = {
      consulServers: 3,
      consulDatacenter: "eu",
      traefikMetrics: false,
      externalServices: { billing: "http" },
      services: [service("a"), service("b", { calls: [{ destination: "a" }] })],
      intentions: [{ source: "b", destination: "billing" }],
    };
    write({ "all.yaml": its });
    const { fromFiles, ...theirs } = settings(["all.yaml"]);
    expect({ ...theirs, settingsFiles: [], fromFiles: [] }).toEqual({
      ...settings([], its),
      intentions: [{ ...its.intentions[0], declaredAt: "all.yaml: intentions[0]" }],
    });
    expect(fromFiles.map(({ setting }) => setting)).toEqual(Object.keys(its));
  });

  test("are read in the order in which they are named, after what the stack has; a folder's by their names", () => {
    write({
      "z.yaml": { services: [service("z")] },
      "all/b.yml": { services: [service("b")] },
      "all/a.json": JSON.stringify({ services: [service("a")] }),
      "all/c.yaml": { services: [service("c")] },
      "all/README.md": "services: none",
      "all/a.yaml.orig": "services: none",
    });
    expect(names(settings(["z.yaml", "all/"], { services: [service("own")] }))).toEqual(["own", "z", "a", "b", "c"]);
  });

  test("give a list that nobody has begun yet", () => {
    write({ "a.yaml": { traefikAccessLogHeaders: ["X-A"] }, "b.yaml": { traefikAccessLogHeaders: ["X-B"] } });
    expect(settings(["a.yaml", "b.yaml"], { traefikAccessLogFormat: "json" }).traefik.accessLogHeaders).toEqual([
      "X-A",
      "X-B",
    ]);
  });

  test("merge keys and repeat anchors as Pulumi's own do", () => {
    const uses = Array.from({ length: 200 }, (_, i) => `  - { <<: *all, name: s-${i} }\n`);
    write({ "a.yaml": `services:\n  - &all { name: first, image: "localhost/whoami:1", port: 80 }\n${uses.join("")}` });
    const its = settings(["a.yaml"]);
    expect(its.services).toHaveLength(201);
    expect(its.services[200]).toMatchObject({ name: "s-199", port: 80 });
  });

  test("may be empty, and have empty values for what is not set", () => {
    write({ "a.yaml": "# nothing yet\n", "b.yaml": { consulCa: {}, consulStorageClass: "", services: [] } });
    const its = settings(["a.yaml", "b.yaml"], { consulStorageClass: "fast" });
    expect([its.consul.ca, its.consul.storageClass]).toEqual([undefined, "fast"]);
  });

  test("hold more than Linux lets one variable have", () => {
    write({ "all.yaml": { services: Array.from({ length: 1500 }, (_, i) => service(`service-${i}`)) } });
    expect(fs.statSync(path.join(folder, "all.yaml")).size).toBeGreaterThan((1 << 17) >> 1);
    expect(settings(["all.yaml"]).services).toHaveLength(1500);
  });
});

describe("what is wrong is told where it stands", () => {
  test("in a list, by the file and the place in it", () => {
    write({
      "a.yaml": { services: [service("a"), service("b")] },
      "b.yaml": { services: [service("c", { port: 0 }), service("d", { image: "a b" })] },
    });
    expect(told(["a.yaml", "b.yaml"], { services: [service("own", { port: 70000 })] })).toEqual([
      expect.stringMatching(/^services\[0\]\.port: 70000 /),
      expect.stringMatching(/^b\.yaml: services\[0\]\.port: 0 /),
      expect.stringMatching(/^b\.yaml: services\[1\]\.image: "a b" /),
    ]);
  });

  test("at any place, with whatever is within", () => {
    const many = Array.from({ length: 12 }, (_, i) => service(`m-${i}`, { routes: [{ host: `m-${i}.test` }] }));
    const [calls, podLabels, routes] = [[{ destination: "nobody" }], { "a b/c": "x" }, [{ host: "m-9.test" }]];
    const last = [service("x", { calls, podLabels }), ...many, service("y", { calls, routes: [...routes, ...routes] })];
    write({
      "m.yaml": { services: many.map((each, i) => ({ ...each, name: `n-${i}`, routes: [] })) },
      "z.yaml": { services: last },
    });
    expect(told(["m.yaml", "z.yaml"])).toEqual([
      expect.stringMatching(/^z\.yaml: services\[0\]\.podLabels\["a b\/c"\]: /),
      ...["routes[0]", "routes[1]"].map((route) =>
        expect.stringContaining(
          `z.yaml: services[13].${route}: the rule "Host(\`m-9.test\`) on web" is that of z.yaml: services[10].routes[0] too`,
        ),
      ),
      expect.stringMatching(/^z\.yaml: services\[0\]\.calls\[0\]\.destination: "nobody" /),
      expect.stringMatching(/^z\.yaml: services\[13\]\.calls\[0\]\.destination: "nobody" /),
    ]);
  });

  test("also where a list ends that another goes on with, and where a text names an item within", () => {
    const files = ["a.yaml", "b.yaml"].map((file, i) => {
      return { setting: "services", file, items: { first: 1 + 10 * i, next: 11 + 10 * i } };
    });
    const at = (reason: string) => placed({ propertyPath: "", reason }, files).reason;
    expect(at("services[0], services[1], services[10], services[11], services[20], services[21]")).toBe(
      "services[0], a.yaml: services[0], a.yaml: services[9], b.yaml: services[0], b.yaml: services[9], services[21]",
    );
    expect(at("one of services[1].env.A-B[12]: other.services[1], xservices[1], jobs[1]")).toBe(
      "one of a.yaml: services[0].env.A-B[12]: other.services[1], xservices[1], jobs[1]",
    );
    // What has its place already.
    expect(at("b.yaml: services[1], stack a/b/pay: services[1]")).toBe(
      "b.yaml: services[1], stack a/b/pay: services[1]",
    );
    expect(at("is never reached: services[1].calls[0]")).toBe("is never reached: a.yaml: services[0].calls[0]");
    expect(at("a:services[1] services[1]")).toBe("a:a.yaml: services[0] a.yaml: services[0]");
  });

  test("in its shape as well, where the rest of the file is not judged", () => {
    write({ "a.yaml": { services: [service("a"), service("b", { prot: 80 })], consulServers: "three" } });
    expect(told(["a.yaml"], { services: [service("own")] })).toEqual([
      'a.yaml: consulServers: "three" is not a whole number',
      'a.yaml: services[1].prot: is not a known key; did you mean "port"?',
    ]);
  });

  test("where two files speak of one thing", () => {
    write({ "a.yaml": { services: [service("shop")] }, "b.yaml": { services: [service("x"), service("shop")] } });
    const [problem] = told(["a.yaml", "b.yaml"]);
    expect(problem).toMatch(/^b\.yaml: services\[1\]\.name: .*a\.yaml: services\[0\] too/);
  });

  test("of anything but a list", () => {
    write({ "a.yaml": { consulServers: 2, services: {} } });
    expect(told(["a.yaml"])).toEqual(["a.yaml: services: {} is not a list"]);
    write({ "a.yaml": { consulServers: 2 } });
    expect(told(["a.yaml"])).toEqual([expect.stringMatching(/^a\.yaml: consulServers: 2 servers/)]);
  });

  test("of an intention, also later: by where it is declared", () => {
    write({ "a.yaml": { intentions: [{ source: "own", destination: "own" }] } });
    const own = { services: [service("own")], intentions: [{ source: "*", destination: "own" }] };
    expect(settings(["a.yaml"], own).intentions.map(({ declaredAt }) => declaredAt)).toEqual([
      "intentions[0]",
      "a.yaml: intentions[0]",
    ]);
  });
});

describe("refused", () => {
  test.each<[string, Record<string, unknown>, unknown, Record<string, unknown>, string | RegExp]>([
    ["no list", {}, "a.yaml", {}, 'settingsFiles: "a.yaml" is not a list in JSON'],
    ["no text in it", {}, ["a.yaml", 1], {}, /^settingsFiles\[1\]: 1 is not a string/],
    [
      "a file that is not there",
      {},
      ["a.yaml"],
      {},
      /^settingsFiles\[0\]: "a\.yaml" is no file, and no folder .*; paths begin at \/.*$/,
    ],
    ["a path that is none", {}, ["a\u0000"], {}, /^settingsFiles\[0\]: "a\\u0000" is no file/],
    ["a folder without any", { "all/x.txt": "" }, ["all"], {}, /^settingsFiles\[0\]: "all" is no file, and no folder/],
    [
      "a file twice",
      { "a.yaml": {} },
      ["a.yaml", "./a.yaml"],
      {},
      'settingsFiles[1]: "./a.yaml" is read by settingsFiles[0], "a.yaml", too; leave one of them out',
    ],
    [
      "a file and its folder",
      { "all/a.yaml": {} },
      ["all", "all/a.yaml"],
      {},
      'settingsFiles[1]: "all/a.yaml" is read by settingsFiles[0], "all", too; leave one of them out',
    ],
    [
      "a file and its folder, with another between them",
      { "all/a.yaml": {}, "b.yaml": {} },
      ["all/a.yaml", "b.yaml", "all/"],
      {},
      'settingsFiles[2]: "all/a.yaml" is read by settingsFiles[0], "all/a.yaml", too; leave one of them out',
    ],
    [
      "what is no YAML",
      { "a.yaml": "services: [" },
      ["a.yaml"],
      {},
      /^settingsFiles\[0\]: "a\.yaml" cannot be read: .* at line 1, column 1\d$/,
    ],
    [
      "a key twice",
      { "a.yaml": "denyAll: true\ndenyAll: false\n" },
      ["a.yaml"],
      {},
      /^settingsFiles\[0\]: "a\.yaml" cannot be read: Map keys must be unique at line 2, column 1$/,
    ],
    [
      "what goes round in a circle",
      { "a.yaml": "services: &a [*a]" },
      ["a.yaml"],
      {},
      /^settingsFiles\[0\]: "a\.yaml" cannot be read: .*circular/,
    ],
    [
      "a list alone",
      { "a.yaml": [service("a")] },
      ["a.yaml"],
      {},
      /^settingsFiles\[0\]: "a\.yaml" has no settings by their names/,
    ],
    [
      "a text alone",
      { "a.yaml": "services" },
      ["a.yaml"],
      {},
      /^settingsFiles\[0\]: "a\.yaml" has no settings by their names/,
    ],
    [
      "a key that nobody knows",
      { "a.yaml": { service: [] } },
      ["a.yaml"],
      {},
      'a.yaml: service: is not a known key; did you mean "services"?',
    ],
    [
      "what a stack's file is written like",
      { "a.yaml": { config: {} } },
      ["a.yaml"],
      {},
      /^a\.yaml: config: is how Pulumi\.<stack>\.yaml has it; write the settings alone/,
    ],
    [
      "a prefix",
      { "a.yaml": { "consul-traefik-mesh:services": [] } },
      ["a.yaml"],
      {},
      /^a\.yaml: consul-traefik-mesh:services: is how Pulumi\.<stack>\.yaml has it/,
    ],
    [
      "further files",
      { "a.yaml": { settingsFiles: [] } },
      ["a.yaml"],
      {},
      "a.yaml: settingsFiles: belongs to the stack's configuration; name all files there",
    ],
    [
      "a prototype's key",
      { "a.yaml": "consulValues: { server: { __proto__: {} } }" },
      ["a.yaml"],
      {},
      'a.yaml: consulValues: has a key "__proto__", which nothing here takes',
    ],
    [
      "nothing where something has to be",
      { "a.yaml": "services:\n" },
      ["a.yaml"],
      {},
      "a.yaml: services: null is not a list",
    ],
    [
      "a number for a text",
      { "a.yaml": { consulDatacenter: 1 } },
      ["a.yaml"],
      {},
      /^a\.yaml: consulDatacenter: 1 is not a string; put it in quotes/,
    ],
    [
      "what the stack says too",
      { "a.yaml": { consulServers: 3 } },
      ["a.yaml"],
      { consulServers: 5 },
      "a.yaml: consulServers: is set in the stack's configuration too; leave one of them out",
    ],
    [
      "what another file says too",
      { "a.yaml": { denyAll: false }, "b.yaml": { denyAll: false } },
      ["a.yaml", "b.yaml"],
      {},
      "b.yaml: denyAll: is set in a.yaml too; leave one of them out",
    ],
    [
      "a map by names that the stack has too",
      { "a.yaml": { externalServices: { a: "tcp" } } },
      ["a.yaml"],
      { externalServices: { b: "tcp" } },
      "a.yaml: externalServices: is set in the stack's configuration too; leave one of them out",
    ],
  ])("%s", (_, files, settingsFiles, own, problem) => {
    write(files);
    expect(told(settingsFiles, own)).toEqual([typeof problem === "string" ? problem : expect.stringMatching(problem)]);
  });

  test("a link to a file, and a file that cannot be read, each of them named twice", () => {
    write({ "a.yaml": { services: [service("a")] }, "wrong.yaml": "services" });
    fs.symlinkSync(path.join(folder, "a.yaml"), path.join(folder, "link.yaml"));
    fs.symlinkSync(path.join(folder, "nowhere"), path.join(folder, "lost.yaml"));
    expect(names(settings(["link.yaml"]))).toEqual(["a"]);
    expect(told(["a.yaml", "wrong.yaml", "link.yaml", "wrong.yaml", "lost.yaml"])).toEqual([
      'settingsFiles[1]: "wrong.yaml" has no settings by their names, such as services: at its top; write them so',
      'settingsFiles[2]: "link.yaml" is read by settingsFiles[0], "a.yaml", too; leave one of them out',
      'settingsFiles[3]: "wrong.yaml" has no settings by their names, such as services: at its top; write them so',
      expect.stringMatching(/^settingsFiles\[4\]: "lost\.yaml" is no file, and no folder with a \.yaml in it/),
    ]);
  });
});

describe("schema/file.json, by which editors complete such a file", () => {
  const judge = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(fs.readFileSync("schema/file.json", "utf8")),
  );

  test.each<[string, unknown, boolean]>([
    ["settings", { services: [service("a", { routes: [{ host: "a.test" }] })], consulServers: 3 }, true],
    ["a setting that nobody knows", { service: [] }, false],
    ["a field that nobody knows", { services: [service("a", { prot: 80 })] }, false],
    [
      "an option of a middleware that nobody knows",
      { services: [service("a", { routes: [{ middlewares: [{ stripPrefx: {} }] }] })] },
      false,
    ],
    ["further files", { settingsFiles: [] }, false],
  ])("%s", (_, content, right) => {
    expect(judge(content)).toBe(right);
  });
});
