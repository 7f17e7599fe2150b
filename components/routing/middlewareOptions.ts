/**
 * What an option of a middleware is, in the words of what Traefik makes of it: a plain value, a list, a map, or options of
 * its own. `size` is a number of bytes, or -1 for any; `names` are headers' or cookies'; `status` is one or a range.
 */
export type OptionKind =
  | "text"
  | "number"
  | "positive"
  | "size"
  | "flag"
  | "duration"
  | "list"
  | "map"
  | "rewrites"
  | "any"
  | "regex"
  | "regexes"
  | "name"
  | "names"
  | "status"
  | "statuses"
  | "addresses"
  | "secret"
  | OptionKinds;
export interface OptionKinds {
  readonly [option: string]: OptionKind;
}

const EMPTY = new WeakSet<OptionKinds>();

/** Options that Traefik takes without any of them too; others it then reads as a mistake, and drops the service's tags. */
export function mayBeEmpty(kinds: OptionKinds): OptionKinds {
  EMPTY.add(kinds);
  return kinds;
}

export function isEmptyTaken(kinds: OptionKinds): boolean {
  return EMPTY.has(kinds);
}

const ipStrategy: OptionKinds = { depth: "positive", excludedIPs: "addresses", ipv6Subnet: "positive" };
const sourceCriterion: OptionKinds = { ipStrategy, requestHeaderName: "name", requestHost: "flag" };
const clientTls: OptionKinds = { ca: "text", cert: "text", key: "text", insecureSkipVerify: "flag" };
const issuer: OptionKinds = Object.fromEntries(
  ["country", "province", "locality", "organization", "commonName", "serialNumber", "domainComponent"].map((part) => [
    part,
    "flag",
  ]),
);
const redis: OptionKinds = {
  endpoints: "list",
  tls: clientTls,
  username: "secret",
  password: "secret",
  db: "number",
  poolSize: "positive",
  minIdleConns: "positive",
  maxActiveConns: "positive",
  readTimeout: "duration",
  writeTimeout: "duration",
  dialTimeout: "duration",
};
const compress = mayBeEmpty({
  excludedContentTypes: "list",
  includedContentTypes: "list",
  minResponseBodyBytes: "positive",
  encodings: "list",
  defaultEncoding: "text",
});

/**
 * Traefik's HTTP middlewares and their options, by the names of its documentation. Source: `pkg/config/dynamic` of
 * Traefik 3.7 without what is deprecated or for other providers only; tests/consul sets each option in the real Traefik.
 */
export const MIDDLEWARE_OPTIONS = {
  addPrefix: { prefix: "text" },
  basicAuth: { usersFile: "text", realm: "text", removeHeader: "flag", headerField: "name" },
  buffering: {
    maxRequestBodyBytes: "number",
    memRequestBodyBytes: "number",
    maxResponseBodyBytes: "number",
    memResponseBodyBytes: "number",
    retryExpression: "text",
  },
  chain: { middlewares: "list" },
  circuitBreaker: {
    expression: "text",
    checkPeriod: "duration",
    fallbackDuration: "duration",
    recoveryDuration: "duration",
    responseCode: "status",
  },
  compress,
  contentType: mayBeEmpty({}),
  digestAuth: { usersFile: "text", realm: "text", removeHeader: "flag", headerField: "name" },
  encodedCharacters: {
    allowEncodedSlash: "flag",
    allowEncodedBackSlash: "flag",
    allowEncodedNullCharacter: "flag",
    allowEncodedSemicolon: "flag",
    allowEncodedPercent: "flag",
    allowEncodedQuestionMark: "flag",
    allowEncodedHash: "flag",
  },
  errors: {
    status: "statuses",
    statusRewrites: "rewrites",
    service: "text",
    query: "text",
    errorRequestHeaders: "names",
  },
  forwardAuth: {
    address: "text",
    tls: clientTls,
    trustForwardHeader: "flag",
    authResponseHeaders: "names",
    authResponseHeadersRegex: "regex",
    authRequestHeaders: "names",
    maxResponseBodySize: "size",
    addAuthCookiesToResponse: "names",
    headerField: "name",
    forwardBody: "flag",
    maxBodySize: "size",
    preserveLocationHeader: "flag",
    preserveRequestMethod: "flag",
    authSigninURL: "text",
  },
  grpcWeb: { allowOrigins: "list" },
  headers: {
    customRequestHeaders: "map",
    customResponseHeaders: "map",
    accessControlAllowCredentials: "flag",
    accessControlAllowHeaders: "names",
    accessControlAllowMethods: "names",
    accessControlAllowOriginList: "list",
    accessControlAllowOriginListRegex: "regexes",
    accessControlExposeHeaders: "names",
    accessControlMaxAge: "number",
    addVaryHeader: "flag",
    allowedHosts: "list",
    hostsProxyHeaders: "names",
    sslProxyHeaders: "map",
    stsSeconds: "number",
    stsIncludeSubdomains: "flag",
    stsPreload: "flag",
    forceSTSHeader: "flag",
    frameDeny: "flag",
    customFrameOptionsValue: "text",
    contentTypeNosniff: "flag",
    browserXssFilter: "flag",
    customBrowserXSSValue: "text",
    contentSecurityPolicy: "text",
    contentSecurityPolicyReportOnly: "text",
    publicKey: "text",
    referrerPolicy: "text",
    permissionsPolicy: "text",
    isDevelopment: "flag",
  },
  inFlightReq: { amount: "positive", sourceCriterion },
  ipAllowList: { sourceRange: "addresses", ipStrategy: mayBeEmpty({ ...ipStrategy }), rejectStatusCode: "status" },
  passTLSClientCert: {
    pem: "flag",
    info: {
      notAfter: "flag",
      notBefore: "flag",
      sans: "flag",
      serialNumber: "flag",
      subject: { ...issuer, organizationalUnit: "flag" },
      issuer,
    },
  },
  plugin: "any",
  rateLimit: { average: "positive", period: "duration", burst: "positive", sourceCriterion, redis },
  redirectRegex: { regex: "regex", replacement: "text", permanent: "flag" },
  redirectScheme: { scheme: "text", port: "text", permanent: "flag" },
  replacePath: { path: "text" },
  replacePathRegex: { regex: "regex", replacement: "text" },
  retry: {
    attempts: "positive",
    timeout: "duration",
    initialInterval: "duration",
    maxRequestBodyBytes: "size",
    status: "statuses",
    disableRetryOnNetworkError: "flag",
    retryNonIdempotentMethod: "flag",
  },
  stripPrefix: { prefixes: "list" },
  stripPrefixRegex: { regex: "regexes" },
} as const satisfies Record<string, OptionKind>;

export type MiddlewareName = keyof typeof MIDDLEWARE_OPTIONS;

/** Traefik's TCP middlewares. Source: as above. */
export const TCP_MIDDLEWARE_OPTIONS = {
  inFlightConn: { amount: "positive" },
  ipAllowList: { sourceRange: "addresses" },
} as const satisfies Record<string, OptionKind>;

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
