import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import Ajv from "ajv";
import * as yaml from "yaml";
import { SETTINGS_SCHEMA } from "../../settings";
import { EVERYTHING, KEY_SET } from "../everything";
import { programOf } from "../program";

// Where mutants are played, the code is another on purpose: tests/mutants.
const unlessMutated = process.env.PACK_IN_PROCESS ? test.skip : test;
unlessMutated("what is made of other files is what they say now: npm run generate", () => {
  execFileSync("npm", ["run", "--silent", "generate", "--", "--check"], { stdio: "pipe" });
});

describe("schema/stack.json, by which editors complete a stack's file", () => {
  const judge = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(fs.readFileSync("schema/stack.json", "utf8")),
  );
  const problems = (file: unknown) => {
    judge(file);
    return (judge.errors ?? []).map(({ instancePath, params }) => `${instancePath} ${JSON.stringify(params)}`);
  };
  const ofProject = (settings: Record<string, unknown>) => ({
    config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`consul-traefik-mesh:${key}`, value])),
  });

  test.each(["dev", "local", "staging", "prod"])("takes Pulumi.%s.yaml, which names it", (stack) => {
    const text = fs.readFileSync(`Pulumi.${stack}.yaml`, "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=schema\/stack\.json\n/);
    expect(problems(yaml.parse(text))).toEqual([]);
  });

  test("takes every setting and every input of one", () => {
    expect(problems(ofProject(EVERYTHING))).toEqual([]);
  });

  test("takes what pulumi config set writes, what is left empty, and settings of providers", () => {
    const written = { consulServers: "3", consulAcls: "true", consulCa: {}, traefikAccessLogFormat: "", meshStack: "" };
    expect(problems(ofProject(written))).toEqual([]);
    expect(problems({ config: { "kubernetes:context": "kind" }, encryptionsalt: "v1:a" })).toEqual([]);
  });

  const whoami = { name: "whoami", image: "traefik/whoami:v1.10.3", port: 80 };
  const through = (middleware: unknown) => ({ services: [{ ...whoami, routes: [{ middlewares: [middleware] }] }] });
  test.each<[string, Record<string, unknown>]>([
    ["a setting that nobody knows", { consulServer: 3 }],
    ["a field that nobody knows", { services: [{ ...whoami, prot: 80 }] }],
    ["a value of another type", { consulServers: [] }],
    ["a value that is none of those that there are", { traefikLogLevel: "LOUD" }],
    ["a middleware that nobody knows", through({ stripPrefx: { prefixes: ["/a"] } })],
    ["an option of a middleware that nobody knows", through({ rateLimit: { average: 1, brust: 2 } })],
    ["a secret in a tag", through({ rateLimit: { average: 1, redis: { endpoints: ["a:1"], password: "a" } } })],
  ])("marks %s", (_, settings) => {
    expect(problems(ofProject(settings))).not.toEqual([]);
  });
});

/** Settings with an object of that definition in them, beside what it cannot do without. */
const WITH: Readonly<Record<string, (its: Record<string, unknown>) => Record<string, unknown>>> = (() => {
  const route = { host: "shop.example.com" };
  const shop = { name: "shop", image: "registry.example.com/shop:1", port: 8080, routes: [route] };
  const service = (its: Record<string, unknown>) => ({ services: [{ ...shop, ...its }] });
  const resolver = (its: Record<string, unknown>) => ({
    traefikCertificateResolvers: { le: { email: "ops@example.com", tlsChallenge: {}, ...its } },
  });
  const outside = (its: Record<string, unknown>) => ({
    externalDestinations: [{ name: "payments", host: "api.example.com", port: 443, ...its }],
  });
  const secret = { secretName: "shop" };
  return {
    ServiceSettings: service,
    Tracing: (its) => ({ tracing: { endpoint: "otel-collector.monitoring:4317", ...its } }),
    WorkloadSettings: (its) => ({ workloads: [{ name: "legacy", port: 8080, ...its }] }),
    JobSettings: (its) => ({
      jobs: [{ name: "nightly", image: "registry.example.com/nightly:1", schedule: "@daily", ...its }],
    }),
    ExternalDestinationOptions: (its) => outside(its),
    JwtProviderSettings: (its) => ({
      jwtProviders: [{ name: "login", issuer: "login", keys: { local: KEY_SET }, ...its }],
    }),
    ExternalTls: (its) => outside({ tls: its }),
    Canary: (its) => service({ canary: { image: "registry.example.com/shop:2", weight: 10, ...its } }),
    Probe: (its) => service({ livenessProbe: { httpGet: { path: "/" }, ...its } }),
    VolumeClaim: (its) =>
      service({ kind: "StatefulSet", volumeClaims: [{ mountPath: "/data", storage: "1Gi", ...its }] }),
    ConnectChallenge: (its) => resolver({ tlsChallenge: its }),
    TlsCertificate: (its) => ({ traefikCertificates: [{ ...secret, ...its }] }),
    TlsOptions: (its) => ({ traefikTlsOptions: { strict: { clientAuth: { caSecretName: "clients" }, ...its } } }),
    UserList: (its) => ({ traefikUserLists: { ops: { ...secret, ...its } } }),
  };
})();

describe("a default is what the components do where nothing is said", () => {
  const described = Object.entries(SETTINGS_SCHEMA.definitions).flatMap(([name, { properties = {} }]) => {
    const defaults = Object.entries(properties).flatMap(([input, { default: its }]) =>
      its === undefined ? [] : [[input, its] as const],
    );
    return defaults.length === 0 ? [] : [[name, Object.fromEntries(defaults)] as const];
  });
  const declared = async (settings: Record<string, unknown>) =>
    (await programOf(settings)).map(({ name, type, props }) => ({ name, type, props }));

  test.each(described)("of %s: %j", async (name, defaults) => {
    expect(Object.keys(WITH)).toContain(name);
    expect(await declared(WITH[name](defaults))).toEqual(await declared(WITH[name]({})));
  });
});
