import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { DENY_ALL, mergeIntentions } from "../../components/intentions/intentions";
import { workspace, Workspace } from "../workspace";
import { importState } from "./state";

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
  await importState(
    its.stack,
    mergeIntentions(rules).map((spec, i) => ({
      type: "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions",
      name: `entry-${i}`,
      id: `consul-system/entry-${i}`,
      props: { apiVersion: "consul.hashicorp.com/v1alpha1", kind: "ServiceIntentions", spec },
    })),
  );
}
