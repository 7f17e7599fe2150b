import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { DENY_ALL, mergeIntentions } from "../../components/intentions";
import { workspace, Workspace } from "../workspace";

let its: Workspace;

beforeAll(async () => {
  its = await workspace("local", {});
  its.stack.workspace.envVars.KUBECONFIG = path.join(its.directory, "none");
});

afterAll(async () => its?.remove());

/** What tools/edges.ts says of a preview by the real CLI. */
function edges(...options: string[]): string {
  const env = { ...process.env, ...its.stack.workspace.envVars };
  const preview = execFileSync("pulumi", ["preview", "--json", "--stack", "test", "--non-interactive"], {
    cwd: its.directory,
    env,
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 * 1024 * 1024,
  });
  return execFileSync("npx", ["ts-node", "tools/edges.ts", ...options], {
    cwd: path.resolve(__dirname, "../.."),
    input: preview,
    encoding: "utf8",
  });
}

test("a stack that was never deployed opens and closes all that it declares", () => {
  expect(JSON.parse(edges())).toEqual({
    opens: ["traefik-system-ingress → whoami  /*"],
    closes: ["* → *  (denied)"],
  });
});

test("a deployed stack opens and closes what differs from its state", async () => {
  await deployed([DENY_ALL, { source: "*", destination: "payments" }]);
  expect(edges("--markdown").trimEnd().split("\n")).toEqual([
    "**intentions: 1 to open, 1 to close**",
    "```diff",
    "+ traefik-system-ingress → whoami  /*",
    "- * → payments",
    "```",
  ]);
  const permissions = [{ action: "allow" as const, http: { pathPrefix: "/" } }];
  await deployed([DENY_ALL, { source: "traefik-system-ingress", destination: "whoami", permissions }]);
  expect(JSON.parse(edges())).toEqual({ opens: [], closes: [] });
});

/** Writes the state that an `up` with these intentions, of sets by other names, would have left. */
async function deployed(rules: Parameters<typeof mergeIntentions>[0]): Promise<void> {
  const urn = (type: string, name: string) => `urn:pulumi:test::consul-traefik-mesh::${type}::${name}`;
  const stack = urn("pulumi:pulumi:Stack", "consul-traefik-mesh-test");
  const provider = urn("pulumi:providers:kubernetes", "default_4_25_0");
  const time = new Date(0).toISOString();
  const type = "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions";
  const { version, deployment } = await its.stack.exportStack();
  deployment.resources = [
    { urn: stack, custom: false, type: "pulumi:pulumi:Stack" },
    {
      urn: provider,
      custom: true,
      id: "provider",
      type: "pulumi:providers:kubernetes",
      inputs: { version: "4.25.0" },
      outputs: { version: "4.25.0" },
    },
    ...mergeIntentions(rules).map((spec, i) => {
      const props = { apiVersion: "consul.hashicorp.com/v1alpha1", kind: "ServiceIntentions", spec };
      const id = `consul-system/entry-${i}`;
      const [inputs, outputs] = [{ ...props }, { ...props }];
      return {
        urn: urn(type, `entry-${i}`),
        custom: true,
        id,
        type,
        parent: stack,
        inputs,
        outputs,
        provider: `${provider}::provider`,
      };
    }),
  ];
  deployment.manifest = { time, magic: "", version: "" };
  await its.stack.importStack({ version, deployment });
}
