import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import * as yaml from "yaml";
import { TESTBED } from "./workspace";

const ROOT = path.resolve(__dirname, "..");

/** What an example needs on the testbed; its service is its own. */
const ON_TESTBED = {
  ...Object.fromEntries(Object.entries(TESTBED).filter(([name]) => name !== "services")),
  consulChartPath: path.join(ROOT, String(TESTBED.consulChartPath)),
};

export interface Edits {
  /** Settings beside the example's own. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether the example's one allow is there. */
  readonly allowed?: boolean;
}

/** The examples in other languages by the language, each with its program as an edit of it would be. */
export const LANGUAGES: Readonly<
  Record<string, { readonly program: string; edit(text: string, edits: Edits): string }>
> = {
  yaml: {
    program: "Pulumi.yaml",
    edit: (text, { settings, allowed = true }) => {
      const program = yaml.parse(text);
      const { mesh } = program.resources;
      mesh.properties = { ...ON_TESTBED, ...mesh.properties, ...settings, ...(allowed ? {} : { intentions: [] }) };
      return yaml.stringify(program);
    },
  },
  python: {
    program: "__main__.py",
    edit: (text, { settings, allowed = true }) => {
      const inputs = Object.entries({ ...ON_TESTBED, ...settings }).map(([name, value]) => {
        const own = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        return `    ${own}=json.loads(${JSON.stringify(JSON.stringify(value))}),\n`;
      });
      return (
        text
          .replace("import pulumi\n", "import json\nimport pulumi\n")
          // In the place of the example's own services, where there are others.
          .replace(/ {4}services=\[.*?\n {4}\],\n/s, (own) => (settings?.services === undefined ? own : ""))
          .replace('    "mesh",\n', `    "mesh",\n${inputs.join("")}`)
          .replace(/(?<=intentions=\[).*?\n(?= {4}\],)/s, (own) => (allowed ? own : ""))
      );
    },
  },
  go: {
    program: "main.go",
    edit: (text, { settings, allowed = true }) =>
      text
        .replace("import (\n", 'import (\n\t"encoding/json"\n\n')
        // In the place of the example's own services, where there are others.
        .replace(/\t{3}Services: .*?\n\t{3}\}\},\n/s, (own) => (settings?.services === undefined ? own : ""))
        .replace(/\t{3}Intentions: .*?\n\t{3}\}\},\n/s, (own) => (allowed ? own : ""))
        .replace(/&mesh\.PlatformArgs\{.*?\n\t{2}\}(?=\))/s, (args) => `with(${args})`)
        .concat(
          "\nfunc with(args *mesh.PlatformArgs) *mesh.PlatformArgs {\n",
          `\tif err := json.Unmarshal([]byte(${JSON.stringify(JSON.stringify({ ...ON_TESTBED, ...settings }))}), args); err != nil {\n`,
          "\t\tpanic(err)\n\t}\n\treturn args\n}\n",
        ),
  },
};

/** An example in another language on the testbed, in a folder of its own as the checkout has it. */
export class LanguageExample {
  private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "languages-"));
  /** Where its program is. */
  public readonly directory: string;
  private env: Record<string, string>;
  /** Where its stack is, for one that reads it. */
  public readonly backend: { readonly PULUMI_BACKEND_URL: string; readonly PULUMI_CONFIG_PASSPHRASE: string };
  public stack!: Stack;

  constructor(
    private readonly language: string,
    env: Readonly<Record<string, string>> = {},
    private readonly stackName = "test",
  ) {
    this.directory = path.join(this.root, "examples", language);
    fs.mkdirSync(path.join(this.root, "state"));
    fs.symlinkSync(path.join(ROOT, "packages"), path.join(this.root, "packages"));
    fs.cpSync(path.join(ROOT, "examples", language), this.directory, {
      recursive: true,
      filter: (file) => !/\/(sdks|venv)$/.test(file),
    });
    this.backend = {
      PULUMI_BACKEND_URL: `file://${this.root}/state?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    };
    this.env = { ...this.backend, ...env };
  }

  /** Builds the language's host, where the testbed has none yet, and installs what the program needs. */
  public async prepare(): Promise<void> {
    // Where a host that starts a component package itself, as that of YAML, finds the host of Node.js: beside the CLI, as it is installed.
    const beside = path.dirname(fs.realpathSync(execFileSync("sh", ["-c", "command -v pulumi"]).toString().trim()));
    this.env = { ...this.env, PATH: `${beside}:${process.env.PATH}` };
    execFileSync(path.join(ROOT, "testbed/toolchain/build"), [`pulumi-language-${this.language}`], { stdio: "pipe" });
    if (["requirements.txt", "go.mod"].some((file) => fs.existsSync(path.join(this.directory, file)))) {
      execFileSync("pulumi", ["install"], { cwd: this.directory, env: { ...process.env, ...this.env }, stdio: "pipe" });
    }
    this.edit({});
    this.stack = await LocalWorkspace.createStack(
      { stackName: this.stackName, workDir: this.directory },
      { envVars: this.env },
    );
  }

  /** Writes the example's program, with edits. */
  public edit(edits: Edits): void {
    const { program, edit } = LANGUAGES[this.language];
    const text = fs.readFileSync(path.join(ROOT, "examples", this.language, program), "utf8");
    const image = text.replace("traefik/whoami:v", "localhost/whoami:");
    fs.writeFileSync(path.join(this.directory, program), edit(image, edits));
  }

  /** Writes parts of a program in YAML anew. */
  public replace(parts: object): void {
    const program = yaml.parse(fs.readFileSync(path.join(ROOT, "examples/yaml/Pulumi.yaml"), "utf8"));
    fs.writeFileSync(path.join(this.directory, "Pulumi.yaml"), yaml.stringify({ ...program, outputs: {}, ...parts }));
  }

  public remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}

/** What a preview says, whether it is accepted or refused. */
export function said(stack: Stack): Promise<string> {
  return stack.preview().then(
    ({ stdout }) => stdout,
    (error: Error) => error.message,
  );
}

/** What of Kubernetes a preview would make: each type and name. */
export async function made(stack: Stack): Promise<string[]> {
  const resources: string[] = [];
  await stack.preview({
    onEvent: ({ resourcePreEvent }) => {
      const [, , types, name] = resourcePreEvent?.metadata.urn.split("::") ?? [];
      const type = types?.split("$").at(-1);
      if (type?.startsWith("kubernetes:")) {
        resources.push(`${resourcePreEvent!.metadata.op} ${type} ${name}`);
      }
    },
  });
  return resources.sort();
}
