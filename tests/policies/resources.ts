import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "yaml";
import { Resource } from "./analyzer";

/** The testbed's chart, by a path that holds wherever the program runs. */
export const CHART = path.resolve(__dirname, "../../testbed/charts/consul");
const { version } = yaml.parse(fs.readFileSync(path.join(CHART, "Chart.yaml"), "utf8"));

/**
 * A Kubernetes resource as Pulumi YAML and the SDKs other than this project's register it: the type says what it is, and
 * `apiVersion` and `kind` may be missing from its properties.
 */
export function kube(apiVersion: string, kind: string, name: string, body: Record<string, any>): Resource {
  const module = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return {
    type: `kubernetes:${module}:${kind}`,
    name: `${kind}-${name}`.toLowerCase(),
    props: { ...body, metadata: { name, namespace: "apps", ...body.metadata } },
  };
}

export function configEntry(kind: string, name: string, spec: Record<string, unknown> | string): Resource {
  return kube("consul.hashicorp.com/v1alpha1", kind, name, { spec });
}

/** A ServiceIntentions for a destination. */
export function intentions(destination: string, ...sources: (Record<string, unknown> | string)[]): Resource {
  const name = destination === "*" ? "all.services" : destination;
  return configEntry("ServiceIntentions", name, { destination: { name: destination }, sources });
}

export const denyAll = intentions("*", { name: "*", action: "deny" });
export const http = (service: string) => configEntry("ServiceDefaults", service, { protocol: "http" });
export const paths = (name: string, ...permissions: Record<string, unknown>[]) => ({ name, permissions });
export const anyPath = { action: "allow", http: { pathPrefix: "/" } };

/** A workload; what is not given is as a careful program has it. */
export function workload(
  name: string,
  options: {
    kind?: string;
    annotations?: Record<string, unknown> | string;
    labels?: Record<string, string>;
    container?: Record<string, unknown>;
    pod?: Record<string, unknown>;
  } = {},
): Resource {
  const template = {
    metadata: { labels: { app: name, ...options.labels }, annotations: options.annotations ?? {} },
    spec: {
      serviceAccountName: name,
      containers: [{ name, image: `registry.example/${name}:1.2.3`, ...options.container }],
      ...options.pod,
    },
  };
  return kube("apps/v1", options.kind ?? "Deployment", name, { spec: { template } });
}

/** A workload of the mesh. */
export function meshed(
  name: string,
  annotations: Record<string, unknown> = {},
  pod: Record<string, unknown> = {},
): Resource {
  const prefixed = Object.entries(annotations).map(([key, value]) => [`consul.hashicorp.com/${key}`, value]);
  return workload(name, {
    annotations: { "consul.hashicorp.com/connect-inject": "true", ...Object.fromEntries(prefixed) },
    pod,
  });
}

export function service(name: string, selector: Record<string, string>): Resource {
  return kube("v1", "Service", name, { spec: { selector, ports: [{ port: 80 }] } });
}

/** Traefik in a program that is not this project's. */
export function traefik(container: Record<string, unknown>): Resource {
  return workload("traefik", { container: { image: "docker.io/library/traefik:v3.7.9", ...container } });
}

/** Arguments by which a Traefik is a member of the mesh, and publishes only what asks for it. */
export const IN_MESH = [
  "--providers.consulcatalog=true",
  "--providers.consulcatalog.connectAware=true",
  "--providers.consulcatalog.connectByDefault=true",
  "--providers.consulcatalog.exposedByDefault=false",
  "--providers.consulcatalog.endpoint.tls.ca=/ca/tls.crt",
];

/** A Helm release of the testbed's Consul chart, as the provider has completed it. */
export function release(values: Record<string, any> | string, inputs: Record<string, unknown> = {}): Resource {
  return {
    type: "kubernetes:helm.sh/v3:Release",
    name: "consul",
    props: { chart: CHART, version, name: "consul", namespace: "consul-system", values, ...inputs },
  };
}

/** Values of Consul's chart that satisfy every policy everywhere. */
export const SAFE_VALUES = {
  global: {
    name: "consul",
    tls: { enabled: true, verify: true, httpsOnly: true },
    acls: { manageSystemACLs: true, bootstrapToken: { secretName: "consul-bootstrap-token", secretKey: "token" } },
    gossipEncryption: { secretName: "consul-gossip-key", secretKey: "key" },
  },
  server: { replicas: 3 },
  connectInject: { enabled: true },
};

/** Values that satisfy every policy, but for `part`, merged deeply. */
export function safeBut(part: Record<string, any>): Record<string, any> {
  const merge = (a: any, b: any): any =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [
        key,
        isObject(a[key]) && isObject(b[key]) ? merge(a[key], b[key]) : key in b ? b[key] : a[key],
      ]),
    );
  return merge(SAFE_VALUES, part);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Isolates the API of the servers: open to pods with a sidecar and to Traefik, by name. */
export function networkPolicy(ingress: unknown, spec: Record<string, unknown> = {}): Resource {
  return kube("networking.k8s.io/v1", "NetworkPolicy", "consul-api", {
    metadata: { namespace: "consul-system" },
    spec: {
      podSelector: { matchLabels: { app: "consul", component: "server" } },
      policyTypes: ["Ingress"],
      ingress,
      ...spec,
    },
  });
}
export const NAMED_PEERS = [
  {
    from: [
      {
        namespaceSelector: {},
        podSelector: { matchLabels: { "consul.hashicorp.com/connect-inject-status": "injected" } },
      },
    ],
    ports: [{ port: 8501 }, { port: 8502 }],
  },
];
