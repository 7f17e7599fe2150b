import { TraefikOptions } from "../../components";
import { catalogSyncProblems, traefikProblems } from "../../components/ingress/traefikProblems";

const told = (options: TraefikOptions) =>
  traefikProblems(options, "x.").map((each) => `${each.propertyPath}: ${each.reason}`);

test.each<[wrong: object, problems: RegExp[], right?: object]>([
  [{}, []],
  [{ image: "Traefik:v3" }, [/^x\.image: /], { image: "traefik:v3.7.15" }],
  [{ image: "traefik:v2.11" }, [/^x\.image: .*before v3/]],
  [{ namespace: "Edge" }, [/^x\.namespace: /], { namespace: "edge" }],
  [{ namespace: "kube-system" }, [/^x\.namespace: .*leaves out/]],
  [{ namespace: "kube-system", createNamespace: false }, [/^x\.namespace: .*leaves out/]],
  [{ namespace: "default" }, [/^x\.namespace: .*the cluster's own/], { namespace: "default", createNamespace: false }],
  [{ serviceName: "a.b" }, [/^x\.serviceName: /], { serviceName: "edge" }],
  [{ serviceName: "consul" }, [/^x\.serviceName: .*is taken/]],
  [{ sharedHosts: ["a.test", "b c"] }, [/^x\.sharedHosts\[1\]: "b c" is not a host name/], { sharedHosts: ["a.test"] }],
  [{ replicas: 0 }, [/^x\.replicas: /], { replicas: 1 }],
  [{ replicas: 1001 }, [/^x\.replicas: /], { replicas: 1000 }],
  [{ nodePorts: { web: 80 } }, [/^x\.nodePorts\.web: /], { nodePorts: { web: 30000, admin: 32767 } }],
  [{ nodePorts: { web: 30443 } }, [/^x\.nodePorts: 30443, 30443, 30808 are not three different/]],
  [{ serviceType: "LoadBalancer", nodePorts: { web: 30081 } }, [/^x\.nodePorts: .*LoadBalancer has none to choose/]],
  [
    { serviceType: "NodePort", nodePorts: { web: 30443 } },
    [/^x\.nodePorts: .*three different/],
    { serviceType: "NodePort", nodePorts: { web: 30081 } },
  ],
  [
    { serviceType: "Loadbalancer" },
    [/^x\.serviceType: "Loadbalancer" .*NodePort, LoadBalancer, ClusterIP/],
    { serviceType: "ClusterIP" },
  ],
  [{ logLevel: "info" }, [/^x\.logLevel: "info" .*TRACE, DEBUG, INFO, WARN, ERROR/], { logLevel: "WARN" }],
  [
    { resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } },
    [/^x\.resources\.requests\.memory: /],
    { resources: { requests: { memory: "1Gi" }, limits: { memory: "1Gi" } } },
  ],
  [{ resources: { limits: { memory: "much" } } }, [/^x\.resources\.limits\.memory: /], { resources: {} }],
  [
    { certificateResolvers: { dns: { email: "a@b.test", dnsChallenge: { provider: "rout53" } } } },
    [/^x\.certificateResolvers\.dns\.dnsChallenge\.provider: .*"route53"/],
    { certificateResolvers: { dns: { email: "a@b.test", dnsChallenge: { provider: "route53" } } } },
  ],
  [
    { certificateResolvers: { le: { email: "a@b.test", tlsChallenge: {} } }, replicas: 2 },
    [
      /^x\.replicas: 2 pods cannot share what traefikCertificateResolvers \(of a TraefikConsulIngress: certificateResolvers\) keep on one volume; use 1, or certificates from Secrets, as cert-manager writes them$/,
    ],
  ],
  [{ consoles: { dashboard: { host: "a.test", userList: "ops" } } }, [/^x\.consoles\.dashboard\.userList: /]],
  [{ staticOptions: { "no.such": 1 } }, [/^x\.staticOptions/]],
  [{ drainSeconds: -1 }, [/^x\.drainSeconds: /], { drainSeconds: 0 }],
  [{ podSpec: { volumes: [] } }, [/^x\.podSpec\.volumes: /], { podSpec: { runtimeClassName: "gvisor" } }],
  [
    { externalTrafficPolicy: "Local", serviceType: "ClusterIP" },
    [/^x\.externalTrafficPolicy: /],
    { externalTrafficPolicy: "Local" },
  ],
  [{ loadBalancerClass: "a" }, [/^x\.loadBalancerClass: a Service of type NodePort/]],
  [
    { tcpEntryPoints: { line: { port: 8080 } } },
    [/^x\.tcpEntryPoints\.line\.port: /],
    { tcpEntryPoints: { line: { port: 5432 } } },
  ],
  [
    { tcpEntryPoints: { line: { port: 5432, nodePort: 30080 } } },
    [/^x\.tcpEntryPoints\.line\.nodePort: /],
    { tcpEntryPoints: { line: { port: 5432, nodePort: 30081 } } },
  ],
  [
    { tcpEntryPoints: { line: { port: 5432, nodePort: 30081 } }, serviceType: "LoadBalancer" },
    [/^x\.tcpEntryPoints\.line\.nodePort: /],
    { tcpEntryPoints: { line: { port: 5432, nodePort: 30081 } }, serviceType: "NodePort" },
  ],
  [
    { tcpEntryPoints: { "websecure-http3": { port: 5432 } }, http3: true },
    [/^x\.tcpEntryPoints\.websecure-http3: /],
    { tcpEntryPoints: { "websecure-http3": { port: 5432 } } },
  ],
])("%j is judged", (wrong, problems, right = {}) => {
  expect(told(wrong as TraefikOptions)).toEqual(problems.map((each) => expect.stringMatching(each)));
  expect(told(right as TraefikOptions)).toEqual([]);
});

test("an image that is too old for what is asked of it is told, by what that is", () => {
  const certificateResolvers = { le: { email: "a@b.test", tlsChallenge: { delay: 0 }, profile: "shortlived" } };
  const of = (image: string) => told({ image, kubernetesCrd: { namespaces: ["shop"] }, certificateResolvers });
  expect(of("traefik:v3.7.15")).toEqual([]);
  expect(of("traefik:v3.0.0")).toEqual([
    expect.stringMatching(/^x\.image: .*too old for profile/),
    expect.stringMatching(/^x\.image: .*too old for kubernetesCrd/),
  ]);
});

describe("what an ingress needs of the mesh's catalog", () => {
  const asked: unknown[] = [];
  const mesh = (catalogSync: boolean) => ({
    catalogSync,
    reachProblems: (...its: unknown[]) => (asked.push(its), [{ propertyPath: "mesh", reason: "not reached" }]),
  });

  test("is its namespace, where the catalog is written", () => {
    expect(catalogSyncProblems({ dashboard: true }, mesh(true)).map((each) => each.propertyPath)).toEqual(["mesh"]);
    catalogSyncProblems({ namespace: "edge", createNamespace: false }, mesh(true));
    expect(asked).toEqual([
      [{ name: "traefik-consul", made: true }, "services"],
      [{ name: "edge", made: false }, "services"],
    ]);
  });

  test("is that it is written, for the dashboard alone", () => {
    expect(catalogSyncProblems({}, mesh(false))).toEqual([]);
    expect(catalogSyncProblems({ dashboard: true }, mesh(false), "x.")).toEqual([
      {
        propertyPath: "x.dashboard",
        reason:
          "is served through Consul's catalog sync, which the mesh has off; turn on syncCatalog of consulValues (of a ConsulMesh: values), or turn off traefikDashboard (of a TraefikConsulIngress: dashboard)",
      },
    ]);
    expect(catalogSyncProblems({ dashboard: true }, mesh(false)).map((each) => each.propertyPath)).toEqual([
      "dashboard",
    ]);
  });
});
