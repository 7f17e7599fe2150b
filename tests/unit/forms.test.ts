import { ConsulMesh, IntentionSet, JwtProvider, MeshJob, MeshService, MeshWorkload } from "../../components";
import { NetworkPolicies, TraefikConsulIngress } from "../../components";
import { ofRightForm, refuseInputs } from "../../components/shared/forms";
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
  [{ list: [null] }, "list[0]", "null", "Cannot read properties of null"],
  [{ map: { a: "a", "b/c": [] } }, "map.b/c", "[]", "each.trim is not a function"],
  [{ map: { a: new Date(0) } }, "map.a", '"1970-01-01T00:00:00.000Z"', "each.trim is not a function"],
])("told is the innermost value of a wrong type: %j", (inputs, path, value, failed) => {
  const message = told({ name: "a", other: new Map(), ...inputs });
  expect(message).toContain(wrong(path, value, "").replace(")", ""));
  expect(message).toContain(failed);
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
  expect(() => refuseInputs("It", { a: "a", b: " " }, judge)).not.toThrow();
  expect(() => refuseInputs("It", { a: "a", b: "b" }, judge)).toThrow("It: 1 problem\n  b: is too much");
});

describe("of a program without types", () => {
  const pods = { namespace: "apps", image: "a:1", port: 80, command: ["a"] };
  const rule = { source: "traefik-system-ingress", destination: "*", action: "allow" };

  test.each<[what: string, path: string, make: (mesh: ConsulMesh) => unknown]>([
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
});
