/** What an option of a middleware is: a plain value, a list, a map of texts, or options of its own. */
export type OptionKind = "text" | "number" | "flag" | "duration" | "list" | "map" | "numbers" | "any" | OptionKinds;
export interface OptionKinds {
  readonly [option: string]: OptionKind;
}

const ipStrategy: OptionKinds = { depth: "number", excludedIPs: "list", ipv6Subnet: "number" };
const sourceCriterion: OptionKinds = { ipStrategy, requestHeaderName: "text", requestHost: "flag" };
const clientTls: OptionKinds = { ca: "text", cert: "text", key: "text", insecureSkipVerify: "flag" };
const issuer: OptionKinds = Object.fromEntries(
  ["country", "province", "locality", "organization", "commonName", "serialNumber", "domainComponent"].map((part) => [
    part,
    "flag",
  ]),
);

/**
 * Traefik's HTTP middlewares and their options, by the names of its documentation. Source: `pkg/config/dynamic` of
 * Traefik 3.7 without what is deprecated or for other providers only; tests/consul sets each option in the real Traefik.
 */
export const MIDDLEWARE_OPTIONS = {
  addPrefix: { prefix: "text" },
  basicAuth: { usersFile: "text", realm: "text", removeHeader: "flag", headerField: "text" },
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
    responseCode: "number",
  },
  compress: {
    excludedContentTypes: "list",
    includedContentTypes: "list",
    minResponseBodyBytes: "number",
    encodings: "list",
    defaultEncoding: "text",
  },
  contentType: {},
  digestAuth: { usersFile: "text", realm: "text", removeHeader: "flag", headerField: "text" },
  encodedCharacters: {
    allowEncodedSlash: "flag",
    allowEncodedBackSlash: "flag",
    allowEncodedNullCharacter: "flag",
    allowEncodedSemicolon: "flag",
    allowEncodedPercent: "flag",
    allowEncodedQuestionMark: "flag",
    allowEncodedHash: "flag",
  },
  errors: { status: "list", statusRewrites: "numbers", service: "text", query: "text" },
  forwardAuth: {
    address: "text",
    tls: clientTls,
    trustForwardHeader: "flag",
    authResponseHeaders: "list",
    authResponseHeadersRegex: "text",
    authRequestHeaders: "list",
    maxResponseBodySize: "number",
    addAuthCookiesToResponse: "list",
    headerField: "text",
    forwardBody: "flag",
    maxBodySize: "number",
    preserveLocationHeader: "flag",
    preserveRequestMethod: "flag",
  },
  grpcWeb: { allowOrigins: "list" },
  headers: {
    customRequestHeaders: "map",
    customResponseHeaders: "map",
    accessControlAllowCredentials: "flag",
    accessControlAllowHeaders: "list",
    accessControlAllowMethods: "list",
    accessControlAllowOriginList: "list",
    accessControlAllowOriginListRegex: "list",
    accessControlExposeHeaders: "list",
    accessControlMaxAge: "number",
    addVaryHeader: "flag",
    allowedHosts: "list",
    hostsProxyHeaders: "list",
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
  inFlightReq: { amount: "number", sourceCriterion },
  ipAllowList: { sourceRange: "list", ipStrategy, rejectStatusCode: "number" },
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
  rateLimit: { average: "number", period: "duration", burst: "number", sourceCriterion },
  redirectRegex: { regex: "text", replacement: "text", permanent: "flag" },
  redirectScheme: { scheme: "text", port: "text", permanent: "flag" },
  replacePath: { path: "text" },
  replacePathRegex: { regex: "text", replacement: "text" },
  retry: { attempts: "number", timeout: "duration", initialInterval: "duration", status: "list" },
  stripPrefix: { prefixes: "list" },
  stripPrefixRegex: { regex: "list" },
} as const satisfies Record<string, OptionKind>;

export type MiddlewareName = keyof typeof MIDDLEWARE_OPTIONS;

/** Traefik's TCP middlewares. Source: as above. */
export const TCP_MIDDLEWARE_OPTIONS = {
  inFlightConn: { amount: "number" },
  ipAllowList: { sourceRange: "list" },
} as const satisfies Record<string, OptionKind>;

/** What must not be left out, since Traefik then disables the router: alternatives of options, by middleware. */
export const REQUIRED_OPTIONS: Record<string, readonly string[]> = {
  addPrefix: ["prefix"],
  chain: ["middlewares"],
  circuitBreaker: ["expression"],
  errors: ["status", "service"],
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
