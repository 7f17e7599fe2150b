import { keyPair } from "./jwtCases";
const image = "registry.example.com/a:1";
const shop = { name: "shop", image, port: 80 };
const other = { ...shop, name: "other" };
const db = { ...shop, name: "db", protocol: "tcp" };
const job = { name: "nightly", image, command: ["run"] };
const api = { name: "api", host: "api.example.com", port: 443, tls: {} };
const old = { consulChartVersion: "1.5.3" };
const console = {
  traefikUserLists: { ops: { secretName: "ops" } },
  traefikConsoles: { dashboard: { host: "ops.test", userList: "ops" } },
};
const at = (host: string, more: object = {}) => ({ routes: [{ host, ...more }] });
const through = (...middlewares: unknown[]) => ({ services: [{ ...shop, ...at("a.test", { middlewares }) }, other] });
const canary = { ...shop, ...at("a.test"), canary: { weight: 10, env: { A: "b" } } };
const withRoute = (host: string, more: object = {}) => ({
  ...shop,
  ...at("a.test"),
  canary: { env: { A: "b" }, routes: [{ host, ...more }] },
});
const call = (destination: string) => ({ services: [{ ...shop, calls: [{ destination }] }, other] });
const permit = (http: object, more: object = {}) => ({
  services: [shop, other],
  intentions: [{ source: "shop", destination: "other", permissions: [{ action: "allow", http, ...more }] }],
});
const login = { name: "login", issuer: "https://a.test", keys: { local: JSON.stringify({ keys: [keyPair().jwk] }) } };
const withToken = { ...permit({ pathPrefix: "/" }, { jwt: { providers: [{ name: "login" }] } }), consulAcls: true };
/** What only the whole of a mesh shows to be wrong, what is said of it, and what is right. */
export const CASES: [what: string, wrong: object, reason: string, right: object][] = [
  ["a service's name twice", { services: [shop, shop] }, '"shop" is the name of', { services: [shop, other] }],
  [
    "a service's name for a workload",
    { services: [shop], workloads: [{ name: "shop", port: 80 }] },
    '"shop" is the name of',
    { services: [shop], workloads: [{ name: "other", port: 80 }] },
  ],
  [
    "a service's name for a job",
    { services: [{ ...shop, name: "nightly" }], jobs: [job] },
    '"nightly" is the name of',
    { services: [shop], jobs: [job] },
  ],
  [
    "a job to come after that has a schedule",
    { services: [{ ...shop, after: ["nightly"] }], jobs: [{ ...job, schedule: "@daily" }] },
    'after[0]: "nightly" has a schedule, and nothing waits for its runs; name a job without one',
    { services: [{ ...shop, after: ["nightly"] }], jobs: [job] },
  ],
  [
    "a job to come after that calls the service",
    {
      services: [other, { ...shop, after: ["nightly"] }],
      jobs: [{ ...job, calls: [{ destination: "other" }, { destination: "shop" }] }],
    },
    'after[0]: "nightly" cannot end before this service runs, which it needs: nightly → shop; leave one of these out',
    { services: [other, { ...shop, after: ["nightly"] }], jobs: [{ ...job, calls: [{ destination: "other" }] }] },
  ],
  [
    "a service's name for what is outside",
    { services: [{ ...shop, name: "api" }], externalDestinations: [api] },
    '"api" is the name of',
    { services: [shop], externalDestinations: [api] },
  ],
  [
    "the name of a canary's Deployment",
    { services: [canary, { ...shop, name: "shop-canary" }] },
    'its Deployment is "shop-canary", as that of',
    { services: [canary, other] },
  ],
  [
    "a canary whose Deployment has a name that is taken",
    { services: [{ ...shop, name: "shop-canary" }, canary] },
    'its canary\'s Deployment is "shop-canary", as that of',
    { services: [other, canary] },
  ],
  [
    "a canary whose Deployment has the name of what is outside",
    { services: [canary], externalDestinations: [{ ...api, name: "shop-canary" }] },
    'its canary\'s Deployment is "shop-canary", as that of',
    { services: [canary], externalDestinations: [api] },
  ],
  [
    "the name of the Service of a StatefulSet's pods",
    {
      services: [
        { ...db, kind: "StatefulSet" },
        { ...shop, name: "db-pods" },
      ],
    },
    'its Service is "db-pods", as that of the pods of',
    { services: [db, { ...shop, name: "db-pods" }] },
  ],
  [
    "a job's name for the Service of a StatefulSet's pods",
    { services: [{ ...db, kind: "StatefulSet" }], jobs: [{ ...job, name: "db-pods" }] },
    'is "db-pods", as that of',
    { services: [{ ...db, kind: "StatefulSet" }], jobs: [job] },
  ],
  [
    "a workload's name for the Service of a StatefulSet's pods",
    { services: [{ ...db, kind: "StatefulSet" }], workloads: [{ name: "db-pods", port: 80 }] },
    'its Service is "db-pods", as that of the pods of',
    { services: [{ ...db, kind: "StatefulSet" }], workloads: [{ name: "db-pods", port: 80, existingService: "pods" }] },
  ],
  [
    "a host twice",
    {
      services: [
        { ...shop, ...at("a.test") },
        { ...other, ...at("A.test") },
      ],
    },
    'the rule "Host(`a.test`) on web" is that of',
    {
      services: [
        { ...shop, ...at("a.test") },
        { ...other, ...at("b.test") },
      ],
    },
  ],
  [
    "a host twice, once a canary's",
    { services: [withRoute("b.test"), { ...other, ...at("b.test") }] },
    'the rule "Host(`b.test`) on web" is that of',
    { services: [withRoute("c.test"), { ...other, ...at("b.test") }] },
  ],
  [
    "a certificate resolver of a canary's route that the ingress has not",
    { services: [withRoute("b.test", { tls: { certResolver: "le" } })] },
    '"le" is not a certificate resolver of the ingress',
    {
      services: [withRoute("b.test", { tls: { certResolver: "le" } })],
      traefikCertificateResolvers: { le: { email: "ops@example.com", tlsChallenge: {} } },
    },
  ],
  [
    "a user list of a canary's route that the ingress has not",
    { services: [withRoute("b.test", { middlewares: [{ basicAuth: { userList: "ops" } }] })] },
    '"ops" is not a user list of the ingress',
    {
      services: [withRoute("b.test", { middlewares: [{ basicAuth: { userList: "ops" } }] })],
      traefikUserLists: { ops: { secretName: "ops" } },
    },
  ],
  [
    "a router's name twice",
    {
      services: [
        { ...shop, ...at("a.test", { name: "x" }) },
        { ...other, ...at("b.test", { name: "x" }) },
      ],
    },
    'the router name "x" is that of',
    {
      services: [
        { ...shop, ...at("a.test", { name: "x" }) },
        { ...other, ...at("b.test", { name: "y" }) },
      ],
    },
  ],
  [
    "a certificate resolver that the ingress has not",
    { services: [{ ...shop, ...at("a.test", { tls: { certResolver: "le" } }) }] },
    '"le" is not a certificate resolver of the ingress',
    {
      services: [{ ...shop, ...at("a.test", { tls: { certResolver: "le" } }) }],
      traefikCertificateResolvers: { le: { email: "ops@example.com", tlsChallenge: {} } },
    },
  ],
  [
    "a user list that the ingress has not",
    through({ basicAuth: { userList: "ops" } }),
    '"ops" is not a user list of the ingress',
    { ...through({ basicAuth: { userList: "ops" } }), traefikUserLists: { ops: { secretName: "ops" } } },
  ],
  [
    "a plugin that the ingress has not",
    through({ plugin: { demo: {} } }),
    '"demo" is not a plugin of the ingress',
    {
      ...through({ plugin: { demo: {} } }),
      traefikPlugins: { demo: { module: "example.com/demo", version: "v1.0.0" } },
    },
  ],
  [
    "a middleware that the ingress's Traefik is too old for",
    { ...through({ retry: { attempts: 2, status: ["500"] } }), traefikImage: "traefik:v3.6.8" },
    "retry.status is not known to the ingress's Traefik",
    { ...through({ retry: { attempts: 2 } }), traefikImage: "traefik:v3.6.8" },
  ],
  [
    "an entry point that the ingress has not",
    { services: [{ ...db, tcpRoutes: [{ entryPoints: ["line"] }] }] },
    '"line" is not an entry point of the ingress',
    { services: [{ ...db, tcpRoutes: [{ entryPoints: ["line"] }] }], traefikTcpEntryPoints: { line: { port: 5000 } } },
  ],
  [
    "the host of a console",
    { services: [{ ...shop, ...at("ops.test") }], ...console },
    '"ops.test" is the host of a console of the ingress',
    { services: [{ ...shop, ...at("a.test") }], ...console },
  ],
  [
    "a service that nobody declares, asked by a middleware",
    through({ forwardAuth: { service: "nobody" } }),
    '"nobody" is not a service of this mesh',
    {
      services: [...through({ forwardAuth: { service: "auth" } }).services, { ...shop, name: "auth", internal: true }],
    },
  ],
  [
    "a job, asked by a middleware",
    { ...through({ forwardAuth: { service: "nightly" } }), jobs: [job] },
    '"nightly" is not a service of this mesh',
    through(),
  ],
  [
    "a service that Traefik itself cannot call, asked by a middleware",
    through({ forwardAuth: { service: "other" } }),
    '"other" cannot be called by Traefik itself',
    through(),
  ],
  [
    "a service of the mesh by its address, asked by a middleware",
    through({ forwardAuth: { address: "http://other.virtual.consul/verify" } }),
    '"http://other.virtual.consul/verify" is the service other of the mesh, which answers nobody without the mesh\'s TLS',
    through({ forwardAuth: { address: "http://other.legacy.svc/verify" } }),
  ],
  [
    "a middleware of the mesh that nobody declares",
    through("limits@consulcatalog"),
    '"limits" is not a middleware of the mesh\'s services',
    through(),
  ],
  [
    "a middleware of a provider that the ingress has not",
    through("limits-rate@kubernetescrd"),
    '"kubernetescrd" is not a provider of this ingress',
    { ...through("limits-rate@kubernetescrd"), traefikKubernetesCrdNamespaces: ["limits"] },
  ],
  [
    "a service that nobody declares, for what fails",
    { services: [{ ...shop, traffic: { failover: ["nobody"] } }] },
    'sends requests on to "nobody", which is not a service declared here',
    { services: [{ ...shop, traffic: { failover: ["other"] } }, other] },
  ],
  [
    "a job, called by a service",
    { services: [{ ...shop, calls: [{ destination: "nightly" }] }], jobs: [job] },
    '"nightly" is a job, which nobody can call: it listens nowhere; name a service',
    { services: [{ ...shop, calls: [{ destination: "other" }] }, other], jobs: [job] },
  ],
  [
    "a job, called by an intention",
    { services: [shop], jobs: [job], intentions: [{ source: "shop", destination: "nightly", action: "allow" }] },
    '"nightly" is a job, which nobody can call: it listens nowhere; name a service',
    { services: [shop], jobs: [job], intentions: [{ source: "shop", destination: "nightly", action: "deny" }] },
  ],
  [
    "a job, for what fails",
    { services: [{ ...db, traffic: { failover: ["nightly"] } }], jobs: [job] },
    'sends requests on to "nightly", which is not a service declared here',
    {
      services: [
        { ...db, traffic: { failover: ["db2"] } },
        { ...db, name: "db2" },
      ],
      jobs: [job],
    },
  ],
  [
    "a service that speaks otherwise, for what fails",
    { services: [{ ...shop, traffic: { failover: ["db"] } }, db] },
    'sends requests on to "db", which speaks tcp and not http',
    { services: [{ ...shop, traffic: { failover: ["other"] } }, other] },
  ],
  [
    "shares that come back",
    {
      services: [shop, other].map((each, i) => ({
        ...each,
        traffic: { split: [{ weight: 50 }, { service: ["other", "shop"][i], weight: 50 }] },
      })),
    },
    "shares requests with services that share them",
    { services: [{ ...shop, traffic: { split: [{ weight: 50 }, { service: "other", weight: 50 }] } }, other] },
  ],
  ["a call to whom nobody declares", call("nobody"), '"nobody" is not a service of this stack', call("other")],
  [
    "an intention for whom nobody declares",
    { services: [shop], intentions: [{ source: "shop", destination: "nobody" }] },
    '"nobody" is not a service of this stack',
    { services: [shop, other], intentions: [{ source: "shop", destination: "other" }] },
  ],
  [
    "an intention for every service, of whom nobody declares",
    { services: [shop], intentions: [{ source: "nobody", destination: "*" }] },
    '"nobody" is not a service of this stack',
    { services: [shop], intentions: [{ source: "shop", destination: "*" }] },
  ],
  [
    "an intention twice",
    { services: [shop, other], intentions: [0, 1].map(() => ({ source: "shop", destination: "other" })) },
    "shop → other is declared by intentions[0] already",
    { services: [shop, other], intentions: [{ source: "shop", destination: "other" }] },
  ],
  [
    "a call that an intention denies",
    { ...call("other"), intentions: [{ source: "shop", destination: "other", action: "deny" }] },
    "shop → other contradicts",
    { ...call("other"), intentions: [{ source: "shop", destination: "other" }] },
  ],
  [
    "what deny-all is",
    { intentions: [{ source: "*", destination: "*", action: "deny" }] },
    "* → * is what denyAll declares",
    { denyAll: false, intentions: [{ source: "*", destination: "*", action: "deny" }] },
  ],
  [
    "permissions for a service without paths",
    { ...permit({ pathPrefix: "/" }), services: [shop, { ...other, protocol: "tcp" }] },
    '"other" speaks tcp',
    permit({ pathPrefix: "/" }),
  ],
  [
    "a header criterion that the mesh is too old for",
    {
      ...permit({ header: [{ name: "a", contains: "b" }] }),
      consulChartVersion: "1.6.0",
    },
    "is not known to chart 1.6.0",
    permit({ header: [{ name: "a", contains: "b" }] }),
  ],
  [
    "a JWT provider that nobody declares",
    withToken,
    '"login" is not a JWT provider',
    { ...withToken, jwtProviders: [login] },
  ],
  [
    "a token where Consul has no ACLs",
    { ...withToken, jwtProviders: [login], consulAcls: false },
    "is ignored where Consul has no ACLs",
    { ...withToken, externalJwtProviders: ["login"] },
  ],
  ["a JWT provider twice", { jwtProviders: [login, login] }, '"login" is the name of', { jwtProviders: [login] }],
  [
    "a JWT provider that others have too",
    { jwtProviders: [login], externalJwtProviders: ["login"] },
    '"login" is the name of jwtProviders[0] too',
    { jwtProviders: [login], externalJwtProviders: ["logon"] },
  ],
  [
    "a wait before the end on an old cluster",
    { services: [{ ...shop, drainSeconds: 5 }], ...old, kubernetesVersion: "1.29" },
    "does not know how to wait like that",
    { services: [{ ...shop, drainSeconds: 5 }], ...old, kubernetesVersion: "1.30" },
  ],
  [
    "a variable's name on an old cluster",
    { services: [{ ...shop, env: { "1A": "x" } }], kubernetesVersion: "1.31" },
    '"1A" is a name that Kubernetes takes since 1.32',
    { services: [{ ...shop, env: { "1A": "x" } }], kubernetesVersion: "1.32" },
  ],
  [
    "a job whose sidecar would not end on an old cluster",
    { jobs: [{ name: "nightly", image }], ...old, kubernetesVersion: "1.28" },
    "command: ",
    { jobs: [job], ...old, kubernetesVersion: "1.28" },
  ],
  [
    "the ingress's namespace left out of the catalog",
    { consulValues: { syncCatalog: { k8sDenyNamespaces: ["traefik-consul"] } } },
    "traefik-consul",
    {},
  ],
  [
    "a dashboard without the catalog's sync",
    { consulValues: { syncCatalog: { enabled: false } }, traefikDashboard: true },
    "is served through Consul's catalog sync, which the mesh has off",
    { consulValues: { syncCatalog: { enabled: false } } },
  ],
];
