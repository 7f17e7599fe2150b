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
const SWITCH =
  /(^api|^ping|\.insecure|insecureskipverify|exposedbydefault|connectaware|connectbydefault|^providers\.\w+|dashboard)$/;

/** Options from a command line: one dash or two, `=value` or the next word. */
export function fromFlags(words: readonly string[]): Options {
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const [, name, value] = /^--?([^-=][^=]*)(?:=([^]*))?$/.exec(words[i]) ?? [];
    if (name === undefined) {
      continue;
    }
    const key = name.toLowerCase();
    const next = words[i + 1];
    const takesNext = value === undefined && !SWITCH.test(key) && next !== undefined && !next.startsWith("-");
    add(options, key, value ?? (takesNext ? words[++i] : "true"));
  }
  return options;
}

/** Options from environment variables, by their names. */
export function fromEnvironment(variables: Iterable<readonly [string, string]>): Options {
  return new Map(
    [...variables].flatMap(([name, value]) =>
      /^TRAEFIK_/i.test(name) ? [[name.slice("TRAEFIK_".length).toLowerCase().replaceAll("_", "."), value]] : [],
    ),
  );
}

/** Options from a file in YAML, TOML or JSON, by its name or else by what it can be read as; `undefined` if it cannot. */
export function fromFile(name: string, text: string): Options | undefined {
  const toml = () => {
    try {
      return [parseToml(text) as unknown];
    } catch {
      return undefined;
    }
  };
  const yaml = () => documents(text);
  const read = /\.toml$/i.test(name) ? toml() : /\.(ya?ml|json)$/i.test(name) ? yaml() : (toml() ?? yaml());
  return read && fromTree(read);
}

/** Stands for a value that is not known yet: it is not false, and no name. */
const UNKNOWN = "(not known yet)";

/** Options from what a file says, all its documents together. */
export function fromTree(trees: readonly unknown[]): Options {
  const options = new Map<string, string>();
  trees.forEach((tree) => flatten(tree, "", options));
  return options;
}

function flatten(value: unknown, path: string, options: Map<string, string>): void {
  if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    const within = Array.isArray(value) ? (key: string) => `${path}[${key}]` : (key: string) => join(path, key);
    for (const key of Object.keys(value)) {
      const inner = ifKnown(() => (value as Record<string, unknown>)[key], UNKNOWN);
      const scalar = Array.isArray(value) && typeof inner !== "object";
      flatten(inner, scalar ? path : within(key), options);
    }
  } else if (path !== "") {
    add(options, path.toLowerCase(), String(value ?? ""));
  }
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function add(options: Map<string, string>, key: string, value: string): void {
  const before = options.get(key);
  options.set(key, before === undefined ? value : `${before},${value}`);
}
