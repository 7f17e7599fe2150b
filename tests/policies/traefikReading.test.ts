import { Resource, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, meshed, traefik, workload } from "./resources";

useAnalyzer();
const configMap = (name: string, data: Record<string, unknown>, metadata = {}) =>
  kube("v1", "ConfigMap", name, { data, metadata });
const base64 = (text: string) => Buffer.from(text).toString("base64");
const secret = (name: string, data: Record<string, string>) =>
  kube("v1", "Secret", name, {
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
  });
const flags = (...args: string[]) => traefik({ args });
const shell = (...command: string[]) => traefik({ command });
const mounting = (path: string, volume: Record<string, unknown>, args: string[] = []) =>
  workload("edge", {
    container: {
      image: "traefik:v3.7.9",
      args,
      volumeMounts: [
        { name: "tmp", mountPath: "/tmp" },
        { name: "v", mountPath: path },
      ],
    },
    pod: {
      volumes: [
        { name: "tmp", emptyDir: {} },
        { name: "v", ...volume },
      ],
    },
  });
const tagged = (...tags: string[]) => meshed("a", { "service-tags": tags.join(",") });
const SERVES = "traefik.http.routers.d.service=api@internal";
const ELSEWHERE = { namespace: "other" };
const OPEN = { name: "OPEN", valueFrom: { configMapKeyRef: { name: "env", key: "open" } } };
const FIELD = { fieldRef: { fieldPath: "metadata.name" } };

const INSECURE = "sets api.insecure";
cases("traefik-dashboard-login", [
  // What Go does not take for a boolean ends Traefik, so it had better be seen.
  ...["10", "01", "fa", "untrue", "False "].map((value) =>
    blocks(`the value ${JSON.stringify(value)}`, [flags(`--api.insecure=${value}`)], INSECURE),
  ),
  ...["f", "false", "False"].map((value) => passes(`the value ${value}`, [flags(`--api.insecure=${value}`)])),
  passes("what only looks like the flag", [
    flags("x--api.insecure", "---api.insecure", "--log.filepath=--api.insecure", "--xapi.insecure", "api.insecure"),
  ]),
  blocks("a flag behind one that takes a word", [flags("--log.level", "INFO", "-api.insecure", "x")], INSECURE),
  blocks("a flag beside one that Traefik does not know", [flags("--foo.bar=1", "--api.insecure")], INSECURE),
  ...["TRAEFIK_API_INSECURE", "traefik_api_insecure"].map((name) =>
    blocks(
      `the variable ${name} beside one that Traefik does not know`,
      [
        traefik({
          env: [
            { name: "TRAEFIK_FOO_BAR", value: "1" },
            { name, value: "true" },
          ],
        }),
      ],
      INSECURE,
    ),
  ),
  passes("a variable that is only called alike", [
    traefik({ env: [{ name: "MY_TRAEFIK_API_INSECURE", value: "true" }] }),
    configMap("env", { MY_TRAEFIK_API_INSECURE: "true" }),
  ]),
  blocks(
    "variables in a ConfigMap beside others",
    [configMap("env", { TRAEFIK_FOO: "1", TRAEFIK_API_INSECURE: "1" })],
    "environment sets api.insecure",
  ),
  blocks(
    "a container whose name is not known yet",
    [traefik({ name: UNKNOWN, args: ["--api.insecure"] })],
    "container ? sets api.insecure",
  ),
  ...["a.toml.yml", "traefik.json", "traefik"].map((name) =>
    blocks(`YAML in ${name}`, [configMap("traefik", { [name]: "api: {insecure: true}\nlog:\n" })], INSECURE),
  ),
  passes("files of others: a list, and what is neither YAML nor TOML", [
    configMap("app", { "x.yaml": "- api: {insecure: true}", "y.yaml": "[[a", "z.toml": "a: b", "empty.yaml": "" }),
  ]),
  blocks(
    "a route of a file with no middleware in its list",
    [configMap("routes", { "d.yml": "http: {routers: {d: {service: api@internal, middlewares: }}}" })],
    "router d serves api@internal without a login. Leave",
  ),
  passes("a login without options of its own", [
    tagged(SERVES, "traefik.http.routers.d.middlewares=login@file"),
    configMap("routes", { "d.yml": "http: {middlewares: {login: {basicAuth: {}}}}" }),
  ]),
  ...[
    ["exec /bin/traefik -api.insecure"],
    ["true;traefik -api.insecure"],
    ['traefik\n"--api.insecure"'],
    ["exec run --api.insecure"],
    ['exec traefik "$@"', "x", "-api.insecure"],
  ].flatMap((script) =>
    ["sh", "/bin/bash", "/usr/bin/zsh", "dash", "ash", "busybox"].map((name) =>
      blocks(`${name} with ${JSON.stringify(script)}`, [shell(name, "-c", ...script)], INSECURE),
    ),
  ),
  passes("a script's options that are another program's, and a text that is no script", [
    shell("sh", "-c", "set -api.insecure; exec run"),
    { ...shell("publish", "say traefik --api.insecure"), name: "b" },
    { ...shell("shell", "say traefik --api.insecure"), name: "c" },
    { ...flags("--tracing.serviceName=my traefik --api.insecure"), name: "d" },
  ]),
  ...["$(OPEN)", "${OPEN}", "$OPEN"].flatMap((value) => [
    passes(`${value} that says false`, [
      traefik({ args: [`--api.insecure=${value}`], env: [{ name: "OPEN", value: "false" }] }),
    ]),
    blocks(
      `${value} that another object says`,
      [traefik({ args: [`--api.insecure=${value}`], env: [OPEN] }), configMap("env", { open: "1" })],
      INSECURE,
    ),
  ]),
  ...["$(OPEN)", "${OPEN}", "$OPEN"].map((value) =>
    passes(`${value} that another object says is false`, [
      traefik({ args: [`--api.insecure=${value}`], env: [OPEN] }),
      configMap("env", { open: "false" }),
    ]),
  ),
  blocks("arguments that are not known yet", [traefik({ args: UNKNOWN })], "can't be known"),
  passes("somebody else's kind that has data, and a router of TCP", [
    kube("example.com/v1", "Settings", "traefik", { data: { "traefik.yml": "api: {insecure: true}" } }),
    configMap("routes", { "d.yml": "tcp: {routers: {d: {rule: x, service: api@internal}}}" }),
  ]),
  passes("a variable of another that says false", [
    traefik({
      args: ["--api.insecure=$(B)"],
      env: [
        { name: "A", value: "false" },
        { name: "B", value: "$(A)" },
      ],
    }),
  ]),
  passes("a variable that stands in place of the same of a ConfigMap, and is nobody's", [
    traefik({
      envFrom: [{ prefix: "TRAEFIK_", configMapRef: { name: "env" } }],
      env: [{ name: "TRAEFIK_API_INSECURE", valueFrom: { secretKeyRef: { name: "gone", key: "a" } } }],
    }),
    configMap("env", { API_INSECURE: "true" }),
  ]),
  blocks(
    "the key of a Secret",
    [
      traefik({
        env: [{ name: "TRAEFIK_API_INSECURE", valueFrom: { secretKeyRef: { name: "env", key: "open" } } }],
      }),
      secret("env", { other: "false", open: "true" }),
    ],
    INSECURE,
  ),
  passes("objects of the same name, of another kind or namespace", [
    mounting("/etc/traefik", { configMap: { name: "edge" } }),
    secret("edge", { a: "api: {insecure: true}\nx: {}" }),
    { ...configMap("edge", { a: "api: {insecure: true}\nx: {}" }, ELSEWHERE), name: "elsewhere" },
  ]),
  ...[
    ["/etc/traefik/", { secret: { secretName: "edge" } }],
    ["/etc", { projected: { sources: [{ configMap: { name: "none" } }, { secret: { name: "edge" } }] } }],
  ].map(([path, volume]) =>
    blocks(
      `a Secret's file at ${path as string}`,
      [mounting(path as string, volume as Record<string, unknown>), secret("edge", { a: "api: {insecure: true}" })],
      INSECURE,
    ),
  ),
  ...(
    [
      ["ConfigMap", "binaryData", base64("api: {insecure: true}")],
      ["Secret", "stringData", "api: {insecure: true}"],
    ] as const
  ).map(([kind, field, text]) =>
    blocks(`${field} of a ${kind}`, [kube("v1", kind, "a", { [field]: { "traefik.yml": text } })], INSECURE),
  ),
  blocks("tags with spaces between them", [tagged("team=a", ` ${SERVES}`)], "router d serves api@internal"),
  blocks(
    "a tag of a Service's",
    [kube("v1", "Service", "a", { metadata: { annotations: { "consul.hashicorp.com/service-tags": SERVES } } })],
    "router d serves api@internal",
  ),
  passes("tags that are not Traefik's", [
    tagged("http.routers.d.service=api@internal", `my.${SERVES}`, `x${SERVES}`, "traefik"),
  ]),
]);

cases("traefik-verifies-tls", [
  ...["--serversTransport.insecureSkipVerify", "--providers.consulCatalog.endpoint.tls.insecureSkipVerify"].map(
    (flag) =>
      blocks(`${flag}, with a word behind it that is not its own`, [flags(flag, "false")], "sets insecureSkipVerify"),
  ),
  passes("HTTPS in words of their own", [
    flags(
      ...["--providers.consulcatalog.endpoint.address", "consul:8501"],
      ...["--providers.consulcatalog.endpoint.scheme", "https"],
    ),
  ]),
  blocks(
    "a tag of a kind that is not known",
    [tagged("traefik.quic.a.insecureSkipVerify=1")],
    "sets insecureSkipVerify",
  ),
  ...["traefik.io", "traefik.containo.us"].map((group) =>
    blocks(
      `a kind of ${group}`,
      [kube(`${group}/v1alpha1`, "TransportOfTomorrow", "a", { spec: { a: { insecureSkipVerify: true } } })],
      "TransportOfTomorrow sets insecureSkipVerify",
    ),
  ),
  passes("a kind of somebody else", [
    kube("example.com/v1", "ServersTransport", "a", { spec: { insecureSkipVerify: true } }),
  ]),
]);

cases("traefik-in-the-mesh", [
  passes("what is true by its name, with a word behind it that is not its own", [
    flags(
      ...["connectaware", "connectbydefault"].flatMap((option) => [`--providers.consulcatalog.${option}`, "false"]),
      "--providers.consulcatalog.exposedbydefault=false",
    ),
  ]),
  blocks(
    "every service, with a word behind it that is not its own",
    [
      flags(
        ...["connectaware", "connectbydefault", "exposedbydefault"].map((o) => `--providers.consulcatalog.${o}`),
        "false",
      ),
    ],
    "sets exposedByDefault",
  ),
]);

cases("no-acme-staging", [
  passes("what is called so elsewhere", [
    configMap("notes", { "a.yml": "server: acme-staging" }),
    flags("--certificatesresolvers.le.acme.email=acme-staging@example.com", "--x.caserver=acme-staging"),
    kube("example.com/v1", "Issuer", "a", { spec: { acme: { server: "acme-staging" } } }),
  ]),
  ...[
    [configMap("edge", { "a.toml": '[certificatesResolvers.le.acme]\ncaServer = "https://acme-staging.test"' })],
    [
      traefik({
        args: ["--certificatesresolvers.le.acme.caserver=$(CA)"],
        envFrom: [{ configMapRef: { name: "env" } }],
      }),
      configMap("env", { CA: "https://ACME-staging.test" }),
    ],
  ].map((resources, i) => blocks(`${["a file", "a variable"][i]}`, resources, "names an ACME staging server")),
]);

const told = (path: string) => [`--providers.file.directory=${path}`];
const EMPTY_FILE = configMap("routes", { "a.yml": "http: {}" });
cases("traefik-configuration-in-sight", [
  blocks("a provider with a word behind it", [flags("--providers.docker", "false")], "from the provider docker"),
  ...["docker: {}", "docker:", "rest: {}", "http: {endpoint: https://a}"].map((provider) =>
    blocks(
      `a file's provider ${provider}`,
      [configMap("traefik", { "traefik.yml": `providers: {${provider}}` })],
      `from the provider ${provider.split(":")[0]}`,
    ),
  ),
  passes("a file's provider that is in sight", [
    configMap("traefik", { "traefik.yml": "providers: {kubernetesCRD: {}, consulCatalog: {}, docker: false}" }),
  ]),
  ...["/etc/traefik/traefik", "/root/.config/traefik", "/traefik"].flatMap((path) =>
    ["toml", "yaml", "yml"].map((extension) =>
      blocks(
        `somebody else's ${path}.${extension}`,
        [mounting(`${path}.${extension}`, { configMap: { name: "gone" } })],
        `the ConfigMap gone, mounted at ${path}.${extension} cannot be read`,
      ),
    ),
  ),
  ...["hostPath", "nfs", "csi", "persistentVolumeClaim", "image"].map((kind) =>
    blocks(`a ${kind}`, [mounting("/etc/traefik", { [kind]: { a: "b" } })], `a volume of the kind ${kind}, mounted at`),
  ),
  passes("a folder of the pod's own, and one beside the file", [
    mounting("/etc/traefik", { emptyDir: {} }),
    { ...mounting("/etc/traefiks", { hostPath: { path: "/a" } }), name: "b" },
  ]),
  ...[
    ["a file in it", "/routes/a", { configMap: { name: "gone" } }, "the ConfigMap gone, mounted at /routes/a cannot"],
    ["a Secret", "/routes", { secret: { secretName: "gone" } }, "the Secret gone, mounted at /routes cannot"],
    ["a Secret among others", "/routes", { projected: { sources: [{ secret: { name: "gone" } }] } }, "the Secret gone"],
    ["the folder with a slash", "/routes/", { configMap: { name: "gone" } }, "the ConfigMap gone, mounted at /routes"],
    [
      "a file of a Secret",
      "/routes",
      { secret: { secretName: "gone", items: [{ path: "a.crt" }, { path: "a.YML" }] } },
      "the Secret gone",
    ],
    [
      "a file of a ConfigMap",
      "/routes",
      { configMap: { name: "gone", items: [{ path: "a.toml" }] } },
      "the ConfigMap gone",
    ],
  ].map(([title, path, volume, problem]) =>
    blocks(
      `of somebody else in a folder that is told: ${title as string}`,
      // What is beside it in the namespace is not what it names.
      [mounting(path as string, volume as Record<string, unknown>, told("/routes")), EMPTY_FILE],
      problem as string,
    ),
  ),
  passes("a part of the folder that is told, and certificates in it by their names", [
    mounting("/routes/team", { configMap: { name: "routes" } }, told("/routes")),
    EMPTY_FILE,
    {
      ...mounting(
        "/routes",
        {
          projected: {
            sources: [
              { configMap: { name: "routes" } },
              { secret: { name: "gone", items: [{ path: "a.toml.crt" }, { path: "a.ymlx" }] } },
              { configMap: { name: "gone", items: [{ path: "ca.crt" }] } },
            ],
          },
        },
        told("/routes"),
      ),
      name: "b",
    },
  ]),
  blocks("a file's name that is told", [flags("--providers.file.filename=/a.yml")], "the file /a.yml cannot be read"),
  blocks(
    "a file's name that a script tells",
    [traefik({ command: ["sh", "-c", "exec traefik --ping  --configfile  /a.yml"] })],
    "the file /a.yml cannot be read",
  ),
  blocks(
    "a setting that the pod's own fields give",
    [traefik({ args: ["traefik"], env: [{ name: "TRAEFIK_API", valueFrom: FIELD }] })],
    "the variable TRAEFIK_API, whose value is elsewhere cannot be read",
  ),
  blocks("what is told twice", [flags("--configfile=/a.yml", "--providers.file.filename=/a.yml")], "the file /a.yml"),
  blocks(
    "a folder of a like name",
    [mounting("/routes-of-old", { configMap: { name: "routes" } }, told("/routes")), EMPTY_FILE],
    "the file /routes cannot be read",
  ),
  ...["${EXTRA}", "$EXTRA", "--$(EXTRA)", "-$EXTRA"].map((word) =>
    blocks(`the argument ${word}`, [flags("--ping", word)], `the argument ${word} cannot be read`),
  ),
  passes("a pod's own name as an argument, and a sign that is none", [
    traefik({ args: ["--ping", "$(POD)", "$", "a$(X)"], env: [{ name: "POD", valueFrom: FIELD }] }),
  ]),
  ...["configMapKeyRef", "secretKeyRef"].map((ref) =>
    blocks(
      `an argument of a ${ref} that is somebody else's`,
      [traefik({ args: ["--ping", "$(X)"], env: [{ name: "X", valueFrom: { [ref]: { name: "gone", key: "a" } } }] })],
      "the argument $(X)",
    ),
  ),
  blocks(
    "variables of a Secret of somebody else, where the command is no flag",
    [traefik({ args: ["traefik"], envFrom: [{ secretRef: { name: "gone" } }] })],
    "the Secret gone, which its environment is from cannot be read",
  ),
  passes("variables for others: somebody else's that are not Traefik's, and those that flags go before", [
    traefik({ env: [{ name: "MY_TRAEFIK_KEY", valueFrom: { secretKeyRef: { name: "gone", key: "a" } } }] }),
    {
      ...traefik({
        args: ["-ping"],
        env: [{ name: "TRAEFIK_API", valueFrom: { secretKeyRef: { name: "gone", key: "a" } } }],
      }),
      name: "b",
    },
    { ...traefik({ envFrom: [{ prefix: "A_" }] }), name: "c" },
  ]),
  blocks(
    "a file that it mounts, of a name that does not tell",
    [mounting("/routes", { configMap: { name: "app" } }), configMap("app", { "a.yml": "a: [" })],
    "the file a.yml cannot be read",
  ),
  passes("what cannot be read and is no file of Traefik's", [
    configMap("traefik", { "notes.txt": "a: [", "a.yml.tpl": "a: [" }),
    configMap("app", { "a.yml": "a: [" }),
    kube("v1", "Secret", "traefik", { data: UNKNOWN }),
    { ...configMap("app", { "a.yml": UNKNOWN }), name: "unknown" },
  ]),
  ...[
    configMap("edge", { "a.txt": "x", "traefik.yml": UNKNOWN }),
    kube("v1", "ConfigMap", "traefik", { data: UNKNOWN }),
  ].map((object) => blocks(`what is not known yet: ${object.name}`, [object], "can't be known")),
  blocks(
    "a ConfigMap that is not known yet, and whose name does not tell",
    [mounting("/etc/traefik", { configMap: { name: "edge" } }), configMap("edge", { a: UNKNOWN })] as Resource[],
    "the ConfigMap edge, mounted at /etc/traefik cannot be read",
  ),
]);
