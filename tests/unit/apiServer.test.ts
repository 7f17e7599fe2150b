import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as k8s from "@pulumi/kubernetes";
import { apiServerOf } from "../../components/mesh/apiServer";
import { anotherLanguages } from "../anotherLanguages";
import { ends } from "../ends";
import { record } from "../recorder";

const config = {
  "current-context": "blue",
  contexts: ["blue", "green"].map((name) => ({ name, context: { cluster: `the ${name}` } })),
  clusters: ["the blue", "the green"].map((name) => ({ name, cluster: { server: `https://${name.slice(4)}.test` } })),
};
const text = JSON.stringify(config);
const [blue, green] = ["https://blue.test", "https://green.test"];

let mockHome = "/nonexistent";
jest.mock("node:os", () => ({ ...jest.requireActual<object>("node:os"), homedir: () => mockHome }));

let directory: string;
let file: string;
beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "api-server-"));
  fs.mkdirSync(path.join(directory, ".kube"));
  file = path.join(directory, ".kube/config");
  fs.writeFileSync(file, text);
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const { KUBECONFIG, HOME } = process.env;
afterEach(() => {
  Object.assign(process.env, { KUBECONFIG, HOME });
  pulumi.runtime.setAllConfig({});
});

/** Where a provider of these inputs leads to; the default one without any. */
async function address(args?: k8s.ProviderArgs): Promise<string | undefined> {
  let its: unknown;
  await record(() => (its = ends(apiServerOf(args && new k8s.Provider("its", args)))));
  return its as Promise<string | undefined>;
}

test.each<[what: string, args: k8s.ProviderArgs, server: string | undefined]>([
  ["its current context", { kubeconfig: text }, blue],
  ["the context that is named", { kubeconfig: text, context: "green" }, green],
  ["the cluster that is named, in any context", { kubeconfig: text, context: "blue", cluster: "the green" }, green],
  ["a context that is missing", { kubeconfig: text, context: "red" }, undefined],
  ["what is no kubeconfig", { kubeconfig: "a" }, undefined],
])("a provider's address is that of %s", async (_, args, server) => {
  expect(await address(args)).toBe(server);
});

test("a kubeconfig may be a file, and a secret", async () => {
  expect(await address({ kubeconfig: file })).toBe(blue);
  expect(await address({ kubeconfig: pulumi.secret(text) })).toBe(blue);
});

test("without one it is the shell's, else the user's own", async () => {
  process.env.KUBECONFIG = file;
  expect(await address({})).toBe(blue);
  delete process.env.KUBECONFIG;
  // Jest's environment does not reach Node.js, and in that of the mutants nothing takes its place.
  process.env.HOME = mockHome = directory;
  expect(await address({ context: "green" })).toBe(green);
  expect(await address()).toBe(blue);
});

test("that of a provider which a program in another language has made is what that was given, whatever the shell's is", async () => {
  process.env.KUBECONFIG = file;
  await record(async () => {
    const provider = await anotherLanguages({ kubeconfig: text, context: "green" });
    expect(await ends(apiServerOf(provider))).toBe(green);
  });
});

test("the default provider's is that of the stack's configuration", async () => {
  pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": text, "kubernetes:context": "green" });
  expect(await address()).toBe(green);
  // Which no other provider goes by.
  expect(await address({})).toBeUndefined();
});
