import type * as pulumi from "@pulumi/pulumi";
import { ModelPart } from "../shared/meshModel";
import { Traffic, trafficTargets } from "./traffic";
import { trafficGraphProblems, TrafficMember } from "./trafficProblems";

/** A service that others may send requests on to, and what has to be there before they do. */
interface Joined extends TrafficMember {
  readonly protocolReady?: readonly pulumi.Resource[];
}

/** How the services of a mesh send requests on to each other. */
export class MeshTraffic extends ModelPart {
  private readonly members: Joined[] = [];

  public join(member: Joined): void {
    this.members.push(member);
  }

  /** What has to be there before requests are sent on so. */
  public readyFor(traffic: Traffic): pulumi.Resource[] {
    const targets = trafficTargets(traffic);
    return this.members.filter(({ name }) => targets.includes(name)).flatMap((each) => each.protocolReady ?? []);
  }

  public override unresolved() {
    return trafficGraphProblems(this.members);
  }
}
