import * as fs from "node:fs";
import * as path from "node:path";
import { UNREACHABLE, workspace, Workspace } from "../workspace";

/** A program whose services get their inputs from other resources. */
let its: Workspace;

beforeAll(async () => {
  its = await workspace("local", {});
  await its.stack.setConfig("kubernetes:kubeconfig", { value: UNREACHABLE });
  fs.rmSync(path.join(its.directory, "index.ts"));
});

afterAll(() => its?.remove());

const preview = (options: string) => {
  fs.writeFileSync(
    path.join(its.directory, "index.ts"),
    `import * as pulumi from "@pulumi/pulumi";
     import * as random from "@pulumi/random";
     import { ConsulMesh, MeshService } from "./components";
     const id = new random.RandomId("build", { byteLength: 8 }).hex;
     const mesh = new ConsulMesh("consul", { chart: { path: "testbed/charts/consul" } });
     new MeshService("shop", { mesh, port: 8080, ...{ namespace: "shop", ${options} } });`,
  );
  return its.stack.preview();
};

test("an image that is built by the same up is previewed, though nobody knows it yet", async () => {
  const { changeSummary } = await preview(
    "image: pulumi.interpolate`registry.example.com/shop:${id}`, env: { BUILD: id }",
  );
  expect(changeSummary.create).toBeGreaterThan(5);
});

test("one that is known already is judged by the preview, as a plain one is", async () => {
  await expect(preview('image: pulumi.output("registry.example.com/Shop:1")')).rejects.toThrow(
    /MeshService "shop": 1 problem\s+image: "registry\.example\.com\/Shop:1" has capitals .*; use "shop"/,
  );
  await expect(preview('image: "shop:1", env: { A: pulumi.output("a\\0b") }')).rejects.toThrow(/env\.A: has a NUL/);
});

test("a namespace that is known is judged by the mesh that has to reach it", async () => {
  const given = 'namespace: pulumi.output("kube-system"), image: "shop:1"';
  await expect(preview(given)).rejects.toThrow(/MeshService "shop": 1 problem[^]*kube-system/);
});

test("what is secret is not put into a Deployment without a word", async () => {
  const { stdout } = await preview('image: "shop:1", env: { PASSWORD: pulumi.secret("s3cret") }');
  expect(stdout).toMatch(/env\.PASSWORD: is secret, .*secretKeyRef/s);
  const { stdout: named } = await preview('image: "shop:1", env: { PASSWORD: pulumi.output("s3cret") }');
  expect(named).toMatch(/env\.PASSWORD: looks like a secret/);
});
