import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { asset } from "@pulumi/pulumi";
import { LocalWorkspace, PolicyEvent, ProjectSettings, Stack } from "@pulumi/pulumi/automation";
import { importState } from "../preview/state";
import { UNREACHABLE, workspace } from "../workspace";
import { PACK } from "./analyzer";
import { CHART, denyAll, SAFE_VALUES } from "./resources";
import { SEEDS, SOUND, UNKNOWN_ACTION, UNKNOWN_VALUES } from "./seeds";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const made: string[] = [];
function temporary(): string {
  made.push(fs.mkdtempSync(path.join(os.tmpdir(), "policies-")));
  return made[made.length - 1];
}
afterAll(() => made.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** What the pack says during a preview by the real CLI, and whether it lets the change pass. */
async function preview(stack: Stack, config: Record<string, object> = {}) {
  const folder = temporary();
  const kubeconfig = path.join(folder, "kubeconfig");
  fs.writeFileSync(kubeconfig, UNREACHABLE);
  stack.workspace.envVars.KUBECONFIG = kubeconfig;
  const configuration = path.join(folder, "config.json");
  fs.writeFileSync(configuration, JSON.stringify(config));
  const said: PolicyEvent[] = [];
  const output: string[] = [];
  const steps = new Map<string, string>();
  const passed = await stack
    .preview({
      policyPacks: [PACK],
      policyPackConfigs: [configuration],
      onOutput: (text) => output.push(text),
      onEvent: ({ policyEvent, resourcePreEvent }) => {
        if (policyEvent !== undefined) {
          said.push(policyEvent);
        }
        if (resourcePreEvent !== undefined) {
          steps.set(resourcePreEvent.metadata.urn.split("::").pop()!, resourcePreEvent.metadata.op);
        }
      },
    })
    .then(
      () => true,
      () => false,
    );
  const blocking = said.filter((event) => event.enforcementLevel === "mandatory");
  return { passed, output: output.join(""), blocking, steps };
}

describe("this project's stacks pass", () => {
  // Each under its own name, which tells the policies its environment.
  test.each(["dev", "local", "staging", "prod"])("%s", async (environment) => {
    // The repository's chart cannot be fetched offline, by the provider no more than by the pack.
    const { stack, remove } = await workspace(environment, { consulChartPath: CHART }, environment);
    const { passed, output, blocking } = await preview(stack);
    await remove();
    expect({ blocking, passed, output: passed ? "" : output }).toEqual({ blocking: [], passed: true, output: "" });
  });
});

test("what is hidden in a value of this project's own stack is found", async () => {
  // What the components themselves know of, such as servers that do not verify, does not get this far.
  const consulValues = { server: { extraContainers: [{ name: "backup", image: "registry.example/backup:latest" }] } };
  const { stack, remove } = await workspace("local", { consulChartPath: CHART, consulValues }, "local");
  const { passed, blocking } = await preview(stack);
  await remove();
  expect(passed).toBe(false);
  expect(blocking).toEqual([
    expect.objectContaining({
      policyName: "images-pinned",
      message: expect.stringContaining("registry.example/backup:latest"),
      resourceUrn: expect.stringMatching(/Release::consul-release$/),
    }),
  ]);
});

/** Programs that register the seeds: one in TypeScript without a class of the SDK's, and one in Python. */
const programs: Record<string, (workDir: string) => Promise<{ settings: object; env: Record<string, string> }>> = {
  TypeScript: async (workDir) => {
    fs.symlinkSync(__dirname, path.join(workDir, "tests"));
    return {
      settings: { runtime: "nodejs", main: "tests/seededProgram.ts" },
      env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    };
  },
  Python: async (workDir) => {
    const seeds = await Promise.all(
      [...SEEDS.map((seed) => seed.resource), ...SOUND].map(async ({ type, name, props }) => {
        const files: asset.StringAsset[] | undefined = props.valueYamlFiles;
        return {
          type,
          name,
          props: { ...props, valueYamlFiles: files && (await Promise.all(files.map((f) => f.text))) },
        };
      }),
    );
    fs.writeFileSync(path.join(workDir, "seeds.json"), JSON.stringify(seeds));
    fs.copyFileSync(path.join(__dirname, "seededProgram.py"), path.join(workDir, "__main__.py"));
    // The SDK lies beside the testbed's language host; whoever has a host of their own has it where that looks.
    const host = execFileSync("sh", ["-c", "readlink -f $(command -v pulumi-language-python)"], { encoding: "utf8" });
    return { settings: { runtime: "python" }, env: { PYTHONPATH: path.join(path.dirname(host.trim()), "packages") } };
  },
};

/** Writes the state of a stack that was sound so far, with deny-all, which the program leaves out. */
async function live(stack: Stack) {
  const before = SEEDS.map(({ resource: { type, name, props } }) => ({
    type,
    name,
    props:
      type === RELEASE ? { ...props, valueYamlFiles: undefined, values: SAFE_VALUES } : { metadata: props.metadata },
  }));
  const resources = [...before, ...SOUND, denyAll].map(({ type, name, props }) => {
    const { namespace, name: own } = type === RELEASE ? props : props.metadata;
    return { type, name, props, id: `${namespace}/${own}` };
  });
  await importState(stack, resources, "4.0.0");
}

/** What the pack says of a preview of such a program. */
async function seeded(language: string, prepare?: (stack: Stack) => Promise<void>) {
  const workDir = temporary();
  fs.mkdirSync(path.join(workDir, "state"));
  const { settings, env } = await programs[language](workDir);
  const stack = await LocalWorkspace.createStack(
    // No word of the name tells an environment, so that all policies hold.
    { stackName: "everything", workDir },
    {
      projectSettings: { name: "seeds", ...settings } as ProjectSettings,
      envVars: {
        PULUMI_BACKEND_URL: `file://${path.join(workDir, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        ...env,
      },
    },
  );
  await prepare?.(stack);
  return preview(stack);
}

describe.each([
  ["in TypeScript", "TypeScript", undefined],
  ["in TypeScript, as changes of a stack that is deployed,", "TypeScript", live],
  ["in Python", "Python", undefined],
] as const)("a program %s with a violation in every resource", (_, language, prepare) => {
  let blocking: PolicyEvent[];
  let passed: boolean;
  let output: string;
  let steps: Map<string, string>;
  beforeAll(async () => {
    ({ passed, output, blocking, steps } = await seeded(language, prepare));
  });

  test("the preview fails, by the policies alone", () => {
    expect(passed).toBe(false);
    expect(output).not.toMatch(/error:(?! preview failed)/);
  });

  test.each(SEEDS.map(({ policy, resource }) => [policy, resource.name, resource.type] as const))(
    "%s finds %s, a %s",
    (policy, name) => {
      const found = blocking
        .filter((event) => event.resourceUrn?.endsWith(`::${name}`))
        .map((event) => event.policyName);
      expect(found).toContain(policy);
    },
  );

  if (prepare) {
    test("each is a change of what is deployed, and deny-all is left out", () => {
      const ofSeeds = SEEDS.map(({ resource }) => steps.get(resource.name));
      expect(ofSeeds.filter((step) => step !== "update" && step !== "create-replacement")).toEqual([]);
      expect(steps.get(denyAll.name)).toBe("delete");
    });
  }

  test("deny-all-exists misses deny-all in the stack as a whole", () =>
    expect(blocking.filter((event) => event.policyName === "deny-all-exists")).toHaveLength(1));

  if (language === "TypeScript") {
    test("helm-releases-rendered finds values that are not known yet", () => {
      const found = blocking.filter((event) => event.resourceUrn?.endsWith(`::${UNKNOWN_VALUES}`));
      expect(found.filter((event) => event.policyName === "helm-releases-rendered")).toEqual([
        expect.objectContaining({
          message: expect.stringContaining("values are made from random, which is not known yet"),
        }),
      ]);
    });

    test("no-wildcard-allow finds an action that is not known yet", () => {
      const found = blocking.filter((event) => event.resourceUrn?.endsWith(`::${UNKNOWN_ACTION}`));
      expect(found.filter((event) => event.policyName === "no-wildcard-allow")).toEqual([
        expect.objectContaining({ message: expect.stringContaining("sources.0.action can't be known during preview") }),
      ]);
    });
  }

  test("at least 20 violations are seeded, at least 5 of them to be seen only once rendered", () => {
    expect(SEEDS.length).toBeGreaterThanOrEqual(20);
    expect(blocking.filter((event) => event.message?.includes("rendered by the chart")).length).toBeGreaterThanOrEqual(
      5,
    );
  });
});
