import { hcl } from "./hcl";
import { at, Json, list, record, textAt } from "./json";
import { merge } from "./patches";
import { commandLine } from "./pods";

/** What the command line of a Consul agent says. */
export interface Agent {
  /** Settings by flags, under their names in a configuration file. */
  readonly config: Json;
  /** Files and folders that it reads. */
  readonly paths: readonly string[];
  readonly unread: readonly string[];
}

/** Flags that are settings of their own. */
const FLAGS: Record<string, string> = {
  bootstrap: "bootstrap",
  "bootstrap-expect": "bootstrap_expect",
  dev: "server",
  encrypt: "encrypt",
  "grpc-port": "ports.grpc",
  "grpc-tls-port": "ports.grpc_tls",
  "http-port": "ports.http",
  "https-port": "ports.https",
  server: "server",
};
const SWITCHES = ["bootstrap", "dev", "server", "ui"];
/** What the image runs without being told anything. */
const DEFAULT = ["agent", "-dev", "-client", "0.0.0.0"];

/** The agent that a container runs, by its image, command and arguments in any form; `undefined` where it runs none. */
export function agentOf(container: Json): Agent | undefined {
  const line = commandLine(container);
  const words = line.length === 0 ? DEFAULT : line.flatMap(wordsOf);
  const consul = words.findIndex((word, i) => /(^|\/)consul$/.test(word) && words[i + 1] === "agent");
  if (consul >= 0) {
    return parse(words.slice(consul + 2), container);
  }
  // The image's entrypoint puts `consul` before `agent`, and `consul agent` before a flag.
  const ofImage =
    /(^|\/)consul(-enterprise)?(:|@|$)/.test(String(container.image)) && list(container.command).length === 0;
  const [first] = words;
  return ofImage && (first === "agent" || first.startsWith("-"))
    ? parse(first === "agent" ? words.slice(1) : words, container)
    : undefined;
}

/** Flags of an agent among a container's arguments alone, as a patch gives them. */
export function flagsOf(container: Json): Agent {
  return parse(commandLine(container).flatMap(wordsOf), container);
}

/** The words of a script that runs an agent, without its quotes; any other argument is a word as it is. */
function wordsOf(text: string): string[] {
  if (!/\bconsul\s+agent\b/.test(text)) {
    return [text];
  }
  return [...text.matchAll(/(?:[^\s'"]+|'[^']*'|"(?:\\[^]|[^"\\])*")+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|"((?:\\[^]|[^"\\])*)"/g,
      (_, single, double) => single ?? double.replaceAll(/\\(["\\$`])/g, "$1"),
    ),
  );
}

function parse(words: readonly string[], container: Json): Agent {
  let config: Json = {};
  const tail: Json[] = [];
  const paths: string[] = [];
  const unread: string[] = [];
  const read = (where: string, text: string) => {
    const settings = hcl(text);
    if (settings === undefined) {
      unread.push(where);
    } else {
      tail.push(settings);
    }
  };
  for (const variable of list(container.env).filter((each) => at(each, "name") === "CONSUL_LOCAL_CONFIG")) {
    read("CONSUL_LOCAL_CONFIG", textAt(variable, "value") ?? "elsewhere");
  }
  for (let i = 0; i < words.length; i++) {
    const [, flag, given] = /^--?([\w-]+)(?:=([^]*))?$/.exec(words[i]) ?? [];
    if (flag === undefined) {
      continue;
    }
    const value = given ?? (SWITCHES.includes(flag) ? "true" : (words[++i] ?? ""));
    if (flag === "hcl") {
      read("-hcl", value);
    } else if (flag === "config-dir" || flag === "config-file") {
      paths.push(value);
    } else if (flag in FLAGS) {
      const setting = /^-?\d+$/.test(value) ? Number(value) : /^(true|t|1|TRUE|T|True)$/.test(value) ? true : value;
      config = record(merge(config, nest(FLAGS[flag].split("."), setting)));
    }
  }
  // What -hcl says overrides every flag and file.
  return { config: tail.reduce((all, part) => record(merge(all, part)), config), paths, unread };
}

function nest(path: readonly string[], value: unknown): Json {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Json;
}
