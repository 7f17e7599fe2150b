import { ConsulMesh, TraefikConsulIngress, TraefikOptions } from "../../components";
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
