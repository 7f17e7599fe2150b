import * as fs from "node:fs";
import * as path from "node:path";
import { withoutProgram, Workspace } from "../workspace";

/** A program whose services get their inputs from other resources. */
let its: Workspace;

beforeAll(async () => void (its = await withoutProgram()));

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

describe("what the same up makes is previewed", () => {
  let made: Awaited<ReturnType<typeof preview>>;
  beforeAll(async () => {
    const routes = "routes: [{ host: 'a.test' }, { rule: pulumi.interpolate`Host(\\`${id}.example.com\\`)` }]";
    const env = 'env: { BUILD: id, PASSWORD: pulumi.secret("s3cret"), API_KEY: pulumi.output("s3cret") }';
    const image = "image: pulumi.interpolate`registry.example.com/shop:${id}`";
    made = await preview(`${image}, ${env}, ${routes}`, "routes: [{ host: 'b.test' }]");
  });

  test("an image, though nobody knows it yet", () => expect(made.changeSummary.create).toBeGreaterThan(10));

  test("a route to a host, with a word that nobody could judge it", () =>
    expect(made.stdout).toMatch(/MeshService "shop": [^]*routes\[1\]\.rule: could not be judged by this preview/));

  test("what is secret, and what looks like it, is not put into a Deployment without a word", () => {
    expect(made.stdout).toMatch(/env\.PASSWORD: is secret, .*secretKeyRef/s);
    expect(made.stdout).toMatch(/env\.API_KEY: looks like a secret/);
  });
});

test("an image that is known already is judged by the preview, as a plain one is, and a variable", async () => {
  const given = 'image: pulumi.output("registry.example.com/Shop:1"), env: { A: pulumi.output("a\\0b") }';
  const refusal = await preview(given).catch(String);
  expect(refusal).toMatch(/image: "registry\.example\.com\/Shop:1" has capitals .*; use "shop"/);
  expect(refusal).toMatch(/env\.A: has a NUL/);
});

test("a namespace that is known is judged by the mesh that has to reach it", async () => {
  const given = 'namespace: pulumi.output("kube-system"), image: "shop:1"';
  await expect(preview(given)).rejects.toThrow(/MeshService "shop": 1 problem[^]*kube-system/);
});

test("a route that is known already is judged beside those of other services, and by itself", async () => {
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
    /TraefikConsulIngress "traefik": 1 problem\s+forwardedHeadersTrustedIps\[0\]: "10\.0\.0\.0\/33" is not a range of addresses/,
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
    /JwtProvider "login": 1 problem\s+keys\.local: is not a JSON Web Key Set/,
  );
});
