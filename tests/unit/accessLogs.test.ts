import { programOf } from "../program";
import { ofStack } from "../settings";

const entries = async (settings: Record<string, unknown>) =>
  (await programOf({ ...ofStack("dev"), ...settings })).filter(({ type }) => type.endsWith(":ProxyDefaults"));

test("the sidecars log no calls unless they are told to", async () => {
  expect(await entries({})).toEqual([]);
});

test("with access logs each sidecar writes lines of JSON, when there is somebody to take the entry", async () => {
  const [entry, ...others] = await entries({ consulSidecarAccessLogs: true });
  expect(others).toEqual([]);
  expect(entry.dependsOn).toContain("consul-connect-injector");
  expect(entry.props.metadata).toMatchObject({
    name: "global",
    annotations: { "pulumi.com/waitFor": expect.stringContaining('"condition=Synced"') },
  });
  const { jsonFormat, ...accessLogs } = entry.props.spec.accessLogs;
  expect(accessLogs).toEqual({ enabled: true, type: "stdout" });
  // What tells a call of the mesh, and what becomes of it.
  expect(JSON.parse(jsonFormat)).toEqual({
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
  });
});
