import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, ConsulMeshArgs, meshReachProblems } from "../../components";
import { partOf, readCertificate } from "../../components/mesh/consulRelease";
import { find, Read, record } from "../recorder";

/** What a mesh consists of, and the mesh itself. */
async function made(args: ConsulMeshArgs = {}) {
  let mesh!: ConsulMesh;
  const recorded = await record(() => {
    mesh = new ConsulMesh("consul", args);
  });
  return { mesh, recorded };
}

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const own = { secretName: "own-ca", secretKey: "tls.crt" };
const external: ConsulMeshArgs = {
  createNamespace: false,
  ca: { certificate: own },
  externalServers: { hosts: ["consul.example.com"] },
};
const CHARTS = path.join(os.tmpdir(), `charts-${process.pid}`);
/** A folder with a chart of that version. */
const chartOf = (version: string) => path.join(CHARTS, version);
beforeAll(() => {
  for (const version of ["1.5.1", "1.9.11"]) {
    fs.mkdirSync(chartOf(version), { recursive: true });
    fs.writeFileSync(path.join(chartOf(version), "Chart.yaml"), `name: consul\nversion: ${version}\n`);
  }
});
afterAll(() => fs.rmSync(CHARTS, { recursive: true }));

test("the chart is of a known version, and what it runs is waited for by what stands on it", async () => {
  const { props, protect } = find((await made()).recorded, "consul-release");
  expect(props).toMatchObject({
    name: "consul",
    namespace: "consul-system",
    chart: "consul",
    version: "1.9.11",
    repositoryOpts: { repo: "https://helm.releases.hashicorp.com" },
    timeout: 600,
    skipAwait: true,
  });
  expect(protect).toBe(false);
});

test("the chart may come from elsewhere, and have its time", async () => {
  const chart = { repository: "https://charts.example.com", version: "1.8.3" };
  const { props } = find((await made({ chart, timeoutSeconds: 900 })).recorded, "consul-release");
  expect(props).toMatchObject({ version: "1.8.3", repositoryOpts: { repo: chart.repository }, timeout: 900 });
  const folder = chartOf("1.9.11");
  const local = find((await made({ chart: { path: folder } })).recorded, "consul-release").props;
  expect(local.chart).toMatch(folder);
  expect([local.version, local.repositoryOpts]).toEqual([undefined, undefined]);
});

test("a sole server of the release ends at once, also behind the gate before its API, and several do not", async () => {
  const configOf = async (args: ConsulMeshArgs) => {
    const { server } = find((await made(args)).recorded, "consul-release").props.values;
    return JSON.parse(server.extraConfig ?? "{}");
  };
  const atOnce = { performance: { leave_drain_time: "1ms" } };
  expect(await configOf({})).toEqual(atOnce);
  expect(await configOf({ acls: true })).toMatchObject({ ...atOnce, addresses: { https: "127.0.0.1" } });
  expect(await configOf({ servers: 3 })).toEqual({});
});

test("nodes can be drained: of several servers and injectors one may go at a time, and the only one may go", async () => {
  const budgetsOf = async (args: ConsulMeshArgs) => {
    const { server, connectInject } = find((await made(args)).recorded, "consul-release").props.values;
    return [server.disruptionBudget, connectInject.disruptionBudget];
  };
  expect(await budgetsOf({})).toEqual([{ enabled: false }, { enabled: false }]);
  const several = { servers: 3, values: { connectInject: { replicas: 2 } } };
  expect(await budgetsOf(several)).toEqual([{ maxUnavailable: 1 }, { maxUnavailable: 1 }]);
});

describe("what is known of a mesh", () => {
  test("that was told nothing", async () => {
    const { mesh } = await made();
    expect(mesh).toMatchObject({
      apiAddress: "consul-server.consul-system.svc:8501",
      catalogSync: true,
      uiPortForward: "kubectl --namespace consul-system port-forward service/consul-ui 8501:443",
      externalDestinations: [],
    });
    const unsaid = [
      "authMethod",
      "consulImage",
      "dataplaneImage",
      "kubernetesVersion",
      "caRotation",
      "tracing",
    ] as const;
    expect(unsaid.filter((each) => mesh[each] !== undefined)).toEqual([]);
    expect([mesh.partWithoutContains, mesh.partWithoutSleep, mesh.partWithoutNativeSidecar]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(mesh.description).toMatchObject({ consulNamespace: "consul-system", authMethod: undefined, cni: false });
  });

  test("is what it was told", async () => {
    const told = {
      kubernetesVersion: "1.34",
      tracing: { endpoint: "collector.tracing:4317" },
    };
    const { mesh } = await made({
      ...told,
      namespace: "mesh",
      acls: true,
      images: { consul: "localhost/consul:1.22.7", dataplane: "localhost/dataplane:1.9.5" },
      rotations: { ca: "2026-11" },
      values: { syncCatalog: { toConsul: false }, connectInject: { cni: { enabled: true } } },
      externalDestinations: [{ name: "bank", host: "bank.example.com", port: 443 }],
    });
    const known = {
      ...told,
      authMethod: "consul-k8s-auth-method",
      consulImage: "localhost/consul:1.22.7",
      caRotation: "2026-11",
    };
    expect(mesh).toMatchObject({
      ...known,
      apiAddress: "consul-server.mesh.svc:8501",
      dataplaneImage: "localhost/dataplane:1.9.5",
      catalogSync: false,
      uiPortForward: "kubectl --namespace mesh port-forward service/consul-ui 8501:443",
      externalDestinations: [{ serviceName: "bank" }],
    });
    expect(mesh.description).toMatchObject({ ...known, consulNamespace: "mesh", cni: true });
  });

  test("is what the chart's values say where they say it", async () => {
    const { mesh } = await made({
      values: { global: { image: "a/consul:1.22.7", imageConsulDataplane: "a/dataplane:1.9.5" } },
    });
    expect([mesh.consulImage, mesh.dataplaneImage]).toEqual(["a/consul:1.22.7", "a/dataplane:1.9.5"]);
  });

  test.each<[what: string, args: ConsulMeshArgs, address: string]>([
    ["at Consul's own port", {}, "consul.example.com:8501"],
    ["at another", { externalServers: { hosts: ["a.test", "b.test"], httpsPort: 443 } }, "a.test:443"],
  ])("whose servers are elsewhere: %s", async (_, more, address) => {
    const { mesh } = await made({ ...external, ...more });
    expect([mesh.apiAddress, mesh.uiPortForward]).toEqual([address, undefined]);
  });

  test.each<[what: string, args: ConsulMeshArgs, parts: (string | undefined)[]]>([
    ["the chart", { chart: { version: "1.5.1" } }, ["chart 1.5.1", "consul-k8s-control-plane 1.5.1", "chart 1.5.1"]],
    [
      "the cluster",
      { chart: { version: "1.5.4" }, kubernetesVersion: "1.28" },
      [undefined, "Kubernetes 1.28", "Kubernetes 1.28"],
    ],
    [
      "parts of it",
      { chart: { version: "1.5.4" }, images: { controlPlane: "a/consul-k8s:1.5.1" } },
      ["consul-k8s-control-plane 1.5.1", "consul-k8s-control-plane 1.5.1", "consul-k8s-control-plane 1.5.1"],
    ],
    [
      "parts that the chart's values name",
      { chart: { version: "1.5.4" }, values: { global: { image: "a/consul:1.20.0", imageK8S: "a/consul-k8s:1.5.2" } } },
      ["consul-k8s-control-plane 1.5.2", "consul-k8s-control-plane 1.5.2", "consul-k8s-control-plane 1.5.2"],
    ],
    [
      "the servers",
      { chart: { version: "1.5.4" }, images: { consul: "a/consul:1.20.0" } },
      ["Consul 1.20.0", undefined, "chart 1.5.4"],
    ],
    [
      "a chart of one's own",
      { chart: { path: chartOf("1.5.1") } },
      ["chart 1.5.1", "consul-k8s-control-plane 1.5.1", "chart 1.5.1"],
    ],
    ["nothing", {}, [undefined, undefined, undefined]],
  ])("what is too old for what a service may ask: %s", async (_, args, parts) => {
    const { mesh } = await made(args);
    expect([mesh.partWithoutContains, mesh.partWithoutSleep, mesh.partWithoutNativeSidecar]).toEqual(parts);
  });

  test.each<[what: string, values: Record<string, unknown>, synced: boolean]>([
    ["as it is", {}, true],
    ["turned off", { syncCatalog: { enabled: false } }, false],
    ["one way, which is not to Consul", { syncCatalog: { toConsul: false } }, false],
    ["by the chart's own default", { syncCatalog: { toConsul: true } }, true],
  ])("whether Services reach the catalog: %s", async (_, values, synced) => {
    expect((await made({ values })).mesh.catalogSync).toBe(synced);
  });
});

test("a namespace that the mesh does not reach is told by the value that leaves it out", async () => {
  const args = { values: { syncCatalog: { k8sDenyNamespaces: ["shop"] } } };
  const { mesh } = await made(args);
  const shop = { name: "shop", made: true };
  const paths = [mesh.reachProblems(shop, "services"), meshReachProblems(args, shop, "services")].map(
    ([problem]) => problem.propertyPath,
  );
  expect(paths).toEqual(["mesh.values.syncCatalog.k8sDenyNamespaces", "values.syncCatalog.k8sDenyNamespaces"]);
  expect(mesh.reachProblems({ name: "orders", made: true }, "services")).toEqual([]);
});

test("a namespace is told of where it was listed, not where the chart has the list", () => {
  const shop = { name: "shop", made: false };
  const pathsOf = (args: ConsulMeshArgs) =>
    meshReachProblems(args, shop, "pods", "x.").map((each) => each.propertyPath);
  const connectInject = { k8sDenyNamespaces: ["shop"] };
  const selector = "x.values.connectInject.namespaceSelector";
  expect(pathsOf({ namespacesWithoutInjection: ["shop"] })).toEqual(["x.namespacesWithoutInjection[0]"]);
  expect(pathsOf({ namespacesWithoutInjection: ["edge", "shop"], values: { connectInject } })).toEqual([
    "x.values.connectInject.k8sDenyNamespaces",
    "x.namespacesWithoutInjection[1]",
  ]);
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "other" } };
  expect(pathsOf({ values: { connectInject: { namespaceSelector } } })).toEqual([selector]);
  expect(pathsOf({ namespacesWithoutInjection: ["edge"], values: { connectInject: { namespaceSelector } } })).toEqual([
    selector,
  ]);
});

test("all that is made is the mesh's, and what holds data or trust is protected where that is asked for", async () => {
  const { recorded } = await made({ acls: true, gossipEncryption: true, sidecarAccessLogs: true, protect: true });
  const its = recorded.filter(({ parent }) => parent === "consul");
  expect(its.map(({ name }) => name).sort()).toEqual([
    "consul-access-logs",
    "consul-bootstrap-token",
    "consul-bootstrap-token-bytes",
    "consul-cluster",
    "consul-connect-injector",
    "consul-entries",
    "consul-gossip-key",
    "consul-gossip-key-bytes",
    "consul-namespace",
    "consul-release",
    "consul-release-remains",
    "consul-remains",
    "consul-server",
    "consul-stuck-hooks",
    "consul-sync-catalog",
  ]);
  expect(recorded.filter(({ parent }) => !["", "consul", "consul-traefik-mesh-test"].includes(parent))).toEqual([]);
  expect(
    its
      .filter(({ protect }) => protect)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["consul-bootstrap-token", "consul-gossip-key", "consul-namespace", "consul-release"]);
  expect(find(recorded, "consul-access-logs").beforeCreate).toEqual(["ConsulMesh-consul-foreign"]);
  expect(find(recorded, "consul-namespace").props.metadata.labels).toMatchObject({
    "pod-security.kubernetes.io/enforce": "restricted",
  });
  expect((await made()).recorded.map(({ name }) => name)).not.toContain("consul-access-logs");
});

describe("in order", () => {
  const declared = async (more: ConsulMeshArgs = {}) => {
    const { recorded } = await made({
      gossipEncryption: true,
      rotations: { gossipKey: "a" },
      externalDestinations: [{ name: "bank", host: "a.test", port: 443, tls: { caCertificate: CERTIFICATE } }],
      ...more,
    });
    return { recorded, before: (name: string) => find(recorded, name).dependsOn };
  };

  test("the release comes after what it reads, and after what removes its remains at the end", async () => {
    const { before } = await declared();
    expect(before("consul-namespace")).toContain("consul-remains");
    expect(before("consul-release-remains")).toEqual(expect.arrayContaining(["consul-namespace", "consul-remains"]));
    expect(before("consul-release")).toEqual(
      expect.arrayContaining(["consul-destination-cas", "consul-gossip-key", "consul-release-remains"]),
    );
    expect(before("consul-stuck-hooks")).toEqual(
      before("consul-release").filter((each) => each !== "consul-namespace"),
    );
  });

  test("what waits for the chart's pods comes after it, and the jobs of a rotation after that", async () => {
    const { before, recorded } = await declared({ images: { consul: "localhost/consul:1.22.7" } });
    expect(before("consul-entries")).toEqual(["consul-release"]);
    expect(before("consul-server")).toEqual(["consul-entries", "consul-release"]);
    const job = recorded.find(({ name }) => name.startsWith("consul-rotate-gossip-key-"))!;
    expect(before(job.name)).toEqual(
      expect.arrayContaining(["consul-gossip-key", "consul-server", "consul-sync-catalog"]),
    );
    const [container] = job.props.spec.template.spec.containers;
    expect([job.props.metadata.namespace, container.image]).toEqual(["consul-system", "localhost/consul:1.22.7"]);
    expect(container.env).toEqual(
      expect.arrayContaining([
        { name: "CONSUL_HTTP_ADDR", value: "https://consul-server.consul-system.svc:8501" },
        { name: "GOSSIP_KEY_SHA256", value: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ]),
    );
  });

  test("servers restart before the services do, also where the word of a CA restarts both", async () => {
    expect((await declared()).before("consul-connect-injector")).toContain("consul-server");
    expect((await declared({ rotations: { ca: "a" } })).before("consul-connect-injector")).toContain("consul-server");
  });

  test("egress is closed when the injector is there", async () => {
    const { before, recorded } = await declared({ egress: "closed" });
    expect(before("consul-egress")).toContain("consul-connect-injector");
    expect(find(recorded, "consul-egress").props.metadata.namespace).toBe("consul-system");
  });
});

test("a destroy knows what goes, and stops for others' entries unless it is told that they may go", async () => {
  const asked = async (args: ConsulMeshArgs) => {
    const { recorded } = await made(args);
    return ["consul-entries", "consul-remains", "consul-stuck-hooks"].map((name) => {
      const { release, foreignEntries } = find(recorded, name).props;
      return [release, foreignEntries];
    });
  };
  const release = { name: "consul", namespace: "mesh" };
  const others = [
    [release, undefined],
    [release, undefined],
  ];
  expect(await asked({ namespace: "mesh" })).toEqual([[release, false], ...others]);
  expect(await asked({ namespace: "mesh", destroyForeignEntries: true })).toEqual([[release, true], ...others]);
});

describe("the CA's certificate", () => {
  const read = async (secretKey: string) => {
    let certificate: string | undefined;
    const reads: Read[] = [];
    const program = async () => {
      const release = new k8s.helm.v3.Release("release", { chart: "consul", namespace: "mesh" });
      const its = readCertificate("consul", release, "mesh", { secretName: "own-ca", secretKey }, release);
      certificate = await (its as any).promise();
    };
    await record(program, {}, {}, reads);
    return [certificate, reads];
  };

  test("is what its Secret has under its key", async () => {
    // Read by inputs that a refresh finds too.
    const props = { apiVersion: "v1", kind: "Secret", metadata: { name: "own-ca", namespace: "mesh" } };
    const reads = [{ name: "consul-ca-certificate", id: "mesh/own-ca", props }];
    expect([await read("tls.crt"), await read("ca.pem")]).toMatchObject([
      ["the CA", reads],
      ["another CA", reads],
    ]);
  });

  test("is read where the release says that it is, so not before that is there", async () => {
    const reads: Read[] = [];
    const program = () => {
      const release = new k8s.helm.v3.Release("release", { chart: "consul", namespace: "mesh" });
      readCertificate("consul", release, "mesh", { secretName: "own-ca", secretKey: "tls.crt" }, release);
    };
    const answer = () => ({ status: { namespace: "of-the-release" } });
    await record(program, {}, {}, reads, { "kubernetes:helm.sh/v3:Release": answer });
    expect(reads.map(({ id }) => id)).toEqual(["of-the-release/own-ca"]);
  });

  test("is no secret, though it comes from one: it would hide every diff of what mounts it", async () => {
    const data = pulumi.secret({ "tls.crt": "" });
    const get = jest.spyOn(k8s.core.v1.Secret, "get").mockReturnValue({ data } as any);
    const release = { status: { namespace: "mesh" } } as unknown as k8s.helm.v3.Release;
    const its = readCertificate("consul", release, "mesh", { secretName: "own-ca", secretKey: "tls.crt" }, release);
    get.mockRestore();
    expect(await pulumi.isSecret(its)).toBe(false);
  });

  test.each([
    [{ a: "", b: "" }, "a, b"],
    [undefined, "nothing"],
  ])("is missed by name where it is not there", (data, has) => {
    expect(() => partOf(data, "tls.crt", "mesh/own-ca")).toThrow(
      `the Secret mesh/own-ca has no "tls.crt"; it has ${has}`,
    );
  });
});

test("an output in place of a plain value is refused, and would count as true; what is judged later may be one", async () => {
  const later = (value: unknown): any => pulumi.output(value);
  const reason = "is an output of a resource, or a secret; give a plain value, which a preview can judge";
  await record(() => {
    expect(
      () =>
        new ConsulMesh("consul", {
          acls: later(false),
          externalServers: { hosts: [later("consul.example.com")] },
          values: { server: { extraLabels: later({}) } },
        }),
    ).toThrow(`ConsulMesh "consul": 2 problems\n  acls: ${reason}\n  externalServers.hosts[0]: ${reason}`);
    const db = { name: "db", port: 443, protocol: "http", tls: { sni: later("db.example.com") } } as const;
    const externalDestinations = [{ ...db, host: later("db.example.com") }];
    new ConsulMesh("consul", { externalDestinations, values: { server: { extraLabels: later({}) } } });
  });
});

test("what is wrong is refused, and what is doubtful is said, by the mesh's name", async () => {
  const warned: string[] = [];
  const warn = jest.spyOn(console, "warn").mockImplementation((line) => void warned.push(line));
  await record(() => {
    expect(() => new ConsulMesh("consul", { servers: 2 })).toThrow('ConsulMesh "consul"');
    expect(() => new ConsulMesh("consul", { images: { consul: {} as never } })).toThrow(
      'ConsulMesh "consul": 1 problem',
    );
    new ConsulMesh("consul", { kubernetesVersion: "1.99" });
  }).finally(() => warn.mockRestore());
  expect(warned.join()).toMatch(/ConsulMesh "consul": 1 warning\s+kubernetesVersion: /);
});
