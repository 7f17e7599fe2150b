import { ConsulMesh, TraefikConsulIngress, TraefikOptions } from "../../components";
import { kubernetesCrdProblems } from "../../components/ingress/kubernetesCrd";
import { find, Read, record } from "../recorder";

/** What an ingress with these options is made of. */
function ingress(options: TraefikOptions, reads: Read[] = []) {
  return record(
    () => void new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul"), ...options }),
    {},
    {},
    reads,
  );
}

/** Traefik's informers wait for all of these: with one less, it would serve no route. */
const KINDS = [
  "ingressroutes",
  "ingressroutetcps",
  "ingressrouteudps",
  "middlewares",
  "middlewaretcps",
  "serverstransports",
  "serverstransporttcps",
  "tlsoptions",
  "tlsstores",
  "traefikservices",
];
const RULES = [
  { apiGroups: ["traefik.io"], resources: KINDS, verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["services", "secrets", "configmaps"], verbs: ["list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
];

test("custom resources of some namespaces: rights in those namespaces, and before Traefik starts", async () => {
  const reads: Read[] = [];
  const recorded = await ingress({ kubernetesCrd: { namespaces: ["a", "b"] } }, reads);
  expect(reads.filter(({ name }) => /crd/.test(name))).toMatchObject([
    {
      name: "traefik-crd-ingressroutes",
      id: "ingressroutes.traefik.io",
      // What a refresh would find: anything less is reported as a change.
      props: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "ingressroutes.traefik.io" },
      },
    },
  ]);
  expect(find(recorded, "traefik-crd-role-a").dependsOn).toContain("traefik-crd-ingressroutes");
  expect(find(recorded, "traefik-crd-binding-a").props.roleRef).toEqual({
    apiGroup: "rbac.authorization.k8s.io",
    kind: "Role",
    name: find(recorded, "traefik-crd-role-a").props.metadata.name,
  });
  expect(recorded.filter((r) => /rbac/.test(r.type)).map((r) => [r.name, r.props.metadata.namespace])).toEqual(
    expect.arrayContaining([
      ["traefik-crd-role-a", "a"],
      ["traefik-crd-binding-a", "a"],
      ["traefik-crd-role-b", "b"],
      ["traefik-crd-binding-b", "b"],
    ]),
  );
  expect(recorded.filter((r) => /ClusterRole/.test(r.type))).toEqual([]);
  expect(find(recorded, "traefik-crd-role-a").props.rules).toEqual(RULES);
  expect(find(recorded, "traefik-crd-binding-b").props.subjects).toEqual([
    { kind: "ServiceAccount", name: "traefik-system-ingress", namespace: "traefik-consul" },
  ]);
  const deployment = find(recorded, "traefik-deployment");
  expect(deployment.dependsOn).toEqual(expect.arrayContaining(["traefik-crd-binding-a", "traefik-crd-binding-b"]));
  const { automountServiceAccountToken, containers } = deployment.props.spec.template.spec;
  expect(automountServiceAccountToken).toBe(true);
  expect(containers[0].args.filter((each: string) => /kubernetesCRD/i.test(each))).toEqual([
    "--providers.kubernetesCRD=true",
    "--providers.kubernetesCRD.disableClusterScopeResources=true",
    "--providers.kubernetesCRD.namespaces=a,b",
  ]);
});

test("custom resources of all namespaces: a ClusterRole of the same rules", async () => {
  const recorded = await ingress({ kubernetesCrd: true });
  const metadata = { name: "traefik-kubernetes-crd-traefik-consul" };
  expect(find(recorded, "traefik-crd-role").props).toMatchObject({ metadata, rules: RULES });
  expect(find(recorded, "traefik-crd-binding").props).toMatchObject({
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", ...metadata },
  });
  const { args } = find(recorded, "traefik-deployment").props.spec.template.spec.containers[0];
  expect(args).toContain("--providers.kubernetesCRD=true");
  expect(args.filter((each: string) => each.includes("kubernetesCRD.namespaces"))).toEqual([]);
});

test.each<[string[], string[]]>([
  [[], ["x.namespaces"]],
  [
    ["a", "A", "a"],
    ["x.namespaces[1]", "x.namespaces[2]"],
  ],
])("namespaces %j are refused", (namespaces, paths) => {
  expect(kubernetesCrdProblems({ namespaces }, "x").map((p) => p.propertyPath)).toEqual(paths);
});

test("metrics are on unless they are turned off", async () => {
  const pod = async (options: TraefikOptions) => {
    const { template } = find(await ingress(options), "traefik-deployment").props.spec;
    return {
      annotation: template.metadata.annotations["prometheus.io/port"],
      port: template.spec.containers[0].ports.find(({ name }: any) => name === "metrics")?.containerPort,
      argument: template.spec.containers[0].args.includes("--metrics.prometheus.addRoutersLabels=true"),
    };
  };
  expect(await pod({})).toEqual({ annotation: "9100", port: 9100, argument: true });
  expect(await pod({ metrics: false })).toEqual({ annotation: undefined, port: undefined, argument: false });
});

test("Prometheus finds the metrics where Traefik has them, by entry point, router and service, in fine steps", async () => {
  const { metadata, spec } = find(await ingress({}), "traefik-deployment").props.spec.template;
  expect(metadata.annotations).toMatchObject({
    "prometheus.io/scrape": "true",
    "prometheus.io/port": "9100",
    "prometheus.io/path": "/metrics",
  });
  const { args } = spec.containers[0];
  expect(args).toEqual(
    expect.arrayContaining([
      "--entryPoints.metrics.address=:9100",
      "--metrics.prometheus.entryPoint=metrics",
      ...["EntryPoints", "Routers", "Services"].map((each) => `--metrics.prometheus.add${each}Labels=true`),
    ]),
  );
  const [, buckets] = /buckets=(.*)$/.exec(
    args.find((each: string) => each.startsWith("--metrics.prometheus.buckets")),
  )!;
  const bounds = buckets.split(",").map(Number);
  expect([bounds[0], bounds.at(-1)]).toEqual([0.005, 10]);
  expect(Math.max(...bounds.slice(1).map((bound, i) => bound / bounds[i]))).toBeLessThanOrEqual(2.5);
});

test("tcp entry points are ports of the pod and of the Service, user lists files, plugins mounted or downloaded", async () => {
  const recorded = await ingress({
    tcpEntryPoints: { postgres: { port: 5432, nodePort: 30432 }, other: { port: 7007, servicePort: 70 } },
    userLists: { admins: { secretName: "users-of-ops", key: "auth" } },
    plugins: {
      stamp: { module: "example.com/stamp", path: "tests/e2e/plugin" },
      demo: { module: "github.com/traefik/plugindemo", version: "v0.2.2" },
    },
  });
  expect(find(recorded, "traefik-service").props.spec.ports).toEqual(
    expect.arrayContaining([
      { name: "postgres", port: 5432, targetPort: "postgres", nodePort: 30432 },
      { name: "other", port: 70, targetPort: "other" },
    ]),
  );
  const { volumes, containers } = find(recorded, "traefik-deployment").props.spec.template.spec;
  expect(volumes).toEqual(
    expect.arrayContaining([
      { name: "users-admins", secret: { secretName: "users-of-ops", items: [{ key: "auth", path: "users" }] } },
      { name: "plugins-storage", emptyDir: {} },
    ]),
  );
  expect(containers[0].ports).toEqual(
    expect.arrayContaining([
      { name: "postgres", containerPort: 5432 },
      { name: "other", containerPort: 7007 },
    ]),
  );
  expect(containers[0].volumeMounts).toEqual(
    expect.arrayContaining([
      { name: "users-admins", mountPath: "/etc/traefik/users/admins", readOnly: true },
      { name: "plugin-stamp", mountPath: "/plugins-local/src/example.com/stamp", readOnly: true },
    ]),
  );
  expect(containers[0].args).toEqual(
    expect.arrayContaining([
      "--entryPoints.postgres.address=:5432",
      // What Traefik asks itself there has the client of the request before.
      "--entryPoints.internal.address=127.0.0.1:8079",
      "--entryPoints.internal.forwardedHeaders.trustedIPs=127.0.0.1/32",
      "--experimental.localPlugins.stamp.moduleName=example.com/stamp",
      "--experimental.plugins.demo.version=v0.2.2",
    ]),
  );
  const { binaryData } = find(recorded, "traefik-plugin-stamp").props;
  const files = Object.values<string>(binaryData).map((content) => Buffer.from(content, "base64").toString());
  expect(files.some((file) => file.includes("package stamp"))).toBe(true);
});

test.each([
  ["the default", undefined, "241591910"],
  ["one of its own", { limits: { memory: "1G" } }, "900000000"],
  ["none", { requests: { memory: "64Mi" } }, undefined],
  ["no memory at all, which is none to Kubernetes", { limits: { memory: "0" } }, undefined],
])("Traefik collects its garbage before it is at its limit of memory: %s", async (_, resources, bytes) => {
  const { env } = find(await ingress({ resources }), "traefik-deployment").props.spec.template.spec.containers[0];
  expect(env.find(({ name }: { name: string }) => name === "GOMEMLIMIT")?.value).toBe(bytes);
});
