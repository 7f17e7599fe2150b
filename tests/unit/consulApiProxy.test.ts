import { ConsulMesh, TraefikConsulIngress, TraefikOptions } from "../../components";
import { consulApiProxy, consulApiProxyProblems } from "../../components/ingress/consulApiProxy";
import { find, record } from "../recorder";
import { ofStack, refusals } from "../verdicts";

const podOf = async (options: TraefikOptions, mesh: ConstructorParameters<typeof ConsulMesh>[1] = {}) =>
  find(
    await record(() => new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul", mesh), ...options })),
    "traefik-deployment",
  ).props.spec.template.spec;

test("Traefik asks the proxy on its pod's loopback, and that asks Consul by TLS, under the name that it was given", async () => {
  const { initContainers, containers } = await podOf(
    { consulApiProxy: true },
    { acls: true, namespace: "mesh", images: { dataplane: "localhost/dataplane:1" } },
  );
  const [, proxy] = initContainers;
  expect(containers[0].args.filter((each: string) => each.includes("consulCatalog.endpoint"))).toEqual([
    "--providers.consulCatalog.endpoint.address=127.0.0.1:8500",
    "--providers.consulCatalog.endpoint.scheme=http",
  ]);
  expect(proxy).toMatchObject({ image: "localhost/dataplane:1", restartPolicy: "Always" });
  const { listeners, clusters } = JSON.parse(proxy.command[2]).static_resources;
  expect(listeners.map((each: any) => each.address.socket_address)).toEqual([
    { address: "127.0.0.1", port_value: 8500 },
  ]);
  const { sni, common_tls_context } = clusters[0].transport_socket.typed_config;
  expect(sni).toBe("consul-server.mesh.svc");
  expect(common_tls_context.validation_context.trusted_ca.filename).toBe(`${proxy.volumeMounts[0].mountPath}/tls.crt`);
});

describe("the proxy", () => {
  const made = (apiAddress: string, more: object = {}) => {
    const container = consulApiProxy({ apiAddress, ...more });
    const [listener] = JSON.parse((container.command as string[])[2]).static_resources.listeners;
    const [cluster] = JSON.parse((container.command as string[])[2]).static_resources.clusters;
    const { route_config } = listener.filter_chains[0].filters[0].typed_config;
    return { container, cluster, route: route_config.virtual_hosts[0].routes[0].route };
  };
  const addressOf = ({ cluster }: ReturnType<typeof made>) =>
    cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address;

  test("asks the server that it was given, a name or an address", () => {
    expect(addressOf(made("consul-server.mesh.svc:8501"))).toEqual({
      address: "consul-server.mesh.svc",
      port_value: 8501,
    });
    expect(addressOf(made("[fd00::1]:443"))).toEqual({ address: "fd00::1", port_value: 443 });
    const socket = ({ cluster }: ReturnType<typeof made>) => cluster.transport_socket.typed_config;
    expect(socket(made("consul:8501")).sni).toBe("consul");
    // An address is in the certificate as one, and no server is asked by it as a name.
    expect(socket(made("10.0.0.1:8501"))).not.toEqual(socket(made("consul:8501")));
  });

  test("asks again each second where nobody answers, for an hour, and notices a server that is gone", () => {
    const { cluster, route } = made("consul:8501");
    expect(route.retry_policy).toEqual({
      retry_on: "5xx,reset,connect-failure,refused-stream",
      num_retries: 3600,
      retry_back_off: { base_interval: "0.5s", max_interval: "1s" },
    });
    expect(cluster).toMatchObject({
      type: "LOGICAL_DNS",
      dns_lookup_family: "ALL",
      dns_refresh_rate: "1s",
      dns_failure_refresh_rate: { base_interval: "1s", max_interval: "1s" },
    });
    expect(JSON.stringify(cluster)).toContain(
      JSON.stringify({
        http_protocol_options: {},
        http2_protocol_options: { connection_keepalive: { interval: "5s", timeout: "5s" } },
      }),
    );
  });

  test("starts before Traefik, ends after it, needs little and may do nothing", () => {
    const { container } = made("consul:8501", { imagePullPolicy: "Never" });
    expect(container).toMatchObject({
      name: "consul-api-proxy",
      image: expect.stringMatching(/consul-dataplane/),
      imagePullPolicy: "Never",
      restartPolicy: "Always",
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      volumeMounts: [{ name: "consul-ca", mountPath: "/certs/consul-ca", readOnly: true }],
    });
    expect((container.command as string[]).slice(-4)).toEqual(["--log-level", "warning", "--concurrency", "1"]);
  });

  test("is refused by what it is on, where that is known", () => {
    const paths = (wanted: boolean | undefined, version?: string) =>
      consulApiProxyProblems({ consulApiProxy: wanted }, version, "x.").map((each) => each.propertyPath);
    expect(paths(true, "1.28")).toEqual(["x.consulApiProxy"]);
    expect([
      paths(true, "1.29"),
      paths(true),
      paths(true, "newest"),
      paths(false, "1.28"),
      paths(undefined, "1.28"),
    ]).toEqual(Array(5).fill([]));
    expect(consulApiProxyProblems({ consulApiProxy: true }, "1.28")[0].propertyPath).toBe("consulApiProxy");
  });
});

test("without it, Traefik asks Consul itself, and its pod has no other container", async () => {
  const { initContainers, containers } = await podOf({});
  expect([initContainers, containers.length]).toEqual([[], 1]);
  expect(containers[0].args).toContain("--providers.consulCatalog.endpoint.scheme=https");
});

test("a cluster that would not start Traefik after it is refused, by the stack and by a program", async () => {
  const problem = expect.stringMatching(/consulApiProxy.*Kubernetes 1\.28.*use 1\.29/i);
  const program = (kubernetesVersion: string) =>
    refusals(async () => {
      new TraefikConsulIngress("traefik", {
        mesh: new ConsulMesh("consul", { kubernetesVersion, chart: { version: "1.5.3" } }),
        consulApiProxy: true,
      });
    });
  expect(await program("1.28")).toEqual([problem]);
  expect(await program("1.29")).toEqual([]);
  const settings = { consulChartVersion: "1.5.3", traefikConsulApiProxy: true };
  expect(ofStack({ ...settings, kubernetesVersion: "1.28" })).toEqual([problem]);
  expect(ofStack({ ...settings, kubernetesVersion: "1.29" })).toEqual([]);
});
