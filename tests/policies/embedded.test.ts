import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, release, safeBut, workload } from "./resources";

useAnalyzer();
const OPEN = `
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: {name: ledger}
spec: {destination: {name: ledger}, sources: [{name: '*', action: allow}]}
`;
const POD = `
apiVersion: v1
kind: Pod
metadata: {name: a, annotations: {consul.hashicorp.com/connect-inject: 'true'}}
spec: {containers: [{name: a, image: nginx}]}
`;
const config = (data: unknown, kind = "ConfigMap") => kube("v1", kind, "files", { data });
const WHO = "ServiceIntentions ledger: * → ledger is allowed";

cases("no-wildcard-allow", [
  blocks("an entry that a Job may apply", [config({ "open.yaml": OPEN })], WHO),
  blocks("one behind other documents", [config({ "a.txt": "x", "open.yaml": `a: b\n---${OPEN}` })], WHO),
  blocks("one beside a file that is not known yet", [config({ a: UNKNOWN, "open.yaml": OPEN })], WHO),
  blocks(
    "one in binary data, beside what is not known yet",
    [kube("v1", "ConfigMap", "files", { data: UNKNOWN, binaryData: { a: UNKNOWN, "open.yaml": btoa(OPEN) } })],
    WHO,
  ),
  passes("binary data that is not known yet", [kube("v1", "ConfigMap", "files", { binaryData: UNKNOWN })]),
  passes("documents that lack what makes an object", [
    config({
      kind: OPEN.replace(/^kind.*/m, ""),
      number: `# consul.hashicorp.com/${OPEN.replace(/^api.*/m, "apiVersion: 1")}`,
      version: `# consul.hashicorp.com/v1alpha1${OPEN.replace(/^api.*/m, "")}`,
    }),
  ]),
  passes("a handbook that shows an entry", [config({ "README.md": `Don't do this: [\n${OPEN}` })]),
  passes("files that are not known yet, and what is no ConfigMap", [
    config(UNKNOWN),
    config({ "open.yaml": OPEN }, "Secret"),
  ]),
]);

cases("images-pinned", [
  passes("other people's manifests, which are no entries of Consul's", [config({ "pod.yaml": POD })]),
]);

const ENTRY = { Kind: "service-intentions", Name: "ledger", Sources: [{ Name: "*", Action: "allow" }] };
const BOOTSTRAP = { config_entries: { bootstrap: [ENTRY] } };
const JSON_TEXT = JSON.stringify(BOOTSTRAP);
const BLOCK = 'bootstrap { kind = "service-intentions" name = "ledger" sources { name = "*" action = "allow" } }';
const OTHER = 'bootstrap { kind = "proxy-defaults" name = "global" config { protocol = "http" } }';
const told = (container: Record<string, unknown>) =>
  workload("servers", { container: { image: "hashicorp/consul:1.22.7", ...container } });
const chart = (server: object) => release(safeBut({ server }));

cases("no-wildcard-allow", [
  ...[
    JSON_TEXT,
    JSON_TEXT.toLowerCase(),
    JSON.stringify({ Config_Entries: [{ BOOTSTRAP: [{}, { ...ENTRY, Sources: ENTRY.Sources[0] }] }] }),
    JSON.stringify({ config_entries: { bootstrap: [{ ...ENTRY, Sources: [{ Name: "a" }, ENTRY.Sources[0]] }] } }),
  ].map((text) => blocks(`an entry that Consul's servers make: ${text}`, [config({ "a.json": text })], WHO)),
  ...[
    `config_entries { ${BLOCK} }`,
    `config_entries { ${BLOCK} ${OTHER} }`,
    `config_entries { ${OTHER} ${BLOCK} }`,
    `config_entries { ${BLOCK.replace("bootstrap", "bootstrap = [")}, { kind = "mesh" }] }`,
    `config_entries { ${BLOCK.replace("sources {", 'sources { name = "a" } sources {')} }`,
  ].map((text) => blocks(`an entry in HCL: ${text}`, [config({ "a.hcl": text })], WHO)),
  ...[
    { args: ["agent", `-hcl=${JSON_TEXT}`, "-hcl=config_entries { bootstrap = [] }"] },
    { args: ["agent", "-hcl=server {", "-hcl", JSON_TEXT] },
    { env: [{ name: "CONSUL_LOCAL_CONFIG", value: JSON_TEXT }] },
  ].map((container) => blocks(`one that they are told: ${JSON.stringify(container)}`, [told(container)], WHO)),
  blocks(
    "one that the chart's servers are told",
    [chart({ extraConfig: JSON_TEXT })],
    "rendered by the chart: ServiceIntentions ledger: * → ledger is allowed",
  ),
  blocks("one that a patch tells them", [kube("v1", "ConfigMapPatch", "a", { data: { "a.json": JSON_TEXT } })], WHO),
  passes("what servers do not read, or is no entry that opens anything", [
    config({ "a.json.bak": JSON_TEXT, "b.json": '{"bootstrap": true}', "c.hcl": "a {", "d.json": "[]" }),
    workload("a", { container: { image: "nginx:1.27.3", args: ["agent", `-hcl=${JSON_TEXT}`] } }),
    told({ args: ["agent", `-hcl=config_entries { ${OTHER} }`] }),
  ]),
  ...[{ data: { "a.json": Buffer.from(JSON_TEXT).toString("base64") } }, { stringData: { "a.json": JSON_TEXT } }].map(
    (fields) =>
      blocks(
        `an entry in a Secret, of which nothing is told: ${JSON.stringify(fields)}`,
        [kube("v1", "Secret", "files", fields)],
        "Secret files: has a config entry in it that breaks this rule. Allow",
      ),
  ),
  passes("what is not known yet", [
    config({ "a.json": UNKNOWN }),
    kube("v1", "Secret", "files", { data: UNKNOWN }),
    workload("a", { container: { image: "hashicorp/consul:1.22.7", args: ["agent", UNKNOWN] } }),
  ]),
]);

const makes = (entry: object) => [chart({ extraConfig: JSON.stringify({ config_entries: { bootstrap: [entry] } }) })];
cases("no-permissive-mtls", [
  blocks(
    "proxies' defaults that the servers make",
    makes({ kind: "proxy-defaults", name: "global", mutual_tls_mode: "permissive" }),
    "rendered by the chart: ProxyDefaults global: mutualTLSMode is permissive",
  ),
  blocks(
    "the mesh's settings that they make",
    makes({ Kind: "mesh", AllowEnablingPermissiveMutualTLS: true }),
    "rendered by the chart: Mesh: allowEnablingPermissiveMutualTLS lets any service choose the permissive mode",
  ),
]);
cases("no-proxy-override", [
  blocks(
    "a proxies' listener that the servers make",
    makes({ kind: "proxy-defaults", name: "global", config: { envoy_public_listener_json: "{}" } }),
    "rendered by the chart: ProxyDefaults global: spec.config.envoy_public_listener_json replaces",
  ),
  ...["envoy_extensions", "EnvoyExtensions"].map((key) =>
    blocks(
      `an extension that they make, without a list: ${key}`,
      makes({ kind: "service-defaults", name: "a", [key]: { Name: "builtin/lua" } }),
      "spec.envoyExtensions[0] is builtin/lua",
    ),
  ),
]);
cases("no-other-way-in", [
  ...[
    { services: [{ name: "shop", consumers: [{ peer: "west" }] }] },
    { services: { name: "shop", consumers: { peer: "west" } } },
  ].map((spec) =>
    blocks(
      `services that they export: ${JSON.stringify(spec)}`,
      makes({ kind: "exported-services", name: "default", ...spec }),
      "ExportedServices default: exports shop to west",
    ),
  ),
]);
