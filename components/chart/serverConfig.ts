import { closest } from "fastest-levenshtein";
import * as semver from "semver";
import { durationOf, shown } from "../shared/grammars";
import { meshOption } from "../shared/names";
import { Problem } from "../shared/problems";
import type { ChartValues } from "./consulValues";
import { valueAt } from "./heldValues";

/**
 * Keys of a server's configuration that say again, and otherwise, what the chart says or others count on, and whose they are
 * [consul-k8s server-config-configmap.yaml, consul agent/config].
 */
const FIGHTS: readonly [keys: RegExp, whose: string][] = [
  [
    /^(ports|addresses|bind_addr|client_addr|advertise_addr.*|serf_.*|unix_sockets)$/,
    "where the servers listen is the chart's",
  ],
  [
    /^(tls|tls_.*|verify_.*|ca_(file|path)|cert_file|key_file|auto_encrypt|auto_config)$/,
    "TLS is the chart's, with global.tls",
  ],
  [/^(acl|acl_.*|enable_acl_replication)$/, `ACLs are said by ${meshOption("acls")}`],
  [/^encrypt(_.*)?$/, `gossip is said by ${meshOption("gossipEncryption")}`],
  [
    /^(bootstrap|bootstrap_expect|server|retry_join|start_join|join|rejoin_after_leave)$/,
    `who the servers are is said by ${meshOption("servers")}`,
  ],
  [/^(datacenter|primary_datacenter)$/, `the datacenter is said by ${meshOption("datacenter")}`],
  [/^(domain|alt_domain)$/, "names in the servers' certificate have it; use global.domain"],
  [/^(data_dir|node_id|node_name|pid_file|disable_keyring_file)$/, "it is the chart's"],
  [/^default_intention_policy$/, "what no intention names is said by denyAll"],
  [/^enable_(local_)?script_checks$/, "checks by script let whoever registers one run commands on the servers"],
  [/^(experiments|partition|segments?|license_path)$/, "it is not part of this mesh"],
  [/^enable_debug$/, "the chart refuses it here; use server.enableAgentDebug"],
];

/** Keys that others may set as they like. */
const HARMLESS =
  `autopilot cache check_output_max_size check_update_interval default_query_time disable_anonymous_signature
disable_coordinates disable_http_unprintable_char_filter disable_host_node_id disable_remote_exec disable_update_check
discard_check_output discovery_max_stale dns_config gossip_lan gossip_wan http_config leave_on_terminate limits locality
log_file log_json log_level log_rotate_bytes log_rotate_duration log_rotate_max_files max_query_time node_meta performance
raft_logstore raft_prevote_disabled raft_protocol raft_snapshot_interval raft_snapshot_threshold raft_trailing_logs
reconnect_timeout reconnect_timeout_wan recursors retry_interval retry_interval_wan retry_max retry_max_wan rpc
server_rejoin_age_max session_ttl_min skip_leave_on_interrupt tagged_addresses telemetry ui_config use_streaming_backend
xds`.split(/\s+/);

/** The other keys that a server knows: another one, and it does not start [consul agent/config.Config, 1.20 and 1.22]. */
const OTHERS = `advertise_reconnect_timeout audit auto_reload_config check checks cloud config_entries connect
disable_kv_key_validation enable_agent_tls_for_checks enable_central_service_config enable_syslog
federation_state_anti_entropy_sync_interval peering primary_gateways primary_gateways_interval protocol read_replica
reporting retry_join_wan server_name service services snapshot_agent start_join_wan syslog_facility translate_wan_addrs ui
ui_content_path ui_dir watches`.split(/\s+/);

/** The keys that a server knows, of those that are not held. */
export const SERVER_KEYS: readonly string[] = [...HARMLESS, ...OTHERS];

/** Of these keys, those that Consul 1.20.1 does not know: the first version that does. */
const SINCE: ReadonlyMap<string, string> = new Map([
  ["disable_kv_key_validation", "1.22.0"],
  ["federation_state_anti_entropy_sync_interval", "1.22.5"],
  ["raft_prevote_disabled", "1.21.0"],
]);

/**
 * What is wrong with the text of the servers' own configuration, which the chart writes into a file as it is, and what of it is
 * not known to be harmless. A template's text is not judged. Without the version of `consul`, a key that any has is known.
 */
export function serverConfigProblems(
  text: string,
  path: string,
  consul?: string,
): { problems: Problem[]; doubts: Problem[] } {
  const found = { problems: [] as Problem[], doubts: [] as Problem[] };
  if (text.includes("{{")) {
    found.doubts.push({ propertyPath: path, reason: "is a template, which is not judged" });
    return found;
  }
  const config = objectIn(text);
  if (config === undefined) {
    const reason = `${shown(text)} is not an object in JSON, as the servers read it; use one such as {"log_level": "DEBUG"}`;
    found.problems.push({ propertyPath: path, reason });
    return found;
  }
  for (const [given, value] of Object.entries(config)) {
    const key = given.toLowerCase();
    const [, whose] = FIGHTS.find(([keys]) => keys.test(key)) ?? [];
    const problem = (reason: string) => found.problems.push({ propertyPath: `${path}.${given}`, reason });
    if (whose !== undefined) {
      problem(`conflicts with what is there: ${whose}; leave it out`);
    } else if (key === "connect" && (value as { enabled?: unknown } | null)?.enabled === false) {
      problem("turns the mesh's identities off; leave it out");
    } else if (lacks(consul, key)) {
      problem(`is not known to Consul ${consul}, whose servers would not start; it needs Consul ${SINCE.get(key)}`);
    } else if (rightValue(key, value) !== undefined) {
      problem(`Consul's servers would not start with ${shown(value)}; use ${rightValue(key, value)}`);
    } else if (!SERVER_KEYS.includes(key)) {
      problem(`is not known to Consul, whose servers would not start; did you mean "${closest(key, HARMLESS)}"?`);
    } else if (!HARMLESS.includes(key)) {
      found.doubts.push({ propertyPath: `${path}.${given}`, reason: DOUBT });
    }
  }
  return found;
}

/** Whether a Consul is too old for a key. */
function lacks(consul: string | undefined, key: string): boolean {
  const version = semver.coerce(consul);
  const since = SINCE.get(key);
  return since !== undefined && version !== null && semver.lt(version, since);
}

const FLAGS =
  /^(disable_(anonymous_signature|coordinates|http_unprintable_char_filter|host_node_id|remote_exec|update_check)|discard_check_output|leave_on_terminate|log_json|raft_prevote_disabled|skip_leave_on_interrupt|use_streaming_backend)$/;
const DURATION =
  /^(check_update_interval|default_query_time|discovery_max_stale|log_rotate_duration|max_query_time|raft_snapshot_interval|reconnect_timeout(_wan)?|retry_interval(_wan)?|server_rejoin_age_max|session_ttl_min)$/;
const OBJECTS =
  /^(autopilot|cache|dns_config|gossip_[lw]an|http_config|limits|locality|node_meta|performance|raft_logstore|rpc|tagged_addresses|telemetry|ui_config|xds|config_entries|connect|peering)$/;

/** What a key takes in place of its value; `undefined` where that is right, or not known here. */
function rightValue(key: string, value: unknown): string | undefined {
  if (key === "log_level") {
    return /^(trace|debug|info|warn|error)$/i.test(String(value)) ? undefined : "trace, debug, info, warn or error";
  }
  if (FLAGS.test(key) && typeof value !== "boolean") {
    return "true or false";
  }
  if (DURATION.test(key) && (typeof value !== "string" || durationOf(value) === undefined)) {
    return 'a Go duration such as "30s"';
  }
  if (OBJECTS.test(key) && (typeof value !== "object" || value === null || Array.isArray(value))) {
    return "an object";
  }
  const { raft_multiplier: multiplier } = (key === "performance" ? value : {}) as { raft_multiplier?: unknown };
  return multiplier === undefined ||
    (Number.isInteger(multiplier) && Number(multiplier) >= 0 && Number(multiplier) <= 10)
    ? undefined
    : "a raft_multiplier that is a whole number from 1 to 10";
}

/** Why what is not known to be harmless is said. */
export const DOUBT = "is not known to be harmless to what the stack relies on; try it first where things may break";

/** The servers' own configuration among the chart's values; `undefined` where that is no object in JSON. */
export function serverConfigOf(values: ChartValues): ChartValues | undefined {
  return objectIn((valueAt(values, "server.extraConfig") as string | undefined) ?? "{}");
}

/** The object that a text is in JSON, `undefined` where it is none. */
function objectIn(text: string): ChartValues | undefined {
  try {
    const config: unknown = JSON.parse(text);
    return typeof config === "object" && config !== null && !Array.isArray(config)
      ? (config as ChartValues)
      : undefined;
  } catch {
    return undefined;
  }
}
