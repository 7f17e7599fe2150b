import { ConsulMesh, IntentionSet, MeshService, MeshServiceOptions, meshServiceProblems } from "../../components";
import * as fc from "../generated";
import { Recorded, record } from "../recorder";

const NAMESPACE = "mesh-services";

/** Inputs at the edges of what preview takes; what it does not take is chosen out. */
const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/),
  fc.constantFrom(`a${"1".repeat(62)}`, `b${"-".repeat(54)}2`, "a", "traefik", "x-canary"),
);
const variable = fc.oneof(fc.stringMatching(/^[!-~]{1,12}$/), fc.constantFrom("A", "a.b", "1A", "with:colon"));
const label = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_.-]{0,63}$/), fc.constantFrom("", "a", "A.b_c-1"));
const quantity = fc.constantFrom("1", "100m", "0.5", "1e3", "64Mi", "1.5Gi", "10k");
const probe = fc.oneof(
  fc.record({ httpGet: fc.record({ path: fc.constantFrom("/", "/a%20b") }), periodSeconds: fc.integer({ max: 99 }) }),
  fc.record({ exec: fc.record({ command: fc.array(fc.string(), { maxLength: 2 }) }) }),
  fc.record({ tcpSocket: fc.constant({}), failureThreshold: fc.integer({ max: 99 }) }),
);
const image = fc.constantFrom(
  "a",
  "a:1",
  "localhost:5000/a/b:1",
  `r.example/a@sha256:${"0".repeat(64)}`,
  "[::1]:5000/a:1",
);
const optional: Record<string, fc.Arbitrary<unknown>> = {
  servicePort: fc.integer({ min: 1, max: 65535 }),
  kind: fc.constantFrom("Deployment", "StatefulSet", "DaemonSet"),
  env: fc.dictionary(variable, fc.string({ maxLength: 20 }), { maxKeys: 4 }),
  args: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }),
  protocol: fc.constantFrom("http", "http2", "grpc", "tcp"),
  healthPath: fc.constantFrom("/", "/healthz", "/a%20b"),
  healthGrpcService: fc.constantFrom("", "shop.v1.Ledger"),
  livenessProbe: probe,
  startupProbe: probe,
  runAsUser: fc.constantFrom(0, 1, 65532, 2 ** 31 - 1),
  addCapabilities: fc.subarray(["NET_BIND_SERVICE", "CHOWN", "SETUID", "SYS_NICE", "IPC_LOCK"]),
  writablePaths: fc.subarray(["/tmp", "/var/run", "/dev/shm", "/var/cache/a b", "/etc/nginx/conf.d", "/tmp/a"]),
  podLabels: fc.dictionary(label, label, { maxKeys: 2 }),
  podAnnotations: fc.dictionary(label, fc.string(), { maxKeys: 2 }),
  resources: fc.record({ requests: fc.record({ cpu: quantity, memory: quantity }) }),
  replicas: fc.constantFrom(0, 1, 3),
  disruptionBudget: fc.record({ maxUnavailable: fc.constantFrom(0, 1, "50%", "x") }),
  autoscaling: fc.record({ maxReplicas: fc.integer({ min: 0, max: 9 }), cpuUtilization: fc.integer({ max: 150 }) }),
  routes: fc.uuid().map((uuid) => [{ host: `${uuid}.example`, pathPrefix: "/a" }]),
  canary: fc.record({ image: fc.constant("a:2"), weight: fc.integer({ min: 0, max: 99 }) }),
  drainSeconds: fc.constantFrom(0, 10, 300),
  calls: fc.constant([{ destination: "billing", permissions: [{ action: "allow", http: { pathPrefix: "/" } }] }]),
};
/** A few inputs at a time, since most of all together are not taken. */
const service = fc.subarray(Object.keys(optional), { maxLength: 5 }).chain((keys) =>
  fc.record({
    name,
    image,
    port: fc.integer({ min: 1, max: 65535 }),
    ...Object.fromEntries(keys.map((key) => [key, optional[key]])),
  }),
) as unknown as fc.Arbitrary<MeshServiceOptions & { name: string }>;

/** Stacks that preview takes: each a service and its intentions. */
const STACKS = service.filter((each) => meshServiceProblems(each.name, each).length === 0);

/** The objects of so many generated services that preview takes, as the API server gets them, and pods as it makes them. */
export async function acceptedObjects(count: number): Promise<object[]> {
  const objects: object[] = [];
  const left = fc.sample(STACKS, count);
  while (left.length > 0) {
    // Beside each other in one program, which costs the less; of one name there is one.
    const batch = new Map(left.map((each) => [each.name, each]));
    left.splice(0, left.length, ...left.filter((each) => batch.get(each.name) !== each));
    const recorded = await record(() => {
      const mesh = new ConsulMesh("consul");
      const services = [...batch.values()].map(
        ({ name: of, ...options }) => new MeshService(of, { mesh, namespace: NAMESPACE, ...options }),
      );
      new IntentionSet("rules", { mesh, denyAll: false, services, externalServices: ["billing"] });
    });
    const own = recorded.filter((each) => [...batch.keys(), "rules"].some((its) => descends(each, its, recorded)));
    objects.push(...own.flatMap((each, n) => objectsOf(each, objects.length + n)));
  }
  return objects;
}

/** Whether a resource stands below a component. */
function descends({ parent }: Recorded, component: string, all: Recorded[]): boolean {
  const above = all.find((each) => each.name === parent && each.type.startsWith("consul-traefik-mesh:"));
  return above !== undefined && (above.name === component || descends(above, component, all));
}

/** A resource as the object that the API server gets; of a workload a pod too, which the injector sees. */
function objectsOf({ type, props }: Recorded, number: number): object[] {
  const [, group, kind] = /^kubernetes:(?:core\/)?(.*):(\w+)$/.exec(type) ?? [];
  if (group === undefined || kind === "Namespace" || kind.endsWith("Patch")) {
    return [];
  }
  const own = { apiVersion: group, kind, ...props };
  const template = props.spec?.template;
  if (template?.spec?.containers === undefined) {
    return [own];
  }
  // Its own account is none that a dry run made.
  const spec = { ...template.spec, serviceAccountName: "default" };
  const metadata = { ...template.metadata, name: `dry-${number}`, namespace: NAMESPACE };
  return [own, { apiVersion: "v1", kind: "Pod", ...template, metadata, spec }];
}
