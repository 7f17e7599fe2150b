import type * as pulumi from "@pulumi/pulumi";
import type { Mesh } from "../mesh/mesh";
import { isLater, judgedWhenKnown, warnOfUnknown } from "../shared/later";
import { namespaceProblems } from "../shared/names";
import { Problem } from "../shared/problems";

/** Problems of the namespace of pods that join a mesh, where it is known at once. */
export function podNamespaceProblems(mesh: Mesh, namespace: pulumi.Input<string>): Problem[] {
  return isLater(namespace) ? [] : knownProblems(mesh, namespace as string);
}

function knownProblems(mesh: Mesh, name: string): Problem[] {
  const problems = namespaceProblems("namespace", name, { create: false, inMesh: true });
  return problems.length > 0 ? problems : mesh.reachProblems({ name, made: false }, "pods");
}

/** The namespace of pods that join a mesh; of one that is not known at once, what is wrong is told when it is. */
export function podNamespace(what: string, mesh: Mesh, namespace: pulumi.Input<string>): pulumi.Input<string> {
  void warnOfUnknown(what, { namespace });
  return judgedWhenKnown(what, namespace, (its) => knownProblems(mesh, its), { namespace });
}
