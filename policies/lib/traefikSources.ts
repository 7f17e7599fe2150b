import { ifKnown, record } from "./json";
import { ClusterObject, nameOf } from "./objects";
import { dataOf } from "./texts";
import { Source, traefikContainers, TraefikContainer } from "./traefikContainers";
import { fromEnvironment, fromFile, fromTree, Options } from "./traefikOptions";
import { tagsOf } from "./traefik";

/** Where Traefik looks for its static file in its image, and where it is told to look for files. */
const STATIC = ["/etc/traefik/traefik", "/root/.config/traefik", "/traefik"].flatMap((path) =>
  ["toml", "yaml", "yml"].map((extension) => `${path}.${extension}`),
);
const FILES = ["configfile", "providers.file.filename", "providers.file.directory"];

/** What an object by itself tells Traefik: arguments, environment, tags, files, and Traefik's own kinds. */
export function sourcesOf(object: ClusterObject): Source[] {
  return [
    ...traefikContainers(object, []).flatMap(({ sources }) => sources.map(withoutReferences)),
    {
      where: "annotation consul.hashicorp.com/service-tags",
      options: new Map(tags(object)),
      sure: true,
    },
    ...filesOf(object).sources,
    ...ofKind(object),
  ];
}

/** A value that is elsewhere is judged with the whole stack. */
function withoutReferences({ options, ...rest }: Source): Source {
  return { ...rest, options: new Map([...options].filter(([, value]) => !/\$[({\w]/.test(value))) };
}

function tags(object: ClusterObject): [string, string][] {
  return Object.entries(tagsOf(object)).flatMap(([key, value]) => {
    const option = /^traefik\.(.*)/.exec(key)?.[1];
    return option === undefined ? [] : [[option, value]];
  });
}

/** The files of a ConfigMap or Secret, and those that cannot be read though they are Traefik's. */
export function filesOf(object: ClusterObject, mounted = false): { sources: Source[]; unread: string[] } {
  if (object.kind !== "ConfigMap" && object.kind !== "Secret") {
    return { sources: [], unread: [] };
  }
  const isNamed = (key: string) => mounted || /traefik/i.test(`${nameOf(object)} ${key}`);
  const data = dataOf(object);
  if (data === undefined) {
    touch(object, isNamed);
    return { sources: [], unread: [] };
  }
  const read = Object.entries(data).map(([key, text]) => ({ key, options: fromFile(key, text) }));
  return {
    sources: [
      { where: "environment", options: fromEnvironment(Object.entries(data)), sure: true },
      ...read.flatMap(({ key, options }) =>
        options === undefined ? [] : [{ where: `file ${key}`, options, sure: isNamed(key) }],
      ),
    ],
    unread: read.flatMap(({ key, options }) =>
      options === undefined && isNamed(key) && /\.(toml|ya?ml)$/i.test(key) ? [`the file ${key}`] : [],
    ),
  };
}

/** Touching a file of Traefik's that is not known tells so: that is for whoever needs it to say. */
function touch({ kind, body }: ClusterObject, isNamed: (key: string) => boolean): void {
  const data = () => record(kind === "ConfigMap" ? body.data : {});
  const files = isNamed("") ? data() : ifKnown(data, {});
  Object.keys(files)
    .filter(isNamed)
    .forEach((key) => String(files[key]));
}

function ofKind({ group, kind, body }: ClusterObject): Source[] {
  return ["traefik.io", "traefik.containo.us"].includes(group)
    ? [{ where: kind, options: fromTree([body.spec]), sure: true }]
    : [];
}

/** A container of Traefik with the files that it reads, and what of its configuration nobody can read. */
export interface Traefik extends Omit<TraefikContainer, "mounts"> {
  readonly object: ClusterObject;
}

/** All of Traefik in a stack, with what it refers to. */
export function traefiks(objects: readonly ClusterObject[]): Traefik[] {
  return objects.flatMap((object) => {
    const containers = ifKnown(() => traefikContainers(object, objects), []);
    return containers.map(({ mounts, ...container }) => {
      const files = mounts.flatMap(({ from }) => (from ? [filesOf(from, true)] : []));
      const sources = [...container.sources, ...files.flatMap((file) => file.sources)];
      return {
        ...container,
        object,
        sources,
        unread: [...container.unread, ...files.flatMap((file) => file.unread), ...unreadPaths(sources, mounts)],
      };
    });
  });
}

function unreadPaths(sources: readonly Source[], mounts: TraefikContainer["mounts"]): string[] {
  const told = sources.flatMap(({ options }) => FILES.flatMap((key) => options.get(key) ?? []));
  const isNear = (path: string, mount: { readonly path: string }) =>
    isWithin(path, mount.path) || isWithin(mount.path, path);
  const from = mounts.flatMap((mount) =>
    mount.missing !== undefined && [...told, ...STATIC].some((path) => isNear(path, mount))
      ? [`${mount.missing}, mounted at ${mount.path}`]
      : [],
  );
  // A file that is told and that nothing of the program mounts is in the image, or comes from somewhere else.
  const absent = told.filter((path) => !mounts.some((mount) => isNear(path, mount)));
  return [...new Set([...from, ...absent.map((path) => `the file ${path}`)])];
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Merged options of a Traefik, whichever of its sources it takes. */
export function optionsOf({ sources }: Traefik): Options {
  return new Map(sources.flatMap(({ options }) => [...options]));
}

/** Names and bodies under a key of a file's tree, as `http.middlewares`. */
export function namedUnder(options: Options, prefix: string): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (const [path, value] of options) {
    const rest = path.startsWith(`${prefix}.`) ? path.slice(prefix.length + 1) : undefined;
    if (rest !== undefined) {
      const [name, ...keys] = rest.split(".");
      found.set(name, (found.get(name) ?? new Map<string, string>()).set(keys.join("."), value));
    }
  }
  return found;
}

/** What a judge finds only with the stack in view: in files that a container mounts and values that it refers to. */
export function* referred(
  objects: readonly ClusterObject[],
  judge: (source: Source, traefik?: Traefik) => Iterable<string>,
): Iterable<{ object: ClusterObject; problem: string }> {
  // An object that is not known is a finding of its own.
  const found = new Set(
    objects.flatMap((object) => ifKnown(() => sourcesOf(object).flatMap((source) => [...judge(source)]), [])),
  );
  for (const traefik of traefiks(objects)) {
    for (const source of traefik.sources) {
      for (const problem of judge(source, traefik)) {
        if (!found.has(problem)) {
          found.add(problem);
          yield { object: traefik.object, problem };
        }
      }
    }
  }
}
