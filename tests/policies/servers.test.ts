import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, NAMED_PEERS, networkPolicy, traefik, workload } from "./resources";
import { file, good, HCL, RUN, servers, SOUND } from "./serversByHand";

useAnalyzer();
const ALLOWS = "acl.default_policy is not deny";
const OPENS = "Consul's ports.http is 8500, not -1";
/** Servers that are told something more, and a patch that tells it to those of another stack. */
const more = (text: string) => [servers({ command: [...RUN, `-hcl=${text}`] }), good];
const patch = (text: string) => [
  workload("consul-server", { kind: "StatefulSetPatch", container: { args: [`-hcl=${text}`] } }),
];

cases("consul-acls", [
  passes("what a patch sets as it has to be", [
    workload("consul-server", {
      kind: "StatefulSetPatch",
      container: { args: ['-hcl=acl { enabled = true, default_policy = "deny" }'] },
    }),
  ]),
  ...["acl { enabled = true }", 'acl { default_policy = "deny" }'].map((text) =>
    passes(`a patch that sets ${text}`, [
      workload("consul-server", { kind: "StatefulSetPatch", container: { args: [`-hcl=${text}`] } }),
    ]),
  ),
  ...[
    ['acl { down_policy = "allow" }', "acl.down_policy is allow"],
    ['acl_down_policy = "allow"', "acl_down_policy is allow"],
    ['acl_default_policy = "allow"', "acl_default_policy is allow"],
    ['default_intention_policy = "allow"', "default_intention_policy is allow"],
    ["enable_script_checks = true", "enable_script_checks is true"],
    ["disable_remote_exec = false", "disable_remote_exec is false"],
  ].flatMap(([text, problem]) => [
    blocks(`servers with ${text}`, more(text), `StatefulSet consul: Consul's ${problem}. Set`),
    blocks(`a patch with ${text}`, patch(text), `StatefulSet consul-server: Consul's ${problem}. Set`),
  ]),
  blocks(
    "checks by scripts, by a flag",
    [servers({ command: [...RUN, "-enable-script-checks", "true"] }), good],
    "Consul's enable_script_checks is true",
  ),
  ...[
    'acl { down_policy = "extend-cache" }',
    'default_intention_policy = "deny"',
    "disable_remote_exec = true",
    "enable_script_checks = false enable_local_script_checks = true",
  ].flatMap((text) => [passes(`servers with ${text}`, more(text)), passes(`a patch with ${text}`, patch(text))]),
  passes("by hand, as they should be", [servers({ command: RUN }), good]),
  passes("in HCL", [servers({ args: ["agent", "-server", "-config-dir=/c"] }), file(HCL, "a.hcl")]),
  ...[
    ["agent", "-dev", "-client=0.0.0.0"],
    ["agent", "-server", "-bootstrap-expect=1", "-ui"],
    ["-server", "-ui"],
    ["agent", "--dev"],
  ].map((args) =>
    blocks(`arguments alone: ${args.join(" ")}`, [servers({ args, volumeMounts: [] })], "acl.enabled is not"),
  ),
  blocks("the image alone", [servers({}, "Deployment")], "acl.enabled is not true"),
  ...["Deployment", "DaemonSet", "Job"].map((kind) =>
    blocks(`a ${kind}`, [servers({ args: ["agent", "-dev"] }, kind)], "acl.enabled is not true"),
  ),
  blocks(
    "a shell's script",
    [servers({ command: ["sh", "-ec", "exec /bin/consul agent -server\n"] })],
    "acl.enabled is not",
  ),
  blocks(
    "a flag over a sound file",
    [servers({ command: [...RUN, '-hcl=acl { default_policy = "allow" } ports { http = 8500 }'] }), good],
    ALLOWS,
  ),
  blocks(
    "the same with two dashes and a word of its own",
    [servers({ command: [...RUN, "--hcl", 'acl = { default_policy = "allow" }'] }), good],
    ALLOWS,
  ),
  blocks(
    "the same in a script",
    [
      servers({
        command: ["sh", "-c", `consul agent -server -config-dir=/c -hcl="acl { default_policy = \\"allow\\" }"`],
      }),
      good,
    ],
    ALLOWS,
  ),
  blocks(
    "keys in capitals",
    [servers({ command: RUN }), file(JSON.stringify({ ...SOUND, ACL: { default_policy: "allow" } }))],
    ALLOWS,
  ),
  blocks(
    "the environment",
    [
      servers({ command: RUN, env: [{ name: "CONSUL_LOCAL_CONFIG", value: '{"acl": {"default_policy": "allow"}}' }] }),
      good,
    ],
    ALLOWS,
  ),
  blocks(
    "a patch of servers that are declared elsewhere",
    [
      workload("consul-server", {
        kind: "StatefulSetPatch",
        container: { args: ['-hcl=acl { default_policy = "allow" }'] },
      }),
    ],
    "sets Consul's acl.default_policy",
  ),
  blocks(
    "a patch of their configuration",
    [kube("v1", "ConfigMapPatch", "consul-server-config", { data: { "server.json": '{"acl": {"enabled": false}}' } })],
    "sets Consul's acl.enabled",
  ),
  passes("an agent that is no server, a snapshot, another program", [
    servers({ command: ["consul", "agent", "-retry-join=consul"], volumeMounts: [] }, "DaemonSet"),
    workload("backup", { container: { command: ["consul", "snapshot", "agent"] } }),
    workload("exporter", { container: { image: "prom/consul-exporter:v0.13.0" } }),
  ]),
]);

cases("consul-tls", [
  passes("by hand, as they should be", [servers({ command: RUN }), good]),
  ...[
    ['tls_min_version = "tls10"', "tls_min_version is tls10"],
    ['tls { defaults { tls_min_version = "TLSv1_0" } }', "tls.defaults.tls_min_version is TLSv1_0"],
    ['tls { internal_rpc { tls_min_version = "TLSv1_1" } }', "tls.internal_rpc.tls_min_version is TLSv1_1"],
    ['tls { https { tls_min_version = "TLSv1_1" } }', "tls.https.tls_min_version is TLSv1_1"],
    ['tls { grpc { tls_min_version = "TLSv1_0" } }', "tls.grpc.tls_min_version is TLSv1_0"],
  ].flatMap(([text, problem]) => [
    blocks(`servers with ${text}`, more(text), `StatefulSet consul: Consul's ${problem}, which is broken. Set`),
    blocks(`a patch with ${text}`, patch(text), `StatefulSet consul-server: Consul's ${problem}, which is broken. Set`),
  ]),
  ...["TLS_AUTO", "TLSv1_2", "TLSv1_3", "tls12"].map((version) =>
    passes(`servers with ${version}`, more(`tls { defaults { tls_min_version = "${version}" } }`)),
  ),
  passes("TLS for all of it at once", [servers({ command: RUN }), file(HCL, "a.hcl")]),
  blocks("a port by a flag", [servers({ command: [...RUN, "-http-port=8500"] }), good], OPENS),
  blocks("a port by -hcl", [servers({ command: [...RUN, "-hcl", "ports{http=8500}"] }), good], OPENS),
  blocks(
    "a port by a patch",
    [workload("consul-server", { kind: "StatefulSetPatch", container: { args: ["-hcl=ports{http=8500}"] } })],
    "sets Consul's ports.http to 8500",
  ),
  blocks(
    "HCL that cannot be read",
    [servers({ command: [...RUN, "-hcl=ports {"] }), good],
    "-hcl configures Consul and cannot",
  ),
  blocks(
    "a folder of somebody else's ConfigMap",
    [servers({ command: [...RUN, "-http-port=-1"] })],
    [
      "verify_outgoing",
      "verify_incoming",
      "verify_server_hostname",
      "ports.grpc",
      "the ConfigMap config configures Consul",
    ],
  ),
  ...["f", "0", "False"].map((value) =>
    blocks(
      `a client that does not verify: ${value}`,
      [traefik({ env: [{ name: "CONSUL_HTTP_SSL_VERIFY", value }] })],
      "container traefik does not verify Consul's certificate",
    ),
  ),
  ...["-tls-disabled", "--tls-insecure-skip-verify=T", "-tls-skip-verify=", "-tls-disabled=falsey"].map((flag) =>
    blocks(`a sidecar with ${flag}`, [workload("a", { container: { args: [flag] } })], "does not verify Consul's"),
  ),
  ...["-tls-disabled=false", "--tls-skip-verify=0", "-no-tls-disabled", "-tls-disabled-ciphers=x"].map((flag) =>
    passes(`a sidecar with ${flag}`, [workload("a", { container: { args: [flag] } })]),
  ),
  passes("a sidecar whose command is not known yet", [workload("a", { container: { args: UNKNOWN } })]),
  ...["DP_TLS_DISABLED", "DP_TLS_INSECURE_SKIP_VERIFY", "CONSUL_TLS_SKIP_VERIFY", "CONSUL_SKIP_VERIFY"].flatMap(
    (name) => [
      blocks(
        `a sidecar with ${name}`,
        [workload("a", { container: { env: [{ name, value: "1" }] } })],
        "does not verify",
      ),
      passes(`a sidecar without ${name}`, [workload("a", { container: { env: [{ name, value: "false" }] } })]),
      passes(`a variable like ${name}`, [
        workload("a", {
          container: { env: [`MY_${name}`, `${name}_URL`].map((like) => ({ name: like, value: "1" })) },
        }),
      ]),
    ],
  ),
  blocks(
    "a variable that skips by what another object says",
    [
      workload("a", {
        container: { env: [{ name: "DP_TLS_DISABLED", valueFrom: { configMapKeyRef: { name: "a", key: "b" } } }] },
      }),
    ],
    "does not verify",
  ),
  passes("variables of others, whatever they are", [
    workload("a", {
      container: {
        env: [
          { name: "DEBUG", value: "0" },
          { name: "TOKEN", value: UNKNOWN },
        ],
      },
    }),
  ]),
  passes("what a patch sets as it has to be", [
    workload("consul-server", { kind: "StatefulSetPatch", container: { args: ["-hcl=ports{http=-1}"] } }),
  ]),
]);

const set = [servers({ command: RUN }), good];
const budget = (spec: Record<string, unknown>, namespace = "apps") => [
  ...set,
  kube("policy/v1", "PodDisruptionBudget", "mine", {
    metadata: { namespace },
    spec: { selector: { matchLabels: { app: "consul", component: "server" } }, ...spec },
  }),
];
cases("consul-availability", [
  ...[{ maxUnavailable: 1 }, { maxUnavailable: "33%" }, { minAvailable: 2 }, { minAvailable: "34%" }].map((spec) =>
    passes(`a budget by hand: ${JSON.stringify(spec)}`, budget(spec)),
  ),
  ...[
    [{ maxUnavailable: "34%" }, 2],
    [{ maxUnavailable: "100%" }, 3],
    [{ minAvailable: 1 }, 2],
    [{ minAvailable: "33%" }, 2],
    [{ minAvailable: 2, maxUnavailable: 2 }, 2],
    [{}, 3],
  ].map(([spec, lost]) =>
    blocks(
      `a budget by hand: ${JSON.stringify(spec)}`,
      budget(spec as Record<string, unknown>),
      `PodDisruptionBudget mine: lets ${lost} of 3 servers go at once`,
    ),
  ),
  blocks("a budget in another namespace", budget({ minAvailable: 2 }, "other"), "has no disruption budget"),
  blocks("a budget for no pods", budget({ minAvailable: 2, selector: null }), "has no disruption budget"),
]);

const policyOf = (ingress: unknown, more: Record<string, unknown> = {}) => {
  const made = networkPolicy(ingress, more);
  const props: Record<string, any> = { ...made.props, metadata: { ...made.props.metadata, namespace: "apps" } };
  return { ...made, props };
};
const from = (...peers: unknown[]) => policyOf([{ from: peers, ports: [{ port: 8501 }] }]);
const exists = (operator: string, key = "kubernetes.io/metadata.name", values?: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});
const isolated = [...set, policyOf(NAMED_PEERS)];
const door = (spec: Record<string, unknown>, name = "door") =>
  kube("v1", "Service", name, { spec: { selector: { app: "consul", component: "server" }, ...spec } });
const block = (cidr: string) => ({ ipBlock: { cidr } });
cases("consul-api-isolated", [
  passes("named peers, a company's network, gossip for all", [
    ...set,
    policyOf([
      ...NAMED_PEERS,
      { from: [block("10.0.0.0/8")], ports: [{ port: 8501 }] },
      { ports: [{ port: 8301, endPort: 8302 }] },
    ]),
  ]),
  passes("less than half of all addresses, of either kind", [
    ...set,
    from(block("0.0.0.0/2"), block("64.0.0.0/3"), block("4000::/4")),
  ]),
  passes("ports beside the API's", [
    servers({
      command: RUN,
      ports: [
        { name: "serf", containerPort: 8301 },
        { name: "api", containerPort: 8501 },
      ],
    }),
    good,
    policyOf([{ ports: [{ port: "serf" }, { port: 8600, endPort: 8700 }, { port: 8000, endPort: 8499 }] }]),
  ]),
  passes("pods of namespaces with a label, and pods of the same namespace", [
    ...set,
    from({ namespaceSelector: exists("Exists", "team") }, { podSelector: {} }),
  ]),
  passes("objects of others that are not known yet", [
    ...isolated,
    kube("example.com/v1", "Thing", "thing", { spec: UNKNOWN }),
  ]),
  passes("names for all, in UDP", [...set, policyOf([{ ports: [{ port: 8501, protocol: "UDP" }] }])]),
  passes("pods of namespaces that are named", [...set, from({ namespaceSelector: exists("In", undefined, ["shop"]) })]),
  ...[
    policyOf([{}]),
    policyOf([{ from: [] }]),
    policyOf([{ from: null, ports: [] }]),
    policyOf([{}], { podSelector: {} }),
    policyOf([{ ports: [{ protocol: "TCP" }] }]),
    policyOf([{ ports: [{ port: null, protocol: null }] }]),
    policyOf([{ ports: [{ port: 8301 }, { port: 8501 }] }]),
    policyOf([{ ports: [{ port: "grpc-tls" }] }]),
    policyOf([{ ports: [{ port: 1024, endPort: 65535 }] }]),
    policyOf([{ ports: [{ port: "https" }] }]),
    policyOf([{ ports: [{ port: 8503 }] }]),
    from(block("0.0.0.0/0")),
    from(block("128.0.0.0/1")),
    from(block("0.0.0.0/0"), { podSelector: { matchLabels: { app: "web" } } }),
    from(block("0.0.0.0/1"), block("128.0.0.0/1")),
    from({ ipBlock: { cidr: "0.0.0.0/0", except: ["192.0.2.0/24"] } }),
    from(block("::/0")),
    from(block("2000::/3")),
    from({ namespaceSelector: {} }),
    from({ namespaceSelector: {}, podSelector: {} }),
    from({ namespaceSelector: exists("Exists") }),
    from({ namespaceSelector: exists("NotIn", undefined, ["none"]) }),
    from({ namespaceSelector: exists("DoesNotExist", "none"), podSelector: exists("NotIn", "a", ["b"]) }),
  ].map((each) => blocks(JSON.stringify(each.props.spec.ingress), [...set, each], "opens Consul's API to everybody")),
  blocks(
    "halves of all addresses in two policies",
    [...set, { ...from(block("0.0.0.0/1")), name: "low" }, { ...from(block("128.0.0.0/1")), name: "high" }],
    ["opens Consul's API to everybody", "opens Consul's API to everybody"],
  ),
  blocks(
    "all addresses in one policy, and not those beside it",
    [...isolated, { ...from(block("0.0.0.0/0")), name: "open" }],
    "opens Consul's API to everybody",
  ),
  ...["http", "https", "grpc", "grpc_tls"].map((name) =>
    blocks(
      `a port of another number: ${name}`,
      [servers({ command: [...RUN, `-hcl=ports { ${name} = 9500 }`] }), good, policyOf([{ ports: [{ port: 9500 }] }])],
      "opens Consul's API to everybody",
    ),
  ),
  blocks(
    "a port by the name it has there",
    [
      servers({ command: RUN, ports: [{ name: "api", containerPort: 8501 }] }),
      good,
      policyOf([{ ports: [{ port: "api" }] }]),
    ],
    "opens Consul's API to everybody",
  ),
  ...[
    { ...policyOf(NAMED_PEERS), type: "kubernetes:networking.k8s.io/v1:NetworkPolicyPatch" },
    kube("projectcalico.org/v3", "NetworkPolicy", "calico", { spec: policyOf(NAMED_PEERS).props.spec }),
    kube("networking.k8s.io/v1", "Ingress", "ingress", { spec: policyOf(NAMED_PEERS).props.spec }),
  ].map((each) => blocks(`what is no NetworkPolicy: ${each.type}`, [...set, each], "no NetworkPolicy isolates")),
  ...[{}, { from: [block("0.0.0.0/0")], ports: [{ port: 8501 }] }].map((rule) =>
    blocks(
      `servers of another stack: ${JSON.stringify(rule)}`,
      [networkPolicy([rule])],
      "opens Consul's API to everybody",
    ),
  ),
  ...[
    ...[{}, { matchLabels: { chart: "consul-helm" } }, { matchLabels: { app: "consul" } }, { matchExpressions: [] }],
    { matchExpressions: [{ key: "component", operator: "In", values: ["server"] }] },
    { matchExpressions: [{ key: "app", operator: "Exists" }] },
  ].map((podSelector) =>
    blocks(
      `servers of another stack, selected by ${JSON.stringify(podSelector)}`,
      [networkPolicy([{}], { podSelector })],
      "NetworkPolicy consul-api: opens Consul's API to everybody. Declare",
    ),
  ),
  passes("what opens nothing, other pods beside them, and pods elsewhere", [
    networkPolicy([{ from: [{ podSelector: {} }] }], { podSelector: {} }),
    { ...networkPolicy([{}], { podSelector: { matchLabels: { component: "client" } } }), name: "client" },
    { ...networkPolicy([{}], { podSelector: { matchLabels: { app: "shop" } } }), name: "shop" },
    { ...networkPolicy([{}], { podSelector: { matchLabels: { chart: "shop" } } }), name: "chart" },
    ...["apps", UNKNOWN].map((namespace) =>
      kube("networking.k8s.io/v1", "NetworkPolicy", `in-${namespace}`, {
        metadata: { namespace },
        spec: { podSelector: {}, ingress: [{}] },
      }),
    ),
  ]),
  passes("pods of another namespace of that name, beside servers of this stack", [
    ...isolated,
    kube("networking.k8s.io/v1", "NetworkPolicy", "tools", {
      metadata: { namespace: "consul-tools" },
      spec: { podSelector: {}, ingress: [{}] },
    }),
  ]),
  passes("Services inside the cluster, and one that leads elsewhere", [
    ...isolated,
    door({ ports: [{ port: 8501 }] }),
    door({ type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 8501 }] }, "web"),
    door({ type: "LoadBalancer", ports: [{ port: 8301 }] }, "gossip"),
    door({ type: "LoadBalancer", ports: [{ port: 9102, targetPort: "metrics" }] }, "metrics"),
  ]),
  ...[{ type: "LoadBalancer" }, { type: "NodePort" }, { externalIPs: ["192.0.2.7"] }].map((how) =>
    blocks(
      `a door: ${JSON.stringify(how)}`,
      [...isolated, door({ ...how, ports: [{ port: 443, targetPort: 8501 }] })],
      "opens Consul's API at port 8501",
    ),
  ),
  blocks(
    "an Ingress",
    [
      ...isolated,
      door({ ports: [{ port: 8501 }] }),
      kube("networking.k8s.io/v1", "Ingress", "api", {
        spec: { defaultBackend: { service: { name: "door", port: { number: 8501 } } } },
      }),
    ],
    "Ingress api opens Consul's API at port 8501",
  ),
  blocks(
    "a port of the node",
    [servers({ command: RUN, ports: [{ containerPort: 8501, hostPort: 8501 }] }), ...isolated.slice(1)],
    "opens Consul's API at port 8501 of its node",
  ),
  blocks(
    "the network of the node",
    [servers({ command: RUN }, undefined, { hostNetwork: true }), ...isolated.slice(1)],
    "opens Consul's API at port 8500 of its node",
  ),
  blocks(
    "the network of the node, not known yet",
    [servers({ command: RUN }, undefined, { hostNetwork: UNKNOWN }), ...isolated.slice(1)],
    "can't be known during preview",
  ),
  passes("gossip at a port of the node", [
    servers({ command: RUN, ports: [{ containerPort: 8301, hostPort: 8301 }] }),
    ...isolated.slice(1),
  ]),
  ...[
    [{ port: 443, targetPort: "https" }],
    [{ port: 8301 }, { port: 8501 }],
    [{ port: 443, targetPort: 8503 }],
    [{ port: 1, targetPort: "grpc" }],
  ].map((ports) =>
    blocks(
      `a door to servers of another stack: ${JSON.stringify(ports)}`,
      [door({ type: "LoadBalancer", ports })],
      "a Service of type LoadBalancer opens Consul's API",
    ),
  ),
  blocks(
    "a door to servers of another stack, by the label of their chart",
    [door({ type: "NodePort", selector: { chart: "consul-helm", component: "server" }, ports: [{ port: 8501 }] })],
    "a Service of type NodePort opens Consul's API",
  ),
  passes("doors of another stack that lead elsewhere", [
    door({ type: "LoadBalancer", ports: [{ port: 8301 }] }, "gossip"),
    ...[
      { app: "consul", component: "ingress-gateway" },
      { app: "shop", component: "server" },
      { component: "server" },
    ].map((selector, i) => door({ type: "LoadBalancer", selector, ports: [{ port: 8501 }] }, `door-${i}`)),
  ]),
  ...["dev-live", "main", "dev-prd", "local-production", "devprod", "stg"].map((stack) =>
    blocks(`a stack named ${stack}`, [...set, policyOf([{}])], "to everybody", { stack }),
  ),
  ...["dev", "team-dev", "local", "development-7"].map((stack) =>
    passes(`a stack named ${stack}`, [...set, policyOf([{}])], { stack }),
  ),
]);
