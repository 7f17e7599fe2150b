import type * as pulumi from "@pulumi/pulumi";
import type { Mesh } from "../mesh/mesh";
import { judgedWhenKnown, warnOfUnknown } from "../shared/later";
import { Problem } from "../shared/problems";

/** Problems of the namespace of pods that join a mesh, where it is known at once. */
export function podNamespaceProblems(mesh: Mesh, namespace: pulumi.Input<string>): Problem[] {
  return typeof namespace === "string" ? mesh.reachProblems({ name: namespace, made: false }, "pods") : [];
}

/** The namespace of pods that join a mesh; of one that is not known at once, what is wrong is told when it is. */
export function podNamespace(what: string, mesh: Mesh, namespace: pulumi.Input<string>): pulumi.Input<string> {
  void warnOfUnknown(what, { namespace });
  return judgedWhenKnown(what, namespace, (its) => podNamespaceProblems(mesh, its));
}
