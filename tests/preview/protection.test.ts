import * as fs from "node:fs";
import * as path from "node:path";
import { refusal } from "../refusal";
import { UNREACHABLE, workspace, Workspace } from "../workspace";
import { importState } from "./state";

let its: Workspace;

beforeEach(async () => {
  its = await workspace("prod", { consulChartPath: "testbed/charts/consul" });
  const kubeconfig = path.join(its.directory, "kubeconfig");
  fs.writeFileSync(kubeconfig, UNREACHABLE);
  its.stack.workspace.envVars.KUBECONFIG = kubeconfig;
});
afterEach(async () => its?.remove());

test("what an up of prod has protected can neither be destroyed nor dropped, until the protection is", async () => {
  await deployed();
  expect(await refusal(its.stack.previewDestroy())).toMatch(
    /consul-bootstrap-token" cannot be deleted\s+because it is protected/,
  );

  its.configure({ consulAcls: false });
  expect(await refusal(its.stack.preview())).toMatch(
    /consul-bootstrap-token" cannot be deleted\s+because it is protected/,
  );

  // Another namespace is another Secret.
  await deployed({ namespace: "another" });
  its.configure({ consulAcls: true });
  expect(await refusal(its.stack.preview())).toMatch(/consul-bootstrap-token".*\s.*protect/);

  // The deliberate step comes first, and changes nothing else.
  its.configure({ protect: false });
  await deployed({ protect: false });
  its.configure({ consulAcls: false });
  expect(await refusal(its.stack.preview())).toBeUndefined();
});

test("servers' claims of another size, and another datacenter, are refused by a preview that cannot ask the cluster", async () => {
  const [name, namespace] = ["consul", "consul-system"];
  const values = { server: { storage: "10Gi" }, global: { gossipEncryption: { secretName: "consul-gossip-key" } } };
  const props = {
    name,
    namespace,
    chart: path.resolve("testbed/charts/consul"),
    values,
    skipAwait: true,
    timeout: 600,
  };
  const component = { type: "consul-traefik-mesh:index:ConsulMesh", name };
  const release = {
    type: "kubernetes:helm.sh/v3:Release",
    name: "consul-release",
    id: `${namespace}/${name}`,
    props: { ...props, status: { namespace, name, revision: 1, status: "deployed" } },
    component,
  };
  await importState(its.stack, [release]);
  expect(await refusal(its.stack.preview())).toBeUndefined();
  its.configure({ consulStorage: "20Gi" });
  expect(await refusal(its.stack.preview())).toMatch(
    /StatefulSet consul-system\/consul-server makes claims of 10Gi, and is to make claims of 20Gi/,
  );
  its.configure({ consulStorage: "10Gi", consulDatacenter: "dc2" });
  expect(await refusal(its.stack.preview())).toMatch(/A mesh keeps its datacenter/);
});

/** Writes the state that an `up` leaves of the bootstrap token's Secret. */
async function deployed({ namespace = "consul-system", protect = true } = {}): Promise<void> {
  const name = "consul-bootstrap-token";
  const props = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData: { token: "" } };
  const component = { type: "consul-traefik-mesh:index:ConsulMesh", name: "consul" };
  const secret = { type: "kubernetes:core/v1:Secret", name, id: `${namespace}/${name}`, props, component, protect };
  await importState(its.stack, [secret]);
}
