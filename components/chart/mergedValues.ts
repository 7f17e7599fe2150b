import * as net from "node:net";
import * as pulumi from "@pulumi/pulumi";
import * as yaml from "yaml";
import { chartRefusals } from "./chartRefusals";
import { ChartValues, ConsulOptions, consulValues, mergeValues } from "./consulValues";
import {
  durationProblems,
  imageProblems,
  labelProblems,
  quantityOf,
  quantityProblems,
  sizeProblems,
} from "../shared/grammars";
import { imageVersion } from "./consulVersions";
import { namedImage, valueAt } from "./heldValues";
import { hasLeafGate } from "./leafGate";
import { isHostName, meshOption, objectNameProblems, rangeProblems } from "../shared/names";
import { isLater } from "../shared/later";
import { Problem } from "../shared/problems";
import { DOUBT, serverConfigProblems } from "./serverConfig";

/** What a chart's value of a kind has to be, by the end of its path. */
const BY_PATH: readonly [paths: RegExp, judge: (path: string, value: unknown) => Problem[]][] = [
  [/\.resources\.(requests|limits)\.[^.]+$/, (path, value) => quantityProblems(path, textOf(value))],
  [/^server\.storage$/, (path, value) => sizeProblems(path, textOf(value), "10Gi")],
  [
    /\.(image|imageConsul|imageK8S|imageConsulDataplane)$/,
    (path, value) => (value === "" ? [] : imageProblems(path, textOf(value))),
  ],
  [
    /^(syncCatalog\.consulWriteInterval|global\.consulAPITimeout)$/,
    (path, value) => durationProblems(path, textOf(value), 0.1, 3600),
  ],
  [/\.nodePort(\.[^.]+)?$/, (path, value) => rangeProblems(path, Number(value), 30000, 32767)],
  [/\.logLevel$/, (path, value) => oneOf(path, value, ["", "trace", "debug", "info", "warn", "error"])],
  [
    /^(ui\.service|dns|server\.exposeService|meshGateway\.service)\.type$/,
    (path, value) => oneOf(path, value, ["ClusterIP", "NodePort", "LoadBalancer"]),
  ],
  [
    /\.(affinity|tolerations|topologySpreadConstraints|nodeSelector|annotations|additionalSpec|namespaceSelector)$/,
    yamlProblems,
  ],
  [/\.extraLabels\.(app|chart|component|heritage|release)$/, ownLabelProblems],
  [/\.extraLabels\./, (path, value) => labelProblems(path, { [path.split(".extraLabels.")[1]]: textOf(value) })],
  [
    /\.(priorityClassName|storageClass)$/,
    (path, value) => (value === "" ? [] : objectNameProblems(path, textOf(value), "a class")),
  ],
  [
    /^connectInject\.sidecarProxy\.(concurrency|default(Startup|Liveness)FailureSeconds)$/,
    (path, value) => rangeProblems(path, Number(value), 0, 86400),
  ],
  [/^server\.limits\.requestLimits\.mode$/, (path, value) => oneOf(path, value, ["disabled", "permissive", "enforce"])],
  [/^global\.datacenter$/, (path, value) => datacenterProblems(path, textOf(value))],
  [/^global\.domain$/, domainProblems],
  [/^global\.recursors$/, recursorProblems],
  [
    /^connectInject\.(metrics\.default\w+Port|sidecarProxy\.lifecycle\.defaultGracefulPort)$/,
    (path, value) => rangeProblems(path, Number(value), 1024, 65535),
  ],
  [
    /^connectInject\.(metrics\.default\w+Path|sidecarProxy\.lifecycle\.default\w+Path)$/,
    (path, value) =>
      textOf(value).startsWith("/")
        ? []
        : [{ propertyPath: path, reason: `${JSON.stringify(value)} is not a path; begin it with "/"` }],
  ],
  [
    /^connectInject\.sidecarProxy\.lifecycle\.default\w+Seconds$/,
    (path, value) => rangeProblems(path, Number(value), 0, 86400),
  ],
  [/^server\.ports\.\w+\.port$/, (path, value) => rangeProblems(path, Number(value), 1, 65535)],
  [/^connectInject\.replicas$/, (path, value) => rangeProblems(path, Number(value), 1, 100)],
  [
    /^syncCatalog\.nodePortSyncType$/,
    (path, value) => oneOf(path, value, ["ExternalFirst", "InternalOnly", "ExternalOnly"]),
  ],
];

/** Consul's servers do not start with another. */
export function datacenterProblems(path: string, name: string): Problem[] {
  return /^[a-z0-9_-]{1,63}$/.test(name)
    ? []
    : [{ propertyPath: path, reason: `"${name}" is not a datacenter name; use at most 63 of a-z, 0-9, "-" and "_"` }];
}

/** Every name in the servers' certificates ends in it. */
function domainProblems(path: string, value: unknown): Problem[] {
  const reason = `${JSON.stringify(value)} is not a domain; use one such as consul, or leave it out`;
  return isHostName(textOf(value)) ? [] : [{ propertyPath: path, reason }];
}

/** A server that cannot resolve one of them does not start, so a name is as good as the DNS that it is looked up in. */
function recursorProblems(path: string, value: unknown): Problem[] {
  return (Array.isArray(value) ? value : []).flatMap((each, i) => {
    const text = textOf(each);
    const [, bracketed, host = text, port = "53"] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
    const isAddress = net.isIP(bracketed ?? host) !== 0 && Number(port) >= 1 && Number(port) <= 65535;
    // go-sockaddr fills in a template at the start.
    return isAddress || text.includes("{{")
      ? []
      : [
          {
            propertyPath: `${path}[${i}]`,
            reason: `"${text}" is not an address of a DNS server; use an IP, with a port where it is not 53: 192.0.2.53:5353`,
          },
        ];
  });
}

/** A scalar as the chart's template writes it; anything else as what it is. */
function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function oneOf(path: string, value: unknown, known: readonly string[]): Problem[] {
  return known.includes(path.endsWith("logLevel") ? textOf(value).toLowerCase() : textOf(value))
    ? []
    : [{ propertyPath: path, reason: `"${textOf(value)}" is unknown; use ${known.filter(Boolean).join(", ")}` }];
}

/** Many values are a part of a pod, as YAML in a string. A template in it is not judged. */
function yamlProblems(path: string, value: unknown): Problem[] {
  if (typeof value !== "string" || value.includes("{{")) {
    return [];
  }
  try {
    const parsed: unknown = yaml.parse(value);
    // A text of nothing but comments is null, whose type is an object's.
    return typeof parsed === "object"
      ? []
      : [
          {
            propertyPath: path,
            reason: `${JSON.stringify(value)} is not YAML of an object or a list; write it as in chart values`,
          },
        ];
  } catch (error) {
    return [{ propertyPath: path, reason: `is not YAML: ${String((error as Error).message).split("\n")[0]}` }];
  }
}

/** Labels by which the chart's own selectors, and the stack's NetworkPolicies, find pods. */
function ownLabelProblems(path: string): Problem[] {
  return [{ propertyPath: path, reason: "is a label of the chart's own, by which its pods are found; use another" }];
}

/** Values that change nothing that the stack counts on: parts of pods, what is logged, what only the user sees. */
const HARMLESS: readonly RegExp[] = [
  /^(server|client|syncCatalog|connectInject|webhookCertManager|global\.acls|connectInject\.(cni|initContainer|sidecarProxy|apiGateway))\.(resources|tolerations|nodeSelector|affinity|topologySpreadConstraints|priorityClassName|annotations|extraLabels|disruptionBudget|serviceAccount|logLevel|image)(\.|$)/,
  /^global\.(logLevel|logJSON|image|imageK8S|imageConsulDataplane|imagePullPolicy|imagePullSecrets|recursors|extraLabels|trustedCAs|consulAPITimeout|datacenter)(\.|$)/,
  /^global\.metrics\.(?!datadog|enableTelemetryCollector)/,
  /^global\.(tls|gossipEncryption|acls)\.(logLevel|annotations|serverAdditional\w+)$/,
  /^server\.(storage|storageClass|replicas|bootstrapExpect|extraEnvironmentVars|limits|extraConfig|enabled|connect|service\.annotations)(\.|$)/,
  /^connectInject\.(replicas|consulNode|metrics\.defaultEnabled|k8sAllowNamespaces|k8sDenyNamespaces|namespaceSelector|apiGateway\.managedGatewayClass|cni\.(?!multus))/,
  /^connectInject\.sidecarProxy\.(concurrency|defaultStartupFailureSeconds|defaultLivenessFailureSeconds)$/,
  /^syncCatalog\.(enabled|toConsul|k8sAllowNamespaces|k8sDenyNamespaces|k8sTag|k8sPrefix|consulPrefix|addK8SNamespaceSuffix|syncClusterIPServices|consulWriteInterval|cleanupNodeOnRemoval|metrics)(\.|$)/,
  /^terminatingGateways\.(logLevel$|defaults\.(?!consulNamespace|extraVolumes))/,
  /^(dns\.(?!proxy)|ui\.(metrics|dashboardURLTemplates)|webhookCertManager\.|tests\.)/,
];

/**
 * What is wrong with the chart's values once they are merged with what the options become, and what of them is not known to be
 * harmless. Paths are those of `values`; an Output is not looked into.
 */
export function mergedValueProblems(
  options: ConsulOptions & { readonly externalServers?: unknown },
  values: ChartValues,
  prefix: string,
): { problems: Problem[]; doubts: Problem[] } {
  const found = { problems: [] as Problem[], doubts: [] as Problem[] };
  const base = consulValues(options as ConsulOptions);
  const merged = mergeValues(base, values);
  const consul = imageVersion(namedImage(options, values, "consul").image ?? "");
  const walk = (value: unknown, path: string): void => {
    if (value === undefined || value === null || isLater(value)) {
      return;
    }
    if (typeof value === "object" && !Array.isArray(value)) {
      Object.entries(value).forEach(([key, inner]) => walk(inner, path === "" ? key : `${path}.${key}`));
      return;
    }
    // The image's entrypoint makes a file of the variable, which the servers read beside the other.
    if (path === "server.extraConfig" || path === "server.extraEnvironmentVars.CONSUL_LOCAL_CONFIG") {
      const { problems, doubts } = serverConfigProblems(textOf(value), `${prefix}.${path}`, consul);
      if (path === "server.extraConfig" && hasLeafGate(merged) && textOf(value).includes("{{")) {
        const reason =
          "is a template, with which the gate before the servers' API cannot be merged; write JSON without one";
        found.problems.push({ propertyPath: `${prefix}.${path}`, reason });
        return;
      }
      found.problems.push(...problems);
      found.doubts.push(...doubts);
      return;
    }
    const problems = BY_PATH.filter(([paths]) => paths.test(path)).flatMap(([, judge]) =>
      judge(`${prefix}.${path}`, value),
    );
    found.problems.push(...problems);
    // What is said anyway, or turns off what is off.
    const same =
      valueAt(base, path) === value || (value === false && path.endsWith(".enabled") && !valueAt(base, path));
    if (problems.length === 0 && !same && !HARMLESS.some((paths) => paths.test(path))) {
      found.doubts.push({ propertyPath: `${prefix}.${path}`, reason: DOUBT });
    }
  };
  walk(values, "");
  found.problems.push(
    ...chartRefusals(values, merged, prefix),
    ...quorumProblems(options, values, merged, prefix),
    ...limitProblems(values, "", prefix),
  );
  return found;
}

function quorumProblems(
  { externalServers }: { readonly externalServers?: unknown },
  values: ChartValues,
  merged: ChartValues,
  prefix: string,
): Problem[] {
  const replicas = valueAt(merged, "server.replicas");
  const expected = valueAt(merged, "server.bootstrapExpect");
  const evicted = valueAt(values, "server.disruptionBudget.maxUnavailable");
  if (externalServers !== undefined || typeof replicas !== "number") {
    return [];
  }
  return [
    ...(valueAt(values, "server.replicas") !== undefined && ![1, 3, 5, 7].includes(replicas)
      ? [
          {
            propertyPath: `${prefix}.server.replicas`,
            reason: `${replicas} servers have no useful quorum; use 1, 3, 5 or 7, by ${meshOption("servers")}`,
          },
        ]
      : []),
    ...(typeof expected === "number" && expected !== replicas
      ? [
          {
            propertyPath: `${prefix}.server.bootstrapExpect`,
            reason: `${expected} is not the number of servers, ${replicas}, so that they would never elect a leader; leave it out`,
          },
        ]
      : []),
    ...(typeof evicted === "number" && replicas > 1 && evicted > (replicas - 1) / 2
      ? [
          {
            propertyPath: `${prefix}.server.disruptionBudget.maxUnavailable`,
            reason: `${evicted} of ${replicas} servers at once would end the quorum; leave it out, for ${(replicas - 1) / 2}`,
          },
        ]
      : []),
  ];
}

/** Kubernetes refuses a pod that asks for more than its limit. */
function limitProblems(value: unknown, path: string, prefix: string): Problem[] {
  if (typeof value !== "object" || value === null || Array.isArray(value) || pulumi.Output.isInstance(value)) {
    return [];
  }
  const { requests, limits } = value as { requests?: ChartValues; limits?: ChartValues };
  const over = Object.entries(requests ?? {}).flatMap(([what, requested]) => {
    const limit = valueAt(limits ?? {}, what);
    // What is no quantity is not more than another.
    return quantityOf(textOf(requested))! > quantityOf(textOf(limit))!
      ? [
          {
            propertyPath: `${prefix}.${path}.requests.${what}`,
            reason: `${String(requested)} is more than the limit, ${String(limit)}; raise that, or ask for less`,
          },
        ]
      : [];
  });
  return [
    ...over,
    ...Object.entries(value).flatMap(([key, inner]) =>
      limitProblems(inner, path === "" ? key : `${path}.${key}`, prefix),
    ),
  ];
}
