import * as pulumi from "@pulumi/pulumi";
import { podNamespace, podNamespaceProblems } from "../../components/services/podNamespace";
import { meshReachProblems } from "../../components";
import type { Mesh } from "../../components";
import { INGRESS_SERVICES, MadeObjects, serviceIn } from "../../components/shared/madeObjects";
import { MeshModel } from "../../components/shared/meshModel";
import { ends } from "../ends";

/** A mesh that injects into one namespace alone. */
const mesh = {
  reachProblems: (namespace, reached) =>
    meshReachProblems({ values: { connectInject: { k8sAllowNamespaces: ["shop"] } } }, namespace, reached, "mesh."),
} as Mesh;

test("a namespace that the mesh does not reach is a problem at once where it is known", () => {
  expect(podNamespaceProblems("a", mesh, "shop", "a")).toEqual([]);
  expect(podNamespaceProblems("a", mesh, "elsewhere", "a").map(({ reason }) => reason)).toEqual([
    expect.stringContaining("elsewhere"),
  ]);
  expect(podNamespace("a", mesh, "shop", "a")).toBe("shop");
  expect(podNamespaceProblems("a", mesh, pulumi.output("elsewhere"), "a")).toEqual([]);
});

test("one that is no name, or that the mesh leaves out, is a problem before what the mesh reaches", () => {
  const open = { reachProblems: () => [{ propertyPath: "mesh", reason: "asked" }] } as unknown as Mesh;
  const problems = (namespace: unknown) => podNamespaceProblems("a", open, namespace as string, "a");
  const use = 'use 1 to 63 of a-z, 0-9 and "-", beginning and ending with a letter or a digit';
  for (const namespace of ["Shop_1", "", undefined]) {
    expect(problems(namespace)).toEqual([
      { propertyPath: "namespace", reason: `"${namespace}" is not a DNS label; ${use}` },
    ]);
  }
  const left = "is a namespace that Consul leaves out of the mesh, whatever it is told; use another";
  expect(problems("kube-system")).toEqual([{ propertyPath: "namespace", reason: `"kube-system" ${left}` }]);
  // It is not the service's to make, so that the cluster's own does.
  expect(problems("default")).toEqual([{ propertyPath: "mesh", reason: "asked" }]);
});

test("it exists before the pods do, with labels of its owner's", () => {
  const asked = jest.fn(() => []);
  podNamespaceProblems("a", { reachProblems: asked } as unknown as Mesh, "shop", "a");
  expect(asked).toHaveBeenCalledWith({ name: "shop", made: false }, "pods");
});

test("a preview that cannot know it says so", async () => {
  const unknown = Object.assign(pulumi.output("shop"), { isKnown: Promise.resolve(false) });
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  podNamespace("shop", { reachProblems: () => [] } as unknown as Mesh, unknown, "a");
  // When all that is known by then has been judged.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    expect.stringMatching(/^shop: 1 warning\n {2}namespace: /),
  ]);
  warn.mockRestore();
});

test("one that is known later, and is wrong, ends the program with its words", async () => {
  const open = { reachProblems: () => [] } as unknown as Mesh;
  expect(await ends(podNamespace("a", open, pulumi.output("Shop_1"), "a"))).toMatch(
    /^a: 1 problem\n {2}namespace: "Shop_1" is not a DNS label; /,
  );
  expect(await ends(podNamespace("a", open, pulumi.output(undefined as unknown as string), "a"))).toMatch(
    /^a: 1 problem\n {2}namespace: is an output without a value; /,
  );
});

// That it is refused ends the process, as it ends a program: so a mesh that has nothing against it is asked here.
test("one that is known later is judged when it is known", async () => {
  const asked: string[] = [];
  const open = { reachProblems: ({ name }) => (asked.push(name), []) } as Pick<Mesh, "reachProblems"> as Mesh;
  expect(await ends(podNamespace("a", open, pulumi.output("elsewhere"), "a"))).toBe("elsewhere");
  expect(asked).toEqual(["elsewhere"]);
});

describe("beside an ingress in its namespace", () => {
  const open = () => {
    const model = new MeshModel();
    INGRESS_SERVICES.forEach((name) => model.part(MadeObjects).take("", serviceIn("edge", name), "the ingress", ""));
    return { reachProblems: () => [], model } as unknown as Mesh;
  };
  const taken = (name: string) =>
    `serviceName: the Service "${name}" in edge is that of the ingress already; use another name, or another namespace`;

  test.each(["traefik", "traefik-pods"])("a Service %s would be the ingress'", async (name) => {
    expect(podNamespaceProblems("a", open(), "edge", name).map((p) => `${p.propertyPath}: ${p.reason}`)).toEqual([
      taken(name),
    ]);
    expect(await ends(podNamespace("a", open(), pulumi.output("edge"), name))).toBe(`a: 1 problem\n  ${taken(name)}`);
  });

  test("it is not in another namespace, by another name, or where none is made; and the ingress' is told whose it is", () => {
    expect(podNamespaceProblems("a", open(), "shop", "traefik")).toEqual([]);
    expect(podNamespaceProblems("a", open(), "edge", "shop")).toEqual([]);
    expect(podNamespaceProblems("a", open(), "edge", undefined)).toEqual([]);
    const mesh = open();
    podNamespaceProblems("the service", mesh, "shop", "traefik");
    expect(mesh.model.part(MadeObjects).take("b", serviceIn("shop", "traefik"), "the ingress", "use another")).toEqual([
      { propertyPath: "b", reason: 'the Service "traefik" in shop is that of the service already; use another' },
    ]);
  });
});
