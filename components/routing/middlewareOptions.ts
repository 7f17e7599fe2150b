import { mayBeEmpty, OptionKind, OptionKinds, Refused } from "./optionKinds";
import { ALLOW_EMPTY, TRAEFIK_MIDDLEWARES } from "./traefikMiddlewares";

type Http = typeof TRAEFIK_MIDDLEWARES.http;
type Tcp = typeof TRAEFIK_MIDDLEWARES.tcp;
type GoType<T = typeof TRAEFIK_MIDDLEWARES> = T extends object ? { [K in keyof T]: GoType<T[K]> }[keyof T] : T;

/** What an option of a Go type is where nothing else is said, and what else it can be said to be. */
const BY_TYPE = {
  string: ["text", "regex", "name"],
  bool: ["flag"],
  int: ["number", "positive", "size", "status"],
  int64: ["number", "positive", "size", "status"],
  duration: ["duration"],
  "[]string": ["list", "names", "regexes", "statuses", "addresses"],
  "map[string]string": ["map"],
  "map[string]int": ["rewrites"],
  "map[string]map[string]any": ["any"],
} as const satisfies Record<GoType & string, readonly OptionKind[]>;

/** What is said of options by hand: of none that Traefik does not have, and nothing that its type is not. */
export type Said<T> =
  | Refused
  | (T extends object ? { readonly [K in keyof T]?: Said<T[K]> } : (typeof BY_TYPE)[T & keyof typeof BY_TYPE][number]);

const dropped = (instead: string) => new Refused(`is one that Traefik will remove; ${instead}`);
const IN_CATALOG = "would be in Consul's catalog for all to read";
const users = new Refused(`${IN_CATALOG}; put them into a Secret, see userList`);
const secret = new Refused(`${IN_CATALOG}; leave it out, and reach it without`);

const ipStrategy = { depth: "positive", excludedIPs: "addresses", ipv6Subnet: "positive" } as const;
const sourceCriterion = { ipStrategy, requestHeaderName: "name" } as const;
/** A file of Traefik's pod, and not what is in it: middlewareMeanings.ts. */
const clientTls = { key: "text" } as const;

/** Of Traefik's list by its older name, which Traefik still has. */
export const OLDER_LIST = new Refused("is Traefik v2's; in v3 it is ipAllowList");

/**
 * What Traefik's Go types do not say of the options of its HTTP middlewares, and which are not taken. All others are taken by their
 * types; tests/consul sets each option in the real Traefik.
 */
export const HTTP_SAID = {
  basicAuth: { users, headerField: "name" },
  circuitBreaker: { responseCode: "status" },
  compress: { minResponseBodyBytes: "positive" },
  contentType: { autoDetect: dropped("leave it out") },
  digestAuth: { users, headerField: "name" },
  errors: { status: "statuses", errorRequestHeaders: "names" },
  forwardAuth: {
    tls: { ...clientTls, caOptional: dropped("leave it out") },
    // To be dropped too, and yet: by `false`, what a client sends as X-Forwarded-… is not handed to who decides.
    trustForwardHeader: "flag",
    authResponseHeaders: "names",
    authResponseHeadersRegex: "regex",
    authRequestHeaders: "names",
    maxResponseBodySize: "size",
    addAuthCookiesToResponse: "names",
    headerField: "name",
    maxBodySize: "size",
  },
  headers: {
    accessControlAllowHeaders: "names",
    accessControlAllowMethods: "names",
    accessControlAllowOriginListRegex: "regexes",
    accessControlExposeHeaders: "names",
    hostsProxyHeaders: "names",
    featurePolicy: dropped("use permissionsPolicy"),
    sslRedirect: dropped("use redirectScheme"),
    sslTemporaryRedirect: dropped("use redirectScheme"),
    sslHost: dropped("use redirectRegex"),
    sslForceHost: dropped("use redirectRegex"),
  },
  inFlightReq: { amount: "positive", sourceCriterion },
  ipAllowList: { sourceRange: "addresses", ipStrategy, rejectStatusCode: "status" },
  ipWhiteList: OLDER_LIST,
  rateLimit: {
    average: "positive",
    burst: "positive",
    sourceCriterion,
    redis: {
      tls: clientTls,
      username: secret,
      password: secret,
      poolSize: "positive",
      minIdleConns: "positive",
      maxActiveConns: "positive",
    },
  },
  redirectRegex: { regex: "regex" },
  replacePathRegex: { regex: "regex" },
  retry: { attempts: "positive", maxRequestBodyBytes: "size", status: "statuses" },
  stripPrefix: { forceSlash: dropped("leave it out") },
  stripPrefixRegex: { regex: "regexes" },
} as const satisfies Said<Http>;

/** The same of TCP middlewares. */
export const TCP_SAID = {
  inFlightConn: { amount: "positive" },
  ipAllowList: { sourceRange: "addresses" },
  ipWhiteList: OLDER_LIST,
} as const satisfies Said<Tcp>;

type Taken<T, S> = { [K in keyof T]: K extends keyof S ? (S[K] extends Refused ? never : K) : K }[keyof T];
export type MiddlewareName = Taken<Http, typeof HTTP_SAID>;

/** Traefik's HTTP middlewares and their options, by the names of its documentation. */
export const MIDDLEWARE_OPTIONS = taken<MiddlewareName>(TRAEFIK_MIDDLEWARES.http, HTTP_SAID, "http");

/** Traefik's TCP middlewares. */
export const TCP_MIDDLEWARE_OPTIONS = taken<Taken<Tcp, typeof TCP_SAID>>(TRAEFIK_MIDDLEWARES.tcp, TCP_SAID, "tcp");

/** What must not be left out or empty, since Traefik then disables the router, or the middleware does nothing. */
export const REQUIRED_OPTIONS: Record<string, readonly string[]> = {
  addPrefix: ["prefix"],
  chain: ["middlewares"],
  circuitBreaker: ["expression"],
  errors: ["status", "service"],
  grpcWeb: ["allowOrigins"],
  inFlightConn: ["amount"],
  inFlightReq: ["amount"],
  ipAllowList: ["sourceRange"],
  rateLimit: ["average"],
  redirectRegex: ["regex", "replacement"],
  redirectScheme: ["scheme"],
  replacePath: ["path"],
  replacePathRegex: ["regex", "replacement"],
  retry: ["attempts"],
  stripPrefix: ["prefixes"],
  stripPrefixRegex: ["regex"],
};

function taken<Name extends string>(types: Types, said: Words, at: string): Readonly<Record<Name, OptionKind>> {
  const all = Object.entries(kinds(types, said, at) as OptionKinds);
  return Object.fromEntries(all.filter(([, kind]) => !(kind instanceof Refused))) as Record<Name, OptionKind>;
}

type Types = { readonly [option: string]: string | Types };
type Words = { readonly [option: string]: OptionKind | Words };

/** Options by their kinds: what is said of them, or what their types say. */
function kinds(type: string | Types, said: OptionKind | Words | undefined, at: string): OptionKind {
  if (said instanceof Refused) {
    return said;
  }
  if (typeof type === "string") {
    return (said as OptionKind | undefined) ?? BY_TYPE[type as keyof typeof BY_TYPE][0];
  }
  const words = (said ?? {}) as Words;
  const inner = Object.entries(type).map(([option, its]) => [option, kinds(its, words[option], `${at}.${option}`)]);
  const all = Object.fromEntries(inner) as OptionKinds;
  return (ALLOW_EMPTY as readonly string[]).includes(at) ? mayBeEmpty(all) : all;
}
