import * as pulumi from "@pulumi/pulumi";
import { podNamespace, podNamespaceProblems } from "../../components/services/podNamespace";
import { meshReachProblems } from "../../components";
import type { Mesh } from "../../components";
import { ends } from "../ends";

/** A mesh that injects into one namespace alone. */
const mesh = {
  reachProblems: (namespace, reached) =>
    meshReachProblems({ values: { connectInject: { k8sAllowNamespaces: ["shop"] } } }, namespace, reached, "mesh."),
} as Mesh;

test("a namespace that the mesh does not reach is a problem at once where it is known", () => {
  expect(podNamespaceProblems(mesh, "shop")).toEqual([]);
  expect(podNamespaceProblems(mesh, "elsewhere").map(({ reason }) => reason)).toEqual([
    expect.stringContaining("elsewhere"),
  ]);
  expect(podNamespace("a", mesh, "shop")).toBe("shop");
  expect(podNamespaceProblems(mesh, pulumi.output("elsewhere"))).toEqual([]);
});

test("one that is no name, or that the mesh leaves out, is a problem before what the mesh reaches", () => {
  const open = { reachProblems: () => [{ propertyPath: "mesh", reason: "asked" }] } as unknown as Mesh;
  const problems = (namespace: unknown) => podNamespaceProblems(open, namespace as string);
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
  podNamespaceProblems({ reachProblems: asked } as unknown as Mesh, "shop");
  expect(asked).toHaveBeenCalledWith({ name: "shop", made: false }, "pods");
});

test("a preview that cannot know it says so", async () => {
  const unknown = Object.assign(pulumi.output("shop"), { isKnown: Promise.resolve(false) });
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  podNamespace("shop", { reachProblems: () => [] } as unknown as Mesh, unknown);
  // When all that is known by then has been judged.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    expect.stringMatching(/^shop: 1 warning\n {2}namespace: /),
  ]);
  warn.mockRestore();
});

test("one that is known later, and is wrong, ends the program with its words", async () => {
  const open = { reachProblems: () => [] } as unknown as Mesh;
  expect(await ends(podNamespace("a", open, pulumi.output("Shop_1")))).toMatch(
    /^a: 1 problem\n {2}namespace: "Shop_1" is not a DNS label; /,
  );
  expect(await ends(podNamespace("a", open, pulumi.output(undefined as unknown as string)))).toMatch(
    /^a: 1 problem\n {2}namespace: is an output without a value; /,
  );
});

// That it is refused ends the process, as it ends a program: so a mesh that has nothing against it is asked here.
test("one that is known later is judged when it is known", async () => {
  const asked: string[] = [];
  const open = { reachProblems: ({ name }) => (asked.push(name), []) } as Pick<Mesh, "reachProblems"> as Mesh;
  expect(await ends(podNamespace("a", open, pulumi.output("elsewhere")))).toBe("elsewhere");
  expect(asked).toEqual(["elsewhere"]);
});
