import * as k8s from "@pulumi/kubernetes";
import { labelKeyProblems } from "../shared/grammars";
import { isCidr, rangeProblems, traefikOption } from "../shared/names";
import { objectAnnotationProblems } from "../pods/metadataProblems";
import { autoscalingProblems, disruptionBudgetProblems } from "../pods/scalingProblems";
import type { Autoscaling, DisruptionBudget, Resources } from "../pods/podOptions";
import { Problem } from "../shared/problems";
import { isOfStrangers } from "../shared/trustedRanges";
import type { TraefikArgs } from "./traefikInputs";
import type { TraefikOptions } from "./traefikOptions";

const EXTERNAL_TRAFFIC_POLICIES = ["Cluster", "Local"] as const;
const ACCESS_LOG_FORMATS = ["common", "json"] as const;

/** How clients outside the cluster reach Traefik, and what it takes from who stands between. */
export interface TraefikEdgeOptions {
  /**
   * Annotations of Traefik's Service, which configure a cloud's load balancer. Those of Consul and Pulumi are refused.
   * @setting traefikServiceAnnotations
   * @unset none
   */
  readonly serviceAnnotations?: Readonly<Record<string, string>>;
  /**
   * `Local`: only nodes with a pod of Traefik take traffic, and it sees clients' addresses.
   * @setting traefikExternalTrafficPolicy
   * @unset Kubernetes' own, `Cluster`
   */
  readonly externalTrafficPolicy?: (typeof EXTERNAL_TRAFFIC_POLICIES)[number];
  /**
   * Class of the load balancer, which says who creates it; for type `LoadBalancer`. Decide before the first `up`.
   * @setting traefikLoadBalancerClass
   * @unset the cloud's own
   */
  readonly loadBalancerClass?: string;
  /**
   * Addresses that the load balancer lets in, as CIDR, for type `LoadBalancer`.
   * @setting traefikLoadBalancerSourceRanges
   * @unset all
   */
  readonly loadBalancerSourceRanges?: readonly string[];
  /**
   * Addresses or CIDR of proxies before Traefik whose `X-Forwarded-*` headers it believes; without them `ipAllowList` and
   * `rateLimit` see the proxy.
   * @setting traefikForwardedHeadersTrustedIps
   * @unset none: what a client says of itself is not believed
   */
  readonly forwardedHeadersTrustedIps?: readonly string[];
  /**
   * Addresses or CIDR of load balancers that speak the PROXY protocol, at every entry point that clients reach.
   * @setting traefikProxyProtocolTrustedIps
   * @unset none: it is not spoken
   */
  readonly proxyProtocolTrustedIps?: readonly string[];
  /**
   * Traefik's time limits towards clients, in seconds; 0 is none.
   * @setting traefikRespondingTimeouts
   * @unset Traefik's own
   */
  readonly respondingTimeouts?: RespondingTimeouts;
  /**
   * Form of the access log.
   * @setting traefikAccessLogFormat
   * @unset `common`, the Common Log Format
   */
  readonly accessLogFormat?: (typeof ACCESS_LOG_FORMATS)[number];
  /**
   * Request headers that the access log keeps, with format `json`; they may hold secrets.
   * @setting traefikAccessLogHeaders
   * @unset none
   */
  readonly accessLogHeaders?: readonly string[];
  /**
   * Lets Kubernetes decide how many pods Traefik has; excludes `replicas`.
   * @setting traefikAutoscaling
   * @unset off
   */
  readonly autoscaling?: Autoscaling;
  /**
   * How few of Traefik's pods a drain of nodes leaves.
   * @setting traefikDisruptionBudget
   * @unset no budget
   */
  readonly disruptionBudget?: DisruptionBudget;
  /**
   * Labels of nodes over whose values Traefik's pods are spread, such as `kubernetes.io/hostname`.
   * @setting traefikSpreadOver
   * @unset Kubernetes' own
   */
  readonly spreadOver?: readonly string[];
}

/** Traefik's time limits towards clients, in seconds; 0 is none. */
export interface RespondingTimeouts {
  /**
   * For a whole request with its body: an upload that takes longer ends with 499.
   * @unset Traefik's own, 60
   */
  readonly readTimeout?: number;
  /**
   * From the end of a request's headers to the end of the answer.
   * @unset Traefik's own, 0
   */
  readonly writeTimeout?: number;
  /**
   * For a connection without a request.
   * @unset Traefik's own, 180
   */
  readonly idleTimeout?: number;
}

/** The entry points that speak HTTP: of requests, those of TCP know nothing. */
const HTTP = ["web", "websecure"];

/** What the options add to Traefik's arguments. */
export function edgeArguments(
  options: Omit<TraefikEdgeOptions, "serviceAnnotations" | "loadBalancerSourceRanges"> &
    Pick<TraefikOptions, "tcpEntryPoints" | "staticOptions">,
): string[] {
  const { forwardedHeadersTrustedIps = [], proxyProtocolTrustedIps = [], respondingTimeouts = {} } = options;
  const its = Object.keys(options.staticOptions ?? {}).map((option) => option.toLowerCase());
  const trusted = (part: string, addresses: readonly string[]) =>
    addresses.length === 0 ? [] : [`${part}.trustedIPs=${addresses.join(",")}`];
  const proxyProtocol = trusted("proxyProtocol", proxyProtocolTrustedIps);
  const each = [
    ...trusted("forwardedHeaders", forwardedHeadersTrustedIps),
    ...proxyProtocol,
    ...Object.entries(respondingTimeouts).map(([key, value]) => `transport.respondingTimeouts.${key}=${value}s`),
  ];
  return [
    ...HTTP.flatMap((entryPoint) => each.map((argument) => `--entryPoints.${entryPoint}.${argument}`)),
    // Traefik would join the two: one that has ranges of its own has no others.
    ...Object.keys(options.tcpEntryPoints ?? {})
      .filter((name) => !its.includes(`entrypoints.${name}.proxyprotocol.trustedips`))
      .flatMap((name) => proxyProtocol.map((argument) => `--entryPoints.${name}.${argument}`)),
    ...(options.accessLogFormat === undefined ? [] : [`--accessLog.format=${options.accessLogFormat}`]),
    ...(options.accessLogHeaders ?? []).map((header) => `--accessLog.fields.headers.names.${header}=keep`),
  ];
}

/** What the options add to the spec of Traefik's Service. */
export function edgeServiceSpec(options: TraefikArgs): Partial<k8s.types.input.core.v1.ServiceSpec> {
  const { externalTrafficPolicy, loadBalancerClass, loadBalancerSourceRanges } = options;
  return {
    externalTrafficPolicy,
    loadBalancerClass,
    loadBalancerSourceRanges: loadBalancerSourceRanges && [...loadBalancerSourceRanges],
  };
}

/** What is wrong with the options; `prefix` is put before each path. */
export function edgeProblems(
  options: TraefikEdgeOptions,
  ingress: {
    readonly serviceType: string;
    readonly replicas?: number;
    readonly resources?: Resources;
    readonly accessLog?: boolean;
    /** Why there can be one pod only, if so. */
    readonly singleton: boolean;
  },
  prefix: string,
): Problem[] {
  const at = (input: string) => prefix + input;
  const { serviceType } = ingress;
  const { respondingTimeouts = {}, accessLogFormat, accessLogHeaders = [], autoscaling } = options;
  const ofBalancer = (["loadBalancerClass", "loadBalancerSourceRanges"] as const)
    .filter((input) => options[input] !== undefined && serviceType !== "LoadBalancer")
    .map((input) => ({
      propertyPath: at(input),
      reason: `a Service of type ${serviceType} has no load balancer; leave it out or use LoadBalancer`,
    }));
  const balancerClass =
    options.loadBalancerClass === undefined ? [] : labelKeyProblems(at("loadBalancerClass"), options.loadBalancerClass);
  const addresses = (
    ["loadBalancerSourceRanges", "forwardedHeadersTrustedIps", "proxyProtocolTrustedIps"] as const
  ).flatMap((input) =>
    (options[input] ?? []).flatMap((range, i) => [
      ...(isCidr(range) && (input !== "loadBalancerSourceRanges" || range.includes("/"))
        ? []
        : [
            {
              propertyPath: at(`${input}[${i}]`),
              reason: `"${range}" is not a range of addresses; use CIDR such as 203.0.113.0/24`,
            },
          ]),
      ...(isOfStrangers(range) && input !== "loadBalancerSourceRanges"
        ? [
            {
              propertyPath: at(`${input}[${i}]`),
              reason: `${range} covers every client, or nearly every one; name the proxies' addresses`,
            },
          ]
        : []),
    ]),
  );
  return [
    ...ofBalancer,
    ...balancerClass,
    ...addresses,
    ...(options.externalTrafficPolicy !== undefined && serviceType === "ClusterIP"
      ? [
          {
            propertyPath: at("externalTrafficPolicy"),
            reason:
              "a Service of type ClusterIP has no traffic from outside; leave it out, or use NodePort or LoadBalancer",
          },
        ]
      : []),
    ...oneOf(at("externalTrafficPolicy"), options.externalTrafficPolicy, EXTERNAL_TRAFFIC_POLICIES),
    ...oneOf(at("accessLogFormat"), accessLogFormat, ACCESS_LOG_FORMATS),
    ...objectAnnotationProblems(
      options.serviceAnnotations,
      at("serviceAnnotations"),
      "Service",
      "how Traefik appears in Consul's catalog",
    ),
    ...Object.entries(respondingTimeouts).flatMap(([key, seconds]) =>
      rangeProblems(at(`respondingTimeouts.${key}`), seconds as number, 0, 604800),
    ),
    ...(ingress.accessLog === false && (accessLogFormat !== undefined || accessLogHeaders.length > 0)
      ? [
          {
            propertyPath: at("accessLogFormat"),
            reason: `has no effect while ${traefikOption("accessLog")} is false; turn that on`,
          },
        ]
      : []),
    ...(accessLogHeaders.length > 0 && accessLogFormat !== "json"
      ? [
          {
            propertyPath: at("accessLogHeaders"),
            reason: `the format common has no place for headers; set ${traefikOption("accessLogFormat")} to json`,
          },
        ]
      : []),
    ...accessLogHeaders.flatMap((header, i) =>
      /^[A-Za-z0-9-]{1,256}$/.test(header)
        ? []
        : [
            {
              propertyPath: at(`accessLogHeaders[${i}]`),
              reason: `"${header}" is not a valid name for a header; use one such as User-Agent`,
            },
          ],
    ),
    ...(autoscaling === undefined
      ? []
      : [
          ...autoscalingProblems(
            autoscaling,
            { resources: ingress.resources ?? { requests: DEFAULT_REQUESTS } },
            ingress.replicas,
            at("autoscaling"),
          ),
          ...(ingress.singleton
            ? [
                {
                  propertyPath: at("autoscaling"),
                  reason: "ACME certificates allow only one pod; leave one of them out",
                },
              ]
            : []),
        ]),
    ...(options.disruptionBudget === undefined
      ? []
      : disruptionBudgetProblems(options.disruptionBudget, at("disruptionBudget"))),
    ...(options.spreadOver ?? []).flatMap((key, i) => labelKeyProblems(at(`spreadOver[${i}]`), key)),
  ];
}

/** What Traefik's container asks for unless it is told otherwise. */
export const DEFAULT_REQUESTS = { cpu: "100m", memory: "64Mi" };

function oneOf(path: string, value: string | undefined, known: readonly string[]): Problem[] {
  return value === undefined || known.includes(value)
    ? []
    : [{ propertyPath: path, reason: `"${value}" is unknown; use one of ${known.join(", ")}` }];
}
