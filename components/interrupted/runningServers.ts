import * as pulumi from "@pulumi/pulumi";
import { find } from "./asked";
import type { ReleaseName } from "./helmRecord";
import type { Way } from "./kubeconfig";
import { chartValues } from "./serverClaims";
import { meshOption } from "../shared/names";

type Change = Pick<pulumi.ResourceHookArgs, "oldInputs" | "newInputs">;

/** What has to be the same in all servers of a release. */
interface Servers {
  readonly datacenter: unknown;
  /** Secret of the gossip key; the empty string where there is none. */
  readonly key: unknown;
  readonly enabled: unknown;
  readonly replicas: unknown;
}

/**
 * Refuses to upgrade a release to what its servers cannot become while they run: the first that restarted would not join the others, and
 * these would wait for it. Where the StatefulSet is not there, nothing stands in the way.
 */
export async function refuseOtherServers(
  { oldInputs, newInputs }: Change,
  { namespace, name }: ReleaseName,
  access: Way,
): Promise<void> {
  const reason = whyApart(await serversOf(oldInputs), await serversOf(newInputs));
  const server = { apiVersion: "apps/v1", kind: "StatefulSet", name: `${name}-server`, namespace };
  if (reason !== undefined && (await find(server, access)) !== undefined) {
    throw new Error(`${reason}. Nothing has been changed`);
  }
}

async function serversOf(inputs: object | undefined): Promise<Servers> {
  const paths = ["global.datacenter", "global.gossipEncryption.secretName", "server.enabled", "server.replicas"];
  const [datacenter = "dc1", key = "", enabled = true, replicas] = await chartValues(inputs, ...paths);
  return { datacenter, key, enabled, replicas };
}

/** Why servers before an upgrade and after it are none of one mesh; of what is not known yet, nobody says so. */
function whyApart(before: Servers, after: Servers): string | undefined {
  const both = [before, after];
  const known = ({ datacenter, key, enabled }: Servers) =>
    [datacenter, key].every((each) => typeof each === "string") && enabled === true;
  if (!both.every(known)) {
    return undefined;
  }
  if (before.datacenter !== after.datacenter) {
    return (
      `A mesh keeps its datacenter: servers and services of "${String(after.datacenter)}" would not join those of ` +
      `"${String(before.datacenter)}" that run. Leave ${meshOption("datacenter")} as it was, or have the mesh made anew: pulumi destroy, then ` +
      "pulumi up"
    );
  }
  if (before.key !== "" && after.key === "") {
    return (
      "Consul's servers keep the gossip key with their data and go on encrypting. One whose volume is new would have no key, and not join " +
      `them. Leave ${meshOption("gossipEncryption")} on`
    );
  }
  return before.key === "" && after.key !== "" && both.some(({ replicas }) => replicas !== 1)
    ? "Consul's servers restart one by one, and one that encrypts gossip does not understand those that do not yet: the first would not join " +
        `them, and they would wait for it. A server alone can begin: set ${meshOption("servers")} to 1 and run pulumi up, then turn ` +
        `${meshOption("gossipEncryption")} on and run it again, then have as many servers as before`
    : undefined;
}

const WITHOUT_ROUTES =
  "ACLs are turned on. Until Traefik's new pods have logged in to Consul, it finds no service and answers 404: some minutes without service.";
const WITHOUT_LOGIN =
  "Pods of the mesh log in when they start: those that run get no new configuration and no new certificates from Consul, and fail within " +
  "three days. Have them start again: with another word for rotations.ca, this up does it, and the next up of each team's stack. See " +
  "docs/rotation.md";

/**
 * Warns of what turning ACLs on means for what runs: Traefik, to which Consul shows no service before it has logged in, and pods of the mesh,
 * unless the same `up` restarts them.
 */
export async function warnOfPodsWithoutLogin({ oldInputs, newInputs }: Change): Promise<void> {
  const paths = ["global.acls.manageSystemACLs", "server.annotations"];
  const [[before, word], [after, newWord]] = await Promise.all(
    [oldInputs, newInputs].map((inputs) => chartValues(inputs, ...paths)),
  );
  if (before === false && after === true) {
    await pulumi.log.warn(`${WITHOUT_ROUTES}${word === newWord ? ` ${WITHOUT_LOGIN}` : ""}`);
  }
}
