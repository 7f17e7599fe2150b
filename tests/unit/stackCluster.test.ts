import * as fs from "node:fs";
import type { StackExport } from "../../tools/access/declared";
import type { PulumiStack } from "../../tools/access/pulumi";
import { stackCluster } from "../../tools/access/stackCluster";

const PROVIDER = "urn:pulumi:prod::shop::pulumi:providers:kubernetes::";
const RELEASE = {
  urn: "urn:pulumi:prod::shop::consul-traefik-mesh:index:ConsulMesh$kubernetes:helm.sh/v3:Release::consul-release",
  type: "kubernetes:helm.sh/v3:Release",
};
const OTHERS = [
  { urn: "urn:pulumi:prod::shop::kubernetes:core/v1:Secret::other", type: "kubernetes:core/v1:Secret" },
  { urn: "urn:pulumi:prod::shop::kubernetes:helm.sh/v3:Release::other", type: RELEASE.type },
  { ...RELEASE, delete: true },
].map((each) => ({ ...each, provider: `${PROVIDER}other::1` }));
const secret = (value: unknown) => ({ "4dabf18193072939515e22adb298388d": "1b", plaintext: JSON.stringify(value) });

/** A stack with these settings, the secret ones apart, and with a provider of that name and inputs, of which none is shown unless asked for. */
function stack({
  kubernetes = {},
  secrets = {},
  provider,
  inputs = {},
  resource = RELEASE,
}: {
  readonly kubernetes?: Record<string, string>;
  readonly secrets?: Record<string, string>;
  readonly provider?: string;
  readonly inputs?: Record<string, unknown>;
  readonly resource?: object;
}): PulumiStack {
  const resources = [
    RELEASE,
    { urn: `${PROVIDER}${provider}`, type: "pulumi:providers:kubernetes" },
    ...OTHERS,
    { ...resource, provider: `${PROVIDER}${provider}::1b2c` },
  ];
  return {
    export: async (...flags: string[]) =>
      ({
        deployment: {
          resources:
            provider === undefined
              ? undefined
              : resources.map((each, i) => (i === 1 && flags[0] === "--show-secrets" ? { ...each, inputs } : each)),
        },
      }) as StackExport,
    config: async () => ({ settings: {}, kubernetes, secrets: Object.keys(secrets) }),
    setting: async (key: string) => secrets[key],
  } as Pick<PulumiStack, "export" | "config" | "setting"> as PulumiStack;
}

const settings = { kubernetes: { context: "blue", kubeconfig: "blue.yaml" } };
const own = { provider: "its", inputs: { kubeconfig: secret("own.yaml"), context: "own" } };
const type = "kubernetes:consul.hashicorp.com/v1alpha1:ServiceDefaults";
const entry = { urn: `urn:pulumi:prod::shop::consul-traefik-mesh:index:MeshService$${type}::b`, type };

test.each<[what: string, its: Parameters<typeof stack>[0], asked: object, expected: object]>([
  ["kubectl's own, where nothing is said", {}, {}, {}],
  ["the settings'", settings, {}, { context: "blue", kubeconfig: "blue.yaml" }],
  ["a secret setting's", { secrets: { "kubernetes:kubeconfig": "x.yaml" } }, {}, { kubeconfig: "x.yaml" }],
  [
    "the settings', where the provider is the default one",
    { ...own, ...settings, provider: "default_4_25_0" },
    {},
    settings.kubernetes,
  ],
  ["that of the provider of the mesh", { ...own, ...settings }, {}, { context: "own", kubeconfig: "own.yaml" }],
  [
    "that of the provider of what joins a mesh",
    { ...own, resource: entry },
    {},
    { context: "own", kubeconfig: "own.yaml" },
  ],
  [
    "that of the provider of an entry of the program's own",
    { ...own, resource: { urn: `urn:pulumi:prod::shop::${type}::b`, type } },
    {},
    { context: "own", kubeconfig: "own.yaml" },
  ],
  [
    "the settings', where nothing of the provider's is in a mesh",
    { ...own, ...settings, resource: OTHERS[0] },
    {},
    settings.kubernetes,
  ],
  [
    "that of a provider which is no secret",
    { provider: "default-not", inputs: { kubeconfig: "a" } },
    {},
    { kubeconfig: "a" },
  ],
  ["the shell's, where the provider is given nothing", { provider: "its" }, {}, {}],
  [
    "the one that is asked for",
    { ...own, ...settings },
    { context: "a", kubeconfig: "b" },
    { context: "a", kubeconfig: "b" },
  ],
  [
    "a context that is asked for, in the settings' kubeconfig",
    { ...own, ...settings },
    { context: "a" },
    { context: "a", kubeconfig: "blue.yaml" },
  ],
  [
    "the settings' context, in a kubeconfig that is asked for",
    { ...own, ...settings },
    { kubeconfig: "b" },
    { context: "blue", kubeconfig: "b" },
  ],
])("the cluster is %s", async (_, its, asked, expected) => {
  expect(await stackCluster(stack(its), asked)).toEqual({ context: undefined, kubeconfig: undefined, ...expected });
});

test("what is asked for needs no passphrase", async () => {
  const its = {
    ...stack({ secrets: { "kubernetes:kubeconfig": "x" } }),
    setting: () => Promise.reject(new Error("no passphrase")),
  };
  expect(await stackCluster(its as unknown as PulumiStack, { kubeconfig: "b" })).toEqual({
    context: undefined,
    kubeconfig: "b",
  });
});

test.each<[what: string, kubeconfig: unknown, text: string]>([
  ["YAML", secret("apiVersion: v1\nkind: Config\n"), "apiVersion: v1\nkind: Config\n"],
  ["one line of YAML", secret("apiVersion: v1"), "apiVersion: v1"],
  ["a document of YAML", secret("--- {}"), "--- {}"],
  ["JSON", secret('{"kind":"Config"}'), '{"kind":"Config"}'],
  ["an object, as EKS has it", secret({ kind: "Config" }), '{"kind":"Config"}'],
])("a kubeconfig that is %s becomes a file that nobody else may read", async (_, kubeconfig, text) => {
  const { kubeconfig: file } = await stackCluster(stack({ provider: "its", inputs: { kubeconfig } }), {});
  expect(fs.readFileSync(file!, "utf8")).toBe(text);
  expect(fs.statSync(file!).mode & 0o777).toBe(0o600);
});
