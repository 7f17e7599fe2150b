import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { CONSUL_NAME, ConsulSecretRefs, SecretKeyRef } from "../chart/consulValues";
import { generatedKeyHooks } from "../interrupted/hooks";
import type { Problem } from "../shared/problems";
import { sha256 } from "../shared/sha256";
import { ConsulMeshArgs, DEFAULT_CONSUL_NAMESPACE } from "./consulMeshArgs";
import { rotationJob, RotationJobArgs, rotationJobName } from "./rotation";

/** Where the Secrets of a mesh are: those that are given, generated, or made by the chart. */
export function secretRefs(args: ConsulMeshArgs): ConsulSecretRefs & { readonly ca: SecretKeyRef } {
  const generated = generatedRefs(args);
  return {
    ca: args.ca?.certificate ?? { secretName: `${CONSUL_NAME}-ca-cert`, secretKey: "tls.crt" },
    gossipKey: args.gossipKeySecret ?? generated.gossipKey,
    bootstrapToken: args.bootstrapTokenSecret ?? generated.bootstrapToken,
  };
}

function generatedRefs(args: ConsulMeshArgs): ConsulSecretRefs {
  return {
    gossipKey:
      args.gossipEncryption && args.gossipKeySecret === undefined
        ? { secretName: "consul-gossip-key", secretKey: "key" }
        : undefined,
    bootstrapToken:
      args.acls && args.bootstrapTokenSecret === undefined
        ? { secretName: "consul-bootstrap-token", secretKey: "token" }
        : undefined,
  };
}

/**
 * What of the engine's settings would lose a generated key: with PULUMI_SKIP_CHECKPOINTS an `up` that is killed leaves no state, which
 * alone has it, and the next one would make another, that the running servers do not have.
 */
export function checkpointProblems(args: ConsulMeshArgs, env = process.env): Problem[] {
  const kept = Object.entries(generatedRefs(args)).filter(([, ref]) => ref !== undefined);
  if (kept.length === 0 || !/^(1|true)$/i.test(env.PULUMI_SKIP_CHECKPOINTS ?? "")) {
    return [];
  }
  const inputs = kept.map(([key]) => `${key}Secret`).join(" and ");
  const reason =
    "is set, and an up that is killed would lose keys that the mesh has already. Unset it for the stack of a mesh with generated " +
    `keys, or give ${inputs}; a stack of services alone may have it`;
  return [{ propertyPath: "PULUMI_SKIP_CHECKPOINTS", reason }];
}

/** What generates Secrets of a mesh. */
interface Making {
  readonly name: string;
  readonly args: ConsulMeshArgs;
  readonly jobArgs: RotationJobArgs;
  readonly parent: pulumi.Resource;
}

/** What came of it. */
interface Made {
  readonly resources: readonly pulumi.Resource[];
  /** Of the gossip key, hexadecimal. */
  readonly gossipKeySha256?: pulumi.Output<string>;
}

/** Generates the Secrets that are not given. */
export function consulSecrets(making: Making): Made {
  const { gossipKey, bootstrapToken } = generatedRefs(making.args);
  const made = [
    ...(gossipKey === undefined ? [] : [makeGossipKey(making, gossipKey)]),
    ...(bootstrapToken === undefined ? [] : [makeBootstrapToken(making, bootstrapToken)]),
  ];
  return made.reduce((all, each) => ({ ...all, ...each, resources: [...all.resources, ...each.resources] }), {
    resources: [],
  });
}

function makeGossipKey(making: Making, ref: SecretKeyRef): Made {
  // 32 bytes select AES-256 in Consul's gossip layer.
  const key = randomBytes(making, { part: "gossip-key", ref, rotation: "gossipKey", job: "gossip-key" }, 32);
  return {
    resources: [keep(making, "gossip-key", ref, key.base64)],
    gossipKeySha256: pulumi.unsecret(key.base64.apply(sha256)),
  };
}

function makeBootstrapToken(making: Making, ref: SecretKeyRef): Made {
  const { name, args, jobArgs, parent } = making;
  // Bytes, not RandomUuid: that one's id is the value itself, which stands in the state for all to read.
  const bytes = { part: "bootstrap-token", ref, rotation: "bootstrapToken", job: "next-token" } as const;
  const token = randomBytes(making, bytes, 16).hex.apply(asUuid);
  const word = args.rotations?.bootstrapToken;
  if (word === undefined) {
    return { resources: [keep(making, "bootstrap-token", ref, token)] };
  }
  const nextRef = { ...ref, secretName: "consul-next-bootstrap-token" };
  const next = keep(making, "next-bootstrap-token", nextRef, token, { protect: false });
  const nextToken = { ref: nextRef, sha256: pulumi.unsecret(token.apply(sha256)) };
  const told = rotationJob(name, "next-token", word, { ...jobArgs, nextToken }, { parent, dependsOn: [next] });
  return { resources: [next, keep(making, "bootstrap-token", ref, token, { dependsOn: told })] };
}

function keep(
  { name, args, jobArgs, parent }: Making,
  part: string,
  ref: SecretKeyRef,
  value: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions = {},
): k8s.core.v1.Secret {
  return new k8s.core.v1.Secret(
    `${name}-${part}`,
    {
      metadata: { name: ref.secretName, namespace: jobArgs.namespace },
      stringData: { [ref.secretKey]: pulumi.secret(value) },
    },
    { parent, protect: args.protect, ...opts },
  );
}

/** What random bytes are for. */
interface Purpose {
  readonly part: string;
  readonly ref: SecretKeyRef;
  readonly rotation: "gossipKey" | "bootstrapToken";
  /** The first Job of a rotation, which tells Consul. */
  readonly job: "gossip-key" | "next-token";
}

/** Protected in their Secrets alone: protected here, they could not be rotated. A word that is taken away renews nothing. */
function randomBytes({ name, args, parent }: Making, { part, ref, rotation, job }: Purpose, length: number) {
  const word = args.rotations?.[rotation];
  const namespace = args.namespace ?? DEFAULT_CONSUL_NAMESPACE;
  const key = { namespace, ...ref, rotation, job: word === undefined ? undefined : rotationJobName(job, word) };
  return new random.RandomBytes(
    `${name}-${part}-bytes`,
    { length, keepers: word === undefined ? undefined : { rotation: word } },
    {
      parent,
      protect: false,
      ignoreChanges: word === undefined ? ["keepers"] : undefined,
      hooks: generatedKeyHooks(`${name}-${part}-lost`, key, parent),
    },
  );
}

/** 32 hexadecimal digits in the form of a UUID, the only one that Consul takes for a token. */
function asUuid(hex: string): string {
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
