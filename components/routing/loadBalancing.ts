import { createHash } from "node:crypto";
import { generation } from "../shared/generations";
import type { Said } from "./middlewareOptions";
import { mayBeEmpty, Refused } from "./optionKinds";
import { isHostName } from "../shared/names";
import { optionTags, valueProblems } from "./optionValues";
import { Problem } from "../shared/problems";
import type { TRAEFIK_LOAD_BALANCER } from "./traefikMiddlewares";

/**
 * How Traefik chooses among a service's instances: `wrr` in turn, by weight; `p2c` the less busy of two; `hrw` the same
 * instance for the same client address; `leasttime` the one that answers soonest. Source: Traefik 3.7, `BalancerStrategy`.
 */
const STRATEGIES = ["wrr", "p2c", "hrw", "leasttime"] as const;

/** How Traefik spreads requests over a service's instances. Those that Consul's checks find unhealthy never get one. */
export interface LoadBalancing {
  /**
   * How Traefik chooses: `wrr` in turn, by weight; `p2c` the less busy of two; `hrw` the same instance for the same client
   * address; `leasttime` the one that answers soonest.
   * @unset Traefik's own, `wrr`
   */
  readonly strategy?: (typeof STRATEGIES)[number];
  /**
   * A client stays with its instance, by a cookie, as long as that is healthy. Not for `hrw`.
   * @unset off
   * @loose
   */
  readonly sticky?: { readonly cookie: StickyCookie };
  /**
   * Requests of Traefik's own to each instance, beside Consul's check; by mutual TLS, so intentions have to allow the path.
   * @unset none
   */
  readonly healthCheck?: HealthCheck;
  /**
   * Leaves out an instance for `failureWindow` (default 10s) after that many failed requests (default 1).
   * @unset off
   * @loose
   */
  readonly passiveHealthCheck?: { readonly failureWindow?: string; readonly maxFailedAttempts?: number };
  /**
   * Whether the service sees the client's Host header.
   * @unset Traefik's own, `true`
   */
  readonly passHostHeader?: boolean;
}

/** How Traefik asks each instance whether it is well. Names and meanings are Traefik's. */
export interface HealthCheck {
  /** Begins with `/`. */
  readonly path: string;
  /**
   * Go duration from one request to the next, for a healthy instance.
   * @unset Traefik's own, `30s`
   */
  readonly interval?: string;
  /**
   * The same for an unhealthy one.
   * @unset `interval`
   */
  readonly unhealthyInterval?: string;
  /**
   * Go duration after which an instance without an answer counts as unhealthy.
   * @unset Traefik's own, `5s`
   */
  readonly timeout?: string;
  /**
   * Status that a healthy instance answers, 200 to 599.
   * @asType integer
   * @unset 2xx and 3xx
   */
  readonly status?: number;
  /**
   * @unset `GET`
   */
  readonly method?: string;
  /**
   * Host header of the requests.
   * @unset the instance's address
   */
  readonly hostname?: string;
  /**
   * Headers of the requests.
   * @unset none
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Whether a redirection is followed, and what is found there counts; else the redirection does.
   * @unset Traefik's own, `true`
   */
  readonly followRedirects?: boolean;
  /**
   * What is asked. `grpc` is refused: Traefik asks so without the mesh's TLS, and takes every instance for a bad one.
   * @unset `http`
   */
  readonly mode?: "http" | "grpc";
}

export interface StickyCookie {
  /**
   * @unset made of the service's name
   */
  readonly name?: string;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: "none" | "lax" | "strict";
  /** Seconds; 0, the default, for as long as the browser runs. */
  readonly maxAge?: number;
  readonly path?: string;
  readonly domain?: string;
}

/** What is given by the mesh, whatever is said of it. */
const OWN = new Refused("is what Traefik gets from the mesh: its TLS, and the sidecar's port; leave it out");

/** Options by what Traefik's types do not say, each one of Traefik's. */
const KINDS = mayBeEmpty({
  strategy: "text",
  sticky: mayBeEmpty({
    cookie: mayBeEmpty({
      name: "name",
      secure: "flag",
      httpOnly: "flag",
      sameSite: "text",
      maxAge: "number",
      path: "text",
      domain: "text",
    }),
  }),
  healthCheck: {
    scheme: OWN,
    mode: "text",
    path: "text",
    method: "name",
    status: "status",
    port: OWN,
    interval: "duration",
    unhealthyInterval: "duration",
    timeout: "duration",
    hostname: "text",
    followRedirects: "flag",
    headers: "map",
  },
  passiveHealthCheck: { failureWindow: "duration", maxFailedAttempts: "positive" },
  passHostHeader: "flag",
} as const satisfies Said<typeof TRAEFIK_LOAD_BALANCER>);

/** Traefik's service that spreads requests with these options, named by its generation; `undefined` where there are none. */
export function balancerName(service: string, options: LoadBalancing = {}): string | undefined {
  const tags = balancerTags(service, service, options);
  return tags.length === 0 ? undefined : `${service}-${generation(tags)}`;
}

/**
 * The tags of an instance that say how requests are spread; `weight` is the instance's own, `named` whether routers name the
 * service where nothing is said of it.
 */
export function loadBalancingTags(
  service: string,
  options: LoadBalancing = {},
  weight?: number,
  named = false,
): string[] {
  const balancer = balancerName(service, options);
  const weighed = (name: string) => (weight === undefined ? [] : [`${servicePath(name)}.server.weight=${weight}`]);
  return [
    ...(balancer === undefined ? [] : [...balancerTags(service, balancer, options), ...weighed(balancer)]),
    // By its own name the service is there as well, as Traefik has it by default: others name it, `errors` for one.
    ...(balancer === undefined && !named ? [] : [`${servicePath(service)}.passhostheader=true`]),
    ...weighed(service),
  ];
}

function servicePath(name: string): string {
  return `traefik.http.services.${name}.loadbalancer`;
}

function balancerTags(service: string, name: string, options: LoadBalancing): string[] {
  const { sticky, ...others } = options;
  // Else Traefik makes the name of the cookie of the generation's, and another option would cost every client its instance.
  const cookie = sticky && { cookie: { name: cookieName(service), ...sticky.cookie } };
  return Object.entries({ ...others, sticky: cookie }).flatMap(([option, value]) =>
    optionTags(`${servicePath(name)}.${option.toLowerCase()}`, value),
  );
}

/** What Traefik calls the cookie of a service of that name [traefik pkg/server/cookie]. */
function cookieName(service: string): string {
  const hash = createHash("sha1").update(`_TRAEFIK_BACKEND_${service}@consulcatalog`).digest("hex");
  return `_${hash.slice(0, 5)}`;
}

/** What is wrong with how requests are to be spread. */
export function loadBalancingProblems(options: LoadBalancing, prefix: string): Problem[] {
  const { strategy, sticky, healthCheck } = options;
  const problems = valueProblems(options, KINDS, prefix);
  if (problems.length > 0) {
    return problems;
  }
  const problem = (input: string, reason: string) => problems.push({ propertyPath: `${prefix}.${input}`, reason });
  if (strategy !== undefined && !STRATEGIES.includes(strategy)) {
    problem("strategy", `"${strategy}" is not a strategy that Traefik knows; use one of ${STRATEGIES.join(", ")}`);
  }
  if (sticky !== undefined && strategy === "hrw") {
    problem("sticky", "has no effect with hrw, which knows a client by its address; leave one of the two out");
  }
  if (sticky !== undefined && sticky.cookie === undefined) {
    problem("sticky.cookie", "is not set, and without it no client stays; give it, {} for its defaults");
  }
  const { sameSite, secure, path = "/", domain } = sticky?.cookie ?? {};
  if (sameSite !== undefined && !["none", "lax", "strict"].includes(sameSite)) {
    problem("sticky.cookie.sameSite", `"${sameSite}" is not known to browsers; use none, lax or strict`);
  }
  if (sameSite === "none" && secure !== true) {
    problem("sticky.cookie.secure", 'is not set, and browsers refuse a cookie of sameSite "none" without it');
  }
  if (!/^\/[^;\s]*$/.test(path)) {
    problem("sticky.cookie.path", `"${path}" is not a path; begin with "/"`);
  }
  if (domain !== undefined && !isHostName(domain.replace(/^\./, ""))) {
    problem("sticky.cookie.domain", `"${domain}" is not a domain; use one such as example.com`);
  }
  if (healthCheck !== undefined) {
    const { path: asked, hostname, mode = "http" } = healthCheck;
    if (mode === "grpc") {
      problem(
        "healthCheck.mode",
        "asks without the mesh's TLS, so that no sidecar answers and every instance counts as unhealthy; leave healthCheck out, and give the service healthGrpcService",
      );
    } else if (mode !== "http") {
      problem("healthCheck.mode", `"${String(mode)}" is not a mode that Traefik knows; leave it out`);
    }
    // Of two slashes at its beginning, Traefik makes a host.
    if (!/^\/(?!\/)[^\s]*$/.test(asked ?? "") || /%(?![0-9a-fA-F]{2})/.test(asked)) {
      problem("healthCheck.path", `${JSON.stringify(asked)} is not a path; begin with "/"`);
    }
    if (hostname !== undefined && !isHostName(hostname)) {
      problem("healthCheck.hostname", `"${hostname}" is not a host name; use one such as shop.example.com`);
    }
  }
  return problems;
}

/** What has no effect on a service that Traefik knows so: `served` is whether it sends requests there. */
export function spreadingProblems(
  { healthCheck }: LoadBalancing,
  protocol: string,
  served: boolean,
  prefix: string,
): Problem[] {
  if (!served) {
    const reason = "has no effect without a route of requests: Traefik spreads only those; add one, or leave it out";
    return [{ propertyPath: prefix, reason }];
  }
  return healthCheck !== undefined && protocol === "grpc"
    ? [
        {
          propertyPath: `${prefix}.healthCheck`,
          reason:
            "asks by HTTP, which a grpc service does not answer; leave it out: Consul's own check asks healthGrpcService",
        },
      ]
    : [];
}
