import { consulServers } from "./lib/consulServers";
import { at } from "./lib/json";
import { policy } from "./lib/policy";

/** Gossip tells who is a member, and an unencrypted one lets anybody join and read it. */
export const consulGossipKey = policy({
  name: "consul-gossip-key",
  description: "Gossip among Consul's agents is encrypted, with a key from a Secret.",
  severity: "high",
  remedy: "Set global.gossipEncryption.secretName and secretKey, or autoGenerate",
  environments: ["staging", "prod"],
  *together(objects) {
    for (const { object, command, config } of consulServers(objects)) {
      if (!/-encrypt[= ]/.test(command) && !config.encrypt) {
        yield { object, problem: "Consul's gossip is not encrypted" };
      }
      for (const side of ["encrypt_verify_incoming", "encrypt_verify_outgoing"]) {
        if (config[side] === false) {
          yield { object, problem: `Consul's ${side} is false` };
        }
      }
    }
  },
  *values(values) {
    if (
      !at(values, "global", "gossipEncryption", "secretName") &&
      !at(values, "global", "gossipEncryption", "autoGenerate")
    ) {
      yield "the chart cannot be rendered, and global.gossipEncryption names no key";
    }
  },
});
