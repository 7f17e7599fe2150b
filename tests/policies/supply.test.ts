import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, release, safeBut, SAFE_VALUES, workload } from "./resources";

useAnalyzer();
const image = (reference: unknown) => workload("a", { container: { image: reference } });
const DIGEST = `registry.example/a@sha256:${"0".repeat(64)}`;

cases("images-pinned", [
  passes("versions, a digest, a commit", [
    ...["traefik:v3.7.9", "localhost:5000/a:1.2", "a/b:1.20.6-ubi", DIGEST, "a:sha-0123abc"].map(image),
    release(SAFE_VALUES),
  ]),
  passes("a patch that names no image", [workload("a", { kind: "DeploymentPatch", container: { image: undefined } })]),
  ...["nginx", "nginx:latest", "traefik:v3", "localhost:5000/a", "a:stable"].map((reference) =>
    blocks(reference, [image(reference)], `image ${reference} is not pinned`),
  ),
  passes("what is exempt", [image("nginx")], { config: { exempt: ["deployment-a"] } }),
  blocks("what is not exempt", [image("nginx")], "image nginx is not pinned", { config: { exempt: ["deployment"] } }),
  blocks("a version where only a digest will do", [image("a:1.2.3"), image(DIGEST)], "image a:1.2.3", {
    config: { digestOnly: true },
  }),
  blocks(
    "an init container",
    [workload("a", { pod: { initContainers: [{ name: "i", image: "busybox" }] } })],
    "image busybox",
  ),
  blocks(
    "one in a list",
    [
      {
        type: "kubernetes:apps/v1:DeploymentList",
        name: "l",
        props: { items: [workload("a", { container: { image: "nginx" } }).props] },
      },
    ],
    "image nginx is not pinned",
  ),
  blocks(
    "one in a chart's values",
    [release(safeBut({ server: { extraContainers: [{ name: "x", image: "nginx" }] } }))],
    "StatefulSet consul-server: image nginx is not pinned",
  ),
  blocks(
    "the sidecar's, which only the injector names",
    [release(safeBut({ global: { imageConsulDataplane: "hashicorp/consul-dataplane:latest" } }))],
    "image hashicorp/consul-dataplane:latest, in an argument, is not pinned",
  ),
  blocks(
    "one that a chart's program is told of",
    [
      release(
        safeBut({
          server: {
            extraContainers: [{ name: "x", image: "a:1.2.3", command: ["x"], args: ["--run-image=nginx", "-v"] }],
          },
        }),
      ),
    ],
    "StatefulSet consul-server: image nginx, in an argument, is not pinned",
  ),
  blocks(
    "the sidecar's, which an injector names that no release renders",
    [
      workload("injector", {
        container: {
          image: "hashicorp/consul-k8s-control-plane:1.5.3",
          command: [
            "/bin/sh",
            "-ec",
            "consul-k8s-control-plane inject-connect -consul-image=consul:1.22.7 -run-image=x",
          ],
        },
      }),
    ],
    "Deployment injector: image x, in an argument, is not pinned",
  ),
  passes("an argument of what only sounds like an injector", [
    workload("a", { container: { image: "my-consul-k8s:1.2.3", args: ["--image=nginx"] } }),
    workload("b", { kind: "DeploymentPatch", container: { image: undefined, args: ["--image=nginx"] } }),
  ]),
  passes("one's own argument, which may mean anything", [workload("a", { container: { args: ["--image=nginx"] } })]),
  blocks(
    "a chart's, hooks included",
    [release(safeBut({ global: { imageK8S: "hashicorp/consul-k8s-control-plane" } }))],
    [
      "Deployment consul-connect-injector: image hashicorp/consul-k8s-control-plane is",
      "Deployment consul-connect-injector: image hashicorp/consul-k8s-control-plane, in an argument",
      "Deployment consul-webhook-cert-manager",
      "StatefulSet consul-server",
      "Job consul-server-acl-init",
      "Job consul-server-acl-init-cleanup",
      "Job consul-gateway-resources",
      "Job consul-gateway-cleanup",
      "Job consul-tls-init",
    ],
  ),
  blocks("unknown", [image(UNKNOWN)], "can't be known during preview"),
]);

const PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----";
const secret = (name: string, fields: Record<string, unknown>) => kube("v1", "Secret", name, fields);
const ca = kube("v1", "Secret", "own-ca", { metadata: { namespace: "consul-system" }, stringData: UNKNOWN });
cases("no-key-copied", [
  passes("the certificate alone", [
    secret("consul-ca-cert", { stringData: { "tls.crt": "-----BEGIN CERTIFICATE-----" } }),
    kube("v1", "ConfigMap", "consul-ca-cert", { data: { "tls.crt": UNKNOWN } }),
  ]),
  passes("a certificate with its key that has nothing to do with Consul", [
    secret("shop-tls", { stringData: { "tls.crt": "x", "tls.key": PEM } }),
  ]),
  passes("a password to be drawn", [secret("db", { stringData: UNKNOWN })]),
  passes("one's own CA where Consul reads it", [secret("consul-ca-key", { stringData: { "tls.key": PEM } })], {
    config: { keySecrets: ["apps/consul-ca-key"] },
  }),
  passes("a certificate copied out of another Secret", [
    ca,
    { ...secret("a", { stringData: { "ca.crt": UNKNOWN } }), madeFrom: { stringData: ca } },
  ]),
  blocks(
    "the key by its name, not known yet",
    [secret("consul-ca", { stringData: { "tls.key": UNKNOWN } })],
    "stringData.tls.key is the name of a private key",
  ),
  blocks(
    "the key under another name, encoded",
    [secret("consul-ca-cert", { data: { "tls.crt": Buffer.from(PEM).toString("base64") } })],
    "data.tls.crt is a private key",
  ),
  blocks(
    "a key in a ConfigMap",
    [kube("v1", "ConfigMap", "a", { data: { "x.pem": PEM } })],
    "data.x.pem is a private key",
  ),
  blocks(
    "a copy of a Secret's key",
    [ca, { ...secret("a", { data: { "tls.crt": "eA==", "tls.key": "eA==" } }), madeFrom: { data: ca } }],
    "data.tls.key is copied from the Secret own-ca",
  ),
  blocks(
    "a copy of a whole Secret, not known yet",
    [ca, { ...secret("a", { data: UNKNOWN }), madeFrom: { data: ca } }],
    "can't be known during preview",
  ),
  blocks(
    "a ConfigMap with the CA's name, not known yet",
    [kube("v1", "ConfigMap", "consul-ca-cert", { data: UNKNOWN })],
    "can't be known during preview",
  ),
]);
