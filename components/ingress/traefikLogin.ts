import * as k8s from "@pulumi/kubernetes";
import { CA_MOUNT_PATH } from "../routing/traefikArguments";

/** Where the pod's containers hand the token to each other; in memory, so that it goes with the pod. */
const TOKENS = "/consul/token";
/** A token of the pod's ServiceAccount, for the login alone: Traefik's own container has none. */
const ACCOUNT = "/var/run/secrets/consul-login";

/**
 * What runs beside Traefik. It logs in whenever Traefik asks for a token by the file `wanted`, and hands it over as the
 * file `token`. `held` is the same token, kept for the logout. When Consul refuses the token, as it does one that was
 * revoked or has expired, it takes `token` away, which ends Traefik; trouble of Consul's own changes nothing. It is
 * stopped after Traefik, and logs out. Only `curl` sees single answers of the API, so it asks how the token fares.
 */
const KEEP_LOGGED_IN = `
cd ${TOKENS}
answer() {
  { printf 'X-Consul-Token: '; cat held; } |
    curl --silent --output /dev/null --write-out '%{http_code}' --max-time 10 \\
      --cacert "$CONSUL_CACERT" --header @- "$CONSUL_HTTP_ADDR/v1/acl/token/self"
}
# Twice: a server that has just begun to follow may not know the token yet.
refused() { [ "$(answer)" = 403 ] && sleep 1 && [ "$(answer)" = 403 ]; }
log_out() {
  rm -f token
  [ ! -e held ] || until consul logout -token-file=held || refused; do sleep 1; done
  rm -f held
}
log_in() {
  consul login -method="$AUTH_METHOD" -meta="pod=$NAMESPACE/$POD" \\
    -bearer-token-file=${ACCOUNT}/token -token-sink-file=held || return
  for _ in 1 2 3 4 5; do [ "$(answer)" = 200 ] && break; sleep 0.2; done
  rm -f wanted
  ln held token
}
trap 'log_out; exit 0' TERM
round=0
while :; do
  if [ -e wanted ]; then
    log_out
    log_in || sleep 2
  elif [ -e token ] && [ $((round % 10)) = 0 ] && refused; then
    echo "Consul refuses the token, which was revoked or has expired: Traefik restarts with a new one"
    rm -f token held
  fi
  round=$((round + 1))
  sleep 1
done
`;

/**
 * How Traefik starts: with a token of its own for each start, since it reads the token then and never again. The loop
 * behind it ends Traefik when the token is taken away; Kubernetes then starts the container again. By $PPID, since
 * Kubernetes makes one dollar of two in a command.
 */
const START_WITH_TOKEN = `
cd ${TOKENS}
trap 'exit 0' TERM
rm -f token
: > wanted
until [ -e token ]; do sleep 0.2; done
(while [ -e token ]; do sleep 1; done; exec sh -c 'kill -TERM $PPID') &
cd /
export PATH="$PATH:/"
exec traefik "$@"
`;

/** What a pod with Traefik needs to be logged in to Consul for as long as it runs. */
export interface TraefikLogin {
  /** Runs beside Traefik, from before it starts until after it has ended. */
  readonly sidecar: k8s.types.input.core.v1.Container;
  /** Replaces the command of Traefik's container, which keeps its arguments. */
  readonly command: string[];
  readonly env: k8s.types.input.core.v1.EnvVar[];
  readonly mounts: k8s.types.input.core.v1.VolumeMount[];
  readonly volumes: k8s.types.input.core.v1.Volume[];
}

/**
 * Traefik's login by the auth method, under the ServiceAccount of its pod: each start of Traefik has a token of its own,
 * which is logged out when that Traefik has ended, and replaced when Consul refuses it. Needs `sh` in Traefik's image,
 * `sh` and `curl` in Consul's, and Kubernetes 1.29 for a sidecar that outlives the container it serves.
 */
export function traefikLogin(args: {
  readonly authMethod: string;
  readonly apiAddress: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
}): TraefikLogin {
  const mounts = [{ name: "consul-token", mountPath: TOKENS }];
  return {
    sidecar: {
      name: "consul-login",
      image: args.image,
      imagePullPolicy: args.imagePullPolicy,
      restartPolicy: "Always",
      command: ["/bin/sh", "-c", KEEP_LOGGED_IN],
      env: [
        { name: "AUTH_METHOD", value: args.authMethod },
        { name: "CONSUL_HTTP_ADDR", value: `https://${args.apiAddress}` },
        { name: "CONSUL_CACERT", value: `${CA_MOUNT_PATH}/tls.crt` },
        { name: "NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
        { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      ],
      resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { memory: "192Mi" } },
      volumeMounts: [
        { name: "consul-ca", mountPath: CA_MOUNT_PATH, readOnly: true },
        { name: "consul-login", mountPath: ACCOUNT, readOnly: true },
        ...mounts,
      ],
    },
    command: ["/bin/sh", "-c", START_WITH_TOKEN, "traefik"],
    env: [{ name: "CONSUL_HTTP_TOKEN_FILE", value: `${TOKENS}/token` }],
    mounts,
    volumes: [
      { name: "consul-token", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
      { name: "consul-login", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
    ],
  };
}
