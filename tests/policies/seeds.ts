import { asset } from "@pulumi/pulumi";
import { Resource } from "./analyzer";
import {
  anyPath,
  configEntry,
  http,
  intentions,
  kube,
  meshed,
  paths,
  release,
  safeBut,
  traefik,
  workload,
} from "./resources";

/** A resource that violates a policy, in a program that has nothing to do with this project's components. */
export interface Seed {
  readonly policy: string;
  readonly resource: Resource;
}

let count = 0;
const seed = (policy: string, resource: Resource): Seed => ({
  policy,
  // Each under a name of its own, which its violation is found by.
  resource: { ...resource, name: `seed-${count++}` },
});
/** Hidden in the values of a chart: only what they render shows it. */
const hidden = (policy: string, values: Record<string, unknown>, inputs: Record<string, unknown> = {}): Seed =>
  seed(policy, release(safeBut(values), { namespace: `mesh-${count}`, ...inputs }));

const PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----";
const SKIP = "--providers.consulcatalog.endpoint.tls.insecureskipverify=true";

export const SEEDS: readonly Seed[] = [
  seed("no-wildcard-allow", intentions("a", { name: "*", action: "allow" })),
  seed("no-wildcard-allow", intentions("*", { name: "web", action: "allow" })),
  seed("intentions-accepted", intentions("b", { ...paths("web", anyPath), action: "allow" })),
  seed("intentions-accepted", intentions("c", paths("web", { action: "allow" }))),
  seed("intentions-accepted", intentions("d", { name: "web", namespace: "x", action: "allow" })),
  seed("intentions-consistent", intentions("e", paths("web", anyPath))),
  seed("intentions-consistent", intentions("a", { name: "api", action: "deny" })),
  seed("no-permissive-mtls", configEntry("ServiceDefaults", "f", { mutualTLSMode: "permissive" })),
  seed("no-permissive-mtls", configEntry("Mesh", "mesh", { allowEnablingPermissiveMutualTLS: true })),
  seed(
    "mesh-hardened",
    configEntry("JWTProvider", "j", {
      jsonWebKeySet: { local: { jwks: Buffer.from('{"keys": [{"kty": "oct", "k": "YQ"}]}').toString("base64") } },
    }),
  ),
  seed("no-inbound-port-excluded", meshed("g", { "transparent-proxy-exclude-inbound-ports": "8080" })),
  seed("own-service-account", meshed("h", {}, { serviceAccountName: undefined })),
  seed("traefik-verifies-tls", traefik({ args: [SKIP] })),
  seed("traefik-dashboard-login", traefik({ args: ["--api.insecure=true"] })),
  seed(
    "no-acme-staging",
    traefik({ args: ["--certificatesresolvers.a.acme.caserver=https://acme-staging-v02.example"] }),
  ),
  seed("no-key-copied", kube("v1", "Secret", "consul-ca", { stringData: { "tls.crt": "x", "tls.key": "y" } })),
  seed("no-key-copied", kube("v1", "ConfigMap", "ca", { data: { "ca.pem": PEM } })),
  seed("images-pinned", workload("i", { container: { image: "nginx" } })),
  hidden("consul-tls", { global: { tls: { verify: false } } }),
  hidden("consul-tls", { server: { extraConfig: '{"ports": {"http": 8500}}' } }),
  hidden("consul-acls", { server: { extraConfig: '{"acl": {"default_policy": "allow"}}' } }),
  hidden("consul-gossip-key", { global: { gossipEncryption: { secretName: "", secretKey: "" } } }),
  hidden("consul-availability", { server: { disruptionBudget: { enabled: false } } }),
  hidden("consul-api-isolated", {}),
  hidden("no-inbound-port-excluded", { connectInject: { transparentProxy: { defaultEnabled: false } } }),
  hidden("injection-in-force", { connectInject: { failurePolicy: "Ignore" } }),
  hidden("images-pinned", { global: { imageConsulDataplane: "hashicorp/consul-dataplane:latest" } }),
  hidden("no-secret-in-helm-values", { server: { extraConfig: '{"encrypt": "c2VjcmV0IGtleQ=="}' } }),
  hidden(
    "consul-tls",
    {},
    { valueYamlFiles: [new asset.StringAsset('server: { extraConfig: "{\\"ports\\": {\\"grpc\\": 1}}" }')] },
  ),
];

/** Beside the seeds, so that what they lack is what they are seeded with. */
export const SOUND: readonly Resource[] = [http("b"), http("c")];

/** A release whose values, and an intention whose action, are not known before the deployment. */
export const UNKNOWN_VALUES = "unknown-values";
export const UNKNOWN_ACTION = "unknown-action";
