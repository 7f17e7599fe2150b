import * as pulumi from "@pulumi/pulumi";
import { foreignSpecProblems, HARMLESS_ANNOTATIONS } from "../../components/pods/sidecarConflicts";

const problems = (spec: object) => foreignSpecProblems(spec as Record<string, unknown>, "spec");
const container = (its: object) => ({ containers: [{ name: "a", ...its }] });
const before = (its: object) => ({ initContainers: [{ name: "a", ...its }] });
const secured = (securityContext: object) => container({ securityContext });
const adds = (capability: unknown) => secured({ capabilities: { add: ["CHOWN", capability] } });
const probed = (probe: unknown, ports?: unknown) => container({ readinessProbe: probe, ports });
const named = [{ name: "http", containerPort: 8080 }];

/** Pods that would be kept out of the mesh, or break in it; where that is told and why; and the nearest that would not. */
test.each<[wrong: object, path: string, reason: string, right: object]>([
  ...(["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"] as const).map(
    (key): [object, string, string, object] => [{ [key]: true }, key, "leave it out", { [key]: false }],
  ),
  [{ restartPolicy: "Never" }, "restartPolicy", "always restarted", { restartPolicy: "Always" }],
  [
    { securityContext: { runAsUser: 5995 } },
    "securityContext.runAsUser",
    "5995 is the sidecar's",
    { securityContext: { runAsUser: 5994 } },
  ],
  [secured({ runAsUser: 5996 }), "containers[0].securityContext.runAsUser", "is the sidecar's", secured({})],
  [
    secured({ runAsUser: pulumi.output(1) }),
    "containers[0].securityContext",
    "is an output; use a plain value",
    secured({ runAsUser: 1, seccompProfile: null }),
  ],
  [
    { securityContext: Promise.resolve({}) },
    "securityContext",
    "is an output; use a plain value",
    { securityContext: {} },
  ],
  [
    secured({ privileged: true }),
    "containers[0].securityContext.privileged",
    "undo the redirection",
    secured({ privileged: false }),
  ],
  ...["ALL", "CAP_NET_ADMIN", "net_raw", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "BPF"].map(
    (capability): [object, string, string, object] => [
      adds(capability),
      "containers[0].securityContext.capabilities.add[1]",
      `${capability} lets the container past the sidecar`,
      adds(`${capability}S`),
    ],
  ),
  [
    before({ securityContext: { capabilities: { add: ["BPF"] } } }),
    "initContainers[0].securityContext.capabilities.add[0]",
    "past the sidecar",
    before({ securityContext: { capabilities: { drop: ["BPF"] } } }),
  ],
  [adds("cap_bpf"), "containers[0].securityContext.capabilities.add[1]", "", adds("X_BPF")],
  ...["consul-dataplane", "consul-dataplane-web", "envoy-sidecar", "consul-connect-inject-init", "copy-consul-bin"].map(
    (name): [object, string, string, object] => [
      container({ name }),
      "containers[0].name",
      `"${name}" is what the injector calls the sidecar's own`,
      container({ name: `my-${name}s` }),
    ],
  ),
  [container({ name: "consul-sidecar" }), "containers[0].name", "", container({ name: "consul-sidecars" })],
  [
    { volumes: [{ name: "data" }, { name: "consul-connect-inject-data" }] },
    "volumes[1].name",
    `"consul-connect-inject-data" is the sidecar's volume`,
    { volumes: [{ name: "data" }] },
  ],
  [{ volumes: [{ name: "envoy-access-logs" }] }, "volumes[0].name", "the sidecar's volume", { volumes: [] }],
  [
    container({ ports: [{ containerPort: 20000 }] }),
    "containers[0].ports[0].containerPort",
    "is the sidecar's",
    container({ ports: [{ containerPort: 20001 }] }),
  ],
  [
    container({ ports: [{ containerPort: 80, hostPort: 80 }] }),
    "containers[0].ports[0].hostPort",
    "opens the port on the node",
    container({ ports: [{ containerPort: 80 }] }),
  ],
  [
    probed({ grpc: { port: 8080 } }),
    "containers[0].readinessProbe.grpc",
    "has no certificate",
    probed({ exec: { command: ["a"] } }),
  ],
  ...(["httpGet", "tcpSocket"] as const).map((way): [object, string, string, object] => [
    before({ startupProbe: { [way]: { port: 8080 } } }),
    `initContainers[0].startupProbe.${way}`,
    "the injector sends the probes of init containers to nobody",
    before({ startupProbe: { exec: { command: ["a"] } } }),
  ]),
  [
    before({ livenessProbe: { httpGet: { port: 1 }, tcpSocket: { port: 1 } } }),
    "initContainers[0].livenessProbe.httpGet",
    "",
    before({}),
  ],
  [
    probed({ httpGet: { port: 8080, scheme: "HTTPS" } }),
    "containers[0].readinessProbe.httpGet.scheme",
    "by plain HTTP",
    probed({ httpGet: { port: 8080, scheme: "HTTP" } }),
  ],
  [
    probed({ httpGet: { port: 8080, path: "healthz" } }),
    "containers[0].readinessProbe.httpGet.path",
    'begin with "/"',
    probed({ httpGet: { port: 8080, path: "" } }),
  ],
  [
    probed({ httpGet: { port: "web" } }, named),
    "containers[0].readinessProbe.httpGet.port",
    '"web" is not the name of a port',
    probed({ httpGet: { port: "http" } }, named),
  ],
  [
    probed({ httpGet: { port: "8080a" } }, named),
    "containers[0].readinessProbe.httpGet.port",
    "not the name of a port",
    probed({ httpGet: { port: "8080" } }, named),
  ],
  [
    probed({ httpGet: { port: "a8080" } }, named),
    "containers[0].readinessProbe.httpGet.port",
    "not the name of a port",
    probed({ httpGet: { port: 8080, path: pulumi.output("/a") } }),
  ],
  ...(["postStart", "preStop"] as const).flatMap((hook) =>
    (["httpGet", "tcpSocket"] as const).map((way): [object, string, string, object] => [
      container({ lifecycle: { [hook]: { [way]: { port: 1 } } } }),
      `containers[0].lifecycle.${hook}.${way}`,
      "does not get past the sidecar",
      container({ lifecycle: { [hook]: { exec: { command: ["a"] } } } }),
    ]),
  ),
  [{ containers: pulumi.output([]) }, "containers", "is an output; use a plain list", { containers: [] }],
  [{ containers: {} }, "containers", "is not a list", container({ lifecycle: "later" })],
  ...["text", null, [], pulumi.output({}), Promise.resolve({})].map((item): [object, string, string, object] => [
    { initContainers: [item] },
    "initContainers[0]",
    "is not an object of plain keys",
    {},
  ]),
  [
    container({ ports: ["http"] }),
    "containers[0].ports[0]",
    "is not an object of plain keys",
    container({ ports: [] }),
  ],
])("of pods of another's, %j is told of at %s", (wrong, path, reason, right) => {
  expect(problems(wrong)).toEqual([
    { propertyPath: `spec.${path}`, reason: expect.stringContaining(reason) as string },
  ]);
  expect(problems(right)).toEqual([]);
});

test("a port's name may be that of another container", () => {
  expect(
    problems({
      containers: [
        { name: "a", livenessProbe: { httpGet: { port: "admin" } } },
        { name: "b", ports: [{ name: "admin", containerPort: 9000 }] },
      ],
    }),
  ).toEqual([]);
});

test.each<[string, boolean]>([
  ["sidecar-proxy-cpu-request", true],
  ["sidecar-proxy-memory-limit", true],
  ["consul-envoy-proxy-concurrency", true],
  ["consul-dns", true],
  ["enable-metrics", true],
  ["enable-metrics-merging", true],
  ["merged-metrics-port", true],
  ["service-metrics-port", true],
  ["service-metrics-path", true],
  ["service-meta-version", true],
  ["service-meta-", false],
  ["connect-inject", false],
  ["transparent-proxy", false],
  ["transparent-proxy-exclude-inbound-ports", false],
  ["enable-metrics-of-another", false],
  ["envoy-extra-args", false],
])("the annotation %s leaves whom the sidecar lets in as it is: %s", (name, harmless) => {
  expect(HARMLESS_ANNOTATIONS.test(`consul.hashicorp.com/${name}`)).toBe(harmless);
  expect(HARMLESS_ANNOTATIONS.test(`x.consul.hashicorp.com/${name}`)).toBe(false);
});
