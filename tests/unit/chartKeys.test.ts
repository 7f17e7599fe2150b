import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readChartKeys } from "../../components/chart/chartKeys";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "chart-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** What a chart of these files knows. */
function known(files: Record<string, string>): Record<string, string> {
  const chart = fs.mkdtempSync(path.join(folder, "chart-"));
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(chart, file)), { recursive: true });
    fs.writeFileSync(path.join(chart, file), text);
  }
  return Object.fromEntries(readChartKeys(chart));
}

test.each<[types: string, value: string]>([
  ["b", "true"],
  ["bd", '"-"'],
  ["s", "text"],
  ["n", "3"],
  ["m", "{}"],
  ["l", "[]"],
  ["", "null"],
])("a value is of type %s where its default is %s", (types, value) => {
  expect(known({ "values.yaml": `a: ${value}` })).toEqual({ a: types });
});

test.each<
  [annotation: string, types: [ofNull: string, ofList: string, ofText: string, ofNumber: string, ofMap: string]]
>([
  ["boolean", ["bz", "b", "sb", "nb", "mb"]],
  ["string", ["sz", "s", "s", "ns", "ms"]],
  ["String", ["sz", "s", "s", "ns", "ms"]],
  ["map", ["mz", "m", "sm", "nm", "m"]],
  ["array<string>", ["Sz", "S", "sS", "nS", "mS"]],
  ["array<map>", ["Mz", "M", "sM", "nM", "mM"]],
  ["array", ["lz", "l", "sl", "nl", "ml"]],
  ["int", ["nz", "n", "sn", "n", "mn"]],
  ["integer", ["nz", "n", "sn", "n", "mn"]],
  ["number", ["nz", "n", "sn", "n", "mn"]],
  ["whatever", ["", "l", "s", "n", "m"]],
])("an annotation of %s is a type beside that of the default", (annotation, types) => {
  ["null", "[]", "text", "3", "{}"].forEach((value, i) => {
    const text = `first: true\n# What it is for.\n# @type:  ${annotation}\na: ${value}`;
    expect([value, known({ "values.yaml": text }).a]).toEqual([value, types[i]]);
  });
});

test("an annotation is that of the value below it, the last one", () => {
  const text = "# @type: map\n# @type: string\na: null\nb: null\nc:\n  # @type: boolean\n  d: null\n  e: null\n";
  expect(known({ "values.yaml": text })).toEqual({ a: "sz", b: "", c: "o", "c.d": "bz", "c.e": "" });
});

test("maps of Kubernetes' own shape are free, and quantities may be numbers", () => {
  const text = `
securityContext: { runAsUser: 1 }
securityContexts: { a: 1 }
resourceQuota: { pods: 1 }
client: { nodeMeta: { a: b }, requests: { cpu: 1 } }
server:
  storage: 10Gi
  storageClass: fast
  resources:
    requests: { memory: 1Gi }
    limits: {}
    limitsOf: { cpu: 100m, bare }
`;
  expect(known({ "values.yaml": text })).toEqual({
    securityContext: "m",
    securityContexts: "o",
    "securityContexts.a": "n",
    resourceQuota: "m",
    client: "o",
    "client.nodeMeta": "m",
    "client.requests": "o",
    "client.requests.cpu": "n",
    server: "o",
    "server.storage": "sn",
    "server.storageClass": "s",
    "server.resources": "o",
    "server.resources.requests": "m",
    "server.resources.limits": "m",
    "server.resources.limitsOf": "o",
    "server.resources.limitsOf.cpu": "sn",
    "server.resources.limitsOf.bare": "",
  });
});

test("what templates name is known as anything, and what they write as YAML may be any, but a number", () => {
  const values = "# As in .Values.said\nserver: { affinity: a, image: a, replicas: 1, labels: {}, name: a, tag: a }\n";
  const templates = {
    "templates/a.yaml":
      "{{ .Values.server.name }} {{ .Values.server.image.tag }} {{ toYaml .Values.server.affinity | indent 4 }}" +
      "{{ toYaml .Values.server.replicas }} {{ .Values.server.labels.app }} {{ toYaml .Values.server.own.part }}",
    "templates/deep/b.tpl": "{{- /* .Values.remark */}}{{/*\n.Values.remark */}}{{ toYaml $root.Values.server.tag }}",
    "templates/c.txt": "{{ $.Values.notes }}.",
    "templates/d.yml": "{{ .Values.short }}",
    "templates/e.yaml.orig": "{{ .Values.old }}",
    "other/f.yaml": "{{ .Values.elsewhere }}",
  };
  expect(known({ "values.yaml": values, ...templates })).toEqual({
    server: "o",
    "server.affinity": "",
    "server.image": "",
    "server.image.tag": "",
    "server.replicas": "n",
    "server.labels": "m",
    "server.labels.app": "",
    "server.name": "s",
    "server.tag": "",
    "server.own": "",
    "server.own.part": "",
    notes: "",
    short: "",
  });
});

test("a chart without values knows those of its templates, and one without a file of them is none", () => {
  expect(known({ "values.yaml": "# None.\n", "templates/a.yaml": "{{ .Values.a }}" })).toEqual({ a: "" });
  expect(known({ "values.yaml": "- a\n" })).toEqual({});
  expect(() => known({ "templates/a.yaml": "" })).toThrow("values.yaml");
});
