import { at, ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject, nameOf, namespaceOf } from "./objects";
import { merge } from "./patches";
import { commandLine, containersOf, podOf } from "./pods";

/** Consul's servers, with what tells how they are set up. */
export interface ConsulServers {
  readonly object: ClusterObject;
  readonly labels: Json;
  /** How the container is started, as one text. */
  readonly command: string;
  /** The configuration that its ConfigMaps amount to; what is no JSON is not in it. */
  readonly config: Json;
  /** Configuration files that cannot be read. */
  readonly unread: readonly string[];
}

/** The Consul servers among objects: what upstream's chart makes, and what is like it. */
export function consulServers(objects: readonly ClusterObject[]): ConsulServers[] {
  return objects.filter(isServers).map((object) => {
    const pod = podOf(object)!;
    const mounted = list(pod.spec.volumes).flatMap((volume) => textAt(volume, "configMap", "name") ?? []);
    const files = mounted
      .flatMap((name) =>
        objects.filter((o) => o.kind === "ConfigMap" && nameOf(o) === name && sameNamespace(o, object)),
      )
      .flatMap((configMap) => Object.entries(record(configMap.body.data)));
    const parsed = files.map(([file, text]) => [file, parse(text)] as const);
    return {
      object,
      labels: record(pod.metadata.labels),
      command: containersOf(object).flatMap(commandLine).join(" "),
      config: parsed.reduce<Json>((config, [, part]) => record(merge(config, part ?? {})), {}),
      unread: parsed.flatMap(([file, part]) => (part === undefined ? [file] : [])),
    };
  });
}

function isServers(object: ClusterObject): boolean {
  return (
    object.kind === "StatefulSet" &&
    !object.patch &&
    // A workload whose command is not known yet is no Consul: its image would have to be unknown too.
    ifKnown(() => containersOf(object).some((c) => /\bconsul agent\b/.test(commandLine(c).join(" "))), false)
  );
}

function sameNamespace(a: ClusterObject, b: ClusterObject): boolean {
  return namespaceOf(a) === namespaceOf(b);
}

function parse(text: unknown): Json | undefined {
  try {
    return record(JSON.parse(String(text)));
  } catch {
    return undefined;
  }
}

/** What values of Consul's chart have to say, for a chart that cannot be rendered: paths that must be true. */
export function* untrueValues(values: unknown, ...paths: string[]): Iterable<string> {
  for (const path of paths) {
    if (at(values, ...path.split(".")) !== true) {
      yield `the chart cannot be rendered, and its value ${path} is not true`;
    }
  }
}
