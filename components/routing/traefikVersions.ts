import * as semver from "semver";
import { Problem } from "../shared/problems";

/** What Traefik's arguments are where nobody says which Traefik it is. */
export const DEFAULT_TRAEFIK_IMAGE = "traefik:v3.7.15";

/**
 * Options of tags, without the names of routers, middlewares and services, that Traefik 3.0.0 did not have yet. Source: the
 * structs of `pkg/config/dynamic` at each of Traefik's tags from 3.0.0 to 3.7.9.
 */
export const TAGS: Record<string, string> = {
  "http.middlewares.compress.defaultencoding": "3.0.2",
  "http.middlewares.compress.encodings": "3.2.0",
  "http.middlewares.encodedcharacters": "3.7.0",
  "http.middlewares.errors.errorrequestheaders": "3.6.15",
  "http.middlewares.errors.statusrewrites": "3.4.0",
  "http.middlewares.forwardauth.authsigninurl": "3.7.0",
  "http.middlewares.forwardauth.forwardbody": "3.3.0",
  "http.middlewares.forwardauth.headerfield": "3.2.0",
  "http.middlewares.forwardauth.maxbodysize": "3.3.0",
  "http.middlewares.forwardauth.maxresponsebodysize": "3.6.9",
  "http.middlewares.forwardauth.preservelocationheader": "3.3.0",
  "http.middlewares.forwardauth.preserverequestmethod": "3.4.0",
  "http.middlewares.headers.contentsecuritypolicyreportonly": "3.1.0",
  "http.middlewares.inflightreq.sourcecriterion.ipstrategy.ipv6subnet": "3.2.0",
  "http.middlewares.ipallowlist.ipstrategy.ipv6subnet": "3.2.0",
  "http.middlewares.ratelimit.redis": "3.4.0",
  "http.middlewares.ratelimit.sourcecriterion.ipstrategy.ipv6subnet": "3.2.0",
  "http.middlewares.retry.disableretryonnetworkerror": "3.7.0",
  "http.middlewares.retry.maxrequestbodybytes": "3.7.0",
  "http.middlewares.retry.retrynonidempotentmethod": "3.7.0",
  "http.middlewares.retry.status": "3.7.0",
  "http.middlewares.retry.timeout": "3.7.0",
  "http.services.loadbalancer.healthcheck.unhealthyinterval": "3.5.0",
  "http.services.loadbalancer.passivehealthcheck": "3.6.0",
  "http.services.loadbalancer.sticky.cookie.domain": "3.4.0",
  "http.services.loadbalancer.sticky.cookie.path": "3.3.0",
  "http.services.loadbalancer.strategy": "3.4.0",
  "http.services.loadbalancer.strategy=hrw": "3.6.0",
  "http.services.loadbalancer.strategy=leasttime": "3.6.0",
};

/** The same of arguments, in small letters. Source: `pkg/provider` at each of the tags. */
const ARGUMENTS: readonly (readonly [part: string, input: string, since: string])[] = [
  [".acme.cacertificates=", "caCertificates", "3.2.0"],
  [".acme.dnschallenge.propagation.", "dnsChallenge.propagation", "3.3.0"],
  [".acme.httpchallenge.delay=", "httpChallenge.delay, which 0 leaves out", "3.5.0"],
  [".acme.profile=", "profile", "3.4.0"],
  [".acme.tlschallenge.delay=", "tlsChallenge.delay, which 0 leaves out", "3.6.0"],
  ["--providers.kubernetescrd.disableclusterscoperesources=", "kubernetesCrd", "3.1.2"],
];

/** A name with a wildcard in a rule is one of any name from this version on, and a name like others before. */
const FIRST_WITH_WILDCARDS = "3.7.0";

/**
 * The version that the tag of an image says, of Traefik's own repository or a copy of it; `undefined` where it says none. A
 * part that is left out is the newest there is.
 */
export function traefikVersion(image: string): semver.SemVer | undefined {
  const [, major, minor = "999", patch = "999"] =
    /(?:^|\/)traefik:v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-@].*)?$/.exec(image) ?? [];
  return major === undefined ? undefined : (semver.parse(`${major}.${minor}.${patch}`) ?? undefined);
}

/** What of an ingress's image and arguments do not go together. */
export function traefikVersionProblems(image: string, args: readonly string[], prefix: string): Problem[] {
  const version = traefikVersion(image);
  const problem = (reason: string) => [{ propertyPath: `${prefix}image`, reason: `"${image}" is ${reason}` }];
  if (version === undefined) {
    return [];
  }
  if (version.major < 3) {
    return problem("Traefik before v3, which knows neither the arguments nor the rules; use v3, from v3.6.8 on");
  }
  if (version.major > 3) {
    return problem("a Traefik that is not known to take the arguments and tags; use one of v3");
  }
  return ARGUMENTS.flatMap(([part, input, since]) =>
    semver.lt(version, since) && args.some((arg) => arg.toLowerCase().includes(part))
      ? problem(`too old for ${input}: it would not start; use ${since} or later`)
      : [],
  );
}

/** What of a service's tags the ingress's Traefik does not know, for which it drops all of them. */
export function tagVersionProblems(image = DEFAULT_TRAEFIK_IMAGE, tags: readonly string[], prefix: string): Problem[] {
  const version = traefikVersion(image);
  if (version === undefined || version.major !== 3) {
    return [];
  }
  return tags.flatMap((tag) => {
    const [, kind, of, rest, value] = /^traefik\.(\w+)\.(\w+)\.[^.=]+\.([^=]+)=(.*)$/.exec(tag) ?? [];
    const option = `${kind}.${of}.${rest}`.toLowerCase();
    const wildcard = rest === "rule" && /host(sni)?\([`"]\*\./i.test(value) ? FIRST_WITH_WILDCARDS : "3.0.0";
    const since = Object.entries(TAGS)
      .filter(([known]) => option === known || option.startsWith(`${known}.`) || `${option}=${value}` === known)
      .map(([, first]) => first)
      .concat(wildcard)
      .sort(semver.rcompare)[0];
    const input = of === "services" ? "loadBalancing" : kind === "tcp" ? "tcpRoutes" : "routes";
    const what = rest === "rule" ? "a wildcard in a rule" : rest;
    return semver.lt(version, since)
      ? [
          {
            propertyPath: prefix + input,
            reason: `${what} is not known to the ingress's Traefik, ${image}; use ${since} or later for it, or leave it out`,
          },
        ]
      : [];
  });
}
