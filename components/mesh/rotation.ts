import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { OwnThings } from "./bringYourOwn";
import type { SecretKeyRef } from "../chart/consulValues";
import { HARDENED, restrictedPod } from "../shared/podSecurity";
import { Problem } from "../shared/problems";
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

/**
 * Waits until the API answers to the token. No pipes from a command that may fail, since `sh` would go on.
 */
const READY = `
set -eu
cd "$(mktemp -d)"
api() { curl --silent --show-error --fail --max-time 10 --cacert "$CONSUL_CACERT" --header "X-Consul-Token: \${CONSUL_HTTP_TOKEN:-}" "$@"; }
for i in $(seq 120); do
  api "$CONSUL_HTTP_ADDR/v1/agent/self" > /dev/null 2>&1 && break
  [ "$i" -lt 120 ] || { echo "Consul's API does not answer, or refuses the token"; exit 1; }
  sleep 1
done
`;

/** Fails where a variable has not the SHA-256 that is expected of it, if one is. */
function expectSha256(variable: string): string {
  return `
if [ -n "\${${variable}_SHA256:-}" ]; then
  got=$(printf %s "$${variable}" | sha256sum)
  [ "\${got%% *}" = "$${variable}_SHA256" ] || { echo "the new value has not reached this node yet"; exit 1; }
fi`;
}

/**
 * Every server has the new key before any uses it, and uses it before any forgets an old one: gossip never stops. Each command
 * is for both rings, LAN and WAN, as far as the server that is asked knows the others: in the WAN it looks for them each minute.
 */
const GOSSIP_KEY = `
${expectSha256("GOSSIP_KEY")}
${READY}
api "$CONSUL_HTTP_ADDR/v1/status/peers" > peers
servers=$(tr ',' '\\n' < peers | grep -c :)
for i in $(seq 90); do
  consul members -wan -status=alive > members
  [ "$(grep -c ' alive ' members)" -lt "$servers" ] || break
  [ "$i" -lt 90 ] || { echo "not all of $servers servers reach each other by WAN gossip, port 8302:"; cat members; exit 1; }
  sleep 1
done
consul keyring -install="$GOSSIP_KEY"
consul keyring -use="$GOSSIP_KEY"
consul keyring -list > rings
for key in $(sed -n 's/^ *\\([A-Za-z0-9+/=]\\{24,\\}\\) \\[.*/\\1/p' rings | sort -u); do
  [ "$key" = "$GOSSIP_KEY" ] || consul keyring -remove="$key"
done
`;

/**
 * Consul knows the next token before it is in its Secret, so that at no time a token is in there that Consul refuses. In a new
 * cluster there is nothing to tell: the servers begin with it.
 */
const NEXT_TOKEN = `
${expectSha256("NEXT_TOKEN")}
[ -n "\${CONSUL_HTTP_TOKEN:-}" ] || { echo "there is no token yet that this one replaces"; exit 0; }
${READY}
if CONSUL_HTTP_TOKEN=$NEXT_TOKEN consul acl token read -self > /dev/null 2>&1; then exit 0; fi
printf '{"SecretID": "%s", "Description": "Initial Management Token", "Policies": [{"Name": "global-management"}]}' \\
  "$NEXT_TOKEN" > token.json
api --request PUT --data @token.json "$CONSUL_HTTP_ADDR/v1/acl/token" > /dev/null
`;

/** Revokes what the servers were given before, or Consul bootstrapped: by now all servers hold the present one. */
const BOOTSTRAP_TOKEN = `${READY}
consul acl token read -self -format=pretty > self
consul acl token list -format=pretty > tokens
own=$(sed -n 's/^AccessorID: *//p' self)
[ -n "$own" ]
for accessor in $(awk '
  /^AccessorID:/ { accessor = $2 }
  /^Description: *(Initial Management Token|Bootstrap Token [(]Global Management[)])$/ { print accessor }
' tokens); do
  [ "$accessor" = "$own" ] || consul acl token delete -id="$accessor"
done
`;

/**
 * Consul makes a new root where the key's parameters change, so the curve alternates between P-256 and P-384. The key never
 * leaves Consul; the services' own certificates stay on P-256, as Consul makes all of them.
 */
const CONNECT_CA = `${READY}
get() { api "$CONSUL_HTTP_ADDR/v1/connect/ca/$1" > answer && tr -d ' \\n\\t' < answer; }
say() { printf '%s\\n' "$1"; } # echo would take the backslashes of JSON for its own
value() { sed "s/.*\\"$1\\":\\"\\{0,1\\}\\([^\\",}]*\\).*/\\1/"; }
config=$(get configuration)
case $config in
  *'"Provider":"consul"'*) ;;
  *) echo "the services' CA is not Consul's own: rotate it where it is kept"; exit 1 ;;
esac
case $config in
  *'"PrivateKey":"'[!\\"]* | *'"RootCert":"'[!\\"]*)
    echo "the services' CA has a key of your own: set the next one by consul connect ca set-config"
    exit 1 ;;
esac
roots=$(get roots)
active=$(say "$roots" | value ActiveRootID)
bits=$(say "$roots" | tr '{' '\\n' | grep -F "\\"ID\\":\\"$active\\"" | value PrivateKeyBits)
[ "$bits" = 256 ] && next=384 || next=256
say "$config" |
  sed -e 's/"PrivateKeyType":"[^"]*",\\{0,1\\}//' -e 's/"PrivateKeyBits":[0-9]*,\\{0,1\\}//' \\
    -e "s/\\"Config\\":{/&\\"PrivateKeyType\\":\\"ec\\",\\"PrivateKeyBits\\":$next,/" -e 's/,}/}/g' > config.json
api --request PUT --data @config.json "$CONSUL_HTTP_ADDR/v1/connect/ca/configuration"
roots=$(get roots)
after=$(say "$roots" | value ActiveRootID)
[ "$after" != "$active" ] || { echo "Consul kept the root $active"; exit 1; }
echo "the root was $active and is $after"
`;

/** What each Job runs, in `sh` with `consul` and `curl`. */
export const ROTATION_SCRIPTS = {
  "gossip-key": GOSSIP_KEY,
  "next-token": NEXT_TOKEN,
  "bootstrap-token": BOOTSTRAP_TOKEN,
  "connect-ca": CONNECT_CA,
} as const;

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
  const { bootstrapToken, gossipKey, nextToken, ca } = args;
  if (word === undefined) {
    return [];
  }
  // What the next token is told with may not be there yet.
  const optional = nextToken !== undefined;
  const fromSecret = (variable: string, ref: SecretKeyRef | undefined) =>
    ref
      ? [{ name: variable, valueFrom: { secretKeyRef: { name: ref.secretName, key: ref.secretKey, optional } } }]
      : [];
  const id = sha256(word).slice(0, 8);
  return [
    new k8s.batch.v1.Job(
      `${name}-rotate-${what}-${id}`,
      {
        metadata: { name: `consul-rotate-${what}-${id}`, namespace: args.namespace },
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
              // The user that Consul's image is made for.
              securityContext: { ...restrictedPod(100, []), runAsGroup: 1000 },
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
                    ...(args.gossipKeySha256 ? [{ name: "GOSSIP_KEY_SHA256", value: args.gossipKeySha256 }] : []),
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
      // A Job that is done is not done again because an image changed.
      { ...opts, ignoreChanges: ["spec"], customTimeouts: { create: "10m" } },
    ),
  ];
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
