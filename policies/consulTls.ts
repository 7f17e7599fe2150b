import { consulServers, setBy, setting, untrueValues } from "./lib/consulServers";
import { at, ifKnown, Json, list } from "./lib/json";
import { commandLine, containersOf } from "./lib/pods";
import { policy } from "./lib/policy";
import { isFalse } from "./lib/traefikOptions";

/** Settings of Consul's agent that have to be so; without a value each of them is off, or the port open. */
const REQUIRED: readonly (readonly [path: string, wanted: unknown])[] = [
  ["tls.defaults.verify_outgoing", true],
  ["tls.internal_rpc.verify_incoming", true],
  ["tls.internal_rpc.verify_server_hostname", true],
  ["ports.http", -1],
  ["ports.grpc", -1],
];

/** Where the least version of TLS stands: for all, its old name among them, or for a part. */
const LEAST = ["", "tls.defaults.", "tls.internal_rpc.", "tls.https.", "tls.grpc."].map(
  (part) => `${part}tls_min_version`,
);

const SKIPPING = /^(DP_TLS_DISABLED|DP_TLS_INSECURE_SKIP_VERIFY|CONSUL_TLS_SKIP_VERIFY|CONSUL_SKIP_VERIFY)$/;
const SKIPPING_FLAG = /^--?(tls-disabled|tls-insecure-skip-verify|tls-skip-verify)(=(?!(0|f|F|false|False|FALSE)$)|$)/;

/** Whoever can pretend to be a Consul server can issue any identity: TLS without verification is no TLS. */
export const consulTls = policy({
  name: "consul-tls",
  description: "Consul's servers speak TLS only, and every end verifies the other.",
  severity: "critical",
  remedy:
    "Set global.tls.enabled, verify and httpsOnly to true, and nothing that contradicts them in server.extraConfig",
  *together(objects, _, alone) {
    for (const { object, config, unread, missing } of consulServers(objects)) {
      for (const [path, wanted] of REQUIRED) {
        const value = setting(config, path);
        if (value !== wanted) {
          yield { object, problem: `Consul's ${path} is ${shown(value)}, not ${wanted}` };
        }
      }
      for (const problem of brokenVersions(config)) {
        yield { object, problem };
      }
      // What a release reads may stand beside it.
      for (const what of alone ? unread : [...unread, ...missing]) {
        yield { object, problem: `${what} configures Consul and cannot be read, so it cannot be judged` };
      }
    }
  },
  *object(object) {
    const set = setBy(object) ?? {};
    for (const [path, wanted] of REQUIRED) {
      const value = setting(set, path);
      if (value !== undefined && value !== wanted) {
        yield `sets Consul's ${path} to ${shown(value)}, not ${wanted}`;
      }
    }
    yield* brokenVersions(set);
    for (const container of containersOf(object)) {
      if (
        // One that is not known yet, of a pod that is none of Consul's, says nothing.
        list(ifKnown(() => container.env, undefined)).some(skips) ||
        ifKnown(() => commandLine(container).some((word) => SKIPPING_FLAG.test(word)), false)
      ) {
        yield `container ${container.name} does not verify Consul's certificate`;
      }
    }
  },
  *values(values) {
    yield* untrueValues(values, "global.tls.enabled", "global.tls.verify", "global.tls.httpsOnly");
  },
});

/** A value as a message has it, without its texts: they may be from a Secret. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === "string" ? "…" : each)) ?? "not set";
}

function* brokenVersions(config: Json): Iterable<string> {
  for (const path of LEAST) {
    const version = String(at(config, ...path.split(".")));
    if (/^(tls1|TLSv1_)[01]$/.test(version)) {
      yield `Consul's ${path} is ${version}, which is broken`;
    }
  }
}

/** Variables of Consul's clients and sidecars that turn verification off. */
function skips(variable: unknown): boolean {
  const name = String(at(variable, "name"));
  if (SKIPPING.test(name)) {
    // What another object says may be anything.
    return !isFalse(String(at(variable, "value")));
  }
  return name === "CONSUL_HTTP_SSL_VERIFY" && isFalse(String(at(variable, "value")));
}
