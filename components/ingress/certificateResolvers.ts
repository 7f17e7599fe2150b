import * as net from "node:net";
import { hmacVariable } from "./acmeSecrets";
import { isCertificatePem } from "../shared/grammars";
import { isHostName, objectNameProblems, rangeProblems } from "../shared/names";
import { Problem } from "../shared/problems";

/** Kinds of key that Traefik makes for a certificate. */
const KEY_TYPES = ["EC256", "EC384", "RSA2048", "RSA4096", "RSA8192"] as const;

/** Where Traefik's certificates from ACME are kept, in its pod: on the volume, mode 0600. */
export const ACME_STORAGE_PATH = "/acme";

/** Where the certificate authorities of ACME servers are mounted, one file a resolver. */
export const ACME_CA_PATH = "/certs/acme-ca";

/**
 * Where Traefik gets certificates by ACME (RFC 8555). Exactly one challenge has to be given: it is how the certificate
 * authority checks that a host is yours. Certificates and accounts are on a volume and survive a restart; one that
 * is valid for 90 days is renewed 30 days before its end.
 */
export interface CertificateResolver {
  /** Address of the account, where the authority warns of what expires. */
  readonly email: string;
  /**
   * URL of the authority's directory, `https://…`.
   * @unset Let's Encrypt's
   */
  readonly caServer?: string;
  /**
   * PEM certificates that `caServer` itself is verified with, for a private authority.
   * @unset the image's own
   */
  readonly caCertificates?: string;
  /**
   * Kind of the certificates' keys.
   * @unset Traefik's own, `RSA4096`
   */
  readonly keyType?: (typeof KEY_TYPES)[number];
  /**
   * Name of a certificate profile of the authority's, as Let's Encrypt's `shortlived`.
   * @unset the authority's own
   */
  readonly profile?: string;
  /**
   * How long the authority's certificates are valid, in hours: when to renew follows from it.
   * @unset 2160, 90 days
   */
  readonly certificatesDuration?: number;
  /**
   * Binds the account to one that you have with the authority, where it asks for that, as ZeroSSL, Google and Sectigo do. It is
   * read when Traefik makes its account: one that is on the volume already stays as it is.
   * @unset no binding
   */
  readonly eab?: ExternalAccountBinding;
  /** TLS-ALPN-01: the authority connects to each host on port 443, and has to arrive at `websecure`. */
  readonly tlsChallenge?: ConnectChallenge;
  /** HTTP-01: the authority connects to each host on port 80, and has to arrive at `web`. Also with `redirectToHttps`. */
  readonly httpChallenge?: ConnectChallenge;
  /** DNS-01: the authority asks for a TXT record. The only one for wildcards, and for hosts that it cannot reach. */
  readonly dnsChallenge?: DnsChallenge;
}

/** External account binding (RFC 8555, 7.3.4): both halves come from the authority. */
export interface ExternalAccountBinding {
  /** Identifier of the key. */
  readonly kid: string;
  /** A Secret in Traefik's namespace, whose key `hmacEncoded` is the HMAC key as the authority gives it, in base64url. */
  readonly hmacSecret: string;
}

/** How the authority connects to Traefik. */
export interface ConnectChallenge {
  /**
   * How long Traefik has the authority wait before it connects, in seconds: an order starts with the pod, which not every node
   * leads to yet, and one that failed is not repeated. 0 for a Traefik that has no delay: older than 3.5 with `httpChallenge`,
   * than 3.6 with `tlsChallenge`.
   * @default 5
   */
  readonly delay?: number;
}

/** The default of {@link ConnectChallenge.delay}. */
const DEFAULT_DELAY = 5;

/** How Traefik writes a TXT record: by one of the providers of the library lego. */
export interface DnsChallenge {
  /** lego's name of the provider, as `route53`, `cloudflare`, `rfc2136` or `httpreq`. */
  readonly provider: string;
  /**
   * A Secret in Traefik's namespace: each key is an environment variable that lego documents for the provider, such as
   * `CF_DNS_API_TOKEN`.
   * @unset none, for a provider that asks its cloud who the pod is
   */
  readonly credentialsSecret?: string;
  /**
   * DNS servers that are asked for the zone and the record, each `host:port`.
   * @unset the pod's own
   */
  readonly resolvers?: readonly string[];
  /**
   * How Traefik makes sure that the record is there before the authority is to look.
   * @unset by the zone's own servers
   */
  readonly propagation?: DnsPropagation;
}

/** Traefik's own look for the TXT record. Names and meanings are Traefik's: `dnsChallenge.propagation`. */
export interface DnsPropagation {
  /**
   * No look at all, but the delay.
   * @unset Traefik's own, `false`
   */
  readonly disableChecks?: boolean;
  /**
   * No look at the zone's own servers, for those that Traefik cannot reach.
   * @unset Traefik's own, `false`
   */
  readonly disableANSChecks?: boolean;
  /**
   * A look at each of `resolvers` as well.
   * @unset Traefik's own, `false`
   */
  readonly requireAllRNS?: boolean;
  /**
   * Seconds before the first look, 0 to 3600.
   * @unset Traefik's own, 0
   */
  readonly delayBeforeChecks?: number;
}

export type CertificateResolvers = Readonly<Record<string, CertificateResolver>>;

const SECRET = "a Secret in Traefik's namespace";
const CHALLENGES = ["tlsChallenge", "httpChallenge", "dnsChallenge"] as const;

/** Traefik's static configuration of resolvers, as command-line arguments. */
export function resolverArguments(resolvers: CertificateResolvers): string[] {
  return Object.entries(resolvers).flatMap(([name, resolver]) => {
    const dns = resolver.dnsChallenge;
    const options = {
      email: resolver.email,
      storage: `${ACME_STORAGE_PATH}/acme.json`,
      caServer: resolver.caServer,
      caCertificates: resolver.caCertificates && `${ACME_CA_PATH}/${name}.pem`,
      keyType: resolver.keyType,
      profile: resolver.profile,
      certificatesDuration: resolver.certificatesDuration,
      "eab.kid": resolver.eab?.kid,
      // Traefik takes the key as an argument alone; Kubernetes puts it in, in the pod.
      "eab.hmacEncoded": resolver.eab && `$(${hmacVariable(name)})`,
      tlsChallenge: resolver.tlsChallenge && true,
      "tlsChallenge.delay": delayOf(resolver.tlsChallenge),
      "httpChallenge.entryPoint": resolver.httpChallenge && "web",
      "httpChallenge.delay": delayOf(resolver.httpChallenge),
      "dnsChallenge.provider": dns?.provider,
      "dnsChallenge.resolvers": dns?.resolvers?.join(","),
      ...Object.fromEntries(
        Object.entries(dns?.propagation ?? {}).map(([key, value]) => [`dnsChallenge.propagation.${key}`, value]),
      ),
    };
    return Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `--certificatesResolvers.${name}.acme.${key}=${value}`);
  });
}

function delayOf(challenge: ConnectChallenge | undefined): string | undefined {
  const { delay = DEFAULT_DELAY } = challenge ?? { delay: 0 };
  return delay > 0 ? `${delay}s` : undefined;
}

/** What is wrong with resolvers; `prefix` is put before each path. */
export function resolverProblems(resolvers: CertificateResolvers, prefix: string): Problem[] {
  return [
    ...Object.entries(resolvers).flatMap(([name, resolver]) =>
      oneResolverProblems(name, resolver, `${prefix}.${name}`),
    ),
    ...sharedProblems(resolvers, prefix),
  ];
}

function oneResolverProblems(name: string, resolver: CertificateResolver, path: string): Problem[] {
  const problems: Problem[] = [];
  const problem = (input: string, reason: string) => problems.push({ propertyPath: path + input, reason });
  // Traefik's arguments know no capitals in names, but a route names its resolver exactly.
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    problem("", `"${name}" is not a valid name for a resolver; use a-z, 0-9 and "-"`);
  }
  const [, domain = ""] = /^[^\s@<>",;:]+@([^\s@]+)$/.exec(resolver.email) ?? [];
  if (!isHostName(domain.toLowerCase())) {
    problem(".email", `"${resolver.email}" is not an email address; use one that is read`);
  }
  if (resolver.caServer !== undefined && !/^https:\/\/[^\s/]+(\/\S*)?$/.test(resolver.caServer)) {
    problem(".caServer", `"${resolver.caServer}" is not an https URL; use the one of the authority's directory`);
  }
  if (resolver.caCertificates !== undefined && !isCertificatePem(resolver.caCertificates)) {
    problem(".caCertificates", "is not a PEM certificate; use the text of the file, from -----BEGIN CERTIFICATE-----");
  }
  if (resolver.keyType !== undefined && !KEY_TYPES.includes(resolver.keyType)) {
    problem(".keyType", `"${resolver.keyType}" is not a kind of key; use one of ${KEY_TYPES.join(", ")}`);
  }
  if (resolver.certificatesDuration !== undefined) {
    problems.push(...rangeProblems(`${path}.certificatesDuration`, resolver.certificatesDuration, 1, 24 * 3650));
  }
  if (resolver.eab !== undefined && !/^[!-#%-~]{1,256}$/.test(resolver.eab.kid)) {
    problem(".eab.kid", `"${resolver.eab.kid}" is not a key identifier; use the one that the authority gave you`);
  }
  problems.push(...objectNameProblems(`${path}.eab.hmacSecret`, resolver.eab?.hmacSecret, SECRET));
  const challenges = CHALLENGES.filter((challenge) => resolver[challenge] !== undefined);
  if (challenges.length !== 1) {
    const has = challenges.length === 0 ? "has no challenge" : `has ${challenges.join(" and ")}`;
    problem("", `${has}; give exactly one of ${CHALLENGES.join(", ")}`);
  }
  for (const challenge of ["tlsChallenge", "httpChallenge"] as const) {
    const { delay } = resolver[challenge] ?? {};
    if (delay !== undefined) {
      problems.push(...rangeProblems(`${path}.${challenge}.delay`, delay, 0, 600));
    }
  }
  const { resolvers = [], credentialsSecret, propagation = {} } = resolver.dnsChallenge ?? {};
  resolvers.forEach((server, i) => {
    const [, ipv6, host = "", port] = /^(?:\[(.+)\]|(.+)):(\d+)$/.exec(server) ?? [];
    const isThere = ipv6 === undefined ? isHostName(host.toLowerCase()) : net.isIPv6(ipv6);
    if (!isThere || Number(port) < 1 || Number(port) > 65535) {
      problem(
        `.dnsChallenge.resolvers[${i}]`,
        `"${server}" is not host:port; use one such as 192.0.2.53:53 or [2001:db8::53]:53`,
      );
    }
  });
  problems.push(...objectNameProblems(`${path}.dnsChallenge.credentialsSecret`, credentialsSecret, SECRET));
  const { disableChecks, disableANSChecks, requireAllRNS, delayBeforeChecks = 0 } = propagation;
  problems.push(...rangeProblems(`${path}.dnsChallenge.propagation.delayBeforeChecks`, delayBeforeChecks, 0, 3600));
  if (disableChecks && (disableANSChecks || requireAllRNS)) {
    problem(".dnsChallenge.propagation.disableChecks", "leaves no checks to configure; leave it or the others out");
  }
  return problems;
}

/** Credentials and DNS servers are Traefik's, not a resolver's: where two resolvers differ in them, one is ignored. */
function sharedProblems(resolvers: CertificateResolvers, prefix: string): Problem[] {
  const dns = Object.entries(resolvers).flatMap(([name, { dnsChallenge }]) =>
    dnsChallenge === undefined ? [] : [{ name, ...dnsChallenge }],
  );
  return dns.flatMap((one, i) => {
    const sameProvider = dns.slice(0, i).find((other) => other.provider === one.provider);
    const first = dns[0];
    const path = `${prefix}.${one.name}.dnsChallenge`;
    return [
      ...(sameProvider !== undefined && sameProvider.credentialsSecret !== one.credentialsSecret
        ? [
            {
              propertyPath: `${path}.credentialsSecret`,
              reason: `is not that of ${sameProvider.name}, but Traefik has only one account with ${one.provider}; use the same Secret`,
            },
          ]
        : []),
      ...((one.resolvers ?? []).join() !== (first.resolvers ?? []).join()
        ? [
            {
              propertyPath: `${path}.resolvers`,
              reason: `are not those of ${first.name}, but Traefik has only one list for all; give both the same`,
            },
          ]
        : []),
    ];
  });
}
