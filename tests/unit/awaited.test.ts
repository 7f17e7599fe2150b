import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, IntentionSet, MeshService, MeshWorkload } from "../../components";
import { DENY_ALL, mergeIntentions } from "../../components/intentions/intentions";
import { ApiServer, useApiServer } from "../apiServer";
import { find, record } from "../recorder";

/**
 * What deny-all and pods wait for of a mesh's intentions. That no call is refused in between is tests/faults/living.test.ts.
 */
const CONSUL = "consul.hashicorp.com/v1alpha1";
/** Consul's word about an entry, beside another condition, as one without this one says nothing of Consul. */
const synced = (status: string) => ({
  conditions: [
    { type: "Other", status: "True" },
    { type: "Synced", status },
  ],
});
const [{ sources: DENIES }] = mergeIntentions([DENY_ALL]);
const OURS = { "consul-traefik-mesh/stack": "consul-traefik-mesh.test" };
let server: ApiServer;
useApiServer((its, kubeconfig) => {
  server = its;
  pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": kubeconfig });
});

/** An entry of this stack's that the cluster has. */
const live = (name: string, { status = synced("True"), sources = DENIES, ...metadata }: any = {}) =>
  server.add(CONSUL, "ServiceIntentions", {
    metadata: { name, namespace: "consul-system", labels: OURS, ...metadata },
    spec: { destination: { name }, sources },
    status,
  });

/** What two services, of which one is new, are made after, and deny-all. */
async function made(opts: () => pulumi.ComponentResourceOptions = () => ({})): Promise<(name: string) => string[]> {
  const recorded = await record(() => {
    const mesh = new ConsulMesh("consul");
    const guardedBy = new IntentionSet("baseline", { mesh }, opts());
    const common = { mesh, namespace: "apps", port: 80, guardedBy };
    const image = "traefik/whoami:v1.10.3";
    const services = [
      new MeshService("old", { ...common, image }),
      new MeshService("new", { ...common, image, calls: [{ destination: "old" }] }),
      new MeshService("lone", { ...common, image }),
      new MeshWorkload("chart", common),
    ];
    const rules = [
      { source: "old", destination: "new" },
      { source: "old", destination: "chart" },
    ];
    new IntentionSet("intentions", { mesh, denyAll: false, services, rules });
  });
  return (name) => find(recorded, name).dependsOn.filter((each) => /^(intentions|baseline)-/.test(each));
}

const NEW = "intentions-new";
const OLD = "intentions-old";
const CHART = "intentions-chart";

test("deny-all that is in force comes after what is there, and what has no pods of its own to wait for it; not after what is new", async () => {
  live("all.services");
  live("old");
  expect((await made())("baseline-all.services")).toEqual([CHART, OLD]);
});

test.each([
  ["is not there", () => undefined],
  ["is not accepted by Consul", () => live("all.services", { status: synced("False") })],
  ["is not known to Consul's controller", () => live("all.services", { status: null })],
  ["is new to Consul's controller", () => live("all.services", { status: {} })],
  ["was changed", () => live("all.services", { sources: [{ name: "*", action: "allow" }] })],
  ["is going", () => live("all.services", { deletionTimestamp: "2026-11-01T00:00:00.000Z" })],
  ["is another stack's", () => live("all.services", { labels: {} })],
  ["cannot be asked for", () => void (server.refusal = 403)],
  ["is not known to the cluster", () => void delete server.groups[CONSUL]],
])("deny-all comes after all intentions where it %s", async (_, given) => {
  live("old");
  given();
  expect((await made())("baseline-all.services")).toEqual([CHART, NEW, OLD]);
});

test("deny-all comes after all intentions where it is in a cluster of the program's own choice", async () => {
  live("all.services");
  const elsewhere = () => ({ providers: { kubernetes: new k8s.Provider("elsewhere") } });
  expect((await made(elsewhere))("baseline-all.services")).toEqual([CHART, NEW, OLD]);
});

test("pods come after deny-all, and after the intentions of who calls them and whom they call", async () => {
  const before = await made();
  expect(before("new-deployment")).toEqual(["baseline-all.services", NEW, OLD]);
  expect(before("lone-deployment")).toEqual(["baseline-all.services"]);
});
