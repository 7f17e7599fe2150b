import { parseSettings } from "../settings";
import { EVERYTHING } from "./everything";
import * as fc from "./generated";
import { raw } from "./settings";

type Settings = Record<string, any>;

/** What each setting may be; the Secret with the CA is as the recorder answers. */
export const CORPUS: Settings = {
  ...EVERYTHING,
  consulCa: {
    certificate: { secretName: "ca", secretKey: "tls.crt" },
    key: { secretName: "ca-key", secretKey: "tls.key" },
  },
};

/** Other values of settings than those in which each is said. */
const OTHERWISE: Record<string, fc.Arbitrary<unknown>> = {
  kubernetesVersion: fc.constantFrom("1.31", "1.33", "1.34"),
  consulServers: fc.constantFrom(1, 3, 5),
  consulAcls: fc.boolean(),
  consulGossipEncryption: fc.boolean(),
  traefikImage: fc.constantFrom("traefik:v3.3.0", "traefik:v3.5.0", "traefik:v3.7.15"),
  traefikServiceType: fc.constantFrom("NodePort", "LoadBalancer", "ClusterIP"),
  traefikDashboard: fc.boolean(),
  traefikReplicas: fc.constantFrom(1, 3),
  traefikRedirectToHttps: fc.boolean(),
  traefikMetrics: fc.boolean(),
  traefikLoadBalancerClass: fc.constant("example.com/class"),
  traefikLoadBalancerSourceRanges: fc.constant(["203.0.113.0/24"]),
  traefikAutoscaling: fc.constant({ minReplicas: 1, maxReplicas: 3, cpuUtilization: 70 }),
  traefikDisruptionBudget: fc.constant({ maxUnavailable: 1 }),
  traefikTcpEntryPoints: fc.dictionary(
    fc.constantFrom("postgres", "amqp", "mqtt"),
    fc.record({ port: fc.integer({ min: 1024, max: 65535 }) }),
  ),
  servicesPodSecurity: fc.constantFrom("restricted", "baseline", "privileged"),
  networkPolicies: fc.boolean(),
  networkPolicyClients: fc.array(
    fc.record(
      {
        namespace: fc.constantFrom("monitoring", "gateways"),
        podLabels: fc.constant({ app: "a" }),
        reaches: fc.subarray(
          ["consulApi", "consulDns", "services", "proxyMetrics", "traefikAdmin", "traefikMetrics"] as const,
          { minLength: 1 },
        ),
      },
      { requiredKeys: ["namespace", "reaches"] },
    ),
    { maxLength: 2 },
  ),
  denyAll: fc.boolean(),
  protect: fc.boolean(),
};

/** Inputs without which a service is none. */
const OF_A_SERVICE = ["name", "image", "port", "protocol"];

/** Services of the corpus, each with a part of what is said of it. */
const services = fc
  .subarray(CORPUS.services as Settings[])
  .chain((chosen) =>
    fc.tuple(
      ...chosen.map((service) =>
        fc
          .subarray(Object.keys(service).filter((key) => !OF_A_SERVICE.includes(key)))
          .map((keys) =>
            Object.fromEntries([...OF_A_SERVICE, ...keys].flatMap((k) => (k in service ? [[k, service[k]]] : []))),
          ),
      ),
    ),
  );

/** Servers that exist already, and what is needed of them. */
const external = {
  consulExternalServers: {
    hosts: ["consul.example.com"],
    httpsPort: 8501,
    grpcPort: 8502,
    kubernetesApi: "https://10.0.0.1",
  },
  consulCa: { certificate: { secretName: "ca", secretKey: "tls.crt" } },
};

const wanted: fc.Arbitrary<Settings> = fc
  .subarray([...new Set([...Object.keys(CORPUS), ...Object.keys(OTHERWISE)])].filter((key) => key !== "services"))
  .chain((keys) =>
    fc.record({
      services,
      elsewhere: fc.integer({ max: 3, min: 0 }).map((n) => n === 0),
      ...Object.fromEntries(
        keys.map((key) => [
          key,
          fc.oneof(...[OTHERWISE[key] ?? [], key in CORPUS ? fc.constant(CORPUS[key]) : []].flat()),
        ]),
      ),
    }),
  )
  .map(({ elsewhere, ...settings }) => ({ ...settings, ...(elsewhere && external) }));

/** Stacks that preview accepts: of what is wanted, all that is refused is left out until nothing is. */
export const acceptedSettings: fc.Arbitrary<Settings> = wanted
  .map((settings) => {
    for (let left: Settings | undefined = settings; ;) {
      const result = parseSettings(raw(left ?? {}));
      if (left === undefined || !("problems" in result)) {
        return left ?? {};
      }
      left = without(left, result.problems[0].propertyPath);
    }
  })
  .filter((settings) => "services" in settings);

/** Without what is at a path, or around it; `undefined` where nothing is, since something is missing. */
function without(settings: Settings, path: string): Settings | undefined {
  const [key, index, input] = path.split(/[.[\]]+/);
  const { [key]: value, ...rest } = settings;
  if (value === undefined) {
    return undefined;
  }
  const each = Array.isArray(value) ? (value[Number(index)] as Settings | undefined) : undefined;
  if (each === undefined) {
    return key === "services" ? { ...settings, services: [] } : rest;
  }
  const { [input]: removed, ...others } = each;
  const smaller = key === "services" && removed !== undefined && !OF_A_SERVICE.includes(input) ? [others] : [];
  return { ...settings, [key]: [...value.slice(0, Number(index)), ...smaller, ...value.slice(Number(index) + 1)] };
}
