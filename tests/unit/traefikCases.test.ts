import { ofProgram, ofStack } from "../verdicts";

type Given = Record<string, unknown>;
const at = "services[0].routes[0]";
const image = "registry.example.com/shop:1.4.2";
const shop = { name: "shop", image, port: 8080, routes: [{ host: "shop.example.com" }] };
const route = (its: Given, more: Given = {}): Given => ({ services: [{ ...shop, ...more, routes: [its] }] });
const middleware = (...its: unknown[]): Given => route({ host: "shop.example.com", middlewares: its });
const spread = (loadBalancing: Given, more: Given = {}): Given => ({ services: [{ ...shop, ...more, loadBalancing }] });
const resolver = (provider: string): Given => ({
  traefikCertificateResolvers: { dns: { email: "ops@example.com", dnsChallenge: { provider } } },
});
const users = { traefikUserLists: { ops: { secretName: "ops" } } };
const console = (host: string): Given => ({ ...users, traefikConsoles: { dashboard: { host, userList: "ops" } } });
const pages = { name: "pages", image, port: 8080 };
const errors = (service: string, more: Given = {}): Given => ({
  errors: { status: ["500-599"], service, query: "/{status}.html", ...more },
});
const tcp = (its: Given): Given => ({
  traefikTcpEntryPoints: { line: { port: 5000 } },
  services: [{ name: "line", image, port: 5000, protocol: "tcp", tcpRoutes: [its] }],
});

const intention = (http: Given): Given => ({
  services: [shop],
  intentions: [{ source: "traefik-system-ingress", destination: "shop", permissions: [{ action: "allow", http }] }],
});

/** What is wrong, the path that is told, something of the reason, and the right value. */
const CASES: [what: string, wrong: Given, path: string, reason: string, right: Given][] = [
  [
    "a middleware whose name objects have",
    middleware({ constructor: {} }),
    `${at}.middlewares[0]`,
    '"constructor" is not a middleware',
    middleware({ compress: {} }),
  ],
  [
    "an option whose name objects have",
    middleware({ compress: { constructor: [] } }),
    `${at}.middlewares[0].compress.constructor`,
    "is not an option here",
    middleware({ compress: {} }),
  ],
  [
    "a matcher whose name objects have",
    route({ rule: "constructor(`a`)" }),
    `${at}.rule`,
    "not a matcher of Traefik v3",
    route({ rule: "Host(`a`)" }),
  ],
  [
    "no address in a rule",
    route({ rule: "ClientIP(`banana`)" }),
    `${at}.rule`,
    "not an address or CIDR range",
    route({ rule: "ClientIP(`10.0.0.0/8`)" }),
  ],
  [
    "an address with a zone",
    middleware({ ipAllowList: { sourceRange: ["fe80::1%eth0"] } }),
    `${at}.middlewares[0].ipAllowList.sourceRange[0]`,
    "not an address or CIDR range",
    middleware({ ipAllowList: { sourceRange: ["fe80::1"] } }),
  ],
  [
    "Traefik's own protocol",
    tcp({ rule: "ALPN(`acme-tls/1`)", tls: {} }),
    "services[0].tcpRoutes[0].rule",
    "Traefik's own",
    tcp({ rule: "ALPN(`h2`)", tls: {} }),
  ],
  [
    "a word for a condition",
    middleware({ circuitBreaker: { expression: "banana" } }),
    `${at}.middlewares[0].circuitBreaker.expression`,
    'is not a condition: "(" is expected|is not a condition: banana is not a function',
    middleware({ circuitBreaker: { expression: "NetworkErrorRatio() > 0.3 || LatencyAtQuantileMS(50.0) > 100" } }),
  ],
  [
    "a function without its parentheses",
    middleware({ circuitBreaker: { expression: "NetworkErrorRatio > 0.5" } }),
    `${at}.middlewares[0].circuitBreaker.expression`,
    '"(" is expected before >',
    middleware({ circuitBreaker: { expression: "NetworkErrorRatio() > 0.5" } }),
  ],
  [
    "a ratio beside a whole number",
    middleware({ circuitBreaker: { expression: "ResponseCodeRatio(500, 600, 0, 600) > 1" } }),
    `${at}.middlewares[0].circuitBreaker.expression`,
    "with a decimal such as 0.5, not with a whole number",
    middleware({ circuitBreaker: { expression: "ResponseCodeRatio(500, 600, 0, 600) > 0.25" } }),
  ],
  [
    "a condition to retry that is none",
    middleware({ buffering: { retryExpression: "IsNetworkError() & Attempts() < 2" } }),
    `${at}.middlewares[0].buffering.retryExpression`,
    "it cannot be read from & Attempts",
    middleware({ buffering: { retryExpression: 'IsNetworkError() && Attempts() < 2 && RequestMethod() == "GET"' } }),
  ],
  [
    "an encoding that is none",
    middleware({ compress: { encodings: ["banana"] } }),
    `${at}.middlewares[0].compress.encodings[0]`,
    "use gzip, br, zstd",
    middleware({ compress: { encodings: ["gzip", "br"], defaultEncoding: "gzip" } }),
  ],
  [
    "a default encoding beside the others",
    middleware({ compress: { encodings: ["br"], defaultEncoding: "gzip" } }),
    `${at}.middlewares[0].compress.defaultEncoding`,
    "not among the encodings",
    middleware({ compress: { encodings: ["br"], defaultEncoding: "br" } }),
  ],
  [
    "content types in and out",
    middleware({ compress: { includedContentTypes: ["text/html"], excludedContentTypes: ["text/css"] } }),
    `${at}.middlewares[0].compress.excludedContentTypes`,
    "excludes includedContentTypes",
    middleware({ compress: { includedContentTypes: ["text/html"] } }),
  ],
  [
    "two criteria",
    middleware({
      rateLimit: { average: 10, sourceCriterion: { requestHeaderName: "X-Key", ipStrategy: { depth: 1 } } },
    }),
    `${at}.middlewares[0].rateLimit.sourceCriterion`,
    "ipStrategy and requestHeaderName, which exclude each other",
    middleware({ rateLimit: { average: 10, sourceCriterion: { requestHeaderName: "X-Key" } } }),
  ],
  [
    "an option without any of its own",
    middleware({ inFlightReq: { amount: 1, sourceCriterion: { ipStrategy: {} } } }),
    `${at}.middlewares[0].inFlightReq.sourceCriterion.ipStrategy`,
    "Traefik treats as an error",
    middleware({ ipAllowList: { sourceRange: ["10.0.0.0/8"], ipStrategy: {} } }),
  ],
  [
    "no request at a time",
    middleware({ inFlightReq: { amount: 0 } }),
    `${at}.middlewares[0].inFlightReq.amount`,
    "0 is out of range",
    middleware({ inFlightReq: { amount: 1 } }),
  ],
  [
    "an empty prefix",
    middleware({ addPrefix: { prefix: "" } }),
    `${at}.middlewares[0].addPrefix.prefix`,
    "is empty",
    middleware({ addPrefix: { prefix: "/api" } }),
  ],
  [
    "a pattern of origins that is none",
    middleware({ headers: { accessControlAllowOriginListRegex: ["["] } }),
    `${at}.middlewares[0].headers.accessControlAllowOriginListRegex[0]`,
    "not a regular expression of Go's",
    middleware({ headers: { accessControlAllowOriginListRegex: ["^https://.*\\.example\\.com$"] } }),
  ],
  [
    "headers that set none",
    middleware({ headers: { frameDeny: false } }),
    `${at}.middlewares[0].headers`,
    "sets no header",
    middleware({ headers: { frameDeny: true } }),
  ],
  [
    "one header twice",
    middleware({ headers: { customRequestHeaders: { "X-A": "1", "x-a": "2" } } }),
    `${at}.middlewares[0].headers.customRequestHeaders.x-a`,
    "the same name",
    middleware({ headers: { customRequestHeaders: { "X-A": "1", "X-B": "2" } } }),
  ],
  [
    "a line break in a header",
    middleware({ headers: { customRequestHeaders: { "X-A": "1\nX-B: 2" } } }),
    `${at}.middlewares[0].headers.customRequestHeaders.X-A`,
    "line break",
    middleware({ headers: { customRequestHeaders: { "X-A": "1" } } }),
  ],
  [
    "a status that is none",
    middleware({ retry: { attempts: 2, initialInterval: "100ms", status: ["abc"] } }),
    `${at}.middlewares[0].retry.status[0]`,
    "not a status or a range",
    middleware({ retry: { attempts: 2, initialInterval: "100ms", status: ["502-504"] } }),
  ],
  [
    "a range of statuses from behind",
    middleware(errors("shop", { status: ["599-500"] })),
    `${at}.middlewares[0].errors.status[0]`,
    "write 500-599",
    middleware(errors("shop")),
  ],
  [
    "nothing to retry for",
    middleware({ retry: { attempts: 2, disableRetryOnNetworkError: true } }),
    `${at}.middlewares[0].retry.disableRetryOnNetworkError`,
    "nothing to try again for",
    middleware({ retry: { attempts: 2, disableRetryOnNetworkError: true, status: ["503"] } }),
  ],
  [
    "a pattern of headers that is none, and an address without a scheme",
    middleware({ forwardAuth: { address: "http://auth.example.com/verify", authResponseHeadersRegex: "^X-(" } }),
    `${at}.middlewares[0].forwardAuth.authResponseHeadersRegex`,
    "not a regular expression of Go's",
    middleware({ forwardAuth: { address: "http://auth.example.com/verify", authResponseHeadersRegex: "^X-" } }),
  ],
  [
    "an address without a scheme",
    middleware({ forwardAuth: { address: "auth.example.com/verify" } }),
    `${at}.middlewares[0].forwardAuth.address`,
    "begin with http:// or https://",
    middleware({ forwardAuth: { address: "https://auth.example.com/verify" } }),
  ],
  [
    "a CA that Traefik's pod has not",
    middleware({ forwardAuth: { address: "https://auth.example.com", tls: { ca: "/etc/auth/ca.crt" } } }),
    `${at}.middlewares[0].forwardAuth.tls.ca`,
    "not a file of Traefik's pod",
    {
      traefikCertificates: [{ secretName: "auth" }],
      ...middleware({
        forwardAuth: { address: "https://auth.example.com", tls: { ca: "/etc/traefik/tls/auth/tls.crt" } },
      }),
    },
  ],
  [
    "a password in a tag",
    middleware({ rateLimit: { average: 1, redis: { endpoints: ["redis.example.com:6379"], password: "x" } } }),
    `${at}.middlewares[0].rateLimit.redis.password`,
    "for all to read",
    middleware({ rateLimit: { average: 1, redis: { endpoints: ["redis.example.com:6379"] } } }),
  ],
  [
    "a duration that Traefik cannot count",
    middleware({ rateLimit: { average: 1, period: "9999999h" } }),
    `${at}.middlewares[0].rateLimit.period`,
    "292 years",
    middleware({ rateLimit: { average: 1, period: "1.5s" } }),
  ],
  [
    "two plugins in one",
    middleware({ plugin: { a: {}, b: {} } }),
    `${at}.middlewares[0].plugin`,
    "has 2 plugins",
    {
      traefikPlugins: { a: { module: "example.com/a", version: "v1.0.0" } },
      ...middleware({ plugin: { a: { x: "1" } } }),
    },
  ],
  [
    "pages of a service that nobody declares",
    middleware(errors("error-pages")),
    `${at}.middlewares[0].errors.service`,
    '"error-pages" is not a service of this mesh',
    {
      services: [
        { ...shop, routes: [{ host: "a.example", middlewares: [errors("pages")] }] },
        { ...pages, internal: true },
      ],
    },
  ],
  [
    "pages of a service without tags",
    { services: [{ ...shop, routes: [{ host: "a.example", middlewares: [errors("pages")] }] }, pages] },
    `${at}.middlewares[0].errors.service`,
    "set internal: true on it",
    {
      services: [
        { ...shop, routes: [{ host: "a.example", middlewares: [errors("pages")] }] },
        { ...pages, routes: [{ host: "b.example" }] },
      ],
    },
  ],
  [
    "a middleware of a file that nobody writes",
    middleware("secure-headers@file"),
    `${at}.middlewares[0]`,
    "not a middleware of the ingress's files",
    { ...console("traefik.example.com"), ...middleware("users-ops@file") },
  ],
  [
    "a middleware of tags that nobody has",
    middleware("shop-2-compress@consulcatalog"),
    `${at}.middlewares[0]`,
    "not a middleware of the mesh's services",
    middleware({ compress: {} }),
  ],
  [
    "a middleware of a namespace that is not served",
    { traefikKubernetesCrdNamespaces: ["legacy"], ...middleware("limits@kubernetescrd") },
    `${at}.middlewares[0]`,
    'begin with "legacy-"',
    { traefikKubernetesCrdNamespaces: ["legacy"], ...middleware("legacy-limits@kubernetescrd") },
  ],
  [
    "a chain of a middleware without provider",
    middleware({ chain: { middlewares: ["rewrite-stat"] } }),
    `${at}.middlewares[0].chain.middlewares[0]`,
    "has no provider",
    {
      traefikKubernetesCrdNamespaces: ["legacy"],
      ...middleware({ chain: { middlewares: ["legacy-limits@kubernetescrd"] } }),
    },
  ],
  [
    "a chain of a middleware that is not there",
    middleware({ chain: { middlewares: ["local-ip@file"] } }),
    `${at}.middlewares[0].chain.middlewares[0]`,
    "not a middleware of the ingress's files",
    {
      traefikKubernetesCrdNamespaces: ["legacy"],
      ...middleware({ chain: { middlewares: ["legacy-limits@kubernetescrd"] } }),
    },
  ],
  [
    "a template in a prefix",
    route({ host: "shop.example.com", pathPrefix: "/users/{id:[0-9]+}/posts" }),
    `${at}.pathPrefix`,
    "rule: Host(`shop.example.com`) && PathRegexp(`^/users/[0-9]+/posts`)",
    route({ rule: "Host(`shop.example.com`) && PathRegexp(`^/users/[0-9]+/posts`)" }),
  ],
  [
    "an asterisk in a prefix",
    route({ host: "shop.example.com", pathPrefix: "/api/*" }),
    `${at}.pathPrefix`,
    '"/api/" is every path that begins like that',
    route({ host: "shop.example.com", pathPrefix: "/api/" }),
  ],
  [
    "an asterisk in a rule",
    route({ rule: "PathPrefix(`/api/*`)" }),
    `${at}.rule`,
    "has an asterisk, which is literal",
    route({ rule: "PathPrefix(`/api/`)" }),
  ],
  [
    "a parameter behind a colon in a rule",
    route({ rule: "PathPrefix(`/users/:id`)" }),
    `${at}.rule`,
    "has a parameter behind a colon",
    route({ rule: "PathRegexp(`^/users/[^/]+$`)" }),
  ],
  [
    "a template in a regular expression",
    route({ rule: "PathRegexp(`^/{id:[0-9]+}$`)" }),
    `${at}.rule`,
    "the braces in",
    route({ rule: "PathRegexp(`^/[0-9]{1,3}$`)" }),
  ],
  [
    "a path that no request has",
    route({ rule: "Path(`/a/../b`)" }),
    `${at}.rule`,
    'use "/b"',
    route({ rule: "Path(`/b`)" }),
  ],
  [
    "two slashes in a rule",
    route({ rule: "PathPrefix(`//a`)" }),
    `${at}.rule`,
    'use "/a"',
    route({ rule: "PathPrefix(`/a`)" }),
  ],
  [
    "a path that is decoded before",
    route({ rule: "Path(`/a%20b`)" }),
    `${at}.rule`,
    "Traefik decodes a request's path first",
    route({ rule: "Path(`/a b`)" }),
  ],
  [
    "a reserved character in small letters",
    route({ rule: "Path(`/a%2fb`)" }),
    `${at}.rule`,
    "Traefik decodes a request's path first",
    route({ rule: "Path(`/a%2Fb`)" }),
  ],
  [
    "no method",
    route({ rule: "Method(`GET, POST`)" }),
    `${at}.rule`,
    "is not a method; use one such as GET",
    route({ rule: "Method(`get`)" }),
  ],
  [
    "no header's name",
    route({ rule: "Header(`X Team`, `a`)" }),
    `${at}.rule`,
    "is not a header name, and never matches",
    route({ rule: "Header(`X-Team`, `a b`)" }),
  ],
  [
    "a header that Go has elsewhere",
    route({ rule: "Header(`Host`, `a.test`)" }),
    `${at}.rule`,
    "use Host or HostRegexp",
    route({ rule: "Host(`a.test`)" }),
  ],
  [
    "a host with its port",
    route({ rule: "Host(`a.test:8080`)" }),
    `${at}.rule`,
    "a port and brackets are not part",
    route({ rule: "Host(`a.test`)" }),
  ],
  [
    "an address in brackets",
    route({ rule: "Host(`[::1]`)" }),
    `${at}.rule`,
    "a port and brackets are not part",
    route({ rule: "Host(`::1`)" }),
  ],
  [
    "a parameter behind a colon",
    route({ host: "shop.example.com", pathPrefix: "/users/:id" }),
    `${at}.pathPrefix`,
    "has a parameter behind a colon",
    route({ host: "shop.example.com", pathPrefix: "/users:batch" }),
  ],
  [
    "a choice in a prefix",
    route({ host: "shop.example.com", pathPrefix: "/(v1|v2)" }),
    `${at}.pathPrefix`,
    "has a regular expression",
    route({ host: "shop.example.com", pathPrefix: "/v1" }),
  ],
  [
    "a class in a prefix",
    route({ host: "shop.example.com", pathPrefix: "/v[0-9]" }),
    `${at}.pathPrefix`,
    "has a regular expression",
    route({ host: "shop.example.com", pathPrefix: "/Products(1)" }),
  ],
  [
    "dots in a prefix",
    route({ host: "shop.example.com", pathPrefix: "/a/./b" }),
    `${at}.pathPrefix`,
    'use "/a/b"',
    route({ host: "shop.example.com", pathPrefix: "/a/.b" }),
  ],
  [
    "an encoded letter in a prefix",
    route({ host: "shop.example.com", pathPrefix: "/%61" }),
    `${at}.pathPrefix`,
    "Traefik decodes",
    route({ host: "shop.example.com", pathPrefix: "/\u00fc" }),
  ],
  [
    "a parameter in an intention",
    intention({ pathExact: "/users/:id" }),
    "intentions[0].permissions[0].http.pathExact",
    "has a parameter behind a colon",
    intention({ pathRegex: "/users/[^/]+" }),
  ],
  [
    "dots in an intention",
    intention({ pathPrefix: "/a/%2e%2E/b" }),
    "intentions[0].permissions[0].http.pathPrefix",
    "are resolved before",
    intention({ pathPrefix: "/a/..b" }),
  ],
  [
    "a blank in an intention",
    intention({ pathExact: "/a b" }),
    "intentions[0].permissions[0].http.pathExact",
    'write "/a%20b"',
    intention({ pathExact: "/a%20b" }),
  ],
  [
    "no digits behind a percent sign",
    intention({ pathExact: "/100%" }),
    "intentions[0].permissions[0].http.pathExact",
    "write %25 for itself",
    intention({ pathExact: "/100%25" }),
  ],
  [
    "an expression that no path begins as",
    intention({ pathRegex: "api/.*" }),
    "intentions[0].permissions[0].http.pathRegex",
    'the whole path is compared, which begins with "/"',
    intention({ pathRegex: "/api/.*" }),
  ],
  [
    "a template in an intention's expression",
    intention({ pathRegex: "/a/{id:[0-9]+}" }),
    "intentions[0].permissions[0].http.pathRegex",
    "the braces in",
    intention({ pathRegex: "/a/[0-9]{1,3}" }),
  ],
  [
    "a template to strip",
    middleware({ stripPrefixRegex: { regex: ["/a/{id:[0-9]+}"] } }),
    `${at}.middlewares[0].stripPrefixRegex.regex[0]`,
    "the braces in",
    middleware({ stripPrefixRegex: { regex: ["/a/[0-9]+"] } }),
  ],
  [
    "a path in place of an address",
    middleware({ redirectRegex: { regex: "^/old/(.*)", replacement: "/new/${1}" } }),
    `${at}.middlewares[0].redirectRegex.regex`,
    "it is compared with the whole address",
    middleware({ redirectRegex: { regex: "^https?://[^/]+/old/(.*)", replacement: "/new/${1}" } }),
  ],
  [
    "a group that is none",
    middleware({ redirectRegex: { regex: "^https?://a/(.*)", replacement: "https://b/${2}" } }),
    `${at}.middlewares[0].redirectRegex.replacement`,
    '"${2}" is not a group',
    middleware({ redirectRegex: { regex: "^https?://a/(?P<rest>.*)", replacement: "https://b/${rest}/$$1" } }),
  ],
  [
    "a group that goes on",
    middleware({ replacePathRegex: { regex: "^/a/(.*)", replacement: "/$1x" } }),
    `${at}.middlewares[0].replacePathRegex.replacement`,
    "use ${1} if that is meant",
    middleware({ replacePathRegex: { regex: "^/a/(.*)", replacement: "/${1}x" } }),
  ],
  [
    "no host to allow",
    middleware({ headers: { allowedHosts: ["https://a.test"] } }),
    `${at}.middlewares[0].headers.allowedHosts[0]`,
    "is not a host name",
    middleware({ headers: { allowedHosts: ["a.test", "a.test:8443"] } }),
  ],
  [
    "an asterisk in a prefix to strip",
    middleware({ stripPrefix: { prefixes: ["/api/*"] } }),
    `${at}.middlewares[0].stripPrefix.prefixes[0]`,
    "use stripPrefixRegex",
    middleware({ stripPrefixRegex: { regex: ["^/api/[^/]+"] } }),
  ],
  [
    "an asterisk in an intention",
    {
      services: [shop],
      intentions: [
        {
          source: "traefik-system-ingress",
          destination: "shop",
          permissions: [{ action: "allow", http: { pathPrefix: "/api/*" } }],
        },
      ],
    },
    "intentions[0].permissions[0].http.pathPrefix",
    "for a pattern write pathRegex",
    {
      services: [shop],
      intentions: [
        {
          source: "traefik-system-ingress",
          destination: "shop",
          permissions: [{ action: "allow", http: { pathPrefix: "/api/" } }],
        },
      ],
    },
  ],
  [
    "a host with an umlaut",
    route({ host: "münchen.example" }),
    `${at}.host`,
    "write it in its punycode form, xn--mnchen-3ya.example",
    route({ host: "xn--mnchen-3ya.example" }),
  ],
  [
    "a wildcard in the middle of a host",
    route({ host: "a.*.example" }),
    `${at}.host`,
    "*.example.com",
    route({ host: "*.tenants.example" }),
  ],
  [
    "a route with the name of the ingress's own",
    { traefikDashboard: true, ...route({ name: "traefik-system-ingress-dashboard", host: "a.example" }) },
    at,
    'the router name "traefik-system-ingress-dashboard" is that of the ingress',
    { traefikDashboard: true, ...route({ name: "dashboard", host: "UPPER.example" }) },
  ],
  [
    "a console on a service's host",
    {
      ...console("Shop.example.com".toLowerCase()),
      services: [{ ...shop, routes: [{ host: "Shop.example.com", tls: {} }] }],
    },
    `${at}.host`,
    "the host of a console",
    { ...console("traefik.example.com"), services: [{ ...shop, routes: [{ host: "Shop.example.com", tls: {} }] }] },
  ],
  [
    "no interval between checks",
    spread({ healthCheck: { path: "/", interval: "0s" } }),
    "services[0].loadBalancing.healthCheck.interval",
    "is zero to Traefik",
    spread({ healthCheck: { path: "/", interval: "1s" } }),
  ],
  [
    "a status that nobody answers",
    spread({ healthCheck: { path: "/", status: 9999 } }),
    "services[0].loadBalancing.healthCheck.status",
    "from 200 to 599",
    spread({ healthCheck: { path: "/", status: 204 } }),
  ],
  [
    "checks by HTTP of a gRPC service",
    spread({ healthCheck: { path: "/" } }, { protocol: "grpc" }),
    "services[0].loadBalancing.healthCheck",
    "a grpc service does not answer",
    spread({ strategy: "p2c" }, { protocol: "grpc" }),
  ],
  [
    "a passive check without options",
    spread({ passiveHealthCheck: {} }),
    "services[0].loadBalancing.passiveHealthCheck",
    "Traefik treats as an error",
    spread({ passiveHealthCheck: { maxFailedAttempts: 2 }, sticky: { cookie: {} } }),
  ],
  [
    "spreading of what Traefik does not serve",
    { services: [{ ...pages, loadBalancing: { strategy: "p2c" } }] },
    "services[0].loadBalancing",
    "without a route of requests",
    { services: [{ ...pages, internal: true, loadBalancing: { strategy: "p2c" } }] },
  ],
  [
    "Traefik 2",
    { traefikImage: "traefik:v2.5" },
    "traefikImage",
    "Traefik before v3",
    { traefikImage: "traefik:v3.6" },
  ],
  [
    "an option that the ingress's Traefik does not know",
    {
      traefikImage: "registry.example.com:5000/mirror/traefik:v3.6.8",
      ...middleware({ retry: { attempts: 2, status: ["503"] } }),
    },
    "services[0].routes",
    "retry.status is not known to the ingress's Traefik",
    { traefikImage: "registry.example.com:5000/mirror/traefik:v3.6.8", ...middleware({ retry: { attempts: 2 } }) },
  ],
  [
    "an argument that Traefik does not know yet",
    {
      traefikImage: "traefik:3.5.0",
      traefikCertificateResolvers: { le: { email: "ops@example.com", tlsChallenge: {} } },
    },
    "traefikImage",
    "too old for tlsChallenge.delay",
    {
      traefikImage: "traefik:3.5.0",
      traefikCertificateResolvers: { le: { email: "ops@example.com", tlsChallenge: { delay: 0 } } },
    },
  ],
  [
    "a DNS provider that nobody knows",
    resolver("clodflare"),
    "traefikCertificateResolvers.dns.dnsChallenge.provider",
    'did you mean "cloudflare"?',
    resolver("cloudflare"),
  ],
  [
    "a port of root's",
    { traefikTcpEntryPoints: { smtp: { port: 25 } } },
    "traefikTcpEntryPoints.smtp.port",
    "servicePort: 25",
    { traefikTcpEntryPoints: { smtp: { port: 2525, servicePort: 25 } } },
  ],
  [
    "a port of the Service that is taken",
    { traefikTcpEntryPoints: { line: { port: 5000, servicePort: 443 } } },
    "traefikTcpEntryPoints.line.servicePort",
    "443 is that of another port",
    { traefikTcpEntryPoints: { line: { port: 5000, servicePort: 444 } } },
  ],
  ["no image", { traefikImage: "" }, "traefikImage", "is not an image reference", { traefikImage: "traefik:v3.7.15" }],
  [
    "an entry point with the name of HTTP/3's port",
    { traefikHttp3: true, traefikTcpEntryPoints: { "websecure-http3": { port: 5000 } } },
    "traefikTcpEntryPoints.websecure-http3",
    "an entry point that Traefik has already",
    { traefikHttp3: true, traefikTcpEntryPoints: { line: { port: 5000 } } },
  ],
];

test.each(CASES)("%s is refused, of a program of one's own too, and the right value is not", async (...row) => {
  const [, wrong, path, reason, right] = row;
  const says = (begin: string) =>
    expect.arrayContaining([
      expect.stringMatching(new RegExp(`^${begin}: .*(${reason.split("|").map(quoted).join("|")})`)),
    ]);
  expect({ stack: ofStack(wrong), program: await ofProgram(wrong) }).toEqual({
    stack: says(quoted(path)),
    program: says(".*"),
  });
  expect(ofStack(right)).toEqual([]);
});

function quoted(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}
