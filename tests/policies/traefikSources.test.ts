import { Resource, UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, meshed, release, SAFE_VALUES, traefik, workload } from "./resources";

useAnalyzer();
const configMap = (name: string, data: Record<string, string>) => kube("v1", "ConfigMap", name, { data });
const secret = (name: string, data: Record<string, string>) =>
  kube("v1", "Secret", name, {
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")])),
  });
const flags = (...args: string[]) => traefik({ args });
/** Traefik with a volume at a path. */
const mounting = (path: string, volume: Record<string, unknown>, args: string[] = []) =>
  workload("edge", {
    container: { image: "traefik:v3.7.9", args, volumeMounts: [{ name: "v", mountPath: path }] },
    pod: { volumes: [{ name: "v", ...volume }] },
  });
const tagged = (name: string, tags: string[], annotations: Record<string, string> = {}) =>
  meshed(name, { "service-tags": tags.map((tag) => tag.replaceAll(",", "\\,")).join(","), ...annotations });
const traefikKind = (kind: string, name: string, spec: unknown) => kube("traefik.io/v1alpha1", kind, name, { spec });

/** Puts objects into a namespace, but for those that have one of their own. */
const inNamespace =
  (namespace: string) =>
  (each: Resource): Resource => ({
    ...each,
    props: {
      ...each.props,
      metadata: { ...each.props.metadata, namespace: each.props.metadata.namespace.replace("apps", namespace) },
    },
  });
const gatewayRoute = (...filters: unknown[]) =>
  kube("gateway.networking.k8s.io/v1", "HTTPRoute", "d", {
    spec: {
      rules: [{ filters, backendRefs: [{ group: "traefik.io", kind: "TraefikService", name: "api@internal" }] }],
    },
  });

const INSECURE = "sets api.insecure";
/** Each says `api.insecure`. */
const STATIC: Record<string, string> = {
  "a.toml": "api = { insecure = true }",
  "b.toml": "api.insecure = true",
  "c.toml": '["api"]\n"insecure" = true',
  "d.yml": "api:\n  insecure: true",
  "e.yml": "log: {}\n---\napi: {insecure: true}",
  "f.yaml": "base: &base {insecure: true}\napi: {<<: *base}",
  "g.yaml": '{"api": {"insecure": "1"}}',
  "h.yml": "API:\n  Insecure: True",
  "i.yml": "api:\n  insecure: !!bool yes",
};
/** What stands at the top of a static file [traefik pkg/config/static: Configuration, of v2 and v3], but for api. */
const TOP_LEVEL = [
  ...["global", "serversTransport", "tcpServersTransport", "entryPoints", "providers", "metrics", "ping", "log"],
  ...["accessLog", "tracing", "hostResolver", "certificatesResolvers", "experimental", "core", "spiffe", "ocsp"],
  ...["pilot", "hub"],
];

cases("traefik-dashboard-login", [
  ...[
    ["-api.insecure"],
    ["--api.insecure=1"],
    ["--API.INSECURE=TRUE"],
    ["--api.insecure=t"],
    ["--api.insecure", "false"],
    ["--log.level", "INFO", "--api.insecure"],
  ].map((args) => blocks(args.join(" "), [flags(...args)], INSECURE)),
  ...["--api.insecure=0", "-api.insecure=F", "--api.insecure=FALSE", "--api.dashboard=true"].map((flag) =>
    passes(flag, [flags(flag)]),
  ),
  blocks("a command in one text", [traefik({ command: ["traefik --api.insecure=1"] })], INSECURE),
  blocks("a shell's script", [traefik({ command: ["sh", "-c", "exec traefik '--api.insecure=1'"] })], INSECURE),
  blocks(
    "an image of another name",
    [
      workload("edge", {
        container: { image: "registry.example/edge:1.2.3", args: ["--entrypoints.web.address=:80", "--api.insecure"] },
      }),
    ],
    INSECURE,
  ),
  blocks(
    "a variable in an argument",
    [traefik({ args: ["--api.insecure=$(OPEN)"], env: [{ name: "OPEN", value: "true" }] })],
    INSECURE,
  ),
  passes("a variable that says false", [
    traefik({ args: ["--api.insecure=$(OPEN)"], env: [{ name: "OPEN", value: "false" }] }),
  ]),
  blocks(
    "a variable out of a ConfigMap in an argument",
    [
      traefik({ args: ["--api.insecure=$(OPEN)"], envFrom: [{ configMapRef: { name: "env" } }] }),
      configMap("env", { OPEN: "1" }),
    ],
    INSECURE,
  ),
  blocks(
    "the environment of a ConfigMap",
    [traefik({ envFrom: [{ configMapRef: { name: "env" } }] }), configMap("env", { TRAEFIK_API_INSECURE: "t" })],
    ["environment sets api.insecure", "container traefik sets api.insecure"],
  ),
  blocks(
    "the environment of a Secret, with a prefix",
    [
      traefik({ envFrom: [{ prefix: "TRAEFIK_", secretRef: { name: "env" } }] }),
      secret("env", { API_INSECURE: "true" }),
    ],
    INSECURE,
  ),
  blocks(
    "a key of a ConfigMap",
    [
      traefik({
        env: [{ name: "TRAEFIK_API_INSECURE", valueFrom: { configMapKeyRef: { name: "env", key: "open" } } }],
      }),
      configMap("env", { open: "true" }),
    ],
    INSECURE,
  ),
  passes("another program's file that says api.insecure", [
    configMap("backend", { "config.yaml": "api:\n  insecure: true\ndatabase: {host: db}" }),
  ]),
  blocks(
    "a file that could be Traefik's, whatever its name",
    [configMap("edge", { "x.yaml": "api: {insecure: true}" })],
    INSECURE,
  ),
  ...TOP_LEVEL.map((key) =>
    blocks(
      `a static file under no name of Traefik's that has ${key} too`,
      [configMap("edge", { "config.yaml": `api: {insecure: true}\n${key}: {a: {b: c}}` })],
      INSECURE,
    ),
  ),
  ...Object.entries(STATIC).map(([file, text]) =>
    blocks(`the file ${file}`, [configMap("traefik", { [file]: text })], INSECURE),
  ),
  blocks(
    "a file without a name that tells",
    [mounting("/etc/traefik", { configMap: { name: "edge" } }), configMap("edge", { settings: "api.insecure = true" })],
    INSECURE,
  ),
  blocks(
    "a file of a projected Secret",
    [
      mounting("/etc/traefik", { projected: { sources: [{ secret: { name: "edge" } }] } }),
      secret("edge", { settings: "api: {insecure: on}" }),
    ],
    INSECURE,
  ),
  blocks("the REST provider", [flags("--providers.rest.insecure")], "sets rest.insecure"),
  blocks(
    "a middleware of another service, which asks nobody",
    [
      tagged("a", [
        "traefik.http.routers.d.service=api@internal",
        "traefik.http.routers.d.middlewares=small@consulcatalog",
      ]),
      tagged("b", ["traefik.http.middlewares.small.compress=true"]),
    ],
    "router d serves api@internal without a login",
  ),
  passes("a middleware of another service with a login, in a chain", [
    tagged("a", ["traefik.http.routers.d.service=api@internal", "traefik.http.routers.d.middlewares=door"]),
    tagged("b", [
      "traefik.http.middlewares.door.chain.middlewares=small,login",
      "traefik.http.middlewares.small.compress=true",
      "traefik.http.middlewares.login.basicauth.usersfile=/users",
    ]),
  ]),
  passes("a file's router with a file's login", [
    configMap("routes", {
      "d.yml":
        "http: {routers: {d: {rule: x, service: api@internal, middlewares: [login]}}, middlewares: {login: {forwardAuth: {address: https://a}}}}",
    }),
  ]),
  passes("services that are only called alike", [
    tagged("a", ["traefik.http.routers.d.service=rest-api@internal", "traefik.http.routers.e.service=api@internals"]),
  ]),
  passes("a program that has an API and a log of its own", [
    configMap("backend", { "config.yaml": "api: {insecure: true}\nbackend: {log: debug}" }),
  ]),
  passes("a login of several middlewares, in whatever letters and spaces", [
    configMap("routes", {
      "d.yml": `http:
  routers: {d: {rule: x, service: ' api@internal ', middlewares: 'small , Door'}}
  middlewares: {small: {compress: {}}, door: {chain: {middlewares: [small, ask]}}, ask: {digestAuth: {usersFile: /u}}}`,
    }),
  ]),
  ...["my-apps", undefined].map((namespace) =>
    passes(`a login by its full name, in the namespace ${namespace}`, [
      tagged("s", [
        "traefik.http.routers.d.service=api@internal",
        `traefik.http.routers.d.middlewares=${namespace ?? "default"}-login@kubernetescrd`,
      ]),
      kube("traefik.io/v1alpha1", "Middleware", "login", {
        metadata: { namespace },
        spec: { basicAuth: { secret: "users" } },
      }),
    ]),
  ),
  passes("a file's login by its full name", [
    tagged("s", ["traefik.http.routers.d.service=api@internal", "traefik.http.routers.d.middlewares=login@file"]),
    configMap("routes", { "d.yml": "http: {middlewares: {login: {basicAuth: {usersFile: /u}}}}" }),
  ]),
  blocks(
    "a tag's router with a login that only a file has",
    [
      tagged("s", ["traefik.http.routers.d.service=api@internal", "traefik.http.routers.d.middlewares=login"]),
      configMap("routes", { "d.yml": "http: {middlewares: {login: {basicAuth: {usersFile: /u}}}}" }),
    ],
    "; login@consulcatalog is declared elsewhere",
  ),
  blocks(
    "a file's router with a login that only a tag has",
    [
      tagged("s", ["traefik.http.middlewares.login.basicauth.usersfile=/u"]),
      configMap("routes", { "d.yml": "http: {routers: {d: {service: ' api@internal ', middlewares: [login]}}}" }),
    ],
    "; login@file is declared elsewhere",
  ),
  blocks(
    "a chain that leads to itself",
    [
      tagged("a", [
        "traefik.http.routers.d.service=api@internal",
        "traefik.http.routers.d.middlewares=round",
        "traefik.http.middlewares.round.chain.middlewares=small,round",
        "traefik.http.middlewares.small.compress=true",
      ]),
    ],
    "router d serves api@internal without a login. Leave",
  ),
  blocks(
    "a router without a middleware",
    [tagged("a", ["traefik.http.routers.d.service=api@internal", "traefik.http.routers.d.middlewares="])],
    "router d serves api@internal without a login. Leave",
  ),
  blocks(
    "a middleware from elsewhere beside one that asks nobody",
    [
      tagged("a", [
        "traefik.http.routers.d.service=api@internal",
        "traefik.http.routers.d.middlewares=small,Login@file",
        "traefik.http.middlewares.small.compress=true",
      ]),
    ],
    "router d serves api@internal without a login; login@file is declared elsewhere",
    { config: { logins: ["other@file"] } },
  ),
  blocks(
    "a service of several that stand for the API",
    [
      configMap("routes", {
        "d.yml": "http: {services: {a: {failover: {service: b, fallback: 'dashboard@internal'}}}}",
      }),
    ],
    "another service stands for dashboard@internal",
  ),
  blocks(
    "a file's router with a middleware that asks nobody",
    [
      configMap("routes", {
        "d.toml":
          '[http.routers.d]\nservice = "api@internal"\nmiddlewares = ["strip"]\n[http.middlewares.strip.stripPrefix]\nprefixes = ["/x"]',
      }),
    ],
    "router d serves api@internal without a login",
  ),
  blocks(
    "a service that stands for the API",
    [
      configMap("routes", {
        "d.yml": "http: {services: {a: {weighted: {services: [{name: api@internal, weight: 1}]}}}}",
      }),
    ],
    "another service stands for api@internal",
  ),
  ...[{ weighted: { services: [{ name: "api@internal" }] } }, { mirroring: { name: "api@internal" } }].map((spec) =>
    blocks(
      `a TraefikService, ${Object.keys(spec)[0]}`,
      [traefikKind("TraefikService", "t", spec)],
      "stands for api@internal",
    ),
  ),
  passes("a route with a Middleware that asks", [
    traefikKind("IngressRoute", "d", {
      routes: [{ services: [{ name: "api@internal" }], middlewares: [{ name: "login" }] }],
    }),
    traefikKind("Middleware", "login", { basicAuth: { secret: "users" } }),
  ]),
  ...[
    [{ name: "login" }],
    [{ name: "small" }, { name: "login" }],
    [{ name: "login", namespace: "auth" }],
    [{ name: "chain" }],
    [{ name: "chain-elsewhere" }],
    [{ name: "Login@file" }],
  ].map((middlewares) =>
    passes(
      `a route with ${JSON.stringify(middlewares)}`,
      [
        traefikKind("IngressRoute", "d", { routes: [{ services: [{ name: "api@internal" }], middlewares }] }),
        traefikKind("Middleware", "small", { compress: {} }),
        traefikKind("Middleware", "login", { basicAuth: { secret: "users" } }),
        traefikKind("Middleware", "chain", { chain: { middlewares: [{ name: "small" }, { name: "login" }] } }),
        traefikKind("Middleware", "chain-elsewhere", {
          chain: { middlewares: [{ name: "login", namespace: "auth" }] },
        }),
        kube("traefik.io/v1alpha1", "Middleware", "auth-login", {
          metadata: { name: "login", namespace: "auth" },
          spec: { forwardAuth: { address: "https://a" } },
        }),
      ].map(inNamespace("my-apps")),
      { config: { logins: ["login@file"] } },
    ),
  ),
  ...[
    [{ name: "small" }],
    [{ name: "login", namespace: "auth" }],
    [{ name: "small" }, { name: "other" }],
    [{ name: "tcp" }],
    [{ name: "of-somebody" }],
  ].map((middlewares) =>
    blocks(
      `a route with ${JSON.stringify(middlewares)}`,
      [
        traefikKind("IngressRoute", "d", { routes: [{ services: [{ name: "api@internal" }], middlewares }] }),
        traefikKind("Middleware", "small", { compress: {} }),
        traefikKind("Middleware", "other", { chain: { middlewares: [{ name: "login", namespace: "auth" }] } }),
        traefikKind("MiddlewareTCP", "tcp", { basicAuth: { secret: "users" } }),
        kube("example.com/v1", "Middleware", "of-somebody", { spec: { basicAuth: { secret: "users" } } }),
        kube("not-traefik.io/v1", "Middleware", "of-somebody", { spec: { basicAuth: { secret: "users" } } }),
        traefikKind("Middleware", "login", { basicAuth: { secret: "users" } }),
      ],
      "a route serves api@internal without a login",
    ),
  ),
  passes("routes to services, and what is no route", [
    traefikKind("IngressRoute", "d", { routes: [{ services: [{ name: "api" }, {}] }] }),
    kube("example.com/v1", "Thing", "d", { spec: { routes: [{ services: [{ name: "api@internal" }] }] } }),
  ]),
  passes("a route of the Gateway API with a Middleware that asks", [
    gatewayRoute({ type: "ExtensionRef", extensionRef: { group: "traefik.io", kind: "Middleware", name: "login" } }),
    traefikKind("Middleware", "login", { basicAuth: { secret: "users" } }),
  ]),
  blocks(
    "a route of the Gateway API that sets a header",
    [gatewayRoute({ type: "RequestHeaderModifier", requestHeaderModifier: {} })],
    "a route serves api@internal without a login. Leave",
  ),
  blocks(
    "a route with a Middleware that asks nobody",
    [
      traefikKind("IngressRoute", "d", {
        routes: [{ services: [{ name: "api@internal" }], middlewares: [{ name: "small" }] }],
      }),
      traefikKind("Middleware", "small", { compress: {} }),
    ],
    "a route serves api@internal without a login",
  ),
  blocks(
    "a route of the Gateway API",
    [
      kube("gateway.networking.k8s.io/v1", "HTTPRoute", "d", {
        spec: { rules: [{ backendRefs: [{ group: "traefik.io", kind: "TraefikService", name: "api@internal" }] }] },
      }),
    ],
    "a route serves api@internal without a login",
  ),
]);

const door = (spec: Record<string, unknown>, targetPort: unknown = 8080) =>
  kube("v1", "Service", "door", { spec: { selector: { app: "traefik" }, ports: [{ port: 80, targetPort }], ...spec } });
const OWN = "opens Traefik's own entry point";
const ingress = kube("networking.k8s.io/v1", "Ingress", "out", {
  spec: { rules: [{ http: { paths: [{ backend: { service: { name: "door", port: { number: 80 } } } }] } }] },
});
cases("traefik-dashboard-login", [
  passes("Traefik's port for a scraper within the cluster", [flags(), door({})]),
  passes("the public entry point, which is 8080 here", [
    flags("--entrypoints.web.address=:8080", "--entrypoints.traefik.address=127.0.0.1:9000"),
    door({ type: "LoadBalancer" }),
  ]),
  passes("somebody else's 8080", [flags(), door({ type: "LoadBalancer", selector: { app: "shop" } })]),
  blocks("a LoadBalancer", [flags(), door({ type: "LoadBalancer" })], `of type LoadBalancer ${OWN} at port 8080`),
  blocks("a NodePort", [flags("--entrypoints.traefik.address=:9000/tcp"), door({ type: "NodePort" }, 9000)], OWN),
  blocks("addresses of one's own", [flags(), door({ externalIPs: ["192.0.2.1"] })], OWN),
  blocks("an Ingress", [flags(), door({}), ingress], `Ingress out ${OWN}`),
  blocks(
    "an IngressRoute",
    [flags(), door({}), traefikKind("IngressRoute", "out", { routes: [{ services: [{ name: "door", port: 80 }] }] })],
    `IngressRoute out ${OWN}`,
  ),
  blocks(
    "a port by its name",
    [traefik({ ports: [{ name: "own", containerPort: 8080 }] }), door({ type: "LoadBalancer" }, "own")],
    OWN,
  ),
  blocks(
    "the entry point that probes use",
    [flags("--entrypoints.inner.address=:8080", "--ping.entrypoint=inner"), door({ type: "LoadBalancer" })],
    OWN,
  ),
  blocks(
    "a port of the node",
    [traefik({ ports: [{ containerPort: 8080, hostPort: 8080 }] })],
    "at port 8080 of its node",
  ),
]);

const SKIP = "insecureSkipVerify";
cases("traefik-verifies-tls", [
  passes("other programs' settings of the same name", [
    configMap("app", {
      "app.yml": "upstream:\n  insecureSkipVerify: true",
      "grafana.ini": "tls_skip_verify_insecure = true",
    }),
    configMap("gitea", { "x.yaml": "jsonData: {tlsSkipVerify: true}" }),
    configMap("notes", { "README.md": "Never set insecureSkipVerify: true" }),
  ]),
  passes("an agent beside it", [flags("--providers.consulcatalog.endpoint.address=127.0.0.1:8500")]),
  passes("HTTPS", [
    flags("--providers.consulcatalog.endpoint.address=consul:8501", "--providers.consulcatalog.endpoint.scheme=HTTPS"),
  ]),
  ...["localhost", "LOCALHOST:8500", "http://127.0.0.2:8500", "https://[::1]", "unix:///consul.sock"].map((address) =>
    passes(`an agent beside it: ${address}`, [flags(`--providers.consulcatalog.endpoint.address=${address}`)]),
  ),
  passes("HTTPS by the address", [flags("--providers.consulcatalog.endpoint.address=HTTPS://consul:8501")]),
  passes("an option that is only called alike", [
    flags("--serverstransport.insecureskipverifyx=true"),
    configMap("app", {
      "x.yaml": "upstream: {providers: {tls: {insecureSkipVerify: true}}}\nlog: {x: {insecureSkipVerifyWhy: a}}",
    }),
  ]),
  ...[
    "serversTransport: {insecureSkipVerify: true}",
    "tcpServersTransport: {tls: {insecureSkipVerify: true}}",
    "tcp: {serversTransports: {x: {tls: {insecureSkipVerify: true}}}}",
    "providers: {consulCatalog: {endpoint: {tls: {insecureSkipVerify: true}}}}",
    "tracing: {otlp: {http: {tls: {insecureSkipVerify: true}}}}",
  ].map((text) => blocks(`a file under no name of Traefik's: ${text}`, [configMap("edge", { "x.yaml": text })], SKIP)),
  blocks(
    "a variable in an argument",
    [
      traefik({
        args: ["--serverstransport.insecureskipverify=$(SKIP)"],
        envFrom: [{ configMapRef: { name: "env" } }],
      }),
      configMap("env", { SKIP: "true" }),
    ],
    `sets ${SKIP}`,
  ),
  ...["notlocalhost:8500", "consul.unix:8500", "http://proxy/https://consul", "localhost.example"].map((address) =>
    blocks(address, [flags(`--providers.consulcatalog.endpoint.address=${address}`)], `at ${address} in plain HTTP`),
  ),
  blocks("a scheme alone", [flags("--providers.consulcatalog.endpoint.scheme=http")], "at its address in plain HTTP"),
  ...["--serverstransport.insecureskipverify=T", "-providers.consulCatalog.endpoint.tls.insecureSkipVerify"].map(
    (flag) => blocks(flag, [flags(flag)], `sets ${SKIP}`),
  ),
  blocks("a tag's transport", [tagged("a", ["traefik.http.serverstransports.x.insecureSkipVerify=1"])], `sets ${SKIP}`),
  blocks(
    "a dynamic file's transport",
    [configMap("routes", { "t.toml": "[http.serversTransports.x]\ninsecureSkipVerify = true" })],
    `sets ${SKIP}`,
  ),
  blocks(
    "a TCP transport",
    [traefikKind("ServersTransportTCP", "t", { tls: { insecureSkipVerify: true } })],
    `sets ${SKIP}`,
  ),
  blocks(
    "a login's",
    [traefikKind("Middleware", "m", { forwardAuth: { tls: { insecureSkipVerify: true } } })],
    `sets ${SKIP}`,
  ),
  blocks(
    "one that is not known",
    [traefikKind("ServersTransport", "t", { insecureSkipVerify: UNKNOWN })],
    `sets ${SKIP}`,
  ),
  ...[
    ["--providers.consulcatalog.endpoint.scheme=http", "--providers.consulcatalog.endpoint.address=consul:8500"],
    ["--providers.consulcatalog.endpoint.address=consul-server.consul.svc:8501"],
    ["--providers.consulcatalog.endpoint.address=http://consul:8500"],
  ].map((args) => blocks(args.join(" "), [flags(...args)], "in plain HTTP")),
  blocks(
    "plain HTTP by a file",
    [configMap("traefik", { "traefik.toml": '[providers.consulCatalog.endpoint]\naddress = "consul:8500"' })],
    "in plain HTTP",
  ),
  passes("a chart that has nothing to do with it", [release(SAFE_VALUES)]),
]);

const MEMBER = ["connectaware=true", "connectbydefault=T", "exposedbydefault=false"];
/** Traefik as a member of the mesh, but for these options. */
const member = (...options: string[]) => {
  const names = options.map((option) => option.split("=")[0].toLowerCase());
  const others = MEMBER.filter((option) => !names.includes(option.split("=")[0]));
  return flags(...[...others, ...options].map((option) => `--providers.consulcatalog.${option}`));
};
const variables = (...options: string[]) =>
  options.map((option) => {
    const [name, value] = option.split("=");
    return { name: `TRAEFIK_PROVIDERS_CONSULCATALOG${name && `_${name.toUpperCase()}`}`, value };
  });
const without = (where: string, option: string) =>
  `Deployment traefik: ${where} has the provider consulCatalog and leaves out ${option}, ${
    option === "exposedByDefault"
      ? "so every service of Consul is published"
      : "so services are reached in plain HTTP, past the intentions"
  }. Set connectAware`;
const LEFT_OUT = ["connectAware", "connectByDefault", "exposedByDefault"];
cases("traefik-in-the-mesh", [
  passes("a member", [member("connectbydefault", "prefix=traefik")]),
  passes("a member by variables", [traefik({ env: variables(...MEMBER) })]),
  passes("a member by a file", [
    mounting("/etc/traefik", { configMap: { name: "static" } }),
    configMap("static", {
      "traefik.yml":
        "providers: {consulCatalog: {connectAware: true, connectByDefault: true, exposedByDefault: false}}",
    }),
  ]),
  passes("a member by flags, with a variable that Traefik does not read then", [
    traefik({ args: MEMBER.map((o) => `--providers.consulcatalog.${o}`), env: variables("endpoint_token=a") }),
  ]),
  passes("no provider of Consul's catalog", [
    flags("--providers.consulcatalog=false", "--providers.consulcatalogs.a=b", "--providers.kubernetesingress"),
  ]),
  passes("a patch of it, for what it leaves out", [
    { ...flags("--providers.consulcatalog=true"), type: "kubernetes:apps/v1:DeploymentPatch" },
  ]),
  ...[
    ["--providers.consulcatalog=true"],
    ["--providers.consulCatalog"],
    ["--providers.consulcatalog.endpoint.address=localhost:8500"],
  ].map((args) =>
    blocks(
      `nothing but ${args}`,
      [flags(...args)],
      LEFT_OUT.map((option) => without("container traefik", option)),
    ),
  ),
  ...LEFT_OUT.map((option, i) =>
    blocks(
      `all but ${option}`,
      [flags(...MEMBER.filter((_, j) => j !== i).map((o) => `--providers.consulcatalog.${o}`))],
      without("container traefik", option),
    ),
  ),
  blocks(
    "nothing but a variable",
    [traefik({ env: variables("=true") })],
    LEFT_OUT.map((option) => without("container traefik", option)),
  ),
  blocks(
    "flags without what the variables have, which Traefik does not read then",
    [traefik({ args: ["--providers.consulcatalog.connectaware=true"], env: variables(...MEMBER) })],
    LEFT_OUT.slice(1).map((option) => without("container traefik", option)),
  ),
  blocks(
    "a file",
    [
      { ...mounting("/etc/traefik", { configMap: { name: "static" } }), name: "traefik" },
      configMap("static", { "traefik.yml": "providers: {consulCatalog: {connectAware: true, exposedByDefault: no}}" }),
    ],
    "Deployment edge: file traefik.yml has the provider consulCatalog and leaves out connectByDefault, so services",
  ),
  passes("its own entry in the catalog, which has no sidecar", [
    kube("v1", "Service", "traefik", {
      metadata: { annotations: { "consul.hashicorp.com/service-tags": "traefik.consulcatalog.connect=false" } },
    }),
  ]),
  ...[
    ["connectAware=false", "sets connectAware to false"],
    ["connectaware=0", "sets connectAware to 0"],
    ["connectaware=untrue", "sets connectAware to untrue"],
    ["connectaware=10", "sets connectAware to 10"],
    ["connectByDefault=F", "sets connectByDefault to F"],
    ["exposedByDefault", "sets exposedByDefault"],
    ["exposedbydefault=1", "sets exposedByDefault"],
    ["prefix=edge", "tags that begin with edge"],
  ].map(([option, problem]) => blocks(option, [member(option)], problem)),
  blocks(
    "an environment variable",
    [traefik({ env: variables("connectaware=false", ...MEMBER.slice(1)) })],
    "sets connectAware to false",
  ),
  blocks(
    "a file",
    [configMap("traefik", { "traefik.yml": "providers: {consulCatalog: {exposedByDefault: true}}" })],
    "sets exposedByDefault",
  ),
  blocks(
    "a variable in an argument",
    [
      traefik({
        args: ["connectaware=$(AWARE)", ...MEMBER.slice(1)].map((option) => `--providers.consulcatalog.${option}`),
        envFrom: [{ configMapRef: { name: "env" } }],
      }),
      configMap("env", { AWARE: "false" }),
    ],
    "sets connectAware to false",
  ),
  blocks(
    "a service's own tag",
    [tagged("a", ["traefik.consulcatalog.connect=false"])],
    "plain HTTP to a service of the mesh",
  ),
  blocks(
    "a router of UDP",
    [tagged("a", ["traefik.UDP.routers.dns.entrypoints=dns"])],
    "leads UDP to it, which the mesh does not carry",
  ),
  ...["traefik.http.services.x.loadbalancer.server.url", "traefik.HTTP.services.a.b.loadBalancer.server.URL"].map(
    (tag) =>
      blocks(
        `another server: ${tag}`,
        [tagged("a", [`${tag}=https://consul-server.consul-system:8501`])],
        `Deployment a: the tag ${tag.toLowerCase()} has Traefik call https://consul-server.consul-system:8501 in its place, ` +
          "past the mesh's TLS and the intentions. Set connectAware",
      ),
  ),
  blocks(
    "another server, on a Kubernetes Service",
    [
      kube("v1", "Service", "a", {
        metadata: {
          annotations: {
            "consul.hashicorp.com/service-tags": "traefik.http.services.x.loadbalancer.server.url=http://a",
          },
        },
      }),
    ],
    "Service a: the tag traefik.http.services.x.loadbalancer.server.url has Traefik call http://a in its place",
  ),
  passes("tags of servers that are its own, and what Traefik does not read", [
    tagged("a", [
      "traefik.http.services.x.loadbalancer.server.port=8080",
      "traefik.http.services.x.loadbalancer.server.scheme=https",
      "traefik.http.services.x.loadbalancer.server.url.x=y",
      "traefik.tcp.services.x.loadbalancer.server.address=y",
      "x.traefik.http.services.x.loadbalancer.server.url=http://a",
    ]),
  ]),
  blocks(
    "a service of UDP, on a Kubernetes Service",
    [
      kube("v1", "Service", "dns", {
        metadata: {
          annotations: { "consul.hashicorp.com/service-tags": "traefik.udp.services.dns.loadbalancer.server.port=53" },
        },
      }),
    ],
    "leads UDP to it",
  ),
]);

cases("traefik-configuration-in-sight", [
  passes("flags, a file of the program, keys for ACME from elsewhere", [
    mounting("/etc/traefik/dynamic", { configMap: { name: "routes" } }, [
      "--providers.file.directory=/etc/traefik/dynamic",
    ]),
    configMap("routes", { "a.yml": "http: {}" }),
    traefik({
      args: ["--ping=true", "--log.level=$(LEVEL)"],
      envFrom: [{ secretRef: { name: "dns-keys" } }],
      env: [{ name: "LEVEL", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    }),
  ]),
  passes("a certificate of somebody else among the files", [
    mounting(
      "/routes",
      {
        projected: {
          sources: [
            { configMap: { name: "routes" } },
            { secret: { name: "shop-tls", items: [{ key: "tls.key", path: "shop/tls.key" }] } },
          ],
        },
      },
      ["--providers.file.directory=/routes"],
    ),
    configMap("routes", { "a.yml": "http: {}" }),
  ]),
  passes("certificates and storage beside it", [
    mounting("/etc/traefik/certs", { secret: { secretName: "from-cert-manager" } }),
    mounting("/data", { persistentVolumeClaim: { claimName: "acme" } }),
  ]),
  ...[
    "http.endpoint=https://x",
    "rest=true",
    "consul",
    "etcd.endpoints=a:2379",
    "redis",
    "zookeeper",
    "docker",
    "nomad=true",
    "plugin.x.a=b",
    "ecs",
    "swarm.endpoint=tcp://a",
    "docker.exposedByDefault=false",
  ].map((provider) =>
    blocks(provider, [flags(`--providers.${provider}`)], `from the provider ${provider.split(/[.=]/)[0]}`),
  ),
  passes("a provider that is off", [flags("--providers.docker=false", "--providers.kubernetescrd")]),
  passes("somebody else's file, and an option that is only called alike", [
    configMap("app", { "x.yaml": "providers: {docker: {endpoint: a}}" }),
    configMap("traefik", { "traefik.yml": "labels: {providers: {docker: {a: b}}}\nproviders: {httpx: {a: b}}" }),
    kube("v1", "ConfigMap", "app", { data: UNKNOWN }),
  ]),
  blocks(
    "a template among the files that it reads, told once",
    [
      mounting("/etc/traefik", { configMap: { name: "traefik" } }),
      configMap("traefik", { "d.yml": "http:\n{{ range .x }}\n  a: [b\n{{ end }}" }),
    ],
    "the file d.yml cannot be read",
  ),
  blocks(
    "a ConfigMap of somebody else",
    [mounting("/etc/traefik", { configMap: { name: "edge" } })],
    "the ConfigMap edge, mounted at",
  ),
  blocks(
    "a volume",
    [mounting("/etc/traefik", { hostPath: { path: "/etc/traefik" } })],
    "a volume of the kind hostPath",
  ),
  blocks("a file in the image", [flags("--configfile=/edge.yml")], "the file /edge.yml cannot be read"),
  blocks("a folder in the image", [flags("--providers.file.directory=/routes")], "the file /routes cannot be read"),
  blocks(
    "variables of somebody else",
    [traefik({ envFrom: [{ configMapRef: { name: "edge" } }] })],
    "the ConfigMap edge, which its environment",
  ),
  blocks(
    "a variable of somebody else",
    [traefik({ env: [{ name: "TRAEFIK_API", valueFrom: { secretKeyRef: { name: "edge", key: "a" } } }] })],
    "the variable TRAEFIK_API",
  ),
  blocks("an argument of somebody else", [traefik({ args: ["--ping", "$(EXTRA)"] })], "the argument $(EXTRA)"),
  blocks(
    "a template",
    [configMap("traefik", { "d.yml": "http:\n{{ range .x }}\n  a: [b\n{{ end }}" })],
    "the file d.yml cannot be read",
  ),
  blocks(
    "a file that is not TOML",
    [configMap("traefik", { "traefik.toml": "api: {insecure: true}" })],
    "the file traefik.toml cannot",
  ),
]);
