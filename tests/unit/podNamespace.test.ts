import * as pulumi from "@pulumi/pulumi";
import { podNamespace, podNamespaceProblems } from "../../components/services/podNamespace";
import { meshReachProblems } from "../../components";
import type { Mesh } from "../../components";
import { record } from "../recorder";

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

// That it is refused ends the process, as it ends a program: so a mesh that has nothing against it is asked here.
test("one that is known later is judged when it is known", async () => {
  const asked: string[] = [];
  const open = { reachProblems: ({ name }) => (asked.push(name), []) } as Pick<Mesh, "reachProblems"> as Mesh;
  await record(() => void podNamespace("a", open, pulumi.output("elsewhere")));
  expect(asked).toEqual(["elsewhere"]);
});
