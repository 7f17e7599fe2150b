import { posix } from "node:path";
import { hcl } from "./hcl";
import { at, ifKnown, Json, list, textAt } from "./json";
import { ClusterObject } from "./objects";
import { containersOf, podOf } from "./pods";
import { textsOf } from "./texts";

/** A file that an agent would read, with its settings; `undefined` where it cannot be read. */
interface File {
  readonly name: string;
  readonly config: Json | undefined;
}

/** The files of a ConfigMap or a Secret that an agent would read: it takes these two kinds, by their names. */
export function filesOf(object: ClusterObject): File[] {
  return Object.entries(textsOf(object))
    .filter(([name]) => isConfig(name))
    .map(([name, text]) => ({ name, config: hcl(text()) }));
}

function isConfig(name: string): boolean {
  return /\.(json|hcl)$/.test(name);
}

/** What a container mounts: a file, or a folder of which nobody knows the files. */
interface Mounted {
  /** Ends with a slash where it is a folder. */
  readonly path: string;
  /** How a message names it. */
  readonly what: string;
  /** Whether what it says is unknown here, so that it matters only to who is told to read it. */
  readonly elsewhere: boolean;
  /** Throws where the text is not known yet. */
  readonly text: () => string | undefined;
}

/** Looks up an object beside another, in its namespace. */
export type Find = (kind: string, name: string | undefined) => ClusterObject | undefined;

/** What agents read: their settings in order, the files that cannot be read, and what is not the program's. */
interface Read {
  readonly configs: readonly Json[];
  readonly unread: readonly string[];
  readonly missing: readonly string[];
}

/**
 * What the agents of a workload read at the paths that they are told, as Consul does: a file, or those of a folder in the order of
 * their names, but none of a folder in it. Where nothing is mounted, a script may put what is mounted at no path, but for rules of ACLs.
 * `anyName` is whether they take files of any name.
 */
export function filesRead(object: ClusterObject, paths: readonly string[], anyName: boolean, find: Find): Read {
  const all = mountedBy(object, find)
    .filter(({ path }) => anyName || path.endsWith("/") || isConfig(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const untold = all.filter((each) => !each.elsewhere && !paths.some((told) => isAt(each, told)));
  const read = paths.flatMap((told) => {
    const here = all.filter((each) => isAt(each, told));
    return here.length > 0 ? here : untold.filter((each) => !isRules(each));
  });
  const configs = read.map((each) => ({ ...each, config: configOf(each.text()) }));
  const unread = (elsewhere: boolean) => [
    ...new Set(configs.filter((each) => !each.config && each.elsewhere === elsewhere).map(({ what }) => what)),
  ];
  return {
    configs: configs.flatMap(({ config }) => (config === undefined ? [] : [config])),
    unread: unread(false),
    missing: unread(true),
  };
}

/** Whether a file is rules of ACLs, which lie beside an agent for whoever writes them into Consul: as settings it refuses such. */
function isRules({ text }: Mounted): boolean {
  return textAt(configOf(text()), "acl") !== undefined;
}

function configOf(text: string | undefined): Json | undefined {
  return text === undefined ? undefined : hcl(text);
}

/** Whether an agent that is told a path reads this there. */
function isAt({ path }: Mounted, told: string): boolean {
  return path.endsWith("/") ? `${told}/`.startsWith(path) : [path, posix.dirname(path)].includes(told);
}

function mountedBy(object: ClusterObject, find: Find): Mounted[] {
  const volumes = list(podOf(object)!.spec.volumes);
  const mounts = containersOf(object).flatMap((container) => list(container.volumeMounts));
  return mounts.flatMap((mount) => {
    const volume = volumes.find((each) => at(each, "name") === at(mount, "name"));
    return [volume, ...list(at(volume, "projected", "sources"))].flatMap((part) => partMounted(part, mount, find));
  });
}

/** Volumes of other kinds that files are in before the pod starts. */
const OTHERS = ["hostPath", "nfs", "csi", "persistentVolumeClaim", "image", "downwardAPI"];

/** What a volume, or a source of a projected one, has at a mount. */
function partMounted(part: unknown, mount: unknown, find: Find): Mounted[] {
  const mountPath = posix.resolve(String(at(mount, "mountPath")));
  // Charts write an empty one, too.
  const subPath = textAt(mount, "subPath") || undefined;
  const folder = subPath === undefined ? posix.join(mountPath, "/") : mountPath;
  const other = OTHERS.find((kind) => at(part, kind) !== undefined);
  if (other !== undefined) {
    // Data beside a folder that is mounted by itself is none of its files, and neither is the pod's name in another file.
    const names = list(at(part, other, "items")).map((item) => String(at(item, "path")));
    return (names.length > 0 ? names : ["any.json"]).map((name) => ({
      path: subPath === undefined ? posix.join(mountPath, name) : mountPath,
      what: `a volume of the kind ${other}`,
      elsewhere: true,
      text: () => undefined,
    }));
  }
  // What of a Secret is not known yet is mostly a key or a certificate.
  const isSecret = at(part, "secret") !== undefined;
  const look = (): Mounted[] => {
    const source = sourceOf(part);
    const from = source && find(source.kind, source.name);
    const files = source?.items ?? (from && Object.keys(textsOf(from)).map((key) => ({ key, path: key })));
    if (source === undefined) {
      return [];
    }
    const what = `the ${source.kind} ${source.name}`;
    if (files === undefined) {
      return [{ path: folder, what, elsewhere: true, text: () => undefined }];
    }
    return files.flatMap(({ key, path: name }) => {
      const path = pathOf(name, mountPath, subPath);
      const about = from === undefined ? what : `the file ${name}`;
      const text = () => from && textsOf(from)[key]?.();
      const isElsewhere = from === undefined || (isSecret && isUnknown(text));
      return path === undefined ? [] : [{ path, what: about, elsewhere: isElsewhere, text }];
    });
  };
  return ifKnown(look, [{ path: folder, what: "", elsewhere: isSecret, text: () => String(look()) }]);
}

function isUnknown(look: () => unknown): boolean {
  return ifKnown(() => {
    look();
    return false;
  }, true);
}

interface VolumeSource {
  readonly kind: string;
  readonly name: string;
  /** The files that it has, where it does not have one of each key. */
  readonly items: readonly { readonly key: string; readonly path: string }[] | undefined;
}

function sourceOf(part: unknown): VolumeSource | undefined {
  return Object.entries({ configMap: "ConfigMap", secret: "Secret" }).flatMap(([key, kind]) => {
    const source = at(part, key);
    const name = textAt(source, "secretName") ?? textAt(source, "name");
    const items = list(at(source, "items")).map((item) => ({
      key: String(at(item, "key")),
      path: String(at(item, "path")),
    }));
    return name === undefined ? [] : [{ kind, name, items: items.length > 0 ? items : undefined }];
  })[0];
}

/** Where a file of a volume is; `undefined` where it is not in the part that is mounted. */
function pathOf(name: string, mountPath: string, subPath: string | undefined): string | undefined {
  if (subPath === undefined) {
    return posix.join(mountPath, name);
  }
  const below = posix.relative(subPath, name);
  return below.startsWith("..") ? undefined : posix.join(mountPath, below);
}
