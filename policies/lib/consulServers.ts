import { agentOf, flagsOf, runsAgent } from "./consulAgent";
import { filesOf, filesRead, Find } from "./consulFiles";
import { at, ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject, nameOf, namespaceOf } from "./objects";
import { merge } from "./patches";
import { containersOf, podOf } from "./pods";
import { dataOf } from "./texts";

/** Consul's servers, with what tells how they are set up. */
export interface ConsulServers {
  readonly object: ClusterObject;
  readonly labels: Json;
  /**
   * The configuration that flags, files of ConfigMaps and Secrets, and the environment amount to; what cannot be read is not in it. Throws
   * where a part of it is not known yet.
   */
  readonly config: Json;
  /** Configuration that cannot be read. */
  readonly unread: readonly string[];
  /** Configuration that is none of these objects. */
  readonly missing: readonly string[];
}

/** The Consul servers among objects: what upstream's chart makes, what is like it, and what is made by hand. */
export function consulServers(objects: readonly ClusterObject[]): ConsulServers[] {
  return objects.flatMap((object) => {
    const agents = object.patch ? [] : ifKnown(() => containersOf(object).filter(runsAgent), []);
    if (agents.length === 0) {
      return [];
    }
    const read = () => readBy(agents, object, objects);
    const known = ifKnown(read, undefined);
    const { server, bootstrap, bootstrap_expect: expect } = known?.config ?? {};
    // Agents that are no servers keep nothing; what a StatefulSet runs, or nobody can read, may be one, but for what ends.
    const serves = known === undefined ? !/Job$/.test(object.kind) : server || bootstrap || expect;
    const labels = record(podOf(object)!.metadata.labels);
    const servers = {
      object,
      labels,
      get config() {
        return (known ?? read()).config;
      },
      get unread() {
        return (known ?? read()).unread;
      },
      get missing() {
        return (known ?? read()).missing;
      },
    };
    return object.kind === "StatefulSet" || serves ? [servers] : [];
  });
}

/** What agents read. */
function readBy(
  containers: readonly Json[],
  object: ClusterObject,
  objects: readonly ClusterObject[],
): Pick<ConsulServers, "config" | "unread" | "missing"> {
  const find: Find = (kind, name) =>
    objects.find((o) => o.kind === kind && nameOf(o) === name && namespaceOf(o) === namespaceOf(object));
  const agents = containers.map((container) => agentOf(container, variablesFrom(container, find)));
  const files = filesRead(
    object,
    agents.flatMap(({ paths }) => paths),
    agents.some(({ anyName }) => anyName),
    find,
  );
  const parts = [...files.configs, ...agents.map(({ config }) => config)];
  return {
    config: lowerCase(parts.reduce<Json>((all, part) => record(merge(all, part)), {})),
    unread: [...files.unread, ...agents.flatMap((agent) => agent.unread)],
    missing: files.missing,
  };
}

/** Variables that a container has from whole ConfigMaps and Secrets, as far as these are known. */
function variablesFrom(container: Json, find: Find): Json[] {
  return list(container.envFrom).flatMap((source) =>
    Object.entries({ configMapRef: "ConfigMap", secretRef: "Secret" }).flatMap(([ref, kind]) => {
      const texts = dataOf(find(kind, textAt(source, ref, "name"))) ?? {};
      return Object.entries(texts).map(([key, value]) => ({ name: `${textAt(source, "prefix") ?? ""}${key}`, value }));
    }),
  );
}

/** What a patch sets of servers, or of their configuration, that are declared elsewhere; `undefined` for anything else. */
export function setBy(object: ClusterObject): Json | undefined {
  if (!object.patch || !/consul/i.test(nameOf(object))) {
    return undefined;
  }
  // The keys that Consul's own Secrets have are mostly not known yet, and no files.
  const files =
    object.kind === "ConfigMap" ? filesOf(object) : object.kind === "Secret" ? ifKnown(() => filesOf(object), []) : [];
  const flags = containersOf(object).map((container) => flagsOf(container).config);
  return lowerCase(
    [...files.map(({ config }) => config), ...flags].reduce<Json>((all, part) => record(merge(all, record(part))), {}),
  );
}

/** Consul takes its keys in letters of any size. What is null was taken away when the parts were merged. */
export function lowerCase(value: unknown): Json {
  const inner = (each: unknown): unknown => (typeof each === "object" && !Array.isArray(each) ? lowerCase(each) : each);
  // Not by merging the whole: that is too slow for a file of a thousand keys.
  const all = new Map<string, unknown>();
  for (const [key, each] of Object.entries(record(value))) {
    const name = key.toLowerCase();
    all.set(name, merge(all.get(name), inner(each)));
  }
  return Object.fromEntries(all);
}

/** A setting of Consul's agent: what is said for all of TLS holds for its part, and the old names still count. */
export function setting(config: Json, path: string): unknown {
  const name = path.split(".").pop()!;
  const own = at(config, ...path.split("."));
  return own ?? at(config, "tls", "defaults", name) ?? config[name];
}

/** What values of Consul's chart have to say, for a chart that cannot be rendered: paths that must be true. */
export function* untrueValues(values: unknown, ...paths: string[]): Iterable<string> {
  for (const path of paths) {
    if (at(values, ...path.split(".")) !== true) {
      yield `the chart cannot be rendered, and its value ${path} is not true`;
    }
  }
}
