import { consulMeshProblems } from "../../components/mesh/consulMeshProblems";
import { consulValues, mergeValues } from "../../components/chart/consulValues";
import { imageVersion, partWithoutContains } from "../../components/chart/consulVersions";
import { DEFAULT_CONSUL_CLI_IMAGE } from "../../components/mesh/consulMeshArgs";
import { CONSUL_VERSIONS } from "../consul/agent";
import { TESTBED } from "../workspace";

describe("versions", () => {
  const problems = (version: string, consul?: string, kubernetesVersion?: string) =>
    consulMeshProblems({ chart: { version }, images: { consul }, kubernetesVersion });

  test.each([
    ["1.9.11", undefined, undefined],
    ["1.9.11", "hashicorp/consul:1.22.7", "1.33"],
    ["1.5.3", "localhost/consul:1.20.6", "1.34.4"],
    ["1.9.11", `hashicorp/consul@sha256:${"0".repeat(64)}`, undefined],
    ["1.9.11", "hashicorp/consul:latest", undefined],
  ])("chart %s with %s on %s is known", (chart, consul, kubernetes) => {
    expect(problems(chart, consul, kubernetes)).toEqual([]);
  });

  test.each([
    ["1.4.0", undefined, undefined, "chart.version", "the nearest is 1.5"],
    ["latest", undefined, undefined, "chart.version", "use an exact one"],
    ["1.5.3", "consul:1.22.6", undefined, "images.consul", "use Consul 1.20"],
    ["1.9.11", "consul:1.10", undefined, "images.consul", "use Consul 1.22"],
    ["1.9.11", undefined, "1.25", "kubernetesVersion", "use Kubernetes 1.30"],
  ])("chart %s with %s on %s is refused", (chart, consul, kubernetes, path, remedy) => {
    const found = problems(chart, consul, kubernetes);
    expect(found.map((p) => p.propertyPath)).toEqual([path]);
    expect(found[0].reason).toContain(remedy);
  });

  test("with ACLs, chart 1.5 is refused on the Consul that rejects its policies", () => {
    const withAcls = (consul: string) =>
      consulMeshProblems({ chart: { version: "1.5.3" }, images: { consul }, acls: true }).map((p) => p.propertyPath);
    expect(withAcls("hashicorp/consul:1.20.6")).toEqual(["images.consul"]);
    expect(withAcls("hashicorp/consul:1.20.1")).toEqual([]);
  });

  test("with ACLs, Kubernetes has to know sidecars that outlive what they serve", () => {
    const on = (kubernetesVersion: string, acls: boolean) =>
      consulMeshProblems({ chart: { version: "1.5.3" }, kubernetesVersion, acls }).map((p) => p.propertyPath);
    expect(on("1.28", true)).toEqual(["kubernetesVersion"]);
    expect(on("1.28", false)).toEqual([]);
    expect(on("1.29", true)).toEqual([]);
  });

  test("verdicts are compared with the Consul that users have who choose none, and with the testbed's", () => {
    const images = [TESTBED.consulImage as string, DEFAULT_CONSUL_CLI_IMAGE];
    expect(CONSUL_VERSIONS).toEqual(images.map(imageVersion));
  });

  test.each([
    ["hashicorp/consul:1.22.7", "1.22.7"],
    ["host:5000/consul:v1.2.3@sha256:00", "1.2.3"],
    ["host:5000/consul", undefined],
  ])("the version of %s", (image, version) => {
    expect(imageVersion(image)).toBe(version);
  });
});

test.each([
  [{ servers: 2 }, "servers"],
  [{ namespace: "Consul" }, "namespace"],
  [{ datacenter: "dc 1" }, "datacenter"],
  [{ serverAdditionalDnsSans: ["consul.example.com", "https://x"] }, "serverAdditionalDnsSans[1]"],
  [{ catalogSyncInterval: "5" }, "catalogSyncInterval"],
  [{ chart: { path: "no/such/chart" } }, "chart.path"],
  [{ chart: { path: "testbed/charts/consul", version: "1.5.3" } }, "chart"],
])("refuses %j", (args, path) => {
  expect(consulMeshProblems(args).map((p) => p.propertyPath)).toEqual([path]);
});

describe("values", () => {
  test("the injector is asked about all namespaces but the ingress' and those that the chart leaves out itself", () => {
    const left = (options: object) => {
      const { namespaceSelector } = consulValues(options).connectInject as { namespaceSelector: string };
      const [names, monitoring] = JSON.parse(namespaceSelector).matchExpressions;
      expect(names).toMatchObject({ key: "kubernetes.io/metadata.name", operator: "NotIn" });
      expect(monitoring).toEqual({ key: "openshift.io/cluster-monitoring", operator: "DoesNotExist" });
      return names.values;
    };
    const charts = ["kube-system", "local-path-storage", "openebs", "gmp-system", "gke-managed-cim"];
    expect(left({})).toEqual([...charts, "traefik-consul"]);
    expect(left({ namespacesWithoutInjection: ["edge", "tools"] })).toEqual([...charts, "edge", "tools"]);
    expect(consulMeshProblems({ namespacesWithoutInjection: ["a", "No"] }).map((p) => p.propertyPath)).toEqual([
      "namespacesWithoutInjection[1]",
    ]);
  });

  test("what is not said stays the chart's own default", () => {
    const text = JSON.stringify(consulValues({}));
    expect(text).not.toContain("null");
    expect(consulValues({})).not.toHaveProperty("global.image");
    expect(consulValues({})).not.toHaveProperty("server.affinity");
  });

  test("TLS is on and verified, injection and catalog sync are opt-in", () => {
    expect(consulValues({})).toMatchObject({
      global: { name: "consul", tls: { enabled: true, httpsOnly: true, verify: true } },
      connectInject: { enabled: true, default: false },
      syncCatalog: { enabled: true, default: false, toConsul: true, toK8S: false },
    });
  });

  test("servers that share nodes have an empty affinity: a null would be dropped on the way to Helm", () => {
    expect(consulValues({ servers: 3, serversShareNodes: true })).toMatchObject({
      server: { replicas: 3, affinity: "" },
    });
  });

  test("the user's values win, deeply, and change nothing else", () => {
    const base = consulValues({ servers: 3 });
    const merged = mergeValues(base, { server: { storage: "1Gi" }, ui: { enabled: false } });
    expect(merged).toMatchObject({ server: { replicas: 3, storage: "1Gi" }, ui: { enabled: false } });
    expect(base).toEqual(consulValues({ servers: 3 }));
  });
});

test.each([
  [{ chart: "1.5.3" }, "chart 1.5.3"],
  [{ chart: "1.5.4" }, undefined],
  [{ chart: "1.6.0" }, "chart 1.6.0"],
  [{ chart: "1.9.11", consul: "1.22" }, undefined],
  [{ chart: "1.5.9", controlPlane: "1.5.2" }, "consul-k8s-control-plane 1.5.2"],
  [{ chart: "1.5.9", controlPlane: "1.5.9", consul: "1.19.2" }, "Consul 1.19.2"],
  [{ chart: "1.5.9", consul: "1.20.1" }, undefined],
  [{ chart: "latest" }, undefined],
])("the header criteria contains and ignoreCase: %j lacks them in %j", (versions, part) => {
  expect(partWithoutContains(versions)).toBe(part);
});
