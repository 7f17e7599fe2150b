import * as pulumi from "@pulumi/pulumi";
import { refuseOtherServers, warnOfPodsWithoutLogin } from "../../components/interrupted/runningServers";
import { ApiServer, useApiServer } from "../apiServer";
import { refusal } from "../refusal";
import { UNREACHABLE } from "../workspace";

const RELEASE = { namespace: "consul-system", name: "consul" };
let server: ApiServer;
let kubeconfig: string;
useApiServer((...its) => ([server, kubeconfig] = its));

/** What of a release's values is read, in short. */
interface Given {
  readonly datacenter?: unknown;
  readonly key?: unknown;
  readonly replicas?: unknown;
  readonly enabled?: unknown;
}

function inputs({ datacenter, key, replicas = 3, enabled }: Given) {
  const gossipEncryption = key === undefined ? undefined : { secretName: key, secretKey: "key" };
  return { values: { global: { datacenter, gossipEncryption }, server: { replicas, enabled } } };
}

const said = (before: Given, after: Given, access = { kubeconfig }) =>
  refusal(refuseOtherServers({ oldInputs: inputs(before), newInputs: inputs(after) }, RELEASE, access));

const deployed = () =>
  server.add("apps/v1", "StatefulSet", { metadata: { name: "consul-server", namespace: "consul-system" } });

const DATACENTER =
  'A mesh keeps its datacenter: servers and services of "dc2" would not join those of "dc1" that run. Leave consulDatacenter (of a ' +
  "ConsulMesh: datacenter) as it was, or have the mesh made anew: pulumi destroy, then pulumi up. Nothing has been changed";
const ON =
  "Consul's servers restart one by one, and one that encrypts gossip does not understand those that do not yet: the first would not join " +
  "them, and they would wait for it. A server alone can begin: set consulServers (of a ConsulMesh: servers) to 1 and run pulumi up, then " +
  "turn consulGossipEncryption (of a ConsulMesh: gossipEncryption) on and run it again, then have as many servers as before. Nothing has " +
  "been changed";
const OFF =
  "Consul's servers keep the gossip key with their data and go on encrypting. One whose volume is new would have no key, and not join " +
  "them. Leave consulGossipEncryption (of a ConsulMesh: gossipEncryption) on. Nothing has been changed";

test.each<[what: string, before: Given, after: Given, refused: string]>([
  ["another datacenter", { datacenter: "dc1" }, { datacenter: "dc2" }, DATACENTER],
  ["another than the chart's own", {}, { datacenter: "dc2" }, DATACENTER],
  ["another datacenter of one", { datacenter: "dc1", replicas: 1 }, { datacenter: "dc2", replicas: 1 }, DATACENTER],
  ["a gossip key", {}, { key: "gossip" }, ON],
  ["a gossip key, and more of them", { replicas: 1 }, { key: "gossip" }, ON],
  ["a gossip key, and fewer of them", {}, { key: "gossip", replicas: 1 }, ON],
  ["a gossip key, and a number to come", { replicas: 1 }, { key: "gossip", replicas: pulumi.unknown }, ON],
  ["no gossip key any more", { key: "gossip" }, {}, OFF],
  ["no gossip key any more, of one", { key: "gossip", replicas: 1 }, { replicas: 1 }, OFF],
])("servers do not get %s while they run, whether the cluster answers or not", async (_, before, after, refused) => {
  deployed();
  expect(await said(before, after)).toBe(refused);
  expect(await said(before, after, { kubeconfig: UNREACHABLE })).toBe(refused);
});

test.each<[what: string, before: Given, after: Given]>([
  ["the datacenter that the chart has anyway", {}, { datacenter: "dc1" }],
  ["more of them", { replicas: 1, key: "gossip" }, { replicas: 3, key: "gossip" }],
  ["a key from another Secret, which a rotation brings them", { key: "gossip" }, { key: "own" }],
  ["a gossip key where there is one", { replicas: 1 }, { replicas: 1, key: "gossip" }],
  ["a datacenter that is not known yet", {}, { datacenter: pulumi.unknown }],
  ["a key that is not known yet", {}, { key: pulumi.unknown }],
  ["another place, outside", { enabled: true }, { enabled: false, datacenter: "dc2" }],
  ["a place in the cluster", { enabled: false }, { datacenter: "dc2" }],
])("servers may get %s, and the cluster is not asked", async (_, before, after) => {
  deployed();
  expect(await said(before, after)).toBeUndefined();
  expect(server.requests).toEqual([]);
});

test("nothing is refused where no inputs are known, nor where the StatefulSet is not there", async () => {
  const nothing = refuseOtherServers({ oldInputs: undefined, newInputs: undefined }, RELEASE, { kubeconfig });
  expect(await refusal(nothing)).toBeUndefined();
  expect(await said({ datacenter: "dc1" }, { datacenter: "dc2" })).toBeUndefined();
});

test.each<[what: string, before: [acls: unknown, word?: string], after: [acls: unknown, word?: string], told: number]>([
  ["turned on", [false], [true], 2],
  ["turned on with the same word as before", [false, "a"], [true, "a"], 2],
  ["turned on with a word, with which pods start again", [false], [true, "a"], 1],
  ["on as before", [true], [true], 0],
  ["turned off", [true], [false], 0],
  ["off as before", [false], [false], 0],
  ["not known yet", [false], [pulumi.unknown], 0],
])("of what has not logged in to Consul an up warns where ACLs are turned on: %s", async (_, before, after, told) => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const values = ([manageSystemACLs, annotations]: typeof before) => ({
    values: { global: { acls: { manageSystemACLs } }, server: { annotations } },
  });
  await warnOfPodsWithoutLogin({ oldInputs: values(before), newInputs: values(after) });
  const warnings = [
    "ACLs are turned on. Until Traefik's new pods have logged in to Consul, it finds no service and answers 404: some minutes without service.",
    "Pods of the mesh log in when they start: those that run get no new configuration and no new certificates from Consul, and fail within " +
      "three days. Have them start again: with another word for rotations.ca, this up does it, and the next up of each team's stack. See " +
      "docs/rotation.md",
  ];
  expect(warn.mock.calls).toEqual(told === 0 ? [] : [[warnings.slice(0, told).join(" ")]]);
  warn.mockRestore();
});
