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

const preview = (options: string, other?: string, more: { ingress?: string; mesh?: string; beside?: string } = {}) => {
  fs.writeFileSync(
    path.join(its.directory, "index.ts"),
    `import * as pulumi from "@pulumi/pulumi";
     import * as random from "@pulumi/random";
     import { ConsulMesh, JwtProvider, MeshService, ServedRoutes, TraefikConsulIngress } from "./components";
     const id = new random.RandomId("build", { byteLength: 8 }).hex;
     const mesh = new ConsulMesh("consul", { chart: { path: "testbed/charts/consul" }, ${more.mesh ?? ""} });
     const services = Object.entries({ shop: { ${options} }, ${other === undefined ? "" : `other: { ${other} }`} }).map(
       ([name, its]) => new MeshService(name, { mesh, port: 8080, ...{ namespace: "shop", image: "shop:1", ...its } }),
     );
     const ingress = new TraefikConsulIngress("traefik", { mesh, ${more.ingress ?? ""} });
     new ServedRoutes("served", { mesh, ingress, services });
     ${more.beside ?? ""}`,
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

test("a route to a host that the same up makes is previewed, with a word that nobody could judge it", async () => {
  const routes = "routes: [{ host: 'a.test' }, { rule: pulumi.interpolate`Host(\\`${id}.example.com\\`)` }]";
  const { changeSummary, stdout } = await preview(routes, "routes: [{ host: 'b.test' }]");
  expect(changeSummary.create).toBeGreaterThan(10);
  expect(stdout).toMatch(/MeshService "shop": 1 warning\s+routes\[1\]\.rule: could not be judged by this preview/);
});

test("one that is known already is judged beside those of other services, and by itself", async () => {
  const zone = 'pulumi.output("shop.test")';
  const both = preview(`routes: [{ host: ${zone} }]`, `routes: [{ host: "b.test" }, { host: ${zone} }]`);
  await expect(both).rejects.toThrow(
    /MeshService "other": 1 problem\s+routes\[1\]: the rule "Host\(`shop\.test`\) on web" is that of shop\.routes\[0\] too/,
  );
  await expect(preview(`routes: [{ rule: pulumi.interpolate\`Host(\${${zone}})\` }]`)).rejects.toThrow(
    /MeshService "shop": 1 problem\s+routes\[0\]\.rule: "Host\(shop\.test\)" is not a rule/,
  );
});

test("an ingress is judged with what others say that is known, as with plain values", async () => {
  const ingress = 'forwardedHeadersTrustedIps: [pulumi.output("10.0.0.0/33")]';
  await expect(preview("", undefined, { ingress })).rejects.toThrow(
    /TraefikConsulIngress "traefik": 1 problem\s+forwardedHeadersTrustedIps\[0\]: "10\.0\.0\.0\/33" is no range of addresses/,
  );
});

test("a console's host that is known is judged beside routes", async () => {
  const ingress = `userLists: { ops: { secretName: "ops" } },
    consoles: { dashboard: { host: pulumi.output("ops.test"), userList: "ops" } }`;
  await expect(preview('routes: [{ host: "ops.test" }]', undefined, { ingress })).rejects.toThrow(
    /TraefikConsulIngress "traefik": 1 problem\s+shop\.routes\[0\]\.host: "ops\.test" is the host of a console/,
  );
});

test("so is the name that a destination's certificate has, and an issuer", async () => {
  const mesh = `externalDestinations: [{ name: "db", host: "10.0.0.1", port: 1, tls: { sni: pulumi.output("a b") } }]`;
  await expect(preview("", undefined, { mesh })).rejects.toThrow(
    /external destination "db": 1 problem\s+tls\.sni: "a b" is not a DNS name/,
  );
  const beside = `new JwtProvider("login", { mesh, issuer: "a", keys: { local: pulumi.output("{}") } });`;
  await expect(preview("", undefined, { beside })).rejects.toThrow(
    /JwtProvider "login": 1 problem\s+keys\.local: is no JSON Web Key Set/,
  );
});
