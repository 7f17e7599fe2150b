import {
  ConsulMesh,
  consulMeshProblems,
  ExternalDestinationOptions,
  IntentionSet,
  MeshService,
} from "../../components";
import { find, record, Recorded } from "../recorder";
import { programOf } from "../program";
import { ofStack, raw } from "../settings";
import { parseSettings } from "../../settings";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const payments = { name: "payments-api", host: "api.example.com", port: 443 };
const ledger = { name: "ledger-db", host: "10.1.2.3", port: 5432, protocol: "tcp", tls: { enabled: false } } as const;
const orders = { name: "orders", image: "registry.example.com/orders:1", port: 8080 };

const meshWith = (externalDestinations: readonly ExternalDestinationOptions[], more: object = {}) =>
  record(() => void new ConsulMesh("consul", { externalDestinations, ...more }));
const linkedIn = (recorded: Recorded[]) => {
  const { kind, metadata, spec } = find(recorded, "consul-destinations").props;
  expect([kind, metadata.name]).toEqual(["TerminatingGateway", "terminating-gateway"]);
  return spec.services;
};
const valuesOf = (recorded: Recorded[]) => find(recorded, "consul-release").props.values;

describe("a destination outside the mesh", () => {
  test("is in the catalog under its name, and the gateway stands for it alone", async () => {
    const recorded = await meshWith([payments, ledger]);
    expect(find(recorded, "consul-payments-api-registration").props).toMatchObject({
      kind: "Registration",
      metadata: { name: "payments-api", namespace: "consul-system" },
      spec: { address: "api.example.com", service: { name: "payments-api", port: 443 } },
    });
    expect(linkedIn(recorded).map((service: any) => service.name)).toEqual(["payments-api", "ledger-db"]);
    expect(valuesOf(recorded).terminatingGateways.gateways.map((gateway: any) => gateway.name)).toEqual([
      "terminating-gateway",
    ]);
  });

  test("has a node of its own, which goes with it: one address each", async () => {
    const recorded = await meshWith([payments, ledger]);
    const specs = recorded.filter((r) => r.props.kind === "Registration").map((r) => r.props.spec);
    expect(new Set(specs.map((spec) => spec.node)).size).toBe(2);
    expect(specs.map((spec) => spec.service.id)).toEqual([undefined, undefined]);
  });

  test.each<[string, object, object]>([
    ["by public CAs and its host's name", {}, { caFile: "/etc/ssl/certs/ca-certificates.crt", sni: "api.example.com" }],
    ["by another name", { tls: { sni: "pay.example.com" } }, { sni: "pay.example.com" }],
    [
      "by a CA of its own",
      { tls: { caCertificate: CERTIFICATE } },
      { caFile: "/consul/userconfig/consul-destination-cas/payments-api.crt", sni: "api.example.com" },
    ],
  ])("is verified %s", async (_, more, linked) => {
    const recorded = await meshWith([{ ...payments, ...more }]);
    expect(linkedIn(recorded)).toEqual([expect.objectContaining({ name: "payments-api", ...linked })]);
  });

  test("is reached without TLS where that is said, and only there", async () => {
    expect(linkedIn(await meshWith([ledger]))).toEqual([{ name: "ledger-db" }]);
  });

  test("another CA of its own is another pod of the gateway, which mounts it", async () => {
    const of = async (caCertificate: string) => {
      const recorded = await meshWith([{ ...payments, tls: { caCertificate } }]);
      expect(find(recorded, "consul-destination-cas").props).toMatchObject({
        metadata: { name: "consul-destination-cas", namespace: "consul-system" },
        data: { "payments-api.crt": caCertificate },
      });
      expect(find(recorded, "consul-release").dependsOn).toContain("consul-destination-cas");
      const [gateway] = valuesOf(recorded).terminatingGateways.gateways;
      expect(gateway.extraVolumes).toEqual([{ type: "configMap", name: "consul-destination-cas" }]);
      return gateway.annotations;
    };
    expect(await of(CERTIFICATE)).not.toEqual(await of(CERTIFICATE.replace("MIIB", "MIIC")));
  });

  test("the gateway restarts with Consul's CA, as all that talk to its servers do", async () => {
    const [gateway] = valuesOf(await meshWith([payments], { rotations: { ca: "2026-01-01" } })).terminatingGateways
      .gateways;
    expect(gateway.annotations).toContain("2026-01-01");
  });

  test("up waits for the gateway, which may need to hear first of a CA that goes", async () => {
    const recorded = await meshWith([payments]);
    const waiting = find(recorded, "consul-terminating-gateway");
    expect(waiting.props.metadata.name).toBe("consul-terminating-gateway");
    // The release has removed it when its last destination goes, and a patch of nothing cannot be taken back.
    expect(waiting.retainOnDelete).toBe(true);
    const { dependsOn } = find(recorded, "consul-destinations");
    expect(dependsOn).toContain("consul-payments-api-registration");
    expect(dependsOn).not.toContain("consul-terminating-gateway");
  });

  test("is the mesh's, with all that is made for it", async () => {
    const destinations = [{ ...payments, tls: { caCertificate: CERTIFICATE } }, ledger];
    const recorded = await meshWith(destinations, { egress: "closed" });
    const made = recorded.filter(({ name }) => /egress|payments|ledger|destination/.test(name));
    expect(made.map(({ parent, name }) => `${parent} > ${name}`).sort()).toEqual([
      "consul > consul-destination-cas",
      "consul > consul-destinations",
      "consul > consul-egress",
      "consul > consul-ledger-db",
      "consul > consul-payments-api",
      "consul-ledger-db > consul-ledger-db-registration",
      "consul-payments-api > consul-payments-api-defaults",
      "consul-payments-api > consul-payments-api-registration",
    ]);
  });

  test("is called alone: it calls nobody, and no route leads to it", async () => {
    await record(() => {
      const { externalDestinations } = new ConsulMesh("consul", { externalDestinations: [payments, ledger] });
      const alone = { routed: false, servedPaths: [], calls: [] };
      expect(externalDestinations).toMatchObject([alone, alone]);
    });
  });

  test.each([[[]], [undefined]])("without one there is no gateway, and nothing of it: %j", async (none) => {
    const recorded = await meshWith(none as []);
    expect(valuesOf(recorded).terminatingGateways).toBeUndefined();
    expect(recorded.map((r) => r.name).filter((name) => /gateway|destination/.test(name))).toEqual([]);
  });

  test("is a service to intentions: with paths where it speaks http, after its protocol is known", async () => {
    const recorded = await record(() => {
      const mesh = new ConsulMesh("consul", { externalDestinations: [payments, ledger] });
      const service = new MeshService("orders", { mesh, namespace: "mesh-services", ...orders });
      const permissions = [{ action: "allow" as const, http: { pathPrefix: "/v1/" } }];
      new IntentionSet("rules", {
        mesh,
        services: [service, ...mesh.externalDestinations],
        rules: [
          { source: "orders", destination: "payments-api", permissions },
          { source: "orders", destination: "ledger-db" },
        ],
      });
    });
    expect(find(recorded, "consul-payments-api-defaults").props.spec).toEqual({ protocol: "http" });
    expect(find(recorded, "rules-payments-api").dependsOn).toContain("consul-payments-api-defaults");
    const permissions = [{ action: "allow" as const, http: { pathPrefix: "/" } }];
    await record(() => {
      const mesh = new ConsulMesh("consul", { externalDestinations: [ledger] });
      const rules = [{ source: "orders", destination: "ledger-db", permissions }];
      const services = mesh.externalDestinations;
      expect(() => new IntentionSet("rules", { mesh, services, externalServices: ["orders"], rules })).toThrow(
        '"ledger-db" speaks tcp',
      );
    });
  });

  test.each<[string, number, string]>([
    ["as long as it says", 300, "300s"],
    ["without an end", 0, "2147483s"],
  ])("answers %s, for the caller's sidecar and for the gateway", async (_, requestTimeoutSeconds, requestTimeout) => {
    const recorded = await meshWith([{ ...payments, requestTimeoutSeconds }, ledger]);
    const resolvers = recorded.filter(({ props }) => props.kind === "ServiceResolver");
    expect(resolvers.map(({ props }) => [props.metadata.name, props.spec])).toEqual([
      ["payments-api", { requestTimeout }],
    ]);
    // Consul refuses it while the protocol is not known.
    expect(resolvers[0].dependsOn).toContain("consul-payments-api-defaults");
  });

  test("takes the name of no service of the program", async () => {
    await record(() => {
      const externalDestinations = [payments, payments];
      expect(() => new ConsulMesh("consul", { externalDestinations })).toThrow(
        /^ {2}name: "payments-api" is the name of external destination "payments-api" too/m,
      );
    });
    await record(() => {
      const mesh = new ConsulMesh("consul", { externalDestinations: [{ ...payments, name: "orders" }] });
      expect(() => new MeshService("orders", { mesh, namespace: "mesh-services", ...orders })).toThrow(
        /^ {2}serviceName: "orders" is the name of external destination "orders" too/m,
      );
    });
  });
});

describe("closed egress", () => {
  test("is in force before anything that needs the mesh, and open says nothing of it", async () => {
    const closed = await meshWith([], { egress: "closed" });
    expect(find(closed, "consul-egress").props).toMatchObject({
      kind: "Mesh",
      metadata: { name: "mesh", namespace: "consul-system" },
      spec: { transparentProxy: { meshDestinationsOnly: true } },
    });
    const guarded = await record(() => {
      const mesh = new ConsulMesh("consul", { egress: "closed" });
      new MeshService("orders", { mesh, namespace: "mesh-services", ...orders });
    });
    expect(find(guarded, "orders-deployment").dependsOn).toContain("consul-egress");
    for (const more of [{}, { egress: "open" }]) {
      expect((await meshWith([], more)).filter((r) => r.props.kind === "Mesh")).toEqual([]);
    }
  });

  test.each([
    ["dev", false],
    ["local", false],
    ["staging", true],
    ["prod", true],
  ])("%s: %j", async (environment, closed) => {
    const recorded = await programOf(ofStack(environment));
    expect(recorded.some((r) => r.props.kind === "Mesh")).toBe(closed);
  });
});

describe("at preview", () => {
  const said = (externalDestinations: readonly object[], more: object = {}) =>
    consulMeshProblems({ externalDestinations, ...more } as any).map((p) => `${p.propertyPath}: ${p.reason}`);

  test.each([
    { ...payments, host: "db" },
    { ...payments, name: "p".repeat(63) },
    { ...payments, host: "2001:db8::1", tls: { sni: "a.example.com" } },
    { ...payments, host: "10.0.0.1", tls: { sni: "a.example.com", caCertificate: CERTIFICATE + CERTIFICATE } },
    { ...payments, tls: {} },
    { ...payments, requestTimeoutSeconds: 0 },
    ledger,
  ])("right: %j", (destination) => {
    expect(said([destination])).toEqual([]);
  });

  const NOT_PEM = "externalDestinations[0].tls.caCertificate: is not a PEM certificate";
  test.each<[object, string]>([
    [{ host: "https://api.example.com" }, 'externalDestinations[0].host: "https://api.example.com" is neither'],
    [{ host: "api.example.com:443" }, "externalDestinations[0].host: "],
    [{ host: "*.example.com" }, "externalDestinations[0].host: "],
    [{ host: "10.0.0.256" }, "externalDestinations[0].host: "],
    [{ host: "fe80::1%eth0", tls: { sni: "a.b" } }, "externalDestinations[0].host: "],
    ...["localhost", "db.localhost"].map((host): [object, string] => [{ host }, "is the gateway's own pod"]),
    ...["127.0.0.2", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"].map((host): [object, string] => [
      { host, tls: { sni: "a.b" } },
      "is the gateway's own pod",
    ]),
    [{ requestTimeoutSeconds: -1 }, "externalDestinations[0].requestTimeoutSeconds: -1 is out of range"],
    [{ protocol: "tcp", requestTimeoutSeconds: 5 }, "externalDestinations[0].requestTimeoutSeconds: is for requests"],
    [{ port: 0 }, "externalDestinations[0].port: 0 is out of range; use a whole number from 1 to 65535"],
    [{ name: "Payments" }, 'externalDestinations[0].name: "Payments" is not a valid name for a Service'],
    [{ name: "consul" }, 'externalDestinations[0].name: "consul" is taken'],
    [{ name: "terminating-gateway" }, "is taken: the gateway to what is outside"],
    [{ name: "traefik-system-ingress" }, "is the ingress' identity"],
    [
      { host: "10.0.0.1" },
      "externalDestinations[0].tls.sni: is missing: the certificate behind an address is for a name",
    ],
    [{ tls: { sni: "10.0.0.1" } }, 'externalDestinations[0].tls.sni: "10.0.0.1" is not a DNS name'],
    [{ tls: { sni: "*.example.com" } }, "externalDestinations[0].tls.sni: "],
    [{ tls: { enabled: false, sni: "a.b" } }, "externalDestinations[0].tls.sni: excludes tls.enabled false"],
    [
      { tls: { enabled: false, caCertificate: CERTIFICATE } },
      "externalDestinations[0].tls.caCertificate: excludes tls.enabled false",
    ],
    [{ tls: { caCertificate: "/etc/ca.pem" } }, NOT_PEM],
    [
      { tls: { caCertificate: CERTIFICATE + "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n" } },
      NOT_PEM,
    ],
  ])("wrong: %j", (wrong, problem) => {
    expect(said([{ ...payments, ...wrong }])).toEqual([expect.stringContaining(problem)]);
  });

  test.each<[string, object, string]>([
    ["another gateway", { terminatingGateways: { gateways: [{ name: "a" }] } }, "values.terminatingGateways.gateways"],
    ["none", { terminatingGateways: { enabled: false } }, "values.terminatingGateways.enabled"],
    ["no DNS", { dns: { enabled: false } }, "values.dns.enabled"],
    ["no DNS in pods", { dns: { enableRedirection: false } }, "values.dns.enableRedirection"],
    [
      "a mesh that leaves the gateway's namespace out",
      { connectInject: { k8sDenyNamespaces: ["consul-system"] } },
      "values.connectInject.k8sDenyNamespaces",
    ],
  ])("the chart's values cannot ask for %s beside a destination, and may without one", (_, values, path) => {
    expect(said([payments], { values })).toEqual([expect.stringContaining(`${path}: `)]);
    expect(said([], { values })).toEqual([]);
  });

  test("the gateway's pods may be as the chart takes them", () => {
    expect(said([payments], { values: { terminatingGateways: { defaults: { replicas: 2 } } } })).toEqual([]);
  });

  test("a chart that has no Registration is none that is known", () => {
    expect(said([payments], { chart: { version: "1.4.9" } })).toEqual([
      expect.stringContaining("chart.version: chart 1.4.9 is not among the known lines"),
    ]);
  });

  test("all that is wrong with the settings of a stack is told at once, each with its path", () => {
    const parsed = parseSettings(
      raw({
        services: [orders],
        externalDestinations: [{ ...payments, name: "orders" }, payments, { ...payments, host: "a b" }],
        externalServices: { "payments-api": "http" },
        intentions: [{ source: "orders", destination: "payments" }],
        egress: "shut",
      }),
    );
    expect(parsed).toHaveProperty("problems");
    const wrongShape = (parsed as any).problems.map((p: any) => p.propertyPath);
    expect(wrongShape).toEqual(["egress"]);
    const { problems } = parseSettings(
      raw({
        services: [orders],
        externalDestinations: [{ ...payments, name: "orders" }, payments, { ...payments, host: "a b" }],
        externalServices: { "payments-api": "http" },
        intentions: [{ source: "orders", destination: "payments" }],
      }),
    ) as any;
    expect(problems.map((p: any) => p.propertyPath).sort()).toEqual([
      "externalDestinations[2].host",
      "externalDestinations[2].name",
      "externalServices.payments-api",
      "intentions[0].destination",
      "services[0].name",
    ]);
  });

  test("destinations belong to the stack that makes the mesh", () => {
    const { problems } = parseSettings(
      raw({ meshStack: "acme/mesh/prod", externalDestinations: [payments], services: [] }),
    ) as any;
    expect(problems.map((p: any) => `${p.propertyPath}: ${p.reason}`)).toEqual([
      "externalDestinations: belongs to the stack that makes the mesh, acme/mesh/prod; declare it there",
    ]);
  });
});
