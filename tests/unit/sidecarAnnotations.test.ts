import { Mesh } from "../../components";
import { drainSecondsOf, neededGrace, sidecarAnnotations } from "../../components/services/sidecarAnnotations";

const of = (mesh: Partial<Mesh>, options: Parameters<typeof sidecarAnnotations>[2] = {}, tags: string[] = []) =>
  sidecarAnnotations(mesh as Mesh, "shop", options, 10, tags);
const key = (name: string) => `consul.hashicorp.com/${name}`;
const plain = {
  [key("connect-inject")]: "true",
  [key("sidecar-proxy-lifecycle-shutdown-grace-period-seconds")]: "15",
};
const proxyConfig = (annotations: Record<string, unknown>) =>
  JSON.parse(String(annotations[key("proxy-config-map")])) as Record<string, string | number>;

test("a pod has its sidecar, which outlives the drain, and nothing that is not said", () => {
  expect(of({})).toEqual(plain);
});

test("the injector reads the tags back as they are", () => {
  expect(of({}, {}, ["a=b,c", "d"])).toEqual({ ...plain, [key("service-tags")]: "a=b\\,c,d" });
});

test("another word for the CA restarts the pods", () => {
  expect(of({ caRotation: "2" })).toEqual({ ...plain, "consul-traefik-mesh/ca-rotation": "2" });
});

test("Envoy is told how long it drains, and ignores what consul-dataplane says again behind that", () => {
  expect(of({}, { listenerDrainSeconds: 600 })).toEqual({
    ...plain,
    [key("envoy-extra-args")]: "--drain-time-s 600 --drain-strategy immediate --concurrency 2 --",
  });
});

test("a silent stream and spans are the proxy's own configuration", () => {
  expect(proxyConfig(of({}, { idleTimeoutSeconds: 0 }))).toEqual({ local_idle_timeout_ms: 0 });
  const traced = proxyConfig(of({ tracing: { endpoint: "otel.monitoring:4317" } }, { idleTimeoutSeconds: 2 }));
  expect(traced).toMatchObject({ local_idle_timeout_ms: 2000 });
  expect(traced.envoy_tracing_json).toContain('"service_name":"shop"');
});

test("a pod waits before it ends where the cluster knows how to, or where it is said", () => {
  expect(drainSecondsOf(undefined, {} as Mesh)).toBe(10);
  expect(drainSecondsOf(undefined, { partWithoutSleep: "Kubernetes 1.28" } as Mesh)).toBe(0);
  expect(drainSecondsOf(0, {} as Mesh)).toBe(0);
  expect(neededGrace(10)).toBe(20);
});
