import type { HeaderMatch, HttpMatch } from "../intentions/intentions";
import { resolverTimeout } from "../mesh/resolverTimeout";
import type { MemberOptions } from "./member";
import { requestTimeoutSeconds } from "./requestTimeout";

/** When a request may be tried again, in Envoy's words [consul isValidRetryCondition]. */
export const RETRY_CONDITIONS = [
  "5xx",
  "gateway-error",
  "reset",
  "connect-failure",
  "envoy-ratelimited",
  "retriable-4xx",
  "refused-stream",
  "cancelled",
  "deadline-exceeded",
  "internal",
  "resource-exhausted",
  "unavailable",
] as const;
export type RetryCondition = (typeof RETRY_CONDITIONS)[number];

/** How a request is tried again by the caller's sidecar, at another instance where there is one. */
export interface Retries {
  /** How often to try again at most, 1 to 100. */
  readonly attempts: number;
  /**
   * What to try again after.
   * @unset what no instance has begun to answer, `connect-failure` and `refused-stream`
   */
  readonly on?: readonly RetryCondition[];
  /**
   * Statuses of an answer to try again after, 100 to 599: for requests that may be made twice.
   * @unset none
   */
  readonly statusCodes?: readonly number[];
}

/** One criterion on a parameter of the query: exactly one of `present`, `exact` and `regex`. */
export interface QueryParamMatch {
  /** The parameter's name. */
  readonly name: string;
  /** It is there, whatever it says. */
  readonly present?: boolean;
  /** Its whole value. */
  readonly exact?: string;
  /** A regular expression of its whole value, RE2 syntax. */
  readonly regex?: string;
}

/** What a request has to be, in every respect that is given; at least one is. */
export interface TrafficMatch extends Omit<HttpMatch, "header"> {
  /**
   * Criteria that all have to hold.
   * @unset none
   */
  readonly header?: readonly Omit<HeaderMatch, "contains" | "ignoreCase">[];
  /**
   * Criteria that all have to hold.
   * @unset none
   */
  readonly queryParam?: readonly QueryParamMatch[];
}

/** Requests that are treated otherwise than the rest. */
export interface TrafficRoute {
  /** What a request has to be. */
  readonly match: TrafficMatch;
  /**
   * The service that answers them, of the same protocol; its intentions decide who may call.
   * @unset the service itself
   */
  readonly service?: string;
  /**
   * What stands in the place of `pathExact` or `pathPrefix`.
   * @unset the path stays
   */
  readonly prefixRewrite?: string;
  /**
   * As of a service.
   * @unset the service's
   */
  readonly requestTimeoutSeconds?: number;
  /**
   * As of a service's `traffic`.
   * @unset those of all requests
   */
  readonly retries?: Retries;
}

/** A share of the requests. */
export interface TrafficShare {
  /**
   * The service that gets it, of the same protocol; its intentions decide who may call.
   * @unset the service itself
   */
  readonly service?: string;
  /** Percent, 0 to 100, in steps of 0.01; those of all shares are 100. */
  readonly weight: number;
}

/** How the sidecars of its callers send requests to a service. Traefik is none of them: it goes by its own routes. */
export interface Traffic {
  /**
   * Routes by what a request contains: the first that matches decides. Not for `tcp`.
   * @unset none
   */
  readonly routes?: readonly TrafficRoute[];
  /**
   * How to try requests again, unless their route says otherwise. Not for `tcp`.
   * @unset none
   */
  readonly retries?: Retries;
  /**
   * Shares of the requests. Not for `tcp`.
   * @unset the service itself gets all
   */
  readonly split?: readonly TrafficShare[];
  /**
   * Services that answer while no instance of this one is healthy, the first that has one. Their intentions decide.
   * @unset none
   */
  readonly failover?: readonly string[];
  /**
   * Connections that one instance takes at a time, 1 to 2147483647; more are closed.
   * @unset Envoy's, without an end
   */
  readonly maxInboundConnections?: number;
}

/** A duration as a ServiceRouter has it; negative is none [consul agent/xds/routes.go]. */
function duration(seconds: number): string {
  return seconds === 0 ? "-1s" : `${seconds}s`;
}

function destination(route: Omit<TrafficRoute, "match">, options: MemberOptions) {
  const { service, prefixRewrite, retries = options.traffic?.retries } = route;
  return {
    service,
    prefixRewrite,
    // A router takes nothing of it from the resolver.
    requestTimeout: duration(route.requestTimeoutSeconds ?? requestTimeoutSeconds(options)),
    numRetries: retries?.attempts,
    retryOn: retries && [...(retries.on ?? ["connect-failure", "refused-stream"])],
    retryOnStatusCodes: retries?.statusCodes && [...retries.statusCodes],
  };
}

/** The spec of a service's ServiceRouter; `undefined` where Consul needs none. */
export function routerSpec(options: MemberOptions) {
  const { routes = [], retries, split } = options.traffic ?? {};
  return routes.length === 0 && retries === undefined && split === undefined
    ? undefined
    : {
        routes: [
          ...routes.map(({ match, ...route }) => ({
            match: { http: match },
            destination: destination(route, options),
          })),
          { destination: destination({}, options) },
        ],
      };
}

/** The spec of a service's ServiceSplitter; `undefined` where Consul needs none. */
export function splitterSpec({ traffic }: MemberOptions) {
  return traffic?.split && { splits: traffic.split.map(({ service, weight }) => ({ service, weight })) };
}

/** The spec of a service's ServiceResolver; `undefined` where Consul needs none. */
export function resolverSpec({ requestTimeoutSeconds: seconds, traffic }: MemberOptions) {
  const { failover = [] } = traffic ?? {};
  return seconds === undefined && failover.length === 0
    ? undefined
    : {
        ...(seconds === undefined ? {} : resolverTimeout(seconds)),
        ...(failover.length === 0 ? {} : { failover: { "*": { targets: failover.map((service) => ({ service })) } } }),
      };
}

/** The services that requests to one are sent on to. */
export function trafficTargets({ routes = [], split = [], failover = [] }: Traffic): string[] {
  return [...[...routes, ...split].flatMap(({ service }) => service ?? []), ...failover];
}
