import { parse as parseToml } from "smol-toml";
import { ifKnown } from "./json";
import { documents } from "./yaml";

/**
 * Options of Traefik under the names that all its sources share: `api.insecure` is a flag, `TRAEFIK_API_INSECURE` and a
 * key of a file, in letters of any size. Values are text, lists joined by commas, as Traefik's parser (paerser) has them.
 */
export type Options = ReadonlyMap<string, string>;

/** What Go's `strconv.ParseBool` takes for false; any other text is true, or ends Traefik with an error. */
export function isFalse(value: string | undefined): boolean {
  return value === undefined || /^(0|f|F|false|False|FALSE)$/.test(value);
}

/** Flags that are true by their name alone, as far as a policy asks for them: a word behind them is not theirs. */
const SWITCH = /(\.insecure|insecureskipverify|exposedbydefault|connectaware|connectbydefault|providers\.\w+)$/;

/** Options from a command line: one dash or two, `=value` or the next word. */
export function fromFlags(words: readonly string[]): Options {
  const options = new Map<string, string>();
  words.forEach((word, i) => {
    const [, name, value] = /^--?([^-=][^=]*)(?:=([^]*))?/.exec(word) ?? [];
    if (name !== undefined) {
      const key = name.toLowerCase();
      const next = words[i + 1];
      const takesNext = !SWITCH.test(key) && next?.startsWith("-") === false;
      add(options, key, value ?? (takesNext ? next : "true"));
    }
  });
  return options;
}

/** Options from environment variables, by their names. */
export function fromEnvironment(variables: Iterable<readonly [string, string]>): Options {
  return new Map(
    [...variables].flatMap(([name, value]) => {
      const [, option] = /^TRAEFIK_(.*)/i.exec(name) ?? [];
      return option === undefined ? [] : [[option.toLowerCase().replaceAll("_", "."), value]];
    }),
  );
}

/** Options from a file in YAML, TOML or JSON, by what it can be read as; `undefined` if it cannot. */
export function fromFile(name: string, text: string): Options | undefined {
  const toml = () => {
    try {
      return [parseToml(text) as unknown];
    } catch {
      return undefined;
    }
  };
  const read = toml() ?? (/\.toml$/i.test(name) ? undefined : documents(text));
  return read && fromTree(read);
}

/** Options from what a file says, all its documents together. */
export function fromTree(trees: readonly unknown[]): Options {
  const options = new Map<string, string>();
  trees.forEach((tree) => flatten(tree, "", options));
  return options;
}

/** A value that is not known yet is an empty text, as one that is not said is: it is not false, and no name. */
function flatten(value: unknown, path: string, options: Map<string, string>): void {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  for (const key of keys) {
    const inner = ifKnown(() => (value as Record<string, unknown>)[key], undefined);
    const within = !Array.isArray(value) ? join(path, key) : typeof inner === "object" ? `${path}[${key}]` : path;
    flatten(inner, within, options);
  }
  if (keys.length === 0) {
    // A provider without options is one all the same.
    add(options, path.toLowerCase(), typeof value === "object" ? "" : String(value ?? ""));
  }
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function add(options: Map<string, string>, key: string, value: string): void {
  const before = options.get(key);
  options.set(key, before === undefined ? value : `${before},${value}`);
}
