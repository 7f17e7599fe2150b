import { DEFAULT_DATAPLANE_IMAGE, ENVOY_CAPABILITIES, envoyBeforeConsul, envoyCommand } from "../shared/envoy";
import { ChartValues, mergeValues } from "./consulValues";
import { valueAt } from "./heldValues";
import { serverConfigOf } from "./serverConfig";

/** Where Consul's own API listens behind the gate, on the pod's loopback alone; the gate takes over its usual port. */
const API_PORTS = { gate: 8501, behind: 8499 } as const;
const CA_FILE = "/consul/tls/ca/tls.crt";
const SERVER_CERTIFICATE = "/consul/tls/server";

/**
 * A Consul server keeps each leaf certificate that it has issued by the service's name alone, and hands it out, with its
 * private key, to whoever asks for it by HTTP: no token is looked at until a new one is to be signed
 * [consul agent/leafcert: ConnectCALeafRequest.Key, attemptLeafRefresh]. So the gate asks Consul, for each request for a
 * leaf, whether its token may write the service, which is what a signature needs. A path that means the endpoint in other
 * letters is none that a client of Consul writes, and is refused.
 */
const ASK_FOR_LEAVES = `
local function decoded(path)
  local before
  repeat
    before = path
    path = path:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  until path == before
  return path
end

local function refuse(handle, status, reason)
  handle:respond({[":status"] = tostring(status), ["content-type"] = "text/plain"}, reason)
end

function envoy_on_request(handle)
  local path = handle:headers():get(":path"):gsub("[?#].*$", "")
  if not decoded(path):gsub("/+", "/"):find("connect/ca/leaf", 1, true) then return end
  local service = path:match("^/v1/agent/connect/ca/leaf/([%w_.-]+)$")
  local token = handle:headers():get("x-consul-token")
  if service == nil or token == nil then
    return refuse(handle, 403, "Permission denied: a leaf is for a service's name, and a token in X-Consul-Token")
  end
  local function ask(method, path, body)
    local headers = {[":method"] = method, [":path"] = path, [":authority"] = "consul", ["x-consul-token"] = token}
    local answer, text = handle:httpCall("consul", headers, body, 10000)
    return answer[":status"], text
  end
  local question = '[{"Resource": "service", "Access": "write", "Segment": "' .. service .. '"}]'
  local status, body
  -- A server that does not lead hears of a new token a moment later: while the leader knows it, it is asked again.
  for _ = 1, 50 do
    status, body = ask("POST", "/v1/internal/acl/authorize", question)
    if status ~= "403" or ask("GET", "/v1/acl/token/self?consistent") ~= "200" then break end
  end
  if status ~= "200" then
    return refuse(handle, status == "403" and 403 or 503, body or "")
  end
  if not body:find('"Allow":%s*true') then
    return refuse(handle, 403, "Permission denied: the token lacks service:write on " .. service)
  end
end
`;

/**
 * Values of Consul's chart with a gate in front of each server's HTTPS API, where tokens tell who may ask; without ACLs,
 * with external servers, or with certificates that are Vault's, they stay as they are. It is an Envoy in the server's pod,
 * with the server's certificate: clients see the same address, port and names.
 */
export function withLeafGate(values: ChartValues): ChartValues {
  if (!hasLeafGate(values)) {
    return values;
  }
  const extraContainers = valueAt(values, "server.extraContainers");
  const config = mergeValues(serverConfigOf(values) ?? {}, {
    addresses: { https: "127.0.0.1" },
    ports: { https: API_PORTS.behind },
  });
  const containers = Array.isArray(extraContainers) ? extraContainers : [];
  return mergeValues(values, {
    server: { extraConfig: JSON.stringify(config), extraContainers: [...containers, gateContainer(values)] },
  });
}

/** Whether these values get a gate. */
export function hasLeafGate(values: ChartValues): boolean {
  return (
    valueAt(values, "global.acls.manageSystemACLs") === true &&
    valueAt(values, "server.enabled") !== false &&
    valueAt(values, "externalServers.enabled") !== true &&
    valueAt(values, "global.secretsBackend.vault.enabled") !== true
  );
}

function gateContainer(values: ChartValues): ChartValues {
  return {
    name: "leaf-gate",
    image: valueAt(values, "global.imageConsulDataplane") ?? DEFAULT_DATAPLANE_IMAGE,
    imagePullPolicy: valueAt(values, "global.imagePullPolicy"),
    command: envoyCommand(envoyConfiguration(values)),
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
      capabilities: ENVOY_CAPABILITIES,
    },
    volumeMounts: [
      { name: "consul-ca-cert", mountPath: CA_FILE.replace(/\/[^/]*$/, ""), readOnly: true },
      { name: "consul-server-cert", mountPath: SERVER_CERTIFICATE, readOnly: true },
    ],
  };
}

// Stryker disable all: Envoy itself judges it, in tests/consul/leafGate.test.ts, which takes too long for mutants
function envoyConfiguration(values: ChartValues) {
  return envoyBeforeConsul({
    listens: {
      address: valueAt(values, "global.dualStack.enabled") === true ? "::" : "0.0.0.0",
      port: API_PORTS.gate,
      certificates: [
        {
          certificate_chain: { filename: `${SERVER_CERTIFICATE}/tls.crt` },
          private_key: { filename: `${SERVER_CERTIFICATE}/tls.key` },
        },
      ],
    },
    filters: [
      {
        name: "leaf",
        typed_config: {
          "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
          default_source_code: { inline_string: ASK_FOR_LEAVES },
        },
      },
    ],
    consul: {
      host: "127.0.0.1",
      port: API_PORTS.behind,
      caFile: CA_FILE,
      serverName: `server.${valueAt(values, "global.datacenter") ?? "dc1"}.${valueAt(values, "global.domain") ?? "consul"}`,
      // Consul counts connections by address, and behind the gate they all have one: requests share them.
      protocol: { explicit_http_config: { http2_protocol_options: {} } },
    },
  });
}
// Stryker restore all
