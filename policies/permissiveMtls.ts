import { at, textAt } from "./lib/json";
import { isConfigEntry } from "./lib/objects";
import { policy } from "./lib/policy";

/** In permissive mode a sidecar also takes plain connections, past every intention: it is for moving into a mesh. */
export const permissiveMtls = policy({
  name: "no-permissive-mtls",
  description: "No service takes connections without mutual TLS.",
  severity: "critical",
  remedy: "Leave mutualTLSMode out, or set it to strict; leave allowEnablingPermissiveMutualTLS out",
  *object(object) {
    if (
      isConfigEntry(object, "ServiceDefaults", "ProxyDefaults") &&
      textAt(object.body, "spec", "mutualTLSMode")?.toLowerCase() === "permissive"
    ) {
      yield "mutualTLSMode is permissive";
    }
    if (isConfigEntry(object, "Mesh") && at(object.body, "spec", "allowEnablingPermissiveMutualTLS")) {
      yield "allowEnablingPermissiveMutualTLS lets any service choose the permissive mode";
    }
  },
});
