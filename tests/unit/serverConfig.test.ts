import { DOUBT, serverConfigOf, serverConfigProblems } from "../../components/chart/serverConfig";

/** What is said of a configuration: problems, and doubts behind a question mark. */
function said(config: object | string): string[] {
  const { problems, doubts } = serverConfigProblems(typeof config === "string" ? config : JSON.stringify(config), "x");
  return [
    ...problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`),
    ...doubts.map(({ propertyPath, reason }) => `${propertyPath}? ${reason}`),
  ];
}
const fights = (key: string) =>
  expect.stringMatching(RegExp(`^x\\.${key}: conflicts with what is there: \\w.*; leave it out$`));
const words = (text: string) => text.trim().split(/\s+/);

test.each(
  words(`ports addresses bind_addr client_addr advertise_addr advertise_addr_wan serf_lan serf_wan unix_sockets
    tls tls_min_version tls_cipher_suites verify_incoming verify_outgoing verify_server_hostname ca_file ca_path cert_file key_file
    auto_encrypt auto_config acl acl_default_policy acl_master_token enable_acl_replication encrypt encrypt_verify_incoming
    bootstrap bootstrap_expect server retry_join start_join join rejoin_after_leave datacenter primary_datacenter domain alt_domain
    data_dir node_id node_name pid_file disable_keyring_file default_intention_policy enable_script_checks
    enable_local_script_checks experiments partition segment segments license_path enable_debug`),
)("whoever sets %s would undo what the stack counts on, in letters of any size", (key) => {
  expect(said({ [key]: true })).toEqual([fights(key)]);
  expect(said({ [key.toUpperCase()]: true })).toEqual([fights(key.toUpperCase())]);
});

test.each(
  words(`advertise_reconnect_timeout retry_join_wan server_name ui_dir services connect config_entries peering`),
)("%s only sounds like it, and is left with a doubt", (key) => {
  expect(said({ [key]: {} })).toEqual([`x.${key}? ${DOUBT}`]);
});

test.each(
  words(`my_ports ports_of my_tls my_verify_x certificate_ca_file ca_files cert_files my_acl my_encrypt encryption my_bootstrap
    joint my_datacenter datacenters my_domain domains my_data_dir node_names my_default_intention_policy default_intention_policy_x
    my_enable_script_checks enable_script_checks_x my_partition partitions my_enable_debug enable_debugging`),
)("%s is no key of Consul's, and is told what may be meant", (key) => {
  expect(said({ [key]: {} })).toEqual([
    expect.stringMatching(`^x.${key}: is not known to Consul.*did you mean "[a-z_]+"`),
  ]);
});

test.each([
  [
    "log_level",
    ["trace", "debug", "INFO", "warn", "error"],
    ["loud", "xdebug", "errors", 3],
    "trace, debug, info, warn or error",
  ],
  ...words(`disable_anonymous_signature disable_coordinates disable_http_unprintable_char_filter disable_host_node_id
    disable_remote_exec disable_update_check discard_check_output leave_on_terminate log_json raft_prevote_disabled
    skip_leave_on_interrupt use_streaming_backend`).map(
    (key) => [key, [true, false], ["true", 1, null], "true or false"] as const,
  ),
  ...words(`check_update_interval default_query_time discovery_max_stale log_rotate_duration max_query_time
    raft_snapshot_interval reconnect_timeout reconnect_timeout_wan retry_interval retry_interval_wan server_rejoin_age_max
    session_ttl_min`).map(
    (key) => [key, ["60s", "1h30m"], [60, "60", "soon", ["60s"]], 'a Go duration such as "30s"'] as const,
  ),
  ...words(`autopilot cache dns_config gossip_lan gossip_wan http_config limits locality node_meta performance raft_logstore rpc
    tagged_addresses telemetry ui_config xds`).map((key) => [key, [{}], ["", null, [], true], "an object"] as const),
  [
    "performance",
    [{}, { raft_multiplier: 0 }, { raft_multiplier: 1 }, { raft_multiplier: 10 }],
    [{ raft_multiplier: 11 }, { raft_multiplier: -1 }, { raft_multiplier: 1.5 }, { raft_multiplier: "1" }],
    "a raft_multiplier that is a whole number from 1 to 10",
  ],
  ["node_meta", [{ raft_multiplier: 11 }], [], ""],
  ["max_query_time", ["1s"], [{ raft_multiplier: 1 }], 'a Go duration such as "30s"'],
] as const)(
  "%s takes values of its kind, and the servers would not start with others",
  (key, right, wrong, instead) => {
    for (const value of right) {
      expect([value, said({ [key]: value })]).toEqual([value, []]);
    }
    for (const value of wrong) {
      const told = `x.${key}: Consul's servers would not start with ${JSON.stringify(value)}; use ${instead}`;
      expect([value, said({ [key]: value })]).toEqual([value, [told]]);
    }
  },
);

test.each(
  words(`my_log_json log_json_x my_disable_coordinates retry_interval_x my_retry_interval my_autopilot autopilots
    enable_acl_replication_x`),
)("%s is not taken for the key that it contains", (key) => {
  expect(said({ [key]: "x" })).toEqual([expect.stringMatching(`^x.${key}: is not known to Consul`)]);
});

test.each(words("config_entries connect peering"))("%s, of which more is not known, is an object at least", (key) => {
  expect(said({ [key]: "x" })).toEqual([`x.${key}: Consul's servers would not start with "x"; use an object`]);
});

test("what turns the mesh's identities off is refused, and what else is said of them doubted", () => {
  expect(said({ connect: { enabled: false } })).toEqual([
    expect.stringContaining("x.connect: turns the mesh's identities off"),
  ]);
  expect(said({ connect: { enabled: true } })).toEqual([`x.connect? ${DOUBT}`]);
  expect(said({ connect: null })).toEqual(["x.connect: Consul's servers would not start with null; use an object"]);
  expect(said({ ui: { enabled: false } })).toEqual([`x.ui? ${DOUBT}`]);
});

test.each(["log_level = debug", "null", "3", "[]", '"text"', ""])("%s is no object in JSON", (text) => {
  expect(said(text)).toEqual([expect.stringMatching(/^x: .* is not an object in JSON/)]);
  expect(serverConfigOf({ server: { extraConfig: text } })).toBeUndefined();
});

test("what the servers are told is in the chart's values, or nothing", () => {
  expect(serverConfigOf({ server: { extraConfig: '{"log_level": "DEBUG"}' } })).toEqual({ log_level: "DEBUG" });
  expect([{}, { server: {} }, { server: { extraConfig: null } }].map(serverConfigOf)).toEqual([{}, {}, {}]);
});

test("a template's text cannot be judged", () => {
  expect(said('{"ports": {"http": {{ .Values.port }}}}')).toEqual([expect.stringMatching(/^x\? is a template/)]);
});

test("others are set as one likes", () => {
  for (const key of words(`check_output_max_size gossip_lan log_file log_rotate_bytes log_rotate_max_files raft_protocol
    raft_snapshot_threshold raft_trailing_logs recursors retry_max retry_max_wan`)) {
    expect(said({ [key]: /gossip/.test(key) ? {} : 3 })).toEqual([]);
  }
});

test.each([
  ["raft_prevote_disabled", true, "1.20.7", "1.21.0"],
  ["disable_kv_key_validation", true, "1.21.5", "1.22.0"],
  ["federation_state_anti_entropy_sync_interval", "1m", "1.22.3", "1.22.5"],
])("%s: %j is refused for Consul %s, which would not start, and not for %s", (key, value, before, since) => {
  const problems = (consul?: string) => serverConfigProblems(JSON.stringify({ [key]: value }), "x", consul).problems;
  expect(problems(before)).toEqual([
    {
      propertyPath: `x.${key}`,
      reason: `is not known to Consul ${before}, whose servers would not start; it needs Consul ${since}`,
    },
  ]);
  for (const consul of [since, `${since}-ubi`, "1.23", undefined]) {
    expect([consul, problems(consul)]).toEqual([consul, []]);
  }
  expect(serverConfigProblems('{"log_json": true}', "x", before).problems).toEqual([]);
});
