import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ACME_CLAIM, sameStorageClass } from "./acmeClaim";
import { credentialsSecrets, resolverEnvironment } from "./acmeSecrets";
import {
  ACME_CA_PATH,
  ACME_STORAGE_PATH,
  CertificateResolvers,
  resolverArguments,
  resolverProblems,
} from "./certificateResolvers";
import type { TraefikArgs } from "./traefikInputs";
import { DEFAULT_TRAEFIK_NAMESPACE } from "./traefikOptions";
import { sizeProblems } from "../shared/grammars";
import { objectNameProblems, traefikOption } from "../shared/names";
import { whenKnown } from "../shared/later";
import { whenAllKnown } from "../shared/laterValues";
import { Problem } from "../shared/problems";
import {
  certificateProblems,
  NamedTlsOptions,
  TLS_PATH,
  TlsCertificate,
  tlsConfiguration,
  tlsOptionsProblems,
  tlsSecrets,
} from "../routing/tlsOptions";

/** How the ingress speaks TLS to its clients. */
export interface TraefikTlsOptions {
  /**
   * Where certificates come from by ACME: resolvers by the name that a route's `tls.certResolver` has; see docs/tls.md.
   * @setting traefikCertificateResolvers
   * @unset none
   */
  readonly certificateResolvers?: CertificateResolvers;
  /**
   * Size of the volume for what certificate resolvers were given.
   * @setting traefikAcmeStorage
   * @default 128Mi
   */
  readonly acmeStorage?: string;
  /**
   * Storage class of that volume.
   * @setting traefikAcmeStorageClass
   * @unset the cluster's own
   */
  readonly acmeStorageClass?: string;
  /**
   * Certificates of your own. Traefik takes the one that fits the name which a client asks for; see docs/tls.md.
   * @setting traefikCertificates
   * @unset none
   */
  readonly certificates?: readonly TlsCertificate[];
  /**
   * What clients of TLS have to bring, by the name that a route's `tls.options` has; see docs/tls.md.
   * @setting traefikTlsOptions
   * @unset TLS 1.2 or later
   */
  readonly tlsOptions?: NamedTlsOptions;
  /**
   * Whether the entry point `web` answers nothing but redirections to `websecure`, and ACME.
   * @setting traefikRedirectToHttps
   * @default false
   */
  readonly redirectToHttps?: boolean;
  /**
   * Whether `websecure` speaks HTTP/3 too: its port is open for UDP and advertised by Alt-Svc.
   * @setting traefikHttp3
   * @default false
   */
  readonly http3?: boolean;
}

const DYNAMIC_FILE = "dynamic.yml";
/**
 * Where it is in the volume. Kubernetes keeps a volume's files in a hidden folder and links to them at the top; Traefik
 * reads folders, but does not follow links to folders: below one, the file is read once and not twice.
 */
const DYNAMIC_PATH = `config/${DYNAMIC_FILE}`;

/** Traefik's arguments for TLS. `websecurePort`: the port under which clients see `websecure`. */
export function tlsArguments(options: TraefikTlsOptions, websecurePort: number): string[] {
  return [
    // By its number: an entry point's name would lead to the port inside the pod.
    ...(options.redirectToHttps ? [`--entryPoints.web.http.redirections.entryPoint.to=:${websecurePort}`] : []),
    ...(options.http3 ? [`--entryPoints.websecure.http3.advertisedPort=${websecurePort}`] : []),
    ...resolverArguments(options.certificateResolvers ?? {}),
  ];
}

/** What Traefik's pod needs for TLS. */
export interface TlsParts {
  readonly args: string[];
  /** Another value, other pods: so that an `up` ends with what was declared in force. */
  readonly annotations: Record<string, pulumi.Input<string>>;
  readonly env: k8s.types.input.core.v1.EnvVar[];
  readonly envFrom: k8s.types.input.core.v1.EnvFromSource[];
  readonly mounts: k8s.types.input.core.v1.VolumeMount[];
  readonly volumes: k8s.types.input.core.v1.Volume[];
  /** Whether two pods at a time would overwrite each other's certificates. */
  readonly singleton: boolean;
}

/**
 * Makes what TLS asks for: a ConfigMap with options and public certificates, a volume for what ACME gives. Secrets are
 * mounted by their names, so no key passes through Pulumi. `http` is further configuration for the file provider.
 */
export function tlsParts(
  name: string,
  options: TraefikArgs,
  http: pulumi.Input<object | undefined>,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): TlsParts {
  const { certificateResolvers = {}, certificates = [], tlsOptions = {} } = options;
  const { namespace: namespaceName = DEFAULT_TRAEFIK_NAMESPACE } = options;
  const parts: TlsParts = {
    args: [],
    annotations: {},
    env: resolverEnvironment(certificateResolvers),
    envFrom: [],
    mounts: [],
    volumes: [],
    singleton: hasAcme(options),
  };
  const authorities = Object.entries(certificateResolvers).flatMap(([resolver, { caCertificates }]) =>
    caCertificates === undefined ? [] : [[`${resolver}.pem`, caCertificates] as const],
  );
  const tls = certificates.length + Object.keys(tlsOptions).length > 0;
  // JSON is YAML too; on lines of their own, since Traefik takes "{{" for a template.
  const configuration = whenKnown(http, (its) =>
    JSON.stringify({ tls: tls ? tlsConfiguration(certificates, tlsOptions) : undefined, http: its }, undefined, 2),
  );
  const dynamic = tls || http ? [[DYNAMIC_FILE, configuration] as const] : [];
  const data = Object.fromEntries([...dynamic, ...authorities]);

  if (Object.keys(data).length > 0) {
    const { metadata } = new k8s.core.v1.ConfigMap(
      `${name}-tls`,
      { metadata: { name: "traefik-tls", namespace }, data },
      opts,
    );
    parts.annotations["consul-traefik-mesh/tls-sha256"] = whenAllKnown(data, (known) =>
      createHash("sha256").update(JSON.stringify(known)).digest("hex"),
    );
    const keys = (names: readonly string[], folder = "") => names.map((key) => ({ key, path: folder + key }));
    if (dynamic.length > 0) {
      // One volume: a change of any Secret in it is an event in the folder that Traefik watches, and makes it read all.
      const secrets = [...tlsSecrets(certificates, tlsOptions)].map(([secret, names]) => ({
        secret: { name: secret, items: keys(names, `${secret}/`) },
      }));
      const sources = [
        { configMap: { name: metadata.name, items: [{ key: DYNAMIC_FILE, path: DYNAMIC_PATH }] } },
        ...secrets,
      ];
      parts.volumes.push({ name: "tls", projected: { defaultMode: 0o440, sources } });
      parts.mounts.push({ name: "tls", mountPath: TLS_PATH, readOnly: true });
      parts.args.push(`--providers.file.directory=${TLS_PATH}`);
    }
    if (authorities.length > 0) {
      const items = keys(authorities.map(([file]) => file));
      parts.volumes.push({ name: "acme-ca", configMap: { name: metadata.name, items } });
      parts.mounts.push({ name: "acme-ca", mountPath: ACME_CA_PATH, readOnly: true });
    }
  }

  if (hasAcme(options)) {
    const { metadata } = new k8s.core.v1.PersistentVolumeClaim(
      `${name}-acme`,
      {
        // Its volume may be made for the pod only, which waits for the claim.
        metadata: { name: ACME_CLAIM, namespace, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          accessModes: ["ReadWriteOnce"],
          // Without one, Pulumi leaves it out.
          storageClassName: sameStorageClass(
            options.acmeStorageClass,
            namespaceName,
            opts.parent,
          ) as pulumi.Output<string>,
          resources: { requests: { storage: options.acmeStorage ?? "128Mi" } },
        },
      },
      opts,
    );
    parts.volumes.push({ name: "acme", persistentVolumeClaim: { claimName: metadata.name } });
    parts.mounts.push({ name: "acme", mountPath: ACME_STORAGE_PATH });
    parts.envFrom.push(...credentialsSecrets(certificateResolvers).map((secret) => ({ secretRef: { name: secret } })));
  }
  return parts;
}

/** What is wrong with TLS; `prefix` is put before each path. */
export function tlsProblems(options: TraefikTlsOptions, replicas: number, prefix: string): Problem[] {
  const resolvers = options.certificateResolvers ?? {};
  const tlsChallenge = Object.values(resolvers).some((resolver) => resolver.tlsChallenge !== undefined);
  return [
    ...resolverProblems(resolvers, `${prefix}certificateResolvers`),
    ...sizeProblems(`${prefix}acmeStorage`, options.acmeStorage ?? "128Mi", "128Mi"),
    ...objectNameProblems(`${prefix}acmeStorageClass`, options.acmeStorageClass, "a storage class"),
    ...certificateProblems(options.certificates ?? [], `${prefix}certificates`),
    ...tlsOptionsProblems(options.tlsOptions ?? {}, tlsChallenge, `${prefix}tlsOptions`),
    ...(hasAcme(options) && replicas > 1
      ? [
          {
            propertyPath: `${prefix}replicas`,
            reason: `${replicas} pods cannot share what ${traefikOption("certificateResolvers")} keep on one volume; use 1, or certificates from Secrets, as cert-manager writes them`,
          },
        ]
      : []),
  ];
}

export function hasAcme({ certificateResolvers = {} }: Pick<TraefikArgs, "certificateResolvers">): boolean {
  return Object.keys(certificateResolvers).length > 0;
}
