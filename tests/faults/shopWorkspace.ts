import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { JUDGED } from "../e2e/pack";

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, "../..");
const PREPARE = path.join(ROOT, "testbed/shop/prepare");
const SHOP = "examples/shop";

/** The shop on the testbed, in a folder of its own, since the CLI writes into the stack's file. */
export class ShopWorkspace {
  private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "shop-"));
  private readonly directory = path.join(this.root, SHOP);
  private stack!: Stack;

  constructor() {
    fs.mkdirSync(path.join(this.directory, "state"), { recursive: true });
    for (const entry of [
      "node_modules",
      "testbed",
      "tsconfig.json",
      ...["index.ts", "package.json", "tsconfig.json"].map(inShop),
    ]) {
      fs.symlinkSync(path.join(ROOT, entry), path.join(this.root, entry));
    }
    fs.copyFileSync(path.join(ROOT, inShop("Pulumi.yaml")), path.join(this.directory, "Pulumi.yaml"));
  }

  /** Builds a release, and says what it is called in the stack's file. */
  public async release(version: string): Promise<void> {
    const file = path.join(this.directory, "Pulumi.staging.yaml");
    const salt = fs.existsSync(file) ? (/^encryptionsalt:.*/m.exec(fs.readFileSync(file, "utf8"))?.[0] ?? "") : "";
    const { stdout: settings } = await run(PREPARE, [version]);
    fs.writeFileSync(file, `${settings}${salt}\n`);
    this.stack ??= await LocalWorkspace.createStack(
      { stackName: "staging", workDir: this.directory },
      {
        envVars: {
          PULUMI_BACKEND_URL: `file://${path.join(this.directory, "state")}?metadata=skip`,
          PULUMI_CONFIG_PASSPHRASE: "test",
        },
      },
    );
  }

  /** Each is judged by the policy pack. */
  public up() {
    return this.stack.up({ ...JUDGED, onOutput: process.env.VERBOSE ? console.info : undefined });
  }

  public preview() {
    return this.stack.preview(JUDGED);
  }

  public remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }
}

function inShop(file: string): string {
  return path.join(SHOP, file);
}
