import type { ConfigEntry } from "./configEntry";

/**
 * What a sidecar's line tells of a call, by Envoy's command operators. The caller's own sidecar writes a line too, without a `caller`:
 * there nobody has shown a certificate. The path is the one that intentions judge, and has its query: only newer Envoys can leave that
 * out, and an older one would refuse the whole listener.
 */
const FORMAT = {
  start_time: "%START_TIME%",
  caller: "%DOWNSTREAM_PEER_URI_SAN%",
  callee: "%DOWNSTREAM_LOCAL_URI_SAN%",
  method: "%REQ(:METHOD)%",
  authority: "%REQ(:AUTHORITY)%",
  path: "%REQ(:PATH)%",
  protocol: "%PROTOCOL%",
  response_code: "%RESPONSE_CODE%",
  response_flags: "%RESPONSE_FLAGS%",
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  connection_termination_details: "%CONNECTION_TERMINATION_DETAILS%",
  duration: "%DURATION%",
  bytes_received: "%BYTES_RECEIVED%",
  bytes_sent: "%BYTES_SENT%",
  request_id: "%REQ(X-REQUEST-ID)%",
  upstream_cluster: "%UPSTREAM_CLUSTER%",
};

/** Has every sidecar of the mesh log each call to its standard output, as a line of JSON. Consul knows one such entry, `global`. */
export const ACCESS_LOGS: ConfigEntry = {
  kind: "ProxyDefaults",
  name: "global",
  spec: { accessLogs: { enabled: true, type: "stdout", jsonFormat: JSON.stringify(FORMAT) } },
};
