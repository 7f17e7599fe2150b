import * as pulumi from "@pulumi/pulumi";
import { describeProblems } from "../shared/problems";
import { RoutingModel } from "./routingModel";

const models = new WeakMap<object, RoutingModel>();

/**
 * The routing of a mesh, which its ingresses and services join as they are declared. What they name of each other has to be
 * there when the program has declared all that it declares without waiting: else the program fails.
 */
export function routingOf(mesh: object): RoutingModel {
  const known = models.get(mesh);
  if (known !== undefined) {
    return known;
  }
  const model = new RoutingModel();
  models.set(mesh, model);
  setImmediate(() => {
    const problems = model.unresolved();
    if (problems.length > 0) {
      throw new pulumi.RunError(describeProblems("routes of the mesh", problems));
    }
  });
  return model;
}
