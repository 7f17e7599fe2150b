import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type * as semver from "semver";
import * as yaml from "yaml";
import { ConsulMesh, consulMeshProblems } from "../../components";
import { readChartKeys } from "../../components/chart/chartKeys";
import type * as chart from "../../components/chart/chartValueProblems";
import { chartValueProblems, GONE_VALUES } from "../../components/chart/chartValueProblems";
import { CONSUL_CHART_VERSIONS } from "../../components/chart/consulChartKeys";
import { consulValues } from "../../components/chart/consulValues";
import { supportedVersions } from "../../components/chart/consulVersions";
import { find, record } from "../recorder";
import { nested } from "../nested";

const LOCAL = "testbed/charts/consul";

/** What is said of values for a version of the published chart, or for a folder. */
function said(values: object, chart: string | { path: string; version: string } = "1.9.11"): string[] {
  const origin = typeof chart === "string" ? { version: chart } : chart;
  const { problems, doubts } = chartValueProblems(values as any, origin, "values");
  return [...problems, ...doubts].map((p) => `${p.propertyPath} ${p.reason}`);
}

test("every supported line of the chart is in the table, and no other", () => {
  const lines = new Set(CONSUL_CHART_VERSIONS.map((version) => version.split(".").slice(0, 2).join(".")));
  expect([...lines]).toEqual(supportedVersions.map((line) => line.chart));
});

test.each([...CONSUL_CHART_VERSIONS.map((version) => ({ version })), { path: LOCAL, version: "1.5.3" }])(
  "all that the component sets itself is known to chart %j",
  (chart) => {
    const secret = { secretName: "a", secretKey: "b" };
    const everything = consulValues(
      {
        datacenter: "dc1",
        servers: 3,
        serversShareNodes: true,
        storage: "1Gi",
        storageClass: "fast",
        images: { consul: "a", controlPlane: "b", dataplane: "c" },
        imagePullPolicy: "Always",
        serverAdditionalDnsSans: ["consul.example.com"],
        acls: true,
        gossipEncryption: true,
        catalogSyncInterval: "5s",
      },
      { gossipKey: secret, bootstrapToken: secret },
    );
    expect(chartValueProblems(everything, chart, "values")).toEqual({ problems: [], doubts: [] });
  },
);

test("the local chart's own values are right", () => {
  const values = yaml.parse(fs.readFileSync(path.join(LOCAL, "values.yaml"), "utf8"));
  expect(said(values, { path: LOCAL, version: "1.5.3" })).toEqual([]);
});

test.each<[what: string, values: object]>([
  ["strings of YAML", { server: { affinity: "", nodeSelector: "disk: ssd\n", annotations: '"a": "b"' } }],
  ["a default by another name", { server: { enabled: "-", exposeService: { enabled: true } }, ui: { enabled: "-" } }],
  ["maps of the user's own", { server: { extraEnvironmentVars: { A: "b" }, extraLabels: { "a.b/c": "d" } } }],
  ["quantities as numbers", { server: { resources: { requests: { cpu: 1, memory: "1Gi", "example.com/gpu": 1 } } } }],
  ["a security context", { server: { securityContext: { runAsUser: 1, seLinuxOptions: { level: "s0" } } } }],
  ["extra configuration", { server: { extraConfig: '{"log_level": "DEBUG"}', extraVolumes: [{ type: "secret" }] } }],
  ["gateways", { ingressGateways: { enabled: true, gateways: [{ name: "a", service: { type: "NodePort" } }] } }],
  ["null where the default is null", { server: { storageClass: null, nodeSelector: null } }],
  ["a template's own value", { nameOverride: "mesh", dns: { proxy: { logLevel: "debug" } } }],
  [
    "YAML in place of a string of it",
    { connectInject: { apiGateway: { managedGatewayClass: { tolerations: [{}] } } } },
  ],
  ["outputs", { server: { replicas: pulumi.output(3) }, global: { recursors: [pulumi.output("10.0.0.1")] } }],
  ["what is not set", { server: undefined, global: { image: undefined } }],
])("right: %s", (_, values) => {
  expect(said(values)).toEqual([]);
});

test.each<[values: object, problem: string]>([
  [{ servers: {} }, 'values.servers is not known to chart 1.9.11, which would ignore it; did you mean "server"?'],
  [
    { server: { replica: 3 } },
    'values.server.replica is not known to chart 1.9.11, which would ignore it; did you mean "server.replicas"?',
  ],
  [
    { global: { manageSystemACLs: true } },
    'values.global.manageSystemACLs is not known to chart 1.9.11, which would ignore it; did you mean "global.acls.manageSystemACLs"?',
  ],
  [
    { server: { resources: { limit: {} } } },
    'values.server.resources.limit is not known to chart 1.9.11, which would ignore it; did you mean "server.resources.limits"?',
  ],
  ...Object.entries({
    // Beside it, rather than what has that name far away, or the map that it stands in.
    "ui.service.copyAnnotations": "ui.service.annotations",
    "global.openshift.dns": "global.openshift.enabled",
    "global.secretsBackend.externalServers": "global.secretsBackend.vault",
  }).map(([key, meant]): [object, string] => [
    nested(key, "x"),
    `values.${key} is not known to chart 1.9.11, which would ignore it; did you mean "${meant}"?`,
  ]),
  [
    { global: { crds: { enableTcpRoute: true } } },
    "values.global.crds is not known to chart 1.9.11, but to the published 1.8.14 to 1.8.16 and 2.0.0 to 2.0.3; leave it out, or take such a chart",
  ],
  // Every string is true in a chart's template.
  [
    { syncCatalog: { enabled: "false" } },
    'values.syncCatalog.enabled is the string "false"; the chart takes true or false',
  ],
  [
    { server: { enabled: "false" } },
    'values.server.enabled is the string "false"; the chart takes true or false or the string "-"',
  ],
  [{ server: { replicas: "3" } }, 'values.server.replicas is the string "3"; the chart takes a number'],
  [{ server: 3 }, "values.server is the number 3; the chart takes a map"],
  [
    { server: { affinity: { podAntiAffinity: {} } } },
    "values.server.affinity is a map; the chart takes a string, with YAML in it",
  ],
  [
    { client: { tolerations: [{ operator: "Exists" }] } },
    'values.client.tolerations is the list [{"operator":"Exists"}]; the chart takes a string, with YAML in it',
  ],
  [
    { global: { imagePullSecrets: ["a"] } },
    'values.global.imagePullSecrets is the list ["a"]; the chart takes a list of maps',
  ],
  [
    { server: { extraVolumes: [{ type: "secret" }, null] } },
    'values.server.extraVolumes is the list [{"type":"secret"},null]; the chart takes a list of maps',
  ],
  [
    { global: { recursors: ["10.0.0.1", 3] } },
    'values.global.recursors is the list ["10.0.0.1",3]; the chart takes a list of strings',
  ],
  [{ global: { recursors: {} } }, "values.global.recursors is a map; the chart takes a list of strings"],
  [
    { server: { extraEnvironmentVars: [{ name: "A" }] } },
    'values.server.extraEnvironmentVars is the list [{"name":"A"}]; the chart takes a map',
  ],
  [
    { server: { affinity: null } },
    'values.server.affinity is null, which @pulumi/kubernetes drops before version 4.30, so the chart\'s default would stay; use ""',
  ],
  ...Object.entries({
    "global.imagePullSecrets": "[]",
    "global.recursors": "[]",
    "global.extraLabels": "its keys one by one",
    server: "its keys one by one",
    "syncCatalog.enabled": "a value",
    "server.enabled": '""',
  }).map(([key, empty]): [object, string] => [
    nested(key, null),
    `values.${key} is null, which @pulumi/kubernetes drops before version 4.30, so the chart's default would stay; use ${empty}`,
  ]),
  [
    { global: { imageEnvoy: "envoyproxy/envoy:v1.18.3" } },
    "values.global.imageEnvoy is gone as of chart 1.0; use global.imageConsulDataplane, which has its own Envoy",
  ],
  [
    { controller: { enabled: true } },
    "values.controller is gone as of chart 1.0; its work is the injector's, so leave it out",
  ],
  [{ apiGateway: { enabled: true } }, "values.apiGateway is gone as of chart 1.5; use connectInject.apiGateway"],
])("%j is refused", (values, problem) => {
  expect(said(values)).toEqual([problem]);
});

test("what is gone in one line is right in the line before", () => {
  const values = { global: { cloud: { enabled: false } } };
  expect(said(values, "1.9.11")).toEqual([]);
  expect(said(values, "2.0.0")).toEqual([
    "values.global.cloud is gone as of chart 2.0, with the link to HCP; leave it out",
  ]);
});

test("what was gone for some lines is right in those that have it again", () => {
  const values = { global: { generateManifests: true } };
  expect(
    ["1.8.14", "2.0.0"].flatMap((version) => said(values, version)).filter((each) => /not known to/.test(each)),
  ).toEqual([]);
});

test.each<[what: string, version: string | undefined]>([
  ["of no version that is known", undefined],
  ["of a line that is not known", "1.7.0"],
  ["that is no version", "latest"],
])("a chart %s is not judged", (_, version) => {
  expect(chartValueProblems({ servers: 1 }, { version }, "values")).toEqual({ problems: [], doubts: [] });
});

test("no value is gone that every line still has, and each remedy names a value that is there", () => {
  for (const [key, remedy] of Object.entries(GONE_VALUES)) {
    expect(remedy).toMatch(/^gone\b.*(use|leave|declare|install) /);
    expect(CONSUL_CHART_VERSIONS.filter((v) => said(nested(key, true), v)[0]?.includes(remedy))).not.toEqual([]);
    for (const [, named] of remedy.matchAll(/use ([\w.]+\w)/g)) {
      expect([named, said(nested(named, "x"), "2.0.3").filter((p) => /not known|gone/.test(p))]).toEqual([named, []]);
    }
  }
});

test("a version newer than the table is judged as the newest one of its line, but for what it may have of its own", () => {
  expect(chartValueProblems({ server: { replicas: "3", news: 1 } }, { version: "1.9.99" }, "values")).toEqual({
    problems: [expect.objectContaining({ propertyPath: "values.server.replicas" })],
    doubts: [
      {
        propertyPath: "values.server.news",
        reason:
          "is not known to chart 1.9.11, the newest one that is known here; if 1.9.99 does not know it either, it ignores it",
      },
    ],
  });
});

test("what a version knows is looked for once, and is that version's own", () => {
  jest.isolateModules(() => {
    const compared = jest.spyOn(jest.requireActual<typeof semver>("semver"), "gte");
    const its = jest.requireActual<typeof chart>("../../components/chart/chartValueProblems");
    const values = { telemetryCollector: { cloud: {} } };
    const judged = () =>
      ["1.5.3", "2.0.0"].map((version) => its.chartValueProblems(values, { version }, "x").problems.length);
    expect([judged(), compared.mock.calls.length > 100]).toEqual([[0, 1], true]);
    compared.mockClear();
    expect([judged(), compared.mock.calls.length]).toEqual([[0, 1], 0]);
  });
});

test("what only a newer chart may know is warned of", async () => {
  const warn = jest.spyOn(console, "warn").mockImplementation();
  const recorded = await record(
    () => new ConsulMesh("consul", { chart: { version: "1.9.99" }, values: { server: { news: 1 } } }),
  );
  expect(warn.mock.calls.join()).toContain("values.server.news: is not known to chart 1.9.11");
  expect(find(recorded, "consul-release").props.values.server).toMatchObject({ news: 1 });
  warn.mockRestore();
});

describe("a chart in a folder", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "chart-"));
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  };
  beforeAll(() => {
    write("Chart.yaml", "name: consul\nversion: 1.9.11\n");
    write(
      "values.yaml",
      "# Ours.\nglobal:\n  # @type: array<string>\n  names: null\n  enabled: true\nserver: { image: null }\n",
    );
    write(
      "templates/deep/a.yaml",
      '{{/* .Values.remark */}}{{ .Values.global.hidden }}{{ with $root.Values.odd.one }}{{ end }}{{ fail "x" }}',
    );
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));
  const ask = (values: object) => said(values, { path: folder, version: "1.9.11" });

  test("is read for what it knows, with its templates", () => {
    expect(Object.fromEntries(readChartKeys(folder))).toEqual({
      global: "o",
      "global.names": "Sz",
      "global.enabled": "b",
      "global.hidden": "",
      server: "o",
      "server.image": "",
      odd: "",
      "odd.one": "",
    });
  });

  test("knows its own values, with the published chart's types where it says nothing", () => {
    expect(ask({ global: { names: ["a"], hidden: 1 }, odd: { one: 2 } })).toEqual([]);
    expect(ask({ server: { image: 3 } })).toEqual(["values.server.image is the number 3; the chart takes a string"]);
  });

  test("is newer than the table, and still knows what it knows", () => {
    const origin = { path: folder, version: "1.9.99" };
    expect(chartValueProblems({ server: { news: 1 } }, origin, "values")).toMatchObject({
      problems: [{ propertyPath: "values.server.news" }],
      doubts: [],
    });
  });

  test("without values that can be read is judged as the published one", () => {
    const nowhere = path.join(folder, "nowhere");
    expect(said({ server: { replica: 3, image: 3 } }, { path: nowhere, version: "1.9.11" })).toEqual([
      `values.server.replica is not known to the chart in ${nowhere}, which would ignore it; did you mean "server.replicas"?`,
      "values.server.image is the number 3; the chart takes a string",
    ]);
  });

  test("without any values knows none, and has no other to offer", () => {
    write("empty/values.yaml", "");
    const origin = { path: path.join(folder, "empty"), version: "1.9.11" };
    expect(said({ sever: { replicas: 3 } }, origin)).toEqual([
      `values.sever is not known to the chart in ${origin.path}, which would ignore it; leave it out`,
    ]);
    write("empty/templates/a.yaml", "{{ .Values.server.replicas }}");
    expect(said({ replicas: 3 }, origin)).toEqual([expect.stringContaining('did you mean "server.replicas"?')]);
  });

  test("does not know what only the published chart has", () => {
    expect(ask({ server: { replicas: 3 } })).toEqual([
      `values.server.replicas is not known to the chart in ${folder}, but to the published 1.5.0 to 2.0.3; leave it out, or take such a chart`,
    ]);
  });
});

describe("values that win over options", () => {
  const mesh = (args: object) => consulMeshProblems(args).map((p) => `${p.propertyPath}: ${p.reason}`);

  test("an image in the values is judged as one of the options is", () => {
    expect(mesh({ values: { global: { image: "consul:1.10" } } })).toEqual([
      "values.global.image: Consul 1.10 is not known to work with chart 1.9.11 (known: 1.22); use Consul 1.22",
    ]);
    const right = { consul: "hashicorp/consul:1.22.6" };
    expect(mesh({ images: { consul: "consul:1.10" }, values: { global: { image: right.consul } } })).toEqual([]);
  });

  test("what the component counts on is held", () => {
    const values = {
      fullnameOverride: "mesh",
      global: { name: "other", tls: { enabled: false }, acls: { manageSystemACLs: true } },
      connectInject: { enabled: false },
    };
    expect(mesh({ values }).map((p) => p.split(":")[0])).toEqual([
      "values.fullnameOverride",
      "values.global.name",
      "values.global.tls.enabled",
      "values.global.acls.manageSystemACLs",
      "values.connectInject.enabled",
    ]);
    expect(
      mesh({
        acls: true,
        values: { global: { name: "consul", acls: { manageSystemACLs: true } } },
      }),
    ).toEqual([]);
  });
});
