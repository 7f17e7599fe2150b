import { posix } from "node:path";
import { parseBool } from "./go";
import { hcl } from "./hcl";
import { at, ifKnown, Json, list, record, textAt } from "./json";
import { merge } from "./patches";
import { commandLine } from "./pods";

/** What the command line of a Consul agent says. */
export interface Agent {
  /** Settings by flags, under their names in a configuration file. */
  readonly config: Json;
  /** Those among them that are whole texts, each by itself: Consul joins the lists in them. */
  readonly texts: readonly (Json | undefined)[];
  /** Files and folders that it reads, in this order. */
  readonly paths: readonly string[];
  /** Whether it takes files of any name in these. */
  readonly anyName: boolean;
  readonly unread: readonly string[];
}

/** Flags that are settings of their own. */
const FLAGS: Record<string, string> = {
  bootstrap: "bootstrap",
  "bootstrap-expect": "bootstrap_expect",
  dev: "server",
  "enable-script-checks": "enable_script_checks",
  encrypt: "encrypt",
  "grpc-port": "ports.grpc",
  "grpc-tls-port": "ports.grpc_tls",
  "http-port": "ports.http",
  "https-port": "ports.https",
  server: "server",
};
/** Those of all flags that need no value: the word behind one is not its own. */
const SWITCHES = [
  ...["auto-reload-config", "bootstrap", "dev", "disable-host-node-id", "disable-keyring-file", "log-json"],
  ...["enable-local-script-checks", "enable-script-checks", "non-voting-server", "read-replica", "rejoin", "server"],
  ...["syslog", "ui"],
];
/** What the image runs without being told anything. */
const DEFAULT = ["agent", "-dev"];

/** Consul's own image. */
const IMAGE = /(^|\/)consul(-enterprise)?(:|@|$)/;

/**
 * Whether a container runs an agent, by its image, command and arguments in any form. Where a part of these is not known yet, one of
 * Consul's image may; where the image is not, one that is told to.
 */
export function runsAgent(container: Json): boolean {
  const image = ifKnown(() => String(container.image), undefined);
  const line = ["command", "args"].flatMap((key) => ifKnown(() => knownIn(list(container[key])), [undefined]));
  const words = line.length === 0 ? DEFAULT : line.flatMap((word) => (word === undefined ? [word] : wordsOf(word)));
  const named = isRun(words);
  if (image === undefined) {
    return named || line[0] === "agent";
  }
  // The image's entrypoint puts `consul` before `agent`, and `consul agent` before a flag.
  return named || (IMAGE.test(image) && (words.includes(undefined) || /^(agent$|-)/.test(words[0]!)));
}

/** The items of a list as texts, `undefined` for those that are not known yet. */
function knownIn(items: readonly unknown[]): (string | undefined)[] {
  return [...items.keys()].map((i) => ifKnown(() => String(items[i]), undefined));
}

/** The agent that such a container runs; `from` are variables that it has beside its own. */
export function agentOf(container: Json, from: readonly Json[] = []): Agent {
  const variables = [...from, ...list(container.env)];
  const line = commandLine(container).map((word) => expand(word, /\$\(([\w.-]+)\)/g, variables));
  const words = line.length === 0 ? DEFAULT : line.flatMap(wordsOf);
  return parse(
    words.flatMap((word) => shellWords(word, variables)),
    container,
    variables,
  );
}

/** Flags of an agent among a container's arguments alone, as a patch gives them. */
export function flagsOf(container: Json): Agent {
  return parse(commandLine(container).flatMap(wordsOf), container, list(container.env));
}

/** The variable of a name, the last of which holds; `undefined` where there is none, or its value is elsewhere or not known yet. */
function valueOf(name: string, variables: readonly unknown[]): string | undefined {
  const named = variables.filter((each) => at(each, "name") === name);
  return ifKnown(() => textAt(named.pop(), "value"), undefined);
}

function expand(text: string, reference: RegExp, variables: readonly unknown[]): string {
  return text.replace(reference, (all, name) => valueOf(name, variables) ?? all);
}

/** A word with the variables in it, of which a shell makes several where it is nothing else. */
function shellWords(word: string, variables: readonly unknown[]): string[] {
  const text = expand(word, /\$\{?(\w+)\}?/g, variables);
  return word.startsWith("$") ? text.split(/\s+/) : [text];
}

/** Whether a text is a script that runs an agent: a flag is none, whatever it says. */
const RUNS = /^(?!-)[^]*\b(consul|docker-entrypoint\.sh)\s+agent\b/;
/** A command of a script, and a word of it, with their quotes. */
const COMMAND = /(?:[<>]&|[^'";&|\n]|'[^']*'|"(?:\\[^]|[^"\\])*")+/g;
const WORD = /(?:\$\([\w.-]+\)|[^\s'"()<>]|'[^']*'|"(?:\\[^]|[^"\\])*")+/g;

/** A line that is a comment, and a command that only says something. */
const COMMENT = /^[ \t]*#.*/gm;
const SAYS = /^\s*((do|then|else|[{(]|>&2)\s*)*(echo|printf)\s/;

/** The words of the commands of a script that run an agent, without their quotes; any other argument is a word as it is. */
function wordsOf(text: string): string[] {
  const script = text.replaceAll(COMMENT, "").replaceAll("\\\n", "");
  if (!RUNS.test(script)) {
    return [text];
  }
  return [...script.matchAll(COMMAND)]
    .filter(([command]) => !SAYS.test(command))
    .map(([command]) => [...command.matchAll(WORD)].flatMap(([word]) => wordsOf(unquoted(word))))
    .filter(isRun)
    .flat();
}

function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"((?:\\[^]|[^"\\])*)"/g,
    (_, single, double) => single ?? double.replaceAll(/\\(["\\$`])/g, "$1"),
  );
}

/** Whether words run an agent. */
function isRun(words: readonly (string | undefined)[]): boolean {
  return words.some((word = "", i) => /(^|\/)(consul|docker-entrypoint\.sh)$/.test(word) && words[i + 1] === "agent");
}

function parse(words: readonly string[], container: Json, variables: readonly unknown[]): Agent {
  // A flag that has its value not in the same word has the next one, if it needs any.
  const flags = words.flatMap((word, i) =>
    [...word.matchAll(/^--?([\w-]+)(?:=([^]*))?/g)].map(([, flag, given]) => ({
      flag,
      value: given ?? (SWITCHES.includes(flag) ? "true" : String(words[i + 1])),
    })),
  );
  const valuesOf = (...names: string[]) => flags.filter(({ flag }) => names.includes(flag)).map(({ value }) => value);
  const texts = [
    ...variables
      .filter((each) => at(each, "name") === "CONSUL_LOCAL_CONFIG")
      .map((each) => ["CONSUL_LOCAL_CONFIG", textAt(each, "value") ?? "elsewhere"] as const),
    ...valuesOf("hcl").map((text) => ["-hcl", text] as const),
  ].map(([where, text]) => ({ where, settings: hcl(text) }));
  const settings = flags
    .filter(({ flag }) => Object.hasOwn(FLAGS, flag))
    .map(({ flag, value }) =>
      nest(FLAGS[flag].split("."), SWITCHES.includes(flag) ? parseBool(value) : Number(value) || value),
    );
  return {
    // What -hcl says overrides every flag and file.
    config: [...settings, ...texts.map((text) => text.settings)].reduce<Json>(
      (all, part) => record(merge(all, record(part))),
      {},
    ),
    texts: texts.map((text) => text.settings),
    paths: [...ownFolders(words, variables), ...valuesOf("config-dir", "config-file")].map((path) =>
      posix.resolve("/", textAt(container, "workingDir") ?? "", path),
    ),
    anyName: valuesOf("config-format").length > 0,
    unread: [...texts.filter((text) => text.settings === undefined).map(({ where }) => where), ...opaque(words)],
  };
}

/** The folder that the image's entrypoint has an agent read. */
function ownFolders(words: readonly string[], variables: readonly unknown[]): string[] {
  const entered = words.some((word, i) => word === "agent" && /^$|docker-entrypoint\.sh$/.test(words[i - 1] ?? ""));
  return entered ? [valueOf("CONSUL_CONFIG_DIR", variables) ?? "/consul/config"] : [];
}

/** Arguments that may be any: variables whose values are elsewhere, but for those that are the value of a flag. */
function opaque(words: readonly string[]): string[] {
  return words
    .filter((word, i) => {
      const [, flag = "dev"] = /^--?([\w-]+)$/.exec(words[i - 1] ?? "") ?? [];
      return i > words.indexOf("agent") && /^\$[({]?\w/.test(word) && SWITCHES.includes(flag);
    })
    .map((word) => `the argument ${word}`);
}

function nest(path: readonly string[], value: unknown): Json {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Json;
}
