import * as k8s from "@pulumi/kubernetes";
import { CA_MOUNT_PATH } from "../routing/traefikArguments";
import { script } from "../shared/script";

/** Where the pod's containers hand the token to each other; in memory, so that it goes with the pod. */
const TOKENS = "/consul/token";
/** A token of the pod's ServiceAccount, for the login alone: Traefik's own container has none. */
const ACCOUNT = "/var/run/secrets/consul-login";

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
      command: ["/bin/sh", "-c", script("ingress/keep-logged-in", { TOKENS, ACCOUNT })],
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
    command: ["/bin/sh", "-c", script("ingress/start-with-token", { TOKENS }), "traefik"],
    env: [{ name: "CONSUL_HTTP_TOKEN_FILE", value: `${TOKENS}/token` }],
    mounts,
    volumes: [
      { name: "consul-token", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
      { name: "consul-login", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
    ],
  };
}
