import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import * as yaml from "yaml";

const ROOT = path.resolve(__dirname, "..");
/** What a checkout needs to be run; linked, not copied, so that a test runs the code that it stands beside. */
const PROGRAM = [
  "components",
  "index.ts",
  "node_modules",
  "package.json",
  "policies",
  "reports",
  "schema",
  "settings",
  "stacks",
  "testbed",
  "tsconfig.json",
];

/** What any environment needs to come up on the testbed. */
export const TESTBED: Record<string, unknown> = yaml.parse(
  fs.readFileSync(path.join(ROOT, "testbed/settings.yaml"), "utf8"),
);

/** A kubeconfig for a cluster that nobody can reach: the port is closed, on this machine. */
export const UNREACHABLE = `
apiVersion: v1
kind: Config
clusters: [{ name: none, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: none, user: { token: none } }]
contexts: [{ name: none, context: { cluster: none, user: none } }]
current-context: none
`;

/**
 * A backend of Pulumi Cloud's kind, where states are in place of a folder of the test's own: its address. The CLI has the token in
 * PULUMI_ACCESS_TOKEN. A test's stack goes from there with the test, so one test at a time.
 */
const BACKEND = process.env.TEST_BACKEND_URL;

export interface Workspace {
  readonly stack: Stack;
  /** Where the program and the stack's files are. */
  readonly directory: string;
  /** Replaces settings of the stack, as an edit of its file would. */
  configure(settings: Record<string, unknown>): void;
  remove(): Promise<void>;
}

/**
 * A checkout of its own with a stack of the real CLI: environment `like` with `settings` on top. The CLI writes into the
 * stack's file, and into the backend's folder, so neither may be the user's. `beside` is one whose backend has this stack too;
 * `backend` is another than a folder.
 */
export async function workspace(
  like: string,
  settings: Record<string, unknown>,
  stackName = "test",
  beside?: Workspace,
  backend = BACKEND,
): Promise<Workspace> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "consul-traefik-mesh-"));
  for (const entry of PROGRAM.filter((e) => fs.existsSync(path.join(ROOT, e)))) {
    fs.symlinkSync(path.join(ROOT, entry), path.join(directory, entry));
  }
  fs.copyFileSync(path.join(ROOT, "Pulumi.yaml"), path.join(directory, "Pulumi.yaml"));
  fs.mkdirSync(path.join(directory, "state"));
  const file = path.join(directory, `Pulumi.${stackName}.yaml`);
  // Without the salt, which is made for the passphrase of the stack that the file belongs to.
  fs.writeFileSync(
    file,
    fs.readFileSync(path.join(ROOT, `Pulumi.${like}.yaml`), "utf8").replace(/^encryptionsalt:.*/m, ""),
  );
  const configure = (changes: Record<string, unknown>) => {
    const content = yaml.parse(fs.readFileSync(file, "utf8"));
    for (const [key, value] of Object.entries(changes)) {
      content.config[`consul-traefik-mesh:${key}`] = value;
    }
    fs.writeFileSync(file, yaml.stringify(content));
  };
  configure(settings);
  const stack = await LocalWorkspace.createStack(
    { stackName, workDir: directory },
    {
      envVars: {
        // As docs/recovery.md has it: a run that is killed leaves a state that can be read.
        PULUMI_BACKEND_URL: backend ?? `file://${path.join(beside?.directory ?? directory, "state")}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: "test",
      },
    },
  );
  return {
    stack,
    directory,
    configure,
    remove: async () => {
      if (backend !== undefined) {
        // One that a test has renamed stays there.
        await stack.workspace.removeStack(stackName, { force: true }).catch(() => undefined);
      }
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A project whose program the test writes, as its index.ts; the cluster cannot be reached. */
export async function withoutProgram(): Promise<Workspace> {
  const its = await workspace("local", {});
  await its.stack.setConfig("kubernetes:kubeconfig", { value: UNREACHABLE });
  fs.rmSync(path.join(its.directory, "index.ts"));
  return its;
}
