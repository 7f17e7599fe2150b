import * as yaml from "yaml";
import { textAt } from "./json";
import { ClusterObject } from "./objects";
import { podOf } from "./pods";

/** The tags of an annotation `service-tags`: separated by commas, a comma within a tag behind a backslash. */
export function tagsOf(object: ClusterObject): Record<string, string> {
  const annotations = [object.body.metadata, podOf(object)?.metadata]
    .map((metadata) => textAt(metadata, "annotations", "consul.hashicorp.com/service-tags"))
    .filter((text) => text !== undefined);
  const tags = annotations.flatMap((text) => text.split(/(?<!\\),/)).map((tag) => tag.replaceAll("\\,", ",").trim());
  return Object.fromEntries(tags.map((tag) => [tag.split("=")[0].toLowerCase(), tag.slice(tag.indexOf("=") + 1)]));
}

/** A file as YAML, which JSON is too; `undefined` where it is neither. */
export function parsed(text: string): unknown {
  try {
    return yaml.parse(text);
  } catch {
    // Neither.
  }
  return undefined;
}
