import {
  ConsulMesh,
  ConsulMeshArgs,
  consulMeshProblems,
  consulMeshWarnings,
  MeshService,
  TraefikConsulIngress,
} from "../../components";
import { shown } from "../../components/shared/grammars";
import { parseSettings } from "../../settings";
import { record } from "../recorder";
import { raw } from "../settings";
import { nested } from "../nested";

const problems = (values: object, more: ConsulMeshArgs = {}) =>
  consulMeshProblems({ ...more, values: values as any }).map((p) => `${p.propertyPath}: ${p.reason}`);
const warnings = (values: object) => consulMeshWarnings({ values: values as any }).map((p) => p.propertyPath);

type Row = readonly [path: string, wrong: unknown, right: unknown, said: string];

const ROWS: readonly Row[] = [
  ["connectInject.default", true, false, "pods would get a sidecar without asking"],
  ["connectInject.failurePolicy", "Ignore", "Fail", "pods would start without a sidecar"],
  ["connectInject.transparentProxy.defaultEnabled", false, true, "open beside the sidecar"],
  ["connectInject.transparentProxy.defaultOverwriteProbes", false, true, "no pod would become ready"],
  ["connectInject.overrideAuthMethodName", "other", "", "a method other than the one that the chart makes"],
  ["connectInject.replicas", 0, 2, "0 is out of range"],
  ["global.tls.verify", false, true, "whoever says that it is one"],
  ["global.tls.caCert.secretName", "a", undefined, "use consulCa (of a ConsulMesh: ca)"],
  [
    "global.acls.bootstrapToken.secretName",
    "a",
    undefined,
    "use consulBootstrapTokenSecret (of a ConsulMesh: bootstrapTokenSecret)",
  ],
  [
    "global.gossipEncryption.autoGenerate",
    true,
    false,
    "use consulGossipEncryption (of a ConsulMesh: gossipEncryption)",
  ],
  [
    "global.gossipEncryption.secretName",
    "a",
    undefined,
    "use consulGossipKeySecret (of a ConsulMesh: gossipKeySecret)",
  ],
  ["global.secretsBackend.vault.enabled", true, false, "the mesh has its CA's certificate from a Secret"],
  ["global.enableConsulNamespaces", true, false, "it is Consul Enterprise's"],
  ["global.adminPartitions.enabled", true, false, "it is Consul Enterprise's"],
  ["global.enablePodSecurityPolicies", true, false, "has not had them since 1.25"],
  ["global.logLevel", "banana", "debug", '"banana" is unknown; use trace, debug'],
  ["global.consulAPITimeout", "5", "5s", "is not a Go duration"],
  ["global.image", "hashicorp/Consul:1.22.7", "hashicorp/consul:1.22.7", "has capitals"],
  ["global.datacenter", "DC 1", "dc2", "is not a datacenter name"],
  ["global.domain", "co nsul", "mesh.internal", "is not a domain"],
  ["global.recursors", ["192.0.2.53", "dns.example.com"], ["192.0.2.53:5353", "2001:db8::53"], "recursors[1]"],
  ["global.recursors", ["192.0.2.53:99999"], ["[2001:db8::53]:53"], "is not an address of a DNS server"],
  ["global.peering.enabled", true, false, "the chart refuses it without meshGateway.enabled"],
  ["global.federation.enabled", true, false, "the chart refuses it without meshGateway.enabled"],
  ["global.federation.createFederationSecret", true, false, "the chart refuses it without global.federation.enabled"],
  ["global.acls.replicationToken.secretKey", "a", undefined, "a Secret's name and key go together"],
  ["global.acls.createReplicationToken", true, false, "there are no tokens without ACLs"],
  ["global.metrics.datadog.otlp.enabled", true, false, "the chart refuses it without telemetryCollector.enabled"],
  ["global.enterpriseLicense.secretName", "a", undefined, "a Secret's name and key go together"],
  ["meshGateway.wanAddress.source", "Static", "Service", "without meshGateway.wanAddress.static"],
  ["server.auditLogs.enabled", true, false, "an audit log is of tokens"],
  ["server.ports.serflan.port", 0, 8301, "0 is out of range"],
  ["connectInject.metrics.defaultPrometheusScrapePort", 99999, 20300, "99999 is out of range"],
  ["connectInject.metrics.defaultPrometheusScrapePath", "metrics", "/m", 'begin it with "/"'],
  ["connectInject.sidecarProxy.lifecycle.defaultShutdownGracePeriodSeconds", -5, 5, "-5 is out of range"],
  ["global.extraLabels.component", "a", undefined, "is a label of the chart's own"],
  ["server.extraLabels.app", "a", undefined, "is a label of the chart's own"],
  ["server.enabled", false, true, "there would be no servers"],
  ["server.connect", false, true, "give nobody an identity"],
  ["server.replicas", 2, 3, "2 servers have no useful quorum"],
  ["server.bootstrapExpect", 5, 1, "5 is not the number of servers, 1"],
  ["server.storage", "10GB", "10Gi", "use one such as 10Gi"],
  ["server.image", "hashicorp/consul:1.10.0", "hashicorp/consul:1.22.7", "Consul 1.10.0 is not known to work"],
  ["server.resources.requests.memory", "1GB", "1Gi", "is not a Kubernetes quantity"],
  ["server.resources.limits.cpu", "half", "500m", "is not a Kubernetes quantity"],
  ["server.tolerations", "- key: [", "- key: a", "is not YAML"],
  ["server.affinity", "banana", "", "is not YAML of an object"],
  ["server.exposeService.nodePort.https", 8501, 30501, "8501 is out of range"],
  ["ui.service.type", "Loadbalancer", "ClusterIP", "is unknown; use ClusterIP"],
  ["syncCatalog.consulWriteInterval", "often", "10s", "is not a Go duration"],
  ["externalServers.enabled", true, false, "use consulExternalServers (of a ConsulMesh: externalServers)"],
  ["externalServers.hosts", ["a"], undefined, "use consulExternalServers (of a ConsulMesh: externalServers)"],
  ["server.extraConfig", "log_level: debug", '{"log_level": "DEBUG"}', "is not an object in JSON"],
  ["server.extraConfig", "[]", "{}", "is not an object in JSON"],
  [
    "server.extraConfig",
    '{"ports": {"https": 9501}}',
    '{"limits": {}}',
    "extraConfig.ports: conflicts with what is there",
  ],
  ["server.extraConfig", '{"verify_incoming": false}', '{"telemetry": {}}', "TLS is the chart's"],
  ["server.extraConfig", '{"TLS": {}}', '{"ui_config": {}}', "TLS is the chart's"],
  [
    "server.extraConfig",
    '{"acl": {"enabled": false}}',
    '{"raft_protocol": 3}',
    "ACLs are said by consulAcls (of a ConsulMesh: acls)",
  ],
  [
    "server.extraConfig",
    '{"datacenter": "x"}',
    '{"dns_config": {}}',
    "the datacenter is said by consulDatacenter (of a ConsulMesh: datacenter)",
  ],
  [
    "server.extraConfig",
    '{"encrypt": "x"}',
    '{"recursors": []}',
    "gossip is said by consulGossipEncryption (of a ConsulMesh: gossipEncryption)",
  ],
  ["server.extraConfig", '{"connect": {"enabled": false}}', '{"performance": {}}', "turns the mesh's identities off"],
  ["server.extraConfig", '{"default_intention_policy": "allow"}', '{"autopilot": {}}', "is said by denyAll"],
  ["server.extraConfig", '{"enable_script_checks": true}', '{"log_json": true}', "run commands on the servers"],
  ["server.extraConfig", '{"log_level": "LOUD"}', '{"log_level": "warn"}', 'would not start with "LOUD"; use trace'],
  ["server.extraConfig", '{"leave_on_terminate": "yes"}', '{"leave_on_terminate": true}', "use true or false"],
  ["server.extraConfig", '{"max_query_time": 60}', '{"max_query_time": "60s"}', "use a Go duration"],
  ["server.extraConfig", '{"telemetry": "60s"}', '{"telemetry": {}}', "use an object"],
  [
    "server.extraConfig",
    '{"performance": {"raft_multiplier": 20}}',
    '{"performance": {"raft_multiplier": 1}}',
    'would not start with {"raft_multiplier":20}; use a raft_multiplier that is a whole number from 1 to 10',
  ],
  [
    "server.extraEnvironmentVars.CONSUL_LOCAL_CONFIG",
    '{"acl": {"default_policy": "allow"}}',
    '{"log_level": "DEBUG"}',
    "ACLs are said by consulAcls (of a ConsulMesh: acls)",
  ],
  ["server.extraLabels.a b", "c", undefined, '"a b" is not a label key'],
  ["connectInject.extraLabels.team", "a b", "a", '"a b" is not a label value'],
  ["server.priorityClassName", "High One", "high-one", "is not a valid name for a class"],
  ["server.storageClass", "Fast", "fast", "is not a valid name for a class"],
  ["connectInject.sidecarProxy.concurrency", -1, 2, "-1 is out of range"],
  ["server.limits.requestLimits.mode", "on", "enforce", '"on" is unknown; use disabled, permissive, enforce'],
  ["server.extraConfig", '{"log_levels": "x"}', '{"http_config": {}}', 'did you mean "log_level"?'],
];

test.each(ROWS.map((row) => [row[0], shown(row[1]), shown(row[2]), row] as const))(
  "%s: %s is refused, %s is taken",
  (_, __, ___, [path, wrong, right, said]) => {
    const told = problems(nested(path, wrong));
    expect(told).toContainEqual(expect.stringContaining(said));
    expect(
      told.every((each) => each.startsWith(`values.${path}`) || path.startsWith(each.split(":")[0].slice(7))),
    ).toBe(true);
    expect(problems(right === undefined ? {} : nested(path, right))).toEqual([]);
  },
);

test("the merged values are judged: what an option says counts too", () => {
  expect(problems(nested("server.bootstrapExpect", 3), { servers: 3 })).toEqual([]);
  expect(problems(nested("server.bootstrapExpect", 1), { servers: 3 })).toHaveLength(1);
  expect(problems({ server: { replicas: 2, bootstrapExpect: 5 } }, { servers: 3 })).toHaveLength(2);
  const requests = { resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } };
  expect(problems({ server: requests })).toEqual([
    "values.server.resources.requests.memory: 2Gi is more than the limit, 1Gi; raise that, or ask for less",
  ]);
  const external = {
    createNamespace: false,
    ca: { certificate: { secretName: "ca", secretKey: "tls.crt" } },
    externalServers: { hosts: ["consul.example.com"] },
  };
  expect(problems(nested("server.enabled", false), external)).toEqual([]);
  expect(problems(nested("server.enabled", true), external)).toHaveLength(1);
});

test("the servers' configuration is judged for the Consul whose image is named, by the option or by the chart's value", () => {
  const server = { extraConfig: '{"raft_prevote_disabled": true}' };
  const older = { chart: { version: "1.5.3" }, images: { consul: "hashicorp/consul:1.20.1" } };
  const refused = [
    expect.stringContaining("values.server.extraConfig.raft_prevote_disabled: is not known to Consul 1.20.1"),
  ];
  expect(problems({ server }, older)).toEqual(refused);
  expect(problems({ server: { ...server, image: "hashicorp/consul:1.20.1" } }, { chart: older.chart })).toEqual(
    refused,
  );
  expect(problems({ server }, { images: { consul: "hashicorp/consul:1.22.7" } })).toEqual([]);
  expect(problems({ server })).toEqual([]);
});

test("a template as the servers' configuration is refused where the gate before their API would take its place", () => {
  const values = { server: { extraConfig: '{"log_level": "{{ .Values.level }}"}' } };
  expect(problems(values, { acls: true })).toEqual([
    "values.server.extraConfig: is a template, with which the gate before the servers' API cannot be merged; write JSON without one",
  ]);
  expect(problems(values)).toEqual([]);
  expect(
    problems({ server: { extraEnvironmentVars: { CONSUL_LOCAL_CONFIG: values.server.extraConfig } } }, { acls: true }),
  ).toEqual([]);
});

test("what the servers are told in JSON goes together with the gate", () => {
  expect(problems({ server: { extraConfig: '{"log_level": "DEBUG"}' } }, { acls: true })).toEqual([]);
});

test("what is left undefined is not there", () => {
  const server = { storage: undefined, resources: { requests: { cpu: "1" }, limits: { cpu: undefined } } };
  expect(problems({ server, global: undefined })).toEqual([]);
});

test("a part of a pod that is no text is told of once", () => {
  expect(problems({ server: { tolerations: [{ key: "a" }] } })).toEqual([
    expect.stringMatching(/^values\.server\.tolerations: /),
  ]);
});

test("keys of a prototype are keys that nobody knows", () => {
  for (const key of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    const values = JSON.parse(`{"${key}": {"enabled": true}, "server": {"${key}": 1}}`);
    expect(problems(values)).toEqual([
      expect.stringContaining(`values.${key}: is not known to chart 1.9.11`),
      expect.stringContaining(`values.server.${key}: is not known to chart 1.9.11`),
    ]);
  }
});

describe("what is not known to be harmless is warned of, and nothing else", () => {
  test.each([
    ["meshGateway.enabled", true],
    ["terminatingGateways.enabled", true],
    ["ingressGateways.enabled", true],
    ["global.peering.enabled", true],
    ["global.federation.enabled", true],
    ["global.openshift.enabled", true],
    ["client.enabled", true],
    ["syncCatalog.default", true],
    ["syncCatalog.toK8S", true],
    ["server.exposeService.enabled", true],
    ["ui.enabled", false],
    ["ui.ingress.enabled", true],
    ["connectInject.sidecarProxy.lifecycle.defaultEnabled", false],
    ["connectInject.metrics.defaultPrometheusScrapePort", 9102],
    ["connectInject.envoyExtraArgs", "--log-level trace"],
    ["server.extraContainers", [{ name: "a" }]],
    ["server.extraConfig", '{"config_entries": {}}'],
  ])("%s: %j is named", (path, value) => {
    expect(warnings(nested(path, value))).toEqual([expect.stringMatching(`^values.${path}`)]);
  });

  test.each<[string, unknown]>([
    ["connectInject.replicas", 2],
    ["connectInject.cni", { enabled: true, namespace: "kube-system" }],
    ["connectInject.resources.limits.memory", "256Mi"],
    ["connectInject.sidecarProxy.resources.requests.cpu", "10m"],
    ["server", { affinity: "", tolerations: "- operator: Exists", resources: { requests: { cpu: 1 } } }],
    ["server.extraConfig", '{"log_level": "DEBUG"}'],
    ["global", { logLevel: "debug", imagePullSecrets: [{ name: "a" }], extraLabels: { team: "a" } }],
    ["ui.metrics.baseURL", "http://prometheus"],
    ["meshGateway.enabled", false],
    ["syncCatalog.enabled", true],
    ["connectInject.default", false],
  ])("%s: %j is not", (path, value) => {
    expect(warnings(nested(path, value))).toEqual([]);
  });
});

describe("namespaces that the mesh has to reach", () => {
  const stack = (connectInject: object, syncCatalog: object = {}, more: object = {}) => {
    const result = parseSettings(raw({ consulValues: { connectInject, syncCatalog }, ...more }));
    return "problems" in result ? result.problems.map((p) => `${p.propertyPath}: ${p.reason}`) : [];
  };
  const selector = (expressions: string) => ({ namespaceSelector: `matchExpressions:\n${expressions}` });

  test.each<[what: string, wrong: object, right: object, said: string]>([
    [
      "injection",
      { k8sAllowNamespaces: ["default"] },
      { k8sAllowNamespaces: ["default", "mesh-services"] },
      'consulValues.connectInject.k8sAllowNamespaces: leaves out "mesh-services": its pods get no sidecar',
    ],
    ["injection", { k8sAllowNamespaces: [] }, { k8sAllowNamespaces: ["*"] }, "k8sAllowNamespaces: leaves out"],
    [
      "injection",
      { k8sDenyNamespaces: ["mesh-services"] },
      { k8sDenyNamespaces: ["others"] },
      "k8sDenyNamespaces: leaves out",
    ],
    [
      "injection",
      { namespaceSelector: "matchLabels: { mesh: 'on' }" },
      { namespaceSelector: "matchLabels: { kubernetes.io/metadata.name: mesh-services }" },
      'namespaceSelector: leaves out "mesh-services", which the stack makes',
    ],
    [
      "injection",
      selector("- { key: kubernetes.io/metadata.name, operator: NotIn, values: [mesh-services] }"),
      selector("- { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system] }"),
      "namespaceSelector: leaves out",
    ],
    [
      "injection",
      selector("- { key: mesh, operator: Exists }"),
      selector("- { key: mesh, operator: DoesNotExist }"),
      "namespaceSelector: leaves out",
    ],
  ])("%s: %j is refused, %j is taken", (_, wrong, right, said) => {
    expect(stack(wrong)).toContainEqual(expect.stringContaining(said));
    expect(stack(right)).toEqual([]);
  });

  test("sync: Traefik's own entry has to be in Consul", () => {
    expect(stack({}, { k8sAllowNamespaces: ["default"] })).toEqual([
      'consulValues.syncCatalog.k8sAllowNamespaces: leaves out "traefik-consul": Traefik\'s own entry is not in Consul, and its pods do not become ready; let it in',
    ]);
    expect(stack({}, { k8sDenyNamespaces: ["traefik-consul"] })).toHaveLength(1);
    expect(stack({}, { k8sAllowNamespaces: ["traefik-consul"], k8sDenyNamespaces: ["a"] })).toEqual([]);
    expect(stack({}, { enabled: false, k8sAllowNamespaces: ["default"] })).toEqual([]);
  });

  test("labels of a namespace that exists are not known, and not judged", () => {
    expect(stack({ namespaceSelector: "matchLabels: { mesh: 'on' }" }, {}, { servicesCreateNamespace: false })).toEqual(
      [],
    );
  });

  test("any program is told", async () => {
    const values = {
      connectInject: { k8sDenyNamespaces: ["shop"] },
      syncCatalog: { k8sDenyNamespaces: ["edge"] },
    };
    const said: string[] = [];
    await record(() => {
      const mesh = new ConsulMesh("consul", { values });
      for (const make of [
        () => new TraefikConsulIngress("a", { mesh, namespace: "edge" }),
        () => new MeshService("b", { mesh, namespace: "shop", image: "a:1", port: 80 }),
      ]) {
        try {
          make();
        } catch (error) {
          said.push((error as Error).message);
        }
      }
    });
    expect(said).toEqual([
      expect.stringContaining('mesh.values.syncCatalog.k8sDenyNamespaces: leaves out "edge"'),
      expect.stringContaining('mesh.values.connectInject.k8sDenyNamespaces: leaves out "shop"'),
    ]);
  });
});

test("a budget lets no more servers go than a quorum can do without", () => {
  const budget = (maxUnavailable: number) =>
    problems(nested("server.disruptionBudget.maxUnavailable", maxUnavailable), { servers: 3 });
  expect(budget(2)).toEqual([
    "values.server.disruptionBudget.maxUnavailable: 2 of 3 servers at once would end the quorum; leave it out, for 1",
  ]);
  expect(budget(1)).toEqual([]);
});
