import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  IntentionSet,
  MeshJob,
  MeshService,
  MeshServiceOptions,
  JwtProvider,
  JwtProviderArgs,
} from "../../components";
import { printable } from "../../components/shared/problems";
import { KEY_SET } from "../everything";
import { find, record } from "../recorder";

/** Inputs that other resources of the program make: what they are is not known before those are there. */
const SHOP = { port: 8080, namespace: "shop", serviceName: "shop" };
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const built = (image: string) => pulumi.output(Promise.resolve(image));

const containers = async (options: Partial<MeshServiceOptions>) => {
  const made = await record(() => {
    new MeshService("shop", { mesh: new ConsulMesh("consul"), ...SHOP, image: "shop:1", ...options });
  });
  const of = (name: string) => made.find((each) => each.name === name)?.props.spec.template.spec.containers[0];
  return { stable: of("shop-deployment"), canary: of("shop-canary") };
};

test("a service runs the image that another resource builds, with what that says of itself", async () => {
  const { stable } = await containers({
    image: built("registry.example.com/shop@sha256:" + "a".repeat(64)),
    env: { DB_HOST: built("db.example.com"), LOG_LEVEL: "info", PASSWORD: { secretKeyRef: { name: "db", key: "p" } } },
  });
  expect(stable.image).toMatch(/^registry\.example\.com\/shop@sha256:a{64}$/);
  expect(stable.env).toEqual([
    { name: "DB_HOST", value: "db.example.com" },
    { name: "LOG_LEVEL", value: "info" },
    { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "p" } } },
  ]);
});

test("so does its canary, and a job", async () => {
  const { stable, canary } = await containers({
    routes: [{ host: "shop.example.com" }],
    canary: { image: built("shop:2"), weight: 10 },
  });
  expect([stable.image, canary.image]).toEqual(["shop:1", "shop:2"]);
  const made = await record(() => {
    const mesh = new ConsulMesh("consul");
    const its = { mesh, namespace: "shop", schedule: "@daily", command: ["count"] };
    new MeshJob("nightly", { ...its, image: built("nightly:1"), env: { DB_HOST: built("db") } });
  });
  const [job] = find(made, "nightly-cron-job").props.spec.jobTemplate.spec.template.spec.containers;
  expect(job).toMatchObject({ image: "nightly:1", env: [{ name: "DB_HOST", value: "db" }] });
});

test("a destination outside is where another resource says, under the name that its certificate has", async () => {
  const made = await record(() => {
    const mesh = new ConsulMesh("consul", {
      externalDestinations: [
        { name: "db", host: built("db.example.com"), port: 5432, protocol: "tcp" },
        { name: "replica", host: "10.0.0.1", port: 5432, protocol: "tcp", tls: { sni: built("db.example.com") } },
      ],
    });
    new IntentionSet("intentions", { mesh, services: [...mesh.externalDestinations], externalServices: ["web"] });
  });
  const specs = made.filter(({ type }) => type.includes("consul.hashicorp.com")).map(({ props }) => props.spec);
  expect(specs).toContainEqual(expect.objectContaining({ address: "db.example.com" }));
  const gateway = specs.find(({ services }) => services !== undefined);
  expect(gateway.services).toMatchObject([
    { name: "db", sni: "db.example.com" },
    { name: "replica", sni: "db.example.com" },
  ]);
});

const PROVIDER = (its: (value: string) => pulumi.Input<string>, keys: Omit<JwtProviderArgs, "mesh">["keys"]) => ({
  issuer: its("https://login.example.com"),
  audiences: ["shop", its("client-1")],
  keys,
});

test.each([
  ["keys", (its: (value: string) => pulumi.Input<string>) => ({ local: its(KEY_SET) })],
  [
    "where its keys are",
    (its: (value: string) => pulumi.Input<string>) => ({
      remote: { uri: its("https://login.example.com/keys"), caCertificate: its(CERTIFICATE) },
    }),
  ],
])("an issuer that another resource makes is what it would be, written down, with its %s", async (_, keys) => {
  const declared = (its: (value: string) => pulumi.Input<string>) =>
    record(() => void new JwtProvider("login", { mesh: new ConsulMesh("consul"), ...PROVIDER(its, keys(its)) }));
  expect(await declared(built)).toEqual(await declared((value) => value));
});

test("what is plain of such an issuer is refused before anything is made", async () => {
  let caught: unknown;
  await record(() => {
    const its = { ...PROVIDER(built, { local: built(KEY_SET) }), payloadHeader: "a b" };
    try {
      new JwtProvider("login", { mesh: new ConsulMesh("consul"), ...its });
    } catch (error) {
      caught = error;
    }
  });
  expect((caught as Error).message).toMatch(
    /JwtProvider "login": 1 problem\s+payloadHeader: "a b" is not a header name/,
  );
});

test("an error keeps the program's own frames, without those on which Node 20 never ends", () => {
  const frames = ["at own (/shop/index.ts:1:2)", "at run (/shop/node_modules/@pulumi/pulumi/output.js:5:6)"];
  const endless = "at apply (/shop/node_modules/@pulumi/output.ts:3:4)";
  const error = Object.assign(new Error("x"), { stack: ["Error: x", frames[0], endless, frames[1]].join("\n    ") });
  expect(printable(error).stack).toBe(["Error: x", ...frames].join("\n    "));
});
