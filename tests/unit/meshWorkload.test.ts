import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  IntentionSet,
  MeshWorkload,
  MeshWorkloadArgs,
  MeshWorkloadOptions,
  meshWorkloadProblems,
  PodTemplate,
  TraefikConsulIngress,
} from "../../components";
import { joinWarnings } from "../../components/services/joinProblems";
import { timeoutWarnings } from "../../components/services/timeoutWarnings";
import { parseSettings } from "../../settings";
import { find, record } from "../recorder";
import { raw } from "../settings";

// Told at a program's end, which a test's is not.
afterEach(() => void process.removeAllListeners("beforeExit"));

type Given = Partial<Omit<MeshWorkloadArgs, "mesh">>;

/** A chart's pods, as many have them. */
const pods = (spec: object = {}, container: object = {}, metadata: object = {}) =>
  ({
    metadata: { labels: { "app.kubernetes.io/name": "billing" }, ...metadata },
    spec: {
      serviceAccountName: "billing-chart",
      containers: [{ name: "app", image: "a/b:1.0.0", ports: [{ name: "http", containerPort: 8080 }], ...container }],
      ...spec,
    },
  }) as PodTemplate;

/** What a program makes that has the workload `billing` of the namespace `apps`, and what it does with that. */
async function declared(use: (workload: MeshWorkload) => unknown, given: Given = {}, acls = false) {
  let result: unknown;
  const recorded = await record(() => {
    const mesh = new ConsulMesh("consul", { acls });
    result = use(new MeshWorkload("billing", { mesh, namespace: "apps", port: 8080, ...given }));
  });
  return { recorded, result: result as any };
}

/** The problems that `use` is refused with. */
async function refused(use: (workload: MeshWorkload) => unknown, given: Given = {}): Promise<string[]> {
  const { result } = await declared((workload) => {
    try {
      use(workload);
      return [];
    } catch (error) {
      return (error as { errors: { propertyPath: string; reason: string }[] }).errors;
    }
  }, given);
  return result.map(({ propertyPath, reason }: any) => `${propertyPath}: ${reason}`);
}

const object = (kind: string, props: object, type = `kubernetes:apps/v1:${kind}`) => ({
  custom: true,
  type,
  name: "release:apps/object",
  props: { metadata: { name: "billing", namespace: "apps" }, ...props },
  opts: {},
});
const core = (kind: string, props: object) => object(kind, props, `kubernetes:core/v1:${kind}`);

describe("pods that somebody else declares", () => {
  test("get a sidecar, the service's identity, its tags, and time to end; what they had of their own stays", async () => {
    const { recorded, result } = await declared(
      (workload) =>
        workload.join(pods({ terminationGracePeriodSeconds: 5 }, {}, { annotations: { "a.example/b": "c" } })),
      { routes: [{ host: "billing.example" }], listenerDrainSeconds: 60 },
    );
    expect(result.metadata.labels).toEqual({
      "app.kubernetes.io/name": "billing",
      "consul-traefik-mesh/service": "billing",
    });
    expect(result.metadata.annotations).toMatchObject({
      "a.example/b": "c",
      "consul.hashicorp.com/connect-inject": "true",
      "consul.hashicorp.com/connect-service": "billing",
      "consul.hashicorp.com/connect-service-port": "8080",
      "consul.hashicorp.com/kubernetes-service": "billing",
      "consul.hashicorp.com/service-tags": expect.stringContaining("traefik.enable=true"),
      "consul.hashicorp.com/envoy-extra-args": expect.stringContaining("--drain-time-s 60"),
    });
    expect(result.spec).toMatchObject({
      serviceAccountName: "billing",
      automountServiceAccountToken: true,
      terminationGracePeriodSeconds: 20,
      containers: [{ name: "app", image: "a/b:1.0.0", lifecycle: { preStop: { sleep: { seconds: 10 } } } }],
    });
    expect(find(recorded, "billing-defaults").props.spec.protocol).toBe("http");
    expect(find(recorded, "billing-service").props.spec).toEqual({
      selector: { "consul-traefik-mesh/service": "billing" },
      ports: [{ name: "main", port: 8080, targetPort: 8080 }],
    });
    expect(find(recorded, "billing-service-account").props.metadata).toMatchObject({
      name: "billing",
      namespace: "apps",
    });
  });

  test("keep their own DNS settings, with which the injector lets in pods that do not ask Consul", async () => {
    const dnsConfig = { options: [{ name: "ndots", value: "1" }] };
    const { result } = await declared((workload) => workload.join(pods({ dnsConfig })));
    expect(result.spec.dnsConfig).toEqual(dnsConfig);
    expect(result.metadata.annotations["consul.hashicorp.com/consul-dns"]).toBe("false");
  });

  test("are known to a cloud by the annotations of the ServiceAccount that is made for them", async () => {
    const serviceAccountAnnotations = { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/billing" };
    const { recorded } = await declared((workload) => workload.join(pods()), { serviceAccountAnnotations });
    expect(find(recorded, "billing-service-account").props.metadata.annotations).toMatchObject(
      serviceAccountAnnotations,
    );
  });

  test("a word of their own for their end stays, as does a longer time for it", async () => {
    const preStop = { exec: { command: ["sleep", "30"] } };
    const { result } = await declared((workload) =>
      workload.join(pods({ terminationGracePeriodSeconds: 90 }, { lifecycle: { preStop } })),
    );
    expect(result.spec.containers[0].lifecycle).toEqual({ preStop });
    expect(result.spec.terminationGracePeriodSeconds).toBe(90);
  });

  test("a Service and a ServiceAccount that exist are taken, and none is made beside them", async () => {
    const { recorded, result } = await declared((workload) => workload.podAnnotations, {
      existingService: "billing-http",
      existingServiceAccount: true,
    });
    expect(result["consul.hashicorp.com/kubernetes-service"]).toBe("billing-http");
    expect(result["consul.hashicorp.com/connect-service"]).toBe("billing");
    expect(recorded.map(({ name }) => name).filter((name) => name.startsWith("billing"))).toEqual([
      "billing",
      "billing-defaults",
    ]);
  });

  test("no pod serves before the mesh is there, its protocol known and deny-all in force", async () => {
    let names: string[] = [];
    await record(async () => {
      const mesh = new ConsulMesh("consul");
      const guardedBy = new IntentionSet("baseline", { mesh });
      const workload = new MeshWorkload("billing", { mesh, namespace: "apps", port: 8080, guardedBy });
      const deployment = workload.transform(object("Deployment", { spec: { template: pods() } }) as any) as any;
      deployment.opts.dependsOn.apply((all: any[]) => (names = all.map((each) => each.__name)));
    });
    expect(names).toEqual(
      expect.arrayContaining([
        "consul-connect-injector",
        "baseline-all.services",
        "billing-defaults",
        "billing-service",
      ]),
    );
  });

  test("its pods are judged in the run in which it was made, which the engine's call of a transform is no part of", async () => {
    const run = new AsyncLocalStorage<string>();
    const told: unknown[] = [];
    const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async () => void told.push(run.getStore()));
    await record(async () => {
      const mesh = new ConsulMesh("consul");
      const { transform } = run.run("its own", () => new MeshWorkload("billing", { mesh, namespace: "apps", port: 9 }));
      await transform(object("Deployment", { spec: { template: pods() } }) as any);
    });
    warn.mockRestore();
    expect(told).toEqual(["its own"]);
  });

  test("its calls and its routes are known to the intentions of the mesh", async () => {
    const recorded = await record(() => {
      const mesh = new ConsulMesh("consul");
      const billing = new MeshWorkload("billing", {
        mesh,
        namespace: "apps",
        port: 8080,
        calls: [{ destination: "ledger" }],
      });
      const ledger = new MeshWorkload("ledger", { mesh, namespace: "apps", port: 8080 });
      new IntentionSet("intentions", { mesh, services: [billing, ledger] });
    });
    expect(find(recorded, "intentions-ledger").props.spec.sources).toEqual([
      expect.objectContaining({ name: "billing", action: "allow" }),
    ]);
  });
});

describe("a service whose pods are another's", () => {
  /** What a program is refused with that has `billing`, and then another. */
  async function second(first: Given, name: string, its: Given): Promise<string> {
    let message = "";
    await record(() => {
      const mesh = new ConsulMesh("consul");
      new MeshWorkload("billing", { mesh, namespace: "apps", port: 8080, ...first });
      try {
        new MeshWorkload(name, { mesh, namespace: "apps", port: 8080, ...its });
      } catch (error) {
        ({ message } = error as Error);
      }
    });
    return message;
  }
  const routes = [{ host: "billing.example" }];

  test.each<[string, Given, Given, string]>([
    ["is wrong by itself", {}, { port: 20000 }, 'MeshWorkload "other": 1 problem\n  port: 20000 is the sidecar\'s'],
    [
      "has another's name",
      {},
      { serviceName: "billing" },
      'serviceName: "billing" is the name of MeshWorkload "billing" too',
    ],
    [
      "has another's route",
      { routes },
      { routes },
      'routes[0]: the rule "Host(`billing.example`) on web" is that of billing.routes[0]',
    ],
  ])("is refused where it %s", async (_, first, its, says) => {
    expect(await second(first, "other", its)).toContain(says);
  });

  test("tells what it speaks, whether Traefik calls it, and where its calls were declared", async () => {
    const { recorded, result } = await declared((w) => w, { routes, calls: [{ destination: "shop" }] });
    expect(result).toMatchObject({
      protocol: "http",
      routed: true,
      servedPaths: [expect.stringMatching(/^\/served\/billing\//)],
    });
    expect(result.calls).toEqual([{ source: "billing", destination: "shop", declaredAt: "billing.calls[0]" }]);
    expect((await declared((w) => w, { protocol: "grpc" })).result).toMatchObject({
      protocol: "grpc",
      routed: false,
      servedPaths: [],
    });
    for (const part of ["defaults", "service", "service-account"]) {
      expect(find(recorded, `billing-${part}`).parent).toBe("billing");
    }
  });

  test("waits for an ingress that has what a route of it uses, and for no other", async () => {
    const ready = async (its: Given) => {
      let names: string[] = [];
      await record(() => {
        const mesh = new ConsulMesh("consul");
        const ingress = new TraefikConsulIngress("edge", { mesh, userLists: { ops: { secretName: "ops" } } });
        const workload = new MeshWorkload("billing", { mesh, namespace: "apps", port: 8080, ingress, ...its });
        names = workload.ready.map((each) => (each as any).__name);
      });
      return names;
    };
    expect(await ready({ routes })).not.toContain("edge");
    expect(await ready({ routes: [{ ...routes[0], middlewares: [{ basicAuth: { userList: "ops" } }] }] })).toContain(
      "edge",
    );
  });
});

test.each<[string, PodTemplate, string]>([
  ["the node's network", pods({ hostNetwork: true }), "template.spec.hostNetwork: the node's network"],
  ["a shared process namespace", pods({ shareProcessNamespace: true }), "template.spec.shareProcessNamespace: "],
  ["the sidecar's user", pods({ securityContext: { runAsUser: 5995 } }), "template.spec.securityContext.runAsUser: "],
  [
    "a container with the sidecar's user",
    pods({}, { securityContext: { runAsUser: 5996 } }),
    "template.spec.containers[0].securityContext.runAsUser: ",
  ],
  [
    "a port of the sidecar's",
    pods({}, { ports: [{ containerPort: 8080 }, { containerPort: 19000 }] }),
    "template.spec.containers[0].ports[1].containerPort: 19000 is the sidecar's",
  ],
  [
    "a port on the node",
    pods({}, { ports: [{ containerPort: 8080, hostPort: 80 }] }),
    "template.spec.containers[0].ports[0].hostPort: ",
  ],
  ["a name of the sidecar's", pods({}, { name: "consul-dataplane" }), "template.spec.containers[0].name: "],
  [
    "a privileged one",
    pods({}, { securityContext: { privileged: true } }),
    "template.spec.containers[0].securityContext",
  ],
  [
    "a probe by gRPC",
    pods({}, { livenessProbe: { grpc: { port: 8080 } } }),
    "template.spec.containers[0].livenessProbe.grpc: the kubelet has no certificate",
  ],
  [
    "a probe by HTTPS",
    pods({}, { readinessProbe: { httpGet: { port: 8080, scheme: "HTTPS" } } }),
    "template.spec.containers[0].readinessProbe.httpGet.scheme: ",
  ],
  [
    "a probe at a port that no container names",
    pods({}, { readinessProbe: { httpGet: { port: "health" } } }),
    'template.spec.containers[0].readinessProbe.httpGet.port: "health" is not the name of a port',
  ],
  [
    "a probe with a query",
    pods({}, { startupProbe: { httpGet: { port: 8080, path: "/health?full" } } }),
    "template.spec.containers[0].startupProbe.httpGet.path: ",
  ],
  [
    "a sidecar of its own that is asked by HTTP before the injector's is there",
    pods({
      initContainers: [
        { name: "log", image: "a/b:1", restartPolicy: "Always", startupProbe: { httpGet: { port: 1 } } },
      ],
    }),
    "template.spec.initContainers[0].startupProbe.httpGet: ",
  ],
  [
    "a hook by HTTP",
    pods({}, { lifecycle: { preStop: { httpGet: { port: 8080, path: "/quit" } } } }),
    "template.spec.containers[0].lifecycle.preStop.httpGet: the kubelet does not get past the sidecar",
  ],
  [
    "the transparent proxy turned off",
    pods({}, {}, { annotations: { "consul.hashicorp.com/transparent-proxy": "false" } }),
    'template.metadata.annotations["consul.hashicorp.com/transparent-proxy"]: decides how the pod joins',
  ],
  [
    "injection turned off",
    pods({}, {}, { annotations: { "consul.hashicorp.com/connect-inject": "false" } }),
    'template.metadata.annotations["consul.hashicorp.com/connect-inject"]: decides how the pod joins',
  ],
  [
    "another mesh",
    pods({}, {}, { annotations: { "linkerd.io/inject": "enabled" } }),
    'template.metadata.annotations["linkerd.io/inject"]: asks another mesh to take the pod in',
  ],
  [
    "another service's pods",
    pods({}, {}, { labels: { "consul-traefik-mesh/service": "other" } }),
    'template.metadata.labels["consul-traefik-mesh/service"]: is that of the service "other"',
  ],
  ["pods that end", pods({ restartPolicy: "OnFailure" }), "template.spec.restartPolicy: "],
  [
    "pods that are too large for the injector",
    pods({}, { env: [{ name: "A", value: "x".repeat(250_000) }] }),
    "template: is ",
  ],
])("%s is refused before anything is deployed", async (_, template, says) => {
  expect(await refused((workload) => workload.join(template))).toEqual([expect.stringContaining(says)]);
});

test("what is right in the mesh but otherwise than it looks is warned of", () => {
  const joined = {
    serviceName: "billing",
    port: 9090,
    annotations: {},
    running: false,
    tags: [],
    kubernetesService: "billing",
    cni: false,
    drainSeconds: 20,
  };
  const template = pods({}, { livenessProbe: { tcpSocket: { port: 8080 } } });
  expect(joinWarnings(template, joined, "template").map((each) => each.propertyPath)).toEqual([
    "template.spec.containers",
    "template.spec.serviceAccountName",
    "template.spec.containers[0].livenessProbe.tcpSocket",
  ]);
  expect(joinWarnings(pods({ serviceAccountName: undefined }), { ...joined, port: 8080 }, "template")).toEqual([]);
});

describe("a transform that no workload of its service comes by", () => {
  const named = (name: unknown, more: object = {}, kind = "Deployment") => {
    const metadata = { name, namespace: "apps", ...more };
    return object(kind, { metadata, spec: { template: pods() } }) as any;
  };
  /** What the end of a program says that has these objects come by. */
  const end = async (objects: object[], given: Given = {}) => {
    await declared((workload) => objects.forEach((each) => workload.transform(each as any)), given);
    const listeners = process.listeners("beforeExit");
    process.removeAllListeners("beforeExit");
    expect(listeners).toHaveLength(objects.length > 0 ? 1 : 0);
    try {
      listeners.forEach((tell) => tell(0));
    } catch (error) {
      expect(error).toBeInstanceOf(pulumi.RunError);
      const { message, stack } = error as Error;
      expect(stack).toBe(message);
      return message;
    }
    return "";
  };
  const said = (sought: string, seen: string) =>
    `workloads of the mesh: 1 problem\n  MeshWorkload "billing": workload: no ${sought} came by its transform, so that its pods stay outside the mesh; name the one that is meant, of ${seen}`;

  test("fails the program at its end, with those that did", async () => {
    const seen = [
      named("shop-billing"),
      named("shop-billing"),
      named("billing", { namespace: "b" }),
      named("c", {}, "A"),
    ];
    expect(await end([...seen, core("ConfigMap", {}), named("billing", {}, "Job")])).toBe(
      said('workload "billing"', "Deployment shop-billing, Deployment billing of b, A c"),
    );
    expect(await end([named("billing")], { workload: { kind: "StatefulSet", name: "db" } })).toBe(
      said('StatefulSet "db"', "Deployment billing"),
    );
  });

  test("and not where one did, before others or after them, or may have", async () => {
    expect(await end([named("a"), named("billing"), named("b")])).toBe("");
    expect(await end([named("a"), named(pulumi.output("billing"))])).toBe("");
    const metadata = pulumi.output({ name: "billing" });
    expect(await end([object("Deployment", { metadata, spec: { template: pods() } })])).toBe("");
    // Known by the resource's name alone.
    const unnamed = { ...named(undefined), name: "billing" };
    expect(await end([unnamed])).toBe("");
  });

  test("nor where none of any kind came by: a chart's may be known to up alone", async () => {
    expect(await end([])).toBe("");
    await declared((workload) => workload.transform(core("ConfigMap", {}) as any));
    expect(process.listeners("beforeExit")).toEqual([]);
  });

  test("all of a program's are told at once, and none of an automation program's, which goes on after its runs", async () => {
    await record(() => {
      const mesh = new ConsulMesh("consul");
      for (const name of ["a", "b"]) {
        new MeshWorkload(name, { mesh, namespace: "apps", port: 80 }).transform(named("c"));
      }
    });
    const [tell] = process.listeners("beforeExit");
    expect(() => tell(0)).toThrow(
      /^workloads of the mesh: 2 problems\n {2}MeshWorkload "a": .*\n {2}MeshWorkload "b": /,
    );
    const stack = jest.spyOn(pulumi.runtime, "getStackResource").mockReturnValue(undefined);
    expect(() => tell(0)).not.toThrow();
    stack.mockRestore();
  });
});

test("a workload with what is null is refused with that", async () => {
  const given = { routes: null, traffic: { split: null } } as unknown as Given;
  await record(() => {
    const mesh = new ConsulMesh("consul");
    expect(() => new MeshWorkload("billing", { mesh, namespace: "apps", port: 8080, ...given })).toThrow(
      'MeshWorkload "billing": 2 problems\n  routes: is null; give it a value, or leave it out\n  traffic.split: is null; give it a value, or leave it out',
    );
  });
});

describe("the objects of a chart", () => {
  const deployment = object("Deployment", { spec: { replicas: 3, template: pods() } }) as any;

  test("the workload of that name joins, and all else stays as it is", async () => {
    const { result } = await declared((workload) => [
      workload.transform(deployment),
      workload.transform({ ...deployment, props: { ...deployment.props, metadata: { name: "worker" } } }),
      workload.transform({
        ...deployment,
        props: { ...deployment.props, metadata: { name: "billing", namespace: "b" } },
      }),
      workload.transform(object("Job", { spec: { template: pods() } }, "kubernetes:batch/v1:Job") as any),
      workload.transform(core("ConfigMap", {}) as any),
      workload.transform(core("Service", { metadata: { name: "shop" }, spec: { type: "ExternalName" } }) as any),
      workload.transform(core("ServiceAccount", { metadata: { name: "shop" } }) as any),
      workload.transform(object("Queue", { spec: {} }, "kubernetes:example.com/v1:Queue") as any),
      workload.transform(object("Queue", { spec: pulumi.output({}) }, "kubernetes:example.com/v1:Queue") as any),
      workload.transform({ ...deployment, type: "example:index:Deployment" }),
      // Kubernetes says what it lacks.
      workload.transform(object("Deployment", {}) as any),
    ]);
    expect(result.slice(1)).toEqual(result.slice(1).map(() => undefined));
    expect(result[0].props.spec.replicas).toBe(3);
    expect(result[0].props.spec.template.spec.serviceAccountName).toBe("billing");
  });

  test.each(["JobSet", "MyJob", "Deployment"])("a %s joins, wherever its namespace comes from", async (kind) => {
    const its = { spec: { template: pods() } };
    const { result } = await declared(
      (w) => w.transform(object(kind, its, `kubernetes:example.com/v1:${kind}`) as any),
      {
        namespace: pulumi.output("apps"),
      },
    );
    expect(result.props.spec.template.spec.serviceAccountName).toBe("billing");
  });

  test("what a workload waited for before, it waits for still", async () => {
    const waited: any[][] = [];
    await declared((w) => {
      const its = new pulumi.ComponentResource("example:index:Database", "database");
      for (const dependsOn of [undefined, its, [its]]) {
        const joined = w.transform({ ...deployment, opts: { dependsOn } }) as any;
        joined.opts.dependsOn.apply((all: any[]) => waited.push(all));
      }
    });
    expect(waited.flat().filter((each) => !pulumi.Resource.isInstance(each))).toEqual([]);
    const names = waited.map((all) => all.map((each) => each.__name));
    expect(names.map((its) => its.includes("database"))).toEqual([false, true, true]);
    expect(names.map((its) => its.includes("billing-service"))).toEqual([true, true, true]);
  });

  test.each<[string, object, string]>([
    ["pods that are an output", { template: pulumi.output(pods()) }, "Deployment billing: has pods that are an output"],
    [
      "pods of the node's network",
      { template: pods({ hostNetwork: true }) },
      "Deployment billing.spec.template.spec.hostN",
    ],
  ])("%s are refused", async (_, spec, says) => {
    expect(await refused((w) => w.transform(object("Deployment", { spec }) as any))).toEqual([
      expect.stringContaining(says),
    ]);
  });

  test("a workload whose variables are secret joins all the same", async () => {
    let spec: any;
    await declared((w) => {
      const secret = pulumi.secret({ template: pods() });
      const joined = w.transform({ ...deployment, props: { ...deployment.props, spec: secret } }) as any;
      pulumi.unsecret(joined.props.spec).apply((its) => (spec = its));
    });
    expect(spec.template.spec.serviceAccountName).toBe("billing");
  });

  test("a workload of another name or kind is taken where that is said, an Argo Rollout too", async () => {
    const rollout = object("Rollout", deployment.props, "kubernetes:argoproj.io/v1alpha1:Rollout") as any;
    const named = { ...deployment, props: { ...deployment.props, metadata: { name: "release-billing" } } };
    const { result } = await declared((w) => [w.transform(named), w.transform(deployment)], {
      workload: { kind: "Deployment", name: "release-billing" },
    });
    expect(result[0].props.spec.template.spec.serviceAccountName).toBe("billing");
    expect(result[1]).toBeUndefined();
    const other = await declared((w) => w.transform(deployment), { workload: { kind: "StatefulSet" } });
    expect(other.result).toBeUndefined();
    expect((await declared((w) => w.transform(rollout))).result.props.spec.template.spec.serviceAccountName).toBe(
      "billing",
    );
  });

  const service = (spec: object) =>
    core("Service", { spec: { ports: [{ port: 80, targetPort: "http" }], ...spec } }) as any;
  test.each<[string, Given, object[], string]>([
    ["a Service of the service's name", {}, [service({})], 'a second time; set existingService to "billing"'],
    [
      "a ServiceAccount of its name",
      {},
      [core("ServiceAccount", {})],
      "a second time; set existingServiceAccount to true",
    ],
    [
      "a headless one",
      { existingService: "billing" },
      [service({ clusterIP: "None" })],
      "Service billing.spec.clusterIP: ",
    ],
    [
      "one without pods",
      { existingService: "billing" },
      [service({ type: "ExternalName" })],
      "Service billing.spec.type: ",
    ],
    [
      "one that leads elsewhere",
      { existingService: "billing" },
      [service({ ports: [{ port: 80, targetPort: 9090 }] })],
      "Service billing.spec.ports: lead to none of port 8080",
    ],
    [
      "one that leads to a port of another name, whichever comes first",
      { existingService: "billing" },
      [service({ ports: [{ port: 80, targetPort: "metrics" }] }), deployment],
      "Service billing.spec.ports: lead to none of port 8080",
    ],
    [
      "the same the other way round",
      { existingService: "billing" },
      [deployment, service({ ports: [{ port: 80, targetPort: "metrics" }] })],
      "Service billing.spec.ports: lead to none of port 8080",
    ],
  ])("%s is refused", async (_, given, objects, says) => {
    expect(await refused((w) => objects.forEach((each) => w.transform(each as any)), given)).toEqual([
      expect.stringContaining(says),
    ]);
  });

  test("a chart's own Service and ServiceAccount are right where they are said to exist", async () => {
    const given = { existingService: "billing", existingServiceAccount: true };
    const objects = [deployment, service({}), core("ServiceAccount", {})];
    expect(await refused((w) => objects.forEach((each) => w.transform(each as any)), given)).toEqual([]);
  });

  test("those of their names in another namespace are somebody else's", async () => {
    const metadata = { name: "billing", namespace: "b" };
    const objects = [{ ...service({}).props, metadata }, { metadata }].map((props, i) =>
      core(["Service", "ServiceAccount"][i], props),
    );
    expect(await refused((w) => objects.forEach((each) => w.transform(each as any)))).toEqual([]);
  });
});

test.each<[string, Partial<MeshWorkloadOptions>, string]>([
  ["a port of the sidecar's", { port: 20000 }, "port"],
  ["a port of a Service that exists", { existingService: "a", servicePort: 80 }, "servicePort"],
  ["a name that no object has", { workload: { name: "A_b" } }, "workload.name"],
  ["a kind that nobody patches", { workload: { kind: "Job" as "Deployment" } }, "workload.kind"],
  ["a drain in somebody else's containers", { running: true, drainSeconds: 5 }, "drainSeconds"],
  ["a time limit of connections", { protocol: "tcp", requestTimeoutSeconds: 5 }, "requestTimeoutSeconds"],
])("%s is refused", (_, wrong, path) => {
  expect(meshWorkloadProblems("billing", { port: 8080, ...wrong }).map((each) => each.propertyPath)).toEqual([path]);
  expect(meshWorkloadProblems("billing", { port: 8080 })).toEqual([]);
});

describe("a workload that runs already", () => {
  test("gets what the mesh needs of it by a patch of its own, behind deny-all, and nothing else of it is touched", async () => {
    const { recorded } = await declared(() => undefined, { running: true, workload: { name: "legacy" } });
    const { type, props, dependsOn } = find(recorded, "billing-deployment-patch");
    expect(type).toBe("kubernetes:apps/v1:DeploymentPatch");
    expect(props.metadata).toMatchObject({ name: "legacy", namespace: "apps" });
    expect(Object.keys(props.spec)).toEqual(["template"]);
    expect(props.spec.template.spec).toEqual({ serviceAccountName: "billing", serviceAccount: "billing" });
    expect(dependsOn).toEqual(
      expect.arrayContaining([
        "billing-defaults",
        "billing-service",
        "billing-service-account",
        "consul-connect-injector",
      ]),
    );
  });
});

describe("in the stack's configuration", () => {
  const problems = (given: Record<string, unknown>) => {
    const result = parseSettings(raw(given));
    return "problems" in result ? result.problems.map((each) => `${each.propertyPath}: ${each.reason}`) : [];
  };
  const workload = { name: "billing", port: 8080 };

  test("everything can be said there", () => {
    const all = {
      ...workload,
      namespace: "legacy",
      workload: { kind: "StatefulSet", name: "billing-v1" },
      existingService: "billing-http",
      existingServiceAccount: true,
      protocol: "http",
      requestTimeoutSeconds: 5,
      routes: [{ host: "billing.example" }],
      calls: [{ destination: "shop" }],
    };
    const shop = { name: "shop", image: "a/b:1.0.0", port: 80 };
    const intentions = [{ source: "traefik-system-ingress", destination: "billing", action: "allow" }];
    expect(problems({ services: [shop], workloads: [all], intentions })).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["a service's name", { services: [{ ...workload, image: "a/b:1.0.0" }] }, "workloads[0].name: "],
    [
      "the mesh's own namespace",
      { workloads: [{ ...workload, namespace: "consul-system" }] },
      "workloads[0].namespace: ",
    ],
    ["an unknown key", { workloads: [{ ...workload, image: "a/b:1" }] }, "workloads[0].image: is not a known key"],
    [
      "a call to nobody",
      { workloads: [{ ...workload, calls: [{ destination: "nobody" }] }] },
      "workloads[0].calls[0].destination: ",
    ],
  ])("%s is refused", (_, given, says) => {
    expect(problems({ workloads: [workload], ...given })).toEqual([expect.stringContaining(says)]);
  });
});

test.each<[number | undefined, object, string[]]>([
  [undefined, {}, []],
  [60, {}, []],
  [300, {}, ["gives requests 300 s, and Traefik ends an upload with 499 after 60 s"]],
  [0, {}, ["lets requests go on without an end, and Traefik ends an upload with 499 after 60 s"]],
  [300, { readTimeout: 300 }, []],
  [300, { readTimeout: 0, writeTimeout: 30 }, ["gives requests 300 s, and Traefik cuts an answer off after 30 s"]],
  [0, { readTimeout: 0 }, []],
])("a request time of %s beside Traefik's %j", (requestTimeoutSeconds, timeouts, says) => {
  const routes = [{ host: "a.example" }];
  const warnings = timeoutWarnings({ port: 80, requestTimeoutSeconds, routes }, timeouts).map((each) => each.reason);
  expect(warnings).toEqual(says.map((each) => expect.stringContaining(each)));
  expect(timeoutWarnings({ port: 80, requestTimeoutSeconds }, timeouts)).toEqual([]);
});
