import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mostPods, scaling } from "../../components/pods/scaling";
import { makeWorkload, PART_OF_KIND, Workload } from "../../components/pods/workloads";
import { find, record } from "../recorder";

const labels = { app: "shop" };

function made(its: Partial<Workload>, scaled: Parameters<typeof scaling>[1] = {}) {
  return record(() => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    const before = new k8s.core.v1.ConfigMap("before", {});
    const { kind = "Deployment" } = its;
    const workload: Workload = {
      kind,
      name: "shop",
      namespace: "apps",
      labels,
      template: {},
      volumeClaims: [],
      ...its,
    };
    const resource = makeWorkload("own", PART_OF_KIND[kind], workload, { parent, dependsOn: [before] });
    scaling("own", scaled, { kind, name: "shop", namespace: "apps", container: "web", labels, resource }, parent);
  });
}

test.each([
  ["Deployment", "own-deployment"],
  ["StatefulSet", "own-stateful-set"],
  ["DaemonSet", "own-daemon-set"],
] as const)("a %s keeps its place in the state, %s", async (kind, name) => {
  const { type, props, parent, dependsOn } = find(await made({ kind }), name);
  expect(type).toBe(`kubernetes:apps/v1:${kind}`);
  expect(props.metadata).toEqual({ name: "shop", namespace: "apps" });
  expect(props.spec).toMatchObject({ selector: { matchLabels: labels }, template: {} });
  expect(parent).toBe("parent");
  expect(dependsOn).toContain("before");
});

test("a Deployment has the strategy that is said, or Kubernetes' own", async () => {
  expect(find(await made({ updateStrategy: "Recreate", replicas: 3 }), "own-deployment").props.spec).toMatchObject({
    strategy: { type: "Recreate" },
    replicas: 3,
  });
  const rollingUpdate = { maxSurge: 0, maxUnavailable: 1 };
  const strategyOf = async (its: Partial<Workload>) => find(await made(its), "own-deployment").props.spec.strategy;
  expect(await strategyOf({ rollingUpdate })).toEqual({ type: "RollingUpdate", rollingUpdate });
  expect(await strategyOf({ updateStrategy: "RollingUpdate" })).toEqual({ type: "RollingUpdate" });
  expect(find(await made({}), "own-deployment").props.spec).not.toHaveProperty("strategy");
});

test("a DaemonSet replaces as many pods at once as is said, or Kubernetes' own one", async () => {
  const strategyOf = async (its: Partial<Workload>) =>
    find(await made({ kind: "DaemonSet", ...its }), "own-daemon-set").props.spec.updateStrategy;
  const rollingUpdate = { maxUnavailable: "10%" };
  expect(await strategyOf({ rollingUpdate })).toEqual({ type: "RollingUpdate", rollingUpdate });
  expect(await strategyOf({})).toBeUndefined();
});

describe("an up waits as long as pods may take to start", () => {
  const starting = (...probes: (object | undefined)[]) => ({
    template: { spec: { containers: probes.map((startupProbe) => ({ name: "a", startupProbe })) } },
  });
  const SLOW = { initialDelaySeconds: 5, periodSeconds: 20, failureThreshold: 60 };

  test.each<[what: string, its: Partial<Workload>, deadline: number | undefined, seconds: number]>([
    ["no probe", {}, undefined, 630],
    ["containers without one", starting(undefined), undefined, 630],
    ["no pods", { replicas: 0, ...starting(SLOW) }, 1805, 600],
    ["a slow one", starting(SLOW), 1805, 1835],
    ["the slower of two", starting({ failureThreshold: 6 }, SLOW, undefined), 1805, 1835],
    ["Kubernetes' own times", starting({}), 630, 660],
    ["what is no number yet", starting({ periodSeconds: {} }), undefined, 630],
    ["three that have to stay ready", { replicas: 3, minReadySeconds: 20 }, 620, 750],
    ["as many as a scaler may make", { replicas: 2, maxReplicas: 20, minReadySeconds: 20 }, 620, 1600],
    ["both", { replicas: 2, minReadySeconds: 20, ...starting({ failureThreshold: 6 }) }, 680, 820],
  ])("%s", async (_, its, deadline, seconds) => {
    const { props, timeouts } = find(await made(its), "own-deployment");
    expect(props.spec.progressDeadlineSeconds).toBe(deadline);
    expect(timeouts).toEqual({ create: `${seconds}s`, update: `${seconds}s`, delete: "" });
  });

  test.each([
    ["StatefulSet", "own-stateful-set"],
    ["DaemonSet", "own-daemon-set"],
    ["Deployment", "own-deployment"],
  ] as const)("of a %s too, whose pods have to stay ready", async (kind, name) => {
    const { props, timeouts } = find(await made({ kind, minReadySeconds: 20, ...starting(SLOW) }), name);
    expect(props.spec.minReadySeconds).toBe(20);
    expect(timeouts.update).toBe("1855s");
    expect(find(await made({ kind }), name).props.spec).not.toHaveProperty("minReadySeconds");
  });
});

test("each pod of a StatefulSet has a name, and claims of its own, before it is ready too", async () => {
  const volumeClaims = [
    { mountPath: "/a", storage: "1Gi" },
    { mountPath: "/b", storage: "2Gi", storageClassName: "fast", accessMode: "ReadWriteMany" as const },
  ];
  const recorded = await made({ kind: "StatefulSet", replicas: 2, volumeClaims });
  const { props, dependsOn } = find(recorded, "own-stateful-set");
  expect(dependsOn).toEqual(expect.arrayContaining(["before", "own-pods"]));
  expect(props.spec).toMatchObject({
    serviceName: "shop-pods",
    replicas: 2,
    volumeClaimTemplates: [
      {
        metadata: { name: "claim-0" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
      {
        metadata: { name: "claim-1" },
        spec: {
          accessModes: ["ReadWriteMany"],
          storageClassName: "fast",
          resources: { requests: { storage: "2Gi" } },
        },
      },
    ],
  });
  const headless = find(recorded, "own-pods");
  expect(headless.parent).toBe("parent");
  expect(headless.props).toMatchObject({
    metadata: {
      name: "shop-pods",
      namespace: "apps",
      labels: { "consul.hashicorp.com/service-ignore": "true" },
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: { clusterIP: "None", selector: labels, publishNotReadyAddresses: true },
  });
});

test("a scaler goes by the use of the container, after the workload is there", async () => {
  const recorded = await made(
    {},
    { autoscaling: { minReplicas: 1, maxReplicas: 5, cpuUtilization: 70, memoryUtilization: 80 } },
  );
  const { props, parent, dependsOn } = find(recorded, "own-autoscaler");
  const use = (name: string, averageUtilization: number) => ({
    type: "ContainerResource",
    containerResource: { container: "web", name, target: { type: "Utilization", averageUtilization } },
  });
  expect(props.metadata).toMatchObject({ name: "shop", namespace: "apps" });
  expect(props.spec).toEqual({
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "shop" },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [use("cpu", 70), use("memory", 80)],
  });
  expect(parent).toBe("parent");
  expect(dependsOn).toContain("own-deployment");
});

test("there may be as many pods as the own scaler makes, and who knows how many of another's", () => {
  const autoscaling = { minReplicas: 1, maxReplicas: 5, cpuUtilization: 70 };
  expect([autoscaling, "external" as const, undefined].map((its) => mostPods({ autoscaling: its }))).toEqual([
    5,
    undefined,
    undefined,
  ]);
});

test("a budget counts the pods by their labels; neither is made where none is said", async () => {
  const recorded = await made({}, { disruptionBudget: { minAvailable: 1 } });
  const { props, parent } = find(recorded, "own-disruption-budget");
  expect(props.metadata).toMatchObject({ name: "shop", namespace: "apps" });
  expect(props.spec).toEqual({ minAvailable: 1, selector: { matchLabels: labels } });
  expect(parent).toBe("parent");
  expect(recorded.filter(({ name }) => name === "own-autoscaler")).toEqual([]);
  const external = await made({}, { autoscaling: "external" });
  expect(external.filter(({ name }) => name === "own-autoscaler")).toEqual([]);
  expect((await made({})).filter(({ name }) => name === "own-disruption-budget")).toEqual([]);
});
