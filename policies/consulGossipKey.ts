import { consulServers, setBy } from "./lib/consulServers";
import { at, Json } from "./lib/json";
import { policy } from "./lib/policy";

/** Gossip tells who is a member, and an unencrypted one lets anybody join and read it. */
export const consulGossipKey = policy({
  name: "consul-gossip-key",
  description: "Gossip among Consul's agents is encrypted, with a key from a Secret.",
  severity: "high",
  remedy: "Set global.gossipEncryption.secretName and secretKey, or autoGenerate",
  environments: ["staging", "prod"],
  *together(objects) {
    for (const { object, config } of consulServers(objects)) {
      if (!config.encrypt) {
        yield { object, problem: "Consul's gossip is not encrypted" };
      }
      for (const problem of plainGossip(config)) {
        yield { object, problem };
      }
    }
  },
  *object(object) {
    yield* plainGossip(setBy(object) ?? {});
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

function* plainGossip(config: Json): Iterable<string> {
  for (const side of ["encrypt_verify_incoming", "encrypt_verify_outgoing"]) {
    if (config[side] === false) {
      yield `Consul's ${side} is false`;
    }
  }
}
