import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretKeyRef } from "../chart/consulValues";
import { owned } from "../interrupted/hooks";
import { dataKeyProblems, isHostName, objectNameProblems, portProblems } from "../shared/names";
import { PodSecurityLevel, podSecurityLabels } from "../shared/podSecurity";
import { Problem } from "../shared/problems";

/** A CA of one's own, in Secrets of Consul's namespace; each key holds PEM. */
export interface OwnCa {
  /** Certificates that verify the servers; the first is the one that signs. Pulumi reads this Secret, so it holds no key. */
  readonly certificate: SecretKeyRef;
  /** The first certificate's key, EC or RSA, with which the servers' certificate is made. None for external servers. */
  readonly key?: SecretKeyRef;
}

/** Consul servers that somebody else runs; the mesh in the cluster uses them and installs none. */
export interface ExternalServers {
  /** Names or addresses of the servers, without a port. Their certificate has the first one: Traefik asks it by that name. */
  readonly hosts: readonly string[];
  /**
   * Port of their HTTPS API.
   * @unset the chart's own, 8501
   */
  readonly httpsPort?: number;
  /**
   * Port of their gRPC with TLS.
   * @unset the chart's own, 8502
   */
  readonly grpcPort?: number;
  /** With ACLs: the URL by which the servers reach this cluster's Kubernetes API, where they verify logins. */
  readonly kubernetesApi?: string;
}

/** What of a mesh can exist already. */
export interface OwnThings {
  /**
   * Whether Consul's namespace is created and owned; otherwise it has to exist. Decide before the first `up`.
   * @setting consulCreateNamespace
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * A CA of your own for the servers' TLS, in Secrets; see docs/bring-your-own.md.
   * @setting consulCa
   * @unset the chart makes one
   */
  readonly ca?: OwnCa;
  /**
   * The gossip key, 32 bytes in base64.
   * @setting consulGossipKeySecret
   * @unset generated
   */
  readonly gossipKeySecret?: SecretKeyRef;
  /**
   * A management token of Consul, a UUID. With external servers: one that they know.
   * @setting consulBootstrapTokenSecret
   * @unset generated
   */
  readonly bootstrapTokenSecret?: SecretKeyRef;
  /**
   * Consul servers elsewhere; see docs/bring-your-own.md.
   * @setting consulExternalServers
   * @unset the chart installs servers
   */
  readonly externalServers?: ExternalServers;
}

export const DEFAULT_EXTERNAL_PORTS = { httpsPort: 8501, grpcPort: 8502 } as const;

/**
 * A namespace: made, labelled for a level of Pod Security and as the stack's, and refused where it is somebody else's; or read, which
 * fails a preview where it does not exist.
 */
export function ensureNamespace(
  resourceName: string,
  namespace: { readonly name: string; readonly create?: boolean; readonly podSecurity: PodSecurityLevel },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Namespace {
  const { name } = namespace;
  return (namespace.create ?? true)
    ? new k8s.core.v1.Namespace(
        resourceName,
        { metadata: { name, labels: podSecurityLabels(namespace.podSecurity) } },
        owned(resourceName, opts),
      )
    : k8s.core.v1.Namespace.get(resourceName, name, {
        parent: opts.parent,
        transformations: [withInputs("Namespace", { name })],
      });
}

/**
 * Gives a read by `get` the inputs that a refresh would find, which `get` itself leaves out: without them every refresh
 * after an `up` reports the read object as updated.
 */
export function withInputs(
  kind: string,
  metadata: { readonly name: string; readonly namespace?: pulumi.Input<string> },
  apiVersion = "v1",
): pulumi.ResourceTransformation {
  return ({ props, opts }) => ({ props: { ...props, apiVersion, kind, metadata }, opts });
}

/** What is wrong with what is said to exist; `prefix` is put before each path. */
export function ownThingsProblems(
  args: OwnThings & { readonly acls?: boolean; readonly gossipEncryption?: boolean },
  prefix = "",
): Problem[] {
  const { ca, gossipKeySecret, bootstrapTokenSecret, externalServers: external } = args;
  const problems: Problem[] = [];
  const problem = (input: string, reason: string) => problems.push({ propertyPath: prefix + input, reason });

  const refs: [string, SecretKeyRef | undefined][] = [
    ["ca.certificate", ca?.certificate],
    ["ca.key", ca?.key],
    ["gossipKeySecret", gossipKeySecret],
    ["bootstrapTokenSecret", bootstrapTokenSecret],
  ];
  for (const [input, ref] of refs) {
    if (ref === undefined) {
      continue;
    }
    problems.push(
      ...objectNameProblems(`${prefix}${input}.secretName`, ref.secretName, "a Secret"),
      ...dataKeyProblems(`${prefix}${input}.secretKey`, ref.secretKey),
    );
    if (args.createNamespace ?? true) {
      problem(
        input,
        "is a Secret in a namespace that does not exist yet; make the namespace first, and set createNamespace to false",
      );
    }
  }
  if (ca?.key !== undefined && ca.key.secretName === ca.certificate.secretName) {
    problem(
      "ca.key.secretName",
      `"${ca.key.secretName}" is the certificate's too, and Pulumi keeps what it reads in its state; put the key into a Secret of its own`,
    );
  }
  if (gossipKeySecret !== undefined && !args.gossipEncryption) {
    problem("gossipKeySecret", "is not used while gossipEncryption is false; set that to true or leave this out");
  }
  if (bootstrapTokenSecret !== undefined && !args.acls) {
    problem("bootstrapTokenSecret", "is not used while acls is false; set that to true or leave this out");
  }
  if (external === undefined) {
    if (ca !== undefined && ca.key === undefined) {
      problem("ca.key", "is missing: the servers' certificate is made with it");
    }
    return problems;
  }

  if (external.hosts.length === 0) {
    problem("externalServers.hosts", "is empty; name at least one server");
  }
  external.hosts.forEach((host, i) => {
    if (!isHostName(host)) {
      problem(`externalServers.hosts[${i}]`, `"${host}" is not a host name; use one such as consul.example.com`);
    }
  });
  const { httpsPort, grpcPort } = { ...DEFAULT_EXTERNAL_PORTS, ...external };
  problems.push(
    ...portProblems(`${prefix}externalServers.httpsPort`, httpsPort),
    ...portProblems(`${prefix}externalServers.grpcPort`, grpcPort),
  );
  if (ca === undefined) {
    problem("ca", "is missing: the external servers' certificate is verified with it; give ca.certificate");
  }
  if (ca?.key !== undefined) {
    problem("ca.key", "has no use here: the external servers' certificate is theirs to make; leave it out");
  }
  if (args.gossipEncryption) {
    problem("gossipEncryption", "is between servers, and these are external; set it to false");
  }
  if (args.acls && bootstrapTokenSecret === undefined) {
    problem("bootstrapTokenSecret", "is missing: the external servers' ACLs are set up with a token that they know");
  }
  if (args.acls && external.kubernetesApi === undefined) {
    problem(
      "externalServers.kubernetesApi",
      "is missing: with ACLs the servers ask this cluster who logs in; use a URL such as https://10.0.0.1:6443",
    );
  }
  if (external.kubernetesApi !== undefined && !/^https:\/\/[^/\s]+$/.test(external.kubernetesApi)) {
    problem(
      "externalServers.kubernetesApi",
      `"${external.kubernetesApi}" is not the URL of an API server; use one such as https://10.0.0.1:6443`,
    );
  }
  return problems;
}
