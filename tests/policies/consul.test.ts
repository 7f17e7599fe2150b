import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Analyzer, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { CHART, kube, NAMED_PEERS, networkPolicy, release, safeBut, SAFE_VALUES, workload } from "./resources";

useAnalyzer();
const safe = release(SAFE_VALUES);
const extra = (config: object) => release(safeBut({ server: { extraConfig: JSON.stringify(config) } }));
const NO_CHART = { chart: "no/such/folder/consul" };

cases("consul-tls", [
  passes("TLS on and verified", [safe]),
  passes("variables that are not known yet, of what is none of Consul's", [
    workload("a", { container: { env: UNKNOWN } }),
  ]),
  passes("a program without Consul", [kube("v1", "ConfigMap", "server-config", { data: { "server.json": "{}" } })]),
  passes("a chart that cannot be rendered, with values that say so", [release(SAFE_VALUES, NO_CHART)]),
  blocks(
    "TLS off",
    [release(safeBut({ global: { tls: { enabled: false } } }))],
    [
      "tls.defaults.verify_outgoing is not set",
      "tls.internal_rpc.verify_incoming is not set",
      "tls.internal_rpc.verify_server_hostname is not set",
      "ports.http is not set",
      "ports.grpc is 8502",
    ],
  ),
  blocks(
    "TLS not verified",
    [release(safeBut({ global: { tls: { verify: false } } }))],
    ["verify_outgoing", "verify_incoming", "verify_server_hostname"],
  ),
  blocks(
    "plain HTTP as well",
    [release(safeBut({ global: { tls: { httpsOnly: false } } }))],
    "ports.http is not set, not -1",
  ),
  blocks(
    "verification undone in extra configuration",
    [extra({ tls: { internal_rpc: { verify_server_hostname: false } } })],
    "verify_server_hostname is false",
  ),
  blocks("plain HTTP opened in extra configuration", [extra({ ports: { http: 8500 } })], "ports.http is 8500"),
  blocks(
    "servers made without Helm",
    [
      kube("v1", "ConfigMap", "consul", { data: { "server.json": '{"ports": {"http": -1, "grpc": -1}}' } }),
      kube("apps/v1", "StatefulSet", "consul", {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: "consul",
                  image: "hashicorp/consul:1.20.6",
                  command: ["consul agent -server -config-dir=/c"],
                  volumeMounts: [{ name: "config", mountPath: "/c" }],
                },
              ],
              volumes: [{ name: "config", configMap: { name: "consul" } }],
            },
          },
        },
      }),
    ],
    ["verify_outgoing", "verify_incoming", "verify_server_hostname"],
  ),
  blocks(
    "a client that does not verify",
    [
      kube("v1", "Pod", "client", {
        spec: { containers: [{ name: "c", env: [{ name: "CONSUL_HTTP_SSL_VERIFY", value: "false" }] }] },
      }),
    ],
    "container c does not verify Consul's certificate",
  ),
  blocks(
    "a chart that cannot be rendered, with TLS off",
    [release({ global: { tls: { enabled: true } } }, NO_CHART)],
    ["its value global.tls.verify is not true", "its value global.tls.httpsOnly is not true"],
  ),
  blocks("values that are not known", [release(UNKNOWN)], "values can't be known during preview"),
]);

cases("consul-acls", [
  passes("ACLs on", [safe]),
  passes("ACLs off in dev", [release(safeBut({ global: { acls: { manageSystemACLs: false } } }))], {
    stack: "team-dev",
  }),
  passes(
    "ACLs off where the configuration says dev",
    [release(safeBut({ global: { acls: { manageSystemACLs: false } } }))],
    {
      config: { environment: "dev" },
    },
  ),
  ...["staging", "prod", "anything", "dev-prod"].map((stack) =>
    blocks(
      `ACLs off in ${stack}`,
      [release(safeBut({ global: { acls: { manageSystemACLs: false } } }))],
      "acl.enabled is not true",
      { stack },
    ),
  ),
  blocks(
    "allowed by default in extra configuration",
    [extra({ acl: { default_policy: "allow" } })],
    "default_policy is not deny",
  ),
  blocks("turned off in extra configuration", [extra({ acl: { enabled: false } })], "acl.enabled is not true"),
  blocks(
    "unknown",
    [release(safeBut({ global: { acls: { manageSystemACLs: UNKNOWN } } }))],
    "values.global.acls.manageSystemACLs can't be known",
  ),
]);

const NO_KEY = { global: { gossipEncryption: { secretName: "", secretKey: "" } } };
cases("consul-gossip-key", [
  passes("a key from a Secret", [safe]),
  passes("a key of the chart's own", [
    release(safeBut({ global: { gossipEncryption: { secretName: "", secretKey: "", autoGenerate: true } } })),
  ]),
  passes("no key in dev", [release(safeBut(NO_KEY))], { stack: "dev" }),
  blocks("no key", [release(safeBut(NO_KEY))], "gossip is not encrypted"),
  blocks("plain gossip taken in", [extra({ encrypt_verify_incoming: false })], "encrypt_verify_incoming is false"),
  ...[{ secretName: "key" }, { autoGenerate: true }].map((gossipEncryption) =>
    passes(`a chart that cannot be rendered, with ${JSON.stringify(gossipEncryption)}`, [
      release({ global: { gossipEncryption } }, NO_CHART),
    ]),
  ),
  blocks("plain gossip given out", [extra({ encrypt_verify_outgoing: false })], "encrypt_verify_outgoing is false"),
  blocks(
    "plain gossip, by a patch of servers that are declared elsewhere",
    [
      kube("v1", "ConfigMapPatch", "consul-server-config", {
        data: { "server.json": '{"encrypt_verify_incoming": false}' },
      }),
    ],
    "encrypt_verify_incoming is false",
  ),
  blocks("a chart that cannot be rendered, without a key", [release({}, NO_CHART)], "names no key"),
  blocks("unknown", [release(UNKNOWN)], "can't be known"),
]);

cases("consul-availability", [
  passes("three servers and a budget", [safe]),
  passes("a chart that cannot be rendered, with three servers", [release({ server: { replicas: 3 } }, NO_CHART)]),
  blocks(
    "a chart that cannot be rendered, without a budget",
    [release({ server: { replicas: 3, disruptionBudget: { enabled: false } } }, NO_CHART)],
    "server.disruptionBudget.enabled is false",
  ),
  passes("one server in staging", [release(safeBut({ server: { replicas: 1 } }))], { stack: "staging" }),
  blocks("one server", [release(safeBut({ server: { replicas: 1 } }))], "has 1 servers"),
  blocks("four servers", [release(safeBut({ server: { replicas: 4 } }))], "has 4 servers"),
  blocks("fewer than configured", [safe], "has 3 servers", { config: { minimumServers: 5 } }),
  blocks(
    "no budget",
    [release(safeBut({ server: { disruptionBudget: { enabled: false } } }))],
    "has no disruption budget",
  ),
  blocks(
    "a budget that ends the quorum",
    [release(safeBut({ server: { disruptionBudget: { maxUnavailable: 2 } } }))],
    "lets 2 of 3 servers go at once",
  ),
  blocks("a chart that cannot be rendered, with one server", [release({}, NO_CHART)], "server.replicas is too small"),
  blocks("unknown", [release(safeBut({ server: { replicas: UNKNOWN } }), NO_CHART)], "server.replicas can't be known"),
]);

const TO_API = { ports: [{ port: 8501 }] };
cases("consul-api-isolated", [
  passes("named peers", [safe, networkPolicy(NAMED_PEERS)]),
  passes("everything closed", [safe, networkPolicy(undefined)]),
  passes("gossip open", [safe, networkPolicy([...NAMED_PEERS, { ports: [{ port: 8301 }] }])]),
  passes("dev", [safe], { stack: "dev" }),
  passes("done by something else", [safe], { config: { declaredElsewhere: true } }),
  blocks("nothing", [safe], "no NetworkPolicy isolates the ports 8500, 8501, 8502"),
  blocks(
    "one for other pods",
    [safe, networkPolicy([], { podSelector: { matchLabels: { component: "ui" } } })],
    "no NetworkPolicy",
  ),
  blocks("one for egress", [safe, networkPolicy([], { policyTypes: ["Egress"] })], "no NetworkPolicy"),
  blocks(
    "one in another namespace",
    [safe, { ...networkPolicy([]), props: { ...networkPolicy([]).props, metadata: { name: "x" } } }],
    "no NetworkPolicy",
  ),
  ...[[], null, undefined, ["Egress", "Ingress"]].flatMap((policyTypes) => [
    passes(`one of the types ${JSON.stringify(policyTypes)}`, [safe, networkPolicy(NAMED_PEERS, { policyTypes })]),
    blocks(
      `a second one of the types ${JSON.stringify(policyTypes)} that opens`,
      [safe, networkPolicy(NAMED_PEERS), { ...networkPolicy([{}], { podSelector: {}, policyTypes }), name: "second" }],
      "NetworkPolicy consul-api: opens Consul's API to everybody",
    ),
  ]),
  blocks("everybody at the API's port", [safe, networkPolicy([TO_API])], "opens Consul's API to everybody"),
  blocks("everybody at every port", [safe, networkPolicy([{}])], "opens Consul's API to everybody"),
  blocks(
    "every address",
    [safe, networkPolicy([{ ...TO_API, from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }])],
    "to everybody",
  ),
  blocks(
    "every pod of every namespace",
    [safe, networkPolicy([{ ...TO_API, from: [{ namespaceSelector: {} }] }])],
    "to everybody",
  ),
  blocks("a range of ports", [safe, networkPolicy([{ ports: [{ port: 8000, endPort: 9000 }] }])], "to everybody"),
  blocks("unknown rules", [safe, networkPolicy(UNKNOWN)], "can't be known"),
]);

cases("no-secret-in-helm-values", [
  passes("names of Secrets", [safe]),
  passes("an empty password, a flag", [
    release({ password: "", token: { secretName: "a", secretKey: "b" }, secrets: true }),
  ]),
  blocks("a password", [release({ ui: { adminPassword: "hunter2" } })], "values.ui.adminPassword holds a secret"),
  blocks("one in a list", [release({ users: [{ token: "abc" }] })], "values.users[0].token holds a secret"),
  blocks(
    "a private key under any name",
    [release({ x: "-----BEGIN EC PRIVATE KEY-----\nMHc\n" })],
    "values.x holds a secret",
  ),
  blocks(
    "one in Consul's configuration",
    [extra({ acl: { tokens: { initial_management: "abc" } } })],
    "values.server.extraConfig.acl.tokens.initial_management holds",
  ),
  blocks("unknown", [release({ ui: { password: UNKNOWN } })], "values.ui.password can't be known"),
]);

const drawn = { type: "random:index/randomUuid:RandomUuid", name: "r", props: { result: UNKNOWN } };
const known = { ...drawn, props: { result: "3f1c" } };
cases("helm-releases-rendered", [
  passes("a folder", [safe]),
  blocks("no such chart", [release(SAFE_VALUES, NO_CHART)], "its objects cannot be judged"),
  blocks("another version than the release's", [release(SAFE_VALUES, { version: "0.0.1" })], ", the release 0.0.1"),
  blocks("values that the chart refuses", [release(safeBut({ client: { enabled: true } }))], "client.enabled"),
  blocks(
    "a post-renderer",
    [release(SAFE_VALUES, { postrender: "/bin/cat" })],
    'the post-renderer "/bin/cat" can change',
  ),
  blocks(
    "the last release's values",
    [release(SAFE_VALUES, { reuseValues: true })],
    "reuseValues puts the values of the last release beneath its own, which cannot be judged. Put",
  ),
  passes("values of its own", [release(SAFE_VALUES, { reuseValues: false })]),
  blocks("unknown values", [release(UNKNOWN)], "values can't be known during preview"),
  blocks(
    "values that the provider has taken out, as unknown",
    [drawn, { ...safe, madeFrom: { values: drawn } }],
    "its values are made from r, which is not known yet",
  ),
  passes("values of something else, made from what is not known", [
    drawn,
    { type: "example:index/thing:Thing", name: "t", props: {}, madeFrom: { values: drawn } },
  ]),
  passes("values made from what is known", [known, { ...safe, madeFrom: { values: known } }]),
]);

describe("where a chart comes from", () => {
  const rendered = (resource: ReturnType<typeof release>, env: NodeJS.ProcessEnv) =>
    Analyzer.use(
      async (analyzer) => {
        await analyzer.configure();
        const said = await analyzer.judge("prod", [resource]);
        return said.filter((v) => ["helm-releases-rendered", "consul-acls"].includes(v.policy)).map((v) => v.message);
      },
      undefined,
      env,
    );
  const withoutAcls = safeBut({ global: { acls: { manageSystemACLs: false } } });
  const fromRepository = release(withoutAcls, {
    chart: "consul",
    repositoryOpts: { repo: "https://charts.invalid" },
  });

  test("a repository's chart is taken from helm's cache, where the provider has put it", async () => {
    const cache = fs.mkdtempSync(path.join(os.tmpdir(), "charts-"));
    execFileSync("helm", ["package", CHART, "--destination", cache], { stdio: "ignore" });
    expect(await rendered(fromRepository, { HELM_REPOSITORY_CACHE: cache })).toEqual([
      expect.stringContaining("acl.enabled is not true"),
    ]);
    fs.rmSync(cache, { recursive: true });
  });

  test("a chart out of reach is not judged, which blocks; its values still are", async () => {
    expect(await rendered(fromRepository, { HELM_REPOSITORY_CACHE: "/nowhere" })).toEqual([
      expect.stringContaining("its value global.acls.manageSystemACLs is not true"),
      expect.stringContaining("its objects cannot be judged"),
    ]);
  });

  test("without helm nothing is judged, which blocks", async () => {
    const node = path.dirname(process.execPath);
    expect(fs.existsSync(path.join(node, "helm"))).toBe(false);
    expect(await rendered(release(SAFE_VALUES), { PATH: node })).toEqual([
      expect.stringContaining("there is no helm on the PATH"),
    ]);
  });
});
