import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { IntentionRule } from "../components";
import { shown } from "../components/shared/grammars";
import { unknownKey } from "../components/shared/keys";
import { isLater } from "../components/shared/later";
import { NOT_PLAIN } from "../components/shared/laterValues";
import { describeProblems, Problem } from "../components/shared/problems";
import { readFiles } from "./files";
import type { RotationSettings, ServiceSettings, StackInputs, WorkloadSettings } from "./inputs";
import { FromFile, joined, placed, placeOf } from "./joined";
import { settingsProblems } from "./problems";
import { resolved, Schema } from "./schema";
import { SETTINGS_SCHEMA } from "./settingsSchema";
import { shapeProblems, TYPES } from "./shape";

/** The stack's configuration, parsed and judged. */
export interface Settings extends Omit<
  StackInputs,
  "workloads" | "intentions" | "rotations" | "imagePullPolicy" | "imagePullSecrets"
> {
  readonly workloads: readonly (WorkloadSettings & { readonly running: true })[];
  readonly intentions: readonly IntentionRule[];
  /** Namespaces of workloads beside the services'. */
  readonly otherNamespaces: readonly string[];
  /** What of them was in files, for problems that are found later; see `placed`. */
  readonly fromFiles: readonly FromFile[];
}

/** Settings that nothing is wrong with, or all that is wrong with them. */
export type Judged = { readonly settings: Settings } | { readonly problems: Problem[] };

const { properties, definitions } = SETTINGS_SCHEMA;

const ENCRYPTED =
  "is encrypted, at least in part, but would be plain text in the state and in the cluster; put what is secret into a Secret and " +
  "name that, as env does with secretKeyRef, and set this without --secret";

/** Whether a value of the configuration is encrypted, or a part of it; Pulumi's types do not show that it knows. */
const { isConfigSecret: isEncrypted } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/**
 * The settings of the stack that is being previewed or deployed.
 *
 * Errors: one `RunError` that names every problem, before any resource is declared.
 */
export function readSettings(): Settings {
  const prefix = `${pulumi.getProject()}:`;
  const all = Object.entries(pulumi.runtime.allConfig());
  const own = all.filter(([key]) => key.startsWith(prefix));
  const encrypted = own
    .filter(([key]) => isEncrypted(key))
    .map(([key]) => ({ propertyPath: key.slice(prefix.length), reason: ENCRYPTED }));
  const unread = [...encrypted, ...all.flatMap(([key]) => ofFormerName(key, prefix))];
  // Of an encrypted value, no other problem is told: it might show what it is.
  const result =
    unread.length > 0
      ? { problems: unread }
      : withoutItself(parseSettings(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]))));
  if ("problems" in result) {
    throw new pulumi.RunError(describeProblems(`configuration of stack ${pulumi.getStack()}`, result.problems));
  }
  return result.settings;
}

/** Under the name that this project has at first, a setting of one that was renamed would be passed over, and its default hold. */
function ofFormerName(key: string, prefix: string): Problem[] {
  const [project, setting] = key.split(":");
  const reason = `is read by a project of that name alone, and this one has another in Pulumi.yaml; write ${prefix}${setting}`;
  return project === "consul-traefik-mesh" && !key.startsWith(prefix) ? [{ propertyPath: key, reason }] : [];
}

/** Refuses a team that is the stack itself: it would be judged beside what it was before. */
function withoutItself(result: Judged): Judged {
  const { teams, fromFiles } = "settings" in result ? result.settings : { teams: [], fromFiles: [] };
  const problems = teams.flatMap(({ stack }, i) =>
    stack === `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`
      ? [{ propertyPath: `teams[${i}].stack`, reason: "is this stack, whose services join anyway; leave it out" }]
      : [],
  );
  return problems.length > 0 ? { problems: problems.map((each) => placed(each, fromFiles)) } : result;
}

/**
 * Parses and judges the stack's settings: raw values by setting name, as Pulumi hands them over. Returns either the
 * settings, or every problem that they have; values of the wrong shape cannot be judged further.
 */
export function parseSettings(raw: Record<string, string>): Judged {
  const known = Object.keys(properties);
  const unknown = Object.keys(raw).flatMap((key) => (known.includes(key) ? [] : unknownKey(key, key, known)));
  const misshapen: Problem[] = [];
  const values: Record<string, unknown> = {};
  for (const key of known) {
    const { value, reasons } = Object.hasOwn(raw, key)
      ? valueOf(raw[key], resolved(properties[key], definitions))
      : { value: undefined, reasons: ["is not set; see Pulumi.yaml for its default"] };
    misshapen.push(...reasons.map((reason) => ({ propertyPath: key, reason })), ...dateProblems(value, key));
    if (value !== undefined) {
      values[key] = value;
    }
  }
  const files = isPaths(values.settingsFiles) ? readFiles(values.settingsFiles) : { files: [], problems: [] };
  const all = joined(values, files.files, plainValueOf);
  return judged(
    all.values,
    [...unknown, ...all.unknown],
    [...misshapen, ...files.problems, ...all.unclear],
    all.fromFiles,
  );
}

/** What is not of this shape is told of as any setting is. */
function isPaths(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** The same for plain values, as a component of a package has them: the default holds where nothing is given. */
export function settingsFrom(given: Readonly<Record<string, unknown>>): Judged {
  const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const defaults = Object.entries(properties).map(([key, schema]) => [key, resolved(schema, definitions).default]);
  const problems = Object.entries(values).flatMap(([propertyPath, value]) => {
    const reason = hasOutput(value)
      ? NOT_PLAIN
      : propertyPath === "settingsFiles"
        ? "is for stacks of this project itself; give the settings"
        : undefined;
    return reason === undefined ? [] : [{ propertyPath, reason }];
  });
  return problems.length > 0
    ? { problems }
    : judged({ ...Object.fromEntries(defaults.filter(([, value]) => value !== undefined)), ...values });
}

function hasOutput(value: unknown): boolean {
  return isLater(value) || (typeof value === "object" && value !== null && Object.values(value).some(hasOutput));
}

/** Judges values of settings, beside what is known of them to be wrong. */
function judged(
  values: Readonly<Record<string, unknown>>,
  unknown: readonly Problem[] = [],
  misread: readonly Problem[] = [],
  fromFiles: readonly FromFile[] = [],
): Judged {
  const at = (problems: readonly Problem[]) => problems.map((each) => placed(each, fromFiles));
  const misshapen = [...misread, ...at(shapeProblems(values))];
  if (misshapen.length > 0) {
    return { problems: [...unknown, ...misshapen] };
  }
  const settings = settingsOf(values);
  const problems = [...unknown, ...at(settingsProblems(settings))];
  if (problems.length > 0) {
    return { problems };
  }
  const intentions = settings.intentions.map((rule) => ({ ...rule, declaredAt: placeOf(rule.declaredAt!, fromFiles) }));
  return { settings: { ...settings, intentions, fromFiles } };
}

/** Keys of JSON that JavaScript takes for something else than keys. */
const NO_KEYS = ["__proto__", "toString", "valueOf"];
const EMPTY: Record<string, unknown> = { string: "", array: [], object: {} };

/**
 * The value of a setting: a text as it is, and anything else from JSON, as it reaches the program. Pulumi.yaml can declare no
 * setting without a value, so the empty one stands for "not set" where nothing else is the default.
 */
function valueOf(text: string, schema: Schema): { value?: unknown; reasons: string[] } {
  const type = String(schema.type);
  const reasons: string[] = [];
  let value: unknown = text;
  if (type !== "string") {
    try {
      value = JSON.parse(text, (key, inner: unknown) => {
        if (NO_KEYS.includes(key)) {
          reasons.push(`has a key "${key}", which nothing here takes`);
        }
        return inner;
      });
    } catch {
      return { reasons: [`${shown(text)} is not ${TYPES[type]} in JSON`] };
    }
  }
  return { value: schema.default === undefined && isDeepStrictEqual(value, EMPTY[type]) ? undefined : value, reasons };
}

/** What Pulumi makes of a date in a stack's file, which YAML takes for one where it is not in quotes: the text that Go shows. */
const DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* [+-]\d{4} \S+$/;

function dateProblems(value: unknown, propertyPath: string): Problem[] {
  if (typeof value === "string") {
    return DATE.test(value)
      ? [{ propertyPath, reason: `is a date to YAML, of which Pulumi makes ${shown(value)}; put it in quotes` }]
      : [];
  }
  return Object.entries(value ?? {}).flatMap(([key, inner]) =>
    dateProblems(inner, propertyPath + (Array.isArray(value) ? `[${key}]` : `.${key}`)),
  );
}

/** The same for a value of a file, which is no text yet. */
function plainValueOf(value: unknown, schema: Schema): { value?: unknown; reasons: string[] } {
  return valueOf(schema.type === "string" ? (value as string) : JSON.stringify(value), schema);
}

/** The settings that values of the right shape are. */
export function settingsOf(values: Readonly<Record<string, unknown>>): Settings {
  const inputs = { consul: { chart: {}, images: {} }, traefik: { nodePorts: {} } };
  for (const [key, value] of Object.entries(values)) {
    const path = (properties[key].input ?? key).split(".");
    const last = path.pop()!;
    const owner = path.reduce<Record<string, unknown>>(
      (inner, part) => (inner[part] ??= {}) as Record<string, unknown>,
      inputs,
    );
    owner[last] = value;
  }
  const given = inputs as unknown as StackInputs;
  const { consul, traefik, servicesNamespace } = given;
  const { chart, imagePullPolicy, imagePullSecrets } = consul;
  const { traefikToken, ...rotations } = consul.rotations as RotationSettings;
  const { kubernetesCrd } = traefik;
  return {
    ...given,
    consul: {
      ...consul,
      // `false` is also what stands there where nobody has said anything: then the component's own option decides.
      protect: consul.protect || undefined,
      rotations,
      namespacesWithoutInjection: [...(consul.namespacesWithoutInjection ?? []), traefik.namespace!],
      chart: chart?.path === undefined ? chart : { path: chart.path },
    },
    traefik: {
      ...traefik,
      imagePullPolicy,
      imagePullSecrets,
      tokenRotation: traefikToken,
      // 1 is also what stands there where nobody has said anything: then a scaler may decide.
      replicas: traefik.autoscaling !== undefined && traefik.replicas === 1 ? undefined : traefik.replicas,
      nodePorts: traefik.serviceType === "NodePort" ? traefik.nodePorts : undefined,
      kubernetesCrd:
        typeof kubernetesCrd === "object" && kubernetesCrd.namespaces.join() === "*" ? true : kubernetesCrd,
    },
    services: given.services.map((each) => ({ imagePullPolicy, ...each, ...secretsOf(imagePullSecrets, each) })),
    workloads: given.workloads.map((each) => ({ ...each, running: true })),
    jobs: given.jobs.map((each) => ({ imagePullPolicy, ...each, ...secretsOf(imagePullSecrets, each) })),
    intentions: given.intentions.map((rule, i) => ({ ...rule, declaredAt: `intentions[${i}]` })),
    otherNamespaces: [...new Set(given.workloads.flatMap((each) => each.namespace ?? []))].filter(
      (other) => other !== servicesNamespace,
    ),
    fromFiles: [],
  };
}

/** Beside those that a pod names itself, the stack's, with which its sidecar is pulled. */
function secretsOf(ofStack: readonly string[] | undefined, its: Pick<ServiceSettings, "imagePullSecrets">) {
  return ofStack && { imagePullSecrets: [...new Set([...(its.imagePullSecrets ?? []), ...ofStack])] };
}
