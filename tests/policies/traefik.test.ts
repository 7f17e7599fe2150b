import { staticArguments } from "../../components/ingress/staticOptions";
import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, traefik, workload } from "./resources";

useAnalyzer();
const SKIP = "--providers.consulcatalog.endpoint.tls.insecureSkipVerify";
const NOT_KNOWN = "can't be known during preview";
const traefikCrd = (kind: string, spec: unknown) => kube("traefik.io/v1alpha1", kind, "a", { spec });
const tagged = (...tags: string[]) =>
  kube("v1", "Service", "traefik", {
    metadata: { annotations: { "consul.hashicorp.com/service-tags": tags.join(",") } },
  });

cases("traefik-verifies-tls", [
  passes("a CA given", [traefik({ args: ["--providers.consulcatalog.endpoint.tls.ca=/ca.crt", `${SKIP}=false`] })]),
  passes("another program's option of a like name", [
    kube("v1", "ConfigMap", "prometheus", { data: { "prometheus.yml": "insecure_skip_verify: true" } }),
  ]),
  passes("another program's unknown arguments and files", [
    workload("a", { container: { args: [UNKNOWN], env: [{ name: "DSN", value: UNKNOWN }] } }),
    kube("v1", "ConfigMap", "a", { data: { "app.ini": UNKNOWN } }),
    kube("v1", "Secret", "a", { stringData: UNKNOWN }),
  ]),
  blocks("an argument", [traefik({ args: [`${SKIP}=true`] })], "container traefik sets insecureSkipVerify"),
  blocks(
    "an argument without a value, in small letters",
    [traefik({ args: [SKIP.toLowerCase()] })],
    "sets insecureSkipVerify",
  ),
  blocks(
    "an argument as staticOptions makes it",
    [traefik({ args: staticArguments({ "ServersTransport.InsecureSkipVerify": true }) })],
    "container traefik sets insecureSkipVerify",
  ),
  blocks(
    "a shell command",
    [traefik({ command: ["sh", "-c", `exec traefik ${SKIP}=true`] })],
    "sets insecureSkipVerify",
  ),
  blocks(
    "an environment variable",
    [traefik({ env: [{ name: "TRAEFIK_PROVIDERS_CONSULCATALOG_ENDPOINT_TLS_INSECURESKIPVERIFY", value: "true" }] })],
    "sets insecureSkipVerify",
  ),
  blocks(
    "a YAML file",
    [kube("v1", "ConfigMap", "a", { data: { "traefik.yml": "serversTransport:\n  insecureSkipVerify: true\n" } })],
    "file traefik.yml sets",
  ),
  blocks(
    "a TOML file in a Secret",
    [
      kube("v1", "Secret", "a", {
        data: { "traefik.toml": Buffer.from("[serversTransport]\ninsecureSkipVerify = true").toString("base64") },
      }),
    ],
    "file traefik.toml sets",
  ),
  blocks("a catalog tag", [tagged("traefik.http.serverstransports.x.insecureskipverify=true")], "service-tags sets"),
  blocks("Traefik's own kind", [traefikCrd("ServersTransport", { insecureSkipVerify: true })], "ServersTransport sets"),
  blocks("an unknown argument", [traefik({ args: [UNKNOWN] })], NOT_KNOWN),
  blocks("an unknown file", [kube("v1", "ConfigMap", "traefik", { data: { a: UNKNOWN } })], NOT_KNOWN),
]);

const ROUTER = "traefik.http.routers.dashboard";
const SERVES = [`${ROUTER}.rule=PathPrefix(\`/api\`)`, `${ROUTER}.service=api@internal`];
cases("traefik-dashboard-login", [
  passes("off", [traefik({ args: ["--api.insecure=false"] }), tagged(`${ROUTER}.service=ping@internal`)]),
  passes("without a login in dev", [traefik({ args: ["--api.insecure"] }), tagged(...SERVES)], { stack: "dev" }),
  passes("with a login", [
    tagged(...SERVES, `${ROUTER}.middlewares=auth`, "traefik.http.middlewares.auth.basicauth.usersfile=/users"),
  ]),
  blocks(
    "a middleware from elsewhere",
    [tagged(...SERVES, `${ROUTER}.middlewares=login@file`)],
    "login@file is declared elsewhere",
  ),
  passes("one from elsewhere that is known to ask", [tagged(...SERVES, `${ROUTER}.middlewares=login@file`)], {
    config: { logins: ["login@file"] },
  }),
  blocks("an argument", [traefik({ args: ["--api.insecure"] })], "sets api.insecure"),
  blocks("an argument with its value", [traefik({ args: ["--api.insecure=true"] })], "sets api.insecure"),
  blocks(
    "an environment variable",
    [traefik({ env: [{ name: "TRAEFIK_API_INSECURE", value: "true" }] })],
    "sets api.insecure",
  ),
  blocks(
    "a YAML file",
    [kube("v1", "ConfigMap", "a", { data: { "traefik.yml": "api: { insecure: true }" } })],
    "sets api.insecure",
  ),
  blocks(
    "a TOML file",
    [kube("v1", "ConfigMap", "a", { data: { "t.toml": "[api]\n  insecure = true" } })],
    "sets api.insecure",
  ),
  blocks("a tag", [tagged(...SERVES)], "router dashboard serves api@internal without a login"),
  blocks(
    "a tag with a middleware that asks nobody",
    [tagged(...SERVES, `${ROUTER}.middlewares=strip`, "traefik.http.middlewares.strip.stripprefix.prefixes=/x")],
    "router dashboard serves api@internal without a login",
  ),
  blocks(
    "a router in a file",
    [
      kube("v1", "ConfigMap", "a", {
        data: { "dynamic.yml": "http: { routers: { d: { rule: x, service: dashboard@internal } } }" },
      }),
    ],
    "router d serves dashboard@internal",
  ),
  blocks(
    "an IngressRoute",
    [traefikCrd("IngressRoute", { routes: [{ services: [{ name: "api@internal", kind: "TraefikService" }] }] })],
    "a route serves api@internal",
  ),
  blocks(
    "unknown tags",
    [tagged(UNKNOWN)].map((r) => ({
      ...r,
      props: { ...r.props, metadata: { name: "t", annotations: { "consul.hashicorp.com/service-tags": UNKNOWN } } },
    })),
    NOT_KNOWN,
  ),
]);

const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";
const issuer = (server: string) => kube("cert-manager.io/v1", "ClusterIssuer", "a", { spec: { acme: { server } } });
cases("no-acme-staging", [
  passes("the production server", [
    traefik({ args: ["--certificatesresolvers.le.acme.email=ops@example.com"] }),
    issuer("https://acme-v02.api.letsencrypt.org/directory"),
    kube("cert-manager.io/v1", "Issuer", "b", { spec: { selfSigned: {} } }),
    kube("example.com/v1", "Thing", "c", { spec: UNKNOWN }),
  ]),
  passes(
    "the staging server in staging",
    [traefik({ args: [`--certificatesresolvers.le.acme.caserver=${STAGING}`] })],
    {
      stack: "staging",
    },
  ),
  blocks(
    "an argument",
    [traefik({ args: [`--certificatesresolvers.le.acme.caserver=${STAGING}`] })],
    "names an ACME staging server",
  ),
  blocks("an issuer", [issuer(STAGING)], "spec.acme.server names an ACME staging server"),
  blocks("an unknown issuer", [issuer(UNKNOWN)], NOT_KNOWN),
]);
