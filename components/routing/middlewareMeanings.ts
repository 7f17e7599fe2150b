import * as http from "node:http";
import { RE2JS } from "re2js";
import { expressionProblems } from "../shared/expressions";
import { literalPathProblems } from "./literalPaths";
import type { MiddlewareOptions } from "./middlewares";
import { Problem } from "../shared/problems";

/** A middleware that is named has its provider with it: that of the tags has only names that are made here. */
export function referenceProblems(name: string, at: string): Problem[] {
  const reason = `"${name}" has no provider; write it as an object, or name one as in legacy-auth@kubernetescrd`;
  return /^[\w.-]+@[a-z]+$/.test(name) ? [] : [{ propertyPath: at, reason }];
}

type Meaning = (options: MiddlewareOptions, at: string) => Problem[];

/** A problem of an option where the condition does not hold. */
function unless(holds: boolean, at: string, reason: string): Problem[] {
  return holds ? [] : [{ propertyPath: at, reason }];
}

function url(value: string): URL | undefined {
  return /^https?:\/\/[^/\s]/.test(value) && URL.canParse(value) && !/\s|%(?![0-9a-fA-F]{2})/.test(value)
    ? new URL(value)
    : undefined;
}

/** What an answer can be: Go has a text for each of these and for no other. */
const HTTP_STATUSES = Object.keys(http.STATUS_CODES).filter((status) => status !== "509");

/** Numbers of connections to the servers of Redis. */
const REDIS_CONNECTIONS = ["poolSize", "minIdleConns", "maxActiveConns"];

/**
 * Values of the right kind that Traefik still refuses, so that the router would be gone, or that would not do what they
 * say. Source: the constructors in `pkg/middlewares` of Traefik 3.7.
 */
export const MEANINGS: Record<string, Meaning | undefined> = {
  addPrefix: ({ prefix }, at) => unless(prefix !== "", `${at}.prefix`, "is empty; give the beginning of a path"),
  buffering: ({ retryExpression }, at) =>
    retryExpression === undefined
      ? []
      : expressionProblems("buffering", String(retryExpression), `${at}.retryExpression`),
  chain: ({ middlewares }, at) =>
    (middlewares as string[]).flatMap((each, i) => referenceProblems(each, `${at}.middlewares[${i}]`)),
  circuitBreaker: ({ expression }, at) => expressionProblems("circuitBreaker", String(expression), `${at}.expression`),
  compress: (options, at) => {
    const { encodings = ENCODINGS, defaultEncoding } = options as { encodings?: string[]; defaultEncoding?: string };
    return [
      ...unless(
        options.excludedContentTypes === undefined || options.includedContentTypes === undefined,
        `${at}.excludedContentTypes`,
        "excludes includedContentTypes; leave one of them out",
      ),
      ...["excludedContentTypes", "includedContentTypes"].flatMap((list) =>
        ((options[list] ?? []) as string[]).flatMap((each, i) =>
          unless(
            /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(\s*;\s*[\w-]+=("[^"]*"|[\w.-]+))*$/.test(each),
            `${at}.${list}[${i}]`,
            `"${each}" is not a media type; use one such as text/html`,
          ),
        ),
      ),
      ...encodings.flatMap((each, i) =>
        unless(
          ENCODINGS.includes(each),
          `${at}.encodings[${i}]`,
          `"${each}" is not an encoding that Traefik knows; use ${ENCODINGS.join(", ")}`,
        ),
      ),
      ...unless(
        defaultEncoding === undefined || encodings.includes(defaultEncoding),
        `${at}.defaultEncoding`,
        `"${defaultEncoding}" is not among the encodings ${encodings.join(", ")}; use one of them`,
      ),
    ];
  },
  errors: ({ query, service }, at) => [
    ...unless(service !== "", `${at}.service`, "is empty; name the service that has the pages"),
    ...unless(
      query === undefined || /^\/[^\s]*$/.test(String(query)),
      `${at}.query`,
      `"${String(query)}" is not a path; begin with "/", as in /{status}.html`,
    ),
  ],
  forwardAuth: ({ address, path, service, authSigninURL, tls }, at) => [
    ...unless(
      path === undefined || /^\/[^\s]*$/.test(String(path)),
      `${at}.path`,
      `"${String(path)}" is not a path; begin with "/"`,
    ),
    ...unless(
      address === undefined || url(String(address)) !== undefined,
      `${at}.address`,
      `"${String(address)}" is not a URL; begin with http:// or https://, as in https://auth.example.com/verify`,
    ),
    ...unless(
      authSigninURL === undefined || url(String(authSigninURL)) !== undefined || String(authSigninURL).startsWith("/"),
      `${at}.authSigninURL`,
      `"${String(authSigninURL)}" is not a URL; begin with http:// or https://, or with "/"`,
    ),
    ...unless(
      tls === undefined || service === undefined,
      `${at}.tls`,
      "is not used: a service of the mesh is called by the mesh's TLS; leave it out",
    ),
    ...clientTlsProblems(tls as MiddlewareOptions | undefined, `${at}.tls`),
  ],
  headers: (options, at) => [
    ...unless(
      Object.entries(options).some(([, value]) => value !== undefined && value !== false && value !== ""),
      at,
      "sets no header, and Traefik drops a route because of that; set one, or leave it out",
    ),
    ...((options.allowedHosts ?? []) as string[]).flatMap((host, i) =>
      unless(
        /^[\w.-]+(:\d{1,5})?$/.test(host),
        `${at}.allowedHosts[${i}]`,
        `"${host}" is not a host name, and no request would be let in by it; use one such as shop.example.com`,
      ),
    ),
  ],
  inFlightReq: ({ sourceCriterion }, at) => criterionProblems(sourceCriterion, `${at}.sourceCriterion`),
  ipAllowList: ({ ipStrategy, rejectStatusCode }, at) => [
    ...ipStrategyProblems(ipStrategy, `${at}.ipStrategy`),
    ...unless(
      rejectStatusCode === undefined || HTTP_STATUSES.includes(String(rejectStatusCode)),
      `${at}.rejectStatusCode`,
      `${String(rejectStatusCode)} is not an HTTP status; use one such as 403 or 404`,
    ),
  ],
  plugin: (plugins, at) => {
    const given = Object.entries(plugins).filter(([, options]) => options !== undefined);
    return [
      ...unless(given.length === 1, at, `has ${given.length} plugins; give exactly one per entry`),
      ...given.flatMap(([name, options]) =>
        unless(
          typeof options === "object" && options !== null && !Array.isArray(options),
          `${at}.${name}`,
          `is ${JSON.stringify(options)}, which Traefik ignores; give an object of options, {} for none`,
        ),
      ),
    ];
  },
  rateLimit: ({ average, sourceCriterion, redis }, at) => {
    const { endpoints, tls } = (redis ?? {}) as { endpoints?: string[]; tls?: MiddlewareOptions };
    return [
      ...unless(
        Number(average) < 2 ** 63 / 1e9,
        `${at}.average`,
        `${String(average)} is more than Traefik can count; leave the middleware out`,
      ),
      ...criterionProblems(sourceCriterion, `${at}.sourceCriterion`),
      ...unless(
        redis === undefined || endpoints !== undefined,
        `${at}.redis.endpoints`,
        "are not set; give host:port of each server",
      ),
      ...(endpoints ?? []).flatMap((each, i) =>
        unless(
          /^[^\s:/[\]]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(each),
          `${at}.redis.endpoints[${i}]`,
          `"${each}" is not host:port; use one such as redis.example.com:6379`,
        ),
      ),
      ...clientTlsProblems(tls, `${at}.redis.tls`),
      ...REDIS_CONNECTIONS.flatMap((option) => {
        const connections = Number((redis as MiddlewareOptions | undefined)?.[option] ?? 0);
        const reason = "is more connections than one pod has ports for, and Traefik loses all routes over too many";
        return unless(connections <= 65_535, `${at}.redis.${option}`, `${connections} ${reason}; use up to 65535`);
      }),
    ];
  },
  redirectRegex: ({ regex, replacement }, at) => [
    ...unless(
      !/^\^\(*\//.test(String(regex)),
      `${at}.regex`,
      `"${String(regex)}" never matches: it is compared with the whole address; begin with ^https?://[^/]+`,
    ),
    ...groupProblems(String(regex), String(replacement), `${at}.replacement`),
  ],
  redirectScheme: ({ scheme, port }, at) => [
    ...unless(
      /^[a-z][a-z0-9+.-]*$/i.test(String(scheme)),
      `${at}.scheme`,
      `"${String(scheme)}" is not a scheme; use https, or another without "://"`,
    ),
    ...unless(
      port === undefined || (/^\d{1,5}$/.test(String(port)) && Number(port) >= 1 && Number(port) <= 65535),
      `${at}.port`,
      `"${String(port)}" is not a port; use a number from 1 to 65535 in quotes`,
    ),
  ],
  replacePath: ({ path }, at) =>
    unless(/^\/[^\s]*$/.test(String(path)), `${at}.path`, `"${String(path)}" is not a path; begin with "/"`),
  replacePathRegex: ({ regex, replacement }, at) =>
    groupProblems(String(regex), String(replacement), `${at}.replacement`),
  retry: ({ disableRetryOnNetworkError, status }, at) =>
    unless(
      disableRetryOnNetworkError !== true || status !== undefined,
      `${at}.disableRetryOnNetworkError`,
      "leaves nothing to try again for; give status too, or leave it out",
    ),
  stripPrefix: ({ prefixes }, at) =>
    (prefixes as string[]).flatMap((prefix, i) => [
      ...unless(
        prefix.startsWith("/"),
        `${at}.prefixes[${i}]`,
        `"${prefix}" is not the beginning of a path; begin with "/"`,
      ),
      ...literalPathProblems(`${at}.prefixes[${i}]`, prefix, "use stripPrefixRegex for a pattern"),
    ]),
};

/** A group that the expression has not is empty text to Go, and `$1x` is a group called 1x. */
function groupProblems(regex: string, replacement: string, at: string): Problem[] {
  const compiled = RE2JS.compile(regex);
  const names = Object.keys(compiled.namedGroups());
  return [...replacement.replaceAll("$$", "").matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].flatMap(([text, braced, bare]) => {
    const group = braced ?? bare;
    const [, digits] = /^(\d+)\D/.exec(group) ?? [];
    const instead = digits === undefined ? "use one of its groups" : `use \${${digits}} if that is meant`;
    return unless(
      names.includes(group) || (/^\d+$/.test(group) && Number(group) <= compiled.groupCount()),
      at,
      `"${text}" is not a group of the regular expression, and would be left empty; ${instead}, or $$ for a dollar`,
    );
  });
}

const ENCODINGS = ["gzip", "br", "zstd"];

function criterionProblems(criterion: unknown, at: string): Problem[] {
  const { ipStrategy, requestHeaderName, requestHost } = (criterion ?? {}) as MiddlewareOptions;
  const given = Object.entries({ ipStrategy, requestHeaderName, requestHost: requestHost || undefined })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  return [
    ...unless(given.length < 2, at, `has ${given.join(" and ")}, which exclude each other; keep one`),
    ...ipStrategyProblems(ipStrategy, `${at}.ipStrategy`),
  ];
}

function ipStrategyProblems(strategy: unknown, at: string): Problem[] {
  const { depth, excludedIPs, ipv6Subnet } = (strategy ?? {}) as MiddlewareOptions;
  return [
    ...unless(
      depth === undefined || excludedIPs === undefined,
      `${at}.excludedIPs`,
      "are ignored where there is a depth; keep one of the two",
    ),
    ...unless(
      ipv6Subnet === undefined || Number(ipv6Subnet) <= 128,
      `${at}.ipv6Subnet`,
      `${String(ipv6Subnet)} is out of range; use a whole number from 1 to 128`,
    ),
  ];
}

/** Certificates and keys are files of Traefik's pod: what stands in a tag, all can read. */
function clientTlsProblems(tls: MiddlewareOptions | undefined, at: string): Problem[] {
  const { ca, cert, key } = tls ?? {};
  return [
    ...Object.entries({ ca, cert, key }).flatMap(([name, file]) =>
      unless(
        file === undefined || String(file).startsWith("/"),
        `${at}.${name}`,
        "is not the path of a file in Traefik's pod; begin with /",
      ),
    ),
    ...unless((cert === undefined) === (key === undefined), at, "has only one of cert and key; give both or neither"),
  ];
}
