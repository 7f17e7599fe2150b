import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "yaml";

/**
 * What a chart's value may be, as letters; more than one means any of them: `b` boolean, `d` the string "-", `s` string,
 * `n` number, `m` map with keys of its user's own, `o` map with the keys that the chart knows, `l` list, `S` list of
 * strings, `M` list of maps, `z` null by default; none means anything.
 */
export type ValueTypes = string;

/** The values that a chart knows: dotted path → types. */
export type ChartKeys = ReadonlyMap<string, ValueTypes>;

/** Annotations of Consul's values.yaml (`# @type: array<string>`) as types. */
const ANNOTATED: Record<string, ValueTypes> = {
  boolean: "b",
  string: "s",
  map: "m",
  "array<string>": "S",
  "array<map>": "M",
  array: "l",
  int: "n",
  integer: "n",
  number: "n",
};
/** Maps of Kubernetes' own shape, or of names of the user's, which the chart passes on as they are. */
const FREE = /(^|\.)(resources\.(requests|limits)|securityContext|resourceQuota|nodeMeta)$/;
/** Quantities of Kubernetes: a number is one as well as a string. */
const QUANTITY = /\.(memory|cpu|storage)$/;

/**
 * The values that the chart in a folder knows: those of its values.yaml, with the types of their defaults and of their
 * annotations, and those that only its templates name, as anything.
 *
 * Errors: throws where there is no values.yaml, or one that is no YAML.
 */
export function readChartKeys(folder: string): ChartKeys {
  const keys = new Map<string, ValueTypes>();
  const { contents } = yaml.parseDocument(fs.readFileSync(path.join(folder, "values.yaml"), "utf8"));
  if (yaml.isMap(contents)) {
    addKeys(keys, contents as yaml.YAMLMap<yaml.Scalar<string>, yaml.Node>, "");
  }
  const templates = path.join(folder, "templates");
  for (const file of fs.existsSync(templates) ? fs.readdirSync(templates, { recursive: true, encoding: "utf8" }) : []) {
    if (/\.(yaml|yml|tpl|txt)$/.test(file)) {
      addTemplate(keys, fs.readFileSync(path.join(templates, file), "utf8"));
    }
  }
  return keys;
}

function addKeys(keys: Map<string, ValueTypes>, map: yaml.YAMLMap<yaml.Scalar<string>, yaml.Node>, prefix: string) {
  map.items.forEach(({ key, value }, i) => {
    const at = prefix + key.value;
    const comment = [i === 0 ? map.commentBefore : undefined, key.commentBefore].join("\n");
    const annotation = [...comment.matchAll(/@type: *(\S+)/g)].at(-1)?.[1].toLowerCase();
    const types = typesOf(at, value?.toJSON(), annotation);
    keys.set(at, types);
    if (yaml.isMap(value) && types.includes("o")) {
      addKeys(keys, value as typeof map, `${at}.`);
    }
  });
}

function typesOf(at: string, initial: unknown, annotation = ""): ValueTypes {
  const annotated = ANNOTATED[annotation] ?? "";
  if (initial === null || initial === undefined) {
    return annotated && `${annotated}z`;
  }
  if (Array.isArray(initial)) {
    return annotated || "l";
  }
  switch (typeof initial) {
    case "boolean":
      return "b";
    case "number":
      return unique(`n${annotated}`);
    case "string":
      return initial === "-" ? "bd" : unique(`s${QUANTITY.test(at) ? "n" : ""}${annotated}`);
    default:
      return Object.keys(initial as object).length === 0 || FREE.test(at) ? unique(`m${annotated}`) : "o";
  }
}

/** Paths of `.Values` in a template. What goes through `toYaml` may be YAML of any kind, whatever its annotation says. */
function addTemplate(keys: Map<string, ValueTypes>, text: string): void {
  const code = text.replace(/\{\{-?\s*\/\*[^]*?\*\//g, "");
  for (const [, dumped, dotted] of code.matchAll(/(toYaml )?[$\w.]*\.Values\.([\w.]*\w)/g)) {
    const parts = dotted.split(".");
    parts.forEach((_, i) => {
      const at = parts.slice(0, i + 1).join(".");
      const known = keys.get(at);
      const last = i === parts.length - 1;
      if (known === undefined || (last ? dumped && known.includes("s") : !/[om]/.test(known))) {
        keys.set(at, "");
      }
    });
  }
}

function unique(letters: string): string {
  return [...new Set(letters)].join("");
}
