import {
  ConsulMesh,
  ConsulMeshArgs,
  IntentionSet,
  MeshJob,
  MeshService,
  MeshServiceArgs,
  TraefikConsulIngress,
} from "../../components";
import { find, record } from "../recorder";
import { refusals } from "../verdicts";

type Given = Partial<Omit<MeshServiceArgs, "mesh">>;
const SHOP = { namespace: "apps", image: "a/b:1.0.0", port: 8080 };
const routes = [{ host: "shop.test" }];

/** What a program makes that has the service `first`, and then another, or what that is refused with. */
async function second(its: Given, first: Given = {}, args: ConsulMeshArgs = {}) {
  let result: MeshService | string = "";
  const recorded = await record(() => {
    const mesh = new ConsulMesh("consul", args);
    new MeshService("first", { mesh, ...SHOP, ...first });
    try {
      result = new MeshService("shop", { mesh, ...SHOP, ...its });
    } catch (error) {
      result = (error as Error).message;
    }
    new MeshService("ledger", { mesh, ...SHOP });
  });
  return { recorded, result: result as MeshService | string };
}

const OLD = { chart: { version: "1.5.3" }, kubernetesVersion: "1.28" };
test.each<[what: string, its: Given, first: Given, mesh: ConsulMeshArgs, says: string]>([
  ["is wrong by itself", { port: 0 }, {}, {}, 'MeshService "shop": 1 problem\n  port: 0 is out of range'],
  [
    "has what is null",
    { routes: null, env: { A: null }, podSpec: null } as unknown as Given,
    {},
    {},
    'MeshService "shop": 3 problems\n  routes: is null; give it a value, or leave it out\n  env.A: is null; give it a value, or leave it out\n  podSpec: is null; give it a value, or leave it out',
  ],
  [
    "has another's name",
    { serviceName: "first" },
    {},
    {},
    'serviceName: "first" is the name of MeshService "first" too',
  ],
  [
    "has the name of another's canary",
    { serviceName: "first-canary" },
    { canary: { image: "a/b:2", weight: 1 }, routes },
    {},
    "its Deployment",
  ],
  [
    "has another's route",
    { routes },
    { routes },
    {},
    'shop": 1 problem\n  routes[0]: the rule "Host(`shop.test`) on web" is that of first.routes[0] too',
  ],
  [
    "has a variable that the cluster does not take",
    { env: { "1A": "x" } },
    {},
    { kubernetesVersion: "1.31" },
    '1 problem\n  env: "1A" is a name that Kubernetes takes since 1.32',
  ],
  ["is to drain where nobody knows how to", { drainSeconds: 5 }, {}, OLD, "drainSeconds: "],
  ["is in a namespace without sidecars", { namespace: "kube-system" }, {}, {}, "kube-system"],
])("a service that %s is refused", async (_, its, first, mesh, says) => {
  expect((await second(its, first, mesh)).result).toContain(says);
});

test("what is null within a podSpec is Kubernetes' to judge", async () => {
  const podSpec = { dnsConfig: { searches: null } } as unknown as Given["podSpec"];
  expect((await second({ podSpec })).result).toBeInstanceOf(MeshService);
});

test("a service tells what it speaks, whether Traefik calls it, and where its calls were declared", async () => {
  const { result } = await second({ serviceName: "store", routes, calls: [{ destination: "ledger" }] });
  expect(result).toMatchObject({
    serviceName: "store",
    protocol: "http",
    routed: true,
    servedPaths: [expect.stringMatching(/^\/served\/store\//)],
    calls: [{ source: "store", destination: "ledger", declaredAt: "shop.calls[0]" }],
  });
  const plain = await second({ protocol: "tcp" });
  expect(plain.result).toMatchObject({
    serviceName: "shop",
    protocol: "tcp",
    routed: false,
    servedPaths: [],
    calls: [],
    protocolReady: [],
  });
});

test("its objects have its name, belong to it, and find its pods", async () => {
  const rollingUpdate = { maxSurge: 0 };
  const { recorded } = await second(
    { serviceName: "store", servicePort: 80, updateStrategy: "Recreate" },
    { rollingUpdate, minReadySeconds: 5 },
  );
  for (const part of ["service-account", "service", "defaults", "deployment"]) {
    const { parent, props } = find(recorded, `shop-${part}`);
    expect(parent).toBe("shop");
    expect(props.metadata).toMatchObject({ name: "store", namespace: part === "defaults" ? "consul-system" : "apps" });
  }
  const { spec } = find(recorded, "shop-service").props;
  expect(spec).toEqual({
    selector: { "consul-traefik-mesh/service": "store" },
    ports: [{ name: "main", port: 80, targetPort: "main" }],
  });
  const deployment = find(recorded, "shop-deployment").props.spec;
  expect(deployment).toMatchObject({
    replicas: 1,
    strategy: { type: "Recreate" },
    selector: { matchLabels: { app: "store" } },
  });
  expect(deployment.template.metadata.labels).toMatchObject({ app: "store", ...spec.selector });
  expect(deployment.template.spec.serviceAccountName).toBe("store");
  expect(find(recorded, "first-deployment").props.spec).toMatchObject({
    strategy: { type: "RollingUpdate", rollingUpdate },
    minReadySeconds: 5,
  });
  expect(find(recorded, "first-service").props.spec.ports).toEqual([{ name: "main", port: 8080, targetPort: "main" }]);
});

test("its ServiceAccount has the annotations that a cloud knows it by, and its name in the mesh", async () => {
  const serviceAccountAnnotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/shop" };
  const podLabels = { "azure.workload.identity/use": "true" };
  const { recorded } = await second({ serviceAccountAnnotations, podLabels }, {}, { acls: true });
  const { metadata } = find(recorded, "shop-service-account").props;
  expect(metadata).toMatchObject({ name: "shop", namespace: "apps", annotations: serviceAccountAnnotations });
  const { template } = find(recorded, "shop-deployment").props.spec;
  expect([template.spec.serviceAccountName, template.metadata.labels]).toEqual([
    "shop",
    expect.objectContaining(podLabels),
  ]);
});

test("it is who an existing ServiceAccount of its name says, and makes none", async () => {
  const { recorded } = await second({ serviceName: "store", existingServiceAccount: true });
  expect(recorded.map(({ name }) => name)).not.toContain("shop-service-account");
  expect(find(recorded, "shop-deployment").props.spec.template.spec.serviceAccountName).toBe("store");
});

test("its scaler and its budget go by its own pods", async () => {
  const { recorded } = await second({
    kind: "StatefulSet",
    resources: { requests: { cpu: "1" } },
    autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 50 },
    disruptionBudget: { minAvailable: 1 },
    volumeClaims: [{ mountPath: "/data", storage: "1Gi" }],
  });
  const scaler = find(recorded, "shop-autoscaler");
  expect(scaler.dependsOn).toContain("shop-stateful-set");
  // As long as both pods may take that there may be.
  expect(find(recorded, "shop-stateful-set").timeouts.update).toBe("660s");
  expect(scaler.props.metadata).toMatchObject({ name: "shop", namespace: "apps" });
  expect(scaler.props.spec).toMatchObject({
    scaleTargetRef: { kind: "StatefulSet", name: "shop" },
    metrics: [{ containerResource: { container: "shop", name: "cpu" } }],
  });
  expect(find(recorded, "shop-disruption-budget").props.spec.selector).toEqual({
    matchLabels: { "consul-traefik-mesh/service": "shop" },
  });
  const { props, ignoreChanges } = find(recorded, "shop-stateful-set");
  expect(props.spec.volumeClaimTemplates).toHaveLength(1);
  expect([props.spec.replicas, ignoreChanges]).toEqual([1, ["spec.replicas"]]);
});

test.each([
  ["Deployment", "shop-deployment"],
  ["StatefulSet", "shop-stateful-set"],
] as const)("of a %s that somebody else scales, no up says how many pods there are", async (kind, name) => {
  const { recorded } = await second({ kind, autoscaling: "external", disruptionBudget: { maxUnavailable: 1 } });
  const { props, ignoreChanges } = find(recorded, name);
  expect(props.spec).not.toHaveProperty("replicas");
  expect(ignoreChanges).toEqual(["spec.replicas"]);
  expect(recorded.map((each) => each.name)).toContain("shop-disruption-budget");
  expect(recorded.map((each) => each.name)).not.toContain("shop-autoscaler");
});

test("its probe by gRPC is exposed by its defaults", async () => {
  const { recorded } = await second({ protocol: "grpc", healthGrpcService: "" });
  expect(find(recorded, "shop-defaults").props.spec.expose.paths).toHaveLength(1);
  expect(find(recorded, "first-defaults").props.spec.expose).toBeUndefined();
});

describe("its pods wait", () => {
  const before = async (its: Given, guarded = false) => {
    const recorded = await record(() => {
      const mesh = new ConsulMesh("consul");
      const ingress = new TraefikConsulIngress("edge", { mesh, userLists: { ops: { secretName: "ops" } } });
      const guardedBy = guarded ? new IntentionSet("baseline", { mesh }) : undefined;
      new MeshService("shop", { mesh, ...SHOP, ingress, guardedBy, ...its });
    });
    return find(recorded, "shop-deployment").dependsOn;
  };
  const ofIngress = (names: string[]) => names.filter((name) => name.startsWith("edge"));

  test("for the mesh, their Service and their protocol, and for nothing else", async () => {
    const names = await before({ routes });
    expect(names).toEqual(expect.arrayContaining(["consul-connect-injector", "shop-service", "shop-defaults"]));
    expect(ofIngress(names)).toEqual([]);
    expect(names).not.toContain("baseline-all.services");
  });

  test("for the intentions that guard them, and for an ingress that has what their routes use", async () => {
    const middlewares = [{ basicAuth: { userList: "ops" } }];
    const names = await before({ routes: [{ host: "shop.test", middlewares }] }, true);
    expect(names).toContain("baseline-all.services");
    expect(ofIngress(names)).not.toEqual([]);
  });
});

test("pods that come after a job come after it alone, so that its calls are let in first", async () => {
  const recorded = await record(() => {
    const mesh = new ConsulMesh("consul");
    const guardedBy = new IntentionSet("baseline", { mesh });
    const common = { mesh, namespace: "apps", guardedBy, image: "a/b:1.0.0" };
    const db = new MeshService("db", { ...common, port: 5432, protocol: "tcp" });
    const calls = [{ destination: "db" }];
    const migrate = new MeshJob("migrate", { ...common, command: ["migrate"], calls });
    const web = new MeshService("web", {
      ...common,
      port: 80,
      calls,
      canary: { weight: 10, env: { A: "b" } },
      internal: true,
      after: [migrate],
    });
    const front = new MeshService("front", { ...common, port: 80, calls: [{ destination: "web" }] });
    new IntentionSet("intentions", { mesh, denyAll: false, services: [db, migrate, web, front] });
  });
  const after = recorded.filter(({ dependsOn }) => dependsOn.includes("migrate-job")).map(({ name }) => name);
  expect(after.sort()).toEqual(["web-canary", "web-deployment"]);
  expect(find(recorded, "migrate-job").dependsOn).toEqual(
    expect.arrayContaining(["baseline-all.services", "intentions-db"]),
  );
  expect(find(recorded, "baseline-all.services").dependsOn).toContain("intentions-web");
});

test("what its pods are to come after is a job that ends, and that does not need them", async () => {
  const told = await refusals(() => {
    const mesh = new ConsulMesh("consul");
    const calls = [{ destination: "shop" }];
    const its = { mesh, namespace: "apps", image: "a/b:1.0.0", command: ["run"] };
    const jobs = [new MeshJob("nightly", { ...its, schedule: "@daily" }), new MeshJob("migrate", { ...its, calls })];
    const shop = new MeshService("shop", { mesh, ...SHOP, after: jobs });
    new IntentionSet("intentions", { mesh, services: [shop, ...jobs] });
  });
  expect(told).toEqual([
    'shop.after[0]: "nightly" has a schedule, and nothing waits for its runs; name a job without one',
    'shop.after[1]: "migrate" cannot end before this service runs, which it needs: migrate → shop; leave one of these out',
  ]);
});

test("what is most likely not meant is warned of: a secret in plain text, more time than the ingress gives", async () => {
  const warned: string[] = [];
  const warn = jest.spyOn(console, "warn").mockImplementation((line) => void warned.push(String(line)));
  await record(() => {
    const mesh = new ConsulMesh("consul");
    const ingress = new TraefikConsulIngress("edge", { mesh });
    new MeshService("shop", { mesh, ...SHOP, ingress, routes, requestTimeoutSeconds: 300, env: { DB_PASSWORD: "x" } });
    new MeshService("next", { mesh, ...SHOP });
  });
  warn.mockRestore();
  const said = warned.filter((line) => line.includes("MeshService"));
  expect(said).toEqual([expect.stringContaining('MeshService "shop": 2 warnings')]);
  expect(said[0]).toContain("env.DB_PASSWORD: looks like a secret");
  expect(said[0]).toContain("gives requests 300 s");
});

test("of calls that end before their pod, by the drain that the mesh or the service has, it warns", async () => {
  const said = async (drainSeconds?: number) => {
    const warned: string[] = [];
    const warn = jest.spyOn(console, "warn").mockImplementation((line) => void warned.push(String(line)));
    await record(() => {
      const mesh = new ConsulMesh("consul");
      const its = { calls: [{ destination: "db" }], terminationGracePeriodSeconds: 40, drainSeconds };
      new MeshService("shop", { mesh, ...SHOP, ...its });
    });
    warn.mockRestore();
    return warned.filter((line) => line.includes("MeshService")).join();
  };
  expect(await said()).toMatch(/"shop": 1 warning\s+terminationGracePeriodSeconds: 40 .* calls end 15 seconds after/);
  expect(await said(30)).toBe("");
});

test("of calls that init containers cannot make beside a CNI plugin, and of names that no DNS server knows, it warns", async () => {
  const said = async (cni: boolean, podSpec?: object, podAnnotations?: Record<string, string>) => {
    const warned: string[] = [];
    const warn = jest.spyOn(console, "warn").mockImplementation((line) => void warned.push(String(line)));
    await record(() => {
      const mesh = new ConsulMesh("consul", { values: { connectInject: { cni: { enabled: cni } } } });
      new MeshService("shop", { mesh, ...SHOP, podSpec, podAnnotations });
    });
    warn.mockRestore();
    return warned.filter((line) => line.includes("MeshService")).join();
  };
  const podSpec = { initContainers: [{ name: "migrate", image: "registry.example.com/shop:1.4.2" }] };
  expect(await said(true, podSpec)).toMatch(
    /MeshService "shop": 1 warning\s+podSpec\.initContainers: run before the sidecar, to which connectInject\.cni\.enabled redirects their calls all the same, so that each is refused; let the service's own container make them$/,
  );
  expect([await said(false, podSpec), await said(true, { initContainers: [] }), await said(true)]).toEqual([
    "",
    "",
    "",
  ]);
  const dnsConfig = { options: [{ name: "ndots", value: "1" }] };
  const call = { name: "shop", args: ["http://payments.virtual.consul"] };
  expect(await said(false, { dnsConfig })).toBe("");
  expect(await said(false, { dnsConfig, containers: [call] })).toMatch(
    /MeshService "shop": 1 warning\s+podSpec\.dnsConfig: has the pod ask other DNS servers/,
  );
  const vault = { "vault.hashicorp.com/agent-inject": "true", "vault.hashicorp.com/agent-init-first": "true" };
  expect(await said(false, {}, vault)).toBe("");
  expect(await said(true, {}, vault)).toMatch(
    /MeshService "shop": 1 warning\s+podAnnotations\["vault\.hashicorp\.com\/agent-inject"\]: has an init container call Vault/,
  );
});
