import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, IntentionSet, JwtProvider, MeshJob, MeshReference, MeshService } from "../../components";
import { MeshWorkload, NetworkPolicies, ServedRoutes, TraefikConsulIngress } from "../../components";
import { missingProblems, ofRightForm } from "../../components/shared/forms";
import { refuse } from "../../components/shared/problems";
import { record } from "../recorder";

interface Inputs {
  readonly name: string;
  readonly list?: readonly { readonly text?: string }[];
  readonly map?: Readonly<Record<string, string>>;
  readonly other?: unknown;
}
/** As code counts on types: it fails at what has none of these methods. */
const make = ({ name, list = [], map = {} }: Inputs) =>
  [name.trim(), ...list.map(({ text = "" }) => text.trim()), ...Object.values(map).map((each) => each.trim())].join();
const told = (inputs: unknown) => {
  try {
    return ofRightForm("It", inputs as Inputs, make);
  } catch (error) {
    return (error as Error).message;
  }
};
const wrong = (path: string, value: string, failed: string) =>
  `It: 1 problem\n  ${path}: ${value} is not of the form that it has to have; see docs/reference.md (${failed})`;

test("what is made of inputs of the right types is that", () => {
  expect(told({ name: " a", list: [{ text: "b" }, {}], map: { c: "c " } })).toBe("a,b,,c");
});

test.each<[inputs: object, path: string, value: string, failed: string]>([
  [{ list: {} }, "list", "{}", "list.map is not a function"],
  [{ list: [{ text: "b" }, { text: {} }] }, "list[1].text", "{}", "text.trim is not a function"],
  [{ list: [{ text: 1, other: 2 }] }, "list[0].text", "1", "text.trim is not a function"],
  [{ name: {} }, "name", "{}", "name.trim is not a function"],
  [{ name: 1, map: { a: "a" } }, "name", "1", "name.trim is not a function"],
  [{ list: [1, { text: {} }, 2] }, "list[1].text", "{}", "text.trim is not a function"],
  [{ list: [{ text: "b" }, { text: {} }, { text: [] }] }, "list[1].text", "{}", "text.trim is not a function"],
  [{ list: [{ text: 1 }, { text: "b" }, { text: "c" }] }, "list[0].text", "1", "text.trim is not a function"],
  [{ list: [null] }, "list[0]", "null", "Cannot read properties of null"],
  [{ map: { a: "a", "b/c": [] } }, "map.b/c", "[]", "each.trim is not a function"],
  [{ map: { a: new Date(0) } }, "map.a", '"1970-01-01T00:00:00.000Z"', "each.trim is not a function"],
])("told is the innermost value of a wrong type: %j", (inputs, path, value, failed) => {
  const message = told({ name: "a", other: new Map(), ...inputs });
  expect(message).toContain(wrong(path, value, "").replace(")", ""));
  expect(message).toContain(failed);
});

test("of an output and of a resource that stand where a text has to, nothing is shown", async () => {
  const said: string[] = [];
  await record(() => {
    const resource = new k8s.core.v1.Namespace("a");
    said.push(...[pulumi.output("a"), resource].map((name) => String(told({ name }))));
  });
  expect(said).toEqual([
    wrong("name", "an output", "name.trim is not a function"),
    wrong("name", "a resource", "name.trim is not a function"),
  ]);
});

test("of hundreds in a list, each is not tried by itself", () => {
  let times = 0;
  const judge = ({ list }: { list: readonly string[] }) => (times++, list.map((each) => each.trim()));
  const list = [...Array<string>(900).fill("a"), 1 as never, ...Array<string>(99).fill("a")];
  expect(() => ofRightForm("It", { list }, judge)).toThrow("\n  list[900]: 1 is not of the form");
  expect(times).toBeLessThan(20);
});

test("what is missing is told by its name, and so is a mesh that is none", () => {
  const none = { propertyPath: "mesh", reason: "is not a mesh; give a ConsulMesh or a MeshReference" };
  const missing = (propertyPath: string) => ({
    propertyPath,
    reason: "is missing; docs/reference.md says what it takes",
  });
  const args = { mesh: undefined as unknown, a: 0 as number | undefined, b: undefined, c: undefined };
  expect(missingProblems(args)).toEqual([none]);
  expect(missingProblems(args, ["a", "b"])).toEqual([none, missing("b")]);
  for (const mesh of [null, "mesh", {}, { model: {} }]) {
    expect(missingProblems({ mesh })).toEqual([none]);
  }
  expect(missingProblems({ ...args, mesh: { model: { part: () => 1 } } }, ["c"])).toEqual([missing("c")]);
});

test("what no value can be told of is as it is, as what is missing, and what fails for another reason", () => {
  expect(told({ list: [] })).toBe("Cannot read properties of undefined (reading 'trim')");
  expect(told(undefined)).toMatch(/^Cannot destructure property 'name'/);
  const fails = (error: Error) => () =>
    ofRightForm("It", { a: 1 }, ({ a }: { a?: number }) => {
      if (a !== undefined) {
        throw error;
      }
    });
  expect(fails(new RangeError("too far"))).toThrow(new RangeError("too far"));
  expect(fails(new TypeError("no text"))).toThrow(
    "a: 1 is not of the form that it has to have; see docs/reference.md (no text)",
  );
});

test("a value that is wrong otherwise is none of a wrong type", () => {
  const judge = ({ a, b }: { a?: string; b?: string }) => {
    if (a === undefined) {
      throw new RangeError("a is needed");
    }
    return b!.trim() === "" ? [] : [{ propertyPath: "b", reason: "is too much" }];
  };
  expect(() => refuse("It", ofRightForm("It", { a: "a", b: " " }, judge))).not.toThrow();
  expect(() => refuse("It", ofRightForm("It", { a: "a", b: "b" }, judge))).toThrow("It: 1 problem\n  b: is too much");
});

describe("of a program without types", () => {
  const pods = { namespace: "apps", image: "a:1", port: 80, command: ["a"] };
  const rule = { source: "traefik-system-ingress", destination: "*", action: "allow" };

  type Declared = [what: string, path: string, make: (mesh: ConsulMesh) => unknown];

  test.each<Declared>([
    [
      "MeshService",
      "routes[0].host",
      (mesh) => new MeshService("x", { mesh, ...pods, routes: [{ host: {} as never }] }),
    ],
    ["MeshService", "healthPath", (mesh) => new MeshService("x", { mesh, ...pods, healthPath: {} as never })],
    [
      "MeshWorkload",
      "calls",
      (mesh) => new MeshWorkload("x", { mesh, namespace: "apps", port: 80, calls: {} as never }),
    ],
    ["MeshJob", "schedule", (mesh) => new MeshJob("x", { mesh, ...pods, schedule: {} as never })],
    [
      "TraefikConsulIngress",
      "consoles.dashboard.host",
      (mesh) =>
        new TraefikConsulIngress("x", {
          mesh,
          userLists: { a: { secretName: "a" } },
          consoles: { dashboard: { host: {} as never, userList: "a" } },
        }),
    ],
    [
      "IntentionSet",
      "rules[0].source",
      (mesh) => new IntentionSet("x", { mesh, rules: [{ ...rule, source: {} } as never] }),
    ],
    [
      "JwtProvider",
      "audiences",
      (mesh) => new JwtProvider("x", { mesh, issuer: "a", keys: {}, audiences: {} as never }),
    ],
    [
      "NetworkPolicies",
      "serviceNamespaces",
      (mesh) => new NetworkPolicies("x", { mesh, serviceNamespaces: {} as never }),
    ],
    [
      "NetworkPolicies",
      "clients",
      (mesh) => new NetworkPolicies("x", { mesh, serviceNamespaces: [], clients: {} as never }),
    ],
    ...["services", "rules", "externalServices", "jwtProviders"].map((list): Declared => [
      "IntentionSet",
      list,
      (mesh) => new IntentionSet("x", { mesh, [list]: {} as never }),
    ]),
    [
      "NetworkPolicies",
      "clients[0].reaches",
      (mesh) =>
        new NetworkPolicies("x", { mesh, serviceNamespaces: [], clients: [{ namespace: "a", reaches: {} as never }] }),
    ],
    ["MeshService", "ingress", (mesh) => new MeshService("x", { mesh, ...pods, ingress: {} as never })],
    [
      "MeshWorkload",
      "ingress",
      (mesh) => new MeshWorkload("x", { mesh, namespace: "a", port: 1, ingress: {} as never }),
    ],
    ["MeshService", "command", (mesh) => new MeshService("x", { mesh, ...pods, command: {} as never })],
    ["ConsulMesh", "images.consul", () => new ConsulMesh("x", { images: { consul: {} as never } })],
  ])("%s tells which of its inputs is of a wrong type: %s", async (what, path, declare) => {
    let said: unknown;
    await record(() => {
      const mesh = new ConsulMesh("consul", { acls: true });
      try {
        declare(mesh);
      } catch (error) {
        said = (error as Error).message;
      }
    });
    expect(said).toContain(
      `${what} "x": 1 problem\n  ${path}: {} is not of the form that it has to have; see docs/reference.md (`,
    );
  });

  const needs = (what: string, ...inputs: string[]) =>
    [
      `${what} "x": ${inputs.length + 1} problem${inputs.length === 0 ? "" : "s"}`,
      "  mesh: is not a mesh; give a ConsulMesh or a MeshReference",
      ...inputs.map((input) => `  ${input}: is missing; docs/reference.md says what it takes`),
    ].join("\n");
  test.each<[said: string, make: (nothing: never) => unknown]>([
    [needs("MeshService", "namespace", "image", "port"), (nothing) => new MeshService("x", nothing)],
    [needs("MeshWorkload", "namespace", "port"), (nothing) => new MeshWorkload("x", nothing)],
    [needs("MeshJob", "namespace", "image"), (nothing) => new MeshJob("x", nothing)],
    [needs("TraefikConsulIngress"), (nothing) => new TraefikConsulIngress("x", nothing)],
    [needs("IntentionSet"), (nothing) => new IntentionSet("x", nothing)],
    [needs("JwtProvider", "issuer", "keys"), (nothing) => new JwtProvider("x", nothing)],
    [needs("NetworkPolicies", "serviceNamespaces"), (nothing) => new NetworkPolicies("x", nothing)],
    [needs("ServedRoutes", "ingress", "services"), (nothing) => new ServedRoutes("x", nothing)],
  ])("what it has to be given, and is not, is told: %s", (said, make) => {
    expect(() => make({} as never)).toThrow(new Error(said));
  });

  test.each<[what: string, description: unknown]>([
    ["nothing", undefined],
    ["of an older program", { consulNamespace: "consul", ingress: undefined }],
    ["without what the ingress has", { consulNamespace: "consul", ingress: {} }],
    ["an output", pulumi.output({})],
  ])("a MeshReference to what is no description is refused: %s", (_, description) => {
    expect(() => new MeshReference(description as never)).toThrow(
      "MeshReference: 1 problem\n  description: is no description of a mesh; give that of the mesh's stack, when it is known",
    );
  });
});
