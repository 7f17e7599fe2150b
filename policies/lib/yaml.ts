import * as yaml from "yaml";

/** `y` and `n` are words of YAML 1.1 that the Go libraries of Helm, kubectl and Traefik take for text. */
const BOOLEANS = /^(true|false|yes|no|on|off)$/i;

/**
 * The documents of a YAML text, which JSON is too, as Go's programs read them: YAML 1.1 with merge keys, where of two
 * keys alike the last counts. `undefined` where it cannot be read.
 */
export function documents(text: string): unknown[] | undefined {
  try {
    const all = yaml.parseAllDocuments(text, { version: "1.1", merge: true, uniqueKeys: false, logLevel: "silent" });
    const read = Array.isArray(all) ? all : [];
    return read.some(({ errors }) => errors.length > 0) ? undefined : read.map((each) => booleans(each).toJS());
  } catch {
    return undefined;
  }
}

function booleans(document: yaml.Document): yaml.Document {
  yaml.visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "boolean" && node.source !== undefined && !BOOLEANS.test(node.source)) {
        node.value = node.source;
      }
    },
  });
  return document;
}
