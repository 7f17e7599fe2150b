import { at, Json, list, record, textAt } from "./json";
import { ClusterObject, isConfigEntry, nameOf } from "./objects";

/** A source of a ServiceIntentions, as the custom resource has it. */
export interface Source {
  readonly body: Json;
  readonly name: string | undefined;
  readonly permissions: readonly Json[];
}

export function isIntentions(object: ClusterObject): boolean {
  return isConfigEntry(object, "ServiceIntentions");
}

/** The destination's name, `undefined` where the resource has none. */
export function destinationOf(intentions: ClusterObject): string | undefined {
  return textAt(intentions.body, "spec", "destination", "name");
}

export function sourcesOf(intentions: ClusterObject): Source[] {
  return list(at(intentions.body, "spec", "sources")).map((source) => ({
    body: record(source),
    name: textAt(source, "name"),
    permissions: list(at(source, "permissions")).map(record),
  }));
}

/** Whether a source may call the destination: all of it, or what one of its permissions matches. */
export function allows({ body, permissions }: Source): boolean {
  return [body, ...permissions].some((part) => textAt(part, "action") === "allow");
}

/** The protocols that ServiceDefaults give to services, and what ProxyDefaults gives to all others. */
export function protocols(objects: readonly ClusterObject[], elsewhere: Record<string, string>) {
  const ofService = new Map(Object.entries(elsewhere));
  let ofOthers = "tcp";
  for (const object of objects) {
    const ofOne = isConfigEntry(object, "ServiceDefaults");
    if (!ofOne && !isConfigEntry(object, "ProxyDefaults")) {
      continue;
    }
    const protocol = textAt(object.body, "spec", ...(ofOne ? [] : ["config"]), "protocol")?.toLowerCase();
    if (protocol === undefined && object.patch) {
      continue;
    }
    if (ofOne) {
      ofService.set(nameOf(object), protocol ?? "tcp");
    } else {
      ofOthers = protocol ?? "tcp";
    }
  }
  return (service: string) => ofService.get(service) ?? ofOthers;
}

/** How `protocols` is told of services that another stack declares. */
export const PROTOCOLS_CONFIG = {
  protocols: {
    type: "object" as const,
    default: {},
    additionalProperties: { type: "string" as const, enum: ["tcp", "http", "http2", "grpc"] },
    description: "Protocol of each service that has its ServiceDefaults in another stack, by the service's name",
  },
};
export interface ProtocolsConfig {
  protocols: Record<string, string>;
}
