import * as pulumi from "@pulumi/pulumi";
import { meshWorkloadProblems, MeshWorkloadOptions, PodTemplate } from "../../components";
import { Joined, joinedServiceProblems, joinProblems, joinWarnings } from "../../components/services/joinProblems";

const JOINED: Joined = {
  serviceName: "billing",
  port: 8080,
  annotations: { "consul.hashicorp.com/connect-service": "billing" },
  running: false,
  tags: [],
  kubernetesService: "billing",
  cni: false,
  calls: [{ destination: "db" }],
  drainSeconds: 20,
};
const container = { name: "app", image: "a/b:1", ports: [{ name: "http", containerPort: 8080 }] };
const pods = (metadata: unknown = {}, spec: unknown = { containers: [container] }) =>
  ({ metadata, spec }) as PodTemplate;
const noted = (key: string, value: unknown = "x") => pods({ annotations: { [key]: value } });
const consul = (name: string) => `consul.hashicorp.com/${name}`;

/** Pods that cannot be in the mesh, where that is told and why, and the nearest that can. */
test.each<[wrong: PodTemplate, at: string, reason: string, right: PodTemplate]>([
  [pods(pulumi.output({})), ".metadata", "is an output", { spec: { containers: [] } }],
  [pods({}, pulumi.output({})), ".spec", "is not a plain object", pods()],
  ...["labels", "annotations"].map((kind): [PodTemplate, string, string, PodTemplate] => [
    pods({ [kind]: pulumi.output({}) }),
    `.metadata.${kind}`,
    "decides whether the pods join, and is an output",
    pods({ [kind]: { a: "b" } }),
  ]),
  ...(
    [
      ["linkerd.io/inject", ["enabled", "disabled-not", "xdisabled"], "disabled"],
      ["sidecar.istio.io/inject", ["true", "falsey", "xfalse"], "false"],
      ["istio.io/rev", ["stable"], ""],
      ["kuma.io/sidecar-injection", ["enabled", "disabledx", "xfalse"], "disabled"],
      ["istio.io/dataplane-mode", ["ambient", "none-of", "xnone"], "none"],
      ["openservicemesh.io/sidecar-injection", ["enabled", "disabledx", "xfalse"], "false"],
    ] as const
  ).flatMap(([key, wrong, right]) =>
    wrong.map((value): [PodTemplate, string, string, PodTemplate] => [
      noted(key, value),
      `.metadata.annotations["${key}"]`,
      "asks another mesh to take the pod in, which would get in this one's way; leave it out",
      noted(key, right),
    ]),
  ),
  [
    pods({ labels: { "sidecar.istio.io/inject": "true" } }),
    '.metadata.labels["sidecar.istio.io/inject"]',
    "asks another mesh",
    pods({ labels: { "sidecar.istio.io/inject": "false" } }),
  ],
  [
    pods({ labels: { "consul-traefik-mesh/service": "shop" } }),
    '.metadata.labels["consul-traefik-mesh/service"]',
    'is that of the service "shop"',
    pods({ labels: { "consul-traefik-mesh/service": "billing" } }),
  ],
  ...["connect-inject", "transparent-proxy", "connect-service-upstreams", "x.consul.hashicorp.com/a"].map(
    (name): [PodTemplate, string, string, PodTemplate] => {
      const key = name.includes("/") ? name : consul(name);
      return [
        noted(key),
        `.metadata.annotations["${key}"]`,
        "decides how the pod joins the mesh",
        noted("a.example/consul.hashicorp.com"),
      ];
    },
  ),
  ...(
    [
      ["outbound-cidrs", "lets calls out past the sidecar"],
      ["outbound-ports", "declare where they go in externalDestinations"],
      ["uids", "lets calls out past the sidecar"],
      ["inbound-ports", "lets calls in past the sidecar"],
    ] as const
  ).map(([name, reason]): [PodTemplate, string, string, PodTemplate] => [
    noted(consul(`transparent-proxy-exclude-${name}`), "1"),
    `.metadata.annotations["${consul(`transparent-proxy-exclude-${name}`)}"]`,
    reason,
    noted(consul("service-metrics-port"), "9102"),
  ]),
  [
    noted(consul("connect-service"), "shop"),
    `.metadata.annotations["${consul("connect-service")}"]`,
    "decides how",
    noted(consul("connect-service"), "billing"),
  ],
  [
    noted("a.b.consul.hashicorp.com/a"),
    '.metadata.annotations["a.b.consul.hashicorp.com/a"]',
    "decides how",
    noted("notconsul.hashicorp.com/a"),
  ],
  [
    pods({}, { containers: [container], hostNetwork: true }),
    ".spec.hostNetwork",
    "the node's network",
    noted(consul("sidecar-proxy-cpu-limit"), "1"),
  ],
])("pods of another's, %j, are told of at %s", (wrong, at, reason, right) => {
  expect(joinProblems(wrong, JOINED, "template")).toEqual([
    { propertyPath: `template${at}`, reason: expect.stringContaining(reason) as string },
  ]);
  expect(joinProblems(right, JOINED, "template")).toEqual([]);
});

test("both are told where neither metadata nor pods are plain", () => {
  const problems = joinProblems(pods(pulumi.output({}), pulumi.output({})), JOINED, "t");
  expect(problems.map((p) => p.propertyPath)).toEqual(["t.metadata", "t.spec"]);
});

test.each([
  "connect-inject",
  "connect-service",
  "connect-service-port",
  "kubernetes-service",
  "service-tags",
  "envoy-extra-args",
  "proxy-config-map",
  "sidecar-proxy-lifecycle-shutdown-grace-period-seconds",
])("what an earlier up wrote, %s, is no problem of pods that run", (name) => {
  const told = (key: string, running: boolean) => joinProblems(noted(key), { ...JOINED, running }, "t").length;
  expect([told(consul(name), true), told(consul(name), false)]).toEqual([0, 1]);
  expect([told(consul(`${name}-x`), true), told(`x.${consul(name)}`, true)]).toEqual([1, 1]);
});

test("what is known later takes the place of whatever is there", () => {
  const later = { ...JOINED, annotations: { [consul("service-tags")]: pulumi.output("a") } };
  expect(joinProblems(noted(consul("service-tags")), later, "t")).toEqual([]);
});

test("pods are too large for the injector together with the tags of the service", () => {
  const large = pods({}, { containers: [{ ...container, args: ["x".repeat(240_000)] }] });
  expect(joinProblems(large, JOINED, "t")).toEqual([]);
  expect(joinProblems(large, { ...JOINED, tags: ["y".repeat(10_000)] }, "t")).toEqual([
    { propertyPath: "t", reason: expect.stringContaining("annotations and tags") as string },
  ]);
});

const LATE = {
  metadata: { annotations: { "vault.hashicorp.com/agent-inject": "true" } },
  spec: { containers: [container], initContainers: [{ name: "migrate" }], terminationGracePeriodSeconds: 31 },
};
const dns = (dnsConfig: unknown, url: string) => ({
  spec: { dnsConfig, dnsPolicy: "Default", containers: [{ name: "app", args: [url] }] },
});
const INITIAL = "t.spec.initContainers";
const VAULT = 't.metadata.annotations["vault.hashicorp.com/agent-inject"]';
const END = "t.spec.terminationGracePeriodSeconds";

test.each<[string, object, string[]]>([
  ["nothing", { containers: [container] }, []],
  ["no spec", undefined as never, []],
  ["no ports", { containers: [{ name: "a" }] }, []],
  ["containers that are an output", { containers: pulumi.output([]) }, []],
  ["another port", { containers: [{ ports: [{ containerPort: 80 }, { containerPort: 81 }] }] }, ["t.spec.containers"]],
  ["its port in a second container", { containers: [{ ports: [{ containerPort: 80 }] }, container] }, []],
  ["its own account", { containers: [], serviceAccountName: "billing" }, []],
  ["no account", { containers: [], serviceAccountName: "" }, []],
  ["the account of all", { containers: [], serviceAccountName: "default" }, []],
  ["another account", { containers: [], serviceAccountName: "shop" }, ["t.spec.serviceAccountName"]],
  ["another one by the old name", { containers: [], serviceAccount: "shop" }, ["t.spec.serviceAccountName"]],
  ["a probe by HTTP", { containers: [{ ...container, startupProbe: { httpGet: { port: 80 } } }] }, []],
  [
    "a probe that the sidecar answers",
    { containers: [container, { name: "b", startupProbe: { tcpSocket: { port: 80 } } }] },
    ["t.spec.containers[1].startupProbe.tcpSocket"],
  ],
])("of pods with %s, what is otherwise than it looks", (_, spec, paths) => {
  expect(joinWarnings({ spec } as PodTemplate, JOINED, "t").map((p) => p.propertyPath)).toEqual(paths);
});

test.each<[what: string, template: unknown, joined: Partial<Joined>, paths: string[]]>([
  ["what most likely fails, or ends too early", LATE, { cni: true }, [INITIAL, VAULT, END]],
  ["what of that is so without a CNI plugin", LATE, {}, [VAULT, END]],
  ["no end that nobody waits for", LATE, { cni: true, calls: [] }, [INITIAL, VAULT]],
  ["no end of pods that run already", LATE, { cni: true, running: true }, [INITIAL, VAULT]],
  [
    "DNS servers in place of the sidecar's, or that are not asked",
    dns({ nameservers: ["10.0.0.2"] }, "https://pay.virtual.consul"),
    {},
    ["t.spec.dnsConfig", "t.spec.dnsPolicy"],
  ],
  ["no DNS servers of whom nobody asks for the mesh's names", dns({}, "https://pay"), {}, ["t.spec.dnsPolicy"]],
  ["no names without DNS servers", dns(undefined, "https://pay.virtual.consul"), {}, ["t.spec.dnsPolicy"]],
  ["no other policy", { spec: { dnsPolicy: "ClusterFirst" } }, {}, []],
  ["init containers that are an output", { spec: { initContainers: pulumi.output([]) } }, { cni: true }, [INITIAL]],
  ["an init container that is nothing", { spec: { initContainers: [null] } }, { cni: true }, [INITIAL]],
  ["nothing of an end that is an output", { spec: { terminationGracePeriodSeconds: pulumi.output(31) } }, {}, []],
])("of pods beside the sidecar, %s", (_, template, joined, paths) => {
  expect(joinWarnings(template as PodTemplate, { ...JOINED, ...joined }, "t").map((p) => p.propertyPath)).toEqual(
    paths,
  );
});

test("the account of pods that run already stays, and nothing is said of it", () => {
  const spec = { containers: [container], serviceAccountName: "shop" };
  expect(joinWarnings({ spec }, { ...JOINED, running: true }, "t")).toEqual([]);
});

describe("a Service that exists", () => {
  const told = (spec: object | undefined, template: PodTemplate | undefined = pods()) =>
    joinedServiceProblems({ spec } as never, template, JOINED, "Service billing").map((p) => p.propertyPath);
  const leading = (...targetPorts: unknown[]) => ({
    ports: targetPorts.map((targetPort) => ({ port: 80, targetPort })),
  });
  const PORTS = ["Service billing.spec.ports"];

  test.each<[string, object | undefined, string[]]>([
    ["leads to the port's number", leading(8080), []],
    ["leads to it as text", leading("8080"), []],
    ["leads to it by its name", leading("http"), []],
    ["leads to it among others", leading(9090, "http"), []],
    ["has the same port", { ports: [{ port: 8080 }] }, []],
    ["says nothing of ports", {}, []],
    ["says nothing at all", undefined, []],
    ["leads to another number", leading(80), PORTS],
    ["leads to another name", leading("metrics"), PORTS],
    ["leads to a name with digits", leading("8080a", "a8080"), PORTS],
    ["has another port", { ports: [{ port: 80 }] }, PORTS],
    ["has no address", { clusterIP: "None", ...leading(8080) }, ["Service billing.spec.clusterIP"]],
    ["selects no pods", { type: "ExternalName", ...leading(80) }, ["Service billing.spec.type"]],
  ])("%s", (_, spec, paths) => {
    expect(told(spec)).toEqual(paths);
  });

  test("may lead to a name as long as the pods are not known, and to none of another port then", () => {
    expect(joinedServiceProblems({ spec: leading("http") } as never, undefined, JOINED, "s")).toEqual([]);
    const other = { containers: [{ ports: [{ name: "http", containerPort: 80 }, "text", { containerPort: 8080 }] }] };
    expect(told(leading("http"), pods({}, other))).toEqual(PORTS);
    expect(told(leading("http"), pods({}, { containers: pulumi.output([]) }))).toEqual(PORTS);
  });
});

describe("what is said of a workload", () => {
  const told = (its: Partial<MeshWorkloadOptions>, name = "billing") =>
    meshWorkloadProblems(name, { port: 8080, ...its }, "w.").map((p) => p.propertyPath);
  test.each<[wrong: Partial<MeshWorkloadOptions>, path: string, right: Partial<MeshWorkloadOptions>]>([
    [{ drainSeconds: 301 }, "drainSeconds", { drainSeconds: 300 }],
    [{ drainSeconds: -1 }, "drainSeconds", { drainSeconds: 0 }],
    [{ existingService: "A" }, "existingService", { existingService: "a" }],
    [{ servicePort: 0 }, "servicePort", { servicePort: 1 }],
    [{ existingService: "a", servicePort: 80 }, "servicePort", { servicePort: 80 }],
    [{ workload: { name: "" } }, "workload.name", { workload: { name: "a.b" } }],
    [{ workload: { kind: "Pod" as never } }, "workload.kind", { workload: { kind: "DaemonSet" } }],
    [{ running: true, drainSeconds: 10 }, "drainSeconds", { running: true }],
    [
      { serviceAccountAnnotations: { "consul.hashicorp.com/service-name": "a" } },
      'serviceAccountAnnotations["consul.hashicorp.com/service-name"]',
      { serviceAccountAnnotations: { "example.com/a": "b" } },
    ],
    [
      { serviceAccountAnnotations: {}, existingServiceAccount: true },
      "serviceAccountAnnotations",
      { serviceAccountAnnotations: {}, existingServiceAccount: false },
    ],
    [{ protocol: "tcp", idleTimeoutSeconds: 5 }, "idleTimeoutSeconds", { protocol: "tcp" }],
  ])("%j is told of at %s", (wrong, path, right) => {
    expect(told(wrong)).toEqual([`w.${path}`]);
    expect(told(right)).toEqual([]);
  });

  test("annotations of an account that exists are its owner's", () => {
    const its = { port: 8080, serviceAccountAnnotations: { "example.com/a": "b" }, existingServiceAccount: true };
    expect(meshWorkloadProblems("billing", its)).toEqual([
      {
        propertyPath: "serviceAccountAnnotations",
        reason: "are for a ServiceAccount that is made here, and this one exists; have its owner set them",
      },
    ]);
  });

  test("its name is that of any service", () => {
    expect(told({}, "default")).toEqual(["w.serviceName"]);
    expect(told({}, "a".repeat(63))).toEqual([]);
  });
});
