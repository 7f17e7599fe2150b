import { ConsulMesh, TraefikConsulIngress, TraefikOptions, traefikProblems } from "../../components";
import { parseSettings } from "../../settings";
import { find, record } from "../recorder";
import { raw } from "../settings";

function made(options: TraefikOptions) {
  return record(() => new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul"), ...options }));
}

test("nothing said is nothing changed: no address is trusted, no policy and no class is set", async () => {
  const recorded = await made({});
  const { args, resources } = find(recorded, "traefik-deployment").props.spec.template.spec.containers[0];
  const grace = "transport.lifeCycle.requestAcceptGraceTimeout=5s";
  expect(args.filter((each: string) => !/^--(?!entryPoints\.web|accessLog\.)/.test(each))).toEqual([
    "--entryPoints.web.address=:80",
    "--entryPoints.websecure.address=:443",
    "--entryPoints.web.asDefault=true",
    `--entryPoints.web.${grace}`,
    `--entryPoints.websecure.${grace}`,
  ]);
  expect(resources.requests).toEqual({ cpu: "100m", memory: "64Mi" });
  const { spec } = find(recorded, "traefik-service").props;
  expect(Object.keys(spec).sort()).toEqual(["ports", "publishNotReadyAddresses", "selector", "type"]);
});

test("a proxy before Traefik is believed at both entry points that clients reach, and at no other", async () => {
  const recorded = await made({
    forwardedHeadersTrustedIps: ["10.0.0.0/8", "192.0.2.7"],
    proxyProtocolTrustedIps: ["10.0.0.0/8"],
    respondingTimeouts: { readTimeout: 600, idleTimeout: 0 },
  });
  const { args } = find(recorded, "traefik-deployment").props.spec.template.spec.containers[0];
  for (const entryPoint of ["web", "websecure"]) {
    expect(args).toEqual(
      expect.arrayContaining([
        `--entryPoints.${entryPoint}.forwardedHeaders.trustedIPs=10.0.0.0/8,192.0.2.7`,
        `--entryPoints.${entryPoint}.proxyProtocol.trustedIPs=10.0.0.0/8`,
        `--entryPoints.${entryPoint}.transport.respondingTimeouts.readTimeout=600s`,
        `--entryPoints.${entryPoint}.transport.respondingTimeouts.idleTimeout=0s`,
      ]),
    );
  }
  expect(args.filter((each: string) => /\.admin\..*(trusted|responding)/.test(each))).toEqual([]);
});

test("the PROXY protocol is spoken at entry points of TCP too, which have nothing of requests", async () => {
  const argumentsOf = async (options: TraefikOptions) =>
    find(await made(options), "traefik-deployment")
      .props.spec.template.spec.containers[0].args.filter((each: string) => /trustedIPs|responding/i.test(each))
      .filter((each: string) => !each.startsWith("--entryPoints.internal."));
  const tcpEntryPoints = { postgres: { port: 5432 }, redis: { port: 6379 } };
  const spoken = (entryPoint: string, ranges = "10.0.0.0/8,192.0.2.7") =>
    `--entryPoints.${entryPoint}.proxyProtocol.trustedIPs=${ranges}`;
  const given = { tcpEntryPoints, proxyProtocolTrustedIps: ["10.0.0.0/8", "192.0.2.7"] };
  expect(await argumentsOf(given)).toEqual(["web", "websecure", "postgres", "redis"].map((each) => spoken(each)));
  // As before for what has said so for itself.
  const own = { "entrypoints.REDIS.proxyProtocol.trustedIPs": "10.1.0.0/16" };
  expect(await argumentsOf({ ...given, staticOptions: own })).toEqual([
    ...["web", "websecure", "postgres"].map((each) => spoken(each)),
    "--entrypoints.REDIS.proxyProtocol.trustedIPs=10.1.0.0/16",
  ]);
  const http = { forwardedHeadersTrustedIps: ["10.0.0.0/8"], respondingTimeouts: { readTimeout: 9 } };
  const points = (await argumentsOf({ tcpEntryPoints, ...http })).map((each: string) => each.split(".")[1]);
  expect(points).toEqual(["web", "web", "websecure", "websecure"]);
});

test("the access log has the form and the headers that it is asked for", async () => {
  const recorded = await made({ accessLogFormat: "json", accessLogHeaders: ["User-Agent"] });
  const { args } = find(recorded, "traefik-deployment").props.spec.template.spec.containers[0];
  expect(args.filter((each: string) => each.startsWith("--accessLog."))).toEqual([
    "--accessLog.format=json",
    "--accessLog.fields.headers.names.User-Agent=keep",
  ]);
});

test("the Service says what the cloud's load balancer is to be, and stays in Consul's catalog", async () => {
  const { metadata, spec } = find(
    await made({
      serviceType: "LoadBalancer",
      serviceAnnotations: { "service.beta.kubernetes.io/aws-load-balancer-type": "nlb" },
      externalTrafficPolicy: "Local",
      loadBalancerClass: "service.k8s.aws/nlb",
      loadBalancerSourceRanges: ["203.0.113.0/24"],
    }),
    "traefik-service",
  ).props;
  expect(metadata.annotations).toMatchObject({
    "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
    "consul.hashicorp.com/service-sync": "true",
  });
  expect(spec).toMatchObject({
    externalTrafficPolicy: "Local",
    loadBalancerClass: "service.k8s.aws/nlb",
    loadBalancerSourceRanges: ["203.0.113.0/24"],
  });
});

test("Traefik scales by its own container, from the least number of pods on, and keeps its number from then on; a budget and a spread are its own", async () => {
  const recorded = await made({
    autoscaling: { minReplicas: 2, maxReplicas: 6, cpuUtilization: 80 },
    disruptionBudget: { minAvailable: 1 },
    spreadOver: ["kubernetes.io/hostname"],
  });
  const {
    props: { spec },
    ignoreChanges,
  } = find(recorded, "traefik-deployment");
  expect([spec.replicas, ignoreChanges]).toEqual([2, ["spec.replicas"]]);
  expect(spec.template.spec.topologySpreadConstraints[0].topologyKey).toBe("kubernetes.io/hostname");
  expect(find(recorded, "traefik-autoscaler").props.spec).toMatchObject({
    scaleTargetRef: { name: "traefik" },
    minReplicas: 2,
    metrics: [{ containerResource: { container: "traefik", name: "cpu" } }],
  });
  expect(find(recorded, "traefik-disruption-budget").props.spec).toMatchObject({
    minAvailable: 1,
    selector: { matchLabels: spec.selector.matchLabels },
  });
});

test.each([
  [undefined, 1],
  [3, 3],
])("of %s pods of Traefik, each up makes %s", async (replicas, number) => {
  const { props, ignoreChanges } = find(await made({ replicas }), "traefik-deployment");
  expect([props.spec.replicas, ignoreChanges]).toEqual([number, []]);
});

const balancer = { serviceType: "LoadBalancer" } as const;
const acme = { certificateResolvers: { le: { email: "ops@example.com", tlsChallenge: {} } } };
type Refusal = [TraefikOptions, path: string, RegExp, right: TraefikOptions];
test.each<Refusal>([
  [
    { loadBalancerClass: "a" },
    "loadBalancerClass",
    /no load balancer/,
    { ...balancer, loadBalancerClass: "service.k8s.aws/nlb" },
  ],
  [{ ...balancer, loadBalancerClass: "a/b/c" }, "loadBalancerClass", /a\/b\/c/, balancer],
  [
    { ...balancer, loadBalancerSourceRanges: ["203.0.113.7"] },
    "loadBalancerSourceRanges[0]",
    /CIDR/,
    { ...balancer, loadBalancerSourceRanges: ["203.0.113.7/32", "0.0.0.0/0"] },
  ],
  [
    { forwardedHeadersTrustedIps: ["0.0.0.0/0"] },
    "forwardedHeadersTrustedIps[0]",
    /every client/,
    { forwardedHeadersTrustedIps: ["10.1.2.3"] },
  ],
  ...["0.0.0.0/1", "::ffff:0.0.0.0/96", "8000::/1"].flatMap((range): Refusal[] =>
    (["forwardedHeadersTrustedIps", "proxyProtocolTrustedIps"] as const).map((input) => [
      { [input]: ["10.0.0.0/8", range] },
      `${input}[1]`,
      /every client/,
      { [input]: ["10.0.0.0/8", "fd00::/8"] },
    ]),
  ),
  // To Traefik that is 0.0.0.0/0.
  [{ forwardedHeadersTrustedIps: ["0.0.0.0/00"] }, "forwardedHeadersTrustedIps[0]", /not a range/, {}],
  [
    { proxyProtocolTrustedIps: ["balancer.example"] },
    "proxyProtocolTrustedIps[0]",
    /not a range/,
    { proxyProtocolTrustedIps: ["2001:db8::/32"] },
  ],
  [
    { serviceType: "ClusterIP", externalTrafficPolicy: "Local" },
    "externalTrafficPolicy",
    /from outside/,
    { serviceType: "ClusterIP" },
  ],
  [
    { externalTrafficPolicy: "Remote" as any },
    "externalTrafficPolicy",
    /Cluster, Local/,
    { externalTrafficPolicy: "Local" },
  ],
  [{ accessLogFormat: "xml" as any }, "accessLogFormat", /common, json/, { accessLogFormat: "common" }],
  [
    { serviceAnnotations: { "a/b/c": "d" } },
    'serviceAnnotations["a/b/c"]',
    /not a metadata key/,
    { serviceAnnotations: {} },
  ],
  [
    { serviceAnnotations: { "consul.hashicorp.com/service-sync": "false" } },
    'serviceAnnotations["consul.hashicorp.com/service-sync"]',
    /^decides how Traefik appears in Consul's catalog, which the component sets; leave it out$/,
    { serviceAnnotations: { "example.com/a": "b" } },
  ],
  [
    { serviceAnnotations: { "pulumi.com/skipAwait": "false" } },
    'serviceAnnotations["pulumi.com/skipAwait"]',
    /^decides how Pulumi applies the Service, which the component sets; leave it out$/,
    { serviceAnnotations: { "notpulumi.com/a": "b" } },
  ],
  [{ respondingTimeouts: { readTimeout: -1 } }, "respondingTimeouts.readTimeout", /0 to/, { respondingTimeouts: {} }],
  [
    { accessLogHeaders: ["User-Agent"] },
    "accessLogHeaders",
    /^the format common has no place for headers; set traefikAccessLogFormat \(of a TraefikConsulIngress: accessLogFormat\) to json$/,
    { accessLogFormat: "json", accessLogHeaders: ["User-Agent"] },
  ],
  [
    { accessLogFormat: "json", accessLogHeaders: ["a b"] },
    "accessLogHeaders[0]",
    /not a valid name/,
    { accessLogFormat: "json" },
  ],
  [
    { accessLog: false, accessLogFormat: "json" },
    "accessLogFormat",
    /^has no effect while traefikAccessLog \(of a TraefikConsulIngress: accessLog\) is false; turn that on$/,
    { accessLog: false },
  ],
  [
    { replicas: 2, autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80 } },
    "autoscaling",
    /alongside replicas/,
    { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80 } },
  ],
  [
    { ...acme, autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80 } },
    "autoscaling",
    /one pod/,
    { ...acme, replicas: 1 },
  ],
  [
    {
      resources: { limits: { memory: "512Mi" } },
      autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80 },
    },
    "autoscaling.cpuUtilization",
    /^is a share of resources\.requests\.cpu, which is not set; set it$/,
    {
      resources: { limits: { memory: "512Mi" } },
      autoscaling: { minReplicas: 1, maxReplicas: 2, memoryUtilization: 80 },
    },
  ],
  [
    {
      resources: { requests: { memory: "64Mi" } },
      autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80, memoryUtilization: 80 },
    },
    "autoscaling.cpuUtilization",
    /^is a share of resources\.requests\.cpu, which is not set; set it$/,
    { autoscaling: { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80, memoryUtilization: 80 } },
  ],
  [{ spreadOver: ["a/b/c"] }, "spreadOver[0]", /label key/, { spreadOver: ["topology.kubernetes.io/zone"] }],
  [{ disruptionBudget: {} }, "disruptionBudget", /exactly one/, { disruptionBudget: { maxUnavailable: "25%" } }],
])("%j is refused", (wrong, path, says, right) => {
  const problems = traefikProblems(wrong);
  expect(problems.map((each) => each.propertyPath)).toEqual([path]);
  expect(problems[0].reason).toMatch(says);
  expect(traefikProblems(right)).toEqual([]);
});

test("headers of an access log that is off are of no use, in whatever form", () => {
  const problems = traefikProblems({ accessLog: false, accessLogHeaders: ["User-Agent"] });
  expect(problems.map((each) => each.propertyPath)).toEqual(["accessLogFormat", "accessLogHeaders"]);
});

test("each can be said in the stack's configuration, where a scaler stands beside the default number of pods", () => {
  const result = parseSettings(
    raw({
      traefikServiceType: "LoadBalancer",
      traefikServiceAnnotations: { "example.com/a": "b" },
      traefikExternalTrafficPolicy: "Local",
      traefikLoadBalancerClass: "service.k8s.aws/nlb",
      traefikLoadBalancerSourceRanges: ["203.0.113.0/24"],
      traefikForwardedHeadersTrustedIps: ["10.0.0.0/8"],
      traefikProxyProtocolTrustedIps: ["10.0.0.0/8"],
      traefikRespondingTimeouts: { readTimeout: 0 },
      traefikResources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } },
      traefikAutoscaling: { minReplicas: 2, maxReplicas: 4, cpuUtilization: 70 },
      traefikDisruptionBudget: { maxUnavailable: 1 },
      traefikSpreadOver: ["kubernetes.io/hostname"],
      traefikAccessLogFormat: "json",
      traefikAccessLogHeaders: ["User-Agent"],
    }),
  );
  expect("problems" in result ? result.problems : []).toEqual([]);
});

test.each<[options: TraefikOptions, warned: boolean]>([
  [{ disruptionBudget: { minAvailable: 1 } }, true],
  [{ disruptionBudget: { minAvailable: 1 }, replicas: 2 }, false],
  [
    { disruptionBudget: { minAvailable: 2 }, autoscaling: { minReplicas: 2, maxReplicas: 3, cpuUtilization: 80 } },
    true,
  ],
  [
    { disruptionBudget: { minAvailable: 1 }, autoscaling: { minReplicas: 2, maxReplicas: 3, cpuUtilization: 80 } },
    false,
  ],
  [{ replicas: 1 }, false],
])("of a budget that lets none of Traefik's pods go, it warns: %j, %s", async (options, warned) => {
  const lines: string[] = [];
  const warn = jest.spyOn(console, "warn").mockImplementation((line) => void lines.push(String(line)));
  await made(options).finally(() => warn.mockRestore());
  expect(lines.map((line) => /TraefikConsulIngress "traefik": 1 warning\s+(\S+)/.exec(line)?.[1])).toEqual(
    warned ? ["disruptionBudget.minAvailable:"] : [],
  );
});
