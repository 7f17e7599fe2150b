import { agentOf, flagsOf, runsAgent } from "./consulAgent";
import { hcl } from "./hcl";
import { at, ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject, nameOf, namespaceOf } from "./objects";
import { merge } from "./patches";
import { containersOf, podOf } from "./pods";

/** Consul's servers, with what tells how they are set up. */
export interface ConsulServers {
  readonly object: ClusterObject;
  readonly labels: Json;
  /**
   * The configuration that flags, files of ConfigMaps and the environment amount to; what cannot be read is not in it. Throws where a part
   * of it is not known yet.
   */
  readonly config: Json;
  /** Configuration that cannot be read. */
  readonly unread: readonly string[];
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
    };
    return object.kind === "StatefulSet" || serves ? [servers] : [];
  });
}

/** What agents read. */
function readBy(
  containers: readonly Json[],
  object: ClusterObject,
  objects: readonly ClusterObject[],
): Pick<ConsulServers, "config" | "unread"> {
  const agents = containers.map(agentOf);
  const { files, missing } = mounted(
    object,
    objects,
    agents.flatMap(({ paths }) => paths),
  );
  const parts = [...files.map(({ config }) => config ?? {}), ...agents.map(({ config }) => config)];
  return {
    config: lowerCase(parts.reduce<Json>((all, part) => record(merge(all, part)), {})),
    unread: [
      ...files.flatMap((file) => (file.config === undefined ? [`the file ${file.name}`] : [])),
      ...agents.flatMap((agent) => agent.unread),
      ...missing,
    ],
  };
}

/** What a patch sets of servers, or of their configuration, that are declared elsewhere; `undefined` for anything else. */
export function setBy(object: ClusterObject): Json | undefined {
  if (!object.patch || !/consul/i.test(nameOf(object))) {
    return undefined;
  }
  const files = list(object.kind === "ConfigMap" && filesOf(object).map(({ config }) => config));
  const flags = containersOf(object).map((container) => flagsOf(container).config);
  return lowerCase([...files, ...flags].reduce<Json>((all, part) => record(merge(all, record(part))), {}));
}

interface File {
  readonly name: string;
  readonly config: Json | undefined;
}

function mounted(object: ClusterObject, objects: readonly ClusterObject[], paths: readonly string[]) {
  const files: File[] = [];
  const missing: string[] = [];
  const mounts = containersOf(object).flatMap((container) => list(container.volumeMounts));
  for (const volume of list(podOf(object)!.spec.volumes)) {
    const mountedAt = mounts
      .filter((mount) => at(mount, "name") === at(volume, "name"))
      .map((m) => String(at(m, "mountPath")));
    const read = mountedAt.some((path) => paths.some((each) => within(each, path) || within(path, each)));
    for (const part of [volume, ...list(at(volume, "projected", "sources"))]) {
      const name = textAt(part, "configMap", "name");
      const found = objects.filter((o) => o.kind === "ConfigMap" && nameOf(o) === name && sameNamespace(o, object));
      files.push(...found.flatMap(filesOf));
      if (name !== undefined && found.length === 0 && read) {
        missing.push(`the ConfigMap ${name}`);
      }
    }
  }
  return { files, missing };
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder.replace(/\/$/, "")}/`);
}

/** The files of a ConfigMap that an agent would read: it takes these two kinds, by their names. */
export function filesOf(configMap: ClusterObject): File[] {
  return Object.entries(record(configMap.body.data))
    .filter(([name]) => /\.(json|hcl)$/.test(name))
    .map(([name, text]) => ({ name, config: hcl(String(text)) }));
}

function sameNamespace(a: ClusterObject, b: ClusterObject): boolean {
  return namespaceOf(a) === namespaceOf(b);
}

/** Consul takes its keys in letters of any size. What is null was taken away when the parts were merged. */
export function lowerCase(value: unknown): Json {
  const inner = (each: unknown): unknown => (typeof each === "object" && !Array.isArray(each) ? lowerCase(each) : each);
  return Object.entries(record(value)).reduce<Json>(
    (all, [key, each]) => record(merge(all, { [key.toLowerCase()]: inner(each) })),
    {},
  );
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
