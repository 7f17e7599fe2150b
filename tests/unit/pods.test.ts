import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, MeshService, meshServiceProblems, MeshServiceOptions } from "../../components";
import { parseSettings } from "../../settings";
import { find, record, Recorded } from "../recorder";
import { raw } from "../settings";

const shop: MeshServiceOptions = { image: "registry.example/shop:1.4.2", port: 8080 };
const requests = { cpu: "100m", memory: "64Mi" };

/** What the options make of a service. */
function made(options: Partial<MeshServiceOptions>): Promise<Recorded[]> {
  return record(() => {
    const mesh = new ConsulMesh("consul");
    new MeshService("shop", { mesh, namespace: "apps", ...shop, ...options });
  });
}

async function podOf(options: Partial<MeshServiceOptions>) {
  const { template } = find(await made(options), "shop-deployment").props.spec;
  return { ...template.metadata, spec: template.spec, container: template.spec.containers[0] };
}

describe("what a container gets", () => {
  test("a password comes out of a Secret, and its value is nowhere", async () => {
    const { container } = await podOf({
      env: {
        LOG_LEVEL: "info",
        DB_PASSWORD: { secretKeyRef: { name: "shop-db", key: "password" } },
        POD_IP: { fieldRef: { fieldPath: "status.podIP" } },
        GOMEMLIMIT: { resourceFieldRef: { resource: "limits.memory" } },
      },
      envFrom: [{ secretRef: { name: "shop-env" }, prefix: "SHOP_" }, { configMapRef: { name: "shop-flags" } }],
    });
    expect(container.env).toEqual([
      { name: "LOG_LEVEL", value: "info" },
      { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "shop-db", key: "password" } } },
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "GOMEMLIMIT", valueFrom: { resourceFieldRef: { resource: "limits.memory" } } },
    ]);
    expect(container.envFrom).toEqual([
      { prefix: "SHOP_", secretRef: { name: "shop-env" } },
      { configMapRef: { name: "shop-flags" } },
    ]);
  });

  test("a Secret that the same program makes is named by its output", async () => {
    const recorded = await record(() => {
      const mesh = new ConsulMesh("consul");
      const secret = new k8s.core.v1.Secret("db", { metadata: { name: "shop-db" }, stringData: { password: "x" } });
      const name = secret.metadata.name;
      new MeshService("shop", {
        mesh,
        namespace: "apps",
        ...shop,
        env: { DB_PASSWORD: { secretKeyRef: { name, key: "password" } } },
        volumes: [{ mountPath: "/db", secret: { secretName: name } }],
      });
    });
    const deployment = find(recorded, "shop-deployment");
    expect(deployment.dependsOn).toContain("db");
    const { containers, volumes } = deployment.props.spec.template.spec;
    expect(containers[0].env[0].valueFrom.secretKeyRef.name).toBe("shop-db");
    expect(volumes[0].secret.secretName).toBe("shop-db");
  });

  test("volumes are mounted where they are asked for; a Secret's cannot be written, a claim's can without being root", async () => {
    const { spec, container } = await podOf({
      writablePaths: ["/tmp"],
      volumes: [
        { mountPath: "/etc/shop", configMap: { name: "shop" } },
        { mountPath: "/var/lib/shop", subPath: "files", persistentVolumeClaim: { claimName: "shop" } },
      ],
    });
    expect(spec.volumes).toEqual([
      { name: "writable-0", emptyDir: {} },
      { name: "volume-0", configMap: { name: "shop" } },
      { name: "volume-1", persistentVolumeClaim: { claimName: "shop" } },
    ]);
    expect(container.volumeMounts).toEqual([
      { name: "writable-0", mountPath: "/tmp" },
      { name: "volume-0", mountPath: "/etc/shop", readOnly: true },
      { name: "volume-1", mountPath: "/var/lib/shop", subPath: "files" },
    ]);
    expect(spec.securityContext).toMatchObject({ runAsUser: 65532, fsGroup: 65532 });
  });

  test("probes wait 5 s for an answer, not Kubernetes' 1 s", async () => {
    const { container } = await podOf({
      livenessProbe: { httpGet: { path: "/live", port: 8081 } },
      startupProbe: { exec: { command: ["/bin/ready"] }, failureThreshold: 60 },
    });
    expect(container.livenessProbe).toEqual({ httpGet: { path: "/live", port: 8081 }, timeoutSeconds: 5 });
    expect(container.startupProbe).toEqual({
      exec: { command: ["/bin/ready"] },
      timeoutSeconds: 5,
      failureThreshold: 60,
    });
    expect(container.readinessProbe).toBeUndefined();
  });
});

describe("what a pod gets", () => {
  test("its scheduling is Kubernetes' own words, and its labels stand beside those of the mesh", async () => {
    const { spec, labels, annotations } = await podOf({
      resources: { requests },
      imagePullSecrets: ["registry"],
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "gpu", operator: "Exists", effect: "NoSchedule" }],
      spreadOver: ["topology.kubernetes.io/zone"],
      priorityClassName: "high",
      podLabels: { team: "shop" },
      podAnnotations: { "example.com/owner": "shop", "consul.hashicorp.com/sidecar-proxy-memory-limit": "128Mi" },
    });
    expect(spec).toMatchObject({
      imagePullSecrets: [{ name: "registry" }],
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "gpu", operator: "Exists", effect: "NoSchedule" }],
      priorityClassName: "high",
      topologySpreadConstraints: [
        {
          topologyKey: "topology.kubernetes.io/zone",
          maxSkew: 1,
          // Where there is no room elsewhere, a pod runs nevertheless.
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { app: "shop" } },
        },
      ],
    });
    expect(spec.containers[0].resources).toEqual({ requests });
    expect(labels).toEqual({ team: "shop", app: "shop", "consul-traefik-mesh/service": "shop" });
    expect(annotations).toMatchObject({
      "example.com/owner": "shop",
      "consul.hashicorp.com/connect-inject": "true",
      "consul.hashicorp.com/sidecar-proxy-memory-limit": "128Mi",
    });
  });

  test("a part of a PodSpec is merged: the container keeps what it does not name, others are added behind it", async () => {
    const { spec, annotations } = await podOf({
      env: { A: "1" },
      podSpec: {
        dnsConfig: { options: [{ name: "ndots", value: "1" }] },
        initContainers: [{ name: "migrate", image: "registry.example/shop:1.4.2", args: ["migrate"] }],
        containers: [
          { name: "shop", env: [{ name: "B", value: "2" }], stdin: true },
          { name: "log", image: "registry.example/log:1.0.0" },
        ],
      } as MeshServiceOptions["podSpec"],
    });
    expect(spec.dnsConfig.options).toEqual([{ name: "ndots", value: "1" }]);
    expect(annotations["consul.hashicorp.com/consul-dns"]).toBe("false");
    expect(spec.initContainers.map((each: any) => each.name)).toEqual(["migrate"]);
    // The injector takes the first container's first port for the service's.
    expect(spec.containers.map((each: any) => each.name)).toEqual(["shop", "log"]);
    expect(spec.containers[0]).toMatchObject({
      image: shop.image,
      stdin: true,
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      ports: [{ name: "main", containerPort: 8080 }],
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    });
  });

  test("a Service's port may be another than the container's", async () => {
    const { spec } = find(await made({ servicePort: 80 }), "shop-service").props;
    expect(spec.ports).toEqual([{ name: "main", port: 80, targetPort: "main" }]);
  });
});

describe("what runs the pods", () => {
  test("a StatefulSet's pods have names and claims of their own, and one Service that the injector sees", async () => {
    const recorded = await made({
      kind: "StatefulSet",
      replicas: 3,
      volumeClaims: [{ mountPath: "/data", storage: "10Gi" }],
    });
    const { spec } = find(recorded, "shop-stateful-set").props;
    const headless = find(recorded, "shop-pods").props;
    expect(spec.replicas).toBe(3);
    expect(spec.serviceName).toBe(headless.metadata.name);
    expect(headless.metadata.labels).toMatchObject({ "consul.hashicorp.com/service-ignore": "true" });
    expect(headless.spec).toMatchObject({ clusterIP: "None", selector: spec.selector.matchLabels });
    const [claim] = spec.volumeClaimTemplates;
    expect(claim.spec.resources.requests.storage).toBe("10Gi");
    expect(spec.template.spec.containers[0].volumeMounts).toEqual([{ name: claim.metadata.name, mountPath: "/data" }]);
    // Else a process that is not root could not write there.
    expect(spec.template.spec.securityContext.fsGroup).toBe(65532);
  });

  test.each(["Deployment", "StatefulSet", "DaemonSet"] as const)(
    "a %s's pods are injected, run as the service and wait for the mesh",
    async (kind) => {
      const recorded = await made({ kind });
      const workload = recorded.filter((each) => each.type === `kubernetes:apps/v1:${kind}` && each.parent === "shop");
      expect(workload.map((each) => each.props.metadata.name)).toEqual(["shop"]);
      const { template } = workload[0].props.spec;
      expect(template.metadata.annotations["consul.hashicorp.com/connect-inject"]).toBe("true");
      expect(template.spec.serviceAccountName).toBe("shop");
      expect(workload[0].dependsOn).toEqual(
        expect.arrayContaining(["consul-connect-injector", "shop-service", "shop-defaults"]),
      );
      const { selector } = find(recorded, "shop-service").props.spec;
      expect(template.metadata.labels).toMatchObject(selector);
    },
  );

  test("a scaler goes by what runs the pods", async () => {
    const scaled = { resources: { requests }, autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 50 } };
    const recorded = await made({ kind: "StatefulSet", ...scaled });
    expect(find(recorded, "shop-autoscaler").props.spec.scaleTargetRef).toMatchObject({
      kind: "StatefulSet",
      name: "shop",
    });
  });
});

describe("how many pods there are", () => {
  test("a scaler decides by the service's own container; the Deployment begins with the least, and leaves the number to it", async () => {
    const recorded = await made({
      resources: { requests },
      autoscaling: { minReplicas: 2, maxReplicas: 5, cpuUtilization: 70 },
    });
    // Left out, the number that was declared before would go back to one pod.
    const { props, ignoreChanges } = find(recorded, "shop-deployment");
    expect([props.spec.replicas, ignoreChanges]).toEqual([2, ["spec.replicas"]]);
    expect(find(recorded, "shop-autoscaler").props.spec).toEqual({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "shop" },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        {
          type: "ContainerResource",
          containerResource: {
            container: "shop",
            name: "cpu",
            target: { type: "Utilization", averageUtilization: 70 },
          },
        },
      ],
    });
  });

  test("a number that is declared holds at each up", async () => {
    const { props, ignoreChanges } = find(await made({ replicas: 3 }), "shop-deployment");
    expect([props.spec.replicas, ignoreChanges]).toEqual([3, []]);
  });

  test("a budget counts the pods of every version", async () => {
    const canary = { image: "registry.example/shop:1.5.0", weight: 10 };
    const disruptionBudget = { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } as const;
    const recorded = await made({ disruptionBudget, canary, routes: [{ host: "shop.test" }] });
    expect(find(recorded, "shop-disruption-budget").props.spec).toEqual({
      ...disruptionBudget,
      selector: { matchLabels: { "consul-traefik-mesh/service": "shop" } },
    });
    for (const part of ["deployment", "canary"]) {
      expect(find(recorded, `shop-${part}`).props.spec.template.metadata.labels).toMatchObject({
        "consul-traefik-mesh/service": "shop",
      });
    }
  });
});

test("each version has its own environment, the canary the service's where it says none", async () => {
  const envOf = async (canary: object) => {
    const its = { image: "registry.example/shop:1.5.0", weight: 10, ...canary };
    const recorded = await made({
      env: { A: "stable", SECRET: { secretKeyRef: { name: "shop", key: "a" } } },
      canary: its,
      routes: [{ host: "shop.test" }],
    });
    return ["deployment", "canary"].map((part) =>
      find(recorded, `shop-${part}`).props.spec.template.spec.containers[0].env.map(
        (each: any) => each.value ?? each.name,
      ),
    );
  };
  expect(await envOf({ env: { A: "next" } })).toEqual([["stable", "SECRET"], ["next"]]);
  expect(await envOf({ env: undefined })).toEqual([
    ["stable", "SECRET"],
    ["stable", "SECRET"],
  ]);
});

describe("how long a request may take", () => {
  const entries = async (options: Partial<MeshServiceOptions>) =>
    Object.fromEntries(
      (await made(options))
        .filter((each) => each.type.startsWith("kubernetes:consul.hashicorp.com"))
        .map((each) => [each.props.kind, each.props.spec]),
    );

  test.each<[Partial<MeshServiceOptions>, object]>([
    [{}, { ServiceDefaults: { protocol: "http", localRequestTimeoutMs: 60_000 } }],
    [{ protocol: "grpc" }, { ServiceDefaults: { protocol: "grpc", localRequestTimeoutMs: 2_147_483_647 } }],
    [{ protocol: "tcp" }, {}],
    [
      { requestTimeoutSeconds: 300 },
      {
        ServiceDefaults: { protocol: "http", localRequestTimeoutMs: 300_000 },
        ServiceResolver: { requestTimeout: "300s" },
      },
    ],
    [
      { requestTimeoutSeconds: 0 },
      {
        ServiceDefaults: { protocol: "http", localRequestTimeoutMs: 2_147_483_647 },
        ServiceResolver: { requestTimeout: "2147483s" },
      },
    ],
  ])("%j", async (options, wanted) => {
    expect(await entries(options)).toEqual(wanted);
  });

  test("a silent stream outlasts Envoy's five minutes where it is told to", async () => {
    const { annotations } = await podOf({ idleTimeoutSeconds: 3600 });
    expect(JSON.parse(annotations["consul.hashicorp.com/proxy-config-map"])).toEqual({
      local_idle_timeout_ms: 3_600_000,
    });
  });
});

/** Each wrong value, and what its error has to name. Beside it the nearest right one. */
const WRONG: [wrong: Partial<MeshServiceOptions>, path: string, says: RegExp, right: Partial<MeshServiceOptions>][] = [
  [{ env: { A: {} } }, "env.A", /exactly one/, { env: { A: "" } }],
  [
    { env: { A: { secretKeyRef: { name: "Db", key: "k" } } } },
    "env.A.secretKeyRef.name",
    /not a valid name for an object/,
    { env: { A: { secretKeyRef: { name: "db", key: "k" } } } },
  ],
  [
    { env: { A: { configMapKeyRef: { name: "db", key: "a b" } } } },
    "env.A.configMapKeyRef.key",
    /not a valid key/,
    { env: { A: { configMapKeyRef: { name: "db", key: "a_b.c" } } } },
  ],
  [
    { env: { A: { fieldRef: { fieldPath: "spec.containers" } } } },
    "env.A.fieldRef.fieldPath",
    /status\.podIP/,
    { env: { A: { fieldRef: { fieldPath: "metadata.labels['app']" } } } },
  ],
  [{ envFrom: [{ prefix: "A_" }] }, "envFrom[0]", /none of/, { envFrom: [{ prefix: "A_", secretRef: { name: "a" } }] }],
  [
    { envFrom: [{ secretRef: { name: "a" }, configMapRef: { name: "b" } }] },
    "envFrom[0]",
    /more than one/,
    { envFrom: [{ secretRef: { name: "a" } }, { configMapRef: { name: "b" } }] },
  ],
  [
    { resources: { limits: { memory: "128MB" } } },
    "resources.limits.memory",
    /256Mi of memory/,
    { resources: { limits: { memory: "128Mi", cpu: "0.5" } } },
  ],
  [{ livenessProbe: {} }, "livenessProbe", /exactly one/, { livenessProbe: { exec: { command: ["true"] } } }],
  [
    { livenessProbe: { httpGet: { path: "live" } } },
    "livenessProbe.httpGet.path",
    /begin with/,
    { livenessProbe: { httpGet: { path: "/live" } } },
  ],
  [
    { protocol: "tcp", readinessProbe: { httpGet: { path: "/" } } },
    "readinessProbe.httpGet",
    /another port/,
    { protocol: "tcp", readinessProbe: { httpGet: { path: "/", port: 8081 } } },
  ],
  [
    { readinessProbe: { httpGet: { path: "/" } }, healthPath: "/" },
    "readinessProbe",
    /leave one/,
    { readinessProbe: { httpGet: { path: "/" } } },
  ],
  [
    { startupProbe: { httpGet: { path: "/" }, successThreshold: 2 } },
    "startupProbe.successThreshold",
    /1 to 1/,
    { readinessProbe: { httpGet: { path: "/" }, successThreshold: 2 } },
  ],
  [
    { livenessProbe: { exec: { command: [] } } },
    "livenessProbe.exec.command",
    /is empty/,
    { livenessProbe: { exec: { command: ["true"] }, periodSeconds: 1 } },
  ],
  [{ volumes: [{ mountPath: "/a" }] }, "volumes[0]", /exactly one/, { volumes: [{ mountPath: "/a", emptyDir: {} }] }],
  [
    { volumes: [{ mountPath: "a", emptyDir: {} }] },
    "volumes[0].mountPath",
    /absolute/,
    { volumes: [{ mountPath: "/a.b/c", emptyDir: {} }] },
  ],
  [
    { writablePaths: ["/a"], volumes: [{ mountPath: "/a", emptyDir: {} }] },
    "volumes[0].mountPath",
    /mounted already/,
    { writablePaths: ["/a"], volumes: [{ mountPath: "/a/b", emptyDir: {} }] },
  ],
  [
    { volumes: [{ mountPath: "/a", subPath: "../b", emptyDir: {} }] },
    "volumes[0].subPath",
    /out of the volume/,
    { volumes: [{ mountPath: "/a", subPath: "b/c", emptyDir: { sizeLimit: "1Gi" } }] },
  ],
  [
    { podLabels: { app: "x" } },
    'podLabels["app"]',
    /component sets/,
    { podLabels: { "app.kubernetes.io/part-of": "x" } },
  ],
  [{ podLabels: { team: "a b" } }, 'podLabels["team"]', /label value/, { podLabels: { team: "a.b" } }],
  [
    { podAnnotations: { "consul.hashicorp.com/transparent-proxy": "false" } },
    'podAnnotations["consul.hashicorp.com/transparent-proxy"]',
    /joins the mesh/,
    { podAnnotations: { "consul.hashicorp.com/sidecar-proxy-cpu-request": "50m" } },
  ],
  [{ spreadOver: ["a b"] }, "spreadOver[0]", /label key/, { spreadOver: ["kubernetes.io/hostname"] }],
  [{ tolerations: [{}] }, "tolerations[0]", /has no key/, { tolerations: [{ operator: "Exists" }] }],
  [
    { terminationGracePeriodSeconds: 5, drainSeconds: 10 },
    "terminationGracePeriodSeconds",
    /from 20/,
    { terminationGracePeriodSeconds: 20, drainSeconds: 10 },
  ],
  [
    { volumeClaims: [{ mountPath: "/data", storage: "1Gi" }] },
    "volumeClaims",
    /use kind StatefulSet/,
    { kind: "StatefulSet", volumeClaims: [{ mountPath: "/data", storage: "1Gi" }] },
  ],
  [
    { kind: "StatefulSet", volumeClaims: [{ mountPath: "/data", storage: "10GB" }] },
    "volumeClaims[0].storage",
    /10Gi/,
    { kind: "StatefulSet", volumeClaims: [{ mountPath: "/data", storage: "10G" }] },
  ],
  [
    { kind: "StatefulSet", writablePaths: ["/data"], volumeClaims: [{ mountPath: "/data", storage: "1Gi" }] },
    "volumeClaims[0].mountPath",
    /mounted already/,
    { kind: "StatefulSet", writablePaths: ["/tmp"], volumeClaims: [{ mountPath: "/data", storage: "1Gi" }] },
  ],
  [
    { resources: { requests: { ram: "1Gi" } } },
    "resources.requests.ram",
    /not a resource; use cpu/,
    { resources: { requests: { memory: "1Gi" } } },
  ],
  [
    { resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } },
    "resources.requests.cpu",
    /more than the limit, 1/,
    { resources: { requests: { cpu: "500m" }, limits: { cpu: "1" } } },
  ],
  [
    { resources: { limits: { memory: "64m" } } },
    "resources.limits.memory",
    /fraction of a byte/,
    { resources: { limits: { memory: "64M" } } },
  ],
  [
    { resources: { limits: { "nvidia.com/gpu": "500m" } } },
    "resources.limits.nvidia.com/gpu",
    /fraction of one/,
    { resources: { limits: { "nvidia.com/gpu": "1" } } },
  ],
  [
    { resources: { requests: { "nvidia.com/gpu": "1" } } },
    "resources.requests.nvidia.com/gpu",
    /it has to equal the limit/,
    { resources: { limits: { "nvidia.com/gpu": "1" }, requests: { "nvidia.com/gpu": "1" } } },
  ],
  [
    { readinessProbe: { httpGet: { path: "/", port: 20000 } } },
    "readinessProbe.httpGet.port",
    /is the sidecar's/,
    { readinessProbe: { httpGet: { path: "/", port: 9000 } } },
  ],
  [{ nodeSelector: { "a b": "c" } }, "nodeSelector", /not a label key/, { nodeSelector: { "example.com/a": "c" } }],
  [
    { spreadOver: ["kubernetes.io/hostname", "kubernetes.io/hostname"] },
    "spreadOver[1]",
    /is listed twice/,
    { spreadOver: ["kubernetes.io/hostname"] },
  ],
  [
    { priorityClassName: "High One" },
    "priorityClassName",
    /not a valid name for an object/,
    { priorityClassName: "high-one" },
  ],
  [
    { tolerations: [{ key: "a", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 5 }] },
    "tolerations[0].tolerationSeconds",
    /only for the effect NoExecute/,
    { tolerations: [{ key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 }] },
  ],
  [
    { volumes: [{ mountPath: "/a", emptyDir: { sizeLimit: "64m" } }] },
    "volumes[0].emptyDir.sizeLimit",
    /fraction of a byte/,
    { volumes: [{ mountPath: "/a", emptyDir: { sizeLimit: "64Mi" } }] },
  ],
  ...(
    [
      ["sidecar-proxy-cpu-limit", "half", /not a Kubernetes quantity/, "500m"],
      ["enable-metrics", "yes", /neither true nor false/, "TRUE"],
      ["consul-dns", "off", /neither true nor false/, "false"],
      ["service-metrics-port", "metrics", /not a number from 1/, "9102"],
      ["consul-envoy-proxy-concurrency", "-1", /not a number from 0/, "0"],
      ["service-metrics-path", "metrics", /not a path/, "/metrics"],
    ] as const
  ).map(
    ([name, wrong, says, right]) =>
      [
        { podAnnotations: { [`consul.hashicorp.com/${name}`]: wrong } },
        `podAnnotations["consul.hashicorp.com/${name}"]`,
        says,
        { podAnnotations: { [`consul.hashicorp.com/${name}`]: right } },
      ] as [any, string, RegExp, any],
  ),
  [{ kind: "DaemonSet", replicas: 2 }, "replicas", /one pod per node/, { kind: "DaemonSet" }],
  [{ kind: "DaemonSet", updateStrategy: "Recreate" }, "updateStrategy", /no Recreate/, { updateStrategy: "Recreate" }],
  [
    { kind: "StatefulSet", canary: { image: "a/b:2.0.0", weight: 1 }, routes: [{ host: "a.test" }] },
    "canary",
    /second Deployment/,
    { canary: { image: "a/b:2.0.0", weight: 1 }, routes: [{ host: "a.test" }] },
  ],
  [{ servicePort: 0 }, "servicePort", /1 to 65535/, { servicePort: 80 }],
  [
    { autoscaling: { minReplicas: 2, maxReplicas: 1, cpuUtilization: 70 }, resources: { requests } },
    "autoscaling.maxReplicas",
    /from 2/,
    { autoscaling: { minReplicas: 2, maxReplicas: 2, cpuUtilization: 70 }, resources: { requests } },
  ],
  [
    { autoscaling: { minReplicas: 1, maxReplicas: 2, memoryUtilization: 70 } },
    "autoscaling.memoryUtilization",
    /resources\.requests\.memory/,
    { autoscaling: { minReplicas: 1, maxReplicas: 2, memoryUtilization: 70 }, resources: { requests } },
  ],
  [
    { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 70 }, resources: { requests }, replicas: 2 },
    "autoscaling",
    /alongside replicas/,
    { replicas: 2 },
  ],
  [{ disruptionBudget: {} }, "disruptionBudget", /exactly one/, { disruptionBudget: { minAvailable: "50%" } }],
  [
    { disruptionBudget: { maxUnavailable: "half" } },
    "disruptionBudget.maxUnavailable",
    /"50%"/,
    { disruptionBudget: { maxUnavailable: 0 } },
  ],
  [
    { protocol: "tcp", requestTimeoutSeconds: 5 },
    "requestTimeoutSeconds",
    /no requests/,
    { protocol: "http2", requestTimeoutSeconds: 5 },
  ],
  [{ requestTimeoutSeconds: -1 }, "requestTimeoutSeconds", /0 to/, { requestTimeoutSeconds: 0 }],
  [
    { podSpec: { securityContext: { runAsUser: 0 } } },
    "podSpec.securityContext.runAsUser",
    /give the service runAsUser: 0/,
    { runAsUser: 0, podSpec: { securityContext: { runAsUser: 0 } } },
  ],
  ...(
    [
      [{ hostNetwork: true }, "hostNetwork", /intentions do not hold/, { hostNetwork: false }],
      [{ shareProcessNamespace: true }, "shareProcessNamespace", /memory/, { hostname: "a" }],
      [{ serviceAccountName: "other" }, "serviceAccountName", /identity/, { hostAliases: [] }],
      [{ automountServiceAccountToken: false }, "automountServiceAccountToken", /token/, { enableServiceLinks: false }],
      [{ terminationGracePeriodSeconds: 9 }, "terminationGracePeriodSeconds", /10 to/, { hostname: "a" }],
      [{ dnsPolicy: "Default" }, "dnsPolicy", /Consul, whom the sidecar asks/, { dnsPolicy: "None" }],
      [{ activeDeadlineSeconds: 60 }, "activeDeadlineSeconds", /pods that end/, { terminationGracePeriodSeconds: 10 }],
      [{ nodeSelctor: {} }, "nodeSelctor", /did you mean "nodeSelector"/, { nodeSelector: {} }],
      [
        { securityContext: { runAsUser: 5995 } },
        "securityContext.runAsUser",
        /sidecar's/,
        { securityContext: { runAsUser: 1 } },
      ],
      [
        { containers: [{ name: "consul-dataplane", image: "a" }] },
        "containers[0].name",
        /injector calls/,
        { containers: [{ name: "other", image: "a/b:1.0.0" }] },
      ],
      [
        { initContainers: [{ name: "a", image: "a", securityContext: { capabilities: { add: ["NET_ADMIN"] } } }] },
        "initContainers[0].securityContext.capabilities.add[0]",
        /past the sidecar/,
        { initContainers: [{ name: "a", image: "a", securityContext: { capabilities: { add: ["CHOWN"] } } }] },
      ],
      [
        { containers: [{ name: "shop", securityContext: { privileged: true } }] },
        "containers[0].securityContext.privileged",
        /redirection/,
        { containers: [{ name: "shop", securityContext: { privileged: false } }] },
      ],
      [
        { containers: [{ name: "shop", ports: [{ name: "x", containerPort: 1, hostPort: 1 }] }] },
        "containers[0].ports[0].hostPort",
        /node/,
        { containers: [{ name: "shop", ports: [{ name: "x", containerPort: 1 }] }] },
      ],
      [
        { containers: [{ name: "shop", ports: [{ name: "main", containerPort: 1 }] }] },
        "containers[0].ports[0].name",
        /port of the service/,
        { containers: [{ name: "shop", ports: [{ name: "metrics", containerPort: 1 }] }] },
      ],
      [
        { containers: [{ image: "a" }] },
        "containers[0].name",
        /is not set/,
        { containers: [{ name: "b", image: "a/b:1.0.0" }] },
      ],
      [{ containers: [{ name: "b" }] }, "containers[0].image", /is not set/, { containers: [{ name: "shop" }] }],
      [{ containers: pulumi.output([]) }, "containers", /plain list/, { containers: [] }],
      [
        { securityContext: { runAsUser: pulumi.output(1) } },
        "securityContext",
        /plain value/,
        { hostname: pulumi.output("a") },
      ],
      [
        { volumes: [{ name: "consul-connect-inject-data", emptyDir: {} }] },
        "volumes[0].name",
        /sidecar's volume/,
        { volumes: [{ name: "data", emptyDir: {} }] },
      ],
    ] as [any, string, RegExp, any][]
  ).map(
    ([wrong, path, says, right]) =>
      [{ podSpec: wrong }, `podSpec.${path}`, says, { podSpec: right }] as (typeof WRONG)[number],
  ),
];

test.each(WRONG.map(([wrong, path, says, right], i) => [path, { i, wrong, path, says, right }] as const))(
  "%s",
  (_, { wrong, path, says, right }) => {
    const problems = meshServiceProblems("shop", { ...shop, ...wrong });
    expect(problems.map((problem) => problem.propertyPath)).toEqual([path]);
    expect(problems[0].reason).toMatch(says);
    expect(meshServiceProblems("shop", { ...shop, ...right })).toEqual([]);
  },
);

describe("in the stack's configuration", () => {
  const problems = (service: object) => {
    const result = parseSettings(raw({ services: [{ name: "shop", ...shop, ...service }] }));
    return "problems" in result ? result.problems.map((each) => `${each.propertyPath}: ${each.reason}`) : [];
  };

  test("everything can be said there too", () => {
    const all: MeshServiceOptions = {
      ...shop,
      command: ["/shop"],
      env: { A: "1", B: { secretKeyRef: { name: "db", key: "password", optional: true } } },
      envFrom: [{ secretRef: { name: "shop" } }],
      resources: { requests, limits: { memory: "128Mi" } },
      readinessProbe: { httpGet: { path: "/ready" }, periodSeconds: 2 },
      livenessProbe: { exec: { command: ["true"] } },
      startupProbe: { httpGet: { path: "/ready" }, failureThreshold: 30 },
      volumes: [{ mountPath: "/data", persistentVolumeClaim: { claimName: "data" } }],
      imagePullSecrets: ["registry"],
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "a", effect: "NoExecute", tolerationSeconds: 5 }],
      spreadOver: ["kubernetes.io/hostname"],
      priorityClassName: "high",
      terminationGracePeriodSeconds: 60,
      updateStrategy: "Recreate",
      podLabels: { team: "a" },
      podAnnotations: { "example.com/a": "b" },
      podSpec: { dnsPolicy: "ClusterFirst" },
      servicePort: 80,
      autoscaling: { minReplicas: 1, maxReplicas: 3, cpuUtilization: 80, memoryUtilization: 80 },
      disruptionBudget: { minAvailable: 1 },
      requestTimeoutSeconds: 120,
      idleTimeoutSeconds: 600,
    };
    expect(problems(all)).toEqual([]);
  });

  test.each<[object, string]>([
    [{ env: { PORT: 8080 } }, "services[0].env.PORT: 8080 is not a string or an object; put it in quotes"],
    [
      { env: { A: { secretRef: { name: "a", key: "b" } } } },
      'services[0].env.A.secretRef: is not a known key; did you mean "secretKeyRef"?',
    ],
    [{ env: { A: { secretKeyRef: { name: "a" } } } }, "services[0].env.A.secretKeyRef.key: is missing"],
    [
      { volumes: [{ mountPath: "/a", pvc: {} }] },
      'services[0].volumes[0].pvc: is not a known key; did you mean "secret"?',
    ],
  ])("%j", (service, says) => {
    expect(problems(service)).toContain(says);
  });
});
