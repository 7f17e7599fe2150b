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
  /** Files and folders that it reads. */
  readonly paths: readonly string[];
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
/** Those of them that need no value. */
const SWITCHES = ["bootstrap", "dev", "enable-script-checks", "server"];
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
  const named = words.some(
    (word = "", i) => /(^|\/)(consul|docker-entrypoint\.sh)$/.test(word) && words[i + 1] === "agent",
  );
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

/** The agent that such a container runs. */
export function agentOf(container: Json): Agent {
  const line = commandLine(container);
  return parse(line.length === 0 ? DEFAULT : line.flatMap(wordsOf), container);
}

/** Flags of an agent among a container's arguments alone, as a patch gives them. */
export function flagsOf(container: Json): Agent {
  return parse(commandLine(container).flatMap(wordsOf), container);
}

/** The words of a script that runs an agent, without its quotes; any other argument is a word as it is. */
function wordsOf(text: string): string[] {
  if (!/\b(consul|docker-entrypoint\.sh)\s+agent\b/.test(text)) {
    return [text];
  }
  return [...text.matchAll(/(?:[^\s'"]|'[^']*'|"(?:\\[^]|[^"\\])*")+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|"((?:\\[^]|[^"\\])*)"/g,
      (_, single, double) => single ?? double.replaceAll(/\\(["\\$`])/g, "$1"),
    ),
  );
}

function parse(words: readonly string[], container: Json): Agent {
  // A flag that has its value not in the same word has the next one, if it needs any.
  const flags = words.flatMap((word, i) =>
    [...word.matchAll(/^--?([\w-]+)(?:=([^]*))?/g)].map(([, flag, given]) => ({
      flag,
      value: given ?? (SWITCHES.includes(flag) ? "true" : String(words[i + 1])),
    })),
  );
  const valuesOf = (...names: string[]) => flags.filter(({ flag }) => names.includes(flag)).map(({ value }) => value);
  const texts = [
    ...list(container.env)
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
    paths: valuesOf("config-dir", "config-file"),
    unread: texts.filter((text) => text.settings === undefined).map(({ where }) => where),
  };
}

function nest(path: readonly string[], value: unknown): Json {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Json;
}
