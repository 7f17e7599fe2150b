import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  consulMeshProblems,
  consulMeshWarnings,
  IntentionSet,
  MeshService,
  meshServiceProblems,
  meshServiceWarnings,
  networkClientProblems,
  TraefikConsulIngress,
  traefikProblems,
} from "../../components";
import { shown } from "../../components/shared/grammars";
import { parseSettings } from "../../settings";
import { raw } from "../settings";
import { find, record } from "../recorder";

/** What stands in a table: what is wrong beside what is right, and the beginning of what is said of it. */
type Row = readonly [wrong: object, right: object, said: string];

const told = (problems: pulumi.InputPropertyErrorDetails[]) => problems.map((p) => `${p.propertyPath}: ${p.reason}`);
const NAME_OF_63 = `a${"1".repeat(62)}`;
const IMAGE = "registry.example.com/shop:1.4.2";
const canary = { image: "registry.example.com/shop:1.5.0", weight: 10 };
const routes = [{ host: "shop.example.com" }];

/** Problems of a service: what is given, over one that is right. */
function ofService({ name = "shop", ...given }: any): string[] {
  return told(meshServiceProblems(name, { image: IMAGE, port: 8080, ...given }));
}

function judge(of: (given: any) => string[], rows: readonly Row[]) {
  const titled = rows.map(([wrong, right, said]) => [shown(wrong), shown(right), wrong, right, said] as const);
  test.each(titled)("%s is refused, %s is taken", (_, __, wrong, right, said) => {
    expect(of(wrong)).toContainEqual(expect.stringContaining(said));
    expect(of(right)).toEqual([]);
  });
}

describe("names of services", () => {
  judge(ofService, [
    [
      { name: "2048" },
      { name: "game-2048" },
      'serviceName: "2048" is not a valid name for a Service; use 1 to 63 of a-z',
    ],
    [{ name: "Shop" }, { name: "shop" }, 'serviceName: "Shop" is not a valid name for a Service'],
    [{ name: "shop." }, { name: "shop-1" }, 'serviceName: "shop." is not a valid name for a Service'],
    [{ name: `${NAME_OF_63}1` }, { name: NAME_OF_63 }, "is not a valid name for a Service"],
    [
      { name: NAME_OF_63, canary, routes },
      { name: NAME_OF_63.slice(0, 56), canary, routes },
      'is too long for a service with a canary, whose pods are "…-canary"; use at most 56',
    ],
    [{ name: "consul" }, { name: "consul-ui" }, "is taken: Consul registers its own servers under it"],
    [{ name: "default" }, { name: "defaults" }, "is taken: each namespace has a ServiceAccount of that name"],
    [{ name: "kubernetes" }, { name: "kube" }, "is taken: pods find the API server by the Service of that name"],
    [{ name: "consul-dataplane" }, { name: "dataplane" }, "is taken: the sidecar's container has it"],
    [{ name: "consul-connect-inject-init" }, { name: "init" }, "is taken: the sidecar's init container has it"],
    [{ name: "traefik-system-ingress" }, { name: "traefik" }, "is the ingress' identity, which every service lets in"],
    ...["connect-injector", "sync-catalog", "server", "mesh-gateway", "dns-proxy"].map((part): Row => [
      { name: `consul-${part}` },
      { name: `consul-${part}s` },
      "is a ServiceAccount of Consul's own, whose rights it would have in any namespace",
    ]),
    [{ name: "a-sidecar-proxy" }, { name: "a-sidecar" }, 'is what Consul calls the sidecar of a service "a"'],
  ]);

  test("an ingress has none of them either, but its own", () => {
    for (const serviceName of ["consul", "default", "a-sidecar-proxy"]) {
      expect(told(traefikProblems({ serviceName }))).toContainEqual(
        expect.stringContaining(`serviceName: "${serviceName}"`),
      );
    }
    expect(traefikProblems({ serviceName: "edge" })).toEqual([]);
    expect(traefikProblems({})).toEqual([]);
  });

  test.each<[what: string, program: (mesh: ConsulMesh) => unknown, said: string]>([
    [
      "two services",
      (mesh) => [service(mesh, "a"), service(mesh, "b", { serviceName: "a" })],
      'serviceName: "a" is the name of MeshService "a" too',
    ],
    [
      "a service and an ingress",
      (mesh) => [new TraefikConsulIngress("edge", { mesh, serviceName: "a" }), service(mesh, "a")],
      'serviceName: "a" is the name of TraefikConsulIngress "edge" too',
    ],
    [
      "a canary and a service",
      (mesh) => [service(mesh, "a", { canary, routes }), service(mesh, "a-canary")],
      `serviceName: its Deployment is "a-canary", as that of MeshService "a"'s canary`,
    ],
  ])("any program is told of a name that %s would share", async (_, program, said) => {
    expect(await refusal(program)).toContain(said);
  });
});

function service(mesh: ConsulMesh, name: string, more: object = {}): MeshService {
  return new MeshService(name, { mesh, namespace: "shop", image: IMAGE, port: 8080, ...more });
}

/** What a program with a mesh is refused with. */
async function refusal(program: (mesh: ConsulMesh) => unknown, values: object = {}): Promise<string> {
  let caught: unknown;
  await record(() => {
    const mesh = new ConsulMesh("consul", { values: values as any });
    try {
      program(mesh);
    } catch (error) {
      caught = error;
    }
  });
  return String((caught as Error | undefined)?.message);
}

describe("ports, users, rights and folders", () => {
  judge(ofService, [
    ...[8600, 15001, 19000, 20000, 20100, 20200, 20300, 20400, 20500, 20600, 21000].map((port): Row => [
      { port },
      { port: port + 1 },
      `port: ${port} is the sidecar's, for`,
    ]),
    [{ port: 0 }, { port: 1 }, "port: 0 is out of range"],
    [{ port: 80.5 }, { port: 80 }, "port: 80.5 is out of range"],
    [{ runAsUser: 5995 }, { runAsUser: 5994 }, "runAsUser: 5995 is the sidecar's"],
    [{ runAsUser: 5996 }, { runAsUser: 0 }, "runAsUser: 5996 is the sidecar's"],
    [
      { addCapabilities: ["ALL"] },
      { addCapabilities: ["CHOWN", "SETUID", "SETGID"] },
      'addCapabilities[0]: "ALL" is every',
    ],
    [
      { addCapabilities: ["NET_ADMIN"] },
      { addCapabilities: ["NET_BIND_SERVICE"] },
      "lets the container undo the redirection",
    ],
    [{ addCapabilities: ["CAP_NET_ADMIN"] }, { addCapabilities: ["KILL"] }, "lets the container undo the redirection"],
    [{ addCapabilities: ["net_raw"] }, { addCapabilities: ["IPC_LOCK"] }, "past the sidecar"],
    [{ addCapabilities: ["SYS_ADMIN"] }, { addCapabilities: ["SYS_NICE"] }, "all but root of the node"],
    [{ addCapabilities: ["BPF"] }, { addCapabilities: ["FOWNER"] }, "the node's networking"],
    [{ addCapabilities: ["CAP_CHOWN"] }, { addCapabilities: ["CHOWN"] }, "is not a capability name; use CHOWN"],
    [
      { addCapabilities: ["BANANA"] },
      { addCapabilities: [] },
      "is not a capability name; use one such as NET_BIND_SERVICE",
    ],
    [{ addCapabilities: ["KILL", "KILL"] }, { addCapabilities: ["KILL"] }, "is listed twice"],
    [{ writablePaths: ["/proc"] }, { writablePaths: ["/process"] }, 'writablePaths[0]: "/proc" is the kernel\'s'],
    [{ writablePaths: ["/proc/sys"] }, { writablePaths: ["/procs"] }, "is the kernel's"],
    [{ writablePaths: ["/sys/fs"] }, { writablePaths: ["/system"] }, "is the kernel's"],
    [{ writablePaths: ["/dev"] }, { writablePaths: ["/dev/shm"] }, "is for devices"],
    [{ writablePaths: ["/dev/termination-log"] }, { writablePaths: ["/development"] }, "is for devices"],
    [
      { writablePaths: ["/tmp/../etc"] },
      { writablePaths: ["/tmp/etc"] },
      "is a different path from what it seems; use /etc if",
    ],
    [{ writablePaths: ["/tmp/./a"] }, { writablePaths: ["/tmp/.a"] }, "use /tmp/a if"],
    [{ writablePaths: ["/tmp//a"] }, { writablePaths: ["/tmp/a"] }, "use /tmp/a if"],
    [{ writablePaths: ["/etc"] }, { writablePaths: ["/etc/nginx/conf.d"] }, "has files of the image's"],
    [{ writablePaths: ["/usr/bin"] }, { writablePaths: ["/usr/share/nginx"] }, "has files of the image's"],
    [{ writablePaths: ["/etc/hosts"] }, { writablePaths: ["/etc/hosts.d"] }, "is a file that Kubernetes writes"],
    [
      { writablePaths: ["/var/run/secrets/kubernetes.io/serviceaccount"] },
      { writablePaths: ["/var/run", "/run"] },
      "has the pod's identity",
    ],
    [
      { writablePaths: ["/consul/connect-inject"] },
      { writablePaths: ["/consulting"] },
      "the sidecar and the container share",
    ],
    [
      { volumes: [{ mountPath: "/proc/a", emptyDir: {} }] },
      { volumes: [{ mountPath: "/etc", configMap: { name: "etc" } }] },
      "volumes[0].mountPath: ",
    ],
    [
      { podSpec: { containers: [{ name: "b", image: "b:1", ports: [{ containerPort: 15001 }] }] } },
      { podSpec: { containers: [{ name: "b", image: "b:1", ports: [{ containerPort: 15002 }] }] } },
      "podSpec.containers[0].ports[0].containerPort: 15001 is the sidecar's",
    ],
    [{ writablePaths: ["tmp"] }, { writablePaths: ["/tmp"] }, "is not an absolute path"],
    [{ writablePaths: ["/"] }, { writablePaths: ["/a"] }, "is not an absolute path"],
    [{ writablePaths: ["/tmp\n"] }, { writablePaths: ["/t mp"] }, "is not an absolute path"],
    [{ writablePaths: ["/tmp", "/tmp"] }, { writablePaths: ["/tmp", "/var/cache"] }, "is listed twice"],
  ]);

  test("of a level of Pod Security, no more than it lets through", () => {
    const of = (level: string, addCapabilities: string[], runAsUser?: number) =>
      stack({
        servicesPodSecurity: level,
        consulValues: { connectInject: { cni: { enabled: true } } },
        services: [{ name: "a", image: IMAGE, port: 80, addCapabilities, runAsUser }],
      });
    expect(of("baseline", ["SYS_NICE"])).toEqual([
      "services[0].addCapabilities: SYS_NICE is refused by servicesPodSecurity baseline; leave it out, or use privileged",
    ]);
    expect(of("baseline", ["SETUID", "CHOWN"])).toEqual([]);
    expect(of("restricted", ["CHOWN"])).toContainEqual(
      expect.stringContaining("CHOWN is refused by servicesPodSecurity restricted"),
    );
    expect(of("baseline", [], 0)).toEqual([]);
    expect(of("restricted", [], 0)).toEqual([
      "services[0].runAsUser: 0 is root, which servicesPodSecurity restricted refuses; use another user, or baseline",
    ]);
  });
});

describe("environment, arguments and images", () => {
  const digest = `sha256:${"0a".repeat(32)}`;
  judge(ofService, [
    [{ env: { "a=b": "x" } }, { env: { A_B: "x" } }, 'env: "a=b" is not a valid name for an environment variable'],
    [{ env: { "with space": "x" } }, { env: { "with.dot-and:colon": "x" } }, 'env: "with space" is not a valid name'],
    [{ env: { "": "x" } }, { env: { _: "x" } }, 'env: "" is not a valid name'],
    [{ env: { é: "x" } }, { env: { "1A": "x" } }, 'env: "é" is not a valid name'],
    [{ env: { "A\n": "x" } }, { env: { A: "x\ny" } }, 'env: "A\\n" is not a valid name'],
    [{ env: { A: "a\0b" } }, { env: { A: "" } }, "env.A: has a NUL"],
    [{ args: ["a\0"] }, { args: ["--a=b c"] }, "args[0]: has a NUL"],
    [{ command: ["a", "b\0"] }, { command: ["a", "b c"] }, "command[1]: has a NUL"],
    [
      { command: ["x".repeat(131072)] },
      { command: ["x".repeat(131071)] },
      "command[0]: is longer than the 131072 bytes",
    ],
    [{ env: { A: "x".repeat(131070) } }, { env: { A: "x".repeat(131069) } }, "env.A: is longer than the 131072 bytes"],
    [{ args: ["x".repeat(131072)] }, { args: ["x".repeat(131071)] }, "args[0]: is longer than the 131072 bytes"],
    [
      { args: ["x".repeat(130000), "y".repeat(120000)] },
      { args: ["x".repeat(130000), "y".repeat(100000)] },
      "bytes of env, args, podSpec, annotations and tags, and Consul's injector copies the pod into an annotation",
    ],
    ...[
      (bytes: number) => ({ podAnnotations: { a: "x".repeat(bytes) } }),
      (bytes: number) => ({ podSpec: { initContainers: [{ name: "i", image: "a:1", args: ["x".repeat(bytes)] }] } }),
    ].map((of): Row => [of(250_000), of(100_000), "env: is in a pod of 250"]),
    [
      { canary: { ...canary, env: { "a=b": "x" } }, routes },
      { canary: { ...canary, env: {} }, routes },
      "canary.env: ",
    ],
    [{ image: "https://ghcr.io/a/b:1" }, { image: "ghcr.io/a/b:1" }, "begins with a scheme"],
    [
      { image: "ghcr.io/Acme/shop:1" },
      { image: "ghcr.io/acme/shop:V1" },
      'has capitals in its repository\'s name; use "acme/shop"',
    ],
    [{ image: "Shop:1" }, { image: "shop:1" }, 'has capitals in its repository\'s name; use "shop"'],
    [{ image: "x@sha256:abc" }, { image: `x@${digest}` }, 'has no valid digest, "sha256:abc"'],
    [{ image: `x@${digest.toUpperCase()}` }, { image: `x:1.0@${digest}` }, "has no valid digest"],
    [{ image: `x@md5:${"0".repeat(32)}` }, { image: `x@sha512:${"0".repeat(128)}` }, "has no valid digest"],
    [{ image: "x:" }, { image: "x" }, 'has no valid tag, ""'],
    [{ image: "x:-1" }, { image: "x:_1" }, 'has no valid tag, "-1"'],
    [{ image: `x:${"1".repeat(129)}` }, { image: `x:${"1".repeat(128)}` }, "has no valid tag"],
    [{ image: "a//b:1" }, { image: "a/b:1" }, "is not an image reference"],
    [{ image: "a/b:1/c" }, { image: "localhost:5000/b/c:1" }, "is not an image reference"],
    [{ image: "a/b_:1" }, { image: "a/b__c-.-d:1".replace("-.-", "--") }, "is not an image reference"],
    [{ image: "-x.example/b" }, { image: "Registry.Example:443/b" }, "names no valid registry"],
    [{ image: "[::1/b" }, { image: "[2001:db8::1]:5000/b" }, "names no valid registry"],
    [{ image: " a:1" }, { image: "a:1" }, "is not an image reference"],
    [{ image: "" }, { image: "127.0.0.1:5000/a" }, "is not an image reference"],
    [{ image: "0".repeat(64) }, { image: "0".repeat(63) }, "is not an image reference"],
    [{ image: `a/${"b".repeat(254)}` }, { image: `a/${"b".repeat(253)}` }, "is not an image reference"],
    [{ canary: { weight: 10, image: "A:1" }, routes }, { canary, routes }, "canary.image: "],
  ]);

  test("names that old clusters do not take are refused on those alone", () => {
    const of = (kubernetesVersion: string) =>
      stack({ kubernetesVersion, services: [{ name: "a", image: IMAGE, port: 80, env: { "1A": "x" } }] });
    expect(of("1.31")).toEqual([
      `services[0].env: "1A" is a name that Kubernetes takes since 1.32, and this is 1.31; use letters, digits and "_"`,
    ]);
    expect(of("1.32")).toEqual([]);
    expect(of("")).toEqual([]);
  });

  test.each<[what: string, env: Record<string, string>, warned: boolean]>([
    ["a password", { DB_PASSWORD: "hunter2" }, true],
    ["a token", { GITHUB_TOKEN: "x" }, true],
    ["a key", { STRIPE_API_KEY: "x" }, true],
    ["a URL with a password", { DATABASE_URL: "postgres://shop:hunter2@db/shop" }, true],
    ["a private key", { TLS: "-----BEGIN PRIVATE KEY-----\nMII…" }, true],
    ["a file with a password", { DB_PASSWORD_FILE: "/run/secret" }, false],
    ["nothing", { DB_PASSWORD: "" }, false],
    ["a URL", { DATABASE_URL: "postgres://db/shop" }, false],
    ["other words", { LOG_LEVEL: "debug", COMPASS: "n", MONKEY: "m", TOKENIZER: "bpe" }, false],
  ])("%s in plain text: warned of, %j: %s", (_, env, warned) => {
    const warnings = told(meshServiceWarnings({ image: IMAGE, port: 80, env, canary: { ...canary, env } }));
    const variable = Object.keys(env)[0];
    const said = [`env.${variable}`, `canary.env.${variable}`].map((at) =>
      expect.stringContaining(`${at}: looks like a secret`),
    );
    expect(warnings).toEqual(warned ? said : []);
    expect(warnings.every((each) => each.endsWith("put it into a Secret, and name that by secretKeyRef"))).toBe(true);
  });
});

describe("probes", () => {
  judge(ofService, [
    [
      { protocol: "grpc", healthPath: "/x" },
      { protocol: "grpc", healthGrpcService: "" },
      "healthPath: a grpc service answers no request of HTTP/1.1; use healthGrpcService",
    ],
    [{ protocol: "tcp", healthPath: "/x" }, { protocol: "tcp" }, "healthPath: a tcp service answers no HTTP request"],
    [
      { healthGrpcService: "a" },
      { protocol: "grpc", healthGrpcService: "shop.v1.Ledger" },
      "healthGrpcService: a service of protocol http is not probed by gRPC; use healthPath",
    ],
    [
      { protocol: "grpc", healthGrpcService: "a b" },
      { protocol: "grpc", healthGrpcService: "a_b" },
      "is not a valid name for a gRPC",
    ],
    [{ healthPath: "x" }, { healthPath: "/x" }, 'healthPath: "x" is not a path'],
    [{ healthPath: "/x?deep=1" }, { healthPath: "/x/deep=1" }, "would never be answered"],
    [{ healthPath: "/x#a" }, { healthPath: "/x/" }, "would never be answered"],
    [{ healthPath: "//x" }, { healthPath: "/" }, "is not a plain path"],
    [{ healthPath: "/a b" }, { healthPath: "/a%20b" }, "is not a plain path"],
    [{ healthPath: "/a/../b" }, { healthPath: "/a..b" }, "is not a plain path"],
    [
      { protocol: "grpc", healthGrpcService: "", readinessProbe: { exec: { command: ["x"] } } },
      { protocol: "grpc", healthGrpcService: "", livenessProbe: { exec: { command: ["x"] } } },
      "healthGrpcService: is set alongside readinessProbe",
    ],
    [
      { protocol: "grpc", healthGrpcService: "", livenessProbe: { httpGet: { path: "/", port: 9000 } } },
      { protocol: "grpc", livenessProbe: { httpGet: { path: "/", port: 9000 } } },
      "healthGrpcService: is set alongside an HTTP probe",
    ],
    [
      { livenessProbe: { httpGet: { path: "/x?a" } } },
      { livenessProbe: { httpGet: { path: "/x" } } },
      "livenessProbe.httpGet.path: ",
    ],
    [
      { protocol: "grpc", loadBalancing: { healthCheck: { path: "/" } }, routes },
      { protocol: "http", loadBalancing: { healthCheck: { path: "/" } }, routes },
      "loadBalancing.healthCheck: asks by HTTP, which a grpc service does not answer",
    ],
  ]);

  test("of gRPC goes to the sidecar, which lets nothing but that question through", async () => {
    const recorded = await record(() =>
      service(new ConsulMesh("consul"), "ledger", {
        protocol: "grpc",
        port: 9090,
        healthGrpcService: "shop.v1.Ledger",
      }),
    );
    expect(find(recorded, "ledger-defaults").props.spec).toMatchObject({
      protocol: "grpc",
      expose: {
        paths: [{ listenerPort: 20400, path: "/grpc.health.v1.Health/Check", localPathPort: 9090, protocol: "http2" }],
      },
    });
    const { metadata, spec } = find(recorded, "ledger-deployment").props.spec.template;
    expect(metadata.annotations).toMatchObject({
      "consul.hashicorp.com/transparent-proxy-exclude-inbound-ports": "20400",
    });
    expect(spec.containers[0].readinessProbe.grpc).toEqual({ port: 20400, service: "shop.v1.Ledger" });
  });

  test("a service that is not probed by gRPC has none of it", async () => {
    const recorded = await record(() => service(new ConsulMesh("consul"), "shop", { healthPath: "/healthz" }));
    expect(find(recorded, "shop-defaults").props.spec.expose).toBeUndefined();
    expect(JSON.stringify(find(recorded, "shop-deployment").props)).not.toContain("exclude-inbound-ports");
  });
});

/** Problems of the stack's settings. */
function stack(given: Record<string, unknown>): string[] {
  const result = parseSettings(raw(given));
  return "problems" in result ? told(result.problems) : [];
}

describe("plain settings of the stack", () => {
  const resolver = (server: string) => ({
    traefikCertificateResolvers: {
      le: { email: "a@b.test", dnsChallenge: { provider: "route53", resolvers: [server] } },
    },
  });
  const email = (address: string) => ({ traefikCertificateResolvers: { le: { email: address, tlsChallenge: {} } } });
  const users = (name: string) => ({ traefikUserLists: { [name]: { secretName: "users" } } });
  const client = (podLabels: object) => ({
    networkPolicies: true,
    networkPolicyClients: [{ namespace: "a", podLabels, reaches: ["services"] }],
  });
  judge(stack, [
    [{ consulStorage: "10GB" }, { consulStorage: "10Gi" }, 'consulStorage: "10GB" is not a size; use one such as 10Gi'],
    [{ consulStorage: "-1Gi" }, { consulStorage: "1.5Gi" }, "consulStorage: "],
    [{ consulStorage: "0" }, { consulStorage: "1e10" }, "consulStorage: "],
    [{ consulStorage: "100m" }, { consulStorage: "100M" }, "is a fraction of a byte"],
    [{ consulStorage: "9E9Gi" }, { consulStorage: "9E9" }, "consulStorage: "],
    [{ traefikAcmeStorage: "1GiB" }, { traefikAcmeStorage: "0.5Gi" }, "traefikAcmeStorage: "],
    [
      { consulNamespacesWithoutInjection: ["csi", "Calico"] },
      { consulNamespacesWithoutInjection: ["csi", "calico"] },
      '"Calico" is not',
    ],
    [
      { consulNamespacesWithoutInjection: ["csi", "mesh-services"] },
      { consulNamespacesWithoutInjection: ["csi"] },
      'consulNamespacesWithoutInjection[1]: leaves out "mesh-services", which the stack makes',
    ],
    [{ consulCatalogSyncInterval: "5" }, { consulCatalogSyncInterval: "1.5s" }, "is not a Go duration"],
    [{ consulCatalogSyncInterval: "0s" }, { consulCatalogSyncInterval: "1m30s" }, "is out of range"],
    [{ consulCatalogSyncInterval: "-5s" }, { consulCatalogSyncInterval: ".5s" }, "is out of range"],
    [{ consulCatalogSyncInterval: "2h" }, { consulCatalogSyncInterval: "1h" }, "is out of range"],
    [{ consulDatacenter: "EU 1" }, { consulDatacenter: "eu_1" }, "is not a datacenter name"],
    [{ servicesNamespace: "kube-system" }, { servicesNamespace: "shops" }, "servicesNamespace: "],
    [
      { servicesNamespace: "kube-public", servicesCreateNamespace: false },
      { servicesNamespace: "default", servicesCreateNamespace: false },
      "is a namespace that Consul leaves out of the mesh",
    ],
    [
      { servicesNamespace: "default" },
      { servicesNamespace: "defaults" },
      "is the cluster's own, and a destroy would delete it",
    ],
    [{ servicesNamespace: "local-path-storage" }, { servicesNamespace: "local" }, "leaves out of the mesh"],
    [
      { traefikNamespace: "default" },
      { traefikNamespace: "default", traefikCreateNamespace: false },
      "the cluster's own",
    ],
    [{ traefikNamespace: "kube-node-lease" }, { traefikNamespace: "edge" }, "the cluster's own"],
    [
      { consulNamespace: "kube-system" },
      { consulNamespace: "kube-system", consulCreateNamespace: false },
      'consulNamespace: "kube-system" is the cluster\'s own',
    ],
    [{ traefikReplicas: 0 }, { traefikReplicas: 1 }, "traefikReplicas: 0 is out of range"],
    [email("ops@b..example"), email("ops+acme@b.example"), "is not an email address"],
    [email("Ops <ops@b.example>"), email("OPS@B.example"), "is not an email address"],
    [
      { traefikServiceAnnotations: { "a b": "c" } },
      { traefikServiceAnnotations: { "a.example/b": "c" } },
      '"a b" is not a metadata key',
    ],
    [
      { traefikResources: { requests: { cpu: "2" }, limits: { cpu: "1" } } },
      { traefikResources: { requests: { cpu: "1" }, limits: { cpu: "1" } } },
      "traefikResources.requests.cpu: 2 is more than the limit, 1",
    ],
    [resolver("[::1:53"), resolver("[::1]:53"), "is not host:port"],
    [resolver("::1"), resolver("[2001:db8::53]:5353"), "is not host:port"],
    [resolver("[192.0.2.1]:53"), resolver("192.0.2.1:53"), "is not host:port"],
    [resolver("ns.example.com:0"), resolver("NS.example.com:53"), "is not host:port"],
    [users("u".repeat(58)), users("u".repeat(57)), "use 1 to 57 of a-z"],
    [client({ "a b": "c" }), client({ "example.com/a": "c" }), '"a b" is not a label key'],
    [client({ a: "c d" }), client({ a: "" }), '"c d" is not a label value'],
    [client({ a: "c".repeat(64) }), client({ a: "c".repeat(63) }), "is not a label value"],
    [client({ "/a": "c" }), client({ a_B: "c" }), "is not a label key"],
    [client({ a: "-c" }), client({ a: "c-" + "d" }), "is not a label value"],
    [
      { kubernetesVersion: "1.26" },
      { kubernetesVersion: "1.36" },
      "kubernetesVersion: Kubernetes 1.26 is not known to work",
    ],
    [{ kubernetesVersion: "banana" }, { kubernetesVersion: "v1.34.4" }, "kubernetesVersion: Kubernetes banana"],
  ]);

  test("a cluster newer than the table is warned of", () => {
    expect(told(consulMeshWarnings({ kubernetesVersion: "1.36" }))).toEqual([
      "kubernetesVersion: Kubernetes 1.36 is newer than what was tested with chart 1.9.11, up to 1.34; try it first in an environment that may break",
    ]);
    expect(consulMeshWarnings({ kubernetesVersion: "1.34" })).toEqual([]);
    expect(consulMeshProblems({ kubernetesVersion: "1.36" })).toEqual([]);
  });

  test("labels of clients are judged for any program", () => {
    const client = { namespace: "a", reaches: ["services"] as const };
    expect(networkClientProblems([{ ...client, podLabels: { a: "é" } }], "clients")).toHaveLength(1);
  });
});

describe("services of other owners", () => {
  const whoami = { name: "whoami", image: IMAGE, port: 80 };
  const of = (externalServices: object, intention: object) =>
    stack({
      services: [whoami],
      externalServices,
      intentions: [{ source: "whoami", destination: "billing", ...intention }],
    });
  const permissions = [{ action: "allow", http: { pathPrefix: "/" } }];

  test("can be named by intentions, in both directions, with what their protocol can do", () => {
    expect(of({ billing: "http" }, { permissions })).toEqual([]);
    expect(of({ billing: "tcp" }, {})).toEqual([]);
    expect(of({ billing: "http" }, { source: "billing", destination: "whoami", permissions })).toEqual([]);
    expect(of({}, {})).toEqual([
      'intentions[0].destination: "billing" is not a service of this stack; known: traefik-system-ingress, whoami. Declare it, or name it in externalServices',
    ]);
    expect(of({ billing: "tcp" }, { permissions })).toContainEqual(expect.stringContaining('"billing" speaks tcp'));
  });

  judge(
    (externalServices) => of({ billing: "http", ...externalServices }, {}),
    [
      [{ Billing: "http" }, { "billing-2": "http" }, 'externalServices.Billing: "Billing" is not a service name'],
      [{ whoami: "http" }, { who: "http" }, "is a service of this program"],
      [{ "traefik-system-ingress": "http" }, { "edge-ingress": "http" }, "is the ingress, which rules may name anyway"],
      [{ a: "udp" }, { a: "grpc" }, "externalServices.a: "],
    ],
  );

  test("are known to a set of any program", async () => {
    const recorded = await record(() => {
      const mesh = new ConsulMesh("consul");
      new IntentionSet("rules", {
        mesh,
        services: [service(mesh, "shop")],
        externalServices: ["billing"],
        externalProtocols: { billing: "http" },
        rules: [{ source: "shop", destination: "billing", permissions: permissions as any }],
      });
    });
    expect(find(recorded, "rules-billing").props.spec.destination).toEqual({ name: "billing" });
  });
});
