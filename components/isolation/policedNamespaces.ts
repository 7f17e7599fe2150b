import type { Mesh } from "../mesh/mesh";
import { isLater, judgedWhenKnown } from "../shared/later";
import { replaceLater } from "../shared/laterValues";
import { MadeObjects } from "../shared/madeObjects";
import { namespaceProblems } from "../shared/names";
import { Problem } from "../shared/problems";

/**
 * Problems of a namespace whose injected pods are let in, by where it stands: without a name, a selector takes every namespace. Those
 * that get a policy get one.
 */
export type PodsProblems = (path: string, namespace: unknown) => Problem[];

export function podsProblems(what: string, mesh: Pick<Mesh, "model">): PodsProblems {
  return (path, namespace) => [
    ...namespaceProblems(path, namespace as string, { create: false, inMesh: true }),
    ...(path.startsWith("serviceNamespaces")
      ? mesh.model
          .part(MadeObjects)
          .take(path, `the NetworkPolicy "mesh-services" in ${namespace}`, what, "name each namespace once")
      : []),
  ];
}

/** Problems of the namespaces that are known at once. */
export function plainProblems(
  inputs: Readonly<Record<string, readonly unknown[] | undefined>>,
  problems: PodsProblems,
) {
  return Object.entries(inputs).flatMap(([input, namespaces = []]) =>
    namespaces.flatMap((namespace, i) => (isLater(namespace) ? [] : problems(`${input}[${i}]`, namespace))),
  );
}

/** Namespaces, where those that other resources make are judged as soon as they are known. */
export function judgedNamespaces<T extends object>(what: string, namespaces: T, problems: PodsProblems): T {
  return replaceLater(namespaces, (value, path) =>
    judgedWhenKnown(what, value, (known) => problems(path, known), { [path]: value }),
  ) as T;
}
