import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { consulWorkloads } from "../../components/chart/consulWorkloads";
import { TERMINATING_GATEWAY } from "../../components/chart/terminatingGateway";
import { find, record } from "../recorder";

const GATEWAY = { enabled: true, gateways: [{ name: TERMINATING_GATEWAY }] };

/** What waits for the workloads of a release with these values, and what is to wait for them, by name. */
async function waiting(values: object) {
  let made!: ReturnType<typeof consulWorkloads>;
  const recorded = await record(() => {
    const release = new k8s.helm.v3.Release("release", { chart: "consul", namespace: "mesh" });
    const opts = { parent: release, dependsOn: [release], timeoutSeconds: 600 };
    made = consulWorkloads("consul", release, values as never, opts);
  });
  const nameOf = ({ urn }: pulumi.Resource) =>
    new Promise<string>((resolve) => void urn.apply((its) => resolve(its.split("::").pop()!)));
  return {
    patches: recorded.filter(({ parent }) => parent === "release"),
    before: (name: string) => find(recorded, name).dependsOn,
    injector: await nameOf(made.injector),
    all: await Promise.all(made.all.map(nameOf)),
  };
}

test("all that the chart runs is awaited: each workload by its name, for as long as asked for, again after each revision", async () => {
  const { patches, injector, all } = await waiting({ terminatingGateways: GATEWAY });
  const patch = (kind: string, name: string) => [`kubernetes:apps/v1:${kind}Patch`, name, name];
  expect(patches.map(({ type, name, props }) => [type, name, props.metadata.name])).toEqual([
    patch("StatefulSet", "consul-server"),
    patch("Deployment", "consul-sync-catalog"),
    patch("Deployment", "consul-connect-injector"),
    patch("Deployment", "consul-terminating-gateway"),
  ]);
  for (const { props, timeouts, retainOnDelete } of patches) {
    expect(props.metadata).toMatchObject({
      namespace: "mesh",
      annotations: { "consul-traefik-mesh/helm-revision": "1", "pulumi.com/patchForce": "true" },
    });
    expect([timeouts, retainOnDelete]).toEqual([{ create: "600s", update: "600s", delete: "" }, true]);
  }
  expect(all).toEqual(patches.map(({ name }) => name));
  expect(injector).toBe("consul-connect-injector");
});

test.each<[what: string, values: object, names: string[]]>([
  ["servers elsewhere", { server: { enabled: false } }, ["consul-sync-catalog", "consul-connect-injector"]],
  ["no catalog sync", { syncCatalog: { enabled: false } }, ["consul-server", "consul-connect-injector"]],
  [
    "parts that are on, or of which nothing is said",
    { server: { enabled: true }, syncCatalog: {} },
    ["consul-server", "consul-sync-catalog", "consul-connect-injector"],
  ],
])("what the chart does not run is not awaited: %s", async (_, values, names) => {
  const { patches, all } = await waiting(values);
  expect([patches.map(({ name }) => name), all]).toEqual([names, names]);
});

test("the injector waits for the servers, which the services of the same up must not meet while they restart; the gateway for it", async () => {
  const { before } = await waiting({ terminatingGateways: GATEWAY });
  expect(before("consul-connect-injector")).toEqual(["consul-server", "release"]);
  expect(before("consul-terminating-gateway")).toEqual(["consul-connect-injector", "release"]);
  const { before: servedElsewhere } = await waiting({ server: { enabled: false } });
  expect(servedElsewhere("consul-connect-injector")).toEqual(["release"]);
});
