import { isDnsLabel, objectNameProblems } from "../shared/names";
import { Problem } from "../shared/problems";

/** Where the file provider reads TLS options from; certificates are in folders below it. */
export const TLS_PATH = "/etc/traefik/tls";

const TLS_VERSIONS = ["1.2", "1.3"] as const;
const CLIENT_AUTH_TYPES = ["RequireAndVerifyClientCert", "VerifyClientCertIfGiven"] as const;

/** Your own certificate, from a Secret in Traefik's namespace. When the Secret changes, Traefik takes it up by itself. */
export interface TlsCertificate {
  /** A Secret with `tls.crt` and `tls.key` (type `kubernetes.io/tls`): what cert-manager writes, for one. */
  readonly secretName: string;
  /**
   * Whether it is also for names that no certificate has, instead of one that Traefik signs itself.
   * @default false
   */
  readonly default?: boolean;
}

/** What clients have to bring. The options called `default` are for every route that names none. */
export interface TlsOptions {
  /**
   * Oldest version of TLS that is spoken.
   * @default "1.2"
   */
  readonly minVersion?: (typeof TLS_VERSIONS)[number];
  /**
   * Whether a name that no certificate has is refused instead of answered with the default certificate.
   * @unset Traefik's own, `false`
   */
  readonly sniStrict?: boolean;
  /**
   * Clients prove who they are by a certificate (mutual TLS).
   * @unset they need none
   */
  readonly clientAuth?: {
    /** A Secret in Traefik's namespace whose `ca.crt` signs the certificates of clients. */
    readonly caSecretName: string;
    /**
     * What a client without a certificate gets: a refusal, or what it asked for.
     * @default RequireAndVerifyClientCert
     */
    readonly type?: (typeof CLIENT_AUTH_TYPES)[number];
  };
}

export type NamedTlsOptions = Readonly<Record<string, TlsOptions>>;

/** Traefik's dynamic configuration of certificates and options, for its file provider: Consul's catalog cannot carry it. */
export function tlsConfiguration(certificates: readonly TlsCertificate[], options: NamedTlsOptions): object {
  const files = (secret: string) => ({
    certFile: `${TLS_PATH}/${secret}/tls.crt`,
    keyFile: `${TLS_PATH}/${secret}/tls.key`,
  });
  const fallback = certificates.find((certificate) => certificate.default === true);
  return {
    certificates: certificates.map(({ secretName }) => files(secretName)),
    ...(fallback && { stores: { default: { defaultCertificate: files(fallback.secretName) } } }),
    options: Object.fromEntries(
      Object.entries(options).map(([name, { minVersion = "1.2", clientAuth, ...others }]) => [
        name,
        {
          minVersion: `VersionTLS${minVersion.replace(".", "")}`,
          ...others,
          ...(clientAuth && {
            clientAuth: {
              caFiles: [`${TLS_PATH}/${clientAuth.caSecretName}/ca.crt`],
              clientAuthType: clientAuth.type ?? CLIENT_AUTH_TYPES[0],
            },
          }),
        },
      ]),
    ),
  };
}

/** The files of Secrets that the configuration names, each once: keys by Secret. */
export function tlsSecrets(certificates: readonly TlsCertificate[], options: NamedTlsOptions): Map<string, string[]> {
  const keys = new Map<string, Set<string>>();
  const add = (secret: string, ...names: string[]) =>
    keys.set(secret, new Set([...(keys.get(secret) ?? []), ...names]));
  certificates.forEach(({ secretName }) => add(secretName, "tls.crt", "tls.key"));
  Object.values(options).forEach(({ clientAuth }) => clientAuth && add(clientAuth.caSecretName, "ca.crt"));
  return new Map([...keys].map(([secret, names]) => [secret, [...names]]));
}

/** What is wrong with certificates; `path` is theirs. */
export function certificateProblems(certificates: readonly TlsCertificate[], path: string): Problem[] {
  const problems: Problem[] = [];
  certificates.forEach(({ secretName, default: fallback }, i) => {
    problems.push(...objectNameProblems(`${path}[${i}].secretName`, secretName, "a Secret"));
    if (certificates.findIndex((other) => other.secretName === secretName) !== i) {
      problems.push({
        propertyPath: `${path}[${i}].secretName`,
        reason: `"${secretName}" is listed twice; name it once`,
      });
    }
    if (fallback === true && certificates.findIndex((other) => other.default === true) !== i) {
      problems.push({
        propertyPath: `${path}[${i}].default`,
        reason: "is set for another certificate too; there can be only one default",
      });
    }
  });
  return problems;
}

/** What is wrong with TLS options; `path` is theirs. `tlsChallenge`: whether a resolver uses it. */
export function tlsOptionsProblems(options: NamedTlsOptions, tlsChallenge: boolean, path: string): Problem[] {
  const problems: Problem[] = [];
  for (const [name, { minVersion, clientAuth }] of Object.entries(options)) {
    const problem = (input: string, reason: string) =>
      problems.push({ propertyPath: `${path}.${name}${input}`, reason });
    if (!isDnsLabel(name)) {
      problem("", `"${name}" is not a valid name for TLS options; use a-z, 0-9 and "-"`);
    }
    if (minVersion !== undefined && !TLS_VERSIONS.includes(minVersion)) {
      problem(".minVersion", `"${minVersion}" is not a version that is safe to use; use ${TLS_VERSIONS.join(" or ")}`);
    }
    if (clientAuth !== undefined) {
      problems.push(
        ...objectNameProblems(`${path}.${name}.clientAuth.caSecretName`, clientAuth.caSecretName, "a Secret"),
      );
      if (clientAuth.type !== undefined && !CLIENT_AUTH_TYPES.includes(clientAuth.type)) {
        problem(
          ".clientAuth.type",
          `"${clientAuth.type}" checks no certificate; use ${CLIENT_AUTH_TYPES.join(" or ")}`,
        );
      }
      // Traefik answers the challenge with the default options, and the authority brings no certificate.
      if (name === "default" && tlsChallenge && clientAuth.type !== "VerifyClientCertIfGiven") {
        problem(
          ".clientAuth",
          "would be asked of a tlsChallenge's authority too; use options of another name, and name those in the routes, or use another challenge",
        );
      }
    }
  }
  return problems;
}
