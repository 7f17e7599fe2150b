import * as pulumi from "@pulumi/pulumi";
import * as fc from "../generated";
import { mergePodSpec, podSpecProblems } from "../../components/pods/podSpecOverride";

const CONTEXT = { serviceName: "shop", neededGraceSeconds: 20 };
const problems = (podSpec: unknown, more: object = {}) =>
  podSpecProblems(podSpec as never, { ...CONTEXT, ...more }, "podSpec");
const told = (podSpec: unknown) => problems(podSpec).map((p) => p.propertyPath);
const reason = (podSpec: unknown) => problems(podSpec)[0].reason;
const container = (more: object) => ({ containers: [{ name: "shop", ...more }] });

describe("what is put on top of a PodSpec", () => {
  const item = fc.record(
    { name: fc.constantFrom("a", "b", "c"), image: fc.constantFrom("x:1", "y:2") },
    { requiredKeys: ["name"] },
  );
  const list = fc.uniqueArray(item, { selector: ({ name }) => name });
  const spec = fc.record({ containers: list, hostname: fc.constantFrom("h", "i") }, { requiredKeys: [] });

  test("wins, changes nothing that it does not name, and adds what is not there", () => {
    fc.assert(
      fc.property(spec, spec, (base, over) => {
        const merged = mergePodSpec(base, over);
        expect(mergePodSpec(merged, over)).toEqual(merged);
        expect(merged.hostname).toBe(over.hostname ?? base.hostname);
        const of = (from: typeof base, name: string) => from.containers?.find((each) => each.name === name);
        for (const name of ["a", "b", "c"]) {
          const [before, given] = [of(base, name), of(over, name)];
          expect(of(merged, name)).toEqual(before || given ? { ...before, ...given } : undefined);
        }
        const names = base.containers?.map((each) => each.name) ?? [];
        expect((merged.containers ?? []).slice(0, names.length).map((each) => each.name)).toEqual(names);
      }),
    );
  });

  test.each([
    ["containers", "name"],
    ["initContainers", "name"],
    ["volumes", "name", "emptyDir"],
    ["imagePullSecrets", "name"],
    ["env", "name", "valueFrom"],
    ["ports", "name"],
    ["volumeMounts", "mountPath"],
  ])("is merged item by item in %s, which are told apart by their %s", (key, id, inner = "inner") => {
    const base = {
      [key]: [
        { [id]: "a", [inner]: { x: 1 } },
        { [id]: "b", [inner]: { y: 1 } },
      ],
    };
    const merged = inner === "valueFrom" ? { x: 2 } : { x: 2, y: 1 };
    expect(mergePodSpec(base, { [key]: [{ [id]: "b", [inner]: { x: 2 } }, { [id]: "c" }] })).toEqual({
      [key]: [{ [id]: "a", [inner]: { x: 1 } }, { [id]: "b", [inner]: merged }, { [id]: "c" }],
    });
  });

  const sleep = { seconds: 10 };
  const exec = { command: ["drain"] };
  const httpGet = { path: "/", port: "main" };
  const from = (kind: string) => ({ valueFrom: { [kind]: { name: "a", key: "b" } } });
  test.each<[string, object, object, object]>([
    ["a hook before the end", { preStop: { sleep } }, { preStop: { exec } }, { preStop: { exec } }],
    ["a hook after the start", { postStart: { exec } }, { postStart: { sleep } }, { postStart: { sleep } }],
    [
      "a probe, which keeps its times",
      { readinessProbe: { httpGet, periodSeconds: 2 } },
      { readinessProbe: { exec } },
      { readinessProbe: { exec, periodSeconds: 2 } },
    ],
    [
      "a probe of another kind",
      { startupProbe: { exec } },
      { startupProbe: { grpc: { port: 1 } } },
      { startupProbe: { grpc: { port: 1 } } },
    ],
    [
      "a probe that the kubelet opens",
      { startupProbe: { tcpSocket: { port: 1 } } },
      { startupProbe: { httpGet } },
      { startupProbe: { httpGet } },
    ],
    [
      "a probe whose times alone are given",
      { readinessProbe: { httpGet, periodSeconds: 2 } },
      { readinessProbe: { periodSeconds: 5, exec: undefined } },
      { readinessProbe: { httpGet, periodSeconds: 5 } },
    ],
    [
      "a probe of the same kind, which is merged",
      { readinessProbe: { httpGet } },
      { readinessProbe: { httpGet: { path: "/ready" }, exec: undefined } },
      { readinessProbe: { httpGet: { path: "/ready", port: "main" } } },
    ],
    [
      "a variable",
      { env: [{ name: "A", value: "1" }] },
      { env: [{ name: "A", ...from("secretKeyRef") }] },
      { env: [{ name: "A", ...from("secretKeyRef") }] },
    ],
    [
      "a variable that came from elsewhere",
      { env: [{ name: "A", ...from("secretKeyRef") }] },
      { env: [{ name: "A", value: "1" }] },
      { env: [{ name: "A", value: "1" }] },
    ],
    [
      "a variable of another source",
      { env: [{ name: "A", ...from("secretKeyRef") }] },
      { env: [{ name: "A", ...from("configMapKeyRef") }] },
      { env: [{ name: "A", ...from("configMapKeyRef") }] },
    ],
    [
      "a volume",
      { volumes: [{ name: "writable-0", emptyDir: {} }] },
      { volumes: [{ name: "writable-0", persistentVolumeClaim: { claimName: "a" } }] },
      { volumes: [{ name: "writable-0", persistentVolumeClaim: { claimName: "a" } }] },
    ],
    [
      "a volume and a variable that are only named, which stay",
      { volumes: [{ name: "writable-0", emptyDir: {} }], env: [{ name: "A", value: "1" }] },
      { volumes: [{ name: "writable-0" }], env: [{ name: "A" }] },
      { volumes: [{ name: "writable-0", emptyDir: {} }], env: [{ name: "A", value: "1" }] },
    ],
  ])("is the one thing that Kubernetes takes there: %s", (_, base, over, merged) => {
    expect(mergePodSpec(base, over)).toEqual(merged);
    expect(mergePodSpec({ containers: [{ name: "a", ...base }] }, { containers: [{ name: "a", ...over }] })).toEqual({
      containers: [{ name: "a", ...merged }],
    });
  });

  test("is taken whole where nothing tells items apart", () => {
    expect(mergePodSpec({ args: ["a"] }, { args: ["b"] })).toEqual({ args: ["b"] });
    expect(mergePodSpec({ tolerations: [{ key: "a" }] }, { tolerations: [] })).toEqual({ tolerations: [] });
    expect(mergePodSpec({ containers: [{ image: "x" }] }, { containers: [{ image: "y" }] })).toEqual({
      containers: [{ image: "x" }, { image: "y" }],
    });
    expect(mergePodSpec({ containers: ["x"] }, { containers: ["y"] })).toEqual({ containers: ["x", "y"] });
    expect(mergePodSpec({ containers: [{ name: "a" }] }, { containers: "later" })).toEqual({ containers: "later" });
    expect(mergePodSpec({ containers: "later" }, { containers: [{ name: "a" }] })).toEqual({
      containers: [{ name: "a" }],
    });
    expect(mergePodSpec({ affinity: { a: 1 } }, { affinity: undefined })).toEqual({ affinity: { a: 1 } });
    expect(mergePodSpec({ affinity: { a: 1 } }, { affinity: { b: null } })).toEqual({ affinity: { a: 1, b: null } });
  });
});

test.each<[what: string, podSpec: object, paths: string[]]>([
  ["a key that Kubernetes has not", { hostname: "a", container: [] }, ["podSpec.container"]],
  ["the node's network", { hostNetwork: true }, ["podSpec.hostNetwork"]],
  [
    "what Kubernetes has anyway",
    { hostNetwork: false, restartPolicy: "Always", automountServiceAccountToken: true },
    [],
  ],
  ["a refused key that is not set", { hostPID: undefined }, []],
  ["a restart policy", { restartPolicy: "Never" }, ["podSpec.restartPolicy"]],
  ["the sidecar's user", { securityContext: { runAsUser: 5995 } }, ["podSpec.securityContext.runAsUser"]],
  ["the sidecar's volume", { volumes: [{ name: "consul-connect-inject-data" }] }, ["podSpec.volumes[0].name"]],
  [
    "a container without a name",
    { containers: [{ image: "a" }, { name: "", image: "a" }] },
    ["podSpec.containers[0].name", "podSpec.containers[1].name"],
  ],
  [
    "a container of the injector's name",
    { initContainers: [{ name: "envoy-sidecar", image: "a" }] },
    ["podSpec.initContainers[0].name"],
  ],
  ["its own container without an image", container({}), []],
  ["another one without", { containers: [{ name: "other" }] }, ["podSpec.containers[0].image"]],
  ["one before it of its name without", { initContainers: [{ name: "shop" }] }, ["podSpec.initContainers[0].image"]],
  [
    "a privileged container",
    container({ securityContext: { privileged: true } }),
    ["podSpec.containers[0].securityContext.privileged"],
  ],
  ...["readinessProbe", "livenessProbe", "startupProbe"].map((probe): [string, object, string[]] => [
    `a ${probe} that the sidecar answers`,
    container({ [probe]: { tcpSocket: { port: 1 } } }),
    [`podSpec.containers[0].${probe}.tcpSocket`],
  ]),
  ["a probe by HTTP", container({ readinessProbe: { httpGet: { port: 8080 } } }), []],
  [
    "a probe by HTTP of a container before it",
    { initContainers: [{ name: "a", image: "a", startupProbe: { httpGet: { port: 1 } } }] },
    ["podSpec.initContainers[0].startupProbe.httpGet"],
  ],
  [
    "a port on the node",
    container({ ports: [{ name: "x", containerPort: 1, hostPort: 1 }] }),
    ["podSpec.containers[0].ports[0].hostPort"],
  ],
  [
    "the port that the mesh serves",
    container({ ports: [{ name: "main", containerPort: 1 }] }),
    ["podSpec.containers[0].ports[0].name"],
  ],
  ["another port of its own", container({ ports: [{ name: "admin", containerPort: 1 }] }), []],
  [
    "a port main of another container",
    { containers: [{ name: "a", image: "a", ports: [{ name: "main", containerPort: 1 }] }] },
    [],
  ],
  [
    "a port main of a container before it",
    { initContainers: [{ name: "shop", image: "a", ports: [{ name: "main", containerPort: 1 }] }] },
    [],
  ],
])("of a part of a PodSpec, %s", (_, podSpec, paths) => {
  expect(told(podSpec)).toEqual(paths);
});

describe("of a part of a PodSpec, as of the options,", () => {
  test("the time for the end is long enough", () => {
    const of = (terminationGracePeriodSeconds: unknown) => problems({ terminationGracePeriodSeconds });
    const at = "podSpec.terminationGracePeriodSeconds";
    expect([of(20), of(604800), of(undefined), of(pulumi.output(5))]).toEqual([[], [], [], []]);
    const refused = (seconds: number) => [
      { propertyPath: at, reason: `${seconds} is out of range; use a whole number from 20 to 604800` },
    ];
    expect([of(19), of(604801)]).toEqual([refused(19), refused(604801)]);
  });

  test("a deadline is for pods that end", () => {
    const podSpec = { activeDeadlineSeconds: 60 };
    expect(problems(podSpec, { ends: true })).toEqual([]);
    expect(problems(podSpec)).toEqual([
      { propertyPath: "podSpec.activeDeadlineSeconds", reason: "is for pods that end, as a job's do; leave it out" },
    ]);
  });

  const ROOT =
    "0 is root, which Kubernetes does not start where runAsNonRoot is true; give the service runAsUser: 0, or runAsNonRoot: false here";
  const root = { securityContext: { runAsUser: 0 } };
  const nobody = { securityContext: { runAsUser: 1 } };
  const open = { securityContext: { runAsNonRoot: false } };
  const allowed = { securityContext: { runAsUser: 0, runAsNonRoot: false } };
  const before = (more: object) => ({ initContainers: [{ name: "a", image: "a", ...more }] });
  test.each<[string, object, string[]]>([
    ["the pod is root's", root, ["securityContext"]],
    ["the pod is, and a container says nothing of it", { ...root, ...container({}) }, ["securityContext"]],
    ["a container is", container(root), ["containers[0].securityContext"]],
    ["one before it is", before(root), ["initContainers[0].securityContext"]],
    ["all are", { ...root, ...container(root) }, ["securityContext", "containers[0].securityContext"]],
    ["the pod is another's", nobody, []],
    ["a container is another's", { ...open, ...container(nobody) }, []],
    ["the pod may be", allowed, []],
    ["a container may be", container(allowed), []],
    ["one before it may be", before(allowed), []],
    ["all may be", { ...open, ...container(root) }, []],
    [
      "all but one may be",
      { ...open, ...container({ securityContext: { runAsUser: 0, runAsNonRoot: true } }) },
      ["containers[0].securityContext"],
    ],
    ["a container says nothing of it", { ...allowed, ...container({}) }, []],
    ["the pod may be, and a container is no user's", { ...allowed, ...container({ securityContext: {} }) }, []],
  ])("root starts where it may, and %s", (_, podSpec, places) => {
    expect(problems(podSpec)).toEqual(places.map((at) => ({ propertyPath: `podSpec.${at}.runAsUser`, reason: ROOT })));
    expect(problems(podSpec, { runAsUser: 1 })).toEqual(problems(podSpec));
  });

  test("root starts where the options say that the service is root's", () => {
    expect(problems({ ...root, ...container(root), ...before(root) }, { runAsUser: 0 })).toEqual([]);
  });
});

test.each(["spec", [], null])("%j is no part of a PodSpec", (podSpec) => {
  expect(told(podSpec)).toEqual(["podSpec"]);
});

test("the node's DNS servers are refused, and others are not", () => {
  const reason =
    "Default is the node's DNS servers, which know neither the services nor Consul, whom the sidecar asks; leave it out, or use None with dnsConfig";
  expect(problems({ dnsPolicy: "Default" })).toEqual([{ propertyPath: "podSpec.dnsPolicy", reason }]);
  expect(problems({ dnsPolicy: "None", dnsConfig: { nameservers: ["169.254.20.10"] } })).toEqual([]);
  expect(problems({ dnsPolicy: "ClusterFirst" })).toEqual([]);
});

test("a key that is misspelt is told the right one", () => {
  for (const key of "affinity dnsConfig hostAliases nodeSelector overhead schedulerName subdomain tolerations volumes".split(
    " ",
  )) {
    expect(reason({ [`${key}s`]: {} })).toContain(`did you mean "${key}"`);
  }
});
