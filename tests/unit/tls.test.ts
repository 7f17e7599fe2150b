import { ConsulMesh, TraefikConsulIngress, TraefikOptions, traefikProblems } from "../../components";
import { routeHosts } from "../../components/routing/routeHosts";
import { Route, routeProblems, routeTags } from "../../components/routing/routes";
import { ingressTlsProblems } from "../../components/routing/routeTls";
import { plainTags } from "../plainTags";
import { find, record, Recorded } from "../recorder";

const email = "ops@example.com";
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const tlsResolver = { email, tlsChallenge: {} };
const dnsResolver = { email, dnsChallenge: { provider: "cloudflare", credentialsSecret: "cloudflare" } };

const CONSUL_CA = { name: "consul-ca", mountPath: "/certs/consul-ca", readOnly: true };

/** The ingress with these options, as it is registered; the ports of its Service by name. */
async function ingress(options: TraefikOptions) {
  const recorded = await record(() => {
    new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul", {}), ...options });
  });
  const { spec } = find(recorded, "traefik-deployment").props;
  return { recorded, deployment: spec, pod: spec.template.spec, container: spec.template.spec.containers[0] };
}

const registered = (recorded: Recorded[], name: string) => recorded.some((r) => r.name === name);

test("without TLS options there is no volume, no file provider and no UDP port", async () => {
  const { recorded, deployment, container } = await ingress({});
  expect(registered(recorded, "traefik-tls") || registered(recorded, "traefik-acme")).toBe(false);
  expect(deployment.strategy.type).toBe("RollingUpdate");
  expect(container.args.join(" ")).not.toMatch(/providers\.file|http3|certificatesResolvers|redirections/);
  expect(container.args.filter((arg: string) => !arg.startsWith("--"))).toEqual([]);
  expect(container.volumeMounts).toEqual([CONSUL_CA]);
});

test("a resolver becomes arguments, a volume for one pod at a time, and credentials that are never values", async () => {
  const { recorded, deployment, pod, container } = await ingress({
    certificateResolvers: { le: { ...tlsResolver, keyType: "EC256" }, dns: { ...dnsResolver, caCertificates: PEM } },
  });
  expect(container.args.filter((arg: string) => arg.startsWith("--certificatesResolvers"))).toEqual([
    "--certificatesResolvers.le.acme.email=ops@example.com",
    "--certificatesResolvers.le.acme.storage=/acme/acme.json",
    "--certificatesResolvers.le.acme.keyType=EC256",
    "--certificatesResolvers.le.acme.tlsChallenge=true",
    "--certificatesResolvers.le.acme.tlsChallenge.delay=5s",
    "--certificatesResolvers.dns.acme.email=ops@example.com",
    "--certificatesResolvers.dns.acme.storage=/acme/acme.json",
    "--certificatesResolvers.dns.acme.caCertificates=/certs/acme-ca/dns.pem",
    "--certificatesResolvers.dns.acme.dnsChallenge.provider=cloudflare",
  ]);
  expect(container.envFrom).toEqual([{ secretRef: { name: "cloudflare" } }]);
  expect(deployment.strategy).toEqual({ type: "Recreate" });
  expect(find(recorded, "traefik-service").props.spec.publishNotReadyAddresses).toBe(true);
  expect(pod.securityContext.fsGroupChangePolicy).toBe("OnRootMismatch");
  expect(pod.volumes.slice(1)).toEqual([
    { name: "acme-ca", configMap: { name: "traefik-tls", items: [{ key: "dns.pem", path: "dns.pem" }] } },
    { name: "acme", persistentVolumeClaim: { claimName: "traefik-acme" } },
  ]);
  expect(container.volumeMounts).toEqual([
    CONSUL_CA,
    { name: "acme-ca", mountPath: "/certs/acme-ca", readOnly: true },
    { name: "acme", mountPath: "/acme" },
  ]);
  const { metadata, spec } = find(recorded, "traefik-acme").props;
  expect(spec).toEqual({ accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "128Mi" } } });
  // The volume may be made for the pod only, which waits for the claim.
  expect(metadata.annotations["pulumi.com/skipAwait"]).toBe("true");
  expect(find(recorded, "traefik-tls").props.data).toEqual({ "dns.pem": PEM });
});

test("an authority waits for as long as the challenge says", async () => {
  const { container } = await ingress({
    certificateResolvers: { a: { email, httpChallenge: { delay: 30 } }, b: { email, tlsChallenge: { delay: 0 } } },
  });
  expect(container.args.filter((arg: string) => arg.includes("Challenge"))).toEqual([
    "--certificatesResolvers.a.acme.httpChallenge.entryPoint=web",
    "--certificatesResolvers.a.acme.httpChallenge.delay=30s",
    "--certificatesResolvers.b.acme.tlsChallenge=true",
  ]);
});

test("a binding's key comes from its Secret in the pod, for each resolver its own, and is no value anywhere", async () => {
  const { container } = await ingress({
    certificateResolvers: {
      "a-1": { ...tlsResolver, eab: { kid: "one", hmacSecret: "first" } },
      b: { ...tlsResolver, eab: { kid: "two", hmacSecret: "second" } },
    },
  });
  expect(container.args.filter((arg: string) => arg.includes(".eab."))).toEqual([
    "--certificatesResolvers.a-1.acme.eab.kid=one",
    "--certificatesResolvers.a-1.acme.eab.hmacEncoded=$(ACME_EAB_A_1)",
    "--certificatesResolvers.b.acme.eab.kid=two",
    "--certificatesResolvers.b.acme.eab.hmacEncoded=$(ACME_EAB_B)",
  ]);
  const from = (name: string) => ({ secretKeyRef: { name, key: "hmacEncoded" } });
  expect(container.env).toEqual(
    expect.arrayContaining([
      { name: "ACME_EAB_A_1", valueFrom: from("first") },
      { name: "ACME_EAB_B", valueFrom: from("second") },
    ]),
  );
});

test("how a record is looked for arrives under Traefik's names", async () => {
  const propagation = { disableANSChecks: true, requireAllRNS: true, delayBeforeChecks: 10 };
  const { container } = await ingress({
    certificateResolvers: {
      dns: { email, dnsChallenge: { provider: "rfc2136", propagation } },
    },
  });
  const dns = (option: string) => `--certificatesResolvers.dns.acme.dnsChallenge.propagation.${option}`;
  expect(container.args).toEqual(
    expect.arrayContaining([dns("disableANSChecks=true"), dns("requireAllRNS=true"), dns("delayBeforeChecks=10")]),
  );
});

test("certificates and options become a file of Traefik's, and the Secrets are mounted by name", async () => {
  const { recorded, deployment, pod, container } = await ingress({
    certificates: [{ secretName: "example-com", default: true }],
    tlsOptions: { default: { minVersion: "1.3" }, clients: { clientAuth: { caSecretName: "client-ca" } } },
  });
  const { data } = find(recorded, "traefik-tls").props;
  const files = { certFile: "/etc/traefik/tls/example-com/tls.crt", keyFile: "/etc/traefik/tls/example-com/tls.key" };
  expect(JSON.parse(data["dynamic.yml"])).toEqual({
    tls: {
      certificates: [files],
      stores: { default: { defaultCertificate: files } },
      options: {
        default: { minVersion: "VersionTLS13" },
        clients: {
          minVersion: "VersionTLS12",
          clientAuth: {
            caFiles: ["/etc/traefik/tls/client-ca/ca.crt"],
            clientAuthType: "RequireAndVerifyClientCert",
          },
        },
      },
    },
  });
  expect(data["dynamic.yml"]).not.toContain("{{"); // Traefik reads its files as Go templates
  const [, { name, projected }] = pod.volumes;
  const mounted = { name, mountPath: "/etc/traefik/tls", readOnly: true };
  expect([name, container.volumeMounts]).toEqual(["tls", [CONSUL_CA, mounted]]);
  expect(projected.sources).toEqual([
    { configMap: { name: "traefik-tls", items: [{ key: "dynamic.yml", path: "config/dynamic.yml" }] } },
    {
      secret: {
        name: "example-com",
        items: [
          { key: "tls.crt", path: "example-com/tls.crt" },
          { key: "tls.key", path: "example-com/tls.key" },
        ],
      },
    },
    { secret: { name: "client-ca", items: [{ key: "ca.crt", path: "client-ca/ca.crt" }] } },
  ]);
  expect(deployment.template.metadata.annotations["consul-traefik-mesh/tls-sha256"]).toMatch(/^[0-9a-f]{64}$/);
  expect(deployment.strategy.type).toBe("RollingUpdate");
});

const consoleOptions: TraefikOptions = {
  userLists: { ops: { secretName: "ops" } },
  consoles: {
    dashboard: { host: "traefik.a.test", userList: "ops" },
    consulUi: { host: "consul.a.test", userList: "ops", tls: { options: "clients" } },
  },
  tlsOptions: { clients: { clientAuth: { caSecretName: "client-ca" } } },
};

test("consoles are routes by TLS with a login, and Consul's UI is read only and verified", async () => {
  const { recorded, container } = await ingress(consoleOptions);
  const { http, tls } = JSON.parse(find(recorded, "traefik-tls").props.data["dynamic.yml"]);
  const basicAuth = { usersFile: "/etc/traefik/users/ops/users", realm: "ops", removeHeader: true };
  expect(http).toEqual({
    routers: {
      "console-dashboard": {
        rule: "Host(`traefik.a.test`) && (PathPrefix(`/api`) || PathPrefix(`/dashboard`))",
        entryPoints: ["websecure"],
        middlewares: ["users-ops"],
        service: "api@internal",
        tls: {},
      },
      "console-consul-ui": {
        rule: "Host(`consul.a.test`) && (Method(`GET`) || Method(`HEAD`) || Path(`/v1/internal/acl/authorize`))",
        entryPoints: ["websecure"],
        middlewares: ["users-ops"],
        service: "consul-ui",
        tls: { options: "clients" },
      },
    },
    middlewares: { "users-ops": { basicAuth } },
    services: {
      "consul-ui": {
        loadBalancer: {
          serversTransport: "consul",
          servers: [{ url: "https://consul-server.consul-system.svc:8501" }],
        },
      },
    },
    serversTransports: { consul: { rootCAs: ["/certs/consul-ca/tls.crt"] } },
  });
  expect(Object.keys(tls.options)).toEqual(["clients"]);
  expect(container.args).toEqual(expect.arrayContaining(["--api=true", "--providers.file.directory=/etc/traefik/tls"]));
  // Without a login the dashboard is nowhere, not on the admin port either.
  const tags = find(recorded, "traefik-service").props.metadata.annotations["consul.hashicorp.com/service-tags"];
  expect(tags).not.toContain("api@internal");
});

test.each([
  ["NodePort", 30443, 30443],
  ["LoadBalancer", 443, undefined],
] as const)(
  "HTTP/3 and redirections lead to the port of a %s that clients see",
  async (serviceType, port, nodePort) => {
    const { recorded, container } = await ingress({ serviceType, http3: true, redirectToHttps: true });
    expect(container.args).toContain(`--entryPoints.websecure.http3.advertisedPort=${port}`);
    expect(container.args).toContain(`--entryPoints.web.http.redirections.entryPoint.to=:${port}`);
    const { ports } = find(recorded, "traefik-service").props.spec;
    const udp = { name: "websecure-http3", port: 443, protocol: "UDP", targetPort: "websecure-http3" };
    expect(ports.filter((p: any) => p.protocol === "UDP")).toEqual([
      nodePort === undefined ? udp : { ...udp, nodePort },
    ]);
    expect(container.ports).toContainEqual({ name: "websecure-http3", containerPort: 443, protocol: "UDP" });
  },
);

test("the TLS of a route becomes tags", () => {
  const tls = {
    certResolver: "dns",
    options: "clients",
    domains: [{ main: "example.com", sans: ["*.example.com", "*.example.org"] }],
  };
  const route: Route = { host: "www.example.com", tls };
  expect(plainTags(routeTags("shop", [route])).slice(1)).toEqual([
    "traefik.http.routers.shop.entrypoints=websecure",
    "traefik.http.routers.shop.tls=true",
    "traefik.http.routers.shop.tls.certresolver=dns",
    "traefik.http.routers.shop.tls.options=clients@file",
    "traefik.http.routers.shop.tls.domains[0].main=example.com",
    "traefik.http.routers.shop.tls.domains[0].sans=*.example.com,*.example.org",
  ]);
  expect(routeProblems("shop", [route])).toEqual([]);
  expect(plainTags(routeTags("shop", [{ ...route, tls: { options: "default" } }])).at(-1)).toBe(
    "traefik.http.routers.shop.tls=true",
  );
});

test.each<[string, TraefikOptions, string[]]>([
  ["no challenge", { certificateResolvers: { le: { email } } }, ["certificateResolvers.le"]],
  [
    "two challenges",
    { certificateResolvers: { le: { ...tlsResolver, httpChallenge: {} } } },
    ["certificateResolvers.le"],
  ],
  [
    "a delay of half a second",
    { certificateResolvers: { le: { email, httpChallenge: { delay: 0.5 } } } },
    ["certificateResolvers.le.httpChallenge.delay"],
  ],
  ["capitals in a name", { certificateResolvers: { Le: tlsResolver } }, ["certificateResolvers.Le"]],
  ["no address", { certificateResolvers: { le: { ...tlsResolver, email: "ops" } } }, ["certificateResolvers.le.email"]],
  [
    "a server without TLS, an authority that is none, no such key",
    {
      certificateResolvers: {
        le: { ...tlsResolver, caServer: "http://ca.test/dir", caCertificates: "ca.pem", keyType: "RSA1024" as any },
      },
    },
    ["certificateResolvers.le.caServer", "certificateResolvers.le.caCertificates", "certificateResolvers.le.keyType"],
  ],
  [
    "a key among the authority's certificates",
    { certificateResolvers: { le: { ...tlsResolver, caCertificates: PEM + PEM.replaceAll("CERTIFICATE", "KEY") } } },
    ["certificateResolvers.le.caCertificates"],
  ],
  [
    "DNS servers without a port",
    { certificateResolvers: { dns: { email, dnsChallenge: { provider: "rfc2136", resolvers: ["192.0.2.1"] } } } },
    ["certificateResolvers.dns.dnsChallenge.resolvers[0]"],
  ],
  [
    "a propagation that is not looked for, and is",
    {
      certificateResolvers: {
        dns: {
          email,
          dnsChallenge: { provider: "rfc2136", propagation: { disableChecks: true, requireAllRNS: true } },
        },
      },
    },
    ["certificateResolvers.dns.dnsChallenge.propagation.disableChecks"],
  ],
  [
    "a delay that is too long",
    {
      certificateResolvers: {
        dns: { email, dnsChallenge: { provider: "rfc2136", propagation: { delayBeforeChecks: 3601 } } },
      },
    },
    ["certificateResolvers.dns.dnsChallenge.propagation.delayBeforeChecks"],
  ],
  [
    "two accounts with one provider, and other DNS servers",
    {
      certificateResolvers: {
        a: dnsResolver,
        b: {
          email,
          dnsChallenge: { provider: "cloudflare", credentialsSecret: "other", resolvers: ["192.0.2.1:53"] },
        },
      },
    },
    ["certificateResolvers.b.dnsChallenge.credentialsSecret", "certificateResolvers.b.dnsChallenge.resolvers"],
  ],
  [
    "a binding without a key, by a Secret that cannot be",
    { certificateResolvers: { a: { ...tlsResolver, eab: { kid: "$(HOME)", hmacSecret: "No Secret" } } } },
    ["certificateResolvers.a.eab.kid", "certificateResolvers.a.eab.hmacSecret"],
  ],
  ["two pods on one volume", { certificateResolvers: { le: tlsResolver }, replicas: 2 }, ["replicas"]],
  ["a volume of no size", { certificateResolvers: { le: tlsResolver }, acmeStorage: "big" }, ["acmeStorage"]],
  ["a storage class of no name", { acmeStorageClass: "Fast Disks" }, ["acmeStorageClass"]],
  [
    "a Secret twice, two defaults, and no name",
    {
      certificates: [{ secretName: "a", default: true }, { secretName: "a", default: true }, { secretName: "A b" }],
    },
    ["certificates[1].secretName", "certificates[1].default", "certificates[2].secretName"],
  ],
  ["an old version", { tlsOptions: { default: { minVersion: "1.0" as any } } }, ["tlsOptions.default.minVersion"]],
  [
    "client authentication that checks nothing",
    { tlsOptions: { x: { clientAuth: { caSecretName: "ca", type: "RequestClientCert" as any } } } },
    ["tlsOptions.x.clientAuth.type"],
  ],
  [
    "a tlsChallenge whose authority would need a client certificate",
    {
      certificateResolvers: { dns: dnsResolver, le: tlsResolver },
      tlsOptions: { default: { clientAuth: { caSecretName: "ca" } } },
    },
    ["tlsOptions.default.clientAuth"],
  ],
  [
    "consoles without users, at one host, with TLS that nobody declared",
    {
      consoles: {
        dashboard: { host: "a.test", userList: "ops" },
        consulUi: { host: "a.test", userList: "ops", tls: { certResolver: "le", options: "clients" } },
      },
    },
    [
      "consoles.dashboard.userList",
      "consoles.consulUi.tls.certResolver",
      "consoles.consulUi.tls.options",
      "consoles.consulUi.host",
      "consoles.consulUi.userList",
    ],
  ],
])("refuses %s", (_, options, paths) => {
  expect(traefikProblems(options).map((p) => p.propertyPath)).toEqual(paths);
});

test("many pods take certificates from Secrets, and client authentication goes with other challenges", () => {
  expect(traefikProblems({ replicas: 3, certificates: [{ secretName: "example-com" }] })).toEqual([]);
  const tlsOptions = { default: { clientAuth: { caSecretName: "ca" } } };
  expect(traefikProblems({ certificateResolvers: { dns: dnsResolver }, tlsOptions })).toEqual([]);
  expect(traefikProblems({ certificateResolvers: { http: { email, httpChallenge: {} } }, tlsOptions })).toEqual([]);
});

test.each<[string, Route, string[]]>([
  ["tls on web", { host: "a.test", entryPoints: ["web"], tls: {} }, ["[0].tls"]],
  ["websecure without tls", { host: "a.test", entryPoints: ["web", "websecure"] }, ["[0].tls"]],
  ["a resolver without a host", { pathPrefix: "/", tls: { certResolver: "le" } }, ["[0].tls.certResolver"]],
  ["a resolver for a pattern", { rule: "HostRegexp(`.+`)", tls: { certResolver: "le" } }, ["[0].tls.certResolver"]],
  [
    "a resolver for what is no host",
    { rule: "!Host(`a.test`)", tls: { certResolver: "le" } },
    ["[0].tls.certResolver"],
  ],
  ["options without a host", { pathPrefix: "/", tls: { options: "clients" } }, ["[0].tls.options"]],
  ["domains without a resolver", { host: "a.test", tls: { domains: [{ main: "a.test" }] } }, ["[0].tls.domains"]],
  [
    "a domain that is none",
    { host: "a.test", tls: { certResolver: "le", domains: [{ main: "a.test", sans: ["*"] }] } },
    ["[0].tls.domains[0]"],
  ],
])("refuses a route with %s", (_, route, paths) => {
  expect(routeProblems("a", [route]).map((p) => p.propertyPath)).toEqual(paths);
});

test("a raw rule names hosts too", () => {
  const rule = "(Host(`A.test`) || Host(`b.test`)) && !Host(`c.test`)";
  expect(routeHosts({ rule })).toEqual(["a.test", "b.test"]);
  expect(routeProblems("a", [{ rule, tls: { certResolver: "le" } }])).toEqual([]);
});

test("the TLS of routes is judged with the ingress that serves them", () => {
  const routes: Route[] = [
    { host: "a.test", tls: { certResolver: "nobody" } },
    { host: "a.test", pathPrefix: "/admin", tls: { options: "clients" } },
    { host: "b.test", tls: { options: "nothing" } },
    { host: "c.test", tls: { certResolver: "le", domains: [{ main: "*.c.test" }] } },
    { host: "d.test", tls: { certResolver: "dns", domains: [{ main: "*.d.test" }], options: "clients" } },
    { host: "e.test" },
  ];
  const found = ingressTlsProblems(
    routes.map((route, i) => ({ route, path: `routes[${i}]` })),
    {
      certificateResolvers: { le: tlsResolver, dns: dnsResolver },
      tlsOptions: { clients: { clientAuth: { caSecretName: "ca" } } },
      redirectToHttps: true,
    },
  );
  expect(found.map((p) => `${p.propertyPath}: ${p.reason}`)).toEqual([
    'routes[0].tls.certResolver: "nobody" is not a certificate resolver of the ingress; known: le, dns',
    'routes[1].tls.options: "clients" for a.test are not "default", those of routes[0]; Traefik would use neither, but the default ones: give both the same',
    'routes[2].tls.options: "nothing" are not TLS options of the ingress; known: default, clients',
    'routes[3].tls.certResolver: "le" cannot get *.c.test: a wildcard needs a resolver with dnsChallenge',
    "routes[5]: is on web, which traefikRedirectToHttps (of a TraefikConsulIngress: redirectToHttps) leaves nothing to serve; add tls: {}",
  ]);
});
