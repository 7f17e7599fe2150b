import { parseSettings, Settings, SETTINGS_SCHEMA } from "../../settings";
import { DECLARED_SETTINGS, ofStack, PROVIDER_SETTINGS, raw } from "../settings";
import { TESTBED } from "../workspace";

function problems(given: Record<string, unknown>): string[] {
  const result = parseSettings(raw(given));
  return "problems" in result ? result.problems.map((p) => `${p.propertyPath}: ${p.reason}`) : [];
}

const whoami = { name: "whoami", image: "traefik/whoami:v1.10.3", port: 80, routes: [{ host: "whoami.test" }] };

test("Pulumi.yaml declares each setting with type, default and description, and no other", () => {
  expect(Object.keys(DECLARED_SETTINGS).sort()).toEqual(Object.keys(SETTINGS_SCHEMA.properties).sort());
  for (const [key, declared] of Object.entries(DECLARED_SETTINGS)) {
    expect([key, Object.keys(declared)]).toEqual([key, expect.arrayContaining(["type", "default", "description"])]);
  }
});

test("what is in a Secret or a ConfigMap changes in place: replaced, it would take what mounts it away first", () => {
  expect(PROVIDER_SETTINGS).toEqual({
    "kubernetes:enableSecretMutable": "true",
    "kubernetes:enableConfigMapMutable": "true",
  });
});

test.each(["dev", "local", "staging", "prod"])("the settings of %s are right", (stack) => {
  expect(problems(ofStack(stack))).toEqual([]);
});

test.each(["dev", "staging", "prod"])("the settings of %s are right on the testbed too", (stack) => {
  expect(problems({ ...ofStack(stack), ...TESTBED })).toEqual([]);
});

test("staging is prod but for its hosts and the protection, so that what works there works in prod", () => {
  const { services: a, ...staging } = ofStack("staging");
  const { services: b, protect, ...prod } = ofStack("prod");
  expect(protect).toBe(true);
  expect(staging).toEqual(prod);
  const withoutHost = (services: any) => JSON.stringify(services).replace(/"host":"[^"]*"/g, "");
  expect(withoutHost(a)).toBe(withoutHost(b));
});

test("the defaults alone are right: a mesh with an ingress and no service", () => {
  expect(problems({})).toEqual([]);
});

test.each<[Record<string, unknown>, string]>([
  [{ consulServer: 3 }, 'consulServer: is not a known key; did you mean "consulServers"?'],
  [{ services: [{ ...whoami, prot: 80 }] }, 'services[0].prot: is not a known key; did you mean "port"?'],
  [
    { services: [{ ...whoami, routes: [{ hosts: "a.test" }] }] },
    'services[0].routes[0].hosts: is not a known key; did you mean "host"?',
  ],
  [{ services: [{ ...whoami, port: "80" }] }, 'services[0].port: "80" is not a number; leave the quotes out'],
  [
    { services: [{ ...whoami, port: 70000 }] },
    "services[0].port: 70000 is out of range; use a whole number from 1 to 65535",
  ],
  [
    { services: [{ ...whoami, routes: [{ host: "a.test", tls: { certResolver: "le" } }] }] },
    'services[0].routes[0].tls.certResolver: "le" is not a certificate resolver of the ingress; it has none: declare it in traefikCertificateResolvers (of a TraefikConsulIngress: certificateResolvers)',
  ],
  [
    { traefikCertificateResolvers: { le: { email: "ops", tlsChallenge: {} } } },
    'traefikCertificateResolvers.le.email: "ops" is not an email address; use one that is read',
  ],
  [
    { traefikCertificateResolvers: { le: { email: "ops@a.test", tlsChalenge: {} } } },
    'traefikCertificateResolvers.le.tlsChalenge: is not a known key; did you mean "tlsChallenge"?',
  ],
  [{ services: [whoami, whoami] }, 'services[1].name: "whoami" is the name of services[0] too; give each its own'],
  [
    { services: [whoami, { ...whoami, name: "other" }] },
    'services[1].routes[0]: the rule "Host(`whoami.test`) on web" is that of services[0].routes[0] too; give each its own',
  ],
  [
    { services: [{ ...whoami, routes: [{ host: "who ami" }] }] },
    'services[0].routes[0].host: "who ami" is not a host name; use one such as whoami.example.com or *.example.com, without scheme or port',
  ],
  [
    { traefikNamespace: "consul-system" },
    'traefikNamespace: the namespace "consul-system" is that of consulNamespace too; give each its own',
  ],
  [{ traefikNodePortWeb: 80 }, "traefikNodePortWeb: 80 is out of range; use a whole number from 30000 to 32767"],
  [
    { services: [whoami], intentions: [{ source: "traefik-system-ingress", destination: "whoamy" }] },
    'intentions[0].destination: "whoamy" is not a service of this stack; known: traefik-system-ingress, whoami. Declare it, or name it in externalServices',
  ],
  [
    { consulImage: "hashicorp/consul:1.20.6" },
    "consulImage: Consul 1.20.6 is not known to work with chart 1.9.11 (known: 1.22); use Consul 1.22",
  ],
  [
    { consulChartVersion: "1.3.0" },
    "consulChartVersion: chart 1.3.0 is not among the known lines 1.5, 1.6, 1.8, 1.9, 2.0; the nearest is 1.5",
  ],
  [
    { consulValues: { global: { imageEnvoy: "envoyproxy/envoy:v1.18.3" } } },
    "consulValues.global.imageEnvoy: is gone as of chart 1.0; use global.imageConsulDataplane, which has its own Envoy",
  ],
  [
    { consulChartPath: "testbed/charts/consul", consulValues: { server: { extraVolumes: [], replica: 3 } } },
    'consulValues.server.replica: is not known to the chart in testbed/charts/consul, which would ignore it; did you mean "server.replicas"?',
  ],
  [
    {
      consulChartPath: "testbed/charts/consul",
      services: [whoami],
      intentions: [
        {
          source: "traefik-system-ingress",
          destination: "whoami",
          permissions: [{ action: "allow", http: { header: [{ name: "x-team", contains: "a" }] } }],
        },
      ],
    },
    'intentions[0].permissions[0].http.header[0].contains: is not known to chart 1.5.3, which drops it; it needs consul-k8s 1.5.4, or 1.6.1 and newer, with Consul 1.20.1 and newer. Use regex, such as ".*text.*"',
  ],
  [
    {
      services: [whoami],
      intentions: [
        {
          source: "traefik-system-ingress",
          destination: "whoami",
          permissions: [{ action: "allow", http: { pathPrefix: "/" }, jwt: { providers: [{ name: "okta" }] } }],
        },
      ],
    },
    'intentions[0].permissions[0].jwt.providers[0].name: "okta" is not a JWT provider; known: none. Declare it in jwtProviders, or name it in externalJwtProviders where others declare it',
  ],
  [
    { services: [{ ...whoami, routes: [{ host: "a.test", middlewares: [{ stripPrefx: { prefixes: ["/a"] } }] }] }] },
    'services[0].routes[0].middlewares[0]: "stripPrefx" is not a middleware that Traefik knows; did you mean "stripPrefix"? A plugin goes under "plugin"',
  ],
  [
    { services: [{ ...whoami, routes: [{ rule: "Host(`a.test`, `b.test`)" }] }] },
    'services[0].routes[0].rule: "Host(`a.test`, `b.test`)" is in the syntax of Traefik v2; in v3 it is Host(`a.test`) || Host(`b.test`)',
  ],
  [
    { services: [whoami, { ...whoami, name: "other", routes: [{ rule: 'Host("whoami.test")' }] }] },
    'services[1].routes[0]: the rule "Host(`whoami.test`) on web" is that of services[0].routes[0] too; give each its own',
  ],
  [
    { services: [{ ...whoami, routes: [{ host: "a.test", middlewares: [{ basicAuth: { userList: "ops" } }] }] }] },
    'services[0].routes[0].middlewares[0].basicAuth.userList: "ops" is not a user list of the ingress; there are none. Declare it with its Secret in traefikUserLists (of a TraefikConsulIngress: userLists)',
  ],
  [
    { services: [{ ...whoami, canary: { image: "b:1", weight: 100 } }] },
    "services[0].canary.weight: 100 is out of range; use whole percents from 0 to 99. To move all, give the service the image instead",
  ],
  [
    { traefikTcpEntryPoints: { web: { port: 5432 } } },
    'traefikTcpEntryPoints.web: "web" is an entry point that Traefik has already; give it another name',
  ],
  [
    { traefikPlugins: { demo: { module: "example.com/demo", path: "no/such" } } },
    'traefikPlugins.demo.path: "no/such" is not a folder with a .traefik.yml that can be read; give the plugin\'s folder',
  ],
  [
    { traefikKubernetesCrdNamespaces: ["A"] },
    'traefikKubernetesCrdNamespaces[0]: "A" is not a DNS label; use 1 to 63 of a-z, 0-9 and "-", beginning and ending with a letter or a digit',
  ],
  [{ consulServers: 4 }, "consulServers: 4 servers have no useful quorum; use 1, 3, 5 or 7"],
])("%j is refused with its path and remedy", (given, problem) => {
  expect(problems(given)).toContain(problem);
});

test.each<[Record<string, unknown>, string]>([
  [{ consulCa: { certificate: { secretName: "a" } } }, "consulCa.certificate.secretKey: "],
  [{ consulCa: { certificates: {} } }, 'consulCa.certificates: is not a known key; did you mean "certificate"?'],
  [
    { consulCreateNamespace: false, consulGossipKeySecret: { secretName: "Key", secretKey: "key" } },
    'consulGossipKeySecret.secretName: "Key" is not a valid name for a Secret',
  ],
  [{ consulExternalServers: { hosts: ["consul.example.com"] } }, "consulCa: is missing"],
  [{ networkPolicyClients: [{ namespace: "a", reaches: ["services"] }] }, "networkPolicyClients: opens nothing"],
  [{ rotations: { gossipKey: "a" } }, "rotations.gossipKey: renews nothing while gossip is not encrypted"],
  [{ rotations: { gossip: "a" } }, 'rotations.gossip: is not a known key; did you mean "gossipKey"?'],
  [
    {
      kubernetesVersion: "1.29",
      consulChartVersion: "1.5.3",
      services: [{ ...whoami, drainSeconds: 5 }],
    },
    "services[0].drainSeconds: Kubernetes 1.29 does not know how to wait like that",
  ],
  [{ servicesPodSecurity: "baseline" }, 'servicesPodSecurity: "baseline" refuses the sidecar'],
  [
    {
      servicesPodSecurity: "restricted",
      consulValues: { connectInject: { cni: { enabled: true } } },
      services: [{ ...whoami, runAsUser: 0 }],
    },
    "services[0].runAsUser: 0 is root",
  ],
])("%j is refused at its path", (given, problem) => {
  expect(problems(given)).toContainEqual(expect.stringContaining(problem));
});

test("the stack's pull policy is that of services and jobs that have none of their own", () => {
  const job = { name: "nightly", image: "a:1", command: ["run"] };
  const result = parseSettings(
    raw({
      kubernetesVersion: "1.34",
      imagePullPolicy: "Always",
      services: [whoami, { ...whoami, name: "own", routes: [], imagePullPolicy: "Never" }],
      jobs: [job, { ...job, name: "own-job", imagePullPolicy: "Never" }],
    }),
  );
  const { services, jobs, consul, traefik } = (result as { settings: Settings }).settings;
  expect([...services, ...jobs].map((each) => each.imagePullPolicy)).toEqual(["Always", "Never", "Always", "Never"]);
  expect([consul.imagePullPolicy, traefik.imagePullPolicy]).toEqual(["Always", "Always"]);
});

test("the stack's pull secrets are those of all pods, beside those of their own", () => {
  const job = { name: "nightly", image: "a:1", command: ["run"] };
  const of = (given: object) => {
    const result = parseSettings(
      raw({
        kubernetesVersion: "1.34",
        services: [whoami, { ...whoami, name: "own", routes: [], imagePullSecrets: ["team", "registry"] }],
        jobs: [job, { ...job, name: "own-job", imagePullSecrets: ["team"] }],
        ...given,
      }),
    );
    const { services, jobs, consul, traefik } = (result as { settings: Settings }).settings;
    return [consul, traefik, ...services, ...jobs].map((each) => each.imagePullSecrets);
  };
  const both = ["registry", "mirror"];
  expect(of({ imagePullSecrets: both })).toEqual([
    both,
    both,
    both,
    ["team", "registry", "mirror"],
    both,
    ["team", "registry", "mirror"],
  ]);
  expect(of({})).toEqual([undefined, undefined, undefined, ["team", "registry"], undefined, ["team"]]);
});

test("all problems are told in one run", () => {
  const found = problems({
    consulServers: 2,
    traefikNamespace: "consul-system",
    traefikNodePortAdmin: 1,
    services: [whoami, { ...whoami, port: 0 }],
    intentions: [{ source: "nobody", destination: "whoami" }],
  });
  expect(found.map((p) => p.split(":")[0])).toEqual(
    expect.arrayContaining([
      "consulServers",
      "traefikNamespace",
      "traefikNodePortAdmin",
      "services[1].port",
      "services[1].name",
      "intentions[0].source",
    ]),
  );
});
