import * as pulumi from "@pulumi/pulumi";
import { drainProblems, initContainerWarnings, longEndWarnings } from "../../components/services/meshServiceProblems";
import { meshServiceProblems, MeshServiceOptions, meshServiceWarnings } from "../../components";
import { oldVariableNameProblems } from "../../components/pods/containerProblems";

const OUT =
  "lets calls out past the sidecar, so that no intention holds; declare where they go in externalDestinations";
const IN =
  "lets calls in past the sidecar, so that no intention holds; probes by httpGet get in without it, metrics by enable-metrics-merging and service-metrics-port of consul.hashicorp.com, and another port is a service of its own";
const PAST_THE_SIDECAR = [
  ["consul.hashicorp.com/transparent-proxy-exclude-outbound-cidrs", OUT],
  ["consul.hashicorp.com/transparent-proxy-exclude-outbound-ports", OUT],
  ["consul.hashicorp.com/transparent-proxy-exclude-uids", OUT],
  ["consul.hashicorp.com/transparent-proxy-exclude-inbound-ports", IN],
] as const;

type Given = Partial<MeshServiceOptions>;
/** What is wrong, where it is told, something of the reason, and the nearest that is right. */
type Row = readonly [wrong: Given, path: string, reason: string, right: Given];

const shop: MeshServiceOptions = { image: "registry.example/shop:1.4.2", port: 8080 };
const requests = { cpu: "100m", memory: "64Mi" };
const NAME_OF_253 = `${"a".repeat(126)}.${"b".repeat(126)}`;
const exec = { command: ["true"] };
const [A, B] = ["x".repeat(130000), "y".repeat(120000)];

function judge(rows: readonly Row[]) {
  test.each(rows)("%j is told of at %s: %s", (wrong, path, reason, right) => {
    expect(meshServiceProblems("shop", { ...shop, ...wrong })).toContainEqual({
      propertyPath: path,
      reason: expect.stringContaining(reason) as string,
    });
    expect(meshServiceProblems("shop", { ...shop, ...right })).toEqual([]);
  });
}

/** The same input of a wrong and a right value, and a reason for all. */
const all = <V>(of: (value: V) => Given, path: string, reason: string, pairs: readonly (readonly [V, V])[]): Row[] =>
  pairs.map(([wrong, right]) => [of(wrong), path, reason, of(right)] as const);

describe("what a container may do", () => {
  judge([
    ...(
      [
        ["SYS_MODULE", "load modules"],
        ["SYS_RAWIO", "reach the node's devices"],
        ["SYS_BOOT", "restart the node"],
        ["SYS_PTRACE", "look into other processes"],
        ["DAC_READ_SEARCH", "read the node's files"],
        ["MAC_ADMIN", "change the node's access control"],
        ["MAC_OVERRIDE", "bypass the node's access control"],
      ] as const
    ).map(([capability, reason]): Row => [
      { addCapabilities: ["KILL", capability] },
      "addCapabilities[1]",
      reason,
      { addCapabilities: ["KILL", "SYS_TIME", "DAC_OVERRIDE"] },
    ]),
    [{ addCapabilities: ["KILL_CAP_"] }, "addCapabilities[0]", "one such as", { addCapabilities: ["WAKE_ALARM"] }],
    ...(
      [
        ["/sys", "/a/sys", "the kernel's"],
        ["/proc/1", "/a/proc", "the kernel's"],
        ["/dev/shm/a", "/a/dev", "but at /dev/shm"],
        ["/run/secrets/kubernetes.io", "/a/run/secrets/kubernetes.io", "the pod's identity"],
        ["/var/run/secrets/kubernetes.io/a", "/run/secrets/kubernetes.ios", "the pod's identity"],
        ["/run/secrets/kubernetes.io/a", "/run/secrets/kubernetes-io", "the pod's identity"],
        ["/consul", "/a/consul", "the sidecar and the container share"],
        ["/etc/resolv.conf", "/a/etc/hosts", "a file that Kubernetes writes"],
        ["/etc/hostname", "/etc/resolv-conf", "a file that Kubernetes writes"],
        ["/usr/lib64", "/a/bin", "has files of the image's"],
        ["/sbin", "/sbin/a", "has files of the image's"],
        ["/a:b", "/a.b", "is not an absolute path"],
        ["/a/", "/a/b", "is not an absolute path"],
        ["a/b", "/b", "is not an absolute path"],
        [`/${"a".repeat(4095)}`, `/${"a".repeat(4094)}`, "is not an absolute path"],
      ] as const
    ).map(([wrong, right, reason]): Row => [
      { writablePaths: [wrong] },
      "writablePaths[0]",
      reason,
      { writablePaths: [right] },
    ]),
    [
      { volumes: [{ mountPath: "/consul", secret: { secretName: "a" } }] },
      "volumes[0].mountPath",
      "the sidecar and the container share",
      { volumes: [{ mountPath: "/usr/bin", secret: { secretName: "a" } }] },
    ],
  ]);
});

describe("variables and where they come from", () => {
  const from = (fieldPath: string): Given => ({ env: { A: { fieldRef: { fieldPath } } } });
  const part = (resource: string): Given => ({ env: { A: { resourceFieldRef: { resource } } } });
  const unit = (its: string): Given => {
    const [resource, divisor] = its.split(" ");
    return { env: { A: { resourceFieldRef: { resource, divisor } } } };
  };
  const ref = (key: string, name: string = "db"): Given => ({ env: { A: { secretKeyRef: { name, key } } } });
  judge([
    [{ env: { A: {} } }, "env.A", "exactly one", ref("a")],
    [
      { env: { A: { secretKeyRef: { name: "a", key: "a" }, configMapKeyRef: { name: "a", key: "a" } } } },
      "env.A",
      "more than one",
      { env: { A: { configMapKeyRef: { name: "a", key: "a" } } } },
    ],
    [
      { env: { A: { configMapKeyRef: { name: "A", key: "a" } } } },
      "env.A.configMapKeyRef.name",
      "not a valid name for an object",
      { env: { A: { configMapKeyRef: { name: "a", key: "a" } } } },
    ],
    ...all(from, "env.A.fieldRef.fieldPath", "not a field that a variable can take", [
      ["metadata.names", "metadata.name"],
      ["x.metadata.name", "metadata.namespace"],
      ["metadata.labels['']", "metadata.labels['a']"],
      ["metadata.labels", "metadata.annotations['example.com/ab']"],
      ["spec.hostNetwork", "spec.nodeName"],
      ["status.phase", "status.hostIPs"],
      ["status.podIPss", "status.podIP"],
      ["metadata.generation", "metadata.uid"],
      ["spec", "spec.serviceAccountName"],
    ]),
    [
      { env: { A: { fieldRef: { fieldPath: "metadata.name" }, resourceFieldRef: { resource: "limits.cpu" } } } },
      "env.A",
      "has more than one of secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef; give exactly one",
      part("limits.cpu"),
    ],
    [
      part("memory"),
      "env.A.resourceFieldRef.resource",
      '"memory" is not a resource that a variable can take; use one such as limits.memory or requests.cpu',
      part("limits.memory"),
    ],
    ...all(part, "env.A.resourceFieldRef.resource", "not a resource that a variable can take", [
      ["limits.memorys", "requests.memory"],
      ["xlimits.memory", "requests.ephemeral-storage"],
      ["limits.nvidia.com/gpu", "limits.ephemeral-storage"],
      ["", "requests.cpu"],
    ]),
    [
      unit("limits.cpu 1Mi"),
      "env.A.resourceFieldRef.divisor",
      '"1Mi" is not a unit of limits.cpu; use 1 or 1m',
      unit("limits.cpu 1m"),
    ],
    [
      unit("limits.memory 1m"),
      "env.A.resourceFieldRef.divisor",
      '"1m" is not a unit of limits.memory; use 1, or one such as 1Mi',
      unit("limits.memory 1Mi"),
    ],
    ...all(unit, "env.A.resourceFieldRef.divisor", "is not a unit of", [
      ["limits.cpu 1mm", "limits.cpu 1"],
      ["limits.cpu 11", "limits.cpu 1m"],
      ["limits.memory 1ki", "limits.memory 1k"],
      ["limits.memory 11M", "limits.memory 1M"],
      ["limits.memory 1Mib", "limits.memory 1"],
    ]),
    ...all(ref, "env.A.secretKeyRef.key", "is not a valid key; use 1 to 253", [
      ["", "a"],
      ["a/b", "-._aZ9"],
      ["a ", "a-a"],
      [" a", "a_a"],
      ["a".repeat(254), "a".repeat(253)],
    ]),
    ...all((name: string) => ref("a", name), "env.A.secretKeyRef.name", "not a valid name for an object", [
      ["-a", "a-a"],
      ["a-", "0a"],
      ["a..b", "a.b-c.d"],
      ["a.-b", "a.b"],
      ["a.b-", "a.0"],
      ["a_b", "a9"],
      [`${NAME_OF_253}c`, NAME_OF_253],
    ]),
    ...all(
      (prefix: string): Given => ({ envFrom: [{ prefix, configMapRef: { name: "a" } }] }),
      "envFrom[0].prefix",
      "",
      [
        ["A=", "A_"],
        ["A B", ""],
      ],
    ),
    [
      { envFrom: [{ secretRef: { name: "A" } }] },
      "envFrom[0].secretRef.name",
      "not a valid name for an object",
      { envFrom: [{ secretRef: { name: "a" } }] },
    ],
    [
      { envFrom: [{ configMapRef: { name: "A" } }] },
      "envFrom[0].configMapRef.name",
      "not a valid name for an object",
      { envFrom: [{ configMapRef: { name: pulumi.output("A") } }] },
    ],
    [{ env: { "a b": "" } }, "env", "not a valid name for an environment variable", { env: { "!~<>": "" } }],
  ]);

  test.each<[what: string, paths: string[], large: Given, canary: Given["canary"]]>([
    ["a service's variables", ["env"], { env: { A, B } }, { image: "a:1" }],
    ["a canary's variables", ["canary.env"], {}, { env: { A, B } }],
    ["a canary's arguments beside the service's variables", ["canary.env"], { env: { A } }, { args: [B] }],
    ["neither, each by itself", [], { env: { A } }, { env: { A: B } }],
  ])("too large for the injector: %s", (_, paths, large, canary) => {
    const routes = [{ host: "a.test" }];
    const problems = meshServiceProblems("shop", { ...shop, ...large, routes, canary: { ...canary, weight: 1 } });
    expect(problems.map((p) => p.propertyPath)).toEqual(paths);
  });

  test.each<[string, string | undefined, boolean]>([
    ["1A", "v1.31.4", false],
    ["1A", "1.9", false],
    ["1A", "1.32", true],
    ["1A", "1.100", true],
    ["1A", undefined, true],
    ["1A", "banana 1.31", true],
    ["A:B", "1.31", false],
    ["é", "1.31", false],
    ["-._aZ9", "1.31", true],
    ["A", "1.31", true],
  ])("a variable %s on Kubernetes %s: taken, %s", (name, kubernetes, taken) => {
    const problems = oldVariableNameProblems({ env: { [name]: "" } }, kubernetes, "services[0].");
    expect(problems.map((p) => p.propertyPath)).toEqual(taken ? [] : ["services[0].env"]);
    expect(oldVariableNameProblems({}, kubernetes, "")).toEqual([]);
  });

  const warned = (env: Record<string, string>) =>
    meshServiceWarnings({ ...shop, env }).map((p) => p.propertyPath.replace("env.", ""));

  test("what looks like a secret is warned of", () => {
    const names =
      "PASS PASSWORD DB_PASSWD SSH_PASSPHRASE PWD APP.SECRET X-TOKEN apikey API_KEY PRIVATEKEY PRIVATE_KEY ACCESSKEY AWS_ACCESS_KEY_ID CREDENTIAL CREDENTIALS";
    const env = Object.fromEntries(names.split(" ").map((name) => [name, "x"]));
    expect(warned(env)).toEqual(Object.keys(env));
    const values = {
      A: "https://:x@b",
      B: "a+b.c-1://user:x@b",
      C: "-----BEGIN RSA PRIVATE KEY-----",
      D: "text\n-----BEGIN PRIVATE KEY-----",
      E: "Server=db;User Id=sa;Password=x;Encrypt=True",
      F: "jdbc:postgresql://db/shop?user=shop&password=x",
      G: "jdbc:postgresql://db/shop?password=x",
      H: "host=db user=shop PWD=x",
      DB_PASSWORD: "x$(PASSWORD)",
      OTHER_PASSWORD: "$(PASSWORD)x",
      BOTH_PASSWORD: "$(PASSWORD)$(PASSWORD)",
      NO_PASSWORD: "$()",
    };
    expect(warned(values)).toEqual(Object.keys(values));
  });

  test("what only names one is not", () => {
    expect(warned({ DB_PASSWORD: "$(PASSWORD)" })).toEqual([]);
    const suffixes = "FILE PATH NAME URL TTL LENGTH HEADER EXPIRY ISSUER".split(" ");
    expect(warned(Object.fromEntries(suffixes.map((suffix) => [`TOKEN_${suffix}`, "x"])))).toEqual([]);
    expect(warned({ TOKEN_FILES: "x", TOKEN_FILE_A: "x" })).toEqual(["TOKEN_FILES", "TOKEN_FILE_A"]);
    const values = [
      "https://a/b:c@d",
      "postgres://shop:$(PASSWORD)@db/shop",
      "Server=db;Password=$(PASSWORD);Encrypt=True",
      "Server=db;Password=;Encrypt=True",
      "jdbc:postgresql://db/shop?password=&ssl=true",
      "host=db password= user=shop",
      "Server=db;NoPassword=x",
      "https://a:b/@c",
      "https://user:@b",
      "https://user@b",
      "x https://u:p@b",
      "://a:b@c",
    ];
    expect(warned(Object.fromEntries(values.map((value, i) => [`A${i}`, value])))).toEqual([]);
  });
});

describe("resources, labels and annotations", () => {
  const limit = (resource: string, value: string): Given => ({ resources: { limits: { [resource]: value } } });
  const label = (value: string): Given => ({ podLabels: { team: value } });
  const key = (name: string): Given => ({ podLabels: { [name]: "a" } });
  const annotation = (name: string, value: string = "a"): Given => ({ podAnnotations: { [name]: value } });
  const account = (name: string): Given => ({ serviceAccountAnnotations: { [name]: "arn:aws:iam::1:role/a b" } });
  judge([
    ...["ram", "a cpu", "cpus", "hugepages-", "-a/b", "a-/b", "a/-b", "a/b-", "a/", "/b", "A/b"].map(
      (resource): Row => [limit(resource, "1"), `resources.limits.${resource}`, "is not a resource", limit("cpu", "1")],
    ),
    ...["ephemeral-storage", "hugepages-2Mi", "nvidia.com/gpu", "a/b", "a-1.b/C_d.e-f"].map((resource): Row => [
      limit("memory", "1n"),
      "resources.limits.memory",
      "a fraction of a byte",
      limit(resource, "1"),
    ]),
    [limit("memory", "64u"), "resources.limits.memory", "a fraction of a byte", limit("cpu", "64u")],
    [limit("a/b", "1m"), "resources.limits.a/b", "a fraction of one", limit("a/b", "1")],
    [
      { resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } },
      "resources.requests.memory",
      "more than the limit, 1Gi",
      { resources: { requests: { memory: "1Gi" }, limits: { memory: "1024Mi" } } },
    ],
    [
      { resources: { requests: { "a/b": "1" }, limits: { "a/b": "2" } } },
      "resources.requests.a/b",
      "is of what pods cannot share, so it has to equal the limit; give the limit alone",
      { resources: { requests: { cpu: "1" } } },
    ],
    [
      { resources: { requests: { cpu: "one" } } },
      "resources.requests.cpu",
      "",
      { resources: { requests: { "a/b": "1" }, limits: { "a/b": "1" } } },
    ],
    ...all(label, 'podLabels["team"]', "not a label value", [
      ["-a", ""],
      ["a-", "a-._B9"],
      ["a".repeat(64), "a".repeat(63)],
      ["é", "1"],
    ]),
    ...["a b", "-a", "a-", "/a", "a/", "A/a", "-a/b", "a-/b", "a..b/c", "a.-b/c", "a.b-/c", "a".repeat(64)].map(
      (name): Row => [key(name), `podLabels["${name}"]`, "not a metadata key", key("a-1.b-2.c/D_e.f-g")],
    ),
    ...(
      [
        ["app", "my.app"],
        ["consul-traefik-mesh/service", "x.consul-traefik-mesh/service"],
        ["consul.hashicorp.com/connect-inject", "notconsul.hashicorp.com/connect-inject"],
        ["x.consul.hashicorp.com/a", "apps"],
        ["pod-template-hash", "pod-template-hashes"],
        ["kubernetes.io/a", "app.kubernetes.io/name"],
        ["x.kubernetes.io/a", "notkubernetes.io/a"],
        ["x-app.kubernetes.io/name", "cluster-autoscaler.kubernetes.io/safe-to-evict"],
        ["kubernetes.io/ingress-bandwidths", "kubernetes.io/ingress-bandwidth"],
        ["x.kubernetes.io/egress-bandwidth", "kubernetes.io/egress-bandwidth"],
        ["x-controller.kubernetes.io/a", "controller.kubernetes.io/pod-deletion-cost"],
        ["x-kubectl.kubernetes.io/a", "kubectl.kubernetes.io/default-container"],
        ["x-cluster-autoscaler.kubernetes.io/a", "container.apparmor.security.beta.kubernetes.io/shop"],
      ] as const
    ).map(([wrong, right]): Row => [key(wrong), `podLabels["${wrong}"]`, "which the component sets", key(right)]),
    ...PAST_THE_SIDECAR.map(([name, reason]): Row => [
      annotation(name),
      `podAnnotations["${name}"]`,
      reason,
      annotation("consul.hashicorp.com/service-metrics-port", "9102"),
    ]),
    ...(
      [
        ["sidecar-proxy-memory-request", "64 MB", "64Mi", ""],
        ["enable-metrics-merging", "on", "0", "neither true nor false"],
        ["consul-dns", "off", "false", "neither true nor false"],
        ["enable-metrics", "truely", "True", "neither true nor false"],
        ["enable-metrics", "xt", "f", "neither true nor false"],
        ["merged-metrics-port", "0", "1", "not a number from 1 to 65535"],
        ["service-metrics-port", "65536", "65535", "not a number from 1 to 65535"],
        ["service-metrics-port", "1a", "10", "not a number from 1 to 65535"],
        ["service-metrics-port", "a1", "9102", "not a number from 1 to 65535"],
        ["service-metrics-port", "000001", "00001", "not a number from 1 to 65535"],
        ["consul-envoy-proxy-concurrency", "two", "2", "not a number from 0 to 65535"],
        ["service-metrics-path", "a/", "/", 'begin with "/"'],
      ] as const
    ).map(([name, wrong, right, reason]): Row => {
      const whole = `consul.hashicorp.com/${name}`;
      return [annotation(whole, wrong), `podAnnotations["${whole}"]`, reason, annotation(whole, right)];
    }),
    [
      annotation("linkerd.io/inject", "enabled"),
      'podAnnotations["linkerd.io/inject"]',
      "asks another mesh to take the pod in, which would get in this one's way; leave it out",
      annotation("linkerd.io/inject", "disabled"),
    ],
    [
      { podLabels: { "sidecar.istio.io/inject": "true" } },
      'podLabels["sidecar.istio.io/inject"]',
      "asks another mesh to take the pod in, which would get in this one's way; leave it out",
      { podLabels: { "sidecar.istio.io/inject": "false" } },
    ],
    [
      annotation("consul.hashicorp.com/connect-service", "a"),
      'podAnnotations["consul.hashicorp.com/connect-service"]',
      "which the component sets",
      annotation("consul.hashicorp.com/service-meta-version", "a b"),
    ],
    ...(
      [
        ["consul.hashicorp.com/service-name", "eks.amazonaws.com/role-arn"],
        ["x.consul.hashicorp.com/a", "iam.gke.io/gcp-service-account"],
        ["a.b.consul.hashicorp.com/a", "azure.workload.identity/client-id"],
        ["consul.hashicorp.com/a", "notconsul.hashicorp.com/a"],
        ["consul.hashicorp.com/b", "consul.hashicorp.com"],
        ["consul.hashicorp.com/c", "kubernetes.io/enforce-mountable-secrets"],
      ] as const
    ).map(([wrong, right]): Row => [
      account(wrong),
      `serviceAccountAnnotations["${wrong}"]`,
      "decides who the pods are to Consul, which the component sets; leave it out",
      account(right),
    ]),
    ...(
      [
        ["pulumi.com/patchForce", "notpulumi.com/patchForce"],
        ["x.pulumi.com/a", "pulumi.com.example/a"],
        ["a.b.pulumi.com/a", "pulumi.com"],
      ] as const
    ).map(([wrong, right]): Row => [
      account(wrong),
      `serviceAccountAnnotations["${wrong}"]`,
      "decides how Pulumi applies the ServiceAccount, which the component sets; leave it out",
      account(right),
    ]),
    [
      { serviceAccountAnnotations: {}, existingServiceAccount: true },
      "serviceAccountAnnotations",
      "are for a ServiceAccount that is made here, and this one exists; have its owner set them",
      { existingServiceAccount: true },
    ],
    [account("a b"), 'serviceAccountAnnotations["a b"]', "not a metadata key", key("azure.workload.identity/use")],
    [{ nodeSelector: { a: "b c" } }, 'nodeSelector["a"]', "not a label value", annotation("a.example/enable-metrics")],
    [{ spreadOver: ["-a"] }, "spreadOver[0]", "not a label key", { spreadOver: ["a/b", "c"] }],
    [{ priorityClassName: "a b" }, "priorityClassName", "not a valid name for an object", { priorityClassName: "a-b" }],
    [
      { imagePullSecrets: ["a", "B"] },
      "imagePullSecrets[1]",
      "not a valid name for an object",
      { imagePullSecrets: ["a", "b"] },
    ],
  ]);
});

describe("probes, volumes and ends", () => {
  const live = (livenessProbe: Given["livenessProbe"]): Given => ({ livenessProbe });
  const times = (input: string, value: number): Given => live({ exec, [input]: value });
  const volume = (its: object): Given => ({ volumes: [{ mountPath: "/data", ...its } as never] });
  const inVolume = (subPath: string) => volume({ emptyDir: {}, subPath });
  const tolerates = (its: object): Given => ({ tolerations: [its as never] });
  judge([
    ...(
      [
        ["initialDelaySeconds", -1, 0],
        ["initialDelaySeconds", 86401, 86400],
        ["periodSeconds", 0, 1],
        ["periodSeconds", 86401, 86400],
        ["timeoutSeconds", 0, 1],
        ["timeoutSeconds", 86401, 86400],
        ["failureThreshold", 0, 1],
        ["failureThreshold", 10001, 10000],
        ["successThreshold", 0, 1],
      ] as const
    ).map(([input, wrong, right]): Row => [
      times(input, wrong),
      `livenessProbe.${input}`,
      `${wrong} is out of range`,
      times(input, right),
    ]),
    [
      { readinessProbe: { exec, successThreshold: 0 } },
      "readinessProbe.successThreshold",
      "out of range",
      { readinessProbe: { exec, successThreshold: 3 } },
    ],
    [
      live({ exec, httpGet: { path: "/" } }),
      "livenessProbe",
      "more than one",
      live({ httpGet: { path: "/a-_.~!$&'()*+,;=:@/%2F" } }),
    ],
    [
      live({ httpGet: { path: "/", port: 65536 } }),
      "livenessProbe.httpGet.port",
      "out of range",
      live({ httpGet: { path: "/", port: 65535 } }),
    ],
    ...(["tcp", "grpc"] as const).map((protocol): Row => [
      { protocol, ...live({ httpGet: { path: "/", port: 8080 } }) },
      "livenessProbe.httpGet",
      `a ${protocol} service answers no HTTP/1.1 request`,
      { protocol, ...live({ exec }) },
    ]),
    ...(["/a%2", "/a%zz", "/a/.", "/a/..", "/a/./b", "/a/", "/é"] as const).map((path): Row =>
      path === "/a/"
        ? [live({ httpGet: { path: "a/" } }), "livenessProbe.httpGet.path", "begin with", live({ httpGet: { path } })]
        : [
            live({ httpGet: { path } }),
            "livenessProbe.httpGet.path",
            "not a plain path",
            live({ httpGet: { path: "/a/.b" } }),
          ],
    ),
    ...(["livenessProbe", "startupProbe"] as const).map((probe): Row => [
      { protocol: "grpc", healthGrpcService: "", [probe]: { httpGet: { path: "/", port: 1 } } },
      "healthGrpcService",
      "is set alongside an HTTP probe",
      { protocol: "grpc", healthGrpcService: "", [probe]: { exec } },
    ]),
    [
      {
        protocol: "grpc",
        healthGrpcService: "",
        podSpec: { containers: [{ name: "b", image: "b:1", livenessProbe: { httpGet: { path: "/", port: 1 } } }] },
      },
      "healthGrpcService",
      "is set alongside an HTTP probe",
      { protocol: "grpc", healthGrpcService: "a".repeat(255), podSpec: { hostname: "a" } },
    ],
    [
      { protocol: "grpc", healthGrpcService: "a".repeat(256) },
      "healthGrpcService",
      "not a valid name for a gRPC service",
      { protocol: "grpc", healthGrpcService: "a.b-C/d_1" },
    ],
    [
      { protocol: "grpc", healthGrpcService: " a" },
      "healthGrpcService",
      "not a valid name for a gRPC service",
      { protocol: "grpc", healthGrpcService: "a" },
    ],
    ...(
      [
        [{ secret: { secretName: "A" } }, "secret.secretName", { secret: { secretName: "a" } }],
        [{ configMap: { name: "A" } }, "configMap.name", { configMap: { name: "a" } }],
        [
          { persistentVolumeClaim: { claimName: "A" } },
          "persistentVolumeClaim.claimName",
          { persistentVolumeClaim: { claimName: "a" } },
        ],
      ] as const
    ).map(([wrong, at, right]): Row => [
      volume(wrong),
      `volumes[0].${at}`,
      "not a valid name for an object",
      volume(right),
    ]),
    [
      volume({ emptyDir: {}, secret: { secretName: "a" } }),
      "volumes[0]",
      "more than one",
      { volumes: [{ mountPath: "/bin", secret: { secretName: "a" } }] },
    ],
    [
      {
        volumes: [
          { mountPath: "/a", emptyDir: {} },
          { mountPath: "/a", emptyDir: {} },
        ],
      },
      "volumes[1].mountPath",
      "is mounted already",
      {
        volumes: [
          { mountPath: "/a", emptyDir: {} },
          { mountPath: "/b", emptyDir: {} },
        ],
      },
    ],
    [volume({ emptyDir: { sizeLimit: "1GB" } }), "volumes[0].emptyDir.sizeLimit", "1Gi", volume({ emptyDir: {} })],
    ...all(inVolume, "volumes[0].subPath", "leads out of the volume", [
      ["/a", "a/"],
      ["..", "..a"],
      ["a/..", "a.."],
      ["a/../b", "a/..b"],
      ["b/a../..", "b/a../c"],
      ["a\nb", "a b"],
      ["", "a"],
      ["a".repeat(4096), "a".repeat(4095)],
    ]),
    [tolerates({ key: "a b" }), "tolerations[0].key", "not a label key", tolerates({ key: "a" })],
    [
      tolerates({ key: "a", value: "b c" }),
      "tolerations[0].value",
      "not a label value",
      tolerates({ key: "a", value: "b" }),
    ],
    [
      tolerates({ key: "a", operator: "Exists", value: "b" }),
      "tolerations[0].value",
      "takes none",
      tolerates({ key: "a", operator: "Equal", value: "b" }),
    ],
    [tolerates({ operator: "Equal" }), "tolerations[0]", "has no key", tolerates({ operator: "Exists" })],
    [
      tolerates({ key: "a", effect: "NoExecute", tolerationSeconds: -1 }),
      "tolerations[0].tolerationSeconds",
      "out of range",
      tolerates({ key: "a", effect: "NoExecute", tolerationSeconds: 0 }),
    ],
    [
      { terminationGracePeriodSeconds: 604801 },
      "terminationGracePeriodSeconds",
      "out of range",
      { terminationGracePeriodSeconds: 604800 },
    ],
    [{ drainSeconds: 301 }, "drainSeconds", "out of range", { drainSeconds: 300 }],
  ]);
});

describe("what runs the pods, and how many", () => {
  const scaled = (its: object): Given => ({
    resources: { requests },
    autoscaling: { minReplicas: 1, maxReplicas: 2, ...its },
  });
  const claims = (...volumeClaims: NonNullable<Given["volumeClaims"]>): Given => ({
    kind: "StatefulSet",
    volumeClaims,
  });
  const budget = (maxUnavailable: unknown): Given => ({ disruptionBudget: { maxUnavailable } as never });
  const claim = { mountPath: "/data", storage: "1Gi" };
  judge([
    [
      { kind: "StatefulSet", canary: { image: "a:1", weight: 1 }, routes: [{ host: "a.test" }] },
      "canary",
      "a second version is a second Deployment, and this is a StatefulSet",
      { kind: "Deployment", canary: { image: "a:1", weight: 1 }, routes: [{ host: "a.test" }] },
    ],
    [
      { ...scaled({ cpuUtilization: 1 }), canary: { image: "a:1", weight: 1 }, routes: [{ host: "a.test" }] },
      "autoscaling",
      "by which the canary's share is counted",
      { ...scaled({ cpuUtilization: 1 }), routes: [{ host: "a.test" }] },
    ],
    [
      { canary: { image: "a:1", weight: 1 } },
      "canary.weight",
      "has no effect without a route",
      { canary: { image: "a:1", weight: 1 }, internal: true },
    ],
    [{ replicas: 1001 }, "replicas", "out of range", { replicas: 1000 }],
    [{ replicas: -1 }, "replicas", "out of range", { replicas: 0 }],
    [{ minReadySeconds: -1 }, "minReadySeconds", "out of range", { minReadySeconds: 0 }],
    [{ minReadySeconds: 3601 }, "minReadySeconds", "out of range", { minReadySeconds: 3600 }],
    [{ runAsUser: 2 ** 31 }, "runAsUser", "out of range", { runAsUser: 2 ** 31 - 1 }],
    [{ runAsUser: -1 }, "runAsUser", "out of range", { runAsUser: 0 }],
    [{ servicePort: 65536 }, "servicePort", "out of range", { servicePort: 65535 }],
    [
      { terminationGracePeriodSeconds: 19, drainSeconds: 10 },
      "terminationGracePeriodSeconds",
      "from 20",
      { terminationGracePeriodSeconds: 10 },
    ],
    [{ kind: "DaemonSet", replicas: 1 }, "replicas", "one pod per node", { kind: "StatefulSet", replicas: 1 }],
    [{ readinessProbe: { exec }, healthPath: "/" }, "readinessProbe", "its short form", { readinessProbe: { exec } }],
    [{ kind: "Job" as never }, "kind", "use one of Deployment, StatefulSet, DaemonSet", { kind: "DaemonSet" }],
    [
      { kind: "DaemonSet", ...scaled({ cpuUtilization: 1 }) },
      "autoscaling",
      "one pod per node",
      scaled({ cpuUtilization: 1 }),
    ],
    [{ kind: "DaemonSet", volumeClaims: [claim] }, "volumeClaims", "a DaemonSet's pods", claims(claim)],
    [
      { kind: "StatefulSet", updateStrategy: "Recreate" },
      "updateStrategy",
      "a StatefulSet has no Recreate",
      { kind: "StatefulSet", updateStrategy: "RollingUpdate" },
    ],
    [
      claims(claim, claim),
      "volumeClaims[1].mountPath",
      "mounted already",
      claims(claim, { ...claim, mountPath: "/b" }),
    ],
    [
      { ...claims(claim), volumes: [{ mountPath: "/data", emptyDir: {} }] },
      "volumeClaims[0].mountPath",
      "mounted already",
      { ...claims(claim), volumes: [{ mountPath: "/b", emptyDir: {} }] },
    ],
    [
      claims({ ...claim, mountPath: "/usr/bin" }),
      "volumeClaims[0].mountPath",
      "has files of the image's",
      claims(claim),
    ],
    [claims({ ...claim, name: "A" }), "volumeClaims[0].name", '"A" is not', claims({ ...claim, name: "a" })],
    [
      { ...claims(claim), podSpec: { volumes: [{ name: "claim-0", emptyDir: {} }] } },
      "volumeClaims[0].name",
      "that of a volume of podSpec",
      { ...claims(claim), podSpec: { volumes: [{ name: "claim-1", emptyDir: {} }] } },
    ],
    [
      claims({ ...claim, storageClassName: "A" }),
      "volumeClaims[0].storageClassName",
      "not a valid name for an object",
      claims({ ...claim, storageClassName: "a" }),
    ],
    [scaled({}), "autoscaling", "has nothing to go by", scaled({ memoryUtilization: 1 })],
    [scaled({ cpuUtilization: 0 }), "autoscaling.cpuUtilization", "out of range", scaled({ cpuUtilization: 1 })],
    [scaled({ cpuUtilization: 1001 }), "autoscaling.cpuUtilization", "out of range", scaled({ cpuUtilization: 1000 })],
    [
      { autoscaling: { minReplicas: 1, maxReplicas: 1, cpuUtilization: 1 } },
      "autoscaling.cpuUtilization",
      "a share of resources.requests.cpu",
      scaled({ maxReplicas: 1000, cpuUtilization: 1 }),
    ],
    [
      { ...scaled({ cpuUtilization: 1 }), resources: { limits: { memory: "64Mi" } } },
      "autoscaling.cpuUtilization",
      "a share of resources.requests.cpu",
      { ...scaled({ cpuUtilization: 1 }), resources: { limits: { cpu: "1" } } },
    ],
    [
      { ...scaled({ cpuUtilization: 1 }), resources: { requests: { memory: "64Mi" } } },
      "autoscaling.cpuUtilization",
      "a share of resources.requests.cpu",
      { ...scaled({ memoryUtilization: 1 }), resources: { requests: { memory: "64Mi" } } },
    ],
    [
      scaled({ memoryUtilization: 0 }),
      "autoscaling.memoryUtilization",
      "out of range",
      scaled({ memoryUtilization: 1 }),
    ],
    [
      { ...scaled({ cpuUtilization: 1 }), replicas: 1 },
      "autoscaling",
      "is set alongside replicas, which it decides; leave one of them out",
      scaled({ cpuUtilization: 1 }),
    ],
    [
      { autoscaling: "keda" as never },
      "autoscaling",
      '"keda" is not known; use external, or minReplicas and maxReplicas',
      { autoscaling: "external" },
    ],
    [
      { autoscaling: "external", replicas: 1 },
      "autoscaling",
      "is set alongside replicas, which it decides; leave one of them out",
      { autoscaling: "external", kind: "StatefulSet", disruptionBudget: { minAvailable: 1 } },
    ],
    [
      { autoscaling: "external", kind: "DaemonSet" },
      "autoscaling",
      "a DaemonSet has one pod per node; leave it out",
      { autoscaling: "external", spreadOver: ["kubernetes.io/hostname"] },
    ],
    [
      { autoscaling: "external", canary: { image: "a:1", weight: 1 }, routes: [{ host: "a.test" }] },
      "autoscaling",
      "by which the canary's share is counted",
      { autoscaling: "external", routes: [{ host: "a.test" }] },
    ],
    [
      scaled({ minReplicas: 0, maxReplicas: 0, cpuUtilization: 1 }),
      "autoscaling.minReplicas",
      "out of range",
      scaled({ maxReplicas: 1, cpuUtilization: 1 }),
    ],
    [
      scaled({ minReplicas: 0, maxReplicas: 0, cpuUtilization: 1 }),
      "autoscaling.maxReplicas",
      "from 1 to",
      scaled({ cpuUtilization: 1 }),
    ],
    [
      scaled({ minReplicas: 1.5, maxReplicas: 0, cpuUtilization: 1 }),
      "autoscaling.maxReplicas",
      "from 1 to",
      scaled({ cpuUtilization: 1 }),
    ],
    ...["101%", "-1%", "1%1", "%", "1", -1, 1.5, "a1%", ["50%"]].map((value): Row => [
      budget(value),
      "disruptionBudget.maxUnavailable",
      "not a number of pods",
      budget("100%"),
    ]),
    ...["101%", "-1%", "a1%", "1", -1, 1.5].map((value): Row => [
      { rollingUpdate: { maxUnavailable: value } },
      "rollingUpdate.maxUnavailable",
      `${JSON.stringify(value)} is not a number of pods; use one such as 1 or "50%"`,
      { rollingUpdate: { maxUnavailable: "100%", maxSurge: "150%" } },
    ]),
    ...["%", "1%1", "a1%", -1].map((value): Row => [
      { rollingUpdate: { maxSurge: value } },
      "rollingUpdate.maxSurge",
      "not a number of pods",
      { rollingUpdate: { maxSurge: 0 } },
    ]),
    ...(
      [
        [0, 0],
        ["0%", 0],
        [0, "0%"],
      ] as const
    ).map(([maxSurge, maxUnavailable]): Row => [
      { rollingUpdate: { maxSurge, maxUnavailable } },
      "rollingUpdate",
      "lets no pod be replaced: neither one more nor one fewer; give one of the two",
      { rollingUpdate: { maxSurge, maxUnavailable: 1 } },
    ]),
    [
      { rollingUpdate: {}, kind: "StatefulSet" },
      "rollingUpdate",
      "a StatefulSet's pods are replaced one by one; leave it out",
      { rollingUpdate: { maxUnavailable: 0 }, kind: "Deployment" },
    ],
    [
      { rollingUpdate: { maxSurge: 1 }, kind: "DaemonSet" },
      "rollingUpdate.maxSurge",
      "a DaemonSet has one pod per node; give maxUnavailable instead",
      { rollingUpdate: { maxUnavailable: "10%" }, kind: "DaemonSet" },
    ],
    [
      { rollingUpdate: { maxUnavailable: 0 }, kind: "DaemonSet" },
      "rollingUpdate.maxUnavailable",
      "lets no pod be replaced; use 1 or more",
      { rollingUpdate: {}, kind: "DaemonSet" },
    ],
    [
      { rollingUpdate: {}, updateStrategy: "Recreate" },
      "rollingUpdate",
      "is set alongside updateStrategy Recreate, which ends all pods first; leave one of them out",
      { rollingUpdate: {}, updateStrategy: "RollingUpdate" },
    ],
    [budget("1000%"), "disruptionBudget.maxUnavailable", JSON.stringify("1000%"), budget("7%")],
    [budget("100 %"), "disruptionBudget.maxUnavailable", JSON.stringify("100 %"), budget("50%")],
    [
      { disruptionBudget: { minAvailable: 1, maxUnavailable: 1 } as never },
      "disruptionBudget",
      "more than one",
      { disruptionBudget: { minAvailable: "0%" } },
    ],
    [
      { disruptionBudget: { minAvailable: -1 } },
      "disruptionBudget.minAvailable",
      "not a number of pods",
      { disruptionBudget: { minAvailable: 0 } },
    ],
  ]);

  test("calls of init containers are warned of where a CNI plugin redirects them before there is a sidecar", () => {
    const migrate = { initContainers: [{ name: "migrate", image: "a:1" }] };
    const reason =
      "run before the sidecar, to which connectInject.cni.enabled redirects their calls all the same, so that each is refused; let the " +
      "service's own container make them";
    expect(initContainerWarnings(migrate, true)).toEqual([{ propertyPath: "podSpec.initContainers", reason }]);
    expect(initContainerWarnings(migrate, false)).toEqual([]);
    const proxy = { name: "proxy", restartPolicy: "Always" };
    expect(initContainerWarnings({ initContainers: [proxy, { name: "migrate" }] }, true)).toHaveLength(1);
    expect(initContainerWarnings({ initContainers: [proxy] }, true)).toEqual([]);
    expect(initContainerWarnings({ initContainers: [] }, true)).toEqual([]);
    expect(initContainerWarnings({ initContainers: null }, true)).toEqual([]);
    expect(initContainerWarnings({}, true)).toEqual([]);
    expect(initContainerWarnings(undefined, true)).toEqual([]);
  });

  test("calls of a pod that outlives its sidecar are warned of", () => {
    const calls = [{ destination: "db" }];
    const told = (its: object) => longEndWarnings({ ...shop, calls, ...its }, 20);
    const reason =
      "31 has the pod outlive its sidecar, with which all its calls end 25 seconds after the word to stop; if it calls for longer, set as " +
      "many drainSeconds, up to 300, or else leave this out";
    expect(told({ terminationGracePeriodSeconds: 31 })).toEqual([
      { propertyPath: "terminationGracePeriodSeconds", reason },
    ]);
    expect(told({ terminationGracePeriodSeconds: 30 })).toEqual([]);
    expect(told({})).toEqual([]);
    expect(told({ terminationGracePeriodSeconds: 31, calls: [] })).toEqual([]);
    expect(told({ terminationGracePeriodSeconds: 31, calls: undefined })).toEqual([]);
  });

  const NONE = "so a node that has one is never drained; use { maxUnavailable: 1 } instead";
  test.each<[budget: Given["disruptionBudget"], pods: Given, warning: string]>([
    [{ minAvailable: 2 }, { replicas: 2 }, `minAvailable: 2 lets no pod go of 2, ${NONE}`],
    [{ minAvailable: 1 }, { replicas: 2 }, ""],
    [{ minAvailable: 1 }, {}, `minAvailable: 1 lets no pod go of 1, ${NONE}`],
    [{ minAvailable: "50%" }, {}, `minAvailable: "50%" lets no pod go of 1, ${NONE}`],
    [{ minAvailable: "50%" }, { replicas: 2 }, ""],
    [{ minAvailable: "51%" }, { replicas: 2 }, `minAvailable: "51%" lets no pod go of 2, ${NONE}`],
    [{ minAvailable: "100%" }, { kind: "DaemonSet" }, `minAvailable: "100%" lets no pod go, ${NONE}`],
    [{ minAvailable: "99%" }, { kind: "DaemonSet" }, ""],
    [{ minAvailable: 3 }, { kind: "DaemonSet" }, ""],
    [{ minAvailable: 1 }, { replicas: 0 }, ""],
    [{ maxUnavailable: 0 }, { replicas: 0 }, `maxUnavailable: 0 lets no pod go, ${NONE}`],
    [{ maxUnavailable: 0 }, { replicas: 3 }, `maxUnavailable: 0 lets no pod go of 3, ${NONE}`],
    [{ maxUnavailable: "0%" }, { replicas: 3 }, `maxUnavailable: "0%" lets no pod go of 3, ${NONE}`],
    [{ maxUnavailable: "1%" }, { replicas: 3 }, ""],
    [{ maxUnavailable: 1 }, {}, ""],
    [{ minAvailable: 2 }, scaled({ minReplicas: 2 }), `minAvailable: 2 lets no pod go of 2, ${NONE}`],
    [{ minAvailable: 1 }, scaled({ minReplicas: 2 }), ""],
    [{ minAvailable: 2 }, { replicas: 2, canary: { image: "a:1" } }, ""],
    [{ minAvailable: 3 }, { replicas: 2, canary: { image: "a:1" } }, `minAvailable: 3 lets no pod go of 3, ${NONE}`],
    [{ minAvailable: 3 }, { replicas: 2, canary: { image: "a:1", replicas: 2 } }, ""],
    [undefined, { replicas: 1 }, ""],
  ])("a budget %j of %j that holds every drain is warned of: %s", (disruptionBudget, pods, warning) => {
    const warnings = meshServiceWarnings({ ...shop, ...pods, disruptionBudget }, "services[0].");
    expect(warnings.map((each) => `${each.propertyPath}: ${each.reason}`)).toEqual(
      warning === "" ? [] : [`services[0].disruptionBudget.${warning}`],
    );
  });

  test.each<[number | undefined, string | undefined, boolean]>([
    [5, "Kubernetes 1.28", true],
    [5, undefined, false],
    [0, "Kubernetes 1.28", false],
    [undefined, "Kubernetes 1.28", false],
  ])("a drain of %s s beside %s is refused: %s", (drainSeconds, part, refused) => {
    const problems = drainProblems({ drainSeconds }, part, "services[0].");
    expect(problems.map((p) => p.propertyPath)).toEqual(refused ? ["services[0].drainSeconds"] : []);
    expect(problems.every(({ reason }) => reason.startsWith(`${part} does not know how to wait like that`))).toBe(true);
  });

  test("all is told of under what it is said of", () => {
    const wrong: Given = {
      image: "A",
      servicePort: 0,
      replicas: -1,
      drainSeconds: -1,
      runAsUser: -1,
      healthPath: "a",
      addCapabilities: ["ALL"],
      tolerations: [{}],
      autoscaling: { minReplicas: 1, maxReplicas: 2 },
      disruptionBudget: {},
      canary: { image: "A" },
      routes: [{}],
    };
    const paths = meshServiceProblems("Shop", { ...shop, ...wrong }, "services[0].").map((p) => p.propertyPath);
    const named =
      "serviceName image canary.image addCapabilities[0] healthPath drainSeconds runAsUser replicas servicePort";
    const more = "tolerations[0] autoscaling disruptionBudget routes[0].host canary.weight";
    expect(paths).toEqual(expect.arrayContaining(`${named} ${more}`.split(" ").map((each) => `services[0].${each}`)));
    expect(paths.every((each) => each.startsWith("services[0]."))).toBe(true);
  });

  test("a StatefulSet's name is short enough for a label with its hash", () => {
    const of = (length: number, kind: Given["kind"]) => meshServiceProblems("a".repeat(length), { ...shop, kind });
    expect([of(52, "StatefulSet"), of(53, "Deployment")]).toEqual([[], []]);
    expect(of(53, "StatefulSet")).toEqual([
      {
        propertyPath: "serviceName",
        reason:
          "is too long for a StatefulSet, whose pods have it in a label with a hash behind it; use 52 characters at most",
      },
    ]);
  });
});
