import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ConsulMeshArgs } from "../../components";
import { consulMeshProblems, consulMeshWarnings } from "../../components/mesh/consulMeshProblems";

const told = (args: object) =>
  consulMeshProblems(args as ConsulMeshArgs, "x.").map((each) => `${each.propertyPath}: ${each.reason}`);
const warned = (args: object) =>
  consulMeshWarnings(args as ConsulMeshArgs).map((each) => `${each.propertyPath}: ${each.reason}`);
/** A folder with a chart that is too old. */
const OLD = path.join(os.tmpdir(), `old-chart-${process.pid}`);
beforeAll(() => {
  fs.mkdirSync(OLD);
  fs.writeFileSync(path.join(OLD, "Chart.yaml"), "version: 1.4.0\n");
});
afterAll(() => fs.rmSync(OLD, { recursive: true }));
const inject = (namespaceSelector: string) => ({ connectInject: { namespaceSelector } });
const bank = { name: "bank", host: "bank.test", port: 443 };

test.each<[wrong: object, problems: RegExp[], right?: object]>([
  [{}, []],
  [{ createNamespace: false, gossipKeySecret: { secretName: "a", secretKey: "b" } }, [/^x\.gossipKeySecret: /]],
  [
    { rotations: { gossipKey: "a" } },
    [/^x\.rotations\.gossipKey: /],
    { rotations: { gossipKey: "a" }, gossipEncryption: true },
  ],
  [
    { externalDestinations: [{ ...bank, host: "a b" }] },
    [/^x\.externalDestinations\[0\]\.host: /],
    { externalDestinations: [bank] },
  ],
  [{ tracing: { endpoint: "a" } }, [/^x\.tracing\.endpoint: /], { tracing: { endpoint: "a:4317" } }],
  [{ namespace: "A" }, [/^x\.namespace: /], { namespace: "mesh" }],
  [{ namespace: "kube-system" }, [/^x\.namespace: /], { namespace: "kube-system", createNamespace: false }],
  [{ storage: "big" }, [/^x\.storage: "big" .*10Gi/], { storage: "1Gi" }],
  [{ storageClass: "A b" }, [/^x\.storageClass: .*storage class/], { storageClass: "fast" }],
  [{ catalogSyncInterval: "5" }, [/^x\.catalogSyncInterval: /], { catalogSyncInterval: "100ms" }],
  [{ catalogSyncInterval: "3601s" }, [/^x\.catalogSyncInterval: /], { catalogSyncInterval: "1h" }],
  [{ images: { dataplane: "A:1" } }, [/^x\.images\.dataplane: /], { images: { dataplane: undefined } }],
  [{ imagePullSecrets: ["a", "B"] }, [/^x\.imagePullSecrets\[1\]: "B" is not a valid name/], { imagePullSecrets: [] }],
  [
    { namespacesWithoutInjection: ["a", "B"] },
    [/^x\.namespacesWithoutInjection\[1\]: /],
    { namespacesWithoutInjection: [] },
  ],
  [{ datacenter: "dc 1" }, [/^x\.datacenter: /], { datacenter: "dc1" }],
  [{ servers: 2 }, [/^x\.servers: 2 servers/], { servers: 1 }],
  [{ servers: 4 }, [/^x\.servers: 4 servers/], { servers: 3 }],
  [{ servers: 9 }, [/^x\.servers: 9 servers/], { servers: 5 }],
  [{ servers: 0 }, [/^x\.servers: 0 servers/], { servers: 7 }],
  [
    { serverAdditionalDnsSans: ["a.test", "https://a.test"] },
    [/^x\.serverAdditionalDnsSans\[1\]: "https:\/\/a\.test" /],
    { serverAdditionalDnsSans: ["a.test", "*.a.test"] },
  ],
  [{ serverAdditionalDnsSans: ["a.*.test"] }, [/^x\.serverAdditionalDnsSans\[0\]: /]],
  [
    { chart: { path: "testbed/charts/consul", repository: "https://a.test" } },
    [/^x\.chart: /],
    { chart: { repository: "https://a.test", version: "1.9.11" } },
  ],
  [{ chart: { path: "testbed/charts/consul", version: "1.9.11" } }, [/^x\.chart: /], { chart: { version: "1.9.11" } }],
  [{ chart: { path: "no/chart" } }, [/^x\.chart\.path: "no\/chart" /]],
  [{ chart: { version: "1.4.0" } }, [/^x\.chart\.version: /]],
  [{ chart: { path: OLD } }, [/^x\.chart\.path: /]],
  [{ kubernetesVersion: "1.25" }, [/^x\.kubernetesVersion: /], { kubernetesVersion: "1.33" }],
  [{ images: { consul: "consul:1.10" } }, [/^x\.images\.consul: /], { images: { consul: "consul:1.22.7" } }],
  [
    { images: { controlPlane: "a/k8s:1.5.1" } },
    [/^x\.images\.controlPlane: /],
    { images: { controlPlane: "a/k8s:1.9.5" } },
  ],
  [
    { images: { dataplane: "a/dataplane:1.2.3" } },
    [/^x\.images\.dataplane: /],
    { images: { dataplane: "a/dataplane:1.9.5" } },
  ],
  [
    { values: { global: { image: "consul:1.10" } } },
    [/^x\.values\.global\.image: /],
    { values: { global: { image: "consul:1.22.7" } } },
  ],
  [
    { values: { server: { replicaz: 1 } } },
    [/^x\.values\.server\.replicaz: /],
    { values: { server: { replicas: 3 } } },
  ],
  [{ values: { global: { tls: { enabled: false } } } }, [/^x\.values\.global\.tls\.enabled: /]],
  [{ values: { global: { datacenter: "dc 1" } } }, [/^x\.values\.global\.datacenter: /]],
  [
    { values: { ui: Promise.resolve({}) } },
    [/^x\.values\.ui: is an output, /],
    { values: { server: { storageClass: Promise.resolve("fast") } } },
  ],
  [
    { externalDestinations: [bank], values: { connectInject: { k8sDenyNamespaces: ["consul-system"] } } },
    [/^x\.values\.connectInject\.k8sDenyNamespaces: /],
    { values: { connectInject: { k8sDenyNamespaces: ["consul-system"] } } },
  ],
  [
    { namespace: "mesh", externalDestinations: [bank], values: { connectInject: { k8sDenyNamespaces: ["mesh"] } } },
    [/^x\.values\.connectInject\.k8sDenyNamespaces: .*"mesh"/],
    { externalDestinations: [], values: { connectInject: { k8sDenyNamespaces: ["consul-system"] } } },
  ],
])("%j is judged", (wrong, problems, right = {}) => {
  expect(told(wrong)).toEqual(problems.map((each) => expect.stringMatching(each)));
  expect(told(right)).toEqual([]);
});

test("without a prefix the paths are those of the component", () => {
  expect(consulMeshProblems({ servers: 2 }).map((each) => each.propertyPath)).toEqual(["servers"]);
});

test.each<[args: object, warnings: RegExp[]]>([
  [{}, []],
  [{ kubernetesVersion: "1.99" }, [/^kubernetesVersion: /]],
  [{ chart: { path: "no/chart" }, kubernetesVersion: "1.99" }, []],
  [{ values: { client: { enabled: true } } }, [/^values\.client\.enabled: /]],
  // What the chart may not even know is said once.
  [
    { chart: { version: "1.9.99" }, values: { server: { later: { a: 1 } }, client: { enabled: true } } },
    [/^values\.server\.later: /, /^values\.client\.enabled: /],
  ],
  [
    { values: inject("{}") },
    [/^values\.connectInject\.namespaceSelector: .* pod of kube-system, traefik-consul, of which/],
  ],
  [
    { values: inject("{}"), namespacesWithoutInjection: ["edge"] },
    [/^values\.connectInject\.namespaceSelector: .* pod of kube-system, edge, of which/],
  ],
])("%j is no reason to refuse", (args, warnings) => {
  expect(warned(args)).toEqual(warnings.map((each) => expect.stringMatching(each)));
});
