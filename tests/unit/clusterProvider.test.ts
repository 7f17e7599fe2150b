import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as clusterProvider from "../../components/interrupted/clusterProvider";
import { PROVIDER_CODE } from "../../components/interrupted/providerCode";
import { anotherLanguages } from "../anotherLanguages";
import { record } from "../recorder";

const release = { name: "consul", namespace: "consul-system" };
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const ACCESS = { "kubernetes:kubeconfig": { ...SECRET, value: "a kubeconfig" }, "kubernetes:context": "blue" };

afterEach(() => pulumi.runtime.setAllConfig({}));

/** What is made to do something at a destroy of a mesh, which other entries may go with or not. */
async function made(
  foreignEntries: boolean,
  by = clusterProvider,
  providers: () => pulumi.ProviderResource[] | Promise<pulumi.ProviderResource[]> = () => [],
) {
  const recorded = await record(async () => {
    pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": "a kubeconfig", "kubernetes:context": "blue" });
    const parent = new pulumi.ComponentResource("test:index:Mesh", "mesh", {}, { providers: await providers() });
    const its = by.atDestroy("mesh", release, foreignEntries, parent);
    const dependsOn = its.removeRemains("remains", { parent });
    its.removeStuckHooks("stuck-hooks", { parent, dependsOn });
    its.guardEntries("entries", { parent, dependsOn });
  });
  return recorded.filter(({ parent }) => parent === "mesh");
}

const TASKS = (foreignEntries: boolean) => ({
  remains: { task: "remains", release },
  "stuck-hooks": { task: "stuckHooks", release },
  entries: {
    task: "entries",
    release,
    label: ["consul-traefik-mesh/stack", "consul-traefik-mesh.test"],
    foreignEntries,
  },
});

test("at a destroy the state has all of it: the code, what to do, and the way to the cluster", async () => {
  const [provider, ...others] = await made(false);
  expect([provider.type, provider.name]).toEqual(["pulumi:providers:pulumi-nodejs", "mesh-cluster"]);
  expect(provider.props).toEqual(ACCESS);
  expect(others.map(({ type }) => type)).toEqual(
    ["Remains", "StuckHooks", "EntriesGuard"].map((each) => `pulumi-nodejs:dynamic/consul-traefik-mesh:${each}`),
  );
  for (const { name, props, dependsOn, beforeCreate } of others) {
    const { __provider: code, ...its } = props;
    expect(code === PROVIDER_CODE).toBe(true);
    expect({ [name]: its }).toEqual({ [name]: TASKS(false)[name as keyof ReturnType<typeof TASKS>] });
    expect(dependsOn).toEqual(name === "remains" ? [] : ["remains"]);
    // One that is made anew after a destroy that was interrupted takes away what that left.
    expect(beforeCreate).toEqual(name === "entries" ? ["entries-record"] : []);
  }
});

test("entries of others go where the last up was told that they may", async () => {
  const { props } = (await made(true)).find(({ name }) => name === "entries")!;
  expect(props).toMatchObject(TASKS(true).entries);
});

test.each<[string, Parameters<typeof made>[2]]>([
  ["the default provider's", () => []],
  // Here all that it was given.
  [
    "that of a provider which a program in another language has made",
    async () => [await anotherLanguages({ kubeconfig: "a kubeconfig", context: "blue" })],
  ],
])("a component package does it by itself, without the code, in a cluster that is %s", async (_, providers) => {
  let inPackage!: typeof clusterProvider;
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is another one each time
    inPackage = require("../../components/interrupted/clusterProvider");
  });
  inPackage.byProviderOfPackage();
  const its = await made(false, inPackage, providers);
  expect(its.map(({ type }) => type)).toEqual(
    ["Remains", "StuckHooks", "EntriesGuard"].map((each) => `consul-traefik-mesh:index:${each}`),
  );
  for (const { name, props } of its) {
    expect(props).toEqual({ ...TASKS(false)[name as keyof ReturnType<typeof TASKS>], access: ACCESS });
  }
});

test.each<[string, k8s.ProviderArgs, object]>([
  [
    "all",
    { kubeconfig: "another", context: "red", cluster: "it" },
    { kubeconfig: "another", context: "red", cluster: "it" },
  ],
  ["no more than a kubeconfig", { kubeconfig: "another" }, { kubeconfig: "another" }],
  // As @pulumi/eks has it; Pulumi's provider takes it, whatever its types say.
  ["a kubeconfig that is an object", { kubeconfig: { kind: "Config" } as never }, { kubeconfig: '{"kind":"Config"}' }],
  ["nothing", { kubeconfig: "" }, { kubeconfig: "" }],
])("the cluster is that of the mesh's own provider, of which %s is given", async (_, args, expected) => {
  const [provider] = await made(false, clusterProvider, () => [new k8s.Provider("other", args)]);
  const { "kubernetes:kubeconfig": kubeconfig, ...others } = provider.props;
  const its = kubeconfig === "" ? "" : kubeconfig.value;
  expect(kubeconfig).toEqual(its === "" ? "" : { ...SECRET, value: its });
  expect({ kubeconfig: its, context: others["kubernetes:context"], cluster: others["kubernetes:cluster"] }).toEqual(
    expected,
  );
});
