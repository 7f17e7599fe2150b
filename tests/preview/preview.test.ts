import * as fs from "node:fs";
import * as path from "node:path";
import { UNREACHABLE, workspace, Workspace } from "../workspace";

let open: Workspace | undefined;

async function without(cluster: string, like: string, settings: Record<string, unknown>): Promise<Workspace> {
  open = await workspace(like, settings);
  const kubeconfig = path.join(open.directory, "kubeconfig");
  fs.writeFileSync(kubeconfig, cluster);
  open.stack.workspace.envVars.KUBECONFIG = kubeconfig;
  return open;
}

afterEach(async () => open?.remove());

test("without a cluster, preview still tells what the stack would make", async () => {
  const { stack } = await without(UNREACHABLE, "local", {});
  const { changeSummary } = await stack.preview();
  expect(changeSummary).toEqual({ create: 23 });
});

test("without a cluster, up ends with a clear answer and makes nothing", async () => {
  const { stack } = await without(UNREACHABLE, "local", {});
  await expect(stack.up()).rejects.toThrow(/cluster is unreachable/);
  const { deployment } = await stack.exportStack();
  const made = (deployment.resources ?? []).filter((r: any) => r.custom && !r.type.startsWith("pulumi:providers:"));
  expect(made).toEqual([]);
});

test("wrong settings are refused by preview, all at once, before any resource", async () => {
  const { stack } = await without(UNREACHABLE, "local", {
    consulServers: 2,
    traefikNamespace: "consul-system",
    traefikNodePortWeb: 80,
    consulServer: 3,
    consulValues: { server: { affinity: null } },
    intentions: [{ source: "traefik-system-ingress", destination: "nobody" }],
  });
  const message = await stack.preview().then(
    () => "accepted",
    (error: Error) => error.message,
  );
  expect(message).toContain("configuration of stack test: 6 problems");
  expect(message).toContain('consulServer: is not a known key; did you mean "consulServers"?');
  expect(message).toContain("consulServers: 2 servers have no useful quorum; use 1, 3, 5 or 7");
  expect(message).toContain("consulValues.server.affinity: is null, which Pulumi drops");
  expect(message).toContain('traefikNamespace: the namespace "consul-system" is that of consulNamespace too');
  expect(message).toContain("traefikNodePortWeb: 80 is out of range; use a whole number from 30000 to 32767");
  expect(message).toContain('intentions[0].destination: "nobody" is no service of this stack');
  expect(message).not.toContain("at parseSettings");
});
