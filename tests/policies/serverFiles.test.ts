import { Resource, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, release, safeBut } from "./resources";
import { file, good, servers, SOUND } from "./serversByHand";

useAnalyzer();
const READS = ["consul", "agent", "-server", `-hcl=${JSON.stringify(SOUND)}`];
const mount = (mountPath: string, name = "c") => ({ name, mountPath });
const UNREAD = "the ConfigMap config configures Consul and cannot be read";

/** Which files an agent reads, and which of them cannot be read: sound settings stand in a flag. */
cases("consul-tls", [
  ...[
    ["-config-dir=/etc/consul", "/etc/consul"],
    ["-config-dir=/etc/consul/", "/etc/consul"],
    ["-config-dir=/etc/consul", "/etc/consul/"],
    ["-config-dir=/etc/consul/more", "/etc/consul"],
    ["-config-file=/etc/consul/a.json", "/etc/consul"],
    ["-config-file=/a/b/c.json", "/a/b/"],
  ].map(([flag, path]) =>
    blocks(
      `somebody else's ConfigMap at ${path}, read by ${flag}`,
      [servers({ command: [...READS, flag], volumeMounts: [mount(path)] })],
      UNREAD,
    ),
  ),
  blocks(
    "one of two folders",
    [servers({ command: [...READS, "-config-dir=/a", "-config-dir=/c"], volumeMounts: [mount("/x"), mount("/c")] })],
    UNREAD,
  ),
  // Consul reads no folder within a folder.
  ...["/etc", "/c2", "/x/c", "/d/c", "/c/extra"].map((path) =>
    passes(`somebody else's ConfigMap at ${path}, which no flag names`, [
      servers({ command: [...READS, "-config-dir=/c"], volumeMounts: [mount(path)] }),
    ]),
  ),
  passes("somebody else's ConfigMap in another volume", [
    servers(
      { command: [...READS, "-config-dir=/c"], volumeMounts: [mount("/c", "empty"), mount("/scripts")] },
      undefined,
      {
        volumes: [
          { name: "empty", emptyDir: {} },
          { name: "c", configMap: { name: "scripts" } },
        ],
      },
    ),
  ]),
  blocks(
    "a ConfigMap of another namespace, one of another name, a Secret of the same",
    [
      servers({ command: [...READS, "-config-dir=/c"] }),
      kube("v1", "ConfigMap", "config", { metadata: { namespace: "other" }, data: {} }),
      kube("v1", "ConfigMap", "other", { data: {} }),
      kube("v1", "Secret", "config", { data: {} }),
    ],
    UNREAD,
  ),
  blocks(
    "a file that is no HCL",
    [servers({ command: [...READS, "-config-dir=/c"] }), file("acl {", "a.hcl")],
    ["the file a.hcl configures Consul and cannot be read"],
  ),
  passes("files that no agent reads", [
    servers({ command: [...READS, "-config-dir=/c"] }),
    kube("v1", "ConfigMap", "config", { data: { "README.md": "acl {", "a.json.bak": "acl {", json: "acl {" } }),
  ]),
  passes("a file in a projected volume", [
    servers({ command: ["consul", "agent", "-server", "-config-dir=/c"] }, undefined, {
      volumes: [{ name: "c", projected: { sources: [{ configMap: { name: "config" } }] } }],
    }),
    good,
  ]),
  passes("keys in capitals, within others too", [
    servers({ command: ["consul", "agent", "-server", "-config-dir=/c"] }),
    file(JSON.stringify(SOUND).replace(/"\w+":/g, (key) => key.toUpperCase())),
  ]),
  passes("what is not known yet of others", [
    servers({ image: "registry.example/a:1.2.3", args: [UNKNOWN] }),
    kube("v1", "SecretPatch", "consul-x", { data: UNKNOWN }),
    kube("v1", "ConfigMap", "consul-x", { data: UNKNOWN }),
  ]),
]);

/** A volume of the servers in any form, the objects of the program, and what the servers are told. */
const mounting = (volume: object, mounted: object = {}, flags: string[] = ["-config-dir=/c"]) =>
  servers(
    { command: ["consul", "agent", "-server", ...flags], volumeMounts: [{ name: "v", mountPath: "/c", ...mounted }] },
    undefined,
    { volumes: [{ name: "v", ...volume }] },
  );
const secret = (stringData: unknown, more: object = {}) => kube("v1", "Secret", "settings", { stringData, ...more });
const OFF = JSON.stringify({ ...SOUND, acl: { enabled: false } });
const WELL = JSON.stringify(SOUND);
const coded = (text: string) => Buffer.from(text).toString("base64");
const IN_SECRET = { secret: { secretName: "settings" } };
const projected = (...sources: object[]) => ({ projected: { sources } });

/** Each way in which a file of a Secret gets to where the servers read it: sound settings pass, others do not. */
const WAYS: [title: string, volume: object, mounted: object, flags: string[], data: (text: string) => Resource[]][] = [
  ["as it is", IN_SECRET, {}, ["-config-dir=/c"], (text) => [secret({ "a.json": text })]],
  ["encoded", IN_SECRET, {}, ["-config-dir", "/c"], (text) => [secret(undefined, { data: { "a.hcl": coded(text) } })]],
  [
    "in a projected volume",
    projected({ secret: { name: "settings" } }),
    {},
    ["--config-dir=/c/"],
    (text) => [secret({ "a.json": text })],
  ],
  [
    "as binary data of a ConfigMap",
    { configMap: { name: "config" } },
    {},
    ["-config-dir=/c"],
    (text) => [kube("v1", "ConfigMap", "config", { binaryData: { "a.json": coded(text) } })],
  ],
  ["by the name of the file", IN_SECRET, {}, ["--config-file", "/c/a.json"], (text) => [secret({ "a.json": text })]],
  [
    "by a name of its own",
    { secret: { secretName: "settings", items: [{ key: "main", path: "a.hcl" }] } },
    {},
    ["-config-dir=/c"],
    (text) => [secret({ main: text, "b.json": "{" })],
  ],
  [
    "in a folder of the volume",
    { secret: { secretName: "settings", items: [{ key: "main", path: "x/a.json" }] } },
    {},
    ["-config-dir=/c/x"],
    (text) => [secret({ main: text })],
  ],
  [
    "alone",
    IN_SECRET,
    { mountPath: "/etc/consul/a.json", subPath: "main" },
    ["-config-dir=/etc/consul"],
    (text) => [secret({ main: text, "main.json": "{" })],
  ],
  [
    "from a folder of the volume",
    { secret: { secretName: "settings", items: [{ key: "main", path: "x/a.json" }] } },
    {
      subPath: "x",
    },
    ["-config-dir=/c"],
    (text) => [secret({ main: text })],
  ],
  ["of any name", IN_SECRET, {}, ["-config-format=json", "-config-dir=/c"], (text) => [secret({ main: text })]],
  ["by a path from where it runs", IN_SECRET, {}, ["-config-dir=c"], (text) => [secret({ "a.json": text })]],
  ["behind another", IN_SECRET, {}, ["-config-dir=/c"], (text) => [secret({ "b.json": text, "a.json": "{}" })]],
  [
    "over another",
    IN_SECRET,
    {},
    ["-config-dir=/c"],
    (text) => [secret({ "b.json": text, "a.json": text === OFF ? WELL : OFF })],
  ],
  [
    "over another, whatever the order of the volume's items",
    {
      secret: {
        secretName: "settings",
        items: [
          { key: "last", path: "b.json" },
          { key: "first", path: "a.json" },
        ],
      },
    },
    {},
    ["-config-dir=/c"],
    (text) => [secret({ last: text, first: text === OFF ? WELL : OFF })],
  ],
  [
    "copied by a script",
    { configMap: { name: "config" } },
    { mountPath: "/tmp/c" },
    ["-config-dir=/c"],
    (text) => [file(text)],
  ],
];
/** Servers whose settings a script copies, with a file at another path. */
const besideCopied = (path: string, text: string) => [
  servers(
    {
      command: ["sh", "-c", "cp /tpl/* /cfg; exec consul agent -server -config-dir=/cfg"],
      volumeMounts: [mount("/tpl"), mount(path, "rules")],
    },
    undefined,
    {
      volumes: [
        { name: "c", configMap: { name: "config" } },
        { name: "rules", configMap: { name: "rules" } },
      ],
    },
  ),
  good,
  kube("v1", "ConfigMap", "rules", { data: { "ops.hcl": text } }),
];
cases("consul-acls", [
  ...WAYS.flatMap(([title, volume, mounted, flags, data]) => [
    passes(`a file ${title}`, [mounting(volume, mounted, flags), ...data(WELL)]),
    blocks(`a file ${title}`, [mounting(volume, mounted, flags), ...data(OFF)], "Consul's acl.enabled is not true"),
  ]),
  ...["/policies", "/zz"].map((path) =>
    passes(`rules of ACLs at ${path}, beside settings that a script copies`, besideCopied(path, 'acl = "read"')),
  ),
  blocks(
    "settings of ACLs at /zz, beside settings that a script copies",
    besideCopied("/zz", "acl { default_policy = allow }"),
    "Consul's acl.default_policy is not deny",
  ),
  blocks(
    "a file that nobody is told to read",
    [mounting({ configMap: { name: "config" } }, {}, []), good],
    "acl.enabled is not true",
  ),
  blocks(
    "a file beside the one that is read",
    [
      mounting(projected({ secret: { name: "settings" } }, { configMap: { name: "config" } }), {}, [
        "-config-file=/c/b.json",
      ]),
      secret({ "b.json": OFF }),
      good,
    ],
    "acl.enabled is not true",
  ),
  blocks(
    "folders in their order",
    [
      servers(
        {
          command: ["consul", "agent", "-server", "-config-dir=/z", "-config-dir=/c"],
          volumeMounts: [mount("/z", "sound"), mount("/c", "v")],
        },
        undefined,
        {
          volumes: [
            { name: "v", ...IN_SECRET },
            { name: "sound", configMap: { name: "config" } },
          ],
        },
      ),
      good,
      secret({ "a.json": OFF }),
    ],
    "acl.enabled is not true",
  ),
  ...[
    { args: ["agent", "-server"] },
    { command: ["docker-entrypoint.sh", "agent", "-server"] },
    { command: ["sh", "-c", "exec /usr/local/bin/docker-entrypoint.sh agent -server"] },
  ].flatMap((container) => [
    passes(`the image's own folder: ${JSON.stringify(container)}`, [
      servers({ ...container, volumeMounts: [mount("/consul/config")] }),
      good,
    ]),
    passes(`the image's own folder, elsewhere: ${JSON.stringify(container)}`, [
      servers({ ...container, env: [{ name: "CONSUL_CONFIG_DIR", value: "/d" }], volumeMounts: [mount("/d")] }),
      good,
    ]),
  ]),
  blocks(
    "the image's own folder, without its entrypoint",
    [servers({ command: ["consul", "agent", "-server"], volumeMounts: [mount("/consul/config")] }), good],
    "acl.enabled is not true",
  ),
  passes("a path from where it runs", [
    servers({
      command: ["consul", "agent", "-server", "-config-dir=d"],
      workingDir: "/x",
      volumeMounts: [mount("/x/d")],
    }),
    good,
  ]),
  ...["settings", "config"].map((name) =>
    blocks(
      `a Secret that is not known yet, as ${name}`,
      [mounting({ secret: { secretName: name } }), kube("v1", "Secret", name, { data: UNKNOWN })],
      "can't be known during preview",
    ),
  ),
  ...["Secret", "ConfigMap"].map((kind) =>
    blocks(
      `settings that are not known yet beside a certificate, in a ${kind}`,
      [
        mounting(kind === "Secret" ? IN_SECRET : { configMap: { name: "settings" } }),
        kube("v1", kind, "settings", { data: { "a.json": UNKNOWN, "ca.pem": "" } }),
      ],
      "can't be known during preview",
    ),
  ),
  blocks(
    "a ConfigMap's file that is not known yet, and that a script may copy",
    [
      mounting({ configMap: { name: "config" } }, { mountPath: "/tmp/c" }),
      kube("v1", "ConfigMap", "config", { data: { "a.json": UNKNOWN } }),
    ],
    "can't be known during preview",
  ),
  blocks(
    "a ConfigMap that is not known yet, and that a script may copy",
    [
      mounting({ configMap: { name: "config" } }, { mountPath: "/tmp/c" }),
      kube("v1", "ConfigMap", "config", { data: UNKNOWN }),
    ],
    "can't be known during preview",
  ),
  blocks(
    "a patch of what a Secret says",
    [kube("v1", "SecretPatch", "consul-settings", { stringData: { "a.json": '{"acl": {"enabled": false}}' } })],
    "sets Consul's acl.enabled to something other than true",
  ),
  passes("a patch of another's Secret", [
    kube("v1", "SecretPatch", "settings", { stringData: { "a.json": '{"acl": {"enabled": false}}' } }),
  ]),
]);

const IS_UNREAD = (what: string) => `${what} configures Consul and cannot be read, so it cannot be judged. Set`;
const sound = [...READS.slice(3), "-config-dir=/c"];
cases("consul-tls", [
  blocks("somebody else's Secret", [mounting(IN_SECRET, {}, sound)], IS_UNREAD("the Secret settings")),
  blocks(
    "somebody else's Secret in a projected volume, once",
    [
      mounting(
        projected({ secret: { name: "settings", items: ["a.json", "b.json"].map((key) => ({ key, path: key })) } }),
        {},
        sound,
      ),
    ],
    IS_UNREAD("the Secret settings"),
  ),
  blocks(
    "somebody else's Secret, a file of it",
    [mounting(IN_SECRET, { mountPath: "/c/a.json", subPath: "a.json" }, sound)],
    IS_UNREAD("the Secret settings"),
  ),
  blocks(
    "a file that is no HCL",
    [mounting(IN_SECRET, {}, sound), secret({ "a.json": "{" })],
    IS_UNREAD("the file a.json"),
  ),
  blocks(
    "a key that the Secret has not",
    [
      mounting({ secret: { secretName: "settings", items: [{ key: "b", path: "a.json" }] } }, {}, sound),
      secret({ "a.json": "{}" }),
    ],
    IS_UNREAD("the file a.json"),
  ),
  passes(
    "somebody else's certificates",
    [
      mounting({ secret: { secretName: "tls", items: [{ key: "tls.crt", path: "tls.crt" }] } }, {}, sound),
      mounting(IN_SECRET, { mountPath: "/c/tls" }, sound),
      mounting(IN_SECRET, { mountPath: "/c/tls.crt", subPath: "tls.crt" }, sound),
    ].map((each, i) => ({ ...each, name: `set-${i}` })),
  ),
  ...["Secret", "ConfigMap"].map((kind) =>
    passes(`a certificate that is not known yet beside settings, in a ${kind}`, [
      mounting(kind === "Secret" ? IN_SECRET : { configMap: { name: "settings" } }),
      kube("v1", kind, "settings", { data: { "a.json": kind === "Secret" ? coded(WELL) : WELL, "ca.pem": UNKNOWN } }),
    ]),
  ),
  passes("a Secret's file that is not known yet, beside settings that a script copies", [
    servers(
      { command: ["consul", "agent", "-server", "-config-dir=/c"], volumeMounts: [mount("/tmp/c"), mount("/k", "v")] },
      undefined,
      {
        volumes: [
          { name: "c", configMap: { name: "config" } },
          { name: "v", ...IN_SECRET },
        ],
      },
    ),
    good,
    secret({ "key.json": UNKNOWN }),
  ]),
  passes("the pod's own labels", [
    mounting({ downwardAPI: { items: [{ path: "labels", fieldRef: {} }] } }, {}, sound),
    {
      ...mounting(projected({ downwardAPI: { items: [{ path: "labels", fieldRef: {} }] } }), {}, sound),
      name: "projected",
    },
  ]),
  blocks(
    "the pod's own labels as a file of settings",
    [mounting(projected({ downwardAPI: { items: ["a", "b.json"].map((path) => ({ path })) } }), {}, sound)],
    IS_UNREAD("a volume of the kind downwardAPI"),
  ),
  blocks(
    "somebody else's Secret, without any folder of it",
    [mounting(IN_SECRET, { subPath: "" }, sound)],
    IS_UNREAD("the Secret settings"),
  ),
  passes("Secrets that are not known yet, and that no flag names", [
    mounting(IN_SECRET, { mountPath: "/tls" }, sound),
    kube("v1", "Secret", "settings", { data: UNKNOWN }),
  ]),
  ...["hostPath", "nfs", "csi", "persistentVolumeClaim", "image", "downwardAPI"].flatMap((kind) => [
    blocks(`a ${kind}`, [mounting({ [kind]: {} }, {}, sound)], IS_UNREAD(`a volume of the kind ${kind}`)),
    blocks(
      `a file of a ${kind}`,
      [mounting({ [kind]: {} }, { mountPath: "/c/a.hcl", subPath: "a.hcl" }, sound)],
      IS_UNREAD(`a volume of the kind ${kind}`),
    ),
    passes(`a ${kind} with data`, [
      mounting({ [kind]: {} }, { mountPath: "/c/data" }, sound),
      { ...mounting({ [kind]: {} }, { mountPath: "/" }, sound), name: "above" },
    ]),
  ]),
  passes("a folder for what a script writes", [mounting({ emptyDir: {} }, {}, sound)]),
  ...[
    ["a text", { ports: { http: "hunter2", grpc: -1 } }, 'Consul\'s ports.http is "…", not -1'],
    [
      "a map",
      { ports: { http: { password: "hunter2" }, grpc: -1 } },
      'Consul\'s ports.http is {"password":"…"}, not -1',
    ],
    ["a list", { ports: { http: ["hunter2"], grpc: -1 } }, 'Consul\'s ports.http is ["…"], not -1'],
    ["nothing", { ports: { grpc: -1 } }, "Consul's ports.http is not set, not -1"],
    ["a number", { ports: { http: 8500, grpc: -1 } }, "Consul's ports.http is 8500, not -1"],
    ["a switch", { ports: { http: false, grpc: -1 } }, "Consul's ports.http is false, not -1"],
  ].map(([title, settings, says]) =>
    blocks(
      `${String(title)} of a Secret, of which nothing is told`,
      [mounting(IN_SECRET), secret({ "a.json": JSON.stringify({ ...SOUND, ...(settings as object) }) })],
      `StatefulSet consul: ${String(says)}. Set`,
    ),
  ),
]);

/** Of the program, beside a chart whose servers read it: what is wrong with both together shows at the end. */
const beside = (type: string, kind: string, name = "settings") => [
  release(safeBut({ server: { extraVolumes: [{ type, name, load: true }] } })),
  ...(kind === "" ? [] : [kube("v1", kind, "settings", { metadata: { namespace: "consul-system" }, stringData: {} })]),
];
const inSystem = (kind: string, data: object) =>
  kube("v1", kind, "settings", { metadata: { namespace: "consul-system" }, ...data });
cases("consul-tls", [
  ...["secret", "configMap"].map((type) =>
    blocks(
      `somebody else's ${type} beside a release`,
      beside(type, ""),
      `the ${type === "secret" ? "Secret" : "ConfigMap"} settings configures Consul and cannot be read`,
    ),
  ),
  passes("a Secret of the program's beside a release", beside("secret", "Secret")),
  passes("a ConfigMap of the program's beside a release", beside("configMap", "ConfigMap")),
]);
cases("consul-acls", [
  passes("a Secret of the program's beside a release", beside("secret", "Secret")),
  ...[
    ["secret", "Secret", { stringData: { "a.json": '{"acl": {"enabled": false}}' } }],
    ["configMap", "ConfigMap", { data: { "a.json": '{"acl": {"enabled": false}}' } }],
  ].map(([type, kind, data]) =>
    blocks(
      `settings of a ${String(kind)} beside a release`,
      [...beside(type as string, ""), inSystem(kind as string, data as object)],
      "rendered by the chart: StatefulSet consul-server: Consul's acl.enabled is not true",
    ),
  ),
]);

cases("consul-acls", [
  blocks(
    "a StatefulSet whose files are not known",
    [servers({ command: ["consul", "agent"] })],
    "acl.enabled is not true",
  ),
  blocks(
    "a second word in capitals, for a list",
    [
      servers({ command: ["consul", "agent", "-server", "-config-dir=/c"] }),
      file(JSON.stringify({ ...SOUND, ACL: [{ default_policy: "allow" }] })),
    ],
    "acl.enabled is not true",
  ),
  passes("what is null, which says nothing", [
    servers({ command: ["consul", "agent", "-server", "-config-dir=/c"] }),
    file(JSON.stringify({ ...SOUND, ACL: null })),
  ]),
]);
