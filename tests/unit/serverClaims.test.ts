import * as pulumi from "@pulumi/pulumi";
import { refuseOtherClaims } from "../../components/interrupted/serverClaims";
import { ApiServer, useApiServer } from "../apiServer";
import { refusal } from "../refusal";
import { UNREACHABLE } from "../workspace";

const RELEASE = { namespace: "consul-system", name: "consul" };
let server: ApiServer;
let kubeconfig: string;
useApiServer((...its) => ([server, kubeconfig] = its));

/** What says nothing of claims, and is not known yet. */
const OTHERS = { extraConfig: pulumi.unknown };

type Server = { storage?: unknown; storageClass?: unknown };

/** What is said as servers with one kind of claims are to become such with another. */
function said(before: Server | undefined, after: Server | undefined, access = { kubeconfig }) {
  const inputs = (its: Server | undefined) => its && { values: { server: its } };
  const args = { oldInputs: inputs(before), newInputs: inputs(after) };
  return refusal(refuseOtherClaims(args, RELEASE, access));
}

/** The servers' StatefulSet in the cluster, and what it makes claims from. */
function deployed(storage: string, storageClassName?: string): void {
  const spec = { storageClassName, resources: { requests: { storage } } };
  const metadata = { name: "consul-server", namespace: "consul-system" };
  server.add("apps/v1", "StatefulSet", { metadata, spec: { volumeClaimTemplates: [{ spec }] } });
}

const other = (before: string, after: string, storage: string) =>
  `StatefulSet consul-system/consul-server makes claims of ${before}, and is to make claims of ${after}. Kubernetes lets nobody change ` +
  "that, so Helm's upgrade would fail. Delete it without its pods, which go on serving, and run pulumi up, which makes it anew: " +
  "kubectl --namespace consul-system delete statefulset consul-server --cascade=orphan. Claims that exist stay as they are; let each " +
  "grow, where its storage class allows that: kubectl --namespace consul-system patch pvc data-consul-system-consul-server-0 " +
  `--patch '{"spec":{"resources":{"requests":{"storage":"${storage}"}}}}'. See docs/operations.md#volumes-of-the-servers. Nothing has ` +
  "been changed";

test.each<[what: string, before: Server, after: Server, refused: readonly [string, string, string]]>([
  ["more", { storage: "10Gi" }, { storage: "20Gi" }, ["10Gi", "20Gi", "20Gi"]],
  ["less", { storage: "20Gi" }, { storage: "10Gi" }, ["20Gi", "10Gi", "10Gi"]],
  ["more, in bytes", { storage: 1024 }, { storage: 2048 }, ["1024", "2048", "2048"]],
  ["more than the default", {}, { storage: "20Gi" }, ["10Gi", "20Gi", "20Gi"]],
  ["the default", { storage: "20Gi" }, {}, ["20Gi", "10Gi", "10Gi"]],
  ["another class", { storageClass: "a" }, { storageClass: "b" }, ["10Gi of class a", "10Gi of class b", "10Gi"]],
  ["a class", {}, { storageClass: "b" }, ["10Gi", "10Gi of class b", "10Gi"]],
  ["more, beside what is not known yet", {}, { storage: "20Gi", ...OTHERS }, ["10Gi", "20Gi", "20Gi"]],
])("claims of %s are refused, whether the cluster answers or not", async (_, before, after, refused) => {
  deployed(String(before.storage ?? "10Gi"), before.storageClass as string | undefined);
  expect(await said(before, after)).toBe(other(...refused));
  expect(await said(before, after, { kubeconfig: UNREACHABLE })).toBe(other(...refused));
});

test.each<[what: string, before: Server | undefined, after: Server | undefined]>([
  ["the same", { storage: "10Gi", storageClass: "a" }, { storage: "10Gi", storageClass: "a" }],
  ["the default, said or not", {}, { storage: "10Gi" }],
  ["the same in other words", { storage: "10Gi" }, { storage: "10240Mi" }],
  ["the same in bytes", { storage: "1Ki" }, { storage: 1024 }],
  ["a size that is not known yet", { storage: "20Gi" }, { storage: pulumi.unknown }],
  ["the same beside what is not known yet", { storage: "10Gi" }, { storage: "10Gi", ...OTHERS }],
  ["a class that is not known yet", { storage: "20Gi" }, { storageClass: pulumi.unknown }],
  ["inputs without values", undefined, undefined],
])("claims of %s are not refused, and the cluster is not asked", async (_, before, after) => {
  expect(await said(before, after)).toBeUndefined();
  expect(server.requests).toEqual([]);
});

test("values in which one is secret are judged as others are, and not taken for the chart's own", async () => {
  const secret = (its: Server) => pulumi.secret({ server: { ...its, extraConfig: "a" } });
  const judged = (before: Server, after: Server) =>
    refuseOtherClaims({ oldInputs: { values: { server: before } }, newInputs: { values: secret(after) } }, RELEASE, {
      kubeconfig: UNREACHABLE,
    });
  await expect(judged({ storage: "20Gi" }, { storage: "30Gi" })).rejects.toThrow(other("20Gi", "30Gi", "30Gi"));
  await expect(judged({ storage: "20Gi" }, { storage: "20Gi" })).resolves.toBeUndefined();
  await expect(judged({ storage: "20Gi" }, { storage: pulumi.unknown })).resolves.toBeUndefined();
});

test.each([
  ["all values", { values: pulumi.unknown }],
  ["all inputs", pulumi.unknown],
])("nothing is refused where %s are not known yet", async (_, newInputs) => {
  const oldInputs = { values: { server: { storage: "20Gi" } } };
  const args = { oldInputs, newInputs: newInputs as object };
  await expect(refuseOtherClaims(args, RELEASE, { kubeconfig: UNREACHABLE })).resolves.toBeUndefined();
});

test("nothing is refused where the StatefulSet is not there: Helm makes it anew, around its pods", async () => {
  expect(await said({ storage: "10Gi" }, { storage: "20Gi" })).toBeUndefined();
});

test("nor where it makes such claims by now, as after an up that then failed", async () => {
  deployed("20Gi", "fast");
  expect(await said({ storage: "10Gi" }, { storage: "20Gi", storageClass: "fast" })).toBeUndefined();
  expect(await said({ storage: "10Gi" }, { storage: "20Gi" })).toBe(other("20Gi of class fast", "20Gi", "20Gi"));
});
