import { describeEdges, rulesOf } from "../../../components/intentions/edges";
import { canonical, ServiceIntentionsSpec } from "../../../components/intentions/intentions";
import type { ConfigEntry } from "../../../components/mesh/configEntry";
import { each, KubernetesObject } from "../../access/cluster";
import { ConsulAnswer } from "../../access/consulClient";
import { Declared } from "../../access/declared";
import { EntryFacts, IntentionFacts, Source } from "../reading";
import { answeringConsul } from "./consul";
import { nameOf } from "./kubernetes";

const GROUP = "/apis/consul.hashicorp.com/v1alpha1";
const PLURALS: Record<ConfigEntry["kind"], string> = {
  ServiceDefaults: "servicedefaults",
  ServiceIntentions: "serviceintentions",
  ServiceResolver: "serviceresolvers",
  ServiceRouter: "servicerouters",
  ServiceSplitter: "servicesplitters",
  ProxyDefaults: "proxydefaults",
  Mesh: "meshes",
  JWTProvider: "jwtproviders",
  Registration: "registrations",
  TerminatingGateway: "terminatinggateways",
};

export async function readEntries(source: Source): Promise<EntryFacts> {
  const cluster = await source.cluster();
  const { entries } = await source.read("declared");
  const lists = await each(Object.entries(PLURALS), async ([kind, plural]) =>
    (await cluster.list(`${GROUP}/${plural}`)).map((object) => ({ kind, object })),
  );
  const objects = lists.flat();
  // A Registration is the cluster's: the API server drops the namespace that it is declared with.
  const isIts = (entry: (typeof entries)[number], { kind, object: { metadata } }: (typeof objects)[number]) =>
    entry.kind === kind && entry.name === metadata.name && [entry.namespace, undefined].includes(metadata.namespace);
  return {
    entries: entries.map((entry) => {
      const object = objects.find((its) => isIts(entry, its))?.object;
      return {
        name: `${entry.kind} ${entry.namespace}/${entry.name}`,
        found: object !== undefined,
        deleting: object?.metadata.deletionTimestamp !== undefined,
        ...syncOf(object),
        drift: object === undefined ? [] : differences(entry.spec, object.spec),
      };
    }),
    others: objects
      .filter((object) => !entries.some((entry) => isIts(entry, object)))
      .map(({ kind, object }) => ({ name: `${kind} ${nameOf(object)}`, ...syncOf(object) })),
  };
}

function syncOf(object: KubernetesObject | undefined): { synced: boolean; reason?: string } {
  const condition = (object?.status?.conditions ?? []).find((its: KubernetesObject) => its.type === "Synced");
  return { synced: condition?.status === "True", reason: condition?.message || condition?.reason };
}

/** The fields of a declared spec that the object has otherwise, and those that it has besides. */
export function differences(declared: Record<string, unknown>, found: Record<string, unknown>): string[] {
  const [wanted, there] = [declared, found].map((its) => cleaned(its) as Record<string, unknown>);
  const fields = new Set([...Object.keys(wanted), ...Object.keys(there)]);
  return [...fields].filter((field) => canonical(wanted[field]) !== canonical(there[field]));
}

/** Without what means nothing: Kubernetes and Consul write out some of what is not said, and leave out some of what is. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(cleaned);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value)
      .map(([key, its]) => [key, cleaned(its)] as const)
      .filter(([, its]) => !isNothing(its));
    return Object.fromEntries(entries);
  }
  return value;
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === "" ||
    value === 0 ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

export async function readIntentions(source: Source): Promise<IntentionFacts> {
  const declared = await source.read("declared");
  const consul = await answeringConsul(source);
  const specs = intentionsOf(declared);
  const [entries, defaults, strangers] = await Promise.all([
    consul.get("config/service-intentions"),
    consul.get("config/service-defaults"),
    consul.get("connect/intentions/check?source=verify-caller&destination=verify-called"),
  ]);
  const edges = describeEdges(rulesOf(specs));
  const byOthers = describeEdges(rulesOf(declared.neighbours.flatMap(intentionsOf)));
  return {
    declared: edges,
    byOthers,
    unread: declared.unread,
    inConsul: describeEdges(rulesOf(entries.map(specOf))),
    denyAll: [...edges, ...byOthers].includes("deny * → *"),
    strangersAllowed: strangers.Allowed,
    protocols: declared.services.map(({ name, protocol }) => ({
      service: name,
      declared: protocol,
      inConsul: defaults.find((entry: ConsulAnswer) => entry.Name === name)?.Protocol || "tcp",
    })),
  };
}

function intentionsOf({ entries }: Pick<Declared, "entries">): ServiceIntentionsSpec[] {
  return entries
    .filter(({ kind }) => kind === "ServiceIntentions")
    .map(({ spec }) => spec as unknown as ServiceIntentionsSpec);
}

/** Consul's own form of a destination's intentions as the custom resource's. */
function specOf({ Name, Sources = [] }: ConsulAnswer): ServiceIntentionsSpec {
  return {
    destination: { name: Name },
    sources: (Sources as ConsulAnswer[]).map(({ Name: name, Action, Permissions }) => ({
      name,
      ...(Action ? { action: Action } : {}),
      ...(Permissions ? { permissions: Permissions.map((its: unknown) => cleaned(asSpec(its))) } : {}),
    })),
  };
}

/** Field names as the custom resource spells them: `PathExact` is `pathExact`, `HTTP` is `http`. */
function asSpec(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(asSpec);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, its]) => [
      /^[A-Z]+$/.test(key) ? key.toLowerCase() : key[0].toLowerCase() + key.slice(1),
      asSpec(its),
    ]),
  );
}
