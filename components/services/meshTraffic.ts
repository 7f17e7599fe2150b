import * as pulumi from "@pulumi/pulumi";
import { describeProblems } from "../shared/problems";
import { trafficTargets } from "./traffic";
import { trafficGraphProblems, TrafficMember } from "./trafficProblems";

interface Joined extends TrafficMember {
  readonly protocolReady: readonly pulumi.Resource[];
}

const meshes = new WeakMap<object, Joined[]>();

/**
 * Notes a service among those of its mesh, and returns what has to be there before requests to it are sent on to others. Whom it
 * names has to be there when the program has declared all that it declares without waiting: else the program fails.
 */
export function joinTraffic(mesh: object, joining: Joined): Promise<pulumi.Resource[]> {
  const members = meshes.get(mesh) ?? [];
  if (members.length === 0) {
    meshes.set(mesh, members);
    setImmediate(() => {
      const problems = trafficGraphProblems(members);
      if (problems.length > 0) {
        throw new pulumi.RunError(describeProblems("traffic of the mesh", problems));
      }
    });
  }
  members.push(joining);
  const targets = trafficTargets(joining.options.traffic ?? {});
  return new Promise((resolve) =>
    setImmediate(() =>
      resolve([joining, ...members.filter(({ name }) => targets.includes(name))].flatMap((each) => each.protocolReady)),
    ),
  );
}
