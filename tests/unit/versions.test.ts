import { Mesh, MeshServiceOptions } from "../../components";
import { callRules, isRouted } from "../../components/services/member";
import { servedPaths, versionsOf, versionTemplate } from "../../components/services/versions";

type Given = Partial<MeshServiceOptions>;
const shop: MeshServiceOptions = { image: "shop:1", port: 8080 };
const routes = [{ host: "shop.test" }];

test.each<[Parameters<typeof isRouted>[0], boolean]>([
  [{}, false],
  [{ routes: [], tcpRoutes: [], canary: { routes: [] } }, false],
  [{ canary: {} }, false],
  [{ routes }, true],
  [{ tcpRoutes: [{ entryPoints: ["pg"] }] }, true],
  [{ internal: true }, true],
  [{ canary: { routes } }, true],
])("Traefik calls a service that says %j: %s", (its, routed) => {
  expect(isRouted(its)).toBe(routed);
});

test("a call is a rule that knows where it was declared", () => {
  const calls = [{ destination: "a" }, { destination: "b", permissions: [] }];
  expect(callRules("shop", calls, "services[0].")).toEqual([
    { source: "shop", destination: "a", declaredAt: "services[0].calls[0]" },
    { source: "shop", destination: "b", permissions: [], declaredAt: "services[0].calls[1]" },
  ]);
});

const versions = (its: Given) => versionsOf("shop", "shop", { ...shop, ...its }, undefined as never);

test.each<[string, Given, object]>([
  ["one pod", {}, { part: "deployment", name: "shop", image: "shop:1", replicas: 1, weight: undefined }],
  ["as many as are said", { replicas: 0 }, { replicas: 0 }],
  [
    "as many as a scaler wants at least",
    { autoscaling: { minReplicas: 2, maxReplicas: 3, cpuUtilization: 1 } },
    { replicas: 2 },
  ],
  ["a number that is somebody else's", { autoscaling: "external" }, { replicas: undefined }],
  ["what its kind is called", { kind: "StatefulSet" }, { part: "stateful-set" }],
  ["its environment and arguments", { env: { A: "1" }, args: ["a"] }, { env: { A: "1" }, args: ["a"] }],
])("the one version of a service has %s", (_, its, version) => {
  expect(versions(its)).toEqual([expect.objectContaining(version)]);
});

test("a canary has its own image, environment, arguments and pods, or the service's", () => {
  const own = { env: { A: "1" }, args: ["a"], replicas: 3 };
  const [stable, canary] = versions({ ...own, canary: { weight: 25 } });
  expect(stable).toMatchObject({ replicas: 3, weight: 1000 });
  expect(canary).toEqual({
    part: "canary",
    name: "shop-canary",
    image: "shop:1",
    env: { A: "1" },
    args: ["a"],
    replicas: 1,
    weight: 1000,
    annotations: { "consul.hashicorp.com/service-meta-version": "canary" },
  });
  const next = { image: "shop:2", env: { A: "2" }, args: ["b"], replicas: 2, weight: 50 };
  expect(versions({ ...own, canary: next })[1]).toMatchObject({ ...next, weight: 1500 });
});

test.each<[string, Given, boolean, string[]]>([
  ["its pods", {}, true, ["/all"]],
  ["nothing without pods", { replicas: 0 }, true, []],
  ["nothing where somebody else may leave it without pods", { autoscaling: "external" }, true, []],
  ["the pods of a scaler", { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 1 } }, true, ["/all"]],
  ["nothing without routes", {}, false, []],
  ["its canary's pods, which have a share", { replicas: 0, canary: { weight: 1 } }, true, ["/all", "/canary"]],
  ["its canary's own routes alone", { replicas: 0, canary: {} }, true, ["/canary"]],
  ["nothing of a canary without pods", { canary: { weight: 1, replicas: 0 } }, true, ["/all"]],
  ["both", { canary: { replicas: 2 } }, true, ["/all", "/canary"]],
])("where Traefik tells what it serves, of %s", (_, its, routed, paths) => {
  const all = { tags: () => [], servedPath: routed ? "/all" : undefined, canaryServedPath: "/canary" };
  expect(servedPaths(its, its.canary === undefined ? { ...all, canaryServedPath: undefined } : all)).toEqual(paths);
});

test("a canary without routes of its own serves the service's, with a share or without one", () => {
  const routes = { tags: () => [], servedPath: "/all", canaryServedPath: undefined };
  expect(servedPaths({ replicas: 0, canary: {} }, routes)).toEqual(["/all"]);
});

/** The pods of each version. */
function templates(its: Given, mesh: Partial<Mesh> = {}): any[] {
  const options = { ...shop, ...its, mesh: mesh as Mesh };
  return versionsOf("shop", "shop", options, undefined as never).map((version) =>
    versionTemplate(options, version, {
      serviceName: "shop",
      serviceAccountName: "shop-account",
      tags: (weight, canary) => [`weight=${weight}`, `canary=${canary}`],
    }),
  );
}

test("pods are those of their version, behind the Service of all", () => {
  const [stable, canary] = templates({
    canary: { image: "shop:2", weight: 50 },
    podLabels: { team: "a", app: "never" },
    podAnnotations: { "example.com/a": "b" },
    imagePullPolicy: "Always",
  });
  expect(stable.metadata.labels).toEqual({ team: "a", app: "shop", "consul-traefik-mesh/service": "shop" });
  expect(canary.metadata.labels).toEqual({ team: "a", app: "shop-canary", "consul-traefik-mesh/service": "shop" });
  expect(stable.metadata.annotations).toMatchObject({
    "example.com/a": "b",
    "consul.hashicorp.com/connect-inject": "true",
    "consul.hashicorp.com/service-tags": "weight=1000,canary=false",
  });
  expect(canary.metadata.annotations).toMatchObject({
    "consul.hashicorp.com/service-tags": "weight=1000,canary=true",
    "consul.hashicorp.com/service-meta-version": "canary",
  });
  for (const { spec } of [stable, canary]) {
    expect(spec.serviceAccountName).toBe("shop-account");
    expect(spec.containers[0]).toMatchObject({
      name: "shop",
      imagePullPolicy: "Always",
      ports: [{ name: "main", containerPort: 8080 }],
    });
  }
  expect([stable.spec.containers[0].image, canary.spec.containers[0].image]).toEqual(["shop:1", "shop:2"]);
});

test.each<[Given, Partial<Mesh>, seconds: number | undefined, grace: number]>([
  [{}, {}, 10, 30],
  [{ drainSeconds: 60 }, {}, 60, 70],
  [{ drainSeconds: 0 }, {}, undefined, 30],
  [{}, { partWithoutSleep: "Kubernetes 1.28" }, undefined, 30],
  [{ terminationGracePeriodSeconds: 25 }, {}, 10, 25],
])("pods of %j drain in %j before they end", (its, mesh, seconds, grace) => {
  const [{ spec }] = templates(its, mesh);
  expect(spec.terminationGracePeriodSeconds).toBe(grace);
  expect(spec.containers[0].lifecycle).toEqual(seconds === undefined ? undefined : { preStop: { sleep: { seconds } } });
});

test.each<[string, Given, number | undefined]>([
  ["no volume that is kept", { volumes: [{ mountPath: "/a", emptyDir: {} }] }, undefined],
  ["none at all", {}, undefined],
  ["a claim", { volumes: [{ mountPath: "/a", persistentVolumeClaim: { claimName: "a" } }] }, 65532],
  ["claims of its own", { kind: "StatefulSet", volumeClaims: [{ mountPath: "/a", storage: "1Gi" }] }, 65532],
  [
    "a claim, under another user",
    { runAsUser: 1000, volumes: [{ mountPath: "/a", persistentVolumeClaim: { claimName: "a" } }] },
    1000,
  ],
])("the user of a service that has %s may write there", (_, its, fsGroup) => {
  const { securityContext } = templates(its)[0].spec;
  expect(securityContext.fsGroup).toBe(fsGroup);
  expect(securityContext.fsGroupChangePolicy).toBe(fsGroup === undefined ? undefined : "OnRootMismatch");
  expect(securityContext.runAsUser).toBe(its.runAsUser ?? 65532);
});

test("what a service says of its health, its folders and its pods' spec is in them", () => {
  const [{ metadata, spec }] = templates({
    protocol: "grpc",
    healthGrpcService: "shop.v1",
    writablePaths: ["/tmp"],
    kind: "StatefulSet",
    volumeClaims: [{ mountPath: "/data", storage: "1Gi" }],
    podSpec: { hostname: "shop" },
  });
  expect(metadata.annotations).toHaveProperty(
    ["consul.hashicorp.com/transparent-proxy-exclude-inbound-ports"],
    "20400",
  );
  expect(spec).toMatchObject({ hostname: "shop", volumes: [{ name: "writable-0", emptyDir: {} }] });
  expect(spec.containers[0]).toMatchObject({
    readinessProbe: { grpc: { port: 20400, service: "shop.v1" } },
    securityContext: { readOnlyRootFilesystem: true },
    volumeMounts: [
      { name: "writable-0", mountPath: "/tmp" },
      { name: "claim-0", mountPath: "/data" },
    ],
  });
  const ready = { exec: { command: ["true"] } };
  expect(templates({ readinessProbe: ready })[0].spec.containers[0].readinessProbe).toMatchObject(ready);
});
