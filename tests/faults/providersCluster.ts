import type { Stack } from "@pulumi/pulumi/automation";
import { answers, apply, changesNothing, kubectl } from "../e2e/cluster";
import { helmStatus, interrupted, Operated } from "./interrupting";

/** What holds in the cluster of a provider that a program makes, in whichever language. */
const HOST = "whoami.localhost";

/** Before the first `up`. */
export async function refusesForeign(stack: Stack): Promise<void> {
  await apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "mesh-services" } }]);
  await expect(stack.preview()).rejects.toThrow(/Namespace mesh-services already exists and does not belong/);
  await kubectl("delete", "namespace", "mesh-services");
}

export async function goesOnWithKilled(its: Operated): Promise<void> {
  await interrupted(its, "up", helmStatus("pending-install"), "SIGKILL");
  await its.stack.up();
  await answers(200, HOST);
  await changesNothing(its.stack);
}

export async function bringsBackDeleted(stack: Stack): Promise<void> {
  await kubectl("delete", "deployment", "whoami", "-n", "mesh-services");
  await kubectl("delete", "serviceintentions", "--all", "-n", "consul-system");
  await stack.up();
  await answers(200, HOST);
  await changesNothing(stack);
}
