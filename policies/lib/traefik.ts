import * as yaml from "yaml";
import { at, ifKnown, Json, list, record, textAt } from "./json";
import { ClusterObject, nameOf } from "./objects";
import { commandLine, containersOf, isTraefik, podOf } from "./pods";

/** A piece of text that may configure Traefik, and where it stands. */
export interface Setting {
  readonly where: string;
  readonly text: string;
}

/**
 * Everywhere that an object may configure Traefik: arguments, environment, annotations (catalog tags and options of a
 * Kubernetes Service), files in ConfigMaps and Secrets, and Traefik's own kinds. A value that is not known yet throws
 * where it would configure Traefik, and is passed over in anybody else's objects.
 */
export function traefikSettings(object: ClusterObject): Setting[] {
  return [
    ...containersOf(object).flatMap(ofContainer),
    ...ofAnnotations(object),
    ...ofFiles(object),
    ...ofKind(object),
  ];
}

function ofContainer(container: Json): Setting[] {
  const where = `container ${ifKnown(() => container.name, "?")}`;
  const commands = () => commandLine(container).map((text) => ({ where, text }));
  const variables = list(ifKnown(() => container.env, undefined)).flatMap((variable) => {
    const name = String(at(variable, "name"));
    return /^TRAEFIK_/i.test(name) ? [{ where, text: `${name}=${at(variable, "value")}` }] : [];
  });
  return [...(isTraefik(container) ? commands() : ifKnown(commands, [])), ...variables];
}

function ofAnnotations(object: ClusterObject): Setting[] {
  return [object.body.metadata, podOf(object)?.metadata].flatMap((metadata) => {
    const annotations = record(at(metadata, "annotations"));
    return Object.keys(annotations)
      .filter((key) => /traefik\.|\/service-(tags|meta)/.test(key))
      .map((key) => ({ where: `annotation ${key}`, text: `${key}=${annotations[key]}` }));
  });
}

function ofFiles(object: ClusterObject): Setting[] {
  if (object.kind !== "ConfigMap" && object.kind !== "Secret") {
    return [];
  }
  return (["data", "stringData", "binaryData"] as const).flatMap((field) => {
    const files = record(ifKnown(() => object.body[field], undefined));
    return Object.keys(files).flatMap((key) => {
      const read = () => ({ where: `file ${key}`, text: decoded(object, field, String(files[key])) });
      return /traefik/i.test(key + nameOf(object)) && object.kind === "ConfigMap"
        ? [read()]
        : ifKnown(() => [read()], []);
    });
  });
}

function decoded(object: ClusterObject, field: string, text: string): string {
  const encoded = field === "binaryData" || (object.kind === "Secret" && field === "data");
  return encoded ? Buffer.from(text, "base64").toString("utf8") : text;
}

function ofKind({ group, kind, body }: ClusterObject): Setting[] {
  return ["traefik.io", "traefik.containo.us"].includes(group)
    ? [{ where: kind, text: JSON.stringify(body.spec ?? null) }]
    : [];
}

/** The tags of an annotation `service-tags`: separated by commas, a comma within a tag behind a backslash. */
export function tagsOf(object: ClusterObject): Record<string, string> {
  const annotations = [object.body.metadata, podOf(object)?.metadata].flatMap(
    (metadata) => textAt(metadata, "annotations", "consul.hashicorp.com/service-tags") ?? [],
  );
  const tags = annotations.flatMap((text) => text.split(/(?<!\\),/)).map((tag) => tag.replaceAll("\\,", ",").trim());
  return Object.fromEntries(tags.map((tag) => [tag.split("=")[0].toLowerCase(), tag.slice(tag.indexOf("=") + 1)]));
}

/** A file as YAML, which JSON is too; `undefined` where it is neither. */
export function parsed(text: string): unknown {
  try {
    return yaml.parse(text);
  } catch {
    return undefined;
  }
}
