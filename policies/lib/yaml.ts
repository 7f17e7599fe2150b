import * as yaml from "yaml";

/**
 * The documents of a YAML text, which JSON is too, as Go's programs read them: YAML 1.1, which has merge keys, where of two
 * keys alike the last counts. `undefined` where it cannot be read.
 */
export function documents(text: string): unknown[] | undefined {
  try {
    const all = yaml.parseAllDocuments(text, { version: "1.1", uniqueKeys: false });
    if (all.every(({ errors }) => errors.length === 0)) {
      return all.map((each) => booleans(each).toJS());
    }
  } catch {
    // Its aliases lead nowhere, to too much, or back to where they are.
  }
  return undefined;
}

/** `y` and `n` are words of YAML 1.1 that the Go libraries of Helm, kubectl and Traefik take for text. */
function booleans(document: yaml.Document): yaml.Document {
  yaml.visit(document, {
    Alias(_, node, path) {
      if (path.includes(node.resolve(document)!)) {
        throw new ReferenceError(node.source);
      }
    },
    Scalar(_, node) {
      if (typeof node.value === "boolean" && String(node.source).length === 1) {
        node.value = node.source;
      }
    },
  });
  return document;
}
