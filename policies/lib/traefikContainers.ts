import { at, ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject, nameOf, namespaceOf } from "./objects";
import { commandLine, containersOf, isTraefik, podOf } from "./pods";
import { dataOf } from "./texts";
import { fromEnvironment, fromFlags, Options } from "./traefikOptions";

/** Options that one place gives to Traefik, and where that stands. */
export interface Source {
  readonly where: string;
  readonly options: Options;
  /** Whether Traefik reads it for certain: elsewhere only what can be nothing but Traefik's counts. */
  readonly sure: boolean;
}

/** How a container of Traefik is set up, as far as one may look. */
export interface TraefikContainer {
  readonly sources: readonly Source[];
  /** Variables that Consul's client in Traefik reads. */
  readonly environment: ReadonlyMap<string, string>;
  /** ConfigMaps and Secrets that it mounts: where, and which. */
  readonly mounts: readonly { readonly path: string; readonly from?: ClusterObject; readonly missing?: string }[];
  /** What configures Traefik and cannot be read. */
  readonly unread: readonly string[];
}

/** The containers of Traefik in an object; what they refer to is looked up among `others`. */
export function traefikContainers(object: ClusterObject, others: readonly ClusterObject[]): TraefikContainer[] {
  return containersOf(object)
    .filter(isTraefik)
    .map((container) => traefikContainer(container, object, others));
}

function traefikContainer(container: Json, object: ClusterObject, others: readonly ClusterObject[]): TraefikContainer {
  const where = `container ${ifKnown(() => container.name, "?")}`;
  const find = (kind: string, name: unknown) =>
    others.find((o) => o.kind === kind && nameOf(o) === String(name) && namespaceOf(o) === namespaceOf(object));
  const { known, opaque, missing } = environmentOf(container, find);
  const words = wordsOf(container, known);
  const flags = words.filter((word) => word.startsWith("-"));
  const unread = [
    ...words.filter((word) => /^-{0,2}\$[({\w]/.test(word) && !opaque.has(word)).map((word) => `the argument ${word}`),
    // Traefik reads variables only where it has neither flags nor a file.
    ...(flags.length === 0 ? missing : []),
  ];
  return {
    sources: [
      { where, options: fromFlags(words), sure: true },
      { where, options: fromEnvironment(known), sure: true },
    ],
    environment: known,
    mounts: mountsOf(container, object, find),
    unread,
  };
}

type Find = (kind: string, name: unknown) => ClusterObject | undefined;

function environmentOf(container: Json, find: Find) {
  const known = new Map<string, string>();
  const opaque = new Set<string>();
  const missing: string[] = [];
  for (const source of list(container.envFrom)) {
    for (const [ref, kind] of Object.entries({ configMapRef: "ConfigMap", secretRef: "Secret" })) {
      const name = textAt(source, ref, "name");
      const data = name === undefined ? {} : dataOf(find(kind, name));
      if (data === undefined) {
        missing.push(`the ${kind} ${name}, which its environment is from`);
      }
      for (const [key, value] of Object.entries(data ?? {})) {
        known.set(`${textAt(source, "prefix") ?? ""}${key}`, value);
      }
    }
  }
  for (const variable of list(container.env)) {
    const name = String(at(variable, "name"));
    const from = record(at(variable, "valueFrom"));
    const [ref, kind] = Object.entries(KEY_REFS).find(([each]) => each in from) ?? [];
    const value =
      ref !== undefined
        ? dataOf(find(kind!, at(from, ref, "name")))?.[String(at(from, ref, "key"))]
        : Object.keys(from).length === 0
          ? expand(String(at(variable, "value")), known)
          : undefined;
    known.delete(name);
    if (value !== undefined) {
      known.set(name, value);
    } else if (/^TRAEFIK_/i.test(name)) {
      missing.push(`the variable ${name}, whose value is elsewhere`);
    } else if (ref === undefined) {
      opaque.add(`$(${name})`);
    }
  }
  return { known, opaque, missing };
}

/** What a variable may refer to that has texts of its own. */
const KEY_REFS = { configMapKeyRef: "ConfigMap", secretKeyRef: "Secret" };

/** `$(NAME)` as Kubernetes expands it, `$NAME` and `${NAME}` as a shell does. */
function expand(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/\$[({]?(\w+)[)}]?/g, (all, name) => known.get(name) ?? all);
}

/** The words of a command line; those of a shell's script one by one. */
function wordsOf(container: Json, known: ReadonlyMap<string, string>): string[] {
  const line = commandLine(container).map((word) => expand(word, known));
  const shell = /(^|\/)((ba|da|a|z)?sh|busybox)$/.test(String(line[0]));
  return line.flatMap((word) => ((shell && /\s/.test(word)) || /^traefik\s/.test(word) ? scriptWords(word) : [word]));
}

/** What a script gives to Traefik; where it does not say which words these are, all that look like flags. */
function scriptWords(script: string): string[] {
  const [, given] = /traefik\s([^]*)/.exec(script) ?? [];
  return (given ?? script)
    .split(/\s+/)
    .map((word) => word.replaceAll(/["'\\;]/g, ""))
    .filter((word) => given !== undefined || word.startsWith("--"));
}

function mountsOf(container: Json, object: ClusterObject, find: Find): TraefikContainer["mounts"] {
  const volumes = list(podOf(object)?.spec.volumes);
  return list(container.volumeMounts).flatMap((mount) => {
    const volume = volumes.find((each) => at(each, "name") === at(mount, "name"));
    const path = String(at(mount, "mountPath")).replace(/\/$/, "");
    const parts = [volume, ...list(at(volume, "projected", "sources"))];
    const named = parts
      .flatMap((part) => [
        { kind: "ConfigMap", name: textAt(part, "configMap", "name"), items: at(part, "configMap", "items") },
        {
          kind: "Secret",
          name: textAt(part, "secret", "secretName") ?? textAt(part, "secret", "name"),
          items: at(part, "secret", "items"),
        },
      ])
      // A certificate and its key by name are no configuration, wherever they are from.
      .filter(({ name, items }) => name !== undefined && (items === undefined || list(items).some(mayConfigure)));
    const found = named.map(({ kind, name }) => {
      const from = find(kind, name);
      return dataOf(from) === undefined ? { path, missing: `the ${kind} ${name}` } : { path, from };
    });
    const elsewhere = ["hostPath", "nfs", "csi", "persistentVolumeClaim", "image"].find((kind) => at(volume, kind));
    return elsewhere === undefined ? found : [...found, { path, missing: `a volume of the kind ${elsewhere}` }];
  });
}

function mayConfigure(item: unknown): boolean {
  return /\.(toml|ya?ml)$/i.test(String(at(item, "path")));
}
