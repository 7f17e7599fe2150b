import type * as pulumi from "@pulumi/pulumi";
import type { Mesh } from "../mesh/mesh";
import { isLater, judgedWhenKnown, warnOfUnknown } from "../shared/later";
import { INGRESS_SERVICES, MadeObjects, serviceIn } from "../shared/madeObjects";
import { namespaceProblems } from "../shared/names";
import { Problem } from "../shared/problems";

/** Problems of the namespace of pods that join a mesh, where it is known at once. `service` is the Service that is made for them there. */
export function podNamespaceProblems(
  what: string,
  mesh: Mesh,
  namespace: pulumi.Input<string>,
  service: string | undefined,
): Problem[] {
  return isLater(namespace) ? [] : knownProblems(what, mesh, namespace as string, service);
}

function knownProblems(what: string, mesh: Mesh, name: string, service: string | undefined): Problem[] {
  const problems = namespaceProblems("namespace", name, { create: false, inMesh: true });
  if (problems.length > 0) {
    return problems;
  }
  return [
    ...mesh.reachProblems({ name, made: false }, "pods"),
    // Beside other members it has been judged by its name.
    ...(service !== undefined && INGRESS_SERVICES.includes(service)
      ? mesh.model
          .part(MadeObjects)
          .take("serviceName", serviceIn(name, service), what, "use another name, or another namespace")
      : []),
  ];
}

/** The namespace of pods that join a mesh; of one that is not known at once, what is wrong is told when it is. */
export function podNamespace(
  what: string,
  mesh: Mesh,
  namespace: pulumi.Input<string>,
  service: string | undefined,
): pulumi.Input<string> {
  void warnOfUnknown(what, { namespace });
  return judgedWhenKnown(what, namespace, (its) => knownProblems(what, mesh, its, service), { namespace });
}
