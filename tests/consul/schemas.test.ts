import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv from "ajv";
import * as yaml from "yaml";
import { acceptedSettings, CORPUS } from "../accepted";
import * as fc from "../generated";
import { programOf } from "../program";
import { Recorded } from "../recorder";
import { Agent, CONSUL_VERSIONS } from "./agent";

/** Stacks that preview accepts, drawn by the run's seed, and all settings at once. */
const stacks: { settings: Record<string, unknown>; resources: Recorded[] }[] = [];
beforeAll(async () => {
  for (const settings of [CORPUS, ...fc.sample(acceptedSettings, Number(process.env.STACKS ?? 6))]) {
    stacks.push({ settings, resources: await programOf(settings) });
  }
});

type Schema = Record<string, any>;
const output = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 });

/** A schema that refuses what it does not name, as the API server does where it is asked to be strict. */
function strict(schema: any): any {
  if (typeof schema !== "object" || schema === null) {
    return schema;
  }
  if (Array.isArray(schema)) {
    return schema.map(strict);
  }
  const inner: Schema = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  if (schema.format === "int-or-string" || schema["x-kubernetes-int-or-string"] === true) {
    return { type: ["integer", "string"] };
  }
  const open = schema.additionalProperties !== undefined || schema["x-kubernetes-preserve-unknown-fields"] === true;
  return typeof schema.properties === "object" && !open ? { ...inner, additionalProperties: false } : inner;
}

/** Schemas by apiVersion and kind: of Kubernetes itself, and of the chart's custom resources. */
function schemas(): Map<string, Schema> {
  const { definitions } = JSON.parse(output("kubernetes-openapi")) as { definitions: Record<string, Schema> };
  const all = new Map<string, Schema>();
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version, kind } of definition["x-kubernetes-group-version-kind"] ?? []) {
      all.set(`${group === "" ? "" : `${group}/`}${version} ${kind}`, { $ref: `k8s#/definitions/${name}` });
    }
  }
  const folder = path.resolve("testbed/charts/consul/crds-generated");
  for (const file of fs.readdirSync(folder).filter((each) => each.endsWith(".yaml"))) {
    const { spec } = yaml.parse(fs.readFileSync(path.join(folder, file), "utf8"));
    for (const { name, schema } of spec.versions) {
      const own = strict(schema.openAPIV3Schema);
      all.set(`${spec.group}/${name} ${spec.names.kind}`, {
        ...own,
        properties: { ...own.properties, metadata: { type: "object" } },
      });
    }
  }
  ajv.addSchema({ definitions: strict(definitions) }, "k8s");
  return all;
}
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, logger: false });

/** Fields that the chart of the testbed does not have yet; only a newer chart gets them. */
const NEWER = /must NOT have additional properties.*"(contains|ignoreCase|requestTimeout)"/;

const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";
/** An object as the API server gets it: secrets as their values, nothing for what is undefined. */
function sent(value: any): any {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (SECRET_SIGNATURE in value) {
    return sent(value.value);
  }
  return Array.isArray(value)
    ? value.map(sent)
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sent(inner)]));
}

test("every object is as the API server and the chart's definitions have it, without a field that they do not know", () => {
  const known = schemas();
  const seen = new Set<string>();
  for (const { settings, resources } of stacks) {
    const said = resources
      .filter(({ type }) => type.startsWith("kubernetes:") && !/helm\.sh|Patch$/.test(type))
      // What is read has nothing but its name.
      .filter(({ props }) => props.kind !== undefined)
      .flatMap(({ name, props }) => {
        const key = `${props.apiVersion} ${props.kind}`;
        seen.add(key);
        const schema = known.get(key);
        if (schema === undefined) {
          return [`${name}: ${key} is not known`];
        }
        ajv.validate(schema, sent(props));
        return (ajv.errors ?? [])
          .map(({ instancePath, message, params }) => `${name}${instancePath}: ${message} ${JSON.stringify(params)}`)
          .filter((problem) => !NEWER.test(problem));
      });
    expect(said.length === 0 ? [] : [said, JSON.stringify(settings)]).toEqual([]);
  }
  expect([...seen]).toEqual(
    expect.arrayContaining(["apps/v1 Deployment", "consul.hashicorp.com/v1alpha1 ServiceIntentions"]),
  );
});

/** An entry as consul-k8s writes it: Consul takes its fields by these names too. */
function asEntry({ kind, metadata, spec }: any): object {
  const Kind = kind.replace(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase();
  switch (kind) {
    case "Mesh": // there is one
      return { Kind, ...spec };
    case "JWTProvider":
      return { Kind: "jwt-provider", Name: metadata.name, ...spec };
    case "ServiceIntentions":
      return { Kind, Name: spec.destination.name, Sources: spec.sources };
    default:
      return { Kind, Name: metadata.name, ...spec };
  }
}

test.each(CONSUL_VERSIONS)("every entry is one that Consul %s takes", async (version) => {
  const seen = new Set<string>();
  for (const { settings, resources } of stacks) {
    const consul = await Agent.of(version);
    try {
      for (const Name of (settings.externalJwtProviders as string[] | undefined) ?? []) {
        await consul.write({ Kind: "jwt-provider", Name, JSONWebKeySet: { Local: { JWKS: btoa('{"keys":[]}') } } });
      }
      for (const { name, type, props } of resources) {
        // A registration goes to the catalog.
        if (type.startsWith("kubernetes:consul.hashicorp.com/v1alpha1:") && props.kind !== "Registration") {
          seen.add(props.kind);
          const refusal = await consul.write(asEntry(sent(props)));
          expect(refusal && [name, refusal, JSON.stringify(settings)]).toBeUndefined();
        }
      }
    } finally {
      await consul.stop();
    }
  }
  expect([...seen]).toEqual(expect.arrayContaining(["ServiceDefaults", "ServiceIntentions", "ServiceResolver"]));
});

test("every argument is one that Traefik knows", () => {
  const help = output("traefik", "--help");
  const flags = [...help.matchAll(/^\s+--([\w.<>-]+)/gm)].map(
    ([, flag]) =>
      new RegExp(
        `^${flag
          .toLowerCase()
          .replace(/\./g, "\\.")
          .replace(/<name>/g, "[^.]+")}$`,
      ),
  );
  expect(flags.length).toBeGreaterThan(100);
  for (const { settings, resources } of stacks) {
    const { args } = resources.find(({ name }) => name === "traefik-deployment")!.props.spec.template.spec
      .containers[0];
    const unknown = (args as string[]).filter((each) => {
      const flag = each
        .replace(/^--/, "")
        .split("=")[0]
        .toLowerCase()
        .replace(/\[\d+\]/g, "[n]");
      return !flags.some((known) => known.test(flag));
    });
    expect(unknown.length === 0 ? [] : [unknown, JSON.stringify(settings)]).toEqual([]);
  }
});
