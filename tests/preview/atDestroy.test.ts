import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { atDestroy } from "../../components/interrupted/clusterProvider";
import { ApiServer } from "../apiServer";

/** What a stack does at its destroy, by the real CLI and Pulumi's own dynamic provider, with a cluster that is played. */
let server: ApiServer;
let directory: string;
let stack: Stack;
let mayGo = false;

async function program(): Promise<void> {
  const mesh = new pulumi.ComponentResource("test:index:Mesh", "mesh");
  const { removeRemains, guardEntries } = atDestroy("consul", { name: "consul", namespace: "consul" }, mayGo, mesh);
  const first = removeRemains("remains", { parent: mesh });
  guardEntries("guard", { dependsOn: first });
}

beforeAll(async () => {
  server = new ApiServer();
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "at-destroy-"));
  fs.symlinkSync(path.resolve(__dirname, "../../node_modules"), path.join(directory, "node_modules"));
  fs.mkdirSync(path.join(directory, "state"));
  const kubeconfig = path.join(directory, "kubeconfig");
  fs.writeFileSync(kubeconfig, await server.listen());
  // Hooks run in the program, which is this process.
  process.env.KUBECONFIG = kubeconfig;
  stack = await LocalWorkspace.createStack(
    { stackName: "test", projectName: "consul-traefik-mesh", program },
    {
      workDir: directory,
      envVars: {
        KUBECONFIG: kubeconfig,
        PULUMI_BACKEND_URL: `file://${directory}/state?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: "test",
      },
    },
  );
});

afterAll(() => {
  server.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

test("a plain destroy stops before entries of others would go, and removes what Helm left once they may", async () => {
  server.add("v1", "Namespace", { metadata: { name: "consul" } });
  server.add("rbac.authorization.k8s.io/v1", "ClusterRole", {
    metadata: {
      name: "consul-server",
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: { "meta.helm.sh/release-name": "consul", "meta.helm.sh/release-namespace": "consul" },
    },
  });
  server.add("consul.hashicorp.com/v1alpha1", "ServiceIntentions", {
    metadata: {
      name: "orders",
      namespace: "shop",
      labels: { "consul-traefik-mesh/stack": "consul-traefik-mesh.team" },
    },
  });
  await stack.up();
  expect((await stack.preview()).changeSummary).toEqual({ same: 5 });

  await expect(stack.destroy()).rejects.toThrow(
    /nothing was removed:\s+1 of Pulumi's stack consul-traefik-mesh\.team: ServiceIntentions shop\/orders/,
  );
  expect(server.log).toEqual([]);

  mayGo = true;
  await stack.up();
  await stack.destroy();
  const spare = "/api/v1/namespaces/consul/secrets/sh.helm.release.v1.consul.v0";
  expect(server.log).toEqual([
    `deleted ${spare}`,
    `released ${spare}`,
    "deleted /apis/rbac.authorization.k8s.io/v1/clusterroles/consul-server",
  ]);
});

test("an up after a destroy that was interrupted leaves nothing of what that had Helm find", async () => {
  server.addRevision(0, "uninstalled", {}, { namespace: "consul" });
  server.addRevision(1, "deployed", {}, { namespace: "consul" });
  await stack.up();
  const records = [...server.objects.keys()].filter((each) => each.includes("sh.helm.release"));
  expect(records).toEqual(["/api/v1/namespaces/consul/secrets/sh.helm.release.v1.consul.v1"]);
});
