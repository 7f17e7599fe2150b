import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  ConsulMeshArgs,
  MeshJob,
  MeshService,
  MeshWorkload,
  TraefikConsulIngress,
  TraefikConsulIngressArgs,
} from "../../components";
import { find, record } from "../recorder";

type Given = Omit<TraefikConsulIngressArgs, "mesh">;

/** What an ingress consists of, and the ingress itself. */
async function made(given: Given = {}, mesh: ConsulMeshArgs = {}) {
  let ingress!: TraefikConsulIngress;
  const recorded = await record(() => {
    ingress = new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul", mesh), ...given });
  });
  const deployment = find(recorded, "traefik-deployment");
  const { spec } = deployment.props.spec.template;
  const service = find(recorded, "traefik-service").props;
  return { recorded, ingress, deployment, pod: spec, container: spec.containers[0], service };
}

const labels = { app: "traefik", ingress: "traefik-system-ingress" };
const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
  httpGet: { path, port: "admin" },
  timeoutSeconds: 5,
  periodSeconds,
  failureThreshold,
});

test("its pods may do no more than they need, in a namespace that would not let them", async () => {
  const { recorded, deployment, pod, container } = await made();
  expect(find(recorded, "traefik-namespace").props.metadata).toMatchObject({
    name: "traefik-consul",
    labels: { "pod-security.kubernetes.io/enforce": "restricted" },
  });
  expect(deployment.props.metadata).toMatchObject({ name: "traefik", namespace: "traefik-consul" });
  expect(pod).toEqual({
    serviceAccountName: "traefik-system-ingress",
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
    },
    initContainers: [],
    containers: [container],
    volumes: [{ name: "consul-ca", configMap: { name: "consul-ca-cert" } }],
  });
  expect(container).toEqual({
    name: "traefik",
    image: "traefik:v3.7.15",
    args: expect.arrayContaining(["--accessLog=true", "--log.level=INFO", "--ping.entryPoint=admin"]),
    workingDir: "/",
    env: [{ name: "GOMEMLIMIT", value: String(Math.floor(0.9 * 256 * 2 ** 20)) }],
    envFrom: [],
    ports: [
      { name: "web", containerPort: 80 },
      { name: "websecure", containerPort: 443 },
      { name: "admin", containerPort: 8080 },
      { name: "metrics", containerPort: 9100 },
    ],
    startupProbe: probe("/mesh-ready", 1, 120),
    readinessProbe: probe("/ping", 1, 2),
    livenessProbe: probe("/ping", 10, 3),
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [{ name: "consul-ca", mountPath: "/certs/consul-ca", readOnly: true }],
  });
  expect(container.args).not.toContain("--api=true");
  // Traefik reads the CA at its start: another one, other pods.
  expect(deployment.props.spec.template.metadata.annotations).toMatchObject({
    "consul-traefik-mesh/ca-sha256": createHash("sha256").update("the CA").digest("hex"),
  });
});

test("its images are pulled with the Secrets that are named, and what asks it knows them and where it runs", async () => {
  const tolerations = [{ key: "edge", operator: "Exists" as const }];
  const podSpec = { tolerations, imagePullSecrets: [{ name: "b" }, { name: "c" }], priorityClassName: "high" };
  const { pod, ingress } = await made({ imagePullSecrets: ["a", "b"], podSpec });
  expect(pod.imagePullSecrets).toEqual([{ name: "a" }, { name: "b" }, { name: "c" }]);
  const told = { imagePullSecrets: ["a", "b"], placement: { tolerations } };
  expect({ ...ingress.description }).toMatchObject(told);
  expect({ imagePullSecrets: ingress.imagePullSecrets, placement: ingress.placement }).toEqual(told);
  expect((await made({ podSpec: { nodeSelector: { pool: "a" } } })).ingress.placement).toEqual({
    nodeSelector: { pool: "a" },
  });
  expect((await made()).ingress.placement).toBeUndefined();
});

test("it serves while its pods are replaced, one after the other", async () => {
  const { deployment } = await made({ replicas: 3 });
  const { replicas, selector, strategy, template } = deployment.props.spec;
  expect([replicas, selector.matchLabels, template.metadata.labels]).toEqual([3, labels, labels]);
  expect(strategy).toEqual({ type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
  expect((await made()).deployment.props.spec.replicas).toBe(1);
});

test("with ACLs its login stands before it, with rights as narrow", async () => {
  const { pod, container } = await made(
    { imagePullPolicy: "Always", consulApiProxy: true },
    { acls: true, images: { consul: "localhost/consul:1" } },
  );
  const [login, proxy] = pod.initContainers;
  expect(login).toMatchObject({
    image: "localhost/consul:1",
    imagePullPolicy: "Always",
    securityContext: container.securityContext,
  });
  expect([container.imagePullPolicy, proxy.imagePullPolicy]).toEqual(["Always", "Always"]);
  expect(container.command).toBeDefined();
  expect(container.args).toContain("--providers.consulCatalog.endpoint.address=127.0.0.1:8500");
  expect(pod.volumes.map((each: any) => each.name)).toEqual(
    expect.arrayContaining(container.volumeMounts.map((each: any) => each.name)),
  );
});

test("what it is told of itself arrives", async () => {
  const { pod, container } = await made({
    image: "localhost/traefik:v3.7.15",
    logLevel: "DEBUG",
    dashboard: true,
    kubernetesCrd: { namespaces: ["shop"] },
    tcpEntryPoints: { postgres: { port: 5432 } },
    staticOptions: { "accessLog.bufferingSize": 100 },
    resources: { requests: { cpu: "1" } },
  });
  expect(pod.automountServiceAccountToken).toBe(true);
  expect(container.image).toBe("localhost/traefik:v3.7.15");
  expect(container.args).toEqual(
    expect.arrayContaining([
      "--log.level=DEBUG",
      "--api=true",
      "--providers.kubernetesCRD=true",
      "--entryPoints.postgres.address=:5432",
      "--accessLog.bufferingSize=100",
    ]),
  );
  expect([container.resources, container.env]).toEqual([{ requests: { cpu: "1" } }, []]);
});

test("it answers clients at ports of the nodes, and is in Consul's catalog", async () => {
  const { service } = await made();
  expect(service.metadata).toMatchObject({
    name: "traefik",
    namespace: "traefik-consul",
    annotations: {
      "consul.hashicorp.com/service-sync": "true",
      "consul.hashicorp.com/service-name": "traefik-system-ingress",
      // Without it, up would wait for endpoints, which wait for the Service to be in the catalog.
      "pulumi.com/skipAwait": "true",
    },
  });
  expect(service.spec).toEqual({
    type: "NodePort",
    selector: labels,
    publishNotReadyAddresses: false,
    ports: [
      { name: "web", port: 80, targetPort: "web", nodePort: 30080 },
      { name: "websecure", port: 443, targetPort: "websecure", nodePort: 30443 },
    ],
  });
});

test("it answers them at a load balancer, whose address up waits for", async () => {
  const { service, ingress } = await made({
    serviceType: "LoadBalancer",
    dashboard: true,
    http3: true,
    tcpEntryPoints: { postgres: { port: 5432 } },
  });
  expect(service.metadata.annotations["pulumi.com/skipAwait"]).toBe("false");
  expect(service.spec.ports.map(({ name, nodePort }: any) => [name, nodePort])).toEqual([
    ["web", undefined],
    ["websecure", undefined],
    ["websecure-http3", undefined],
    ["postgres", undefined],
  ]);
  // The dashboard has no login: it is for those who may forward a port of the pod.
  expect(ingress.dashboardPortForward).toContain("port-forward deployment/traefik 8080:8080");
});

test.each([
  ["NodePort", 30808],
  ["ClusterIP", undefined],
] as const)("the dashboard has a port of a Service of type %s where it is on", async (serviceType, nodePort) => {
  const ports = async (dashboard: boolean) =>
    (await made({ serviceType, dashboard })).service.spec.ports.filter(({ name }: any) => name === "admin");
  expect(await ports(true)).toEqual([{ name: "admin", port: 8080, targetPort: "admin", nodePort }]);
  expect(await ports(false)).toEqual([]);
});

test("all of it is its own, under names that are known", async () => {
  const { recorded, ingress } = await made({
    autoscaling: { minReplicas: 2, maxReplicas: 3, cpuUtilization: 80 },
    certificates: [{ secretName: "example-com" }],
    kubernetesCrd: { namespaces: ["shop"] },
  });
  const own = recorded.filter(({ parent }) => parent === "traefik");
  expect(own.map(({ name }) => name).sort()).toEqual([
    "traefik-autoscaler",
    "traefik-consul-ca",
    "traefik-crd-binding-shop",
    "traefik-crd-role-shop",
    "traefik-deployment",
    "traefik-namespace",
    "traefik-service",
    "traefik-service-account",
    "traefik-tls",
  ]);
  expect(find(recorded, "traefik-autoscaler").props).toMatchObject({
    metadata: { namespace: "traefik-consul" },
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "traefik" },
      metrics: [{ containerResource: { container: "traefik" } }],
    },
  });
  for (const { name, beforeCreate, props } of own) {
    expect([beforeCreate, props.metadata.labels]).toEqual([
      [name === "traefik-namespace" ? "traefik-namespace-foreign" : "TraefikConsulIngress-traefik-foreign"],
      expect.objectContaining({ "consul-traefik-mesh/stack": "consul-traefik-mesh.test" }),
    ]);
  }
  expect(find(recorded, "traefik-consul-ca").props).toMatchObject({
    metadata: { name: "consul-ca-cert", namespace: "traefik-consul" },
    data: { "tls.crt": "the CA" },
  });
  expect(find(recorded, "traefik-service-account").props.metadata).toMatchObject({
    name: "traefik-system-ingress",
    namespace: "traefik-consul",
  });
  expect(find(recorded, "traefik-deployment").dependsOn).toEqual(
    expect.arrayContaining(["consul-connect-injector", "traefik-crd-binding-shop", "traefik-service"]),
  );
  // Both namespaces go at the same time, and last.
  expect(find(recorded, "traefik-namespace").dependsOn).toContain("consul-remains");
  expect(ingress.serviceName).toBe("traefik-system-ingress");
});

test("what others have to know of it is what it was given, or what it does without", async () => {
  const { ingress: usual } = await made();
  expect(usual.description).toEqual({
    serviceName: "traefik-system-ingress",
    namespace: "traefik-consul",
    replicas: 1,
    imagePullPolicy: undefined,
    placement: undefined,
    respondingTimeouts: {},
    ports: { web: 30080, websecure: 30443 },
    options: expect.anything(),
  });
  expect([usual.dashboardPortForward, usual.tcpPorts]).toEqual([undefined, []]);
  expect([usual.url("a.test"), usual.url("a.test", "/b", true)]).toEqual([
    "http://a.test:30080/",
    "https://a.test:30443/b",
  ]);

  const given = {
    serviceName: "edge",
    namespace: "edge-system",
    replicas: 2,
    imagePullPolicy: "Never",
    respondingTimeouts: { readTimeout: 5 },
    redirectToHttps: true,
  } as const;
  const { ingress } = await made({
    ...given,
    serviceType: "LoadBalancer",
    dashboard: true,
    tcpEntryPoints: { postgres: { port: 5432 } },
  });
  const { redirectToHttps, ...told } = given;
  expect(ingress).toMatchObject({ ...told, namespace: expect.anything() });
  expect(ingress.description).toMatchObject({
    ...told,
    ports: { web: 80, websecure: 443 },
    options: { redirectToHttps },
  });
  expect(ingress.dashboardPortForward).toBe(
    "kubectl --namespace edge-system port-forward deployment/traefik 8080:8080",
  );
  expect(ingress.tcpPorts).toEqual([5432]);
});

test.each<[what: string, given: Given, mesh: ConsulMeshArgs, problems: string[]]>([
  ["its own options", { replicas: 0 }, {}, ["replicas"]],
  ["the mesh's catalog", { dashboard: true }, { values: { syncCatalog: { enabled: false } } }, ["dashboard"]],
  [
    "the cluster",
    { consulApiProxy: true },
    { kubernetesVersion: "1.28", chart: { version: "1.5.3" } },
    ["consulApiProxy"],
  ],
])("it is refused for %s, by its name", async (_, given, mesh, paths) => {
  let caught: pulumi.InputPropertiesError | undefined;
  await record(() => {
    const consul = new ConsulMesh("consul", mesh);
    try {
      new TraefikConsulIngress("edge", { mesh: consul, ...given });
    } catch (error) {
      caught = error as pulumi.InputPropertiesError;
    }
  });
  expect(caught?.message).toContain('TraefikConsulIngress "edge"');
  expect(caught?.errors.map((each) => each.propertyPath)).toEqual(paths);
});

test("it has its identity in the mesh for itself", async () => {
  await record(() => {
    const mesh = new ConsulMesh("consul");
    new TraefikConsulIngress("one", { mesh, serviceName: "edge" });
    const service = { mesh, namespace: "apps", image: "a:1", port: 80 };
    const apart = { namespace: "edge", serviceType: "ClusterIP" as const };
    expect(() => new MeshService("edge", service)).toThrow(
      /: 1 problem\n {2}serviceName: "edge" is the name of TraefikConsulIngress "one" too/,
    );
    new MeshService("shop", service);
    expect(() => new TraefikConsulIngress("three", { mesh, serviceName: "shop", ...apart })).toThrow(
      /: 1 problem\n {2}serviceName: "shop" is the name of MeshService "shop" too/,
    );
    expect(() => new TraefikConsulIngress("two", { mesh, serviceName: "edge", ...apart, namespace: "other" })).toThrow(
      /: 2 problems\n {2}serviceName: the router name "edge-ready" is that of the ingress edge too.*\n.*"edge-dashboard"/,
    );
  });
});

/** What an ingress of a mesh is refused with, after another one where that is given. */
async function refusal(given: Given, first?: Given): Promise<string | undefined> {
  let said: string | undefined;
  await record(() => {
    const mesh = new ConsulMesh("consul");
    if (first !== undefined) {
      new TraefikConsulIngress("one", { mesh, ...first });
    }
    try {
      new TraefikConsulIngress("two", { mesh, serviceName: "edge", ...given });
    } catch (error) {
      said = (error as Error).message;
    }
  });
  return said;
}

describe("beside a member in its namespace", () => {
  type Member = (mesh: ConsulMesh, namespace: string, serviceName: string) => unknown;
  const image = "a:1";
  const members: [what: string, make: Member][] = [
    [
      "MeshService",
      (mesh, namespace, serviceName) => new MeshService("own", { mesh, namespace, serviceName, image, port: 80 }),
    ],
    [
      "MeshWorkload",
      (mesh, namespace, serviceName) => new MeshWorkload("own", { mesh, namespace, serviceName, port: 80 }),
    ],
    [
      "MeshJob",
      (mesh, namespace, serviceName) => new MeshJob("own", { mesh, namespace, serviceName, image, command: ["a"] }),
    ],
  ];
  /** What the second of the two is refused with. */
  const told = async (make: Member, namespace: string, name: string, ingressFirst: boolean) => {
    let said: string | undefined;
    await record(() => {
      const mesh = new ConsulMesh("consul");
      const both = [
        () => new TraefikConsulIngress("edge", { mesh, namespace: "front" }),
        () => make(mesh, namespace, name),
      ];
      const [first, second] = ingressFirst ? both : both.reverse();
      first();
      try {
        second();
      } catch (error) {
        said = (error as Error).message;
      }
    });
    return said;
  };

  test.each(members)("a Service of a %s would be its own, whichever comes first", async (what, make) => {
    for (const name of ["traefik", "traefik-pods"]) {
      const object = `the Service "${name}" in front is that of`;
      expect(await told(make, "front", name, true)).toBe(
        `${what} "own": 1 problem\n  serviceName: ${object} TraefikConsulIngress "edge" already; use another name, or another namespace`,
      );
      expect(await told(make, "front", name, false)).toBe(
        `TraefikConsulIngress "edge": 1 problem\n  namespace: ${object} ${what} "own" already; use another namespace`,
      );
    }
    expect(await told(make, "front", "shop", true)).toBeUndefined();
    expect(await told(make, "apps", "traefik", true)).toBeUndefined();
  });

  test("a workload with a Service of its own has no other", async () => {
    const existing: Member = (mesh, namespace, serviceName) =>
      new MeshWorkload("own", { mesh, namespace, serviceName, port: 80, existingService: "web" });
    expect(await told(existing, "front", "traefik", true)).toBeUndefined();
  });
});

describe("beside another ingress of its mesh", () => {
  const ofOne = (what: string) => `${what} is that of TraefikConsulIngress "one" already`;
  const ports = { web: 30081, websecure: 30444 };
  const entries = (nodePort?: number) => ({ tcpEntryPoints: { line: { port: 5000, nodePort } } });

  test("one that is left as it is collides with it in its namespace and at its node ports", async () => {
    expect(await refusal({}, {})).toBe(
      [
        'TraefikConsulIngress "two": 3 problems',
        `namespace: ${ofOne('the Deployment "traefik" in traefik-consul')}; use another namespace`,
        `nodePorts.web: ${ofOne("node port 30080")}; give each its own`,
        `nodePorts.websecure: ${ofOne("node port 30443")}; give each its own`,
      ].join("\n  "),
    );
  });

  test.each<[what: string, first: Given, second: Given]>([
    ["node ports of its own", {}, { nodePorts: ports }],
    ["no node ports", {}, { serviceType: "ClusterIP" }],
    ["the only node ports", { serviceType: "LoadBalancer" }, {}],
    ["the only dashboard", { dashboard: true }, { nodePorts: ports }],
    ["entry points whose node ports Kubernetes chooses", entries(), { ...entries(), nodePorts: ports }],
  ])("it may stand with a namespace of its own and %s", async (_, first, second) => {
    expect(await refusal({ namespace: "edge", ...second }, first)).toBeUndefined();
  });

  test("node ports of the dashboard and of entry points of its own are one ingress' too", async () => {
    const given = { dashboard: true, ...entries(32000) };
    expect(await refusal({ namespace: "edge", nodePorts: ports, ...given }, given)).toBe(
      [
        'TraefikConsulIngress "two": 2 problems',
        `nodePorts.admin: ${ofOne("node port 30808")}; give each its own`,
        `tcpEntryPoints.line.nodePort: ${ofOne("node port 32000")}; give each its own`,
      ].join("\n  "),
    );
  });
});

test("a node port that an ingress has twice is told of once, without another ingress", async () => {
  expect(await refusal({ namespace: "edge", nodePorts: { web: 32000, websecure: 32000 } })).toBe(
    'TraefikConsulIngress "two": 1 problem\n  nodePorts: 32000, 32000, 30808 are not three different ports; give each its own',
  );
});

test("Consul's own namespace is its own only where it does not make it", async () => {
  const namespace = "consul-system";
  expect(await refusal({ namespace })).toBe(
    'TraefikConsulIngress "two": 1 problem\n' +
      "  namespace: \"consul-system\" is Consul's, which is not the ingress' to make; use another, or set traefikCreateNamespace (of a TraefikConsulIngress: createNamespace) to false",
  );
  expect(await refusal({ namespace, createNamespace: false })).toBeUndefined();
});
