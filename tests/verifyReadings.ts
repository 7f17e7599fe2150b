import { parseSettings, Settings } from "../settings";
import { Reading } from "../tools/verify/reading";
import { ofStack, raw } from "./settings";

const DAY = 24 * 3600 * 1000;
const NOW = Date.parse("2026-11-25T12:00:00Z");

const result = parseSettings(raw(ofStack("staging")));
if ("problems" in result) {
  throw new Error(JSON.stringify(result.problems));
}
const settings: Settings = result.settings;

const cluster: Reading["cluster"] = {
  version: "1.34.4",
  nodes: ["a", "b", "c"].map((name) => ({ name, ready: true, schedulable: true })),
  storageClasses: [{ name: "standard", default: true }],
  dnsEndpoints: 2,
};

const ground: Reading["ground"] = {
  namespaces: [],
  crds: [],
  webhooks: [],
  clusterRoles: [],
  releases: [],
  volumes: [],
  nodePorts: [],
  stuck: [],
  gatewayCrds: [],
};

const alone = { teams: [], neighbours: [], unread: [] };

const nothing: Reading["declared"] = {
  ...alone,
  stack: "",
  mesh: undefined,
  ingress: undefined,
  services: [],
  jobs: [],
  entries: [],
  networkPolicies: [],
  pending: [],
};

const probe: Reading["probe"] = { apiServerReaches: true, enforced: true };

/** What is read where nothing of the stack is deployed yet, and all is ready for it. */
export const FRESH: Partial<Reading> = {
  declared: nothing,
  settings: { problems: [], versionProblems: [], settings },
  cluster,
  permissions: { refused: [] },
  ground,
  probe,
};

const pod = (name: string, ip = "10.0.0.1") => ({ name, ip, ready: true });
const workload = (name: string, ...names: string[]) => ({
  name,
  wanted: names.length,
  ready: names.length,
  pods: names.map((its) => pod(its)),
  leaving: [],
});
const TAGS = ["traefik.enable=true", "traefik.http.routers.shop-1234abcd.rule=Host(`shop.example.com`)"];
const instance = { pod: "shop-1", address: "10.0.0.7", tags: TAGS, failing: [] };
const NAMES = ["consul-server.consul-system.svc", "server.dc1.consul", "localhost"];
const certificate = (place: string, days: number, names: string[] = []) => ({
  place,
  names,
  notAfter: NOW + days * DAY,
  fingerprint: `of ${place}`,
});
const EDGES = ["deny * → *", "allow traefik-system-ingress → shop"];

/** What is read of a stack of one service with ACLs, three servers and NetworkPolicies, while all is well. */
export const HEALTHY: Partial<Reading> = {
  cluster,
  probe,
  declared: {
    ...alone,
    stack: "mesh/staging",
    mesh: {
      namespace: "consul-system",
      apiAddress: "consul-server.consul-system.svc:8501",
      external: false,
      servers: 3,
      acls: true,
      gossipEncryption: true,
      datacenter: "dc1",
      dnsNames: ["consul-server.consul-system.svc", "server.dc1.consul"],
      ca: { secretName: "consul-ca-cert", secretKey: "tls.crt" },
      images: {},
    },
    ingress: {
      namespace: "traefik-consul",
      serviceName: "traefik-system-ingress",
      replicas: 1,
      dashboard: true,
      caCertificate: "CA",
    },
    services: [
      {
        name: "shop",
        protocol: "http",
        namespace: "mesh-services",
        workloads: [{ kind: "Deployment", name: "shop", namespace: "mesh-services", replicas: 1, tags: TAGS }],
      },
    ],
    jobs: [{ kind: "CronJob", name: "report", namespace: "mesh-services" }],
    entries: [],
    networkPolicies: [{ namespace: "mesh-services", name: "mesh-services" }],
    pending: [],
  },
  consul: {
    servers: workload("consul-server", "consul-server-0", "consul-server-1", "consul-server-2"),
    injector: workload("consul-connect-injector", "injector-1"),
    catalogSync: workload("consul-sync-catalog", "sync-1"),
  },
  release: {},
  api: { leader: "10.0.0.1:8300" },
  quorum: {
    voters: [0, 1, 2].map((i) => ({ name: `consul-server-${i}`, healthy: true, version: "1.22.7" })),
    failureTolerance: 1,
    gossipEncrypted: true,
    datacenter: "dc1",
  },
  trust: {
    ca: certificate("the CA", 1800),
    server: {
      ...certificate("the servers' Secret", 700, NAMES),
      byCa: true,
    },
    webhook: certificate("the injector's Secret", 1),
    served: [0, 1, 2].map((i) => ({
      ...certificate(`what consul-server-${i} shows`, 700, NAMES),
      fingerprint: "of the servers' Secret",
    })),
    roots: [{ name: "Consul CA Root", active: true, notAfter: NOW + 3000 * DAY }],
    now: NOW,
  },
  webhooks: {
    webhooks: [{ name: "consul-connect-injector", trusted: true, endpoints: 1, failurePolicy: "Fail" }],
  },
  admission: {
    injection: { sidecar: true },
    refusal: { refused: true, answer: 'admission webhook "…" denied the request' },
  },
  services: [
    {
      name: "shop",
      workloads: [
        { name: "shop", wanted: 1, tags: TAGS, pods: [{ ...pod("shop-1", "10.0.0.7"), injected: true }], leaving: [] },
      ],
      instances: [instance],
      proxies: [instance],
    },
  ],
  jobs: [{ name: "report", found: true, outside: [] }],
  sidecars: [
    { service: "shop", pod: "shop-1", connected: true, rejected: [], enforces: true, leafNotAfter: NOW + 2 * DAY },
  ],
  ingress: {
    workload: workload("traefik", "traefik-1"),
    pods: [
      {
        name: "traefik-1",
        meshReady: 200,
        served: [{ service: "shop", status: 302 }],
        routers: [{ name: "shop-1234abcd", problems: [] }],
        caSha256: "sha",
      },
    ],
    declaredRouters: ["shop-1234abcd"],
    publishedRouters: [{ router: "shop-1234abcd", service: "shop" }],
    instances: 1,
    ca: { source: "CA\n", copy: "CA", sourceSha256: "sha" },
    service: { found: true, type: "LoadBalancer", addresses: ["192.0.2.1"] },
  },
  entries: {
    entries: [
      {
        name: "ServiceIntentions consul-system/shop",
        found: true,
        deleting: false,
        synced: true,
        drift: [],
      },
    ],
    others: [],
  },
  intentions: {
    declared: EDGES,
    byOthers: [],
    unread: [],
    inConsul: EDGES,
    denyAll: true,
    strangersAllowed: false,
    protocols: [{ service: "shop", declared: "http", inConsul: "http" }],
  },
  access: {
    acls: true,
    anonymous: [{ what: "the list of tokens", status: 403 }],
    ingressTokens: [{ pod: "traefik-1", accessor: "1234" }],
    ingressPods: [{ name: "traefik-1", ready: true }],
    authMethods: ["consul-k8s-auth-method"],
  },
  policies: { missing: [], declared: 1 },
};
