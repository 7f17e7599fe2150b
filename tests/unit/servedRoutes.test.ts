import * as pulumi from "@pulumi/pulumi";
import { ServedRoutes, ServedRoutesArgs } from "../../components";
import { ASK_SERVED } from "../../components/ingress/servedRoutes";
import { MeshModel } from "../../components/shared/meshModel";
import { find, record } from "../recorder";

class Made extends pulumi.CustomResource {}
const made = (name: string, more: object = {}): any => Object.assign(new Made("test:index:Made", name), more);
const EDGE = { serviceName: "edge-service", namespace: "edge", replicas: 2, imagePullPolicy: "Always" };
const later = (value: string) => pulumi.output(Promise.resolve(value));
type Paths = readonly pulumi.Input<string>[];

interface Given extends Partial<Omit<ServedRoutesArgs, "services" | "mesh">> {
  readonly services: Record<string, Paths>;
  readonly consulImage?: string;
}

/** What asks for the routes of services, by their paths; the ingress is of this stack unless it is given. */
async function asking(given: () => Given) {
  const recorded = await record(() => {
    const { services, consulImage, ...more } = given();
    const its = Object.entries(services).map(([name, servedPaths]) => made(name, { serviceName: name, servedPaths }));
    const ingress = made("traefik", EDGE);
    const mesh = { consulImage, model: new MeshModel() } as never;
    new ServedRoutes("served", { mesh, ingress, services: its, ...more }, { protect: true });
  });
  const jobs = recorded.filter(({ type }) => type === "kubernetes:batch/v1:Job");
  const [container] = jobs.flatMap(({ props }) => props.spec.template.spec.containers);
  const valueOf = (name: string) => container?.env.find((each: any) => each.name === name).value;
  return { recorded, jobs, job: jobs[0], container, valueOf };
}

test("a Job asks each pod of Traefik for all routes, outside the mesh, with no more rights than that needs", async () => {
  const { jobs, job, container, valueOf } = await asking(() => ({
    services: { shop: ["b", "c"], bank: ["a"], none: [] },
  }));
  expect(jobs).toHaveLength(1);
  // It goes with its routes, also where all else is protected.
  expect(job.protect).toBe(false);
  // Somebody else's of that name stays theirs.
  expect(job.beforeCreate).toEqual(["ServedRoutes-served-foreign"]);
  expect(job.props.metadata).toMatchObject({
    name: expect.stringMatching(/^traefik-served-routes-[0-9a-f]{8}$/),
    namespace: "edge",
    // One that has failed asks again at the next up.
    annotations: { "pulumi.com/replaceUnready": "true" },
  });
  expect(job.props.spec).toMatchObject({
    backoffLimit: 0,
    podFailurePolicy: {
      rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
    },
    template: {
      metadata: {
        labels: { app: "traefik-served-routes" },
        annotations: { "consul.hashicorp.com/connect-inject": "false" },
      },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 100, runAsGroup: 1000 },
      },
    },
  });
  expect(container).toEqual({
    name: "ask",
    image: expect.stringContaining("hashicorp/consul:"),
    imagePullPolicy: "Always",
    command: ["/bin/sh", "-c", ASK_SERVED],
    env: expect.anything(),
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
  });
  expect(["TRAEFIK", "PORT", "PATHS"].map(valueOf)).toEqual(["traefik-pods.edge", "8080", "a b c"]);
  // Traefik asks Consul again after 180 s at most; Pulumi waits for as long as the pod asks, and for it to start.
  expect(Number(valueOf("PATIENCE"))).toBeGreaterThan(180);
  expect(parseInt(job.timeouts.create)).toBeGreaterThan(Number(valueOf("PATIENCE")) + 60);
  expect(ASK_SERVED).not.toMatch(/@[A-Z]+@/);
});

test("it is pulled and runs as Traefik's pods are and do, under the same name", async () => {
  const placement = { nodeSelector: { pool: "edge" }, tolerations: [{ key: "edge", operator: "Exists" }] };
  const of = (more: object) =>
    asking(() => ({ services: { a: ["x"] }, ingress: made("traefik", { ...EDGE, ...more }) }));
  const [plain, placed] = [await of({}), await of({ imagePullSecrets: ["registry"], placement })];
  const { spec } = plain.job.props.spec.template;
  expect(placed.job.props.spec.template.spec).toEqual({
    ...spec,
    ...placement,
    imagePullSecrets: [{ name: "registry" }],
  });
  expect([spec.imagePullSecrets, spec.tolerations]).toEqual([undefined, undefined]);
  expect(placed.job.props.metadata.name).toBe(plain.job.props.metadata.name);
});

test("it asks with the mesh's own image where that is chosen", async () => {
  const { container } = await asking(() => ({ services: { a: ["x"] }, consulImage: "localhost/consul:1" }));
  expect(container.image).toBe("localhost/consul:1");
});

test("it asks after all that a route needs to answer", async () => {
  const { recorded, job } = await asking(() => ({
    services: { shop: ["a"], none: [] },
    after: [made("intentions")],
  }));
  expect(job.dependsOn).toEqual(["intentions", "none", "served-traefik-pods", "shop", "traefik"]);
  const service = find(recorded, "served-traefik-pods");
  expect([job.parent, service.parent]).toEqual(["served", "served"]);
  expect(service.props).toMatchObject({
    metadata: {
      name: "traefik-pods",
      namespace: "edge",
      // Its endpoints are pods that up waits for elsewhere.
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      clusterIP: "None",
      selector: { app: "traefik", ingress: "edge-service" },
      ports: [{ name: "admin", port: 8080 }],
    },
  });
});

test.each<[what: string, given: () => Given, jobs: number, services: number]>([
  ["routes", () => ({ services: { a: ["x"] } }), 1, 1],
  ["no routes", () => ({ services: { a: [] } }), 0, 0],
  ["no services", () => ({ services: {} }), 0, 0],
  ["no Traefik", () => ({ services: { a: ["x"] }, ingress: made("none", { ...EDGE, replicas: 0 }) }), 0, 0],
  ["no routes, but those of other stacks", () => ({ services: {}, others: true }), 0, 1],
  ["another stack's Traefik", () => ({ services: { a: ["x"] }, ingress: EDGE as never }), 1, 0],
  [
    "another stack's Traefik, for others",
    () => ({ services: { a: ["x"] }, ingress: EDGE as never, others: true }),
    1,
    0,
  ],
])("with %s there is what is needed to ask, and no more", async (_, given, jobs, services) => {
  const its = await asking(given);
  expect(its.jobs).toHaveLength(jobs);
  expect(its.recorded.filter(({ type }) => type === "kubernetes:core/v1:Service")).toHaveLength(services);
});

test("two that need the Service of one ingress are refused, and those of two ingresses are not", async () => {
  await record(() => {
    const mesh = { model: new MeshModel() } as never;
    const services = [made("a", { serviceName: "a", servedPaths: ["x"] })];
    const [one, other] = ["edge", "inner"].map((serviceName) => made(serviceName, { ...EDGE, serviceName }));
    new ServedRoutes("none", { mesh, ingress: one, services: [] });
    new ServedRoutes("first", { mesh, ingress: one, services });
    new ServedRoutes("other", { mesh, ingress: other, services });
    expect(() => new ServedRoutes("second", { mesh, ingress: one, services })).toThrow(
      new Error(
        'ServedRoutes "second": 1 problem\n' +
          '  ingress: the Service "traefik-pods" of ingress "edge" is that of ServedRoutes "first" already; name all services in one of them',
      ),
    );
  });
});

describe("the Job's names", () => {
  const named = async (services: Record<string, Paths>, more: Partial<Given> = {}) => {
    const { job, valueOf } = await asking(() => ({ services, ...more }));
    return { job: job.name, inCluster: job.props.metadata.name, paths: valueOf("PATHS") };
  };

  test("are others for other routes or another image, and the same for the same in another order", async () => {
    const first = await named({ a: ["x"], b: ["y"] });
    expect(first.job).toMatch(/^served-[0-9a-f]{8}$/);
    expect(await named({ a: ["y"], b: ["x"] })).toEqual(first);
    for (const other of [await named({ a: ["x"] }), await named({ a: ["x"], b: ["y"] }, { consulImage: "a:2" })]) {
      expect([other.job === first.job, other.inCluster === first.inCluster]).toEqual([false, false]);
    }
  });

  test("are those of what is known later in the cluster alone", async () => {
    const [plain, first, second] = [
      await named({ a: ["x"], b: ["y"] }),
      await named({ a: [later("x")], b: ["y"] }),
      await named({ a: [later("z")], b: ["y"] }),
    ];
    expect([first.inCluster, first.paths]).toEqual([plain.inCluster, "x y"]);
    expect([second.job, second.paths]).toEqual([first.job, "y z"]);
    expect(second.inCluster).not.toBe(first.inCluster);
    expect((await named({ b: ["y"], c: [later("x")] })).job).not.toBe(first.job);
  });
});

test("where Traefik is another stack's, it asks from the namespace that it is told", async () => {
  const { job, valueOf } = await asking(() => ({ services: { a: ["x"] }, ingress: EDGE as never, namespace: "ours" }));
  expect([job.props.metadata.namespace, valueOf("TRAEFIK")]).toEqual(["ours", "traefik-pods.edge"]);
});

test("where Traefik's namespace is made by this stack, the name of its pods is that within it", async () => {
  const ingress = () => made("edge", { ...EDGE, namespace: later("edge") });
  const { job, valueOf } = await asking(() => ({ services: { a: ["x"] }, ingress: ingress() }));
  expect([job.props.metadata.namespace, valueOf("TRAEFIK")]).toEqual(["edge", "traefik-pods"]);
});
