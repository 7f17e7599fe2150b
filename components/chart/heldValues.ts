import { ChartValues, CONSUL_NAME, ConsulImages, ConsulOptions, consulValues } from "./consulValues";
import { isLater } from "../shared/later";
import { laterValues } from "../shared/laterValues";
import { meshOption } from "../shared/names";
import { Problem } from "../shared/problems";
import { GatewayOptions } from "./terminatingGateway";

/** The chart's values behind each image option, the one that wins first. */
const IMAGE_VALUES: Record<keyof ConsulImages, readonly string[]> = {
  consul: ["server.image", "global.image"],
  controlPlane: ["global.imageK8S"],
  dataplane: ["global.imageConsulDataplane"],
};

/** The image of a part where it is named at all: by the chart's own value, which wins, or by the option. */
export function namedImage(
  options: ConsulOptions,
  values: ChartValues,
  part: keyof ConsulImages,
): { image?: string; input: string } {
  const path = IMAGE_VALUES[part].find((each) => typeof valueAt(values, each) === "string");
  return path === undefined
    ? { image: options.images?.[part], input: `images.${part}` }
    : { image: valueAt(values, path) as string, input: `values.${path}` };
}

const NAMED = "the names of Consul's objects are made from it";
const SECURE = "what the mesh gives its users is an address that speaks TLS only";
const WHOLE = "without its injector it is not a mesh";
const ENTERPRISE = "it is Consul Enterprise's, and intentions here name services without a namespace or a partition";

/** What of a mesh's options decides which values it counts on. */
type Options = ConsulOptions & GatewayOptions & { readonly externalServers?: unknown };

/** Chart values that the component counts on, what they may be, and what to do in place of changing them. */
function heldValues(options: Options): Record<string, [held: unknown[], remedy: string]> {
  const external = options.externalServers !== undefined;
  const instead = (name: string) => `use ${meshOption(name)}`;
  const option = (name: string): [unknown[], string] => [[], instead(name)];
  const byName: [unknown[], string] = [["-", true], "callers find external destinations by a name of Consul's DNS"];
  return {
    nameOverride: [[], NAMED],
    fullnameOverride: [[], NAMED],
    "global.name": [[CONSUL_NAME], NAMED],
    "global.enabled": [[true], WHOLE],
    "global.tls.enabled": [[true], SECURE],
    "global.tls.httpsOnly": [[true], SECURE],
    "global.tls.verify": [[true], "servers would accept whoever says that it is one"],
    "global.tls.caCert": option("ca"),
    "global.tls.caKey": option("ca"),
    "global.acls.manageSystemACLs": [[options.acls ?? false], instead("acls")],
    "global.acls.bootstrapToken": option("bootstrapTokenSecret"),
    "global.gossipEncryption.autoGenerate": [[false], instead("gossipEncryption")],
    "global.gossipEncryption.secretName": option("gossipKeySecret"),
    "global.gossipEncryption.secretKey": option("gossipKeySecret"),
    "global.secretsBackend.vault.enabled": [
      [false],
      "the mesh has its CA's certificate from a Secret, and its tokens too; give Secrets of your own by ca, gossipKeySecret and bootstrapTokenSecret",
    ],
    "global.enableConsulNamespaces": [[false], ENTERPRISE],
    "global.adminPartitions.enabled": [[false], ENTERPRISE],
    "global.enablePodSecurityPolicies": [[false], "Kubernetes has not had them since 1.25; use servicesPodSecurity"],
    "externalServers.enabled": [[external], instead("externalServers")],
    "externalServers.hosts": option("externalServers"),
    "externalServers.httpsPort": option("externalServers"),
    "externalServers.grpcPort": option("externalServers"),
    "externalServers.k8sAuthMethodHost": option("externalServers"),
    "server.enabled": external
      ? [[false], "the servers are external ones"]
      : [[true, "-"], `there would be no servers; name those that exist by ${meshOption("externalServers")}`],
    "server.connect": [[true], "servers without it give nobody an identity"],
    "connectInject.enabled": [[true], WHOLE],
    "connectInject.default": [
      [false],
      "pods would get a sidecar without asking, Traefik's and those of the rotations among them; annotate the pods that are to have one",
    ],
    "connectInject.failurePolicy": [
      ["Fail"],
      "while the injector is away, pods would start without a sidecar, and no intention would be asked",
    ],
    "connectInject.transparentProxy.defaultEnabled": [
      [true],
      "the pods' own ports would be open beside the sidecar, and no intention would be asked",
    ],
    "connectInject.transparentProxy.defaultOverwriteProbes": [
      [true],
      "probes by HTTP would meet mutual TLS, and no pod would become ready",
    ],
    "connectInject.overrideAuthMethodName": [
      [""],
      "services would log in by a method other than the one that the chart makes and Traefik uses",
    ],
    ...(options.externalDestinations?.length && {
      "terminatingGateways.enabled": [[true], "external destinations are reached by it"],
      "terminatingGateways.gateways": [
        [],
        "it is the gateway of external destinations; use terminatingGateways.defaults",
      ],
      "dns.enabled": byName,
      "dns.enableRedirection": byName,
    }),
  };
}

/** Values that would break what other parts of the stack take from the mesh. */
export function heldValueProblems(options: Options, values: ChartValues, prefix: string): Problem[] {
  return Object.entries(heldValues(options)).flatMap(([path, [right, remedy]]) => {
    const value = valueAt(values, path);
    const wrong = value !== undefined && value !== null && !isLater(value) && !right.includes(value);
    const reason = `cannot be ${JSON.stringify(value)} here: ${remedy}; leave this value out`;
    return wrong ? [{ propertyPath: `${prefix}.${path}`, reason }] : [];
  });
}

/** Values that another resource makes, where what is in them has to be known before they are merged with the mesh's own. */
export function laterValueProblems(options: Options, values: ChartValues, prefix: string): Problem[] {
  const held = Object.keys(heldValues(options));
  const inGate = ["global.datacenter", "global.domain", "global.dualStack.enabled"];
  const gate = ["server.extraConfig", "server.extraContainers", ...inGate];
  const read = [...held, ...(options.acls ? gate : [])];
  const own = consulValues(options as ConsulOptions);
  return Object.keys(laterValues(values))
    .filter((path) => read.some((each) => `${each}.`.startsWith(`${path}.`)) || typeof valueAt(own, path) === "object")
    .map((path) => ({
      propertyPath: `${prefix}.${path}`,
      reason:
        "is an output, and the mesh adds values of its own here; give a plain value, or set what is within it key by key",
    }));
}

/** The value at a dotted path; `undefined` where there is none. */
export function valueAt(values: ChartValues, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, key)
          ? (value as ChartValues)[key]
          : undefined,
      values,
    );
}
