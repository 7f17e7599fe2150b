import { execSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { UNREACHABLE } from "../workspace";

/** What README says to a program that installs the components, done in an empty folder. */
const ROOT = path.resolve(__dirname, "../..");
const [, section] = /^## In a program of your own\n(.*?)^## /ms.exec(fs.readFileSync("README.md", "utf8"))!;
const blocks = (language: string) =>
  [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, text]) => text);
const [program] = blocks("ts");
const [pack, [install, compile, preview]] = blocks("sh").map((text) => text.trim().split("\n"));

let directory: string;

/** Runs a command of README's, with folders and packages of the test's own. */
function run(command: string, cwd = path.join(directory, "program")): string {
  const env = {
    ...process.env,
    KUBECONFIG: path.join(directory, "kubeconfig"),
    PULUMI_BACKEND_URL: `file://${directory}/state?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    // What tsc has checked.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    npm_config_prefer_offline: "true",
    // Of the SDK, which would fetch a provider that is there.
    npm_config_ignore_scripts: "true",
    npm_config_audit: "false",
  };
  try {
    const here = command.replace("/tmp/mesh", path.join(directory, "mesh"));
    return execSync(here, { cwd, env, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command}:\n${stdout}${stderr}`);
  }
}

beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "package-"));
  const write = (file: string, content: string | object) => {
    fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    fs.writeFileSync(path.join(directory, file), typeof content === "string" ? content : JSON.stringify(content));
  };
  const { dependencies, devDependencies } = JSON.parse(fs.readFileSync("package.json", "utf8"));
  const versions = { ...dependencies, ...devDependencies };
  const used = ["@pulumi/kubernetes", "@pulumi/pulumi", "@types/node", "typescript"];
  // The chart of the testbed, since that of the repository cannot be had without a network.
  const chart = `{ chart: { path: "${ROOT}/testbed/charts/consul" } }`;
  write("kubeconfig", UNREACHABLE);
  write("state/.keep", "");
  write("program/Pulumi.yaml", "name: shop\nruntime: nodejs\n");
  write("program/package.json", {
    main: "index.ts",
    dependencies: Object.fromEntries(used.map((name) => [name, versions[name]])),
  });
  write("program/tsconfig.json", {
    compilerOptions: {
      strict: true,
      // Beyond what strict asks for.
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      target: "es2022",
      module: "nodenext",
    },
  });
  write("program/index.ts", program.replace('new ConsulMesh("consul", {})', `new ConsulMesh("consul", ${chart})`));
  run(pack[0], ROOT);
  run(install);
}, 300_000);

afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

test("README's program has the package's types, which refuse what the components do not know", () => {
  const wrong =
    'import { ConsulMesh } from "consul-traefik-mesh";\n// @ts-expect-error\nnew ConsulMesh("m", { sevrers: 3 });\n';
  fs.writeFileSync(path.join(directory, "program/wrong.ts"), wrong);
  run(compile);
});

test("README's program previews the mesh, its ingress and its service, past the package's policy pack", () => {
  // A setting, since the testbed's language host hands `null` to a program without any, which Pulumi's SDK does not take.
  run("pulumi stack init dev && pulumi config set kubernetes:context none -s dev");
  const said = run(`${preview} --non-interactive`);
  expect(said).toMatch(/✅ consul-traefik-mesh@v\S+ \(local: node_modules\/consul-traefik-mesh\/policies\)/);
  for (const made of [
    "kubernetes:helm.sh/v3:Release consul-release",
    "kubernetes:apps/v1:Deployment traefik-deployment",
    "kubernetes:apps/v1:Deployment orders-deployment",
    "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions baseline-all.services",
    "kubernetes:consul.hashicorp.com/v1alpha1:ServiceIntentions intentions-orders",
  ]) {
    expect(said).toContain(`${made} create`);
  }
});
