import { consulServers, untrueValues } from "./lib/consulServers";
import { at, list } from "./lib/json";
import { containersOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** Settings of Consul's agent that have to be so; without a value each of them is off, or the port open. */
const REQUIRED: readonly (readonly [path: string, wanted: unknown])[] = [
  ["tls.defaults.verify_outgoing", true],
  ["tls.internal_rpc.verify_incoming", true],
  ["tls.internal_rpc.verify_server_hostname", true],
  ["ports.http", -1],
  ["ports.grpc", -1],
];

/** Whoever can pretend to be a Consul server can issue any identity: TLS without verification is no TLS. */
export const consulTls = policy({
  name: "consul-tls",
  description: "Consul's servers speak TLS only, and every end verifies the other.",
  severity: "critical",
  remedy: "Set global.tls.enabled, verify and httpsOnly to true, and nothing against them in server.extraConfig",
  *together(objects) {
    for (const { object, config, unread } of consulServers(objects)) {
      for (const [path, wanted] of REQUIRED) {
        const value = at(config, ...path.split("."));
        if (value !== wanted) {
          yield { object, problem: `Consul's ${path} is ${JSON.stringify(value) ?? "not set"}, not ${wanted}` };
        }
      }
      for (const file of unread) {
        yield { object, problem: `the configuration file ${file} is no JSON, so it cannot be judged` };
      }
    }
  },
  *object(object) {
    for (const container of containersOf(object)) {
      for (const variable of list(container.env)) {
        if (at(variable, "name") === "CONSUL_HTTP_SSL_VERIFY" && /^(false|0)$/.test(String(at(variable, "value")))) {
          yield `container ${container.name} does not verify Consul's certificate`;
        }
      }
    }
  },
  *values(values) {
    yield* untrueValues(values, "global.tls.enabled", "global.tls.verify", "global.tls.httpsOnly");
  },
});
