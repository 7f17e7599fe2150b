import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { OwnThings } from "./bringYourOwn";
import type { Placement } from "./placement";
import type { SecretKeyRef } from "../chart/consulValues";
import { podSpecPart } from "../pods/podTemplate";
import { CONSULS_POD, HARDENED } from "../shared/podSecurity";
import { Problem } from "../shared/problems";
import { script } from "../shared/script";
import { sha256 } from "../shared/sha256";

/** What can be renewed. Each is a word of one's own, such as a date: another word, and the next `up` renews it. */
export interface Rotations {
  /** The gossip key: a new one is generated, and every server told to use it and to forget the others. */
  readonly gossipKey?: string;
  /**
   * The management token: a new one is generated, Consul told of it, and only then is it in its Secret; the servers restart with
   * it one by one, and the one before it is revoked.
   */
  readonly bootstrapToken?: string;
  /** The root that the services' certificates go back to; the new one is signed by the old one for as long as it takes. */
  readonly connectCa?: string;
  /**
   * Consul's CA, after its Secrets have changed (see docs/rotation.md): makes the servers' certificate anew, and restarts
   * what has read the CA: servers, injector, catalog sync and services. Traefik restarts by itself.
   */
  readonly ca?: string;
}

/** What the jobs of a rotation need of the mesh. */
export interface RotationJobArgs {
  readonly namespace: pulumi.Output<string>;
  readonly apiAddress: string;
  /** Where the CA certificate of the servers is. */
  readonly ca: SecretKeyRef;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly imagePullSecrets?: readonly string[];
  /** Where the servers may run, and these beside them. */
  readonly placement?: Placement;
  /** Undefined where ACLs are off. */
  readonly bootstrapToken?: SecretKeyRef;
  readonly gossipKey?: SecretKeyRef;
  /**
   * SHA-256 of the key that is expected there, hexadecimal.
   * @unset any key is taken
   */
  readonly gossipKeySha256?: pulumi.Input<string>;
  /** Where a token is that is not in `bootstrapToken` yet, and the SHA-256 of it. */
  readonly nextToken?: { readonly ref: SecretKeyRef; readonly sha256: pulumi.Input<string> };
}

/** What each Job runs, in `sh` with `consul` and `curl`. */
export const ROTATION_SCRIPTS = {
  "gossip-key": script("mesh/gossip-key"),
  "next-token": script("mesh/next-token"),
  "bootstrap-token": script("mesh/bootstrap-token"),
  "connect-ca": script("mesh/connect-ca"),
} as const;

/** The Job of a word. */
export function rotationJobName(what: keyof typeof ROTATION_SCRIPTS, word: string): string {
  return `consul-rotate-${what}-${sha256(word).slice(0, 8)}`;
}

/**
 * A Job for a word: it runs once in the life of the word, and another word is another Job. It is done when the rotation
 * is, and fails the `up` where that fails.
 */
export function rotationJob(
  name: string,
  what: keyof typeof ROTATION_SCRIPTS,
  word: string | undefined,
  args: RotationJobArgs,
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
): k8s.batch.v1.Job[] {
  const { bootstrapToken, nextToken, ca } = args;
  // The other Jobs have no use for the key.
  const { gossipKey, gossipKeySha256 } = what === "gossip-key" ? args : {};
  if (word === undefined) {
    return [];
  }
  // What the next token is told with may not be there yet.
  const optional = nextToken !== undefined;
  const fromSecret = (variable: string, ref: SecretKeyRef | undefined) =>
    ref
      ? [{ name: variable, valueFrom: { secretKeyRef: { name: ref.secretName, key: ref.secretKey, optional } } }]
      : [];
  const job = rotationJobName(what, word);
  return [
    new k8s.batch.v1.Job(
      `${name}-${job.replace("consul-", "")}`,
      {
        metadata: { name: job, namespace: args.namespace },
        spec: {
          backoffLimit: 3,
          activeDeadlineSeconds: 600,
          template: {
            metadata: {
              // As the chart labels its own jobs: NetworkPolicies let these in.
              labels: { app: "consul", component: `rotate-${what}` },
              annotations: { "consul.hashicorp.com/connect-inject": "false" },
            },
            spec: {
              restartPolicy: "Never",
              automountServiceAccountToken: false,
              ...podSpecPart({ imagePullSecrets: args.imagePullSecrets, ...args.placement }, {}),
              securityContext: CONSULS_POD,
              containers: [
                {
                  name: "rotate",
                  image: args.image,
                  imagePullPolicy: args.imagePullPolicy,
                  command: ["/bin/sh", "-c", ROTATION_SCRIPTS[what]],
                  env: [
                    { name: "CONSUL_HTTP_ADDR", value: `https://${args.apiAddress}` },
                    { name: "CONSUL_CACERT", value: "/consul-ca/tls.crt" },
                    ...fromSecret("CONSUL_HTTP_TOKEN", bootstrapToken),
                    ...fromSecret("GOSSIP_KEY", gossipKey),
                    ...fromSecret("NEXT_TOKEN", nextToken?.ref),
                    // A kubelet may still have the Secret as it was a moment ago, and would rotate to the old key.
                    ...(gossipKeySha256 ? [{ name: "GOSSIP_KEY_SHA256", value: gossipKeySha256 }] : []),
                    ...(nextToken ? [{ name: "NEXT_TOKEN_SHA256", value: nextToken.sha256 }] : []),
                  ],
                  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
                  securityContext: HARDENED,
                  volumeMounts: [
                    { name: "ca", mountPath: "/consul-ca", readOnly: true },
                    { name: "tmp", mountPath: "/tmp" },
                  ],
                },
              ],
              volumes: [
                {
                  name: "ca",
                  secret: { secretName: ca.secretName, items: [{ key: ca.secretKey, path: "tls.crt" }], optional },
                },
                { name: "tmp", emptyDir: { medium: "Memory" } },
              ],
            },
          },
        },
      },
      // A Job that is done is not done again because an image changed. It goes with its word, also in a component that is protected.
      { ...opts, ignoreChanges: ["spec"], customTimeouts: { create: "10m" }, protect: false },
    ),
  ];
}

/** The Jobs of a mesh that runs. */
export function rotationJobs(
  name: string,
  { gossipKey, bootstrapToken, connectCa }: Rotations,
  args: RotationJobArgs,
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
): void {
  rotationJob(name, "gossip-key", gossipKey, args, opts);
  rotationJob(name, "bootstrap-token", bootstrapToken, args, opts);
  rotationJob(name, "connect-ca", connectCa, args, opts);
}

/** What is wrong with rotations; `prefix` is put before each path. */
export function rotationProblems(
  args: OwnThings & { readonly rotations?: Rotations; readonly acls?: boolean; readonly gossipEncryption?: boolean },
  prefix = "",
): Problem[] {
  const { rotations = {}, externalServers: external } = args;
  const problems: Problem[] = [];
  const problem = (input: keyof Rotations, reason: string) =>
    rotations[input] === undefined
      ? undefined
      : problems.push({ propertyPath: `${prefix}rotations.${input}`, reason: `${reason}; leave it out` });
  for (const [input, word] of Object.entries(rotations)) {
    if (word === "") {
      problems.push({ propertyPath: `${prefix}rotations.${input}`, reason: "is empty; use a word such as 2026-11" });
    }
  }
  if (external !== undefined) {
    problem("ca", "is the CA of external servers, which is rotated where they are");
    problem("bootstrapToken", "is a token of external servers, which is rotated where they are");
    problem("gossipKey", "is the key of external servers, which is rotated where they are");
    return problems;
  }
  if (!args.gossipEncryption) {
    problem("gossipKey", "renews nothing while gossip is not encrypted");
  }
  if (!args.acls) {
    problem("bootstrapToken", "renews nothing while ACLs are off");
  }
  return problems;
}
