import * as fs from "node:fs";
import * as path from "node:path";
import { UNREACHABLE, workspace, Workspace } from "../workspace";

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
  expect(await refusal(its.stack.preview())).toBe("accepted");
});

async function refusal(preview: Promise<unknown>): Promise<string> {
  return preview.then(
    () => "accepted",
    (error: Error) => error.message,
  );
}

/** Writes the state that an `up` leaves of the bootstrap token's Secret. */
async function deployed({ namespace = "consul-system", protect = true } = {}): Promise<void> {
  const urn = (type: string, name: string) => `urn:pulumi:test::consul-traefik-mesh::${type}::${name}`;
  const stack = urn("pulumi:pulumi:Stack", "consul-traefik-mesh-test");
  const mesh = urn("consul-traefik-mesh:index:ConsulMesh", "consul");
  const type = "kubernetes:core/v1:Secret";
  const version = JSON.parse(fs.readFileSync(require.resolve("@pulumi/kubernetes/package.json"), "utf8")).version;
  const provider = urn("pulumi:providers:kubernetes", `default_${version.replace(/\W/g, "_")}`);
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "consul-bootstrap-token", namespace },
    stringData: { token: "" },
  };
  const exported = await its.stack.exportStack();
  exported.deployment.manifest = { time: new Date(0).toISOString(), magic: "", version: "" };
  exported.deployment.resources = [
    { urn: stack, custom: false, type: "pulumi:pulumi:Stack" },
    {
      urn: provider,
      custom: true,
      id: "provider",
      type: "pulumi:providers:kubernetes",
      inputs: { version },
      outputs: { version },
    },
    { urn: mesh, custom: false, type: "consul-traefik-mesh:index:ConsulMesh", parent: stack },
    {
      urn: urn(`consul-traefik-mesh:index:ConsulMesh$${type}`, "consul-bootstrap-token"),
      custom: true,
      id: `${namespace}/consul-bootstrap-token`,
      type,
      inputs: secret,
      outputs: secret,
      parent: mesh,
      provider: `${provider}::provider`,
      protect,
    },
  ];
  await its.stack.importStack(exported);
}
