import * as pulumi from "@pulumi/pulumi";
import {
  ConsulMesh,
  consulMeshProblems,
  MeshDescription,
  MeshJob,
  MeshReference,
  MeshService,
  MeshWorkload,
  TraefikConsulIngress,
} from "../../components";
import { tracingPart } from "../../components/ingress/tracing";
import { sidecarTracing } from "../../components/mesh/tracing";
import { parseSettings } from "../../settings";
import { programOf } from "../program";
import { record } from "../recorder";
import { ofStack, raw } from "../settings";

const services = [{ name: "whoami", image: "w:1", port: 80, routes: [{ host: "whoami.localhost" }] }];
const tracing = { endpoint: "otel-collector.monitoring:4317", sampleRate: 0.25 };

/** Arguments of Traefik, and what whoami's sidecar is configured with. */
async function made(settings: Record<string, unknown>) {
  const all = (await programOf({ ...ofStack("dev"), services, ...settings })).filter(({ type }) =>
    type.endsWith(":Deployment"),
  );
  const template = (name: string) => all.find(({ props }) => props.metadata.name === name)!.props.spec.template;
  const config = template("whoami").metadata.annotations["consul.hashicorp.com/proxy-config-map"];
  const { args, env = [] }: { args: string[]; env?: { name: string; value?: string }[] } =
    template("traefik").spec.containers[0];
  return {
    args: args.filter((arg) => arg.startsWith("--tracing")),
    attributes: env.find(({ name }) => name === "OTEL_RESOURCE_ATTRIBUTES")?.value,
    config: config && JSON.parse(config),
  };
}

test("without a collector nobody traces", async () => {
  expect(await made({})).toEqual({ args: [], attributes: undefined, config: undefined });
});

test("with one, Traefik and the sidecars send there, and Traefik alone says how much", async () => {
  const { args, attributes, config } = await made({ tracing });
  // Or it asks the API server, for which it has no token, and traces nothing: tests/consul/tracing.test.ts.
  expect(attributes).toContain("k8s.pod.name=");
  expect(args).toContain("--tracing.serviceName=traefik-system-ingress");
  expect(args).toContain("--tracing.sampleRate=0.25");
  expect(args).toContain("--tracing.otlp.grpc.endpoint=otel-collector.monitoring:4317");
  const cluster = JSON.parse(config.envoy_extra_static_clusters_json);
  expect(cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address).toEqual({
    address: "otel-collector.monitoring",
    port_value: 4317,
  });
  expect(config.envoy_tracing_json).not.toContain("sampl");
  // Another share of requests is no reason to replace the pods of every service.
  expect((await made({ tracing: { ...tracing, sampleRate: 1 } })).config).toEqual(config);
});

test("Envoy gets spans to the collector by gRPC without TLS, starts where that is away, and does not wait for an answer", () => {
  const { envoy_tracing_json, envoy_extra_static_clusters_json } = sidecarTracing(tracing, "whoami");
  const cluster = JSON.parse(envoy_extra_static_clusters_json);
  expect(JSON.parse(envoy_tracing_json).http).toEqual({
    name: "envoy.tracers.opentelemetry",
    typed_config: {
      "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
      grpc_service: { envoy_grpc: { cluster_name: cluster.name }, timeout: "1s" },
      service_name: "whoami",
    },
  });
  expect(cluster).toMatchObject({
    name: expect.stringMatching(/./),
    type: "STRICT_DNS",
    wait_for_warm_on_init: false,
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: { cluster_name: cluster.name },
  });
  expect(cluster).not.toHaveProperty("transport_socket");
});

test("Traefik gets them there without TLS too, under its pod's name", () => {
  const { args, env } = tracingPart(tracing, "edge");
  expect(args).toContain("--tracing.otlp.grpc.insecure=true");
  expect(env![0]).toEqual({ name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } });
  expect(tracingPart({ endpoint: "a:1" }, "edge").args).toContain("--tracing.sampleRate=1");
});

test("a proxy that has a setting of its own keeps it", async () => {
  const { config } = await made({ tracing, services: [{ ...services[0], idleTimeoutSeconds: 60 }] });
  expect(Object.keys(config).sort()).toEqual([
    "envoy_extra_static_clusters_json",
    "envoy_tracing_json",
    "local_idle_timeout_ms",
  ]);
});

test("a workload of others, a job, and what joins from another stack send there too, each under its own name", async () => {
  let description!: MeshDescription;
  await record(() => {
    const own = new ConsulMesh("consul", { tracing });
    description = { ...own.description, ingress: new TraefikConsulIngress("traefik", { mesh: own }).description };
  });
  const made = await record(() => {
    const mesh = new MeshReference(description);
    new MeshService("shop", { mesh, namespace: "shop", image: "s:1", port: 80 });
    new MeshJob("nightly", { mesh, namespace: "shop", image: "n:1", command: ["run"], schedule: "@daily" });
    const { podAnnotations } = new MeshWorkload("legacy", { mesh, namespace: "shop", port: 80 });
    new pulumi.ComponentResource("test:index:Seen", "legacy-seen", podAnnotations);
  });
  const seen = JSON.stringify(made.map(({ props }) => props));
  const named = ["shop", "nightly", "legacy"].filter((name) => seen.includes(`service_name\\\\\\":\\\\\\"${name}`));
  expect(named).toEqual(["shop", "nightly", "legacy"]);
});

test("a stack that joins another's mesh does not choose the collector", () => {
  const result = parseSettings(raw({ meshStack: "organization/consul-traefik-mesh/prod", tracing }));
  expect(result).toMatchObject({
    problems: [{ propertyPath: "tracing", reason: expect.stringMatching(/belongs to the stack/) }],
  });
});

test.each([
  ["http://otel-collector.monitoring:4317"],
  ["otel-collector.monitoring"],
  ["otel-collector.monitoring:0"],
  ["otel-collector.monitoring:65536"],
  ["otel-collector.monitoring:4317/v1"],
  ["otel-collector.monitoring:port4317"],
  ["otel-collector.monitoring:04317"],
  ["otel-collector.monitoring:1e3"],
  ["Otel_Collector:4317"],
  [":4317"],
])("%s is refused as a collector", (endpoint) => {
  const reason = expect.stringMatching(/is not host:port; use .*otel-collector\.monitoring:4317/);
  expect(consulMeshProblems({ tracing: { endpoint } })).toEqual([{ propertyPath: "tracing.endpoint", reason }]);
});

test.each(["a:1", "10.0.0.1:65535"])("%s is taken for one, and so is each share", (endpoint) => {
  expect([0, 1].flatMap((sampleRate) => consulMeshProblems({ tracing: { endpoint, sampleRate } }))).toEqual([]);
});

test.each([-0.1, 1.1, NaN])("%s is no share of requests", (sampleRate) => {
  const problems = consulMeshProblems({ tracing: { ...tracing, sampleRate } });
  const reason = expect.stringMatching(/is not a share; use 0 .* to 1/);
  expect(problems).toEqual([{ propertyPath: "tracing.sampleRate", reason }]);
});
